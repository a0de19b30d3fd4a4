"""What strangers' bytes are handed to, by name: each is read, or refused in the parser's own words, and soon.

hypothesis spoils the corpus for them in the ordinary suite (`test_parsers`); where atheris is installed, `python -m tests.fuzz
NAME` looks for new ways through their code. Each target says itself what must hold of what was read.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import thread_time
from types import SimpleNamespace
from typing import Any, NamedTuple

from starlette.requests import Request

from bot.channels.page.crowd import Crowd
from bot.channels.page.door import Door
from bot.channels.page.render import Words
from bot.channels.page.seat import seat_of
from bot.channels.page.transport import Page, _token
from bot.channels.telegram import updates
from bot.channels.web import wire
from bot.channels.wecom import updates as callbacks
from bot.channels.wecom import xml
from bot.channels.wecom.crypto import Forged, Seal, Sealed
from bot.content import headcounts
from bot.content.intake import sent
from bot.content.models import load_readers
from bot.content.page import words as page_words
from bot.content.plan.loader import load_words
from bot.content.plan.reading import NotReadable, read_document
from bot.core.dates.reading import as_json, read_all, reference
from bot.core.dates.resolve import Reference
from bot.core.link import Link, own_page, read_link, write_link
from bot.core.messages import Address, Edited, Incoming, Media, Tap, Text
from bot.core.privacy import PLACEHOLDERS, Masked, clean, redact
from bot.core.privacy.fold import fold
from bot.core.survey import Unit
from bot.settings.reading import read
from tests.builders import TEACHER
from tests.channels.wecom.platform import AES_KEY, AGENT, CORP, TOKEN, sign

CORPUS = {path.name: path.read_bytes() for path in (Path(__file__).parent / "corpus").iterdir()}
"""One small right thing of each kind, and what once broke something or led somewhere new."""


class Target(NamedTuple):
    """A parser and what it is given."""

    tried: Callable[[bytes], None]
    """Raises what nobody expected of it."""
    kinds: tuple[str, ...]
    """The beginnings of the names in the corpus that it is meant for."""


# -- platforms ----------------------------------------------------------------------------


def update(content: bytes) -> None:
    """Telegram's updates."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(raw, dict):
        return
    assert isinstance(updates.who(raw), int)
    with contextlib.suppress(updates.Unreadable):
        match updates.read(raw):
            case updates.Heard() as heard:
                _kept(heard.incoming)
            case updates.HeardInGroup() as heard:
                _kept(heard.said.incoming)
            case _:
                pass


def callback(content: bytes) -> None:
    """What WeCom brings, opened already."""
    with contextlib.suppress(xml.Broken):
        said = xml.read(content)
        assert all(isinstance(value, str) for value in said.values.values())
        heard = callbacks.read(said, CORP, AGENT)
        if isinstance(heard, callbacks.Heard):
            _kept(heard.incoming)


SEAL = Seal(TOKEN, AES_KEY, CORP)


def envelope(content: bytes) -> None:
    """What comes in WeCom's envelope, rightly signed: nobody can make one that opens without the key."""
    encrypted = content.decode("latin-1")
    signature = sign("1", "2", encrypted)
    try:
        SEAL.open(Sealed(signature=signature, timestamp="1", nonce="2", encrypted=encrypted))
    except Forged:
        return
    raise AssertionError("opened")


def browser(content: bytes) -> None:
    """What the web chat's page says."""
    with contextlib.suppress(wire.Malformed):
        _kept(wire.incoming("t" * 22, content))
    with contextlib.suppress(wire.Malformed):
        wire.seen(content)


def _kept(incoming: Incoming) -> None:
    """What is handed on can be stored: half a character can not."""
    match incoming.body:
        case Text(text=text) | Edited(text=text):
            text.encode()
        case Tap(says=says, screen=screen):
            (says + screen).encode()
        case Media(caption=caption):
            caption.encode()
        case _:
            pass
    incoming.address.id.encode()
    incoming.key.encode()


# -- the page's forms -----------------------------------------------------------------------

NOW = 1_790_000_000.0
SECRET = b"k" * 32
FOREIGN = "<zz>"
"""Markup that is in the corpus as somebody's words, and in no page of ours."""
ANSWERS = frozenset({200, 303, 400, 403, 413, 503})


@cache
def _door() -> tuple[str, Mapping[bytes, bytes]]:
    """A pass, and what the corpus has placeholders for: what only the page itself can sign."""
    door = Door(SECRET, lambda: NOW, bytes)
    device = door.admit("")
    seat = seat_of(_request({"tingwen": f"{device}~~"}))
    free, dear = door.challenge(0), door.challenge(20)
    challenge = door.read(free)
    assert challenge is not None
    turn = Door(SECRET, lambda: NOW - 60, bytes).turn(challenge) or ""
    signed = {"TOKEN": _token(seat), "FREE": free, "DEAR": dear, "TURN": turn}
    return device, {name.encode(): value.encode() for name, value in signed.items()}


def _request(cookies: Mapping[str, str]) -> Any:
    return SimpleNamespace(cookies=cookies, headers={})


@cache
def _page_words() -> Words:
    place = {"office": "甲某办公室", "phone": "0512-1"}
    return page_words({"zh": place, "en": place})


def form(content: bytes) -> None:
    """A form of the page, sent to each address that takes one, by somebody who sits there and by somebody who does not."""
    device, signed = _door()
    for name, value in signed.items():
        content = content.replace(name, value)
    asyncio.run(_sent(content, device))


async def _sent(content: bytes, device: str) -> None:
    heard: list[Incoming] = []

    async def hears(incoming: Incoming) -> None:
        heard.append(incoming)

    async def stands(_: Address) -> Any:
        return "new"

    async def spends(_: str) -> bool:
        return True

    crowd = Crowd(lambda: NOW, bytes, burst=1e9)
    page = Page(
        _page_words(), SECRET, clock=lambda: NOW, stands=stands, spend=spends, crowd=crowd
    )
    page._receive = hears
    for at, handler in (
        ("/q/begin", page._begin),
        ("/q/now", page._hear),
        ("/q/look", page._look),
    ):
        for cookie in (f"tingwen={device}~~", ""):
            answer = await handler(_posted(at, cookie, content))
            assert answer.status_code in ANSWERS, answer.status_code
            where = answer.headers.get("location", "/q")
            assert where.startswith("/q"), where
            assert not where.startswith("//"), where
            assert not {"\r", "\n"} & set("".join(answer.headers.values()))
            shown = getattr(answer, "body", b"")
            assert FOREIGN.encode() not in bytes(shown)
    for incoming in heard:
        _kept(incoming)


def _posted(at: str, cookie: str, content: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    scope = {
        "type": "http", "method": "POST", "path": at, "query_string": b"", "client": ("10.0.0.1", 1),
        "headers": [(b"cookie", cookie.encode())] if cookie else [],
    }  # fmt: skip
    return Request(scope, receive)


DOOR = Door(SECRET, clock=lambda: NOW, random=bytes)


def door(content: bytes) -> None:
    """Passes, challenges and turns that nobody was given."""
    text = content.decode("latin-1")
    assert DOOR.read(text) is None
    assert DOOR.wait(text) is None
    assert not DOOR.knows(text, text)


def link(content: bytes) -> None:
    """What stands behind a link, and in the one cookie."""
    text = content.decode("utf-8", "replace")
    found = read_link(text)
    assert found == Link() or read_link(write_link(found)) == found
    address = own_page(text, text)
    assert address is None or "\n" not in address.id
    seat = seat_of(_request({"tingwen": text}))
    assert len(seat.device) <= 32
    assert len(seat.link) <= 60


# -- files ------------------------------------------------------------------------------------

OPENED = 3.0
"""Seconds of a processor within which some kilobytes are a document, or are none."""
WORDS = load_words()
UNITS = (Unit(id="no1", name="一中"),)
GROUPS = (TEACHER,)


def plan(content: bytes) -> None:
    """Plan documents."""
    began = thread_time()
    with contextlib.suppress(NotReadable):
        assert isinstance(read_document(content, WORDS), tuple)
    assert thread_time() - began < OPENED


def rows(content: bytes) -> None:
    """Files of opinions, by whatever name."""
    began = thread_time()
    for name in ("意见.xlsx", "意见.csv", "意见.docx", ""):
        found = sent.read(name, content)
        assert isinstance(found, sent.TableFound | sent.LinesFound | sent.Unreadable)
    assert thread_time() - began < 4 * OPENED


def people(content: bytes) -> None:
    """Tables of headcounts."""
    with contextlib.suppress(headcounts.Unreadable):
        headcounts.read_xlsx(content, UNITS, GROUPS)


def config(content: bytes) -> None:
    """Hooks, mailboxes, dates, times, networks: what is wrong becomes a problem with a name, whatever it is."""
    text = content.decode("utf-8", "replace")
    loaded = read(text, file="c", folder=Path("/srv"), environment={})
    assert all(problem.fault for problem in loaded.problems)
    recipients = loaded.settings.digest.recipients
    assert not [one for one in recipients if any(mark in one for mark in "\r\n<>,;")]


# -- words --------------------------------------------------------------------------------------

LONGEST = 4_000
"""Characters of the texts that are tried: time is bounded for a message as platforms take one."""
WITHIN = 2.0
"""Seconds of a processor for the longest of them; tens of milliseconds are usual."""
WHENS = (Reference(2014, date(2014, 3, 5)), Reference(2014), Reference())


def dates(content: bytes) -> None:
    """Phrases of plans and of whoever types a day: what is found stands there, and runs forward."""
    words = content.decode("utf-8", "replace")[:LONGEST]
    began = thread_time()
    for when in WHENS:
        for found in read_all(words, when):
            assert words[found.start : found.end] == found.words
            answer = found.answer
            assert answer.start is None or answer.end is None or answer.start <= answer.end
            assert answer.kind != "ask" or (answer.start is None and answer.end is None)
            json.dumps(as_json(1, answer))
    reference(words)
    assert thread_time() - began < len(WHENS) * WITHIN


def redaction(content: bytes) -> None:
    """Masking by rules: spans within the text, in order, and not a character changed between them."""
    text = content.decode("utf-8", "surrogateescape")[:LONGEST]
    began = thread_time()
    _verbatim(text, redact(text, known=("欧阳甲某",)))
    assert thread_time() - began < WITHIN
    shadow = fold(text)
    places = range(len(text)) if shadow.places is None else shadow.places
    assert len(shadow.text) == len(places)
    assert all(a < b for a, b in pairwise(places))
    assert all(0 <= place < len(text) for place in places)
    plain = clean(text)
    assert clean(plain) == plain
    plain.encode()
    _verbatim(plain, redact(plain))


def names(content: bytes) -> None:
    """Masking as it is done to finished words, with the readers that look for names."""
    text = content.decode("utf-8", "replace")[:600]
    began = thread_time()
    _verbatim(text, redact(text, _readers()))
    assert thread_time() - began < 3 * WITHIN


@cache
def _readers() -> Any:
    readers = load_readers()
    redact("甲某", readers)  # what is loaded with the first text is not that text's time
    return readers


def _verbatim(text: str, masked: Masked) -> None:
    rebuilt, at = "", 0
    for span in masked.spans:
        assert at <= span.start < span.end <= len(text)
        rebuilt += text[at : span.start] + PLACEHOLDERS[span.type]
        at = span.end
    assert masked.text == rebuilt + text[at:]


TARGETS: Mapping[str, Target] = {
    "update": Target(update, ("update",)),
    "callback": Target(callback, ("callback",)),
    "envelope": Target(envelope, ("envelope",)),
    "browser": Target(browser, ("said", "tapped", "handed")),
    "form": Target(form, ("form",)),
    "door": Target(door, ("link",)),
    "link": Target(link, ("link",)),
    "plan": Target(plan, ("plan",)),
    "rows": Target(rows, ("rows", "plan.txt")),
    "people": Target(people, ("people", "rows.xlsx")),
    "config": Target(config, ("config",)),
    "dates": Target(dates, ("dates", "plan.txt")),
    "redaction": Target(redaction, ("words",)),
    "names": Target(names, ("words",)),
}


def meant_for(name: str) -> list[str]:
    """The pieces of the corpus that this target is meant for."""
    return sorted(file for file in CORPUS if file.startswith(TARGETS[name].kinds))
