"""What people said, released: one answer apart from another, no person, no time finer than the period.

The vault's tick is the only way in for what was said in a chat. Rows are written in the order of their random ids, so
that neither a row's place in the file nor its place in a page says when it was handed in. A second tick of a period
writes the rows of the first anew among its own, or their places would tell the two apart.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Redacted
from bot.core.release import Counted, Freed
from storage.database import Row, Statement, Tx
from storage.tables import opinion, released

CHAT = "chat"
"""The channel of whatever came through the vault; by which app is not kept."""

PUPIL = "pupil"
"""The label of a parent's answer that is the child's own."""

_ID = 12

FIRST, LAST = b"", b"\xff" * (_ID + 1)
"""Before and behind every id."""

_NAMES = tuple(column.name for column in opinion.columns)
_COLUMNS = (
    opinion.c.id,
    opinion.c.round,
    opinion.c.period,
    opinion.c.atom,
    opinion.c.unit,
    opinion.c.grp,
    opinion.c.question,
    opinion.c.dimension,
    opinion.c.channel,
    opinion.c.options,
    opinion.c.number,
    opinion.c.text,
    opinion.c.labels,
    opinion.c.pupil,
)
# A tick that was broken off hands on again what it had begun with: the lookup id says what is here already.
_INSERT = Statement(insert(opinion).on_conflict_do_nothing(index_elements=["lookup"]))
_AMONG = (
    opinion.c.round == bindparam("round_"),
    opinion.c.period == bindparam("period_"),
    opinion.c.id > bindparam("after"),
    opinion.c.id <= bindparam("until"),
)
_THERE = Statement(select(opinion).where(*_AMONG))
_TAKE_OUT = Statement(delete(opinion).where(*_AMONG))
_OF_PERIOD = Statement(
    select(*_COLUMNS).where(opinion.c.period == bindparam("period_")).order_by(opinion.c.id)
)
_COUNT = insert(released)
_COUNTED = Statement(
    _COUNT.on_conflict_do_update(
        index_elements=["round", "period", "atom"],
        set_={
            name: released.c[name] + _COUNT.excluded[name]
            for name in ("people", "guests", "submissions", "writers")
        },
    )
)
_TURNOUT = Statement(
    select(
        released.c.round,
        released.c.period,
        released.c.atom,
        released.c.units,
        released.c.grp,
        released.c.people,
        released.c.guests,
        released.c.submissions,
        released.c.writers,
    ).order_by(released.c.period, released.c.round, released.c.atom)
)


class Kept(NamedTuple):
    """A released opinion as its row has it; `options` and `labels` are JSON. A digest reads a hundred thousand."""

    id: str
    """Random, in hexadecimal."""
    round: str
    period: str
    """The closing date, YYYY-MM-DD."""
    atom: str
    unit: str
    group: str
    question: str
    dimension: str
    channel: str
    options: str
    number: int | None
    text: Redacted
    labels: str
    pupil: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How many took part, of those whose answers were released with this label in this period."""

    round: str
    period: str
    atom: str
    units: tuple[str, ...]
    """The units they may be from; empty for everywhere."""
    group: str
    people: int
    """Persons on the roster; not those who came by an open link."""
    guests: int
    submissions: int
    writers: int


class Named(NamedTuple):
    """A piece with the random id it will have as a row."""

    id: bytes
    freed: Freed


def named(freed: Iterable[Freed]) -> list[Named]:
    """Random ids for these pieces, and the pieces in the order of them: the order in which rows are to be written."""
    given = [Named(os.urandom(_ID), piece) for piece in freed]
    given.sort(key=lambda each: each.id)
    return given


class Opinions:
    """The opinions, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def release(
        self, round: str, period: str, some: Sequence[Named], *, after: bytes, until: bytes
    ) -> None:
        """Keep pieces that leave the vault, with ids behind `after` and up to `until`, a slice of the whole.

        What an earlier try has kept stays as it is.
        """
        among = {"round_": round, "period_": period, "after": after, "until": until}
        there = [dict(zip(_NAMES, row, strict=True)) for row in self._tx.all(_THERE, among)]
        if there:
            self._tx.do(_TAKE_OUT, among)
        rows = [*there, *(_row(round, period, each) for each in some)]
        self._tx.many(_INSERT, sorted(rows, key=lambda row: row["id"]))

    def count(self, round: str, period: str, counted: Iterable[Counted]) -> None:
        """Add those who took part to what has been counted of their label in this period."""
        for each in counted:
            row = {
                "round": round,
                "period": period,
                "atom": each.atom,
                "units": json.dumps(each.units),
                "grp": each.group,
                "people": each.people,
                "guests": each.guests,
                "submissions": each.submissions,
                "writers": each.writers,
            }
            self._tx.do(_COUNTED, row)

    def of(self, period: str) -> list[Kept]:
        """All of a period, in the order of their random ids."""
        return [_kept(row) for row in self._tx.all(_OF_PERIOD, {"period_": period})]

    def turnout(self) -> list[Turnout]:
        """All that has been counted, period by period."""
        return [_turnout(row) for row in self._tx.all(_TURNOUT)]


def _row(round: str, period: str, each: Named) -> dict[str, Any]:
    piece, atom, unit, group = each.freed
    labels = {name: value for name, value in piece.labels.items() if name != PUPIL}
    return {
        "id": each.id,
        "round": round,
        "period": period,
        "atom": atom,
        "unit": unit,
        "grp": group,
        "question": piece.question,
        "dimension": piece.dimension,
        "channel": CHAT,
        "options": json.dumps(piece.options),
        "number": piece.number,
        # Half a surrogate pair has no place in a database; it must not stop a tick.
        "text": piece.text.encode(errors="replace").decode(),
        "labels": json.dumps(labels, ensure_ascii=False, separators=(",", ":")),
        "pupil": int(bool(piece.labels.get(PUPIL))),
        "lookup": piece.id,
        "reply_key": piece.reply_key,
    }


def _kept(row: Row) -> Kept:
    id, *rest = row
    return Kept._make((cast(bytes, id).hex(), *rest))


def _turnout(row: Row) -> Turnout:
    round, period, atom, units, group, people, guests, submissions, writers = row
    return Turnout(
        round=round,
        period=period,
        atom=atom,
        units=tuple(json.loads(units)),
        group=group,
        people=people,
        guests=guests,
        submissions=submissions,
        writers=writers,
    )
