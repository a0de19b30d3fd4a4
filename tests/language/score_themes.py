"""How well themes are found: `python -m tests.language.score_themes [thresholds]` on the groups of themes.txt."""

import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

from bot.core.themes import ALIKE, Said, gather


def groups() -> list[list[Said]]:
    text = (Path(__file__).parent / "themes.txt").read_text(encoding="utf-8")
    paragraphs = [p.splitlines() for p in text.split("\n\n")]
    rows = [[line for line in p if not line.startswith("#")] for p in paragraphs]
    return [
        [Said(id=f"{n}.{m}", topic=topic, text=line) for m, line in enumerate(lines)]
        for n, (topic, *lines) in enumerate(rows)
    ]


def figures(alike: float) -> tuple[float, float, int]:
    """Purity, recall of pairs, and the size of the largest theme."""
    said = [one for group in groups() for one in group]
    themes = gather(said, alike=alike)
    largest = sum(
        Counter(id.split(".")[0] for id in t.ids).most_common(1)[0][1] for t in themes
    )
    pairs = {pair for g in groups() for pair in combinations(sorted(one.id for one in g), 2)}
    found = {pair for t in themes for pair in combinations(sorted(t.ids), 2)}
    return largest / len(said), len(pairs & found) / len(pairs), max(len(t.ids) for t in themes)


if __name__ == "__main__":
    for alike in [float(one) for one in sys.argv[1:]] or [ALIKE]:
        purity, recall, largest = figures(alike)
        print(
            f"alike {alike:.3f}: purity {purity:.3f}, pair recall {recall:.3f}, largest {largest}"
        )
