"""From a document's schedule to a campaign.

A node's id comes from what the document calls it and where, not from its dates, so that a changed date is a move and
not another node.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2s

from bot.core.campaign.model import Ask, Campaign, Doubt, Node
from bot.core.plan import items as document


def draft(plan: document.Plan, id: str, unit: str = "") -> Campaign:
    """The campaign a document describes: a draft, with its open questions and what does not fit."""
    names = _names(plan.items)
    nodes = tuple(
        _node(item, name, plan.day) for item, name in zip(plan.items, names, strict=True)
    )
    return Campaign(
        id=id,
        title=plan.title,
        issuer=plan.issuer,
        unit=unit,
        day=plan.day,
        year=plan.year,
        phases=plan.phases,
        nodes=nodes,
        asks=tuple(_ask(question, names) for question in plan.questions),
        doubts=tuple(_doubt(conflict, names) for conflict in plan.conflicts),
        least_months=plan.least_months,
    )


def node_id(*words: str, taken: Iterable[str] = ()) -> str:
    """An id for what is called so; another one where that is taken."""
    known, count = set(taken), 0
    while True:
        text = "\0".join((*words, str(count)) if count else words)
        id = blake2s(re.sub(r"\s+", "", text).encode(), digest_size=4).hexdigest()
        if id not in known:
            return id
        count += 1


def _names(items: Sequence[document.Item]) -> tuple[str, ...]:
    found: list[str] = []
    known: set[str] = set()
    for item in items:
        id = node_id(item.phase, item.step, item.title, item.place, taken=known)
        known.add(id)
        found.append(id)
    return tuple(found)


def _node(item: document.Item, id: str, written: date | None) -> Node:
    answer = item.answer
    last = answer.end or answer.start
    fixed = answer.kind in ("point", "window", "by", "before")
    return Node(
        id=id,
        place=item.place,
        title=item.title or item.step or item.phase,
        phase=item.phase,
        step=item.step,
        words=item.words,
        text_date=item.text_date,
        kind=answer.kind,
        start=answer.start,
        end=answer.end,
        time=answer.time or "",
        rrule=answer.rrule or "",
        relative_to=answer.relative_to or "",
        responsible=item.responsible,
        deliverable=item.deliverable,
        submit_to=item.submit_to,
        prescribed=item.prescribed,
        everybody=item.everybody,
        recorded=fixed and written is not None and last is not None and last < written,
    )


def _ask(question: document.Question, names: Sequence[str]) -> Ask:
    return Ask(
        code=question.code,
        node=names[question.item] if question.item is not None else "",
        facts=tuple(question.facts.items()),
        suggest=question.suggest,
    )


def _doubt(conflict: document.Conflict, names: Sequence[str]) -> Doubt:
    return Doubt(
        code=conflict.code,
        nodes=tuple(names[place] for place in conflict.items),
        facts=tuple(conflict.facts.items()),
    )
