"""`tingwen digest`: the papers of a period that has closed, from its snapshot, into a folder."""

import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from bot.content.loader import load_explanations
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen digest`."""
    words, language = load_explanations(), spoken(os.environ)
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--zip", action="store_true", help=words.say(language, "digest.zip"))
    parser.add_argument("--personal-out", type=Path, metavar="DIR")


def run(args: Namespace) -> int:
    """Write the papers; 1 where there is no such period."""
    language = spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    from bot.app.wiring import closed_digest

    found = closed_digest(loaded.settings, loaded.secrets, args.until)
    if found is None:
        key = "digest.not_closed" if args.until else "digest.none"
        sys.stderr.write(f"{load_explanations().say(language, key, until=str(args.until))}\n")
        return 1
    from handlers.papers import CHARTS, PAPERS, draw, draw_personal, pack

    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "digest.txt").write_text(found.screen + "\n", encoding="utf-8")
    for paper in draw(found.whole, (*PAPERS, *CHARTS[1:]), reviewed=found.sent):
        (args.out / paper.name).write_bytes(paper.content)
    if args.zip:
        papers = (found.period, found.screen, found.sms, found.whole)
        for paper in pack(*papers, reviewed=found.sent):
            (args.out / paper.name).write_bytes(paper.content)
    if args.personal_out:
        args.personal_out.mkdir(mode=0o700, parents=True, exist_ok=True)
        args.personal_out.chmod(0o700)
        for paper in draw_personal(found.personal):
            (args.personal_out / paper.name).write_bytes(paper.content)
    return 0
