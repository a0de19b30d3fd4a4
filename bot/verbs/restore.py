"""`tingwen restore`: puts a copy that `tingwen backup` made into an empty data directory or an empty PostgreSQL, and says
what it has lost."""

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path

from bot.app.derived import master_of
from bot.content.loader import load_explanations
from bot.verbs.backup import passphrase_in
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from storage.copy import NotCopied, restore
from storage.keys import Keyring
from storage.strongbox import SHORTEST


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen restore`."""
    words, language = load_explanations(), spoken(os.environ)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument(
        "--passphrase",
        type=Path,
        metavar="PASSPHRASE_FILE",
        help=words.say(language, "copy.help_passphrase"),
    )
    parser.add_argument(
        "--forget-roster", action="store_true", help=words.say(language, "copy.help_forget")
    )


def run(args: Namespace) -> int:
    """Put it in place; 1 where that cannot be, said in a sentence."""
    words, language = load_explanations(), spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return 1
    storage = loaded.settings.storage

    def say(step: str) -> None:
        sys.stderr.write(f"{words.say(language, f'copy.{step}')}\n")

    try:
        with closing(Keyring(storage.key_dir, master_of(loaded.secrets))) as keys:
            restore(
                args.file,
                storage.place,
                keys.master,
                say,
                forget_roster=args.forget_roster,
                passphrase=passphrase_in(args.passphrase),
            )
    except NotCopied as why:
        reason = "unusable" if why.reason == "no_database" else why.reason
        file = args.passphrase if reason == "passphrase" else args.file
        said = words.say(language, f"copy.{reason}", file=file, what=why.what, least=SHORTEST)
        sys.stderr.write(f"{said}\n")
        return 1
    done = (
        words.say(language, "copy.restored", file=storage.place)
        if isinstance(storage.place, Path)
        else words.say(language, "copy.restored_there")
    )
    sys.stdout.write(f"{done}\n")
    sys.stdout.write(f"{words.say(language, 'copy.lost')}\n")
    return 0
