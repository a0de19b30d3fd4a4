"""`tingwen VERB`: each verb is one file of `bot.verbs`, imported only when it is called."""

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

VERBS = {
    "run": "run the service",
    "demo": "the whole product on one page, with no token and no server",
    "chat": "a chat in the terminal",
    "import": "take in opinions that came by other ways, from a file",
    "digest": "write the papers of a period that has closed",
    "invite": "one-time codes for staff and participants",
    "audit": "look in the operator's own files for what must not be there",
    "purge": "delete what is past its time",
    "backup": "a safe copy of the database, without the keys",
    "restore": "put a copy in place of a lost database",
    "move": "bring an embedded installation to PostgreSQL, whole and checked",
    "doctor": "what is wrong with a running installation, and what to do about it",
    "check": "find every mistake in the configuration and the contents",
    "plan": "read a campaign plan; understand dates",
    "text": "mask, sort and group opinions",
}


def _module(verb: str) -> ModuleType:
    return importlib.import_module(f"bot.verbs.{verb}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 done, 1 the input is at fault, 2 usage."""
    gc.disable()  # importing makes no garbage: collecting in vain costs a tenth of a start
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="tingwen", description="Tingwen: listen, ask, and answer."
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, help in VERBS.items():
        below = verbs.add_parser(name, help=help, description=help)
        if name in given[:1]:
            _module(name).arguments(below)
    read = parser.parse_args(given)
    gc.enable()
    try:
        return _module(read.verb).run(read)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        return 0
    except Exception as error:
        told = _module("opening").refused(error)
        if not told:
            raise
        sys.stderr.write(f"{told}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
