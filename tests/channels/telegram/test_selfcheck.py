"""`tingwen check --online`: what is wrong with token, webhook or rights, in plain words."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import selfcheck
from bot.channels.telegram.request import Unanswered
from bot.content.telegram import words
from bot.content.wording import read_texts
from bot.settings import Settings, Storage, Telegram, Web
from bot.settings.secret import Secrets
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

HERE = Path(selfcheck.__file__).parents[2] / "content/telegram/problems"
TEXTS, WRONG = read_texts(
    {
        lang: (f"{lang}.toml", (HERE / f"{lang}.toml").read_text("utf-8"))
        for lang in ("zh", "en")
    }
)
ME = {"id": 1, "is_bot": True, "first_name": "b", "username": "tingwen_bot"}
PUBLIC = Web(public_url="https://bot.example")


def settings(api: BotApi, *, mode: Any = "polling", web: Web = PUBLIC) -> Settings:
    storage = Storage(url="sqlite+aiosqlite:///x", key_dir=Path("k"), data_dir=Path("d"))
    telegram = Telegram(mode=mode, api_base_url=api.base)
    return Settings(file="config.toml", storage=storage, telegram=telegram, web=web)


async def faults(
    api: BotApi, given: Settings | None = None, token: str = TOKEN, groups: Any = ()
) -> list[str]:
    found = await selfcheck.find(given or settings(api), Secrets(telegram_token=token), groups)
    for problem in found:
        for language in ("zh", "en"):
            facts = dict(problem.facts)
            assert TEXTS.say(language, f"{problem.fault}.reason", **facts)
            assert TEXTS.say(language, f"{problem.fault}.remedy", **facts)
    return [problem.fault for problem in found]


async def test_all_is_well():
    async with BotApi() as api:
        assert await faults(api) == []
        assert {call.method for call in api.calls} == {"getMe", "getWebhookInfo"}


async def test_without_a_token_there_is_nothing_to_check():
    async with BotApi() as api:
        assert await faults(api, token="") == []
        assert api.calls == []


@pytest.mark.parametrize("token", ["x", "123", TOKEN + " ", f"bot{TOKEN}"])
async def test_a_token_that_looks_like_none_is_not_even_sent(token: str):
    async with BotApi() as api:
        assert await faults(api, token=token) == ["telegram_token_shape"]
        assert api.calls == []


async def test_a_token_the_platform_does_not_know():
    async with BotApi() as api:
        assert await faults(api, token=TOKEN[:-1] + "x") == ["telegram_token_refused"]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Reset(), "telegram_out_of_reach"),
        (Page(502), "telegram_other_answer"),
        (Page(403), "telegram_other_answer"),
        (Truncated(), "telegram_other_answer"),
        (Status(500, "x"), "telegram_other_answer"),
        (Status(403, "Forbidden: x"), "telegram_other_answer"),
    ],
    ids=str,
)
async def test_a_platform_that_cannot_be_asked(fault, found: str):
    async with BotApi() as api:
        api.fail("getMe", fault)
        assert await faults(api) == [found]


async def test_a_platform_that_does_not_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selfcheck, "PATIENCE", 0.05)
    async with BotApi() as api:
        api.fail("getMe", Slow(5))
        assert await faults(api) == ["telegram_no_answer"]


async def test_a_platform_whose_certificate_is_not_trusted():
    async with BotApi() as api:
        refused = Unanswered("SSLCertVerificationError")
        assert selfcheck._unreachable(settings(api), refused).fault == "telegram_certificate"


async def test_a_platform_that_asks_to_wait():
    async with BotApi() as api:
        api.fail("getMe", Flood(7))
        assert await faults(api) == ["telegram_busy"]


async def test_a_webhook_left_behind():
    async with BotApi() as api:
        api.webhook = {"url": "https://old.example/x"}
        assert await faults(api) == ["telegram_webhook_left"]


async def test_a_webhook_not_registered_yet_or_failing():
    async with BotApi() as api:
        given = settings(api, mode="webhook")
        assert await faults(api, given) == ["telegram_webhook_unset"]
        api.webhook = {"url": "https://bot.example/telegram"}
        assert await faults(api, given) == []
        api.webhook["last_error_message"] = "Connection refused"
        api.webhook["last_error_date"] = 1790000000
        api.pending = [{"update_id": n} for n in range(200)]
        assert await faults(api, given) == ["telegram_webhook_failing", "telegram_pending"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://bot.example", ["telegram_webhook_not_https"]),
        ("https://bot.example:9000", ["telegram_webhook_port"]),
        ("https://bot.example:8443", []),
    ],
)
async def test_where_the_platform_delivers(
    url: str, found: list[str], monkeypatch: pytest.MonkeyPatch
):
    async with BotApi() as api:
        monkeypatch.setattr(selfcheck, "OFFICIAL", api.base)
        api.webhook = {"url": f"{url}/telegram"}
        assert (
            await faults(
                api, settings(api, mode="webhook", web=replace(PUBLIC, public_url=url))
            )
            == found
        )


async def test_a_bot_that_reads_whole_groups(monkeypatch: pytest.MonkeyPatch):
    async with BotApi() as api:
        monkeypatch.setattr(
            api, "_get_me", lambda: _said({**ME, "can_read_all_group_messages": True})
        )
        assert await faults(api) == ["telegram_reads_groups"]


async def test_a_bot_that_no_group_can_have(monkeypatch: pytest.MonkeyPatch):
    async with BotApi() as api:
        monkeypatch.setattr(api, "_get_me", lambda: _said({**ME, "can_join_groups": False}))
        assert await faults(api) == ["telegram_joins_no_group"]


RIGHTS = json.loads((Path(__file__).parent / "restricted.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("seat", "found"),
    [
        ({"status": "member", "user": ME}, []),
        ({"status": "left", "user": ME}, ["telegram_group_left"]),
        ({"status": "kicked", "user": ME, "until_date": 0}, ["telegram_group_left"]),
        (RIGHTS | {"user": ME}, []),
        (RIGHTS | {"user": ME, "can_send_messages": False}, ["telegram_group_mute"]),
        (RIGHTS | {"user": ME, "can_send_documents": False}, ["telegram_group_no_files"]),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_the_office_group(
    seat: dict[str, Any], found: list[str], monkeypatch: pytest.MonkeyPatch
):
    async with BotApi() as api:
        monkeypatch.setattr(api, "_get_chat_member", lambda chat_id, user_id: _said(seat))
        assert await faults(api, groups=[-7]) == found


async def test_an_office_group_the_bot_does_not_know():
    async with BotApi() as api:
        api.fail("getChatMember", Status(400, "Bad Request: chat not found"))
        assert await faults(api, groups=[-7]) == ["telegram_group_left"]


async def _said(what: Any) -> Any:
    return what


def test_every_finding_has_its_words_and_every_word_its_finding():
    source = Path(selfcheck.__file__).read_text("utf-8")

    assert WRONG == ()
    assert {key.partition(".")[0] for key in TEXTS} == set(
        re.findall(r'"(telegram_[a-z_]+)"', source)
    ) - {"telegram_token"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_profile_fits_what_the_platform_takes(language: str):
    said = words()[language]

    assert len(said["description"]) <= 512
    assert len(said["short_description"]) <= 120
    assert all(
        1 <= len(text) <= 256 for key, text in said.items() if key.startswith("command_")
    )
