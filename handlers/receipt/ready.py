"""Receipts made ready before they are needed, and the turn for which everybody waits who shows one.

Stretching is slow on purpose, so it happens in threads: ahead of time for those who will hand in, one for each talk in
progress, and once for each look-up. Where many hand in at once and the ready ones run out, theirs are made one after
another; nobody else waits for that, and what they handed in is safe meanwhile. All look-ups go one after another, and one that finds nothing holds the turn a while longer, so that guessing is
slow for everybody together, from however many accounts, and nothing is kept about who asks.
"""

import asyncio
import hashlib
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict

from bot.core import receipt
from bot.core.receipt import Held, Receipt, Stretch

Sleep = Callable[[float], Awaitable[object]]

READY = 32
"""Receipts kept ready when nobody talks; each talk in progress wants one more."""

MOST = 2048
"""Receipts kept ready at the most: three minutes of one processor, and half a megabyte."""

SHORT = 8
"""So many in line for a receipt still get theirs within a second; it is not worth saying more than that."""

NICE = 10
"""How far the thread that makes receipts ahead of time stands back behind all others."""

BREATH = 2.0
"""Seconds after the start before receipts are made ready: nobody hands in as soon as that."""

NOTHING_THERE = 0.4
"""Seconds for which a look-up that found nothing holds the turn. Two or three guesses a second, of everybody together."""

IN_LINE = 64
"""Look-ups that wait for their turn at the most; more are asked to come back."""


class NoneReady(Exception):
    """The deed needs a receipt and none is ready: let one be made, and run it again."""


def stretching(salt: bytes) -> Stretch:
    """The slow step from digits to root, with the installation's salt."""
    return lambda digits: hashlib.scrypt(digits.encode(), salt=salt, **asdict(receipt.SCRYPT))


def _give_way() -> None:
    """Stretching takes a whole processor: this thread runs when nobody who talks needs it."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class Receipts:
    """The ready ones, and the turn for which look-ups wait."""

    def __init__(
        self,
        random: Callable[[int], bytes],
        stretch: Stretch,
        *,
        ready: int = READY,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._random = random
        self._stretch = stretch
        self._least = self._most = ready
        self._sleep = sleep
        self._ready: deque[Receipt] = deque()
        self._wanted = asyncio.Event()
        self._want: Callable[[], object] = lambda: None
        self._ahead = ThreadPoolExecutor(1, "stretching ahead", initializer=_give_way)
        self._now = ThreadPoolExecutor(2, "stretching")
        """For whoever waits in line, and for a look-up or what may not wait beside it: 32 MiB each."""
        self._first = asyncio.Lock()
        """Held by whoever is first in line."""
        self._waiting = 0
        self._line = asyncio.Lock()
        self._in_line = 0

    # -- for those who hand in --------------------------------------------------

    async def run(self) -> None:
        """Keep receipts ready, for as long as it runs."""
        loop = asyncio.get_running_loop()
        await self._sleep(BREATH)
        self._want = lambda: loop.call_soon_threadsafe(self._wanted.set)
        try:
            while True:
                await self.fill()
                self._wanted.clear()
                await self._wanted.wait()
        finally:
            self._want = lambda: None

    async def fill(self) -> None:
        """Make as many as there should be."""
        while len(self._ready) < self._most:
            self._ready.append(await self._made(self._ahead))

    def expect(self, talks: int) -> None:
        """So many talks are in progress: each may want a receipt soon."""
        self._most = min(self._least + talks, max(MOST, self._least))
        if len(self._ready) < self._most:
            self._wanted.set()

    def take(self) -> Receipt:
        """A ready one, for good. Raises `NoneReady`. Called from the writer's thread."""
        self._want()
        if self._waiting:  # they came before
            raise NoneReady
        try:
            return self._ready.popleft()
        except IndexError:
            raise NoneReady from None

    def spare(self) -> Receipt | None:
        """A ready one, or None: where one that follows is as good."""
        try:
            return self.take()
        except NoneReady:
            return None

    @property
    def rushed(self) -> bool:
        """So many wait for a receipt that one more would wait too long."""
        return self._waiting >= SHORT

    async def next(self) -> Receipt:
        """One for a deed that found none ready, in the order of asking."""
        self._waiting += 1
        try:
            async with self._first:
                with suppress(IndexError):
                    return self._ready.popleft()
                return await self.make()
        finally:
            self._waiting -= 1

    async def make(self) -> Receipt:
        """One made now: at once where nobody but a line waits, for what may not."""
        return await self._made(self._now)

    async def _made(self, threads: ThreadPoolExecutor) -> Receipt:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, receipt.new, self._random, self._stretch)

    def close(self) -> None:
        """Make no more: a process does not end before its threads do."""
        for threads in (self._ahead, self._now):
            threads.shutdown(wait=False, cancel_futures=True)

    # -- for those who look up --------------------------------------------------

    @property
    def crowded(self) -> bool:
        """So many wait that one more had better come back."""
        return self._in_line >= IN_LINE

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """One after another, in the order of asking."""
        self._in_line += 1
        try:
            async with self._line:
                yield
        finally:
            self._in_line -= 1

    async def held(self, digits: str) -> Held:
        """All that this receipt may find; as many of everything for every one, right or wrong."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._now, self._held, digits)

    def _held(self, digits: str) -> Held:
        return receipt.held(self._stretch(digits))

    async def hold(self) -> None:
        """Nothing was found: nobody else's turn comes yet."""
        await self._sleep(NOTHING_THERE)
