"""The week as the office lives it: rounds, reminders, the Friday draft, sending. The whole house, a pushed clock."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.app.derived import regrouped_of
from bot.app.wiring import App
from bot.channels.base import Throttled, Unreachable
from bot.core.messages import Address, Arrived, Incoming, Tap, Text
from bot.core.people import Post, Role
from bot.settings import PlannedRound
from bot.verbs.opening import sample
from handlers.papers import Press
from storage.unit_of_work import Work
from tests.fakes import FakeChannel, FixedClock
from tests.places import place
from tests.vaults import ask

ZONE = ZoneInfo("Asia/Shanghai")
SPRING = PlannedRound(
    id="spring",
    survey="kunshan",
    units=(),
    groups=(),
    opens=datetime(2014, 3, 24, 9, tzinfo=ZONE),
    closes=datetime(2014, 4, 19, tzinfo=ZONE),
    reminders=2,
)
OFFICE = Address(channel="web", id="office")


class Town:
    """The demo's town with a fake channel and a clock one sets."""

    def __init__(self, app, front, channel, clock):
        self.app, self.front, self.channel, self.clock = app, front, channel, clock
        self._keys = iter(range(10**6))

    async def at(self, moment: str) -> None:
        """It is this moment in Shanghai, and the bell rings."""
        self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp()
        await self.app.bell.ring()

    async def hears(self, who: str, *texts: str, link: str = "") -> None:
        address = Address(channel="web", id=who)
        bodies = [Arrived(link)] if link else []
        for body in (*bodies, *map(Text, texts)):
            key = f"{next(self._keys)}"
            await self.front.receive(Incoming(address=address, key=key, body=body, message=key))
        await self.rest()

    async def taps(self, who: str, label: str) -> None:
        shown = self.sent(who)[-1]
        says = next(b.says for row in shown.rows for b in row if b.label == label)
        key = f"{next(self._keys)}"
        await self.front.receive(
            Incoming(
                address=Address(channel="web", id=who), key=key, body=Tap(says, shown.screen)
            )
        )
        await self.rest()

    async def rest(self) -> None:
        await self.front.stop(30)
        await self.front.outbox.idle()

    async def parents(self, count: int, unit: str = "newtown", begin: int = 0) -> None:
        for i in range(begin, begin + count):
            await self.hears(f"{unit}{i}", "1", "1", "2", "88", "1", link=f"u_{unit}-g_parent")

    def sent(self, who: str):
        return [one for one in self.channel.sent if one.address.id == who]

    def last(self, who: str) -> str:
        return self.sent(who)[-1].text

    async def do(self, deed):
        return await self.app.database.write(lambda tx: deed(Work(tx)))

    async def rows(self, question: str):
        """Ask the database."""
        return await self.app.database.write(lambda tx: ask(tx, question))


@asynccontextmanager
async def town(folder, moment="2014-03-24 09:30"):
    clock = FixedClock(datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp())
    loaded = sample(folder, {})
    settings = replace(loaded.settings, rounds=(SPRING,))
    if isinstance(where := place(folder), str):
        settings = replace(settings, storage=replace(settings.storage, url=where))
    app = App(settings, loaded.secrets, clock)
    channel = FakeChannel()
    async with app.running(channel) as front:
        while app.bell is None:  # with PostgreSQL the watch is taken first
            await asyncio.sleep(0.01)
        await app.bell.ring()
        made = Town(app, front, channel, clock)
        await made.do(lambda work: work.staff.join(OFFICE, "zh", (Post(role=Role.OFFICE),)))
        await front.look_again()
        yield made


async def test_the_round_opens_on_its_day_and_closes_after_its_last(tmp_path):
    async with town(tmp_path, "2014-03-24 08:30") as house:
        await house.hears("mum", "开始")
        assert "没有正在进行" in house.last("mum")
        await house.at("2014-03-24 09:00")
        await house.hears("mum", "开始")
        assert "意见箱" in house.last("mum")
        await house.at("2014-04-19 00:00")
        await house.hears("dad", "开始")
        assert "没有正在进行" in house.last("dad")


async def test_only_those_who_have_not_finished_are_reminded_and_each_once(tmp_path):
    async with town(tmp_path) as house:
        await house.parents(3)
        await house.hears("late", "开始", "停")
        await house.hears("later", "开始")  # in the middle of a talk
        await house.hears("shy", "停", "开始", "停")
        await house.do(
            lambda work: work.identity.hush(Address(channel="web", id="late"), quiet=False)
        )
        house.channel.sent.clear()
        await house.at("2014-04-07 12:00")  # a holiday: parents' hours, though
        await house.at("2014-04-08 12:00")
        await house.at("2014-04-08 12:05")
        reminded = [one.address.id for one in house.channel.sent if "还有" in one.text]
        assert reminded == ["late"]


async def test_nobody_is_reminded_in_quiet_hours_and_the_wave_comes_in_the_morning(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("late", "开始", "停")
        await house.do(
            lambda work: work.identity.hush(Address(channel="web", id="late"), quiet=False)
        )
        house.channel.sent.clear()
        await house.at("2014-04-08 23:30")
        assert house.sent("late") == []
        await house.at("2014-04-09 12:00")
        assert len(house.sent("late")) == 1


async def test_a_wave_that_runs_into_the_night_goes_on_the_next_day_and_repeats_nobody(
    tmp_path, monkeypatch
):
    """A county takes most of an hour at thirty a second; waking hours may end before that."""
    monkeypatch.setattr("handlers.round.BATCH", 1)
    async with town(tmp_path) as house:
        for who in ("one", "two", "three"):
            await house.hears(who, "开始", "停")
            await house.hears(who, "恢复提醒")
        send = house.channel.send

        def reminded() -> list[str]:
            return [one.address.id for one in house.channel.sent if "还有" in one.text]

        async def until_late(outgoing):
            if "还有" in outgoing.text:  # the office hears of its draft in the same ring
                house.clock.now = datetime(2014, 4, 8, 23, tzinfo=ZONE).timestamp()
            await send(outgoing)

        monkeypatch.setattr(house.channel, "send", until_late)
        await house.at("2014-04-08 12:00")
        monkeypatch.setattr(house.channel, "send", send)
        assert 0 < len(reminded()) < 3

        await house.at("2014-04-08 23:30")
        assert len(reminded()) < 3
        await house.at("2014-04-09 12:00")
        await house.at("2014-04-09 12:05")
        assert sorted(reminded()) == ["one", "three", "two"]


async def test_after_downtime_what_is_pointless_is_dropped_and_noted(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("late", "开始", "停")
        house.channel.sent.clear()
        await house.at("2014-04-18 20:00")
        assert house.sent("late") == []
        notes = await house.do(lambda work: [w.note for w in work.rounds.waves()])
        assert notes == ["too late", "too late"]


async def test_who_was_too_few_to_be_handed_on_is_told_so_once_in_waking_hours_whatever_stops_meanwhile(
    tmp_path,
):
    def told(house, who):
        return [one for one in house.sent(who) if "没有转交" in one.text]

    async with town(tmp_path) as house:
        await house.parents(1)
        await house.hears("silent", "开始", "停", "恢复提醒")
        await house.at("2014-04-19 00:30")  # it closed at midnight: nobody is woken for that
        assert told(house, "newtown0") == []
        notes = await house.do(lambda work: [w.note for w in work.rounds.waves()])
        assert notes.count("owed") == 1
        assert await house.do(lambda work: work.opinions.of("2014-04-25")) == []
    async with town(tmp_path, "2014-04-19 01:00") as house:
        assert told(house, "newtown0") == []
        for _ in range(2):
            await house.at("2014-04-21 12:05")
            assert len(told(house, "newtown0")) == len(told(house, "silent")) == 1
        notes = await house.do(lambda work: [w.note for w in work.rounds.waves()])
        assert notes.count("too few") == 1


async def test_who_has_blocked_us_is_left_alone_until_they_write_again(tmp_path):
    async with town(tmp_path) as house:
        for who in ("here", "gone"):
            await house.hears(who, "开始", "停")
            await house.hears(who, "恢复提醒")
        house.channel.blocks("gone")
        house.channel.sent.clear()
        await house.at("2014-04-08 12:00")
        assert house.channel.tried("gone") == 1
        assert len(house.sent("here")) == 1
        await house.at("2014-04-16 12:00")
        assert house.channel.tried("gone") == 1

        house.channel.blocks()
        await house.hears("gone", "开始", "停", "恢复提醒")
        reachable = await house.do(lambda work: work.identity.reachable())
        assert Address(channel="web", id="gone") in dict(reachable)


async def test_a_reminder_waits_as_long_as_the_platform_asks_and_outlives_a_hiccup(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("handlers.round.WAITS", (0.01,) * 4)
    async with town(tmp_path) as house:
        await house.hears("late", "开始", "停")
        await house.hears("late", "恢复提醒")
        house.channel.sent.clear()
        house.channel.will_fail(Throttled(0.01, everyone=True), Unreachable())
        await house.at("2014-04-08 12:00")
        assert len(house.sent("late")) == 1


async def test_a_reminder_leads_into_the_round_and_can_be_the_last_one(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("late", "开始", "停")
        await house.do(
            lambda work: work.identity.hush(Address(channel="web", id="late"), quiet=False)
        )
        await house.at("2014-04-08 12:00")
        await house.taps("late", "别再提醒")
        house.channel.sent.clear()
        await house.at("2014-04-16 12:00")
        assert house.sent("late") == []


async def test_on_friday_a_draft_lies_on_the_desk_and_each_reader_gets_it_once(tmp_path):
    async with town(tmp_path) as house:
        await house.parents(6)
        await house.at("2014-03-28 14:59")
        assert house.sent("office") == []
        await house.at("2014-03-28 15:00")
        await house.rest()
        assert "周报初稿" in house.last("office")
        assert "回收6份" in house.last("office")
        await house.at("2014-03-28 15:01")
        assert len(house.sent("office")) == 1
        await house.taps("office", "看初稿")
        await house.taps("office", "发送")
        assert "办公室1" in house.last("office")
        await house.taps("office", "确认发送")
        await house.app.bell.ring()
        await house.app.bell.ring()
        papers = [one for one in house.sent("office") if one.files]
        assert [file.name for file in papers[0].files] == [
            "digest.docx",
            "digest.pdf",
            "ledger.xlsx",
        ]
        assert papers[0].picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(papers) == 1


async def test_when_the_press_breaks_the_office_is_told_and_may_ask_again(
    tmp_path, monkeypatch
):
    async def out_of_memory(*_: object) -> None:
        raise MemoryError

    async with town(tmp_path) as house:
        await house.parents(6)
        await house.at("2014-03-28 15:00")
        await house.taps("office", "看初稿")
        with monkeypatch.context() as broken:
            broken.setattr(Press, "make", out_of_memory)
            await house.hears("office", "周报 2014-03-28 全文")
            assert "没有办成" in house.last("office")
        await house.hears("office", "周报 2014-03-28 全文")
        assert [file.name for file in house.sent("office")[-1].files] == ["digest.docx"]


async def test_four_of_a_group_wait_until_there_are_five(tmp_path):
    async with town(tmp_path) as house:
        await house.parents(4)
        await house.at("2014-03-28 15:00")
        assert await house.do(lambda work: work.opinions.of("2014-03-28")) == []
        await house.parents(1, begin=4)
        await house.at("2014-04-02 15:00")
        released = await house.do(lambda work: work.opinions.of("2014-04-04"))
        assert len(released) == 10  # two answers each


async def test_before_a_holiday_the_week_closes_on_the_last_working_day(tmp_path):
    async with town(tmp_path, "2014-04-25 16:00") as house:
        await house.at("2014-04-30 15:00")
        periods = await house.do(lambda work: work.digests.periods())
        assert periods[-1] == "2014-04-30"


async def test_the_office_starts_and_stops_a_round_by_taps(tmp_path):
    async with town(tmp_path, "2014-06-02 10:00") as house:
        await house.app.bell.ring()  # the draft of the weeks before
        await house.hears("office", "发起")
        await house.taps("office", "五问")
        await house.taps("office", "新城小学")
        await house.taps("office", "14 天")
        assert "06-16" in house.last("office")
        await house.taps("office", "确认发起")
        assert "已经发起" in house.last("office")
        await house.app.bell.ring()
        await house.hears("mum", "开始")
        assert "意见箱" in house.last("mum")
        await house.hears("office", "停收")
        await house.taps(
            "office", next(b.label for row in house.sent("office")[-1].rows for b in row)
        )
        await house.taps("office", "确认停收")
        await house.app.bell.ring()
        await house.hears("dad", "开始")
        assert "没有正在进行" in house.last("dad")


async def test_a_round_that_falls_over_another_is_warned_of(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "发起 kunshan all 7")
        assert "撞车" in house.last("office")


@pytest.mark.parametrize("typed", ["发起", "进度", "周报", "发送", "停收", "交接", "你好", "?"])
async def test_a_command_without_arguments_gives_buttons(tmp_path, typed):
    async with town(tmp_path) as house:
        await house.hears("office", typed)
        assert house.sent("office")[-1].rows


async def test_what_stands_on_a_button_of_the_menu_can_be_typed(tmp_path):
    """Whoever has no button before them types what they read: 看进度, not the command behind it."""
    async with town(tmp_path) as house:
        await house.hears("office", "菜单")
        menu = house.sent("office")[-1]
        answers = []
        for button in (b for row in menu.rows for b in row):
            await house.hears("office", button.label)
            answers.append((button.label, house.last("office")))
        assert len(answers) > 20
        assert [label for label, said in answers if said == menu.text] == []


async def test_the_ledgers_are_asked_for_by_their_name(tmp_path):
    async with town(tmp_path) as house:
        await house.parents(6)
        await house.hears("office", "台账")
        rows = house.sent("office")[-1].rows
        assert [b.label for row in rows for b in row] == ["整改台账", "回到菜单"]
        await house.at("2014-03-28 15:00")
        await house.hears("office", "台账")
        await house.taps("office", "2014-03-28 的意见台账")
        assert [file.name for file in house.sent("office")[-1].files] == ["ledger.xlsx"]


async def test_what_a_role_may_not_do_is_not_done(tmp_path):
    async with town(tmp_path) as house:
        reader = Address(channel="web", id="reader")
        await house.do(
            lambda work: work.staff.join(reader, "zh", (Post(role=Role.SUPERVISOR),))
        )
        await house.front.look_again()
        await house.hears("reader", "发起 kunshan all 7 确认")
        assert "不归这个账号" in house.last("reader")
        assert len(await house.do(lambda work: work.rounds.all())) == 2


async def test_who_has_answered_is_told_before_the_first_question_comes_again(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("anna", "1", "0", "检查太多", link="g_teacher")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id="anna"))
        await house.hears("anna", "88", "1")
        await house.hears("anna", link="g_teacher")
        assert "已经交过" in house.last("anna")


async def test_the_office_reminds_twice_at_most_and_only_in_waking_hours(tmp_path):
    async with town(tmp_path, "2014-03-25 12:00") as house:
        await house.hears("late", "开始", "停")
        await house.do(
            lambda work: work.identity.hush(Address(channel="web", id="late"), quiet=False)
        )
        for _ in range(2):
            await house.hears("office", "提醒 spring 确认")
            await house.app.bell.ring()
        assert [("还有" in one.text) for one in house.sent("late")][-2:] == [True, True]
        await house.hears("office", "提醒 spring 确认")
        assert "提醒够了" in house.last("office")
        house.channel.sent.clear()
        await house.at("2014-04-16 12:00")
        assert house.sent("late") == []


async def test_progress_is_told_in_steps_and_without_names(tmp_path):
    async with town(tmp_path) as house:
        await house.parents(6)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "进度")
        assert "学生家长：本周 6 份，累计 6 份（累计参与率 0%—10%）" in house.last("office")


@pytest.mark.parametrize(
    ("old", "now"), [("served", "masses"), ("cadre", "masses"), ("retired", "elder")]
)
def test_a_group_of_another_preset_counts_under_the_one_it_shares(tmp_path, old, now):
    assert regrouped_of(sample(tmp_path, {}).settings)[old] == now
