"""A problem's way from the list to being done with, and what the list says as a whole."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rectification import (
    MOVES,
    MUSTS,
    Event,
    Move,
    Problem,
    Refused,
    State,
    after,
    from_json,
    overdue,
    rates,
    replay,
    standing,
    to_json,
)
from tests import machine

DAY = date(2014, 4, 1)


def did(move: str, words: str = "", *, on: date = DAY, **values: str) -> Event:
    return Event(day=on, who="office-1", move=move, words=words, values=values)


LISTED = did("list", "食堂饭菜偏凉", sources="masses", topic="shitang")
MUST = (
    did("set", "饭菜到班不凉", field="goal"),
    did("set", "加保温箱，错峰送餐", field="measures"),
    did("set", "newtown", field="unit"),
    did("set", "后勤主任", field="person"),
    did("set", "2014-04-10", field="due"),
)
OPENED = (LISTED, *MUST, did("open"))
DONE = (*OPENED, did("begin"), did("finish", "每班一个保温箱，已到位"))
PUBLISHED = (*DONE, did("publish", batch="2014-1"))
RATED = (*PUBLISHED, did("rate", good="20", fair="5", poor="3"))


def test_a_problem_goes_all_the_way_and_keeps_its_five_dates():
    problem = replay(12, (*RATED, did("close", "已解决", on=DAY + timedelta(9))))
    assert problem.state is State.CLOSED
    assert None not in (problem.listed, problem.promised, problem.announced, problem.published)
    assert (problem.rated, problem.closed) == (DAY, DAY + timedelta(9))


@pytest.mark.parametrize("left_out", range(len(MUST)))
def test_no_item_is_opened_with_a_must_missing(left_out):
    there = tuple(one for at, one in enumerate(MUST) if at != left_out)
    with pytest.raises(Refused) as refused:
        replay(1, (LISTED, *there, did("open")))
    assert refused.value.key == "musts"
    assert refused.value.params["missing"] in MUSTS


@pytest.mark.parametrize(
    ("history", "move", "why"),
    [
        ((LISTED,), did("list", "again", sources="masses"), "state"),
        ((LISTED,), did("begin"), "state"),
        (OPENED, did("progress"), "words"),
        (OPENED, did("publish", batch="1"), "state"),
        (OPENED, did("set", "2014-05-01", field="due"), "due"),
        (OPENED, did("extend", "材料未到", due="2014-04-09"), "due"),
        (OPENED, did("extend", due="2014-05-09"), "words"),
        (OPENED, did("set", "", field="goal"), "words"),
        (OPENED, did("fly"), "state"),
        (DONE, did("close", "好了"), "unpublished"),
        (PUBLISHED, did("close", "好了"), "unrated"),
        (PUBLISHED, did("rate", good="0", fair="0", poor="0"), "value"),
        (PUBLISHED, did("send_back", "还是凉的"), "due"),
        (DONE, did("drop", "不是问题"), "state"),
    ],
)
def test_what_may_not_be_done_is_refused_with_its_reason(history, move, why):
    with pytest.raises(Refused) as refused:
        after(replay(1, history), move)
    assert refused.value.key == why


def test_what_people_are_not_content_with_goes_back_with_a_new_date():
    back = replay(1, (*RATED, did("send_back", "还是凉的", due="2014-04-20")))
    assert (back.state, back.musts.due, back.reworked) == (
        State.REWORK,
        date(2014, 4, 20),
        1,
    )
    assert (back.published, back.good, back.batch) == (None, 0, "")


def test_a_big_problem_with_a_small_mend_is_noticed():
    assert replay(1, (*OPENED, did("set", "加箱", field="measures"))).shrunk
    assert not replay(
        1, (*OPENED, did("set", "加保温箱，错峰送餐，家长试吃", field="measures"))
    ).shrunk


def test_what_speaks_again_after_it_was_closed_is_open_again_and_marked():
    closed = (*RATED, did("close", "已解决"))
    again = replay(1, (*closed, did("recur")))
    assert (again.state, again.recurred, again.closed) == (State.REWORK, True, None)


def test_a_leaders_own_measures_are_closed_without_a_notice_and_never_in_one():
    own = (LISTED, did("set", "1", field="personal"), *MUST, did("open"), did("finish", "改了"))
    assert replay(1, (*own, did("close", "已改"))).state is State.CLOSED
    with pytest.raises(Refused):
        replay(1, (*own, did("publish", batch="1")))
    assert standing([replay(1, own)], DAY) is None


def test_late_is_counted_from_the_day_after_the_date_until_it_is_done():
    problem = replay(1, OPENED)
    assert [overdue(problem, DAY + timedelta(n)) for n in (9, 10, 12)] == [0, 1, 3]
    assert overdue(replay(1, DONE), DAY + timedelta(30)) == 0


def test_the_list_as_the_digest_tells_it():
    problems = [
        replay(1, (LISTED,)),
        replay(2, OPENED),
        replay(3, (*RATED, did("close", "已解决"))),
        replay(4, (*OPENED, did("ask_above", "要市里定"))),
        replay(5, (LISTED, did("drop", "并到第2号", into="2"))),
    ]
    told = standing(problems, date(2014, 4, 14))
    assert told is not None
    assert (told.total, told.done, told.whole) == (4, 1, 3)
    assert [c.number for c in told.missing] == [1, 1, 1, 1]
    assert [(o.number, o.days) for o in told.overdue] == [("2", 4), ("4", 4)]
    assert (told.ratings.good, told.ratings.total) == (20, 28)
    assert told.help == ("食堂饭菜偏凉",)


def test_the_four_rates_have_nothing_to_say_of_nothing():
    none = rates([], opinions=0, judged=0, today=DAY)
    assert (none.met, none.finished, none.in_order, none.content) == (None,) * 4
    some = rates(
        [replay(1, (*RATED, did("close", "好"))), replay(2, OPENED)],
        opinions=10,
        judged=9,
        today=DAY,
    )
    assert (some.met, some.finished, some.in_order, some.content) == (900, 500, 1000, 893)


_MOVES = st.builds(
    did,
    st.sampled_from([*Move]),
    st.sampled_from(["", "一句话", "2014-04-30"]),
    on=st.dates(DAY, DAY + timedelta(40)),
)
_ANY = st.one_of(
    _MOVES,
    st.sampled_from([*RATED, did("send_back", "x", due="2014-09-01"), did("close", "y")]),
    st.builds(lambda f, v: did("set", v, field=f), st.sampled_from(["goal", "unit", "due", "kind"]), st.text(max_size=4)),
)  # fmt: skip


@given(st.lists(_ANY, max_size=30))
def test_whatever_is_tried_a_problem_is_always_in_order(tried):
    """After any attempts: only allowed moves happened, an item has its musts, and the history makes the same again."""
    problem, history = Problem(number=1), []
    for event in tried:
        try:
            then = after(problem, event)
        except Refused:
            continue
        step = MOVES[Move(event.move)]
        assert problem.listed is None or problem.state in step.sources
        problem = then
        history.append(event)
        if problem.item:
            assert not problem.musts.missing
        if problem.state is State.CLOSED:
            assert problem.closed
            assert problem.result
        assert not (problem.personal and problem.batch)
    assert replay(1, history) == problem
    assert from_json(to_json(problem)) == problem


def test_a_closed_item_is_looked_back_at_after_one_and_after_three_months():
    closed = (*RATED, did("close", "已解决", on=date(2014, 11, 30)))
    problem = replay(1, closed)
    assert problem.look == date(2014, 12, 30)
    once = did("look", "还是热的", on=date(2014, 12, 31))
    assert replay(1, (*closed, once)).look == date(2015, 2, 28)
    assert replay(1, (*closed, once, once)).look is None


def test_what_was_closed_too_early_is_sent_back_and_is_not_closed_any_more():
    back = did("send_back", "又凉了", due="2014-05-01")
    problem = replay(1, (*RATED, did("close", "已解决"), back))
    assert (problem.state, problem.closed, problem.look) == (State.REWORK, None, None)
    assert (problem.musts.due, problem.good) == (date(2014, 5, 1), 0)


def test_people_say_once_more_whether_what_was_closed_holds():
    closed = (*RATED, did("close", "已解决"))
    shown = replay(1, (*closed, did("show", batch="b2")))
    assert (shown.state, shown.batch) == (State.CLOSED, "b2")
    weighed = replay(
        1, (*closed, did("show", batch="b2"), did("weigh", good="1", fair="2", poor="9"))
    )
    assert (weighed.good, weighed.fair, weighed.poor) == (1, 2, 9)
    assert weighed.state is State.CLOSED


def test_every_state_but_the_last_leads_somewhere():
    for state in State:
        leads = {step.to for step in MOVES.values() if state in step.sources and step.to}
        assert leads or state == State.DROPPED


def test_the_state_machine_of_the_docs_is_drawn_from_the_code():
    """Renew it with `python -m tests.machine`."""
    page = machine.PAGE.read_text(encoding="utf-8")
    assert machine.drawn() in page
    assert machine.renewed(page) == page
