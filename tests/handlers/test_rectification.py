"""What became of people's words: the clerk, the one who must act, the parents who rate; the whole house, a pushed clock."""

import io
import re
from contextlib import asynccontextmanager

import httpx
import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette

from bot.core.digest import from_json
from bot.core.messages import Address
from bot.core.people import Post, Role
from tests.handlers.test_week import town

COLD = "食堂的菜老是凉的，能不能想想办法"


async def _parents(house, count=6, words=COLD, *, begin=0):
    """Parents of one school say something in their own words."""
    for i in range(begin, begin + count):
        who = f"parent{i}"
        await house.hears(who, "1", "1", words, link="u_newtown-g_parent")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id=who))
        await house.hears(who, "88", "1")


async def _item(house, *, person="后勤主任"):
    """The clerk lists a problem and opens it as an item."""
    await house.hears("office", "问题")
    await house.taps("office", "新列问题")
    await house.hears("office", "食堂饭菜偏凉")
    for label, said in (("目标", "饭菜到班不凉"), ("措施", "加保温箱，错峰送餐")):
        await house.taps("office", label)
        await house.hears("office", said)
    await house.taps("office", "责任")
    await house.taps("office", "新城小学")
    await house.hears("office", f"问题 1 责任人 {person}")
    await house.taps("office", "时限")
    await house.hears("office", "4月11日")
    await house.taps("office", "立项")


async def test_a_problem_becomes_an_item_by_taps_and_a_few_words(tmp_path):
    async with town(tmp_path) as house:
        await _item(house)
        assert "未动" in house.last("office")
        assert "2014-04-11" in house.last("office")
        problem = await house.do(lambda work: work.problems.find(1))
        assert problem.item
        assert problem.musts.missing == ()


async def test_whoever_is_responsible_and_has_no_account_is_invited_from_the_item(tmp_path):
    async with town(tmp_path) as house:
        await _item(house, person="食堂主管")
        assert "食堂主管还没有绑定" in house.last("office")
        await house.hears("office", "交接")
        await house.taps("office", "请人加入")
        await house.taps("office", "责任人")
        assert "食堂主管" in [b.label for row in house.sent("office")[-1].rows for b in row]
        await house.hears("office", "问题 1")
        await house.taps("office", "请食堂主管绑定")
        code = re.search(r"码：(\S+?)。", house.last("office")).group(1)
        await house.hears("cook", code)
        await house.hears("cook", "问题 1 进展 保温箱订了十个")
        assert "在办" in house.last("cook")
        await house.hears("office", "问题 1")
        assert "没有绑定" not in house.last("office")


async def test_all_of_a_theme_get_their_way_from_its_own_screen(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "主题 1")
        await house.taps("office", "一起给去向")
        assert "还有 6 条没有去向" in house.last("office")
        await house.taps("office", "新列问题")
        await house.hears("office", "食堂饭菜偏凉", "主题 1")
        assert "一起给去向" not in [
            b.label for row in house.sent("office")[-1].rows for b in row
        ]
        assert await house.do(lambda work: work.problems.judged()) == {"new": 6}


async def test_it_is_not_opened_while_a_must_is_missing(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "问题 新 食堂饭菜偏凉")
        await house.hears("office", "问题 1 立项")
        assert "还缺：目标、措施、责任、时限" in house.last("office")
        assert not (await house.do(lambda work: work.problems.find(1))).item


async def test_each_opinion_gets_its_one_way_until_none_is_left(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await _item(house)
        await house.hears("office", "去向")
        assert COLD in house.last("office")
        assert "还有 6 条" in house.last("office")
        await house.taps("office", "归入问题")
        await house.taps("office", "1 食堂饭菜偏凉")
        assert "还有 5 条" in house.last("office")
        await house.taps("office", "不采纳")
        await house.hears("office", "这学期已经改了")
        for _ in range(4):
            await house.taps("office", "归入问题")
            await house.taps("office", "1 食堂饭菜偏凉")
        assert "每一条都有去向了" in house.last("office")
        assert await house.do(lambda work: work.problems.judged()) == {
            "known": 5,
            "declined": 1,
        }
        assert await house.do(lambda work: work.problems.weights()) == {1: 5}


async def _published(house):
    await _item(house)
    await house.hears("office", "问题 1 开始")
    await house.taps("office", "办完了")
    await house.hears("office", "每班一个保温箱，已到位")
    await house.hears("office", "公示")
    await house.taps("office", "全部单位")
    assert "每班一个保温箱" in house.last("office")
    await house.taps("office", "确认公示 7 天")
    assert "已经公示" in house.last("office")
    await house.app.bell.ring()
    return (await house.do(lambda work: work.problems.notices()))[0]


async def _rated(house, notice, grades):
    for i, grade in enumerate(grades):
        who = f"rater{i}"
        await house.hears(who, "1", grade, "1", link=f"r_{notice.round}-u_newtown-g_parent")


async def test_what_people_are_not_content_with_goes_back_to_be_redone(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["3", "3", "3", "3", "1", "2"])
        await house.at("2014-04-02 15:00")
        await house.at("2014-04-03 09:30")
        problem = await house.do(lambda work: work.problems.find(1))
        assert problem.state == "rework"
        history = await house.do(lambda work: work.problems.history(1))
        rated = next(event for event in history if event.move == "rate")
        assert dict(rated.values) == {"good": "1", "fair": "1", "poor": "4"}
        assert await house.do(lambda work: [n.down for n in work.problems.notices()]) == [True]


async def test_what_people_are_content_with_is_closed_with_a_result(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await house.hears("office", "问题 1")
        await _rated(house, notice, ["1"] * 5)
        await house.at("2014-04-03 09:30")
        await house.hears("office", "问题 1 销号")
        await house.hears("office", "饭菜到班温热，家长认可")
        assert "已销号" in house.last("office")


async def test_too_few_ratings_say_nothing_about_anybody(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["3", "3", "3"])
        await house.at("2014-04-03 09:30")
        assert (await house.do(lambda work: work.problems.find(1))).state == "published"


async def test_a_rating_is_no_opinion_of_the_week_and_nobody_is_led_into_it(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["1"] * 6)
        await house.hears("mum", "开始")
        assert "评价" not in house.last("mum")
        await house.at("2014-04-03 15:00")  # before the holiday
        digest = await house.do(lambda work: work.digests.last())
        assert "意见0条" in digest.screen
        assert "整改1件" in digest.screen


async def test_whoever_owes_something_hears_once_a_week_and_the_office_once_when_it_is_late(
    tmp_path,
):
    async with town(tmp_path) as house:
        cook = Address(channel="web", id="cook")
        await house.do(
            lambda work: work.staff.join(cook, "zh", (Post(role=Role.NODE, name="后勤主任"),))
        )
        await house.front.look_again()
        await _item(house)
        for moment in ("2014-03-31 12:30", "2014-03-31 17:30", "2014-04-01 12:30"):
            await house.at(moment)
        assert [("归您办" in one.text) for one in house.sent("cook")] == [True]
        await house.taps("cook", "看这一件")
        assert "食堂饭菜偏凉" in house.last("cook")
        await house.hears("cook", "问题 1 进展")
        await house.hears("cook", "保温箱已订")
        assert "在办" in house.last("cook")
        for moment in ("2014-04-12 12:30", "2014-04-14 12:30", "2014-04-15 12:30"):
            await house.at(moment)
        late = [one for one in house.sent("office") if "没有办完" in one.text]
        assert len(late) == 1


@pytest.mark.parametrize(
    ("role", "says"),
    [
        (Role.SUPERVISOR, "问题 1 销号 好了"),
        (Role.SUPERVISOR, "公示 all 7 确认"),
        (Role.SUPERVISOR, "去向"),
    ],
)
async def test_who_only_reads_changes_nothing(tmp_path, role, says):
    async with town(tmp_path) as house:
        await _item(house)
        reader = Address(channel="web", id="reader")
        await house.do(lambda work: work.staff.join(reader, "zh", (Post(role=role),)))
        await house.front.look_again()
        before = await house.do(lambda work: work.problems.history(1))
        await house.hears("reader", says)
        assert await house.do(lambda work: work.problems.history(1)) == before
        assert await house.do(lambda work: work.problems.notices()) == ()


async def test_two_who_act_at_once_leave_no_history_out_of_order(tmp_path):
    from storage.database import Raced

    async with town(tmp_path) as house:
        await _item(house)
        history = await house.do(lambda work: work.problems.history(1))
        problem = await house.do(lambda work: work.problems.find(1))
        with pytest.raises(Raced):
            await house.do(
                lambda work: work.problems.add(len(history) - 1, history[-1], problem)
            )


async def test_a_draft_made_anew_tells_where_opinions_went_and_what_the_clerk_says(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await _item(house)
        await house.hears("office", "去向")
        await house.taps("office", "归入问题")
        await house.taps("office", "1 食堂饭菜偏凉")
        await house.hears("office", "周报 2014-03-28")
        await house.taps("office", "改几句")
        await house.taps("office", "工作建议")
        await house.hears("office", "请后勤科三日内说明\n四月检查并成一次")
        assert "第 2 稿" in house.last("office")
        kept = await house.do(lambda work: work.digests.find("2014-03-28"))
        digest = from_json(kept.snapshot)
        assert digest.version == 2
        assert digest.notes.suggestions == ("请后勤科三日内说明", "四月检查并成一次")
        assert {c.code: c.number for c in digest.destinations}["known"] == 1
        assert digest.rectification.total == 1
        await house.hears("office", "发送 2014-03-28 2 确认")
        await house.hears("office", "周报 2014-03-28 重出")
        again = await house.do(lambda work: work.digests.find("2014-03-28"))
        assert again.version == 2


async def test_what_was_looked_at_is_what_is_sent(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "发送 2014-03-28")
        await house.hears("office", "周报 2014-03-28 重出")
        await house.hears("office", "发送 2014-03-28 1 确认")
        kept = await house.do(lambda work: work.digests.find("2014-03-28"))
        assert not kept.sent


async def test_the_ledger_keeps_what_they_say_of_themselves_apart_from_what_people_say(
    tmp_path,
):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await _item(house)
        await house.hears("office", "问题 1 自评")
        await house.taps("office", "满意")
        await house.hears("office", "去向")
        await house.taps("office", "已答复")
        await house.hears("office", "=HYPERLINK(1)")
        await house.hears("office", "问题 台账")
        [file] = house.sent("office")[-1].files
        book = load_workbook(io.BytesIO(file.content))
        row = {
            head.value: cell.value
            for sheet in book.worksheets[:2]
            for head, cell in zip(sheet[2], sheet[3], strict=True)
        }
        assert (row["单位自评"], row["满意"], row["四有齐否"]) == ("满意", "暂无", "齐全")
        answer = [cell.value for cell in book.worksheets[2][3]]
        assert COLD in answer
        assert book.worksheets[2][3][4].data_type == "s"


async def test_whoever_holds_the_receipt_reads_what_became_of_their_words(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        receipt = re.search(r"\d{4} \d{4} \d{4} \d{4}", house.last("parent0")).group()
        await house.at("2014-03-28 15:00")
        await _item(house)
        for _ in range(6):
            await house.hears("office", "去向")
            await house.taps("office", "归入问题")
            await house.taps("office", "1 食堂饭菜偏凉")
        await house.hears("somebody", f"查 {receipt}")
        assert "归入第 1 号问题“食堂饭菜偏凉”，现在未动" in house.last("somebody")
        await house.hears("office", "问题 1 完成 每班一个保温箱")
        await house.hears("another", f"查 {receipt}")
        assert "办成这样：每班一个保温箱" in house.last("another")


AGAIN = (
    "菜送到班上已经不热了",
    "汤总是冷的",
    "饭盒摸着冰凉",
    "米饭又干又硬",
    "想喝口热水也难",
    "加热的柜子关着",
)


async def test_what_is_said_three_times_again_after_it_was_closed_is_open_again(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["1"] * 5)
        await house.at("2014-04-03 09:30")
        await house.hears("office", "问题 1 销号 饭菜温热")
        for place, words in enumerate(AGAIN):
            await house.hears(f"mum{place}", "1", "1", words, link="u_newtown-g_parent")
            house.clock.push(4)
            await house.front.ring(Address(channel="web", id=f"mum{place}"))
            await house.hears(f"mum{place}", "88", "1")
        await house.at("2014-04-11 15:00")
        kept = await house.do(lambda work: work.opinions.unjudged("2014-04-11", 9))
        for i, one in enumerate(kept[:3]):
            assert (await house.do(lambda work: work.problems.find(1))).state == "closed", i
            await house.hears("office", f"去向 {one.id} 归入 1")
        assert "复发" in house.last("office")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.state, problem.recurred) == ("rework", True)


async def test_a_closed_theme_that_speaks_again_is_noticed_before_anybody_judges_it(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house)
        await house.at("2014-03-28 15:00")
        await house.hears("office", "去向")
        assert "6 条一起" in [b.label for row in house.sent("office")[-1].rows for b in row]
        await house.taps("office", "6 条一起")
        await house.taps("office", "新列问题")
        await house.hears("office", "食堂饭菜偏凉")
        assert "6 条都记下了" in house.last("office")
        assert "每一条都有去向了" in house.last("office")
        assert await house.do(lambda work: work.problems.weights()) == {1: 6}
        for says in (
            "目标 饭菜不凉",
            "措施 加保温箱",
            "单位 newtown",
            "责任人 后勤主任",
            "时限 4月11日",
        ):
            await house.hears("office", f"问题 1 {says}")
        for says in ("立项", "完成 每班一个保温箱"):
            await house.hears("office", f"问题 1 {says}")
        await house.hears("office", "公示 all 7 确认")
        await house.hears("office", "问题 1 销号 饭菜到班温热")
        await _parents(house, begin=6)
        await house.at("2014-04-03 15:00")
        assert (await house.do(lambda work: work.problems.find(1))).state == "closed"
        await _parents(house, begin=12)
        await house.at("2014-04-11 15:00")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.state, problem.recurred) == ("rework", True)
        await house.rest()
        assert [one for one in house.sent("office") if "说同样的事" in one.text]


async def test_a_closed_item_is_looked_back_at_and_people_may_send_it_back(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["1"] * 5)
        await house.at("2014-04-03 09:30")
        await house.hears("office", "问题 1 销号 饭菜温热")
        for moment in ("2014-05-05 12:30", "2014-05-05 12:31"):
            await house.at(moment)
        asked = [one for one in house.sent("office") if "该回头看了" in one.text]
        assert len(asked) == 1
        await house.hears("office", "回头看")
        await house.taps("office", "到期要回看的问题 1 件")
        assert "2014-04-03 销号" in house.last("office")
        await house.taps("office", "请群众再评")
        await house.taps("office", "全部单位")
        await house.taps("office", "确认公示 7 天")
        again = (await house.do(lambda work: work.problems.notices()))[-1]
        await house.app.bell.ring()
        await _rated(house, again, ["3"] * 6)
        await house.at("2014-05-14 15:00")
        await house.at("2014-05-15 09:30")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.state, problem.closed, problem.reworked) == ("rework", None, 1)
        await house.rest()
        assert any("退回返工" in one.text for one in house.sent("office"))


async def test_whoever_is_responsible_says_whether_it_holds(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        await _rated(house, notice, ["1"] * 5)
        await house.at("2014-04-03 09:30")
        await house.hears("office", "问题 1 销号 饭菜温热")
        await house.at("2014-05-05 12:30")
        await house.hears("office", "问题 1 回看")
        await house.hears("office", "食堂每天测温，都在六十度以上")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.looked, problem.look.isoformat()) == (1, "2014-07-03")
        await house.hears("office", "问题 回看")
        assert "没有到时间" in house.last("office")


async def test_nobodys_name_stays_in_words_that_people_read(tmp_path):
    async with town(tmp_path) as house:
        await _item(house)
        await house.hears("office", "问题 1 完成 王主任的电话13800138000，有事找她")
        problem = await house.do(lambda work: work.problems.find(1))
        assert "13800138000" not in problem.result
        assert "王" not in problem.result


async def test_one_word_leads_to_what_is_up_to_be_rated_and_to_nothing_where_nothing_is(
    tmp_path,
):
    async with town(tmp_path) as house:
        await house.hears("mum", "评价")
        assert "没有请您评价的公示" in house.last("mum")
        notice = await _published(house)
        await house.hears("mum", "评价")
        await house.hears("mum", "1")
        for _ in range(4):
            if "您满意吗" in house.last("mum"):
                break
            await house.hears("mum", "1")
        assert "第 1 件：食堂饭菜偏凉" in house.last("mum")
        await house.hears("mum", "1", "1")
        address = Address(channel="web", id="aunt")
        await house.do(lambda work: work.identity.place(address, "zh", "teacher", "newtown"))
        await house.hears("aunt", "/rate", "1", "2", "1")
        await house.hears("aunt", "评价")
        assert "都评过了" in house.last("aunt")
        await house.hears("office", f"公示 撤下 {notice.batch}", "写错了")
        await house.app.bell.ring()
        await house.hears("uncle", "评价")
        assert "没有请您评价的公示" in house.last("uncle")


async def test_people_say_a_sentence_with_their_rating_and_the_office_reads_it(tmp_path):
    async with town(tmp_path) as house:
        notice = await _published(house)
        for i in range(6):
            who = f"rater{i}"
            link = f"r_{notice.round}-u_newtown-g_parent"
            await house.hears(who, "1", "汤还是凉的" if i == 0 else "1", link=link)
            house.clock.push(4)
            await house.front.ring(Address(channel="web", id=who))
            await house.hears(who, "1")
        await house.at("2014-04-03 09:30")
        await house.hears("office", "问题 1 评语")
        assert "汤还是凉的" in house.last("office")


async def test_a_notice_of_one_school_is_told_to_those_known_to_be_there(tmp_path):
    async with town(tmp_path) as house:
        for who, unit in (("mum", "newtown"), ("aunt", "shiyan")):
            address = Address(channel="web", id=who)
            await house.do(lambda w, a=address, u=unit: w.identity.place(a, "zh", "parent", u))
        await house.hears("passer", "开始", "停", "恢复提醒")
        await _item(house)
        await house.hears("office", "问题 1 完成 每班一个保温箱")
        await house.hears("office", "公示 newtown 7 确认")
        notice = (await house.do(lambda work: work.problems.notices()))[0]
        house.channel.sent.clear()
        await house.at("2014-03-24 12:30")
        await house.hears("office", f"提醒 {notice.round} 确认")
        await house.app.bell.ring()
        await house.rest()
        assert "请您看看办得怎样" in house.last("mum")
        assert house.sent("aunt") == []
        assert house.sent("passer") == []


async def test_it_can_be_shown_where_it_was_raised(tmp_path):
    async with town(tmp_path) as house:
        await _parents(house, 9)
        await house.at("2014-03-28 15:00")
        await _item(house)
        ids = await house.do(lambda w: [one.id for one in w.opinions.unjudged("2014-03-28", 9)])
        for id in ids:
            await house.hears("office", f"去向 {id} 归入 1")
        await house.hears("office", "问题 1 完成 每班一个保温箱")
        await house.hears("office", "公示")
        await house.taps("office", "提出这些的单位")
        await house.taps("office", "确认公示 7 天")
        [notice] = await house.do(lambda work: work.problems.notices())
        assert notice.units == ("newtown",)


@asynccontextmanager
async def _browser(house):
    """Anybody who opens the public pages."""
    pages = httpx.ASGITransport(Starlette(routes=house.app.notices()))
    async with httpx.AsyncClient(transport=pages, base_url="http://house") as client:
        yield client


async def test_a_notice_is_gone_on_the_minute_and_its_archive_is_what_people_saw(tmp_path):
    async with town(tmp_path) as house, _browser(house) as browser:
        notice = await _published(house)
        seen = await browser.get(f"/notice/{notice.batch}")
        assert (seen.status_code, "每班一个保温箱" in seen.text) == (200, True)
        assert notice.closes.isoformat() == "2014-03-30"
        await house.at("2014-03-30 23:59")
        assert (await browser.get(f"/notice/{notice.batch}")).content == seen.content
        await house.hears("office", "问题 1 表述 食堂的饭菜")
        await house.at("2014-03-31 00:00")
        assert (await browser.get(f"/notice/{notice.batch}")).status_code == 404
        await house.hears("office", "公示")
        await house.taps("office", "看存档")
        await house.taps("office", notice.batch)
        assert "公示到 2014-03-30" in house.last("office")
        wall, page = house.sent("office")[-1].files
        assert page.content == seen.content
        assert [one.name for one in (wall, page)] == [
            f"notice-{notice.batch}.docx",
            f"notice-{notice.batch}.html",
        ]


async def test_a_wrong_notice_is_taken_down_by_hand_and_shown_again_when_put_right(tmp_path):
    async with town(tmp_path) as house, _browser(house) as browser:
        notice = await _published(house)
        await _rated(house, notice, ["3"] * 6)
        await house.hears("office", "公示")
        await house.taps("office", "提前撤下")
        await house.taps("office", notice.batch)
        assert "哪里不对" in house.last("office")
        assert (await browser.get(f"/notice/{notice.batch}")).status_code == 200
        await house.hears("office", "数字写错了")
        assert (await browser.get(f"/notice/{notice.batch}")).status_code == 404
        await house.app.bell.ring()
        await house.hears("late", "1", link=f"r_{notice.round}-u_newtown-g_parent")
        assert "食堂饭菜偏凉" not in house.last("late")
        await house.hears("office", f"公示 存档 {notice.batch}")
        assert house.sent("office")[-1].files
        await house.hears("office", "问题 1 完成 每班两个保温箱，已到位")
        await house.hears("office", "公示 all 7 确认")
        await house.app.bell.ring()
        again = (await house.do(lambda work: work.problems.notices()))[-1]
        assert again.round != notice.round
        assert "每班两个保温箱" in (await browser.get(f"/notice/{again.batch}")).text
        await house.at("2014-03-31 00:01")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.state, problem.poor) == (
            "published",
            0,
        )  # what was said of the wrong one does not count
        await house.hears("office", "问题 1 历史")
        assert "撤下公示" in house.last("office")
        assert "数字写错了" in house.last("office")


@pytest.mark.parametrize(("source", "label"), [("座谈", "座谈会"), ("来信", "来信")])
async def test_what_was_said_at_a_meeting_or_in_a_letter_goes_all_the_way_to_being_closed(
    tmp_path, source, label
):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        await house.hears("office", f"{source} 食堂的菜老是凉的，打到班上汤都冷了")
        if source == "座谈":
            await house.taps("office", "哪些人")
            await house.taps("office", "一线教师")
            await house.taps("office", "好了")
        await house.taps("office", "收下 1 条")
        assert f"{label}收下 1 条" in house.last("office")
        await _item(house)
        await house.hears("office", "去向")
        assert "汤都冷了" in house.last("office")
        await house.taps("office", "归入问题")
        await house.taps("office", "1 食堂饭菜偏凉")
        assert "每一条都有去向了" in house.last("office")
        await house.hears("office", "问题 1 完成 每班一个保温箱", "公示 all 7 确认")
        await house.app.bell.ring()
        [notice] = await house.do(lambda work: work.problems.notices())
        await _rated(house, notice, ["1"] * 5 + ["3"])
        await house.at("2014-04-02 00:01")
        await house.hears("office", "问题 1 销号 饭菜到班温热")
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.state, problem.good, problem.poor) == ("closed", 5, 1)
        await house.at("2014-04-04 15:00")  # the last working day before the holiday
        made = from_json((await house.do(lambda work: work.digests.last())).snapshot)
        assert (made.rectification.done, made.rectification.ratings.good) == (1, 5)
        await house.hears("office", "问题 台账")
        book = load_workbook(io.BytesIO(house.sent("office")[-1].files[0].content))
        told = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
        assert any(
            "饭菜到班温热" in map(str, row) or "饭菜到班温热" in str(row) for row in told
        )
        assert any("汤都冷了" in str(row) for row in told)


async def test_a_line_that_was_wrong_is_corrected_by_another_and_nothing_is_erased(tmp_path):
    async with town(tmp_path) as house:
        await _item(house)
        lengths = []
        for says in (
            "进展 订了十个保温箱",
            "更正 是二十个，上一条写错了",
            "需上级 要市里拨款",
            "可续办",
            "延期 4月25日 材料没到",
        ):
            await house.hears("office", f"问题 1 {says}")
            history = await house.do(lambda work: work.problems.history(1))
            lengths.append(len(history))
        assert lengths == list(range(lengths[0], lengths[0] + 5))
        problem = await house.do(lambda work: work.problems.find(1))
        assert (problem.extended, f"{problem.musts.due}") == (1, "2014-04-25")
        await house.hears("office", "问题 1 历史")
        for words in ("订了十个", "更正", "是二十个", "要市里拨款", "材料没到", "办公室1"):
            assert words in house.last("office"), words


async def test_a_leaders_own_measures_are_for_the_office_and_whom_they_name(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "问题 新 联系基层不够", "问题 1 个人")
        for says in ("目标 每月下校", "措施 每月听课两次", "单位 newtown", "责任人 乙某", "时限 4月25日", "立项"):  # fmt: skip
            await house.hears("office", f"问题 1 {says}")
        watch, leader = (Address(channel="web", id=id) for id in ("watch", "leader"))
        await house.do(lambda w: w.staff.join(watch, "zh", (Post(role=Role.SUPERVISOR),)))
        await house.do(
            lambda w: w.staff.join(leader, "zh", (Post(role=Role.NODE, name="乙某"),))
        )
        await house.front.look_again()
        await house.hears("watch", "问题 1")
        assert "联系基层" not in house.last("watch")
        await house.hears("leader", "问题 1")
        assert "联系基层不够" in house.last("leader")
        await house.hears("office", "问题 1 完成 听课四次", "公示")
        assert "没有办完待公示的" in house.last("office")
        await house.hears("office", "问题 台账")
        book = load_workbook(io.BytesIO(house.sent("office")[-1].files[0].content))
        assert not any("联系基层" in str(c.value) for s in book for row in s for c in row)
        await house.hears("office", "问题 1 销号 已改")
        assert (await house.do(lambda work: work.problems.find(1))).state == "closed"
