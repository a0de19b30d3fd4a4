"""A person talks with the bot, from the first card to the thanks."""

import json

import pytest

from bot.content.loader import load_texts
from bot.core.messages import Tap, Text
from bot.core.survey import When
from storage.unit_of_work import Work
from tests.builders import a_round, choices, question
from tests.chat import Home


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path) as home:
        yield home


async def test_a_teacher_answers_in_words_sees_them_masked_and_hands_in(home):
    anna = home.person("anna")
    await anna.arrives()
    assert "随时可以停" in anna.sees
    await anna.says("2", "2", "0")
    assert "第 1 问，共 2 问" in anna.sees
    await anna.says("检查太多，请打 13800138000 找我", "少填表")
    assert "〔电话〕" in anna.sees
    assert "13800138000" not in anna.sees
    await anna.says("1")
    assert "收到了" in anna.sees
    pieces = await home.opinions()
    assert sorted(p["text"] for p in pieces) == ["少填表", "检查太多，请打 〔电话〕 找我"]
    assert {p["grp"] for p in pieces} == {"teacher"}


async def test_a_parent_hands_in_with_five_taps(home):
    mum = home.person("mum")
    await mum.arrives()
    await mum.taps("我是家长，开始", "不说明", "食堂", "先交", "就这样提交")
    assert "收到了" in mum.sees
    [piece] = await home.opinions()
    assert json.loads(piece["options"]) == ["b"]


async def test_a_parent_answers_all_five_asks_with_eight_taps(tmp_path):
    asks = tuple(question(f"q{i}") for i in range(5))
    async with Home(tmp_path, a_round(*asks)) as home:
        mum = home.person("mum")
        await mum.arrives()
        await mum.taps("我是家长，开始", "不说明", *["食堂"] * 5, "就这样提交")
        assert len(await home.opinions()) == 5


@pytest.mark.parametrize(
    "typed",
    [
        ("1", "0", "2", "88", "1"),
        ("１", "０", "２", "８８", "１"),
        ("一", "零", "二", "八八", "一"),
        ("①", "〇", "第2个", "八十八", "1。"),
    ],
    ids=["digits", "full width", "numerals", "mixed"],
)
async def test_digits_alone_are_enough_from_start_to_end(home, typed):
    mum = home.person("mum")
    await mum.says("开始", *typed)
    assert "收到了" in mum.sees
    [piece] = await home.opinions()
    assert json.loads(piece["options"]) == ["b"]


async def test_several_messages_within_the_quiet_gap_are_one_answer(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    asked = len(anna.heard)
    for text in ("检查太多", "填表太多", "会也多"):
        await anna.does(Text(text))
    assert len(anna.heard) == asked
    await home.rest()
    assert "第 2 问" in anna.sees
    await anna.says("88", "1")
    [piece] = await home.opinions()
    assert piece["text"] == "检查太多\n填表太多\n会也多"


async def test_an_edited_message_replaces_what_it_said(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    await anna.does(Text("检查太多"), message="m1")
    await anna.edits("m1", "检查太多太多")
    await home.rest()
    await anna.says("88", "1")
    assert [p["text"] for p in await home.opinions()] == ["检查太多太多"]


async def test_a_tap_while_words_are_being_written_loses_nothing(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    await anna.does(Text("检查太多"))
    await anna.taps("跳过")
    await anna.says("88", "1")
    assert [p["text"] for p in await home.opinions()] == ["检查太多"]


async def test_words_typed_behind_a_digit_are_kept_with_the_option(home):
    mum = home.person("mum")
    await mum.says("开始", "1", "0", "2 菜老是凉的", "88", "1")
    [piece] = await home.opinions()
    assert (json.loads(piece["options"]), piece["text"]) == (["b"], "菜老是凉的")


async def test_back_change_skip_and_finish_early(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "第一个", "返回")
    assert "第 1 问" in anna.sees
    await anna.says("改过的第一个", "0")
    assert "▸" in anna.sees
    await anna.says("2")
    assert "改哪一条" in anna.sees
    await anna.says("1", "再改一次", "1")
    assert [p["text"] for p in await home.opinions()] == ["再改一次"]


async def test_stopping_asks_what_to_do_with_the_answers(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多", "停")
    assert "交已答的" in anna.labels
    await anna.taps("交已答的", "就这样提交")
    assert len(await home.opinions()) == 1


async def test_stopping_with_nothing_said_leaves_no_draft(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "停")
    assert "不打扰" in anna.sees
    assert await home.database.write(lambda tx: Work(tx).drafts.every()) == []


async def test_a_unit_is_found_by_two_typed_characters(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "新小")
    assert anna.labels[0] == "新城小学"
    await anna.says("1", "好", "88", "1")
    assert [t.units for t in await home.turnout()] == [("newtown",)]


async def test_a_word_said_without_being_asked_is_offered_to_be_kept(home):
    anna = home.person("anna")
    await anna.says("食堂的菜太凉了")
    assert "收下吗" in anna.sees
    await anna.taps("收下", "一线教师", "不说明", "就这样提交")
    [piece] = await home.opinions()
    assert (piece["round"], piece["text"]) == ("word", "食堂的菜太凉了")


async def test_a_word_not_to_be_kept_is_gone(home):
    anna = home.person("anna")
    await anna.says("随便说说")
    await anna.taps("不收")
    assert "已经删掉" in anna.sees
    assert await home.opinions() == []


async def test_a_repeated_delivery_has_no_effect(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    await anna.does(Text("检查太多"), key="once")
    await anna.does(Text("检查太多"), key="once")
    await home.rest()
    await anna.says("88", "1")
    assert [p["text"] for p in await home.opinions()] == ["检查太多"]


@pytest.mark.parametrize(
    "what", ["photo", "voice", "video", "file", "sticker", "location", "contact", "other"]
)
async def test_what_is_not_words_gets_its_own_kind_reply(home, what):
    anna = home.person("anna")
    await anna.sends(what)
    assert anna.sees == load_texts().say("zh", f"media.{what}", phone="（办公室电话待填）")


async def test_a_flood_is_kept_whole_and_answered_once(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0")
    asked = len(anna.heard)
    for i in range(25):
        await anna.does(Text(f"第{i}句话"))
    assert len(anna.heard) == asked + 1
    assert "都收到了" in anna.sees
    await home.rest(16)
    await anna.says("88", "1")
    [piece] = await home.opinions()
    assert piece["text"].count("\n") == 24


async def test_an_old_button_says_so_and_shows_where_we_are(home):
    anna = home.person("anna")
    await anna.says("开始")
    card = anna.last
    await anna.taps("我是教职工等，开始")
    await anna.does(Tap("1", card.screen))
    assert "已经过去了" in anna.sees
    assert "您是哪一类" in anna.sees


async def test_a_draft_is_asked_about_once_and_gone_after_three_days(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多")
    await home.rest(48 * 3600)
    assert "草稿再过一天就会删掉" in anna.sees
    await home.rest(24 * 3600)
    assert "已经删掉" in anna.sees
    assert await home.opinions() == []


async def test_a_talk_goes_on_in_english(home):
    anna = home.person("anna")
    await anna.says("English", "start")
    assert "suggestion box" in anna.sees


async def test_conditions_decide_what_is_asked(tmp_path):
    first = question("q1", staff=choices("有", "没有"))
    second = question("q2", when=When("q1", ("a",)))
    async with Home(tmp_path, a_round(first, second, question("q3"))) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0", "2")
        assert "第 2 问，共 2 问" in anna.sees


async def test_who_has_handed_in_is_told_so_kindly_and_nothing_changes(home):
    anna = home.person("anna")
    for _ in range(2):
        await anna.says("开始", "2", "2", "0", "检查太多", "88", "1")
    assert anna.sees == load_texts().say("zh", "said.already")
    assert len(await home.opinions()) == 1


async def test_a_parent_may_hand_in_for_two_children(home):
    mum = home.person("mum")
    for _ in range(2):
        await mum.says("开始", "1", "0", "2", "88", "1")
    await mum.says("开始")
    assert mum.sees == load_texts().say("zh", "said.already")
    assert len(await home.opinions()) == 2


async def test_outside_rounds_one_may_say_as_much_as_one_likes(home):
    anna = home.person("anna")
    for text in ("食堂的菜太凉了", "操场的灯坏了", "谢谢修好了灯"):
        await anna.says(text)
        await anna.taps("收下", "一线教师", "不说明", "就这样提交")
    assert len(await home.opinions()) == 3


async def test_a_draft_handed_in_after_the_close_is_told_that_it_came_too_late(home):
    anna, ben = home.person("anna"), home.person("ben")
    await anna.says("开始", "2", "2", "0", "检查太多", "88", "1")
    await ben.says("开始", "2", "2", "0", "会也太多", "88")
    await home.tick(last=True)
    await ben.says("1")
    assert ben.sees == load_texts().say("zh", "said.closed")
    assert [p["text"] for p in await home.opinions()] == ["检查太多"]
