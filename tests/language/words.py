"""How words.txt and lexicon.txt of bot/content/models were made: `python -m tests.language.words CUTWORD_DIR`.

Everyday words of cutword's dictionary (Apache-2.0), other than names: of two to four characters where they begin with
a family name and were seen at least fifteen times, and of two characters where they were seen fifty times.

The lexicon is what the scale of names looks a word up in: each of two or three characters that was seen four times, with
what part of speech it is and how often it stands (0 to 3), one line for each such sort; and what the cues of
`bot/content/taxonomy` speak of (Q).
"""

import re
import sys
from pathlib import Path

from bot.core.privacy.surnames import SURNAME_CHARACTERS


def everyday(dictionary: str) -> list[str]:
    rows = (line.split("\t") for line in dictionary.splitlines() if line.count("\t") == 2)
    return sorted({
        word
        for word, times, part in ((row[0].strip(), int(row[1]), row[2]) for row in rows)
        if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", word) and part != "NR"
        and (times >= 15 if word[0] in SURNAME_CHARACTERS else times >= 50 and len(word) == 2)
    })  # fmt: skip


def spoken_of() -> set[str]:
    """The words of two or three characters that cues are made of."""
    files = (
        path.read_text(encoding="utf-8") for path in Path("bot/content/taxonomy").glob("*.toml")
    )
    cues = (cue for text in files for cue in re.findall(r'"([^"]+)"', text))
    return {
        word
        for cue in cues
        for word in cue.strip("^$").split("..")
        if re.fullmatch(r"[\u4e00-\u9fff]{2,3}", word)
    }


def sorts(dictionary: str) -> dict[str, str]:
    """Each word's part of speech and how often it stands: V3, N0."""
    rows = (line.split("\t") for line in dictionary.splitlines() if line.count("\t") == 2)
    return {
        row[0]: PARTS.get(row[2].strip(), "O")
        + str(sum(int(row[1]) >= n for n in (15, 50, 200)))
        for row in rows
        if re.fullmatch(r"[\u4e00-\u9fff]{2,3}", row[0]) and int(row[1]) >= 4
    }


PARTS = {"NN": "N", "VV": "V", "VA": "J", "AD": "A", "NR": "R", "NT": "T"}


if __name__ == "__main__":
    dictionary = (Path(sys.argv[1]) / "dict.txt").read_text(encoding="utf-8")
    words = everyday(dictionary)
    Path("bot/content/models/words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    known = dict.fromkeys(spoken_of(), "Q1") | sorts(dictionary)
    lines = [
        " ".join([sort, *sorted(word for word, one in known.items() if one == sort)])
        for sort in sorted(set(known.values()))
    ]
    Path("bot/content/models/lexicon.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
