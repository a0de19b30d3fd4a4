"""What the office says an opinion is, beside what the sorting said of it. No person: who decided is not kept.

A decision is about one label of one released opinion. The first thing the sorting said stays, however often somebody
changes their mind, so that one can tell how often it was right, and so that it can learn.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from storage.database import Tx
from storage.statement import Statement
from storage.tables import WORDED, decision, opinion

TOPIC = "topic"

_KEEP = insert(decision)
_KEPT = Statement(
    _KEEP.on_conflict_do_update(
        index_elements=["opinion", "field"], set_={"now": _KEEP.excluded["now"]}
    )
)
_EXAMPLES = Statement(
    select(opinion.c.text, decision.c.now)
    .where(decision.c.field == TOPIC, opinion.c.id == decision.c.opinion)
    .order_by(opinion.c.period.desc(), opinion.c.id)
    .limit(bindparam("most"))
)
_AGREED = Statement(
    select(decision.c.was == decision.c.now, func.count())
    .where(
        decision.c.field == TOPIC,
        opinion.c.id == decision.c.opinion,
        opinion.c.period == bindparam("period_"),
        WORDED,
    )
    .group_by(decision.c.was == decision.c.now)
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many topics somebody looked at, and how many of them the sorting had right."""

    looked_at: int
    same: int


class Decisions:
    """The decisions, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def keep(self, opinion: bytes, field: str, was: str, now: str) -> None:
        """Somebody says that this label is, or stays, that."""
        self._tx.do(_KEPT, {"opinion": opinion, "field": field, "was": was, "now": now})

    def examples(self, most: int) -> list[tuple[str, str]]:
        """Texts with their right topics, the newest periods first."""
        return [(text, topic) for text, topic in self._tx.all(_EXAMPLES, {"most": most})]

    def agreement(self, period: str) -> Agreement:
        """How often the sorting was right about the topics of a period, of those somebody looked at."""
        found = {bool(same): many for same, many in self._tx.all(_AGREED, {"period_": period})}
        same = found.get(True, 0)
        return Agreement(looked_at=same + found.get(False, 0), same=same)
