"""How the whole list stands: the figures of the digest, the four rates, what is late.

The four rates, each over items alone, in tenths of a percent, None where there is nothing to divide by:

    见面 met         opinions whose way is known (not 待研判) of all opinions
    办结 finished    items closed of all items
    规范 in order    items opened with the four musts, never late and never put off twice, of all items
    满意 content     满意 and 基本满意 of all ratings, from k of them on
"""

from collections.abc import Iterable
from datetime import date

from bot.core.cells import K
from bot.core.digest.figures import share
from bot.core.digest.model import Count, Overdue, Progress, Rates, Ratings, Rectification
from bot.core.rectification.problem import MUSTS, Kind, Problem, State

KINDS: tuple[Kind, ...] = ("now", "term", "long")


def overdue(problem: Problem, today: date) -> int:
    """Days past its date; 0 where it is in time, finished or has no date."""
    due = problem.musts.due
    return max((today - due).days, 0) if due and problem.item and problem.owed else 0


def standing(
    problems: Iterable[Problem], today: date, *, opinions: int = 0, judged: int = 0
) -> Rectification | None:
    """What the digest says of the list; None before there is one. Leaders' own measures are not in it. `opinions` and
    `judged`: see `rates`."""
    listed = [p for p in problems if not p.personal and p.state is not State.DROPPED]
    if not listed:
        return None
    kinds = tuple(
        Progress(kind, len(of_kind), sum(p.state is State.CLOSED for p in of_kind))
        for kind in KINDS
        if (of_kind := [p for p in listed if p.kind == kind])
    )
    lacking = [p.musts.missing for p in listed]
    missing = tuple(
        Count(name, number)
        for name in MUSTS
        if (number := sum(name in some for some in lacking))
    )
    late = [(overdue(p, today), p) for p in listed]
    return Rectification(
        kinds=kinds,
        whole=sum(not some for some in lacking),
        missing=missing,
        overdue=tuple(
            Overdue(str(p.number), p.title, p.musts.unit, days) for days, p in late if days
        ),
        published=sum(p.published is not None for p in listed),
        ratings=Ratings(
            good=sum(p.good for p in listed),
            fair=sum(p.fair for p in listed),
            poor=sum(p.poor for p in listed),
        ),
        help=tuple(p.title for p in listed if p.state is State.ABOVE),
        rates=rates(listed, opinions=opinions, judged=judged, today=today),
        own=Ratings(
            good=sum(p.own == "good" for p in listed),
            fair=sum(p.own == "fair" for p in listed),
            poor=sum(p.own == "poor" for p in listed),
        ),
        rework=tuple(p.title for p in listed if p.state is State.REWORK),
        recurred=sum(p.recurred for p in listed),
        shrunk=sum(p.shrunk for p in listed),
        extended=sum(p.extended > 0 for p in listed),
    )


def in_order(problem: Problem, today: date) -> bool:
    """It was opened with all it takes, was never late, and its date was put off once at the most."""
    due, finished = problem.musts.due, problem.finished
    late = bool(due and finished and finished > due) or overdue(problem, today) > 0
    return problem.item and not late and problem.extended < 2


def rates(problems: Iterable[Problem], *, opinions: int, judged: int, today: date) -> Rates:
    """The four rates. `judged`: how many of the opinions have a way."""
    items = [p for p in problems if p.item and not p.personal]
    said = sum(p.good + p.fair + p.poor for p in items)
    return Rates(
        met=share(judged, opinions),
        finished=share(sum(p.state is State.CLOSED for p in items), len(items)),
        in_order=share(sum(in_order(p, today) for p in items), len(items)),
        content=share(sum(p.good + p.fair for p in items), said) if said >= K else None,
    )
