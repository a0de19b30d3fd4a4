"""`tingwen purge`: what is past its time goes now, and not only when the bell next sweeps. May run beside the service."""

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path

from bot.app.clock import Clock
from bot.app.derived import master_of
from bot.content.loader import load_explanations
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from handlers.upkeep import purge
from storage.database import alone, connected
from storage.keys import Keyring
from storage.schema import exists, prepare


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen purge`."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=load_explanations().say(spoken(os.environ), "purge.help_dry"),
    )


def run(args: Namespace) -> int:
    """Says how many rows of what; 1 where there is no database."""
    words, language = load_explanations(), spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    storage = loaded.settings.storage
    if not exists(storage.place):
        sys.stderr.write(f"{words.say(language, 'audit.no_database')}\n")
        return 1
    prepare(storage.place)
    now = Clock()()
    with (
        closing(Keyring(storage.key_dir, master_of(loaded.secrets))) as keys,
        closing(connected(storage.place)) as connection,
    ):
        gone = alone(connection, keys, lambda tx: purge(tx, now, dry=args.dry_run))
    said = "purge.would" if args.dry_run else "purge.gone"
    for table, number in gone.items():
        if number:
            what = words.say(language, f"purge.{table}")
            sys.stdout.write(f"{words.say(language, said, what=what, count=number)}\n")
    if not any(gone.values()):
        sys.stdout.write(f"{words.say(language, 'purge.none')}\n")
    return 0
