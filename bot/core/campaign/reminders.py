"""Which reminders of a campaign are due on a day: three, one and no days before, and when something is overdue.

They are spoken on working days only; one that falls on a free day is said on the last working day before it, so that
a deadline in a holiday is told before the holiday begins. Whoever was told since `first` is not told again: a day is
the unit, so neither a crash nor a second replica, neither a clock set back nor another time zone, neither a moved node
nor a service that slept makes anybody hear a thing twice. What was slept through comes as one, and what is over is
not reminded any more but counted as overdue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.campaign.model import OWN, Campaign, Node
from bot.core.campaign.standing import Reports, State, days_due, state
from bot.core.workdays import Calendar

LONGEST = 60
"""Days after its end for which an overdue thing is spoken of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How many days before, and how many after; `entries` before a meeting, a talk or a day of reception."""

    before: tuple[int, ...] = (3, 1, 0)
    after: tuple[int, ...] = (1, 7)
    entries: tuple[int, ...] = (1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One node to be spoken of today. To whom its names belong is known elsewhere.

    It is said once to an address: unless that address was told of the node from `first` on. The row that makes sure
    is keyed by campaign, node, `day` and address.
    """

    campaign: Campaign
    node: Node
    day: date
    """Today."""
    end: date
    """What it counts to."""
    first: date
    overdue: bool = False
    """The office hears of it too."""
    units: tuple[str, ...] = ()
    """Units that have not reported it, where all have to."""

    @property
    def left(self) -> int:
        """Days left; negative once it is overdue."""
        return (self.end - self.day).days


def due(
    campaign: Campaign,
    known: Reports,
    today: date,
    calendar: Calendar,
    rules: Rules | None = None,
) -> tuple[Reminder, ...]:
    """Every reminder that is due today, in the order of the campaign. None on a free day, none of a draft."""
    if campaign.since is None or not calendar.is_workday(today):
        return ()
    said = _Said(today, calendar, rules or Rules())
    return tuple(
        reminder
        for node in campaign.deeds()
        if node.dated and state(node, known, today) not in (State.DONE, State.RECORDED)
        for reminder in _of(campaign, node, known, said)
    )


def _of(campaign: Campaign, node: Node, known: Reports, said: "_Said") -> Iterator[Reminder]:
    for end in _ends(node, known, said):
        found = said.since(end, node)
        if found is not None:
            first, overdue = found
            progress = known.progress(node) if node.everybody else None
            yield Reminder(
                campaign=campaign,
                node=node,
                day=said.today,
                end=end,
                first=first,
                overdue=overdue,
                units=progress.missing if progress else (),
            )


def _ends(node: Node, known: Reports, said: "_Said") -> Sequence[date]:
    """The deadlines that may be spoken of today: the node's own, or the next of what comes again."""
    if not node.rrule:
        # A beginning without an end is no deadline, but an entry of one day is.
        end = node.end or (node.start if node.kind == "point" else None)
        return (end,) if end is not None else ()
    coming = days_due(node, said.today, said.today + timedelta(days=said.reach))
    return tuple(day for day in coming if not known.occurrence_done(node, day))[:1]


class _Said:
    """From which day on a deadline's present reminder counts as said; every deadline is worked out once."""

    def __init__(self, today: date, calendar: Calendar, rules: Rules) -> None:
        self.today = today
        self._calendar = calendar
        self._rules = rules
        self._known: dict[tuple[date, bool, bool], tuple[date, bool] | None] = {}
        furthest = max((*rules.before, *rules.entries), default=0)
        self.reach = furthest + _FREE_DAYS
        """Days ahead of which a reminder may be due today: a long holiday lies between."""

    def since(self, end: date, node: Node) -> tuple[date, bool] | None:
        """The first day on which it could have been said, and whether it is overdue; None where nothing is due."""
        if end > self.today + timedelta(days=self.reach):
            return None
        key = end, node.place in OWN, bool(node.rrule)
        if key not in self._known:
            self._known[key] = self._worked_out(*key)
        return self._known[key]

    def _worked_out(self, end: date, own: bool, again: bool) -> tuple[date, bool] | None:
        if self.today <= end:
            stages = self._rules.entries if own else self._rules.before
            said = [self._on_or_before(end - timedelta(days=n)) for n in stages]
            begun = [day for day in said if day <= self.today]
            return (max(begun), False) if begun else None
        if own or again or (self.today - end).days > LONGEST:
            return None
        late = [self._on_or_after(end + timedelta(days=n)) for n in self._rules.after]
        begun = [day for day in late if day <= self.today]
        return (max(begun), True) if begun else None

    def _on_or_before(self, day: date) -> date:
        return (
            day if self._calendar.is_workday(day) else self._calendar.last_workday_before(day)
        )

    def _on_or_after(self, day: date) -> date:
        return day if self._calendar.is_workday(day) else self._calendar.next_workday(day)


_FREE_DAYS = 16
"""Longer than any holiday with the weekends around it."""
