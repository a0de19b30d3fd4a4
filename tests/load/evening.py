"""An evening: families and teachers answer, everything is counted, and the service is watched from outside."""

import asyncio
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bot.app.wiring import App
from bot.content.loader import STANDING
from bot.core.survey import Form
from bot.settings.reading import load
from handlers.tick import tick
from storage.unit_of_work import Work
from storage.vault import Tick
from tests.channels.telegram.botapi import TOKEN
from tests.load.people import SURVEY, County, Resident
from tests.process.service import free_port

ROUND = "evening"
BEGINS = datetime(2026, 11, 26, 18, 31, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Thursday after supper: parents may be spoken to until half past eight."""
SCHOOLS = 60
RATE = 300
"""Updates a second that an evening is to bear."""
WITHIN = 0.2
"""Seconds that 99 of 100 answers may take: the promise."""
UPDATES_A_TALK = 8.0
"""To begin with; then as many as there are."""
AT_ONCE = 900
"""Talks in progress where no rate is given: as fast as it goes, each with people who wait a second before each tap."""
PATIENCE = 90.0
"""Seconds without any answer after which whoever still waits has lost something."""
LOOK = 0.05
"""Seconds between two looks."""

SERVE = "from tests.load.service import main; main()"
"""Not a module that is run: a process that reads would begin with all that it imports. `tingwen` imports nothing."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service has its things, and what it shares with others."""

    folder: Path
    url: str = ""
    """PostgreSQL's address; empty: SQLite in the folder."""

    @property
    def database(self) -> str:
        return self.url or f"sqlite+aiosqlite:///{self.folder}/data/tingwen.db"

    def config(self, api: str, port: int, families: int, teachers: int) -> Path:
        """What it is configured with."""
        heads = f"{{ parent = {families // SCHOOLS}, teacher = {teachers // SCHOOLS} }}"
        units = "".join(
            f'[[units]]\nid = "{unit}"\nname = "第{number}小学"\nheadcount = {heads}\n'
            for number, unit in enumerate(schools(), 1)
        )
        path = self.folder / f"config-{port}.toml"
        path.write_text(
            f'[storage]\nurl = "{self.database}"\nkey_dir = "{self.folder}/keys"\n'
            f'[web]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://127.0.0.1:{port}"\n'
            f'[telegram]\nmode = "webhook"\napi_base_url = "{api}"\n{units}'
            f'[[rounds]]\nid = "{ROUND}"\nsurvey = "kunshan"\ngroups = ["teacher", "parent"]\n'
            # Half of its time has passed a minute before it begins: then the first reminder is due.
            'opens = "2026-11-15 18:30"\ncloses = "2026-12-07 18:30"\nreminders = 2\n',
            "utf-8",
        )
        return path


def schools() -> list[str]:
    return [f"s{number:02}" for number in range(1, SCHOOLS + 1)]


@dataclass
class Replica:
    """One process of the service."""

    place: Place
    port: int
    config: Path
    options: tuple[str, ...]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        ahead = BEGINS.timestamp() - time.time()
        with (self.place.folder / f"log-{self.port}.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", SERVE, str(self.config), "--ahead", str(ahead), *self.options,
                stdout=log, stderr=log, env={**os.environ, "TINGWEN_TELEGRAM_TOKEN": TOKEN},
            )  # fmt: skip
        await self.listens()

    async def listens(self) -> None:
        """Until its door is open."""
        for _ in range(1200):
            assert self.running.returncode is None, self.log()
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it never listened")

    async def kill(self) -> None:
        self.running.kill()
        await self.running.wait()

    async def stop(self) -> float:
        """SIGTERM; seconds until it had ended."""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.running.terminate()
        await self.running.wait()
        return time.monotonic() - began

    @property
    def running(self) -> asyncio.subprocess.Process:
        assert self.process is not None
        return self.process

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def log(self) -> str:
        return (self.place.folder / f"log-{self.port}.txt").read_text("utf-8")

    @property
    def memory(self) -> float:
        """MiB that it holds, and those who read for it."""
        return sum(_pages(one) for one in family(self.running.pid)) * _PAGE / 2**20


_PAGE = os.sysconf("SC_PAGE_SIZE")


def family(process: int) -> list[int]:
    """A process and those it has begun."""
    begun = [int(one.name) for one in Path("/proc").glob("[0-9]*") if _begun_by(one) == process]
    return [process, *(one for child in begun for one in family(child))]


def _begun_by(process: Path) -> int:
    return int((_stat(process) or ["", "0"])[1])


def _stat(process: Path) -> list[str]:
    """Its state and what follows, as proc(5) counts them; nothing where it is over."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pages(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0


def processor(process: int) -> float:
    """Seconds of a processor that it has had, and those it has begun."""
    return sum(map(_seconds, family(process)))


def _seconds(process: int) -> float:
    return sum(map(int, _stat(Path(f"/proc/{process}"))[11:15])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def replicas(
    place: Place, api: County, families: int, teachers: int, *options: str, count: int = 1
) -> AsyncGenerator[list[Replica]]:
    """So many processes of one service, listening; whatever is still alive at the end is stopped."""
    made: list[Replica] = []
    for _ in range(count):
        port = free_port()
        config = place.config(api.base, port, families, teachers)
        made.append(Replica(place, port, config, options))
    try:
        for one in made:
            await one.start()
        api.doors = [("127.0.0.1", one.port) for one in made]
        yield made
    finally:
        for one in made:
            if one.alive:
                await one.kill()


# -- an evening -------------------------------------------------------------------------


@dataclass
class Report:
    """How it went."""

    seconds: float = 0.0
    talks: int = 0
    waiting: int = 0
    done: int = 0
    refused: int = 0
    unasked: int = 0
    waits: list[float] = field(default_factory=list)
    memory: list[tuple[int, float, float]] = field(default_factory=list)
    """Updates so far, MiB of the process, MiB on disk."""
    service: float = 0.0
    driver: float = 0.0
    """Of a processor each."""
    stopping: float = 0.0
    counting: float = 0.0
    found: "Found | None" = None
    lost: int = 0
    doubled: int = 0
    taps_lost: int = 0
    taps_doubled: int = 0
    puzzled: Counter[str] = field(default_factory=Counter)

    def wait(self, share: float) -> float:
        """What so many of the answers took at most."""
        return sorted(self.waits)[int(len(self.waits) * share)] if self.waits else 0.0

    @property
    def sound(self) -> bool:
        """Nothing lost, nothing doubled."""
        assert self.found is not None
        wrong = (
            self.waiting,
            self.unasked,
            self.lost,
            self.doubled,
            self.taps_lost,
            self.taps_doubled,
            self.found.unsaid,
        )
        return not any(wrong) and self.found.submissions == self.talks


def talks(families: int, teachers: int, api: County) -> Iterator[Resident]:
    """Everybody once, in an order of chance; then families whose second child goes to the same school, and after them the
    evening is over."""
    where = schools()
    people = [
        api.resident(id, "parent" if id <= families else "teacher", where[id % SCHOOLS])
        for id in range(1, families + teachers + 1)
    ]
    api.chance.shuffle(people)
    yield from people
    yield from (one for one in people if one.group == "parent")


async def evening(
    place: Place,
    *,
    families: int,
    teachers: int,
    updates: int,
    rate: float,
    light: bool,
    say: Say,
    every: int = 100_000,
) -> Report:
    """People come at this rate (0: as fast as it goes) until so many updates are done (0: each once), then all is counted."""
    report, options = Report(), ("--light",) if light else ()
    async with County() as api, replicas(place, api, families, teachers, *options) as (one,):
        await asyncio.sleep(2.5)
        began, spent, own = time.monotonic(), processor(one.running.pid), time.process_time()
        watching = asyncio.create_task(_watched(api, one, report, every, say))
        try:
            await _come(
                api, talks(families, teachers, api), families + teachers, updates, rate, report
            )
            await all_thanked(api)
        finally:
            watching.cancel()
        report.seconds = time.monotonic() - began
        report.service = (processor(one.running.pid) - spent) / report.seconds
        report.driver = (time.process_time() - own) / report.seconds
        report.memory.append((api.tally.done, one.memory, on_disk(place)))
        report.stopping = await one.stop()
    began = time.monotonic()
    report.found = await counted(one.config)
    report.counting = time.monotonic() - began
    _compared(api, report)
    return report


async def _come(
    api: County,
    people: Iterator[Resident],
    each: int,
    updates: int,
    rate: float,
    report: Report,
) -> None:
    began = time.monotonic()
    if not rate:
        api.pace = (1.1, 1.4)
    for number, who in enumerate(people):
        a_talk = api.tally.done / report.talks if report.talks > 200 else UPDATES_A_TALK
        if updates and api.tally.done + len(api.talking) * a_talk / 2 >= updates:
            return
        if not updates and number == each:
            return
        if rate:
            await asyncio.sleep(
                max(0.0, began + number * UPDATES_A_TALK / rate - time.monotonic())
            )
        while (not rate and len(api.talking) >= AT_ONCE) or who.id in api.talking:
            await asyncio.sleep(0.01)
        report.talks += 1
        api.begins(who)


async def all_thanked(api: County) -> None:
    """Until all talks have come to their end, or nobody is thanked any more."""
    while api.talking or api.mail:
        before = api.finished
        try:
            await until(
                lambda before=before: api.finished != before or not (api.talking or api.mail),
                PATIENCE,
            )
        except AssertionError:
            return
    await asyncio.sleep(2.0)


async def until(true: Callable[[], bool], patience: float, else_: str = "") -> None:
    """Wait for it. Looks are counted, and not the clock: whoever is stopped meanwhile has not waited."""
    for _ in range(round(patience / LOOK)):
        if true():
            return
        await asyncio.sleep(LOOK)
    raise AssertionError(else_)


async def _watched(api: County, one: Replica, report: Report, every: int, say: Say) -> None:
    """A line now and then; memory after each so many updates."""
    began, last, lately = time.monotonic(), (time.monotonic(), 0), 0
    report.memory.append((0, one.memory, on_disk(one.place)))
    while True:
        await asyncio.sleep(0.2)
        now, done = time.monotonic(), api.tally.done
        if done // every > report.memory[-1][0] // every:
            report.memory.append((done, one.memory, on_disk(one.place)))
        if now - last[0] >= 10:
            some = sorted(api.tally.waits[lately:]) or [0.0]
            lately = len(api.tally.waits)
            say(
                f"{now - began:5.0f} s  {done:>8} updates, {(done - last[1]) / (now - last[0]):4.0f}/s  "
                f"{len(api.talking):>5} talking  p50 {1000 * some[len(some) // 2]:4.0f} ms, "
                f"p99 {1000 * some[int(len(some) * 0.99)]:5.0f} ms  {one.memory:4.0f} MiB"
            )
            last = (now, done)


def on_disk(place: Place) -> float:
    """MiB of the files; without PostgreSQL's own."""
    files = [file for part in ("data", "keys") for file in (place.folder / part).glob("**/*")]
    return sum(file.stat().st_size for file in files if file.is_file()) / 2**20


# -- counting ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What stands there once a last tick has let everything out."""

    texts: dict[str, int]
    taps: Counter[tuple[str, str]]
    submissions: int
    unsaid: int
    """Drafts that have something left to be said, and answers another replica was to give."""


async def counted(config: Path) -> Found:
    """Let everything out of the vault, and count."""
    loaded = load(config, os.environ)
    app = App(loaded.settings, loaded.secrets)
    app.database.start()
    unsaid = await app.database.write(
        lambda tx: len(Work(tx).drafts.unsaid()) + len(Work(tx).answers.waiting(()))
    )
    for round in (ROUND, STANDING):
        await tick(app.database, round, Tick(name="2099-01-01", period="2026-12-11", last=True))

    def read(db: Any) -> Found:
        options = "SELECT question, options, count(*) FROM opinion WHERE options <> '[]' GROUP BY question, options"
        said = "SELECT text, count(*) FROM opinion WHERE text <> '' GROUP BY text"
        return Found(
            {row[0]: row[1] for row in db.execute(text(said))},
            Counter({(q, o.strip('[]"')): n for q, o, n in db.execute(text(options))}),
            db.execute(text("SELECT coalesce(sum(submissions), 0) FROM released")).scalar()
            or 0,
            unsaid,
        )

    found = await app.database.read(read)
    await app.database.stop()
    app.keys.close()
    return found


def _compared(api: County, report: Report) -> None:
    """What people did against what became of it."""
    found, tally = report.found, api.tally
    assert found is not None
    report.waits, report.waiting = list(tally.waits), len(api.talking)
    report.done, report.refused, report.unasked = tally.done, tally.refused, tally.unasked
    report.puzzled = api.puzzled
    report.lost = sum(said not in found.texts for said in api.said)
    report.doubled = sum(count > 1 for count in found.texts.values())
    ids = {
        (q.id, o.words["zh"]): o.id for q in SURVEY.questions for o in _form(q.parent).options
    }
    wanted = Counter({(q, ids[q, label]): n for (q, label), n in api.chosen.items()})
    report.taps_lost = sum((wanted - found.taps).values())
    report.taps_doubled = sum((found.taps - wanted).values())


def _form(form: Form | None) -> Form:
    assert form is not None
    return form
