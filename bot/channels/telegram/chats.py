"""What is remembered of each chat while we run: which buttons stand there, what is to be tidied away.

All of it may be forgotten at any moment (a restart does): then old buttons stay where they are and are answered as
stale, and nothing else is lost. No words are kept here.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.messages import Outgoing

CHATS = 20_000
"""Chats remembered; the one unused for the longest time makes room."""


@dataclass(frozen=True, slots=True)
class Half:
    """A message of which some parts have arrived, and their ids."""

    outgoing: Outgoing
    sent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What was shown in passing with a message, and may be seen once more for a while."""

    outgoing: Outgoing
    shown: str


@dataclass(slots=True)
class Chat:
    """One chat."""

    id: int
    hearing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one thing they did is taken in."""
    speaking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one message, with all its parts, is on its way."""
    owed_until: float = 0.0
    """Until then the next message is an answer: somebody has written and waits for it."""
    keyboard: int = 0
    """The message whose buttons are the ones to press; 0: none that we know of."""
    screen: str = ""
    """The screen those buttons belong to."""
    tapped: int = 0
    """The message whose button was pressed last, while nothing else has been said since."""
    query: str = ""
    """A tap that still spins on the person's phone."""
    typed: list[int] = field(default_factory=list[int])
    """What they typed, to be deleted once it is answered."""
    echoes: set[int] = field(default_factory=set[int])
    """Messages of ours that repeat what they said, to be deleted once the next thing is said."""
    glimpse: Glimpse | None = None
    told: bool = False
    """They have been told that what they type is deleted."""
    half: Half | None = None
    """A message that broke off."""


class Chats:
    """The chats of one bot."""

    def __init__(self, most: int = CHATS) -> None:
        self._most = most
        self._chats: OrderedDict[int, Chat] = OrderedDict()

    def __getitem__(self, id: int) -> Chat:
        chat = self._chats.get(id)
        if chat is None:
            chat = self._chats[id] = Chat(id)
            self._make_room()
        else:
            self._chats.move_to_end(id)
        return chat

    def __iter__(self) -> Iterator[Chat]:
        return iter(tuple(self._chats.values()))

    def _make_room(self) -> None:
        while len(self._chats) > self._most:
            oldest = next(iter(self._chats.values()))
            if oldest.speaking.locked() or oldest.hearing.locked():
                self._chats.move_to_end(oldest.id)
                return
            del self._chats[oldest.id]
