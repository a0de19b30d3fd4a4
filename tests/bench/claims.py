"""People of a wave claimed on PostgreSQL: each by one replica and by none twice, beside a row of asyncpg's a commit.

A claim marks as many people as a wave does at a time, in the tag buckets, in one transaction, before anybody is spoken to. In the product the
replica that keeps the watch claims alone; here four try at once for the same people, as they would if each thought it was
the one. The server syncs its log as it would in the field.
"""

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import asyncpg

from bot.core.cells import freeze
from bot.core.messages import Address
from handlers.round import BATCH
from storage.database import Database
from storage.keys import Keyring
from storage.postgres import driver_url
from storage.unit_of_work import Work
from tests import postgres
from tests.bench.rows import Found

PEOPLE, INSERTS = 4000, 2000


class Claimed(NamedTuple):
    """People a second, and how many were claimed twice or not at all."""

    rate: float
    wrong: int


async def floor(url: str, inserts: int) -> float:
    """Rows a second: inserted one by one, each durable before the next."""
    line = await asyncpg.connect(driver_url(url))
    await line.execute("CREATE TABLE IF NOT EXISTS bench (id bigserial PRIMARY KEY, what text)")
    began = time.perf_counter()
    for _ in range(inserts):
        await line.execute("INSERT INTO bench (what) VALUES ($1)", "remind")
    took = time.perf_counter() - began
    await line.execute("DROP TABLE bench")
    await line.close()
    return inserts / took


async def product(url: str, folder: Path, people: int, replicas: int, wave: int) -> Claimed:
    """So many replicas after the same people."""
    everybody = [Address(channel="web", id=f"person{n}") for n in range(people)]
    claimed = Counter[Address]()

    async with AsyncExitStack() as house:
        databases = [
            await house.enter_async_context(_replica(url, folder)) for _ in range(replicas)
        ]
        await databases[0].write(
            lambda tx: Work(tx).vault.open(f"r{wave}", freeze((), {}, {}), people=people)
        )

        async def claim(database: Database) -> None:
            for start in range(0, people, BATCH):
                batch = everybody[start : start + BATCH]
                claimed.update(
                    await database.write(
                        lambda tx, batch=batch: Work(tx).vault.reached(f"r{wave}", 1, batch)
                    )
                )

        began = time.perf_counter()
        await asyncio.gather(*map(claim, databases))
        took = time.perf_counter() - began
    return Claimed(people / took, sum(claimed[one] != 1 for one in everybody))


@asynccontextmanager
async def _replica(url: str, folder: Path):
    keys = Keyring(folder / "keys")
    database = Database(url, keys)
    database.start()
    yield database
    await database.stop()
    keys.close()


def rows(rounds: int, people: int = PEOPLE, inserts: int = INSERTS) -> Iterator[Found]:
    """People and rows a second, medians, measured alternately."""
    synced()
    low, alone, four, wrong = [], [], [], 0
    with (
        postgres.database() as url,
        tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder,
    ):
        for turn in range(rounds):
            low.append(asyncio.run(floor(url, inserts)))
            for replicas, into in ((1, alone), (4, four)):
                done = asyncio.run(
                    product(url, Path(folder), people, replicas, 10 * turn + replicas)
                )
                into.append(done.rate)
                wrong += done.wrong
    floored = f"{median(low):,.0f}"
    for key, seen in (("rate", alone), ("four", four)):
        rate = median(seen)
        yield Found(f"claims.{key}", floored, f"{rate:,.0f}", rate / median(low))
    yield Found("claims.twice", "", str(wrong), wrong)


def synced() -> None:
    """The tests' server, with its plug left in: what it says is on the disk is there."""
    for setting in ("fsync = on", "full_page_writes = on", "synchronous_commit = on"):
        postgres.told(f"ALTER SYSTEM SET {setting}")
    postgres.told("SELECT pg_reload_conf()")
    time.sleep(0.5)  # the server reads its settings when it comes to it
