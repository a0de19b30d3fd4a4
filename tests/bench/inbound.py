"""A message in, durable and answered: against one plain thread that does the same work and writes the same rows.

The floor reads the draft, steps, masks, sorts, seals and writes with the standard library's sqlite3 in one thread: one
transaction for each message (A), or for each 32 (B). It has no queue, no event loop, no key directory and nobody to
answer. Both sides hold the very same conversations: consent, group, unit, five answers, preview, hand in.
"""

import asyncio
import hashlib
import itertools
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bot.content.loader import load_groups, load_surveys, load_texts
from bot.content.taxonomy import load_taxonomy
from bot.core import receipt
from bot.core.bucket import EMPTY, NO_TAGS, Full, loads, mark_of, put, with_mark
from bot.core.engine import Keep, Settled, begin, step
from bot.core.messages import Address, Incoming, Outgoing, Text
from bot.core.privacy import redact
from bot.core.reading import Library
from bot.core.reply import read
from bot.core.round import Round
from bot.core.session import from_plain
from bot.core.sorting import Labels, classify
from bot.core.survey import Script, Unit
from handlers.front import Front
from handlers.reading import Readings
from handlers.receipt import Receipts
from handlers.survey import Agenda
from handlers.words import House
from storage.database import Database
from storage.draft import Draft, _plain
from storage.keys import Keyring, seal, seal_block, unseal, unseal_block
from storage.schema import prepare
from storage.sqlite import connect
from storage.unit_of_work import Work
from storage.vault import Said, _records

WORDS = (
    "一个月光是上面来的检查就有七次，每次都要补材料，晚上备课的时间全拿去打印了。",
    "希望几个检查并在一起来，少填几张表，把时间还给课堂，谢谢。",
    "食堂的菜老是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲。",
    "绩效方案每年都是期末才看到，建议开学就公布，大家心里有数。",
    "比前几年好，去局里办事有人给倒水，材料一次讲清楚了，这个要坚持。",
)
PEOPLE = 300


def stretched(digits: str) -> bytes:
    """A receipt's root as though it had been ready: stretching happens ahead of time, in threads, on both sides."""
    return hashlib.sha256(digits.encode()).digest()


class Mute:
    """A channel that takes everything at once."""

    name = "web"

    async def run(self, receive: object) -> None:
        await asyncio.get_running_loop().create_future()

    async def send(self, outgoing: Outgoing) -> None:
        return None


def talk(person: int) -> Iterator[tuple[str, bool]]:
    """What one person sends, and whether a pause follows it."""
    yield "开始", False
    yield "2", False
    yield "2", False
    yield "0", False
    for i in range(5):
        yield WORDS[(person + i) % 5], True
    yield "1", False


def script() -> Script:
    units = tuple(Unit(id=f"u{i}", name=f"第{i}小学") for i in range(40))
    return Script(
        round="bench", survey=load_surveys()["kunshan"], groups=load_groups("five"), units=units
    )


def floor(folder: Path, together: int) -> float:
    """Messages a second of the plain thread, `together` in a transaction."""
    file = folder / "floor.db"
    prepare(file)
    db = connect(file)
    asked, taxonomy = script(), load_taxonomy()
    clock = itertools.count(1_790_000_000, 4)
    key = os.urandom(32)
    done = 0
    started = time.perf_counter()
    pending = 0

    def commit(force: bool = False) -> None:
        nonlocal pending
        pending += 1
        if pending >= together or force:
            db.execute("COMMIT")
            pending = 0

    def start() -> None:
        if not db.in_transaction:
            db.execute("BEGIN IMMEDIATE")

    for person in range(PEOPLE):
        tag = os.urandom(16)
        address = Address(channel="web", id=f"p{person}")
        for typed, pause in talk(person):
            for settle in (False, True) if pause else (False,):
                now = float(next(clock))
                start()
                if not settle:
                    db.execute(
                        "INSERT INTO inbox (mac, day) VALUES (?, ?)", (os.urandom(16), 20000)
                    )
                row = db.execute(
                    "SELECT revision, spoken, key, sealed FROM draft WHERE tag = ?", (tag,)
                ).fetchone()
                if row is None:
                    made, revision = begin(asked, language="zh", now=now), 0
                    db.execute(
                        "INSERT INTO person (slot, sealed) VALUES (?, ?)",
                        (tag, seal(key, b"x" * 60, tag)),
                    )
                else:
                    revision = row[0]
                    session = from_plain(json.loads(unseal(key, row[3], tag))[4])
                    event = Settled() if settle else read(asked, session, typed, "m")
                    made = step(asked, session, event, now)
                for effect in made.effects:
                    if isinstance(effect, Keep):
                        pieces: list[Said] = []
                        for answer in effect.session.answers:
                            text = redact(answer.text).text
                            pieces.append(
                                Said(
                                    question=answer.question,
                                    dimension="效",
                                    text=text,
                                    labels=dict(plain_labels(classify(taxonomy, text))),
                                )
                            )
                        hand_in(db, key, tag, pieces)
                draft = Draft(
                    address=address, language="zh", script="x" * 32, session=made.session
                )
                plain = _plain(draft)
                if row is None:
                    db.execute(
                        "INSERT INTO draft VALUES (?,?,?,?,?)",
                        (tag, 1, 0, 0, seal(key, plain, tag)),
                    )
                else:
                    db.execute(
                        "UPDATE draft SET revision=?, spoken=?, key=?, sealed=? WHERE tag=? AND revision=?",
                        (revision + 1, revision, 0, seal(key, plain, tag), tag, revision),
                    )
                commit()
                done += 1
    if db.in_transaction:
        commit(force=True)
    took = time.perf_counter() - started
    assert db.execute("SELECT count(*) FROM draft").fetchone() == (PEOPLE,)
    db.close()
    return done / took


def plain_labels(labels: Labels) -> dict[str, object]:
    """What the product keeps of the sorting."""
    return labels.as_plain()


def hand_in(db: sqlite3.Connection, key: bytes, tag: bytes, pieces: list[Said]) -> None:
    """One answer bucket and one tag bucket opened, changed, sealed and written, as the vault does."""
    for load in loads(
        _records("atom", pieces, first=True, receipt=receipt.new(os.urandom, stretched))
    ):
        number, content = _bucket(db, key, "answers", EMPTY)
        try:
            changed = put(content, load)
        except Full:
            number, changed = number + 1, put(EMPTY, load)
        _write_bucket(db, key, "answers", number, changed)
    number, content = _bucket(db, key, "tags", NO_TAGS)
    _write_bucket(
        db, key, "tags", number, with_mark(content, replace(mark_of(content, tag), finished=1))
    )


def _bucket(db: sqlite3.Connection, key: bytes, kind: str, empty: bytes) -> tuple[int, bytes]:
    row = db.execute(
        "SELECT number, sealed FROM bucket WHERE kind = ? ORDER BY number DESC LIMIT 1", (kind,)
    ).fetchone()
    return (row[0], unseal_block(key, row[1], b"")) if row else (0, empty)


def _write_bucket(
    db: sqlite3.Connection, key: bytes, kind: str, number: int, content: bytes
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO bucket (round, kind, epoch, number, version, key, sealed)"
        " VALUES ('bench', ?, 0, ?, ?, 0, ?)",
        (kind, number, os.urandom(16), seal_block(key, content, b"")),
    )


def product(folder: Path, in_flight: int) -> float:
    """Messages a second of the product, so many people at a time."""
    return asyncio.run(_product(folder, in_flight))


async def _product(folder: Path, in_flight: int) -> float:
    file = folder / "product.db"
    prepare(file)
    keys = Keyring(folder / "keys")
    database = Database(file, keys)
    database.start()
    asked, taxonomy = script(), load_taxonomy()
    clock = itertools.count(1_790_000_000, 4)
    receipts = Receipts(os.urandom, stretched, ready=PEOPLE)
    await receipts.fill()
    readings = Readings(lambda: Library(taxonomy=taxonomy))
    pins = await database.write(lambda tx: {"bench": Work(tx).scripts.pin(asked)})
    agenda = Agenda(
        rounds=(Round(id="bench", script=asked),),
        word=Round(id="bench", script=asked),
        pins=pins,
        scripts={pins["bench"]: asked},
        period=lambda _: "2026-09-25",
        read=readings.find,
        receipt=receipts.take,
    )
    front = Front(
        database,
        {"web": Mute()},
        House(load_texts()),
        agenda,
        lambda: float(next(clock)),
        receipts,
        readings,
    )
    done = 0

    async def person(number: int) -> None:
        nonlocal done
        address = Address(channel="web", id=f"p{number}")
        for turn, (typed, pause) in enumerate(talk(number)):
            await front.receive(
                Incoming(address=address, key=f"{turn}", body=Text(typed), message="m")
            )
            done += 1
            if pause:
                await front.ring(address)
                done += 1

    people = iter(range(PEOPLE))

    async def worker() -> None:
        for number in people:
            await person(number)

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    took = time.perf_counter() - started
    await front.outbox.idle()
    address = Address(channel="web", id=f"p{PEOPLE - 1}")
    assert await database.write(lambda tx: Work(tx).vault.finished("bench", address)) == 1
    await database.stop()
    keys.close()
    return done / took


def fresh(measure: Callable[[Path, int], float], how: int) -> float:
    """Measured in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        return measure(Path(folder), how)


def rows(rounds: int = 5) -> Iterator[tuple[str, float, float]]:
    """(what, floor's median, product's median) in messages a second, measured alternately."""
    for name, together, in_flight in (("one after another", 1, 1), ("32 in flight", 32, 32)):
        floors, products = [], []
        for _ in range(rounds):
            floors.append(fresh(floor, together))
            products.append(fresh(product, in_flight))
        yield name, sorted(floors)[rounds // 2], sorted(products)[rounds // 2]


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    random.seed(1)
    for what, low, high in rows(3):
        print(f"{what:20} floor {low:9.0f}/s  product {high:9.0f}/s  ratio {high / low:.2f}")
