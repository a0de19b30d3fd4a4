"""The calendar speaks: reminders before, on and after the day, each once; what nobody hears goes to the office's list."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.app.service import _adopt
from bot.channels.base import Unreachable
from bot.core.campaign.model import Campaign, Completion, Node
from bot.core.digest import from_json
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.core.talks import Rank, Seat, dated, talks
from tests.handlers.test_week import ZONE, town


def node(id: str, **fields: object) -> Node:
    base = Node(
        id=f"{id:0>8}", place="node", title=f"事项{id}", kind="by", responsible=("甲某",)
    )
    return replace(base, **fields)  # pyright: ignore[reportArgumentType]


NODES = (
    node("1", end=date(2014, 3, 31), deliverable="谈话记录"),
    node("2", end=date(2014, 3, 31), responsible=("乙某",)),
    node("3", end=date(2014, 3, 31), responsible=(), everybody="各校"),
)


async def lives(house, *nodes: Node, since: date = date(2014, 3, 3), unit: str = "") -> str:
    """A plan somebody approved; its number."""

    def begin(work) -> str:
        draft = Campaign(id="", title="方案", nodes=nodes, unit=unit)
        kept = work.campaigns.begin(draft)
        living = replace(kept.campaign, since=since)
        return work.campaigns.approve(kept, living, "office-1").id

    return await house.do(begin)


async def binds(house, who: str, *posts: Post) -> None:
    address = Address(channel="web", id=who)
    await house.do(lambda work: work.staff.join(address, "zh", posts))
    await house.front.look_again()


def named(name: str) -> Post:
    return Post(role=Role.NODE, name=name)


async def rings(house, *moments: str) -> None:
    for moment in moments:
        await house.at(moment)
        await house.rest()


async def test_a_responsible_person_hears_three_days_one_day_and_no_day_before(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        await lives(house, node("1", end=date(2014, 4, 3), deliverable="谈话记录"))
        for n in range(24 * 14):
            moment = datetime(2014, 3, 24, 9, tzinfo=ZONE) + timedelta(hours=n)
            await rings(house, f"{moment:%Y-%m-%d %H:%M}")
        said = [one.text for one in house.sent("jia")]
        assert said == [
            "【节点提醒】“事项1”4月3日到期（还有 3 天）。要交：谈话记录。",
            "【节点提醒】“事项1”4月3日到期（还有 1 天）。要交：谈话记录。",
            "【节点提醒】“事项1”今天到期。要交：谈话记录。",
            "【节点逾期】“事项1”4月3日到期，已经过了 1 天。要交：谈话记录。",
        ]
        assert [
            t
            for one in house.sent("office")
            if "▸ “事项1”4月3日到期，已经过了 1 天" in (t := one.text)
        ]


async def test_a_reminder_says_what_can_be_done_about_it(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        id = await lives(house, node("1", end=date(2014, 3, 26)))
        await rings(house, "2014-03-24 09:30")
        (shown,) = house.sent("jia")
        assert [b.says for row in shown.rows for b in row] == [
            f"节点 {id}-00000001 完成",
            f"节点 {id}-00000001 延期",
            f"节点 {id}-00000001 原文",
        ]


@pytest.mark.parametrize("moment", ["2014-03-28 20:00", "2014-03-29 10:00", "2014-03-28 07:00"])
async def test_nobody_hears_of_a_node_at_night_or_on_a_free_day(tmp_path, moment):
    async with town(tmp_path, "2014-03-20 06:00") as house:
        await binds(house, "jia", named("甲某"))
        await lives(house, *NODES)
        await rings(house, moment)
        assert house.sent("jia") == []


async def test_what_is_done_is_never_reminded_of(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        id = await lives(house, NODES[0])
        done = Completion(node=NODES[0].id, day=date(2014, 3, 24))
        await house.do(lambda work: work.campaigns.report(id, done, "node-1"))
        await rings(house, "2014-03-28 09:00", "2014-03-31 09:00", "2014-04-02 09:00")
        assert house.sent("jia") == []


async def test_whom_no_account_stands_for_is_on_the_offices_list_with_a_code(tmp_path):
    async with town(tmp_path) as house:
        await lives(house, *NODES[:2])
        await rings(house, "2014-03-28 09:00", "2014-03-28 09:05")
        (list_,) = house.sent("office")
        assert "“事项1”3月31日到期（还有 3 天）" in list_.text
        assert "甲某还收不到提醒" in list_.text
        await house.taps("office", "发绑定码")
        await house.taps("office", "乙某")
        assert "乙某的码" in house.last("office")
        code = house.last("office").split("乙某的码：")[1].split("。")[0]
        await house.hears("yi", code)
        await rings(house, "2014-03-31 09:00")
        assert "今天到期" in house.last("yi")


async def test_the_offices_list_is_one_message_and_says_each_thing_once(tmp_path):
    async with town(tmp_path) as house:
        await lives(house, *(node(f"{n}", end=date(2014, 3, 31)) for n in range(9)))
        await rings(house, "2014-03-28 09:00", "2014-03-28 15:01", "2014-03-30 10:00")
        lists = [one for one in house.sent("office") if "要盯的事" in one.text]
        assert len(lists) == 1
        assert lists[0].text.count("▸") == 9


async def test_units_that_have_not_reported_hear_of_it_and_the_office_of_their_number(tmp_path):
    async with town(tmp_path) as house:
        units = [planned.unit for planned in house.app.settings.units]
        await binds(house, "school", Post(role=Role.SCHOOL, units=(units[1].id,)))
        id = await lives(house, NODES[2])
        for unit in units[2:]:
            done = Completion(node=NODES[2].id, day=date(2014, 3, 24), unit=unit.id)
            await house.do(lambda work, done=done: work.campaigns.report(id, done, "s"))
        await rings(house, "2014-03-28 09:00")
        assert "“事项3”3月31日到期" in house.last("school")
        await rings(house, "2014-04-01 09:00")
        line = f"尚有 2 个单位未报：{units[0].name}、{units[1].name}"
        assert any(line in one.text for one in house.sent("office"))


async def test_nothing_is_said_twice_however_the_clock_and_the_service_jump(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        await lives(house, NODES[0])
        await rings(house, "2014-03-28 09:00", "2014-03-31 09:00", "2014-03-28 10:00")
    async with town(tmp_path, "2014-03-28 11:00") as house:
        await rings(house, "2014-03-28 11:00", "2014-03-31 10:00")
        assert [one for one in house.sent("jia") if "节点" in one.text] == []


async def test_a_moved_node_is_not_announced_again_for_a_day(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        id = await lives(house, NODES[0])
        await rings(house, "2014-03-28 09:00")

        def move(work) -> None:
            kept = work.campaigns.alive(id)
            moved = replace(kept.campaign.nodes[0], end=date(2014, 4, 1))
            work.campaigns.keep(kept, replace(kept.campaign, nodes=(moved,)))

        await house.do(move)
        await rings(house, "2014-03-28 15:10", "2014-03-31 09:00")
        assert [one.text[-14:] for one in house.sent("jia")] == [
            house.sent("jia")[0].text[-14:],
            house.sent("jia")[1].text[-14:],
        ]
        assert "4月1日到期（还有 1 天）" in house.last("jia")


async def test_what_could_not_be_handed_over_is_taken_back_once_it_is_done(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        id = await lives(house, NODES[0])
        house.channel.will_fail(*[Unreachable("down")] * 50)
        await rings(house, "2014-03-28 17:59")
        house.channel.will_fail()
        await rings(house, "2014-03-28 18:30")
        assert house.sent("jia") == []
        done = Completion(node=NODES[0].id, day=date(2014, 3, 28))
        await house.do(lambda work: work.campaigns.report(id, done, "node-1"))
        await rings(house, "2014-03-31 09:00")
        assert house.sent("jia") == []


async def test_past_nodes_are_recorded_and_never_reminded(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        await lives(house, node("1", end=date(2014, 3, 20), recorded=True))
        await rings(house, "2014-03-24 10:00", "2014-03-27 10:00")
        assert house.sent("jia") == []


async def test_talks_and_meetings_remind_those_who_are_in_them(tmp_path):
    async with town(tmp_path) as house:
        await binds(house, "jia", named("甲某"))
        await binds(house, "yi", named("乙某"))
        seats = (Seat(name="甲某", rank=Rank.FIRST), Seat(name="乙某", rank=Rank.LEADER))
        planned = dated(talks(seats, "four"), [date(2014, 3, 26)])
        await house.do(lambda work: work.talks.plan("", planned))
        await lives(
            house,
            node("m", place="meeting", kind="point", start=date(2014, 3, 26), end=date(2014, 3, 26), time="14:30"),
            node("r", place="reception", kind="recurring", rrule="FREQ=MONTHLY;BYMONTHDAY=26"),
        )  # fmt: skip
        await rings(house, "2014-03-25 09:00", "2014-03-26 09:00")
        jia = [one.text for one in house.sent("jia")]
        assert "【日程】3月26日：谈心谈话：甲某、乙某（还有 1 天）。" in jia
        assert "【日程】今天 14:30：事项m。" in jia
        assert "【日程】今天：事项r。" in jia
        assert len(house.sent("yi")) == 2
        await house.taps("yi", "已经谈了")
        assert "2014-03-26 已谈" in house.last("yi")


async def test_a_units_own_plan_is_its_own_offices_matter(tmp_path):
    async with town(tmp_path) as house:
        unit = house.app.settings.units[1].unit.id
        await binds(house, "school", Post(role=Role.SCHOOL, units=(unit,)))
        await lives(house, NODES[0], unit=unit)
        await rings(house, "2014-03-28 09:00")
        assert "甲某还收不到提醒" in house.last("school")
        assert house.sent("office") == []


async def test_from_late_november_the_office_is_warned_of_a_year_nobody_knows(tmp_path):
    async with town(tmp_path, "2026-11-18 09:30") as house:
        house.channel.sent.clear()
        for n in range(16):
            day = date(2026, 11, 18) + timedelta(days=n)
            await rings(house, f"{day} 09:00", f"{day} 15:30")
        warned = [one.text for one in house.sent("office") if "放假安排还没有载入" in one.text]
        assert len(warned) == 3  # the weeks of 16, 23 and 30 November
        assert "2027 年" in warned[0]


async def test_a_year_that_is_known_warns_nobody(tmp_path):
    async with town(tmp_path, "2014-11-24 09:30") as house:
        await rings(house, "2014-11-25 09:00")
        assert not [one for one in house.sent("office") if "放假" in one.text]


async def test_a_year_over_new_year_and_spring_festival_says_everything_once(tmp_path):
    """Monday's node every week, from November 2014 to March 2015, the bell twice a day."""
    first = date(2014, 11, 3)
    ends = [first + timedelta(days=7 * n) for n in range(20)]
    async with town(tmp_path, "2014-10-27 09:30") as house:
        await binds(house, "jia", named("甲某"))
        await lives(
            house, *(node(f"{n}", end=end) for n, end in enumerate(ends)), since=date(2014, 10, 27)
        )  # fmt: skip
        for n in range(150):
            day = date(2014, 10, 27) + timedelta(days=n)
            await rings(house, f"{day} 09:00", f"{day} 16:00")
        said = [
            one.text for one in house.sent("jia") if "节点" in one.text or "逾期" in one.text
        ]
        assert max(Counter(said).values()) == 1
        for n, _ in enumerate(ends):
            mine = [text for text in said if f"“事项{n}”" in text]
            assert 1 <= sum("节点提醒" in text for text in mine) <= 3
            assert sum("逾期" in text for text in mine) == 2


async def test_the_digest_has_the_coming_nodes_and_how_many_units_are_missing(tmp_path):
    async with town(tmp_path) as house:
        units = [planned.unit for planned in house.app.settings.units]
        id = await lives(
            house,
            node("1", end=date(2014, 3, 26)),
            node("2", end=date(2014, 4, 1), start=date(2014, 3, 24), kind="window"),
            node("3", end=date(2014, 4, 5)),
            replace(NODES[2], title="动员大会"),
        )
        for unit in units[2:]:
            done = Completion(node=NODES[2].id, day=date(2014, 3, 24), unit=unit.id)
            await house.do(lambda work, done=done: work.campaigns.report(id, done, "s"))
        await rings(house, "2014-03-28 15:00")
        kept = await house.do(lambda work: work.digests.last())
        found = [(n.day, n.what, n.note) for n in from_json(kept.snapshot).nodes]
        assert found == [
            (date(2014, 3, 26), "事项1截止", "已逾期，还没有报完成"),
            (date(2014, 3, 31), "动员大会截止", "尚有2个单位未报"),
            (date(2014, 4, 1), "事项2结束", ""),
        ]


async def test_talks_and_a_units_own_plan_stay_out_of_the_digest(tmp_path):
    async with town(tmp_path) as house:
        unit = house.app.settings.units[1].unit.id
        await lives(house, node("1", end=date(2014, 4, 1)), unit=unit)
        seats = (Seat(name="甲某", rank=Rank.FIRST), Seat(name="乙某", rank=Rank.LEADER))
        planned = dated(talks(seats, "four"), [date(2014, 4, 1)])
        await house.do(lambda work: work.talks.plan("", planned))
        await rings(house, "2014-03-28 15:00")
        kept = await house.do(lambda work: work.digests.last())
        assert from_json(kept.snapshot).nodes == ()


async def test_the_demos_plan_lives_and_two_units_are_late(tmp_path):
    async with town(tmp_path, "2014-03-24 09:00") as house:
        await house.do(lambda work: _adopt(work, house.app.settings, date(2014, 3, 24)))
        await rings(house, "2014-03-28 15:00")
        kept = await house.do(lambda work: work.digests.last())
        notes = {node.note for node in from_json(kept.snapshot).nodes}
        assert "尚有2个单位未报" in notes
        assert "已逾期，还没有报完成" not in notes


async def test_a_day_of_reception_that_the_office_enters_reminds_of_its_hour(tmp_path):
    async with town(tmp_path) as house:
        id = await lives(house, NODES[0])
        await house.hears("office", f"方案 {id} 加")
        await house.hears("office", "3月28日下午2点 校长接访")
        assert "3月28日 14:00" in house.last("office")
        house.channel.sent.clear()
        await rings(house, "2014-03-26 09:30", "2014-03-27 09:30", "2014-03-28 09:00")
        said = [one.text for one in house.sent("office")]
        assert "3月28日 14:00：校长接访（还有 1 天）" in said[0]
        assert "今天 14:00：校长接访" in said[-1]
