"""How a campaign stands on a day, and what a look back finds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.campaign.model import Campaign, Completion, Days, Node
from bot.core.campaign.standing import (
    NOTHING_REPORTED,
    State,
    agenda,
    days_due,
    due_between,
    look_back,
    read_rule,
    reports,
    state,
    states,
    too_short,
    window,
)
from bot.core.dates.grammar import Rule
from bot.core.dates.resolve import rrule

TODAY = date(2014, 3, 26)
"""A Wednesday."""


def node(id: str = "a", **fields: object) -> Node:
    return replace(
        Node(id=id, place="node", title=f"thing {id}", kind="by"),
        **fields,  # pyright: ignore[reportArgumentType]
    )


def of(*nodes: Node) -> Campaign:
    return Campaign(id="c", title="t", since=date(2014, 3, 1), nodes=nodes)


def done(id: str, unit: str = "", day: date = TODAY) -> Completion:
    return Completion(node=id, unit=unit, day=day)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((None, None), State.OPEN),
        ((None, date(2014, 3, 25)), State.OVERDUE),
        ((None, date(2014, 3, 26)), State.RUNNING),
        ((None, date(2014, 4, 2)), State.RUNNING),
        ((None, date(2014, 4, 3)), State.TO_COME),
        ((date(2014, 3, 26), date(2014, 5, 1)), State.RUNNING),
        ((date(2014, 3, 27), date(2014, 5, 1)), State.TO_COME),
        ((date(2014, 3, 1), date(2014, 3, 25)), State.OVERDUE),
        ((date(2014, 3, 1), None), State.RUNNING),
    ],
)
def test_a_node_stands_as_its_days_say(days: Days, expected: State) -> None:
    assert state(node(start=days[0], end=days[1]), NOTHING_REPORTED, TODAY) is expected


def test_what_is_to_come_on_other_days_was_moved() -> None:
    moved = node(end=date(2014, 5, 1), was=(None, date(2014, 4, 20)))
    assert state(moved, NOTHING_REPORTED, TODAY) is State.MOVED


def test_what_was_over_at_the_beginning_is_recorded_and_may_still_be_reported() -> None:
    past = node(end=date(2014, 3, 1), recorded=True)
    assert state(past, NOTHING_REPORTED, TODAY) is State.RECORDED
    assert state(past, reports([done("a")]), TODAY) is State.DONE


def test_a_node_of_all_is_done_when_every_unit_reported_it() -> None:
    of_all = node(end=date(2014, 3, 25), everybody="各基层党组织")
    two = reports([done("a", "s1"), done("a", "s2")], ["s1", "s2", "s3", "s4"])
    assert two.progress(of_all).missing == ("s3", "s4")
    assert state(of_all, two, TODAY) is State.OVERDUE
    every = reports([done("a", u) for u in ("s1", "s2", "s3", "s4")], ["s1", "s2", "s3", "s4"])
    assert state(of_all, every, TODAY) is State.DONE


def test_the_office_may_close_a_node_of_all_for_everybody() -> None:
    of_all = node(end=date(2014, 3, 25), everybody="各基层党组织")
    assert state(of_all, reports([done("a")], ["s1", "s2"]), TODAY) is State.DONE


def test_a_unit_that_reports_twice_counts_once() -> None:
    of_all = node(everybody="各单位")
    twice = reports([done("a", "s1"), done("a", "s1")], ["s1", "s2"])
    assert (twice.progress(of_all).done, twice.progress(of_all).of) == (1, 2)


def test_a_phase_stands_as_what_is_in_it() -> None:
    phase = node("p", place="phase", phase="one", end=date(2014, 3, 20), start=date(2014, 3, 1))
    inner = node("n", phase="one", step="s", end=date(2014, 3, 18))
    found = of(phase, inner)
    assert states(found, NOTHING_REPORTED, TODAY)["p"] is State.OVERDUE
    assert states(found, reports([done("n")]), TODAY)["p"] is State.DONE
    running = of(replace(phase, end=date(2014, 4, 20)), inner)
    assert states(running, reports([done("n")]), TODAY)["p"] is State.RUNNING


def test_a_step_is_done_with_the_last_of_its_nodes() -> None:
    step = node("s", place="step", phase="one", step="s", end=date(2014, 4, 20))
    inner = node("n", phase="one", step="s", end=date(2014, 3, 18))
    assert states(of(step, inner), reports([done("n")]), TODAY)["s"] is State.DONE


def test_one_screen_shows_overdue_this_week_and_next_week() -> None:
    found = of(
        node("late", end=date(2014, 3, 21)),
        node("friday", end=date(2014, 3, 28)),
        node("sunday", end=date(2014, 3, 30)),
        node("monday", end=date(2014, 3, 31)),
        node("later", end=date(2014, 4, 7)),
        node("sometime"),
        node("kept", end=date(2014, 3, 2), recorded=True),
        node("phase", place="phase", end=date(2014, 3, 28)),
    )
    shown = agenda(found, NOTHING_REPORTED, TODAY)
    assert [e.node.id for e in shown.overdue] == ["late"]
    assert [e.node.id for e in shown.this_week] == ["friday", "sunday"]
    assert [e.node.id for e in shown.next_week] == ["monday"]
    assert [n.id for n in shown.open] == ["sometime"]


def test_what_comes_again_is_due_on_each_of_its_days_until_it_is_reported() -> None:
    monthly = node("m", rrule="FREQ=MONTHLY;BYMONTHDAY=15", kind="recurring")
    april = due_between(
        of(monthly), NOTHING_REPORTED, date(2014, 4, 1), date(2014, 5, 20), TODAY
    )
    assert [e.day for e in april] == [date(2014, 4, 15), date(2014, 5, 15)]
    said = reports([Completion(node="m", day=TODAY, occurrence=date(2014, 4, 15))])
    left = due_between(of(monthly), said, date(2014, 4, 1), date(2014, 5, 20), TODAY)
    assert [e.day for e in left] == [date(2014, 5, 15)]


@given(
    st.builds(
        Rule,
        frequency=st.sampled_from(["WEEKLY", "MONTHLY", "YEARLY"]),
        interval=st.integers(1, 4),
        weekdays=st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 6)), max_size=3).map(
            tuple
        ),
        days=st.lists(st.integers(1, 31), max_size=3).map(tuple),
        months=st.lists(st.integers(1, 12), max_size=3).map(tuple),
        place=st.sampled_from([0, 1, -1]),
    )
)
def test_a_rule_is_read_back_as_it_was_written(rule: Rule) -> None:
    assert read_rule(rrule(rule)) == rule


@pytest.mark.parametrize("text", ["", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=XX", "nonsense"])
def test_a_rule_that_is_none_of_ours_has_no_days(text: str) -> None:
    assert days_due(node(rrule=text or "x"), TODAY, TODAY + timedelta(days=400)) == ()


def test_a_look_back_says_per_step_what_was_to_be_done_and_what_is_missing() -> None:
    found = of(
        node("own", step="one", end=date(2014, 3, 10), prescribed=False),
        node("must", step="one", end=date(2014, 3, 12), prescribed=True),
        node("all", step="two", end=date(2014, 3, 20), everybody="各校"),
        node("far", step="two", end=date(2014, 6, 20)),
    )
    known = reports([done("own", day=date(2014, 3, 9)), done("all", "s1")], ["s1", "s2"])
    one, two = look_back(found, known, TODAY)
    assert [look.node.id for look in one.looks] == ["must", "own"]
    assert [look.node.id for look in one.missing] == ["must"]
    assert one.looks[1].handed_in == date(2014, 3, 9)
    assert two.missing[0].progress.missing == ("s2",)
    assert (one.done, two.done) == (1, 0)


@pytest.mark.parametrize(
    ("first", "last", "months", "short"),
    [
        (date(2014, 3, 1), date(2014, 5, 31), 3, False),
        (date(2014, 3, 1), date(2014, 5, 30), 3, True),
        (date(2014, 11, 30), date(2015, 2, 27), 3, True),
        (date(2014, 12, 15), date(2015, 3, 14), 3, False),
        (date(2014, 3, 1), date(2014, 6, 30), 6, True),
    ],
)
def test_a_window_below_three_months_is_pointed_out(
    first: date, last: date, months: int, short: bool
) -> None:
    found = of(node(place="whole", start=first, end=last))
    assert window(found) == (first, last)
    assert too_short(found, months) is short


def test_without_a_whole_the_window_is_from_the_first_node_to_the_last() -> None:
    found = of(node("a", end=date(2014, 3, 5)), node("b", start=date(2014, 6, 1)), node("c"))
    assert window(found) == (date(2014, 3, 5), date(2014, 6, 1))
    assert window(of(node())) is None
    assert not too_short(of(node()))


@given(
    st.lists(st.tuples(st.none() | st.dates(), st.none() | st.dates()), max_size=8),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_any_days_on_any_day_have_a_state(days: list[Days], today: date) -> None:
    found = of(*(node(str(n), start=a, end=b) for n, (a, b) in enumerate(days)))
    assert set(states(found, NOTHING_REPORTED, today)) == {n.id for n in found.nodes}
