"""What people said, released: one answer apart from another, no person, no time finer than the period.

The vault's tick is the only way in for what was said in a chat; what came by other ways (`handlers.intake`) stands beside
it with its channel, in no atom. Rows are written in the order of their random ids, so
that neither a row's place in the file nor its place in a page says when it was handed in. A second tick of a period
writes the rows of the first anew among its own, or their places would tell the two apart.
"""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Redacted
from bot.core.piecemeal import taken
from bot.core.receipt import MOST_PIECES
from bot.core.release import Counted, Freed
from bot.core.survey import RATINGS
from storage.database import Tx
from storage.statement import Row, Statement
from storage.tables import TAPPED, WORDED, opinion, released, way

CHAT = "chat"
"""The channel of whatever came through the vault; by which app is not kept."""

PERSONAL = "个人"
"""What the sorting calls an opinion about one leader: it is for one person and for no queue of the office's."""

PUPIL = "pupil"
"""The label of a parent's answer that is the child's own."""

UNCLASSIFIED = "qita"
"""The topic of what the sorting has no suggestion for."""

_ID, _CUT = 12, 4

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
_MANY = Statement(
    select(func.count()).where(
        opinion.c.round == bindparam("round_"), opinion.c.period == bindparam("period_")
    )
)
_THERE = Statement(select(opinion).where(*_AMONG))
_TAKE_OUT = Statement(delete(opinion).where(*_AMONG))
_OF_PERIOD = Statement(
    select(*_COLUMNS).where(opinion.c.period == bindparam("period_")).order_by(opinion.c.id)
)
_IN_WORDS = Statement(
    select(*_COLUMNS)
    .where(opinion.c.period == bindparam("period_"), WORDED)
    .order_by(opinion.c.id)
)
_TAP = (
    opinion.c.round, opinion.c.unit, opinion.c.grp, opinion.c.question, opinion.c.dimension, opinion.c.channel,
    opinion.c.options, opinion.c.number, opinion.c.labels, opinion.c.text,
)  # fmt: skip
_TAPS = Statement(
    select(*_TAP, func.count())
    .where(opinion.c.period == bindparam("period_"), TAPPED)
    .group_by(*_TAP)
    .order_by(*_TAP)
)
_IDS = Statement(select(opinion.c.id).where(opinion.c.period == bindparam("period_")))
_LOOKUPS = tuple(f"lookup{number}" for number in range(MOST_PIECES + 1))
_OF_RECEIPT = opinion.c.lookup.in_([bindparam(name) for name in _LOOKUPS])
_PERIOD_OF = Statement(select(func.min(opinion.c.period)).where(_OF_RECEIPT))
_WITHDRAW = Statement(delete(opinion).where(_OF_RECEIPT))
_CHOSEN = Statement(
    select(opinion.c.question, opinion.c.options, func.count())
    .where(opinion.c.round == bindparam("round_"))
    .group_by(opinion.c.question, opinion.c.options)
)
_NO_RATING = ~opinion.c.round.startswith(RATINGS, autoescape=True)
_UNJUDGED = Statement(
    select(*_COLUMNS)
    .where(
        opinion.c.period == bindparam("period_"),
        WORDED,
        _NO_RATING,
        opinion.c.labels.not_like('%"about":"' + PERSONAL + '"%'),
        ~select(way.c.opinion).where(way.c.opinion == opinion.c.id).exists(),
    )
    .order_by(opinion.c.id)
    .limit(bindparam("most"))
)
_WORDED = Statement(
    select(func.count()).where(
        WORDED,
        _NO_RATING,
        opinion.c.labels.not_like('%"about":"' + PERSONAL + '"%'),
    )
)
_DOUBTFUL = Statement(
    select(*_COLUMNS)
    .where(opinion.c.period == bindparam("period_"), opinion.c.doubt > bindparam("least"))
    .order_by(opinion.c.doubt.desc())
    .limit(bindparam("most"))
)
_DOUBTS = Statement(
    select(func.count()).where(
        opinion.c.period == bindparam("period_"), opinion.c.doubt > bindparam("least")
    )
)
_LABEL = Statement(
    update(opinion)
    .where(opinion.c.id == bindparam("id_"))
    .values(labels=bindparam("labels_"), doubt=bindparam("doubt_"))
)
_LATER = Statement(
    update(opinion).where(opinion.c.id == bindparam("id_"), opinion.c.doubt > 0).values(doubt=1)
)
_ONE = Statement(select(*_COLUMNS).where(opinion.c.id == bindparam("id_")))
_ENTER = Statement(insert(opinion))
_ENTERED = Statement(
    select(*_COLUMNS)
    .where(opinion.c.period == bindparam("period_"), opinion.c.channel != bindparam("chat"))
    .order_by(opinion.c.id)
)
_DROP = Statement(delete(opinion).where(opinion.c.id == bindparam("id_")))
_RESTORE = Statement(
    update(opinion)
    .where(opinion.c.id == bindparam("id_"))
    .values(
        channel=bindparam("channel_"),
        unit=bindparam("unit_"),
        grp=bindparam("group_"),
        dimension=bindparam("dimension_"),
        text=bindparam("text_"),
        labels=bindparam("labels_"),
        doubt=bindparam("doubt_"),
    )
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


_ADDRESSED = (
    opinion.c.id,
    opinion.c.round,
    opinion.c.period,
    opinion.c.question,
    opinion.c.text,
    opinion.c.lookup,
    opinion.c.reply_key,
)
_REACHABLE = (
    opinion.c.lookup.is_not(None),
    opinion.c.text != bindparam("nothing"),
    # Personal matters are for one responsible person, not for whoever writes letters.
    opinion.c.labels.not_like(bindparam("personal")),
)
_CODED = Statement(
    select(*_ADDRESSED)
    .where(*_REACHABLE, opinion.c.id > bindparam("after"), opinion.c.id < bindparam("until"))
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_VOICES = Statement(
    select(*_ADDRESSED)
    .where(
        *_REACHABLE,
        opinion.c.period == bindparam("period_"),
        opinion.c.text.like(bindparam("word"), escape="\\"),
    )
    .order_by(opinion.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_WORDS_OF = Statement(
    select(*_ADDRESSED).where(_OF_RECEIPT).order_by(opinion.c.period, opinion.c.id)
)
_LOOKED_UP = Statement(select(*_ADDRESSED).where(opinion.c.lookup == bindparam("lookup_")))
_WORDS_ON = Statement(
    select(opinion.c.text)
    .where(
        opinion.c.round == bindparam("round_"),
        opinion.c.question == bindparam("question_"),
        opinion.c.text != "",
    )
    .order_by(opinion.c.id)
    .limit(bindparam("most"))
)
_APART_OF = Statement(
    select(opinion.c.lookup).where(_OF_RECEIPT, opinion.c.labels.like(bindparam("personal")))
)
_PERIODS = Statement(select(opinion.c.period).distinct().order_by(opinion.c.period.desc()))
_PERSONAL = "个人"
_NAMES_A_LEADER = f'%"about":"{_PERSONAL}"%'
_CODE = 4


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
    answers: int = 1
    """How many it stands for: more than one where taps are counted and not listed."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One opinion that came by another way, masked and sorted."""

    channel: str
    text: Redacted
    labels: Mapping[str, Any]
    unit: str = ""
    group: str = ""
    dimension: str = ""
    sure: bool = False
    """Somebody has said what it is about: nobody has to look."""


class Addressed(NamedTuple):
    """A released opinion that its writer's receipt can find: the office may write to whoever holds that."""

    code: str
    """How the desk calls it: the beginning of its random id."""
    round: str
    period: str
    question: str
    text: Redacted
    lookup: bytes
    reply_key: bytes


class Named(NamedTuple):
    """A piece with the random id it will have as a row."""

    id: bytes
    freed: Freed


class Slice(NamedTuple):
    """The pieces with ids behind `after` and up to `until`; the cuts are where nobody's id decides them."""

    after: bytes
    until: bytes
    named: tuple[Named, ...]


def sliced(freed: Iterable[Freed], number: int) -> list[Slice]:
    """Random ids for these pieces, and the pieces by them, in so many slices of about one size."""
    slices = [Slice(_cut(i, number), _cut(i + 1, number), ()) for i in range(number)]
    held: list[list[Named]] = [[] for _ in slices]
    for piece in freed:
        id = os.urandom(_ID)
        held[int.from_bytes(id[:_CUT], "big") * number >> 8 * _CUT].append(Named(id, piece))
    return [
        Slice(s.after, s.until, tuple(named)) for s, named in zip(slices, held, strict=True)
    ]


def _cut(i: int, number: int) -> bytes:
    """The bound below slice `i`: no id is as short as this, so that none lies on it."""
    at = -(-(i << 8 * _CUT) // number)
    return at.to_bytes(_CUT, "big") if i < number else b"\xff" * (_ID + 1)


class Opinions:
    """The opinions, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def many(self, round: str, period: str) -> int:
        """How many there are of this round and period."""
        row = self._tx.one(_MANY, {"round_": round, "period_": period})
        return row[0] if row else 0

    def release(self, round: str, period: str, some: Slice) -> None:
        """Keep a slice of what leaves the vault, and write what is there already anew among it.

        A piece that an earlier try has kept stays as it is.
        """
        among = {"round_": round, "period_": period, "after": some.after, "until": some.until}
        there = [dict(zip(_NAMES, row, strict=True)) for row in self._tx.all(_THERE, among)]
        if there:
            self._tx.do(_TAKE_OUT, among)
        rows = [*there, *(_row(round, period, each) for each in some.named)]
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

    def period_of(self, lookups: Sequence[bytes]) -> str:
        """The period that the pieces of this receipt were released in; empty where none is here.

        `lookups` are all that a receipt may find, `MOST_PIECES` + 1 of them.
        """
        row = self._tx.one(_PERIOD_OF, dict(zip(_LOOKUPS, lookups, strict=True)))
        return str(row[0]) if row and row[0] else ""

    def withdraw(self, lookups: Sequence[bytes]) -> None:
        """The pieces of this receipt go. How many took part stays as it was counted."""
        self._tx.do(_WITHDRAW, dict(zip(_LOOKUPS, lookups, strict=True)))

    def coded(self, code: str) -> Addressed | None:
        """The opinion that the desk calls so; None where there is none, or more than one begins like that."""
        try:
            start = bytes.fromhex(code)
        except ValueError:
            return None
        if len(start) < _CODE:
            return None
        among = {"after": start, "until": start + b"\xff" * _ID, "most": 2, "skip": 0}
        found = self._tx.all(_CODED, among | _FILTER)
        return _addressed(found[0]) if len(found) == 1 else None

    def voices(self, period: str, word: str, skip: int, most: int) -> list[Addressed]:
        """Words of that period in which this one stands, so many, in an order of chance; never personal matters."""
        literal = re.sub(r"([\\%_])", r"\\\1", word)
        among = {"period_": period, "word": f"%{literal}%", "most": most, "skip": skip}
        return [_addressed(row) for row in self._tx.all(_VOICES, among | _FILTER)]

    def words_of(self, lookups: Sequence[bytes]) -> list[Addressed]:
        """What has been released of this receipt. `lookups` are all that it may find."""
        rows = self._tx.all(_WORDS_OF, dict(zip(_LOOKUPS, lookups, strict=True)))
        return [_addressed(row) for row in rows]

    def words_of_any(self, lookups: Iterable[bytes]) -> list[Addressed]:
        """The opinions of these lookup ids, as far as they have not been withdrawn."""
        found = (self._tx.one(_LOOKED_UP, {"lookup_": lookup}) for lookup in lookups)
        return [_addressed(row) for row in found if row]

    def periods(self) -> list[str]:
        """The periods of which there are opinions, the newest first."""
        return [period for (period,) in self._tx.all(_PERIODS)]

    def of(self, period: str) -> list[Kept]:
        """All of a period, in the order of their random ids."""
        return [_kept(row) for row in self._tx.all(_OF_PERIOD, {"period_": period})]

    def in_words(self, period: str) -> list[Kept]:
        """Those of a period in words, in the order of their random ids."""
        return list(map(_kept, taken(self._tx.all(_IN_WORDS, {"period_": period}))))

    def taps(self, period: str) -> list[Kept]:
        """Options that were tapped in a period with nothing written: one for all that are alike, with their number.

        The id is of what they say, so it is the same again the next time, and nobody's.
        """
        return [_tapped(period, row) for row in self._tx.all(_TAPS, {"period_": period})]

    def ids(self, period: str) -> frozenset[str]:
        """The random ids, in hexadecimal, of those of a period that nobody has withdrawn."""
        return frozenset(id.hex() for (id,) in self._tx.all(_IDS, {"period_": period}))

    def find(self, id: bytes) -> Kept | None:
        """That one; None where it was withdrawn."""
        row = self._tx.one(_ONE, {"id_": id})
        return _kept(row) if row else None

    def unjudged(self, period: str, most: int) -> list[Kept]:
        """Words of a period of which nobody has said yet what becomes of them; none about one leader, no ratings."""
        return [
            _kept(row) for row in self._tx.all(_UNJUDGED, {"period_": period, "most": most})
        ]

    def doubtful(self, period: str, most: int) -> list[Kept]:
        """Of a period, those of whose labels the sorting is least sure and nobody has looked at, such ones first."""
        wanted = {"period_": period, "least": 0, "most": most}
        return [_kept(row) for row in self._tx.all(_DOUBTFUL, wanted)]

    def doubts(self, period: str) -> int:
        """How many of a period nobody has looked at."""
        row = self._tx.one(_DOUBTS, {"period_": period, "least": 0})
        return row[0] if row else 0

    def label(self, id: bytes, labels: Mapping[str, Any], *, looked_at: bool) -> bool:
        """Other labels for it, as somebody corrected them; False where it was withdrawn."""
        written = _json(labels)
        doubt = 0 if looked_at else _doubt("?", labels)
        row = {"id_": id, "labels_": written, "doubt_": doubt}
        return self._tx.do(_LABEL, row) == 1

    def places(self, ids: Iterable[bytes]) -> dict[tuple[str, str], int]:
        """From which unit and group these came, as far as that may be told: how many from each."""
        found = (self.find(id) for id in ids)
        return dict(Counter((one.unit, one.group) for one in found if one))

    def words_on(self, round: str, question: str, most: int) -> list[str]:
        """What was said in words to a question of a round, in an order of chance."""
        wanted = {"round_": round, "question_": question, "most": most}
        return [text for (text,) in self._tx.all(_WORDS_ON, wanted)]

    def apart(self, lookups: Sequence[bytes]) -> frozenset[bytes]:
        """Which pieces of this receipt are about one leader, and so in no queue of the office's."""
        wanted = dict(zip(_LOOKUPS, lookups, strict=True)) | {"personal": _NAMES_A_LEADER}
        return frozenset(lookup for (lookup,) in self._tx.all(_APART_OF, wanted))

    def later(self, id: bytes) -> None:
        """It is looked at after all others."""
        self._tx.do(_LATER, {"id_": id})

    def enter(self, round: str, period: str, written: Written) -> bytes:
        """Keep what came by another way; its random id. Nobody has a receipt for it."""
        id = os.urandom(_ID)
        row = {
            "id": id, "round": round, "period": period, "atom": "", "unit": written.unit, "grp": written.group,
            "question": "", "dimension": written.dimension, "channel": written.channel, "options": "[]",
            "number": None, "text": written.text, "labels": _json(written.labels), "pupil": 0, "lookup": None,
            "reply_key": None, "doubt": 0 if written.sure else _doubt(written.text, written.labels),
        }  # fmt: skip
        self._tx.do(_ENTER, row)
        return id

    def entered(self, period: str) -> list[Kept]:
        """What came by other ways in a period, by their random ids."""
        rows = self._tx.all(_ENTERED, {"period_": period, "chat": CHAT})
        return [_kept(row) for row in rows]

    def drop(self, id: bytes) -> bool:
        """One that came by another way goes: it was entered by mistake, or is one with another."""
        return self._tx.do(_DROP, {"id_": id}) == 1

    def restore(self, id: bytes, written: Written) -> None:
        """That one says this again: what it had been one with was taken back."""
        row = {
            "id_": id, "channel_": written.channel, "unit_": written.unit, "group_": written.group,
            "dimension_": written.dimension, "text_": written.text, "labels_": _json(written.labels),
            "doubt_": _doubt(written.text, written.labels),
        }  # fmt: skip
        self._tx.do(_RESTORE, row)

    def worded(self) -> int:
        """How many opinions there are in words that somebody is to judge: no ratings, nothing about one leader."""
        row = self._tx.one(_WORDED, {})
        return row[0] if row else 0

    def chosen(self, round: str) -> dict[tuple[str, str], int]:
        """How often each option of each question was chosen in a round, of all that was let out."""
        found: dict[tuple[str, str], int] = {}
        for question, options, number in self._tx.all(_CHOSEN, {"round_": round}):
            for option in json.loads(options):
                found[question, option] = found.get((question, option), 0) + number
        return found

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
        "labels": _json(labels),
        "pupil": int(bool(piece.labels.get(PUPIL))),
        "lookup": piece.id,
        "reply_key": piece.reply_key,
        "doubt": _doubt(piece.text, labels),
    }


_FILTER = {"nothing": "", "personal": _NAMES_A_LEADER}


def _addressed(row: Row) -> Addressed:
    id, *rest = row
    return Addressed._make((cast(bytes, id)[:_CODE].hex(), *rest))


def _json(labels: Mapping[str, Any]) -> str:
    return json.dumps(dict(labels), ensure_ascii=False, separators=(",", ":"))


def _doubt(text: str, labels: Mapping[str, Any]) -> int:
    """How soon somebody should look at what the sorting says; 0 where that is for nobody of the office."""
    if not text or "topic" not in labels or labels.get("about") == PERSONAL:
        return 0
    if labels["topic"] == UNCLASSIFIED:
        return 101
    return 100 - round(99 * float(labels.get("confidence", 0)))


def _kept(row: Row) -> Kept:
    id, *rest = row
    return Kept(id.hex(), *rest)


def _tapped(period: str, row: Row) -> Kept:
    round, unit, group, question, dimension, channel, options, number, labels, text, many = row
    said = "\0".join(map(str, row[:-1])).encode(errors="replace")
    return Kept(
        id=hashlib.blake2b(said, digest_size=_ID).hexdigest(),
        round=round,
        period=period,
        atom="",
        unit=unit,
        group=group,
        question=question,
        dimension=dimension,
        channel=channel,
        options=options,
        number=number,
        text=text,
        labels=labels,
        pupil=0,
        answers=many,
    )


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
