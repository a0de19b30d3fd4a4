"""The bell: APScheduler rings every minute, and what is due by then is done. It holds no state of ours.

All that is once-only is a row; ringing twice, late, or in two places at once does nothing twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

EVERY = 60
"""Seconds."""

SOON = 0.5
"""Seconds after the start until the first ring: whoever is here already is heard first."""


LATE = 15
"""Seconds after which a ring that did not come is rung by ourselves."""


class Bell:
    """Rings `due` every minute, never two rings at a time; `long` beside it, which may take most of an hour."""

    def __init__(
        self,
        due: Callable[[], Awaitable[None]],
        long: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._lanes = tuple(_Lane(one) for one in (due, long) if one is not None)
        self._net: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler()

    def start(self) -> None:
        """Begin to ring; the first time soon, for what fell due while nobody was here."""
        self._scheduler.add_job(
            self._minute, "interval", seconds=EVERY, misfire_grace_time=None, coalesce=True
        )
        self._scheduler.start()
        self._net = asyncio.get_running_loop().call_later(SOON, self._first_ring)

    async def ring(self) -> None:
        """Ring now, after the ring that is going on."""
        for lane in self._lanes:
            await lane.ring()

    @property
    def silent(self) -> float:
        """Seconds since the last ring was over, or since it was hung up."""
        return time.monotonic() - self._lanes[0].rang

    async def stop(self, within: float = 60.0) -> None:
        """Ring no more, and let the last ring finish, for so many seconds.

        APScheduler's own `shutdown(wait=True)` would cancel a running job, so the ring is a task of ours: stop
        ringing, await it, then shut down.
        """
        if self._net is not None:
            self._net.cancel()
        self._scheduler.pause()
        if tasks := [lane.task for lane in self._lanes if lane.task is not None]:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    def drop(self) -> None:
        """Ring no more, at once: another one does."""
        if self._net is not None:
            self._net.cancel()
        for lane in self._lanes:
            if lane.task is not None:
                lane.task.cancel()
        self._scheduler.shutdown(wait=False)

    def soon(self) -> None:
        """Something changed: ring without waiting for the minute."""
        for lane in self._lanes:
            lane.soon()

    async def _minute(self) -> None:
        # A coroutine function, or APScheduler would call it in a thread, where there is no loop.
        self._hang()

    def _first_ring(self) -> None:
        self._hang()
        self._listen()

    def _listen(self) -> None:
        """APScheduler goes by the wall clock: where that is turned back by a day, it would be silent for a day."""
        if self.silent > EVERY + LATE:
            self._hang()
        self._net = asyncio.get_running_loop().call_later(EVERY, self._listen)

    def _hang(self) -> None:
        for lane in self._lanes:
            lane.hang()


class _Lane:
    """What is rung for, one ring after another."""

    def __init__(self, due: Callable[[], Awaitable[None]]) -> None:
        self._due = due
        self._ringing = asyncio.Lock()
        self.task: asyncio.Task[None] | None = None
        self.rang = time.monotonic()
        self._next: asyncio.Task[None] | None = None

    async def ring(self) -> None:
        async with self._ringing:
            await self._due()
            self.rang = time.monotonic()

    def hang(self) -> None:
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.ring())

    def soon(self) -> None:
        if self._next is None:  # else one more is coming already, and has not begun
            self.task = self._next = asyncio.create_task(self._after(self.task))

    async def _after(self, last: asyncio.Task[None] | None) -> None:
        if last is not None:
            await asyncio.gather(last, return_exceptions=True)
        self._next = None
        await self.ring()
