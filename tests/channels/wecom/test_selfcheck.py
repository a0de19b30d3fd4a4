"""`tingwen check --online`: which step of setting up does not hold, in plain words."""

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wecom import selfcheck
from bot.channels.wecom.selfcheck import SAID
from bot.content.loader import load_explanations
from bot.settings import Settings, Storage, Web, Wecom
from bot.settings.secret import Secrets
from tests.channels.wecom.house import Listening, running, speaking, until
from tests.channels.wecom.platform import (
    AES_KEY,
    AGENT,
    CORP,
    SECRET,
    TOKEN,
    Code,
    Page,
    Platform,
)

SECRETS: dict[str, str] = {
    "wecom_secret": SECRET,
    "wecom_token": TOKEN,
    "wecom_aes_key": AES_KEY,
}


@contextlib.asynccontextmanager
async def running_service() -> AsyncIterator[Platform]:
    """All is well: the callback answers, the app is set up."""
    async with (
        Platform() as platform,
        speaking(platform) as wecom,
        running(platform, wecom, Listening()),
    ):
        await until(lambda: platform.menu)
        platform.agent["redirect_domain"] = "ask.example"
        yield platform


async def faults(platform: Platform, public: str | None = None, **changed: Any) -> list[str]:
    wecom = {"corp_id": CORP, "agent_id": AGENT, "api_base_url": platform.base}
    wecom |= {k: v for k, v in changed.items() if k in wecom}
    secrets = SECRETS | {k: v for k, v in changed.items() if k.startswith("wecom_")}
    settings = Settings(
        file="config.toml",
        storage=Storage(url="sqlite+aiosqlite:///x", key_dir=Path("k"), data_dir=Path("d")),
        wecom=Wecom(**wecom),
        web=Web(
            public_url=platform.callback.removesuffix("/wecom") if public is None else public
        ),
    )
    found = await selfcheck.find(settings, Secrets(**secrets), now=time.time)
    texts = load_explanations()
    for problem in found:
        for language in ("zh", "en"):
            facts = dict(problem.facts)
            said = texts.say(language, f"{problem.fault}.reason", **facts)
            said += texts.say(language, f"{problem.fault}.remedy", **facts)
            assert SECRET not in said
            assert TOKEN not in said
    return [problem.fault for problem in found]


async def test_all_is_well_and_nothing_was_changed():
    async with running_service() as platform:
        assert await faults(platform) == []
        asked = {call.path for call in platform.calls}
        assert asked == {
            "gettoken", "menu/get", "menu/create",  # the service itself
            "agent/get", "message/send", "school/department/list",
        }  # fmt: skip
        assert not any(member.shown for member in platform.members.values())


async def test_without_wecom_there_is_nothing_to_check():
    async with Platform() as platform:
        assert await faults(platform, corp_id="") == []
        assert platform.calls == []


async def test_each_step_that_does_not_hold_is_named():
    async with running_service() as platform:
        assert await faults(platform, corp_id=CORP.lower()) == [
            "wecom_corp_unknown",
            "wecom_callback_silent",
        ]
        assert await faults(platform, wecom_secret="x") == ["wecom_secret_refused"]
        assert await faults(platform, agent_id=AGENT + 1) == ["wecom_agent_wrong"]
        assert await faults(platform, wecom_token="another") == ["wecom_callback_silent"]
        assert await faults(platform, wecom_aes_key="B" * 43) == ["wecom_callback_silent"]
        assert await faults(platform, public="") == ["wecom_no_url"]
        assert await faults(platform, public="http://127.0.0.1:9") == ["wecom_callback_silent"]
        platform.agent["redirect_domain"] = ""
        assert await faults(platform) == ["wecom_no_domain"]
        platform.agent |= {"redirect_domain": "x", "close": 1, "allow_partys": {}}
        assert await faults(platform) == ["wecom_app_closed", "wecom_nobody_in_range"]


@pytest.mark.parametrize(("code", "fault"), SAID.items())
async def test_each_errcode_has_a_sentence_of_its_own(code: int, fault: str):
    async with running_service() as platform:
        platform.fail("agent/get", *[Code(code)] * 3)
        assert await faults(platform) == [fault]


async def test_an_unknown_errcode_is_told_by_its_number():
    async with running_service() as platform:
        platform.fail("agent/get", Code(123456))
        assert await faults(platform) == ["wecom_refused"]


async def test_where_cards_cannot_be_sent_or_parents_be_read_that_is_said():
    async with running_service() as platform:
        platform.fail("message/send", Code(43012))
        platform.fail("school/department/list", Code(48002))
        assert await faults(platform) == ["wecom_no_callback", "wecom_no_parents"]


async def test_a_platform_out_of_reach():
    async with running_service() as platform:
        platform.fail("gettoken", Page())
        assert await faults(platform) == ["wecom_out_of_reach"]


@pytest.mark.parametrize("key", ["", "x"])
async def test_a_key_that_is_none_is_said_elsewhere(key: str):
    async with running_service() as platform:
        assert await faults(platform, wecom_aes_key=key) == []


async def test_a_slow_callback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selfcheck, "PROMPT", 0.0)
    async with running_service() as platform:
        assert await faults(platform) == ["wecom_callback_slow"]


async def test_a_group_robot_that_is_none():
    async with running_service() as platform:
        platform.robots["k" * 16] = []
        known = "heads " + "k" * 16
        assert await faults(platform, wecom_robots=known) == []
        assert await faults(platform, wecom_robots=f"{known}; x {'z' * 16}") == [
            "wecom_robot_unknown"
        ]
        assert platform.robots["k" * 16] == []
