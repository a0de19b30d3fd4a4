"""Which days people work: Chinese public holidays and make-up days, and a plain rule where nobody knows yet.

The State Council publishes a year's holidays in November before, and the library behind this learns them with its
next release; asked about a later year it raises. So a year it does not know falls back on weekends and the days the
law always gives, `known` says so, and the office's own `[holidays.2027]` wins over both.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import cast

from chinese_calendar import (  # pyright: ignore[reportMissingTypeStubs]
    get_holiday_detail as _published_detail,  # pyright: ignore[reportUnknownVariableType]
)
from chinese_calendar import (  # pyright: ignore[reportMissingTypeStubs]
    is_workday as _published_workday,  # pyright: ignore[reportUnknownVariableType]
)

from bot.core.dates.lunar import statutory

_NONE: frozenset[date] = frozenset()
_LONGEST = 366
"""Days without a working day after which a calendar is broken."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days, with the office's own additions: `off` are free though elsewhere worked, `work` the reverse.

    A day that stands in both is worked.
    """

    off: AbstractSet[date] = _NONE
    work: AbstractSet[date] = _NONE

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self.work:
            return True
        if day in self.off:
            return False
        return _usual(day)

    def known(self, year: int) -> bool:
        """Whether that year's holidays are known, from the library or from the office; else weekends and law."""
        return _published(year) or any(day.year == year for day in self.off | self.work)

    def next_workday(self, day: date) -> date:
        """The first working day after `day`. Raises `ValueError` where a whole year has none."""
        return self._seek(day, 1)

    def last_workday_before(self, day: date) -> date:
        """The last working day before `day`. Raises `ValueError` where a whole year has none."""
        return self._seek(day, -1)

    def add_workdays(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, where negative); `day` itself is not counted.

        >>> Calendar().add_workdays(date(2014, 4, 30), 5)
        datetime.date(2014, 5, 8)
        """
        step = 1 if count >= 0 else -1
        for _ in range(abs(count)):
            day = self._seek(day, step)
        return day

    def holidays(self, first: date, last: date) -> tuple[tuple[date, date, str], ...]:
        """Stretches of days off that are more than a weekend and begin on one of these days, each with its name.

        The name is as the library has it; empty where it is the office's own, or the year is not known yet.
        """
        found: list[tuple[date, date, str]] = []
        day = first
        while day <= last:
            end = day
            while not self.is_workday(end):
                end += timedelta(days=1)
            free = [day + timedelta(days=n) for n in range((end - day).days)]
            if any(one.weekday() < 5 for one in free):
                named = [name for one in free if (name := _called(one))]
                found.append((free[0], free[-1], named[0] if named else ""))
            day = end + timedelta(days=1)
        return tuple(found)

    def _seek(self, day: date, step: int) -> date:
        for distance in range(1, _LONGEST + 1):
            found = day + timedelta(days=step * distance)
            if self.is_workday(found):
                return found
        raise ValueError(f"no working day within a year of {day}")


def _called(day: date) -> str:
    if not _published(day.year):
        return ""
    _, name = cast("tuple[bool, str | None]", _published_detail(day))
    return name or ""


def _usual(day: date) -> bool:
    if _published(day.year):
        return bool(_published_workday(day))
    return day.weekday() < 5 and day not in _law(day.year)


@cache
def _published(year: int) -> bool:
    """Whether the library knows the year. It says so by raising, also for years before its first."""
    try:
        _ = bool(_published_workday(date(year, 1, 1)))
    except NotImplementedError:
        return False
    return True


@cache
def _law(year: int) -> frozenset[date]:
    # New Year's Eve of the lunar calendar may fall in January, never in December: no neighbour year is needed.
    return statutory(year)
