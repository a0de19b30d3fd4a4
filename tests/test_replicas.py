"""Two services of one town in one process, on one PostgreSQL: who says what, and that it is said once.

What a kill does to them is seen in `tests/process/test_replicas.py`, where they are processes.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app.wiring import App
from bot.channels.base import Fetching, Shift, Unreachable
from bot.core.messages import Address, Body, Incoming, Outgoing, Text
from bot.settings.reading import load
from handlers.front import Front
from handlers.people import first_code
from storage.unit_of_work import Work
from tests import postgres
from tests.fakes import FakeChannel

pytestmark = pytest.mark.one_database


class Platform(FakeChannel):
    """Counts what all replicas send together, so one of them sends; and is fetched from."""

    def __init__(self) -> None:
        super().__init__("telegram")
        self.shift = Shift()
        self.fetching = False

    async def run(self, receive: object) -> None:
        await self.shift.during(self._fetch)

    async def _fetch(self) -> None:
        self.fetching = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.fetching = False


class Pages(FakeChannel):
    """Pages that are open at one replica or the other."""

    def __init__(self) -> None:
        super().__init__("web")
        self.open: set[Address] = set()

    def present(self) -> set[Address]:
        return self.open

    def hears(self, address: Address) -> bool:
        return address in self.open

    async def send(self, outgoing: Outgoing) -> None:
        if outgoing.address not in self.open:
            raise Unreachable
        await super().send(outgoing)


@dataclass
class Replica:
    app: App
    front: Front
    platform: Platform
    pages: Pages
    rings: list[float] = field(default_factory=list)
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def keeps(self) -> bool:
        return self.app.watch is not None and self.app.watch.kept

    async def hears(self, who: Address, body: Body) -> None:
        key = f"{id(self)}-{next(self.keys)}"
        await self.front.receive(Incoming(address=who, key=key, body=body, message=key))


@dataclass
class Town:
    """Both replicas, each of which can be stopped by itself."""

    keeper: Replica
    other: Replica
    stacks: dict[int, AsyncExitStack]

    async def stop(self, which: Replica) -> None:
        await self.stacks.pop(id(which)).aclose()

    def said(self, who: Address) -> list[str]:
        """What was sent to them by either."""
        return [
            one.text
            for replica in (self.keeper, self.other)
            for channel in (replica.platform, replica.pages)
            for one in channel.sent
            if one.address == who
        ]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    stacks: dict[int, AsyncExitStack] = {}
    found: list[Replica] = []
    with postgres.database() as url:
        for _ in range(2):
            replica, stack = await _opened(url, tmp_path)
            stacks[id(replica)] = stack
            found.append(replica)
            await until(lambda: any(one.keeps for one in found))
        keeper, other = sorted(found, key=lambda one: not one.keeps)
        yield Town(keeper, other, stacks)
        for stack in stacks.values():
            await stack.aclose()


async def _opened(url: str, folder: Path) -> tuple[Replica, AsyncExitStack]:
    config = folder / "config.toml"
    config.write_text(f'[storage]\nurl = "{url}"\nkey_dir = "{folder}/keys"\n', "utf-8")
    loaded = load(config, {})
    app, platform, pages = App(loaded.settings, loaded.secrets), Platform(), Pages()
    stack = AsyncExitStack()
    front = await stack.enter_async_context(app.running(platform, pages))
    return Replica(app, front, platform, pages), stack


async def until(true: Callable[[], bool], patience: float = 30.0) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience, "it never came"
        await asyncio.sleep(0.02)


ANNA = Address(channel="telegram", id="41")
BEN = Address(channel="web", id="ben-at-his-page-0123456789")


async def test_one_rings_and_fetches_and_when_it_stops_the_other_does(town: Town):
    assert isinstance(town.keeper.platform, Fetching)
    assert town.keeper.app.bell is not None
    assert town.other.app.bell is None
    await until(lambda: town.keeper.platform.fetching)
    assert not town.other.platform.fetching

    await town.stop(town.keeper)

    await until(lambda: town.other.platform.fetching)
    assert town.other.app.bell is not None
    assert not town.keeper.platform.fetching


async def test_what_either_hears_on_a_platform_is_answered_once_by_who_keeps_the_watch(
    town: Town,
):
    await town.other.hears(ANNA, Text("/start"))
    await until(lambda: len(town.said(ANNA)) == 1)
    await town.keeper.hears(ANNA, Text("2"))
    await until(lambda: len(town.said(ANNA)) == 2)
    await town.other.hears(ANNA, Text("2"))
    await until(lambda: len(town.said(ANNA)) == 3)

    await asyncio.sleep(1)
    assert len(town.said(ANNA)) == len(set(town.said(ANNA))) == 3
    assert town.other.platform.sent == []


async def test_what_nobody_keeps_is_answered_by_who_keeps_the_watch_and_leaves_no_row(
    town: Town,
):
    await town.other.hears(ANNA, Text("1234 5678 9012 3456"))

    await until(lambda: len(town.said(ANNA)) == 1)
    assert town.other.platform.sent == []
    write = town.keeper.app.database.write
    await until(lambda: True)
    for _ in range(50):
        if not await write(lambda tx: Work(tx).answers.waiting(())):
            break
        await asyncio.sleep(0.05)
    assert await write(lambda tx: Work(tx).answers.waiting(())) == {}
    assert len(town.said(ANNA)) == 1


async def test_a_page_is_spoken_to_by_the_replica_where_it_is_open(town: Town):
    town.other.pages.open.add(BEN)
    await town.keeper.hears(BEN, Text("/start"))
    await until(lambda: len(town.said(BEN)) == 1)
    assert len(town.other.pages.sent) == 1

    town.other.pages.open.clear()
    await town.keeper.hears(BEN, Text("2"))
    await asyncio.sleep(1)
    assert len(town.said(BEN)) == 1
    town.keeper.pages.open.add(BEN)
    await until(lambda: len(town.said(BEN)) == 2)
    assert len(town.keeper.pages.sent) == 1


async def test_whom_one_replica_lets_in_works_at_the_other_too(town: Town):
    code = await town.keeper.app.database.write(
        lambda tx: first_code(Work(tx), town.keeper.app.clock())
    )
    await town.keeper.hears(ANNA, Text(code or ""))
    await until(lambda: bool(town.said(ANNA)))
    await until(lambda: town.other.front.works_here(ANNA))

    await town.other.hears(ANNA, Text("/office"))
    await until(lambda: len(town.said(ANNA)) == 2)
    assert "发起" in "".join(b.label for row in town.keeper.platform.sent[-1].rows for b in row)


async def test_words_that_waited_with_a_replica_that_is_gone_are_said_by_the_other(town: Town):
    town.keeper.platform.broken = Unreachable()
    await town.other.hears(ANNA, Text("/start"))
    await asyncio.sleep(0.6)
    assert town.said(ANNA) == []

    await town.stop(town.keeper)

    await until(lambda: len(town.said(ANNA)) == 1)
    assert len(town.other.platform.sent) == 1
