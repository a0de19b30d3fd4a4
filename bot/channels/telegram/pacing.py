"""When the next message may go: never more than the platform allows in any one second, and not much less.

One line of slots for all chats, 1/29.1 s apart, without credit for pauses: an unused slot is lost, so that nothing
bunches afterwards (a bucket of 30 lets 60 into one second). Each chat has its own gap besides. When the network or
the platform falters, messages sent apart arrive together; so the 31st does not go before a second has passed since
the first was answered, less the time an answer takes at best.

Answers go before broadcasts. The platform's 30 a second is meant for broadcasts; answering people may go above
(core.telegram.org/bots/faq, grammy.dev/advanced/flood). So answers keep to the line while a broadcast is under way or
waits to begin, as long as the line leaves room for them within a second, and else go at once; no broadcast goes within
a second after those. Where the platform objects (429 to several
chats) answers keep to the line for a while in any case.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.base import Throttled

ALLOWED, SECOND = 30, 1.01
"""Messages in any one second, and how long we take a second to be."""
SHARE = 0.97
"""Of what is allowed, how much we use."""
SLOW = 0.3
"""Seconds more than an answer takes at best, after which a message without one is counted as having arrived."""
LATE = 0.005
"""Seconds by which a slot may be taken late without the next one moving: timers are that coarse."""
CHAT_GAP = 1.03
"""Seconds between two messages to one person: "avoid sending more than one message per second"."""
GROUP_GAP = 3.05
"""Seconds between two messages to one group: at most 20 a minute."""
EDIT_GAP = 0.35
"""Seconds after changing a message in place."""
PATIENCE, CHAT_PATIENCE = 4.0, 0.1
"""Seconds worth waiting here, for all and for one chat; longer waits are given back as `Throttled`, so that whoever
sends can turn to others meanwhile."""
STRICT = 60.0
"""Seconds for which answers keep to the line after the platform asked everyone to wait."""
SOON = 60.0
"""Seconds within which two refusals belong together."""
CHATS = 50_000
"""Chats whose last message is remembered; the oldest is long past its gap."""

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Turn:
    """One message that may go."""

    chat: int
    began: float
    ended: float | None = None


class Pacing:
    """The limits of one bot. One caller at a time for each chat."""

    def __init__(
        self,
        *,
        allowed: int = ALLOWED,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`allowed`: messages in any one second."""
        self._allowed = allowed
        self._slot = 1 / (SHARE * allowed)
        self._clock = clock
        self._sleep = sleep
        self._line = 0.0
        self._last_broadcast: Turn | None = None
        self._last_free: Turn | None = None
        self._hold = 0.0
        self._strict_until = 0.0
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._refused: tuple[int, float] | None = None
        self._broadcasting = asyncio.Lock()
        self._wanted = False
        """A broadcast waits for its turn."""
        self._recent: deque[Turn] = deque(maxlen=allowed)
        self._fastest = 0.0

    async def turn(
        self, chat: int, *, answer: bool, edit: bool = False, further: bool = False
    ) -> Turn:
        """Wait until a message to this chat may go. Raises `Throttled` for long waits.

        `answer`: somebody in this chat has just written and waits for it. `further`: a part of a message that has
        begun. When the platform has answered, the turn is to be given back to `ended`.
        """
        patience = PATIENCE if further else CHAT_PATIENCE
        await self._until(self._chats.get(chat, 0.0), patience=patience)
        await self._until(self._hold, everyone=True)
        gap = EDIT_GAP if edit else GROUP_GAP if chat < 0 else CHAT_GAP
        if answer:
            return await self._answer(chat, gap)
        async with self._broadcasting:
            return await self._broadcast(chat, gap)

    def ended(self, turn: Turn, *, passed: bool) -> None:
        """The platform has answered, or will not any more. `passed`: it let the message through."""
        turn.ended = self._clock()
        took = turn.ended - turn.began
        self._fastest = min(took, self._fastest * 1.05) if self._fastest else took
        if passed and self._refused and turn.began > self._refused[1]:
            self._refused = None

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

    async def _answer(self, chat: int, gap: float) -> Turn:
        now = self._clock()
        due = max(self._line, now - LATE)
        free = max(self._after(self._last_broadcast), now)
        lined = max(free, now + SECOND) if self._wanted else free
        if (due <= lined and lined > now) or now < self._strict_until:
            self._line = due + self._slot
            await self._until_then(due)
            await self._room(answer=True)
            return self._go(chat, gap)
        await self._until_then(free)
        self._last_free = self._go(chat, gap)
        return self._last_free

    async def _broadcast(self, chat: int, gap: float) -> Turn:
        self._wanted = True
        try:
            while (due := max(self._line, self._after(self._last_free))) > self._clock():
                await self._until_then(due)
            await self._room(answer=False)
        finally:
            self._wanted = False
        self._line = max(self._line, self._clock() - LATE) + self._slot
        self._last_broadcast = self._go(chat, gap)
        return self._last_broadcast

    async def _room(self, *, answer: bool) -> None:
        """Until one message more makes no more than is allowed in the second in which they arrive."""
        await self._until(self._hold, everyone=True)  # asked for while we waited
        while len(self._recent) == self._allowed:
            due = self._after(self._recent[0])
            if answer and self._clock() >= self._strict_until:
                due = min(due, self._after(self._last_broadcast))
            if due <= self._clock():
                return
            await self._until_then(due)

    def _after(self, turn: Turn | None) -> float:
        """When what goes arrives at least a second after this one did, an answer taking the time it does at best."""
        if turn is None:
            return 0.0
        answered = turn.began + self._fastest + SLOW if turn.ended is None else turn.ended
        return answered - self._fastest + SECOND

    def _go(self, chat: int, gap: float) -> Turn:
        turn = Turn(chat, self._clock())
        self._recent.append(turn)
        self._chats[chat] = max(self._chats.get(chat, 0.0), turn.began + gap)
        self._chats.move_to_end(chat)
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return turn

    async def _until_then(self, moment: float) -> None:
        if (wait := moment - self._clock()) > 0:
            await self._sleep(wait)

    async def _until(
        self, moment: float, *, everyone: bool = False, patience: float = PATIENCE
    ) -> None:
        if (wait := moment - self._clock()) > patience:
            raise Throttled(wait, everyone=everyone)
        await self._until_then(moment)
