"""What the clock does with the list: notices come down and are rated, who owes something is reminded, what is closed is looked
back at, what is said again is open again.

Each reminder is a parcel with a key of its own, so that it is said once however often the bell rings.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.messages import Address
from bot.core.rectification import GRADES, LOOKS, TERMS, Move, Problem, State, overdue
from handlers.rectification.deeds import PeriodOf, act, comes_back, responsible
from storage.outbox import Note
from storage.rectification import Notice
from storage.unit_of_work import Work

CONTENT = 600
"""Tenths of a percent of 满意 and 基本满意 from which on an item is not sent back."""

_OWED = (State.UNTOUCHED, State.WORKING, State.ABOVE, State.REWORK)


@dataclass(frozen=True, slots=True)
class Followed:
    """What the clock did with the list; for the tests, and for nobody's log."""

    down: tuple[str, ...] = ()
    rated: tuple[int, ...] = ()
    nudged: int = 0


def follow_up(
    work: Work,
    today: date,
    *,
    awake: bool,
    first_of_week: Callable[[date], bool],
    offices: Iterable[Address],
) -> Followed:
    """Take down what is past its time, rate what people have rated, remind those who owe something."""
    down = [n for n in work.problems.notices() if not n.down and n.closes < today]
    told = tuple(offices)
    rated: list[int] = []
    done: list[str] = []
    for notice in down:
        if not work.vault.over(notice.round):
            continue  # the last tick has not let the ratings out yet
        rated += _rate(work, notice, today, told)
        work.problems.take_down(notice.batch)
        done.append(notice.batch)
    nudged = _nudge(work, today, first_of_week, told) if awake else 0
    return Followed(tuple(done), tuple(rated), nudged)


def come_back(
    work: Work, today: date, period_of: PeriodOf, offices: Iterable[Address]
) -> tuple[int, ...]:
    """Closed problems of which the same is said again, judged or not, are open again, and those who look after them hear of
    it. For the closing of a week, once what says the same stands together."""
    found: list[int] = []
    to = tuple(offices)
    for problem in work.problems.at(State.CLOSED):
        if comes_back(work, problem, today, period_of):
            told = _said(work.problems.find(problem.number) or problem)
            _tell(work, problem, "rectification.again", told, f"{today}:again", to)
            found.append(problem.number)
    return tuple(found)


def _rate(work: Work, notice: Notice, today: date, offices: tuple[Address, ...]) -> list[int]:
    """Each item of the notice by what was let out of its round; nothing where too few rated it."""
    tallies = work.opinions.chosen(notice.round)
    rated: list[int] = []
    for problem in work.problems.of_batch(notice.batch):
        good, fair, poor = (tallies.get((f"p{problem.number}", grade), 0) for grade in GRADES)
        said = good + fair + poor
        if not said or problem.state not in (State.PUBLISHED, State.CLOSED):
            continue
        # One that was closed before all had spoken, or is being looked back at, is weighed all the same.
        move = Move.RATE if problem.state is State.PUBLISHED else Move.WEIGH
        counts = {"good": str(good), "fair": str(fair), "poor": str(poor)}
        act(work, problem.number, move, today, "", **counts)
        rated.append(problem.number)
        share = f"{round(100 * (good + fair) / said)}%"
        if 1000 * (good + fair) < CONTENT * said:
            due = (today + timedelta(days=TERMS[problem.kind])).isoformat()
            act(work, problem.number, Move.SEND_BACK, today, "", share, due=due)
            told = _said(work.problems.find(problem.number) or problem, share=share)
            _tell(work, problem, "rectification.sent_back", told, f"{today}:back", offices)
        elif problem.look and problem.look <= today:
            act(work, problem.number, Move.LOOK, today, "", share)
    return rated


def _nudge(
    work: Work,
    today: date,
    first_of_week: Callable[[date], bool],
    offices: tuple[Address, ...],
) -> int:
    """Once a week to whoever an item is owed by; once to the office when it is late; when a closed one is to be looked at."""
    sent = 0
    weekly = first_of_week(today)
    for problem in work.problems.at(*_OWED):
        due = problem.musts.due
        if not problem.item or due is None:
            continue
        if weekly:
            note = _note(problem, "rectification.nudge", _said(problem))
            for address in responsible(work, problem, offices):
                sent += work.parcels.put("nudge", f"{today}:{problem.number}", address, note)
        if days := overdue(problem, today):
            note = _note(
                problem,
                "rectification.late",
                _said(problem, days=str(days), unit=problem.musts.unit),
            )
            for address in offices:
                sent += work.parcels.put("late", f"{due}:late:{problem.number}", address, note)
    return sent + _look_back(work, today, offices)


def _look_back(work: Work, today: date, offices: tuple[Address, ...]) -> int:
    """Whoever was responsible is asked whether it holds; the office, to ask the people."""
    due = work.problems.to_look_back(today)
    sent = 0
    for problem in due:
        note = _note(
            problem,
            "rectification.look_back",
            _said(problem, months=str(LOOKS[problem.looked])),
        )
        for address in responsible(work, problem, offices):
            sent += work.parcels.put("look", f"{problem.look}:{problem.number}", address, note)
    shown = [problem for problem in due if not problem.personal]
    if shown:
        newest = max(problem.look or today for problem in shown)
        note = Note(
            key="rectification.look_back_all",
            params={"number": str(len(shown))},
            buttons=(("rectification.look_list", "问题 回看"), ("rectification.ask_people", "公示 回看")),
        )  # fmt: skip
        for address in offices:
            sent += work.parcels.put("look", f"{newest}:all", address, note)
    return sent


def _tell(
    work: Work,
    problem: Problem,
    key: str,
    said: Mapping[str, str],
    ref: str,
    offices: tuple[Address, ...],
) -> None:
    """Those who are responsible, and the office, of what became of an item without them."""
    note = _note(problem, key, said)
    for address in dict.fromkeys((*responsible(work, problem, offices), *offices)):
        work.parcels.put("back", f"{ref}:{problem.number}", address, note)


def _note(problem: Problem, key: str, said: Mapping[str, str]) -> Note:
    button = ("rectification.look", f"问题 {problem.number}")
    return Note(key=key, params=said, buttons=(button,))


def _said(problem: Problem, **more: str) -> Mapping[str, str]:
    due = problem.musts.due.isoformat() if problem.musts.due else ""
    return {"number": str(problem.number), "title": problem.title, "due": due, **more}
