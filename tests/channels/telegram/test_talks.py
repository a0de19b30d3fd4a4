"""Whole conversations on Telegram: the real deeds and storage behind the real Bot, over HTTP."""

import re
from pathlib import Path

import pytest

from tests.builders import a_round, choices, question
from tests.channels.telegram.botapi import BotApi, Flood, Page, Reset, Truncated
from tests.channels.telegram.house import House, house, in_no_time, until


async def start(home: House, person: int = 7):
    someone = home.api.person(person)
    await home.does(someone.says, "/start")
    return someone


async def test_a_teacher_answers_from_the_first_card_to_the_thanks(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        for words in ("晚上备课的时间全拿去打印了", "希望少填几张表"):
            await home.does(anna.says, words)
            await home.pause()
        assert "希望少填几张表" in anna.sees
        await home.does(anna.taps, "就这样提交")

        assert "收到了，谢谢您" in anna.sees
        (receipt,) = anna.alerts
        assert re.search(r"\d{4} \d{4} \d{4} \d{4}", receipt)


async def test_at_the_end_nothing_of_what_was_said_and_no_receipt_is_in_the_chat(
    tmp_path: Path,
):
    async with house(tmp_path) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        for words in ("晚上备课的时间全拿去打印了", "希望少填几张表"):
            await home.does(anna.says, words)
            await home.pause()
        await home.does(anna.taps, "就这样提交")

        left = "".join(shown.text for shown in anna.messages)
        assert "打印" not in left
        assert "填几张表" not in left
        assert not re.search(r"\d{4} \d{4}", left)
        assert "再看一次回执号" in anna.labels


async def test_who_types_the_last_answer_reads_the_receipt_in_the_chat(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for typed in ("2", "2", "0", "食堂的菜凉"):
            await home.does(anna.says, typed)
        await home.pause()
        await home.does(anna.says, "88")
        await home.does(anna.says, "1")

        assert re.search(r"\d{4} \d{4} \d{4} \d{4}", anna.sees)
        assert "十分钟后" in anna.sees
        assert anna.alerts == []


async def test_what_is_typed_goes_from_the_chat_once_it_is_answered(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        assert "会从聊天里删掉" in anna.sees
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        assert not any("会从聊天里删掉" in shown.text for shown in anna.heard[1:])

        await home.does(anna.says, "晚上备课的时间")
        await home.does(anna.says, "全拿去打印了")
        assert {"晚上备课的时间", "全拿去打印了"} <= {shown.text for shown in anna.messages}

        await home.pause()
        assert {shown.text for shown in anna.messages if shown.by == "person"} == {"/start"}


async def test_what_is_typed_stays_where_the_operator_wants_it_so(tmp_path: Path):
    async with house(tmp_path, tidy=False) as home:
        anna = await start(home)
        await home.does(anna.says, "2")

        assert "会从聊天里删掉" not in anna.heard[0].text
        assert "2" in {shown.text for shown in anna.messages}
        assert home.api.of("deleteMessage") == []


async def test_old_buttons_go_when_new_ones_stand_and_at_the_end(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        await home.does(anna.taps, "教职工")
        assert [bool(shown.keyboard) for shown in anna.heard] == [False, True]

        await home.does(anna.says, "2")
        assert [bool(shown.keyboard) for shown in anna.heard] == [False, False, True]

        await home.does(anna.taps, "停")
        await home.does(anna.says, "3")
        assert not any(shown.keyboard for shown in anna.heard)


async def test_ticking_changes_the_message_in_place(tmp_path: Path):
    several = a_round(question("q1", staff=choices("作业", "检查", "会议", kind="multiple")))
    async with house(tmp_path, rounds=(several,)) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        before = len(anna.heard)
        await home.does(anna.taps, "作业")
        await home.does(anna.taps, "会议")
        assert len(anna.heard) == before
        assert [label for label in anna.labels if "✓" in label] == ["1 ✓ 作业", "3 ✓ 会议"]

        await home.does(anna.taps, "作业")
        assert [label for label in anna.labels if "✓" in label] == ["3 ✓ 会议"]
        await home.does(anna.taps, "作业")
        await home.does(anna.taps, "选好了")

        assert "会议；作业" in anna.sees


async def test_an_old_button_says_so_kindly_and_shows_where_we_are(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        old = anna.heard[-1]
        data = old.keyboard[0][0]["callback_data"]
        await home.does(anna.taps, "教职工")
        await home.does(anna.presses, old, data)

        assert anna.sees.startswith("这个按钮是前面的")
        assert "一线教师" in " ".join(anna.labels)


async def test_the_same_tap_as_a_new_update_has_one_effect(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        shown = anna.heard[-1]
        data = shown.keyboard[1][0]["callback_data"]
        anna.presses(shown, data)
        anna.presses(shown, data)
        await home.does(anna.presses, shown, data)

        assert len(anna.heard) == 2
        await until(lambda: home.api.queries == {})  # each spinner is stopped all the same


async def test_a_forged_button_or_payload_does_no_harm(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for forged in ("", "v1|", "v1|0|0|", "v9|0|0|1", "v1|0||1|2|3", "x" * 64, "v1|0|0|99"):
            await home.does(anna.presses, anna.heard[-1], forged)
        assert "教职工" in " ".join(anna.labels)

        eve = home.api.person(9)
        await home.does(eve.says, "/start r_none-u_../../etc-g_admin")
        await home.does(eve.says, "/start " + "x" * 3000)
        assert "意见箱" in eve.sees


async def test_a_link_names_unit_and_group(tmp_path: Path):
    async with house(tmp_path) as home:
        mother = home.api.person(8)
        await home.does(mother.says, "/start u_newtown-g_parent")
        await home.does(mother.taps, "开始")

        assert "第 1 问" in mother.sees


async def test_an_edited_message_replaces_what_it_said(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = await start(home)
        for label in ("教职工", "一线教师", "第二中学"):
            await home.does(anna.taps, label)
        said = await home.does(anna.says, "检查太多")
        await home.does(anna.edits, said, "检查太多，一个月七次")
        await home.pause()
        await home.does(anna.taps, "先交")

        assert "检查太多，一个月七次" in anna.sees


async def test_pictures_and_the_like_get_their_own_kind_words(tmp_path: Path):
    photo = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]}
    async with house(tmp_path) as home:
        anna = home.api.person(7)
        await home.does(lambda: anna.sends(**photo))
        assert anna.sees.startswith("照片我看不了")

        await home.does(lambda: anna.sends(dice={"emoji": "🎲", "value": 3}))
        assert anna.sees.startswith("这个我看不懂")


async def test_a_word_without_a_round_is_offered_to_be_kept(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = home.api.person(7)
        await home.does(anna.says, "路灯坏了半个月")
        await home.pause()

        assert "作为一条意见收下吗" in anna.sees


async def test_a_repeated_update_has_one_effect_across_a_restart(tmp_path: Path):
    async with BotApi() as api:
        async with house(tmp_path, api=api) as home:
            anna = await start(home)
            said = await home.does(anna.says, "2")
            heard = len(anna.heard)
        api.again(said)  # its confirmation was lost
        anna.says("第一个")
        async with house(tmp_path, api=api) as home:
            await home.settled()

            assert len(anna.heard) == heard + 1
            assert "哪个单位" in anna.sees


async def test_the_weather_between_us_and_the_platform_loses_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    in_no_time(monkeypatch)
    async with house(tmp_path) as home:
        home.api.fail("sendMessage", Page(502), Reset(), Flood(0.1), Truncated())
        home.api.fail("getUpdates", Reset(), Page(500), Truncated())
        home.api.fail("answerCallbackQuery", Reset())
        anna = await start(home)
        await home.does(anna.taps, "教职工")

        assert "您是哪一类" in anna.sees
