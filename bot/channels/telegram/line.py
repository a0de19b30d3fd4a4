"""One connection to the platform, kept open and used by one call at a time.

asyncio's transport and httptools' parser (the one our own listener uses), with nothing between them: a call is one
write and one wake-up. Through httpx, which PTB uses by itself, it costs six to ten times the CPU once some calls are
in flight (its pool looks at every waiting connection, encode/httpx#3215).
"""

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult

import httptools

LARGEST = 16 << 20
"""Bytes of an answer; the platform caps a batch of updates near 4 MiB."""


class Broken(Exception):
    """The connection or what came over it is no good; whether the call was done is unknown."""


@dataclass(slots=True)
class Answer:
    """What the other end said."""

    code: int = 0
    content: bytearray = field(default_factory=bytearray)
    wait: str = ""
    """Its `Retry-After`, as it stands."""
    bounded: bool = False
    """It says itself where it ends; else it ends with the connection."""


class Line(asyncio.Protocol):
    """An open connection."""

    def __init__(self) -> None:
        self.open = True
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._answer = Answer()
        self._headed = self._only_head = False
        self._largest = LARGEST
        self._asked: asyncio.Future[Answer] | None = None

    async def ask(
        self, request: bytes, *, only_head: bool = False, largest: int = LARGEST
    ) -> Answer:
        """Say this and wait for the whole answer (or its head). Raises `Broken`; cancelled, the line is closed."""
        if self._transport is None or not self.open:
            raise Broken("closed")
        self._answer, self._headed, self._only_head = Answer(), False, only_head
        self._largest = largest
        self._parser = httptools.HttpResponseParser(self)
        self._asked = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._asked
        except BaseException:
            self.close()
            raise

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from here on. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        assert self._transport is not None
        secured = await loop.start_tls(self._transport, self, context, server_hostname=host)
        if secured is None:
            raise Broken("closed")
        self._transport = secured

    def close(self) -> None:
        """Hang up."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    # -- asyncio tells us ---------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Some of the answer."""
        if self._asked is None or self._asked.done() or self._parser is None:
            return self.close()  # nobody asked: this cannot be trusted to be in step
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._break()
        return None

    def eof_received(self) -> None:
        """The other end has finished."""
        if self._headed and not self._answer.bounded:
            self._tell()
        self.open = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        self.open = False
        self._break()

    # -- the parser tells us ------------------------------------------------------

    def on_message_begin(self) -> None:
        """An answer, or one too many."""
        if self._asked is None or self._asked.done():
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of the head."""
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._answer.bounded = True
            case b"retry-after":
                self._answer.wait = value.decode("latin-1")
            case _:
                pass

    def on_headers_complete(self) -> None:
        """The head."""
        assert self._parser is not None
        self._answer.code = self._parser.get_status_code()
        self._headed = True
        if self._only_head:
            self._tell()

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        self._answer.content += body
        if len(self._answer.content) > self._largest:
            self._break()

    def on_message_complete(self) -> None:
        """All of it."""
        assert self._parser is not None
        self.open = self.open and self._parser.should_keep_alive()
        self._tell()

    def _tell(self) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(self._answer)

    def _break(self) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(Broken("connection lost"))


@dataclass(frozen=True, slots=True)
class Way:
    """Where a server is, and through which proxy it is reached."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    proxy: SplitResult | None = None

    async def connect(self) -> Line:
        """A new line. Raises `OSError` or `Broken`."""
        loop = asyncio.get_running_loop()
        if self.proxy is None:
            _, line = await loop.create_connection(
                Line, self.host, self.port, ssl=self.tls, happy_eyeballs_delay=0.25
            )
            return line
        _, line = await loop.create_connection(
            Line, self.proxy.hostname or "", self.proxy.port or 80, happy_eyeballs_delay=0.25
        )
        try:
            await self._dig(line)
        except BaseException:
            line.close()
            raise
        return line

    async def _dig(self, line: Line) -> None:
        """Through the proxy to the server's own port (RFC 9110, 9.3.6), so that the proxy sees no token."""
        there = f"{self.host}:{self.port}"
        lines = [f"CONNECT {there} HTTP/1.1", f"Host: {there}"]
        if self.proxy is not None and self.proxy.username:
            who = f"{self.proxy.username}:{self.proxy.password or ''}"
            lines.append(
                f"Proxy-Authorization: Basic {base64.b64encode(who.encode()).decode()}"
            )
        answer = await line.ask("\r\n".join([*lines, "", ""]).encode(), only_head=True)
        if not 200 <= answer.code <= 299:
            raise Broken("proxy")
        if self.tls is not None:
            await line.secure(self.tls, self.host)
