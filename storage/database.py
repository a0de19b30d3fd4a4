"""The one writer, and the reads beside it.

Deeds are plain functions of a transaction. They queue for one thread that takes all there is, runs each inside a
savepoint of one transaction, commits once and then lets every waiter know: group commit, without ever waiting for
more to come. Readers (papers, look-ups) use the asynchronous engine and never stand in the writer's way.

    begin · deed, deed, deed · sync new keys · COMMIT · answer the waiters · burn old keys
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import ClauseElement, Connection, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from storage.keys import Keyring

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Params = Mapping[str, Any]
Row = tuple[Any, ...]

BATCH = 256
"""Deeds in one transaction at most, so that nobody waits for a whole flood."""

COMPANY = 0.002
"""Seconds that burned keys and what nobody waits for stay back for the next batch; then they go alone."""

LULL, LONGEST = 1.0, 10.0
"""Seconds without a message, and seconds at all, after which the write-ahead log is emptied: it says which rows were
written together, and so with whose last step a bucket of the vault changed."""

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
        return str(self._compiled)

    @cached_property
    def constants(self) -> Params:
        """Values that stand in the statement itself, such as `active == 1`."""
        return {
            name: bind.value
            for name, bind in self._compiled.binds.items()
            if not bind.required and bind.value is not None
        }

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self.clause.compile(dialect=_SQLITE)
        assert isinstance(compiled, SQLCompiler)
        return compiled

    def filled(self, params: Params) -> Params:
        """The parameters with the statement's own."""
        return {**self.constants, **params} if self.constants else params


class Tx:
    """One transaction, as deeds see it."""

    def __init__(self, connection: sqlite3.Connection, keys: Keyring) -> None:
        self._connection = connection
        self.keys = keys
        self.made: list[int] = []
        self.outlived: list[int] = []

    def one(self, statement: Statement, params: Params) -> Row | None:
        """The first row, if any."""
        return self._connection.execute(statement.sqlite, statement.filled(params)).fetchone()

    def all(self, statement: Statement, params: Params | None = None) -> list[Row]:
        """All rows."""
        return self._connection.execute(
            statement.sqlite, statement.filled(params or {})
        ).fetchall()

    def do(self, statement: Statement, params: Params) -> int:
        """Change rows; how many changed."""
        return self._connection.execute(statement.sqlite, statement.filled(params)).rowcount

    def many(self, statement: Statement, params: Sequence[Params]) -> None:
        """The same change for each."""
        self._connection.executemany(
            statement.sqlite, [statement.filled(each) for each in params]
        )

    def new_key(self) -> tuple[int, bytes]:
        """A key for what this deed seals; burned again should the deed fail."""
        slot, key = self.keys.new()
        self.made.append(slot)
        return slot, key

    def outlive(self, slot: int) -> None:
        """A key that no row will name once this is committed."""
        self.outlived.append(slot)


Deed = Callable[[Tx], T]
"""Plain, and repeatable: when another deed of the batch fails it is run once more."""

_Outcome = tuple[Any, BaseException | None]


class _Job(NamedTuple):
    deed: Deed[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Database:
    """SQLite with one writer. `write` runs a deed, `read` a query."""

    def __init__(self, file: Path, keys: Keyring) -> None:
        self._file = file
        self._keys = keys
        self._queue: deque[_Job] = deque()
        self._patient: deque[_Job] = deque()
        self._idle = False
        self._logged_since: float | None = None
        self._spent: list[int] = []
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
        self._queue.append(_Job(deed, future, loop))
        self._ready.release()
        return await future

    async def write_along(self, deed: Deed[T]) -> T:
        """As `write`, for what nobody waits for: it goes with the next batch, or alone within `COMPANY`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._patient.append(_Job(deed, future, loop))
        if self._idle:
            self._ready.release()
        return await future

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query beside the writer, on what is committed."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(query)

    @cached_property
    def _engine(self) -> "AsyncEngine":
        # Imported with the first read: it brings SQLAlchemy's ORM along, which a start need not wait for.
        from sqlalchemy.ext.asyncio import create_async_engine

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
            self._await_work(connection)
            if batch := self._take():
                self._run(connection, batch)
                self._logged_since = self._logged_since or time.monotonic()
            if self._logged_since and time.monotonic() - self._logged_since > LONGEST:
                self._empty_log(connection)
            if self._closing and not self._queue and not self._patient:
                break
        self._keys.sync()
        connection.close()

    def _await_work(self, connection: sqlite3.Connection) -> None:
        """Until somebody comes; what waits for company goes alone when nobody does, and burned keys are synced."""
        if self._ready.acquire(timeout=COMPANY) or self._patient:
            return
        self._keys.sync()
        self._idle = True
        if not self._patient:  # whoever comes from here on sees that nobody is awake
            self._await_long(connection)
        self._idle = False

    def _await_long(self, connection: sqlite3.Connection) -> None:
        while self._logged_since:
            if self._ready.acquire(timeout=LULL):
                return
            self._empty_log(connection)
        self._ready.acquire()

    def _empty_log(self, connection: sqlite3.Connection) -> None:
        """Bring what was written home and cut the log to nothing; where a reader is in the way, again a little later."""
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA busy_timeout=0")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._logged_since = time.monotonic() if busy else None
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA busy_timeout=2000")

    def _take(self) -> list[_Job]:
        batch: list[_Job] = []
        while self._patient:
            batch.append(self._patient.popleft())
        waking = len(self._queue)
        while self._queue and len(batch) < BATCH:
            batch.append(self._queue.popleft())
        for _ in range(waking - len(self._queue) - 1):
            self._ready.acquire(blocking=False)
        return batch

    def _run(self, connection: sqlite3.Connection, batch: list[_Job]) -> None:
        """All of the batch in one transaction; should a deed fail, once more with a savepoint for each."""
        outcomes = self._commit(connection, batch, apart=False)
        outcomes = outcomes or self._commit(connection, batch, apart=True) or []
        batch[0].loop.call_soon_threadsafe(_tell, batch, outcomes)
        for slot in self._spent:
            self._keys.burn(slot)
        self._spent.clear()

    def _commit(
        self, connection: sqlite3.Connection, batch: list[_Job], *, apart: bool
    ) -> list[_Outcome] | None:
        """What became of each deed; None when one failed and the others deserve another try."""
        outcomes: list[_Outcome] = []
        tried: list[Tx] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                tx = Tx(connection, self._keys)
                tried.append(tx)
                outcomes.append(
                    _apart(connection, tx, job.deed) if apart else (job.deed(tx), None)
                )
            self._keys.sync()
            connection.execute("COMMIT")
        except BaseException as error:
            if _undone(connection):
                self._spent += (slot for tx in tried for slot in tx.made)
                if (
                    not apart
                    and isinstance(error, Exception)
                    and not isinstance(error, sqlite3.Error)
                ):
                    return None
            # Where the commit itself broke off, the next start decides which keys are named; all of them stay.
            failed = StorageFailed(str(error))
            failed.__cause__ = error
            return [(None, failed) for _ in batch]
        for tx, (_, error) in zip(tried, outcomes, strict=True):
            self._spent += tx.outlived if error is None else tx.made
        return outcomes


def _apart(connection: sqlite3.Connection, tx: Tx, deed: Deed[Any]) -> _Outcome:
    """One deed in its savepoint; its failure is its own, a broken database is everybody's."""
    connection.execute("SAVEPOINT deed")
    try:
        result = deed(tx)
    except sqlite3.OperationalError:
        raise
    except Exception as error:
        connection.execute("ROLLBACK TO deed")
        connection.execute("RELEASE deed")
        return None, error
    connection.execute("RELEASE deed")
    return result, None


def _undone(connection: sqlite3.Connection) -> bool:
    """Roll back; True when nothing of the transaction can have been kept."""
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
            return True
    except sqlite3.Error:
        return False
    return False


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


def _tell(batch: list[_Job], outcomes: list[_Outcome]) -> None:
    for job, (result, error) in zip(batch, outcomes, strict=True):
        if job.future.done():  # the caller went away; what was committed stays
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)
