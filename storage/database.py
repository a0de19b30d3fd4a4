"""The one writer, and the reads beside it.

Deeds are plain functions of a transaction. They queue for one thread that takes all there is, runs each inside a
savepoint of one transaction, commits once and then lets every waiter know: group commit, without ever waiting for
more to come. Readers (papers, look-ups) use the asynchronous engine and never stand in the writer's way.

    begin · deed, deed, deed · sync new keys · COMMIT · answer the waiters · burn old keys
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from storage.keys import Keyring
from storage.sqlite import Sqlite
from storage.statement import Params, Row, Statement

if TYPE_CHECKING:
    import sqlalchemy
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Place = Path | str
"""Where the database is: SQLite's file, or PostgreSQL's address (`postgresql+asyncpg://…`)."""

BATCH = 256
"""Deeds in one transaction at most, so that nobody waits for a whole flood."""

COMPANY = 0.002
"""Seconds that burned keys and what nobody waits for stay back for the next batch; then they go alone."""

LULL, LONGEST = 1.0, 10.0
"""Seconds without a message, and seconds at all, after which the write-ahead log is emptied: it says which rows were
written together, and so with whose last step a bucket of the vault changed."""


class StorageFailed(Exception):
    """The database could not take this (disk full, locked, read-only). Nothing of it was kept."""


class Raced(Exception):
    """Somebody else moved the row first: step again."""


class Connection(Protocol):
    """A database as the writer's thread uses it: `storage.sqlite`, `storage.postgres`."""

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """Failures that are no deed's own: with them the whole batch is lost."""
        ...

    @property
    def shared(self) -> bool:
        """Other processes write too, each when `begin` lets it; also in the key directory."""
        ...

    @property
    def place(self) -> Place:
        """Where the database is."""
        ...

    def one(self, statement: Statement, params: Params, /) -> Row | None:
        """The first row, if any."""
        ...

    def all(self, statement: Statement, params: Params, /) -> list[Row]:
        """All rows."""
        ...

    def do(self, statement: Statement, params: Params, /) -> int:
        """Change rows; how many changed."""
        ...

    def many(self, statement: Statement, params: Sequence[Params], /) -> int:
        """The same change for each; how many rows changed."""
        ...

    def each(self, statement: Statement, params: Sequence[Params], /) -> list[Row]:
        """All rows for each of these, in their order."""
        ...

    def together(self, work: "Callable[[], T]") -> "T":
        """Do this; what it asks comes in one go, as far as that helps."""
        ...

    def begin(self) -> None:
        """Begin a transaction in which nobody else writes."""
        ...

    def commit(self) -> None:
        """Durable once this has returned."""
        ...

    def undone(self) -> bool:
        """Roll back; True when nothing of the transaction can have been kept."""
        ...

    def mark(self) -> None:
        """Set a savepoint."""
        ...

    def unwind(self) -> None:
        """Go back to it, and drop it."""
        ...

    def release(self) -> None:
        """Drop it."""
        ...

    def settled(self) -> bool:
        """Leave nothing behind that says which rows were written together; False: try again a little later."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


Spent = tuple[int, bytes]
"""A slot and the key in it that is to be burned: should the slot hold another by then, it is somebody else's."""


class Tx:
    """One transaction, as deeds see it."""

    def __init__(self, connection: Connection, keys: Keyring) -> None:
        self._connection = connection
        self.keys = keys
        self.made: list[Spent] = []
        self.outlived: list[Spent] = []

    @property
    def place(self) -> Place:
        """Where the database is, for whoever reads it on a connection of their own."""
        return self._connection.place

    def one(self, statement: Statement, params: Params) -> Row | None:
        """The first row, if any."""
        return self._connection.one(statement, params)

    def all(self, statement: Statement, params: Params | None = None) -> list[Row]:
        """All rows."""
        return self._connection.all(statement, params or {})

    def do(self, statement: Statement, params: Params) -> int:
        """Change rows; how many changed."""
        return self._connection.do(statement, params)

    def many(self, statement: Statement, params: Sequence[Params]) -> int:
        """The same change for each; how many rows changed."""
        return self._connection.many(statement, params)

    def each(self, statement: Statement, params: Sequence[Params]) -> list[Row]:
        """All rows of one statement for each of these, in their order: one question to a database far away."""
        return self._connection.each(statement, params)

    def new_key(self) -> tuple[int, bytes]:
        """A key for what this deed seals; burned again should the deed fail."""
        slot, key = self.keys.new()
        self.made.append((slot, key))
        return slot, key

    def outlive(self, slot: int) -> None:
        """A key that no row will name once this is committed."""
        self.outlived.append((slot, self.keys.key(slot)))


Deed = Callable[[Tx], T]
"""Plain, and repeatable: when another deed of the batch fails it is run once more."""

_Outcome = tuple[Any, BaseException | None]


class _Job(NamedTuple):
    deed: Deed[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Database:
    """A database with one writer. `write` runs a deed, `read` a query."""

    def __init__(self, place: Place, keys: Keyring) -> None:
        self._place = place
        self._keys = keys
        self._queue: deque[_Job] = deque()
        self._patient: deque[_Job] = deque()
        self._idle = False
        self._logged_since: float | None = None
        self._spent: list[Spent] = []
        self._ready = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._opened: threading.Event = threading.Event()
        self._failure: BaseException | None = None
        self.done = 0
        """Deeds that were run."""

    def start(self) -> None:
        """Open the file and begin to take deeds. Raises what opening raised."""
        self._thread.start()
        self._opened.wait()
        if self._failure:
            raise StorageFailed(str(self._failure)) from self._failure

    async def stop(self) -> None:
        """Finish what is queued, checkpoint, close."""
        self._closing = True
        self._ready.set()
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
        self._ready.set()
        return await future

    async def write_along(self, deed: Deed[T]) -> T:
        """As `write`, for what nobody waits for: it goes with the next batch, or alone within `COMPANY`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._patient.append(_Job(deed, future, loop))
        if self._idle:
            self._ready.set()
        return await future

    async def read(self, query: "Callable[[sqlalchemy.Connection], T]") -> T:
        """Run a query beside the writer, on what is committed."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(query)

    @cached_property
    def _engine(self) -> "AsyncEngine":
        # Imported with the first read: it brings SQLAlchemy's ORM along, which a start need not wait for.
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import create_async_engine

        if isinstance(self._place, str):
            return create_async_engine(
                self._place, execution_options={"postgresql_readonly": True}
            )
        engine = create_async_engine(f"sqlite+aiosqlite:///{self._place}")

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
            connection = connected(self._place)
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
                self._settle(connection)
            if self._closing and not self._queue and not self._patient:
                break
        self._burn_alone(connection)
        connection.close()

    def _await_work(self, connection: Connection) -> None:
        """Until somebody comes; what waits for company goes alone when nobody does, and burned keys are synced."""
        if self._queue or self._woken(COMPANY) or self._patient:
            return
        self._burn_alone(connection)
        self._idle = True
        if not self._patient:  # whoever comes from here on sees that nobody is awake
            self._await_long(connection)
        self._idle = False

    def _await_long(self, connection: Connection) -> None:
        while self._logged_since:
            if self._woken(LULL):
                return
            self._settle(connection)
        self._woken(None)

    def _woken(self, within: float | None) -> bool:
        """Whether somebody came within so many seconds. Who comes after this wakes us again, for what they bring may have
        been too late for the batch that is taken now."""
        came = self._ready.wait(within)
        if came:
            self._ready.clear()
        return came

    def _settle(self, connection: Connection) -> None:
        """Where a reader is in the way, again a little later."""
        self._logged_since = None if connection.settled() else time.monotonic()

    def _take(self) -> list[_Job]:
        batch: list[_Job] = []
        while self._patient:
            batch.append(self._patient.popleft())
        while self._queue and len(batch) < BATCH:
            batch.append(self._queue.popleft())
        return batch

    def _run(self, connection: Connection, batch: list[_Job]) -> None:
        """All of the batch in one transaction; should a deed fail, once more with a savepoint for each."""
        outcomes = connection.together(
            lambda: (
                self._commit(connection, batch, apart=False)
                or self._commit(connection, batch, apart=True)
                or []
            )
        )
        self.done += len(batch)
        batch[0].loop.call_soon_threadsafe(_tell, batch, outcomes)
        if not connection.shared:
            with suppress(OSError):  # else with the next batch, or at the next start
                self._burn()

    def _burn(self) -> None:
        """Where others write keys too, only in one's turn."""
        for slot, key in self._spent:
            self._keys.burn(slot, key)
        self._spent.clear()

    def _burn_alone(self, connection: Connection) -> None:
        """Burn what the next batch would have burned, and make it durable; or else it is done with that batch, or at the
        next start: a disk that takes nothing just now is no reason to stop listening."""
        if self._spent:
            with suppress(OSError, *connection.broken):
                connection.begin()
                self._burn()
            connection.undone()
        with suppress(OSError):
            self._keys.sync()

    def _commit(
        self, connection: Connection, batch: list[_Job], *, apart: bool
    ) -> list[_Outcome] | None:
        """What became of each deed; None when one failed and the others deserve another try."""
        outcomes: list[_Outcome] = []
        tried: list[Tx] = []
        try:
            connection.begin()
            if connection.shared and not self._keys.there():
                raise OSError("the key directory is not there")
            self._burn()
            for job in batch:
                tx = Tx(connection, self._keys)
                tried.append(tx)
                outcomes.append(
                    _apart(connection, tx, job.deed) if apart else (job.deed(tx), None)
                )
            self._keys.sync()
            connection.commit()
        except BaseException as error:
            if connection.undone():
                self._spent += (spent for tx in tried for spent in tx.made)
                if (
                    not apart
                    and isinstance(error, Exception)
                    and not isinstance(error, connection.broken)
                ):
                    return None
            # Where the commit itself broke off, the next start decides which keys are named; all of them stay.
            failed = StorageFailed(str(error))
            failed.__cause__ = error
            return [(None, failed) for _ in batch]
        for tx, (_, error) in zip(tried, outcomes, strict=True):
            self._spent += tx.outlived if error is None else tx.made
        return outcomes


def connected(place: Place) -> Connection:
    """A connection that writes, of the thread that asks for it."""
    if isinstance(place, Path):
        return Sqlite(place)
    from storage.postgres import Postgres  # its driver is imported where it is used

    return Postgres(place)


def alone(connection: Connection, keys: Keyring, deed: Deed[T]) -> T:
    """Run a deed in the caller's own thread: one transaction, and what it outlived is burned after the commit."""
    tx = Tx(connection, keys)
    try:
        connection.begin()
        result = deed(tx)
        keys.sync()
        connection.commit()
    except BaseException:
        if connection.undone():
            _burned(keys, tx.made)
        raise
    _burned(keys, tx.outlived)
    return result


def _burned(keys: Keyring, spent: Sequence[Spent]) -> None:
    for slot, key in spent:
        keys.burn(slot, key)
    keys.sync()


def _apart(connection: Connection, tx: Tx, deed: Deed[Any]) -> _Outcome:
    """One deed in its savepoint; its failure is its own, a broken database is everybody's."""
    connection.mark()
    try:
        result = deed(tx)
    except connection.broken:
        raise
    except Exception as error:
        connection.unwind()
        return None, error
    connection.release()
    return result, None


def _tell(batch: list[_Job], outcomes: list[_Outcome]) -> None:
    for job, (result, error) in zip(batch, outcomes, strict=True):
        if job.future.done():  # the caller went away; what was committed stays
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)
