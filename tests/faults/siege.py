"""People talk with a service to which one fault after another is done; then everything is counted.

With each fault somebody begins a talk as soon as the fault is over: how long their first reply takes is how long the
service took to recover. They go on as people do, answering whatever they see, through all the faults that follow. In
the end each of them must have been thanked, and each sentence anybody said must be there once: a sentence that was
acknowledged and lost leaves somebody waiting or missing, one that was taken twice counts two.
"""

import asyncio
import contextlib
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bot.app.wiring import App
from bot.content.loader import STANDING
from handlers.tick import tick
from storage.postgres import WRITER, driver_url
from storage.vault import Tick
from tests.bench.telegram import Caller, Crowd
from tests.channels.telegram.botapi import Fault as Answer
from tests.channels.telegram.botapi import Flood, Garbage, Page, Reset, Slow, Truncated
from tests.faults.service import PLACES, settings_in
from tests.faults.wire import Wire, wire_to

RECOVERS_WITHIN = 10.0
"""Seconds between a fault's end and the first answer: the promise."""
PATIENCE = 90.0
"""Seconds after which it has not recovered at all."""
LAST = 240.0
"""Seconds for all talks to come to their end after the last fault."""
LOOK = 0.05
"""Seconds between two looks. They are counted, and not the clock: whoever is stopped meanwhile has not waited."""
REMEMBERED = 50
"""Updates that may be brought again long after they were taken in."""
SERVE = "from tests.faults.service import main; main()"
"""As `tingwen` does: a process that reads begins with what the module imports that was run."""


@dataclass
class Siege:
    """One service, its people, and what was done to it."""

    folder: Path
    api: "Town"
    chance: random.Random
    roomy: bool = True
    """The data lie on a disk of their own, small enough to be filled."""
    pace: float = 1.0
    """How much longer, or shorter, each fault lasts."""
    ahead: float = 0.0
    wire: Wire | None = None
    """To the database server, where the database is one."""
    server: str = ""
    """Its address past the wire."""
    process: asyncio.subprocess.Process | None = None
    done: Counter[str] = field(default_factory=Counter)
    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def start(self) -> None:
        """The service, as a supervisor would start it."""
        with (self.folder / "log.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", SERVE, self.api.base, str(self.folder),
                str(self.ahead), self.wire.url if self.wire else "", stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip

    async def kill(self) -> None:
        """kill -9, unless it is dead already."""
        with contextlib.suppress(ProcessLookupError):
            self.running.kill()
        await self.running.wait()

    @property
    def running(self) -> asyncio.subprocess.Process:
        """The process of now."""
        assert self.process is not None
        return self.process

    async def lasts(self, least: float, most: float) -> None:
        """Some seconds pass."""
        await asyncio.sleep(self.pace * self.chance.uniform(least, most))

    def tell(self, *words: object) -> None:
        """Tell the hand inside."""
        assert self.running.stdin is not None
        self.running.stdin.write(f"{' '.join(map(str, words))}\n".encode())

    async def suffer(self, name: str, fault: "Fault") -> None:
        """One fault, from its beginning until somebody new is answered again."""
        await fault(self)
        ended, newcomer = time.monotonic(), self.api.newcomer()
        for _ in range(round(PATIENCE / LOOK)):
            if newcomer.first:
                break
            if self.running.returncode is not None:  # it died of a place it came by late
                await self.start()
            await asyncio.sleep(LOOK)
        assert newcomer.first, f"{name}: nobody answers any more"
        self.took[name].append(newcomer.first - ended)
        self.done[name] += 1


class Citizen(Caller):
    """Tries again where there was no round: the clock may have stood before its opening just then."""

    def sees_now(self, text: str, labels: list[str]) -> None:
        super().sees_now(text, labels)
        if "现在没有正在进行的征集" in text and not self.thanked:
            self._later(self.says, "/start")


class Town(Crowd):
    """The platform, with an old post-bag."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(0, repeats=0.05)
        self.chance = chance
        self.bag: list[dict[str, Any]] = []

    def newcomer(self) -> Caller:
        """Somebody new says hello."""
        caller = Citizen(self, len(self.callers) + 1)
        self.callers.append(caller)
        self.people[caller.id] = caller
        caller.begin()
        return caller

    def push(self, **kind: Any) -> dict[str, Any]:
        self.bag = [*self.bag, update := super().push(**kind)][-REMEMBERED:]
        return update


Fault = Callable[[Siege], Awaitable[None]]


# -- what is done ---------------------------------------------------------------------


def dies(place: str) -> Fault:
    """It dies there, while somebody begins to talk."""

    async def fault(siege: Siege) -> None:
        siege.tell("die", place, siege.chance.randint(1, 4))
        siege.api.newcomer()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(6):
                await siege.running.wait()
        await siege.kill()
        await siege.start()

    return fault


async def dies_anywhere(siege: Siege) -> None:
    """kill -9 from outside, at a moment of chance."""
    siege.api.newcomer()
    await siege.lasts(0, 0.6)
    await siege.kill()
    await siege.start()


async def dies_starting(siege: Siege) -> None:
    """kill -9 while it is starting after another."""
    await siege.kill()
    await siege.start()
    await siege.lasts(0, 2.0)
    await siege.kill()
    await siege.start()


async def dies_cut_off(siege: Siege) -> None:
    """kill -9, and the network is still away when it starts."""
    await siege.api.cut()
    await siege.kill()
    await siege.start()
    await siege.lasts(0.5, 2.0)
    await siege.api.mend()


async def stands_still(siege: Siege) -> None:
    """Stopped by the system, as a virtual machine that is moved."""
    siege.running.send_signal(19)
    await siege.lasts(0.2, 1.0)
    siege.running.send_signal(18)


async def cut_off(siege: Siege) -> None:
    """The platform cannot be reached."""
    await siege.api.cut()
    siege.api.newcomer()
    await siege.lasts(0.2, 1.5)
    await siege.api.mend()


def answered(answer: Callable[[random.Random], Answer]) -> Fault:
    """For a while every other call is answered like this."""

    async def fault(siege: Siege) -> None:
        siege.api.mischief = lambda method, facts: (
            answer(siege.chance) if siege.chance.random() < 0.5 else None
        )
        siege.api.newcomer()
        await siege.lasts(0.3, 1.0)
        siege.api.mischief = lambda method, facts: None

    return fault


async def brought_again(siege: Siege) -> None:
    """Everything of the last minutes is brought once more, most of it acknowledged long ago, under its old number."""
    for update in siege.chance.sample(siege.api.bag, min(20, len(siege.api.bag))):
        siege.api.again(update)
    await asyncio.sleep(0.1)


async def brought_anew(siege: Siege) -> None:
    """The same taps are brought under new numbers, as the platform does when it moves."""
    taps = [update for update in siege.api.bag if "callback_query" in update]
    for update in taps[-10:]:
        siege.api.again({**update, "update_id": next(siege.api.update_ids)})
    await asyncio.sleep(0.1)


async def out_of_order(siege: Siege) -> None:
    """What several people do is brought last first."""
    siege.api.mischief = lambda method, facts: Page(502) if method == "getUpdates" else None
    for _ in range(3):
        siege.api.newcomer()
    await asyncio.sleep(0.6)
    siege.api.pending.reverse()
    siege.api.mischief = lambda method, facts: None


async def disk_full(siege: Siege) -> None:
    """Not a byte is left where the data lie."""
    ballast = siege.folder / "data" / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    siege.api.newcomer()
    await siege.lasts(0.3, 1.0)
    ballast.unlink()


async def no_file_may_grow(siege: Siege) -> None:
    """The system lets it write nothing beyond what there is."""
    kind, (_, hard) = resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(siege.running.pid, kind, (4096, hard))
    siege.api.newcomer()
    await siege.lasts(0.3, 1.0)
    resource.prlimit(siege.running.pid, kind, (hard, hard))


def for_a_while(word: str, on: Callable[[random.Random], object], off: object) -> Fault:
    """The hand does this for a while."""

    async def fault(siege: Siege) -> None:
        siege.tell(word, on(siege.chance))
        siege.api.newcomer()
        await siege.lasts(0.3, 1.0)
        siege.tell(word, off)

    return fault


async def locked(siege: Siege) -> None:
    """Somebody else holds the database, longer than the writer waits."""
    with contextlib.closing(
        sqlite3.connect(
            siege.folder / "data/tingwen.db",
            isolation_level=None,
            timeout=30,
            check_same_thread=False,
        )
    ) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        siege.api.newcomer()
        await siege.lasts(0.3, 2.6)
        other.execute("ROLLBACK")


async def clock_turned(siege: Siege) -> None:
    """The clock jumps, people talk meanwhile, and it jumps back."""
    siege.ahead = siege.chance.choice((-1, 1)) * siege.chance.choice((60.0, 3600.0, 86400.0))
    siege.tell("clock", siege.ahead)
    siege.api.newcomer()
    await siege.lasts(0.5, 2.0)
    siege.ahead = 0.0
    siege.tell("clock", 0)


# -- what is done to a database server, in place of what is done to a file ----------------


async def server_cut_off(siege: Siege) -> None:
    """The server cannot be reached, and whoever was told something is not told how it ended."""
    assert siege.wire is not None
    siege.api.newcomer()
    await siege.lasts(0, 0.6)
    siege.wire.cut()
    await siege.lasts(0.2, 3.0)
    siege.wire.mend()


async def server_slow(siege: Siege) -> None:
    """Each piece takes longer on its way."""
    assert siege.wire is not None
    siege.wire.slow = siege.chance.uniform(0.002, 0.02)
    siege.api.newcomer()
    await siege.lasts(0.3, 1.0)
    siege.wire.slow = 0.0


async def lines_ended(siege: Siege) -> None:
    """The server ends every connection, as one that restarts."""
    siege.api.newcomer()
    await siege.lasts(0, 0.6)
    await _told(siege.server, f"SELECT pg_terminate_backend(pid) {OURS}")


OURS = """
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def dies_and_server_away(siege: Siege) -> None:
    """kill -9, and the server cannot be reached when it starts."""
    assert siege.wire is not None
    siege.wire.cut()
    await siege.kill()
    await siege.start()
    await siege.lasts(0.5, 2.0)
    siege.wire.mend()


async def server_locked(siege: Siege) -> None:
    """Somebody else holds the writer's lock."""
    line = await asyncpg.connect(driver_url(siege.server))
    try:
        async with line.transaction():
            await line.execute(f"SELECT pg_advisory_xact_lock({WRITER})")
            siege.api.newcomer()
            await siege.lasts(0.3, 12.0)
    finally:
        await line.close()


async def _told(url: str, statement: str) -> list[tuple[Any, ...]]:
    line = await asyncpg.connect(driver_url(url))
    try:
        return [tuple(row) for row in await line.fetch(statement)]
    finally:
        await line.close()


DEATHS: Mapping[str, Fault] = {
    **{f"dies: {place}": dies(place) for place in PLACES},
    "dies: anywhere": dies_anywhere,
    "dies: at its start": dies_starting,
    "dies: and the network is away": dies_cut_off,
}
TROUBLES: Mapping[str, Fault] = {
    "stands still": stands_still,
    "network cut": cut_off,
    "connections break": answered(lambda chance: Reset(done=chance.random() < 0.5)),
    "429": answered(lambda chance: Flood(1)),
    "5xx": answered(lambda chance: Page(chance.choice((500, 502, 503, 504)))),
    "garbage": answered(lambda chance: Garbage()),
    "half an answer": answered(lambda chance: Truncated()),
    "slow platform": answered(lambda chance: Slow(0.8)),
    "brought again": brought_again,
    "brought under new numbers": brought_anew,
    "out of order": out_of_order,
    "disk full": disk_full,
    "no file may grow": no_file_may_grow,
    "read-only": for_a_while("readonly", lambda chance: 1, 0),
    "locked": locked,
    "slow disk": for_a_while("slow", lambda chance: chance.uniform(0.05, 0.3), 0),
    "clock turned": clock_turned,
}


DEATHS_BY_SERVER: Mapping[str, Fault] = {
    **DEATHS,
    "dies: and the server is away": dies_and_server_away,
}
_BY_SERVER: Mapping[str, Fault] = {
    "server cut off": server_cut_off,
    "lines ended": lines_ended,
    "locked": server_locked,
    "server slow": server_slow,
}
TROUBLES_BY_SERVER: Mapping[str, Fault] = {**_BY_SERVER, **TROUBLES, **_BY_SERVER}
"""The full disk and the files that may not grow are then those of the keys."""


def planned(
    count: int, chance: random.Random, deaths: float, *, server: bool = False
) -> list[tuple[str, Fault]]:
    """So many faults in random order, each kind as often as the next; this share of them deaths."""
    some = round(count * deaths)
    kinds = [
        list((DEATHS_BY_SERVER if server else DEATHS).items()),
        list((TROUBLES_BY_SERVER if server else TROUBLES).items()),
    ]
    found = [kinds[0][i % len(kinds[0])] for i in range(some)]
    found += [kinds[1][i % len(kinds[1])] for i in range(count - some)]
    chance.shuffle(found)
    return found


# -- what is found --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How it went."""

    done: Mapping[str, int]
    took: Mapping[str, list[float]]
    people: int
    waiting: int
    """Still waiting for their thanks at the end: something of theirs was lost."""
    lost: int
    doubled: int
    handed_in: int
    """Submissions counted by the ticks; one each, or something once-only was done twice."""
    digests_twice: int
    seconds: float

    @property
    def late(self) -> dict[str, float]:
        """Kinds that took longer than promised, and how long."""
        worst = {name: max(times) for name, times in self.took.items()}
        return {name: worst[name] for name in worst if worst[name] > RECOVERS_WITHIN}

    @property
    def sound(self) -> bool:
        """Nothing lost, nothing doubled."""
        return not (self.waiting or self.lost or self.doubled or self.digests_twice) and (
            self.handed_in == self.people
        )


async def besieged(
    folder: Path,
    count: int,
    *,
    seed: int,
    deaths: float = 0.4,
    pace: float = 1.0,
    url: str = "",
    say: Callable[[str], None],
) -> Report:
    """Do so many faults to a service in this folder, and count. `url`: its database is on this server."""
    chance, began = random.Random(seed), time.monotonic()
    laid = wire_to(url) if url else contextlib.nullcontext()
    async with Town(chance) as api, own_disk(folder) as roomy, laid as wire:
        siege = Siege(
            folder=folder, api=api, chance=chance, roomy=roomy, pace=pace, wire=wire, server=url
        )
        await siege.start()
        try:
            await siege.suffer("the first start", _nothing)
            siege.done.clear()
            siege.took.clear()
            for number, (name, fault) in enumerate(
                planned(count, chance, deaths, server=bool(url)), 1
            ):
                if fault is disk_full and not siege.roomy:
                    name, fault = "no file may grow", no_file_may_grow
                await siege.suffer(name, fault)
                say(f"{number}/{count} {name}: {siege.took[name][-1]:.1f} s")
            await _all_thanked(siege)
        finally:
            await siege.kill()
        kept, handed_in, twice = await _counted(folder, url)
        said = [text for caller in api.callers for text in caller.said]
        return Report(
            done=siege.done,
            took=siege.took,
            people=len(api.callers),
            waiting=len(api.callers) - len(api.finished),
            lost=sum(text not in kept for text in said),
            doubled=sum(times > 1 for times in kept.values()),
            handed_in=handed_in,
            digests_twice=twice,
            seconds=time.monotonic() - began,
        )


async def _nothing(siege: Siege) -> None:
    pass


async def _all_thanked(siege: Siege) -> None:
    """Nobody does it any harm any more."""
    for _ in range(round(LAST / LOOK)):
        if len(siege.api.finished) == len(siege.api.callers):
            return
        if siege.running.returncode is not None:
            await siege.start()
        await asyncio.sleep(LOOK)


async def _counted(folder: Path, url: str) -> tuple[dict[str, int], int, int]:
    """What was said and how often it is there, how many handed in, and periods with more than one digest."""
    app = App(*settings_in(folder, url))
    app.database.start()
    for round in ("asks", STANDING):
        await tick(app.database, round, Tick(name="end", period="2099-11-27", last=True))
    await app.database.stop()
    app.keys.close()
    said, (counted,), (twice,) = [
        await (_told(url, one) if url else _asked(folder / "data/tingwen.db", one))
        for one in COUNTED
    ]
    return dict(said), int(counted[0]), int(twice[0])  # type: ignore[arg-type]


COUNTED = (
    "SELECT text, count(*) FROM opinion WHERE text <> '' GROUP BY text",
    "SELECT coalesce(sum(submissions), 0) FROM released",
    "SELECT count(*) FROM (SELECT 1 FROM digest GROUP BY period HAVING count(*) > 1) AS twice",
)


async def _asked(file: Path, statement: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(file)) as db:
        whole = db.execute("PRAGMA integrity_check").fetchone()
        assert whole == ("ok",), whole
        return db.execute(statement).fetchall()


@contextlib.asynccontextmanager
async def own_disk(folder: Path) -> AsyncIterator[bool]:
    """A small disk for the data, where the system lets us have one; whether it did."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    mounted = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "faults", str(data)],
        check=False, capture_output=True,
    ).returncode  # fmt: skip
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(data)], check=False, capture_output=True)
