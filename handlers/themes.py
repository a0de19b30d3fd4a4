"""Before a week's draft is made, its opinions are grouped by what they say, in a process of its own.

Only what the office may read in common is grouped: nothing about one leader, no ratings, and no answer of a word or two.
The grouping itself is `core.themes`; here it is fed topic by topic and in portions, so that a hundred thousand opinions
take minutes of a spare process and never its memory. What a person merged, split or renamed stays as they left it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.core.survey import RATINGS
from handlers.papers import Press
from storage.database import Database, Tx
from storage.opinion import PERSONAL, UNCLASSIFIED
from storage.themes import KeptTheme
from storage.unit_of_work import Work

if TYPE_CHECKING:  # numpy comes with the process that groups
    from bot.core.themes import Theme

PORTION = 1500
"""Opinions compared with each other at a time; a week is seldom as large."""

KNOWN = 1500
"""Themes that are known again: those that grew last."""

LEAST = 4
"""Characters of an answer that can be like another one. 没有 and 很好 are no theme."""

PASTED = 20
"""Characters from which two answers that are alike letter for letter were pasted, and not just short."""

_letters = re.compile(r"[^\W_]")


class Words(NamedTuple):
    """One opinion to be grouped."""

    id: str
    topic: str
    text: str


class Grown(NamedTuple):
    """A theme after this period, and the opinions it grew by: each with whether it is a copy."""

    theme: KeptTheme
    ids: dict[str, bool]


class Week(NamedTuple):
    """What is to be grouped, and what is known."""

    said: tuple[Words, ...]
    known: tuple[KeptTheme, ...]
    last: int
    """The highest number ever given."""


async def gather_week(database: Database, press: Press, period: str) -> int:
    """Group what was released in this period and belongs to no theme yet; how many themes grew."""
    week = await database.write(lambda tx: _week(Work(tx), period))
    if len(week.said) < 2 and not week.known:
        return 0
    grown = await press.work_out(grouped, week, period)
    await database.write(lambda tx: _keep(tx, grown))
    return len(grown)


def _week(work: Work, period: str) -> Week:
    there = work.themes.of(period)
    said: list[Words] = []
    for kept in work.opinions.in_words(period):
        if kept.id in there or kept.round.startswith(RATINGS):
            continue
        labels: dict[str, Any] = json.loads(kept.labels or "{}")
        if labels.get("about") != PERSONAL and len(_letters.findall(kept.text[:80])) >= LEAST:
            said.append(Words(kept.id, labels.get("topic", UNCLASSIFIED), kept.text))
    return Week(tuple(said), tuple(work.themes.newest(KNOWN)), work.themes.last())


def _keep(tx: Tx, grown: Iterable[Grown]) -> None:
    themes = Work(tx).themes
    for theme, ids in grown:
        themes.keep(theme)
        themes.belong(theme.number, ids)


def grouped(week: Week, period: str) -> list[Grown]:
    """The themes that grew, and the new ones, which are numbered by their size. Runs in a process of its own."""
    by_topic: defaultdict[str, list[Words]] = defaultdict(list)
    for one in week.said:
        by_topic[one.topic].append(one)
    old = {theme.number: theme for theme in week.known}
    found: list[Grown] = []
    for topic, said in sorted(by_topic.items()):
        known = [theme for theme in week.known if theme.topic == topic]
        found += _of_topic(said, known, week.last, period)
    found.sort(key=lambda one: (-len(one.ids), min(one.ids)))
    number = week.last
    numbered: list[Grown] = []
    for theme, ids in found:
        if theme.number not in old:
            number += 1
            numbered.append(Grown(replace(theme, number=number), ids))
        else:
            numbered.append(Grown(theme, ids))
    return numbered


def _of_topic(
    said: Sequence[Words], known: Sequence[KeptTheme], last: int, period: str
) -> list[Grown]:
    from bot.core.themes import Said, gather

    themes: tuple[Theme, ...] = tuple(map(_known, known))
    copies: set[str] = set()
    texts = {one.id: one.text for one in said}
    for start in range(0, len(said), PORTION):
        portion = [
            Said(id=one.id, topic=one.topic, text=one.text)
            for one in said[start : start + PORTION]
        ]
        themes = gather(portion, themes, last=last)
        copies |= {
            id
            for theme in themes
            for alike in theme.copies
            for id in alike[1:]
            if len(texts.get(id, "")) >= PASTED
        }
    older = {theme.number: theme for theme in known}
    grown: list[Grown] = []
    for theme in themes:
        ids = {id: id in copies for id in theme.ids if id in texts}
        before = older.get(theme.number)
        if ids and (before or len(theme.ids) > 1):
            grown.append(Grown(_grown(theme, before, period), ids))
    return grown


def _known(kept: KeptTheme) -> "Theme":
    """A theme of which no opinion is at hand: only how many there were, and its sketch."""
    from bot.core.themes import Theme

    return Theme(
        number=kept.number,
        topic=kept.topic,
        title=kept.title,
        ids=tuple(f"~{at}" for at in range(kept.opinions)),
        representative=kept.representative,
        named=kept.named,
        sketch=kept.sketch,
    )


def _grown(theme: "Theme", before: KeptTheme | None, period: str) -> KeptTheme:
    return KeptTheme(
        number=theme.number,
        topic=theme.topic,
        title=theme.title,
        named=before.named if before else False,
        opinions=len(theme.ids),
        latest=period,
        representative=theme.representative,
        sketch=theme.sketch,
    )
