"""How the calendar speaks in chat: days, nodes on one line, who may see them; and how a node is named in a command.

A node is `3-1a2b3c4d`: the plan's number, then its own id; `3d-…` is that of the draft.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.plan.loader import sentence
from bot.core.campaign.editing import NotPossible
from bot.core.campaign.editing import typed_days as read_typed
from bot.core.campaign.model import Ask, Campaign, Days, Doubt, Move, Node
from bot.core.campaign.standing import Reports, State, days_due, state
from bot.core.people import Deed, may
from bot.core.workdays import Calendar
from handlers.desk.base import Asking
from handlers.plan import standing
from storage.campaign import KeptCampaign

AHEAD = timedelta(days=400)
_REF = re.compile(r"(\d{1,9})(d?)-([0-9a-f]{8})")
_ID = re.compile(r"[0-9a-f]{8}")
_NO_PLAN = Campaign(id="", title="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A node, and the version of the plan it stands in."""

    kept: KeptCampaign
    node: Node

    @property
    def ref(self) -> str:
        """How a command names it."""
        return ref(self.kept, self.node.id)


def ref(kept: KeptCampaign, node: str) -> str:
    """How a command names a node of that version."""
    return f"{kept.id}{'' if kept.lives else 'd'}-{node}"


def find(asking: Asking, named: str) -> Here | None:
    """The node a command names, also by its bare id where it lives; None where there is none, or it is not theirs."""
    known = asking.work.campaigns
    if parts := _REF.fullmatch(named):
        number, draft, id = parts.groups()
        versions = [known.draft(number) if draft else known.alive(number)]
    else:
        id, versions = named, list(known.living()) if _ID.fullmatch(named) else []
    for kept in versions:
        node = kept.campaign.node(id) if kept else None
        if kept and node and sees(asking, kept, node):
            return Here(kept=kept, node=node)
    return None


def sees(asking: Asking, kept: KeptCampaign, node: Node) -> bool:
    """Whether this account sees that node: by its place, or by its name. A node for every unit is seen by each of them."""
    staff, unit = asking.member.staff, kept.campaign.unit
    if not kept.lives:
        return may(staff, Deed.EDIT_PLAN) or may(staff, Deed.APPROVE_PLAN)
    if may(staff, Deed.SEE_CALENDAR, unit):
        return True
    if node.everybody and not unit and own_units(asking, Deed.SEE_CALENDAR):
        return True
    return any(may(staff, Deed.SEE_CALENDAR, named=name) for name in node.responsible)


def own_units(asking: Asking, deed: Deed) -> tuple[str, ...]:
    """The units where this account may do that."""
    return tuple(u.id for u in asking.desk.units if may(asking.member.staff, deed, u.id))


def unit_name(asking: Asking, id: str) -> str:
    """A unit's name; its id where it is none of ours any more."""
    return next((unit.name for unit in asking.desk.units if unit.id == id), id)


# -- days --------------------------------------------------------------------------------------------------------------


def day(asking: Asking, one: date) -> str:
    """A day, with its year where that is not this one."""
    if one.year == asking.today.year:
        return asking.say("calendar.day", month=str(one.month), day=str(one.day))
    return asking.say(
        "calendar.day_year", year=str(one.year), month=str(one.month), day=str(one.day)
    )


def days(asking: Asking, span: Days) -> str:
    """One day, a stretch, or an open end."""
    match span:
        case None, None:
            return asking.say("calendar.undated")
        case None, date() as end:
            return asking.say("calendar.until", day=day(asking, end))
        case date() as start, None:
            return asking.say("calendar.begins", day=day(asking, start))
        case date() as start, date() as end if start == end:
            return day(asking, start)
        case start, end:
            return asking.say("calendar.span", first=day(asking, start), last=day(asking, end))


def when(asking: Asking, node: Node) -> str:
    """When a node is due; of what comes again, the next time."""
    if not node.rrule:
        plain = node.kind == "point" and node.end is None
        said = days(asking, (node.start, node.start) if plain else node.days)
        return f"{said} {node.time}" if node.time else said
    coming = days_due(node, asking.today, asking.today + AHEAD)
    next = day(asking, coming[0]) if coming else asking.say("calendar.undated")
    return asking.say("calendar.again", day=next)


def typed_days(text: str, today: date, calendar: Calendar) -> tuple[date, date] | None:
    """First and last day of what somebody typed outside any plan; None where that names no days. As dates of a plan are read."""
    try:
        start, end = read_typed(text, _NO_PLAN, today, calendar).days
    except NotPossible:
        return None
    first, last = start or end, end or start
    return (first, last) if first and last else None


def moved_lines(asking: Asking, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """What moved, from where to where."""
    return tuple(
        asking.say(
            "calendar.moved",
            title=move.title,
            was=days(asking, move.was),
            now=days(asking, move.now),
        )
        for move in moves
    )


# -- one line a node ---------------------------------------------------------------------------------------------------


def stands(asking: Asking, here: Here, known: Reports | None = None) -> str:
    """How a node stands today; of a node for every unit, how many have not reported it."""
    known = known or standing(asking.work, here.kept, asking.desk.units)
    how, progress = state(here.node, known, asking.today), known.progress(here.node)
    said = asking.say(f"stands.{how}")
    due = how not in (State.DONE, State.RECORDED)
    if here.node.everybody and progress.missing and due:
        return f"{said} · {asking.say('calendar.missing', count=str(len(progress.missing)))}"
    return said


def who(asking: Asking, node: Node) -> str:
    """The responsible people as the document names them, or all units."""
    return asking.say("calendar.join").join(node.responsible) or node.everybody


def cut(text: str, most: int) -> str:
    """The text on one line, with its end cut off where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def around(node: Node, most: int = 90) -> str:
    """The document's own words about a node, those that say when among them."""
    flat, said = " ".join(node.words.split()), " ".join(node.text_date.split())
    at = max(flat.find(said), 0) if said else 0
    first = max(0, min(at - 10, len(flat) - most))
    piece = flat[first : first + most]
    return f"{'…' if first else ''}{piece}{'…' if first + most < len(flat) else ''}"


# -- questions and what does not fit -----------------------------------------------------------------------------------


def question(asking: Asking, ask: Ask) -> str:
    """The sentence of a question."""
    return sentence(asking.member.language, f"question.{ask.code}", **dict(ask.facts))


def doubts(asking: Asking, campaign: Campaign) -> Iterator[str]:
    """The sentences about what does not fit."""
    for one in campaign.doubts:
        yield doubt(asking, one)


def doubt(asking: Asking, one: Doubt) -> str:
    """The sentence about one thing that does not fit."""
    return sentence(asking.member.language, f"conflict.{one.code}", **dict(one.facts))
