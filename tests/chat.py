"""A house in a folder, and people who chat with it.

async with Home(tmp_path) as home:
    anna = home.person("anna")
    await anna.says("开始", "2")
    assert "第 1 问" in anna.sees
"""

import asyncio
import hashlib
import itertools
import os
import secrets
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from bot.content.loader import load_texts
from bot.content.taxonomy import load_taxonomy
from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Edited,
    Incoming,
    Media,
    Outgoing,
    Tap,
    Text,
)
from bot.core.reading import Library
from bot.core.round import Round
from handlers.front import Front
from handlers.reading import Readings
from handlers.receipt import Receipts
from handlers.survey import Agenda
from handlers.tick import tick
from handlers.words import House
from storage.database import Database
from storage.keys import Keyring
from storage.opinion import Turnout
from storage.schema import prepare
from storage.tables import opinion
from storage.unit_of_work import Work
from storage.vault import Tick
from tests.builders import a_round, word_round
from tests.fakes import FakeChannel, FixedClock
from tests.places import place

QUIET = 3.5
"""Seconds: a little more than the quiet gap."""


def quickly(digits: str) -> bytes:
    """A receipt's root, not slow at all."""
    return hashlib.sha256(digits.encode()).digest()


class Home:
    """The whole of deeds and storage, on disk, with one fake channel."""

    def __init__(
        self,
        folder: Path,
        *rounds: Round,
        clock: FixedClock | None = None,
        word: Round | None = None,
        library: Library | None = None,
    ) -> None:
        self.folder = folder
        self.library = library or Library(taxonomy=load_taxonomy())
        self.clock = clock or FixedClock()
        self.channel = FakeChannel()
        self.receipts = Receipts(os.urandom, quickly, sleep=self._pause)
        self.paused: list[float] = []
        self.readings = Readings(lambda: self.library)
        self._rounds = rounds or (a_round(),)
        self._word = word or word_round()
        self._ticks = itertools.count()
        self._keys = itertools.count(secrets.randbelow(10**12))  # another day, other deliveries

    async def __aenter__(self) -> Self:
        self.place = place(self.folder)
        prepare(self.place)
        self.keys = Keyring(self.folder / "keys")
        self.database = Database(self.place, self.keys)
        self.database.start()
        self.front = Front(
            self.database,
            {self.channel.name: self.channel},
            House(load_texts()),
            await self._agenda(),
            self.clock,
            self.receipts,
            self.readings,
        )
        await self.front.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.front.outbox.stop(1)
        await self.readings.stop()
        await self.database.stop()
        self.keys.close()

    @property
    def file(self) -> Path:
        """SQLite's file, for those who look into it."""
        assert isinstance(self.place, Path)
        return self.place

    async def _agenda(self) -> Agenda:
        scripts = {r.id: r.script for r in (*self._rounds, self._word)}
        pins = await self.database.write(
            lambda tx: {id: Work(tx).scripts.pin(s) for id, s in scripts.items()}
        )
        return Agenda(
            rounds=self._rounds,
            word=self._word,
            pins=pins,
            scripts={pins[id]: s for id, s in scripts.items()},
            period=lambda _: "2026-09-25",
            read=self.readings.find,
            headcounts={
                (unit.id, group.id): 1
                for made in (*self._rounds, self._word)
                for unit in made.script.units
                for group in made.script.groups
            },
            k=1,
            open_people=True,
            receipt=self.receipts.take,
        )

    def person(self, name: str) -> "Person":
        """Somebody with a chat."""
        return Person(self, Address(channel=self.channel.name, id=name))

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    async def rest(self, seconds: float = QUIET) -> None:
        """Time passes; what falls due by then happens."""
        self.clock.push(seconds)
        for address in self.front.alarms.take_due():
            await self.front.ring(address)
        await self.front.outbox.idle()

    async def tick(self, *, last: bool = False) -> None:
        """The clock strikes: all that waits is released, because here one person is enough."""
        for made in (*self._rounds, self._word):
            wish = Tick(name=f"tick {next(self._ticks):03}", period="2026-09-25", last=last)
            await tick(self.database, made.id, wish)

    async def turnout(self) -> list[Turnout]:
        """How many took part, after a tick."""
        await self.tick()
        return await self.database.write(lambda tx: Work(tx).opinions.turnout())

    async def opinions(self) -> list[Any]:
        """All that was handed in, after a tick."""
        await self.tick()
        return await self.database.read(lambda c: list(c.execute(select(opinion)).mappings()))


class Person:
    """Somebody who chats."""

    def __init__(self, home: Home, address: Address) -> None:
        self.home = home
        self.address = address

    async def does(self, body: Body, *, key: str = "", message: str = "") -> None:
        """One thing, and the bot's answer to it."""
        named = key or f"k{next(self.home._keys)}"
        await self.home.front.receive(
            Incoming(address=self.address, key=named, body=body, message=message or named)
        )
        await asyncio.gather(*self.home.front._answering)
        await self.home.front.outbox.idle()

    async def says(self, *texts: str) -> None:
        """Types these, pausing after each."""
        for text in texts:
            await self.does(Text(text))
            await self.home.rest()

    async def arrives(self, link: str = "") -> None:
        """Opens the chat."""
        await self.does(Arrived(link))

    async def taps(self, *labels: str) -> None:
        """Presses the buttons with these labels on the last message."""
        for label in labels:
            shown = self.last
            says = next((b.says for row in shown.rows for b in row if b.label == label), None)
            assert says is not None, f"no button {label!r} in {shown.rows}"
            await self.does(Tap(says, shown.screen))

    async def sends(self, what: Any) -> None:
        """Something that is not words."""
        await self.does(Media(what))

    async def edits(self, message: str, text: str) -> None:
        """Changes an earlier message."""
        await self.does(Edited(text), message=message)

    @property
    def heard(self) -> list[Outgoing]:
        """All that was sent to them."""
        return [sent for sent in self.home.channel.sent if sent.address == self.address]

    @property
    def last(self) -> Outgoing:
        """The last message they got."""
        return self.heard[-1]

    @property
    def sees(self) -> str:
        """The text of the last message."""
        return self.last.text

    @property
    def labels(self) -> list[str]:
        """The buttons on it."""
        return [b.label for row in self.last.rows for b in row]
