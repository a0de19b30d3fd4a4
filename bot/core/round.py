"""A round: groups × units × questions × window; when its people are reminded, and when a reminder is too much.

Which rounds are open is asked of the clock's word, not of a flag. A reminder comes in *waves*: one to all who have
not finished, never more than two a round, in waking hours, and never so many from all rounds together that a school
groans. Nothing here knows who anybody is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.core.survey import BY_THEMSELVES, Script

MOST_WAVES = 2
"""Waves a person and round, whatever is configured."""

PARENTS_MOST = 2
"""A parent may have two children: so many submissions an account and round (facts/office.md 8)."""

BEFORE_CLOSE = timedelta(days=3)
"""The last wave comes so long before the round closes."""

APART = timedelta(days=3)
"""Two waves of a round are at least so far apart."""

BUDGET, BUDGET_WINDOW = 4, timedelta(days=30)
"""Waves from all rounds that may be aimed at one unit × group within the window."""

CLASH_WITHIN = timedelta(days=7)
"""A round that would open so soon after another began, for the same people, is a clash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round. `opens` inclusive, `closes` exclusive, both aware; None where it has no bound."""

    id: str
    script: Script
    opens: datetime | None = None
    closes: datetime | None = None
    reminders: int = MOST_WAVES

    def open(self, now: datetime) -> bool:
        """Answers are taken now."""
        return (self.opens is None or self.opens <= now) and (
            self.closes is None or now < self.closes
        )

    @property
    def cells(self) -> frozenset[tuple[str, str]]:
        """Every unit × group it is aimed at; unit empty where there are no units."""
        units = tuple(u.id for u in self.script.units) or ("",)
        return frozenset((u, g.id) for u in units for g in self.script.groups)

    def aimed_at(self, unit: str, group: str, *, surely: bool = False) -> bool:
        """Whether somebody of this unit and group is meant. Of whom neither is known may be; with `surely` they are not,
        where the round is for certain units."""
        units, groups = {u for u, _ in self.cells}, {g for _, g in self.cells}
        here = unit in units or "" in units or not (unit or surely)
        return here and (not group or group in groups)


def open_round(rounds: Iterable[Round], now: datetime, named: str = "") -> Round | None:
    """The round meant: the named one where it is open, else the open one that closes first; a rating or an appraisal only by its name."""
    going = [r for r in rounds if r.open(now)]
    if chosen := next((r for r in going if r.id == named), None):
        return chosen
    going = [r for r in going if r.script.survey.id not in BY_THEMSELVES]
    bounded = [r for r in going if r.closes is not None]
    return min(bounded, key=lambda r: r.closes or now) if bounded else next(iter(going), None)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one may be spoken to unasked: spans of a day, and on which days."""

    spans: tuple[tuple[time, time], ...]
    on: Callable[[date], bool]
    zone: tzinfo

    def next(self, moment: datetime) -> datetime | None:
        """The first such moment, `moment` itself included; None where the next 60 days have none."""
        local = moment.astimezone(self.zone)
        for ahead in range(60):
            day = local.date() + timedelta(days=ahead)
            if not self.on(day):
                continue
            for start, end in self.spans:
                opens = datetime.combine(day, start, self.zone)
                closes = datetime.combine(day, end, self.zone)
                if local < closes:
                    return max(local, opens)
        return None

    def now(self, moment: datetime) -> bool:
        """Whether one may speak at that moment."""
        return self.next(moment) == moment.astimezone(self.zone)


def waves(round: Round) -> tuple[datetime, ...]:
    """When the round's waves are due, first to last; hours are looked at when they are sent.

    The last one comes three days before the close; an earlier one at the half of the window, if it is then at
    least three days away from the last.
    """
    if round.opens is None or round.closes is None:
        return ()
    last = round.closes - BEFORE_CLOSE
    first = round.opens + (round.closes - round.opens) / 2
    due = [at for at in (first, last) if round.opens < at < round.closes]
    if len(due) == MOST_WAVES and due[1] - due[0] < APART:
        due = due[1:]
    return tuple(due[-min(round.reminders, MOST_WAVES) :]) if round.reminders else ()


def pointless(wave: datetime, round: Round, now: datetime) -> bool:
    """A wave found late (after downtime): its round is over, or closes within the day."""
    return round.closes is not None and now > round.closes - timedelta(days=1) and now > wave


def within_budget(
    cell: tuple[str, str], sent: Iterable[tuple[datetime, tuple[str, str]]], now: datetime
) -> bool:
    """Whether one more wave may be aimed at that unit × group; `sent` are the waves aimed at cells so far."""
    recent = sum(1 for at, to in sent if to == cell and now - at < BUDGET_WINDOW)
    return recent < BUDGET


@dataclass(frozen=True, slots=True)
class Clash:
    """Another round asks some of the same people at nearly the same time."""

    round: str
    units: tuple[str, ...]
    days: int
    """Between the two openings."""


def clashes(new: Round, others: Sequence[Round]) -> tuple[Clash, ...]:
    """The rounds that a new one would fall over."""
    found: list[Clash] = []
    for other in others:
        if other.id == new.id or new.opens is None or other.opens is None:
            continue
        apart = abs(new.opens - other.opens)
        shared = new.cells & other.cells
        if shared and (apart < CLASH_WITHIN or _overlap(new, other)):
            found.append(Clash(other.id, tuple(sorted({u for u, _ in shared})), apart.days))
    return tuple(found)


def _overlap(one: Round, other: Round) -> bool:
    return all(
        first.opens is None or second.closes is None or first.opens < second.closes
        for first, second in ((one, other), (other, one))
    )
