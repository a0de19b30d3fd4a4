"""The office at its desk in WeCom: the whole house, the tests' own platform, a robot in the heads' group, and a clerk who
types what stands before a choice, never a command.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import App
from bot.channels.http import Listener
from bot.channels.wecom.client import Client
from bot.channels.wecom.crypto import Seal
from bot.channels.wecom.robot import Robots
from bot.channels.wecom.transport import Wecom
from bot.content.wecom import words
from bot.core.messages import Address, Arrived, Incoming, Text
from bot.core.people import Post, Role
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.channels.wecom.house import Unhurried
from tests.channels.wecom.platform import (
    AES_KEY,
    AGENT,
    CORP,
    SECRET,
    TOKEN,
    Code,
    Member,
    Platform,
    Shown,
)
from tests.fakes import FixedClock
from tests.handlers.test_intake import MEETING, TICKETS, xlsx
from tests.handlers.test_week import SPRING, ZONE, datetime

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
BEATEN = "操场上有人体罚学生，打得住院了，找13912345678"
MENU = "0"
"""No choice has it: whatever stands there, the menu comes."""


class Office:
    """The house, its clerk on WeCom, its people behind other doors."""

    def __init__(self, app: App, platform: Platform, wecom: Wecom, clock: FixedClock) -> None:
        self.app, self.platform, self.wecom, self.clock = app, platform, wecom, clock
        self.clerk: Member = platform.member("XiaoChen")
        self.typed: list[str] = []
        self._keys = iter(range(10**6))
        self._seen = 0

    @property
    def front(self) -> Any:
        return self.app._front_door

    async def settled(self) -> None:
        for _ in range(2):
            await self.front.stop(30)
            await self.front.outbox.idle()
        await self.wecom._chores.finish(2)

    async def says(self, text: str) -> None:
        """The clerk types this."""
        self.typed.append(text)
        self._seen = len(self.clerk.shown)
        await self.clerk.says(text)
        await self.settled()

    async def chooses(self, label: str) -> None:
        """The clerk types the number that stands before this in what came last."""
        number = self.number(label)
        assert number, f"no number before {label!r} in:\n{self.sees}"
        await self.says(number)

    def number(self, label: str) -> str:
        found = re.search(rf"(?m)^(\d{{1,2}})\)? [^\n]*{re.escape(label)}", self.sees)
        return found[1] if found else ""

    async def sends(self, name: str, content: bytes) -> None:
        """The clerk sends a file, as clients do that hand files to an app."""
        self._seen = len(self.clerk.shown)
        self.platform.media["sent"] = ("file", name, content, float("inf"))
        await self.clerk.brings(
            {
                "MsgType": "file",
                "MediaId": "sent",
                "FileName": name,
                "FileSize": str(len(content)),
            }
        )
        await self.settled()

    @property
    def new(self) -> list[Shown]:
        return self.clerk.shown[self._seen :]

    @property
    def sees(self) -> str:
        """All that came since they last did something: texts, and what stands on cards, a line each."""
        said = [one.text for one in self.new]
        for one in self.new:
            card = one.card or {}
            boxes = [*card.get("select_list", ()), *filter(None, [card.get("checkbox")])]
            said += [button["text"] for button in card.get("button_list", ())]
            said += [option["text"] for box in boxes for option in box["option_list"]]
        return "\n".join(said)

    @property
    def papers(self) -> list[str]:
        return [one.file[0] for one in self.new if one.file]

    async def at(self, moment: str) -> None:
        self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp()
        self._seen = len(self.clerk.shown)
        await self.app.bell.ring()
        await self.settled()

    async def parent(self, who: str, *texts: str) -> None:
        """A parent at another door, from the link to the receipt."""
        address = Address(channel="web", id=who)
        for body in (Arrived("u_newtown-g_parent"), *map(Text, texts)):
            key = str(next(self._keys))
            await self.front.receive(Incoming(address=address, key=key, body=body, message=key))
            self.clock.push(4)
            await self.front.ring(address)

    async def answered(self) -> None:
        """Seven parents have, one of them of something that cannot wait."""
        for n in range(6):
            await self.parent(f"mum{n}", "1", "1", "食堂的菜老是凉的，上周又涨价", "88", "1")
        await self.parent("dad", "1", BEATEN, "88", "1", "1")
        await self.app.bell.ring()
        await self.settled()

    async def rings(self) -> None:
        for _ in range(3):
            await self.app.bell.ring()
            await self.settled()

    async def do(self, deed: Any) -> Any:
        return await self.app.database.write(lambda tx: deed(Work(tx)))


@contextlib.asynccontextmanager
async def office(
    folder: Path, platform: Platform, *, cards: bool = True, moment: str = "2014-03-24 09:30"
) -> AsyncIterator[Office]:
    clock = FixedClock(datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp())
    loaded = sample(folder, {})
    app = App(
        replace(loaded.settings, rounds=(SPRING,)),
        replace(loaded.secrets, wecom_robots=f"园长群 {KEY}"),
        clock,  # type: ignore[arg-type]
    )
    client = Client(CORP, SECRET, api_base_url=platform.base)
    seal = Seal(TOKEN, AES_KEY, CORP)
    wecom = Wecom(
        client,
        seal,
        CORP,
        AGENT,
        words(),
        clock=time.time,
        cards=cards,
        pacing=Unhurried(),
    )
    robots = Robots(client, {"园长群": KEY}, pacing=Unhurried())
    platform.robots.setdefault(KEY, [])
    listener = Listener(port=0)
    platform.callback = f"{listener.bind()}/wecom"
    listener.add(wecom.routes())
    async with app.running(wecom, robots):
        serving = asyncio.create_task(listener.run())
        house = Office(app, platform, wecom, clock)
        await app.bell.ring()
        clerk = Address(channel="wecom", id="XiaoChen")
        if await house.do(lambda work: work.staff.find(clerk)) is None:
            await house.do(
                lambda work: work.staff.join(
                    clerk, "zh", (Post(role=Role.OFFICE), Post(role=Role.DUTY))
                )
            )
        await app._front_door.look_again()  # type: ignore[union-attr]
        try:
            yield house
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
    await wecom.close()
    await client.close()


@pytest.mark.parametrize("cards", [True, False], ids=["cards", "words alone"])
async def test_a_clerks_main_day_by_digits_alone(tmp_path: Path, cards: bool):
    async with (
        Platform(per_minute=10**6) as platform,
        office(tmp_path, platform, cards=cards) as house,
    ):
        await house.answered()

        await house.says(MENU)
        await house.chooses("急办")
        found = re.search(r"(?m)^(\d{4}) 2014", house.sees)
        assert found
        await house.chooses(found[1])
        assert "体罚学生" in house.sees
        await house.chooses("我来接")
        assert "办公室1 在办" in house.sees

        await house.says(MENU)
        await house.chooses("录入意见")
        await house.chooses("从文件导入")
        await house.sends("12345导出.xlsx", xlsx(*TICKETS))
        assert "意见内容 ← 来电内容" in house.sees
        await house.chooses("哪一天")
        await house.says("3月24日")
        await house.chooses("收下 4 条")
        assert "原因写在旁边" in house.sees
        assert house.papers == ["handed-back.xlsx"]

        await house.says(MENU)
        await house.chooses("录入意见")
        await house.chooses("座谈会")
        await house.says(MEETING)
        await house.chooses("哪些人")
        await house.chooses("一线教师")
        assert "✓ 一线教师" in house.sees
        await house.chooses("好了")
        await house.chooses("收下 3 条")
        assert "座谈会收下 3 条" in house.sees

        await house.at("2014-03-28 15:00")
        assert "周报初稿好了" in house.sees
        await house.says(MENU)
        await house.chooses("归类")
        assert "主题：" in house.sees
        await house.chooses("主题对")
        await house.says(MENU)
        await house.chooses("看进度")
        assert "学生家长：本周 7 份" in house.sees

        await house.says(MENU)
        await house.chooses("看周报")
        assert "初稿，还没有发" in house.sees
        await house.chooses("改几句")
        await house.chooses("工作建议")
        await house.says("请后勤科三日内公示食堂成本。")
        assert "第 2 稿" in house.sees
        await house.chooses("看全文")
        assert house.papers == ["digest.docx"]

        await house.says(MENU)
        await house.chooses("看周报")
        await house.chooses("发送")
        assert "园长群" in house.sees
        await house.chooses("确认发送")
        await house.rings()
        said = platform.robots[KEY]
        assert [one["msgtype"] for one in said] == [
            "markdown_v2",
            "image",
            "file",
            "file",
            "file",
        ]
        assert said[0]["markdown_v2"]["content"].startswith("### 【意见征集周报 第1期】")
        names = [platform.media[one["file"]["media_id"]][1] for one in said[2:]]
        assert names == ["digest.docx", "digest.pdf", "ledger.xlsx"]
        assert "digest.docx" in house.papers

        free = {MEETING, "请后勤科三日内公示食堂成本。", "3月24日"}
        assert all(one.isdecimal() for one in house.typed if one not in free)
        assert not platform.cut
        assert not platform.repeated


async def test_a_group_whose_clients_take_no_markdown_gets_the_digest_as_plain_text(
    tmp_path: Path,
):
    async with Platform(per_minute=10**6) as platform, office(tmp_path, platform) as house:
        platform.mischief = lambda path, facts: (
            Code(40008) if "markdown_v2" in (facts or {}) else None
        )
        await house.answered()
        await house.at("2014-03-28 15:00")
        await house.says("周报")
        await house.chooses("发送")
        await house.chooses("确认发送")
        await house.rings()
        said = platform.robots[KEY]
        assert [one["msgtype"] for one in said] == ["text", "image", "file", "file", "file"]
        assert "意见征集周报" in said[0]["text"]["content"]


async def test_a_digest_reaches_the_group_though_its_robot_has_said_all_it_may_this_minute(
    tmp_path: Path,
):
    """20 a minute: what the robot refuses waits and arrives, each thing once."""
    async with Platform(per_minute=10**6) as platform, office(tmp_path, platform) as house:
        await house.answered()
        await house.at("2014-03-28 15:00")
        times = platform.robot_times[KEY]
        times.extend([time.monotonic()] * 18)  # others have written with the same key
        await house.says("周报")
        await house.chooses("发送")
        await house.chooses("确认发送")
        await house.rings()
        assert platform.refusals[45009]
        assert len(platform.robots[KEY]) == 2
        times.clear()
        house.wecom._client._held.clear()
        house.clock.push(120)
        await house.rings()
        kinds = [one["msgtype"] for one in platform.robots[KEY]]
        assert kinds == ["markdown_v2", "image", "file", "file", "file"]


async def test_choices_are_still_counted_after_a_restart(tmp_path: Path):
    async with Platform(per_minute=10**6) as platform:
        async with office(tmp_path, platform) as house:
            await house.says(MENU)
            number = house.number("录入意见")
        async with office(tmp_path, platform) as house:
            await house.says(number)
            assert "从哪里来的" in house.sees


async def test_a_number_means_what_was_shown_last_and_words_that_are_awaited_come_first(
    tmp_path: Path,
):
    async with Platform(per_minute=10**6) as platform, office(tmp_path, platform) as house:
        await house.says("交接")
        await house.chooses("请人加入")
        await house.chooses("办公室")
        assert "办公室的码" in house.sees
        await house.says("绑定")
        await house.says("1")  # nothing that stands there has a number
        assert "要做什么" in house.sees
        await house.says("来信")
        await house.says("食堂菜凉。校门口堵车！")
        await house.chooses("拆开一条")
        await house.says("1")  # the first line
        assert "#2 校门口堵车！" in house.sees


async def test_the_same_number_brought_again_by_the_platform_has_one_effect(tmp_path: Path):
    async with Platform(per_minute=10**6) as platform, office(tmp_path, platform) as house:
        await house.says(MENU)
        number = house.number("录入意见")
        message = house.clerk.message({"MsgType": "text", "Content": number})
        before = len(house.clerk.shown)
        for _ in range(3):
            await platform.bring(message)
            await house.settled()
        said = [one for one in house.clerk.shown[before:] if "从哪里来的" in one.text]
        assert len(said) == 1


async def test_who_is_no_staff_types_numbers_as_ever(tmp_path: Path):
    async with Platform(per_minute=10**6) as platform, office(tmp_path, platform) as house:
        anna = platform.member("ZhangSan")
        for text in ("开始", "2", "2", "1"):
            await anna.says(text)
            await house.settled()
        assert "第 1 问" in anna.seen
