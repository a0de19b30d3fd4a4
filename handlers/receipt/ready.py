"""Receipts made ready before they are needed, and the turn for which everybody waits who shows one.

Stretching is slow on purpose, so it happens in threads: ahead of time for those who will hand in, and once for each
look-up. All look-ups go one after another, and one that finds nothing holds the turn a while longer, so that guessing is
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
from contextlib import asynccontextmanager
from dataclasses import asdict

from bot.core import receipt
from bot.core.receipt import Held, Receipt, Stretch

Sleep = Callable[[float], Awaitable[object]]

READY = 32
"""Receipts kept ready."""

AT_ONCE = 2
"""Stretchings at a time: 32 MiB each."""

NICE = 10
"""How far threads that stretch stand back behind all others."""

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
    """Stretching takes whole processors: this thread runs when nobody who talks needs them."""
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
        self._most = ready
        self._sleep = sleep
        self._ready: deque[Receipt] = deque()
        self._wanted = asyncio.Event()
        self._want: Callable[[], object] = lambda: None
        self._threads = ThreadPoolExecutor(AT_ONCE, "stretching", initializer=_give_way)
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
            self._ready.append(await self.make())

    def take(self) -> Receipt:
        """A ready one, for good. Raises `NoneReady`. Called from the writer's thread."""
        self._want()
        try:
            return self._ready.popleft()
        except IndexError:
            raise NoneReady from None

    async def make(self) -> Receipt:
        """One made now: for a deed that found none ready."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, receipt.new, self._random, self._stretch
        )

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
        return await loop.run_in_executor(self._threads, self._held, digits)

    def _held(self, digits: str) -> Held:
        return receipt.held(self._stretch(digits))

    async def hold(self) -> None:
        """Nothing was found: nobody else's turn comes yet."""
        await self._sleep(NOTHING_THERE)
