"""What follows from the settings: people, rounds, rules, words, ready to be handed on. Nothing here is written."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from datetime import time as clock_time
from typing import TYPE_CHECKING

from bot.app.library import roster_of
from bot.channels.base import HOOK, MAIL
from bot.content.loader import (
    load_groups,
    load_headcounts,
    load_surveys,
    load_texts,
    presets,
)
from bot.content.taxonomy import load_taxonomy
from bot.core.cells import Headcounts
from bot.core.intake.model import SOURCES
from bot.core.messages import Address
from bot.core.periods import Rhythm, period_at
from bot.core.round import Hours, Round
from bot.core.survey import (
    DIMENSIONS,
    Audience,
    Group,
    Script,
    Survey,
    Unit,
)
from bot.settings import PlannedRound, Settings, Span
from bot.settings.secret import Secrets
from bot.settings.workdays import calendar_of
from handlers import rectification
from handlers.digest import Almanac
from handlers.round import seed
from handlers.words import House
from storage.database import Tx
from storage.unit_of_work import Work

if TYPE_CHECKING:
    from bot.core.campaign.reminders import Rules
    from bot.core.digest import Names


DAY = 86400


def house_of(settings: Settings) -> House:
    """The catalogue, with the office's name and telephones in it."""
    office = settings.office
    return House(load_texts(), office.name, office.phone, office.duty_phone)


def outside_of(settings: Settings) -> tuple[Address, ...]:
    """Mailboxes and hooks that get a digest, as far as there is a way to them."""
    boxes = settings.digest.recipients if settings.mail.host else ()
    return (
        *(Address(channel=MAIL, id=box) for box in boxes),
        *(Address(channel=HOOK, id=url) for url in settings.hook.urls),
    )


def place_of(settings: Settings, house: House) -> rectification.Place:
    """What notices, cards and links say of the house."""
    return rectification.Place(
        office=house.office,
        phone=house.phone,
        address=settings.office.address,
        mailbox=settings.office.mailbox,
        site=settings.web.public_url,
        units={unit.id: unit.name for unit in units_of(settings)},
        calendar=calendar_of(settings),
    )


class Periods:
    """The period a moment falls into, by its closing date; worked out once a period."""

    def __init__(self, settings: Settings) -> None:
        close = settings.office.close
        self._rhythm = Rhythm(weekday=close.weekday, at=close.at, zone=settings.office.timezone)
        self._calendar = calendar_of(settings)
        self._current = None

    def __call__(self, moment: datetime) -> str:
        """The closing date, YYYY-MM-DD."""
        if self._current is None or not self._current.holds(moment):
            self._current = period_at(moment, self._rhythm, self._calendar.is_workday)
        return self._current.name.isoformat()


def almanac_of(
    settings: Settings,
    scripts: Mapping[str, Script],
    headcounts: Headcounts,
    *,
    simulated: bool = False,
) -> Almanac:
    """What the papers need to know of the house."""
    return Almanac(
        office=house_of(settings).office,
        rhythm=rhythm_of(settings),
        calendar=calendar_of(settings),
        headcounts=headcounts,
        names=lambda: _names(settings, scripts),
        scripts={script.round: script for script in scripts.values()},
        regrouped=regrouped_of(settings),
        simulated=simulated,
        leaders=roster_of(settings),
        parents={unit.id: unit.parent for unit in units_of(settings)},
        units={unit.id: unit.name for unit in units_of(settings)},
        review_until=settings.office.review_until,
    )


def regrouped_of(settings: Settings) -> dict[str, str]:
    """Groups of all presets to those of today: a group counts under the one with which it shares a common one."""
    today = groups_of(settings)
    here = {group.common or group.id: group.id for group in reversed(today)}
    known = {group.id for group in today}
    return {
        group.id: here[group.common or group.id]
        for preset in presets()
        for group in load_groups(preset)
        if group.id not in known and (group.common or group.id) in here
    }


def _names(settings: Settings, scripts: Mapping[str, Script]) -> "Names":
    from bot.core.digest import Name, Names, at_a_window

    taxonomy = load_taxonomy()
    asked = {q.dimension for script in scripts.values() for q in script.survey.questions}
    return Names(
        units=tuple(Name(unit.id, unit.name) for unit in units_of(settings)),
        groups=tuple(
            Name(group.id, group.words["zh"])
            for group in groups_of(settings)
            if not group.invited
        ),
        topics=tuple(
            Name(code, taxonomy.names["topic", code]["zh"])
            for _, code in taxonomy.groups["topic"]
        ),
        dimensions=tuple(d for d in DIMENSIONS if d in asked),
        sifeng=tuple(code for _, code in taxonomy.groups["sifeng"]),
        sizhi=tuple(code for _, code in taxonomy.groups["sizhi"]),
        windows=frozenset(unit.id for unit in units_of(settings) if at_a_window(unit.type)),
        channels=("chat", *SOURCES),
    )


def hours_of(settings: Settings) -> dict[Audience, Hours]:
    """When each audience may be spoken to unasked: staff on working days, parents every day."""
    calendar, zone = calendar_of(settings), settings.office.timezone
    return {
        "staff": Hours(_spans(settings.quiet.staff), calendar.is_workday, zone),
        "parent": Hours(_spans(settings.quiet.parents), lambda _: True, zone),
    }


def office_hours(settings: Settings) -> Hours:
    """When the office and the responsible may be spoken to unasked."""
    calendar = calendar_of(settings)
    return Hours(_spans(settings.quiet.office), calendar.is_workday, settings.office.timezone)


def rules_of(settings: Settings) -> "Rules":
    """When nodes are reminded of."""
    from bot.core.campaign.reminders import Rules

    days = settings.calendar
    return Rules(before=days.before, after=days.after, entries=days.entries)


def _spans(spans: tuple[Span, ...]) -> tuple[tuple[clock_time, clock_time], ...]:
    return tuple((span.start, span.end) for span in spans)


def headcounts_of(settings: Settings) -> dict[tuple[str, str], int | None]:
    """People per unit and group: the office's table first, then the configuration; None where neither says."""
    counted = load_headcounts(settings)
    groups = [group.id for group in groups_of(settings) if not group.invited]
    return {
        (planned.unit.id, group): counted.get(
            (planned.unit.id, group),
            planned.headcount.get(group, 0 if planned.headcount else None),
        )
        for planned in settings.units
        for group in groups
    }


def rhythm_of(settings: Settings) -> Rhythm:
    """When the office's periods close."""
    close = settings.office.close
    return Rhythm(weekday=close.weekday, at=close.at, zone=settings.office.timezone)


def groups_of(settings: Settings) -> tuple[Group, ...]:
    """The preset's groups and the office's own."""
    return (*load_groups(settings.groups.preset), *settings.groups.own)


def units_of(settings: Settings) -> tuple[Unit, ...]:
    """The units, in the order of the configuration."""
    return tuple(planned.unit for planned in settings.units)


def rounds_of(settings: Settings) -> tuple[Round, ...]:
    """The rounds of the configuration; with none, the five asks without an end, so that an empty file runs."""
    surveys = load_surveys(settings.content.surveys)
    groups, units = groups_of(settings), units_of(settings)
    if not settings.rounds:
        return (round_from("asks", surveys["kunshan"], groups, units),)
    return tuple(
        round_from(
            planned.id,
            surveys[planned.survey],
            tuple(g for g in groups if not planned.groups or g.id in planned.groups),
            tuple(u for u in units if not planned.units or u.id in planned.units),
            planned,
        )
        for planned in settings.rounds
    )


def round_from(
    id: str,
    survey: Survey,
    groups: tuple[Group, ...],
    units: tuple[Unit, ...],
    window: PlannedRound | None = None,
) -> Round:
    """A round of these questions; open at once and for good where the configuration gives it no window."""
    script = Script(round=id, survey=survey, groups=groups, units=units)
    if window is None:
        return Round(id=id, script=script)
    return Round(
        id=id,
        script=script,
        opens=window.opens,
        closes=window.closes,
        reminders=window.reminders,
    )


def seeded(
    tx: Tx, planned: tuple[Round, ...], now: float
) -> tuple[dict[str, str], dict[str, Script]]:
    """The rounds of the configuration kept; pins by round, scripts by digest."""
    work = Work(tx)
    seed(work, planned, now)
    pins = {one.id: work.scripts.pin(one.script) for one in planned}
    return pins, {pins[one.id]: one.script for one in planned}


def master_of(secrets: Secrets) -> bytes | None:
    """The master key as 32 bytes, whatever its text: it is random, not a password."""
    return hashlib.sha256(secrets.master_key.encode()).digest() if secrets.master_key else None
