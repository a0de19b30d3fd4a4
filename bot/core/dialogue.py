"""The talk between the office and whoever holds a receipt, and how that holder may leave a name: what is asked, in words and by buttons.

The office writes *letters* to one released piece; only its receipt opens them. The holder's *replies* reach the office
at the next talk tick, once a day, all of a day together. A piece gets few letters: of two who talk back and forth the
one who stays anonymous does not stay so for long (Martiny and others, "Improving Signal's Sealed Sender", NDSS 2021).
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from bot.core.bucket import Piece
from bot.core.cells import freeze
from bot.core.messages import Body, Redacted, Tap, Text
from bot.core.receipt import DIGITS, parse
from bot.core.reply import command

Kind = Literal["ask", "meet", "tell"]
"""A letter asks something, offers a time to meet or to call, or only says something."""

Says = Literal["words", "yes", "no"]
"""A reply is words; an offered time may also just suit, or not."""

LONGEST = 1000
"""Characters of a letter, a reply or a contact."""

WITHIN = 600.0
"""Seconds for which it is remembered that somebody's next words belong to a receipt they have just shown."""

VAULT = "/talk"
"""What a round cannot be called: the name of the vault where replies wait for the talk tick."""

ATOMS = freeze((), {}, {})
"""Nobody is counted there."""

_NO_KEY = bytes(32)

Place = tuple[int, int]
"""A letter as its receipt counts: the piece, from 1, and its letter, from 1."""


@dataclass(frozen=True, slots=True)
class Replies:
    """An answer to a letter is wanted, chosen, or confirmed."""

    digits: str
    place: Place
    how: Literal["", "yes", "no", "ok"] = ""
    """Empty: the next words are it. `ok`: those shown before are right."""


@dataclass(frozen=True, slots=True)
class Signs:
    """A contact is to be left with what was handed in, or taken back."""

    digits: str
    how: Literal["", "yes", "ok", "off"] = ""
    """Empty: what would that mean? `yes`: the next words are it. `ok`: it is right as shown."""


Asked = Replies | Signs

_FORM = re.compile(
    r"/?(?P<what>answer|答|sign|留名|unsign|取消留名)[\s:+]*"
    rf"(?P<digits>(?:\d[\s\-‐‑‒–—―]*){{{DIGITS}}})(?:(?<=\s)(?P<piece>\d{{1,2}})\.(?P<letter>\d))?\s*(?P<how>yes|no|ok|off)?"
)
_OFF = frozenset({"unsign", "取消留名"})


def recognise(text: str) -> Asked | None:
    """What the text asks for; None where it is something else, as nearly always.

    >>> recognise("答 0123 4567 8901 2345 3.1 yes")
    Replies(digits='0123456789012345', place=(3, 1), how='yes')
    >>> recognise("留名0123456789012345"), recognise("留名")
    (Signs(digits='0123456789012345', how=''), None)
    """
    if not DIGITS < len(text) <= 64:
        return None
    found = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    digits = parse(found["digits"]) if found else None
    if found is None or digits is None:
        return None
    how = found["how"] or ""
    if found["piece"]:
        place = (int(found["piece"]), int(found["letter"]))
        fits = found["what"] in ("answer", "答") and how in ("", "yes", "no", "ok")
        return Replies(digits, place, how) if fits else None  # pyright: ignore[reportArgumentType]
    if found["what"] in ("answer", "答"):
        return None
    if found["what"] in _OFF:
        return Signs(digits, "off")
    return Signs(digits, how) if how in ("", "yes", "ok") else None  # pyright: ignore[reportArgumentType]


def says_reply(digits: str, place: Place, how: str = "") -> str:
    """What a button says that answers a letter; any keyboard can type it."""
    return f"/answer {digits} {place[0]}.{place[1]} {how}".rstrip()


def says_sign(digits: str, how: str = "") -> str:
    """What a button says about leaving a contact."""
    return f"/unsign {digits}" if how == "off" else f"/sign {digits} {how}".rstrip()


_LEAVES_IT = frozenset({"取消", "不答了", "不留了", "/cancel", "cancel"})


def leaves_it(text: str) -> bool:
    """Whether these words say that none are coming after all."""
    return unicodedata.normalize("NFKC", text).strip().casefold() in _LEAVES_IT


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody has shown a receipt and is writing: a reply to the letter at `place`, or a contact where there is none.

    It is kept in the sealed draft of their chat, for `WITHIN` seconds, and in no other place.
    """

    digits: str
    place: Place | None
    until: float
    """Seconds since 1970."""
    text: str = ""
    """As shown and not confirmed yet; empty before they have written."""

    def takes(self, body: Body, now: float) -> bool:
        """Whether this is for it: words in time, or that none are coming. Whoever does anything else has turned away."""
        if now >= self.until:
            return False
        match body:
            case Text(text):
                return leaves_it(text) or command(text) is None
            case Tap(says):
                return leaves_it(says)
            case _:
                return False

    def wrote(self, text: str, now: float) -> "Visit":
        """They have written it; it is theirs to confirm."""
        return replace(self, text=text, until=now + WITHIN)


def visit(digits: str, place: Place | None, now: float) -> Visit:
    """It begins."""
    return Visit(digits=digits, place=place, until=now + WITHIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a holder answers to a letter, on its way to the office."""

    name: bytes
    """Made of the receipt, the piece and the letter: the same again is the same reply."""
    lookup: bytes
    number: int
    kind: Says
    asked: str
    """The letter, opened by the receipt: the office cannot open it any more and should know what it asked."""
    text: Redacted


def laid(reply: Reply) -> Piece:
    """As it waits in the vault, among others of its kind."""
    return Piece(
        id=reply.name,
        reply_key=_NO_KEY,
        atom="",
        question=str(reply.number),
        dimension=reply.kind,
        text=reply.text,
        labels={"of": reply.lookup.hex(), "asked": reply.asked},
    )


def taken_up(piece: Piece) -> Reply:
    """As it was before it waited."""
    says: dict[str, Says] = {"yes": "yes", "no": "no"}
    return Reply(
        name=piece.id,
        lookup=bytes.fromhex(piece.labels["of"]),
        number=int(piece.question),
        kind=says.get(piece.dimension, "words"),
        asked=piece.labels["asked"],
        text=piece.text,
    )
