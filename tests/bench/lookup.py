"""A receipt looked up where a million pieces are stored, apart from its deliberate slowness: what is waited for in the one writer."""

import asyncio
import hashlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

from bot.content.loader import load_texts
from bot.core.messages import Address
from bot.core.receipt import LooksUp
from handlers.receipt import Receipts
from handlers.receipt.look import answer
from handlers.words import House
from storage.database import Database
from storage.keys import Keyring
from storage.schema import prepare

PIECES, EVERY = 1_000_000, 97
"""How many are stored; each so manieth has its way."""

LOOKS = 200


def quickly(digits: str) -> bytes:
    """A receipt's root without the slowness that is there on purpose."""
    return hashlib.sha256(digits.encode()).digest()


def looked_up(pieces: int = PIECES) -> tuple[float, float]:
    """Milliseconds of one look-up, the middle one and the slowest of a hundred; half of them find something."""
    return asyncio.run(_looked_up(pieces))


async def _looked_up(pieces: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        file = Path(folder) / "data" / "tingwen.db"
        prepare(file)
        receipts = Receipts(os.urandom, quickly, ready=0, sleep=_at_once)
        codes = [f"{number:016}" for number in range(LOOKS)]
        _fill(file, [(await receipts.held(code)).lookups[1] for code in codes], pieces)
        keys = Keyring(Path(folder) / "keys")
        database = Database(file, keys)
        database.start()
        try:
            return await _timed(database, receipts, codes)
        finally:
            await database.stop()
            keys.close()


async def _timed(
    database: Database, receipts: Receipts, codes: list[str]
) -> tuple[float, float]:
    texts, address = House(load_texts()), Address(channel="web", id="holder")
    took: list[float] = []
    for code in codes:
        started = time.perf_counter()
        said = await answer(database, receipts, texts, LooksUp(code), address, "zh")
        took.append(time.perf_counter() - started)
        assert "食堂" in said.text
    return median(took) * 1000, max(took) * 1000


async def _at_once(seconds: float) -> None:
    """Without the pause after what finds nothing."""


def _fill(file: Path, found: list[bytes], pieces: int) -> None:
    """Pieces in the order of their random ids, some of them those of the receipts, and what became of some."""
    ids = sorted(os.urandom(12) for _ in range(pieces))
    step = pieces // len(found)
    mine = dict(zip(ids[::step], found, strict=False))
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.executemany(
            "INSERT INTO opinion (id, round, period, atom, unit, grp, question, dimension, channel, options, text, labels,"
            " pupil, lookup, reply_key, doubt) VALUES (?, 'r', ?, 'a0', '', 'parent', 'q', '怨', 'chat', '[]',"
            " '食堂的饭菜偏凉', '{\"topic\":\"shitang\"}', 0, ?, zeroblob(32), 0)",
            (
                (id, f"20{at % 24 + 10}-09-05", mine.get(id) or os.urandom(16))
                for at, id in enumerate(ids)
            ),
        )
        db.executemany(
            "INSERT INTO way VALUES (?, 'answered', 0, '已经改了', '2014-09-12')",
            ((id,) for id in ids[::EVERY]),
        )
    db.close()
