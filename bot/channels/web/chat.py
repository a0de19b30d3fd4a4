"""The web chat: one page is one person's chat.

The browser makes its own address, an unguessable token, and sends it in a header, never in a path, where
servers in between would write it down. It repeats what it says until we confirm, and confirms what we say:
`send` returns when a page has shown the message, not when a socket has swallowed it. A message tried
again keeps its id, so the page can drop the repeat.

    POST /chat          one thing said; 204 = committed, 503 = say it again later
    GET  /chat/events   what we say, as server-sent events; several chats of one page share one stream
    POST /chat/seen     the page has shown this message
    GET  /chat/file     204: a file of this chat would be read; 404: it would not, so do not send one
    POST /chat/file     the bytes of one; the answer is its handle, which a delivery then names
    GET  /chat          the page itself; GET /paper/… files and pictures
"""

import asyncio
import json
import logging
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.channels.base import NotStored, Receive, Rejected, Unreachable
from bot.channels.web import assets, wire
from bot.channels.web.assets import Words
from bot.channels.web.shelf import Shelf
from bot.channels.web.spool import MOST_BYTES, Spool
from bot.core.messages import Address, File, Outgoing, Sent

log = logging.getLogger(__name__)

WITHIN = 10.0
"""Seconds for a message to arrive."""
LARGEST = 64 * 1024
"""Bytes of one delivery; the page cuts longer words into several."""
UPLOAD_WITHIN = 120.0
"""Seconds that a file may take on its way."""
STREAMS = 4096
"""Pages that may listen at once."""
STREAMS_EACH = 8
"""Pages that may listen to one chat; the oldest makes room."""
CHATS_EACH = 8
"""Chats that one page may listen to."""
HEARTBEAT = 15.0
"""Seconds between signs of life on a silent stream, so that neither end mistakes quiet for death."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message of ours that no page has confirmed yet."""

    id: str
    content: dict[str, object]
    seen: asyncio.Event = field(default_factory=asyncio.Event)


class _Stream:
    """One page that listens, to one chat or to several side by side."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self.tokens = tokens
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def push(self, token: str, letter: _Letter) -> None:
        content = {"to": self.tokens.index(token), "id": letter.id, **letter.content}
        data = json.dumps(content, ensure_ascii=False)
        self._queue.put_nowait(f"id: {letter.id}\ndata: {data}\n\n".encode())

    def close(self) -> None:
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[bytes]:
        yield b": open\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    event = await self._queue.get()
            except TimeoutError:
                event = b": still here\n\n"
            if event is None:
                return
            yield event


class WebChat:
    """The channel `web`. `on_open` is told whenever somebody begins to listen: send what waits for them.

    `takes_files` says whose files are read. Of everybody else not a byte is taken, only that there was one.
    """

    name = "web"

    def __init__(
        self,
        words: Words,
        *,
        on_open: Callable[[Address], None] | None = None,
        takes_files: Callable[[Address], bool] = lambda _: False,
        patience: float = 8.0,
    ) -> None:
        self._on_open = on_open
        self._takes_files = takes_files
        self._patience = patience
        self._receive: Receive | None = None
        self._streams: dict[str, list[_Stream]] = {}
        self._listening = 0
        self._letters: dict[str, OrderedDict[str, _Letter]] = {}
        self._tried: OrderedDict[tuple[str, bytes], _Letter] = OrderedDict()
        self._shelf = Shelf()
        self._spool = Spool()
        template = assets.read("chat.html")
        self._pages = {
            lang: assets.fill(template, text, lang=lang) for lang, text in words.items()
        }
        self._words = words

    def routes(self, *, home: bool = False) -> tuple[BaseRoute, ...]:
        """What the listener must open; `home` leads `/` to the chat where no demo stands there."""
        return (
            Route("/chat", self._page, methods=["GET"]),
            Route("/chat", self._hear, methods=["POST"]),
            Route("/chat/events", self._speak, methods=["GET"]),
            Route("/chat/seen", self._seen, methods=["POST"]),
            Route("/chat/file", self._takes, methods=["GET"]),
            Route("/chat/file", self._take, methods=["POST"]),
            self._shelf.route(),
            assets.static_route(),
            *([Route("/", _home)] if home else []),
        )

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, until cancelled; then end every stream, so that the listener can stop."""
        self._receive = receive
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._receive = None
            for stream in {stream for streams in self._streams.values() for stream in streams}:
                stream.close()

    def present(self) -> list[Address]:
        """Whose page is open."""
        return [Address(channel=self.name, id=token) for token in self._streams]

    def hears(self, address: Address) -> bool:
        """Whether that one is open."""
        return address.id in self._streams

    async def fetch(self, sent: Sent) -> bytes:
        """The bytes of a file that a page handed over."""
        content = self._spool.take(sent.handle)
        if content is None:
            raise Rejected(sent.name)
        return content

    async def send(self, outgoing: Outgoing) -> None:
        """Show a message on the pages that listen, and wait until one has shown it.

        Raises `Unreachable` when nobody listens, or nobody confirmed in time.
        """
        token = outgoing.address.id
        if token not in self._streams:
            raise Unreachable("nobody has the page open")
        print_ = (token, _fingerprint(outgoing))
        letter = self._tried.pop(print_, None) or self._letter(outgoing)
        waiting = self._letters.setdefault(token, OrderedDict())
        waiting[letter.id] = letter
        for stream in self._streams[token]:
            stream.push(token, letter)
        try:
            async with asyncio.timeout(self._patience):
                await letter.seen.wait()
        except TimeoutError:
            raise Unreachable("the page did not confirm") from None
        finally:
            del waiting[letter.id]
            if not waiting:
                self._letters.pop(token, None)
            if not letter.seen.is_set():
                self._keep_for_next_try(print_, letter)

    def _letter(self, outgoing: Outgoing) -> _Letter:
        put = self._shelf.put
        content: dict[str, object] = {
            "text": outgoing.text,
            "keys": wire.keys(outgoing.rows),
            "screen": outgoing.screen,
            "papers": [
                {"name": file.name, "size": len(file.content), "at": put(file)}
                for file in outgoing.files
            ],
            "picture": put(File("picture.png", outgoing.picture)) if outgoing.picture else "",
        }
        return _Letter(secrets.token_urlsafe(12), content)

    def _keep_for_next_try(self, print_: tuple[str, bytes], letter: _Letter) -> None:
        self._tried[print_] = letter
        if len(self._tried) > 1000:
            self._tried.popitem(last=False)

    async def _page(self, request: Request) -> Response:
        return assets.page(self._pages[assets.spoken(request, self._words)])

    async def _hear(self, request: Request) -> Response:
        tokens = _tokens(request)
        if len(tokens) != 1:
            return Response(status_code=401)
        try:
            said = wire.incoming(tokens[0], await _body(request))
        except wire.Malformed as error:
            return Response(str(error), status_code=400)
        except _TooLarge:
            return Response(status_code=413)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        if self._receive is None:
            return _later()
        try:
            await self._receive(said)
        except NotStored:
            return _later()
        return Response(status_code=204)

    async def _seen(self, request: Request) -> Response:
        tokens = _tokens(request)
        if len(tokens) != 1:
            return Response(status_code=401)
        try:
            shown = wire.seen(await _body(request))
        except (wire.Malformed, _TooLarge):
            return Response(status_code=400)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        letter = self._letters.get(tokens[0], {}).get(shown)
        for late in [letter] if letter else self._tried.values():
            if late.id == shown:
                late.seen.set()
                break
        return Response(status_code=204)

    async def _takes(self, request: Request) -> Response:
        return Response(status_code=204 if self._reads_of(request) else 404)

    async def _take(self, request: Request) -> Response:
        if not self._reads_of(request):
            return Response(status_code=404)
        try:
            content = await _body(request, MOST_BYTES, UPLOAD_WITHIN)
        except _TooLarge:
            return Response(status_code=413)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        return JSONResponse({"handle": self._spool.put(content)})

    def _reads_of(self, request: Request) -> bool:
        tokens = _tokens(request)
        return len(tokens) == 1 and self._takes_files(Address(channel=self.name, id=tokens[0]))

    async def _speak(self, request: Request) -> Response:
        tokens = _tokens(request)
        if not tokens:
            return Response(status_code=401)
        if self._receive is None or self._listening >= STREAMS:
            return _later()
        return StreamingResponse(
            self._listen(tokens, request.app.state.hang_up),
            media_type="text/event-stream",
            # A proxy that collects before it passes on would keep people waiting (nginx's name for it).
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _listen(
        self, tokens: tuple[str, ...], hang_up: set[Callable[[], None]]
    ) -> AsyncIterator[bytes]:
        stream = _Stream(tokens)
        hang_up.add(stream.close)
        self._listening += 1
        for token in tokens:
            streams = self._streams.setdefault(token, [])
            streams.append(stream)
            if len(streams) > STREAMS_EACH:
                streams[0].close()
            for letter in self._letters.get(token, {}).values():
                stream.push(token, letter)
            if self._on_open is not None:
                self._on_open(Address(channel=self.name, id=token))
        try:
            async for event in stream.events():
                yield event
        finally:
            hang_up.discard(stream.close)
            self._listening -= 1
            for token in tokens:
                self._streams[token].remove(stream)
                if not self._streams[token]:
                    del self._streams[token]


class _TooLarge(Exception):
    pass


async def _body(request: Request, most: int = LARGEST, within: float | None = None) -> bytes:
    content = bytearray()
    async with asyncio.timeout(within or WITHIN):
        async for piece in request.stream():
            content += piece
            if len(content) > most:
                raise _TooLarge
    return bytes(content)


def _tokens(request: Request) -> tuple[str, ...]:
    """The chats this request speaks for. A header of our own also keeps strange pages from posting here:
    a browser asks first, and we do not answer such questions."""
    given = request.headers.get("chat-token", "").split(",")
    tokens = tuple(dict.fromkeys(token.strip() for token in given))
    sound = len(tokens) <= CHATS_EACH and all(map(wire.TOKEN.fullmatch, tokens))
    return tokens if sound else ()


def _later() -> Response:
    return Response(status_code=503, headers={"Retry-After": "3"})


def _fingerprint(outgoing: Outgoing) -> bytes:
    said = (
        outgoing.text,
        outgoing.rows,
        outgoing.screen,
        [file.name for file in outgoing.files],
    )
    mark = sha256(repr(said).encode("utf-8", "surrogatepass"))
    for content in (
        *(file.content for file in outgoing.files),
        outgoing.picture or b"",
    ):
        mark.update(sha256(content).digest())
    return mark.digest()


def _home(request: Request) -> Response:
    """The chat stands at `/chat`; what a link says is not lost on the way."""
    return RedirectResponse(request.url.replace(path="/chat", scheme="", netloc=""))
