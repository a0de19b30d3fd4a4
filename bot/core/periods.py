"""Which stretch of time a digest is about: half-open, end to end, closed on a working day.

A period runs from one closing to the next, the closing itself excluded, so that nothing falls between two
periods and nothing into both. The closing is a weekday and an hour of the office's zone; where that day is a
holiday it moves to the last working day before it, and a week without any working day has none. What a working
day is comes in as a function: this file knows no calendar and no clock.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

Workday = Callable[[date], bool]
"""Whether people work on that day, holidays and make-up days counted in."""

_LONGEST_HOLIDAY = 30
"""Days; a calendar that knows no working day for longer than this is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When periods close: every week on `weekday` (0 is Monday) at `at`, in the office's `zone`."""

    weekday: int
    at: time
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """[opens, closes). Named by the date on which it closes."""

    opens: datetime
    closes: datetime

    @property
    def name(self) -> date:
        """The closing date; what opinions store instead of a time."""
        return self.closes.date()

    def holds(self, moment: datetime) -> bool:
        """Whether the moment belongs to this period; its closing belongs to the next."""
        return self.opens <= moment < self.closes


@dataclass(frozen=True, slots=True)
class Issue:
    """The number of a digest: within its year, and since the office began."""

    number: int
    total: int


def closing_day(week: date, rhythm: Rhythm, workday: Workday) -> date:
    """The day on which the week that holds `week` closes: its weekday, or the last working day before it.

    It may lie in an earlier week, and then it is that week's closing too. Raises `ValueError` when the calendar
    has no working day in a month.
    """
    usual = week + timedelta(days=rhythm.weekday - week.weekday())
    for back in range(_LONGEST_HOLIDAY):
        day = usual - timedelta(days=back)
        if workday(day):
            return day
    raise ValueError(f"no working day in the {_LONGEST_HOLIDAY} days before {usual}")


def closings(around: date, until: date, rhythm: Rhythm, workday: Workday) -> Iterator[datetime]:
    """All closings of the weeks from the one holding `around` to the one holding `until`, each once, rising."""
    last = None
    week = around
    while week - timedelta(days=week.weekday()) <= until:
        day = closing_day(week, rhythm, workday)
        if day != last:
            yield datetime.combine(day, rhythm.at, rhythm.zone)
        last = day
        week += timedelta(days=7)


def period_at(moment: datetime, rhythm: Rhythm, workday: Workday) -> Period:
    """The period that is open at that moment."""
    here = moment.astimezone(rhythm.zone).date()
    reach = timedelta(days=_LONGEST_HOLIDAY + 14)
    known = tuple(closings(here - reach, here + reach, rhythm, workday))
    return Period(
        opens=max(close for close in known if close <= moment),
        closes=min(close for close in known if close > moment),
    )


def last_closed(moment: datetime, rhythm: Rhythm, workday: Workday) -> Period:
    """The newest period that is over at that moment."""
    opened = period_at(moment, rhythm, workday).opens
    return period_at(opened - timedelta(microseconds=1), rhythm, workday)


def moved(period: Period, rhythm: Rhythm) -> bool:
    """Whether its closing is earlier than the usual weekday, because of a holiday."""
    return period.closes.weekday() != rhythm.weekday


def issue(period: Period, closed_before: Iterable[date]) -> Issue:
    """The digest's number: count of closed periods, this one included; it starts again each year.

    `closed_before` are the closing dates on record; those not before this period are not counted, so that a
    digest made again keeps its number.
    """
    earlier = {day for day in closed_before if day < period.name}
    return Issue(
        number=1 + sum(day.year == period.name.year for day in earlier),
        total=1 + len(earlier),
    )
