"""`./run bench [SUBJECT ...]`: figures, each beside its floor, pinned to one processor, medians.

    --rounds N     how often each is measured
    --write PAGE   keep what was found beside that page, and draw its tables and its plot anew
    --language     only how well words are understood

Minutes in all; a subject by itself (`./run bench --list` names them) is written among what is there already.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import document, language, machine
from tests.bench.suite import SUBJECTS, Size
from tests.language.score import PARTS


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help="all, if none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--write", type=Path, help="renew this page, such as docs/benchmarks.md"
    )
    parser.add_argument("--list", action="store_true", help="name the subjects")
    parser.add_argument(
        "--language", action="store_true", help="only how well words are understood"
    )
    given = parser.parse_args()
    if given.list:
        print(*SUBJECTS)
        return 0
    if unknown := set(given.subjects) - SUBJECTS.keys():
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    os.sched_setaffinity(0, {0})
    with (
        tempfile.TemporaryDirectory() as compiled
    ):  # whatever else runs here, our processes start warm
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return _measured(given)


def _measured(given: argparse.Namespace) -> int:
    if given.language:
        print(_language())
        return 0
    found = []
    for subject in given.subjects or SUBJECTS:
        for one in SUBJECTS[subject](Size(given.rounds)):
            print(f"{one.key}\t{one.floor}\t{one.product}\t{one.figure:.3f}", file=sys.stderr)
            found.append(one)
    page = given.write or document.PAGE
    before = document.kept(page) if given.write else None
    here = machine.this()
    start = before or document.Figures(here, given.rounds, {})
    figures = start.renewed(here, given.rounds, found)
    print(document.between(figures, "en"))
    if given.write:
        document.write(figures, page)
    elif not given.subjects:
        print(_language())
    return 0


def _language() -> str:
    parts = " | ".join(PARTS)
    lines = [f"| words understood | {parts} | goal |", "|---" * (len(PARTS) + 2) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in language.rows()), ""])


if __name__ == "__main__":
    sys.exit(main())
