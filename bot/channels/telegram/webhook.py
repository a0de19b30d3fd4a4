"""Being handed updates: one POST each, answered 200 only after the commit.

Anything but 2xx makes the platform repeat it, after 1, 2, 4 ... seconds, for one person at a time, so a full disk
delays and loses nothing. The secret the platform sends with each POST is made from the token: nothing to configure,
and the same on every replica.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import NotStored

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
WITHIN = 10.0
"""Seconds it may take to arrive."""
LARGEST = 1024 * 1024
"""Bytes of one update; the longest message with all its entities is a tenth of it."""
AT_ONCE = 256
"""Updates being taken in; more are asked to come again in a second."""


def secret(token: str) -> str:
    """What the platform is told to send with each update (1-256 of A-Za-z0-9_-)."""
    return hmac.digest(token.encode(), b"tingwen webhook", sha256).hex()


class Door:
    """The webhook's route. `hear` takes one update in, or raises `NotStored`."""

    def __init__(
        self, token: str, hear: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        self._secret = secret(token).encode()
        self._hear = hear
        self._inside = 0

    def route(self) -> Route:
        """For the listener."""
        return Route(PATH, self._knock, methods=["POST"])

    async def _knock(self, request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret):
            return Response(status_code=403)
        if self._inside >= AT_ONCE:
            return _later()
        self._inside += 1
        try:
            return await self._take(request)
        finally:
            self._inside -= 1

    async def _take(self, request: Request) -> Response:
        try:
            update = json.loads(await _body(request))
        except ClientDisconnect:
            return Response(status_code=400)
        except TimeoutError:
            return Response(status_code=408)
        except (ValueError, RecursionError):
            update = None  # confirmed and counted below: repeated, it would be no better
        known = cast(dict[str, Any], update) if isinstance(update, dict) else {}
        try:
            await self._hear(known)
        except NotStored:
            return _later()
        return Response(status_code=200)


async def _body(request: Request) -> bytes:
    """The body; what is longer than any update is cut, and then not readable."""
    content = bytearray()
    async with asyncio.timeout(WITHIN):
        async for piece in request.stream():
            content += piece
            if len(content) > LARGEST:
                return b""
    return bytes(content)


def _later() -> Response:
    return Response(status_code=503, headers={"Retry-After": "1"})
