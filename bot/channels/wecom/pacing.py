"""Never more to one member than the platform takes: 30 messages a minute, 1,000 an hour from one app.

What is beyond that it drops and says ok (path 90454), so we stay a little below, over any such span of time and not
only over the clock's. There is no pause between two messages: within the limit answers go at once. Nothing is known
of what went out before a restart.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.base import Throttled

LIMITS = ((28, 62.0), (960, 3620.0))
"""Messages, in so many seconds."""
PATIENCE = 3.0
"""Seconds worth waiting here; a longer wait is given back as `Throttled`, so that whoever sends can turn to others."""
MEMBERS = 20_000
"""Members remembered; the one written to longest ago is forgotten first."""

Sleep = Callable[[float], Awaitable[None]]


class Pacing:
    """The limits of one app. One caller at a time for each member."""

    def __init__(
        self,
        limits: Sequence[tuple[int, float]] = LIMITS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    async def turn(self, member: str) -> None:
        """Wait until a message to this member may go, and count it. Raises `Throttled` for long waits."""
        sent = self._sent.setdefault(
            member, deque(maxlen=max(most for most, _ in self._limits))
        )
        self._sent.move_to_end(member)
        if len(self._sent) > MEMBERS:
            self._sent.popitem(last=False)
        wait = max(self._wait(sent, most, span) for most, span in self._limits)
        if wait > PATIENCE:
            raise Throttled(wait)
        if wait > 0:
            await self._sleep(wait)
        sent.append(self._clock())

    def _wait(self, sent: deque[float], most: int, span: float) -> float:
        return sent[-most] + span - self._clock() if len(sent) >= most else 0.0
