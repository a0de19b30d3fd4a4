"""Where a period begins and ends, across holidays, make-up days and the turn of the year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.periods import (
    Period,
    Rhythm,
    closing_day,
    closings,
    issue,
    last_closed,
    moved,
    period_at,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = Rhythm(weekday=4, at=time(15), zone=SHANGHAI)


def workday(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("week", "closes"),
    [
        pytest.param("2014-03-26", "2014-03-28", id="a plain week"),
        pytest.param("2014-04-30", "2014-04-30", id="1 to 3 May: the Wednesday before"),
        pytest.param("2014-01-31", "2014-01-30", id="New Year's Eve works, New Year does not"),
        pytest.param("2014-10-03", "2014-09-30", id="the first week of October"),
        pytest.param("2014-10-10", "2014-10-10", id="a Friday before a Saturday that works"),
        pytest.param(
            "2023-10-06",
            "2023-09-28",
            id="a whole week off: the week before has closed already",
        ),
    ],
)
def test_a_period_closes_on_friday_or_on_the_last_working_day_before(
    week: str, closes: str
) -> None:
    assert closing_day(date.fromisoformat(week), FRIDAY, workday) == date.fromisoformat(closes)


def test_the_closing_itself_belongs_to_the_next_period() -> None:
    period = period_at(at("2014-03-28 15:00"), FRIDAY, workday)

    assert period.opens == at("2014-03-28 15:00")
    assert period.closes == at("2014-04-04 15:00")
    assert period.holds(at("2014-03-28 15:00"))
    assert not period.holds(at("2014-04-04 15:00"))


def test_a_week_without_a_working_day_closes_with_the_one_before() -> None:
    period = period_at(at("2023-10-06 12:00"), FRIDAY, workday)

    assert period == Period(opens=at("2023-09-28 15:00"), closes=at("2023-10-13 15:00"))


def test_the_last_closed_period_ends_where_the_open_one_begins() -> None:
    now = at("2014-05-02 09:00")

    assert last_closed(now, FRIDAY, workday).closes == period_at(now, FRIDAY, workday).opens
    assert last_closed(now, FRIDAY, workday).name == date(2014, 4, 30)


def test_only_a_holiday_moves_a_closing() -> None:
    before_may = last_closed(at("2014-05-02 09:00"), FRIDAY, workday)
    in_march = last_closed(at("2014-03-28 15:00"), FRIDAY, workday)

    assert moved(before_may, FRIDAY)
    assert not moved(in_march, FRIDAY)


def test_the_machine_may_tell_the_time_in_another_zone() -> None:
    utc = datetime(2014, 3, 28, 7, 0, tzinfo=UTC)

    assert period_at(utc, FRIDAY, workday) == period_at(
        utc.astimezone(SHANGHAI), FRIDAY, workday
    )


@given(
    moment=st.datetimes(datetime(2010, 1, 1), datetime(2025, 12, 1)),  # noqa: DTZ001 - hypothesis asks for naive bounds
    ahead=st.integers(0, 60 * 24 * 20),
)
def test_periods_leave_no_gap_and_do_not_overlap(moment: datetime, ahead: int) -> None:
    first = period_at(moment.replace(tzinfo=SHANGHAI), FRIDAY, workday)
    later = first.opens + timedelta(minutes=ahead)
    second = period_at(later, FRIDAY, workday)

    assert first.holds(moment.replace(tzinfo=SHANGHAI))
    assert second == first if first.holds(later) else second.opens >= first.closes
    assert period_at(first.closes, FRIDAY, workday).opens == first.closes
    assert workday(first.closes.date())


def test_all_closings_of_a_year_rise_and_are_working_days() -> None:
    found = list(closings(date(2014, 1, 1), date(2014, 12, 31), FRIDAY, workday))

    assert found == sorted(set(found))
    assert all(workday(close.date()) for close in found)
    assert len(found) == 53


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        closing_day(date(2014, 3, 28), FRIDAY, lambda day: False)


@pytest.mark.parametrize(
    ("closed_before", "number", "total"),
    [
        pytest.param([], 1, 1, id="the first of all"),
        pytest.param(["2014-12-19", "2014-12-26"], 1, 3, id="the first of its year"),
        pytest.param(["2014-12-26", "2015-01-02"], 2, 3, id="the second of its year"),
        pytest.param(["2015-01-02", "2015-01-09", "2015-01-16"], 2, 2, id="made again later"),
    ],
)
def test_issues_are_counted_per_year_and_in_all(
    closed_before: list[str], number: int, total: int
) -> None:
    period = last_closed(at("2015-01-09 15:00"), FRIDAY, workday)

    found = issue(period, [date.fromisoformat(day) for day in closed_before])

    assert (found.number, found.total) == (number, total)
