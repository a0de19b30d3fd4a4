"""The wiring: the only place that knows everybody, and the only one with a clock."""

import asyncio
import contextlib
import hashlib
import logging
import signal
import sys
import time
from collections.abc import AsyncGenerator, Coroutine, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.channels.base import Channel
from bot.channels.console import Console
from bot.channels.http import Listener
from bot.channels.recording import Recording
from bot.channels.web.chat import WebChat
from bot.channels.web.demo import Demo, Phone
from bot.content.loader import STANDING, load_groups, load_surveys, load_texts
from bot.content.taxonomy import load_taxonomy
from bot.content.web import words
from bot.core import sorting
from bot.core.messages import Address
from bot.core.periods import Rhythm, period_at
from bot.core.round import Round
from bot.core.survey import Group, Language, Script, Survey, Unit
from bot.core.workdays import Calendar
from bot.logs import loop_failed, set_up
from bot.settings import Settings
from bot.settings.secret import Secrets
from handlers.front import Front
from handlers.survey import Agenda
from handlers.words import House
from storage.database import Database, Tx
from storage.keys import Keyring
from storage.schema import prepare
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

STOP_WITHIN = 8.0
"""Seconds that what is in flight may take when the service stops."""


class Clock:
    """The time, which a demo may push forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds ahead of the wall."""

    def __call__(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self.ahead


class App:
    """One running Tingwen: its memory, its deeds, the channels it was given."""

    def __init__(
        self, settings: Settings, secrets: Secrets, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.keys = Keyring(settings.storage.key_dir, _master(secrets))
        self.file = settings.storage.file or settings.storage.data_dir / "tingwen.db"
        self.database = Database(self.file, self.keys)
        self.channels: dict[str, Channel] = {}
        self._front: Front | None = None
        office = settings.office
        self.house = House(load_texts(), office.name, office.phone, office.duty_phone)

    @contextlib.asynccontextmanager
    async def running(self, *channels: Channel) -> AsyncGenerator[Front]:
        """The whole service with these channels, as long as the block runs."""
        asyncio.get_running_loop().set_exception_handler(loop_failed)
        prepare(self.file)
        self.database.start()
        self.channels |= {channel.name: channel for channel in channels}
        front = Front(
            self.database, self.channels, self.house, await self._agenda(), self.clock
        )
        self._front = front
        if self.keys.master_was_made:
            log.warning("a master key was made in the key directory")
        await front.start()
        tasks = [asyncio.create_task(front.alarms.run())]
        tasks += [asyncio.create_task(channel.run(front.receive)) for channel in channels]
        try:
            yield front
        finally:
            for task in reversed(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await front.outbox.stop(STOP_WITHIN)
            await self.database.stop()
            self.keys.close()

    def wake(self, address: Address) -> None:
        """Somebody can be reached again."""
        if self._front:
            self._front.outbox.wake(address)

    async def _agenda(self) -> Agenda:
        rounds = rounds_of(self.settings)
        word = _round(
            STANDING,
            load_surveys(self.settings.content.surveys)[STANDING],
            groups_of(self.settings),
            units_of(self.settings),
        )
        scripts = {round.id: round.script for round in (*rounds, word)}
        pins = await self.database.write(lambda tx: _pinned(tx, scripts))
        taxonomy = load_taxonomy()
        return Agenda(
            rounds=rounds,
            word=word,
            pins=pins,
            scripts={pins[id]: script for id, script in scripts.items()},
            period=Periods(self.settings),
            sort=lambda text: asdict(sorting.classify(taxonomy, text)),
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


def calendar_of(settings: Settings) -> Calendar:
    """Working days as the office's configuration has them."""
    return Calendar(
        off=frozenset(day for year in settings.holidays for day in year.off),
        work=frozenset(day for year in settings.holidays for day in year.work),
    )


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
            opens=planned.opens,
            closes=planned.closes,
        )
        for planned in settings.rounds
    )


def _round(
    id: str,
    survey: Survey,
    groups: tuple[Group, ...],
    units: tuple[Unit, ...],
    **window: datetime,
) -> Round:
    return Round(
        id=id, script=Script(round=id, survey=survey, groups=groups, units=units), **window
    )


def _pinned(tx: Tx, scripts: Mapping[str, Script]) -> dict[str, str]:
    work = Work(tx)
    return {id: work.scripts.pin(script) for id, script in scripts.items()}


def _master(secrets: Secrets) -> bytes | None:
    """The master key as 32 bytes, whatever its text: it is random, not a password."""
    return hashlib.sha256(secrets.master_key.encode()).digest() if secrets.master_key else None


async def serve(settings: Settings, secrets: Secrets) -> int:
    """The service: its channels on one listener, until SIGTERM or SIGINT."""
    set_up()
    app = App(settings, secrets)
    listener = Listener(settings.web.host, settings.web.port)
    address = listener.bind()
    chat = WebChat(words(), on_open=app.wake)
    listener.add(chat.routes(home=True))
    async with _until_told() as told, app.running(chat), _running(listener.run()):
        log.info("ready", extra={"code": address})
        await told.wait()
    log.info("stopped")
    return 0


async def demonstrate(settings: Settings, secrets: Secrets, *, port: int) -> int:
    """The demo: phones side by side on the very same deeds and storage."""
    set_up(logging.ERROR)
    app = App(settings, secrets)
    listener = Listener("127.0.0.1", port)
    address = listener.bind()
    chat = WebChat(words(), on_open=app.wake)
    phones = (Phone(who="teacher"), Phone(who="parent", link="u_newtown-g_parent"))
    demo = Demo(words(), phones, edition=hashlib.sha256(app.keys.master).hexdigest()[:12])
    listener.add((*demo.routes(), *chat.routes()))
    async with _until_told() as told, app.running(chat), _running(listener.run()):
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        await told.wait()
    return 0


async def talk(
    settings: Settings, secrets: Secrets, *, link: str, language: Language, record: Path | None
) -> None:
    """A chat in the terminal, until the input ends."""
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
