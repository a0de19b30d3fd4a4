"""The problem list as it is kept: what was done to each problem, line by line; each opinion's one way; the notices.

A line is added under the number that follows the last one, so of two who act on the same problem at once one acts on what
the other left (`Raced`). Nothing is changed and nothing is deleted here, except that an opinion's way may be given anew (the
trail says by whom), and goes with an opinion that was entered by mistake. How a problem stands is kept beside its lines, in the same transaction, and never asked of them again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.receipt import MOST_PIECES
from bot.core.rectification import RULES, Event, Problem, State, from_json, replay, to_json
from storage.database import Raced, Tx
from storage.statement import Row, Statement
from storage.tables import WORDED, notice, opinion, problem, problem_line, themed, way

Way = Literal["known", "new", "answered", "forwarded", "handed", "declined"]
"""归入已有问题, 新列问题, 已答复, 转办, 移交, 不采纳; an opinion without one is 待研判."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of an opinion."""

    way: Way
    problem: int = 0
    """The number it went into; 0 for other ways."""
    words: str = ""
    """The answer, the reason, or where it went."""
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One batch that people can see and rate."""

    batch: str
    opens: date
    closes: date
    """The last day it is up."""
    units: tuple[str, ...]
    """Whom it is for; empty for everybody."""
    round: str
    """The round in which people rate it."""
    down: bool = False
    shown: tuple[Mapping[str, str], ...] = ()
    """What stands on it, item by item: what was published stays as it was."""


_LINES = (
    problem_line.c.problem,
    problem_line.c.day,
    problem_line.c.who,
    problem_line.c.move,
    problem_line.c.words,
    problem_line.c.more,
)
_ADD = Statement(insert(problem_line).on_conflict_do_nothing())
_LAST = Statement(select(func.max(problem.c.number)))
_OF = Statement(
    select(*_LINES)
    .where(problem_line.c.problem == bindparam("problem_"))
    .order_by(problem_line.c.line)
)
_STALE = Statement(select(problem.c.number).where(problem.c.rules < RULES))
_STANDS = (problem.c.body, problem.c.lines)
_ALL = Statement(select(*_STANDS).order_by(problem.c.number))
_ONE = Statement(select(*_STANDS).where(problem.c.number == bindparam("number_")))
_AT = Statement(
    select(*_STANDS).where(problem.c.state == bindparam("state_")).order_by(problem.c.number)
)
_IN_BATCH = Statement(
    select(*_STANDS).where(problem.c.batch == bindparam("batch_")).order_by(problem.c.number)
)
_TO_LOOK = Statement(
    select(*_STANDS)
    .where(
        problem.c.state == State.CLOSED.value, problem.c.look.between("0", bindparam("today"))
    )
    .order_by(problem.c.number)
)
_PUT = insert(problem)
_STAND = Statement(
    _PUT.on_conflict_do_update(
        index_elements=["number"],
        set_={
            name: getattr(_PUT.excluded, name)
            for name in ("lines", "rules", "state", "batch", "look", "body")
        },
    )
)

_GIVE = Statement(
    insert(way).on_conflict_do_update(
        index_elements=["opinion"],
        set_={
            name: getattr(insert(way).excluded, name)
            for name in ("way", "problem", "words", "day")
        },
    )
)
_UNGIVE = Statement(delete(way).where(way.c.opinion == bindparam("opinion_")))
_WAY = Statement(
    select(way.c.way, way.c.problem, way.c.words, way.c.day).where(
        way.c.opinion == bindparam("opinion_")
    )
)
_WAYS = Statement(
    select(way.c.opinion, way.c.way, way.c.problem, way.c.words, way.c.day)
    .join(opinion, opinion.c.id == way.c.opinion)
    .where(opinion.c.period == bindparam("period_"), WORDED)  # taps have no way of their own
)
_ANSWERED = Statement(
    select(opinion.c.period, opinion.c.text, way.c.way, way.c.problem, way.c.words, way.c.day)
    .join(way, way.c.opinion == opinion.c.id)
    .order_by(opinion.c.period, way.c.problem, opinion.c.id)
)
_LOOKUPS = tuple(f"lookup{number}" for number in range(MOST_PIECES + 1))
_CAME_OF = Statement(
    select(opinion.c.lookup, way.c.way, way.c.problem, way.c.words, way.c.day)
    .join(way, way.c.opinion == opinion.c.id)
    .where(opinion.c.lookup.in_([bindparam(name) for name in _LOOKUPS]))
)
_INTO = Statement(
    update(way).where(way.c.problem == bindparam("problem_")).values(problem=bindparam("into_"))
)
_FORWARDED = Statement(
    select(opinion.c.id, way.c.way, way.c.problem, way.c.words, way.c.day)
    .join(opinion, opinion.c.id == way.c.opinion)
    .where(way.c.way == bindparam("forwarded"))
    .order_by(way.c.day, opinion.c.id)
)
_JUDGED = Statement(
    select(way.c.way, func.count()).where(opinion.c.id == way.c.opinion).group_by(way.c.way)
)
_UNJUDGED_OF = Statement(
    select(opinion.c.id, opinion.c.text)
    .where(
        themed.c.theme == bindparam("theme_"),
        opinion.c.id == themed.c.opinion,
        ~select(way.c.opinion).where(way.c.opinion == opinion.c.id).exists(),
    )
    .order_by(themed.c["copy"], opinion.c.id)
)
_OF_THEME = Statement(
    select(way.c.problem)
    .where(
        themed.c.theme == bindparam("theme_"),
        way.c.opinion == themed.c.opinion,
        way.c.problem > 0,
    )
    .group_by(way.c.problem)
    .order_by(func.count().desc(), way.c.problem)
    .limit(1)
)
_THEMES_OF = Statement(
    select(themed.c.theme)
    .distinct()
    .where(way.c.problem == bindparam("problem_"), themed.c.opinion == way.c.opinion)
)
_SINCE = Statement(
    select(func.count()).where(
        way.c.problem == bindparam("problem_"),
        opinion.c.id == way.c.opinion,
        opinion.c.period > bindparam("period_"),
    )
)
_ALIKE_SINCE = Statement(
    select(func.count()).where(
        themed.c.theme == bindparam("theme_"),
        opinion.c.id == themed.c.opinion,
        opinion.c.period > bindparam("period_"),
        ~select(way.c.opinion).where(way.c.opinion == opinion.c.id).exists(),
    )
)
_PLACES = (
    select(opinion.c.unit, opinion.c.grp, func.count())
    .group_by(opinion.c.unit, opinion.c.grp)
    .order_by(opinion.c.unit, opinion.c.grp)
)
_VOICES = Statement(
    _PLACES.where(way.c.problem == bindparam("problem_"), opinion.c.id == way.c.opinion)
)
_ROUNDS = Statement(
    select(opinion.c.round)
    .distinct()
    .where(way.c.problem == bindparam("problem_"), opinion.c.id == way.c.opinion)
)
_OF_PROBLEM = Statement(
    select(way.c.problem, func.count()).where(way.c.problem > 0).group_by(way.c.problem)
)

_NOTICES = Statement(
    select(
        notice.c.batch,
        notice.c.opens,
        notice.c.closes,
        notice.c.units,
        notice.c.round,
        notice.c.down,
        notice.c.shown,
    ).order_by(notice.c.batch)
)
_PUT_UP = Statement(insert(notice).on_conflict_do_nothing())
_TAKE_DOWN = Statement(
    update(notice)
    .where(notice.c.batch == bindparam("batch_"), notice.c.down == 0)
    .values(down=1)
)


class Problems:
    """The list, the ways and the notices, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- the list -----------------------------------------------------------------------------------------------

    def next_number(self) -> int:
        """The number the next problem gets."""
        (last,) = self._tx.one(_LAST, {}) or (0,)
        return (last or 0) + 1

    def find(self, number: int) -> Problem | None:
        """That problem as it stands."""
        return self.kept(number)[0]

    def kept(self, number: int) -> tuple[Problem | None, int]:
        """That problem as it stands, and how many lines made it so."""
        self._renew()
        row = self._tx.one(_ONE, {"number_": number})
        return (from_json(row[0]), row[1]) if row else (None, 0)

    def history(self, number: int) -> tuple[Event, ...]:
        """All that was done to it, in order."""
        return tuple(_event(row) for row in self._tx.all(_OF, {"problem_": number}))

    def every(self) -> tuple[Problem, ...]:
        """All problems by number."""
        self._renew()
        return _problems(self._tx.all(_ALL))

    def at(self, *states: State) -> tuple[Problem, ...]:
        """Those that stand so, by number."""
        self._renew()
        found = [row for state in states for row in self._tx.all(_AT, {"state_": state.value})]
        return tuple(sorted(_problems(found), key=lambda one: one.number))

    def of_batch(self, batch: str) -> tuple[Problem, ...]:
        """Those of that notice, by number."""
        self._renew()
        return _problems(self._tx.all(_IN_BATCH, {"batch_": batch}))

    def to_look_back(self, today: date) -> tuple[Problem, ...]:
        """Closed ones whose day to be looked back at has come."""
        self._renew()
        return _problems(self._tx.all(_TO_LOOK, {"today": today.isoformat()}))

    def add(self, line: int, event: Event, made: Problem) -> None:
        """Its next line, after `line` that are there, by which it stands as `made`. Raises `Raced` when somebody else was
        first."""
        row = {
            "problem": made.number,
            "line": line,
            "day": event.day.isoformat(),
            "who": event.who,
            "move": event.move,
            "words": event.words,
            "more": json.dumps(dict(event.values), ensure_ascii=False),
        }
        if self._tx.do(_ADD, row) != 1:
            raise Raced
        self._stands(made, line + 1)

    def _stands(self, made: Problem, lines: int) -> None:
        row = {"number": made.number, "lines": lines, "rules": RULES, "state": made.state.value}
        look = made.look.isoformat() if made.look else ""
        self._tx.do(_STAND, row | {"batch": made.batch, "look": look, "body": to_json(made)})

    def _renew(self) -> None:
        """What was worked out under other rules is worked out anew."""
        for (number,) in self._tx.all(_STALE):
            lines = self.history(number)
            self._stands(replay(number, lines), len(lines))

    # -- the way of each opinion --------------------------------------------------------------------------------

    def give(self, opinion: bytes, fate: Fate) -> None:
        """That is what becomes of it, whatever was said before."""
        row = {
            "opinion": opinion,
            "way": fate.way,
            "problem": fate.problem,
            "words": fate.words,
            "day": fate.day.isoformat(),
        }
        self._tx.do(_GIVE, row)

    def gone(self, opinion: bytes, into: bytes | None = None) -> None:
        """It is no opinion any more: it was entered by mistake, or is one with `into`, which gets its way unless it has one."""
        fate = self.fate(opinion)
        self._tx.do(_UNGIVE, {"opinion_": opinion})
        if fate is not None and into is not None and self.fate(into) is None:
            self.give(into, fate)

    def fate(self, opinion: bytes) -> Fate | None:
        """What became of it; None while it is still to be judged."""
        row = self._tx.one(_WAY, {"opinion_": opinion})
        return _fate(row) if row else None

    def ways(self, period: str) -> dict[bytes, Fate]:
        """What became of the opinions of a period, as far as anything has."""
        return {id: _fate(rest) for id, *rest in self._tx.all(_WAYS, {"period_": period})}

    def came_of(self, lookups: Sequence[bytes]) -> dict[bytes, Fate]:
        """What became of the pieces of a receipt, by lookup id. `lookups` are all that it may find."""
        rows = self._tx.all(_CAME_OF, dict(zip(_LOOKUPS, lookups, strict=True)))
        return {lookup: _fate(rest) for lookup, *rest in rows}

    def answered(self) -> list[tuple[str, str, Fate]]:
        """The period and words of every opinion that has its way, and the way."""
        return [
            (period, words, _fate(rest)) for period, words, *rest in self._tx.all(_ANSWERED, {})
        ]

    def forwarded(self) -> list[tuple[bytes, Fate]]:
        """What was given to other departments and has come to no other end since, the oldest first."""
        rows = self._tx.all(_FORWARDED, {"forwarded": "forwarded"})
        return [(id, _fate(rest)) for id, *rest in rows]

    def judged(self) -> dict[str, int]:
        """How many opinions went each way."""
        return dict(self._tx.all(_JUDGED, {}))

    def weights(self) -> dict[int, int]:
        """How many opinions went into each problem."""
        return dict(self._tx.all(_OF_PROBLEM, {}))

    def unjudged_of(self, theme: int) -> list[tuple[bytes, str]]:
        """The opinions of a theme of which nobody has said what becomes of them, with their words; copies last."""
        return [(id, text) for id, text in self._tx.all(_UNJUDGED_OF, {"theme_": theme})]

    def of_theme(self, theme: int) -> int:
        """The problem into which most of a theme went; 0 where none did."""
        row = self._tx.one(_OF_THEME, {"theme_": theme})
        return row[0] if row else 0

    def since(self, number: int, period: str) -> int:
        """How many opinions of later periods than this one went into that problem, or wait and say what most said that did."""
        (into,) = self._tx.one(_SINCE, {"problem_": number, "period_": period}) or (0,)
        for (theme,) in self._tx.all(_THEMES_OF, {"problem_": number}):
            if self.of_theme(theme) == number:
                wanted = {"theme_": theme, "period_": period}
                (alike,) = self._tx.one(_ALIKE_SINCE, wanted) or (0,)
                into += alike
        return into

    def voices(self, number: int) -> dict[tuple[str, str], int]:
        """From which unit and group the opinions came that went into that problem, as far as that may be told."""
        rows = self._tx.all(_VOICES, {"problem_": number})
        return {(unit, group): count for unit, group, count in rows}

    def rounds(self, number: int) -> list[str]:
        """The rounds in which they were said."""
        return [round for (round,) in self._tx.all(_ROUNDS, {"problem_": number})]

    def follow(self, number: int, into: int) -> None:
        """What went into this problem goes into that one."""
        self._tx.do(_INTO, {"problem_": number, "into_": into})

    # -- notices ------------------------------------------------------------------------------------------------

    def notices(self) -> tuple[Notice, ...]:
        """All there have been."""
        return tuple(_notice(row) for row in self._tx.all(_NOTICES, {}))

    def put_up(self, made: Notice) -> bool:
        """From now on people can see it; False where that batch is up already."""
        row = {
            "batch": made.batch,
            "opens": made.opens.isoformat(),
            "closes": made.closes.isoformat(),
            "units": json.dumps(made.units),
            "round": made.round,
            "down": 0,
            "shown": json.dumps([dict(one) for one in made.shown], ensure_ascii=False),
        }
        return self._tx.do(_PUT_UP, row) == 1

    def take_down(self, batch: str) -> bool:
        """Its time is over; it stays in the archive. False where it was down already."""
        return self._tx.do(_TAKE_DOWN, {"batch_": batch}) == 1


def _problems(rows: Sequence[Row]) -> tuple[Problem, ...]:
    return tuple(from_json(body) for body, _ in rows)


def _event(row: Row) -> Event:
    _, day, who, move, words, more = row
    values: Mapping[str, str] = json.loads(more)
    return Event(day=date.fromisoformat(day), who=who, move=move, words=words, values=values)


def _fate(row: Sequence[object]) -> Fate:
    name, problem, words, day = row
    return Fate(
        way=_WAYS_BY_NAME[str(name)],
        problem=int(str(problem)),
        words=str(words),
        day=date.fromisoformat(str(day)),
    )


_WAYS_BY_NAME: dict[str, Way] = {
    "known": "known",
    "new": "new",
    "answered": "answered",
    "forwarded": "forwarded",
    "handed": "handed",
    "declined": "declined",
}


def _notice(row: Row) -> Notice:
    batch, opens, closes, units, round, down, shown = row
    return Notice(
        batch=batch,
        opens=date.fromisoformat(opens),
        closes=date.fromisoformat(closes),
        units=tuple(json.loads(units)),
        round=round,
        down=bool(down),
        shown=tuple(json.loads(shown)),
    )
