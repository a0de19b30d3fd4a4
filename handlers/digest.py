"""The week closes: what was released becomes one snapshot and one draft, in the same unit of work as the tick.

All papers are drawn from the snapshot alone. A person reviews it; sending freezes it and queues it once for each.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.core.messages import Address
from bot.core.periods import Issue, Period, Rhythm, issue, last_closed, moved, period_at
from bot.core.survey import Form, Script
from bot.core.workdays import Calendar
from storage.opinion import Kept
from storage.opinion import Turnout as KeptTurnout
from storage.unit_of_work import Work

if (
    TYPE_CHECKING
):  # a week has one digest: what it is made of is imported with the first, for start-up's sake
    from bot.core.digest import Digest, Names, Node, Opinion, PersonalMatter, Turnout


CHOICES = "；"
"""Between several options of one answer."""

NO_TOPIC = "qita"
"""The topic of what the sorting has no suggestion for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Almanac:
    """What the office's papers need to know of the house."""

    office: str
    rhythm: Rhythm
    calendar: Calendar
    headcounts: Mapping[tuple[str, str], int | None]
    names: "Callable[[], Names]"
    """Of everything the papers mention; asked for once a digest."""
    scripts: Mapping[str, Script]
    """By round id: whose questions and options the opinions answer."""
    regrouped: Mapping[str, str] = field(default_factory=dict[str, str])
    """Groups of another preset, and which of today's they count under: figures still add up after a change."""
    nodes: tuple[tuple[date, str], ...] = ()
    """What a plan has on which day."""
    simulated: bool = False

    def last_closed(self, now: datetime) -> Period:
        """The newest period that is over."""
        return last_closed(now, self.rhythm, self.calendar.is_workday)

    def current(self, now: datetime) -> Period:
        """The period that is open."""
        return period_at(now, self.rhythm, self.calendar.is_workday)


def draft(work: Work, almanac: Almanac, period: Period) -> bool:
    """Make the period's snapshot and keep it as a draft; False where there is one already."""
    gc.disable()  # a hundred thousand small things that all stay: collecting in vain costs a fifth
    try:
        return _draft(work, almanac, period)
    finally:
        gc.enable()


def _draft(work: Work, almanac: Almanac, period: Period) -> bool:
    from bot.core.digest import Desk, digest_from, from_json, past_with, personal_files, to_json

    name, names = period.name.isoformat(), almanac.names()
    earlier = [day for day in work.digests.periods() if day < name]
    if work.digests.find(name):
        return False
    before = work.digests.find(earlier[-1]) if earlier else None
    opinions = list(map(_Reading(almanac), work.opinions.of(name)))
    made = digest_from(
        opinions,
        [_turnout(kept, almanac.regrouped) for kept in work.opinions.turnout()],
        office=almanac.office,
        issue=_issue(period, earlier),
        period=period,
        next_period=almanac.current(period.closes),
        moved=moved(period, almanac.rhythm),
        headcounts=almanac.headcounts,
        names=names,
        desk=Desk(nodes=_nodes(almanac, period)),
        past=past_with(from_json(before.snapshot)) if before else (),
        simulated=almanac.simulated,
    )
    apart = personal_files(
        _matters(opinions),
        office=almanac.office,
        closes=period.name,
        units={"": almanac.office} | {unit.id: unit.name for unit in names.units},
    )
    files = [to_json(file) for file in apart]
    return work.digests.draft(name, to_json(made), _face(made), files)


def _face(made: "Digest") -> str:
    """What chat shows of a digest: the one screen, and each group's figures."""
    from bot.content.papers import papers
    from bot.core.digest import self_check
    from bot.reports.message import message

    groups = [(row.name, row.now, row.cumulative, row.invited) for row in made.groups]
    screen = message(made, papers("zh"), self_check(made))
    return json.dumps({"screen": screen, "groups": groups}, ensure_ascii=False)


def _nodes(almanac: Almanac, period: Period) -> "tuple[Node, ...]":
    """What the plan has for the days until the next closing."""
    from bot.core.digest import Node

    until = almanac.current(period.closes).name
    coming = [(day, what) for day, what in almanac.nodes if period.name < day <= until]
    return tuple(Node(day=day, what=what) for day, what in sorted(coming))


def freeze(work: Work, period: str, version: int, to: Iterable[Address]) -> bool:
    """Send what was looked at: frozen now, queued once for each; False where it changed or has been sent."""
    if not work.digests.send(period, version):
        return False
    for address in to:
        work.parcels.put("digest", period, address)
    return True


def announce(work: Work, period: str, to: Iterable[Address]) -> None:
    """Tell the office that a draft is ready, each of them once."""
    for address in to:
        work.parcels.put("draft", period, address)


def _issue(period: Period, earlier: Iterable[str]) -> Issue:
    return issue(period, [date.fromisoformat(day) for day in earlier])


_DECODE = json.JSONDecoder().raw_decode
"""What `json.loads` does, without looking for white space around what we wrote ourselves."""


class _Reading:
    """Released rows as the digest wants them; what a question is called is looked up once."""

    def __init__(self, almanac: Almanac) -> None:
        from bot.core.digest import Opinion

        self._opinion = Opinion
        self._scripts = almanac.scripts
        self._regrouped = almanac.regrouped
        self._forms: dict[tuple[str, str, str], Form | None] = {}
        self._chosen: dict[tuple[str, str, str, str], str] = {}

    def __call__(self, kept: Kept) -> "Opinion":
        form = self._form(kept)
        labels: dict[str, Any] = _DECODE(kept.labels)[0] if kept.labels else {}
        return self._opinion(
            id=kept.id,
            round=kept.round,
            unit=kept.unit,
            group=self._regrouped.get(kept.group, kept.group),
            question=form.words["zh"] if form else "",
            dimension=kept.dimension,
            choice=self._choice(kept, form)
            or ("" if kept.number is None else str(kept.number)),
            text=kept.text,
            topic=labels.get("topic", NO_TOPIC),
            sifeng=tuple(labels.get("sifeng", ())),
            sizhi=next(iter(labels.get("sizhi", ())), ""),
            kind=labels.get("kind", ""),
            urgent=bool(labels.get("urgent")),
            about=labels.get("about", "一般"),
            channel="chat",
        )

    def _form(self, kept: Kept) -> Form | None:
        key = (kept.round, kept.question, kept.group)
        if key not in self._forms:
            script = self._scripts.get(kept.round)
            question = script.question(kept.question) if script else None
            group = script.group(kept.group) if script else None
            audience = group.audience if group else "staff"
            self._forms[key] = (
                (question.form(audience) or question.staff or question.parent)
                if question
                else None
            )
        return self._forms[key]

    def _choice(self, kept: Kept, form: Form | None) -> str:
        if form is None or kept.options == "[]":
            return ""
        key = (kept.round, kept.question, kept.group, kept.options)
        if key not in self._chosen:
            found = (form.option(id) for id in json.loads(kept.options))
            self._chosen[key] = CHOICES.join(option.words["zh"] for option in found if option)
        return self._chosen[key]


def _matters(opinions: Iterable["Opinion"]) -> Iterator["PersonalMatter"]:
    """What concerns one leader: to the responsible person of the unit it was said in."""
    from bot.core.digest import PersonalMatter

    for one in opinions:
        if one.about == "个人" and one.text:
            yield PersonalMatter(id=one.id, unit=one.unit, leader="", text=one.text)


def _turnout(kept: KeptTurnout, regrouped: Mapping[str, str]) -> "Turnout":
    from bot.core.digest import Turnout

    return Turnout(
        period=date.fromisoformat(kept.period),
        units=kept.units,
        group=regrouped.get(kept.group, kept.group),
        people=kept.people,
        submissions=kept.submissions,
    )
