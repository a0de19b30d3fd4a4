"""The office's week: a wave to 2,000 people, and the digest of 100,000 opinions."""

import asyncio
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.app.derived import almanac_of, headcounts_of
from bot.content.loader import load_texts
from bot.core.cells import freeze
from bot.core.messages import Address
from bot.core.privacy import redact
from bot.core.round import Hours, Round, waves
from bot.verbs.opening import sample
from handlers.digest import draft
from handlers.round import Reminders, seed
from handlers.words import House
from storage.database import Database, Tx
from storage.keys import Keyring
from storage.opinion import sliced
from storage.schema import prepare
from storage.unit_of_work import Work
from tests.bench.inbound import Mute, script
from tests.builders import freed
from tests.vaults import ask

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE, OPINIONS = 2_000, 100_000


def wave(people: int = PEOPLE) -> float:
    """Seconds until a wave to so many is marked, put into words and given to the channel."""
    return asyncio.run(_wave(people))


async def _wave(people: int) -> float:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        database, keys = house(Path(folder))
        one = Round(
            id="bench",
            script=script(),
            opens=datetime(2014, 3, 1, tzinfo=ZONE),
            closes=datetime(2014, 4, 20, tzinfo=ZONE),
        )
        groups = tuple(group.id for group in one.script.groups)

        def enrol(tx: Tx) -> None:
            work = Work(tx)
            seed(work, (one,), 0)
            work.vault.open(one.id, freeze(groups, {}, {}), people=people)
            for i in range(people):
                work.identity.remember(Address(channel="web", id=f"person{i}"), "zh")

        await database.write(enrol)
        always = Hours(((clock_time(0), clock_time(23, 59)),), lambda _: True, ZONE)
        reminders = Reminders(
            database,
            cast(Any, {"web": Mute()}),
            House(load_texts()),
            {"staff": always, "parent": always},
            lambda m: m,
            lambda: waves(one)[0].timestamp(),
        )
        due = waves(one)[0]
        started = time.perf_counter()
        await reminders.due(due)
        took = time.perf_counter() - started
        assert [w.note for w in await database.write(lambda tx: Work(tx).rounds.waves())] == [
            ""
        ]
        await database.stop()
        keys.close()
        return took


def digest(opinions: int = OPINIONS) -> tuple[float, float]:
    """CPU seconds of snapshot and draft over so many released opinions; and of the libraries alone: rows fetched, labels
    decoded, the snapshot encoded."""
    return asyncio.run(_digest(opinions))


async def _digest(opinions: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        database, keys = house(Path(folder))
        settings = sample(Path(folder) / "town", {}).settings
        units = [planned.unit.id for planned in settings.units]
        labels = {
            "topic": "fudan",
            "sifeng": ["形式主义"],
            "kind": "complaint",
            "about": "一般",
        }
        text = redact("一个月检查七次，每次都要补材料，晚上备课的时间全拿去打印了").text

        def fill(tx: Tx) -> None:
            some = [
                freed(text, labels, question="grievance", unit=units[i % len(units)])
                for i in range(opinions)
            ]
            [whole] = sliced(some, 1)
            Work(tx).opinions.release("bench", "2014-03-28", whole)

        await database.write(fill)
        almanac = almanac_of(settings, {"pin": script()}, headcounts_of(settings))
        period = almanac.last_closed(datetime(2014, 3, 28, 8, tzinfo=UTC))
        used = libraries = 0.0

        def measured(tx: Tx) -> None:
            nonlocal used, libraries
            started = time.thread_time()
            assert draft(Work(tx), almanac, period)
            used = time.thread_time() - started
            found = Work(tx).digests.find("2014-03-28")
            assert found is not None
            beside = ask(tx, "SELECT entries FROM digest_portion")
            plain = [json.loads(text) for text in (found.snapshot, *(row[0] for row in beside))]
            started = time.thread_time()
            rows = ask(
                tx, "SELECT id, text, labels, unit, grp, question FROM opinion ORDER BY id"
            )
            for row in rows:
                json.loads(row[2])
            json.dumps(plain, ensure_ascii=False)
            libraries = time.thread_time() - started

        await database.write(measured)
        await database.stop()
        keys.close()
        return used, libraries


def house(folder: Path) -> tuple[Database, Keyring]:
    prepare(folder / "bench.db")
    keys = Keyring(folder / "keys")
    database = Database(folder / "bench.db", keys)
    database.start()
    return database, keys


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    print("wave", wave(), "digest", digest())
