"""`tingwen move`: the whole of an embedded installation into an empty PostgreSQL, checked row by row; the keys stay."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.content.loader import load_explanations
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen move`."""
    words, language = load_explanations(), spoken(os.environ)
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument(
        "--to", required=True, metavar="URL", help=words.say(language, "move.help_to")
    )


def run(args: Namespace) -> int:
    """Move; 1 where that cannot be, said in a sentence."""
    words, language = load_explanations(), spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    storage = loaded.settings.storage
    from storage.move import NotMoved, move  # with a driver that only who moves needs

    def say(table: str, rows: int) -> None:
        sys.stderr.write(f"{words.say(language, 'move.table', table=table, rows=rows)}\n")

    try:
        rows = move(storage.place, args.to, storage.key_dir, say)
    except NotMoved as why:
        told = words.say(language, f"move.{why.reason}", file=storage.place, what=why.what)
        sys.stderr.write(f"{told}\n")
        return 1
    sys.stdout.write(f"{words.say(language, 'move.done', rows=rows)}\n")
    return 0
