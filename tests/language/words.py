"""How bot/content/models/words.txt was made: `python -m tests.language.words CUTWORD_DIR`.

Everyday words of cutword's dictionary (Apache-2.0), other than names: of two to four characters where they begin with
a family name and were seen at least fifteen times, and of two characters where they were seen fifty times.
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


if __name__ == "__main__":
    words = everyday((Path(sys.argv[1]) / "dict.txt").read_text(encoding="utf-8"))
    Path("bot/content/models/words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
