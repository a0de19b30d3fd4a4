"""Talks that leaders have with each other (谈心谈话): the plan, whether each was held, and its record.

Who talks with whom is sealed, and the record apart from it: reading a plan never opens a record. Whether somebody may
read one is asked before, of the one table of rights.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.talks import Talk, Why
from storage.database import Tx
from storage.keys import derive, seal, unseal
from storage.statement import Statement
from storage.tables import talk


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTalk:
    """A talk, and whether it has a record."""

    talk: Talk
    recorded: bool


_ALL = Statement(
    select(talk.c.id, talk.c.round, talk.c.sealed, talk.c.day, talk.c.done, talk.c.record)
    .where(talk.c.unit == bindparam("unit_"))
    .order_by(talk.c.place)
)
_STAMP = Statement(
    select(talk.c.unit, talk.c.id, talk.c.day, talk.c.done).order_by(talk.c.unit, talk.c.id)
)
_UNITS = Statement(select(talk.c.unit).distinct().order_by(talk.c.unit))
_KEEP = Statement(
    insert(talk).on_conflict_do_update(
        index_elements=["unit", "id"],
        set_={
            "place": bindparam("place_"),
            "day": bindparam("day_"),
            "sealed": bindparam("sealed_"),
        },
    )
)
_DROP = Statement(
    delete(talk).where(
        talk.c.unit == bindparam("unit_"), talk.c.id == bindparam("id_"), talk.c.done.is_(None)
    )
)
_MOVE = Statement(
    update(talk)
    .where(
        talk.c.unit == bindparam("unit_"), talk.c.id == bindparam("id_"), talk.c.done.is_(None)
    )
    .values(day=bindparam("day_"))
)
_HELD = Statement(
    update(talk)
    .where(
        talk.c.unit == bindparam("unit_"), talk.c.id == bindparam("id_"), talk.c.done.is_(None)
    )
    .values(done=bindparam("done_"))
)
_RECORD = Statement(
    update(talk)
    .where(talk.c.unit == bindparam("unit_"), talk.c.id == bindparam("id_"))
    .values(record=bindparam("record_"))
)
_READ = Statement(
    select(talk.c.record).where(
        talk.c.unit == bindparam("unit_"), talk.c.id == bindparam("id_")
    )
)


class Talks:
    """The talks, within one transaction. A plan belongs to a unit; empty: to the whole house."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def units(self) -> tuple[str, ...]:
        """Whose plans there are."""
        return tuple(unit for (unit,) in self._tx.all(_UNITS))

    def stamp(self) -> tuple[object, ...]:
        """Changes whenever a talk is planned, moved or held."""
        return tuple(self._tx.all(_STAMP))

    def of(self, unit: str) -> tuple[KeptTalk, ...]:
        """The plan, in its order."""
        return tuple(
            KeptTalk(talk=self._opened(unit, *row[:5]), recorded=bool(row[5]))
            for row in self._tx.all(_ALL, {"unit_": unit})
        )

    def plan(self, unit: str, planned: Sequence[Talk]) -> None:
        """Keep this plan in place of what was there; talks that were held, and their records, stay."""
        wanted = {one.id for one in planned}
        for known in self.of(unit):
            if known.talk.id not in wanted:
                self._tx.do(_DROP, {"unit_": unit, "id_": known.talk.id})
        for place, one in enumerate(planned):
            sealed = self._sealed(unit, one)
            day = one.day.isoformat() if one.day else None
            self._tx.do(
                _KEEP,
                {
                    "unit": unit, "id": one.id, "place": place, "round": one.round, "sealed": sealed,
                    "day": day, "done": None, "record": b"",
                    "place_": place, "day_": day, "sealed_": sealed,
                },
            )  # fmt: skip

    def move(self, unit: str, id: str, day: date) -> bool:
        """Another day; False where it was held already, or is not there."""
        return self._tx.do(_MOVE, {"unit_": unit, "id_": id, "day_": day.isoformat()}) == 1

    def held(self, unit: str, id: str, day: date) -> bool:
        """It was held; False where that was known."""
        return self._tx.do(_HELD, {"unit_": unit, "id_": id, "done_": day.isoformat()}) == 1

    def record(self, unit: str, id: str, words: str) -> bool:
        """What was said, in place of an earlier record."""
        sealed = seal(self._key("record"), words.encode(), f"{unit}:{id}".encode())
        return self._tx.do(_RECORD, {"unit_": unit, "id_": id, "record_": sealed}) == 1

    def words(self, unit: str, id: str) -> str:
        """The record; empty where there is none."""
        row = self._tx.one(_READ, {"unit_": unit, "id_": id})
        if row is None or not row[0]:
            return ""
        return unseal(self._key("record"), row[0], f"{unit}:{id}".encode()).decode()

    def _sealed(self, unit: str, one: Talk) -> bytes:
        plain = json.dumps([one.one, one.other, list(one.why)], ensure_ascii=False)
        return seal(self._key("plan"), plain.encode(), f"{unit}:{one.id}".encode())

    def _opened(
        self, unit: str, id: str, round: int, sealed: bytes, day: str | None, done: str | None
    ) -> Talk:
        one, other, why = json.loads(unseal(self._key("plan"), sealed, f"{unit}:{id}".encode()))
        return Talk(
            id=id,
            one=one,
            other=other,
            why=tuple(Why(code) for code in why),
            round=round,
            day=date.fromisoformat(day) if day else None,
            done=date.fromisoformat(done) if done else None,
        )

    def _key(self, use: str) -> bytes:
        return derive(self._tx.keys.master, f"talk {use}")
