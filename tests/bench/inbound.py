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
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

from bot.channels.telegram.transport import Telegram
from bot.content.loader import load_groups, load_surveys, load_texts
from bot.content.taxonomy import load_taxonomy
from bot.content.telegram import words as load_telegram
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
from tests.bench.rows import Found
from tests.channels.telegram.botapi import TOKEN, BotApi, Person

T = TypeVar("T")

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


def floor(folder: Path, together: int, people: int = PEOPLE) -> float:
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

    for person in range(people):
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
    assert db.execute("SELECT count(*) FROM draft").fetchone() == (people,)
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


def product(folder: Path, in_flight: int, people: int = PEOPLE) -> float:
    """Messages a second of the product, so many people at a time."""
    return asyncio.run(taken_in(folder, in_flight, people)).rate


def through_telegram(folder: Path, in_flight: int, people: int = PEOPLE) -> float:
    """The same, each message as the platform's JSON, read by its channel into PTB's objects."""
    return asyncio.run(taken_in(folder, in_flight, people, updates(people))).rate


class Heard(NamedTuple):
    """Steps done (messages, and talks that moved on by themselves), in how many seconds, and what each message took."""

    steps: int
    took: float
    waits: list[float]

    @property
    def rate(self) -> float:
        """Steps a second."""
        return self.steps / self.took


Ear = Callable[[int, int, str], Awaitable[None]]


async def taken_in(
    folder: Path, in_flight: int, people: int, brought: Sequence[Sequence[str]] = ()
) -> Heard:
    """Everybody's talk, as plain values or as Telegram brings it."""
    file = folder / "product.db"
    prepare(file)
    keys = Keyring(folder / "keys")
    database = Database(file, keys)
    database.start()
    asked = script()
    clock = itertools.count(1_790_000_000, 4)
    receipts = Receipts(os.urandom, stretched, ready=people)
    await receipts.fill()
    readings = Readings(by_rules)
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
    channel = "telegram" if brought else "web"
    front = Front(
        database,
        {channel: Mute()},
        House(load_texts()),
        agenda,
        lambda: float(next(clock)),
        receipts,
        readings,
    )
    hear = _telegram(front, brought) if brought else _plainly(front)
    done = 0
    waits: list[float] = []

    async def person(number: int) -> None:
        nonlocal done
        address = Address(channel=channel, id=_name(channel, number))
        for turn, (typed, pause) in enumerate(talk(number)):
            began = time.perf_counter()
            await hear(number, turn, typed)
            waits.append(time.perf_counter() - began)
            done += 1
            if pause:
                await front.ring(address)
                done += 1

    numbers = iter(range(people))

    async def worker() -> None:
        for number in numbers:
            await person(number)

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    took = time.perf_counter() - started
    await front.outbox.idle()
    address = Address(channel=channel, id=_name(channel, people - 1))
    assert await database.write(lambda tx: Work(tx).vault.finished("bench", address)) == 1
    await readings.stop()
    await database.stop()
    keys.close()
    return Heard(done, took, sorted(waits))


def by_rules() -> Library:
    """What reads without a model."""
    return Library(taxonomy=load_taxonomy())


def _name(channel: str, number: int) -> str:
    return str(number + 1) if channel == "telegram" else f"p{number}"


def _plainly(front: Front) -> Ear:
    async def hear(number: int, turn: int, typed: str) -> None:
        address = Address(channel="web", id=_name("web", number))
        incoming = Incoming(address=address, key=f"{turn}", body=Text(typed), message="m")
        await front.receive(incoming)

    return hear


def _telegram(front: Front, brought: Sequence[Sequence[str]]) -> Ear:
    """Nobody is spoken to."""
    telegram = Telegram(TOKEN, load_telegram(), api_base_url="http://127.0.0.1:9")
    telegram._receive = front.receive

    async def hear(number: int, turn: int, typed: str) -> None:
        await telegram._hear(json.loads(brought[number][turn]))

    return hear


def updates(people: int) -> list[list[str]]:
    """What each person's talk is when Telegram brings it."""
    api = BotApi()
    return [
        [json.dumps(Person(api, number + 1).says(typed)) for typed, _ in talk(number)]
        for number in range(people)
    ]


def fresh(measure: Callable[[Path], T]) -> T:
    """Measured in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        return measure(Path(folder))


def rows(rounds: int = 5, people: int = PEOPLE) -> Iterator[Found]:
    """Floors and products, measured alternately; medians."""
    sides: Mapping[str, Callable[[Path], float]] = {
        "a": lambda folder: floor(folder, 1, people),
        "one": lambda folder: product(folder, 1, people),
        "b": lambda folder: floor(folder, 32, people),
        "many": lambda folder: product(folder, 32, people),
        "telegram": lambda folder: through_telegram(folder, 32, people),
    }
    seen: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            seen[name].append(fresh(measure))
    rate = {name: median(found) for name, found in seen.items()}
    for key, low, high in (
        ("one", "a", "one"),
        ("many", "b", "many"),
        ("telegram", "b", "telegram"),
        ("telegram_a", "a", "telegram"),
    ):
        yield Found(
            f"inbound.{key}", f"{rate[low]:,.0f}", f"{rate[high]:,.0f}", rate[high] / rate[low]
        )


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    random.seed(1)
    for found in rows(3):
        print(found)
