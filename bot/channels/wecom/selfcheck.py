"""What is wrong between us and WeCom, found by asking the platform: for `tingwen check --online`.

It goes through the settings in the order in which an administrator makes them (docs/wecom.md), and says which one does
not hold. It changes nothing and sends nothing that arrives: the one message it tries is for a member who cannot exist,
and the one it tries on a group robot has no words. The sentences stand in `bot/content/wecom/problems`.
"""

import time
from collections.abc import AsyncIterator, Callable
from secrets import token_hex
from typing import Any

import httpx

from bot.channels.wecom.callback import PATH
from bot.channels.wecom.client import Client, Failed, Refused, Unanswered
from bot.channels.wecom.crypto import Seal
from bot.channels.wecom.failures import GONE
from bot.channels.wecom.robot import WRONG_KEY, key_in
from bot.settings import Settings
from bot.settings.problem import Problem
from bot.settings.secret import NAMES, Secrets, robots_in

NOBODY = "tingwen-selfcheck-nobody"
PROMPT = 1.0
"""Seconds within which the platform wants its URL check answered (path 90930)."""
SAID = {
    -1: "wecom_busy",
    40001: "wecom_secret_refused",
    40013: "wecom_corp_unknown",
    40056: "wecom_agent_wrong",
    41011: "wecom_agent_wrong",
    43012: "wecom_no_callback",
    45009: "wecom_busy",
    45033: "wecom_busy",
    48002: "wecom_forbidden",
    60020: "wecom_ip",
    301002: "wecom_agent_wrong",
}
"""Errcode -> fault. Others are told by their number."""


async def find(
    settings: Settings,
    secrets: Secrets,
    *,
    now: Callable[[], float],
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[Problem, ...]:
    """All findings, in the order to mend them; none where WeCom is not set up. `now`: seconds since 1970."""
    client = Client(
        settings.wecom.corp_id, secrets.wecom_secret, api_base_url=settings.wecom.api_base_url
    )
    check = _Check(settings, secrets, client, now, monotonic)
    try:
        return tuple([problem async for problem in check.problems()])
    finally:
        await client.close()


class _Check:
    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        client: Client,
        now: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._client = client
        self._now = now
        self._monotonic = monotonic

    async def problems(self) -> AsyncIterator[Problem]:
        if self._settings.wecom.corp_id and self._secrets.wecom_secret:
            try:
                async for problem in self._app():
                    yield problem
            except Failed as failed:
                yield self._failed(failed)
            async for problem in self._callback():
                yield problem
        async for problem in self._robots():
            yield problem

    async def _app(self) -> AsyncIterator[Problem]:
        """Corp and secret, the app and its range, cards, parents. What is wrong with one keeps the rest from being asked."""
        agent_id = self._settings.wecom.agent_id
        app = await self._client.get("agent/get", agentid=agent_id)
        if app.get("close"):
            yield self._about("agent_id", "wecom_app_closed")
        if not _sees_somebody(app):
            yield self._about("agent_id", "wecom_nobody_in_range")
        if not app.get("redirect_domain"):
            yield self._about("agent_id", "wecom_no_domain", warning=True)
        async for problem in self._cards():
            yield problem
        async for problem in self._parents():
            yield problem

    async def _cards(self) -> AsyncIterator[Problem]:
        card = {
            "card_type": "button_interaction",
            "main_title": {"title": "-"},
            "task_id": f"check-{token_hex(8)}",
            "button_list": [{"text": "-", "style": 1, "key": "-"}],
        }
        facts = {"touser": NOBODY, "agentid": self._settings.wecom.agent_id}
        try:
            await self._client.post(
                "message/send", {**facts, "msgtype": "template_card", "template_card": card}
            )
        except Refused as refused:
            if refused.code not in GONE:
                yield self._failed(refused)

    async def _parents(self) -> AsyncIterator[Problem]:
        """Only a hint: not every office has parents in WeCom."""
        try:
            await self._client.get("school/department/list")
        except Refused as refused:
            yield self._about(
                "agent_id", "wecom_no_parents", {"code": str(refused.code)}, warning=True
            )

    async def _callback(self) -> AsyncIterator[Problem]:
        """We ask our own address what the platform asks it when the settings are saved."""
        try:
            seal = Seal(
                self._secrets.wecom_token,
                self._secrets.wecom_aes_key,
                self._settings.wecom.corp_id,
            )
        except ValueError:
            return  # the key is missing or none: `tingwen check` has said so already
        public = self._settings.web.public_url
        if not public:
            yield _about(self._settings.file, "web.public_url", "wecom_no_url")
            return
        url, began = f"{public}{PATH}", self._monotonic()
        said = await self._echoed(url, seal)
        facts = {"url": url, "said": said}
        if said:
            yield _about(self._settings.file, "web.public_url", "wecom_callback_silent", facts)
        elif (took := self._monotonic() - began) > PROMPT:
            facts |= {"seconds": f"{took:.1f}"}
            yield _about(
                self._settings.file,
                "web.public_url",
                "wecom_callback_slow",
                facts,
                warning=True,
            )

    async def _echoed(self, url: str, seal: Seal) -> str:
        """What came instead of the right answer; empty where that came."""
        wanted = token_hex(8)
        sealed = seal.seal(wanted.encode(), str(int(self._now())), token_hex(8), _random)
        asked = {
            "msg_signature": sealed.signature,
            "timestamp": sealed.timestamp,
            "nonce": sealed.nonce,
            "echostr": sealed.encrypted,
        }
        try:
            async with httpx.AsyncClient(timeout=5.0) as http:
                answer = await http.get(url, params=asked)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return type(error).__name__
        return "" if answer.content == wanted.encode() else f"HTTP {answer.status_code}"

    async def _robots(self) -> AsyncIterator[Problem]:
        for name, key in robots_in(self._secrets.wecom_robots).items():
            facts = {"name": name}
            try:
                nothing: dict[str, Any] = {"msgtype": "text", "text": {"content": ""}}
                await self._client.bare("webhook/send", nothing, key=key_in(key))
            except Refused as refused:
                if refused.code == WRONG_KEY:
                    yield _about(NAMES["wecom_robots"], "", "wecom_robot_unknown", facts)
            except Unanswered:
                facts |= {"address": self._settings.wecom.api_base_url}
                yield _about(NAMES["wecom_robots"], "", "wecom_out_of_reach", facts)

    def _failed(self, failed: Failed) -> Problem:
        if not isinstance(failed, Refused):
            facts = {"address": self._settings.wecom.api_base_url}
            return self._about("api_base_url", "wecom_out_of_reach", facts)
        fault = SAID.get(failed.code, "wecom_refused")
        facts = {
            "code": str(failed.code),
            "ip": failed.ip or "?",
            "agent": str(self._settings.wecom.agent_id),
        }
        if fault == "wecom_secret_refused":
            return _about(NAMES["wecom_secret"], "", fault, facts)
        return self._about(
            "corp_id" if fault == "wecom_corp_unknown" else "agent_id", fault, facts
        )

    def _about(
        self,
        key: str,
        fault: str,
        facts: dict[str, str] | None = None,
        *,
        warning: bool = False,
    ) -> Problem:
        return _about(self._settings.file, f"wecom.{key}", fault, facts, warning=warning)


def _sees_somebody(app: dict[str, Any]) -> bool:
    allowed = (
        ("allow_userinfos", "user"),
        ("allow_partys", "partyid"),
        ("allow_tags", "tagid"),
    )
    return any((app.get(kind) or {}).get(name) for kind, name in allowed)


def _random(count: int) -> bytes:
    return bytes.fromhex(token_hex(count))


def _about(
    file: str,
    key: str,
    fault: str,
    facts: dict[str, str] | None = None,
    *,
    warning: bool = False,
) -> Problem:
    return Problem(
        file=file, key=key, fault=fault, facts=tuple((facts or {}).items()), warning=warning
    )
