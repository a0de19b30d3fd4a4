"""What the office may do to a campaign: answer, change, add, drop, approve. Each gives a new value, or says why not.

Days that count from an event follow it: when the event gets a day or another one, they are worked out again from the
document's own words, and the caller hears what moved. A node whose days a person set follows nothing any more.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypedDict, Unpack

from bot.core.campaign.drafting import node_id
from bot.core.campaign.model import FRAMES, Anchor, Campaign, Days, Move, Node, Place, moves
from bot.core.dates.reading import Reading, read, read_all
from bot.core.dates.resolve import Answer, Kind, Reference
from bot.core.workdays import Calendar

Fault = Literal["no-node", "no-title", "no-date", "vague", "reversed", "no-ask", "no-window"]

_ROUNDS = 8
"""How often an event may hang on an event that hangs on an event."""


class NotPossible(ValueError):
    """It cannot be done so. `fault` is the key of the sentence that says why and what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class Edit:
    """A campaign after a change, and what else moved because of it."""

    campaign: Campaign
    moves: tuple[Move, ...] = ()


class Fields(TypedDict, total=False):
    """What of a node may be changed besides its days."""

    title: str
    responsible: tuple[str, ...]
    deliverable: str
    submit_to: str
    prescribed: bool | None
    everybody: str
    survey: str
    time: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A date somebody typed, read."""

    kind: Kind
    days: Days
    time: str = ""
    rrule: str = ""


def typed_days(text: str, campaign: Campaign, today: date, calendar: Calendar) -> Typed:
    """What a person typed as a date, in the campaign's year. Raises `NotPossible`.

    A day, a stretch or something that comes again; what is vague, contradicts itself or names no date is not taken.
    """
    year = campaign.year or today.year
    when = Reference(year, today if today.year == year else None)
    answer = read(text.strip(), when, _anchors(campaign), calendar)
    if answer.rrule:
        return Typed("recurring", (None, None), answer.time or "", answer.rrule)
    if answer.kind == "ask":
        raise NotPossible("reversed" if answer.why == "reversed" else "vague")
    if answer.start is None and answer.end is None:
        raise NotPossible("no-date")
    return Typed(answer.kind, (answer.start, answer.end), answer.time or "")


def answered(campaign: Campaign, node: str, text: str, today: date, calendar: Calendar) -> Edit:
    """A question about a node answered by a typed date. Raises `NotPossible`.

    Where the question was for an event's day, the event gets it, and all that count from it move; else the node does.
    """
    ask = next(iter(campaign.asks_of(node)), None)
    if ask is None:
        raise NotPossible("no-ask")
    typed = typed_days(text, campaign, today, calendar)
    return settled(campaign, node, typed, today, calendar)


def accepted(campaign: Campaign, node: str, today: date, calendar: Calendar) -> Edit:
    """A question answered by a tap: what was suggested, or what it was taken for. Raises `NotPossible`."""
    ask, one = next(iter(campaign.asks_of(node)), None), _found(campaign, node)
    if ask is None:
        raise NotPossible("no-ask")
    days = ask.suggest if ask.suggest is not None else one.days
    if days == (None, None):
        raise NotPossible("no-date")
    if not ask.event and one.dated and days[1] == one.end:
        return Edit(_without_asks(campaign, node))  # it was taken so already
    return settled(campaign, node, Typed(_kind(days), days), today, calendar)


def settled(
    campaign: Campaign, node: str, typed: Typed, today: date, calendar: Calendar
) -> Edit:
    """The open question of a node answered with days that were read already. Raises `NotPossible`."""
    ask = next(iter(campaign.asks_of(node)), None)
    if ask is None or not ask.event:
        return redated(campaign, node, typed, today, calendar)
    day = typed.days[1] or typed.days[0]
    if day is None or (typed.days[0] or day) != day:
        raise NotPossible("vague")
    others = tuple(anchor for anchor in campaign.anchors if anchor.event != ask.event)
    anchored = replace(campaign, anchors=(*others, Anchor(event=ask.event, day=day)))
    asks = tuple(open for open in campaign.asks if open.event != ask.event)
    return _followed(campaign, replace(anchored, asks=asks), calendar)


def redated(
    campaign: Campaign, node: str, typed: Typed, today: date, calendar: Calendar
) -> Edit:
    """The node on other days; whatever counts from it follows. Raises `NotPossible`."""
    one = _found(campaign, node)
    start, end = typed.days
    if start is not None and end is not None and end < start:
        raise NotPossible("reversed")
    last = end or start
    changed = replace(
        one,
        kind=typed.kind,
        start=start,
        end=end,
        rrule=typed.rrule,
        time=typed.time or one.time,
        relative_to="",
        recorded=one.recorded and last is not None and last < today,
    )
    event = _event_name(one.title)
    freed = tuple(a for a in campaign.anchors if not _names(event, a.event))
    after = _without_asks(replace(_with(campaign, changed), anchors=freed), node)
    return _followed(campaign, after, calendar)


def edited(campaign: Campaign, node: str, **changes: Unpack[Fields]) -> Campaign:
    """The node with other words: title, responsibles, what is handed in. Raises `NotPossible`."""
    one = _found(campaign, node)
    if "title" in changes and not changes["title"].strip():
        raise NotPossible("no-title")
    if changes.get("survey") and (one.start is None or one.end is None):
        raise NotPossible("no-window")
    return _with(campaign, replace(one, **changes))


def added(
    campaign: Campaign,
    title: str,
    typed: Typed,
    *,
    place: Place = "node",
    phase: str = "",
    step: str = "",
    responsible: tuple[str, ...] = (),
) -> tuple[Campaign, Node]:
    """One node more, put in by hand. Raises `NotPossible`."""
    name = title.strip()
    if not name:
        raise NotPossible("no-title")
    if typed.days == (None, None) and not typed.rrule:
        raise NotPossible("no-date")
    start, end = typed.days
    if start is not None and end is not None and end < start:
        raise NotPossible("reversed")
    one = Node(
        id=node_id(phase, step, name, place, taken=(n.id for n in campaign.nodes)),
        place=place,
        title=name,
        phase=phase,
        step=step,
        words=name,
        kind=typed.kind,
        start=start,
        end=end,
        time=typed.time,
        rrule=typed.rrule,
        responsible=responsible,
        by_hand=True,
    )
    return replace(campaign, nodes=(*campaign.nodes, one)), one


def entry(title: str, typed: Typed) -> Place:
    """What somebody enters by hand: a day of reception, a talk, a meeting; anything else is a node to be done by then."""
    if any(word in title for word in ("接访", "接待日", "来访接待")):
        return "reception"
    if any(word in title for word in ("谈心", "谈话", "约谈")):
        return "talk"
    return "meeting" if typed.time or title.strip().endswith("会") else "node"


def dropped(campaign: Campaign, node: str) -> Campaign:
    """Without that node, its questions and what was said against it. Raises `NotPossible`."""
    one = _found(campaign, node)
    return replace(
        campaign,
        nodes=tuple(other for other in campaign.nodes if other is not one),
        asks=tuple(ask for ask in campaign.asks if ask.node != node),
        doubts=tuple(doubt for doubt in campaign.doubts if node not in doubt.nodes),
    )


def approved(campaign: Campaign, today: date, before: Campaign | None = None) -> Campaign:
    """The campaign alive from today. What is over already is recorded, unless an earlier version lived with it."""
    living = {node.id for node in before.nodes if not node.recorded} if before else set[str]()
    return replace(
        campaign,
        since=(before.since if before else None) or campaign.since or today,
        nodes=tuple(
            node if node.id in living else replace(node, recorded=_over(node, today))
            for node in campaign.nodes
        ),
    )


def _over(node: Node, today: date) -> bool:
    last = node.end or node.start
    return not node.rrule and last is not None and last < today


# --- days that follow an event ---------------------------------------------------------------------------------------


def followed(campaign: Campaign, calendar: Calendar) -> Edit:
    """All that counts from an event, worked out from the event's day as it is now."""
    return _followed(campaign, campaign, calendar)


def _followed(before: Campaign, after: Campaign, calendar: Calendar) -> Edit:
    for _ in range(_ROUNDS):
        days = _event_days(after)
        nodes = tuple(_following(node, after, days, calendar) for node in after.nodes)
        if nodes == after.nodes:
            break
        after = replace(after, nodes=nodes)
    moved = moves(before, after)
    was = {move.node: move.was for move in moved}
    lives = after.since is not None
    nodes = tuple(
        _moved(n, before, was[n.id] if lives else None) if n.id in was else n
        for n in after.nodes
    )
    after = replace(after, nodes=nodes)
    return Edit(after, moved)


def _moved(node: Node, before: Campaign, was: Days | None) -> Node:
    """One revision further; marked as moved unless it is back where it was approved, or never had a day."""
    earlier = before.node(node.id)
    node = replace(node, revision=(earlier.revision if earlier else 0) + 1)
    if was is None:
        return node
    first = node.was if node.was is not None else was
    return replace(node, was=None if first in (node.days, (None, None)) else first)


def _anchors(campaign: Campaign) -> dict[str, date]:
    return {anchor.event: anchor.day for anchor in campaign.anchors}


def _event_days(campaign: Campaign) -> dict[str, set[date]]:
    """What each named thing of one day is called, and on which days such things are."""
    found: dict[str, set[date]] = {}
    for node in campaign.nodes:
        one_day = node.start is not None and node.end in (node.start, None)
        if one_day and node.kind in ("point", "relative") and node.place not in FRAMES:
            found.setdefault(_event_name(node.title), set()).add(node.start or date.min)
    return found


def _event_name(title: str) -> str:
    return re.sub(r"^(?:召开|开展|举行|举办|组织|开好|进行|抓好)+(?:一次)?", "", title)


def _names(name: str, event: str) -> bool:
    return len(event) > 1 and (name == event or name.endswith(event))


def _following(
    node: Node, campaign: Campaign, days: dict[str, set[date]], calendar: Calendar
) -> Node:
    event = node.relative_to
    if not event or not node.text_date:
        return node
    said = _anchors(campaign).get(event)
    found = {day for name, on in days.items() if _names(name, event) for day in on}
    if said is None and len(found) != 1:
        return node
    day = said if said is not None else next(iter(found))
    when = Reference(campaign.year or day.year, campaign.day)
    answer = _from(read_all(node.text_date, when, {event: day}, calendar), node.kind)
    return replace(node, start=answer.start, end=answer.end) if answer is not None else node


def _from(readings: Iterable[Reading], kind: Kind) -> Answer | None:
    return next((r.answer for r in readings if r.answer.kind == kind), None)


def _found(campaign: Campaign, id: str) -> Node:
    node = campaign.node(id)
    if node is None:
        raise NotPossible("no-node")
    return node


def _with(campaign: Campaign, changed: Node) -> Campaign:
    nodes = tuple(changed if node.id == changed.id else node for node in campaign.nodes)
    return replace(campaign, nodes=nodes)


def _without_asks(campaign: Campaign, node: str) -> Campaign:
    return replace(campaign, asks=tuple(a for a in campaign.asks if a.node != node))


def _kind(days: Days) -> Kind:
    start, end = days
    if start is None:
        return "by"
    return "point" if end is None or start == end else "window"
