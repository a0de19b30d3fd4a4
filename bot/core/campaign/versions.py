"""From one version of a document to the next: which node goes on as which, and what changes.

Of a new version the office's own decisions stay wherever the document still says the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.core.campaign.drafting import node_id
from bot.core.campaign.editing import followed
from bot.core.campaign.model import Campaign, Move, Node, moves
from bot.core.workdays import Calendar

ALIKE = 0.6
"""Share of two titles' pairs of characters that are in both, from which they are one thing in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a new version of a document changes."""

    added: tuple[Node, ...] = ()
    dropped: tuple[Node, ...] = ()
    moved: tuple[Move, ...] = ()
    reworded: tuple[tuple[Node, Node], ...] = ()
    """Before and after: another title, other responsibles, something else to hand in."""

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.added or self.dropped or self.moved or self.reworded)


def renewed(old: Campaign, new: Campaign, calendar: Calendar) -> tuple[Campaign, Difference]:
    """The new version as the next one of `old`, still a draft, and what it changes.

    Nodes keep their ids. Where the document says of a node what it said before, what the office made of it stays:
    its days, its answers, who is responsible. Entries put in by hand stay too.
    """
    pairs = _pairs(old.nodes, new.nodes)
    ids = {later.id: before.id for later, before in pairs.items()}
    nodes = tuple(_carried(node, pairs.get(node)) for node in new.nodes)
    settled = {node.id for node in old.nodes if not old.asks_of(node.id)}
    same = {ids[n.id] for n, b in pairs.items() if _says_the_same(n, b)}
    asks = tuple(
        replace(ask, node=ids.get(ask.node, ask.node))
        for ask in new.asks
        if ids.get(ask.node, "") not in settled & same
        and not any(ask.event == anchor.event for anchor in old.anchors if ask.event)
    )
    doubts = tuple(
        replace(doubt, nodes=tuple(ids.get(id, id) for id in doubt.nodes))
        for doubt in new.doubts
    )
    kept = tuple(node for node in old.nodes if node.by_hand)
    made = replace(
        new,
        id=old.id,
        unit=old.unit,
        version=old.version + 1,
        since=None,
        nodes=_unique((*nodes, *kept)),
        asks=asks,
        doubts=doubts,
        anchors=old.anchors,
    )
    made = followed(made, calendar).campaign
    changes = difference(old, made)
    return _revised(old, made, changes.moved), changes


def _revised(old: Campaign, made: Campaign, moved: Iterable[Move]) -> Campaign:
    """Each node one revision after its earlier self where its days changed, else at the same one."""
    changed = {move.node for move in moved}
    before = {node.id: node.revision for node in old.nodes}
    nodes = tuple(
        replace(node, revision=before.get(node.id, 0) + (node.id in changed))
        for node in made.nodes
    )
    return replace(made, nodes=nodes)


def difference(old: Campaign, new: Campaign) -> Difference:
    """What changed between two versions whose nodes share ids."""
    before = {node.id: node for node in old.nodes}
    after = {node.id: node for node in new.nodes}
    both = [(before[id], node) for id, node in after.items() if id in before]
    return Difference(
        added=tuple(node for id, node in after.items() if id not in before),
        dropped=tuple(node for id, node in before.items() if id not in after),
        moved=moves(old, new),
        reworded=tuple((a, b) for a, b in both if _worded(a) != _worded(b)),
    )


def _worded(node: Node) -> tuple[object, ...]:
    return node.title, node.responsible, node.deliverable, node.submit_to, node.everybody


def _pairs(old: Sequence[Node], new: Sequence[Node]) -> Mapping[Node, Node]:
    """Each new node with the old one it continues: the same id, the same words, or nearly the same title."""
    found: dict[Node, Node] = {}
    before = {node.id: node for node in old if not node.by_hand}
    for node in new:
        if node.id in before:
            found[node] = before.pop(node.id)
    for fits in (_same_words, _same_title, _alike):
        for node in new:
            if node in found:
                continue
            match = next((was for was in before.values() if fits(was, node)), None)
            if match is not None:
                found[node] = before.pop(match.id)
    return found


def _same_words(one: Node, other: Node) -> bool:
    return one.place == other.place and bool(one.words) and one.words == other.words


def _same_title(one: Node, other: Node) -> bool:
    return one.place == other.place and one.title == other.title


def _alike(one: Node, other: Node) -> bool:
    a, b = _two_by_two(one.title), _two_by_two(other.title)
    return (
        one.place == other.place
        and min(len(a), len(b)) > 2
        and 2 * len(a & b) >= ALIKE * (len(a) + len(b))
    )


def _two_by_two(title: str) -> frozenset[str]:
    return frozenset(x + y for x, y in pairwise(re.sub(r"\W", "", title)))


def _says_the_same(node: Node, before: Node) -> bool:
    return _bare(node.text_date) == _bare(before.text_date)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _carried(node: Node, before: Node | None) -> Node:
    """The new node with the old one's id, and with what the office decided where the document says the same."""
    if before is None:
        return node
    carried = replace(
        node, id=before.id, survey=before.survey, recorded=node.recorded or before.recorded
    )
    if _says_the_same(node, before) and not (node.relative_to and before.relative_to):
        carried = replace(
            carried,
            kind=before.kind,
            start=before.start,
            end=before.end,
            time=before.time,
            rrule=before.rrule,
            relative_to=before.relative_to,
            recorded=before.recorded,
            was=before.was,
        )
    if _bare(node.words) == _bare(before.words):
        carried = replace(
            carried,
            title=before.title,
            responsible=before.responsible,
            deliverable=before.deliverable,
            submit_to=before.submit_to,
            prescribed=before.prescribed,
            everybody=before.everybody,
        )
    return carried


def _unique(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """A new node that took the id of an old one it is not gets another."""
    found: dict[str, Node] = {}
    for node in nodes:
        id = (
            node.id
            if node.id not in found
            else node_id(node.phase, node.step, node.title, node.place, taken=found)
        )
        found[id] = replace(node, id=id)
    return tuple(found.values())
