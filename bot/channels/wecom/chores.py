"""Small calls that nobody waits for: a tapped card changed, an old one put to rest, a receipt taken back.

They are best effort: what the platform refuses is let go. A few run at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bot.channels.wecom.client import Failed, Refused, Unanswered

AT_ONCE = 4
MOST = 10_000
"""Chores waiting; beyond that new ones are dropped."""
TRIES = 3
PAUSE = 1.0
"""Seconds between two tries."""


class Chores:
    """The chores of one app."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def add(self, call: Callable[..., Awaitable[object]], *facts: object) -> None:
        """Do this soon. Returns at once."""
        if len(self._tasks) < MOST:
            task = asyncio.create_task(self._do(partial(call, *facts)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, within: float) -> None:
        """Let what is begun come to its end, for so many seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _do(self, call: Callable[[], Awaitable[object]]) -> None:
        for _ in range(TRIES):
            try:
                async with self._gate:
                    await call()
            except Unanswered:
                await asyncio.sleep(PAUSE)
            except (Refused, Failed):
                return
            else:
                return
