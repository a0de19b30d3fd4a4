"""Opinions that say nearly the same, and the number and title they have for good.

A theme's number is never given again, not even after it was merged into another. Single opinions are no themes: a row is
made with the second one. Who merged, split or renamed is in the trail as a deed alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.database import Tx
from storage.statement import Row, Statement
from storage.tables import WORDED, opinion, theme, themed


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTheme:
    """One theme as it is kept."""

    number: int
    topic: str
    title: str
    named: bool = False
    opinions: int = 0
    """All it has ever had."""
    periods: int = 1
    """In how many it grew."""
    latest: str = ""
    representative: str = ""
    sketch: tuple[tuple[int, float], ...] = ()


_COLUMNS = (
    theme.c.number,
    theme.c.topic,
    theme.c.title,
    theme.c.named,
    theme.c.opinions,
    theme.c.periods,
    theme.c.latest,
    theme.c.representative,
    theme.c.sketch,
)
_NEWEST = Statement(
    select(*_COLUMNS)
    .where(theme.c["into"] == 0)
    .order_by(theme.c.latest.desc(), theme.c.number.desc())
    .limit(bindparam("most"))
)
_FIND = Statement(
    select(*_COLUMNS).where(theme.c.number == bindparam("number_"), theme.c["into"] == 0)
)
_OF_OPINION = Statement(
    select(*_COLUMNS).where(
        themed.c.opinion == bindparam("opinion_"),
        theme.c.number == themed.c.theme,
        theme.c["into"] == 0,
    )
)
_LAST = Statement(select(func.max(theme.c.number)))
_PUT = insert(theme)
_KEPT = Statement(
    _PUT.on_conflict_do_update(
        index_elements=["number"],
        set_={
            **{
                name: _PUT.excluded[name]
                for name in ("title", "opinions", "representative", "sketch", "latest")
            },
            "periods": theme.c.periods
            + case((theme.c.latest == _PUT.excluded["latest"], 0), else_=1),
        },
    )
)
_BELONGS = Statement(insert(themed).on_conflict_do_nothing())
_OF_PERIOD = Statement(
    select(themed.c.opinion, themed.c.theme, themed.c["copy"]).where(
        opinion.c.id == themed.c.opinion, opinion.c.period == bindparam("period_"), WORDED
    )
)
_TEXTS = Statement(
    select(opinion.c.id, opinion.c.text)
    .where(
        opinion.c.id == themed.c.opinion,
        opinion.c.period == bindparam("period_"),
        themed.c.theme == bindparam("number_"),
    )
    .order_by(themed.c["copy"], opinion.c.id)
    .limit(bindparam("most"))
)
_MANY = Statement(
    select(themed.c.theme, func.count())
    .where(opinion.c.id == themed.c.opinion, opinion.c.period == bindparam("period_"), WORDED)
    .group_by(themed.c.theme)
)
_MOVE = Statement(
    update(themed).where(themed.c.theme == bindparam("was")).values(theme=bindparam("now_"))
)
_GONE = Statement(
    update(theme).where(theme.c.number == bindparam("was")).values(into=bindparam("now_"))
)
_CARRY = Statement(
    update(theme)
    .where(theme.c.number == bindparam("number_"))
    .values(opinions=theme.c.opinions + bindparam("more"))
)
_RENAME = Statement(
    update(theme)
    .where(theme.c.number == bindparam("number_"))
    .values(title=bindparam("title_"), named=1)
)
_OUT = Statement(
    update(themed)
    .where(themed.c.opinion == bindparam("opinion_"), themed.c.theme == bindparam("was"))
    .values(theme=bindparam("now_"))
)


class Themes:
    """The themes, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def newest(self, most: int) -> list[KeptTheme]:
        """Those that grew last."""
        return [_theme(row) for row in self._tx.all(_NEWEST, {"most": most})]

    def find(self, number: int) -> KeptTheme | None:
        """That theme; None where there is none of that number, or it went into another."""
        row = self._tx.one(_FIND, {"number_": number})
        return _theme(row) if row else None

    def of_opinion(self, id: bytes) -> KeptTheme | None:
        """The theme that this opinion belongs to."""
        row = self._tx.one(_OF_OPINION, {"opinion_": id})
        return _theme(row) if row else None

    def last(self) -> int:
        """The highest number ever given."""
        row = self._tx.one(_LAST, {})
        return int(row[0]) if row and row[0] else 0

    def of(self, period: str) -> dict[str, tuple[int, bool]]:
        """By the ids of a period's opinions: its theme, and whether it is a copy of another of it."""
        rows = self._tx.all(_OF_PERIOD, {"period_": period})
        return {id.hex(): (number, bool(copy)) for id, number, copy in rows}

    def numbers(self, period: str) -> dict[int, int]:
        """How many opinions of a period each theme has."""
        return dict(self._tx.all(_MANY, {"period_": period}))  # pyright: ignore[reportArgumentType] - pairs

    def texts(self, period: str, number: int, most: int) -> list[tuple[str, str]]:
        """Opinions of a theme in a period: their ids and words, copies last."""
        wanted = {"period_": period, "number_": number, "most": most}
        return [(id.hex(), text) for id, text in self._tx.all(_TEXTS, wanted)]

    def keep(self, kept: KeptTheme) -> None:
        """A theme as it stands after this period; a title that a person gave is part of what comes in."""
        row = {
            "number": kept.number,
            "topic": kept.topic,
            "title": kept.title,
            "named": int(kept.named),
            "opinions": kept.opinions,
            "periods": kept.periods,
            "latest": kept.latest,
            "representative": bytes.fromhex(kept.representative),
            "sketch": json.dumps(kept.sketch, separators=(",", ":")),
            "into": 0,
        }
        self._tx.do(_KEPT, row)

    def belong(self, number: int, ids: Mapping[str, bool]) -> None:
        """These opinions say it; each with whether it is a copy. One that belongs somewhere already stays there."""
        rows = [
            {"opinion": bytes.fromhex(id), "theme": number, "copy": int(copy)}
            for id, copy in ids.items()
        ]
        self._tx.many(_BELONGS, rows)

    def merge(self, number: int, into: int) -> None:
        """All that says the one says the other from now on."""
        gone = self.find(number)
        self._tx.do(_MOVE, {"was": number, "now_": into})
        self._tx.do(_GONE, {"was": number, "now_": into})
        self._tx.do(_CARRY, {"number_": into, "more": gone.opinions if gone else 0})

    def rename(self, number: int, title: str) -> None:
        """A person gives it this title, for good."""
        self._tx.do(_RENAME, {"number_": number, "title_": title})

    def split(self, number: int, ids: Iterable[str], made: KeptTheme) -> None:
        """These opinions are a theme of their own."""
        self.keep(made)
        for id in ids:
            moved = {"opinion_": bytes.fromhex(id), "was": number, "now_": made.number}
            self._tx.do(_OUT, moved)
        self._tx.do(_CARRY, {"number_": number, "more": -made.opinions})


def _theme(row: Row) -> KeptTheme:
    number, topic, title, named, opinions, periods, latest, representative, sketch = row
    return KeptTheme(
        number=number,
        topic=topic,
        title=title,
        named=bool(named),
        opinions=opinions,
        periods=periods,
        latest=latest,
        representative=representative.hex(),
        sketch=tuple((key, weight) for key, weight in json.loads(sketch)),
    )
