"""Sending: each of the platform's answers in our words, nothing lost half-way, nothing said twice without need."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from telegram.error import TelegramError

from bot.channels.base import Blocked, Rejected, SendFailed, Throttled, Unreachable
from bot.channels.telegram.failures import send_failed
from bot.channels.telegram.line import Answer
from bot.channels.telegram.pacing import Pacing
from bot.channels.telegram.request import Lines, Refused, _verdict
from bot.channels.telegram.transport import Telegram
from bot.core.messages import Address, Button, File, Fleeting, Outgoing, Text
from storage.unit_of_work import Work
from tests.channels.telegram.botapi import (
    BotApi,
    Fault,
    Flood,
    Page,
    Person,
    Reset,
    Slow,
    Status,
    Truncated,
)
from tests.channels.telegram.house import (
    Listening,
    Overhearing,
    house,
    running,
    speaking,
    until,
)

PNG = b"\x89PNG\r\n\x1a\n"


def to(person: int, text: str = "hello", **more: object) -> Outgoing:
    return Outgoing(address=Address(channel="telegram", id=str(person)), text=text, **more)


ANSWERS: list[tuple[Fault, type[SendFailed]]] = [
    (Flood(3), Throttled),
    (Page(429), Throttled),
    (Status(403, "Forbidden: bot was blocked by the user"), Blocked),
    (Status(403, "Forbidden: user is deactivated"), Blocked),
    (Status(403, "Bot was blocked by the user"), Blocked),
    (Status(403, "Forbidden: bot can't initiate conversation with a user"), Blocked),
    (Status(403, "Forbidden: bot was kicked from the group chat"), Blocked),
    (Status(400, "Bad Request: chat not found"), Blocked),
    (Status(400, "Bad Request: group chat was deactivated"), Blocked),
    (Status(400, "Bad Request: not enough rights to send text messages to the chat"), Blocked),
    (Status(400, "Bad Request: message is too long"), Rejected),
    (Status(413, "Request Entity Too Large"), Rejected),
    (Status(401, "Unauthorized"), Unreachable),
    (Status(404, "Not Found"), Unreachable),
    (Status(500, "Internal Server Error"), Unreachable),
    (Status(502, "Bad Gateway"), Unreachable),
    (Page(200), Unreachable),
    (Page(403), Unreachable),  # a proxy's own words, not the person's
    (Page(400), Unreachable),
    (Page(503), Unreachable),
    (Truncated(), Unreachable),
    (Reset(), Unreachable),
    (Reset(done=True), Unreachable),
]


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ({"error_code": 403, "description": "Forbidden: bot was blocked by the user"}, Blocked),
        ({"error_code": 400, "description": "Bad Request: message is too long"}, Rejected),
        ({"error_code": 429, "description": "x", "parameters": {"retry_after": 3}}, Throttled),
        ({"error_code": 502, "description": "Bad Gateway"}, Unreachable),
        ({"description": "something"}, Unreachable),
        ({"error_code": "403", "description": "Forbidden"}, Unreachable),
    ],
)
async def test_a_no_that_comes_with_a_200_means_the_same(answer: dict[str, object], meaning):
    with pytest.raises(TelegramError) as failed:
        Lines.parse_json_payload(json.dumps({"ok": False, **answer}).encode())
    assert isinstance(send_failed(failed.value), meaning)


@pytest.mark.parametrize(
    ("parameters", "header", "seconds"),
    [({}, "7", 7), ({"retry_after": 3}, "7", 3), ({}, "", 5), ({"retry_after": "soon"}, "", 5)],
)
def test_how_long_to_wait_is_taken_from_wherever_it_is_told(parameters, header, seconds):
    said = {"ok": False, "error_code": 429, "description": "x", "parameters": parameters}
    heard = Answer(429, bytearray(json.dumps(said).encode()), header)
    verdict = _verdict(heard)
    assert isinstance(verdict, Refused)
    assert verdict.after == seconds


async def test_who_blocked_us_and_comes_back_is_answered_again(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = home.api.person(7)
        await home.does(anna.says, "/start")
        home.api.blocked.add(7)
        await home.does(anna.says, "/help")
        assert len(anna.heard) == 1
        reachable = await home.database.write(lambda tx: Work(tx).identity.reachable())
        assert reachable == []
        home.api.blocked.clear()
        await home.does(anna.says, "/start")
        assert len(anna.heard) == 2
        reachable = await home.database.write(lambda tx: Work(tx).identity.reachable())
        assert len(reachable) == 1


@pytest.mark.parametrize(("answer", "meaning"), ANSWERS, ids=str)
async def test_every_answer_has_its_meaning(answer: Fault, meaning: type[SendFailed]):
    async with BotApi() as api, speaking(api) as telegram:
        api.person(1)
        api.fail("sendMessage", answer)
        with pytest.raises(meaning) as failed:
            await telegram.send(to(1))
        if isinstance(answer, Flood):
            assert failed.value.after == 3


async def test_a_platform_that_hangs_is_unreachable():
    async with BotApi() as api, speaking(api) as telegram:
        telegram._lines._patience = 0.05
        api.person(1)
        api.fail("sendMessage", Slow(5))
        with pytest.raises(Unreachable):
            await telegram.send(to(1))
        await telegram.send(to(1))
        assert len(api.person(1).heard) == 1


async def test_a_platform_that_is_not_there_is_unreachable():
    async with BotApi() as api, speaking(api, api_base_url="http://127.0.0.1:9") as telegram:
        with pytest.raises(Unreachable):
            await telegram.send(to(1))


async def test_an_address_that_is_none_is_blocked():
    async with BotApi() as api, speaking(api) as telegram:
        with pytest.raises(Blocked):
            await telegram.send(
                Outgoing(address=Address(channel="telegram", id="x"), text="hello")
            )


async def test_a_message_the_platform_took_is_sent_even_if_its_answer_is_strange():
    async with BotApi() as api, speaking(api) as telegram:
        api.person(1)
        api._described = lambda chat, shown: {"strange": True}
        await telegram.send(to(1))
        assert len(api.person(1).heard) == 1


async def test_one_chat_asked_to_wait_leaves_the_others_alone():
    async with BotApi() as api, speaking(api) as telegram:
        anna, ben = api.person(1), api.person(2)
        api.fail("sendMessage", Flood(30))
        with pytest.raises(Throttled) as first:
            await telegram.send(to(1))
        assert not first.value.everyone
        await telegram.send(to(2))
        with pytest.raises(Throttled) as again:
            await telegram.send(to(1))
        assert 29 < again.value.after <= 30
        assert len(api.of("sendMessage")) == 2  # the chat that waits is not even asked
        assert (len(anna.heard), len(ben.heard)) == (0, 1)


async def test_two_chats_refused_in_a_row_mean_everyone():
    async with BotApi() as api, speaking(api) as telegram:
        for person in (1, 2, 3):
            api.person(person)
        api.fail("sendMessage", Flood(30), Flood(30))
        with pytest.raises(Throttled):
            await telegram.send(to(1))
        with pytest.raises(Throttled) as second:
            await telegram.send(to(2))
        assert second.value.everyone
        with pytest.raises(Throttled) as third:
            await telegram.send(to(3))
        assert third.value.everyone
        assert len(api.of("sendMessage")) == 2


async def test_a_group_that_has_moved_is_followed_and_told_of():
    circles = Overhearing()

    async with BotApi() as api, speaking(api, circles=circles) as telegram:
        api.person(-5), api.person(-1005)
        api.moved[-5] = -1005
        await telegram.send(to(-5, "first"))
        await telegram.send(to(-5, "second"))
        assert [shown.text for shown in api.person(-1005).heard] == ["first", "second"]
        assert circles.moved == [("-5", "-1005")]


async def test_a_group_may_tell_of_its_move_itself():
    circles = Overhearing()

    async with (
        BotApi() as api,
        speaking(api, circles=circles) as telegram,
        running(telegram, Listening()),
    ):
        api.person(-5).sends(migrate_to_chat_id=-1005)
        await until(lambda: circles.moved)
    assert circles.moved == [("-5", "-1005")]


async def test_a_long_text_comes_in_parts_with_the_buttons_on_the_last():
    text = "食堂的菜老是凉的。" * 1000
    rows = ((Button("收下", "1"),),)
    async with BotApi() as api, speaking(api, tidy=False) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, text, rows=rows, screen="3"))
        assert "".join(shown.text for shown in anna.heard) == text
        assert [bool(shown.keyboard) for shown in anna.heard] == [False, False, True]
        assert all(shown.text.endswith("。") for shown in anna.heard)


async def test_a_message_that_broke_off_goes_on_where_it_broke():
    files = (File("周报.docx", b"docx"), File("台账.xlsx", b"xlsx"))
    outgoing = to(1, "周报", files=files, picture=PNG)
    async with BotApi() as api, speaking(api) as telegram:
        anna = api.person(1)
        api.fail("sendDocument", Status(500, "x"))
        with pytest.raises(Unreachable):
            await telegram.send(outgoing)
        await telegram.send(outgoing)
        sent = [shown.file[0] if shown.file else shown.text for shown in anna.heard]
        assert sent == ["周报", "picture.png", "周报.docx", "台账.xlsx"]

        await telegram.send(outgoing)
        assert len(anna.heard) == 8


async def test_a_message_cut_off_by_a_stop_goes_on_where_it_was():
    outgoing = to(1, "one", files=(File("a.txt", b"a"),))
    async with BotApi() as api, speaking(api) as telegram:
        anna = api.person(1)
        api.fail("sendDocument", Slow(5))
        sending = asyncio.create_task(telegram.send(outgoing))
        await until(lambda: api.of("sendDocument"))
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await telegram.send(outgoing)
        assert [shown.text for shown in anna.heard if not shown.file] == ["one"]


async def test_papers_arrive_byte_for_byte_under_their_chinese_names():
    async with BotApi() as api, speaking(api) as telegram:
        office = api.person(-9)
        content = bytes(range(256)) * 300
        await telegram.send(to(-9, "", files=(File("第 3 期《征求意见》周报.docx", content),)))
        assert [shown.file for shown in office.heard] == [
            ("第 3 期《征求意见》周报.docx", content)
        ]


async def test_a_picture_the_platform_will_not_show_is_sent_as_a_file():
    async with BotApi() as api, speaking(api) as telegram:
        await telegram.send(to(api.person(1).id, "", picture=b"a very tall picture"))
        assert [call.method for call in api.of("sendPhoto", "sendDocument")] == [
            "sendPhoto",
            "sendDocument",
        ]


async def test_a_picture_the_platform_cannot_read_is_sent_as_a_file():
    async with BotApi() as api, speaking(api) as telegram:
        await telegram.send(to(api.person(1).id, "", picture=b"BAD picture"))
        assert [s.file[0] for s in api.person(1).heard if s.file] == ["picture.png"]


@pytest.mark.parametrize("count", [8, 99, 100, 101, 250])
@pytest.mark.parametrize("name", ["第{}小学", "Demonstration Primary School of the {}th Road"])
async def test_a_long_list_of_buttons_is_shown_as_far_as_there_is_room_and_the_rest_listed(
    count: int, name: str
):
    units = [Button(name.format(n), f"发起 kunshan unit{n}") for n in range(count)]
    back = Button("返回", "?", quiet=True)
    rows = (*((unit,) for unit in units), (back,))
    async with BotApi() as api, speaking(api, tidy=False) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, "问哪些单位？", rows=rows, screen="open"))
        assert api.refusals == {}
        assert "返回" in anna.labels
        text = "\n".join(shown.text for shown in anna.heard)
        for unit in units:
            assert unit.label in anna.labels or f"{unit.label}: {unit.says}" in text


async def test_a_row_wider_than_the_platform_takes_becomes_two():
    rows = (tuple(Button(f"按钮{n}", f"x{n}") for n in range(11)),)
    async with BotApi() as api, speaking(api, tidy=False) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, "?", rows=rows, screen="1"))
        assert [len(row) for row in anna.heard[-1].keyboard] == [8, 3]


async def test_words_are_sent_as_words_and_nothing_else():
    async with BotApi() as api, speaking(api) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, "<b>*x*</b> @somebody https://a.example \u202e=1+1"))
        (call,) = api.of("sendMessage")
        assert call.facts.keys() == {"chat_id", "text", "link_preview_options"}
        assert anna.sees == "<b>*x*</b> ＠somebody https://a.example =1+1"


async def test_nothing_is_sent_where_there_is_nothing_to_say():
    async with BotApi() as api, speaking(api) as telegram:
        await telegram.send(to(1, " \n"))
        assert api.calls == []


async def test_two_messages_for_one_chat_do_not_mix():
    async with BotApi() as api, speaking(api) as telegram:
        anna = api.person(1)
        texts = ["甲。" * 3000, "乙。" * 3000]
        await asyncio.gather(*(telegram.send(to(1, text)) for text in texts))
        assert "".join(shown.text for shown in anna.heard) == "".join(texts)


THANKS = to(
    1, "谢谢。回执 1234 5678", fleeting=Fleeting("回执 1234 5678", "谢谢。刚才给您看过回执。")
)


@asynccontextmanager
async def handing_in() -> AsyncIterator[tuple[BotApi, Telegram, Person]]:
    """Anna has just tapped the last button."""
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        anna = api.person(1)
        rows = ((Button("提交", "1"),),)
        await telegram.send(to(1, "您说：食堂的菜凉", rows=rows, screen="1", echoes=True))
        anna.taps("提交")
        await until(lambda: listening.heard)
        yield api, telegram, anna


async def test_a_receipt_is_shown_in_an_alert_and_stays_nowhere():
    async with handing_in() as (api, telegram, anna):
        await telegram.send(THANKS)
        await telegram._chores.finish(1)
        assert anna.alerts == ["回执 1234 5678"]
        assert [shown.text for shown in anna.messages] == ["谢谢。刚才给您看过回执。"]
        assert len(api.of("answerCallbackQuery")) == 1


async def test_a_receipt_can_be_seen_once_more_for_a_while(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.channels.telegram.transport.GLIMPSE", 0.2)
    async with handing_in() as (api, telegram, anna):
        await telegram.send(THANKS)
        anna.taps("再看一次")
        await until(lambda: len(anna.alerts) == 2)
        assert anna.alerts[1] == "回执 1234 5678"
        await until(lambda: telegram._chats[1].glimpse is None)
        anna.taps("再看一次")
        await until(lambda: len(anna.alerts) == 3)
        assert "不在这里" in anna.alerts[2]
        await until(lambda: not api.pending)


async def test_a_receipt_shown_is_not_written_when_its_message_has_to_be_sent_again():
    async with handing_in() as (api, telegram, anna):
        api.fail("sendMessage", Status(500, "x"))
        with pytest.raises(Unreachable):
            await telegram.send(THANKS)
        await telegram.send(THANKS)
        assert anna.sees == "谢谢。刚才给您看过回执。"
        assert anna.alerts == ["回执 1234 5678"]


async def test_a_receipt_that_could_not_be_shown_is_written_and_goes_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("bot.channels.telegram.transport.GLIMPSE", 0.05)
    async with handing_in() as (api, telegram, anna):
        api.fail("answerCallbackQuery", Status(400, "Bad Request: query is too old"))
        await telegram.send(THANKS)
        assert anna.sees.startswith("谢谢。回执 1234 5678")
        assert "十分钟后" in anna.sees
        await until(lambda: not anna.messages)


async def test_what_repeats_their_words_goes_once_something_else_is_said():
    rows = ((Button("提交", "1"),),)
    async with BotApi() as api, speaking(api) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, "您说：食堂的菜凉", rows=rows, screen="1", echoes=True))
        await telegram.send(to(1, "再看看"))
        await telegram._chores.finish(1)
        assert [shown.text for shown in anna.messages] == ["再看看"]


async def test_what_repeats_their_words_goes_even_if_we_were_restarted_in_between():
    listening = Listening()
    rows = ((Button("提交", "1"),),)
    async with BotApi() as api:
        anna = api.person(1)
        async with speaking(api) as telegram:
            await telegram.send(to(1, "您说：食堂的菜凉", rows=rows, screen="1", echoes=True))
        async with speaking(api) as telegram, running(telegram, listening):
            anna.taps("提交")
            await until(lambda: listening.heard)
            await telegram.send(to(1, "谢谢"))
            await telegram._chores.finish(1)
            assert [shown.text for shown in anna.messages] == ["谢谢"]


async def test_what_is_typed_at_the_desk_stays_and_nothing_is_said_of_deleting():
    listening = Listening()
    rows = ((Button("周报", "周报"),),)
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        office = api.person(1)
        office.says("周报")
        await until(lambda: listening.heard)
        await telegram.send(to(1, "周报初稿", rows=rows, screen="open", tidy=False))
        await telegram._chores.finish(1)
        assert [shown.text for shown in office.messages] == ["周报", "周报初稿"]


async def test_what_repeats_their_words_stays_where_the_operator_wants_it_so():
    rows = ((Button("提交", "1"),),)
    async with BotApi() as api, speaking(api, tidy=False) as telegram:
        anna = api.person(1)
        await telegram.send(to(1, "您说：食堂的菜凉", rows=rows, screen="1", echoes=True))
        await telegram.send(to(1, "谢谢"))
        await telegram._chores.finish(1)
        assert len(anna.messages) == 2


async def test_a_screen_gone_from_the_chat_is_shown_anew():
    listening = Listening()
    rows = ((Button("一", "+1"),),)
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        anna = api.person(1)
        await telegram.send(to(1, "?", rows=rows, screen="1"))
        anna.taps("一")
        await until(lambda: listening.heard)
        api.chats[1].clear()
        await telegram.send(to(1, "? ✓", rows=rows, screen="1"))
        assert anna.sees.startswith("? ✓")


async def test_a_screen_gone_from_the_chat_is_shown_anew_at_the_real_pace():
    listening = Listening()
    rows = ((Button("一", "+1"),),)
    async with (
        BotApi() as api,
        speaking(api, pacing=Pacing()) as telegram,
        running(telegram, listening),
    ):
        anna = api.person(1)
        await telegram.send(to(1, "?", rows=rows, screen="1"))
        anna.taps("一")
        await until(lambda: listening.heard)
        api.chats[1].clear()
        async with asyncio.timeout(3):
            while not anna.heard:
                try:
                    await telegram.send(to(1, "? ✓", rows=rows, screen="1"))
                except Throttled as busy:
                    await asyncio.sleep(busy.after)


async def test_the_same_screen_unchanged_is_not_sent_again():
    listening = Listening()
    rows = ((Button("一", "+1"),),)
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        anna = api.person(1)
        outgoing = to(1, "?", rows=rows, screen="1")
        await telegram.send(outgoing)
        anna.taps("一")
        await until(lambda: listening.heard)
        api.fail("editMessageText", Status(400, "Bad Request: message is not modified"))
        await telegram.send(replace(outgoing))
        assert len(anna.heard) == 1


async def test_in_a_group_only_who_calls_the_bot_is_told_that_surveys_are_private_and_once():
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        group = api.person(-7)
        group.says("talk among themselves")
        group.says("/start@tingwen_bot u_no1")
        group.says("/help")
        await until(lambda: not api.pending and group.heard)
        await telegram._chores.finish(1)
        assert len(group.heard) == 1
        assert "私聊" in group.sees
        assert listening.tries == 0


async def test_a_command_for_another_bot_in_the_group_is_none_of_ours():
    circles = Overhearing()
    async with (
        BotApi() as api,
        speaking(api, circles=circles) as telegram,
        running(telegram, Listening()),
    ):
        await until(lambda: telegram._username)
        group = api.person(-7)
        group.says("/digest@another_bot")
        group.says("/digest@Tingwen_Bot")
        await until(lambda: not api.pending)
        await telegram._chores.finish(1)
        assert [said.incoming.body for said in circles.said] == [Text("/digest")]


async def test_commands_and_descriptions_are_registered_once_in_both_languages():
    async with BotApi() as api:
        for _ in range(2):
            async with speaking(api) as telegram, running(telegram, Listening()):
                await until(lambda: api.profile.get(("short", "en")) and telegram._username)
                await until(
                    lambda: (
                        api.calls[-1].method
                        in ("getMyShortDescription", "setMyShortDescription")
                    )
                )
                await asyncio.sleep(0.05)
        assert {language for what, language in api.profile if what == "commands"} == {
            "",
            "zh",
            "en",
        }
        assert (
            api.profile["commands", "en"]
            != api.profile["commands", "zh"]
            == api.profile["commands", ""]
        )
        assert len(api.of("setMyCommands", "setMyDescription", "setMyShortDescription")) == 12
        assert api.refusals == {}
