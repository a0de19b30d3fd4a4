"""A vault to try things on: its writer in the test's own thread, people by number, and its keys laid open."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bot.core.cells import Atoms, freeze
from bot.core.messages import Address, Redacted
from storage.database import Tx, connect
from storage.keys import KEY, KeyLost, Keyring, unseal_block
from storage.schema import prepare
from storage.unit_of_work import Work
from storage.vault import Said, _bound

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
    """A unit of work on a database and its keys, without their being committed."""
    file = folder / "data" / "tingwen.db"
    prepare(file)
    keys = Keyring(folder / "keys")
    connection = connect(file)
    try:
        yield Work(Tx(connection, keys))
    finally:
        connection.close()
        keys.close()


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
        self.file = folder / "data" / "tingwen.db"
        prepare(self.file)
        self.connection = connect(self.file)
        if not durable:
            self.connection.execute("PRAGMA synchronous=OFF")
        self.keys = Keyring(folder / "keys")
        self._write(start)

    def do(self, deed: Callable[[Work], T]) -> T:
        """Run a deed; it is committed afterwards, and burned keys are burned."""
        return self._write(lambda tx: deed(Work(tx)))

    async def write(self, deed: Callable[[Tx], T]) -> T:
        """As `Database.write`."""
        return self._write(deed)

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()
        self.keys.close()

    def _write(self, deed: Callable[[Tx], T]) -> T:
        tx = Tx(self.connection, self.keys)
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = deed(tx)
        except BaseException:
            self.connection.execute("ROLLBACK")
            for slot in tx.made:
                self.keys.burn(slot)
            raise
        self.keys.sync()
        self.connection.execute("COMMIT")
        for slot in tx.outlived:
            self.keys.burn(slot)
        self.keys.sync()
        return result

    def rows(self, question: str) -> list[Any]:
        """Ask the database."""
        return self.connection.execute(question).fetchall()


class Sealed(NamedTuple):
    """A sealed version of a row, as an image shows it."""

    bound: bytes
    sealed: bytes


def sealed_blocks(file: Path) -> list[Sealed]:
    """All buckets of a database file, as they are."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT round, kind, epoch, number, version, sealed FROM bucket")
    found = [Sealed(_bound(*row[:5]), row[5]) for row in rows]
    connection.close()
    return found


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
    connection = sqlite3.connect(file)
    named = {
        slot
        for table in ("bucket", "draft", "vault", "signature", "telling")
        for (slot,) in connection.execute(f"SELECT key FROM {table}")
    }
    connection.close()
    held = {i // KEY for i in range(0, len(slots), KEY) if any(slots[i : i + KEY])}
    return held - named
