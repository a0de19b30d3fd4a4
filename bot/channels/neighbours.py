"""A channel whose people answer by themselves: the demo's neighbours, invented, and marked so in every paper.

They go the way everybody goes, through the front door and all its rooms; only the typing is done for them.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.channels.base import NotStored, Receive, Rejected
from bot.core.link import Link, write_link
from bot.core.messages import Address, Arrived, Body, Incoming, Outgoing, Sent, Text

AT_ONCE = 24
"""Neighbours who talk at a time."""

PATIENCE = 60.0
"""Seconds a neighbour waits for the bot's next word before going on."""

AGAIN = 1.0
"""Seconds until what could not be kept is said again."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One invented person: who, what they say to each question (empty skips), and in which week."""

    group: str
    unit: str
    answers: tuple[str, ...]
    week: int = 1


class Neighbours:
    """The channel `neighbours`. Each `speak` lets one more week's people answer, a few at a time."""

    name = "neighbours"

    def __init__(self, people: Sequence[Neighbour]) -> None:
        self._people = people
        self._heard: dict[str, asyncio.Queue[Outgoing]] = {}
        self._weeks: asyncio.Queue[int] = asyncio.Queue()
        self._week = 0
        self.silent = asyncio.Event()
        """All who were asked to speak have said what they had to say."""
        self.silent.set()

    def speak(self) -> None:
        """Another week's people answer now."""
        self._week += 1
        self.silent.clear()
        self._weeks.put_nowait(self._week)

    async def run(self, receive: Receive) -> None:
        """Answer whenever a week's people are to speak."""
        while True:
            week = await self._weeks.get()
            gate = asyncio.Semaphore(AT_ONCE)

            async def live(
                number: int, person: Neighbour, gate: asyncio.Semaphore = gate
            ) -> None:
                async with gate:
                    await self._talk(receive, number, person)

            speaking = [(i, p) for i, p in enumerate(self._people) if p.week == week]
            await asyncio.gather(*(live(i, p) for i, p in speaking))
            self.silent.set()

    async def fetch(self, sent: Sent) -> bytes:
        """They send none."""
        raise Rejected(sent.name)

    async def send(self, outgoing: Outgoing) -> None:
        """They read everything at once."""
        if heard := self._heard.get(outgoing.address.id):
            heard.put_nowait(outgoing)

    async def _talk(self, receive: Receive, number: int, person: Neighbour) -> None:
        address = Address(channel=self.name, id=f"neighbour-{number}")
        heard = self._heard[address.id] = asyncio.Queue()
        keys = itertools.count()
        for body in _turns(person):
            key = f"{next(keys)}"
            await _said(receive, Incoming(address=address, key=key, body=body, message=key))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await heard.get()
        del self._heard[address.id]


async def _said(receive: Receive, incoming: Incoming) -> None:
    """Said once more where it could not be kept, as a platform does."""
    while True:
        try:
            return await receive(incoming)
        except NotStored:
            await asyncio.sleep(AGAIN)


def _turns(person: Neighbour) -> Iterator[Body]:
    yield Arrived(write_link(Link(unit=person.unit, group=person.group)))
    yield Text("1")
    for answer in person.answers:
        yield Text(answer or "0")
    if len(person.answers) < 5:
        yield Text("88")
    yield Text("1")
