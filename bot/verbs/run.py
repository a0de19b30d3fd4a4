"""`tingwen run`: the service, until it is told to stop."""

import asyncio
import gc
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.verbs.check import report, spoken
from bot.verbs.opening import opened


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen run`."""
    parser.add_argument("--config", type=Path, default=Path("config.toml"))


def run(args: Namespace) -> int:
    """Serve; 1 where the configuration cannot be run with."""
    _leave_no_dump()
    gc.disable()  # importing makes no garbage: collecting in vain costs a tenth of a start. The app enables it
    loaded, problems = opened(args.config, os.environ, keys=False)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, spoken(os.environ)))
        return 1
    from bot.app.service import serve

    return asyncio.run(serve(loaded.settings, loaded.secrets))


def _leave_no_dump() -> None:
    """Should the process crash, what people are saying at that moment is not written down with its memory."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
