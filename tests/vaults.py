"""A vault to try things on: its writer in the test's own thread, people by number, and its keys laid open."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import text

from bot.core.cells import Atoms, freeze
from bot.core.messages import Address, Redacted
from storage.database import Connection, Place, Tx, alone, connected
from storage.keys import KEY, KeyLost, Keyring, unseal_block
from storage.schema import prepare
from storage.sqlite import Sqlite
from storage.statement import Statement
from storage.unit_of_work import Work
from storage.vault import Said, _bound
from tests import postgres
from tests.places import place

T = TypeVar("T")

PARENTS = {"no1": "area", "no2": "area", "no3": "", "area": ""}
"""Two schools of an area, one of its own."""


def atoms(k: int = 3, **headcounts: int) -> Atoms:
    """Teachers of three schools, ten each unless told."""
    counts: dict[tuple[str, str], int | None] = {
        (unit, "teacher"): headcounts.get(unit, 10) for unit in ("no1", "no2", "no3")
    }
    return freeze(["teacher", "parent"], counts, PARENTS, k=k)


def person(number: int) -> Address:
    """Somebody."""
    return Address(channel="web", id=f"p{number}")


def said(*texts: str, question: str = "q") -> tuple[Said, ...]:
    """Answers in these words, one to each question."""
    return tuple(
        Said(question=f"{question}{i}", dimension="怨", text=Redacted(text))
        for i, text in enumerate(texts, 1)
    )


@contextmanager
def opened(folder: Path) -> Iterator[Work]:
    """A unit of work on a database and its keys, committed when it is left."""
    where = place(folder)
    prepare(where)
    keys = Keyring(folder / "keys")
    connection = connected(where)
    connection.begin()
    try:
        yield Work(Tx(connection, keys))
    finally:
        connection.commit()
        connection.close()
        keys.close()


def ask(tx: Tx, question: str) -> list[Any]:
    """Whatever one likes to ask the database."""
    return tx.all(Statement(text(question)))


def tell(tx: Tx, change: str) -> None:
    """Change what no deed changes."""
    tx.do(Statement(text(change)), {})


def start(tx: Tx) -> None:
    """What the service does first of all."""
    work = Work(tx)
    work.vault.tidy()
    tx.keys.keep_only(work.slots())


class Shelf:
    """A database and its keys, written to directly: each `write` is one transaction, as the writer would do it.

    It takes the place of `Database` where a test needs thousands of deeds and no thread.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.place: Place = place(folder)
        prepare(self.place)
        self.writer = (
            connected(self.place) if isinstance(self.place, Path) else _elsewhere(self.place)
        )
        if not durable and isinstance(self.writer, Sqlite):
            self.connection.execute("PRAGMA synchronous=OFF")
        self.keys = Keyring(folder / "keys")
        self._write(start)

    @property
    def file(self) -> Path:
        """SQLite's file, for those who look into it."""
        assert isinstance(self.place, Path)
        return self.place

    @property
    def connection(self) -> sqlite3.Connection:
        """SQLite's connection, for those who do what no deed does."""
        assert isinstance(self.writer, Sqlite)
        return self.writer._file

    def do(self, deed: Callable[[Work], T]) -> T:
        """Run a deed; it is committed afterwards, and burned keys are burned."""
        return self._write(lambda tx: deed(Work(tx)))

    async def write(self, deed: Callable[[Tx], T]) -> T:
        """As `Database.write`."""
        return self._write(deed)

    def close(self) -> None:
        """Let go of the files."""
        self._apart(self.writer.close)
        self.keys.close()

    def _write(self, deed: Callable[[Tx], T]) -> T:
        return self._apart(lambda: alone(self.writer, self.keys, deed))

    def rows(self, question: str) -> list[Any]:
        """Ask the database."""
        return self._apart(lambda: self.writer.all(Statement(text(question)), {}))

    def lying(self, table: str) -> bytes:
        """A table's rows in the order in which they lie on the disk: SQLite's whole file, or PostgreSQL's of the table."""
        if isinstance(self.place, str):
            return postgres.lying(self.place, table)
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.file.read_bytes()

    def _apart(self, ask: Callable[[], T]) -> T:
        """PostgreSQL's driver turns a loop of its own: away from the test's, which may have one."""
        if isinstance(self.writer, Sqlite):
            return ask()
        with ThreadPoolExecutor(1) as elsewhere:
            return elsewhere.submit(ask).result()


def _elsewhere(place: Place) -> Connection:
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(connected, place).result()


class Sealed(NamedTuple):
    """A sealed version of a row, as an image shows it."""

    bound: bytes
    sealed: bytes


def sealed_blocks(file: Path) -> list[Sealed]:
    """All buckets of a database file, as they are."""
    with closing(sqlite3.connect(file)) as connection:
        return _sealed(connection.execute(_BUCKETS).fetchall())


def sealed_now(shelf: Shelf) -> list[Sealed]:
    """All buckets of a database, as they are."""
    return _sealed(shelf.rows(_BUCKETS))


_BUCKETS = "SELECT round, kind, epoch, number, version, sealed FROM bucket"


def _sealed(rows: list[Any]) -> list[Sealed]:
    return [Sealed(_bound(*row[:5]), row[5]) for row in rows]


def every_key(slots: bytes) -> list[bytes]:
    """All keys that a slot file still holds."""
    keys = [slots[i : i + KEY] for i in range(0, len(slots), KEY)]
    return [key for key in keys if any(key)]


def opens(version: Sealed, keys: list[bytes]) -> bool:
    """Whether any of these keys opens it."""
    for key in keys:
        try:
            unseal_block(key, version.sealed, version.bound)
        except KeyLost:
            continue
        return True
    return False


def unnamed_keys(file: Path, slots: bytes) -> set[int]:
    """Slots that hold a key which no row of the database names."""
    with closing(sqlite3.connect(file)) as connection:
        return _unnamed(connection.execute(_NAMED).fetchall(), slots)


def unnamed_now(shelf: Shelf) -> set[int]:
    """Slots of its keys that no row names."""
    return _unnamed(shelf.rows(_NAMED), (shelf.folder / "keys" / "slots").read_bytes())


_NAMED = " UNION ".join(
    f"SELECT key FROM {table}"
    for table in ("bucket", "draft", "vault", "signature", "telling", "booking")
)


def _unnamed(named: list[Any], slots: bytes) -> set[int]:
    held = {i // KEY for i in range(0, len(slots), KEY) if any(slots[i : i + KEY])}
    return held - {slot for (slot,) in named}
