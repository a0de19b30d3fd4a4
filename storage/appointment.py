"""Visiting days (校长接待日), and the times that people have taken.

A booking is identity: sealed under a key of its own in the key directory, apart from all that was ever answered, and gone
with that key after its day. A time is taken once (its primary key), and a person takes one a day (`who`, a MAC of address and
date under the master key).
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.appointment import State, VisitingDay
from bot.core.messages import Address
from bot.core.survey import Language
from storage.database import Raced, Tx
from storage.keys import KeyLost, chance, derive, seal, unseal
from storage.statement import Row, Statement
from storage.tables import booking, visiting_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A time that somebody has taken."""

    visit: str
    slot: int
    address: Address | None
    """None where data came without its keys: the time is taken, by whom nobody knows any more."""
    language: Language = "zh"
    name: str = ""
    """As they want to be called; empty where they would rather not say."""
    topic: str = ""
    """What they wish to talk of, masked."""
    sure: bool = False
    """They have seen it masked, and want it to be read."""
    told: bool = False
    """The reminder of the day before is queued."""


_COLUMNS = tuple(visiting_day.c)
_NAMES = tuple(column.name for column in _COLUMNS)
_ALL = Statement(select(*_COLUMNS).order_by(visiting_day.c.day, visiting_day.c.starts))
_FIND = Statement(select(*_COLUMNS).where(visiting_day.c.id == bindparam("id_")))
_ADD = Statement(insert(visiting_day).on_conflict_do_nothing())
_CHANGE = Statement(
    update(visiting_day)
    .where(visiting_day.c.id == bindparam("id_"), visiting_day.c.state == bindparam("was"))
    .values({name: bindparam(f"{name}_") for name in _NAMES if name != "id"})
)
_DROP = Statement(
    delete(visiting_day).where(
        visiting_day.c.id == bindparam("id_"), visiting_day.c.state == bindparam("was")
    )
)
_END_SERIES = Statement(
    update(visiting_day)
    .where(visiting_day.c.series == bindparam("series_"))
    .values(rule=bindparam("none"))
)
_BOOKED = (
    booking.c.visit,
    booking.c.slot,
    booking.c.told,
    booking.c.key,
    booking.c.sealed,
)
_OF = Statement(
    select(*_BOOKED).where(booking.c.visit == bindparam("visit_")).order_by(booking.c.slot)
)
_MINE = Statement(select(*_BOOKED).where(booking.c.who == bindparam("who_")))
_EVERY = Statement(select(*_BOOKED).order_by(booking.c.visit, booking.c.slot))
_BOOK = Statement(insert(booking).on_conflict_do_nothing())
_THIS = (booking.c.visit == bindparam("visit_"), booking.c.slot == bindparam("slot_"))
_REWRITE = Statement(
    update(booking).where(*_THIS).values(key=bindparam("key_"), sealed=bindparam("sealed_"))
)
_TOLD = Statement(
    update(booking)
    .where(*_THIS, booking.c.told == bindparam("not_yet"))
    .values(told=bindparam("yes"))
)
_FREE = Statement(delete(booking).where(*_THIS))
_KEYS = Statement(select(booking.c.key))


class Visits:
    """Visiting days and bookings, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- days -----------------------------------------------------------------

    def days(self) -> tuple[VisitingDay, ...]:
        """All of them, by date."""
        return tuple(_day(row) for row in self._tx.all(_ALL))

    def find(self, id: str) -> VisitingDay | None:
        """That one."""
        row = self._tx.one(_FIND, {"id_": id})
        return _day(row) if row else None

    def new_id(self) -> str:
        """Six letters that no day has."""
        while True:
            id = "".join(chr(ord("a") + byte % 26) for byte in chance(6))
            if self.find(id) is None:
                return id

    def add(self, new: VisitingDay) -> bool:
        """Keep a new day; False where its id is taken."""
        return self._tx.do(_ADD, _row(new)) == 1

    def change(self, was: VisitingDay, now: VisitingDay) -> None:
        """It is otherwise from now on. Raises `Raced` when its state was changed meanwhile."""
        values = {f"{name}_": value for name, value in _row(now).items()}
        if self._tx.do(_CHANGE, values | {"was": was.state.value}) != 1:
            raise Raced

    def drop(self, one: VisitingDay) -> None:
        """It was a draft, and is not wanted."""
        self._tx.do(_DROP, {"id_": one.id, "was": one.state.value})

    def end_series(self, series: str) -> None:
        """No further days follow of themselves."""
        self._tx.do(_END_SERIES, {"series_": series, "none": ""})

    # -- bookings -------------------------------------------------------------

    def of(self, visit: str) -> tuple[Booking, ...]:
        """Who comes that day, by time."""
        return tuple(map(self._opened, self._tx.all(_OF, {"visit_": visit})))

    def taken(self, visit: str) -> frozenset[int]:
        """The times that are gone."""
        return frozenset(row[1] for row in self._tx.all(_OF, {"visit_": visit}))  # pyright: ignore[reportArgumentType]

    def mine(self, address: Address, day: date) -> Booking | None:
        """The time this person has that day."""
        row = self._tx.one(_MINE, {"who_": self._who(address, day)})
        return self._opened(row) if row else None

    def book(
        self, one: VisitingDay, slot: int, address: Address, language: Language, *, told: bool
    ) -> bool:
        """Take that time; False where somebody has it, or this person has another that day."""
        new = Booking(visit=one.id, slot=slot, address=address, language=language, told=told)
        return self._kept(new, one.day)

    def note(self, known: Booking, changed: Booking) -> None:
        """How they want to be called, or what they wish to talk of, in place of what they said before."""
        old = self._slot_of(known)
        key, sealed = self._sealed(changed)
        row = {"visit_": known.visit, "slot_": known.slot, "key_": key, "sealed_": sealed}
        if old is None or self._tx.do(_REWRITE, row) != 1:
            raise Raced
        self._tx.outlive(old)

    def remind(self, known: Booking) -> bool:
        """The reminder of the day before is queued now; False where it was before."""
        row = {"visit_": known.visit, "slot_": known.slot, "not_yet": 0, "yes": 1}
        return self._tx.do(_TOLD, row) == 1

    def cancel(self, known: Booking) -> bool:
        """The time is free again, and nothing of who had it stays. False where it was before."""
        old = self._slot_of(known)
        if old is None:
            return False
        self._tx.do(_FREE, {"visit_": known.visit, "slot_": known.slot})
        self._tx.outlive(old)
        return True

    def move(self, known: Booking, to: VisitingDay, slot: int) -> bool:
        """They come at that time of that day instead; False where they have another time that day."""
        self.cancel(known)
        return known.address is not None and self._kept(
            replace(known, visit=to.id, slot=slot, told=False), to.day
        )

    def forget(self, addresses: Iterable[Address]) -> None:
        """Nothing of whoever is reached there stays."""
        gone = frozenset(addresses)
        for known in map(self._opened, self._tx.all(_EVERY)):
            if known.address in gone:
                self.cancel(known)

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]

    def _kept(self, new: Booking, day: date) -> bool:
        if new.address is None:
            return False
        key, sealed = self._sealed(new)
        row = {
            "visit": new.visit,
            "slot": new.slot,
            "who": self._who(new.address, day),
            "told": int(new.told),
            "key": key,
            "sealed": sealed,
        }
        if self._tx.do(_BOOK, row) == 1:
            return True
        self._tx.outlive(key)
        return False

    def _slot_of(self, known: Booking) -> int | None:
        rows = self._tx.all(_OF, {"visit_": known.visit})
        return next((key for _, slot, _, key, _ in rows if slot == known.slot), None)

    def _sealed(self, new: Booking) -> tuple[int, bytes]:
        if new.address is None:
            raise ValueError("a booking is somebody's")
        slot, key = self._tx.new_key()
        plain = [
            new.address.channel,
            new.address.id,
            new.language,
            new.name,
            new.topic,
            new.sure,
        ]
        return slot, seal(key, json.dumps(plain, ensure_ascii=False).encode(errors="replace"), new.visit.encode())  # fmt: skip

    def _opened(self, row: Row) -> Booking:
        visit, slot, told, key, sealed = row
        try:
            plain = unseal(self._tx.keys.key(key), sealed, visit.encode())
        except KeyLost:
            return Booking(visit=visit, slot=slot, address=None, told=True)
        channel, id, language, name, topic, sure = json.loads(plain)
        return Booking(
            visit=visit,
            slot=slot,
            address=Address(channel=channel, id=id),
            language=language,
            name=name,
            topic=topic,
            sure=sure,
            told=bool(told),
        )

    def _who(self, address: Address, day: date) -> bytes:
        name = f"{address.channel}\0{address.id}\0{day}".encode()
        return hmac.digest(derive(self._tx.keys.master, "visits"), name, "sha256")[:16]


def _row(one: VisitingDay) -> dict[str, object]:
    return {
        "id": one.id,
        "unit": one.unit,
        "day": one.day.isoformat(),
        "starts": one.starts,
        "ends": one.ends,
        "length": one.length,
        "place": one.place,
        "host": one.host,
        "series": one.series,
        "rule": one.rule,
        "state": one.state.value,
    }


def _day(row: Row) -> VisitingDay:
    id, unit, day, starts, ends, length, place, host, series, rule, state = row
    return VisitingDay(
        id=id,
        unit=unit,
        day=date.fromisoformat(day),
        starts=starts,
        ends=ends,
        length=length,
        place=place,
        host=host,
        series=series,
        rule=rule,
        state=State(state),
    )
