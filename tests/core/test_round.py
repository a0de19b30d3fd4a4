"""Windows, waves, waking hours, budgets and clashes."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.round import (
    APART,
    BUDGET,
    Hours,
    Round,
    clashes,
    open_round,
    pointless,
    waves,
    within_budget,
)
from bot.core.workdays import Calendar
from tests.builders import script

ZONE = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2014, 3, 24, 9, tzinfo=ZONE)
STAFF = Hours(
    ((time(7, 30), time(8)), (time(11, 40), time(13, 30))), Calendar().is_workday, ZONE
)


def a_round(days: float = 21, opens: datetime = OPENS, id: str = "spring", **kept) -> Round:
    return Round(
        id=id, script=script(round=id), opens=opens, closes=opens + timedelta(days=days), **kept
    )


def test_a_round_is_open_from_its_opening_up_to_but_without_its_close():
    spring = a_round()
    assert not spring.open(OPENS - timedelta(seconds=1))
    assert spring.open(OPENS)
    assert not spring.open(OPENS + timedelta(days=21))


def test_the_round_that_closes_first_is_meant_unless_another_is_named():
    early, late = a_round(7, id="early"), a_round(30, id="late")
    now = OPENS + timedelta(days=1)
    assert open_round((late, early), now) is early
    assert open_round((late, early), now, "late") is late
    assert open_round((late, early), now, "gone") is early
    assert open_round((late, early), OPENS + timedelta(days=60)) is None


def test_waves_come_at_the_half_and_three_days_before_the_close():
    assert [w - OPENS for w in waves(a_round(21))] == [timedelta(days=10.5), timedelta(days=18)]
    assert [w - OPENS for w in waves(a_round(21, reminders=1))] == [timedelta(days=18)]
    assert waves(a_round(21, reminders=0)) == ()
    assert waves(a_round(2)) == (OPENS + timedelta(days=1),)


@given(st.floats(0.1, 400), st.integers(0, 9))
def test_there_are_never_more_than_two_waves_and_they_are_days_apart(days, reminders):
    spring = a_round(days, reminders=reminders)
    due = waves(spring)
    assert len(due) <= min(2, reminders)
    assert all(spring.open(at) for at in due)
    assert all(second - first >= APART for first, second in itertools.pairwise(due))


def test_nobody_is_spoken_to_at_night_or_on_a_holiday():
    late = datetime(2014, 4, 4, 20, tzinfo=ZONE)  # Qingming until Monday
    assert STAFF.next(late) == datetime(2014, 4, 8, 7, 30, tzinfo=ZONE)
    assert STAFF.now(datetime(2014, 4, 8, 12, tzinfo=ZONE))
    assert not STAFF.now(datetime(2014, 4, 8, 10, tzinfo=ZONE))
    assert STAFF.now(datetime(2014, 5, 4, 12, tzinfo=ZONE))  # a Sunday worked in exchange


@pytest.mark.parametrize(
    ("late", "dropped"), [(timedelta(days=1), False), (timedelta(days=2.5), True)]
)
def test_a_wave_found_late_is_sent_until_the_last_day(late, dropped):
    spring = a_round(21)
    wave = waves(spring)[1]
    assert pointless(wave, spring, wave + late) is dropped


def test_a_cell_has_a_budget_over_all_rounds():
    now = datetime(2014, 4, 1, tzinfo=UTC)
    cell = ("no1", "teacher")
    sent = [(now - timedelta(days=n), cell) for n in range(BUDGET)]
    assert not within_budget(cell, sent, now)
    assert within_budget(("no2", "teacher"), sent, now)
    assert within_budget(cell, sent, now + timedelta(days=30))


def test_rounds_that_ask_the_same_people_at_the_same_time_clash():
    first, second = a_round(id="first"), a_round(id="second", opens=OPENS + timedelta(days=3))
    [clash] = clashes(second, (first, second))
    assert (clash.round, clash.days) == ("first", 3)
    later = a_round(7, id="later", opens=OPENS + timedelta(days=60))
    assert clashes(later, (first,)) == ()
