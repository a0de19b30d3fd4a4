"""Asking the platform: one token for all, each errcode told apart, and the secret nowhere but in its own call."""

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.base import Blocked, Rejected, Throttled, Unreachable
from bot.channels.wecom import client as module
from bot.channels.wecom import failures
from bot.channels.wecom.client import Client, Failed, Refused, Unanswered, Upload
from bot.channels.wecom.failures import send_failed
from bot.channels.wecom.media import GOOD_FOR, Media
from tests.channels.wecom.platform import AGENT, CORP, SECRET, Code, Page, Platform, Reset, Slow


@contextlib.asynccontextmanager
async def asking(platform: Platform, **settings: Any) -> AsyncIterator[Client]:
    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    client = Client(
        CORP, SECRET, **{"api_base_url": platform.base, "sleep": at_once} | settings
    )
    try:
        yield client
    finally:
        await client.close()


def text(to: str = "a") -> dict[str, Any]:
    return {"touser": to, "agentid": AGENT, "msgtype": "text", "text": {"content": "hello"}}


async def test_one_token_does_for_all():
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        await asyncio.gather(*(client.post("message/send", text()) for _ in range(30)))
        assert len(platform.of("gettoken")) == 1
        assert len(platform.of("message/send")) == 30


@pytest.mark.parametrize("rounds", [1, 3])
async def test_a_token_that_is_voided_is_fetched_once_for_thirty_who_wait(rounds: int):
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        await client.post("message/send", text())
        for _ in range(rounds):
            platform.void_tokens()
            await asyncio.gather(*(client.post("message/send", text()) for _ in range(30)))
        assert len(platform.of("gettoken")) == 1 + rounds
        assert len(platform.members["a"].shown) == 30


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_each_way_of_saying_that_a_token_is_old_is_understood_once(code: int):
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        platform.fail("message/send", Code(code))
        await client.post("message/send", text())
        assert len(platform.of("gettoken")) == 2

        platform.fail("message/send", Code(code), Code(code))
        with pytest.raises(Refused) as refused:
            await client.post("message/send", text())
        assert refused.value.code == code


async def test_a_token_is_renewed_before_it_ends():
    now = [1000.0]
    async with Platform() as platform, asking(platform, clock=lambda: now[0]) as client:
        platform.member("a")
        for passed in (0.0, 6800.0, 200.0):
            now[0] += passed
            await client.post("message/send", text())
        assert len(platform.of("gettoken")) == 2


async def test_the_same_token_given_out_again_is_not_asked_for_without_end():
    async with Platform() as platform, asking(platform) as client:
        platform.mischief = lambda path, facts: Code(40014) if path == "message/send" else None
        done = await asyncio.gather(
            *(client.post("message/send", text()) for _ in range(30)), return_exceptions=True
        )
        assert all(isinstance(one, Refused) for one in done)
        assert len(platform.of("gettoken")) == 2


async def test_a_wrong_secret_is_asked_about_ever_more_seldom():
    now = [0.0]
    async with Platform() as platform:
        settings = {"clock": lambda: now[0], "api_base_url": platform.base}
        client = Client(CORP, "wrong", **settings)
        for _ in range(600):
            with pytest.raises(Refused) as refused:
                await client.get("agent/get", agentid=AGENT)
            assert refused.value.code == 40001
            now[0] += 1
        await client.close()
        assert len(platform.of("gettoken")) < 20


async def test_a_busy_platform_is_asked_three_times():
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        platform.fail("message/send", Code(-1), Code(-1))
        await client.post("message/send", text())
        assert len(platform.of("message/send")) == 3

        platform.fail("message/send", *[Code(-1)] * 3)
        with pytest.raises(Refused):
            await client.post("message/send", text())
        assert len(platform.of("message/send")) == 6


@pytest.mark.parametrize("code", [45009, 45033])
async def test_too_many_calls_of_one_kind_wait_a_minute_and_others_go_on(code: int):
    now = [0.0]
    async with Platform() as platform, asking(platform, clock=lambda: now[0]) as client:
        platform.member("a")
        platform.fail("message/send", Code(code))
        for _ in range(3):
            with pytest.raises(Refused) as refused:
                await client.post("message/send", text())
            assert isinstance(send_failed(refused.value), Throttled)
            now[0] += 10
        assert len(platform.of("message/send")) == 1
        await client.get("agent/get", agentid=AGENT)
        now[0] += 60
        await client.post("message/send", text())


@pytest.mark.parametrize(
    "fault",
    [
        Page(502), Page(200), Page(200, b""), Page(200, b"[]"), Page(200, b'{"errcode": "0"'),
        Page(200, b'{"hello": 1}'), Page(404), Reset(), Reset(done=True),
    ],
    ids=repr,
)  # fmt: skip
async def test_what_is_no_verdict_is_not_taken_for_one(fault):
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        platform.fail("message/send", fault)
        with pytest.raises(Unanswered) as unanswered:
            await client.post("message/send", text())
        assert isinstance(send_failed(unanswered.value), Unreachable)
        await client.post("message/send", text())


async def test_a_call_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        platform.fail("message/send", Slow(2))
        with pytest.raises(Unanswered):
            await client.post("message/send", text())


async def test_a_slow_platform_has_sixteen_calls_at_a_time_and_the_queue_an_end(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "QUEUE", 40)
    async with Platform() as platform, asking(platform) as client:
        platform.member("a")
        await client.get("agent/get", agentid=AGENT)
        begun = [0]

        def slow(path: str, facts: Any) -> Slow:
            begun[0] += 1
            return Slow(0.2)

        platform.mischief = slow
        calls = [asyncio.create_task(client.post("message/send", text())) for _ in range(60)]
        await asyncio.sleep(0.1)
        assert begun[0] <= module.CONNECTIONS
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(one, Unanswered) for one in done) == 20


GONE, MEND, BUG = Blocked, Unreachable, Rejected
CODES = {
    40003: GONE, 60111: GONE, 60011: GONE, 60021: GONE, 81013: GONE, 43004: GONE,
    40013: MEND, 40056: MEND, 41011: MEND, 301002: MEND, 43012: MEND, 48002: MEND, 60020: MEND,
    93000: MEND, 41001: MEND, -1: MEND,
    40007: BUG, 40008: BUG, 40058: BUG, 44004: BUG, 45002: BUG, 45001: BUG, 40032: BUG, 42014: BUG,
    42051: BUG, 45009: Throttled, 45033: Throttled,
    82002: MEND, 82003: MEND, 60140: MEND, 999999: MEND,
}  # fmt: skip


@pytest.mark.parametrize(("code", "meaning"), CODES.items())
async def test_each_errcode_means_one_of_the_four(code: int, meaning: type):
    async with Platform() as platform, asking(platform) as client:
        platform.fail("message/send", *[Code(code)] * 3)
        with pytest.raises(Refused) as refused:
            await client.post("message/send", text())
        assert type(send_failed(refused.value)) is meaning


async def test_a_file_is_brought_once_and_again_when_its_name_has_grown_old():
    now = [0.0]
    paper = Upload(name="周报 第3期.docx", content=b"PK" * 10)
    async with Platform() as platform, asking(platform) as client:
        media = Media(client, clock=lambda: now[0])
        first = await media.id("file", paper)
        now[0] += GOOD_FOR - 1
        assert await media.id("file", paper) == first
        now[0] += 1
        second = await media.id("file", paper)
        assert second != first
        assert [known[1] for known in platform.media.values()] == ["周报 第3期.docx"] * 2
        assert GOOD_FOR < 3 * 86400


async def test_secrets_stand_in_no_error_and_no_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(failures, "_said", {})
    with caplog.at_level(logging.INFO):
        async with Platform() as platform, asking(platform) as client:
            platform.member("a")
            said: list[str] = []
            faults = [Reset(), Page(), Code(60020), Code(40001), Code(48002)]
            for path in ("gettoken", "message/send"):
                for fault in faults:
                    platform.fail(path, *[fault] * (1 if path == "gettoken" else 2))
                    try:
                        await client.post("message/send", text())
                    except Failed as failed:
                        error = send_failed(failed)
                        said += [repr(error), "".join(traceback.format_exception(failed))]
                    client._not_before = 0.0
            platform.base = "http://127.0.0.1:9"
            nowhere = Client(CORP, SECRET, api_base_url=platform.base)
            with pytest.raises(Unanswered) as unanswered:
                await nowhere.get("agent/get")
            await nowhere.close()
            said.append("".join(traceback.format_exception(unanswered.value)))
            said += [
                str(vars(record)) for record in caplog.records if record.name.startswith("bot")
            ]
            tokens = list(platform.tokens)
            assert tokens
    whole = "\n".join(said)
    assert SECRET not in whole
    assert not any(token in whole for token in tokens)
    assert "203.0.113.7" in whole  # where we call from, for whoever must enter it
    assert "open.work.weixin" not in whole


async def test_calls_stand_back_while_something_matters_more():
    calm, began = asyncio.Event(), time.monotonic()
    async with Platform() as platform, asking(platform) as client:
        client.stand_back = calm.wait  # type: ignore[assignment]
        platform.member("a")
        asyncio.get_running_loop().call_later(0.1, calm.set)
        await client.post("message/send", text())
        assert platform.calls[0].at - began >= 0.1
