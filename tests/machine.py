"""The state machine on docs/rectification.md, drawn and as a table; `python -m tests.machine` brings both up to date.

Both are made of `MOVES` and of the words of the catalogue, and of nothing else.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bot.core.rectification import MOVES, State

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "rectification.md"
_PLACE = re.compile(
    r"(?<=<!-- drawn by tests\.machine -->\n).*?(?=<!-- end of what is drawn -->)", re.DOTALL
)


def drawn() -> str:
    """The drawing, for whatever shows Mermaid, and the table below it."""
    return "\n".join(["```mermaid", *_picture(), "```", "", *_table(), ""])


def renewed(page: str) -> str:
    """The page with both as they are now."""
    return _PLACE.sub(lambda _: f"\n{drawn()}\n", page)


def _picture() -> Iterator[str]:
    """An arrow for each two states, with all moves between them; what leaves the state as it is stands in the table only."""
    words = tomllib.loads((ROOT / "bot/content/texts/zh.toml").read_text(encoding="utf-8"))
    arrows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for move, step in MOVES.items():
        if step.to is None:
            continue
        for state in [s for s in State if s in step.sources] or [None]:
            if state is not step.to:
                arrows[state.value if state else "[*]", step.to.value].append(move.value)
    yield "stateDiagram-v2"
    for state in State:
        yield f"    {state.value}: {words['state'][state.value]} {state.value}"
    for (here, there), moves in arrows.items():
        yield f"    {here} --> {there}: {', '.join(moves)}"
    yield f"    {State.DROPPED.value} --> [*]"


def _table() -> Iterator[str]:
    yield "| move | from | to | needs words |"
    yield "|---|---|---|---|"
    for move, step in MOVES.items():
        here = ", ".join(s.value for s in State if s in step.sources) or "(nothing yet)"
        to = step.to.value if step.to else "(stays)"
        yield f"| {move.value} | {here} | {to} | {'yes' if step.words else ''} |"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
