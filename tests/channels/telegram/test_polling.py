"""Fetching: nothing is confirmed before it is kept, nobody waits for somebody else, nothing comes round for ever."""

import asyncio
import logging
import time

import pytest

from bot.channels.base import NotStored
from bot.channels.telegram.transport import Telegram
from bot.content.telegram import words
from bot.core.messages import Incoming, Text
from tests.channels.telegram.botapi import (
    TOKEN,
    BotApi,
    Flood,
    Page,
    Reset,
    Slow,
    Status,
    Truncated,
)
from tests.channels.telegram.house import Listening, in_no_time, running, speaking, until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    in_no_time(monkeypatch)


async def test_an_update_is_confirmed_only_after_it_is_kept():
    listening, kept = Listening(), asyncio.Event()
    listening.on = lambda _: kept.wait()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(1).says("hello")
        await until(lambda: listening.tries)
        await asyncio.sleep(0.05)
        assert len(api.pending) == 1

        kept.set()
        await until(lambda: not api.pending)
    assert listening.said == ["hello"]


async def test_one_persons_message_that_cannot_be_kept_holds_up_nobody_and_is_not_lost():
    listening, full = Listening(), True

    async def refuse_anna(incoming: Incoming) -> None:
        if full and incoming.address.id == "1":
            raise NotStored

    listening.on = refuse_anna
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        anna, ben = api.person(1), api.person(2)
        anna.says("first")
        ben.says("one")
        anna.says("second")
        await until(lambda: listening.said == ["one"])
        ben.says("two")
        await until(lambda: listening.said == ["one", "two"])
        assert len(api.pending) == 4  # nothing after the first may be confirmed

        full = False
        await until(lambda: not api.pending)
    assert listening.said == ["one", "two", "first", "second"]


async def test_a_full_window_behind_one_person_goes_on():
    """The platform shows 100 updates and no more until some are confirmed."""
    listening, full = Listening(), True

    async def refuse_anna(incoming: Incoming) -> None:
        if full and incoming.address.id == "1":
            raise NotStored

    listening.on = refuse_anna
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(1).says("anna")
        for n in range(150):
            api.person(2).says(f"ben {n}")
        await until(lambda: len(listening.heard) == 150)
        full = False
        await until(lambda: "anna" in listening.said)
    assert listening.said == [*(f"ben {n}" for n in range(150)), "anna"]


async def test_people_are_heard_side_by_side_and_each_in_order():
    listening = Listening()

    async def slow_for_anna(incoming: Incoming) -> None:
        if incoming.address.id == "1":
            await asyncio.sleep(0.05)

    listening.on = slow_for_anna
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        for n in range(5):
            api.person(1).says(f"anna {n}")
        for n in range(5):
            api.person(2).says(f"ben {n}")
        await until(lambda: not api.pending)
    order = listening.said
    assert [s for s in order if "anna" in s] == [f"anna {n}" for n in range(5)]
    assert [s for s in order if "ben" in s] == [f"ben {n}" for n in range(5)]
    assert order[:5] == [f"ben {n}" for n in range(5)]


async def test_somebody_slow_does_not_keep_later_messages_of_others_waiting():
    listening, done = Listening(), asyncio.Event()

    async def hang_for_anna(incoming: Incoming) -> None:
        if incoming.address.id == "1":
            await done.wait()

    listening.on = hang_for_anna
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(1).says("anna")
        await until(lambda: listening.tries)
        api.person(2).says("ben")
        await until(lambda: listening.said == ["ben"])
        done.set()
        await until(lambda: not api.pending)


async def test_ids_may_jump_and_come_out_of_order():
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram:
        for start in (5000, 70_000, 9_000_000):
            api.jump(start)
            for n in range(3):
                api.person(1).says(f"{start} {n}")
        api.pending.reverse()
        async with running(telegram, listening):
            await until(lambda: not api.pending)
    assert listening.said == [
        f"{start} {n}" for start in (5000, 70_000, 9_000_000) for n in range(3)
    ]


async def test_after_silence_no_offset_is_sent_so_that_ids_may_begin_anew(monkeypatch):
    monkeypatch.setattr("bot.channels.telegram.api.LONG", 0)
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(1).says("before")
        await until(lambda: not api.pending)
        await until(lambda: "offset" not in api.of("getUpdates")[-1].facts)
        api.jump(7)
        api.person(1).says("after")
        await until(lambda: listening.said == ["before", "after"])


async def test_a_repeat_within_the_window_is_not_taken_in_again():
    listening, kept = Listening(), asyncio.Event()

    async def hold_anna(incoming: Incoming) -> None:
        if incoming.address.id == "1":
            await kept.wait()

    listening.on = hold_anna
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(1).says("anna")
        api.person(2).says("ben")
        await until(lambda: len(api.of("getUpdates")) > 3)
        assert listening.tries == 2
        kept.set()
        await until(lambda: not api.pending)
    assert listening.tries == 2


UNREADABLE = (
    {"message": {"message_id": 1}},
    {"message": "words"},
    {"message": {"message_id": 1, "date": "today", "chat": {"id": 1, "type": "private"}, "text": "secret"}},
    {"callback_query": {"id": "1", "data": "secret"}},
    {"callback_query": None, "edited_message": []},
)  # fmt: skip


async def test_what_cannot_be_read_is_confirmed_and_counted_and_nothing_of_it_logged(
    caplog: pytest.LogCaptureFixture,
):
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        for strange in UNREADABLE:
            api.push(**strange)
        api.pending.append({"no": "name"})
        api.person(1).says("hello")
        await until(lambda: listening.said == ["hello"])
        await until(lambda: api.pending in ([], [{"no": "name"}]))
    ours = [r for r in caplog.records if r.name.startswith("bot.")]
    assert any(r.msg == "update unreadable" and r.count == len(UNREADABLE) for r in ours)
    assert "secret" not in caplog.text


async def test_kinds_of_updates_we_did_not_ask_for_are_passed_over():
    listening = Listening()
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.push(poll={"id": "1", "question": "?"})
        api.push(something_new={"id": 1})
        await until(lambda: not api.pending)
    assert listening.tries == 0


async def test_a_message_that_makes_the_program_fail_is_given_up_and_its_writer_told():
    listening = Listening()

    async def fail(incoming: Incoming) -> None:
        if incoming.body == Text("poison"):
            raise ZeroDivisionError

    listening.on = fail
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        anna = api.person(1)
        anna.says("poison")
        anna.says("then")
        await until(lambda: listening.said == ["then"] and anna.heard)
        assert listening.tries == 4
        assert "没能收下" in anna.sees


@pytest.mark.parametrize(
    "fault",
    [
        Status(500, "Internal Server Error"),
        Page(502),
        Page(403),
        Truncated(),
        Reset(),
        Reset(done=True),
        Flood(0.01),
        Slow(0.05),
        Status(401, "Unauthorized"),
        Status(409, "Conflict: terminated by other getUpdates request"),
    ],
    ids=str,
)
async def test_fetching_survives(fault):
    listening = Listening()
    async with BotApi() as api:
        api.fail("getUpdates", fault, fault)
        async with speaking(api) as telegram, running(telegram, listening):
            api.person(1).says("hello")
            await until(lambda: listening.said == ["hello"])


async def test_a_webhook_in_the_way_is_taken_down_and_nothing_dropped():
    listening = Listening()
    async with BotApi() as api:
        api.webhook = {"url": "https://elsewhere.example/hook"}
        api.person(1).says("hello")
        async with speaking(api) as telegram, running(telegram, listening):
            await until(lambda: listening.said == ["hello"])
            assert api.webhook == {}


async def test_starting_and_stopping_need_no_platform():
    telegram = Telegram(TOKEN, words(), api_base_url="http://127.0.0.1:9")
    task = asyncio.create_task(telegram.run(Listening()))
    await asyncio.sleep(0.05)
    assert not task.done()
    began = time.monotonic()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await telegram.close()
    assert time.monotonic() - began < 3


async def test_stopping_is_quick_while_the_platform_hangs():
    async with BotApi() as api:
        api.fail("getUpdates", *[Slow(60)] * 9)
        api.fail("getMe", *[Slow(60)] * 9)
        async with speaking(api) as telegram:
            task = asyncio.create_task(telegram.run(Listening()))
            await until(lambda: api.calls)
            began = time.monotonic()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await telegram.close()
    assert time.monotonic() - began < 3


async def test_a_stop_lets_the_commit_finish_and_confirms_it():
    listening, going = Listening(), asyncio.Event()

    async def take_a_while(incoming: Incoming) -> None:
        going.set()
        await asyncio.sleep(0.1)

    listening.on = take_a_while
    async with BotApi() as api, speaking(api) as telegram:
        async with running(telegram, listening):
            api.person(1).says("hello")
            await going.wait()
        assert listening.said == ["hello"]
        assert api.pending == []


async def test_nothing_the_platform_or_people_say_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # as bot.logs silences them
    listening = Listening()

    async def fail(_: Incoming) -> None:
        raise KeyError("hidden words")

    listening.on = fail
    async with BotApi() as api, speaking(api) as telegram, running(telegram, listening):
        api.person(424242).says("hidden words")
        await until(lambda: not api.pending)
    lines = [r.getMessage() + str(vars(r)) for r in caplog.records if r.name.startswith("bot")]
    assert lines
    assert not any("424242" in line or TOKEN in line for line in lines)
