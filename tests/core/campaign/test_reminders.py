"""Which reminders are due: on working days, before holidays, once, never for what is done or over."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.campaign.model import Campaign, Completion, Node
from bot.core.campaign.reminders import Reminder, Rules, due
from bot.core.campaign.standing import NOTHING_REPORTED, reports
from bot.core.workdays import Calendar

CALENDAR = Calendar()


def node(id: str = "a", **fields: object) -> Node:
    base = Node(id=id, place="node", title=f"thing {id}", kind="by", responsible=("甲某",))
    return replace(base, **fields)  # pyright: ignore[reportArgumentType]


def of(*nodes: Node) -> Campaign:
    return Campaign(id="c", title="t", since=date(2014, 1, 1), nodes=nodes)


class Listener:
    """One address, and the days on which it heard of each node: the rows that storage keeps."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, date]] = []

    def hear(self, reminders: tuple[Reminder, ...]) -> list[Reminder]:
        told: list[Reminder] = []
        for one in reminders:
            if any(id == one.node.id and day >= one.first for id, day in self.heard):
                continue
            self.heard.append((one.node.id, one.day))
            told.append(one)
        return told

    def days(self, id: str = "a") -> list[date]:
        return [day for node, day in self.heard if node == id]


def run(found: Campaign, first: date, last: date, rules: Rules | None = None) -> Listener:
    listener = Listener()
    for n in range((last - first).days + 1):
        today = first + timedelta(days=n)
        listener.hear(due(found, NOTHING_REPORTED, today, CALENDAR, rules))
    return listener


def test_three_days_one_day_and_no_day_before_then_a_day_and_a_week_after() -> None:
    listener = run(of(node(end=date(2014, 3, 20))), date(2014, 3, 1), date(2014, 6, 30))
    assert listener.days() == [
        date(2014, 3, 17),
        date(2014, 3, 19),
        date(2014, 3, 20),
        date(2014, 3, 21),
        date(2014, 3, 27),
    ]


def test_a_deadline_in_a_holiday_is_announced_before_it_begins() -> None:
    """Spring Festival of 2014: off from 31 January to 6 February; 26 January, a Sunday, was worked."""
    listener = run(of(node(end=date(2014, 2, 3))), date(2014, 1, 20), date(2014, 2, 6))
    assert listener.days() == [date(2014, 1, 30)]


def test_a_deadline_right_after_a_holiday_is_announced_before_it_too() -> None:
    listener = run(of(node(end=date(2014, 2, 7))), date(2014, 1, 20), date(2014, 2, 7))
    assert listener.days() == [date(2014, 1, 30), date(2014, 2, 7)]


def test_a_worked_sunday_is_a_day_like_any_other() -> None:
    listener = run(of(node(end=date(2014, 5, 5))), date(2014, 4, 25), date(2014, 5, 5))
    assert listener.days() == [date(2014, 4, 30), date(2014, 5, 4), date(2014, 5, 5)]


def test_nothing_is_said_on_a_free_day() -> None:
    assert (
        due(of(node(end=date(2014, 3, 30))), NOTHING_REPORTED, date(2014, 3, 29), CALENDAR)
        == ()
    )


@pytest.mark.parametrize(
    "silent",
    [
        node(end=date(2014, 3, 20), recorded=True),
        node(end=date(2014, 3, 20), place="phase"),
        node(start=date(2014, 3, 20), kind="window"),
        node(),
    ],
    ids=["recorded", "a phase", "a beginning only", "no day"],
)
def test_some_nodes_are_never_reminded(silent: Node) -> None:
    assert run(of(silent), date(2014, 3, 1), date(2014, 5, 1)).heard == []


def test_nothing_of_a_draft_is_reminded() -> None:
    draft = replace(of(node(end=date(2014, 3, 20))), since=None)
    assert run(draft, date(2014, 3, 1), date(2014, 4, 1)).heard == []


def test_what_is_done_is_not_reminded() -> None:
    known = reports([Completion(node="a", day=date(2014, 3, 10))])
    assert due(of(node(end=date(2014, 3, 20))), known, date(2014, 3, 20), CALENDAR) == ()


def test_units_that_have_not_reported_are_named_for_a_node_of_all() -> None:
    known = reports([Completion(node="a", unit="s1", day=date(2014, 3, 10))], ["s1", "s2"])
    found = of(node(end=date(2014, 3, 20), everybody="各校"))
    (one,) = due(found, known, date(2014, 3, 19), CALENDAR)
    assert one.units == ("s2",)


def test_what_was_slept_through_comes_as_one_reminder() -> None:
    found, listener = of(node(end=date(2014, 3, 20))), Listener()
    (one,) = listener.hear(due(found, NOTHING_REPORTED, date(2014, 3, 19), CALENDAR))
    assert (one.left, one.overdue) == (1, False)
    assert listener.hear(due(found, NOTHING_REPORTED, date(2014, 3, 19), CALENDAR)) == []


def test_what_was_slept_through_and_is_over_is_only_overdue() -> None:
    (one,) = due(of(node(end=date(2014, 3, 20))), NOTHING_REPORTED, date(2014, 3, 24), CALENDAR)
    assert one.overdue
    assert one.left == -4


def test_a_clock_set_back_repeats_nothing() -> None:
    found, listener = of(node(end=date(2014, 3, 20))), Listener()
    for day in (17, 20, 17, 18, 19, 20):
        listener.hear(due(found, NOTHING_REPORTED, date(2014, 3, day), CALENDAR))
    assert listener.days() == [date(2014, 3, 17), date(2014, 3, 20)]


def test_a_node_moved_by_a_day_is_not_announced_twice_for_it() -> None:
    listener = Listener()
    for end in (date(2014, 3, 20), date(2014, 3, 21)):
        listener.hear(due(of(node(end=end)), NOTHING_REPORTED, date(2014, 3, 18), CALENDAR))
    assert listener.days() == [date(2014, 3, 18)]


def test_a_node_moved_far_is_announced_anew() -> None:
    listener = run(of(node(end=date(2014, 3, 20))), date(2014, 3, 1), date(2014, 3, 20))
    before = len(listener.heard)
    later = of(node(end=date(2014, 4, 24)))
    for n in range(40):
        today = date(2014, 3, 20) + timedelta(days=n)
        listener.hear(due(later, NOTHING_REPORTED, today, CALENDAR))
    assert listener.days()[before:][:3] == [
        date(2014, 4, 21),
        date(2014, 4, 23),
        date(2014, 4, 24),
    ]


def test_a_day_of_reception_is_told_the_day_before_and_on_the_day() -> None:
    entry = node(place="reception", rrule="FREQ=MONTHLY;BYMONTHDAY=15", kind="recurring")
    listener = run(of(entry), date(2014, 3, 31), date(2014, 5, 20))
    assert listener.days() == [
        date(2014, 4, 14),
        date(2014, 4, 15),
        date(2014, 5, 14),
        date(2014, 5, 15),
    ]


def test_a_meeting_that_is_over_is_not_overdue() -> None:
    entry = node(place="meeting", start=date(2014, 3, 20), end=date(2014, 3, 20), kind="point")
    listener = run(of(entry), date(2014, 3, 1), date(2014, 4, 20))
    assert listener.days() == [date(2014, 3, 19), date(2014, 3, 20)]


def test_the_days_before_are_the_offices_to_choose() -> None:
    rules = Rules(before=(7, 2), after=())
    listener = run(of(node(end=date(2014, 3, 20))), date(2014, 3, 1), date(2014, 4, 20), rules)
    assert listener.days() == [date(2014, 3, 13), date(2014, 3, 18)]


def test_a_whole_year_over_new_year_and_spring_festival() -> None:
    """Every day from autumn 2013 to autumn 2014 is somebody's deadline; the bell rings every day."""
    first, last = date(2013, 10, 1), date(2014, 9, 30)
    ends = [first + timedelta(days=n) for n in range(365)]
    found = of(*(node(f"{end}", end=end) for end in ends))
    found = replace(found, since=first)
    listener = run(found, first - timedelta(days=20), last + timedelta(days=30))
    assert all(CALENDAR.is_workday(day) for _, day in listener.heard)
    assert max(Counter(listener.heard).values()) == 1
    for end in ends:
        days = listener.days(f"{end}")
        before = [day for day in days if day <= end]
        assert before, f"{end} was not announced"
        assert len(before) <= 3
        assert 1 <= len(days) - len(before) <= 2
        if CALENDAR.is_workday(end):
            assert end in before
        else:
            assert CALENDAR.last_workday_before(end) in before


@settings(max_examples=60)
@given(
    end=st.dates(date(2014, 1, 1), date(2014, 12, 1)),
    jumps=st.lists(st.integers(-40, 40), min_size=1, max_size=40),
)
def test_however_the_clock_jumps_no_stage_is_said_twice(end: date, jumps: list[int]) -> None:
    listener, found = Listener(), of(node(end=end))
    for jump in jumps:
        listener.hear(due(found, NOTHING_REPORTED, end + timedelta(days=jump), CALENDAR))
    assert max(Counter(listener.heard).values(), default=1) == 1
    assert sum(1 for day in listener.days() if day <= end) <= 3
    assert sum(1 for day in listener.days() if day > end) <= 2
