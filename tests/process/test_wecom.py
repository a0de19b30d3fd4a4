"""WeCom and the real service: killed in the middle, brought again, crowded, and nothing of it in log or data."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.wecom.house import until
from tests.channels.wecom.platform import AES_KEY, AGENT, CORP, SECRET, TOKEN, Platform, Slow
from tests.process.service import Service

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGWEN_WECOM_SECRET", SECRET)
    monkeypatch.setenv("TINGWEN_WECOM_TOKEN", TOKEN)
    monkeypatch.setenv("TINGWEN_WECOM_AES_KEY", AES_KEY)
    monkeypatch.setenv("TINGWEN_WECOM_ROBOTS", f"heads {KEY}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@contextlib.asynccontextmanager
async def service(folder: Path, platform: Platform) -> AsyncIterator[Service]:
    made = Service(
        folder,
        f'[wecom]\ncorp_id = "{CORP}"\nagent_id = {AGENT}\napi_base_url = "{platform.base}"\n',
    )
    platform.callback = f"{made.url}/wecom"
    try:
        await asyncio.to_thread(made.start)
        yield made
    finally:
        made.__exit__()


async def test_killed_after_the_200_it_answers_after_the_start_and_a_repeat_has_no_effect(
    tmp_path: Path,
):
    async with Platform() as platform, service(tmp_path, platform) as house:
        anna = platform.member("ZhangSan")
        await anna.says("开始")
        await until(lambda: anna.cards, 15)

        platform.mischief = lambda path, facts: None if path == "gettoken" else Slow(60)
        said = anna.message({"MsgType": "text", "Content": "2"})
        assert [one.status for one in await platform.bring(said)] == [200]
        await asyncio.to_thread(house.kill)
        before = len(anna.shown)
        platform.mischief = lambda path, facts: None

        await asyncio.to_thread(house.start)
        await until(lambda: "您是哪一类" in anna.seen, 15)
        assert [one.status for one in await platform.bring(said)] == [
            200
        ]  # nobody knew it had arrived
        await asyncio.sleep(0.5)
        assert len(anna.shown) == before + 1
        assert await asyncio.to_thread(house.stop) == 0


async def test_a_hundred_at_once_none_lost_none_doubled_and_no_trace_of_who_they_are(
    tmp_path: Path,
):
    people = 100
    async with Platform(silence=30) as platform, service(tmp_path, platform) as house:
        members = [platform.member(f"Teacher{n:03}X") for n in range(people)]
        for typed in ("开始", "2", "2", "0"):
            brought = await asyncio.gather(*(member.says(typed) for member in members))
            assert all(
                one.status == 200 and len(tries) == 1 for tries in brought for one in tries
            )
        await until(lambda: all("第 2 问" in member.seen for member in members), 60)
        assert await asyncio.to_thread(house.stop) == 0

    assert all(member.seen.count("第 2 问") == 1 for member in members)
    assert not platform.dropped
    assert not platform.cut
    data = tmp_path / "var/data/tingwen.db"
    with contextlib.closing(sqlite3.connect(data)) as db:
        assert db.execute("SELECT count(*) FROM draft").fetchone() == (people,)
    log = (tmp_path / "log.txt").read_text()
    whole = b"".join(
        path.read_bytes() for path in (tmp_path / "var/data").rglob("*") if path.is_file()
    )
    for secret in (SECRET, TOKEN, AES_KEY, KEY, "Teacher007X", "teacher007x"):
        assert secret not in log
        assert secret.encode() not in whole
        assert secret.encode("utf-16-le") not in whole


async def test_the_office_comes_in_by_its_code_and_works_at_the_desk(tmp_path: Path):
    async with Platform() as platform, service(tmp_path, platform):
        clerk = platform.member("Clerk.Chen")
        log = tmp_path / "log.txt"
        found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", log.read_text())
        assert found
        await clerk.says(found[0])
        await until(lambda: clerk.shown, 15)
        await clerk.says("?")
        await until(lambda: clerk.cards, 15)
        await clerk.taps("发起")
        await until(lambda: len(clerk.cards) > 1, 15)
        await clerk.taps("五问")
        await until(lambda: len(clerk.cards) > 2, 15)
        await until(lambda: clerk.cards[0].replaced, 15)
        assert not platform.refusals.keys() - {46003, 48002}
