"""A meeting rates its leading team: prepared by taps, voted in chat, counted once, seen by those entitled."""

import io
import json
from collections import Counter

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.core.appraisal import CHOICES, State
from bot.core.messages import Address
from bot.core.people import Post, Role
from handlers.appraisal import result
from storage.retention import Retention
from storage.tables import opinion
from tests.handlers.test_talks import join
from tests.handlers.test_week import town

LIST = "甲某 校长\n乙某 副校长"
ALL_GOOD = ("1", "1", "1")


async def enrol(house, count: int, group: str = "teacher", unit: str = "newtown") -> list[str]:
    """So many people who are known for sure."""
    names = [f"{group}{i}" for i in range(count)]

    def placed(work):
        for name in names:
            work.identity.place(Address(channel="web", id=name), "zh", group, unit)

    await house.do(placed)
    return names


async def opened(house, *, expected: str = "12", final: str = "") -> int:
    """The office prepares and begins it; its number."""
    await house.hears("office", f"评议 新 newtown {final}".strip())
    if not final:
        await house.hears("office", LIST)
    number = (await house.do(lambda work: work.appraisals.every()))[-1].number
    await house.hears("office", f"评议 应到 {number}", expected)
    await house.hears("office", f"评议 开始 {number} 60 确认")
    await house.app.bell.ring()
    return number


async def votes(house, who: str, *digits: str) -> None:
    await house.hears(who, "评议", "1", *digits)
    if len(digits) == 3 and "0" not in digits:
        await house.hears(who, "1")
    else:
        await house.hears(who, "88", "1")


async def over(house, number: int, present: str = "12") -> None:
    await house.hears("office", f"评议 实到 {number}", present)
    await house.hears("office", f"评议 结束 {number} 确认")
    await house.app.bell.ring()
    await house.app.bell.ring()
    await house.rest()


async def test_a_vote_from_its_preparation_to_its_papers_by_taps(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await house.hears("office", "评议")
        await house.taps("office", "新的评议")
        await house.taps("office", "新城小学")
        assert "要评哪些人" in house.last("office")
        await house.hears("office", LIST)
        assert "甲某（校长）、乙某（副校长）" in house.last("office")
        await house.taps("office", "应到人数")
        await house.hears("office", "9")
        await house.taps("office", "开始评议")
        await house.taps("office", "30 分钟")
        await house.taps("office", "确认开始")
        assert "请大家发“评议”两个字" in house.last("office")
        await house.app.bell.ring()
        await house.hears(people[0], "评议")
        assert "民主评议" in house.last(people[0])
        for who in people:
            await votes(house, who, *ALL_GOOD)
        assert "谁也查不出您怎么评的" in house.last(people[0])
        await house.hears("office", "评议 看 1")
        assert "看不到任何票数" in house.last("office")
        house.clock.push(31 * 60)
        await house.app.bell.ring()
        await house.app.bell.ring()
        await house.rest()
        assert "有结果了" in house.last("office")
        await house.taps("office", "看一看")
        assert "实到还没填" in house.last("office")
        await house.taps("office", "实到人数")
        await house.hears("office", "8")
        assert "参评 6（网上 6，纸质 0）\n到会人数符合规定" in house.last("office")
        assert "▸ 甲某（校长）：好 6 较好 0 一般 0 差 0 弃权 0 未填 0；好和较好 100.0%" in (
            house.last("office")
        )
        await house.taps("office", "要文件")
        paper, table = house.sent("office")[-1].files
        assert [paper.name, table.name] == ["appraisal-1.docx", "appraisal-1.xlsx"]
        said = "\n".join(p.text for p in Document(io.BytesIO(paper.content)).paragraphs)
        assert "应到9人，实到8人，参评6份，其中网上6份、纸质0份" in said
        sheet = load_workbook(io.BytesIO(table.content)).active
        assert [cell.value for cell in sheet[4]][:5] == [2, "甲某", "校长", 6, 0]


async def test_one_vote_each_and_none_for_whoever_is_not_on_the_list(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 5)
        await opened(house)
        for who in people:
            await votes(house, who, *ALL_GOOD)
        await house.hears(people[0], "评议")
        assert "已经交过" in house.last(people[0])
        await house.hears("stranger", link="r_rate_m1-g_teacher-u_newtown")
        assert "现在没有请您评的" in house.last("stranger")
        await enrol(house, 1, unit="no1")
        await enrol(house, 1, group="parent")
        for other in ("parent0",):
            await house.hears(other, "评议")
            assert "现在没有请您评的" in house.last(other)
        await over(house, 1)
        meeting = await house.do(lambda work: work.appraisals.find(1))
        found = await house.do(lambda work: result(work, meeting))
        assert found.online == 5


async def test_who_is_taken_off_the_list_while_voting_is_not_counted(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await opened(house)
        for who in people[:5]:
            await votes(house, who, *ALL_GOOD)
        await house.hears(people[5], "评议", "1", *ALL_GOOD)
        address = Address(channel="web", id=people[5])
        await house.do(lambda work: work.identity.place(address, "zh", "parent", "newtown"))
        await house.hears(people[5], "1")
        assert "现在没有请您评的" in house.last(people[5])
        await over(house, 1)
        meeting = await house.do(lambda work: work.appraisals.find(1))
        assert (await house.do(lambda work: result(work, meeting))).online == 5


async def test_fewer_than_five_give_no_result_and_those_with_a_vote_are_told(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 4)
        await house.hears("mum", "开始", "停", "恢复提醒")
        await opened(house)
        for who in people:
            await votes(house, who, *ALL_GOOD)
        house.channel.sent.clear()
        await over(house, 1)
        await house.hears("office", "评议 看 1")
        assert "参评不足 5 份" in house.last("office")
        assert "▸" not in house.last("office")
        await house.at("2014-03-24 12:30")  # in waking hours
        assert ["没有转交" in one.text for one in house.sent(people[0])] == [True]
        assert house.sent("mum") == []


async def test_below_the_quorum_it_is_said_that_the_result_does_not_stand(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await opened(house, expected="12")
        for who in people:
            await votes(house, who, *ALL_GOOD)
        await over(house, 1, present="7")
        await house.hears("office", "评议 看 1")
        assert "实到人数不够，结果无效" in house.last("office")


async def test_blanks_and_abstentions_are_counted_apart(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 7)
        await opened(house)
        for who in people[:5]:
            await votes(house, who, "1", "5", "2")
        await votes(house, people[5], "4", "0", "2")
        await votes(house, people[6], "较好", "差", "0")
        await over(house, 1)
        await house.hears("office", "评议 看 1")
        said = house.last("office")
        assert "▸ 领导班子：好 5 较好 1 一般 0 差 1 弃权 0 未填 0；好和较好 85.7%" in said
        assert "▸ 甲某（校长）：好 0 较好 0 一般 0 差 1 弃权 5 未填 1" in said
        assert "▸ 乙某（副校长）：好 0 较好 6 一般 0 差 0 弃权 0 未填 1" in said


async def test_paper_ballots_come_in_as_totals_and_are_marked(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await opened(house)
        for who in people:
            await votes(house, who, *ALL_GOOD)
        await house.hears("office", "评议 纸票 1", "3 张\n领导班子 3 0 0 0 0\n甲某 2 0 0 1 0")
        assert "第 3 行" in house.last("office")
        await house.hears("office", "3 张\n领导班子 3 0 0 0 0\n甲某 2 0 0 1 0\n乙某 0 0 0 0 3")
        assert "纸质票 3 张" in house.last("office")
        await over(house, 1)
        await house.hears("office", "评议 看 1")
        assert "参评 9（网上 6，纸质 3）" in house.last("office")
        assert "▸ 甲某（校长）：好 8 较好 0 一般 0 差 1" in house.last("office")


async def test_first_and_final_are_compared(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        first = await opened(house)
        for who in people:
            await votes(house, who, "3", "1", "4")
        await over(house, first)
        await house.hears("office", "评议 新 newtown")
        await house.taps("office", "总结，和 1 号对比")
        final = 2
        await house.hears("office", f"评议 开始 {final} 60 确认")
        await house.app.bell.ring()
        for who in people:
            await votes(house, who, "1", "1", "2")
        await over(house, final)
        await house.hears("office", f"评议 看 {final}")
        said = house.last("office")
        assert "▸ 领导班子：0.0% → 100.0%（+100.0 个百分点）" in said
        assert "▸ 甲某（校长）：100.0% → 100.0%（0.0 个百分点）" in said
        await house.taps("office", "要文件")
        names = [file.name for file in house.sent("office")[-1].files]
        assert names == ["appraisal-2.docx", "appraisal-2.xlsx"]


@pytest.mark.parametrize("allowed", [True, False])
async def test_one_of_those_rated_sees_their_own_only_where_the_meeting_allows_it(
    tmp_path, allowed
):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await join(house, "yi", Post(role=Role.NODE, name="乙某"))
        await house.hears("office", "评议 新 newtown")
        await house.hears("office", LIST)
        if allowed:
            await house.taps("office", "本人不看自己的")
        await house.hears("office", "评议 开始 1 60 确认")
        await house.app.bell.ring()
        for who in people:
            await votes(house, who, "1", "2", "3")
        await over(house, 1)
        assert house.sent("yi") == []
        await house.hears("yi", "评议 看 1")
        if allowed:
            assert "▸ 乙某（副校长）：好 0 较好 0 一般 6" in house.last("yi")
            assert "甲某" not in house.last("yi")
            assert "领导班子：" not in house.last("yi")
            await house.hears("yi", "评议 文件 1")
            assert not any(one.files for one in house.sent("yi"))
        else:
            assert "不归这个账号看" in house.last("yi")


async def test_whoever_may_see_results_is_told_once_and_others_see_nothing(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await join(house, "head", Post(role=Role.RESPONSIBLE, units=("newtown",)))
        await join(house, "other", Post(role=Role.RESPONSIBLE, units=("no1",)))
        await join(house, "above", Post(role=Role.SUPERVISOR))
        await opened(house)
        for who in people:
            await votes(house, who, *ALL_GOOD)
        await over(house, 1)
        await house.at("2014-03-24 12:00")
        assert [("有结果了" in one.text) for one in house.sent("head")] == [True]
        assert house.sent("other") == house.sent("above") == []
        await house.hears("head", "评议 看 1")
        assert "甲某" in house.last("head")
        await house.hears("head", "评议 名单 1", "丙某")
        assert "不归这个账号看" in house.sent("head")[-2].text
        for who in ("other", "above"):
            await house.hears(who, "评议 看 1")
            assert "甲某" not in house.last(who)


async def test_no_digest_and_no_queue_has_anything_of_an_appraisal(tmp_path):
    async with town(tmp_path) as house:
        people = await enrol(house, 6)
        await opened(house)
        for who in people:
            await votes(house, who, *ALL_GOOD)
        await over(house, 1)
        await house.at("2014-03-28 15:00")
        kept = await house.do(lambda work: work.digests.find("2014-03-28"))
        assert "甲某" not in kept.snapshot
        assert "rate_m1" not in kept.snapshot
        assert await house.do(lambda work: work.opinions.unjudged("2014-03-28", 50)) == []


async def test_nobody_is_led_into_an_appraisal_who_did_not_ask_for_it(tmp_path):
    async with town(tmp_path, "2014-04-21 10:00") as house:
        await enrol(house, 6)
        await opened(house)
        await house.hears("teacher0", "开始")
        assert "没有正在进行" in house.last("teacher0")


async def test_what_cannot_be_done_any_more_is_said(tmp_path):
    async with town(tmp_path) as house:
        await enrol(house, 6)
        await opened(house)
        await house.hears("office", "评议 名单 1", "丙某")
        assert any("评议已经往前走了" in one.text for one in house.sent("office")[-2:])
        await house.hears("office", "评议 新 newtown")
        await house.hears("office", "甲某 校长\n甲某 副校长")
        assert "第 2 行没看懂" in house.last("office")
        await house.hears("office", "甲某 校长")
        await house.hears("office", "评议 应到 2", "3")
        await house.hears("office", "评议 开始 2")
        assert "应到不足 5 人" in house.last("office")
        await house.hears("office", "评议 看 2")
        await house.taps("office", "不要这次了")
        assert await house.do(lambda work: work.appraisals.find(2)) is None


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ballots=st.lists(
        st.tuples(*[st.sampled_from(("0", "1", "2", "3", "4", "5"))] * 3).filter(
            lambda one: set(one) != {"0"}
        ),
        min_size=5,
        max_size=8,
    )
)
async def test_votes_counted_are_votes_cast(tmp_path_factory, ballots):
    async with town(tmp_path_factory.mktemp("town")) as house:
        await enrol(house, len(ballots))
        await opened(house)
        for number, ballot in enumerate(ballots):
            await votes(house, f"teacher{number}", *ballot)
        await house.hears("office", "评议 结束 1 确认")
        for _ in range(3):
            await house.app.bell.ring()
        chosen = await house.do(lambda work: work.opinions.chosen("rate_m1"))
        meeting = await house.do(lambda work: work.appraisals.find(1))
        assert meeting.state is State.COUNTED
        cast = Counter(
            (id, CHOICES[int(digit) - 1])
            for ballot in ballots
            for id, digit in zip(("team", "p1", "p2"), ballot, strict=True)
            if digit != "0"
        )
        assert chosen == cast
        assert (await house.do(lambda work: result(work, meeting))).online == len(ballots)


async def test_neither_rows_nor_anything_they_share_tell_who_voted_how_or_when(tmp_path):
    """Twenty find it good, then twenty find it poor: whoever reads the rows finds neither the order nor a ballot."""
    async with town(tmp_path) as house:
        people = await enrol(house, 40)
        await opened(house, expected="40")
        for number, who in enumerate(people):
            await votes(house, who, *(("1", "1", "1") if number < 20 else ("4", "4", "4")))
        assert await house.do(lambda work: work.drafts.every()) == []
        await over(house, 1, present="40")

        names = [column.name for column in opinion.columns]
        rows = await house.rows(
            f"SELECT {', '.join(names)} FROM opinion WHERE round = 'rate_m1'"
        )
        assert await house.rows("SELECT count(*) FROM draft") == [(0,)]
        assert len(rows) == 120
        for question in ("team", "p1", "p2"):
            said = [
                json.loads(row[names.index("options")])[0] for row in rows if question in row
            ]
            late = [at for at, choice in enumerate(said) if choice == "poor"]
            # 20 of 40 places by chance: mean 19.5, deviation 1.8; six of them are no accident.
            assert abs(sum(late) / len(late) - 19.5) < 11
        varied = {n for n in names if len({row[names.index(n)] for row in rows}) > 2}
        assert varied == {"id", "question", "lookup", "reply_key"}
        for name in ("id", "lookup", "reply_key"):
            assert len({row[names.index(name)] for row in rows}) == 120


async def test_three_years_later_nobody_keeps_how_people_were_rated(tmp_path):
    async with town(tmp_path) as house:
        await enrol(house, 5)
        await opened(house)
        for number in range(5):
            await votes(house, f"teacher{number}", *ALL_GOOD)
        await over(house, 1)

        def ended(years: float):
            now = house.clock.now + years * 366 * 86400
            return lambda tx: Retention(tx).end(now)

        assert (await house.app.database.write(ended(2.9)))["opinion"] == 0
        gone = await house.app.database.write(ended(3.1))
        assert (gone["appraisal"], gone["opinion"]) == (1, 15)
