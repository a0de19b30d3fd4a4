"""How a campaign stands on a day: what is to come, runs, is done, overdue or moved; what a look back finds.

All of it is asked of the nodes, of what was reported and of the day; nothing is kept as a flag. Units that have not
reported a node are named: that is about what a unit hands in, never about who answered a question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from bot.core.campaign.model import FRAMES, Campaign, Completion, Node
from bot.core.dates.grammar import Rule
from bot.core.dates.resolve import WEEKDAYS, occurrences

SOON = 7
"""Days before its end from which a thing without a beginning counts as running."""

MONTHS = 3
"""The shortest window a unit may have, where the document says nothing."""


class State(StrEnum):
    """How a node stands."""

    OPEN = "open"
    """Nobody has said when."""
    RECORDED = "recorded"
    """It was over before the calendar began: kept, never reminded."""
    TO_COME = "to_come"
    MOVED = "moved"
    """To come, on other days than those approved."""
    RUNNING = "running"
    DONE = "done"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a node is that every unit does for itself; of any other, one of one."""

    done: int
    of: int
    missing: tuple[str, ...] = ()
    """Units that have not reported it."""

    @property
    def whole(self) -> bool:
        """Nothing is missing."""
        return self.done >= self.of


@dataclass(frozen=True, slots=True)
class Reports:
    """What was reported, found by node."""

    by_node: Mapping[str, tuple[Completion, ...]]
    units: tuple[str, ...] = ()
    """Every unit that reports a node of all."""

    def progress(self, node: Node) -> Progress:
        """How far it is. A report for no unit in particular closes it for all."""
        reported = self.by_node.get(node.id, ())
        if any(not one.unit for one in reported):
            return Progress(done=1, of=1)
        if not node.everybody or not self.units:
            return Progress(done=0, of=1)
        done = {one.unit for one in reported}
        missing = tuple(unit for unit in self.units if unit not in done)
        return Progress(
            done=len(self.units) - len(missing), of=len(self.units), missing=missing
        )

    def occurrence_done(self, node: Node, day: date) -> bool:
        """Whether that one, of what comes again, was reported."""
        return any(one.occurrence == day for one in self.by_node.get(node.id, ()))


def reports(completions: Iterable[Completion], units: Sequence[str] = ()) -> Reports:
    """Completions, found by node; `units` are all that report a node of all."""
    found: dict[str, list[Completion]] = {}
    for one in completions:
        found.setdefault(one.node, []).append(one)
    return Reports({id: tuple(ones) for id, ones in found.items()}, tuple(units))


NOTHING_REPORTED = Reports({})


def state(node: Node, known: Reports, today: date) -> State:
    """How one node stands by itself. A phase or step that holds others: see `states`."""
    if not node.rrule and known.progress(node).whole:
        return State.DONE
    if node.recorded:
        return State.RECORDED
    return _by_days(node, today)


def _by_days(node: Node, today: date) -> State:
    start, end = node.days
    if node.rrule:
        return State.RUNNING
    if start is None and end is None:
        return State.OPEN
    if end is not None and end < today:
        return State.OVERDUE
    begins = start if start is not None else (end or today) - timedelta(days=SOON)
    if begins <= today:
        return State.RUNNING
    return State.MOVED if node.was is not None else State.TO_COME


def states(campaign: Campaign, known: Reports, today: date) -> dict[str, State]:
    """How every node stands, by id. A phase is done, or overdue, as what stands in it is; so is a step with nodes."""
    found = {node.id: state(node, known, today) for node in campaign.nodes}
    for node in campaign.nodes:
        inner = [found[i.id] for i in _inside(campaign, node)]
        if found[node.id] is State.DONE or not (inner or node.place in FRAMES):
            continue
        if inner and all(one in (State.DONE, State.RECORDED) for one in inner):
            late = node.end is not None and node.end < today
            found[node.id] = State.DONE if late or node.place == "step" else found[node.id]
        elif found[node.id] is State.OVERDUE and State.OVERDUE not in inner:
            found[node.id] = State.RUNNING if inner else State.DONE
    return found


def _inside(campaign: Campaign, holder: Node) -> Iterator[Node]:
    match holder.place:
        case "whole":
            return campaign.deeds()
        case "phase":
            return (n for n in campaign.deeds() if n.phase == holder.phase)
        case "step" | "row":
            return (
                n
                for n in campaign.deeds()
                if n is not holder and n.place == "node" and n.phase == holder.phase
                and n.step == holder.step
            )  # fmt: skip
        case _:
            return iter(())


# --- days ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A node on the day it is due; of what comes again, one of its days."""

    node: Node
    day: date
    state: State
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What one screen shows: overdue, this week, next week; and how much has no day yet."""

    overdue: tuple[Entry, ...]
    this_week: tuple[Entry, ...]
    next_week: tuple[Entry, ...]
    open: tuple[Node, ...]


def agenda(campaign: Campaign, known: Reports, today: date) -> Agenda:
    """Overdue things, those due until Sunday, and those of the week after."""
    sunday = today + timedelta(days=6 - today.weekday())
    found = states(campaign, known, today)
    late = (
        Entry(
            node=node, day=node.end or today, state=State.OVERDUE, progress=known.progress(node)
        )
        for node in campaign.deeds()
        if found[node.id] is State.OVERDUE
    )
    return Agenda(
        overdue=tuple(sorted(late, key=_by_day)),
        this_week=due_between(campaign, known, today, sunday, today),
        next_week=due_between(
            campaign, known, sunday + timedelta(days=1), sunday + timedelta(days=7), today
        ),
        open=tuple(node for node in campaign.deeds() if found[node.id] is State.OPEN),
    )


def due_between(
    campaign: Campaign, known: Reports, first: date, last: date, today: date
) -> tuple[Entry, ...]:
    """What is due from `first` to `last`, both included, and not done; by day."""
    found: list[Entry] = []
    for node in campaign.deeds():
        how = state(node, known, today)
        if how in (State.DONE, State.RECORDED):
            continue
        for day in days_due(node, first, last):
            if not (node.rrule and known.occurrence_done(node, day)):
                progress = known.progress(node)
                found.append(Entry(node=node, day=day, state=how, progress=progress))
    return tuple(sorted(found, key=_by_day))


def coming(campaign: Campaign, known: Reports, closed: date, until: date) -> tuple[Entry, ...]:
    """For a paper of the day `closed`: what is overdue on it, then what is due from the next day to `until`."""
    late = agenda(campaign, known, closed).overdue
    return (*late, *due_between(campaign, known, closed + timedelta(days=1), until, closed))


def _by_day(entry: Entry) -> tuple[date, str]:
    return entry.day, entry.node.time


def days_due(node: Node, first: date, last: date) -> tuple[date, ...]:
    """The days from `first` to `last` on which it is due: its last one, or each time it comes again."""
    if not node.rrule:
        day = node.end or node.start
        return (day,) if day is not None and first <= day <= last else ()
    rule = read_rule(node.rrule)
    if rule is None or last < first:
        return ()
    return tuple(occurrences(rule, first, (last - first).days + 1))


@lru_cache(maxsize=256)
def read_rule(rrule: str) -> Rule | None:
    """The rule `dates.resolve.rrule` wrote; None where it is none of ours.

    >>> read_rule("FREQ=MONTHLY;BYMONTHDAY=15").days
    (15,)
    """
    parts = dict(part.split("=", 1) for part in rrule.split(";") if "=" in part)
    try:
        match parts.get("FREQ"):
            case "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY" as frequency:
                return Rule(
                    frequency,
                    interval=int(parts.get("INTERVAL", "1")),
                    weekdays=tuple(map(_weekday, _listed(parts.get("BYDAY")))),
                    days=tuple(map(int, _listed(parts.get("BYMONTHDAY")))),
                    months=tuple(map(int, _listed(parts.get("BYMONTH")))),
                    place=int(parts.get("BYSETPOS", "0")),
                )
            case _:
                return None
    except ValueError:
        return None


def _listed(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _weekday(text: str) -> tuple[int, int]:
    return int(text[:-2] or 0), WEEKDAYS.index(text[-2:])


# --- looking back ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One thing of a step, looked back at."""

    node: Node
    state: State
    progress: Progress
    handed_in: date | None
    """When the last report came."""
    missing: bool
    """It should have been done by now and is not: its paper, or some units' part of it, is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """A step as 回头看 sees it: what had to be done first, then what was of one's own choice."""

    phase: str
    step: str
    looks: tuple[Look, ...]

    @property
    def done(self) -> int:
        """How many of its things are done."""
        return sum(1 for look in self.looks if look.state is State.DONE)

    @property
    def missing(self) -> tuple[Look, ...]:
        """Those that should be done and are not."""
        return tuple(look for look in self.looks if look.missing)


def look_back(campaign: Campaign, known: Reports, today: date) -> tuple[LookBack, ...]:
    """Per step: what was to be done, what was handed in, what is missing. Prescribed deeds come first."""
    steps: dict[tuple[str, str], list[Look]] = {}
    found = states(campaign, known, today)
    for node in campaign.deeds():
        how = found[node.id]
        reported = known.by_node.get(node.id, ())
        look = Look(
            node=node,
            state=how,
            progress=known.progress(node),
            handed_in=max((one.day for one in reported), default=None),
            missing=how is State.OVERDUE,
        )
        steps.setdefault((node.phase, node.step), []).append(look)
    return tuple(
        LookBack(phase=phase, step=step, looks=tuple(sorted(looks, key=_prescribed_first)))
        for (phase, step), looks in steps.items()
    )


def _prescribed_first(look: Look) -> int:
    return {True: 0, None: 1, False: 2}[look.node.prescribed]


# --- the window of a unit --------------------------------------------------------------------------------------------


def window(campaign: Campaign) -> tuple[date, date] | None:
    """From its first day to its last, as the whole says or as its nodes do; None where nothing is dated."""
    whole = next((n for n in campaign.nodes if n.place == "whole" and n.start and n.end), None)
    if whole is not None and whole.start is not None and whole.end is not None:
        return whole.start, whole.end
    firsts = [day for n in campaign.nodes if (day := n.start or n.end) is not None]
    lasts = [day for n in campaign.nodes if (day := n.end or n.start) is not None]
    return (min(firsts), max(lasts)) if firsts else None


def too_short(campaign: Campaign, months: int | None = None) -> bool:
    """Whether it lasts less than so many months: what the document asks for, else three."""
    span = window(campaign)
    if span is None:
        return False
    least = months or campaign.least_months or MONTHS
    first, last = span
    place = first.month - 1 + least
    year, month = first.year + place // 12, place % 12 + 1
    due = date(year, month, 1) + timedelta(days=first.day - 1)
    return last + timedelta(days=1) < due
