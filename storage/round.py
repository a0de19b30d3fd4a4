"""Rounds and their waves: planned once, closed once, reminded once."""

from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, case, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.database import Tx
from storage.statement import Statement
from storage.tables import round_, wave

TELLING = 9
"""The number of the wave that tells everybody that some were too few, and that nothing of theirs was handed on."""

OWED, TOO_FEW = "owed", "too few"
"""What stands beside it: they are to be told; somebody has begun to tell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRound:
    """A round as it is kept. Times are seconds since 1970, UTC."""

    id: str
    script: str
    opens: int | None
    closes: int | None
    reminders: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave that was sent, or dropped and why."""

    round: str
    number: int
    at: int
    note: str


_ALL = Statement(
    select(
        round_.c.id,
        round_.c.script,
        round_.c.opens,
        round_.c.closes,
        round_.c.reminders,
        round_.c.stopped,
    ).order_by(round_.c.opens, round_.c.id)
)
_PLAN = Statement(insert(round_).on_conflict_do_nothing())
_STOP = Statement(
    update(round_)
    .where(round_.c.id == bindparam("id_"), round_.c.stopped == 0)
    .values(stopped=1, closes=bindparam("now"))
)
_MOVE = Statement(
    update(round_)
    .where(
        round_.c.id == bindparam("id_"),
        round_.c.stopped == 0,
        round_.c.closes > bindparam("now"),
    )
    .values(
        opens=case(
            (round_.c.opens > bindparam("now"), bindparam("opens_", type_=Integer())),
            else_=round_.c.opens,
        ),
        closes=bindparam("closes_"),
    )
)
_CLAIM = Statement(insert(wave).on_conflict_do_nothing())
_FINISH = Statement(
    update(wave)
    .where(wave.c.round == bindparam("round_"), wave.c.number == bindparam("number_"))
    .values(note="")
)
_TELL = Statement(
    update(wave)
    .where(
        wave.c.round == bindparam("round_"),
        wave.c.number == TELLING,
        wave.c.note == OWED,
    )
    .values(note=TOO_FEW, at=bindparam("at_"))
)
_WAVES = Statement(
    select(wave.c.round, wave.c.number, wave.c.at, wave.c.note).order_by(wave.c.at)
)


class Rounds:
    """The rounds, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def all(self) -> tuple[KeptRound, ...]:
        """Every round, by opening day."""
        return tuple(
            KeptRound(
                id=id,
                script=script,
                opens=opens,
                closes=closes,
                reminders=reminders,
                stopped=bool(stopped),
            )
            for id, script, opens, closes, reminders, stopped in self._tx.all(_ALL)
        )

    def plan(self, new: KeptRound) -> bool:
        """Keep a new round; False where one of that id exists already and stays as it is."""
        row = {
            "id": new.id,
            "script": new.script,
            "opens": new.opens,
            "closes": new.closes,
            "reminders": new.reminders,
            "stopped": 0,
        }
        return self._tx.do(_PLAN, row) == 1

    def stop(self, id: str, now: int) -> bool:
        """Close a round early; False where it was stopped before."""
        return self._tx.do(_STOP, {"id_": id, "now": now}) == 1

    def move(self, id: str, opens: int, closes: int, now: int) -> bool:
        """The round has another window; one that has begun only another end. False where it is over, or was stopped."""
        if closes <= max(opens, now):
            return False
        row = {"id_": id, "opens_": opens, "closes_": closes, "now": now}
        return self._tx.do(_MOVE, row) == 1

    def claim(self, claimed: Wave) -> bool:
        """Take a wave upon oneself; False where somebody has."""
        row = {
            "round": claimed.round,
            "number": claimed.number,
            "at": claimed.at,
            "note": claimed.note,
        }
        return self._tx.do(_CLAIM, row) == 1

    def owe(self, round: str, at: int) -> None:
        """All of the round are to be told that something was not handed on; kept with whatever decided it."""
        self.claim(Wave(round, TELLING, at, OWED))

    def tell(self, round: str, now: int) -> bool:
        """Take it upon oneself to tell them; False where nothing is owed, or somebody else has."""
        return self._tx.do(_TELL, {"round_": round, "at_": now}) == 1

    def finish(self, round: str, number: int) -> None:
        """All of the wave is out."""
        self._tx.do(_FINISH, {"round_": round, "number_": number})

    def waves(self) -> tuple[Wave, ...]:
        """The waves so far, oldest first."""
        return tuple(Wave(*row) for row in self._tx.all(_WAVES))
