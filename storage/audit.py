"""What an auditor reads: rows and pages as they lie there, beside the stores and without leaning on them.

Nothing here writes: not a row, not a key. The stores are what is to be judged, so what they sealed is opened here with
the master key alone, and every number is counted from the rows again.
"""

import hmac
import json
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast
from urllib.parse import quote

from sqlalchemy import Integer

from bot.core.cells import K_WORDS, Atoms
from bot.core.messages import Address
from bot.core.traces import Trace, digests
from storage.keys import KeyLost, derive, unseal
from storage.sqlite import connect
from storage.tables import metadata

_HEADER = 100
_WAL = 2
_CHUNK = 1 << 22
_SEALED = (  # table, what its seal is bound to, the key it was sealed with
    ("person", "slot", "roster seal"),
    ("staff", "tag", "staff seal"),
    ("circle", "tag", "circle seal"),
    ("outbox", "key", "outbox address"),
    ("errand", "number", "errands"),
    ("intake", "number", "intake seal"),
)


Db = sqlite3.Connection


class NoDatabase(Exception):
    """There is no such file, or it is no database of ours."""


class OutOfReach(Exception):
    """The server cannot be asked, or holds no database of ours; in words for the operator."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who can be found in the database with the master key in hand."""

    addresses: tuple[Address, ...]
    shut: int
    """Rows that this master key does not open."""


class Mark(NamedTuple):
    """A name without a way back that the product itself gives somebody, and the only columns it belongs in."""

    trace: Trace
    places: frozenset[str]


class Small(NamedTuple):
    """A published figure of too few people."""

    round: str
    period: str
    atom: str
    number: int
    needed: int


@dataclass(frozen=True, slots=True)
class Order:
    """What two orders say of each other, for rows of one round and period."""

    round: str
    period: str
    what: str
    tau: float
    rows: int


def opened(file: Path) -> Db:
    """The database, to be read only; not even its log is tidied. Raises `NoDatabase`."""
    if not file.exists():
        raise NoDatabase
    try:
        connection = reading(file)
        connection.execute("SELECT 1 FROM alembic_version")
    except sqlite3.Error as error:
        raise NoDatabase from error
    return connection


def reading(file: Path) -> Db:
    """A connection that can only read. Raises `sqlite3.Error`."""
    written = file.with_name(f"{file.name}-wal").exists()
    uri = f"file:{quote(str(file.absolute()))}?mode=ro{'' if written else '&immutable=1'}"
    return sqlite3.connect(uri, uri=True, timeout=5)


def known(db: Db, master: bytes, slots: Mapping[int, bytes]) -> Known:
    """Every address of the roster, of staff, of what waits to be sent, read or said, and of talks in progress.

    `slots`: the keys that the key directory still holds. A row whose key it does not hold is nobody's any more.
    """
    found: dict[Address, None] = {}
    shut = 0
    there = _tables(db)
    for name, slot, sealed in _by_slot(db) if slots else ():
        with suppress(KeyLost):
            plain = json.loads(unseal(slots.get(slot, b""), sealed, name))
            found |= dict.fromkeys(_addresses(plain))
    for table, bound, purpose in _SEALED:
        if table not in there:  # a copy may be older than the table
            continue
        key = derive(master, purpose)
        for name, sealed in db.execute(f"SELECT {bound}, sealed FROM {table}"):  # noqa: S608 - names from above
            if not sealed:  # a retired account
                continue
            try:
                bound_to = name if isinstance(name, bytes) else str(name).encode()
                plain = json.loads(unseal(key, sealed, bound_to))
            except KeyLost:
                shut += 1
                continue
            found |= dict.fromkeys(_addresses(plain))
    files = derive(master, "personal files")
    for period, personal in db.execute("SELECT period, personal FROM digest"):
        try:
            unseal(files, bytes.fromhex(personal), period.encode())
        except (KeyLost, ValueError):
            shut += 1
    return Known(tuple(found), shut)


def _by_slot(db: Db) -> Iterator[tuple[bytes, int, bytes]]:
    """What each is bound to, where its key lies, and what is sealed."""
    yield from db.execute("SELECT id, key, sealed FROM telling")
    yield from db.execute("SELECT id, key, sealed FROM answer")
    for visit, slot, sealed in db.execute("SELECT visit, key, sealed FROM booking"):
        yield visit.encode(), slot, sealed
    for tag, revision, slot, sealed in db.execute(
        "SELECT tag, revision, key, sealed FROM draft"
    ):
        yield tag + revision.to_bytes(8, "big"), slot, sealed


def gathered(file: Path, master: bytes) -> tuple[Address, ...]:
    """The office's group chats; none where the database is older than they are, or this key does not open them."""
    key = derive(master, "circle seal")
    found: list[Address] = []
    with suppress(NoDatabase, sqlite3.Error, KeyLost), closing(opened(file)) as db:
        for tag, sealed in db.execute("SELECT tag, sealed FROM circle WHERE sealed <> x''"):
            found += _addresses(json.loads(unseal(key, sealed, tag)))
    return tuple(found)


def _addresses(plain: list[Any] | dict[str, Any]) -> Iterator[Address]:
    """A roster entry begins with a pair and ends with pairs; the others begin with channel and id themselves."""
    if isinstance(
        plain, dict
    ):  # of what was entered: whose chat it was, empty once they are gone
        channel, id = plain["address"]
        if id:
            yield Address(channel=channel, id=id)
        return
    entry = isinstance(plain[0], list)
    pairs = cast(list[list[str]], [plain[0], *plain[-1]] if entry else [plain[:2]])
    for channel, id in pairs:
        yield Address(channel=channel, id=id)


def marks(addresses: tuple[Address, ...], master: bytes, tag: bytes | None) -> Iterator[Mark]:
    """The product's own names of these people: right in their place, wrong anywhere else."""
    roster, staff = derive(master, "roster index"), derive(master, "staff index")
    keys = [
        (roster, "roster", frozenset({"person.slot"})),
        (staff, "staff", frozenset({"staff.tag", "seat.tag", "awaited.tag"})),
        (derive(master, "outbox"), "outbox", frozenset({"outbox.key"})),
        (derive(master, "circle index"), "circle", frozenset({"circle.tag"})),
        *([(tag, "draft", frozenset({"draft.tag"}))] if tag else []),
    ]
    for address in addresses:
        plain = f"{address.channel}\0{address.id}".encode()
        for key, name, places in keys:
            for trace in digests(hmac.digest(key, plain, "sha256"), f"mac {name}"):
                yield Mark(trace, places)


def places(db: Db) -> Iterator[str]:
    """Every column, as `table.column`."""
    for table in _tables(db):
        yield from (f"{table}.{name}" for name in _columns(db, table))


def column(db: Db, place: str) -> Iterator[bytes]:
    """All values of a column one after another, in handy parts."""
    table, _, name = place.partition(".")
    part: list[bytes] = []
    size = 0
    for (value,) in db.execute(f'SELECT "{name}" FROM "{table}"'):  # noqa: S608 - names from the schema
        part.append(value if isinstance(value, bytes) else str(value).encode())
        size += len(part[-1])
        if size > _CHUNK:
            yield b"\n".join(part)
            part, size = [], 0
    yield b"\n".join(part)


def named_slots(db: Db) -> set[int]:
    """Every slot of the key file that a row names: in whichever table has a number called `key`."""
    named: set[int] = set()
    for name, table in metadata.tables.items():
        if "key" in table.c and isinstance(table.c.key.type, Integer):
            live = " WHERE state != 'closed'" if name == "vault" else ""
            rows = db.execute(f"SELECT key FROM {name}{live}")  # noqa: S608
            named |= {slot for (slot,) in rows if slot is not None}
    return named


def unsound(db: Db) -> bool:
    """Whether SQLite itself finds the file damaged."""
    return db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)


# -- the schema ---------------------------------------------------------------------------------------------------


def strangers(db: Db) -> Iterator[str]:
    """Tables and columns that are not ours: what somebody added may remember what we do not."""
    for table in _tables(db):
        if table not in metadata.tables:
            yield table
            continue
        ours = set(metadata.tables[table].columns.keys())
        yield from (f"{table}.{name}" for name in _columns(db, table) if name not in ours)
    kinds = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
    yield from (name for (name,) in db.execute(kinds))


def counting(db: Db) -> Iterator[str]:
    """Tables that number their rows in the order they came, and should not."""
    for _, name, _, _, without, *_ in db.execute("PRAGMA table_list").fetchall():
        table = metadata.tables.get(name)
        if (
            table is not None
            and table.dialect_options["sqlite"]["with_rowid"] is False
            and not without
        ):
            yield name


TIMES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "opinion.period", "released.period", "digest.period", "digest_portion.period", "digest_note.period", "theme.latest",
            "urgent.period", "urgent.day", "urgent.ended", "problem_line.day", "way.day", "notice.opens",
            "notice.closes", "completion.day", "completion.occurrence", "feed.day", "talk.day", "talk.done",
            "clue.day", "clue.received", "appraisal.counted", "intake.period", "intake.day", "entry.received",
            "entry.due", "mailing.sent", "mailing.due", "mailing.returned", "visiting_day.day",
        ),
        "date",
    ),
    **dict.fromkeys(
        (
            "inbox.day", "letter.day", "reply.day", "signature.day", "tiding.day", "tiding.tried", "telling.day",
            "answer.day",
            "invitation.expires", "awaited.day", "errand.day", "echo.day", "echo.begun",
        ),
        "day",
    ),
    **dict.fromkeys(("trail.at", "urgent.at"), "minute"),
    **dict.fromkeys(
        (
            "round.opens", "round.closes", "wave.at", "visiting_day.starts", "visiting_day.ends", "booking.slot",
        ),
        "planned",
    ),
}  # fmt: skip
"""Every column that tells a time, and the finest it may: a date in words, a day since 1970, a whole minute. What the office
planned, or sent to everybody, is nobody's time."""

NUMBERS = frozenset(
    {
        "draft.revision", "draft.spoken", "draft.key", "opinion.number", "opinion.pupil", "opinion.doubt", "vault.key",
        "vault.epoch", "vault.cleared", "vault.answers", "vault.answers_wanted", "vault.tags", "vault.tags_wanted",
        "bucket.epoch", "bucket.number", "bucket.key", "released.people", "released.guests", "released.submissions",
        "released.writers", "round.reminders", "round.stopped", "wave.number", "digest.version", "digest.sent", "digest_portion.version", "digest_portion.number",
        "theme.number", "theme.named", "theme.opinions", "theme.periods", "theme.into", "themed.theme", "themed.copy",
        "outbox.state", "circle.number", "letter.number", "reply.number", "signature.told", "signature.key",
        "telling.key", "answer.key", "urgent.number", "urgent.apart", "urgent.told", "staff.number", "staff.active", "trail.id",
        "errand.number", "campaign.id", "campaign.version", "campaign.state", "campaign.revision", "completion.campaign",
        "talk.place", "talk.round", "problem_line.problem", "problem_line.line",
        "problem.number", "problem.lines", "problem.rules", "clue.number", "appraisal.number",
        "intake.number", "intake.state", "intake.key", "intake.many", "intake.taken", "intake.known", "intake.bad",
        "waiting.batch", "waiting.number", "entry.batch", "entry.early", "entry.urgent", "twin.likeness", "twin.apart",
        "way.problem", "notice.down", "echo.number", "echo.state", "visiting_day.length", "booking.told", "booking.key",
    }
)  # fmt: skip
"""Every other column that holds a number: counts, flags, slots of keys. None of them is about a time."""

_TOO_FINE = {
    "date": "{0} IS NOT NULL AND {0} != '' AND ({0} NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR length({0}) != 10)",
    "day": "{0} > 99999",  # a day since 1970 has five digits, a second ten
    "minute": "{0} % 60 != 0",
}


def fine_times(db: Db) -> Iterator[str]:
    """Columns that hold a time finer than they may, or longer than they may."""
    for place, grain in TIMES.items():
        table, _, name = place.partition(".")
        wrong = _TOO_FINE.get(grain, "0").format(f'"{name}"')
        if db.execute(f'SELECT 1 FROM "{table}" WHERE {wrong} LIMIT 1').fetchone():  # noqa: S608 - names from above
            yield place
    # The minute is for telling others when nobody has taken it: once somebody has, or all were told, it is too fine.
    held = "SELECT 1 FROM urgent WHERE at != 0 AND (state != 'waiting' OR told >= 2) LIMIT 1"
    if db.execute(held).fetchone():
        yield "urgent.at"


def _tables(db: Db) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [n for (n,) in rows if not n.startswith("sqlite_") and n != "alembic_version"]


def _columns(db: Db, table: str) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))]


# -- the file -----------------------------------------------------------------------------------------------------


def journal_is_wal(content: bytes) -> bool:
    """Whether the file says that changes go into a write-ahead log (bytes 18 and 19 of its header)."""
    return content[18:20] == bytes((_WAL, _WAL))


def free_pages_with_words(content: bytes) -> int:
    """Pages the file has done with that are not wiped. sqlite.org/fileformat2.html#the_freelist."""
    if len(content) < _HEADER:
        return 0
    size = int.from_bytes(content[16:18], "big")
    size = 65536 if size == 1 else size
    trunk = int.from_bytes(content[32:36], "big")
    seen: set[int] = set()
    dirty = 0
    while trunk and trunk not in seen:
        seen.add(trunk)
        page = content[(trunk - 1) * size : trunk * size]
        trunk, many = struct.unpack(">II", page[:8])
        leaves = struct.unpack(f">{many}I", page[8 : 8 + 4 * many])
        # Behind the list may stand numbers of pages that were free before; anything else is content.
        dirty += any(
            was > len(content) // size
            for (was,) in struct.iter_unpack(">I", page[8 + 4 * many :])
        )
        dirty += sum(any(content[(leaf - 1) * size : leaf * size]) for leaf in leaves)
    return dirty


def settings_refused() -> tuple[str, ...]:
    """Settings of a connection that this machine's SQLite does not take from us."""
    with (
        TemporaryDirectory(prefix="tingwen-") as folder,
        closing(connect(Path(folder) / "a.db")) as db,
    ):
        wanted = {"secure_delete": 1, "synchronous": 2, "temp_store": 2, "journal_mode": "wal"}
        return tuple(
            name
            for name, value in wanted.items()
            if db.execute(f"PRAGMA {name}").fetchone() != (value,)
        )


# -- what was published -------------------------------------------------------------------------------------------


def divisions(db: Db) -> dict[str, Atoms]:
    """How each round's people were divided when it opened."""
    rows = db.execute("SELECT round, atoms FROM vault")
    return {round: Atoms.from_json(atoms) for round, atoms in rows}


def small_cells(db: Db, k: int) -> Iterator[Small]:
    """Released figures of fewer people than a round needs, at least `k`. Nobody at all is nothing published."""
    needed = {round: max(k, atoms.k) for round, atoms in divisions(db).items()}
    rows = db.execute(
        "SELECT round, period, atom, people, guests, submissions FROM released ORDER BY 1, 2, 3"
    )
    for round, period, atom, people, guests, submissions in rows:
        least = needed.get(round, k)
        # A fold may hold people and guests; each kind was enough, or together they are in one batch.
        number = min(people + guests, submissions)
        if number < least and (people or guests or submissions):
            yield Small(round, period, atom, number, least)


def uncounted(db: Db) -> Iterator[tuple[str, str]]:
    """Rounds and periods with opinions of which no tick has counted anybody."""
    yield from db.execute(
        "SELECT DISTINCT o.round, o.period FROM opinion o WHERE o.channel = 'chat' AND NOT EXISTS"
        " (SELECT 1 FROM released r WHERE r.round = o.round AND r.period = o.period)"
        " AND NOT EXISTS (SELECT 1 FROM vault v WHERE v.round = o.round AND v.pending != '')"
    )


def words_of_few(db: Db) -> Iterator[Small]:
    """Words that carry the name of a unit of which too few wrote."""
    rows = db.execute(
        "SELECT DISTINCT o.round, o.period, o.atom, r.writers FROM opinion o JOIN released r"
        " USING (round, period, atom) WHERE o.text != '' AND o.unit != '' AND r.writers < ?",
        (K_WORDS,),
    )
    for round, period, atom, writers in rows:
        yield Small(round, period, atom, writers, K_WORDS)


def shared(db: Db) -> int:
    """Opinions that share a value with another one, which could only be because one person gave both."""
    sql = "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM opinion WHERE {0} IS NOT NULL GROUP BY {0} HAVING n > 1)"
    urgent = "SELECT count(*) FROM opinion JOIN urgent USING (lookup)"
    each = sum(db.execute(sql.format(name)).fetchone()[0] for name in ("lookup", "reply_key"))
    return each + db.execute(urgent).fetchone()[0]


def digests_kept(db: Db) -> Iterator[tuple[str, str]]:
    """Period and snapshot of every digest."""
    yield from db.execute("SELECT period, snapshot FROM digest ORDER BY period")


# -- order --------------------------------------------------------------------------------------------------------


def pages(db: Db) -> bytes:
    """What stands for the pages of a database that is not a file: its lookups, in the order in which their rows lie."""
    return b"".join(column(db, "opinion.lookup"))


def orders(db: Db, content: bytes) -> Iterator[Order]:
    """How the order of random ids goes with other orders of the same rows: it should say nothing of any of them."""
    rows = db.execute("SELECT round, period, id, lookup FROM opinion WHERE lookup IS NOT NULL")
    by: dict[tuple[str, str], list[tuple[bytes, bytes]]] = {}
    for round, period, id, lookup in rows:
        by.setdefault((round, period), []).append((id, lookup))
    for (round, period), pairs in by.items():
        lookups = [lookup for _, lookup in sorted(pairs)]
        places = [content.find(lookup) for lookup in sorted(lookups)]
        placed = [place for place in places if place >= 0]
        yield Order(round, period, "id", tau(lookups), len(lookups))
        yield Order(round, period, "page", tau(placed), len(placed))


def uneven(db: Db) -> Iterator[tuple[str, int]]:
    """Columns of random names that begin alike too often to be random, as times and counters do."""
    for table, name in (
        ("opinion", "id"),
        ("opinion", "lookup"),
        ("reply", "id"),
        ("telling", "id"),
        ("answer", "id"),
        ("signature", "id"),
        ("urgent", "lookup"),
        ("bucket", "version"),
    ):
        question = f"SELECT substr({name}, 1, 2) FROM {table} WHERE {name} IS NOT NULL"  # noqa: S608
        rows = db.execute(question)
        starts = Counter(start for (start,) in rows)
        many = sum(starts.values())
        # Pairs with the same two bytes: about many² / 131072 by chance, and hardly ever more than this.
        alike = sum(n * (n - 1) // 2 for n in starts.values())
        if alike > 6 + 4 * many * many / 131072:
            yield f"{table}.{name}", many
    numbers = [n for (n,) in db.execute("SELECT number FROM urgent ORDER BY number")]
    # Of so many out of nine thousand hardly any stand side by side by chance.
    beside = sum(after - before == 1 for before, after in pairwise(numbers))
    if beside > 3 + 4 * len(numbers) ** 2 / 9000:
        yield "urgent.number", len(numbers)


def tau(order: list[Any]) -> float:
    """Kendall's tau of a sequence against the rising one: 1 the same, -1 reversed, about 0 by chance.

    >>> tau([1, 2, 3]), tau([3, 2, 1])
    (1.0, -1.0)
    """
    many = len(order)
    if many < 2:
        return 0.0
    _, swapped = _sorted(order)
    return 1 - 4 * swapped / (many * (many - 1))


def spread(rows: int) -> float:
    """The standard deviation of tau for so many rows in an order of chance."""
    return (2 * (2 * rows + 5) / (9 * rows * (rows - 1))) ** 0.5 if rows > 1 else 1.0


def _sorted(order: list[Any]) -> tuple[list[Any], int]:
    """The sequence sorted, and the pairs that stood the wrong way round."""
    if len(order) < 2:
        return order, 0
    middle = len(order) // 2
    left, first = _sorted(order[:middle])
    right, second = _sorted(order[middle:])
    merged: list[Any] = []
    swapped = first + second
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            swapped += len(left) - i
            j += 1
    return [*merged, *left[i:], *right[j:]], swapped
