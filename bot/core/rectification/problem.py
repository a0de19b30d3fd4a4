"""A problem of the list, as its history makes it.

Nothing of a problem is stored but what was done to it (`Event`); how it stands is worked out from that, so the history
can be read by people, corrected by a further line, and never erased. A problem becomes an item when it has the four
musts: an aim, measures, somebody responsible (a unit and a person of it), a date.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

Source = Literal["masses", "self", "above", "mutual", "together"]
"""群众提, 自己找, 上级点, 互相帮, 集体议; a problem may have several."""
SOURCES: tuple[Source, ...] = ("masses", "self", "above", "mutual", "together")

Kind = Literal["now", "term", "long"]
"""即知即改, 限期整改, 长期坚持."""

LOOKS: tuple[int, ...] = (1, 3)
"""Months after an item was closed in which it is looked back at (回头看): does it hold?"""

TERMS: Mapping[Kind, int] = {"now": 7, "term": 30, "long": 180}
"""Days an item of each kind is given where nobody names a date."""

MUSTS = ("goal", "measures", "who", "when")
"""The four: what the digest calls them where they are missing."""


class State(StrEnum):
    """Where a problem stands."""

    LISTED = "listed"
    """On the list; the four musts are not complete."""
    UNTOUCHED = "untouched"
    """未动: an item, promised, and nobody has begun."""
    WORKING = "working"
    """在办."""
    ABOVE = "above"
    """需上级: it cannot go on without help from above."""
    DONE = "done"
    """完成: finished, as those responsible say."""
    PUBLISHED = "published"
    """公示: people can see it and rate it."""
    RATED = "rated"
    """评价: people have rated it."""
    REWORK = "rework"
    """返工: people were not content, the office was not, or it came back."""
    CLOSED = "closed"
    """销号: done with, in so many words and on a date."""
    DROPPED = "dropped"
    """No problem of its own after all: it went into another, or was a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Musts:
    """The four musts as far as they are there."""

    goal: str = ""
    measures: str = ""
    unit: str = ""
    person: str = ""
    due: date | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of the four are not there."""
        there = (self.goal, self.measures, self.unit and self.person, self.due)
        return tuple(name for name, value in zip(MUSTS, there, strict=True) if not value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done to a problem, by somebody of the staff or by the clock."""

    day: date
    who: str
    """The label of an account; empty for the clock."""
    move: str
    """A `Move`."""
    words: str = ""
    """The words that go with it: a title, a result, a reason, a measure."""
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """Ids, dates and numbers that go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem as it stands. Dates are days of the office's calendar."""

    number: int
    title: str = ""
    sources: tuple[Source, ...] = ()
    topic: str = ""
    kind: Kind = "term"
    personal: bool = False
    """A leader's own measures: never in a notice."""
    musts: Musts = Musts()
    state: State = State.LISTED
    listed: date | None = None
    promised: date | None = None
    """When it became an item: from then on its aim and date are a promise."""
    announced: date | None = None
    """公布: when people were first told what is being done."""
    published: date | None = None
    rated: date | None = None
    finished: date | None = None
    """When those responsible last said that it is done: what their date is held against."""
    closed: date | None = None
    looked: int = 0
    """Times it has been looked back at since it was closed."""
    batch: str = ""
    """The notice it stands in."""
    into: int = 0
    """For a dropped one: the problem it went into."""
    result: str = ""
    latest: str = ""
    """The last words said of how it goes."""
    moved_on: date | None = None
    """When anything was last done."""
    extended: int = 0
    """Times its date was put off."""
    reworked: int = 0
    shrunk: bool = False
    """缩水: after it was promised, its aim or measures became less than half of what they were."""
    recurred: bool = False
    """复发: its theme spoke again after it was closed."""
    own: str = ""
    """How those responsible rate their own work: good, fair or poor. Never mixed with what people say."""
    good: int = 0
    fair: int = 0
    poor: int = 0

    @property
    def look(self) -> date | None:
        """When it is to be looked back at next; None where it is not closed, or was looked at as often as is planned."""
        if self.closed is None or self.looked >= len(LOOKS):
            return None
        return _months_after(self.closed, LOOKS[self.looked])

    @property
    def item(self) -> bool:
        """It has, or had, the four musts and is being looked after."""
        return self.promised is not None and self.state is not State.DROPPED

    @property
    def open(self) -> bool:
        """Something is still to be done."""
        return self.state not in (State.CLOSED, State.DROPPED)

    @property
    def owed(self) -> bool:
        """Those responsible have not finished it."""
        return self.state in (State.UNTOUCHED, State.WORKING, State.ABOVE, State.REWORK)


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
