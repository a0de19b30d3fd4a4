"""Visiting days (校长接待日): people book a time and let it go, by chat; the clock reminds both sides, and afterwards asks for
what was said.

Nothing is remembered between two messages but the booking itself. What somebody wishes to talk of is shown to them masked
before the office may read it; a name is kept as they write it, because they give it on purpose.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from bot.core.appointment import (
    AHEAD,
    LONGEST_WORDS,
    Asked,
    Books,
    Cancels,
    Keeps,
    Looks,
    Names,
    Picks,
    State,
    Tells,
    VisitingDay,
    clock,
    free,
    named,
    says,
    shifted,
)
from bot.core.messages import Address, Button, Incoming, Outgoing, Redacted
from bot.core.people import Role
from bot.core.survey import Language, Unit
from bot.core.workdays import Calendar
from handlers.words import OPEN_SCREEN, Texts, spoken
from storage.appointment import Booking
from storage.outbox import Note
from storage.unit_of_work import Work

SHOWN = 8
"""Days one message lists."""

TIMES = 20
"""Times one message has buttons for."""

NOON = 12
"""From this hour of the day before, those who come are reminded."""

EVENING = 17
"""From this hour of the last working day before, whoever receives is given the list."""

SERIES = 3
"""Days of a rule that are always published ahead, as far as there are so many within `AHEAD` days."""

AFTERWARDS = 7
"""Days for which it is asked what was said on a day; the next one in the office's hours will do."""

DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What these deeds need to know of the house."""

    texts: Texts
    units: tuple[Unit, ...]
    zone: Callable[[datetime], datetime]
    calendar: Calendar = Calendar()  # noqa: RUF009 - frozen
    office: str = ""


def hear(
    work: Work,
    house: House,
    incoming: Incoming,
    asked: Asked,
    moment: datetime,
    masked: Redacted,
) -> tuple[Outgoing, ...] | None:
    """What somebody asks is done, and answered; nothing is said to a repeat. None: it means nothing from this person, let
    their talk hear it. `masked`: of `Tells`, its words."""
    now, address = moment.timestamp(), incoming.address
    draft = work.drafts.find(address)
    language = spoken(work, incoming, draft)
    here = _Here(work, house, address, language, moment)
    talking = draft is not None and draft.session is not None
    if isinstance(asked, Tells | Names) and (talking or not here.mine()):
        return None  # an answer of theirs must not become part of what is theirs by name
    if not work.inbox.first(incoming, int(now // DAY)):
        return ()
    match asked:
        case Looks():
            return (_days(here),)
        case Picks(day):
            return (_times(here, day),)
        case Books(day, slot):
            return (_book(here, day, slot),)
        case Cancels(day):
            return (_cancel(here, day),)
        case Tells():
            return (_told(here, masked),)
        case Names(name):
            return (_named(here, name),)
        case Keeps(day, sure):
            return (_keep(here, day, sure=sure),)
        case _:
            assert_never(asked)


# --- answers to people ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Here:
    """Who wrote, and in which language they are answered."""

    work: Work
    house: House
    address: Address
    language: Language
    moment: datetime

    @property
    def local(self) -> datetime:
        return self.house.zone(self.moment)

    @property
    def person(self) -> Address:
        """The address under which they count, on whatever channel they write."""
        return self.work.identity.main(self.address)

    def say(self, key: str, **params: str) -> str:
        return self.house.texts.say(self.language, key, **params)

    def button(self, key: str, typed: str) -> Button:
        return Button(self.say(key), typed)

    def answer(self, text: str, *rows: tuple[Button, ...]) -> Outgoing:
        return Outgoing(
            address=self.address, text=text, rows=tuple(filter(None, rows)), screen=OPEN_SCREEN
        )

    def open_days(self) -> tuple[VisitingDay, ...]:
        """Days that can be booked: those of their unit and of the whole house, where a unit is known of them."""
        today = self.local.date()
        days = [
            one
            for one in self.work.visits.days()
            if one.state is State.UP and today <= one.day <= today + timedelta(days=AHEAD)
        ]
        entry = self.work.identity.find(self.address)
        unit = entry.unit if entry else ""
        return tuple(one for one in days if not unit or one.unit in (unit, ""))

    def mine(self) -> tuple[tuple[VisitingDay, Booking], ...]:
        """What they have booked."""
        found: list[tuple[VisitingDay, Booking]] = []
        for one in self.work.visits.days():
            if one.state is State.UP and one.day >= self.local.date():
                known = self.work.visits.mine(self.person, one.day)
                if known and known.visit == one.id:
                    found.append((one, known))
        return tuple(found)

    def left(self, one: VisitingDay) -> tuple[int, ...]:
        """Times of that day one may still take."""
        today = one.day == self.local.date()
        after = self.local.hour * 60 + self.local.minute if today else -1
        return free(one, self.work.visits.taken(one.id), after=after)

    def pick(self, called: str) -> tuple[VisitingDay, ...]:
        """The days that may be meant."""
        return named(self.open_days(), called)

    def booked(self, called: str) -> tuple[VisitingDay, Booking] | None:
        """Their booking of that day; of the only one they have, where none is named."""
        mine = self.mine()
        if not called:
            return mine[0] if len(mine) == 1 else None
        return next((pair for pair in mine if pair[0] in named([pair[0]], called)), None)


def about(house: House, one: VisitingDay, language: Language) -> Mapping[str, str]:
    """What sentences say of a day."""
    unit = next((u.name for u in house.units if u.id == one.unit), house.office)
    weekday = house.texts.say(language, f"visit.weekday_{one.day.weekday()}")
    return {
        "day": f"{one.day.month}-{one.day.day}",
        "weekday": weekday,
        "from": clock(one.starts),
        "until": clock(one.ends),
        "unit": unit,
        "place": one.place or house.texts.say(language, "visit.no_place"),
        "host": one.host or unit,
    }


def _days(here: _Here) -> Outgoing:
    lines = [
        here.say("visit.yours", time=clock(known.slot), **about(here.house, one, here.language))
        for one, known in here.mine()
    ]
    mine = {one.id for one, _ in here.mine()}
    rows = [(here.button("visit.cancel", says(one.id, "off")),) for one, _ in here.mine()]
    left = [one for one in here.open_days() if one.id not in mine and here.left(one)]
    for one in left[:SHOWN]:
        said = about(here.house, one, here.language)
        label = here.say("visit.day", **said)
        rows.append((Button(label, says(one.id)),))
    key = "visit.which" if left else "visit.none" if not lines else "visit.no_more"
    return here.answer("\n".join((*lines, here.say(key))), *rows)


def _times(here: _Here, called: str) -> Outgoing:
    days = here.pick(called)
    if len(days) != 1:
        return _days(here)
    one = days[0]
    if here.work.visits.mine(here.person, one.day):
        return _days(here)
    left = here.left(one)
    if not left:
        return here.answer(here.say("visit.full"), (here.button("visit.others", "/visit"),))
    buttons = [Button(clock(slot), says(one.id, clock(slot))) for slot in left[:TIMES]]
    text = here.say("visit.times", **about(here.house, one, here.language))
    rows = [tuple(buttons[i : i + 4]) for i in range(0, len(buttons), 4)]
    return here.answer(text, *rows, (here.button("visit.others", "/visit"),))


def _book(here: _Here, called: str, slot: int) -> Outgoing:
    days = here.pick(called)
    if len(days) != 1:
        return _days(here)
    one = days[0]
    known = here.work.visits.mine(here.person, one.day)
    if known is None and slot in here.left(one):
        # Who books this late needs no reminder: it has just been said.
        told = here.local >= _reminded_from(one, here.local)
        if here.work.visits.book(one, slot, here.person, here.language, told=told):
            return _booked(here, one, slot)
    if known is not None:
        return _days(here)
    gone = here.say("visit.taken")
    again = _times(here, one.id)
    return replace(again, text=f"{gone}\n{again.text}")


def _booked(here: _Here, one: VisitingDay, slot: int) -> Outgoing:
    text = here.say("visit.booked", time=clock(slot), **about(here.house, one, here.language))
    return here.answer(text, (here.button("visit.cancel", says(one.id, "off")),))


def _cancel(here: _Here, called: str) -> Outgoing:
    found = here.booked(called)
    if found is None:
        return _days(here)
    here.work.visits.cancel(found[1])
    text = here.say("visit.cancelled", **about(here.house, found[0], here.language))
    return here.answer(text, (here.button("visit.others", "/visit"),))


def _told(here: _Here, masked: Redacted) -> Outgoing:
    """Shown to them masked; the office reads it once they have said that it is right."""
    one, known = here.mine()[0]
    if len(masked) > LONGEST_WORDS:
        return here.answer(here.say("visit.too_long", most=str(LONGEST_WORDS)))
    here.work.visits.note(known, replace(known, topic=masked, sure=False))
    return here.answer(
        here.say("visit.shown", words=masked),
        (
            here.button("visit.right", says(one.id, "ok")),
            here.button("visit.rather_not", says(one.id, "blank")),
        ),
    )


def _named(here: _Here, name: str) -> Outgoing:
    _, known = here.mine()[0]
    here.work.visits.note(known, replace(known, name=name))
    return here.answer(here.say("visit.name_kept", name=name))


def _keep(here: _Here, called: str, *, sure: bool) -> Outgoing:
    found = here.booked(called)
    if found is None:
        return _days(here)
    known = found[1]
    topic = known.topic if sure else ""
    here.work.visits.note(known, replace(known, topic=topic, sure=bool(topic)))
    return here.answer(here.say("visit.topic_kept" if topic else "visit.topic_gone"))


# --- the office moves a day, or calls it off -------------------------------------------------------------------------


def call_off(work: Work, house: House, one: VisitingDay, day: int) -> int:
    """The day is called off; all who come are told. How many they were."""
    work.visits.change(one, replace(one, state=State.OFF))
    return _tell_all(work, house, one, work.visits.of(one.id), "visit.called_off", day)


def move(
    work: Work, house: House, was: VisitingDay, now: VisitingDay, day: int
) -> tuple[int, int]:
    """The day has another date or other hours; all who come are told. How many come still, and how many do not."""
    coming = work.visits.of(was.id)
    there = shifted(was, now, [known.slot for known in coming])
    for known in coming:
        work.visits.cancel(known)
    work.visits.change(was, now)
    stay, lose = 0, list[Booking]()
    for known in coming:
        to = there[known.slot]
        if to is None or not work.visits.move(known, now, to):
            lose.append(known)
            continue
        stay += 1
        if known.address is not None:
            said = about(house, now, known.language)
            text = house.texts.say(known.language, "visit.moved", time=clock(to), **said)
            work.tidings.say(known.address, known.language, text, day)
    lost = _tell_all(work, house, was, lose, "visit.moved_away", day)
    return stay, lost


def _tell_all(
    work: Work,
    house: House,
    one: VisitingDay,
    coming: Iterable[Booking],
    key: str,
    day: int,
) -> int:
    number = 0
    for known in coming:
        work.visits.cancel(known)
        if known.address is not None:
            said = about(house, one, known.language)
            text = house.texts.say(known.language, key, time=clock(known.slot), **said)
            work.tidings.say(known.address, known.language, text, day)
            number += 1
    return number


# --- the clock struck ------------------------------------------------------------------------------------------------


def due(
    work: Work,
    house: House,
    moment: datetime,
    offices: Iterable[Address],
    *,
    awake: bool,
) -> None:
    """Publish the next days of rules, remind those who come, give the list to whoever receives, ask what was said; each
    thing once."""
    local = house.zone(moment)
    days = work.visits.days()
    extend(work, days, local.date(), house.calendar)
    for one in days:
        if one.state is not State.UP or one.day < local.date() - timedelta(days=AFTERWARDS):
            continue
        if _over(one, local):
            if awake:
                _ask(work, one, tuple(offices))
            continue
        _remind(work, house, one, local, int(moment.timestamp() // DAY))
        if awake and local >= _listed_from(one, local, house.calendar):
            _list(work, one, tuple(offices))


def extend(
    work: Work,
    days: Iterable[VisitingDay],
    today: date,
    calendar: Calendar,
) -> int:
    """Publish days of rules until so many lie ahead; days off are passed over. How many were published."""
    from bot.core.campaign.standing import read_rule
    from bot.core.dates.resolve import occurrences

    series: dict[str, list[VisitingDay]] = {}
    for one in days:
        if one.series and one.rule and one.state is not State.DRAFT:
            series.setdefault(one.series, []).append(one)
    made = 0
    for of in series.values():
        last = max(of, key=lambda one: one.day)
        ahead = sum(1 for one in of if one.day >= today)
        rule = read_rule(last.rule)
        if rule is None or ahead >= SERIES:
            continue
        since = max(last.day + timedelta(days=1), today)
        for day in occurrences(rule, since, max((today - since).days + AHEAD, 0)):
            if ahead >= SERIES:
                break
            if calendar.is_workday(day):
                new = replace(last, id=work.visits.new_id(), day=day, state=State.UP)
                made += work.visits.add(new)
                ahead += 1
    return made


def _reminded_from(one: VisitingDay, local: datetime) -> datetime:
    return datetime.combine(one.day - timedelta(days=1), local.time(), local.tzinfo).replace(
        hour=NOON, minute=0, second=0, microsecond=0
    )


def _listed_from(one: VisitingDay, local: datetime, calendar: Calendar) -> datetime:
    before = one.day - timedelta(days=1)
    for _ in range(14):
        if calendar.is_workday(before):
            break
        before -= timedelta(days=1)
    return datetime.combine(before, local.time(), local.tzinfo).replace(
        hour=EVENING, minute=0, second=0, microsecond=0
    )


def _remind(work: Work, house: House, one: VisitingDay, local: datetime, day: int) -> None:
    if local < _reminded_from(one, local):
        return
    for known in work.visits.of(one.id):
        past = one.day == local.date() and known.slot <= local.hour * 60 + local.minute
        if known.told or known.address is None or past or not work.visits.remind(known):
            continue
        said = about(house, one, known.language)
        text = house.texts.say(known.language, "visit.reminder", time=clock(known.slot), **said)
        work.tidings.say(known.address, known.language, text, day)


def _list(work: Work, one: VisitingDay, offices: tuple[Address, ...]) -> None:
    """Whoever receives is told how many come; who they are they see by a tap, as long as it is kept."""
    number = len(work.visits.taken(one.id))
    note = Note(
        key="visit.list_ready",
        params={"day": f"{one.day.month}-{one.day.day}", "number": str(number)},
        buttons=(("visit.list", f"接待日 看 {one.id}"),),
    )
    for address in receiving(work, one, offices):
        work.parcels.put("visits", f"{one.day}:{one.id}", address, note)


def _over(one: VisitingDay, local: datetime) -> bool:
    return (one.day, one.ends) <= (local.date(), local.hour * 60 + local.minute)


def _ask(work: Work, one: VisitingDay, offices: tuple[Address, ...]) -> None:
    """Who takes opinions in there is asked for what was said. Not those who received: they may not enter any."""
    there = work.staff.holding(Role.SCHOOL, one.unit) if one.unit else ()
    note = Note(
        key="visit.over",
        params={"day": f"{one.day.month}-{one.day.day}"},
        buttons=(("visit.record", f"接待日 记 {one.id}"),),
    )
    for address in tuple(member.address for member in there) or offices:
        work.parcels.put("visited", f"{one.day}:{one.id}", address, note)


def receiving(
    work: Work, one: VisitingDay, offices: tuple[Address, ...]
) -> tuple[Address, ...]:
    """Who gets the list: the head of the unit and its office; where it has neither, the office of the house."""
    there = [
        member.address
        for role in (Role.RESPONSIBLE, Role.SCHOOL)
        for member in work.staff.holding(role, one.unit)
        if one.unit
    ]
    return tuple(dict.fromkeys(there)) or offices
