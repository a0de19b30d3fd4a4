"""One running Tingwen: memory, deeds and channels put together, and what one replica does for all."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels.base import Channel, Fetching, Linked, Present, Sociable
from bot.content.loader import (
    STANDING,
    load_surveys,
)
from bot.core.link import LINKS, Standing, drawn, own_page
from bot.core.messages import PAGE, Address, Arrived, Incoming
from bot.core.people.directory import Listed
from bot.core.survey import (
    LANGUAGES,
    Language,
    Script,
)
from bot.health import Health
from bot.logs import loop_failed
from bot.scheduler import Bell
from bot.settings import Settings
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
from handlers.people import Bindings, Registry
from handlers.reading import Readings
from handlers.receipt import Receipts, stretching
from handlers.round import Reminders, kept
from handlers.survey import Agenda
from handlers.wish import Tellings
from storage.database import Database, StorageFailed, alone, connected
from storage.digest import KeptDigest
from storage.keys import Keyring, derive
from storage.schema import prepare
from storage.unit_of_work import Work

if TYPE_CHECKING:
    from starlette.routing import Route

    from bot.channels.page.transport import Page
    from storage.watch import Watch
from bot.app.clock import Clock
from bot.app.derived import (
    DAY,
    Periods,
    almanac_of,
    groups_of,
    headcounts_of,
    hours_of,
    house_of,
    master_of,
    office_hours,
    outside_of,
    place_of,
    round_from,
    rounds_of,
    rules_of,
    seeded,
    units_of,
)
from bot.app.library import library_of

log = logging.getLogger(__name__)


ENROLLED = 200
"""People of a directory taken in at a time, so that others are heard meanwhile."""


STOP_WITHIN, LEAST = 4.5, 1.0
"""Seconds that what is in flight may take when the service stops, all of it together, and any part in any case. With
what a channel takes for itself it is less than the ten after which a supervisor kills."""


YOUNG = 10_000
"""Objects made before the youngest are looked through for what only holds itself; 700 where nobody says otherwise. In a crowd all that
there is was looked through every three seconds then, a tenth of a second in which nobody was answered."""
TURN = 0.0005
"""Seconds after which a thread that reads a text or writes to the disk gives way to the loop (Python's own: 0.005, which
each step of an answer may have to wait for)."""

TAKE_UP_WAIT = 1.0
"""Seconds between tries to see what was left to be taken up."""


def _left(until: float) -> float:
    """Seconds left until then, by the loop's clock, and a little in any case."""
    return max(until - asyncio.get_running_loop().time(), LEAST)


class StrangeKeys(Exception):
    """The key directory is not the one this database was written with, or it cannot be read."""


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
        self.readings = Readings(library_of(settings))
        self.channels: dict[str, Channel] = {}
        self.bell: Bell | None = None
        # With a server for a memory, keys are all that a replica writes on its own disks.
        local = (
            self.memory.parent if isinstance(self.memory, Path) else settings.storage.key_dir
        )
        self.health = Health(self.database, self.keys, local)
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
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        sys.setswitchinterval(TURN)
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
            await self.readings.stop()
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
        word = round_from(STANDING, surveys[STANDING], groups, units)
        planned = (*rounds_of(settings), word)
        pins, scripts = await self.database.write(lambda tx: seeded(tx, planned, self.clock()))
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
                load=library_of(settings),
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
            self.clock,
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
        self._chores: Chores | None = None

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
        chores = self._chores = app.chores(front, carrier)
        bell = app.bell = Bell(chores.due, chores.speak)
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
        if bell is not None and self._chores is not None:
            self._chores.rest()
            await bell.stop(_left(until))
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
