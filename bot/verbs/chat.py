"""`tingwen chat`: talk with the bot in the terminal; `--record` keeps the talk as a journey for the tests."""

import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.verbs.opening import opened, sample


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen chat`."""
    parser.add_argument(
        "--config", type=Path, help="talk with this installation; else an invented town"
    )
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write the talk down as a journey"
    )
    parser.add_argument("--link", default="", help="come by a link, such as u_newtown-g_parent")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")


def run(args: Namespace) -> int:
    """Chat until the input ends."""
    loaded = (
        opened(args.config, os.environ)[0]
        if args.config
        else sample(None, os.environ, campaign=False)
    )
    if loaded is None:
        sys.stderr.write("the configuration has mistakes; `tingwen check` lists them\n")
        return 1
    from bot.app.service import talk

    asyncio.run(
        talk(
            loaded.settings,
            loaded.secrets,
            link=args.link,
            language=args.lang,
            record=args.record,
        )
    )
    return 0
