"""A campaign as a value: a plan document once a person works with it.

`core.plan` reads a document; here its dated items are nodes that one may ask about, change, approve, report and compare
with a later version. What was done stands beside it (`Completion`), never in it. No name here is an address: who a
responsible person is in chat is known elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # what reads dates is imported with the first plan, for start-up's sake
    from bot.core.dates.resolve import Kind

Place = Literal["whole", "phase", "step", "row", "node", "meeting", "talk", "reception"]
"""What a node is. The first five as `core.plan.items` has them; the last three are entries of the office's own
calendar: a meeting, a talk, a day on which leaders receive whoever comes (接访日)."""

FRAMES: frozenset[Place] = frozenset({"whole", "phase"})
"""Nodes that only hold others: nobody reports them, nobody is reminded of them."""
OWN: frozenset[Place] = frozenset({"meeting", "talk", "reception"})

Days = tuple[date | None, date | None]
"""First and last day, both included. Only an end: to be done by then. Only a beginning: no end was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing to be done, or a phase or step that holds such things."""

    id: str
    """Eight hex digits, the same in every version of the document that still names this thing."""
    place: Place
    title: str
    phase: str = ""
    step: str = ""
    words: str = ""
    """The document's own sentence."""
    text_date: str = ""
    """What in it says when."""
    kind: "Kind" = "ask"
    start: date | None = None
    end: date | None = None
    time: str = ""
    """HH:MM, where one was said."""
    rrule: str = ""
    """Of what comes again, as RFC 5545 writes it; it has no start and no end."""
    relative_to: str = ""
    """The event it counts from; its days follow that event's."""
    responsible: tuple[str, ...] = ()
    """Names as the document writes them."""
    deliverable: str = ""
    submit_to: str = ""
    prescribed: bool | None = None
    """规定动作 True, 自选动作 False, not said None."""
    everybody: str = ""
    """Who all have to do it, each unit for itself (各基层党组织); empty: once for all."""
    survey: str = ""
    """The questions put in a round that opens and closes with this node."""
    recorded: bool = False
    """It was over when it came into the calendar: kept, never reminded."""
    was: Days | None = None
    """The approved days before somebody, or its event, moved it."""
    revision: int = 0
    """How often its days were changed; a calendar program takes the event of the highest one."""
    by_hand: bool = False
    """The office put it in; no version of the document takes it out."""

    @property
    def days(self) -> Days:
        """First and last day."""
        return self.start, self.end

    @property
    def dated(self) -> bool:
        """It has a day, or comes again."""
        return self.start is not None or self.end is not None or bool(self.rrule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Something a person has to say before the calendar is right. `node` is empty where it is about the whole."""

    code: str
    """As `core.plan`: its sentence is `question.CODE` of the content."""
    node: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    suggest: Days | None = None

    @property
    def event(self) -> str:
        """The event whose day is asked, where it is not the node's own."""
        return dict(self.facts).get("event", "")

    @property
    def offered(self) -> Days | None:
        """What may be taken by a tap: the suggestion, but for an event's day only where it is one day."""
        if self.suggest is None or (self.event and self.suggest[0] != self.suggest[1]):
            return None
        return self.suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something in the document that does not fit; reported, never mended. Its sentence is `conflict.CODE`."""

    code: str
    nodes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The day of an event that nodes count from, as a person said it."""

    event: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One plan, in one version."""

    id: str
    version: int = 1
    title: str
    issuer: str = ""
    unit: str = ""
    """Of whom it is the plan; empty: of the whole house."""
    day: date | None = None
    """When the document was written."""
    year: int | None = None
    since: date | None = None
    """When a person first approved it. None: it is a draft, and nothing of it lives."""
    phases: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    asks: tuple[Ask, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    least_months: int | None = None
    """不少于N个月: the shortest window a unit may have."""

    def node(self, id: str) -> Node | None:
        """The node of that id."""
        return next((node for node in self.nodes if node.id == id), None)

    def asks_of(self, id: str) -> tuple[Ask, ...]:
        """What is still open about a node."""
        return tuple(ask for ask in self.asks if ask.node == id)

    def deeds(self) -> Iterator[Node]:
        """The nodes somebody has to do."""
        return (node for node in self.nodes if node.place not in FRAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A report that a node is done: by a unit, or once for all (`unit` empty)."""

    node: str
    day: date
    unit: str = ""
    occurrence: date | None = None
    """Which one, of what comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A node whose days are others than before."""

    node: str
    title: str
    was: Days
    now: Days


def moves(old: Campaign, new: Campaign) -> tuple[Move, ...]:
    """The nodes of both whose days differ, in the order of the document."""
    before = {node.id: node for node in old.nodes}
    return tuple(
        Move(node=node.id, title=node.title, was=was.days, now=node.days)
        for node in new.nodes
        if (was := before.get(node.id)) is not None
        and (was.days, was.rrule) != (node.days, node.rrule)
    )
