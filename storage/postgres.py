"""PostgreSQL as the writer sees it: the same deeds, and still one of them at a time, whichever machine they run on.

A transaction begins by taking one advisory lock of the database. So a deed finds everything as if it were alone, as it
does on SQLite, and what holds there holds here: an id is drawn by looking, a bucket's key advances once, a parcel is
claimed once. The lock is held for a batch and not for a deed, so replicas share the cost of committing; a process that
dies or falls silent loses it with its connection. `docs/decisions/postgres.md` says what that costs.

The driver is asynchronous; the writer is a plain thread. It turns a loop of its own, once for a batch: what a deed asks is
awaited from within it, as SQLAlchemy does for its own plain code. A turn for each statement takes half as long again.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import sqlalchemy
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util.concurrency import await_only, greenlet_spawn

from storage.statement import Params, Row, Statement

T = TypeVar("T")

WRITER = 0x7469_6E67_7765_6E
"""The advisory lock of whoever writes."""

MIGRATOR = WRITER + 1
"""The advisory lock of whoever brings the tables up to date."""

PATIENCE_MS = 10_000
"""How long a writer waits for the lock, and how long one that has it may say nothing before it loses it."""

CONNECTING, ANSWERING = 10, 30
"""Seconds to reach the database; seconds for one statement."""

ASKING_AGAIN = 10
"""Seconds for which a commit that broke off is asked after."""


_KIND = """
SELECT coalesce(nullif(datlocale, ''), datcollate), pg_encoding_to_char(encoding)
FROM pg_database WHERE datname = current_database()
"""
"""What texts are ordered by and written in. Order must not depend on a language: it is that of SQLite."""


class Line(Protocol):
    """What is used of the driver's connection."""

    async def fetch(self, text: str, *values: Any) -> list[Any]:
        """All rows."""
        ...

    async def fetchrow(self, text: str, *values: Any) -> Any | None:
        """The first row."""
        ...

    async def fetchval(self, text: str, *values: Any) -> Any:
        """The first value of the first row."""
        ...

    async def execute(self, text: str, *values: Any) -> str:
        """What the server says it did, such as `UPDATE 1`."""
        ...

    async def fetchmany(self, text: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """The same with each, on one way there and back: all rows of all of them."""
        ...

    async def close(self, *, timeout: float) -> None:  # noqa: ASYNC109 - the name is the driver's
        """Hang up politely."""
        ...

    def terminate(self) -> None:
        """Hang up."""
        ...

    def is_closed(self) -> bool:
        """Whether one of both has."""
        ...


class Unfit(Exception):
    """The database cannot be reached, or is not one that Tingwen can use; in words for the operator's log."""


class Later(Exception):
    """The tables are of a later program; says of which version."""


class Unknown(Exception):
    """The connection broke off in a commit, and nobody can be asked what became of it."""


class Postgres:
    """The writer's connection. Used by the writer's thread alone; made anew after it was cut."""

    broken: tuple[type[Exception], ...] = (
        OSError,
        asyncio.TimeoutError,
        Unknown,
        asyncpg.InterfaceError,
        asyncpg.PostgresConnectionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.OperatorInterventionError,
        asyncpg.PostgresSystemError,
        asyncpg.LockNotAvailableError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.ReadOnlySQLTransactionError,
    )
    """Unreachable, full, read-only, stopping: nobody's deed is to blame, and none can be kept."""

    unready: tuple[type[Exception], ...] = (asyncpg.PostgresError,)
    """Tables that are not made yet, a name or password that is wrong."""

    shared = True
    """Other replicas write too, each when it has the lock."""

    def __init__(self, url: str) -> None:
        self.place = url
        self._doubtful = False
        self._loop = asyncio.new_event_loop()
        self._turning = False
        try:
            self._line = self._turn(_connected(url))
        except BaseException:
            self._loop.close()
            raise

    def together(self, work: Callable[[], T]) -> T:
        """Do this, and turn the loop once for all that it asks."""
        self._turning = True
        try:
            return self._loop.run_until_complete(greenlet_spawn(work))
        finally:
            self._turning = False

    def one(self, statement: Statement, params: Params) -> Row | None:
        """The first row, if any."""
        text, values = _bound(statement, params)
        found = self._turn(self._line.fetchrow(text, *values))
        return tuple(found) if found is not None else None

    def all(self, statement: Statement, params: Params) -> list[Row]:
        """All rows."""
        text, values = _bound(statement, params)
        return [tuple(row) for row in self._turn(self._line.fetch(text, *values))]

    def do(self, statement: Statement, params: Params) -> int:
        """Change rows; how many changed."""
        text, values = _bound(statement, params)
        return int(self._turn(self._line.execute(text, *values)).rpartition(" ")[2])

    def many(self, statement: Statement, params: Sequence[Params]) -> int:
        """The same change for each; how many rows changed."""
        text, rows = _bound_each(statement, params)
        return len(self._turn(self._line.fetchmany(f"{text} RETURNING 1", rows)))

    def each(self, statement: Statement, params: Sequence[Params]) -> list[Row]:
        """All rows for each of these, in their order; one way there and back for all."""
        found = self._turn(self._line.fetchmany(*_bound_each(statement, params)))
        return [tuple(row) for row in found]

    def begin(self) -> None:
        """From here on nobody else writes, on no machine."""
        if self._line.is_closed():
            self._line = self._turn(_connected(self.place))
        self._turn(self._line.execute(f"BEGIN; SELECT pg_advisory_xact_lock({WRITER})"))

    def commit(self) -> None:
        """Durable once this has returned. Raises `Unknown` where nobody can be asked whether it is."""
        asked = "SELECT pg_current_xact_id_if_assigned()::text"
        transaction = self._turn(self._line.fetchval(asked))
        try:
            self._turn(self._line.execute("COMMIT"))
        except self.broken:
            if transaction is not None and not self._came_through(transaction):
                raise

    def undone(self) -> bool:
        """Roll back; True when nothing of the transaction can have been kept."""
        try:
            if not self._line.is_closed():
                self._turn(self._line.execute("ROLLBACK"))
        except self.broken:
            self._line.terminate()
        doubtful, self._doubtful = self._doubtful, False
        return not doubtful  # without a connection the server rolls back by itself

    def mark(self) -> None:
        """A savepoint."""
        self._turn(self._line.execute("SAVEPOINT deed"))

    def unwind(self) -> None:
        """Back to the savepoint, and without it."""
        self._turn(self._line.execute("ROLLBACK TO deed; RELEASE deed"))

    def release(self) -> None:
        """Without the savepoint; what was done since stays."""
        self._turn(self._line.execute("RELEASE deed"))

    def settled(self) -> bool:
        """The server looks after its own log."""
        return True

    def close(self) -> None:
        """Hang up."""
        with suppress(*self.broken):
            self._turn(self._line.close(timeout=CONNECTING))
        self._loop.close()

    def _came_through(self, transaction: str) -> bool:
        """Whether this transaction was committed. Raises `Unknown` where the server cannot be reached in time."""
        until = time.monotonic() + ASKING_AGAIN
        while time.monotonic() < until:
            with suppress(*self.broken):
                self._line = self._turn(_connected(self.place))
                asked = f"SELECT pg_xact_status('{transaction}'::xid8)"
                while (state := self._turn(self._line.fetchval(asked))) == "in progress":
                    time.sleep(0.05)
                return state == "committed"
            time.sleep(0.2)
        self._doubtful = True
        raise Unknown(transaction)

    def _turn(self, wish: Coroutine[Any, Any, T]) -> T:
        return await_only(wish) if self._turning else self._loop.run_until_complete(wish)


def _bound(statement: Statement, params: Params) -> tuple[str, list[Any]]:
    text, names = statement.postgres
    filled = statement.filled(params)
    return text, [filled[name] for name in names]


def _bound_each(
    statement: Statement, params: Sequence[Params]
) -> tuple[str, list[tuple[Any, ...]]]:
    text, names = statement.postgres
    filled = (statement.filled(each) for each in params)
    return text, [tuple(each[name] for name in names) for each in filled]


async def _connected(url: str) -> Line:
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    line: Line = await connect(
        driver_url(url),
        timeout=CONNECTING,
        command_timeout=ANSWERING,
        statement_cache_size=512,
        server_settings={
            "application_name": "tingwen",
            "synchronous_commit": "on",
            "lock_timeout": str(PATIENCE_MS),
            "idle_in_transaction_session_timeout": str(PATIENCE_MS),
        },
    )
    return line


def driver_url(url: str) -> str:
    """The address without the name of the driver, as the driver and the server's own tools take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def prepare(url: str, head: str, upgrade: Callable[[sqlalchemy.Connection], None]) -> None:
    """Bring the tables to `head`; one replica does, the others wait for it. Raises `Unfit`, `Later`."""
    try:
        asyncio.run(_prepared(url, head, upgrade))
    except (*Postgres.broken, asyncpg.PostgresError) as error:
        raise Unfit(str(error)) from error


def version_of(url: str) -> str:
    """Of which version its tables are; empty where there are none. Raises `Unfit` where it cannot be asked."""
    try:
        return asyncio.run(_version(url))
    except (*Postgres.broken, asyncpg.PostgresError) as error:
        raise Unfit(str(error)) from error


async def _version(url: str) -> str:
    line = await _connected(url)
    try:
        known = await line.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        version = known and await line.fetchval("SELECT version_num FROM alembic_version")
        return version or ""
    finally:
        await line.close(timeout=CONNECTING)


async def _prepared(
    url: str, head: str, upgrade: Callable[[sqlalchemy.Connection], None]
) -> None:
    line = await _connected(url)
    try:
        collation, encoding = await line.fetchrow(_KIND) or ("", "")
        if encoding != "UTF8" or collation not in ("C", "C.UTF-8", "C.utf8", "POSIX"):
            raise Unfit(
                f"collation {collation}, encoding {encoding}: both C.UTF-8 and UTF8 are needed"
            )
        await line.execute(f"SELECT pg_advisory_lock({MIGRATOR})")
        known = await line.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        version = known and await line.fetchval("SELECT version_num FROM alembic_version")
        if version == head:
            return
        if version and version > head:
            raise Later(version)
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        await engine.dispose()
    finally:
        await line.close(timeout=CONNECTING)
