"""The one writer, and the reads beside it.

Deeds are plain functions of a transaction. They queue for one thread that takes all there is, runs each inside a
savepoint of one transaction, commits once and then lets every waiter know: group commit, without ever waiting for
more to come. Readers (papers, look-ups) use the asynchronous engine and never stand in the writer's way.

    begin · deed, deed, deed · sync new keys · COMMIT · answer the waiters · burn old keys
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Connection, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.keys import Keyring

T = TypeVar("T")
Params = Mapping[str, Any]
Row = tuple[Any, ...]

BATCH = 256
"""Deeds in one transaction at most, so that nobody waits for a whole flood."""

_SQLITE = sqlite.dialect(paramstyle="named")


class StorageFailed(Exception):
    """The database could not take this (disk full, locked, read-only). Nothing of it was kept."""


class Raced(Exception):
    """Somebody else moved the row first: step again."""


class Statement:
    """A Core statement compiled once; executing it costs what the driver costs."""

    def __init__(self, clause: ClauseElement) -> None:
        self.clause = clause

    @cached_property
    def sqlite(self) -> str:
        """The text for SQLite."""
        return str(self.clause.compile(dialect=_SQLITE))


class Tx:
    """One transaction, as deeds see it."""

    def __init__(self, connection: sqlite3.Connection, keys: Keyring) -> None:
        self._connection = connection
        self.keys = keys
        self.made: list[int] = []
        self.outlived: list[int] = []

    def one(self, statement: Statement, params: Params) -> Row | None:
        """The first row, if any."""
        return self._connection.execute(statement.sqlite, params).fetchone()

    def all(self, statement: Statement, params: Params | None = None) -> list[Row]:
        """All rows."""
        return self._connection.execute(statement.sqlite, params or {}).fetchall()

    def do(self, statement: Statement, params: Params) -> int:
        """Change rows; how many changed."""
        return self._connection.execute(statement.sqlite, params).rowcount

    def many(self, statement: Statement, params: Sequence[Params]) -> None:
        """The same change for each."""
        self._connection.executemany(statement.sqlite, params)

    def new_key(self) -> tuple[int, bytes]:
        """A key for what this deed seals; burned again should the deed fail."""
        slot, key = self.keys.new()
        self.made.append(slot)
        return slot, key

    def outlive(self, slot: int) -> None:
        """A key that no row will name once this is committed."""
        self.outlived.append(slot)


Deed = Callable[[Tx], T]


class Database:
    """SQLite with one writer. `write` runs a deed, `read` a query."""

    def __init__(self, file: Path, keys: Keyring) -> None:
        self._file = file
        self._keys = keys
        self._queue: deque[tuple[Deed[Any], asyncio.Future[Any], asyncio.AbstractEventLoop]] = (
            deque()
        )
        self._ready = threading.Semaphore(0)
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._opened: threading.Event = threading.Event()
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Open the file and begin to take deeds. Raises what opening raised."""
        self._thread.start()
        self._opened.wait()
        if self._failure:
            raise StorageFailed(str(self._failure)) from self._failure

    async def stop(self) -> None:
        """Finish what is queued, checkpoint, close."""
        self._closing = True
        self._ready.release()
        await asyncio.to_thread(self._thread.join)
        if "_engine" in self.__dict__:
            await self._engine.dispose()

    async def write(self, deed: Deed[T]) -> T:
        """Run the deed in a transaction; returns when it is durable.

        Raises `StorageFailed` when it could not be kept, and whatever the deed itself raised; either way nothing of
        the deed remains.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.append((deed, future, loop))
        self._ready.release()
        return await future

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query beside the writer, on what is committed."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(query)

    @cached_property
    def _engine(self) -> AsyncEngine:
        engine = create_async_engine(f"sqlite+aiosqlite:///{self._file}")

        def settle(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA query_only=ON")
            cursor.execute("PRAGMA temp_store=MEMORY")
            cursor.close()

        event.listen(engine.sync_engine, "connect", settle)
        return engine

    # -- the writer's thread ----------------------------------------------------

    def _work(self) -> None:
        try:
            connection = connect(self._file)
        except BaseException as error:  # said by `start`, in the caller's thread
            self._failure = error
            return
        finally:
            self._opened.set()
        while True:
            self._ready.acquire()
            if batch := self._take():
                self._run(connection, batch)
            if self._closing and not self._queue:
                break
        connection.close()

    def _take(self) -> list[tuple[Deed[Any], asyncio.Future[Any], asyncio.AbstractEventLoop]]:
        batch: list[tuple[Deed[Any], asyncio.Future[Any], asyncio.AbstractEventLoop]] = []
        while self._queue and len(batch) < BATCH:
            batch.append(self._queue.popleft())
        for _ in batch[1:]:
            self._ready.acquire(blocking=False)
        return batch

    def _run(
        self,
        connection: sqlite3.Connection,
        batch: list[tuple[Deed[Any], asyncio.Future[Any], asyncio.AbstractEventLoop]],
    ) -> None:
        outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        made: list[int] = []
        spent: list[int] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for deed, future, _ in batch:
                tx = Tx(connection, self._keys)
                result, error = self._attempt(connection, tx, deed, alone=len(batch) == 1)
                outcomes.append((future, result, error))
                made += tx.made
                spent += tx.outlived if error is None else tx.made
            self._keys.sync()
            connection.execute("COMMIT")
        except BaseException as error:
            # Where SQLite still held the transaction, it is undone for certain and its keys are nobody's. Where the
            # commit itself broke off, the next start decides which keys are named; until then all of them stay.
            spent = made if connection.in_transaction else []
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            failed = StorageFailed(str(error))
            failed.__cause__ = error
            outcomes = [(future, None, failed) for _, future, _ in batch]
        batch[0][2].call_soon_threadsafe(_tell, outcomes)
        for slot in spent:
            self._keys.burn(slot)
        if not self._queue:
            self._keys.sync()  # else the next batch syncs these with its own

    def _attempt(
        self, connection: sqlite3.Connection, tx: Tx, deed: Deed[Any], *, alone: bool
    ) -> tuple[Any, BaseException | None]:
        """One deed in its savepoint; its failure is its own, a broken database is everybody's."""
        if not alone:
            connection.execute("SAVEPOINT deed")
        try:
            result = deed(tx)
        except sqlite3.OperationalError:
            raise
        except Exception as error:
            connection.execute("ROLLBACK" if alone else "ROLLBACK TO deed")
            if alone:
                connection.execute("BEGIN IMMEDIATE")
            return None, error
        if not alone:
            connection.execute("RELEASE deed")
        return result, None


def connect(file: Path) -> sqlite3.Connection:
    """The writer's connection: durable at commit, and thorough when it deletes."""
    connection = sqlite3.connect(file, isolation_level=None, cached_statements=256, timeout=2)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a confirmed answer survives a power cut
        "secure_delete=ON",
        "temp_store=MEMORY",
        "trusted_schema=OFF",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _tell(outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, result, error in outcomes:
        if future.done():  # the caller went away; what was committed stays
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
