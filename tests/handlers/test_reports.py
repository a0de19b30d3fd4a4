"""The office at the end of a phase, the team's notice, and clues that are handed over: in chat, over the whole house."""

import io

import pytest
from docx import Document
from sqlalchemy import delete

from bot.core.messages import Address
from bot.core.people import Post, Role
from storage.statement import Statement
from storage.tables import opinion
from tests.handlers.test_week import town

COLD = "食堂的菜到班里都凉了，能不能热一热"
TEAM = "班子开会时间太长，一项一项念文件，能不能少念一点"
MONEY = "修操场那笔钱的账目对不上，请查一查"


async def say(house, words, count=6, begin=0, unit="newtown"):
    """Parents of one school say something in their own words."""
    for i in range(begin, begin + count):
        who = f"{unit}-says{i}"
        await house.hears(who, "1", "1", words, link=f"u_{unit}-g_parent")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id=who))
        await house.hears(who, "88", "1")


async def sent(house, friday="2014-03-28"):
    """The week closes and its digest is sent."""
    await house.at(f"{friday} 15:00")
    await house.hears("office", f"发送 {friday}")
    await house.taps("office", "确认发送")
    await house.app.bell.ring()
    await house.app.bell.ring()


async def paper(house, who="office"):
    """The words of the last paper somebody was handed."""
    await house.rest()
    files = [one.files for one in house.sent(who) if one.files]
    [content] = [file.content for file in files[-1]]
    document = Document(io.BytesIO(content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join((*(p.text for p in document.paragraphs), *cells))


async def join(house, who, role, *units):
    address = Address(channel="web", id=who)
    await house.do(lambda work: work.staff.join(address, "zh", (Post(role=role, units=units),)))
    await house.front.look_again()


async def test_two_weeks_become_one_report_by_taps(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await sent(house)
        await say(house, TEAM, begin=10)
        await sent(house, "2014-04-04")
        await house.hears("office", "报告")
        await house.taps("office", "征求意见情况报告")
        await house.taps("office", "全部 2 期")
        told = await paper(house)

    assert "共编发周报2期" in told
    assert COLD in told
    # six times the same option too, in both weeks
    assert "共征集意见建议24条，归并为3条" in told


async def test_a_phase_has_its_report_with_the_nodes_of_the_plan(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await sent(house)
        await house.hears("office", "报告 阶段 2014-03-21 2014-03-28")
        told = await paper(house)

    assert "节点完成情况" in told
    assert "各期征集情况" in told


async def test_before_anything_was_sent_it_says_what_to_do(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "报告 情况")
    assert "先“发送”一期" in house.last("office")


@pytest.mark.parametrize(
    "typed", ["报告", "对照", "移交", "报告 情况", "对照 本级", "报告 情况 何时"]
)
async def test_without_arguments_or_with_odd_ones_there_are_buttons(tmp_path, typed):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await sent(house)
        await house.hears("office", typed)
    assert house.sent("office")[-1].rows


async def test_the_same_report_twice_is_the_same_file(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await sent(house)
        for _ in range(2):
            await house.hears("office", "报告 情况 全部")
        await house.rest()
        once, again = [one.files[0].content for one in house.sent("office") if one.files][-2:]
    assert once == again


async def test_the_team_gets_its_notice(tmp_path):
    async with town(tmp_path) as house:
        await say(house, TEAM)
        await say(house, COLD, begin=10)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "周报")
        await house.taps("office", "班子通报稿")
        told = await paper(house)
    assert TEAM in told
    assert COLD not in told


async def test_a_school_asks_for_its_own_teams_material_and_sees_no_other(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "first", Role.SCHOOL, "no1")
        await join(house, "newtown-office", Role.SCHOOL, "newtown")
        await say(house, TEAM, count=8)
        await sent(house)
        await house.hears("newtown-office", "对照")
        await house.taps("newtown-office", "全部 1 期")
        own = await paper(house, "newtown-office")
        await house.hears("first", "/对照 newtown 全部")
        assert not any(
            one.files
            for one in house.sent("first")
            if one.files and "checkup" in one.files[0].name
        )
        await house.hears("first", "/对照 no1 全部")
        other = await paper(house, "first")
        await house.hears("first", "报告")
        refused = house.last("first")
    assert TEAM in own
    assert TEAM not in other
    assert "没有涉及本班子" in other
    assert "权限" in refused or "不是您" in refused or "不归" in refused


# --- clues -----------------------------------------------------------------------------------------------------------


async def test_a_clue_is_handed_over_once_acknowledged_and_listed(tmp_path):
    async with town(tmp_path) as house:
        await say(house, MONEY, count=6)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "去向")
        assert MONEY in house.last("office")
        await house.taps("office", "移交")
        await house.hears("office", "市纪委派驻组")
        await house.hears("office", "移交")
        assert "待签收 1 件" in house.last("office")
        await house.taps("office", "待签收清单")
        told = await paper(house)
        assert MONEY in told
        assert "市纪委派驻组" in told
        assert "办公室1" in told
        assert "接收人（签名）" in told
        await house.hears("office", "移交 1")
        await house.taps("office", "对方签收了")
        await house.hears("office", "市纪委派驻组 甲某")
        assert "待签收 0 件" in house.last("office")
        [kept] = await house.do(lambda work: work.clues.every())
        assert (kept.number, kept.receiver, kept.who) == (1, "市纪委派驻组 甲某", "office-1")


async def test_what_was_handed_over_stays_so_and_leaves_the_papers(tmp_path):
    async with town(tmp_path) as house:
        await say(house, MONEY, count=6)
        await house.at("2014-03-28 15:00")
        [first, *_] = await house.do(lambda work: work.opinions.unjudged("2014-03-28", 9))
        await house.hears("office", f"去向 {first.id} 移交 市纪委")
        for again in (f"去向 {first.id} 移交 别处", f"去向 {first.id} 答复 已经办了"):
            await house.hears("office", again)
            assert "已经移交（第 1 号）" in house.last("office")
        [kept] = await house.do(lambda work: work.clues.every())
        assert kept.body == "市纪委"
        await house.hears("office", "周报 2014-03-28 重出")
        await house.hears("office", "周报 2014-03-28 全文")
        told = await paper(house)
    assert told.count(MONEY) < 12  # five are left, each in the annex and some quoted


async def test_who_took_words_back_leaves_a_record_without_words(tmp_path):
    async with town(tmp_path) as house:
        await say(house, MONEY, count=6)
        await house.at("2014-03-28 15:00")
        [first, *_] = await house.do(lambda work: work.opinions.unjudged("2014-03-28", 9))
        await house.hears("office", f"去向 {first.id} 移交 市纪委")
        await house.app.database.write(
            lambda tx: tx.do(
                Statement(delete(opinion).where(opinion.c.id == bytes.fromhex(first.id))), {}
            )
        )
        await house.hears("office", "移交 1")
        assert "已撤回" in house.last("office")
        assert MONEY not in house.last("office")


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.LEADING, Role.SUPERVISOR, Role.SCHOOL])
async def test_clues_are_for_the_office_alone(tmp_path, role):
    async with town(tmp_path) as house:
        units = ("newtown",) if role is Role.SCHOOL else ()
        await join(house, "other", role, *units)
        await house.hears("other", "移交 清单 全部")
        assert not any(one.files for one in house.sent("other"))
        assert "移交" not in house.last("other")


# --- who sees what ---------------------------------------------------------------------------------------------------


async def test_a_schools_office_sees_its_own_school_and_no_other(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "school", Role.SCHOOL, "newtown")
        await say(house, COLD, count=8)
        await say(house, TEAM, count=8, unit="no1")
        await sent(house)
        handed = await paper(house, "school")
        await house.hears("school", "周报")
        seen = house.last("school")
        await house.hears("school", "进度")
        bands = house.last("school")
        for typed in ("周报 台账", "周报 图表", "周报 通报"):
            await house.hears("school", typed)
        await house.rest()
        names = {f.name for one in house.sent("school") for f in one.files}
    assert COLD in handed
    assert TEAM not in handed
    assert "第一中学" not in handed + seen + bands
    assert "新城小学：本期8份" in seen
    assert "学生家长" in bands
    assert names == {"units.docx"}


async def test_below_eight_writers_a_school_sees_bands_and_no_words(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "school", Role.SCHOOL, "newtown")
        await say(house, COLD, count=6)
        await sent(house)
        handed = await paper(house, "school")
    assert COLD not in handed
    assert "写的人太少，不列明细" in handed


async def test_a_draft_is_for_those_who_write_it(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "leading", Role.LEADING)
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        await house.hears("leading", "周报 2014-03-28 全文")
        assert not any(one.files for one in house.sent("leading"))
        await house.hears("office", "发送 2014-03-28")
        await house.taps("office", "确认发送")
        await house.hears("leading", "周报")
        buttons = [b.label for row in house.sent("leading")[-1].rows for b in row]
    assert "全文" in "".join(buttons)
    assert "台账" not in "".join(buttons)


async def test_progress_shows_units_and_groups_in_bands_in_their_order(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD, count=6)
        await sent(house)
        await house.hears("office", "进度")
        await house.taps("office", "按单位看")
        told = house.last("office")
    assert told.index("第一中学") < told.index("新城小学")
    assert "学生家长0%—10%" in told
    assert "不排名" in told


async def test_what_went_to_others_is_owed_until_it_has_an_end(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        [first, *_] = await house.do(lambda work: work.opinions.unjudged("2014-03-28", 9))
        await house.hears("office", f"去向 {first.id} 转办 后勤科")
        await house.at("2014-04-18 15:00")
        await house.hears("office", "周报 2014-04-18 全文")
        late = await paper(house)
        await house.hears("office", "去向 待复")
        assert COLD in house.last("office")
        await house.taps("office", "已答复")
        await house.hears("office", "已经加了保温箱")
        await house.at("2014-04-25 15:00")
        await house.hears("office", "周报 2014-04-25 全文")
        done = await paper(house)
    assert "1件。时限内0件；超期1件，最长6天（后勤科）。" in late
    assert "超期" not in done


async def test_a_sentence_of_the_clerks_stands_below_its_section(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "周报 2014-03-28 改")
        await house.taps("office", "某一节下面加一句")
        await house.taps("office", "概况")
        await house.hears("office", "老同志以电话代录为主。")
        await house.hears("office", "周报 2014-03-28 全文")
        told = await paper(house)
    assert told.index("老同志以电话代录为主。") < told.index("二、")


async def test_before_a_holiday_the_digest_says_so(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "周报 2014-03-28 全文")
        told = await paper(house)
    assert "4月5日至4月7日清明放假" in told


async def test_a_name_the_clerk_left_in_stands_on_top_of_the_draft(tmp_path):
    async with town(tmp_path) as house:
        await say(house, COLD)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "周报 2014-03-28 改 建议 请打电话13912345678问一问")
        await house.hears("office", "周报 2014-03-28 全文")
        told = await paper(house)
    assert "可能还有身份信息：编者的话" in told
