"""Being handed messages: one POST each, answered with an empty 200 once it is committed.

The platform waits 5 s, then asks again, three times in all (path 90930); whether it also asks again after an answer
other than 200 its pages tell differently. So an answer never waits for a call of ours, and what was not kept is not
answered 200. A repeat may have the timestamp and nonce of the first or fresh ones: what was taken in already is told by
the message's own name (`updates`), in the inbox, across restarts; what is older than any repeat is refused here.

The reason of a refusal is not told: who forges learns nothing.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.base import NotStored
from bot.channels.wecom.crypto import Forged, Seal, Sealed
from bot.channels.wecom.xml import Broken, Read, read

PATH = "/wecom"
LARGEST = 128 * 1024
"""Bytes of one callback; the longest text a member can send is a tenth of it."""
FRESH = 300
"""Seconds a timestamp may be off, either way: the platform's last repeat comes after some 15."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class Door:
    """The callback's route. `hear` takes one message in, or raises `NotStored`; `clock` is seconds since 1970."""

    def __init__(
        self, seal: Seal, clock: Callable[[], float], hear: Callable[[Read], Awaitable[None]]
    ) -> None:
        self._seal = seal
        self._clock = clock
        self._hear = hear

    def route(self) -> Route:
        """For the listener."""
        return Route(PATH, self._knock, methods=["GET", "POST"])

    async def _knock(self, request: Request) -> Response:
        try:
            if request.method == "POST":
                return await self._take(request)
            return self._prove(request)
        except (Forged, Broken):
            return Response(status_code=403)
        except ClientDisconnect:
            return Response(status_code=400)
        except NotStored:
            return Response(status_code=503)

    def _prove(self, request: Request) -> Response:
        """The administrator saves the settings: the platform asks for what it has sealed, plain and bare."""
        return PlainTextResponse(self._open(request, request.query_params.get("echostr", "")))

    async def _take(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        await self._hear(read(self._open(request, read(body)["Encrypt"])))
        return Response(status_code=200)

    def _open(self, request: Request, encrypted: str) -> bytes:
        asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1")))
        timestamp = asked.get("timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Forged("timestamp")
        message = self._seal.open(
            Sealed(
                signature=asked.get("msg_signature", ""),
                timestamp=timestamp,
                nonce=asked.get("nonce", ""),
                encrypted=encrypted,
            )
        )
        if abs(self._clock() - int(timestamp)) > FRESH:
            raise Forged("stale")
        return message


async def _body(request: Request) -> bytes | None:
    """The body; None where it is longer than any message. The listener hangs up on what never arrives whole."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            return None
    return bytes(content)
