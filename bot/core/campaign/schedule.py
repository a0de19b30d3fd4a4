"""A campaign on one day, counted once and only drawn from then on: what the table, the picture and the calendar file show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.campaign.model import FRAMES, Campaign, Days, Node, Place
from bot.core.campaign.standing import Reports, State, days_due, states
from bot.core.digest.model import Material

AHEAD = 400
"""Days within which the next time of what comes again is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One node as papers show it."""

    id: str
    place: Place
    phase: str
    step: str
    title: str
    days: Days
    text_date: str
    time: str
    rrule: str
    following: date | None
    """The next time of what comes again."""
    state: State
    was: Days | None
    revision: int
    prescribed: bool | None
    responsible: tuple[str, ...]
    deliverable: str
    submit_to: str
    done: int
    of: int
    missing: tuple[str, ...]
    """Names of units that have not reported it."""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All rows, in the order of the document; what the office added comes last."""

    id: str
    title: str
    issuer: str
    day: date
    """As of which it was counted."""
    rows: tuple[Row, ...]

    @property
    def materials(self) -> tuple[Material, ...]:
        """What has to be there on paper, in the order of the document, and how far it is: 台账自查."""
        return tuple(
            Material(
                step=row.step or row.phase,
                what=row.deliverable,
                prescribed=row.prescribed,
                there=row.done,
                of=row.of,
                missing=row.missing,
                responsible=row.responsible,
                due=row.following or row.days[1] or row.days[0],
            )
            for row in self.rows
            if row.deliverable and row.place not in FRAMES
        )


def schedule(
    campaign: Campaign, known: Reports, today: date, units: Mapping[str, str]
) -> Schedule:
    """How the campaign stands today; `units` are their names by id."""
    found = states(campaign, known, today)
    return Schedule(
        id=campaign.id,
        title=campaign.title,
        issuer=campaign.issuer,
        day=today,
        rows=tuple(_row(node, found[node.id], known, today, units) for node in campaign.nodes),
    )


def _row(
    node: Node, state: State, known: Reports, today: date, units: Mapping[str, str]
) -> Row:
    progress = known.progress(node)
    again = days_due(node, today, today + timedelta(days=AHEAD)) if node.rrule else ()
    return Row(
        id=node.id,
        place=node.place,
        phase=node.phase,
        step=node.step,
        title=node.title,
        days=node.days,
        text_date=node.text_date,
        time=node.time,
        rrule=node.rrule,
        following=next(iter(again), None),
        state=state,
        was=node.was,
        revision=node.revision,
        prescribed=node.prescribed,
        responsible=node.responsible,
        deliverable=node.deliverable,
        submit_to=node.submit_to,
        done=progress.done,
        of=progress.of,
        missing=tuple(units.get(unit, unit) for unit in progress.missing),
        words=node.words,
    )
