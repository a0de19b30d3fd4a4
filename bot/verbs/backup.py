"""`tingwen backup`: a copy of the database that can be put away, made while the service runs. The keys are never in it."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.content.loader import load_explanations
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from storage.copy import NotCopied, backup
from storage.strongbox import SHORTEST

COPIED = ".copied"
"""In the data directory: its age is that of the last copy."""


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen backup`."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--encrypt",
        type=Path,
        metavar="PASSPHRASE_FILE",
        help=load_explanations().say(spoken(os.environ), "copy.help_encrypt"),
    )


def run(args: Namespace) -> int:
    """Copy; 1 where that cannot be, said in a sentence."""
    words, language = load_explanations(), spoken(os.environ)
    loaded, problems = opened(args.config, os.environ, keys=False)  # they are no part of a copy
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    storage = loaded.settings.storage

    def say(step: str) -> None:
        sys.stderr.write(f"{words.say(language, f'copy.{step}')}\n")

    try:
        passphrase = passphrase_in(args.encrypt)
        size = backup(storage.place, args.out, storage.key_dir, say, passphrase=passphrase)
        if isinstance(storage.place, Path):
            noted(storage.data_dir)
    except NotCopied as why:
        file = args.encrypt if why.reason == "passphrase" else args.out
        said = words.say(
            language, f"copy.{why.reason}", file=file, what=why.what, least=SHORTEST
        )
        sys.stderr.write(f"{said}\n")
        return 1
    done = words.say(language, "copy.made", file=args.out, size=-(-size // 1024))
    sys.stdout.write(f"{done}\n{words.say(language, 'copy.without')}\n")
    if passphrase:
        sys.stdout.write(f"{words.say(language, 'copy.encrypted')}\n")
    return 0


def passphrase_in(file: Path | None) -> bytes:
    """What stands in that file; nothing where there is none. Raises `NotCopied` where it is unfit."""
    if file is None:
        return b""
    try:
        said = file.read_bytes().strip()
    except OSError as error:
        raise NotCopied("passphrase") from error
    if len(said) < SHORTEST:
        raise NotCopied("passphrase")
    return said


def noted(data_dir: Path) -> None:
    """That a copy was made, and when, for `tingwen doctor`."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data_dir / COPIED).touch(mode=0o600)
