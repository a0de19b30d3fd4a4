"""Whole conversations on WeCom: the real deeds and storage behind the callback, over HTTP."""

import asyncio
from pathlib import Path

import pytest

from bot.channels.wecom import transport
from bot.core.messages import Address
from handlers import outbox
from tests.builders import a_round, choices, question
from tests.channels.wecom.house import House, house, until
from tests.channels.wecom.platform import AGENT, Code, Page, Platform, Reset


async def start(home: House, member: str = "ZhangSan"):
    someone = home.platform.member(member)
    await home.does(someone.enters)
    return someone


async def test_a_teacher_answers_from_the_first_card_to_the_thanks(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        for words in ("晚上备课的时间全拿去打印了", "希望少填几张表"):
            await home.does(anna.says, words)
            await home.pause()
        assert "希望少填几张表" in anna.seen
        await home.does(anna.taps, "就这样提交")

        assert "收到了，谢谢您" in anna.seen
        assert not home.platform.cut
        assert not home.platform.dropped
        assert not home.platform.refusals.keys() - {46003}


async def test_digits_alone_are_enough(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for typed in ("2", "2", "0", "晚上备课的时间", "希望少填几张表"):
            assert "回复" in anna.seen
            await home.does(anna.says, typed)
            await home.pause()
        await home.does(anna.says, "1")

        assert "收到了，谢谢您" in anna.seen


async def test_a_tapped_card_says_what_was_chosen_and_one_answered_in_words_rests(
    tmp_path: Path,
):
    async with house(tmp_path) as home:
        anna = await start(home)
        await home.does(anna.taps, "教职工")
        assert anna.cards[0].replaced == "已选 我是教职工等，开始"
        assert not anna.cards[1].replaced

        await home.does(anna.says, "2")
        assert anna.cards[1].replaced == "已答"


async def test_an_old_card_tapped_all_the_same_says_so_kindly(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        old = anna.cards[0]
        key = old.card["button_list"][1]["key"]
        await home.does(anna.says, "2")
        await home.does(anna.presses, old, key)

        assert anna.seen.count("这个按钮是前面的") == 1


async def test_several_are_chosen_on_one_card(tmp_path: Path):
    several = a_round(question("q1", staff=choices("作业", "检查", "会议", kind="multiple")))
    async with house(tmp_path, rounds=(several,)) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        assert anna.cards[-1].card["card_type"] == "vote_interaction"
        assert anna.cards[-1].card["checkbox"]["mode"] == 1
        await home.does(anna.taps, "作业", "会议")

        assert "会议；作业" in anna.seen or "作业；会议" in anna.seen


async def page_of(member: Address, round: str) -> str:
    return f"https://ask.example/{member.id}/{round}"


async def test_the_page_is_offered_before_the_first_question_and_not_later(tmp_path: Path):
    async with house(tmp_path, page=page_of) as home:
        anna = await start(home)
        urls = [b.get("url") for b in anna.cards[0].card["button_list"] if b.get("type") == 1]
        assert urls == ["https://ask.example/ZhangSan/spring"]
        await home.does(anna.taps, "教职工")
        assert "https://ask.example" not in str([shown.card for shown in anna.cards[1:]])


async def test_a_receipt_is_taken_back_after_ten_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert transport.RECEIPT_FOR == 600
    monkeypatch.setattr(transport, "RECEIPT_FOR", 0.2)
    async with house(tmp_path) as home:
        anna = await start(home)
        for typed in ("2", "2", "0", "晚上备课的时间", "88", "1"):
            await home.does(anna.says, typed)
            await home.pause()
        shown = next(one for one in anna.shown if "回执号" in one.text)
        await asyncio.sleep(0.25)
        await home.settled()
        assert shown.recalled
        preview = [one for one in anna.shown if "晚上备课的时间" in one.text]
        assert preview
        assert all(one.recalled for one in preview)


async def test_a_picture_or_a_voice_gets_its_own_kind_words(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = home.platform.member("0010086")
        await home.does(anna.sends, "image")
        assert anna.sees.startswith("照片我看不了")
        await home.does(anna.sends, "voice")
        assert "语音" in anna.sees


async def test_the_menu_stands_and_says_what_typing_would(tmp_path: Path):
    async with house(tmp_path) as home:
        await until(lambda: home.platform.menu)
        assert home.platform.menu is not None
        shown = home.platform.menu["button"]
        assert [one.get("key") for one in shown] == ["start", None, None]
        below = [[one["key"] for one in top.get("sub_button", ())] for top in shown]
        assert below == [
            [],
            ["/receipt", "/rate", "/visit", "/vote"],
            ["hotline", "/bind", "stop", "/zh", "/en"],
        ]
        assert all(len(top["name"].encode()) <= 16 for top in shown)
        anna = home.platform.member("ZhangSan")
        for key, said in (
            ("/receipt", "回执"),
            ("/rate", "没有请您评价"),
            ("/vote", "没有请您评的"),
            ("hotline", "12345"),
            ("start", "意见"),
        ):
            await home.does(anna.clicks, key)
            await until(lambda said=said: said in anna.seen)
        await home.does(anna.says, "/rate")
        await until(lambda: "答完再点" in anna.seen)


async def test_the_same_said_twice_on_purpose_arrives_twice(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = home.platform.member("ZhangSan")
        for _ in range(5):
            await home.does(anna.says, "热线")
        assert len(anna.shown) == 5
        assert not home.platform.repeated


async def test_the_weather_between_us_and_the_platform_loses_no_word_and_doubles_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "FIRST_WAIT", 0.01)
    async with house(tmp_path) as home:
        home.platform.fail(
            "message/send",
            Page(502),
            Reset(),
            Reset(done=True),
            Page(200, b""),
            Code(40014),
            Code(-1),
        )
        home.platform.fail("gettoken", Reset())
        home.wecom._client._wait = 0.01
        anna = await start(home)
        assert len(anna.shown) == 2
        assert len(anna.cards) == 1
        home.platform.fail("message/send", Reset(done=True))
        await home.does(anna.says, "热线")
        assert anna.seen.count("12345") == 1
        assert home.platform.repeated["ZhangSan"] == 2


@pytest.mark.parametrize("code", [43012, 42016])
async def test_where_cards_are_refused_the_same_is_said_in_words(tmp_path: Path, code: int):
    async with house(tmp_path) as home:
        home.platform.mischief = lambda path, facts: (
            Code(code) if "template_card" in facts else None
        )
        anna = await start(home)
        assert anna.shown[-1].card is None
        assert "2 我是教职工" in anna.sees
        home.platform.mischief = lambda path, facts: None
        await home.does(anna.says, "2")
        assert anna.shown[-1].card is None
        assert "2 一线教师" in anna.sees


async def test_without_cards_everything_is_said_in_words(tmp_path: Path):
    async with house(tmp_path, cards=False, page=page_of) as home:
        anna = await start(home)
        assert anna.shown[-1].card is None
        assert "2 我是教职工" in anna.sees
        assert "https://ask.example" in anna.sees


async def test_a_member_who_is_gone_is_left_alone(tmp_path: Path):
    async with Platform() as platform, house(tmp_path, platform=platform) as home:
        ghost = platform.xml("ghost", {"MsgType": "text", "Content": "热线", "MsgId": "9"})
        await platform.bring(ghost)
        await home.settled()
        assert platform.refusals[81013] == 1
        assert len(platform.of("message/send")) == 1
        assert platform.of("message/send")[0].facts["agentid"] == AGENT
