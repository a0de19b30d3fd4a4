"""Deeds on the problem list, what becomes of opinions, and what goes back to those who raised them.

What is closed goes back to the units and groups that raised it (`core.echo`), and to those who wished to be told. When the
same is said again, in words that somebody judged or that only say the same (`core.themes`), it is open again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.core.dialogue import LONGEST
from bot.core.echo import scope
from bot.core.messages import Address, File
from bot.core.people import Role
from bot.core.privacy import redact
from bot.core.rectification import Event, Move, Problem, State, after
from storage.rectification import Fate
from storage.unit_of_work import Work

if TYPE_CHECKING:  # papers are drawn elsewhere, and seldom: not at the start
    from bot.reports.problems import Answered

COMES_BACK = 3
"""Opinions of later weeks that say the same as a closed problem until it counts as having come back (复发)."""

EPOCH = date(1970, 1, 1)

PeriodOf = Callable[[date], str]
"""The period in which a day of the office's begins, by its closing date."""


def act(
    work: Work, number: int, move: Move, today: date, who: str, words: str = "", **values: str
) -> Problem:
    """One more thing is done to a problem. Raises `core.rectification.Refused`, with nothing changed, and `Raced`."""
    stands, lines = work.problems.kept(number)
    event = Event(day=today, who=who, move=move, words=words, values=values)
    changed = after(stands or Problem(number=number), event)
    work.problems.add(lines, event, changed)
    if changed.state is State.DROPPED and changed.into:
        work.problems.follow(number, changed.into)
    if move is Move.CLOSE and not changed.personal:
        _go_back(work, changed, today)
    return changed


def put_on_list(
    work: Work, title: str, today: date, who: str, *, sources: str = "masses", topic: str = ""
) -> Problem:
    """A new problem. Raises `Refused` where it has no title."""
    number = work.problems.next_number()
    return act(work, number, Move.LIST, today, who, title, sources=sources, topic=topic)


def judge(work: Work, opinions: Iterable[bytes], fate: Fate, period_of: PeriodOf) -> bool:
    """What becomes of these opinions. True where a closed problem has come back by them."""
    problem = work.problems.find(fate.problem) if fate.problem else None
    while problem is not None and problem.into:
        problem = work.problems.find(problem.into)
    settled = replace(fate, problem=problem.number if problem else 0)
    for opinion in opinions:
        work.problems.give(opinion, settled)
    return problem is not None and comes_back(work, problem, fate.day, period_of)


def comes_back(work: Work, problem: Problem, today: date, period_of: PeriodOf) -> bool:
    """Open it again where it is closed and enough of the weeks after that say the same. Whether it was."""
    if problem.state is not State.CLOSED or problem.closed is None:
        return False
    if work.problems.since(problem.number, period_of(problem.closed)) < COMES_BACK:
        return False
    act(work, problem.number, Move.RECUR, today, "")
    return True


def answer_all(work: Work, title: str, ids: Iterable[bytes], words: str, today: date) -> None:
    """A theme was answered without becoming a problem: that goes back to where it was raised."""
    places = work.opinions.places(ids)
    if to := scope(places):
        day = (today - EPOCH).days
        work.echoes.post(redact(title).text, redact(words).text, to, day)


def _go_back(work: Work, problem: Problem, today: date) -> None:
    """What was closed is told to where it was raised, and to those who wished to hear of its topic in its rounds."""
    day, number = (today - EPOCH).days, problem.number
    title, words = redact(problem.title).text, redact(problem.result).text
    if to := scope(work.problems.voices(number)):
        work.echoes.post(title, words, to, day)
    if not problem.topic:
        return
    for round in work.problems.rounds(number):
        waits = work.tidings.find(round, problem.topic)
        said = f"{waits.text}\n" if waits else ""
        line = f"{title}：{words}"
        if line not in said:
            text = f"{said}{line}" if len(said) + len(line) <= LONGEST else line[:LONGEST]
            work.tidings.post(round, problem.topic, redact(text).text, day)


def responsible(
    work: Work, problem: Problem, offices: tuple[Address, ...]
) -> tuple[Address, ...]:
    """Whose item it is: the person it names, else the office of its unit, else the office."""
    named = work.staff.named(problem.musts.person)
    there = named or work.staff.holding(Role.SCHOOL, problem.musts.unit)
    return tuple(one.address for one in there) or offices


def draw_ledger(
    problems: tuple[Problem, ...],
    weights: Mapping[int, int],
    units: Mapping[str, str],
    answers: "tuple[Answered, ...]",
    closers: Mapping[int, str],
    made: date,
) -> tuple[File, ...]:
    """The ledger of the list, with the table of answers."""
    from bot.content.papers import papers
    from bot.reports.problems import problems_ledger

    content = problems_ledger(problems, weights, units, answers, closers, papers("zh"), made)
    return (File(f"problems-{made}.xlsx", content),)


def answers(work: Work) -> "tuple[Answered, ...]":
    """Every opinion that has its way, with it."""
    from bot.reports.problems import Answered

    return tuple(
        Answered(
            period=period,
            words=words,
            way=fate.way,
            problem=fate.problem,
            answer=fate.words,
            day=fate.day,
        )
        for period, words, fate in work.problems.answered()
    )
