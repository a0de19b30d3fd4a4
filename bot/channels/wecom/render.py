"""Outgoing -> the parts of a message, within what the platform takes.

Plain text only. What WeCom's app would make of plain text by itself is defused: it turns `<a href>` into a link, so
nothing somebody wrote may look like one; control characters are gone. A text beyond 2,048 bytes (some 680 Chinese
characters) is cut by the platform without a word (path 90236), so it goes in pieces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels import pieces
from bot.channels.wecom import cards
from bot.core.messages import File, Outgoing

LONGEST = 2048
"""Bytes of one text."""
MARKS = 30
"""Bytes of a text kept free for what makes it differ from the same text said before."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TAG = re.compile(r"<(?=[a-zA-Z/!])")

Words = Mapping[str, Mapping[str, str]]
"""Language -> key -> text."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text message."""

    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One template card, and the same in words for where cards cannot be sent."""

    facts: cards.Facts
    instead: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One document."""

    file: File


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture."""

    content: bytes


Part = Said | Card | Paper | Picture


def parts(
    outgoing: Outgoing, words: Words, task: str, *, page: str = "", with_cards: bool = True
) -> tuple[Part, ...]:
    """The messages this is on WeCom, in order; the card is last, so that it stays in sight."""
    said = words["zh" if pieces.in_chinese(outgoing.text) else "en"]
    text = inert(outgoing.text)
    papers: list[Part] = [Picture(outgoing.picture)] if outgoing.picture else []
    papers += [Paper(file) for file in outgoing.files]
    if not outgoing.rows:
        return (*_texts(text), *papers)
    instead = cards.listed(outgoing, said, text)
    if page:
        instead = "\n".join((instead, said["page_at"].format(url=page)))
    plan = cards.plan(outgoing, said, text, task, page) if with_cards else None
    if plan is None or plan.card is None:
        return (*papers, *_texts(instead))
    return (*papers, *_texts(plan.text), Card(plan.card, instead))


def inert(text: str) -> str:
    """Text that does nothing but be read.

    >>> inert('a<b <a href="x">y</a>\\u202e')
    'a\\uff1cb \\uff1ca href="x">y\\uff1c/a>'
    """
    return _TAG.sub("\uff1c", _UNSEEN.sub("", text))


def split(text: str) -> tuple[str, ...]:
    """The text in pieces that each go as one message."""
    return pieces.split(text, LONGEST - MARKS, pieces.utf8)


def _texts(text: str) -> list[Part]:
    return [Said(piece) for piece in split(text)]
