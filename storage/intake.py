"""What came by other ways than the chat: batches, the rows of them that wait, and which row became which opinion.

Rows wait sealed under a key of their own, which burns with the last of them. A row that was taken is known again by a MAC of
its ticket number, or of its words: brought twice it is counted once. A batch is taken back as a whole, and what was one
with another batch's matter stays that one's.

    begun -> going (confirmed; its portions are read and taken, each once) -> told (all are in) -> done
                                                                                       any -> taken back
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.intake.model import MEETING, Facts
from bot.core.messages import Address
from storage.database import Tx
from storage.keys import KeyLost, derive, seal, unseal
from storage.statement import Row, Statement
from storage.tables import WORDED, entry, intake, mailing, mapping, opinion, twin, waiting

BEGUN, GOING, TOLD, DONE, BACK = range(5)
"""States of a batch."""

ROWS, HANDED_BACK = "rows", "bad"
"""Kinds of what waits."""

_MAC = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is entered together."""

    number: int
    source: str
    period: str = ""
    day: str
    who: str
    state: int = BEGUN
    address: Address
    facts: Facts = Facts()  # noqa: RUF009 - frozen
    lines: tuple[str, ...] = ()
    """Opinions as they were typed, before they are confirmed. What a file held waits in portions instead."""
    cut: int = 0
    """Characters of the last message: whether a platform has cut it."""
    file: str = ""
    content: str = ""
    """A digest of a file that was brought at the server: brought again half-way, it goes on."""
    head: tuple[str, ...] = ()
    shown: tuple[tuple[str, ...], ...] = ()
    mapped: Mapping[str, int] = field(default_factory=dict[str, int])
    since: str = ""
    """ISO date at which what is under way began; what was said before is marked."""
    many: int = 0
    taken: int = 0
    known: int = 0
    bad: int = 0


class Came(NamedTuple):
    """What is known of an opinion beside its words."""

    received: str
    early: bool
    sources: tuple[str, ...]
    """All that brought it, its own first."""
    origins: tuple[str, ...]
    due: str
    words: tuple[str, ...]
    """The words of those that are one with it."""


class Mailed(NamedTuple):
    """A letter to an institution."""

    unit: str
    sent: str
    due: str
    returned: str


class Twins(NamedTuple):
    """Two opinions that may be one."""

    one: str
    other: str
    likeness: int


_BATCH = (
    intake.c.number, intake.c.source, intake.c.period, intake.c.day, intake.c.who, intake.c.state,
    intake.c.sealed, intake.c.many, intake.c.taken, intake.c.known, intake.c.bad,
)  # fmt: skip
_THIS = intake.c.number == bindparam("number_")
_BEGIN = Statement(insert(intake))
_LAST = Statement(select(func.max(intake.c.number)))
_SEALED = Statement(select(intake.c.number, intake.c.sealed))
_RESEAL = Statement(
    update(intake)
    .where(intake.c.number == bindparam("number_"))
    .values(sealed=bindparam("sealed_"))
)
_FIND = Statement(select(*_BATCH).where(_THIS))
_UNDONE = Statement(
    select(*_BATCH)
    .where(intake.c.state.in_([bindparam("going"), bindparam("told")]))
    .order_by(intake.c.number)
)
_NEWEST = Statement(
    select(*_BATCH)
    .where(intake.c.state.in_([bindparam("going"), bindparam("told"), bindparam("done")]))
    .order_by(intake.c.number.desc())
    .limit(bindparam("most"))
)
_OF_PERIOD = Statement(
    select(*_BATCH)
    .where(
        intake.c.period == bindparam("period_"),
        intake.c.state.in_([bindparam("going"), bindparam("told"), bindparam("done")]),
    )
    .order_by(intake.c.number)
)
_GOING_OF = (intake.c.period == bindparam("period_"), intake.c.state == bindparam("going"))
_WORDS_PUT_OFF = Statement(
    update(opinion)
    .where(
        opinion.c.period == bindparam("period_"),
        opinion.c.id.in_(
            select(entry.c.opinion).where(
                entry.c.merged == "",
                entry.c.batch.in_(select(intake.c.number).where(*_GOING_OF)),
            )
        ),
    )
    .values(period=bindparam("next_"))
)
_PUT_OFF = Statement(update(intake).where(*_GOING_OF).values(period=bindparam("next_")))
_SAVE = Statement(
    update(intake)
    .where(_THIS, intake.c.state == bindparam("was"))
    .values(
        source=bindparam("source_"),
        period=bindparam("period_"),
        state=bindparam("state_"),
        sealed=bindparam("sealed_"),
        many=bindparam("many_"),
    )
)
_KEY = Statement(select(intake.c.key).where(_THIS))
_SET_KEY = Statement(update(intake).where(_THIS).values(key=bindparam("key_")))
_KEYS = Statement(select(intake.c.key).where(intake.c.key.is_not(None)))
_COUNT = Statement(
    update(intake)
    .where(_THIS)
    .values(
        taken=intake.c.taken + bindparam("taken_"),
        known=intake.c.known + bindparam("known_"),
        bad=intake.c.bad + bindparam("bad_"),
    )
)
_STATE = Statement(
    update(intake)
    .where(_THIS, intake.c.state == bindparam("was"))
    .values(state=bindparam("state_"))
)
_DROP = Statement(delete(intake).where(_THIS, intake.c.state == bindparam("was")))

_OF_BATCH = waiting.c.batch == bindparam("batch_")
_WAIT = Statement(insert(waiting))
_PORTIONS = Statement(
    select(waiting.c.number)
    .where(_OF_BATCH, waiting.c.kind == bindparam("kind_"))
    .order_by(waiting.c.number)
)
_PORTION = Statement(
    select(waiting.c.sealed).where(
        _OF_BATCH, waiting.c.kind == bindparam("kind_"), waiting.c.number == bindparam("at")
    )
)
_TOOK = Statement(
    delete(waiting).where(
        _OF_BATCH, waiting.c.kind == bindparam("kind_"), waiting.c.number == bindparam("at")
    )
)
_CLEAR = Statement(delete(waiting).where(_OF_BATCH))

_ENTER = Statement(insert(entry))
_WHOSE = Statement(select(entry.c.batch).where(entry.c.mac == bindparam("mac_")))
_ENTRIES = Statement(
    select(entry.c.mac, entry.c.opinion, entry.c.merged).where(
        entry.c.batch == bindparam("batch_")
    )
)
_OTHERS = Statement(
    select(entry.c.mac, entry.c.merged, intake.c.source, entry.c.received)
    .join(intake, intake.c.number == entry.c.batch)
    .where(entry.c.opinion == bindparam("opinion_"), entry.c.batch != bindparam("batch_"))
    .order_by(entry.c.mac)
)
_GONE = Statement(delete(entry).where(entry.c.batch == bindparam("batch_")))
_CAME = Statement(
    select(
        entry.c.opinion, entry.c.received, entry.c.early, intake.c.source, entry.c.origin, entry.c.due, entry.c.merged
    )
    .join(intake, intake.c.number == entry.c.batch)
    .join(opinion, opinion.c.id == entry.c.opinion)
    .where(opinion.c.period == bindparam("period_"), WORDED)
    .order_by(entry.c.opinion, entry.c.merged)
)  # fmt: skip
_WHENCE = Statement(
    select(entry.c.opinion, entry.c.batch, intake.c.source, entry.c.origin)
    .join(intake, intake.c.number == entry.c.batch)
    .join(opinion, opinion.c.id == entry.c.opinion)
    .where(opinion.c.period == bindparam("period_"), WORDED, entry.c.merged == "")
)
_ONE_WITH = Statement(
    update(entry)
    .where(entry.c.opinion == bindparam("was_"), entry.c.merged == "")
    .values(opinion=bindparam("into_"), merged=bindparam("merged_"))
)
_ONE_WITH_TOO = Statement(
    update(entry).where(entry.c.opinion == bindparam("was_")).values(opinion=bindparam("into_"))
)
_OWN = Statement(
    update(entry).where(entry.c.mac == bindparam("mac_")).values(merged=bindparam("own"))
)
_SOURCE_OF = Statement(
    select(intake.c.source)
    .join(entry, entry.c.batch == intake.c.number)
    .where(entry.c.opinion == bindparam("opinion_"))
    .order_by(entry.c.merged)
)
_TO_BE_ASKED = (
    opinion.c.id == entry.c.opinion,
    intake.c.number == entry.c.batch,
    entry.c.urgent == 1,
    (intake.c.who == bindparam("who_")) | (bindparam("who_") == ""),
)
_ASK = Statement(
    select(entry.c.opinion)
    .where(*_TO_BE_ASKED)
    .order_by(entry.c.opinion)
    .limit(bindparam("most"))
)
_TO_ASK = Statement(select(func.count()).where(*_TO_BE_ASKED))
_ASKED = Statement(
    update(entry)
    .where(entry.c.opinion == bindparam("opinion_"), entry.c.urgent == 1)
    .values(urgent=2)
)
_DUE = Statement(
    select(entry.c.opinion, entry.c.due, entry.c.origin)
    .join(opinion, opinion.c.id == entry.c.opinion)
    .where(entry.c.due != "", opinion.c.period <= bindparam("period_"))
    .order_by(entry.c.due)
)

_TWIN = Statement(insert(twin).on_conflict_do_nothing())
_TWINS = Statement(
    select(twin.c.one, twin.c.other, twin.c.likeness)
    .where(
        twin.c.apart == 0,
        select(opinion.c.id).where(opinion.c.id == twin.c.one).exists(),
        select(opinion.c.id).where(opinion.c.id == twin.c.other).exists(),
    )
    .order_by(twin.c.likeness.desc(), twin.c.one, twin.c.other)
    .limit(bindparam("most"))
)
_MANY_TWINS = Statement(
    select(func.count())
    .select_from(twin)
    .where(
        twin.c.apart == 0,
        select(opinion.c.id).where(opinion.c.id == twin.c.one).exists(),
        select(opinion.c.id).where(opinion.c.id == twin.c.other).exists(),
    )
)
_TWO = Statement(
    update(twin)
    .where(twin.c.one == bindparam("one_"), twin.c.other == bindparam("other_"))
    .values(apart=1)
)

_MAPPED = Statement(
    select(mapping.c["columns"]).where(
        mapping.c.source == bindparam("source_"), mapping.c.head == bindparam("head_")
    )
)
_MAP = Statement(
    insert(mapping).on_conflict_do_update(
        index_elements=["source", "head"], set_={"columns": insert(mapping).excluded["columns"]}
    )
)

_MAIL = Statement(insert(mailing).on_conflict_do_nothing())
_MAILED = Statement(
    select(mailing.c.unit, mailing.c.sent, mailing.c.due, mailing.c.returned).order_by(
        mailing.c.sent, mailing.c.unit
    )
)
_RETURNED = Statement(
    update(mailing)
    .where(mailing.c.unit == bindparam("unit_"), mailing.c.returned == "")
    .values(returned=bindparam("day_"))
)


class Intakes:
    """Batches, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- batches ------------------------------------------------------------------------------------------------

    def begin(self, source: str, day: str, who: str, address: Address) -> Batch:
        """A new batch; nothing is in it yet."""
        (last,) = self._tx.one(_LAST, {}) or (0,)
        made = Batch(number=(last or 0) + 1, source=source, day=day, who=who, address=address)
        row = {
            "number": made.number, "source": source, "period": "", "day": day, "who": who, "state": BEGUN,
            "key": None, "sealed": self._sealed(made), "many": 0, "taken": 0, "known": 0, "bad": 0,
        }  # fmt: skip
        self._tx.do(_BEGIN, row)
        return made

    def find(self, number: int) -> Batch | None:
        """That batch."""
        row = self._tx.one(_FIND, {"number_": number})
        return self._batch(row) if row else None

    def unfinished(self) -> tuple[Batch, ...]:
        """Confirmed ones that are not done: what a start takes up again."""
        rows = self._tx.all(_UNDONE, {"going": GOING, "told": TOLD})
        return tuple(map(self._batch, rows))

    def newest(self, most: int) -> tuple[Batch, ...]:
        """Those that were taken in, the newest first."""
        marks = {"going": GOING, "told": TOLD, "done": DONE, "most": most}
        return tuple(map(self._batch, self._tx.all(_NEWEST, marks)))

    def of(self, period: str) -> tuple[Batch, ...]:
        """Those of a period."""
        marks = {"going": GOING, "told": TOLD, "done": DONE, "period_": period}
        return tuple(map(self._batch, self._tx.all(_OF_PERIOD, marks)))

    def save(self, made: Batch, was: int = BEGUN) -> bool:
        """The batch as it is now; False where it is not in that state any more."""
        row = {
            "number_": made.number, "was": was, "source_": made.source, "period_": made.period,
            "state_": made.state, "sealed_": self._sealed(made), "many_": made.many,
        }  # fmt: skip
        return self._tx.do(_SAVE, row) == 1

    def put_off(self, period: str, next: str) -> None:
        """What is still being taken in when a period closes counts as a whole in the next: its people with its words."""
        marks = {"period_": period, "next_": next, "going": GOING}
        self._tx.do(_WORDS_PUT_OFF, marks)
        self._tx.do(_PUT_OFF, marks)

    def forget(self, address: Address) -> None:
        """No batch leads to this chat any more; what was entered stays."""
        for number, sealed in self._tx.all(_SEALED):
            plain = json.loads(unseal(self._key(), sealed, b"%d" % number))
            if plain["address"] == [address.channel, address.id]:
                written = json.dumps(plain | {"address": ["", ""]}, ensure_ascii=False)
                again = seal(self._key(), written.encode(errors="replace"), b"%d" % number)
                self._tx.do(_RESEAL, {"number_": number, "sealed_": again})

    def move(self, number: int, was: int, state: int) -> bool:
        """From one state to the next; False where somebody else has."""
        return self._tx.do(_STATE, {"number_": number, "was": was, "state_": state}) == 1

    def count(self, number: int, *, taken: int = 0, known: int = 0, bad: int = 0) -> None:
        """So many more of its rows are through."""
        row = {"number_": number, "taken_": taken, "known_": known, "bad_": bad}
        self._tx.do(_COUNT, row)

    def drop(self, number: int) -> bool:
        """One that was never confirmed is gone, with all that waits of it."""
        self.clear(number)
        return self._tx.do(_DROP, {"number_": number, "was": BEGUN}) == 1

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]

    # -- what waits ---------------------------------------------------------------------------------------------

    def wait(self, number: int, kind: str, portions: Iterable[bytes], first: int = 0) -> None:
        """These portions wait, sealed under the batch's own key."""
        key = self._key_of(number)
        for at, portion in enumerate(portions, first):
            sealed = seal(key, portion, _bound(number, kind, at))
            row = {"batch": number, "kind": kind, "number": at, "sealed": sealed}
            self._tx.do(_WAIT, row)

    def portions(self, number: int, kind: str = ROWS) -> list[int]:
        """The places of those that wait still."""
        return [at for (at,) in self._tx.all(_PORTIONS, {"batch_": number, "kind_": kind})]

    def portion(self, number: int, at: int, kind: str = ROWS) -> bytes | None:
        """What waits there. None where it was taken, or its key was lost with a restored copy."""
        row = self._tx.one(_PORTION, {"batch_": number, "kind_": kind, "at": at})
        slot = self._tx.one(_KEY, {"number_": number})
        if row is None or slot is None or slot[0] is None:
            return None
        try:
            return unseal(self._tx.keys.key(slot[0]), row[0], _bound(number, kind, at))
        except KeyLost:
            return None

    def took(self, number: int, at: int) -> bool:
        """That portion is through; False where it was before."""
        return self._tx.do(_TOOK, {"batch_": number, "kind_": ROWS, "at": at}) == 1

    def clear(self, number: int) -> None:
        """Nothing of it waits any more, and its key burns."""
        self._tx.do(_CLEAR, {"batch_": number})
        slot = self._tx.one(_KEY, {"number_": number})
        if slot and slot[0] is not None:
            self._tx.outlive(slot[0])
            self._tx.do(_SET_KEY, {"number_": number, "key_": None})

    def _key_of(self, number: int) -> bytes:
        known = self._tx.one(_KEY, {"number_": number})
        if known and known[0] is not None:
            return self._tx.keys.key(known[0])
        slot, key = self._tx.new_key()
        self._tx.do(_SET_KEY, {"number_": number, "key_": slot})
        return key

    # -- what was taken -----------------------------------------------------------------------------------------

    def mac(self, *parts: str) -> bytes:
        """The name of a row that comes again: of its source and ticket, or of its words."""
        plain = "\0".join(parts).encode(errors="replace")
        return hmac.digest(derive(self._tx.keys.master, "intake"), plain, "sha256")[:_MAC]

    def whose(self, mac: bytes) -> int | None:
        """The batch that brought this row; None where none has."""
        row = self._tx.one(_WHOSE, {"mac_": mac})
        return row[0] if row else None

    def enter(
        self,
        mac: bytes,
        batch: int,
        opinion: bytes,
        *,
        received: str,
        due: str,
        origin: str,
        early: bool,
        urgent: bool,
    ) -> None:
        """This row became that opinion."""
        row = {
            "mac": mac, "batch": batch, "opinion": opinion, "received": received, "due": due, "origin": origin,
            "early": int(early), "urgent": int(urgent), "merged": "",
        }  # fmt: skip
        self._tx.do(_ENTER, row)

    def came(self, period: str) -> dict[str, Came]:
        """What is known of the opinions of a period that came this way, by their ids."""
        found: dict[str, list[Row]] = {}
        for id, *rest in self._tx.all(_CAME, {"period_": period}):
            found.setdefault(id.hex(), []).append(tuple(rest))
        return {id: _came(rows) for id, rows in found.items()}

    def whence(self, period: str) -> dict[str, str]:
        """Where each opinion of a period came from, by id: the same for what whoever wrote it down knew apart."""
        rows = self._tx.all(_WHENCE, {"period_": period})
        return {id.hex(): f"{batch}/{source}/{origin}" for id, batch, source, origin in rows}

    def source_of(self, opinion: bytes) -> tuple[str, ...]:
        """All that brought it, its own first; empty for what came by the chat."""
        rows = self._tx.all(_SOURCE_OF, {"opinion_": opinion})
        return tuple(dict.fromkeys(source for (source,) in rows))

    def make_one(self, opinion: bytes, into: bytes, words: Mapping[str, Any]) -> None:
        """One matter came twice: the entries of the one are the other's; `words` is what the row had."""
        marks = {"was_": opinion, "into_": into}
        held = json.dumps(dict(words), ensure_ascii=False)
        self._tx.do(_ONE_WITH, marks | {"merged_": held})
        self._tx.do(_ONE_WITH_TOO, marks)

    def take_back(self, number: int) -> tuple[list[bytes], dict[bytes, dict[str, Any]]]:
        """All its entries go. The opinions that go with them, and those that stay in another one's words: what that
        other one had."""
        gone: list[bytes] = []
        stay: dict[bytes, dict[str, Any]] = {}
        for _, id, merged in self._tx.all(_ENTRIES, {"batch_": number}):
            if merged:
                continue
            others = self._tx.all(_OTHERS, {"opinion_": id, "batch_": number})
            if not others:
                gone.append(id)
                continue
            mac, words, *_ = others[0]
            stay[id] = json.loads(words)
            self._tx.do(_OWN, {"mac_": mac, "own": ""})
        self._tx.do(_GONE, {"batch_": number})
        return gone, stay

    def urgent(self, who: str, most: int) -> list[str]:
        """Ids of opinions of which somebody is to be asked whether they can wait: of what this account entered, or all."""
        return [id.hex() for (id,) in self._tx.all(_ASK, {"who_": who, "most": most})]

    def to_ask(self, who: str) -> int:
        """How many of these there are."""
        row = self._tx.one(_TO_ASK, {"who_": who})
        return row[0] if row else 0

    def asked(self, opinion: bytes) -> bool:
        """The office has said; False where it had before."""
        return self._tx.do(_ASKED, {"opinion_": opinion}) > 0

    def due(self, period: str) -> list[tuple[bytes, str, str]]:
        """Opinion, day by which it has to be answered, and for whom; of that period and earlier ones."""
        return [
            (id, day, origin) for id, day, origin in self._tx.all(_DUE, {"period_": period})
        ]

    # -- what may be one ----------------------------------------------------------------------------------------

    def propose(self, pairs: Iterable[Twins]) -> None:
        """These may be one matter each; what somebody looked at stays as they said."""
        rows = [
            {
                "one": bytes.fromhex(min(p.one, p.other)),
                "other": bytes.fromhex(max(p.one, p.other)),
                "likeness": p.likeness,
                "apart": 0,
            }
            for p in pairs
        ]
        self._tx.many(_TWIN, rows)

    def twins(self, most: int) -> list[Twins]:
        """Those nobody has looked at, the most alike first."""
        rows = self._tx.all(_TWINS, {"most": most})
        return [Twins(one.hex(), other.hex(), likeness) for one, other, likeness in rows]

    def many_twins(self) -> int:
        """How many of these there are."""
        row = self._tx.one(_MANY_TWINS, {})
        return row[0] if row else 0

    def are_two(self, one: str, other: str) -> bool:
        """Somebody looked: they are not one."""
        marks = {"one_": bytes.fromhex(one), "other_": bytes.fromhex(other)}
        return self._tx.do(_TWO, marks) == 1

    # -- columns ------------------------------------------------------------------------------------------------

    def mapped(self, source: str, head: str) -> dict[str, int] | None:
        """What the columns of such a table are, as somebody put it right; None where nobody has."""
        row = self._tx.one(_MAPPED, {"source_": source, "head_": _digest(head)})
        return json.loads(row[0]) if row else None

    def remember(self, source: str, head: str, columns: Mapping[str, int]) -> None:
        """That is what they are from now on."""
        row = {"source": source, "head": _digest(head), "columns": json.dumps(dict(columns))}
        self._tx.do(_MAP, row)

    # -- letters ------------------------------------------------------------------------------------------------

    def mail(self, unit: str, sent: str, due: str) -> bool:
        """A letter went out; False where that one is known."""
        row = {"unit": unit, "sent": sent, "due": due, "returned": ""}
        return self._tx.do(_MAIL, row) == 1

    def came_back(self, unit: str, day: str) -> bool:
        """The unit has answered; False where nothing of it is awaited."""
        return self._tx.do(_RETURNED, {"unit_": unit, "day_": day}) > 0

    def mailed(self) -> list[Mailed]:
        """All letters, by day."""
        return [Mailed(*row) for row in self._tx.all(_MAILED)]

    # -- figures ------------------------------------------------------------------------------------------------

    def meetings(self, period: str) -> tuple[int, int]:
        """How many meetings were entered in a period, and how many people took part in them."""
        held = [batch for batch in self.of(period) if batch.source == MEETING]
        return len(held), sum(batch.facts.people or 0 for batch in held)

    # -- small --------------------------------------------------------------------------------------------------

    def _sealed(self, made: Batch) -> bytes:
        plain = {
            "address": [made.address.channel, made.address.id],
            "facts": asdict(made.facts),
            "lines": made.lines,
            "cut": made.cut,
            "file": made.file,
            "content": made.content,
            "head": made.head,
            "shown": made.shown,
            "mapped": dict(made.mapped),
            "since": made.since,
        }
        written = json.dumps(plain, ensure_ascii=False).encode(errors="replace")
        return seal(self._key(), written, b"%d" % made.number)

    def _batch(self, row: Row) -> Batch:
        number, source, period, day, who, state, sealed, many, taken, known, bad = row
        plain = json.loads(unseal(self._key(), sealed, b"%d" % number))
        facts: dict[str, Any] = plain["facts"]
        channel, id = plain["address"]
        return Batch(
            number=number,
            source=source,
            period=period,
            day=day,
            who=who,
            state=state,
            address=Address(channel=channel, id=id),
            facts=_facts(facts),
            lines=tuple(plain["lines"]),
            cut=plain["cut"],
            file=plain["file"],
            content=plain.get("content", ""),
            head=tuple(plain["head"]),
            shown=tuple(tuple(cells) for cells in plain["shown"]),
            mapped=plain["mapped"],
            since=plain["since"],
            many=many,
            taken=taken,
            known=known,
            bad=bad,
        )

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "intake seal")


def _facts(plain: dict[str, Any]) -> Facts:
    plain["groups"] = tuple(plain["groups"])
    return Facts(**plain)


def _came(rows: Sequence[Row]) -> Came:
    own, *_ = rows
    received, early, *_ = own
    return Came(
        received=received,
        early=bool(early),
        sources=tuple(dict.fromkeys(source for _, _, source, *_ in rows)),
        origins=tuple(dict.fromkeys(origin for *_, origin, _, _ in rows if origin)),
        due=min((due for *_, due, _ in rows if due), default=""),
        words=tuple(json.loads(merged)["text"] for *_, merged in rows if merged),
    )


def _bound(number: int, kind: str, at: int) -> bytes:
    return f"{number}/{kind}/{at}".encode()


def _digest(head: str) -> bytes:
    return hashlib.sha256(head.encode()).digest()[:_MAC]
