"""The channel: a tap is a form sent, the answer is the next page.

    GET  /q, /q/LINK   the door: what this is, and a button; nothing is kept, so that a link may be looked at by anybody
    POST /q/begin      after work or waiting (`door`), or by a link of one's own: a pass in the one cookie, and in
    GET  /q/wait       a turn has come
    GET  /q/now        what stands there now; the same after a reload, after "back", after a restart
    POST /q/now        a tap, words, or both; committed, then 303 to /q/now, so that nothing is sent twice
    POST /q/look       larger letters, stronger contrast, the other language

A form carries what it stood on, so the same tap has the same delivery's name however often it comes. `send` returns when
a page has been made of the message; a message nobody came for waits where it was. What stands on pages is in memory for
an hour, a receipt for ten minutes, and of a link's owner no page says anything on another device: a talk belongs to the
device, the voice to the person.
"""

import asyncio
import hmac
import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import parse_qsl, quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive as Reading
from starlette.types import Scope, Send

from bot.channels.base import NotStored, Receive, Rejected, Unreachable
from bot.channels.page.crowd import Crowd
from bot.channels.page.door import EASIEST, HARDEST, WAIT, Challenge, Door
from bot.channels.page.render import EDITION, TYPES, Pages, View, Words, static
from bot.channels.page.seat import Seat, seat_of, seated
from bot.core.link import Standing, own_page
from bot.core.messages import PAGE, Address, Arrived, Body, Incoming, Outgoing, Sent, Tap, Text

log = logging.getLogger(__name__)

LARGEST = 64 * 1024
"""Bytes of a form."""
WITHIN = 20.0
"""Seconds that a form may take on its way."""
ANSWER_WITHIN = 4.0
"""Seconds a page waits for what is to stand on it; then it comes back by itself."""
COMES_BACK, GIVES_UP = 30.0, 15.0
"""Seconds after a tap within which its page is sure to be asked for; and after which it waits no more for an answer."""
WORDS_WAIT = 0.25
"""Seconds for words that were not said yet, where none are known of."""
FRESH_FOR = 60.0
"""Seconds after which it is asked, without waiting, whether anything else was to be said than what stands there."""
NEVER = float("-inf")
STANDS_FOR, RECEIPT_FOR = 3600.0, 600.0
"""Seconds that what stands on a page is remembered."""
MOST_TALKS = 20_000

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


@dataclass(slots=True)
class _Letter:
    """A message of ours that no page has been made of yet."""

    outgoing: Outgoing
    shown: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Talk:
    """What is remembered of one device while somebody answers there."""

    touched: float
    view: View | None = None
    since: float = 0.0
    letters: list[_Letter] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    looking: int = 0
    asked: float = NEVER
    """When something was said to which no answer stands here yet."""
    looked: float = NEVER
    """When they last saw a page again that another process may have words for by now."""
    owed: bool = False
    """Something was to be said, and no page has been made of it yet."""
    done: deque[str] = field(default_factory=lambda: deque(maxlen=16))
    hearing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def here(self) -> bool:
        """Whether they look at the page, or will in a moment."""
        return bool(self.looking) or _now() - max(self.asked, self.looked) < COMES_BACK


class _Pieces(StreamingResponse):
    """Begun without a task of its own to watch whether the other side hangs up: each would wait its turn behind the others."""

    async def __call__(self, scope: Scope, receive: Reading, send: Send) -> None:
        """Piece after piece, the first one now."""
        await self.stream_response(send)


class Page:
    """The channel `page`."""

    name = PAGE

    def __init__(
        self,
        words: Words,
        secret: bytes,
        *,
        clock: Callable[[], float],
        stands: Callable[[Address], Awaitable[Standing]],
        spend: Callable[[str], Awaitable[bool]],
        on_open: Callable[[Address], None] = lambda _: None,
        work: int = 16,
        https: bool = False,
        crowd: Crowd | None = None,
        patience: float = 10.0,
    ) -> None:
        """`stands`: how it stands with whoever answers there. `spend`: False where that name was spent before. `work`: bits
        that beginning costs on links for everybody; 0: nothing."""
        self._words = words
        self._pages = Pages(words)
        self._door = Door(secret, clock, secrets.token_bytes)
        self._crowd = crowd or Crowd(time.monotonic, secrets.token_bytes)
        self._stands = stands
        self._spend = spend
        self._on_open = on_open
        self._work = work
        self._https = https
        self._patience = patience
        self._receive: Receive | None = None
        self._talks: OrderedDict[str, _Talk] = OrderedDict()
        self._files = static()

    def routes(self) -> tuple[BaseRoute, ...]:
        """What the listener must open."""
        return (
            Route("/q/now", self._now, methods=["GET"]),
            Route("/q/now", self._hear, methods=["POST"]),
            Route("/q/begin", self._begin, methods=["POST"]),
            Route("/q/wait", self._turn, methods=["GET"]),
            Route("/q/look", self._look, methods=["POST"]),
            Route("/q/files/{name}", self._file, methods=["GET"]),
            Route("/q", self._stand_at_door, methods=["GET"]),
            Route("/q/{link}", self._stand_at_door, methods=["GET"]),
        )

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, until cancelled."""
        self._receive = receive
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._receive = None

    def present(self) -> list[Address]:
        """Who looks at the page, or will in a moment."""
        return [Address(channel=PAGE, id=id) for id, talk in self._talks.items() if talk.here]

    def hears(self, address: Address) -> bool:
        """Whether that one does."""
        talk = self._talks.get(address.id)
        return talk is not None and talk.here

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing is sent here but words."""
        raise Rejected("no files here")

    async def send(self, outgoing: Outgoing) -> None:
        """Put a message on the page of whoever is there, and wait until one was made of it.

        Raises `Unreachable` where nobody is, or nobody came for it in time.
        """
        talk = self._talks.get(outgoing.address.id)
        if talk is None:
            raise Unreachable("nobody has the page open")
        talk.owed = True
        if not talk.here:
            raise Unreachable("nobody has the page open")
        letter = _Letter(outgoing)
        talk.letters.append(letter)
        talk.came.set()
        try:
            async with asyncio.timeout(self._patience):
                await letter.shown.wait()
        except TimeoutError:
            raise Unreachable("nobody came for it") from None
        finally:
            if not letter.shown.is_set():
                talk.letters.remove(letter)

    # -- the door -----------------------------------------------------------------

    async def _stand_at_door(self, request: Request) -> Response:
        seat, link = seat_of(request), request.path_params.get("link", "")
        return await self._at_door(request, seat, link)

    async def _at_door(
        self, request: Request, seat: Seat, link: str, *, note: str = ""
    ) -> Response:
        own = own_page(link)
        mine = self._sits(seat) and seat.link == (link if own else "")
        bits = self._bits(request)
        challenge = self._door.challenge(bits)

        def page(standing: Standing) -> str:
            free = mine or (own is not None and standing not in ("unknown", "over"))
            work = 0 if free else bits
            return self._pages.door(
                seat, link=link, challenge=challenge, bits=work, standing=standing, note=note
            )

        here = seat.address if mine else own
        if here is None:
            return self._html(page("new"), seat)
        return self._streamed(self._looked_up(seat, here, page), seat)

    async def _looked_up(
        self, seat: Seat, here: Address, page: Callable[[Standing], str]
    ) -> AsyncGenerator[str]:
        """The page in two pieces: its opening at once, so that a telephone fetches the style meanwhile."""
        opening = self._pages.opening(seat)
        yield opening
        try:
            whole = page(await self._stands(here))
        except Exception:
            log.exception("a page could not be made")
            whole = self._pages.sorry(seat, "busy")
        yield whole.removeprefix(opening)

    def _bits(self, request: Request) -> int:
        if not self._work:
            return 0
        return max(EASIEST, min(self._work + self._crowd.harder(_host(request)), HARDEST))

    async def _begin(self, request: Request) -> Response:
        """In, or on with what was begun: with what the link says, or with words of one's own."""
        seat = seat_of(request)
        form = await self._form(request, seat)
        if isinstance(form, Response):
            return form
        link = form.get("link", "")[:80]
        if "turn" in form:
            return await self._turn_of(request, seat, form["turn"], link, form)
        challenge = self._door.read(form.get("challenge", ""))
        if challenge is None:
            return await self._at_door(request, seat, link, note="old")
        own = own_page(link)
        if not (self._sits(seat) and seat.link == (link if own else "")):
            known = own is not None and await self._stands(own) not in ("unknown", "over")
            if not known and not self._door.solved(challenge, form.get("proof", "")):
                return self._put_off(seat, challenge, link, form)
            if not known and not await self._spend(challenge.name):
                return await self._at_door(request, seat, link, note="old")
            seat = self._admitted(request, seat, link if known else "")
        return await self._enter(seat, link, form, challenge.name)

    def _put_off(
        self, seat: Seat, challenge: Challenge, link: str, form: dict[str, str]
    ) -> Response:
        """Without work: wait for a turn."""
        turn = self._door.turn(challenge)
        if turn is None:
            return self._html(self._pages.sorry(seat, "crowded"), seat, 503)
        where = f"/q/wait?turn={turn}&link={quote(link)}"
        if form.get("text", "").strip():  # never in an address
            return self._wait(seat, turn, WAIT, where, form)
        return RedirectResponse(where, 303, headers=_HEADERS)

    async def _turn(self, request: Request) -> Response:
        """A turn is signed and good once, so that looking at its address ahead of time does nothing."""
        asked = request.query_params
        link = asked.get("link", "")[:80]
        return await self._turn_of(request, seat_of(request), asked.get("turn", ""), link, {})

    async def _turn_of(
        self, request: Request, seat: Seat, turn: str, link: str, form: dict[str, str]
    ) -> Response:
        """Their turn has come: in. Else wait on."""
        waited = self._door.wait(turn)
        if waited is None:
            return await self._at_door(request, seat, link, note="old")
        name, left = waited
        if left > 0:
            where = f"/q/wait?turn={turn}&link={quote(link)}"
            return self._wait(seat, turn, int(left) + 1, where, form)
        if not await self._spend(name):
            return RedirectResponse(
                "/q/now" if self._sits(seat) else "/q", 303, headers=_HEADERS
            )
        seat = self._admitted(request, seat, "")
        return await self._enter(seat, link, form, name)

    def _wait(
        self, seat: Seat, turn: str, seconds: int, where: str, form: dict[str, str]
    ) -> Response:
        """It begins by itself; what was written stands there, to be sent once more."""
        kept = {name: form[name] for name in ("link", "do") if name in form} | {"turn": turn}
        text = form.get("text", "").strip()
        page = self._pages.wait(seat, seconds, kept if text else None, text)
        if text:
            return self._html(page, seat)
        return _again_in(self._html(page, seat), seconds, where)

    def _admitted(self, request: Request, seat: Seat, link: str) -> Seat:
        self._crowd.begins(_host(request))
        return replace(seat, device=self._door.admit(link), link=link)

    async def _enter(self, seat: Seat, link: str, form: dict[str, str], name: str) -> Response:
        said = form.get("text", "").replace("\r\n", "\n").strip()
        if said:
            word = self._words["zh"]["look_up"] if form.get("do") == "look" else ""
            body: Body = Text(said if word in said else f"{word} {said}", whole=True)
        else:
            round = seat.link.partition(".")[0]
            open_link = "" if own_page(link) else link
            body = Arrived(f"r_{round}" if round else open_link)
        return await self._take(seat, name, [body], {})

    # -- a talk -------------------------------------------------------------------

    async def _hear(self, request: Request) -> Response:
        seat = seat_of(request)
        if not self._sits(seat):
            return RedirectResponse("/q", 303, headers=_HEADERS)
        form = await self._form(request, seat)
        if isinstance(form, Response):
            return form
        if not hmac.compare_digest(form.get("token", "").encode(), _token(seat).encode()):
            return self._html(self._pages.sorry(seat, "strange"), seat, 403)
        if form.get("do") == "leave":
            self._talks.pop(seat.address.id, None)
            return self._to("/q", replace(seat, device="", link=""))
        said = form.get("text", "").replace("\r\n", "\n").strip()
        bodies: list[Body] = []
        if said:
            bodies.append(Text(said, whole="says" not in form))
        if "says" in form:
            bodies.append(Tap(form["says"], form.get("screen", "")))
        elif form.get("do") == "on":
            round = seat.link.partition(".")[0]
            bodies.append(Arrived(f"r_{round}" if round else ""))
        if not bodies:
            return self._to("/q/now", seat)
        key = sha256(
            "\0".join(
                (form.get("view", ""), form.get("says", form.get("do", "")), said)
            ).encode()
        ).hexdigest()[:32]
        return await self._take(seat, key, bodies, form)

    async def _take(
        self, seat: Seat, key: str, bodies: list[Body], form: dict[str, str]
    ) -> Response:
        """Hand it on; once it is committed, to the page where its answer stands."""
        talk = self._talk(seat)
        async with talk.hearing:
            repeated = key in talk.done
            try:
                for number, body in enumerate(bodies):
                    await self._committed(seat, f"{key}.{number}", body)
                if not repeated:
                    talk.asked = (
                        _now()
                    )  # before the answer is on its way: nothing was awaited since
            except NotStored:
                return self._again(seat, "busy", form, 503)
            talk.done.append(key)
        return self._to("/q/now", seat)

    async def _committed(self, seat: Seat, key: str, body: Body) -> None:
        if self._receive is None:
            raise NotStored("not running")
        await self._receive(
            Incoming(
                address=seat.address, key=key, message=key, body=body, language=seat.language
            )
        )

    async def _now(self, request: Request) -> Response:
        seat = seat_of(request)
        if not self._sits(seat):
            return RedirectResponse("/q", 303, headers=_HEADERS)
        talk = self._talk(seat)
        await self._answered(talk, seat.address)
        if talk.letters:
            letters, talk.letters = talk.letters, []
            talk.view = View(
                id=secrets.token_urlsafe(12), messages=tuple(one.outgoing for one in letters)
            )
            talk.since, talk.asked, talk.owed = _now(), NEVER, False
            for letter in letters:
                letter.shown.set()
        elif _now() - talk.asked < GIVES_UP:
            return _again_in(self._html(self._pages.soon(seat), seat), 2)
        view = talk.view
        standing = "new" if view is not None and view.asks else await self._stands(seat.address)
        page = self._html(self._pages.talk(seat, view, _token(seat), standing), seat)
        return _again_in(page, 3) if view is not None and view.follows else page

    async def _answered(self, talk: _Talk, address: Address) -> None:
        """Wait for what is to stand here: long where an answer is sure to come, a moment where some may be waiting."""
        waits = _now() - talk.asked < GIVES_UP
        # Where nothing is asked more may follow: a receipt that was still being made.
        if talk.letters or (talk.view is not None and talk.view.asks and not waits):
            if _now() - talk.since > FRESH_FOR:  # said by another process, perhaps
                talk.since = talk.looked = _now()
                self._on_open(address)
            if talk.letters or not talk.owed:
                return
        talk.looking += 1
        talk.came.clear()
        try:
            self._on_open(address)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN if waits else WORDS_WAIT):
                    await talk.came.wait()
        finally:
            talk.looking -= 1

    def _again(self, seat: Seat, key: str, form: dict[str, str], status: int) -> Response:
        """The same form once more, with all that was written."""
        if "token" not in form:
            return self._html(self._pages.sorry(seat, key), seat, status)
        kept = {
            name: form[name]
            for name in ("token", "view", "screen", "says", "do")
            if name in form
        }
        page = self._pages.sorry(seat, key, again=kept, text=form.get("text", ""))
        return self._html(page, seat, status)

    # -- how it looks -------------------------------------------------------------

    async def _look(self, request: Request) -> Response:
        seat = seat_of(request)
        form = await self._form(request, seat)
        if isinstance(form, Response):
            return form
        match form.get("switch"):
            case "big" | "strong" | "zh" | "en" as switch:
                seat = seat.switched(switch)
            case _:
                return Response(status_code=400)
        back = form.get("back", "")
        if not back.startswith("/q") or back[2:3] not in ("", "/") or "//" in back:
            back = "/q"
        if switch in ("zh", "en") and self._sits(seat):
            view = self._talk(seat).view
            mine = hmac.compare_digest(form.get("token", "").encode(), _token(seat).encode())
            if mine and view is not None and view.asks:
                said = Text(f"/{switch}", whole=True)
                return await self._take(seat, f"{view.id}.{switch}", [said], form)
        return self._to(back, seat)

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            return Response(status_code=404)
        kept = (
            "public, max-age=31536000, immutable"
            if str(request.url.query) == EDITION
            else "no-cache"
        )
        return Response(
            self._files[name], media_type=TYPES[name], headers={"Cache-Control": kept}
        )

    # -- between ------------------------------------------------------------------

    async def _form(self, request: Request, seat: Seat) -> dict[str, str] | Response:
        """What was sent; or what is to be said where it is not taken."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return self._html(self._pages.sorry(seat, "strange"), seat, 403)
        content = bytearray()
        try:
            async with asyncio.timeout(WITHIN):
                async for piece in request.stream():
                    content += piece
                    if len(content) > LARGEST:
                        return self._html(self._pages.sorry(seat, "large"), seat, 413)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        try:
            pairs = parse_qsl(
                content.decode("ascii"), keep_blank_values=True, max_num_fields=20
            )
        except ValueError:
            return Response(status_code=400)
        form = {name: value.encode("utf-8", "replace").decode() for name, value in pairs}
        if not self._crowd.passes(_host(request)):
            return self._again(seat, "fast", form, 429)
        return form

    def _sits(self, seat: Seat) -> bool:
        return bool(seat.device) and self._door.knows(seat.device, seat.link)

    def _talk(self, seat: Seat) -> _Talk:
        now, id = _now(), seat.address.id
        talk = self._talks.pop(id, None) or _Talk(touched=now)
        talk.touched = now
        self._talks[id] = talk
        while self._talks:
            oldest, other = next(iter(self._talks.items()))
            if now - other.touched < STANDS_FOR and len(self._talks) <= MOST_TALKS:
                break
            del self._talks[oldest]
        _fade(talk, now)
        return talk

    def _to(self, where: str, seat: Seat) -> Response:
        return seated(RedirectResponse(where, 303, headers=_HEADERS), seat, secure=self._https)

    def _html(self, page: str, seat: Seat, status: int = 200) -> Response:
        return self._seated(HTMLResponse(page, status, headers=_HEADERS), seat)

    def _streamed(self, pieces: AsyncGenerator[str], seat: Seat) -> Response:
        kind = "text/html; charset=utf-8"
        return self._seated(_Pieces(pieces, media_type=kind, headers=_HEADERS), seat)

    def _seated(self, response: Response, seat: Seat) -> Response:
        return seated(response, seat, secure=self._https) if seat.device else response


def _again_in(page: Response, seconds: int, where: str = "/q/now") -> Response:
    """It comes again by itself: said beside the page, for a page that says so of itself is one that ears cannot stop."""
    page.headers["refresh"] = f"{seconds}; url={where}"
    return page


def _fade(talk: _Talk, now: float) -> None:
    """A receipt does not stay."""
    view = talk.view
    if view is None or now - talk.since < RECEIPT_FOR:
        return
    if any(one.fleeting for one in view.messages):
        left = tuple(
            replace(one, text=one.fleeting.stays, fleeting=None) if one.fleeting else one
            for one in view.messages
        )
        talk.view = replace(view, messages=left)


def _token(seat: Seat) -> str:
    """What a form of this device carries: nobody makes one who has not its cookie."""
    return sha256(b"form\0" + seat.device.encode()).hexdigest()[:32]


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _now() -> float:
    return time.monotonic()
