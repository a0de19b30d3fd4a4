"""`tingwen backup`: a copy of the database that can be put away, made while the service runs. The keys are never in it."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.content.loader import load_explanations
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from storage.copy import NotCopied, backup


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen backup`."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")


def run(args: Namespace) -> int:
    """Copy; 1 where that cannot be, said in a sentence."""
    words, language = load_explanations(), spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    storage = loaded.settings.storage

    def say(step: str) -> None:
        sys.stderr.write(f"{words.say(language, f'copy.{step}')}\n")

    try:
        size = backup(storage.place, args.out, storage.key_dir, say)
    except NotCopied as why:
        sys.stderr.write(f"{words.say(language, f'copy.{why.reason}', file=args.out)}\n")
        return 1
    done = words.say(language, "copy.made", file=args.out, size=-(-size // 1024))
    sys.stdout.write(f"{done}\n{words.say(language, 'copy.without')}\n")
    return 0
