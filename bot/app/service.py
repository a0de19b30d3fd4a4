"""Running it: the service, the demo and the terminal, each until it is told to stop."""

import asyncio
import contextlib
import hashlib
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels import health
from bot.channels.base import Channel
from bot.channels.http import Listener
from bot.channels.web.chat import WebChat
from bot.content.loader import (
    load_texts,
)
from bot.content.web import words
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.core.survey import (
    Language,
)
from bot.logs import set_up
from bot.settings import KEY_DIR, Settings
from bot.settings.problem import Problem
from bot.settings.secret import Secrets
from bot.settings.workdays import calendar_of
from handlers.people import first_code
from storage.database import Tx
from storage.keys import mark_of
from storage.unit_of_work import Work

if TYPE_CHECKING:
    pass
from bot.app.clock import PushedClock
from bot.app.derived import DAY, master_of, units_of
from bot.app.mouths import server_channels, telegram_channel, wecom_channels
from bot.app.wiring import App, StrangeKeys

log = logging.getLogger(__name__)


LOOK_AGAIN = 10.0
"""Seconds for which nothing is taken in where the keys are not those of the database."""


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
            telegram = telegram_channel(settings, secrets)
            stack.push_async_callback(telegram.close)
            listener.add(telegram.routes())
            channels.append(telegram)
        channels += await stack.enter_async_context(wecom_channels(app, secrets, listener))
        channels += server_channels(app, secrets)
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
