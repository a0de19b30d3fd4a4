"""Visiting days: published by a line, booked and let go by chat, reminded, moved, and forgotten afterwards."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.core.appointment import State, VisitingDay
from bot.core.messages import Address
from bot.core.people import Post, Role
from handlers.appointment import due
from storage.retention import Retention
from storage.unit_of_work import Work
from tests.handlers.test_talks import join
from tests.handlers.test_week import ZONE, town
from tests.vaults import Shelf

LINE = "3月26日 14:00-15:00，校长室，校长"  # a Wednesday; the town's day is Monday the 24th


async def published(house, line: str = LINE, unit: str = "newtown") -> str:
    await house.hears("office", f"接待日 写 {unit}", line)
    await house.taps("office", "发布")
    return (await house.do(lambda work: work.visits.days()))[0].id


def labels(house, who: str) -> list[str]:
    return [button.label for row in house.sent(who)[-1].rows for button in row]


async def test_a_day_is_published_booked_and_let_go_by_taps(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "接待日")
        await house.taps("office", "新的接待日")
        await house.taps("office", "新城小学")
        await house.hears("office", LINE)
        assert "每人 15 分钟，共 4 个时间" in house.last("office")
        await house.hears("mum", "预约")
        assert "没有可以预约的接待日" in house.last("mum")
        await house.taps("office", "每人 20 分钟")
        await house.taps("office", "发布")
        assert "共 3" in house.last("office")
        await house.hears("mum", "接待日")
        await house.taps("mum", "3-26 周三 新城小学")
        assert labels(house, "mum")[:3] == ["14:00", "14:20", "14:40"]
        await house.taps("mum", "14:20")
        assert "订好了：3-26 周三 14:20，新城小学 校长室，校长接待" in house.last("mum")
        await house.hears("dad", "预约 3-26")
        assert labels(house, "dad")[:2] == ["14:00", "14:40"]
        await house.hears("dad", "预约 3月26日 14:20")
        assert "刚刚没有了" in house.last("dad")
        await house.hears("mum", "预约 3-26 14:00")
        assert "您订了" in house.last("mum")
        await house.hears("mum", "取消预约")
        assert "取消了" in house.last("mum")
        await house.hears("dad", "预约 3-26 14:20")
        assert "订好了" in house.last("dad")


async def test_what_it_is_about_is_masked_and_read_only_once_confirmed(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("mum", "预约 3-26 14:00", "想谈 孩子的作业，电话13812345678")
        assert "13812345678" not in house.last("mum")
        await house.hears("office", f"接待日 看 {id}")
        assert "14:00 （没留称呼）：没写要谈什么" in house.last("office")
        await house.taps("mum", "就这样")
        await house.hears("mum", "称呼 李女士")
        await house.hears("office", f"接待日 看 {id}")
        assert "14:00 李女士：孩子的作业" in house.last("office")
        assert "13812345678" not in house.last("office")
        await house.hears("mum", "想谈 别的", "/visit 3-26 blank")
        await house.hears("office", f"接待日 看 {id}")
        assert "没写要谈什么" in house.last("office")


async def test_words_for_a_booking_are_nothing_of_the_kind_in_a_talk_or_without_one(tmp_path):
    """An answer must never become part of what is somebody's by name."""
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("stranger", "想谈 作业太多")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id="stranger"))
        await house.rest()
        assert "要把刚才这些话作为一条意见收下吗" in house.last("stranger")
        await house.hears("anna", "预约 3-26 14:00")
        await house.hears("anna", "1", "0", "想谈 检查太多", link="g_teacher")
        [known] = await house.do(lambda work: work.visits.of(id))
        assert known.topic == ""


async def test_who_comes_is_reminded_the_day_before_once_and_the_head_gets_a_list(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "head", Post(role=Role.RESPONSIBLE, units=("newtown",)))
        await published(house)
        await house.hears("mum", "预约 3-26 14:00", "称呼 李女士")
        await house.at("2014-03-25 11:50")
        assert "提醒您" not in house.last("mum")
        for moment in ("12:01", "12:02", "17:01", "17:02"):
            await house.at(f"2014-03-25 {moment}")
        told = [one.text for one in house.sent("mum") if "提醒您" in one.text]
        assert told == [
            "提醒您：3-26 周三 14:00，新城小学 校长室，校长接待。来不了请点“预约”取消，把时间让给别人。"
        ]
        assert [one.text for one in house.sent("head")] == ["3-26 的接待日：有 1 位预约。"]
        await house.taps("head", "看名单")
        assert "14:00 李女士" in house.last("head")


async def test_who_books_on_the_eve_is_not_told_twice(tmp_path):
    async with town(tmp_path, "2014-03-25 18:45") as house:
        await published(house)
        await house.hears("mum", "预约 3-26 14:00")
        await house.at("2014-03-25 19:00")
        assert not any("提醒您" in one.text for one in house.sent("mum"))


async def test_a_reminder_survives_a_restart_between_queueing_and_sending(tmp_path):
    async with town(tmp_path) as house:
        await published(house)
        await house.hears("mum", "预约 3-26 14:00")
        eve = datetime(2014, 3, 25, 12, 30, tzinfo=ZONE)
        visiting = house.app._visiting()
        for _ in range(2):  # queued once, and then the power goes
            await house.do(lambda work: due(work, visiting, eve, (), awake=True))
    async with town(tmp_path, "2014-03-25 12:31") as house:
        await house.app.bell.ring()
        assert ["提醒您" in one.text for one in house.sent("mum")] == [True]


async def test_a_day_that_moves_takes_along_whoever_fits_and_tells_all(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("mum", "预约 3-26 14:00", "称呼 李女士")
        await house.hears("dad", "预约 3-26 14:45")
        await house.hears("office", f"接待日 改 {id}", "3月27日 9:00-9:30")
        assert "1 位照顺延的时间来，1 位时间没有了" in house.last("office")
        await house.at("2014-03-24 12:00")
        assert "改了时间：3-27 周四 09:00" in house.last("mum")
        assert "您那一段没有了" in house.last("dad")
        [known] = await house.do(lambda work: work.visits.of(id))
        assert (known.slot, known.name) == (540, "李女士")
        await house.hears("dad", "预约 3-27 09:15")
        assert "订好了" in house.last("dad")


async def test_a_day_called_off_is_told_to_all_and_nothing_of_them_stays(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("mum", "预约 3-26 14:00")
        await house.hears("office", f"接待日 取消 {id}")
        await house.taps("office", "确认取消")
        assert "正在通知 1 位" in house.last("office")
        assert await house.do(lambda work: work.visits.of(id)) == ()
        await house.at("2014-03-24 12:00")
        await house.at("2014-03-24 12:01")
        assert sum("取消了，不用来了" in one.text for one in house.sent("mum")) == 1
        await house.hears("mum", "预约")
        assert "没有可以预约" in house.last("mum")


async def test_a_rule_keeps_days_ahead_and_passes_over_days_off(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house, "每月第一个周三下午2点到4点，会客室，校长，每人20分钟")
        days = await house.do(lambda work: [d.day for d in work.visits.days()])
        # The first Wednesday of October 2014 is in the holidays; here April and May are ahead, June not yet.
        assert days == [date(2014, 4, 2), date(2014, 5, 7)]
        await house.at("2014-04-10 10:00")
        days = await house.do(lambda work: [d.day for d in work.visits.days()])
        assert days == [date(2014, 4, 2), date(2014, 5, 7), date(2014, 6, 4)]
        await house.hears("office", f"接待日 停 {id}")
        await house.at("2014-07-10 10:00")
        assert len(await house.do(lambda work: work.visits.days())) == 3


async def test_the_rule_of_a_weekly_day_skips_the_holiday(tmp_path):
    async with town(tmp_path) as house:
        await published(house, "每周一 16:00-17:00，校长室，校长")
        days = await house.do(lambda work: [d.day for d in work.visits.days()])
        assert days == [date(2014, 3, 24), date(2014, 3, 31), date(2014, 4, 14)]  # 4-7: 清明


@pytest.mark.parametrize(
    "line", ["明天", "3月26日 14:00-16:00", "3月20日 14:00-16:00，校长室，校长", "适时 9:00-10:00，a，b"]
)  # fmt: skip
async def test_a_line_that_does_not_say_all_is_asked_for_again(tmp_path, line):
    async with town(tmp_path) as house:
        await house.hears("office", "接待日 写 newtown", line)
        assert "请再发一次" in house.last("office")
        assert await house.do(lambda work: work.visits.days()) == ()
        await house.hears("office", LINE)
        assert "看一看对不对" in house.last("office")


async def test_a_school_offers_its_own_days_only_and_sees_no_others(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "school", Post(role=Role.SCHOOL, units=("no1",)))
        id = await published(house)
        await house.hears("school", f"接待日 看 {id}")
        assert "不归这个账号管" in house.last("school")
        await house.hears("school", f"接待日 取消 {id} 确认")
        assert "不归这个账号管" in house.last("school")
        await house.hears("school", "接待日 新")
        await house.hears("school", LINE)
        await house.taps("school", "发布")
        units = await house.do(lambda work: [d.unit for d in work.visits.days()])
        assert sorted(units) == ["newtown", "no1"]


async def test_a_teacher_of_a_school_is_offered_its_days_and_those_of_the_house(tmp_path):
    async with town(tmp_path) as house:
        for unit in ("newtown", "no1", "-"):
            await published(house, unit=unit)
        address = Address(channel="web", id="anna")
        await house.do(lambda work: work.identity.place(address, "zh", "teacher", "no1"))
        await house.hears("anna", "预约")
        assert "3-26 周三 新城小学" not in labels(house, "anna")
        assert len(labels(house, "anna")) == 2


async def test_the_booking_is_sealed_and_gone_with_its_key_after_the_day(tmp_path):
    async with town(tmp_path) as house:
        await published(house)
        await house.hears("someunusualname", "预约 3-26 14:00", "想谈 作业", "/visit 3-26 ok")
        [row] = await house.rows("SELECT who, sealed, key FROM booking")
        assert b"someunusualname" not in row[0] + row[1]
        assert "作业".encode() not in row[1]
        later, key = house.clock.now + 2 * 86400, house.app.keys.key(row[2])
        kept = await house.app.database.write(lambda tx: Retention(tx).end(later - 86400))
        assert kept["booking"] == 0
        gone = await house.app.database.write(lambda tx: Retention(tx).end(later + 86400))
        assert (gone["booking"], gone["visiting_day"]) == (1, 0)
        for _ in range(100):  # keys burn when whoever waited was answered
            if house.app.keys.key(row[2]) != key:
                break
            await asyncio.sleep(0.05)
        assert house.app.keys.key(row[2]) != key


async def test_who_deletes_their_data_frees_their_time(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("mum", "预约 3-26 14:00", "删除我的资料", "确认删除")
        assert await house.do(lambda work: work.visits.of(id)) == ()


async def test_one_person_on_two_channels_has_one_time_a_day(tmp_path):
    async with town(tmp_path) as house:
        id = await published(house)
        mum, tablet = Address(channel="web", id="mum"), Address(channel="web", id="tablet")
        await house.do(lambda work: work.identity.bind(mum, tablet, "zh"))
        await house.hears("mum", "预约 3-26 14:00")
        await house.hears("tablet", "预约 3-26 14:15")
        assert "您订了" in house.last("tablet")
        assert len(await house.do(lambda work: work.visits.of(id))) == 1


async def test_what_was_said_on_a_visiting_day_becomes_opinions_of_visitors_with_their_way(
    tmp_path,
):
    async with town(tmp_path) as house:
        id = await published(house)
        await house.hears("mum", "预约 3-26 14:00", "称呼 李女士")
        await house.hears("office", f"接待日 记 {id}")
        assert "这一天还没有到" in house.last("office")
        for moment in ("14:59", "15:01", "15:02"):
            await house.at(f"2014-03-26 {moment}")
        asked = [one for one in house.sent("office") if "接待日过了" in one.text]
        assert len(asked) == 1
        await house.taps("office", "记下来访")
        await house.hears("office", "作业写到十一点\n李小明的座位太靠后，电话13812345678")
        assert "2014-03-26 · 校长室 · 新城小学 · 校长" in house.last("office")
        await house.taps("office", "当场答复了")
        await house.hears("office", "下周起分层布置作业，座位每月轮换")
        assert "当场答复：下周起分层布置" in house.last("office")
        await house.taps("office", "收下 2 条")
        kept = await house.do(lambda work: work.opinions.entered("2014-03-28"))
        assert [one.channel for one in kept] == ["caller", "caller"]
        assert not any("小明" in one.text or "138" in one.text for one in kept)
        fates = [
            await house.do(lambda work, one=one: work.problems.fate(bytes.fromhex(one.id)))
            for one in kept
        ]
        assert {(f.way, f.words, f.day) for f in fates} == {
            ("answered", "下周起分层布置作业，座位每月轮换", date(2014, 3, 26))
        }
        await house.at("2014-03-28 15:00")
        week = (await house.do(lambda work: work.digests.find("2014-03-28"))).snapshot
        assert "李女士" not in week
        await house.hears("office", "撤回误导入", "撤回误导入 1")
        await house.taps("office", "确认撤回")
        assert await house.do(lambda work: work.problems.judged()) == {}
        assert await house.do(
            lambda work: [work.problems.fate(bytes.fromhex(k.id)) for k in kept]
        ) == [None, None]


async def test_a_school_is_asked_for_its_own_days_and_nobody_for_one_called_off(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "school", Post(role=Role.SCHOOL, units=("newtown",)))
        await join(house, "head", Post(role=Role.RESPONSIBLE, units=("newtown",)))
        await published(house)
        off = await published(house, "3月26日 9:00-10:00，会客室，校长", unit="no1")
        await house.hears("office", f"接待日 取消 {off} 确认")
        for moment in ("25 17:01", "26 14:59", "26 15:01"):
            await house.at(f"2014-03-{moment}")
        who = {one.address.id for one in house.channel.sent if "接待日过了" in one.text}
        assert who == {"school"}
        await house.taps("school", "记下来访")
        await house.hears("school", "门口停车太乱")
        await house.taps("school", "收下 1 条")
        [kept] = await house.do(lambda work: work.opinions.entered("2014-03-28"))
        assert await house.do(lambda work: work.problems.fate(bytes.fromhex(kept.id))) is None


class Slots(RuleBasedStateMachine):
    """Whatever is asked in whatever order: no time twice, nobody twice a day, nothing lost, no key left over."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self._folder = tempfile.TemporaryDirectory()
        self.shelf = Shelf(Path(self._folder.name), durable=False)
        self.model: dict[tuple[str, int], str] = {}
        self.days = {
            id: VisitingDay(
                id=id, unit="", day=date(2026, 10, 7 + n), starts=840, ends=900, state=State.UP
            )
            for n, id in enumerate(("aaaaaa", "bbbbbb"))
        }
        for one in self.days.values():
            self.shelf.do(lambda work, one=one: work.visits.add(one))

    def teardown(self) -> None:
        self.shelf.close()
        self._folder.cleanup()

    @rule(day=st.sampled_from(["aaaaaa", "bbbbbb"]), slot=st.sampled_from([840, 855, 870, 885]), who=st.sampled_from("xyzuv"))  # fmt: skip
    def book(self, day: str, slot: int, who: str) -> None:
        one = self.days[day]

        def booked(work: Work) -> bool:
            return work.visits.book(one, slot, Address(channel="web", id=who), "zh", told=False)

        mine = any(d == day and w == who for (d, _), w in self.model.items())
        assert self.shelf.do(booked) == ((day, slot) not in self.model and not mine)
        if (day, slot) not in self.model and not mine:
            self.model[day, slot] = who

    @rule(day=st.sampled_from(["aaaaaa", "bbbbbb"]), who=st.sampled_from("xyzuv"))
    def cancel(self, day: str, who: str) -> None:
        def cancelled(work: Work) -> bool:
            known = work.visits.mine(Address(channel="web", id=who), self.days[day].day)
            return known is not None and work.visits.cancel(known)

        had = [place for place, w in self.model.items() if place[0] == day and w == who]
        assert self.shelf.do(cancelled) == bool(had)
        for place in had:
            del self.model[place]

    @rule(who=st.sampled_from("xyzuv"), name=st.text(max_size=5))
    def tell(self, who: str, name: str) -> None:
        def told(work: Work) -> None:
            for one in self.days.values():
                known = work.visits.mine(Address(channel="web", id=who), one.day)
                if known:
                    work.visits.note(known, replace(known, name=name))

        self.shelf.do(told)

    @rule(who=st.sampled_from("xyzuv"))
    def erase(self, who: str) -> None:
        self.shelf.do(lambda work: work.visits.forget([Address(channel="web", id=who)]))
        self.model = {place: w for place, w in self.model.items() if w != who}

    @invariant()
    def the_rows_are_the_model(self) -> None:
        kept = self.shelf.do(lambda work: [k for d in self.days for k in work.visits.of(d)])
        assert {(k.visit, k.slot): k.address.id for k in kept} == self.model
        assert len(self.shelf.do(lambda work: work.visits.keys())) == len(self.model)


Slots.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_no_time_is_taken_twice_and_nobody_has_two = Slots.TestCase
