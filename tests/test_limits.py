"""However much and however slowly somebody sends: each route stops reading, and says so. A new one is found by itself."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.app.wiring import App
from bot.channels.page import transport as page
from bot.channels.telegram import webhook
from bot.channels.web import chat
from bot.channels.web.chat import WebChat
from bot.channels.wecom import callback
from bot.channels.wecom.crypto import Seal
from bot.content.web import words
from bot.settings.reading import read
from tests.channels.telegram.botapi import TOKEN
from tests.channels.wecom.platform import AES_KEY, CORP
from tests.channels.wecom.platform import TOKEN as WECOM_TOKEN

MEGABYTE = 1 << 20
MOST = 24
"""Megabytes: a file of the office has twenty."""


async def _nobody(_: object) -> None:
    """Whoever reads these would learn nothing."""


@pytest.fixture
def routes(tmp_path: Path) -> list[Route]:
    """Every route that takes a body."""
    loaded = read("", file="c", folder=tmp_path, environment={})
    app = App(loaded.settings, loaded.secrets)
    open = [
        *WebChat(words(), on_open=lambda _: None, takes_files=lambda _: True).routes(home=True),
        *app.page().routes(),
        webhook.Door(TOKEN, _nobody).route(),
        callback.Door(Seal(WECOM_TOKEN, AES_KEY, CORP), lambda: 0.0, _nobody).route(),
    ]
    app.keys.close()
    return [one for one in open if isinstance(one, Route) and "POST" in (one.methods or ())]


class Sender:
    """Somebody who sends and sends."""

    def __init__(self, piece: bytes, pause: float) -> None:
        self.piece, self.pause = piece, pause
        self.sent = 0
        self.status = 0

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self.pause)
        self.sent += len(self.piece)
        return {"type": "http.request", "body": self.piece, "more_body": True}

    async def answer(self, message: Any) -> None:
        self.status = message.get("status", self.status)

    async def post(self, route: Route) -> None:
        heads = {
            "chat-token": "t" * 22,
            "sec-fetch-site": "same-origin",
            webhook.HEADER: webhook.secret(TOKEN),
            "content-type": "application/x-www-form-urlencoded",
        }
        scope = {
            "type": "http", "method": "POST", "path": route.path, "raw_path": route.path.encode(),
            "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
            "headers": [(name.lower().encode(), value.encode()) for name, value in heads.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
        }  # fmt: skip
        await Starlette(routes=[route])(scope, self.receive, self.answer)


async def test_there_are_as_many_as_we_think(routes: list[Route]):
    assert {one.path for one in routes} == {
        "/chat", "/chat/seen", "/chat/file", "/q/now", "/q/begin", "/q/look", "/telegram", "/wecom",
    }  # fmt: skip


async def test_nobody_can_send_without_end(routes: list[Route]):
    for route in routes:
        sender = Sender(b"a" * MEGABYTE, 0)
        async with asyncio.timeout(20):
            await sender.post(route)

        assert sender.sent <= MOST * MEGABYTE, route.path
        assert sender.status, route.path


async def test_nobody_can_hold_a_route_by_sending_slowly(
    routes: list[Route], monkeypatch: pytest.MonkeyPatch
):
    routes = [one for one in routes if one.path != "/wecom"]  # the listener hangs up: test_http
    for module in (page, webhook):
        monkeypatch.setattr(module, "WITHIN", 0.1)
    monkeypatch.setattr(chat, "UPLOAD_WITHIN", 0.1)
    monkeypatch.setattr(chat, "WITHIN", 0.1)
    for route in routes:
        sender = Sender(b"a", 0.02)
        async with asyncio.timeout(5):
            await sender.post(route)

        assert sender.status == 408 or not sender.sent, route.path  # not even begun to read
