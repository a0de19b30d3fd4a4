"""What may be done to a problem, from where, and where it leads: one table, and the rules beside it.

`MOVES` is the state machine (docs/rectification.md is drawn from it). `after` does one move or refuses it with the key
of a reason; `replay` is nothing but `after`, one event after another.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import cast

from bot.core.rectification.problem import (
    SOURCES,
    TERMS,
    Event,
    Kind,
    Problem,
    Source,
    State,
)

S = State
GRADES = ("good", "fair", "poor")
"""满意, 基本满意, 不满意."""

_OWED = frozenset({S.UNTOUCHED, S.WORKING, S.ABOVE, S.REWORK})
_FINISHED = frozenset({S.DONE, S.PUBLISHED, S.RATED})
_OPEN = frozenset({S.LISTED, *_OWED, *_FINISHED})


class Move(StrEnum):
    """What can be done."""

    LIST = "list"
    SET = "set"
    """A must, the title, the kind or another field gets its value."""
    OPEN = "open"
    """立项: the four musts are there, it becomes an item."""
    OWN = "own"
    """自评: those responsible rate their own work."""
    ANNOUNCE = "announce"
    BEGIN = "begin"
    PROGRESS = "progress"
    FINISH = "finish"
    PUBLISH = "publish"
    TAKE_DOWN = "take_down"
    """Its notice was wrong and is gone before its time: what was done may be said anew, and shown again."""
    RATE = "rate"
    CLOSE = "close"
    SEND_BACK = "send_back"
    ASK_ABOVE = "ask_above"
    RESUME = "resume"
    EXTEND = "extend"
    RECUR = "recur"
    LOOK = "look"
    """回头看: whoever is responsible, or the office, says whether it holds."""
    SHOW = "show"
    """It stands in a notice once more, for people to say whether it holds."""
    WEIGH = "weigh"
    """What people said of it then."""
    CORRECT = "correct"
    """A line of the history was wrong: this says how it is. Nothing else changes."""
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a move may be made, and where it leads; None: it stays where it is."""

    sources: frozenset[State]
    to: State | None
    words: bool = False
    """It is not made without words."""


MOVES: Mapping[Move, Step] = {
    Move.LIST: Step(frozenset(), S.LISTED, words=True),
    Move.SET: Step(_OPEN, None),
    Move.OPEN: Step(frozenset({S.LISTED}), S.UNTOUCHED),
    Move.OWN: Step(_OWED | _FINISHED, None, words=True),
    Move.ANNOUNCE: Step(_OWED | _FINISHED, None),
    Move.BEGIN: Step(frozenset({S.UNTOUCHED, S.REWORK}), S.WORKING),
    Move.PROGRESS: Step(frozenset({S.UNTOUCHED, S.WORKING, S.REWORK}), S.WORKING, words=True),
    Move.FINISH: Step(
        frozenset({S.UNTOUCHED, S.WORKING, S.REWORK, S.DONE}), S.DONE, words=True
    ),
    Move.PUBLISH: Step(frozenset({S.DONE}), S.PUBLISHED),
    Move.TAKE_DOWN: Step(frozenset({S.PUBLISHED}), S.DONE, words=True),
    Move.RATE: Step(frozenset({S.PUBLISHED}), S.RATED),
    Move.CLOSE: Step(frozenset({S.DONE, S.PUBLISHED, S.RATED}), S.CLOSED, words=True),
    Move.SEND_BACK: Step(_FINISHED | {S.CLOSED}, S.REWORK, words=True),
    Move.ASK_ABOVE: Step(frozenset({S.UNTOUCHED, S.WORKING, S.REWORK}), S.ABOVE, words=True),
    Move.RESUME: Step(frozenset({S.ABOVE}), S.WORKING),
    Move.EXTEND: Step(_OWED, None, words=True),
    Move.RECUR: Step(frozenset({S.CLOSED}), S.REWORK),
    Move.LOOK: Step(frozenset({S.CLOSED}), None, words=True),
    Move.SHOW: Step(frozenset({S.CLOSED}), None),
    Move.WEIGH: Step(frozenset({S.CLOSED}), None),
    Move.CORRECT: Step(frozenset(State), None, words=True),
    Move.DROP: Step(_OPEN - _FINISHED, S.DROPPED, words=True),
}


class Refused(ValueError):
    """This may not be done now. `key` names the reason: state, words, musts, due, unrated, unpublished, field, value."""

    def __init__(self, key: str, **params: str) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def after(problem: Problem, event: Event) -> Problem:
    """The problem after one more thing was done to it. Raises `Refused`."""
    try:
        move = Move(event.move)
    except ValueError:
        raise Refused("state") from None
    step = MOVES[move]
    fresh = problem.listed is None
    if fresh != (move is Move.LIST) or (not fresh and problem.state not in step.sources):
        raise Refused("state")
    if step.words and not event.words.strip():
        raise Refused("words")
    changed = _DOES[move](problem, event)
    return replace(changed, state=step.to or changed.state, moved_on=event.day)


def replay(number: int, events: Iterable[Event]) -> Problem:
    """The problem its history makes. Raises `Refused` where a line does not follow from those before it."""
    problem = Problem(number=number)
    for event in events:
        problem = after(problem, event)
    return problem


# -- what each move changes beside the state ------------------------------------------------------------------------


def _list(problem: Problem, event: Event) -> Problem:
    return replace(
        problem,
        title=event.words.strip(),
        sources=_sources(event.values.get("sources", "")),
        topic=event.values.get("topic", ""),
        kind=_kind(event.values.get("kind", "term")),
        listed=event.day,
    )


def _set(problem: Problem, event: Event) -> Problem:
    """A field gets its value. Once promised, a must may be replaced and never emptied, and its date only put off."""
    name, value = event.values.get("field", ""), event.words.strip()
    musts = problem.musts
    match name:
        case "title":
            return replace(problem, title=_something(value))
        case "goal" | "measures":
            was = musts.goal if name == "goal" else musts.measures
            shrunk = problem.item and 2 * len(value) < len(was)
            musts = (
                replace(musts, goal=_something(value))
                if name == "goal"
                else replace(musts, measures=_something(value))
            )
            return replace(problem, musts=musts, shrunk=problem.shrunk or shrunk)
        case "unit":
            return replace(problem, musts=replace(musts, unit=_something(value)))
        case "person":
            return replace(problem, musts=replace(musts, person=_something(value)))
        case "due":
            if problem.item:
                raise Refused("due")
            return replace(problem, musts=replace(musts, due=_due(value, event.day)))
        case "sources":
            return replace(problem, sources=_sources(value))
        case "kind":
            return replace(problem, kind=_kind(value))
        case "personal":
            if problem.batch:
                raise Refused("value")
            return replace(problem, personal=value == "1")
        case _:
            raise Refused("field")


def _open(problem: Problem, event: Event) -> Problem:
    if problem.musts.missing:
        raise Refused("musts", missing=",".join(problem.musts.missing))
    if problem.musts.due and problem.musts.due < event.day:
        raise Refused("due")
    return replace(problem, promised=event.day)


def _own(problem: Problem, event: Event) -> Problem:
    if event.words not in GRADES:
        raise Refused("value")
    return replace(problem, own=event.words)


def _announce(problem: Problem, event: Event) -> Problem:
    return replace(problem, announced=problem.announced or event.day)


def _progress(problem: Problem, event: Event) -> Problem:
    return replace(problem, latest=event.words.strip())


def _finish(problem: Problem, event: Event) -> Problem:
    """What was done may be said in better words; that makes nobody late."""
    finished = problem.finished if problem.state is S.DONE else event.day
    words = event.words.strip()
    return replace(problem, finished=finished, result=words, latest=words)


def _publish(problem: Problem, event: Event) -> Problem:
    if problem.personal:
        raise Refused("value")
    batch = _something(event.values.get("batch", ""))
    return replace(
        problem, published=event.day, announced=problem.announced or event.day, batch=batch
    )


def _take_down(problem: Problem, event: Event) -> Problem:
    return replace(problem, published=None, batch="", latest=event.words.strip())


def _rate(problem: Problem, event: Event) -> Problem:
    return replace(_weigh(problem, event), rated=event.day)


def _weigh(problem: Problem, event: Event) -> Problem:
    try:
        good, fair, poor = (int(event.values[name]) for name in ("good", "fair", "poor"))
    except (KeyError, ValueError):
        raise Refused("value") from None
    if min(good, fair, poor) < 0 or not good + fair + poor:
        raise Refused("value")
    return replace(problem, good=good, fair=fair, poor=poor)


def _close(problem: Problem, event: Event) -> Problem:
    """Not before people could see and rate it, except for what may not be shown to them."""
    if problem.state is S.DONE and not problem.personal:
        raise Refused("unpublished")
    if problem.state is S.PUBLISHED and event.values.get("unrated") != "1":
        raise Refused("unrated")
    return replace(problem, closed=event.day, looked=0, result=event.words.strip())


def _send_back(problem: Problem, event: Event) -> Problem:
    due = _due(event.values.get("due", ""), event.day)
    return replace(_again(problem, due), latest=event.words.strip())


def _again(problem: Problem, due: date) -> Problem:
    """It begins anew, with a new date; what people said of it is in its history."""
    return replace(
        problem,
        musts=replace(problem.musts, due=due),
        reworked=problem.reworked + 1,
        finished=None,
        published=None,
        rated=None,
        closed=None,
        batch="",
        good=0,
        fair=0,
        poor=0,
    )


def _extend(problem: Problem, event: Event) -> Problem:
    due = _due(event.values.get("due", ""), event.day)
    if problem.musts.due and due <= problem.musts.due:
        raise Refused("due")
    return replace(
        problem, musts=replace(problem.musts, due=due), extended=problem.extended + 1
    )


def _recur(problem: Problem, event: Event) -> Problem:
    due = event.day + timedelta(days=TERMS[problem.kind])
    return replace(_again(problem, due), recurred=True)


def _look(problem: Problem, event: Event) -> Problem:
    return replace(problem, looked=problem.looked + 1, latest=event.words.strip())


def _show(problem: Problem, event: Event) -> Problem:
    if problem.personal:
        raise Refused("value")
    return replace(problem, batch=_something(event.values.get("batch", "")))


def _drop(problem: Problem, event: Event) -> Problem:
    into = event.values.get("into", "")
    if into and (not into.isdecimal() or int(into) == problem.number):
        raise Refused("value")
    return replace(problem, into=int(into or 0), latest=event.words.strip())


def _stay(problem: Problem, event: Event) -> Problem:
    return problem


_DOES: Mapping[Move, Callable[[Problem, Event], Problem]] = {
    Move.LIST: _list,
    Move.SET: _set,
    Move.OPEN: _open,
    Move.OWN: _own,
    Move.ANNOUNCE: _announce,
    Move.BEGIN: _stay,
    Move.PROGRESS: _progress,
    Move.FINISH: _finish,
    Move.PUBLISH: _publish,
    Move.TAKE_DOWN: _take_down,
    Move.RATE: _rate,
    Move.CLOSE: _close,
    Move.SEND_BACK: _send_back,
    Move.ASK_ABOVE: _progress,
    Move.RESUME: _stay,
    Move.EXTEND: _extend,
    Move.RECUR: _recur,
    Move.LOOK: _look,
    Move.SHOW: _show,
    Move.WEIGH: _weigh,
    Move.CORRECT: _stay,
    Move.DROP: _drop,
}


def _something(value: str) -> str:
    if not value:
        raise Refused("words")
    return value


def _sources(value: str) -> tuple[Source, ...]:
    sources = tuple(one for one in value.split(",") if one)
    if not sources or set(sources) - set(SOURCES):
        raise Refused("value")
    return cast(tuple[Source, ...], sources)


def _kind(value: str) -> Kind:
    if value not in TERMS:
        raise Refused("value")
    return cast(Kind, value)


def _due(value: str, day: date) -> date:
    """A date that is not over yet."""
    try:
        due = date.fromisoformat(value)
    except ValueError:
        raise Refused("due") from None
    if due < day:
        raise Refused("due")
    return due
