"""Group chats of the office on Telegram: the whole house, its desk, and the tests' own platform."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app.wiring import App
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.channels.telegram.botapi import BotApi, Group, Person, Reset, Status
from tests.channels.telegram.house import speaking, until
from tests.fakes import FixedClock
from tests.handlers.test_week import SPRING, ZONE


class Office:
    """An office on Telegram: its house, its people, its group."""

    def __init__(self, app: App, front: Any, api: BotApi, telegram: Any) -> None:
        self.app, self.front, self.api, self.telegram = app, front, api, telegram
        self.clerk, self.head, self.stranger = (api.person(n) for n in (11, 12, 13))
        self.group = api.group(-5)

    async def settled(self) -> None:
        await until(lambda: not self.api.pending)
        await self.front.stop(10)
        await self.front.outbox.idle()
        await self.telegram._chores.finish(2)

    async def says(self, person: Person, text: str) -> None:
        self.group.by(person).says(text)
        await self.settled()

    async def taps(self, person: Person, label: str, group: Group | None = None) -> None:
        (group or self.group).by(person).taps(label)
        await self.settled()

    async def alone(self, person: Person, text: str) -> None:
        person.says(text)
        await self.settled()

    async def at(self, moment: str) -> None:
        self.app.clock.now = moment_of(moment)
        await self.app.bell.ring()

    async def week(self) -> None:
        """Six parents have answered, and a draft lies on the desk."""
        for id in range(101, 107):
            parent = self.api.person(id)
            for text in ("/start u_newtown-g_parent", "1", "1", "2", "88", "1"):
                await self.alone(parent, text)
        await self.at("2014-03-28 15:00")

    async def do(self, deed: Any) -> Any:
        return await self.app.database.write(lambda tx: deed(Work(tx)))


def moment_of(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@contextlib.asynccontextmanager
async def office(folder: Path, api: BotApi | None = None) -> AsyncIterator[Office]:
    loaded = sample(folder, {})
    settings = replace(loaded.settings, rounds=(SPRING,))
    clock = FixedClock(moment_of("2014-03-24 09:30"))
    app = App(settings, loaded.secrets, clock)  # type: ignore[arg-type]
    async with contextlib.AsyncExitStack() as stack:
        api = api or await stack.enter_async_context(BotApi())
        telegram = await stack.enter_async_context(speaking(api))
        front = await stack.enter_async_context(app.running(telegram))
        made = Office(app, front, api, telegram)
        for id, role in ((11, Role.OFFICE), (12, Role.LEADING)):
            address = Address(channel="telegram", id=str(id))
            await made.do(
                lambda work, a=address, r=role: work.staff.join(a, "zh", (Post(role=r),))
            )
        await front.look_again()
        yield made


def papers(chat: Person) -> list[str]:
    return [shown.file[0] for shown in chat.heard if shown.file]


async def test_a_group_gets_what_is_sent_with_its_papers_and_each_reader_too(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.clerk, "/office")
        assert "每个人都看得到" in house.group.sees
        await house.taps(house.clerk, "就用这个群")
        assert "办公室的群 1" in house.group.sees

        await house.week()
        await house.says(house.clerk, "/digest")
        await house.taps(house.clerk, "发送")
        assert "群 1“办公室”" in house.group.sees
        await house.taps(house.clerk, "确认发送")
        await house.app.bell.ring()
        await house.app.bell.ring()
        assert sorted(papers(house.group)) == [
            "digest.docx",
            "digest.pdf",
            "ledger.xlsx",
            "picture.png",
        ]
        assert sorted(papers(house.head)) == [
            "digest.docx",
            "digest.pdf",
            "ledger.xlsx",
            "picture.png",
        ]


async def test_who_may_do_what_is_decided_for_each_person(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.head, "/office")
        assert "不归您的账号管" in house.group.sees
        await house.says(house.clerk, "/office")
        await house.taps(house.head, "就用这个群")
        assert "不归您的账号管" in house.group.sees
        await house.taps(house.clerk, "就用这个群")
        await house.week()
        await house.says(house.head, "/digest")
        assert "还没有周报" in house.group.sees  # a draft is shown to those who write it
        await house.says(house.clerk, "/digest")
        assert "【初稿" in house.group.sees
        await house.taps(house.head, "发送")
        assert "不归您的账号管" in house.group.sees
        kept = await house.do(lambda work: work.digests.last())
        assert not kept.sent


async def test_strangers_are_told_kindly_and_nothing_they_say_is_kept(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.clerk, "/office")
        await house.taps(house.stranger, "就用这个群")
        assert "办公室用的" in house.stranger.alerts[-1]
        await house.taps(house.clerk, "就用这个群")
        before = (tmp_path / "data" / "tingwen.db").read_bytes()
        heard = len(house.group.heard)
        await house.says(house.stranger, "食堂的菜老是凉的")
        await house.says(house.stranger, "/start")
        await house.says(house.stranger, "/digest")
        assert "私聊" in house.group.sees
        assert len(house.group.heard) == heard + 1  # once an hour is enough
        assert (tmp_path / "data" / "tingwen.db").read_bytes() == before
        assert not await house.do(lambda work: work.drafts.every())


async def test_a_group_that_is_not_the_offices_is_shown_nothing(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.week()
        await house.says(house.clerk, "/digest")
        assert "还不是办公室的群" in house.group.sees
        await house.says(house.clerk, "/progress")
        assert "还不是办公室的群" in house.group.sees


async def test_what_others_are_not_to_read_is_for_ones_own_chat(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        await house.says(house.clerk, "/open")
        assert "私聊里办" in house.group.sees
        await house.says(house.clerk, "/handover")
        assert "私聊" in house.group.sees or "群 1" in house.group.sees
        assert "码" not in house.group.sees


async def test_a_group_that_becomes_a_supergroup_is_followed_also_by_what_waits_and_after_a_restart(
    tmp_path: Path,
):
    async with BotApi() as api:
        async with office(tmp_path, api) as house:
            await house.says(house.clerk, "/office")
            await house.taps(house.clerk, "就用这个群")
            await house.week()
            api.fail("sendMessage", *[Status(500, "x")] * 40)
            await house.alone(house.clerk, "发送 2014-03-28 1 确认")
            await house.app.bell.ring()
            assert papers(house.group) == []
            api.faults.clear()
            big = api.group(-1000000000005)
            api.moved[-5] = big.id
            house.group.sends(migrate_to_chat_id=big.id)
            await house.settled()
            (circle,) = await house.do(lambda work: work.circles.every())
            assert circle.address.id == str(big.id)
        async with office(tmp_path, api) as house:
            await house.at("2014-03-28 15:10")
            assert sorted(papers(big)) == [
                "digest.docx",
                "digest.pdf",
                "ledger.xlsx",
                "picture.png",
            ]
            assert papers(house.group) == []


async def test_a_move_that_only_sending_tells_of_is_kept_too(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        await house.week()
        big = house.api.group(-1000000000005)
        house.api.moved[-5] = big.id
        await house.alone(house.clerk, "发送 2014-03-28 1 确认")
        await house.app.bell.ring()
        assert sorted(papers(big)) == [
            "digest.docx",
            "digest.pdf",
            "ledger.xlsx",
            "picture.png",
        ]
        (circle,) = await house.do(lambda work: work.circles.every())
        assert circle.address.id == str(big.id)
        assert (await house.do(lambda work: work.parcels.due())) == ()


async def test_leaving_a_group_that_has_moved_is_not_leaving_it(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        big = house.api.group(-1000000000005)
        house.api.moved[-5] = big.id
        house.group.seats("member", "left")
        await house.settled()
        (circle,) = await house.do(lambda work: work.circles.every())
        assert circle.address.id == str(big.id)


async def test_a_group_that_throws_us_out_is_let_go_and_may_have_us_again(tmp_path: Path):
    async with office(tmp_path) as house:
        house.group.seats("left", "member")
        await house.settled()
        assert "/office" in house.group.sees
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        house.group.seats("member", "kicked")
        await house.settled()
        assert await house.do(lambda work: work.circles.every()) == ()

        house.api.blocked.clear()
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        assert "办公室的群 2" in house.group.sees  # the number is never given again


async def test_a_group_may_be_let_go_from_inside_and_from_the_clerks_own_chat(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.alone(house.clerk, "群")
        assert "还没有办公室的群" in house.clerk.sees
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "这个群不再收")
        assert "不再收周报" in house.group.sees
        await house.says(house.clerk, "/office")
        await house.taps(house.clerk, "就用这个群")
        await house.alone(house.clerk, "群")
        assert "群 2“办公室”" in house.clerk.sees
        house.clerk.taps("群 2 不再收")
        await house.settled()
        assert await house.do(lambda work: work.circles.every()) == ()
        trail = await house.do(
            lambda work: [
                step.params["what"] for step in work.staff.trail() if "what" in step.params
            ]
        )
        assert trail.count("admit") == 2
        assert trail.count("let_go") == 2


async def test_a_command_repeated_by_the_platform_has_one_effect(tmp_path: Path):
    async with office(tmp_path) as house:
        update = house.group.by(house.clerk).says("/office")
        await house.settled()
        house.api.again(update)
        house.api.fail("getUpdates", Reset())
        await house.settled()
        assert len(house.group.heard) == 1
