"""What is remembered of each member's chat while we run: the card that stands there, what was said lately.

All of it may be forgotten at any moment (a restart does). No words are kept here, only their fingerprints.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.channels.wecom.render import Part
from bot.core.messages import Outgoing

CHATS = 20_000
"""Chats remembered; the one unused for the longest time makes room."""
LATELY = 60
"""Messages of one chat whose fingerprints are remembered."""


@dataclass(slots=True)
class Showing:
    """A message on its way, as it was put together, for a second try must be the very same."""

    outgoing: Outgoing
    parts: tuple[Part, ...]
    tried: float
    """When it was last tried."""
    done: int = 0
    """How many of its parts have arrived."""
    sent: list[str] = field(default_factory=list[str])
    """The platform's names of these."""
    unsure: bool = False
    """The next part was tried, and whether it arrived is unknown."""


@dataclass(slots=True)
class Chat:
    """One chat."""

    member: str
    hearing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one thing they did is taken in."""
    speaking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one message, with all its parts, is on its way."""
    active: float = float("-inf")
    """When they last did something."""
    card: str = ""
    """The task of the card that can be tapped; empty: none that we know of."""
    response: str = ""
    """With this it may be changed, should they answer otherwise."""
    answered: bool = False
    """They have done something since it was shown."""
    echoes: tuple[str, ...] = ()
    """The platform's names of messages that repeat their words, to be taken back."""
    tapped: OrderedDict[str, None] = field(default_factory=OrderedDict[str, None])
    """Cards tapped and taken in, with what was chosen: the same again is one tap."""
    showing: Showing | None = None
    lately: OrderedDict[bytes, tuple[int, float]] = field(
        default_factory=OrderedDict[bytes, tuple[int, float]]
    )
    """Fingerprints of what was said: how often, and when last."""

    def said_before(self, fingerprint: bytes, now: float, within: float) -> int:
        """How often this was said within these seconds; counts it once more."""
        count, last = self.lately.pop(fingerprint, (0, float("-inf")))
        before = count if now - last < within else 0
        self.lately[fingerprint] = before + 1, now
        if len(self.lately) > LATELY:
            self.lately.popitem(last=False)
        return before

    def tap(self, mark: str) -> None:
        """Remember that this was tapped."""
        self.tapped[mark] = None
        if len(self.tapped) > 8:
            self.tapped.popitem(last=False)


class Chats:
    """The chats of one app."""

    def __init__(self, most: int = CHATS) -> None:
        self._most = most
        self._chats: OrderedDict[str, Chat] = OrderedDict()

    def __getitem__(self, member: str) -> Chat:
        chat = self._chats.get(member)
        if chat is None:
            chat = self._chats[member] = Chat(member)
            self._make_room()
        else:
            self._chats.move_to_end(member)
        return chat

    def _make_room(self) -> None:
        if len(self._chats) > self._most:
            oldest = next(iter(self._chats.values()))
            if oldest.speaking.locked() or oldest.hearing.locked():
                self._chats.move_to_end(oldest.member)
            else:
                del self._chats[oldest.member]
