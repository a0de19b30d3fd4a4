"""The calendar as the office lives it in chat: a plan comes in, is looked at, asked about, approved; then it lives."""

import io
import os
import zipfile
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from bot.core.messages import Address, Incoming, Media, Sent
from bot.core.people import Deed, Post, Role
from tests.handlers.test_week import OFFICE, Town, town

PLAN = """江城市教育局关于开展作风建设活动的实施方案
2014年3月20日
三、方法步骤
（一）学习教育、听取意见环节（3月下旬至4月下旬）
1．动员部署（3月下旬）。3月底前，各基层党组织要召开一次动员大会。
2．征求意见（3月26日至4月20日）。形成征求意见情况报告，报局活动办。
（二）查摆问题环节（5月上旬至6月下旬）
1．谈心谈话（5月上旬至6月上旬）。适时召开座谈会。
2．召开专题民主生活会（6月16日）。专题民主生活会后10天内形成专项报告，报局活动办。
3．召开通报会（6月下旬）。责任人：甲某。
"""
SEEDS = Path(os.environ.get("TINGWEN_PLANS", Path(__file__).parents[3] / "shared" / "plans"))
SCHOOL = Address(channel="web", id="school")
HEAD = Address(channel="web", id="head")
WATCH = Address(channel="web", id="watch")
CLERK = Address(channel="web", id="clerk")
NAMED = Address(channel="web", id="named")


async def join(house: Town, who: Address, *posts: Post) -> None:
    await house.do(lambda work: work.staff.join(who, "zh", posts))
    await house.front.look_again()


async def send(house: Town, name: str, content: bytes, who: str = "office", caption="") -> None:
    """A file, as a phone hands one over."""
    handle = f"h{len(house.channel.shelf)}"
    house.channel.shelf[handle] = content
    sent = Sent(name, handle, len(content))
    await house.front.receive(
        Incoming(
            address=Address(channel="web", id=who),
            key=f"file-{next(house._keys)}",
            body=Media("file", caption, sent),
            message=handle,
        )
    )
    await house.rest()


def labels(house: Town, who: str = "office") -> list[str]:
    return [button.label for row in house.sent(who)[-1].rows for button in row]


def says(house: Town, label: str, who: str = "office") -> str:
    rows = house.sent(who)[-1].rows
    return next(b.says for row in rows for b in row if b.label == label)


async def imported(house: Town, text: str = PLAN) -> None:
    await house.hears("office", "导入方案", text, "好了")


async def approved(house: Town) -> None:
    await house.taps("office", "批准")
    await house.taps("office", "确认批准")


@asynccontextmanager
async def living(folder, moment="2014-03-24 09:30"):
    """A town whose office has imported and approved the plan."""
    async with town(folder, moment) as house:
        await imported(house)
        await approved(house)
        yield house


async def node_of(house: Town, title: str) -> str:
    (kept,) = await house.do(lambda work: work.campaigns.living())
    return next(f"{kept.id}-{n.id}" for n in kept.campaign.nodes if title in n.title)


async def days_of(house: Town, title: str) -> tuple[date | None, date | None]:
    (kept,) = await house.do(lambda work: work.campaigns.living())
    return next(n.days for n in kept.campaign.nodes if title in n.title)


# -- taking in ---------------------------------------------------------------------------------------------------------


async def test_a_pasted_plan_lives_after_four_taps(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "?")
        await house.taps("office", "导入方案")
        await house.hears("office", PLAN)
        assert "一共" in house.last("office")
        await house.taps("office", "好了")
        assert "还没有批准" in house.last("office")
        assert "实施方案" in house.last("office")
        assert await house.do(lambda work: work.campaigns.living()) == ()
        await approved(house)
        assert "日程从现在起生效" in house.last("office")
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert kept.approved_by == "office-1"
        assert len(list(kept.campaign.deeds())) >= 8


@pytest.mark.parametrize("full", [4096, 6000])
async def test_a_long_paste_is_cut_anywhere_and_read_as_one(tmp_path, full: int):
    """A chat cuts long words in the middle of a line, in the middle of a date."""
    cut = PLAN.index("4月20日") + 2
    filler = "各单位要高度重视，加强领导，落实责任。" * 400
    head, rest = PLAN[:cut].split("三、方法步骤")
    room = full - cut - len("一、总体要求\n\n")
    first = f"{head}一、总体要求\n{filler[:room]}\n三、方法步骤{rest}"
    assert len(first) == full
    async with town(tmp_path) as house:
        await house.hears("office", "导入方案", first, PLAN[cut:], "好了")
        await approved(house)
        assert await days_of(house, "征求意见") == (date(2014, 3, 26), date(2014, 4, 20))


async def test_pieces_that_end_with_their_line_stay_lines(tmp_path):
    """A page cuts at the end of a line where it can; people paste a paragraph at a time."""
    pieces = PLAN.splitlines(keepends=True)
    first = ["".join(pieces[:5]), "".join(pieces[5:7]).rstrip("\n"), "".join(pieces[7:])]
    async with town(tmp_path) as house:
        await house.hears("office", "导入方案", *first, "好了")
        await approved(house)
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert len(kept.campaign.nodes) == 10


async def test_a_pasted_table_that_lost_its_grid_becomes_entries_again(tmp_path):
    lines = """第二环节工作节点安排表（2014年）
\t序号\n\t工作步骤\n\t时间安排\n\t具体任务\n\t责任人\n
\t1\n\t细化实施办法\n\t6月16日\n\t完成实施办法\n\t丙某\n
\t2\n\t开展谈心谈话\n\t6月18日至\n\n6月26日\n\t制订谈话安排表\n\t甲某\n\n乙某\n
\t3\n\t召开组织生活会\n\t6月26日\n\t做好会议记录\n\t丁某
"""
    async with town(tmp_path) as house:
        await imported(house, lines)
        await house.taps("office", "2014")
        await approved(house)
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert [(n.title, n.days, n.responsible) for n in kept.campaign.nodes] == [
            ("细化实施办法", (date(2014, 6, 16), date(2014, 6, 16)), ("丙某",)),
            ("开展谈心谈话", (date(2014, 6, 18), date(2014, 6, 26)), ("甲某", "乙某")),
            ("召开组织生活会", (date(2014, 6, 26), date(2014, 6, 26)), ("丁某",)),
        ]


async def test_a_plan_pasted_without_a_word_is_asked_about_and_not_lost(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", PLAN)
        assert "像是一份方案" in house.last("office")
        await house.taps("office", "好了")
        assert "还没有批准" in house.last("office")
        await house.hears("office", "今天下午两点开会，3月26日再说一次，请各位准时到。")
        assert "像是一份方案" not in house.last("office")


async def test_a_file_that_comes_by_itself_is_asked_about(tmp_path):
    async with town(tmp_path) as house:
        await send(house, "方案.txt", PLAN.encode("gb18030"))
        assert "这是什么" in house.last("office")
        await house.taps("office", "导入方案")
        assert "还没有批准" in house.last("office")


async def test_a_word_file_with_a_node_table_is_read_with_its_caption(tmp_path):
    async with town(tmp_path) as house:
        await send(house, "节点.docx", table_docx(), caption="导入方案")
        assert "没有写年份" in house.last("office")
        await house.taps("office", "2014")
        assert "还没有批准" in house.last("office")
        await approved(house)
        assert await days_of(house, "谈心谈话") == (date(2014, 6, 18), date(2014, 6, 26))
        (kept,) = await house.do(lambda work: work.campaigns.living())
        node = next(n for n in kept.campaign.nodes if "谈心" in n.title)
        assert node.responsible == ("甲某", "乙某")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.txt", b"", "是空的"),
        ("照片.docx", b"\x89PNG\r\n\x1a\n" + b"0" * 900, "是一张图片"),
        ("锁.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        ("断.docx", b"PK\x03\x04" + b"0" * 300, "没有传完整"),
        ("炸.docx", b"bomb", "解压后大得不正常"),
        ("诗.txt", "床前明月光，疑是地上霜。".encode(), "没有从里面找到"),
    ],
)  # fmt: skip
async def test_a_file_that_is_no_plan_gets_one_clear_sentence_and_may_be_sent_again(
    tmp_path, name: str, content: bytes, sentence: str
):
    async with town(tmp_path) as house:
        given = bomb() if content == b"bomb" else content
        await send(house, name, given, caption="导入方案")
        assert sentence in house.last("office")
        assert await house.do(lambda work: work.campaigns.drafts()) == ()
        await house.hears("office", PLAN, "好了")
        assert "还没有批准" in house.last("office")


async def test_a_file_of_fifty_megabytes_is_not_even_fetched(tmp_path):
    async with town(tmp_path) as house:
        sent = Sent("大.docx", "huge", 50 << 20)
        await house.front.receive(
            Incoming(address=OFFICE, key="big-file", body=Media("file", "导入方案", sent))
        )
        await house.rest()
        assert "最大 20 MB" in house.last("office")


@pytest.mark.skipif(not SEEDS.is_dir(), reason="real plans are not here")
@pytest.mark.parametrize("file", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name[:3])
async def test_each_real_plan_comes_in_by_chat_and_lives_once_approved(tmp_path, file: Path):
    async with town(tmp_path) as house:
        await send(house, "plan.txt", file.read_bytes(), caption="导入方案")
        if "没有写年份" in house.last("office"):
            await house.hears("office", "2014")
        assert "还没有批准" in house.last("office")
        await approved(house)
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert kept.campaign.year == 2014
        await house.hears("office", "日程", "回头看")
        assert "按步骤" in house.last("office")


# -- questions ---------------------------------------------------------------------------------------------------------


async def test_each_entry_stands_beside_its_own_words_several_on_a_screen(tmp_path):
    async with town(tmp_path) as house:
        await imported(house)
        await house.taps("office", next(one for one in labels(house) if "逐项看" in one))
        page = house.last("office")
        assert page.count("\n> ") == 5
        assert "第 1/" in page
        await house.taps("office", "下一页")
        assert "第 2/" in house.last("office")
        await house.taps("office", "上一页")
        assert house.last("office") == page


async def test_a_question_is_answered_by_typing_a_date_and_what_is_vague_is_not_taken(tmp_path):
    async with town(tmp_path) as house:
        await imported(house)
        await house.taps("office", next(one for one in labels(house) if "回答" in one))
        assert "适时" in house.last("office")
        await house.hears("office", "过一阵子")
        assert "没有看出日期" in house.last("office")
        await house.hears("office", "5月20日")
        assert "5月20日" in house.last("office")
        await approved(house)
        assert await days_of(house, "座谈会") == (date(2014, 5, 20), date(2014, 5, 20))


async def test_a_question_may_stay_open_and_its_entry_is_not_guessed(tmp_path):
    async with town(tmp_path) as house:
        await imported(house)
        await house.taps("office", next(one for one in labels(house) if "回答" in one))
        while "先空着" in labels(house):
            await house.taps("office", "先空着")
        await house.taps("office", "批准")
        assert "日期待定" in house.last("office")
        await house.taps("office", "确认批准")
        assert await days_of(house, "座谈会") == (None, None)


async def test_the_year_is_asked_first_and_may_be_typed(tmp_path):
    async with town(tmp_path) as house:
        await imported(
            house, "工作安排表\n一、动员部署：3月26日前完成。\n二、召开座谈会：4月10日。"
        )
        assert "没有写年份" in house.last("office")
        await house.hears("office", "去年")
        assert "没有写年份" in house.last("office")
        await house.hears("office", "2014年")
        await approved(house)
        assert await days_of(house, "座谈会") == (date(2014, 4, 10), date(2014, 4, 10))


async def test_an_entry_is_added_changed_and_dropped_before_anything_lives(tmp_path):
    async with town(tmp_path) as house:
        await imported(house)
        await house.taps("office", "加一项")
        await house.hears("office", "4月8日 校长接待日")
        assert "加上了：校长接待日，4月8日" in house.last("office")
        await house.taps("office", "看这一项")
        await house.taps("office", "修改")
        await house.taps("office", "责任人")
        await house.hears("office", "甲某、乙某")
        assert "责任：甲某、乙某" in house.last("office")
        await house.taps("office", "修改")
        await house.taps("office", "日期")
        await house.hears("office", "4月9日")
        assert "4月9日" in house.last("office")
        await house.taps("office", "修改")
        await house.taps("office", "去掉这一项")
        await house.taps("office", "确认去掉")
        (kept,) = await house.do(lambda work: work.campaigns.drafts())
        assert all("接待日" not in node.title for node in kept.campaign.nodes)


# -- approving ---------------------------------------------------------------------------------------------------------


async def test_whoever_may_not_approve_asks_those_who_may(tmp_path):
    async with town(tmp_path) as house:
        await join(house, CLERK, Post(role=Role.SECRETARY))
        await join(house, HEAD, Post(role=Role.LEADING))
        await house.hears("clerk", "导入方案", PLAN, "好了")
        assert "批准" not in labels(house, "clerk")
        await house.hears("clerk", "方案 1d 批准 1 确认")
        assert await house.do(lambda work: work.campaigns.living()) == ()
        await house.hears("clerk", "方案 1d")
        await house.taps("clerk", "请领导批准")
        await house.app.bell.ring()
        assert "等您批准" in house.last("head")
        await house.taps("head", "看方案")
        await house.taps("head", "批准")
        await house.taps("head", "确认批准")
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert kept.approved_by == "leading-1"


async def test_nobody_approves_what_they_did_not_see(tmp_path):
    """Somebody changes the draft while another reads it."""
    async with town(tmp_path) as house:
        await join(house, HEAD, Post(role=Role.LEADING))
        await imported(house)
        await house.hears("head", "方案 1d")
        await house.taps("head", "批准")
        await house.hears("office", "方案 1d 加", "4月8日 校长接待日")
        await house.taps("head", "确认批准")
        assert "批准“" in house.last("head")
        assert await house.do(lambda work: work.campaigns.living()) == ()


async def test_a_school_sees_no_draft(tmp_path):
    async with town(tmp_path) as house:
        await join(house, SCHOOL, Post(role=Role.SCHOOL, units=("no1",)))
        await imported(house)
        for words in ("方案", "方案 1d", "方案 1", "日程"):
            await house.hears("school", words)
            assert "实施方案" not in house.last("school")


async def test_a_changed_document_shows_what_it_changes_before_it_replaces_anything(tmp_path):
    async with living(tmp_path) as house:
        later = PLAN.replace("3月26日至4月20日", "3月26日至4月25日").replace(
            "3．召开通报会", "4．评选先进（6月28日）。\n3．召开通报会"
        )
        await imported(house, later)
        assert "新的方案，还是" in house.last("office")
        await house.taps("office", next(one for one in labels(house) if "新一版" in one))
        assert "征求意见：3月26日—4月20日 → 3月26日—4月25日" in house.last("office")
        assert "＋ 评选先进" in house.last("office")
        assert (await days_of(house, "征求意见"))[1] == date(2014, 4, 20)
        await approved(house)
        assert (await days_of(house, "征求意见"))[1] == date(2014, 4, 25)
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert (kept.id, kept.campaign.version) == ("1", 2)


async def test_a_plan_that_is_not_wanted_goes(tmp_path):
    async with living(tmp_path) as house:
        await house.hears("office", "方案 1")
        await house.taps("office", "不要了")
        await house.taps("office", "确认不要")
        assert await house.do(lambda work: work.campaigns.living()) == ()
        await house.hears("office", "日程")
        assert "还是空的" in house.last("office")


# -- the living calendar -----------------------------------------------------------------------------------------------


async def test_the_calendar_is_one_screen_of_what_is_late_now_and_next(tmp_path):
    async with living(tmp_path) as house:
        await house.hears("office", "日程")
        assert "【逾期 0】" in house.last("office")
        await house.at("2014-04-02 09:30")
        await house.hears("office", "日程")
        screen = house.last("office")
        assert "3月31日" in screen.split("【本周")[0]
        assert "尚有7个单位未报" in screen or "尚有6个单位未报" in screen
        assert len(screen.splitlines()) < 30


async def test_each_unit_reports_for_itself_and_the_rest_is_counted(tmp_path):
    async with living(tmp_path) as house:
        await join(house, SCHOOL, Post(role=Role.SCHOOL, units=("no1",)))
        ref = await node_of(house, "动员大会")
        await house.hears("school", f"节点 {ref} 完成")
        assert "已完成（第一中学）" in house.last("school")
        await house.hears("school", f"节点 {ref} 完成 no2")
        await house.hears("school", f"节点 {ref} 完成 all")
        done = await house.do(lambda work: work.campaigns.completions("1"))
        assert [one.unit for one in done] == ["no1"]
        await house.hears("office", f"节点 {ref}")
        assert "第一中学" not in house.last("office").split("还没报")[1]
        await house.taps("office", "已完成")
        await house.taps("office", "第二中学")
        await house.hears("office", f"节点 {ref} 完成 all")
        await house.hears("office", f"节点 {ref}")
        assert "已完成" in house.last("office")
        await house.taps("office", "还没完成")
        assert "没有完成" in house.last("office")


async def test_a_responsible_person_sees_and_reports_only_what_names_them(tmp_path):
    async with living(tmp_path) as house:
        await join(house, NAMED, Post(role=Role.NODE, name="甲某"))
        mine, other = await node_of(house, "通报会"), await node_of(house, "专题民主生活会")
        await house.hears("named", f"节点 {other}")
        assert "没有找到" in house.last("named")
        await house.hears("named", f"节点 {mine} 原文")
        assert "召开通报会" in house.last("named")
        await house.hears(
            "named", f"节点 {mine.split('-')[1]} 完成"
        )  # as a reminder's button types it
        assert "已完成" in house.last("named")


async def test_more_time_is_asked_of_those_who_may_give_it_and_moves_nothing_before(tmp_path):
    async with living(tmp_path) as house:
        await join(house, NAMED, Post(role=Role.NODE, name="甲某"))
        ref = await node_of(house, "通报会")
        before = await days_of(house, "通报会")
        await house.hears("named", f"节点 {ref} 延期", "7月4日")
        assert "已经转给" in house.last("named")
        assert await days_of(house, "通报会") == before
        await house.app.bell.ring()
        assert "责任人1请求延期" in house.last("office")
        await house.taps("office", "看一看再定")
        await house.taps("office", "确认改期")
        assert (await days_of(house, "通报会"))[1] == date(2014, 7, 4)
        assert "原定" in house.last("office")


async def test_the_leading_group_says_yes_to_another_day_and_changes_nothing_else(tmp_path):
    async with living(tmp_path) as house:
        await join(house, HEAD, Post(role=Role.LEADING))
        ref = await node_of(house, "通报会")
        await house.hears("head", f"节点 {ref} 改期 2014-06-21:2014-07-04")
        await house.taps("head", "确认改期")
        assert (await days_of(house, "通报会"))[1] == date(2014, 7, 4)
        await house.hears("head", f"节点 {ref} 删 确认", "方案 1 不要 确认")
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert any("通报会" in node.title for node in kept.campaign.nodes)


async def test_a_school_sees_what_concerns_it_and_not_the_whole_plan(tmp_path):
    async with living(tmp_path) as house:
        await join(house, SCHOOL, Post(role=Role.SCHOOL, units=("no1",)))
        await house.at("2014-03-26 09:30")
        await house.hears("school", "日程")
        assert "动员大会" in house.last("school")
        assert "征求意见" not in house.last("school")
        await house.hears("school", "方案 1 看")
        assert "通报会" not in house.last("school")
        await house.hears("office", "日程")
        assert "【正在进行】" in house.last("office")
        assert "征求意见 4月20日前" in house.last("office")


async def test_an_event_takes_along_what_counts_from_it_and_says_so_before(tmp_path):
    async with living(tmp_path) as house:
        assert (await days_of(house, "专项报告"))[1] == date(2014, 6, 26)
        ref = await node_of(house, "专题民主生活会")
        await house.hears("office", f"节点 {ref} 日期", "6月20日")
        assert "跟着它算的也一起动" in house.last("office")
        assert "6月30日" in house.last("office")
        assert (await days_of(house, "专项报告"))[1] == date(2014, 6, 26)
        await house.taps("office", "确认改期")
        assert (await days_of(house, "专项报告"))[1] == date(2014, 6, 30)
        trail = await house.do(lambda work: work.staff.trail())
        moved = [step.params for step in trail if step.params.get("what") == "followed"]
        assert [(one["was"], one["to"]) for one in moved] == [
            ("2014-06-17:2014-06-26", "2014-06-21:2014-06-30")
        ]


async def test_a_round_hangs_on_a_step_opens_with_it_and_moves_with_it(tmp_path):
    async with living(tmp_path) as house:
        ref = await node_of(house, "征求意见")
        await house.hears("office", f"节点 {ref} 征求 school")
        assert "撞车" in house.last("office")  # the spring round asks the same people
        assert "3月26日—4月20日" in house.last("office")
        await house.taps("office", "确认发起")
        id = f"school_{ref.split('-')[1]}"
        kept = {one.id: one for one in await house.do(lambda work: work.rounds.all())}
        assert kept[id].closes == 1398009600  # 2014-04-21 00:00 in Shanghai
        await house.hears("office", f"节点 {ref} 日期", "3月28日至4月25日")
        await house.taps("office", "确认改期")
        kept = {one.id: one for one in await house.do(lambda work: work.rounds.all())}
        assert (kept[id].opens, kept[id].closes) == (1395936000, 1398441600)
        await house.hears("office", f"节点 {ref} 征求 school 确认")
        assert len(await house.do(lambda work: work.rounds.all())) == len(kept)


async def test_looking_back_shows_per_step_what_was_handed_in_and_what_is_missing(tmp_path):
    async with living(tmp_path) as house:
        ref = await node_of(house, "动员大会")
        await house.hears("office", f"节点 {ref} 完成 no1")
        await house.at("2014-04-30 09:30")
        await house.hears("office", "回头看")
        assert "动员部署" in house.last("office")
        line = next(one for one in house.last("office").splitlines() if "动员部署" in one)
        await house.taps("office", line.split(".")[0])
        assert "缺：" in house.last("office")
        assert "第一中学" not in house.last("office")


async def test_looking_back_at_a_step_leads_to_the_problems_of_its_days(tmp_path):
    async with living(tmp_path) as house:
        await house.hears("office", "问题 新 食堂饭菜偏凉")
        await house.at("2014-04-30 09:30")
        await house.hears("office", "问题 新 校门口堵车")
        await house.hears("office", "回头看")
        with_then = []
        steps = [b.says for row in house.sent("office")[-1].rows for b in row if b.quiet]
        for says in steps:
            if not says.startswith("回头看 "):
                continue
            await house.hears("office", says)
            labels = [b.label for row in house.sent("office")[-1].rows for b in row]
            with_then += [says for label in labels if label == "那时列的问题 1 件"]
        assert 0 < len(with_then) < len(steps)
        await house.hears("office", with_then[0])
        await house.taps("office", "那时列的问题 1 件")
        assert "列入清单的问题 1 件，已经销号 0 件" in house.last("office")
        assert "1 食堂饭菜偏凉" in house.last("office")
        assert "校门口堵车" not in house.last("office")
        await house.taps("office", "1 食堂饭菜偏凉")
        assert "归入意见 0 条" in house.last("office")


async def test_a_supervisor_calls_for_a_look_back_and_the_office_hears_it_once(tmp_path):
    async with living(tmp_path) as house:
        await join(house, WATCH, Post(role=Role.SUPERVISOR))
        await house.hears("watch", "回头看 1 0")
        for _ in range(2):
            await house.hears("watch", "回头看 1 0 发起")
            await house.taps("watch", "确认")
            await house.app.bell.ring()
        told = [one for one in house.sent("office") if "做一次回头看" in one.text]
        assert len(told) == 1
        assert "督导1" in told[0].text
        deeds = [step.deed for step in await house.do(lambda work: work.staff.trail())]
        assert deeds.count(Deed.CALL_LOOK_BACK) == 1
        await house.hears("watch", "节点 1-00000000 完成", "方案 1 不要 确认", "导入方案")
        assert len(await house.do(lambda work: work.campaigns.living())) == 1


async def test_a_unit_whose_plan_is_shorter_than_three_months_is_pointed_out(tmp_path):
    async with town(tmp_path) as house:
        await imported(house, PLAN.split("（二）")[0])
        assert "不到 3 个月" not in house.last("office")
        await house.taps("office", "归哪个单位")
        await house.taps("office", "第一中学")
        assert "不到 3 个月" in house.last("office")


async def test_what_is_over_when_it_is_approved_is_recorded_and_never_late(tmp_path):
    async with living(tmp_path, "2014-05-12 09:30") as house:
        await house.hears("office", "日程")
        assert "【逾期 0】" in house.last("office")


async def test_the_calendar_is_taken_along_as_table_calendar_file_and_picture(tmp_path):
    async with living(tmp_path) as house:
        await join(house, SCHOOL, Post(role=Role.SCHOOL, units=("no1",)))
        await house.hears("office", "方案 1")
        await house.taps("office", "节点表")
        (table,) = house.sent("office")[-1].files
        assert (table.name, table.content[:2]) == ("nodes.xlsx", b"PK")
        await house.hears("office", "方案 1 文件 历")
        (dates,) = house.sent("office")[-1].files
        assert dates.content.startswith(b"BEGIN:VCALENDAR")
        assert "专题民主生活会".encode() in dates.content
        await house.hears("office", "方案 1 文件 图")
        assert house.sent("office")[-1].picture[:8] == b"\x89PNG\r\n\x1a\n"
        await house.hears("school", "方案 1 文件 表")
        assert house.sent("school")[-1].files == ()


async def test_a_question_is_answered_by_a_tap_on_what_is_suggested(tmp_path):
    async with town(tmp_path) as house:
        await imported(house, PLAN.replace("（6月16日）", "（6月上旬前）"))
        await house.taps("office", next(one for one in labels(house) if "回答" in one))
        while "两种读法" not in house.last("office"):
            await house.taps("office", "先空着")
        tap = next(one for one in labels(house) if "就按" in one)
        await house.taps("office", tap)
        assert "记下了" in house.last("office")
        await house.hears("office", "/方案 1d")
        await approved(house)
        (kept,) = await house.do(lambda work: work.campaigns.living())
        assert all(ask.code != "two_readings" for ask in kept.campaign.asks)


# -- files for the tests -----------------------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr(
            "word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>"
        )
    return file.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def table_docx() -> bytes:
    rows = (
        ("序号", "工作步骤", "时间安排", "具体任务", "责任人"),
        ("1", "细化实施办法", "6月16日", "完成实施办法", "丙某"),
        ("2", "开展谈心谈话", "6月18日至6月26日", "制订谈话安排表", "甲某、乙某"),
    )
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return docx(paragraph("第二环节工作安排") + f"<w:tbl>{cells}</w:tbl>")


def bomb() -> bytes:
    return docx(paragraph("零" * (12 << 20)))
