"""One side of the comparison in a process of its own, so that it holds nothing of the other: everybody's updates come in by
standard input, figures go out. `python -m tests.bench.feeding ours|peer`, pinned like whoever starts it.
"""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

IN_FLIGHT = 32
OURS, PEER = "ours", "peer"

Talks = list[list[str]]
"""Of each person, what the platform brings, as JSON."""


class Fed(NamedTuple):
    """Messages a second, milliseconds until one is kept, megabytes at the end."""

    rate: float
    middle: float
    late: float
    memory: float


async def feed(side: str, folder: Path, talks: Talks) -> Fed:
    """Each update as soon as the one before it is kept, 32 people at a time."""
    taking = _ours if side == OURS else _peer
    took, waits = await taking(folder, talks)
    status = Path("/proc/self/status").read_text()
    memory = re.search(r"VmRSS:\s+(\d+)", status)
    assert memory
    middle, late = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99))
    return Fed(len(waits) / took, middle, late, int(memory[1]) / 1024)


async def _ours(folder: Path, talks: Talks) -> tuple[float, list[float]]:
    from tests.bench.inbound import taken_in

    heard = await taken_in(folder, IN_FLIGHT, len(talks), talks)
    return heard.took, heard.waits


async def _peer(folder: Path, talks: Talks) -> tuple[float, list[float]]:
    from telegram import Update
    from telegram.ext import ExtBot

    from tests.bench.conversation import QUESTIONS, TOKEN, application

    class Mute(ExtBot[None]):
        """Says nothing, and asks nobody who it is."""

        async def send_message(self, *args: Any, **kwargs: Any) -> Any:
            return None

        async def _post(self, endpoint: str, *args: Any, **kwargs: Any) -> Any:
            return {"id": 1, "is_bot": True, "first_name": "bot", "username": "bot"}

    app = application(folder, bot=Mute(TOKEN))
    await app.initialize()
    await app.post_init(app)
    await app.start()
    waits: list[float] = []
    people = iter(talks)

    async def worker() -> None:
        for talk in people:
            for raw in talk:
                began = time.perf_counter()
                update = Update.de_json(json.loads(raw), app.bot)
                await app.update_processor.process_update(update, app.process_update(update))
                waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    took = time.perf_counter() - began
    await app.stop()
    await app.shutdown()
    await app.post_shutdown(app)
    with contextlib.closing(sqlite3.connect(folder / "peer.db")) as db:
        kept = db.execute("SELECT count(*) FROM answer").fetchone()
        assert kept == (len(QUESTIONS) * len(talks),)
    return took, sorted(waits)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as place:
        told = asyncio.run(feed(sys.argv[1], Path(place), json.load(sys.stdin)))
        print(json.dumps(told))
