"""The one listener: every page, callback and webhook comes in through this door.

Channels hand it their routes and know nothing of sockets; the roof decides where it listens and when it stops.
Every answer carries headers that let a page run its own scripts and nothing else. There is no access log:
a line per request would say who talked when.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Iterable

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers older than frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex",
}
"""What every answer says, unless its route said it more closely."""

ARRIVES = 150.0
"""Seconds from a connection, or the next request on it, until all of that request is here: a little longer than the longest
that a channel itself allows. Whoever dawdles, or is no more there, is hung up on."""

GRACE = 3
"""Seconds that answers already begun may take when the listener stops."""


class Listener:
    """One address and port, shared by all channels that are reached over HTTP."""

    def __init__(self, host: str = "127.0.0.1", port: int = 8750) -> None:
        self._host = host
        self._port = port
        self._routes: list[BaseRoute] = []
        self._socket: socket.socket | None = None

    def add(self, routes: Iterable[BaseRoute]) -> None:
        """Open these paths too; earlier ones win. Only before `run`."""
        self._routes.extend(routes)

    def bind(self) -> str:
        """Take the port and return the address to open, such as `http://127.0.0.1:8750`.

        Port 0 takes any free one. Raises `OSError` when the port is taken or not allowed; done early, so
        that this is found out before anything else has started.
        """
        host, port = self._door().getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def run(self) -> None:
        """Answer until cancelled; then take no more, and let what has begun finish within `GRACE` seconds.

        An answer without end (a stream) lays what ends it into `request.app.state.hang_up`, a set of callables.
        """
        door = self._door()
        app = Starlette(routes=self._routes)
        app.state.hang_up = set[Callable[[], None]]()
        server = _Server(
            uvicorn.Config(
                _Guarded(app),
                http=_Prompt,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[door]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            for hang_up in tuple(app.state.hang_up):
                hang_up()
            await serving
            self._socket = None

    def _door(self) -> socket.socket:
        if self._socket is None:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            family, _, _, _, address = found[0]
            self._socket = socket.create_server(address[:2], family=family, backlog=2048)
        return self._socket


class _Prompt(HttpToolsProtocol):
    """One connection, which may not wait for its request for ever: uvicorn looks only at those between two."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._patience = self.loop.call_later(ARRIVES, transport.close)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._patience.cancelled():
            self._patience = self.loop.call_later(ARRIVES, self.transport.close)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._patience.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """Signals belong to the roof, which stops all its parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class _Guarded:
    """Adds `HEADERS`. Plain ASGI: Starlette's own base class would hold back event streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)
