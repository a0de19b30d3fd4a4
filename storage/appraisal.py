"""Appraisals (民主评议): each meeting as the office prepared it, and what was counted by hand.

Votes are not here: they wait in the vault and are let out among the opinions, each person's rating apart. Nobody who
votes is in any row of this table.
"""

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.appraisal import Meeting, Paper, State
from storage.database import Raced, Tx
from storage.statement import Statement
from storage.tables import appraisal

_ALL = Statement(select(appraisal.c.body).order_by(appraisal.c.number))
_FIND = Statement(select(appraisal.c.body).where(appraisal.c.number == bindparam("number_")))
_OF_ROUND = Statement(select(appraisal.c.body).where(appraisal.c.round == bindparam("round_")))
_PREPARE = Statement(insert(appraisal).on_conflict_do_nothing())
_CHANGE = Statement(
    update(appraisal)
    .where(appraisal.c.number == bindparam("number_"), appraisal.c.body == bindparam("was"))
    .values(body=bindparam("body_"), round=bindparam("round_"), counted=bindparam("counted_"))
)
_DROP = Statement(
    delete(appraisal).where(
        appraisal.c.number == bindparam("number_"), appraisal.c.body == bindparam("was")
    )
)
_COUNTED = Statement(
    select(appraisal.c.counted).where(appraisal.c.number == bindparam("number_"))
)
_PAPER = Statement(select(appraisal.c.paper).where(appraisal.c.number == bindparam("number_")))
_ENTER = Statement(
    update(appraisal)
    .where(appraisal.c.number == bindparam("number_"))
    .values(paper=bindparam("paper_"))
)


class Appraisals:
    """The meetings, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def every(self) -> tuple[Meeting, ...]:
        """All of them, in the order of their numbers."""
        return tuple(Meeting.from_json(body) for (body,) in self._tx.all(_ALL))

    def find(self, number: int) -> Meeting | None:
        """That one."""
        row = self._tx.one(_FIND, {"number_": number})
        return Meeting.from_json(row[0]) if row else None

    def of_round(self, round: str) -> Meeting | None:
        """The one that is voted in that round."""
        row = self._tx.one(_OF_ROUND, {"round_": round}) if round else None
        return Meeting.from_json(row[0]) if row else None

    def prepare(self, new: Meeting) -> None:
        """Keep a new one. Raises `Raced` when another took its number first."""
        row = {
            "number": new.number,
            "round": new.round,
            "counted": "",
            "body": new.as_json(),
            "paper": "",
        }
        if self._tx.do(_PREPARE, row) != 1:
            raise Raced

    def change(self, was: Meeting, now: Meeting, day: str = "") -> None:
        """It is otherwise from now on; `day` is when it was counted. Raises `Raced` when it was changed meanwhile."""
        if now.state is State.COUNTED and not day:
            day = self._counted(now.number)
        row = {
            "number_": was.number,
            "was": was.as_json(),
            "body_": now.as_json(),
            "round_": now.round,
            "counted_": day,
        }
        if self._tx.do(_CHANGE, row) != 1:
            raise Raced

    def drop(self, one: Meeting) -> None:
        """It was never held, and is not going to be. Raises `Raced` when it was changed meanwhile."""
        if self._tx.do(_DROP, {"number_": one.number, "was": one.as_json()}) != 1:
            raise Raced

    def paper(self, number: int) -> Paper:
        """What was counted by hand."""
        row = self._tx.one(_PAPER, {"number_": number})
        return Paper.from_json(row[0] if row else "")

    def enter(self, number: int, paper: Paper) -> None:
        """This was counted by hand, in place of what was entered before."""
        self._tx.do(_ENTER, {"number_": number, "paper_": paper.as_json()})

    def _counted(self, number: int) -> str:
        row = self._tx.one(_COUNTED, {"number_": number})
        return str(row[0]) if row else ""
