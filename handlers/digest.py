"""The week closes: what was released becomes one snapshot and one draft, in the same unit of work as the tick.

All papers are drawn from the snapshot alone. A person reviews it; sending freezes it and queues it once for each.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.messages import Address
from bot.core.people import Deed, Post, Role, Staff, may, placed
from bot.core.periods import Issue, Period, Rhythm, issue, last_closed, moved, period_at
from bot.core.piecemeal import let_go
from bot.core.sorting import Leader
from bot.core.survey import BY_THEMSELVES, Form, Script
from bot.core.workdays import Calendar
from storage.digest import KeptDigest
from storage.intake import Came
from storage.opinion import Kept
from storage.opinion import Turnout as KeptTurnout
from storage.outbox import SENT, WAITING
from storage.rectification import Fate
from storage.unit_of_work import Work

if (
    TYPE_CHECKING
):  # a week has one digest: what it is made of is imported with the first, for start-up's sake
    from bot.core.campaign.standing import Entry
    from bot.core.digest import (
        DaysOff,
        Digest,
        Letters,
        Mark,
        Material,
        Meetings,
        Names,
        Node,
        Notes,
        Opinion,
        PersonalFile,
        PersonalMatter,
        Rectification,
        Remark,
        Replies,
        State,
        Turnout,
        Urgent,
    )


CHOICES = "；"
"""Between several options of one answer."""

LEADERS = "leaders"
"""The label of an opinion that names leaders: the key of each, and which of its placeholders stands for them."""

_PERSONAL = "个人"

NOWHERE_ELSE = Came("", False, (), (), "", ())
"""Of what came by the chat: the vault knows its period alone."""

APART = 8
"""Sent digests whose personal files are looked at: who takes a seat later than that has not missed them, they are past."""

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
    simulated: bool = False
    leaders: tuple[Leader, ...] = ()
    """The roster, by which what is said about one of them finds its reader."""
    parents: Mapping[str, str] = field(default_factory=dict[str, str])
    """Every unit and the one above it."""
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """What each unit is called."""
    review_until: time = time(17)
    """By when a draft should have been sent, on its closing day."""

    def last_closed(self, now: datetime) -> Period:
        """The newest period that is over."""
        return last_closed(now, self.rhythm, self.calendar.is_workday)

    def period_of(self, day: date) -> str:
        """The period in which a day of the office's begins, by its closing date."""
        begins = datetime.combine(day, time.min, self.rhythm.zone)
        return self.current(begins).name.isoformat()

    @property
    def top(self) -> str:
        """The one unit above all others; empty where there is none, or several stand side by side."""
        tops = [unit for unit, above in self.parents.items() if not above]
        return tops[0] if len(tops) == 1 else ""

    def current(self, now: datetime) -> Period:
        """The period that is open."""
        return period_at(now, self.rhythm, self.calendar.is_workday)


def draft(work: Work, almanac: Almanac, period: Period) -> bool:
    """Make the period's snapshot and keep it as a draft; False where there is one already."""
    if work.digests.find(period.name.isoformat()):
        return False
    return work.digests.draft(period.name.isoformat(), *_made(work, almanac, period))


def remake(work: Work, almanac: Almanac, was: KeptDigest) -> tuple[str, ...] | None:
    """Make an unsent draft anew, with what has been judged, corrected or written since: every figure that is another now,
    in a line each. None where it was sent meanwhile."""
    from bot.content.papers import papers
    from bot.core.digest import differences, from_json
    from bot.reports.changes import changes

    closed = datetime.combine(date.fromisoformat(was.period), time(23, 59), almanac.rhythm.zone)
    made = _made(work, almanac, almanac.last_closed(closed))
    if not work.digests.again(was, *made):
        return None
    return changes(differences(from_json(was.snapshot), from_json(made[0])), papers("zh"))


_Made = tuple[str, str, list[str], tuple[str, ...]]
"""The snapshot, what chat shows of it, the personal files, and what of a large one lies beside it."""


def _made(work: Work, almanac: Almanac, period: Period) -> _Made:
    gc.disable()  # a hundred thousand small things that all stay: collecting in vain costs a fifth
    try:
        return _drawn(work, almanac, period)
    finally:
        gc.enable()


def _drawn(work: Work, almanac: Almanac, period: Period) -> _Made:
    from bot.core.digest import (
        Agreement,
        Desk,
        digest_from,
        from_json,
        in_portions,
        past_with,
        personal_files,
        to_json,
    )

    name, names = period.name.isoformat(), _named(work, almanac.names(), period)
    earlier = [day for day in work.digests.periods() if day < name]
    known = work.digests.find(name)
    before = work.digests.find(earlier[-1]) if earlier else None
    ratings = {
        id for id, script in almanac.scripts.items() if script.survey.id in BY_THEMSELVES
    }
    kept = [*work.opinions.in_words(name), *work.opinions.taps(name)]
    matters = list(_matters((one for one in kept if one.round not in ratings), almanac))
    came = work.intakes.came(name)
    reading = _Reading(almanac, work.problems.ways(name), work.themes.of(name), came)
    opinions = [reading(one) for one in kept if one.round not in ratings]
    agreed = work.decisions.agreement(name)
    turnout = [each for each in work.opinions.turnout() if each.round not in ratings]
    made = digest_from(
        opinions,
        [_turnout(each, almanac.regrouped) for each in turnout],
        office=almanac.office,
        issue=_issue(period, earlier),
        period=period,
        next_period=almanac.current(period.closes),
        moved=moved(period, almanac.rhythm),
        headcounts=almanac.headcounts,
        names=names,
        desk=Desk(
            urgent=_urgent(work, almanac, period),
            meetings=_meetings(work, name),
            letters=_letters(work, almanac, period),
            replies=_replies(work, period),
            nodes=_nodes(work, almanac, period),
            days_off=_days_off(almanac, period),
            rectification=_rectification(work, almanac, period),
            materials=_materials(work, almanac, period),
        ),
        notes=_notes(work.digests.notes(name)),
        version=known.version + 1 if known else 1,
        agreement=Agreement(looked_at=agreed.looked_at, same=agreed.same),
        past=past_with(from_json(before.snapshot)) if before else (),
        simulated=almanac.simulated,
    )
    apart = personal_files(
        matters,
        office=almanac.office,
        closes=period.name,
        units=_seats(almanac, names),
    )
    files = [to_json(file) for file in apart]
    snapshot, portions = in_portions(made)
    face = _face(made, names, almanac.parents, len(portions))
    entries = list(made.entries)
    del made
    let_go(entries)
    let_go(opinions)
    let_go(kept)
    return snapshot, face, files, portions


def _notes(said: Mapping[str, str]) -> "Notes":
    from bot.core.digest import Notes

    copies = said.get("copies", "")
    return Notes(
        title=said.get("title", ""),
        foreword=said.get("foreword", ""),
        remarks=_remarks(said),
        practices=_lines(said, "practices"),
        suggestions=_lines(said, "suggestions"),
        corrections=_lines(said, "corrections"),
        report_to=_lines(said, "report_to"),
        copy_to=_lines(said, "copy_to"),
        send_to=_lines(said, "send_to"),
        copies=int(copies) if copies.isdecimal() else 0,
    )


REMARK = "remark."
"""Before the section's name, in the field of a sentence of the clerk's below it."""


def _remarks(said: Mapping[str, str]) -> "tuple[Remark, ...]":
    from typing import get_args

    from bot.core.digest import Remark
    from bot.core.digest.model import Section

    sections: tuple[Section, ...] = get_args(Section)
    return tuple(
        Remark(section, words)
        for section in sections
        if (words := said.get(f"{REMARK}{section}"))
    )


def _lines(said: Mapping[str, str], field: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in said.get(field, "").splitlines() if line.strip())


def _named(work: Work, names: "Names", period: Period) -> "Names":
    """The names of the house, and those of the themes that were heard."""
    heard = work.themes.numbers(period.name.isoformat())
    kept = [theme for number in heard if (theme := work.themes.find(number))]
    return replace(
        names,
        themes={str(theme.number): theme.title for theme in kept},
        theme_periods={str(theme.number): theme.periods for theme in kept},
        theme_voices={str(theme.number): theme.representative for theme in kept},
    )


def _face(made: "Digest", names: "Names", parents: Mapping[str, str], portions: int) -> str:
    """What chat shows of a digest: the one screen, how much of it is to be looked at before it leaves, each group's figures; and
    how many portions lie beside its snapshot."""
    from bot.content.papers import papers
    from bot.core.digest import office_words, self_check
    from bot.core.privacy import redact
    from bot.reports.message import message
    from bot.reports.sms import pieces

    groups = [(row.name, row.now, row.cumulative, row.invited) for row in made.groups]
    naming = {where for where, text in office_words(made) if redact(text).spans}
    units = [(row.id, row.name, row.now, row.cumulative) for row in made.units if row.id]
    face = {
        "screen": message(made, papers("zh")),
        "check": len(self_check(made, still_naming=naming)),
        "groups": groups,
        "sms": pieces(made, papers("zh")),
        "units": units,
        "coverage": made.coverage,
        "names": [(unit.id, unit.name) for unit in names.units],
        "parents": dict(parents),
        "portions": portions,
    }
    return json.dumps(face, ensure_ascii=False, default=asdict)


HOLIDAYS_AHEAD = 3
"""Days behind the next closing in which a holiday may begin that the digest speaks of."""


def _days_off(almanac: Almanac, period: Period) -> "tuple[DaysOff, ...]":
    """Holidays from this closing to the days after the next."""
    from bot.content.papers import papers
    from bot.core.digest import DaysOff

    texts = papers("zh")
    first = period.name + timedelta(days=1)
    last = almanac.current(period.closes).name + timedelta(days=HOLIDAYS_AHEAD)
    return tuple(
        DaysOff(begins, ends, texts.get(f"holiday.{name}", ""))
        for begins, ends, name in almanac.calendar.holidays(first, last)
    )


def _nodes(work: Work, almanac: Almanac, period: Period) -> "tuple[Node, ...]":
    """What the calendar has until the next closing, and what in it is overdue. A unit's own plan is its own matter."""
    living = [kept.campaign for kept in work.campaigns.living() if not kept.campaign.unit]
    if not living:
        return ()
    from bot.core.campaign.standing import coming, reports

    units = [unit.id for unit in almanac.names().units]
    until = almanac.current(period.closes).name
    found = [
        entry
        for campaign in living
        for entry in coming(
            campaign,
            reports(work.campaigns.completions(campaign.id), units),
            period.name,
            until,
        )
    ]
    return tuple(map(_node, sorted(found, key=lambda entry: entry.day)))


def _materials(work: Work, almanac: Almanac, period: Period) -> "tuple[Material, ...]":
    """What the house's own plans ask for on paper, and what of it is there. A unit's own plan is its own matter."""
    living = [kept.campaign for kept in work.campaigns.living() if not kept.campaign.unit]
    if not living:
        return ()
    from bot.core.campaign.schedule import schedule
    from bot.core.campaign.standing import reports

    units = {unit.id: unit.name for unit in almanac.names().units}
    known = {one.id: reports(work.campaigns.completions(one.id), [*units]) for one in living}
    return tuple(
        material
        for one in living
        for material in schedule(one, known[one.id], period.name, units).materials
    )


def _node(entry: "Entry") -> "Node":
    from bot.content.papers import papers
    from bot.core.campaign.standing import State
    from bot.core.digest import Node

    texts = papers("zh")
    kind = entry.node.kind if entry.node.kind in ("by", "window") else "point"
    note = ""
    if entry.node.everybody and entry.progress.missing:
        note = texts["node_due.units"].format(count=len(entry.progress.missing))
    elif entry.state is State.OVERDUE:
        note = texts["node_due.overdue"]
    what = texts[f"node_due.{kind}"].format(title=entry.node.title)
    return Node(day=entry.day, what=what, note=note)


def units_seen(kept: KeptDigest, staff: Staff) -> tuple[tuple[str, str], ...]:
    """Id and name of the units whose share of that digest somebody sees, in the order of their number."""
    here = placed(staff, kept.parents)
    return tuple(
        (id, name) for id, name in kept.names.items() if may(here, Deed.SEE_DIGEST, id)
    )


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


def remind_unsent(
    work: Work, almanac: Almanac, period: Period, now: datetime, to: Iterable[Address]
) -> None:
    """Nobody has sent the draft by the hour of its own closing day: those over it are told, each once.

    Whoever was not told that day, because nothing ran, is told at that hour of the next working day on which it still lies.
    """
    local = now.astimezone(almanac.rhythm.zone)
    if local.time() < almanac.review_until or local.date() < period.name:
        return
    if local.date() > period.name and not almanac.calendar.is_workday(local.date()):
        return
    name = period.name.isoformat()
    kept = work.digests.find(name)
    if kept is None or kept.sent:
        return
    for address in to:
        work.parcels.put("unsent", name, address)


def hand_apart(work: Work, almanac: Almanac) -> bool:
    """Queue the personal files of sent digests, each once, for whoever may read it; whether there was any.

    It goes to the seat of its unit; where that is free, or its holder is spoken of, to the next one above. One that finds
    nobody waits for somebody to take a seat.
    """
    found = False
    for period, files in work.digests.apart(APART):
        for file in _read_apart(files):
            ref = f"{period}:{file.unit}"
            states = work.parcels.states("personal", ref)
            if not file.readable or states.keys() & {WAITING, SENT}:
                continue
            if holder := _holder(work, almanac, file):
                found |= work.parcels.put("personal", ref, holder)
    return found


def counted_apart(kept: KeptDigest) -> tuple[int, int]:
    """How many opinions lie in personal files, and how many of them nobody of this house may read."""
    files = _read_apart(kept.personal)
    unread = sum(len(file.texts) for file in files if not file.readable)
    return sum(len(file.texts) for file in files), unread


def _read_apart(files: Sequence[str]) -> "list[PersonalFile]":
    if not files:
        return []
    from bot.core.digest import personal_from_json

    return [personal_from_json(file) for file in files]


def _holder(work: Work, almanac: Almanac, file: "PersonalFile") -> Address | None:
    from bot.core.digest import may_sit, may_stand_in

    members, unit = work.staff.every(), file.unit
    while True:
        for role in (Role.RESPONSIBLE, Role.DEPUTY):
            stands_in = role is Role.DEPUTY
            able = may_sit(almanac.leaders, unit, file.naming) and (
                not stands_in or may_stand_in(almanac.leaders, unit, file.naming)
            )
            if able and (
                holder := next(
                    (m for m in members if any(_seat(p, role, unit) for p in m.staff.posts)),
                    None,
                )
            ):
                return holder.address
        if not unit:
            return None
        unit = almanac.parents.get(unit, "")


def _seat(post: Post, role: Role, unit: str) -> bool:
    return post.role is role and unit in post.units


def _issue(period: Period, earlier: Iterable[str]) -> Issue:
    return issue(period, [date.fromisoformat(day) for day in earlier])


_DECODE = json.JSONDecoder().raw_decode
"""What `json.loads` does, without looking for white space around what we wrote ourselves."""


class _Reading:
    """Released rows as the digest wants them; what a question is called is looked up once."""

    def __init__(
        self,
        almanac: Almanac,
        ways: Mapping[bytes, Fate],
        themes: Mapping[str, tuple[int, bool]],
        came: Mapping[str, Came],
    ) -> None:
        from bot.core.digest import Opinion

        self._opinion = Opinion
        self._scripts = almanac.scripts
        self._regrouped = almanac.regrouped
        self._themes = themes
        self._came = came
        self._ways = {id.hex(): fate for id, fate in ways.items()}
        self._forms: dict[tuple[str, str, str], Form | None] = {}
        self._chosen: dict[tuple[str, str, str, str], str] = {}

    def __call__(self, kept: Kept) -> "Opinion":
        form = self._form(kept)
        labels: dict[str, Any] = _DECODE(kept.labels)[0] if kept.labels else {}
        fate = self._ways.get(kept.id)
        theme, copied = self._themes.get(kept.id, (0, False))
        came = self._came.get(kept.id, NOWHERE_ELSE)
        return self._opinion(  # by place: by name takes three times as long
            kept.id,
            kept.round,
            kept.unit,
            self._regrouped.get(kept.group, kept.group),
            form.words["zh"] if form else "",
            kept.dimension,
            self._choice(kept, form) or ("" if kept.number is None else str(kept.number)),
            kept.text,
            labels.get("topic", NO_TOPIC),
            tuple(labels.get("sifeng", ())),
            next(iter(labels.get("sizhi", ())), ""),
            labels.get("kind", ""),
            bool(labels.get("urgent")),
            labels.get("about", "一般"),
            kept.channel,
            str(theme) if theme else "",
            fate.way if fate else "",
            str(fate.problem) if fate and fate.problem else "",
            fate.words if fate else "",
            fate.day.isoformat() if fate else "",
            came.received,
            _mark(labels, copied=copied, early=came.early),
            came.sources[1:],
            came.origins,
            came.words,
            kept.answers,
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


_STATES: "Mapping[str, State]" = {"waiting": "waiting", "taken": "working", "done": "done"}
"""How urgent matters stand, as the papers call it."""


def _urgent(work: Work, almanac: Almanac, period: Period) -> "tuple[Urgent, ...]":
    """What could not wait: the day, the words and what was done; never who, and never the hour."""
    from bot.core.digest import Urgent

    since = period.opens.date().isoformat()
    found = work.urgent.in_papers(period.name.isoformat(), since)
    places = [almanac.units.get(one.matter.unit, "") for one in found]
    return tuple(
        Urgent(
            received=date.fromisoformat(one.day),
            matter="：".join(filter(None, (where, one.text))),
            handling=one.handling,
            state=_STATES[one.state],
        )
        for where, one in zip(places, found, strict=True)
    )


def _mark(labels: Mapping[str, Any], *, copied: bool, early: bool) -> "Mark":
    if labels.get("abusive"):
        return "abusive"
    if copied:
        return "copy"
    return "elsewhere" if labels.get("elsewhere") else "early" if early else ""


def _meetings(work: Work, period: str) -> "Meetings | None":
    """The meetings that were entered; None where nobody said how many people they had."""
    from bot.core.digest import Meetings

    sessions, people = work.intakes.meetings(period)
    return Meetings(sessions=sessions, people=people) if people else None


def _letters(work: Work, almanac: Almanac, period: Period) -> "Letters | None":
    """The letters that were out in this period: those that came back in it, and those that have not yet."""
    from bot.core.digest import Letters

    since, until = period.opens.date().isoformat(), period.name.isoformat()
    out = [
        one
        for one in work.intakes.mailed()
        if one.sent <= until and (not one.returned or one.returned >= since)
    ]
    if not out:
        return None
    back = [one for one in out if one.returned and one.returned <= until]
    late = {one.unit for one in out if one not in back}
    missing = tuple(name for unit, name in almanac.units.items() if unit in late)
    return Letters(sent=len(out), returned=len(back), missing=missing)


def _rectification(work: Work, almanac: Almanac, period: Period) -> "Rectification | None":
    """The list as it stands; what is late, with its unit by name."""
    from bot.core.rectification import standing

    found = standing(
        work.problems.every(),
        period.name,
        opinions=work.opinions.worded(),
        judged=sum(work.problems.judged().values()),
    )
    if found is None:
        return None
    late = (replace(one, unit=almanac.units.get(one.unit, one.unit)) for one in found.overdue)
    return replace(found, overdue=tuple(late))


REPLY_WITHIN = timedelta(days=15)
"""Until when whoever was given an opinion owes an answer to it."""


def _replies(work: Work, period: Period) -> "Replies":
    """What has to be answered by a day, and what was given to other departments: of neither is the end known yet."""
    from bot.core.digest import Replies

    owed = [
        (date.fromisoformat(due), origin)
        for id, due, origin in work.intakes.due(period.name.isoformat())
        if not ((fate := work.problems.fate(id)) and fate.way not in ("known", "new"))
    ]
    owed += [
        (fate.day + REPLY_WITHIN, fate.words)
        for _, fate in work.problems.forwarded()
        if fate.day <= period.name
    ]
    late = [((period.name - due).days, by) for due, by in owed if due < period.name]
    longest, by = max(late, default=(0, ""))
    return Replies(
        within=len(owed) - len(late), late=len(late), longest_days=longest, longest_by=by
    )


def _matters(opinions: Iterable[Kept], almanac: Almanac) -> Iterator["PersonalMatter"]:
    """What concerns one leader, with their name, for the one person who may read it."""
    from bot.core.digest import NOBODY, PersonalMatter, named_again, reader

    roster = {leader.key: leader for leader in almanac.leaders}
    for one in opinions:
        labels: dict[str, Any] = _DECODE(one.labels)[0] if _PERSONAL in one.labels else {}
        if not one.text or labels.get("about") != _PERSONAL:
            continue
        hidden = [(at, roster[key]) for key, at in labels.get(LEADERS, ()) if key in roster]
        named = tuple(dict.fromkeys(leader for _, leader in hidden))
        unit = reader(
            almanac.leaders, almanac.parents, named=named, text=one.text, said_in=one.unit
        )
        yield PersonalMatter(
            id=one.id,
            unit=NOBODY if unit is None else unit,
            leader=named[0].name if len(named) == 1 else "",
            text=named_again(one.text, [(at, leader.name) for at, leader in hidden]),
            leaders=tuple(leader.name for leader in named),
        )


def _seats(almanac: Almanac, names: "Names") -> dict[str, str]:
    """What the unit of each personal file is called."""
    from bot.content.papers import papers
    from bot.core.digest import NOBODY

    units = {unit.id: unit.name for unit in names.units}
    return {"": almanac.office, **units, NOBODY: papers("zh")["personal.above"]}


def _turnout(kept: KeptTurnout, regrouped: Mapping[str, str]) -> "Turnout":
    from bot.core.digest import Turnout

    return Turnout(
        period=date.fromisoformat(kept.period),
        units=kept.units,
        group=regrouped.get(kept.group, kept.group),
        people=kept.people,
        submissions=kept.submissions,
    )
