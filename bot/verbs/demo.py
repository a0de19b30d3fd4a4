"""`tingwen demo`: the whole product on one page, with no token and no server."""

import asyncio
import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.verbs.opening import sample


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen demo`."""
    parser.add_argument("--port", type=int, default=8750)
    parser.add_argument(
        "--data", type=Path, default=Path("var/demo"), help="where its data lie"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the last demo first")


def run(args: Namespace) -> int:
    """Serve the demo until it is told to stop."""
    if args.fresh and args.data.exists():
        shutil.rmtree(args.data)
    loaded = sample(args.data.absolute(), os.environ)
    from bot.app.service import demonstrate

    try:
        return asyncio.run(demonstrate(loaded.settings, loaded.secrets, port=args.port))
    except OSError as error:
        sys.stderr.write(f"port {args.port} cannot be opened ({error.strerror}); try --port\n")
        return 1
