"""Clues that were handed over to the body in charge of discipline: who gave which to whom and when, and who took it.

Each opinion is handed over once (a unique key), and what is written here is never changed, but for the one
acknowledgement. The words stay with the opinion alone: where its writer takes it back, the record keeps no word of it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Redacted
from storage.database import Tx
from storage.statement import Row, Statement
from storage.tables import clue, opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClue:
    """One clue that was handed over."""

    number: int
    text: Redacted | None
    """None where its writer has taken it back."""
    body: str
    day: date
    who: str
    received: date | None
    receiver: str


_COLUMNS = (
    clue.c.number,
    opinion.c.text,
    clue.c.body,
    clue.c.day,
    clue.c.who,
    clue.c.received,
    clue.c.receiver,
)
_ALL = Statement(
    select(*_COLUMNS)
    .select_from(clue.outerjoin(opinion, opinion.c.id == clue.c.opinion))
    .order_by(clue.c.number)
)
_OF = Statement(select(clue.c.number).where(clue.c.opinion == bindparam("opinion_")))
_LAST = Statement(select(func.max(clue.c.number)))
_HAND = Statement(insert(clue).on_conflict_do_nothing())
_RECEIVE = Statement(
    update(clue)
    .where(clue.c.number == bindparam("number_"), clue.c.received == bindparam("open_"))
    .values(
        received=bindparam("received_"), receiver=bindparam("receiver_"), noted=bindparam("by_")
    )
)


class Clues:
    """The clues, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def every(self) -> tuple[KeptClue, ...]:
        """All that were handed over, by number."""
        return tuple(_kept(row) for row in self._tx.all(_ALL, {}))

    def of(self, opinion: bytes) -> int:
        """The number under which that opinion was handed over; 0 where it was not."""
        row = self._tx.one(_OF, {"opinion_": opinion})
        return row[0] if row else 0

    def hand_over(self, opinion: bytes, body: str, day: date, who: str) -> bool:
        """It goes to that body; False where it went before. The other one is whoever judges it at the same moment."""
        (last,) = self._tx.one(_LAST, {}) or (0,)
        row = {
            "number": (last or 0) + 1,
            "opinion": opinion,
            "body": body,
            "day": day.isoformat(),
            "who": who,
            "received": "",
            "receiver": "",
            "noted": "",
        }
        return self._tx.do(_HAND, row) == 1

    def receive(self, number: int, receiver: str, day: date, by: str) -> bool:
        """They acknowledged it, as this account writes down; False where that was done, or there is no such clue."""
        row = {
            "number_": number,
            "open_": "",
            "received_": day.isoformat(),
            "receiver_": receiver,
            "by_": by,
        }
        return self._tx.do(_RECEIVE, row) == 1


def _kept(row: Row) -> KeptClue:
    number, text, body, day, who, received, receiver = row
    return KeptClue(
        number=number,
        text=text,
        body=body,
        day=date.fromisoformat(day),
        who=who,
        received=date.fromisoformat(received) if received else None,
        receiver=receiver,
    )
