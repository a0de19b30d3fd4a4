"""The calendar speaks: whoever is responsible hears of a node before it ends, the office of what nobody hears or does.

What is due today is asked of `core.campaign`; here it finds its people. A reminder is a parcel, and the parcel's key
(day, plan, node, address) is what makes it once: two replicas, a crash or a clock set back find the row and say nothing.
What was queued and not handed over (a platform was down) is taken back the moment it is no longer true.

The office gets one list of what is new: overdue nodes, units that have not reported, people no account bears the name of.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.messages import Address
from bot.core.people import Role
from bot.core.round import Hours
from bot.core.survey import Language, Unit
from bot.core.workdays import Calendar
from handlers.words import Texts
from storage.database import Database
from storage.outbox import Note
from storage.staff import Member
from storage.unit_of_work import Work

if TYPE_CHECKING:  # what reads dates is imported with the first plan, for start-up's sake
    from bot.core.campaign.model import Campaign
    from bot.core.campaign.reminders import Reminder, Rules
    from bot.core.campaign.schedule import Schedule
    from bot.core.campaign.standing import Reports

NODE, LIST, YEAR = "node", "nodes", "holidays"
"""Kinds of parcels: one node for one person, the office's list, a year whose holidays nobody knows."""

REMEMBERED = timedelta(days=61)
"""How far back it is looked whether somebody was told; parcels are kept a day longer."""

FROM_NOVEMBER = (11, 20)
"""Month and day from which the coming year's holidays should be known: they are published in November."""

MOST_NAMED = 6
"""Units one line names, and names a list offers a code for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the calendar needs to know of the office."""

    texts: Texts
    hours: Hours
    zone: Callable[[datetime], datetime]
    calendar: Calendar
    units: tuple[Unit, ...]
    rules: "Callable[[], Rules]"


class NodeReminders:
    """Queues what is due, as soon as it is; asks only when something changed."""

    def __init__(self, database: Database, house: House) -> None:
        self._database = database
        self._house = house
        self._seen: object = None

    def held(self, kind: str, now: datetime) -> bool:
        """Whether a parcel of that kind has to wait for working hours."""
        return kind in (NODE, LIST, YEAR) and not self._house.hours.now(now)

    async def due(self, now: datetime) -> None:
        """Queue today's reminders; take back what is no longer true."""
        awake, today = self._house.hours.now(now), self._house.zone(now).date()
        seen = await self._database.write(lambda tx: _state(Work(tx), today, awake=awake))
        if seen == self._seen:
            return
        await self._database.write(lambda tx: remind(Work(tx), self._house, today, awake=awake))
        self._seen = seen


def _state(work: Work, today: date, *, awake: bool) -> object:
    """All that today's reminders follow from."""
    return today, awake, work.campaigns.stamp(), work.talks.stamp(), work.staff.tags()


def remind(work: Work, house: House, today: date, *, awake: bool) -> None:
    """What is due today, queued once for each; outside working hours only what is no longer true is taken back."""
    found = tuple(_due(work, house, today))
    work.parcels.withdraw(NODE, {_ref(one, today) for one in found})
    if not awake:
        return
    _warn(work, house, today)
    people = _People(work, house)
    known = work.parcels.known(NODE, (today - REMEMBERED).isoformat())

    def new(one: "Reminder", address: Address) -> bool:
        told = known.get((_what(one), work.parcels.mark(address)), "")
        return told < one.first.isoformat()

    lists: dict[Address, list[tuple[Reminder, tuple[str, ...]]]] = {}
    for one in found:
        bound, unbound = people.of(one)
        for address, language in bound.items():
            if new(one, address):
                work.parcels.put(NODE, _ref(one, today), address, _note(house, one, language))
        if one.overdue or unbound or not bound:
            for member in people.office(one.campaign):
                if member.address not in bound and new(one, member.address):
                    lists.setdefault(member.address, []).append((one, unbound))
    for member in people.members:
        if listed := lists.get(member.address):
            _tell_office(work, house, member, listed, today)


# --- what is due -----------------------------------------------------------------------------------------------------


def _due(work: Work, house: House, today: date) -> "Iterator[Reminder]":
    plans = tuple(_plans(work, house, today))
    if not plans:
        return
    from bot.core.campaign.reminders import due

    rules = house.rules()
    for campaign, known in plans:
        yield from due(campaign, known, today, house.calendar, rules)


def _plans(work: Work, house: House, today: date) -> "Iterator[tuple[Campaign, Reports]]":
    """The plans that live, and the talks as one more."""
    for kept in work.campaigns.living():
        yield kept.campaign, _reports(work, house, kept.campaign)
    for unit in work.talks.units():
        from bot.core.campaign.standing import reports
        from bot.core.talks import as_calendar, held

        planned = [kept.talk for kept in work.talks.of(unit)]
        titled = house.texts.say("zh", "due.talk", names="{names}")
        yield as_calendar(planned, today, titled, unit), reports(held(planned))


def _reports(work: Work, house: House, campaign: "Campaign") -> "Reports":
    from bot.core.campaign.standing import reports

    concerned = [u.id for u in house.units if campaign.unit in ("", u.id)]
    return reports(work.campaigns.completions(campaign.id), concerned)


def _what(one: "Reminder") -> str:
    return f"{one.campaign.id} {one.node.id}"


def _ref(one: "Reminder", today: date) -> str:
    return f"{today.isoformat()} {_what(one)}"


def schedules(
    work: Work, units: Sequence[Unit], today: date, unit: str | None = None
) -> "tuple[Schedule, ...]":
    """The plans that live as papers show them: of the whole house, or of one unit too. Talks are nobody's paper."""
    from bot.core.campaign.schedule import schedule
    from bot.core.campaign.standing import reports

    names = {one.id: one.name for one in units}
    found: list[Schedule] = []
    for kept in work.campaigns.living():
        if kept.campaign.unit not in ("", unit):
            continue
        concerned = [one for one in names if kept.campaign.unit in ("", one)]
        known = reports(work.campaigns.completions(kept.id), concerned)
        found.append(schedule(kept.campaign, known, today, names))
    return tuple(found)


def fed(
    work: Work, units: Sequence[Unit], today: date, token: str
) -> "tuple[Schedule, ...] | None":
    """What an address of the calendar shows; None where it is not good."""
    return schedules(work, units, today) if work.feeds.known(token) else None


# --- whom it concerns ------------------------------------------------------------------------------------------------


class _People:
    """Names and units to accounts, for one round of reminders."""

    def __init__(self, work: Work, house: House) -> None:
        self.members: Sequence[Member] = work.staff.every()
        self._named: dict[str, list[Member]] = {}
        self._school: dict[str, list[Member]] = {}
        for member in self.members:
            for post in member.staff.posts:
                if post.role is Role.NODE:
                    self._named.setdefault(post.name, []).append(member)
                elif post.role is Role.SCHOOL:
                    for unit in post.units:
                        self._school.setdefault(unit, []).append(member)
        self._names = {unit.id: unit.name for unit in house.units}

    def of(self, one: "Reminder") -> tuple[dict[Address, Language], tuple[str, ...]]:
        """Who hears of it, and the names of people and units that no account stands for."""
        found: dict[Address, Language] = {}
        unbound: list[str] = []
        for name in one.node.responsible:
            members = self._named.get(name, ())
            found |= {m.address: m.language for m in members}
            unbound += [] if members else [name]
        for unit in one.units:
            members = self._school.get(unit, ())
            found |= {m.address: m.language for m in members}
            unbound += [] if members else [self._names.get(unit, unit)]
        return found, tuple(unbound)

    def office(self, campaign: "Campaign") -> Sequence[Member]:
        """Who looks after that plan: the office; of a unit's own plan, that unit's office where it has one."""
        own = self._school.get(campaign.unit, ()) if campaign.unit else ()
        return own or [
            m for m in self.members if any(p.role is Role.OFFICE for p in m.staff.posts)
        ]


# --- how it is said --------------------------------------------------------------------------------------------------


def _note(house: House, one: "Reminder", language: Language) -> Note:
    """One node for one person, with what they can do about it."""
    says = _Says(house.texts, language)
    node = one.node
    paper = says("due.paper", what=node.deliverable) if node.deliverable else ""
    if node.place == "talk" and not one.campaign.id.isdecimal():
        buttons = (
            ("due.held", f"谈话 完成 {node.id}"),
            ("due.move", f"谈话 改期 {node.id}"),
            ("due.look", f"谈话 看 {node.id}"),
        )
    else:
        ref = f"{one.campaign.id}-{node.id}"
        buttons = (
            ("due.done", f"节点 {ref} 完成"),
            ("due.later", f"节点 {ref} 延期"),
            ("due.words", f"节点 {ref} 原文"),
        )
    entry = node.place in ("meeting", "talk", "reception")
    return Note(
        key="due.note_overdue" if one.overdue else "due.note_entry" if entry else "due.note",
        params={"text": says.node(one), "paper": paper},
        buttons=buttons,
    )


def _tell_office(
    work: Work,
    house: House,
    member: Member,
    listed: "Sequence[tuple[Reminder, tuple[str, ...]]]",
    today: date,
) -> None:
    """One message of all that is new; each of its nodes counts as told, in the same transaction."""
    says = _Says(house.texts, member.language)
    units = {unit.id: unit.name for unit in house.units}
    lines = [f"▸ {says.node(one)}{says.people(one, unbound, units)}" for one, unbound in listed]
    names = {name for one, _ in listed for name in one.node.responsible}
    missing = dict.fromkeys(n for _, unbound in listed for n in unbound if n in names)
    note = Note(
        key="due.list",
        params={"lines": "\n".join(lines)},
        buttons=(
            ("due.schedule", "日程"),
            *((("due.codes", "/handover add node"),) if missing else ()),
        ),
    )
    first = _ref(listed[0][0], today)
    if work.parcels.put(LIST, first, member.address, note):
        for one, _ in listed:
            work.parcels.said(NODE, _ref(one, today), member.address)


class _Says:
    """The catalogue in one language, for reminders."""

    def __init__(self, texts: Texts, language: Language) -> None:
        self._texts = texts
        self._language: Language = language

    def __call__(self, key: str, **params: str) -> str:
        return self._texts.say(self._language, key, **params)

    def node(self, one: "Reminder") -> str:
        """What is due, and when."""
        title, day, left = one.node.title, self.day(one.end), one.left
        if one.overdue:
            return self("due.overdue", title=title, day=day, days=str(-left))
        if one.node.place in ("meeting", "talk", "reception"):
            at = f" {one.node.time}" if one.node.time else ""
            if left == 0:
                return self("due.entry_today", title=title, at=at)
            return self("due.entry", title=title, day=day, at=at, days=str(left))
        if left == 0:
            return self("due.today", title=title)
        return self("due.before", title=title, day=day, days=str(left))

    def people(
        self, one: "Reminder", unbound: tuple[str, ...], units: Mapping[str, str]
    ) -> str:
        """Whom it waits for, where that is worth saying."""
        parts: list[str] = []
        if one.units:
            named = self.list([units.get(unit, unit) for unit in one.units])
            parts.append(self("due.units", count=str(len(one.units)), units=named))
        if one.overdue and one.node.responsible:
            parts.append(self("due.responsible", names=self.list(one.node.responsible)))
        people = [name for name in unbound if name in one.node.responsible]
        if people:
            parts.append(self("due.unbound", names=self.list(people)))
        return "".join(parts)

    def list(self, names: Iterable[str]) -> str:
        """Names, the first few of them."""
        known = list(names)
        shown = self("due.join").join(known[:MOST_NAMED])
        if len(known) <= MOST_NAMED:
            return shown
        return self("due.more", names=shown, count=str(len(known)))

    def day(self, day: date) -> str:
        """Month and day."""
        return self("due.day", month=str(day.month), day=str(day.day))


# --- a year whose holidays nobody knows ------------------------------------------------------------------------------


def _warn(work: Work, house: House, today: date) -> None:
    """Once a week, from late November: the coming year's holidays are not known yet; or this year's never came."""
    coming = (today.month, today.day) >= FROM_NOVEMBER
    year = today.year + 1 if coming and house.calendar.known(today.year) else today.year
    if house.calendar.known(year):
        return
    monday = today - timedelta(days=today.weekday())
    note = Note(key="due.unknown_year", params={"year": str(year)})
    for member in work.staff.holding(Role.OFFICE):
        work.parcels.put(YEAR, f"{monday.isoformat()} {year}", member.address, note)
