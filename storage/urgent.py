"""What could not wait: masked words that left the vault on their writer's tap.

A row has the day, and the minute only as long as somebody is still to be told that nobody took it. Its number is random.
Every move is a compare-and-set: the first who takes it has it, and whoever comes later is told who that is.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Redacted
from bot.core.receipt import MOST_PIECES
from bot.core.urgent import Matter, State
from storage.database import Tx
from storage.statement import Row, Statement
from storage.tables import urgent

NOBODY, ON_DUTY, OFFICE_TOO = 0, 1, 2
"""Who has been told."""

_LOWEST, _NUMBERS = 1000, 9000


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentMatter:
    """One of them. `state`: nobody has it yet, `holder` has it, it is done."""

    number: int
    period: str
    day: str
    """YYYY-MM-DD, where the office is."""
    at: int
    """Seconds since 1970 of the minute it came in; 0 once nobody needs to know."""
    matter: Matter
    text: str
    """Masked, as it was when it went in."""
    told: int
    state: State
    holder: str
    """The label of an account."""
    handling: str
    ended: str


_COLUMNS = (
    urgent.c.number, urgent.c.period, urgent.c.day, urgent.c.at, urgent.c.unit, urgent.c.apart, urgent.c.text,
    urgent.c.told, urgent.c.state, urgent.c.holder, urgent.c.handling, urgent.c.ended,
)  # fmt: skip
_THIS = urgent.c.number == bindparam("number_")
_ADD = Statement(insert(urgent).on_conflict_do_nothing())
_FIND = Statement(select(*_COLUMNS).where(_THIS))
_OPEN = Statement(
    select(*_COLUMNS).where(urgent.c.state != bindparam("done")).order_by(urgent.c.day, urgent.c.number)
)  # fmt: skip
_UNTOLD = Statement(
    select(*_COLUMNS)
    .where(
        urgent.c.state == bindparam("waiting"),
        urgent.c.told == bindparam("told_"),
        urgent.c.at <= bindparam("until"),
    )
    .order_by(urgent.c.number)
)
_IN_PAPERS = Statement(
    select(*_COLUMNS)
    .where(
        urgent.c.apart == 0,
        (urgent.c.period == bindparam("period_"))
        | (
            (urgent.c.period < bindparam("period_"))
            & ((urgent.c.state != bindparam("done")) | (urgent.c.ended >= bindparam("since")))
        ),
    )
    .order_by(urgent.c.day, urgent.c.number)
)
_TELL = Statement(
    update(urgent)
    .where(_THIS, urgent.c.told == bindparam("was"))
    .values(told=bindparam("told_"), at=bindparam("at_"))
)
_MOVE = Statement(
    update(urgent)
    .where(_THIS, urgent.c.state == bindparam("was_state"), urgent.c.holder == bindparam("was_holder"))
    .values(
        state=bindparam("state_"), holder=bindparam("holder_"), handling=bindparam("handling_"),
        ended=bindparam("ended_"), at=bindparam("no_time"),
    )
)  # fmt: skip
_LOOKUPS = tuple(f"lookup{number}" for number in range(MOST_PIECES + 1))
_OF_RECEIPT = Statement(
    select(urgent.c.state)
    .where(urgent.c.lookup.in_([bindparam(name) for name in _LOOKUPS]))
    .order_by(urgent.c.number)
)


class UrgentMatters:
    """Urgent matters, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def add(
        self,
        text: Redacted,
        matter: Matter,
        *,
        period: str,
        day: str,
        now: float,
        lookup: bytes | None,
    ) -> int:
        """Keep one; its number."""
        row = {
            "period": period, "day": day, "at": int(now // 60 * 60), "unit": matter.unit,
            "apart": int(matter.apart), "text": text, "lookup": lookup, "told": NOBODY,
            "state": "waiting", "holder": "", "handling": "", "ended": "",
        }  # fmt: skip
        while True:
            number = _LOWEST + int.from_bytes(os.urandom(8), "big") % _NUMBERS
            if self._tx.do(_ADD, row | {"number": number}) == 1:
                return number

    def find(self, number: int) -> UrgentMatter | None:
        """The one of that number."""
        row = self._tx.one(_FIND, {"number_": number})
        return _matter(row) if row else None

    def open(self) -> tuple[UrgentMatter, ...]:
        """Those that are not done, by day."""
        return tuple(map(_matter, self._tx.all(_OPEN, {"done": "done"})))

    def untold(self, told: int, until: float) -> tuple[UrgentMatter, ...]:
        """Those that wait, of which only so many have been told, and that came no later than `until`."""
        marks = {"waiting": "waiting", "told_": told, "until": int(until)}
        return tuple(map(_matter, self._tx.all(_UNTOLD, marks)))

    def in_papers(self, period: str, since: str) -> tuple[UrgentMatter, ...]:
        """Those that a period's papers speak of: they came in it, were done since that day, or are still open."""
        marks = {"period_": period, "done": "done", "since": since}
        return tuple(map(_matter, self._tx.all(_IN_PAPERS, marks)))

    def tell(self, one: UrgentMatter, told: int) -> bool:
        """So many are told now; False where somebody else has told them."""
        at = one.at if told < OFFICE_TOO else 0
        marks = {"number_": one.number, "was": one.told, "told_": told, "at_": at}
        return self._tx.do(_TELL, marks) == 1

    def take(self, number: int, holder: str) -> bool:
        """This account takes it; False where another one has."""
        return self._move(number, ("waiting", ""), ("taken", holder))

    def pass_on(self, number: int, holder: str, to: str) -> bool:
        """Its holder gives it to another account; False where it is not theirs any more."""
        return self._move(number, ("taken", holder), ("taken", to))

    def end(self, number: int, holder: str, handling: Redacted, day: str) -> bool:
        """It is done, in these words; False where it is not theirs any more."""
        return self._move(number, ("taken", holder), ("done", holder), handling, day)

    def state(self, lookups: Sequence[bytes]) -> State | None:
        """How the one stands that this receipt speaks of; None where it speaks of none."""
        row = self._tx.one(_OF_RECEIPT, dict(zip(_LOOKUPS, lookups, strict=True)))
        return cast(State, row[0]) if row else None

    def _move(
        self,
        number: int,
        was: tuple[State, str],
        now: tuple[State, str],
        handling: str = "",
        ended: str = "",
    ) -> bool:
        marks = {
            "number_": number, "was_state": was[0], "was_holder": was[1], "state_": now[0],
            "holder_": now[1], "handling_": handling, "ended_": ended, "no_time": 0,
        }  # fmt: skip
        return self._tx.do(_MOVE, marks) == 1


def _matter(row: Row) -> UrgentMatter:
    number, period, day, at, unit, apart, text, told, state, holder, handling, ended = row
    return UrgentMatter(
        number=number,
        period=period,
        day=day,
        at=at,
        matter=Matter(unit=unit, apart=bool(apart)),
        text=text,
        told=told,
        state=state,
        holder=holder,
        handling=handling,
        ended=ended,
    )
