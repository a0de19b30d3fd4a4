"""Letters of the office to single pieces, and what their holders replied.

A letter is sealed for its piece's reply key as it is written: neither the office nor anybody with all keys of the house
opens it again. A reply comes out of the vault by a talk tick, with the letter beside it, under a name that only the
receipt could have made; the same name again is the same reply, so nothing is handed on twice.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.dialogue import Kind, Says
from bot.core.messages import Redacted
from bot.core.receipt import MOST_LETTERS, MOST_PIECES, Held
from storage.database import Tx
from storage.keys import KeyLost, seal_to, unseal_with
from storage.statement import Statement
from storage.tables import letter, reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A letter as its receipt shows it."""

    lookup: bytes
    piece: int
    """Which of the receipt's, from 1."""
    number: int
    kind: Kind
    text: str
    replied: bool
    """The reply has reached the office."""


class Reply(NamedTuple):
    """What a holder answered to a letter."""

    id: bytes
    lookup: bytes
    number: int
    day: int
    kind: Says
    asked: str
    text: Redacted


_LOOKUPS = tuple(f"lookup{number}" for number in range(MOST_PIECES + 1))
_OF_LETTERS = letter.c.lookup.in_([bindparam(name) for name in _LOOKUPS])
_OF_REPLIES = reply.c.lookup.in_([bindparam(name) for name in _LOOKUPS])
_LAST = Statement(
    select(func.max(letter.c.number)).where(letter.c.lookup == bindparam("lookup_"))
)
_WRITE = Statement(insert(letter))
_FIND = Statement(
    select(letter.c.lookup, letter.c.number, letter.c.sealed)
    .where(_OF_LETTERS)
    .order_by(letter.c.lookup, letter.c.number)
)
_REPLIED = Statement(select(reply.c.id).where(_OF_REPLIES))
_TAKE_BACK = Statement(
    delete(letter).where(
        letter.c.lookup == bindparam("lookup_"), letter.c.number == bindparam("number_")
    )
)
_HAND_ON = Statement(insert(reply).on_conflict_do_nothing())
_COLUMNS = (
    reply.c.id,
    reply.c.lookup,
    reply.c.number,
    reply.c.day,
    reply.c.kind,
    reply.c.asked,
    reply.c.text,
)
_NEWEST = Statement(
    select(*_COLUMNS)
    .order_by(reply.c.day.desc(), reply.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_TO = Statement(
    select(*_COLUMNS).where(reply.c.lookup == bindparam("lookup_")).order_by(reply.c.number)
)
_NO_LETTERS = Statement(delete(letter).where(_OF_LETTERS))
_NO_REPLIES = Statement(delete(reply).where(_OF_REPLIES))


class Dialogue:
    """Letters and replies, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- the office -------------------------------------------------------------

    def write(
        self, lookup: bytes, reply_key: bytes, kind: Kind, text: Redacted, day: int
    ) -> int | None:
        """A letter to that piece; its number, or None where it has had all it may get."""
        number = self.letters(lookup) + 1
        if number > MOST_LETTERS:
            return None
        plain = json.dumps([kind, text], ensure_ascii=False).encode(errors="replace")
        row = {
            "lookup": lookup,
            "number": number,
            "day": day,
            "sealed": seal_to(reply_key, plain, _bound(lookup, number)),
        }
        self._tx.do(_WRITE, row)
        return number

    def letters(self, lookup: bytes) -> int:
        """The number of the last letter to that piece; 0 where there is none."""
        row = self._tx.one(_LAST, {"lookup_": lookup})
        return int(row[0]) if row and row[0] else 0

    def take_back(self, lookup: bytes, number: int) -> bool:
        """The letter goes; False where there is none. Only the last one of a piece may, so that no number comes again."""
        if number != self.letters(lookup):
            return False
        return self._tx.do(_TAKE_BACK, {"lookup_": lookup, "number_": number}) == 1

    def newest(self, skip: int, most: int) -> list[Reply]:
        """So many replies, those of the last day first, within a day in an order of chance."""
        return [Reply._make(row) for row in self._tx.all(_NEWEST, {"skip": skip, "most": most})]

    def to(self, lookup: bytes) -> list[Reply]:
        """The replies of that piece's holder."""
        return [Reply._make(row) for row in self._tx.all(_TO, {"lookup_": lookup})]

    # -- who holds a receipt ------------------------------------------------------

    def opened(self, held: Held) -> tuple[Opened, ...]:
        """The letters that this receipt opens, by piece and number. It looks for as many whichever receipt it is."""
        named = dict(zip(_LOOKUPS, held.lookups, strict=True))
        there = {id for (id,) in self._tx.all(_REPLIED, named)}
        places = {lookup: piece for piece, lookup in enumerate(held.lookups)}
        found: list[Opened] = []
        for lookup, number, sealed in self._tx.all(_FIND, named):
            piece = places[lookup]
            try:
                plain = unseal_with(
                    held.handles[piece].reply_seed, sealed, _bound(lookup, number)
                )
            except (
                KeyLost
            ):  # of a piece without a receipt nothing could be sealed; a row was exchanged
                continue
            kind, text = json.loads(plain)
            found.append(
                Opened(
                    lookup=lookup,
                    piece=piece,
                    number=number,
                    kind=cast(Kind, kind),
                    text=text,
                    replied=held.replies[piece][number - 1] in there,
                )
            )
        return tuple(sorted(found, key=lambda one: (one.piece, one.number)))

    def withdraw(self, lookups: Sequence[bytes]) -> None:
        """All letters and replies of this receipt go."""
        named = dict(zip(_LOOKUPS, lookups, strict=True))
        self._tx.do(_NO_LETTERS, named)
        self._tx.do(_NO_REPLIES, named)

    # -- the talk tick --------------------------------------------------------------

    def hand_on(self, replies: Iterable[Reply]) -> None:
        """The office may read these from now on; the order of their names is the order they are written in."""
        self._tx.many(_HAND_ON, [one._asdict() for one in sorted(replies)])


def _bound(lookup: bytes, number: int) -> bytes:
    """What a row says in the clear and must not be exchanged."""
    return lookup + number.to_bytes(2, "big")
