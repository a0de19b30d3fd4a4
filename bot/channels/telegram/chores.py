"""Small calls that nobody waits for: a tap's spinner stopped, old buttons taken away, typed words deleted.

They are best effort: what the platform refuses is let go, for there is nobody to tell. A few run at a time, and they
stand back for a while when many people wait for answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from telegram.error import TelegramError

from bot.channels.telegram.request import Refused, Unanswered

AT_ONCE = 8
MOST = 10_000
"""Chores waiting; beyond that new ones are dropped."""
TRIES = 3
RUSH, GLANCE = 2.0, 0.05
"""Seconds a chore stands back at most, and between two looks whether it must still."""
LONGEST_WAIT = 30.0
"""Seconds a chore is put off when the platform asks to wait; asked for more, it is let go."""

Call = Callable[[], Awaitable[object]]


class Chores:
    """The chores of one bot. `rush` tells whether many people wait for answers."""

    def __init__(self, rush: Callable[[], bool]) -> None:
        self._rush = rush
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def add(self, call: Callable[..., Awaitable[object]], *facts: object) -> None:
        """Do this when there is time. Returns at once."""
        if len(self._tasks) < MOST:
            task = asyncio.create_task(self._do(partial(call, *facts)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def later(
        self, after: float, call: Callable[..., Awaitable[object]], *facts: object
    ) -> None:
        """Do this in so many seconds, if we still run then."""
        asyncio.get_running_loop().call_later(after, partial(self.add, call, *facts))

    async def finish(self, within: float) -> None:
        """Let what is begun come to its end, for so many seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _do(self, call: Call) -> None:
        for _ in range(TRIES):
            wait = await self._try(call)
            if wait is None or wait > LONGEST_WAIT:
                return
            await asyncio.sleep(wait)

    async def _try(self, call: Call) -> float | None:
        """None when it is done with; else the seconds after which it is worth trying again."""
        async with self._gate:
            for _ in range(int(RUSH / GLANCE)):
                if not self._rush():
                    break
                await asyncio.sleep(GLANCE)
            try:
                await call()
            except Refused as refused:
                return refused.after if refused.code == 429 else None
            except Unanswered:
                return 1.0
            except TelegramError:
                return None
        return None
