"""The lunar calendar and the festivals that plans are hung on.

A table instead of astronomy: one number a year holds the lengths of its months. It was checked against ICU's
Chinese calendar and against every Spring Festival, Dragon Boat and Mid-Autumn holiday since 2004.
"""

from collections.abc import Callable
from datetime import date, timedelta

FIRST_YEAR = 2000
_FIRST_NEW_YEAR = date(2000, 2, 5)

# Bit 16 - m: month m has 30 days, not 29. Low four bits: the month that is followed by its leap twin. Bit 16: the
# twin has 30 days. One row is ten years.
_YEARS = (
    0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0, 0x092d0, 0x0cab5,
    0x0a950, 0x0b4a0, 0x0bca4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x05270, 0x0a930,
    0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4f0, 0x05260, 0x0ea65, 0x0d520,
    0x0daa0, 0x076a3, 0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45,
    0x0b5a0, 0x056d0, 0x055b2, 0x049b0, 0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0,
    0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6, 0x0ea50, 0x06b20, 0x1a6c4, 0x0aae0,
)  # fmt: skip
LAST_YEAR = FIRST_YEAR + len(_YEARS) - 1


def lunar_day(year: int, month: int, day: int) -> date | None:
    """The day that is the `day`-th of lunar `month` in the lunar year beginning in `year`.

    None outside the table (2000 to 2059) and where that month is too short. Leap months are not reached.

    >>> lunar_day(2014, 8, 15)
    datetime.date(2014, 9, 8)
    """
    start = _new_year(year)
    if start is None or not (1 <= month <= 12 and 1 <= day <= _length(year, month)):
        return None
    return start + timedelta(days=sum(_with_twin(year, m) for m in range(1, month)) + day - 1)


def _new_year(year: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    before = (_with_twin(y, m) for y in range(FIRST_YEAR, year) for m in range(1, 13))
    return _FIRST_NEW_YEAR + timedelta(days=sum(before))


def _length(year: int, month: int) -> int:
    return 29 + (_YEARS[year - FIRST_YEAR] >> (16 - month) & 1)


def _with_twin(year: int, month: int) -> int:
    """Days of a month and of the leap month after it."""
    info = _YEARS[year - FIRST_YEAR]
    return _length(year, month) + (29 + (info >> 16) if info & 15 == month else 0)


def _fixed(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: lunar_day(year, month, day)


def _new_years_eve(year: int) -> date | None:
    start = _new_year(year)
    return start - timedelta(days=1) if start else None


def _solar_term(month: int, constant: float) -> Callable[[int], date | None]:
    """The usual formula for this century: floor(0.2422 y + c) - floor(y / 4), y the year's last two digits."""

    def day(year: int) -> date | None:
        short = year - 2000
        if not 0 <= short < 100:
            return None
        return date(year, month, int(short * 0.2422 + constant) - short // 4)

    return day


FESTIVALS: dict[str, Callable[[int], date | None]] = {
    "元旦": _fixed(1, 1),
    "春节": _lunar(1, 1),
    "除夕": _new_years_eve,
    "元宵": _lunar(1, 15),
    "三八": _fixed(3, 8),
    "植树节": _fixed(3, 12),
    "清明": _solar_term(4, 4.81),
    "五一": _fixed(5, 1),
    "五四": _fixed(5, 4),
    "六一": _fixed(6, 1),
    "端午": _lunar(5, 5),
    "七一": _fixed(7, 1),
    "八一": _fixed(8, 1),
    "教师节": _fixed(9, 10),
    "中秋": _lunar(8, 15),
    "国庆": _fixed(10, 1),
    "重阳": _lunar(9, 9),
    "一二九": _fixed(12, 9),
    "冬至": _solar_term(12, 21.94),
}
"""Each festival's day in a year; None where the table does not reach."""

HOLIDAYS = frozenset({"元旦", "春节", "清明", "五一", "端午", "中秋", "国庆"})
"""Those with days off for everybody, so that the first working day after them is not the next day."""

_STATUTORY: tuple[tuple[str, int, int], ...] = (
    ("元旦", 0, 1), ("春节", -1, 4), ("清明", 0, 1), ("五一", 0, 2), ("端午", 0, 1), ("中秋", 0, 1), ("国庆", 0, 3),
)  # fmt: skip
"""Festival, first day, days: the State Council's rule (全国年节及纪念日放假办法) as in force since 2025."""


def statutory(year: int) -> frozenset[date]:
    """The days off that the law gives every year, before any swapping of weekends."""
    days: set[date] = set()
    for name, first, count in _STATUTORY:
        festival = FESTIVALS[name](year)
        if festival is not None:
            days |= {festival + timedelta(days=first + n) for n in range(count)}
    return frozenset(days)
