"""Files: the office's are fetched, nobody else's; what cannot be had says why."""

from pathlib import Path

import pytest

from bot.channels.base import Rejected, SendFailed, Throttled, Unreachable
from bot.core.messages import Media, Sent
from tests.channels.telegram.botapi import BotApi, Fault, Flood, Page, Reset, Status
from tests.channels.telegram.house import Listening, house, running, speaking, until

CONTENT = bytes(range(256)) * 4096 * 3


async def sent_by_anna(api: BotApi, telegram, content: bytes = CONTENT) -> Sent:
    listening = Listening()
    async with running(telegram, listening):
        api.person(1).sends_file("来信 3月.xlsx", content, "导入")
        await until(lambda: listening.heard)
    (heard,) = listening.heard
    match heard.body:
        case Media("file", "导入", Sent() as sent):
            return sent
        case other:
            raise AssertionError(other)


async def test_a_file_is_named_when_it_comes_and_fetched_only_when_somebody_wants_it():
    async with BotApi() as api, speaking(api) as telegram:
        sent = await sent_by_anna(api, telegram)
        assert (sent.name, sent.size) == ("来信 3月.xlsx", len(CONTENT))
        assert api.of("getFile") == []
        assert await telegram.fetch(sent) == CONTENT


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Status(400, "Bad Request: file is too big"), Rejected),
        (Status(400, "Bad Request: invalid file_id"), Rejected),
        (
            Status(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
            Unreachable,
        ),
        (Flood(2), Throttled),
        (Status(500, "x"), Unreachable),
        (Page(502), Unreachable),
        (Reset(), Unreachable),
    ],
    ids=str,
)
async def test_why_a_file_cannot_be_had(fault: Fault, meaning: type[SendFailed]):
    async with BotApi() as api, speaking(api) as telegram:
        sent = await sent_by_anna(api, telegram)
        api.fail("getFile", fault)
        with pytest.raises(meaning):
            await telegram.fetch(sent)
        assert await telegram.fetch(sent) == CONTENT


@pytest.mark.parametrize("fault", [Reset(), Page(502), Page(404)], ids=str)
async def test_a_download_that_breaks_may_be_tried_again(fault: Fault):
    async with BotApi() as api, speaking(api) as telegram:
        sent = await sent_by_anna(api, telegram)
        api.fail("file", fault)
        with pytest.raises(Rejected if fault == Page(404) else Unreachable):
            await telegram.fetch(sent)
        assert await telegram.fetch(sent) == CONTENT


async def test_a_file_larger_than_the_platform_hands_on_is_not_even_asked_for():
    async with BotApi() as api, speaking(api) as telegram:
        with pytest.raises(Rejected):
            await telegram.fetch(Sent("a.xlsx", "BQAC0", (20 << 20) + 1))
        assert api.calls == []


async def test_the_largest_file_comes_whole():
    content = b"x" * (20 << 20)
    async with BotApi() as api, speaking(api) as telegram:
        sent = await sent_by_anna(api, telegram, content)
        assert await telegram.fetch(sent) == content


async def test_a_file_of_a_participant_gets_kind_words_and_is_never_fetched(tmp_path: Path):
    async with house(tmp_path) as home:
        anna = home.api.person(7)
        await home.does(lambda: anna.sends_file("a.xlsx", CONTENT))

        assert anna.sees
        assert home.api.of("getFile") == []
