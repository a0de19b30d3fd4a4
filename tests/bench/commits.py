"""How long something waits for the disk: 32 in flight through the one writer, beside one commit of a plain thread."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from storage.database import Database
from storage.inbox import _INSERT
from storage.keys import Keyring
from storage.schema import prepare
from storage.sqlite import connect
from tests.bench import inbound
from tests.bench.rows import Found

IN_FLIGHT, WRITES = 32, 4000


def floor(folder: Path, writes: int) -> float:
    """Seconds of one commit of one row, the middle one of so many."""
    prepare(folder / "floor.db")
    db = connect(folder / "floor.db")
    took = [_committed(db) for _ in range(writes)]
    db.close()
    return median(took)


def _committed(db: sqlite3.Connection) -> float:
    began = time.perf_counter()
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO inbox (mac, day) VALUES (?, ?)", (os.urandom(16), 20000))
    db.execute("COMMIT")
    return time.perf_counter() - began


def product(folder: Path, writes: int) -> list[float]:
    """Seconds until each of so many rows was durable, sorted."""
    return sorted(asyncio.run(_product(folder, writes)))


async def _product(folder: Path, writes: int) -> list[float]:
    prepare(folder / "product.db")
    keys = Keyring(folder / "keys")
    database = Database(folder / "product.db", keys)
    database.start()
    numbers = iter(range(writes))
    waits: list[float] = []

    async def keep() -> None:
        for number in numbers:
            row = {"mac": number.to_bytes(16, "big"), "day": 20000}
            began = time.perf_counter()
            await database.write(lambda tx, row=row: tx.do(_INSERT, row))
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(keep() for _ in range(IN_FLIGHT)))
    await database.stop()
    keys.close()
    return waits


def rows(rounds: int, writes: int = WRITES, people: int = inbound.PEOPLE) -> Iterator[Found]:
    """Milliseconds, medians of the rounds."""
    one, middle, late, message = [], [], [], []
    for _ in range(rounds):
        one.append(inbound.fresh(lambda folder: floor(folder, writes)))
        waits = inbound.fresh(lambda folder: product(folder, writes))
        middle.append(_at(waits, 0.5))
        late.append(_at(waits, 0.99))
        message.append(_at(inbound.fresh(lambda folder: _messages(folder, people)), 0.99))
    commit = median(one)
    for key, waited in (("middle", middle), ("late", late), ("message", message)):
        took = median(waited)
        yield Found(
            f"commit.{key}", f"{1000 * commit:.3f}", f"{1000 * took:.2f}", took / commit
        )


def _messages(folder: Path, people: int) -> list[float]:
    return asyncio.run(inbound.taken_in(folder, IN_FLIGHT, people)).waits


def _at(waits: list[float], share: float) -> float:
    return waits[int(len(waits) * share)]
