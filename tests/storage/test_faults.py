"""A database that cannot take a message: a kind word, and nothing half done."""

import asyncio
import errno
import sqlite3
from contextlib import suppress

import pytest

from bot.channels.base import NotStored, Throttled, Unreachable
from bot.core.messages import Address, Incoming, Text
from storage.database import COMPANY
from storage.keys import Keyring
from tests.chat import Home
from tests.vaults import ask

ASKED = ("开始", "2", "2", "0", "检查太多")


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path) as home:
        yield home


async def pragma(home, text):
    await home.database.write(lambda tx: ask(tx, f"PRAGMA {text}"))


@pytest.mark.one_database
async def test_a_full_disk_says_so_kindly_and_the_talk_goes_on_afterwards(home):
    anna = home.person("anna")
    await anna.says(*ASKED)
    await pragma(home, "max_page_count=1")
    await _until_refused(anna)
    assert "还没有存好" in anna.sees
    await pragma(home, "max_page_count=1000000")
    await home.rest()
    await anna.says("88")
    assert "检查太多" in anna.sees
    assert "填表0" in anna.sees


@pytest.mark.one_database
async def test_a_read_only_database_refuses_without_harm(tmp_path):
    async with Home(tmp_path) as home:
        anna = home.person("anna")
        await anna.says(*ASKED)
        await pragma(home, "query_only=ON")
        with pytest.raises(NotStored):
            await anna.does(Text("少填表"))
        assert "还没有存好" in anna.sees
    async with Home(tmp_path, clock=home.clock) as home:
        anna = home.person("anna")
        await anna.says("少填表", "88")
        assert "检查太多" in anna.sees
        assert "少填表" in anna.sees


@pytest.mark.one_database
async def test_a_locked_database_refuses_and_recovers(home):
    anna = home.person("anna")
    await anna.says(*ASKED)
    other = sqlite3.connect(home.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotStored):
        await anna.does(Text("少填表"))
    assert "还没有存好" in anna.sees
    other.execute("ROLLBACK")
    other.close()
    await anna.says("少填表", "88")
    assert "少填表" in anna.sees


async def test_a_key_that_cannot_be_burned_just_now_makes_nobody_deaf(home, monkeypatch):
    """The disk took the words and then not the key's end: whoever writes next is heard, and the key is burned then."""
    anna = home.person("anna")
    await anna.says(*ASKED)
    kept: list[int] = []

    def refuses(_keys, slot, _key):
        kept.append(slot)
        raise OSError(errno.EFBIG, "File too large")

    with monkeypatch.context() as full:
        full.setattr(Keyring, "burn", refuses)
        with suppress(NotStored):
            await anna.does(Text("少填表"))
        for _ in range(400):
            if not kept:
                await asyncio.sleep(COMPANY)
    assert kept
    await anna.says("88")
    assert "检查太多" in anna.sees


async def test_a_repeat_is_known_though_the_clock_was_turned_back_by_a_day(home):
    anna = home.person("anna")
    await anna.says(*ASKED[:4])
    brought = Incoming(
        address=anna.address, key="named", body=Text("检查太多"), message="named"
    )
    await home.front.receive(brought)
    home.clock.now -= 86400
    await home.front.receive(brought)
    await home.rest()
    await anna.says("88")
    assert anna.sees.count("检查太多") == 1


async def test_one_deed_that_fails_takes_no_other_with_it(home):
    def fails(_tx):
        raise LookupError("mine alone")

    results = await asyncio.gather(
        *(home.database.write(lambda tx: 1) for _ in range(5)),
        home.database.write(fails),
        *(home.database.write(lambda tx: 2) for _ in range(5)),
        return_exceptions=True,
    )
    assert [r for r in results if not isinstance(r, LookupError)] == [1] * 5 + [2] * 5
    assert isinstance(results[5], LookupError)


async def test_a_failed_send_is_tried_again_and_nothing_is_said_twice(home):
    anna = home.person("anna")
    home.channel.will_fail(Throttled(0.05), Throttled(0.05))
    await anna.says("开始")
    assert len(anna.heard) == 1


async def test_what_could_not_be_said_is_said_after_a_restart(tmp_path):
    async with Home(tmp_path) as home:
        home.channel.broken = Unreachable()
        await home.front.receive(_incoming("开始"))
        next(iter(home.front.outbox._tasks)).cancel()
    async with Home(tmp_path) as home:
        await home.front.outbox.idle()
        assert "随时可以停" in home.channel.sent[-1].text


def _incoming(text):
    return Incoming(
        address=Address(channel="web", id="anna"), key="k", body=Text(text), message="m"
    )


async def _until_refused(person):
    for i in range(200):
        try:
            await person.does(Text(f"填表{i} " * 200))
        except NotStored:
            return
    raise AssertionError("the disk was never full")
