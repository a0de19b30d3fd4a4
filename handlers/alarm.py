"""Near deadlines: one task sleeps until the next of them. The bell is the net below it."""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable

from bot.core.messages import Address

Ring = Callable[[Address], Awaitable[None]]

JERK, NEAR = 1.0, 60.0
"""Seconds the clock must fall behind the loop's own to have been turned back; seconds within which a deadline that was
set before is near: it would not come again for as long as the clock was turned back."""
ROOM = 1024
"""Deadlines that were moved and may lie about, beyond as many as there are."""


class Alarms:
    """When which talk moves on by itself. The latest word about an address counts."""

    def __init__(
        self,
        clock: Callable[[], float],
        ring: Ring,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks`: seconds of a clock that nobody turns."""
        self._clock = clock
        self._ticks = ticks
        self._ring = ring
        self._heap: list[tuple[float, int, Address]] = []
        self._due: dict[Address, float] = {}
        self._sooner = asyncio.Event()
        self._count = 0
        self._looked = (clock(), ticks())
        self._missed: float | None = None

    def __len__(self) -> int:
        """Talks that are being watched."""
        return len(self._due)

    def set(self, address: Address, at: float | None) -> None:
        """Ring for this address then; None: not at all."""
        self._look()
        if at is None:
            self._due.pop(address, None)
            return
        if self._due.get(address) == at:
            return
        self._due[address] = at
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, address))
        if len(self._heap) > 2 * len(self._due) + ROOM:
            self._drop_the_stale()
        if self._heap[0][2] == address or self._missed:
            self._sooner.set()

    def recheck(self) -> None:
        """The clock was moved: look again."""
        self._sooner.set()

    async def run(self) -> None:
        """Ring when it is time, until cancelled."""
        while True:
            self._sooner.clear()
            await asyncio.gather(*(self._ring(address) for address in self.take_due()))
            wait = self._heap[0][0] - self._clock() if self._heap else None
            try:
                async with asyncio.timeout(wait if wait is None or wait > 0 else 0):
                    await self._sooner.wait()
            except TimeoutError:
                pass

    def take_due(self) -> list[Address]:
        """The addresses whose time has come, or was near when the clock was turned back; they are not rung again unless
        set again."""
        self._look()
        until, self._missed = max(self._clock(), self._missed or 0.0), None
        return self._take_until(until)

    def _drop_the_stale(self) -> None:
        """A deadline that was moved stays in the heap until its old time; in days of talking that would be every word."""
        entries = enumerate(self._due.items())
        self._heap = [(at, number, address) for number, (address, at) in entries]
        self._count = len(self._heap)
        heapq.heapify(self._heap)

    def _look(self) -> None:
        """See whether the clock was turned back since one looked last."""
        (then, before), now, ticks = self._looked, self._clock(), self._ticks()
        self._looked = (now, ticks)
        should_be = then + ticks - before
        if now < should_be - JERK:
            self._missed = max(should_be + NEAR, self._missed or 0.0)

    def _take_until(self, now: float) -> list[Address]:
        ready: list[Address] = []
        while self._heap and self._heap[0][0] <= now:
            at, _, address = heapq.heappop(self._heap)
            if self._due.get(address) == at:
                del self._due[address]
                ready.append(address)
        return ready
