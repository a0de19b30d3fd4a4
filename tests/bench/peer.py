"""Side by side with a bot as one usually writes it (`conversation.py`): the same updates, then the same kill -9.

    feed    everybody's updates, 32 people in flight, neither bot's mouth open: messages a second, how long one waits until
            it is kept, what the process holds
    kill    people talk with each over Telegram's API on loopback while it is killed and started again: what of their
            answers, taken off the platform, is kept nowhere, what twice, and who had to begin anew

Each side has a process of its own. The peer does a good deal less for each message: it masks, sorts and seals nothing.
"""

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.bench import inbound, telegram
from tests.bench.feeding import OURS, PEER, Fed
from tests.bench.rows import Found

PEOPLE = 300
TALKING, KILLS = 60, 8
PACE = (0.5, 3.0)
"""Seconds between what somebody sees and what they do then."""
SILENCE = 20.0
"""Seconds of silence after which somebody begins anew."""


# -- the same updates -----------------------------------------------------------------


def fed(side: str, people: int) -> Fed:
    """One side, in a process of its own, on this one's processor."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.feeding", side],
        input=json.dumps(inbound.updates(people)),
        capture_output=True,
        text=True,
        check=True,
    )
    return Fed(*json.loads(done.stdout))


# -- the same kill -9 -----------------------------------------------------------------


class Patient(telegram.Caller):
    """Begins anew when nothing was heard for a while, and answers again what is asked again."""

    def __init__(self, api: "Talkers", id: int) -> None:
        super().__init__(api, id)
        self.typed = Counter[str]()
        self.anew = 0
        self._heard_at = 0.0

    def begin(self) -> None:
        self._heard_at = time.monotonic()
        super().begin()
        self._look()

    def sees_now(self, text: str, labels: list[str]) -> None:
        self._heard_at = time.monotonic()
        super().sees_now(text, labels)

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        self.typed[text] += 1
        if text.startswith("/"):  # the platform marks commands, and the peer looks for the mark
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return super().says(text, **more)

    def _look(self) -> None:
        if self.thanked:
            return
        if time.monotonic() - self._heard_at > SILENCE:
            self.anew += 1
            self._answered.clear()
            self._heard_at = time.monotonic()
            self.says("/start")
        asyncio.get_running_loop().call_later(1.0, self._look)


class Talkers(telegram.Crowd):
    """People who read and type, each in their own time."""

    def __init__(self, count: int, pace: tuple[float, float]) -> None:
        super().__init__(0, pace=pace)
        self.callers = [Patient(self, id) for id in range(1, count + 1)]
        self.people = {caller.id: caller for caller in self.callers}


class Survived(NamedTuple):
    """Answers taken off the platform and kept nowhere; kept twice; people who heard nothing and began anew; who finished."""

    lost: int
    twice: int
    anew: int
    finished: int


async def killed(
    side: str, people: int, kills: int, pace: tuple[float, float] = PACE
) -> Survived:
    """So many talk while this side is killed and started again so many times."""
    async with Talkers(people, pace) as api:
        with tempfile.TemporaryDirectory() as folder:
            for n, caller in enumerate(api.callers):
                asyncio.get_running_loop().call_later(12.0 * n / people, caller.begin)
            for _ in range(kills):
                before = len(api.of("getUpdates"))
                async with _running(side, api.base, folder) as process:
                    while len(api.of("getUpdates")) == before:
                        await asyncio.sleep(0.05)
                    await telegram.finished(api, api.chance.uniform(1, 5), strict=False)
                    process.kill()
                    await process.wait()
            async with _running(side, api.base, folder):
                await telegram.finished(api, 180, strict=False)
                await asyncio.sleep(2)
            kept = await _kept(side, Path(folder))
        lost = twice = 0
        for caller in api.callers:
            for said in caller.said:
                lost += max(0, caller.typed[said] - kept.get(said, 0))
                twice += max(0, kept.get(said, 0) - 1)
        anew = sum(caller.anew > 0 for caller in api.callers)
        return Survived(lost, twice, anew, len(api.finished))


@contextlib.asynccontextmanager
async def _running(
    side: str, base: str, folder: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    if side == OURS:
        async with telegram.service("serve", base, folder) as process:
            yield process
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.conversation", base, folder),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _kept(side: str, folder: Path) -> Mapping[str, int]:
    if side == OURS:
        return await telegram.kept_in(folder)
    with contextlib.closing(sqlite3.connect(folder / "peer.db")) as db:
        return dict(db.execute("SELECT text, count(*) FROM answer GROUP BY text"))


# -- figures --------------------------------------------------------------------------


def feeding(rounds: int, people: int = PEOPLE) -> Iterator[Found]:
    """Both sides alternately, medians."""
    seen: dict[str, list[Fed]] = {PEER: [], OURS: []}
    for _ in range(rounds):
        for side, into in seen.items():
            into.append(fed(side, people))
    peer, ours = (Fed(*map(median, zip(*seen[side], strict=True))) for side in (PEER, OURS))
    yield Found("peer.rate", f"{peer.rate:,.0f}", f"{ours.rate:,.0f}", ours.rate / peer.rate)
    yield Found("peer.late", f"{peer.late:.1f}", f"{ours.late:.1f}", ours.late / peer.late)
    yield Found(
        "peer.memory", f"{peer.memory:.0f}", f"{ours.memory:.0f}", ours.memory / peer.memory
    )


def killing(
    people: int = TALKING, kills: int = KILLS, pace: tuple[float, float] = PACE
) -> Iterator[Found]:
    """Both sides, one after the other; on all processors, since the people are in this process."""
    peer, ours = (asyncio.run(killed(side, people, kills, pace)) for side in (PEER, OURS))
    for name in ("lost", "twice", "anew", "finished"):
        yield Found(
            f"peer.{name}",
            str(getattr(peer, name)),
            str(getattr(ours, name)),
            getattr(ours, name),
        )


if __name__ == "__main__":
    for found in killing() if sys.argv[1:] == ["kill"] else feeding(3):
        print(found)
