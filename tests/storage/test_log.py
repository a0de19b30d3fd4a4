"""The write-ahead log says which rows were written together; so it is emptied within seconds, also under a flood."""

import asyncio
import sqlite3
import time

import pytest

import storage.database
from tests.chat import Home

pytestmark = pytest.mark.one_database


def log_of(home):
    return home.file.with_name(f"{home.file.name}-wal")


async def until_empty(home, within):
    began = time.monotonic()
    while log_of(home).stat().st_size:
        assert time.monotonic() - began < within
        await asyncio.sleep(0.01)


async def test_a_second_after_the_last_message_nothing_stands_in_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(storage.database, "LULL", 0.05)
    async with Home(tmp_path) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0", "检查太多")
        assert log_of(home).stat().st_size
        await until_empty(home, within=5)
        await anna.says("88", "1")  # and the talk goes on
        assert "收到了" in anna.sees
        await until_empty(home, within=5)


async def test_while_messages_come_and_come_the_log_is_emptied_all_the_same(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(storage.database, "LONGEST", 0.1)
    async with Home(tmp_path) as home:
        most, began = 0, time.monotonic()
        while (size := log_of(home).stat().st_size) >= most:  # by itself it never shrinks
            most = size
            await asyncio.gather(*(home.person(f"p{n}").says("开始", "停") for n in range(3)))
            assert time.monotonic() - began < 10


async def test_a_reader_in_the_way_delays_it_and_stops_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(storage.database, "LULL", 0.05)
    async with Home(tmp_path) as home:
        reader = sqlite3.connect(home.file)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM draft").fetchone()
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0", "检查太多")
        await asyncio.sleep(0.2)
        assert log_of(home).stat().st_size
        reader.close()
        await until_empty(home, within=5)
