"""The wiring: the only place that knows everybody, and the only one with a clock."""

import asyncio
import contextlib
import gc
import hashlib
import logging
import os
import re
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels import health
from bot.channels.base import HOOK, MAIL, Channel, Fetching, Linked, Present, Sociable
from bot.channels.http import Listener
from bot.channels.web.chat import WebChat
from bot.content.loader import (
    STANDING,
    load_groups,
    load_headcounts,
    load_surveys,
    load_texts,
    presets,
)
from bot.content.taxonomy import load_taxonomy
from bot.content.web import words
from bot.core import sorting
from bot.core.cells import Headcounts
from bot.core.intake.model import SOURCES
from bot.core.link import LINKS, Standing, drawn, own_page
from bot.core.messages import PAGE, Address, Arrived, Incoming
from bot.core.people import Post, Role
from bot.core.people.directory import Listed
from bot.core.periods import Rhythm, period_at
from bot.core.privacy import Policy
from bot.core.reading import Library
from bot.core.round import Hours, Round
from bot.core.survey import (
    DIMENSIONS,
    LANGUAGES,
    Audience,
    Group,
    Language,
    Script,
    Survey,
    Unit,
)
from bot.health import Health
from bot.logs import loop_failed, set_up
from bot.scheduler import Bell
from bot.settings import PlannedRound, Settings, Span
from bot.settings.problem import Problem
from bot.settings.secret import Secrets, robots_in
from bot.settings.workdays import calendar_of
from handlers import campaign, page, rectification
from handlers.alarm import Alarms
from handlers.appointment import House as Visiting
from handlers.bell import Chores
from handlers.campaign import House as Calendaring
from handlers.campaign import NodeReminders
from handlers.circle import keep_robots
from handlers.delivery import Carrier, Deliveries, keep_outside
from handlers.desk import Desk
from handlers.digest import Almanac, draft
from handlers.directory import enrol
from handlers.echo import Echoes
from handlers.front import Front
from handlers.intake import STEPS, Ground, Importer
from handlers.papers import Press
from handlers.people import Bindings, Registry, first_code
from handlers.reading import Readings
from handlers.receipt import Receipts, stretching
from handlers.round import Reminders, kept, seed
from handlers.survey import Agenda
from handlers.wish import Tellings
from handlers.words import House
from storage.audit import gathered
from storage.database import Database, StorageFailed, Tx, alone, connected
from storage.digest import KeptDigest
from storage.keys import Keyring, derive, mark_of
from storage.schema import exists, prepare
from storage.unit_of_work import Work

if TYPE_CHECKING:
    from starlette.routing import Route

    from bot.channels.page.transport import Page
    from bot.channels.telegram.transport import Telegram
    from bot.channels.wecom.client import Client
    from bot.core.campaign.reminders import Rules
    from bot.core.digest import Names
    from storage.watch import Watch

log = logging.getLogger(__name__)

DAY = 86400

POSTS = "[、，,/ ]+"
"""Between the posts of one leader."""

ENROLLED = 200
"""People of a directory taken in at a time, so that others are heard meanwhile."""

STOP_WITHIN, LEAST = 4.5, 1.0
"""Seconds that what is in flight may take when the service stops, all of it together, and any part in any case. With
what a channel takes for itself it is less than the ten after which a supervisor kills."""


KEY_DIR = ".".join(("storage", "key_dir"))
"""Where the configuration says where the keys are; no key of a sentence."""

LOOK_AGAIN = 10.0
"""Seconds for which nothing is taken in where the keys are not those of the database."""

TAKE_UP_WAIT = 1.0
"""Seconds between tries to see what was left to be taken up."""


def _left(until: float) -> float:
    """Seconds left until then, by the loop's clock, and a little in any case."""
    return max(until - asyncio.get_running_loop().time(), LEAST)


class StrangeKeys(Exception):
    """The key directory is not the one this database was written with, or it cannot be read."""


class Clock:
    """The time, which a demo may push forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds ahead of the wall."""

    def __call__(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self.ahead

    def push(self, seconds: float) -> None:
        """Go forward."""
        self.ahead += seconds

    def moment(self) -> datetime:
        """The moment it shows."""
        return datetime.fromtimestamp(self(), UTC)


class PushedClock(Clock):
    """A clock that begins at a moment of the past and remembers, in a file, how far it was pushed."""

    def __init__(self, file: Path, begins: datetime) -> None:
        super().__init__()
        self._file = file
        known = file.read_text() if file.exists() else ""
        self.ahead = float(known) if known else begins.timestamp() - time.time()
        self._keep()

    def push(self, seconds: float) -> None:
        """Go forward."""
        super().push(seconds)
        self._keep()

    def _keep(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(str(self.ahead))


class App:
    """One running Tingwen: its memory, its deeds, the channels it was given."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        clock: Clock | None = None,
        *,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.keys = Keyring(settings.storage.key_dir, master_of(secrets))
        self.memory = settings.storage.place
        self.database = Database(self.memory, self.keys)
        self.receipts = Receipts(random, stretching(derive(self.keys.master, "receipts")))
        self.readings = Readings(lambda: library_of(settings))
        self.channels: dict[str, Channel] = {}
        self.bell: Bell | None = None
        self.health = Health(self.database, self.keys, settings.storage.data_dir)
        self.carrier: Carrier | None = None
        self.robots = tuple(robots_in(secrets.wecom_robots))
        """Names of the group robots the operator set up."""
        self.simulated = False
        """Invented people are among those who speak: every paper says so."""
        self._alarms: Alarms | None = None
        self._importer: Importer | None = None
        self._front_door: Front | None = None
        self._wake: Callable[[Address], None] = lambda _: None
        self._works_here: Callable[[Address], bool] = lambda _: False
        self.watch: Watch | None = None
        """None where the database cannot have several replicas: then there is nobody to share with."""
        self.headcounts = headcounts_of(settings)
        self.house = house_of(settings)
        self.place = place_of(settings, self.house)
        self.outside = outside_of(settings)

    @contextlib.asynccontextmanager
    async def running(self, *channels: Channel) -> AsyncGenerator[Front]:
        """The whole service with these channels, as long as the block runs."""
        asyncio.get_running_loop().set_exception_handler(loop_failed)
        prepare(self.memory)
        self.database.start()
        await self._fitting()
        self.channels |= {channel.name: channel for channel in channels}
        await self.database.write(lambda tx: keep_robots(Work(tx), self.robots))
        await self.database.write(lambda tx: keep_outside(Work(tx), self.outside))
        front = await self._front()
        for channel in channels:
            if isinstance(channel, Sociable):
                channel.circles = front
        self._wake, self._works_here = front.outbox.wake, front.works_here
        if self.keys.master_was_made:
            log.warning("a master key was made in the key directory")
        duties = Duties(self, front)
        if isinstance(self.memory, str):
            self.watch = duties.watch(self.memory)
            duties.end()
            await front.start(alone=False)
        else:
            await front.start()
            duties.begin()
        gc.freeze()  # what a start has made lives as long as the service
        gc.enable()
        tasks = [
            asyncio.create_task(front.alarms.run()),
            asyncio.create_task(self.receipts.run()),
        ]
        watching = [asyncio.create_task(self.watch.run())] if self.watch else []
        tasks += [asyncio.create_task(channel.run(front.receive)) for channel in channels]
        try:
            yield front
        finally:
            stops = asyncio.get_running_loop().time() + STOP_WITHIN
            if self._importer is not None:
                self._importer.stop()
            await duties.finish(stops)
            for task in reversed(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await front.stop(_left(stops))
            for task in watching:  # only now another replica may say what is not said yet
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
            self.receipts.close()
            self.readings.close()
            await self.database.stop()
            self.keys.close()

    async def _fitting(self) -> None:
        """Whether these are the keys of this database. Raises `StrangeKeys`, and then nothing was touched."""
        if isinstance(self.memory, Path):
            return
        if not await self.database.write(lambda tx: Work(tx).marks.fits()):
            await self.database.stop()
            self.keys.close()
            raise StrangeKeys

    def notices(self) -> "tuple[Route, ...]":
        """The pages of public notices, as long as they are up."""
        from bot.channels.web import notices
        from bot.content.papers import papers
        from bot.reports.notice import notice

        words, place = papers("zh"), self.place

        async def find(batch: str) -> bytes | None:
            poster = await self.database.write(
                lambda tx: rectification.poster(Work(tx), place, batch)
            )
            return notice(poster, words) if poster else None

        return notices.routes(find, words["notice.gone"])

    def feeds(self) -> "tuple[Route, ...]":
        """The calendar, at addresses nobody can guess."""
        from bot.channels.web import feed
        from bot.content.papers import papers
        from bot.reports.calendar import calendar

        settings, words = self.settings, papers("zh")
        zone, units = settings.office.timezone, units_of(settings)
        name = self.house.office

        async def find(token: str) -> bytes | None:
            now = datetime.fromtimestamp(self.clock(), UTC)
            today = now.astimezone(zone).date()
            found = await self.database.write(
                lambda tx: campaign.fed(Work(tx), units, today, token)
            )
            if found is None:
                return None
            return await asyncio.to_thread(calendar, found, name, words, zone, now)

        return feed.routes(find)

    def wake(self, address: Address) -> None:
        """Somebody can be reached again: what waits for them goes out."""
        self._wake(address)
        if self.watch is not None:
            self.watch.soon()

    def reads_files(self, address: Address) -> bool:
        """Whose files are read: the staff's."""
        return self._works_here(address)

    async def enrol(self, found: Sequence[Listed]) -> None:
        """A directory has been read: everybody in it is known from now on."""
        units, groups = units_of(self.settings), groups_of(self.settings)
        for start in range(0, len(found), ENROLLED):
            some = found[start : start + ENROLLED]
            await self.database.write(
                lambda tx, some=some: enrol(Work(tx), some, units, groups)
            )

    def links(self, payload: str) -> tuple[tuple[str, str], ...]:
        """Where this link leads on each channel that has addresses of its own."""
        found = [
            (channel.name, url)
            for channel in self.channels.values()
            if isinstance(channel, Linked) and (url := channel.link(payload))
        ]
        if public := self.settings.web.public_url:
            found.append(("web", f"{public}/q/{payload}" if payload else f"{public}/q"))
        return tuple(found)

    async def own_link(self, person: Address, round: str) -> str:
        """Where this person answers the round on the page, the same each time it is asked; empty where the world cannot reach
        us. Without a round, and for somebody we do not know, the page's door."""
        if not (public := self.settings.web.public_url):
            return ""
        link = drawn(derive(self.keys.master, LINKS), person, round)
        here = own_page(link)
        lent = here is not None and await self.database.write(
            lambda tx: page.lend(Work(tx), person, here)
        )
        return f"{public}/q/{link}" if lent else f"{public}/q"

    def page(self) -> "Page":
        """The questionnaire for any phone."""
        from bot.channels.page.transport import Page
        from bot.content.page import words as page_words

        web, say = self.settings.web, self.house.say
        place = {
            language: {name: say(language, f"house.{name}") for name in ("office", "phone")}
            for language in LANGUAGES
        }
        office = self.settings.office
        for known in place.values():
            known |= {
                "office": office.name or known["office"],
                "phone": office.phone or known["phone"],
            }

        async def stands(here: Address) -> Standing:
            rounds = self._front_door.agenda.rounds if self._front_door else ()
            return await self.database.write(
                lambda tx: page.stands(Work(tx), rounds, here, self.clock())
            )

        async def spend(name: str) -> bool:
            spent = Incoming(address=Address(channel=PAGE, id=""), key=name, body=Arrived())
            day = int(self.clock() // DAY)
            return await self.database.write(lambda tx: Work(tx).inbox.first(spent, day))

        return Page(
            page_words(place),
            derive(self.keys.master, "page"),
            clock=self.clock,
            stands=stands,
            spend=spend,
            on_open=self.wake,
            work=web.work,
            https=web.public_url.startswith("https:"),
        )

    async def push(self, seconds: float) -> None:
        """Move the clock forward and do what has fallen due; for demonstrations."""
        self.clock.push(seconds)
        if self._alarms is not None:
            self._alarms.recheck()
        if self.bell is not None:
            await self.bell.ring()

    async def _front(self) -> Front:
        settings, surveys = self.settings, load_surveys(self.settings.content.surveys)
        groups, units = groups_of(settings), units_of(settings)
        word = _round(STANDING, surveys[STANDING], groups, units)
        planned = (*rounds_of(settings), word)
        pins, scripts = await self.database.write(lambda tx: _seeded(tx, planned, self.clock()))
        agenda = Agenda(
            rounds=(),
            word=word,
            pins=pins,
            scripts=scripts,
            period=Periods(settings),
            read=self.readings.find,
            headcounts=self.headcounts,
            open_people=settings.people.open,
            receipt=self.receipts.take,
            day=lambda moment: f"{moment.astimezone(settings.office.timezone):%Y-%m-%d}",
        )
        desk = Desk(
            texts=self.house,
            surveys=surveys,
            groups=groups,
            units=units,
            rounds=lambda work: tuple(one for one, _ in kept(work) if one.id != STANDING),
            standing=STANDING,
            awake=lambda one, now: any(
                hours.now(now)
                for audience, hours in hours_of(settings).items()
                if any(group.audience == audience for group in one.script.groups)
            ),
            zone=lambda moment: moment.astimezone(settings.office.timezone),
            almanac=lambda: self.almanac(scripts),
            place=self.place,
            outside=self.outside,
            links=self.links,
            leaders=tuple((leader.name, leader.post) for leader in settings.leaders),
        )
        registry = Registry(
            texts=self.house,
            units=units,
            groups=groups,
            roll=await self.database.write(lambda tx: Work(tx).staff.roll()),
            bindings=Bindings(),
            random=os.urandom,
            rounds=lambda work: (one.id for one, _ in kept(work)),
        )
        importer = self._importer = self.importer(self.channels)
        front = Front(
            self.database,
            self.channels,
            self.house,
            agenda,
            self.clock,
            self.receipts,
            self.readings,
            desk=desk,
            registry=registry,
            importer=importer,
            visiting=self._visiting(),
            after=self._ring_soon,
            speaks_to=self._speaks_to if isinstance(self.memory, str) else None,
        )
        self._alarms, self._front_door = front.alarms, front
        front.rounds_are(await self.database.write(lambda tx: kept(Work(tx))))
        return front

    def importer(
        self, channels: Mapping[str, Channel], often: int = STEPS, language: Language = "zh"
    ) -> Importer:
        """What takes in what came by other ways. It tells how far it is so `often`; who is no staff is told in `language`."""
        settings = self.settings
        return Importer(
            self.database,
            channels,
            Press(),
            Ground(
                texts=self.house,
                units=units_of(settings),
                groups=groups_of(settings),
                load=partial(library_of, settings),
                zone=lambda moment: moment.astimezone(settings.office.timezone),
                headcounts=lambda: self.headcounts,
            ),
            self.clock,
            self._ring_soon,
            often=often,
            language=language,
        )

    def deliveries(
        self, front: Front, held: Callable[[str], bool] = lambda _: False, *, servers: bool
    ) -> Deliveries:
        """Who hands parcels over: to servers, or to everybody else."""
        return Deliveries(
            self.database,
            self.channels,
            self.house,
            Press(),
            front.language,
            self.clock,
            held,
            servers=servers,
        )

    def chores(self, front: Front, carrier: Carrier) -> Chores:
        """What the bell rings for."""
        settings = self.settings
        zone = settings.office.timezone
        reminders = Reminders(
            self.database,
            self.channels,
            self.house,
            hours_of(settings),
            lambda moment: moment.astimezone(zone),
        )
        nodes = NodeReminders(
            self.database,
            Calendaring(
                texts=self.house,
                hours=office_hours(settings),
                zone=lambda moment: moment.astimezone(zone),
                calendar=calendar_of(settings),
                units=units_of(settings),
                rules=lambda: rules_of(settings),
            ),
        )
        deliveries = self.deliveries(
            front,
            lambda kind: nodes.held(kind, datetime.fromtimestamp(self.clock(), UTC)),
            servers=False,
        )
        return Chores(
            front,
            self.database,
            lambda: self.almanac(front.agenda.scripts),
            reminders,
            nodes,
            deliveries,
            carrier,
            Tellings(self.database, self.channels, self.house, self._anybody_awake),
            Echoes(
                self.database,
                self.channels,
                self.house,
                self._everybody_awake,
                lambda: {unit.id: unit.parent for unit in units_of(settings)},
            ),
            self.clock,
            awake=office_hours(settings).now,
            visiting=self._visiting(),
        )

    def _visiting(self) -> Visiting:
        """What visiting days need to know of the house."""
        settings = self.settings
        return Visiting(
            texts=self.house,
            units=units_of(settings),
            zone=lambda moment: moment.astimezone(settings.office.timezone),
            calendar=calendar_of(settings),
            office=self.place.office,
        )

    def _anybody_awake(self, now: datetime) -> bool:
        """Whether it is an hour at which some of those who take part may be spoken to unasked: who wished to be told is not
        kept with what they are."""
        return any(hours.now(now) for hours in hours_of(self.settings).values())

    def _everybody_awake(self, now: datetime) -> bool:
        """Whether it is an hour at which all who take part may be spoken to unasked."""
        return all(hours.now(now) for hours in hours_of(self.settings).values())

    def almanac(self, scripts: Mapping[str, Script]) -> Almanac:
        """What the papers need to know of this house."""
        return almanac_of(
            self.settings,
            scripts,
            self.headcounts,
            simulated=self.simulated,
        )

    def _ring_soon(self) -> None:
        """The office changed something that the bell looks after, and other replicas see it too."""
        if self.bell is not None:
            self.bell.soon()
        if self.watch is not None:
            self.watch.tell()

    def _speaks_to(self, address: Address) -> bool:
        """Of several replicas the one where somebody's page is open speaks to them; where a platform counts what it is sent,
        the one that keeps the watch."""
        channel = self.channels.get(address.channel)
        if isinstance(channel, Present):
            return channel.hears(address)
        return self.watch is not None and self.watch.kept


class Duties:
    """What one replica does for all: it rings the bell, carries parcels, fetches from platforms, takes up what was left.

    They begin and end with the watch; on SQLite they are always ours.
    """

    def __init__(self, app: App, front: Front) -> None:
        self._app = app
        self._front = front
        self._carrying: asyncio.Task[None] | None = None

    def watch(self, url: str) -> "Watch":
        """The watch they hang on."""
        from storage.watch import Watch  # with its driver: who runs on SQLite has no use for it

        return Watch(
            url,
            able=self._app.keys.there,
            taken=self._taken,
            lost=self._lost,
            look=self._look,
            bereft=self._bereft,
            changed=self._changed,
        )

    def begin(self) -> None:
        """They are ours from now on."""
        app, front = self._app, self._front
        carrier = app.carrier = Carrier(app.deliveries(front, servers=True))
        bell = app.bell = Bell(app.chores(front, carrier).due)
        app.health.watch(bell)
        self._carrying = asyncio.create_task(carrier.run())
        bell.start()
        for channel in app.channels.values():
            if isinstance(channel, Fetching):
                channel.shift.begin()

    def end(self) -> None:
        """They are not, at once: another replica has them."""
        for channel in self._app.channels.values():
            if isinstance(channel, Fetching):
                channel.shift.end()
        if self._carrying is not None:
            self._carrying.cancel()
        if self._app.bell is not None:
            self._app.bell.drop()
        self._app.bell = self._app.carrier = self._carrying = None
        self._app.health.stand_by()

    async def finish(self, until: float) -> None:
        """The service stops: what is under way comes to its end."""
        bell, carrier = self._app.bell, self._app.carrier
        if bell is not None:
            await bell.stop()
        if carrier is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(carrier.idle(), _left(until))
        if self._carrying is not None:
            self._carrying.cancel()
            await asyncio.gather(self._carrying, return_exceptions=True)

    async def _taken(self) -> None:
        await self._changed()
        self.begin()
        self._front.later(self._take_up())

    async def _take_up(self) -> None:
        """What was left; as soon as the database can say what it is."""
        while True:
            with contextlib.suppress(StorageFailed):
                return await self._front.take_up()
            await asyncio.sleep(TAKE_UP_WAIT)

    async def _lost(self) -> None:
        self.end()
        self._front.outbox.hush()

    async def _look(self) -> None:
        watch = self._app.watch
        with contextlib.suppress(StorageFailed):  # the next look sees it
            await self._front.look(all=watch is not None and watch.kept)

    async def _bereft(self) -> None:
        log.warning("a replica is gone")
        self._front.later(self._take_up())

    async def _changed(self) -> None:
        with contextlib.suppress(StorageFailed):
            await self._front.refresh()
        self._app.readings.decided()
        if self._app.bell is not None:
            self._app.bell.soon()


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
        site=settings.web.public_url,
        units={unit.id: unit.name for unit in units_of(settings)},
        calendar=calendar_of(settings),
    )


def library_of(settings: Settings) -> Library:
    """What free words are read with, on the way in and wherever else they come from. It takes a fifth of a second."""
    from bot.content.models import load_model, load_readers

    return Library(
        taxonomy=load_taxonomy(),
        readers=load_readers(),
        model=load_model(),
        roster=roster_of(settings),
        policy=Policy(titled=settings.privacy.mask_titles),
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


def roster_of(settings: Settings) -> tuple[sorting.Leader, ...]:
    """The leaders as the configuration has them."""
    return tuple(
        sorting.Leader(
            name=leader.name,
            unit=leader.unit,
            posts=tuple(filter(None, re.split(POSTS, leader.post))),
            spellings=leader.spellings,
            responsible=leader.responsible,
        )
        for leader in settings.leaders
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
        return (_round("asks", surveys["kunshan"], groups, units),)
    return tuple(
        _round(
            planned.id,
            surveys[planned.survey],
            tuple(g for g in groups if not planned.groups or g.id in planned.groups),
            tuple(u for u in units if not planned.units or u.id in planned.units),
            planned,
        )
        for planned in settings.rounds
    )


def _round(
    id: str,
    survey: Survey,
    groups: tuple[Group, ...],
    units: tuple[Unit, ...],
    window: PlannedRound | None = None,
) -> Round:
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


def _seeded(
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


def _telegram(settings: Settings, secrets: Secrets) -> "Telegram":
    from bot.channels.telegram.transport import Telegram
    from bot.content.telegram import words as telegram_words

    return Telegram(
        secrets.telegram_token,
        telegram_words(),
        api_base_url=settings.telegram.api_base_url,
        mode=settings.telegram.mode,
        public_url=settings.web.public_url,
        tidy=settings.telegram.tidy,
    )


async def asked_online(settings: Settings, secrets: Secrets) -> tuple[Problem, ...]:
    """What the platforms say is wrong between them and us. Each channel whose secrets are there is asked, all at once."""
    asking: list[Coroutine[Any, Any, tuple[Problem, ...]]] = []
    if secrets.telegram_token:
        from bot.channels.telegram import selfcheck

        groups = [
            int(one.id) for one in _circles(settings, secrets) if one.channel == "telegram"
        ]
        asking.append(selfcheck.find(settings, secrets, groups))
    if settings.wecom.corp_id or secrets.wecom_robots:
        from bot.channels.wecom import selfcheck as wecom_check

        asking.append(wecom_check.find(settings, secrets, now=Clock()))
    if settings.mail.host:
        from bot.channels import mail

        letters = mail.Letters(settings.mail, secrets.smtp_password, Clock())
        asking.append(mail.find(settings.file, letters, settings.mail))
    if settings.hook.urls and secrets.hook_secret:
        from bot.channels import hook

        hooks = hook.Hooks(settings.hook, secrets.hook_secret, Clock())
        asking.append(hook.find(settings.file, hooks, settings.hook))
    if not asking:
        return (Problem(file=settings.file, key="", fault="online_nothing", warning=True),)
    return tuple(problem for found in await asyncio.gather(*asking) for problem in found)


@contextlib.asynccontextmanager
async def _wecom(
    app: App, secrets: Secrets, listener: Listener
) -> AsyncGenerator[tuple[Channel, ...]]:
    """Members in its app, parents who read notices, group robots: as far as they are set up."""
    ours, robots = app.settings.wecom, robots_in(secrets.wecom_robots)
    if not (ours.corp_id or robots):
        yield ()
        return
    from bot.channels.wecom.client import Client
    from bot.channels.wecom.robot import Robots

    client = Client(ours.corp_id, secrets.wecom_secret, api_base_url=ours.api_base_url)
    named: tuple[Channel, ...] = (Robots(client, robots),) if robots else ()
    try:
        if ours.corp_id:
            async with _wecom_app(app, secrets, listener, client) as channels:
                yield (*channels, *named)
        else:
            yield named
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def _wecom_app(
    app: App, secrets: Secrets, listener: Listener, client: "Client"
) -> AsyncGenerator[tuple[Channel, ...]]:
    from bot.channels.wecom.crypto import Seal
    from bot.channels.wecom.directory import Directory
    from bot.channels.wecom.school import School
    from bot.channels.wecom.transport import Wecom
    from bot.content.wecom import words as wecom_words

    settings, ours = app.settings, app.settings.wecom
    wecom = Wecom(
        client,
        Seal(secrets.wecom_token, secrets.wecom_aes_key, ours.corp_id),
        ours.corp_id,
        ours.agent_id,
        wecom_words(),
        clock=app.clock,
        page=app.own_link if settings.web.public_url else None,
        cards=ours.cards,
        directory=Directory(client, ours.agent_id, app.enrol),
    )
    client.stand_back = wecom.calm
    listener.add(wecom.routes())
    try:
        yield wecom, School(client, ours.agent_id, wecom_words(), app.own_link)
    finally:
        await wecom.close()


def _servers(app: App, secrets: Secrets) -> tuple[Channel, ...]:
    """Mail and hooks, as far as they are set up."""
    settings, found = app.settings, list[Channel]()
    if settings.mail.host:
        from bot.channels.mail import Letters

        password, office = secrets.smtp_password, app.house.office
        found.append(Letters(settings.mail, password, app.clock, office=office))
    if settings.hook.urls:
        from bot.channels.hook import Hooks

        found.append(Hooks(settings.hook, secrets.hook_secret, app.clock))
    return tuple(found)


def _circles(settings: Settings, secrets: Secrets) -> tuple[Address, ...]:
    """The office's group chats; none where there is no database yet. Nothing is written."""
    place = settings.storage.place
    if not exists(place):
        return ()
    with contextlib.closing(Keyring(settings.storage.key_dir, master_of(secrets))) as keys:
        if isinstance(place, Path):
            return gathered(place, keys.master)
        with contextlib.closing(connected(place)) as connection:
            return tuple(one.address for one in Work(Tx(connection, keys)).circles.every())


def closed_digest(
    settings: Settings, secrets: Secrets, until: date | None
) -> KeptDigest | None:
    """The digest of the period that closed on that date (the last one where none is named); made where it is missing.

    None where no period closed then, or none has yet.
    """
    clock, keys = Clock(), Keyring(settings.storage.key_dir, master_of(secrets))
    prepare(settings.storage.place)
    with (
        contextlib.closing(keys),
        contextlib.closing(connected(settings.storage.place)) as opened,
    ):
        return alone(
            opened, keys, lambda tx: _closed(Work(tx), settings, until, clock.moment())
        )


def _closed(
    work: Work, settings: Settings, until: date | None, now: datetime
) -> KeptDigest | None:
    scripts = {pin: one.script for one, pin in kept(work)}
    almanac = almanac_of(settings, scripts, headcounts_of(settings))
    noon = (
        datetime.combine(until, clock_time(23, 59), settings.office.timezone) if until else now
    )
    period = almanac.last_closed(min(noon, now))
    if until and period.name != until:
        return None
    if until is None and (last := work.digests.last()):
        return last
    if work.opinions.of(period.name.isoformat()) or work.digests.find(period.name.isoformat()):
        draft(work, almanac, period)
    return work.digests.find(period.name.isoformat())


def keys_problems(settings: Settings, secrets: Secrets) -> tuple[Problem, ...]:
    """Whether the key directory is the one that this PostgreSQL was written with. Nothing is made or written; a server out of
    reach says nothing."""
    place = settings.storage.place
    if isinstance(place, Path):
        return ()
    from storage.marks import known

    there = known(place)
    if there in (None, mark_of(settings.storage.key_dir, master_of(secrets))):
        return ()
    facts = (("value", str(settings.storage.key_dir)),)
    return (Problem(file=settings.file, key=KEY_DIR, fault="strange_keys", facts=facts),)


async def serve(settings: Settings, secrets: Secrets) -> int:
    """The service, until SIGTERM or SIGINT. With keys that are not those of its database it takes nothing in, says so, and
    looks again every few seconds: a mount may be late."""
    set_up()
    async with _until_told() as told:
        while not told.is_set():
            try:
                return await _served(settings, secrets, told)
            except StrangeKeys:
                log.error("these are not the keys of this database")
            except PermissionError:
                log.error("the key directory cannot be read")
            await _refusing(settings, told)
    return 0


async def _refusing(settings: Settings, told: asyncio.Event) -> None:
    """503 to everybody, for a while: nothing is taken in, so platforms and browsers bring it again."""
    listener = Listener(settings.web.host, settings.web.port)
    listener.bind()
    listener.add(health.refusing())
    async with _running(listener.run()):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await told.wait()


async def _served(settings: Settings, secrets: Secrets, told: asyncio.Event) -> int:
    """The service: its channels on one listener. Raises `StrangeKeys`."""
    if keys_problems(settings, secrets):
        raise StrangeKeys
    app = App(settings, secrets)
    listener = Listener(settings.web.host, settings.web.port)
    address = listener.bind()
    chat = WebChat(words(), on_open=app.wake, takes_files=app.reads_files)
    questionnaire = app.page()
    listener.add(
        (*chat.routes(home=True), *questionnaire.routes(), *app.notices(), *app.feeds())
    )
    listener.add(health.routes(app.health.parts, app.health.figures, secrets.metrics_token))
    channels: list[Channel] = [chat, questionnaire]
    async with contextlib.AsyncExitStack() as stack:
        if secrets.telegram_token:
            telegram = _telegram(settings, secrets)
            stack.push_async_callback(telegram.close)
            listener.add(telegram.routes())
            channels.append(telegram)
        channels += await stack.enter_async_context(_wecom(app, secrets, listener))
        channels += _servers(app, secrets)
        await stack.enter_async_context(app.running(*channels))
        await stack.enter_async_context(_running(listener.run()))
        log.info("ready", extra={"code": address})
        if code := await app.database.write(lambda tx: first_code(Work(tx), app.clock())):
            # For the operator's eyes; not an event, and not for the log.
            sys.stdout.write(load_texts().say("zh", "staff.first_code", code=code) + "\n")
            sys.stdout.flush()
        await told.wait()
    log.info("stopped")
    return 0


async def demonstrate(settings: Settings, secrets: Secrets, *, port: int) -> int:
    """The demo: phones side by side on the very same deeds and storage, neighbours, and a clock one can push."""
    from bot.channels.neighbours import Neighbour, Neighbours
    from bot.channels.web.demo import Demo, Phone, Push
    from bot.content.demo import begins, people

    set_up(logging.ERROR)
    listener = Listener("127.0.0.1", port)
    address = listener.bind()
    clock = PushedClock(settings.storage.data_dir / "clock", begins())
    app = App(settings, secrets, clock)
    app.simulated = True
    chat = WebChat(words(), on_open=app.wake, takes_files=app.reads_files)
    neighbours = Neighbours(
        [
            Neighbour(one["group"], one["unit"], tuple(one["answers"]), one.get("week", 1))
            for one in people()
        ]
    )
    desk = Address(
        channel=chat.name, id=hashlib.sha256(app.keys.master + b"desk").hexdigest()[:40]
    )
    phones = (
        Phone(who="teacher", link="g_teacher"),
        Phone(who="parent", link="u_newtown-g_parent"),
        Phone(who="office", token=desk.id),
    )
    edition = hashlib.sha256(app.keys.master).hexdigest()[:12]
    questionnaire = app.page()
    async with (
        _until_told() as told,
        app.running(chat, questionnaire, neighbours) as front,
    ):
        if await app.database.write(lambda tx: _employed(tx, desk, settings, clock.moment())):
            neighbours.speak()
        await front.look_again()

        async def day() -> None:
            await app.push(DAY)

        async def friday() -> None:
            async with asyncio.timeout(45):
                await neighbours.silent.wait()
            closes = app.almanac(front.agenda.scripts).current(clock.moment()).closes
            await app.push((closes - clock.moment()).total_seconds() + 1)
            neighbours.speak()

        demo = Demo(
            words(),
            phones,
            pushes=(Push("day", day), Push("friday", friday)),
            clock=lambda: (
                f"{clock.moment().astimezone(settings.office.timezone):%Y-%m-%d %H:%M}"
            ),
            edition=edition,
        )
        routes = (*demo.routes(), *chat.routes(), *questionnaire.routes())
        listener.add((*routes, *app.notices(), *app.feeds()))
        async with _running(listener.run()):
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
            await told.wait()
    return 0


def _employed(tx: Tx, desk: Address, settings: Settings, now: datetime) -> bool:
    """The demo's office account and the plan it works by; True where they are new."""
    work = Work(tx)
    if work.staff.find(desk):
        return False
    work.staff.join(desk, "zh", (Post(role=Role.OFFICE),))
    _adopt(work, settings, now.astimezone(settings.office.timezone).date())
    return True


def _adopt(work: Work, settings: Settings, today: date) -> None:
    """The demo's plan, alive since it was written: what was due is done, but for two units that are late."""
    from bot.content.demo import plan
    from bot.content.plan.loader import load_words
    from bot.content.plan.reading import read_document
    from bot.core.campaign.drafting import draft as drafted
    from bot.core.campaign.editing import approved
    from bot.core.campaign.model import Completion
    from bot.core.plan.checks import checked
    from bot.core.plan.items import items_of

    words = load_words()
    found, read = items_of(read_document(plan(), words), words, calendar=calendar_of(settings))
    begun = drafted(checked(read, found, words), "")
    kept = work.campaigns.begin(begun)
    alive = approved(kept.campaign, begun.day or today)
    work.campaigns.approve(kept, alive, "office-1")
    units = [unit.id for unit in units_of(settings)]
    for node in alive.deeds():
        for unit in units[:-2] if node.everybody else [""]:
            if node.everybody or (node.end and node.end < today):
                done = Completion(node=node.id, day=min(node.end or today, today), unit=unit)
                work.campaigns.report(kept.id, done, "office-1")


async def talk(
    settings: Settings, secrets: Secrets, *, link: str, language: Language, record: Path | None
) -> None:
    """A chat in the terminal, until the input ends."""
    from bot.channels.console import Console
    from bot.channels.recording import Recording

    set_up(logging.ERROR)
    app = App(settings, secrets)
    console = Console(sys.stdin, sys.stdout, words()[language], link=link)
    channel = Recording(console, record) if record else console
    async with app.running() as front:
        app.channels[channel.name] = channel
        await channel.run(front.receive)
        await front.outbox.idle()


@contextlib.asynccontextmanager
async def _until_told() -> AsyncGenerator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    try:
        yield told
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@contextlib.asynccontextmanager
async def _running(part: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """A part that runs as long as the block, and stops with it."""
    task = asyncio.create_task(part)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
