"""Working days: what the library knows, what the office adds, and what holds where nobody knows yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.workdays import Calendar

USUAL = Calendar()
KNOWN = st.dates(date(2005, 1, 10), date(2026, 12, 1))
ANY = st.dates(date(2001, 2, 1), date(2058, 1, 1))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2014, 1, 31), False),
        (date(2014, 4, 7), False),
        (date(2014, 5, 4), True),
        (date(2014, 6, 2), False),
        (date(2014, 9, 8), False),
        (date(2014, 9, 28), True),
        (date(2014, 10, 11), True),
        (date(2014, 3, 5), True),
        (date(2014, 3, 8), False),
    ],
)
def test_public_holidays_and_make_up_days_are_known(day: date, works: bool) -> None:
    assert USUAL.is_workday(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2014, 4, 30), 5, date(2014, 5, 8)),
        (date(2014, 9, 29), 5, date(2014, 10, 11)),
        (date(2014, 10, 11), -5, date(2014, 9, 29)),
        (date(2014, 3, 5), 0, date(2014, 3, 5)),
        (date(2014, 3, 7), 1, date(2014, 3, 10)),
    ],
)
def test_working_days_are_counted_from_the_day_after(
    start: date, count: int, end: date
) -> None:
    assert USUAL.add_workdays(start, count) == end


def test_the_last_working_day_before_a_holiday_is_found() -> None:
    assert USUAL.last_workday_before(date(2014, 4, 5)) == date(2014, 4, 4)
    assert USUAL.last_workday_before(date(2014, 10, 7)) == date(2014, 9, 30)
    assert USUAL.next_workday(date(2014, 9, 30)) == date(2014, 10, 8)


def test_a_year_nobody_has_published_falls_back_on_weekends_and_the_law() -> None:
    assert not USUAL.known(2048)
    assert not USUAL.is_workday(date(2048, 5, 1))
    assert not USUAL.is_workday(date(2048, 2, 14)), "lunar new year"
    assert not USUAL.is_workday(date(2048, 3, 7)), "a Saturday"
    assert USUAL.is_workday(date(2048, 3, 9))


def test_the_office_may_fill_in_a_year_and_wins_over_the_library() -> None:
    own = Calendar(
        off=frozenset({date(2048, 3, 9), date(2014, 3, 5)}),
        work=frozenset({date(2048, 3, 7)}),
    )
    assert own.known(2048)
    assert not own.known(2049)
    assert not own.is_workday(date(2048, 3, 9))
    assert own.is_workday(date(2048, 3, 7))
    assert not own.is_workday(date(2014, 3, 5))


def test_years_before_the_library_began_do_not_raise() -> None:
    assert USUAL.is_workday(date(2003, 9, 8))
    assert USUAL.is_workday(date(1999, 5, 4))


def test_a_calendar_without_working_days_is_refused() -> None:
    nothing = Calendar(off=frozenset(date(2014, 1, 1) + timedelta(days=n) for n in range(800)))
    with pytest.raises(ValueError, match="no working day"):
        nothing.next_workday(date(2014, 6, 1))


@given(ANY)
def test_next_and_last_are_each_others_mirror(day: date) -> None:
    following = USUAL.next_workday(day)
    assert USUAL.is_workday(following)
    assert following > day
    assert USUAL.last_workday_before(following) <= day
    assert not any(
        USUAL.is_workday(day + timedelta(days=n)) for n in range(1, (following - day).days)
    )


@given(KNOWN, st.integers(1, 40))
def test_adding_working_days_passes_exactly_that_many(day: date, count: int) -> None:
    end = USUAL.add_workdays(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(USUAL.is_workday, passed)) == count


def test_holidays_are_stretches_that_are_more_than_a_weekend_and_have_their_name():
    spring = Calendar().holidays(date(2014, 3, 29), date(2014, 5, 4))

    assert spring == (
        (date(2014, 4, 5), date(2014, 4, 7), "Tomb-sweeping Day"),
        (date(2014, 5, 1), date(2014, 5, 3), "Labour Day"),
    )


def test_a_free_day_of_the_offices_own_is_a_holiday_without_a_name():
    calendar = Calendar(off=frozenset({date(2014, 3, 26)}))

    assert calendar.holidays(date(2014, 3, 24), date(2014, 3, 28)) == (
        (date(2014, 3, 26), date(2014, 3, 26), ""),
    )
