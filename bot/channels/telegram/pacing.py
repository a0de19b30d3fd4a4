"""When the next message may go: never more than the platform allows in any one second, and not much less.

One line of slots for all chats, 1/28.8 s apart, without credit for pauses: an unused slot is lost, so that nothing
bunches afterwards (a bucket of 30 lets 60 into one second). Each chat has its own gap besides.

Answers go before broadcasts. The platform's 30 a second is meant for broadcasts; answering people may go above
(core.telegram.org/bots/faq, grammy.dev/advanced/flood). So when more people talk than the line has slots, answers
go past it, but no broadcast goes within a second before or after them; and where the platform objects (429 to
several chats) answers keep to the line as well for a while.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.channels.base import Throttled

RATE = 28.8
"""Messages a second: 0.96 of what is allowed; 31 of them span 1.04 s, which leaves the network 40 ms of jitter."""
LATE = 0.005
"""Seconds by which a slot may be taken late without the next one moving: timers are that coarse."""
CHAT_GAP = 1.03
"""Seconds between two messages to one person: "avoid sending more than one message per second"."""
GROUP_GAP = 3.05
"""Seconds between two messages to one group: at most 20 a minute."""
EDIT_GAP = 0.35
"""Seconds after changing a message in place."""
ANSWERS_WAIT = 0.25
"""Seconds an answer waits for the line before it goes past it."""
PATIENCE = 4.0
"""Seconds worth waiting here; longer waits are given back as `Throttled`, for others to use the time."""
STRICT = 60.0
"""Seconds for which answers keep to the line after the platform asked everyone to wait."""
SOON = 60.0
"""Seconds within which two refusals belong together."""
CHATS = 50_000
"""Chats whose last message is remembered; the oldest is long past its gap."""

Sleep = Callable[[float], Awaitable[None]]


class Pacing:
    """The limits of one bot. One caller at a time for each chat."""

    def __init__(
        self,
        *,
        rate: float = RATE,
        answers_wait: float = ANSWERS_WAIT,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._slot = 1 / rate
        self._answers_wait = answers_wait
        self._clock = clock
        self._sleep = sleep
        self._line = 0.0
        self._last_broadcast = -1.0
        self._broadcasts_from = 0.0
        self._hold = 0.0
        self._strict_until = 0.0
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._refused: tuple[int, float] | None = None
        self._broadcasting = asyncio.Lock()

    async def turn(self, chat: int, *, answer: bool, edit: bool = False) -> float:
        """Wait until a message to this chat may go; returns when that was. Raises `Throttled` for long waits.

        `answer`: somebody in this chat has just written and waits for it.
        """
        await self._until(self._chats.get(chat, 0.0), everyone=False)
        await self._until(self._hold, everyone=True)
        if answer:
            await self._answer()
        else:
            async with self._broadcasting:
                await self._broadcast()
        await self._until(self._hold, everyone=True)  # asked to wait while we waited
        now = self._clock()
        gap = EDIT_GAP if edit else GROUP_GAP if chat < 0 else CHAT_GAP
        self._chats[chat] = now + gap
        self._chats.move_to_end(chat)
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return now

    def refused(self, chat: int, after: float) -> bool:
        """The platform asked to wait. True where that is meant for all chats.

        Its 429 carries seconds, and not for whom. One chat refused is that chat's own limit; a second one refused
        soon after, with nothing let through in between, is everybody's.
        """
        now = self._clock()
        self._chats[chat] = max(self._chats.get(chat, 0.0), now + after)
        first, self._refused = self._refused, (chat, now)
        if first is None or first[0] == chat or now - first[1] > SOON:
            return False
        self._hold = max(self._hold, now + after)
        self._strict_until = self._hold + STRICT
        return True

    def passed(self, since: float) -> None:
        """A message whose turn came at `since` was let through."""
        if self._refused and since > self._refused[1]:
            self._refused = None

    async def _answer(self) -> None:
        now = self._clock()
        due = max(self._line, now - LATE)
        free = max(self._last_broadcast + 1.0, now)
        if due - now <= self._answers_wait or due <= free or now < self._strict_until:
            self._line = due + self._slot
            await self._until_then(due)
        else:
            self._broadcasts_from = free + 1.0
            await self._until_then(free)

    async def _broadcast(self) -> None:
        while (due := max(self._line, self._broadcasts_from)) > (now := self._clock()):
            await self._sleep(due - now)
        self._line = max(self._line, now - LATE) + self._slot
        self._last_broadcast = now

    async def _until_then(self, moment: float) -> None:
        if (wait := moment - self._clock()) > 0:
            await self._sleep(wait)

    async def _until(self, moment: float, *, everyone: bool) -> None:
        if (wait := moment - self._clock()) > PATIENCE:
            raise Throttled(wait, everyone=everyone)
        await self._until_then(moment)
