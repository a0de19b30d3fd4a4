"""Every opinion has exactly one way at every moment, whatever is done in whatever order; and with ten thousand of them."""

import shutil
import tempfile
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core.bucket import Piece
from bot.core.messages import Redacted
from bot.core.receipt import MOST_PIECES
from bot.core.rectification import Move, Refused, State, rates, replay, standing
from bot.core.release import Freed
from handlers.rectification import act, come_back, follow_up, judge, put_on_list
from storage.opinion import sliced
from storage.rectification import Fate, Notice
from storage.schema import prepare
from tests.vaults import opened

pytestmark = pytest.mark.one_database  # an empty one is copied for each history

DAY = date(2014, 4, 1)
PERIOD = "2014-03-28"
WAYS = ("answered", "forwarded", "handed", "declined")


def period_of(day: date) -> str:
    """Weeks that end on Fridays."""
    return (day + timedelta(days=(4 - day.weekday()) % 7)).isoformat()


def piece(
    number: int,
    *,
    text: str = "菜凉",
    question: str = "q",
    choice: str = "",
    about: str = "一般",
) -> Freed:
    made = Piece(
        id=number.to_bytes(16, "big"),
        reply_key=bytes(32),
        atom="a0",
        question=question,
        dimension="怨",
        options=(choice,) if choice else (),
        text=Redacted(text),
        labels={"topic": "shitang", "about": about},
    )
    return Freed(made, "a0", "newtown", "parent")


def release(work, pieces, *, round="r", period=PERIOD):
    for some in sliced(pieces, max(1, len(pieces) // 500)):
        work.opinions.release(round, period, some)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty database to be copied: preparing one takes longer than an example."""
    file = tmp_path_factory.mktemp("empty") / "tingwen.db"
    prepare(file)
    return file


class Histories(RuleBasedStateMachine):
    """An office at work, in any order: opinions come and are withdrawn, are judged and judged anew, problems are listed, made
    items, finished, closed, sent back, put into others."""

    empty: Path

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "data").mkdir()
        shutil.copy(self.empty, folder / "data" / "tingwen.db")
        self.work = self.stack.enter_context(opened(folder))
        self.come = 0
        self.day = DAY

    def teardown(self):
        self.stack.close()

    def _numbers(self):
        return [p.number for p in self.work.problems.every()]

    def _ids(self):
        return [bytes.fromhex(one.id) for one in self.work.opinions.of(PERIOD)]

    @rule(many=st.integers(1, 4), about=st.sampled_from(["一般", "一般", "班子", "个人"]))
    def opinions_come(self, many, about):
        release(self.work, [piece(self.come + n, about=about) for n in range(1, many + 1)])
        self.come += many

    @rule()
    def a_rating_comes(self):
        self.come += 1
        release(
            self.work,
            [piece(self.come, text="还行", question="p1", choice="good")],
            round="rate_x",
        )

    @precondition(lambda self: self.come)
    @rule(data=st.data())
    def somebody_withdraws(self, data):
        gone = data.draw(st.integers(1, self.come)).to_bytes(16, "big")
        self.work.opinions.withdraw([gone] + [bytes(16)] * MOST_PIECES)

    @rule(days=st.integers(1, 40))
    def time_goes_by(self, days):
        self.day += timedelta(days=days)

    @rule()
    def a_problem_is_listed(self):
        put_on_list(self.work, "一件事", self.day, "office-1", topic="shitang")

    @precondition(lambda self: self._ids())
    @rule(data=st.data(), way=st.sampled_from(["known", "new", *WAYS]))
    def opinions_are_judged(self, data, way):
        ids = data.draw(st.lists(st.sampled_from(self._ids()), min_size=1, max_size=4))
        if way not in ("known", "new"):
            fate = Fate(way=way, words="好", day=self.day)
        elif self._numbers():
            number = data.draw(st.sampled_from(self._numbers()))
            fate = Fate(way=way, problem=number, day=self.day)
        else:
            return
        judge(self.work, ids, fate, period_of)

    @precondition(lambda self: self._numbers())
    @rule(data=st.data(), move=st.sampled_from([m for m in Move if m is not Move.LIST]))
    def something_is_tried_on_a_problem(self, data, move):
        number = data.draw(st.sampled_from(self._numbers()))
        due = (self.day + timedelta(days=30)).isoformat()
        values = {
            Move.SET: {
                "field": data.draw(st.sampled_from(["goal", "measures", "unit", "person"]))
            },
            Move.SEND_BACK: {"due": due},
            Move.EXTEND: {"due": due},
            Move.PUBLISH: {"batch": "b"},
            Move.SHOW: {"batch": "b"},
            Move.RATE: {"good": "5", "fair": "0", "poor": "1"},
            Move.WEIGH: {"good": "5", "fair": "0", "poor": "1"},
            Move.CLOSE: {"unrated": "1"},
            Move.DROP: {"into": str(data.draw(st.sampled_from(self._numbers())))},
        }.get(move, {})
        words = "good" if move is Move.OWN else "一句话"
        try:
            act(self.work, number, move, self.day, "office-1", words, **values)
        except Refused:
            return

    @precondition(lambda self: self._numbers())
    @rule(data=st.data())
    def a_problem_goes_all_the_way(self, data):
        number = data.draw(st.sampled_from(self._numbers()))
        due = (self.day + timedelta(days=30)).isoformat()
        try:
            for field, value in (
                ("goal", "好"),
                ("measures", "改"),
                ("unit", "u"),
                ("person", "某科"),
                ("due", due),
            ):
                act(self.work, number, Move.SET, self.day, "office-1", value, field=field)
            for move in (Move.OPEN, Move.FINISH):
                act(self.work, number, move, self.day, "office-1", "好了")
            act(self.work, number, Move.PUBLISH, self.day, "office-1", batch="b")
            act(self.work, number, Move.CLOSE, self.day, "office-1", "好了", unrated="1")
        except Refused:
            return

    @rule()
    def the_week_closes(self):
        come_back(self.work, self.day, period_of, ())

    @invariant()
    def each_has_exactly_one_way(self):
        problems = {p.number: p for p in self.work.problems.every()}
        ways = self.work.problems.ways(PERIOD)
        waiting = {bytes.fromhex(one.id) for one in self.work.opinions.unjudged(PERIOD, 9999)}
        common = {
            bytes.fromhex(one.id)
            for one in self.work.opinions.of(PERIOD)
            if one.round == "r" and '"about":"个人"' not in one.labels
        }
        judged = {id for id in ways if id in common}
        assert judged | waiting == common
        assert not judged & waiting
        assert self.work.opinions.worded() == len(common)
        for fate in ways.values():
            assert (fate.way in ("known", "new")) == bool(fate.problem)
            if fate.problem:
                assert (
                    problems[fate.problem].state is not State.DROPPED
                    or not problems[fate.problem].into
                )

    @invariant()
    def what_is_kept_of_a_problem_is_what_its_history_makes(self):
        for problem in self.work.problems.every():
            assert replay(problem.number, self.work.problems.history(problem.number)) == problem


def test_every_opinion_has_one_way_at_every_moment(empty):
    Histories.empty = empty
    machine = Histories.TestCase
    machine.settings = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()


OPINIONS, PROBLEMS, ITEMS, A_BATCH = 10_000, 500, 100, 10


def test_ten_thousand_opinions_come_full_circle(work):
    """10 000 opinions, 500 problems, 100 items: listed, opened, done, shown, rated, closed or sent back."""
    release(work, [piece(n) for n in range(OPINIONS)])
    ids = [bytes.fromhex(one.id) for one in work.opinions.of(PERIOD)]
    for _ in range(PROBLEMS):
        put_on_list(work, "一件事", DAY, "office-1", topic="shitang")
    for at in range(PROBLEMS):
        mine = ids[at * 18 : at * 18 + 18]
        judge(work, mine, Fate(way="known", problem=at + 1, day=DAY), period_of)
    rest = ids[PROBLEMS * 18 :]
    assert len(work.opinions.unjudged(PERIOD, OPINIONS)) == len(rest)
    for at, way in enumerate(WAYS):
        judge(work, rest[at::4], Fate(way=way, words="好", day=DAY), period_of)
    assert work.opinions.unjudged(PERIOD, 1) == []
    assert sum(work.problems.judged().values()) == OPINIONS == work.opinions.worded()

    due = (DAY + timedelta(days=20)).isoformat()
    must = (("goal", "好"), ("measures", "改"), ("unit", "u"), ("person", "某科"), ("due", due))
    for number in range(1, ITEMS + 1):
        for field, value in must:
            act(work, number, Move.SET, DAY, "office-1", value, field=field)
        for move in (Move.OPEN, Move.BEGIN, Move.FINISH):
            act(work, number, move, DAY, "node-1", "好了")
        batch = f"b{number // A_BATCH}"
        act(work, number, Move.PUBLISH, DAY, "office-1", batch=batch)
        grade = "poor" if number % 4 == 0 else "good"
        said = [
            piece(OPINIONS + 10 * number + n, text="", question=f"p{number}", choice=grade)
            for n in range(6)
        ]
        release(work, said, round=f"rate_{batch}")
    closes = DAY + timedelta(days=7)
    for batch in sorted({f"b{number // A_BATCH}" for number in range(1, ITEMS + 1)}):
        work.problems.put_up(
            Notice(batch=batch, opens=DAY, closes=closes, units=(), round=f"rate_{batch}")
        )
    after = closes + timedelta(days=1)
    done = follow_up(work, after, awake=True, first_of_week=lambda _: True, offices=())
    assert len(done.rated) == ITEMS
    assert len(work.problems.at(State.REWORK)) == ITEMS // 4
    for problem in work.problems.at(State.RATED):
        act(work, problem.number, Move.CLOSE, after, "office-1", "好了")
    assert len(work.problems.at(State.CLOSED)) == ITEMS - ITEMS // 4
    assert len(work.echoes.waiting()) == ITEMS - ITEMS // 4
    found = rates(work.problems.every(), opinions=OPINIONS, judged=OPINIONS, today=after)
    assert (found.met, found.finished, found.content) == (1000, 750, 1000)
    told = standing(work.problems.every(), after)
    assert told.total == PROBLEMS
    assert len(told.rework) == ITEMS // 4
