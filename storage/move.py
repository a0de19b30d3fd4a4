"""From one machine to several: the whole of a SQLite file into an empty PostgreSQL, and not a row less.

All of it is one transaction: the target is empty or whole, never half, and a move that was broken off is begun anew.
Each table goes in the order of its key, as SQLite kept it, so that the order of rows tells there what it told here. Then
every row is read back there, in that order, and has to give the checksum it gave here. The keys stay where they are:
they are no part of a database, and open there what they opened here.

While it goes on nobody else may write here, and no service may run there. Afterwards the key directory says that they
belong to the other database: a service on the old file would turn over keys that the new one needs.
"""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Integer, Table

from bot.settings import MOVED
from storage.postgres import CONNECTING, WRITER, Postgres, Unfit, driver_url
from storage.schema import prepare
from storage.tables import metadata
from storage.watch import COUNT, HERE

Say = Callable[[str, int], None]
"""Told the name of each table and its rows, once it is there and checked."""

AT_ONCE = 1000
"""Rows read back at a time."""

_SEQUENCE = "SELECT pg_get_serial_sequence($1, $2)"


class NotMoved(Exception):
    """Why nothing was moved; `reason` is one of: no_database, server, no_server, running, runs_there, not_empty, differs,
    damaged, unreachable."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what


class _Line(Protocol):
    """What is used of the driver's connection."""

    async def fetchval(self, text: str, *values: Any) -> Any: ...

    async def execute(self, text: str, *values: Any) -> str: ...

    async def copy_records_to_table(
        self, table: str, *, records: Iterator[Any], columns: Sequence[str]
    ) -> str: ...

    def transaction(self) -> Any: ...

    def cursor(self, text: str, *, prefetch: int) -> AsyncIterator[Any]: ...

    async def close(self) -> None: ...


def move(source: Path | str, target: str, key_dir: Path, say: Say) -> int:
    """Bring all rows over; how many they are. Raises `NotMoved`, or `Newer`, and then the target is as it was.

    Called again after it is done it checks once more, and says so."""
    if isinstance(source, str):
        raise NotMoved("server")
    if not target.startswith("postgresql+asyncpg://"):
        raise NotMoved("no_server")
    if not source.exists():
        raise NotMoved("no_database")
    rows = brought(source, target, say)
    _belongs_elsewhere(key_dir)
    return rows


def brought(source: Path, target: str, say: Say, *, anew: bool = False) -> int:
    """Bring all rows over, and nothing else; how many they are. Raises `NotMoved`, or `Newer`, and then the target is as it was.

    `anew`: where anything is there already, it is refused, and not compared."""
    with closing(_alone(source)):
        pass  # before anything is made there
    try:
        prepare(source)
        prepare(target)
        with closing(_alone(source)) as here:
            return asyncio.run(_moved(here, target, say, anew))
    except sqlite3.Error as error:
        raise NotMoved("damaged", str(error)) from error
    except (Unfit, *Postgres.broken, asyncpg.PostgresError) as error:
        raise NotMoved("unreachable", str(error)) from error


def _alone(source: Path) -> sqlite3.Connection:
    """The file, for us alone. A service that has it open holds a lock that lets nobody in like this."""
    here = sqlite3.connect(source, isolation_level=None, timeout=1)
    try:
        here.execute("PRAGMA locking_mode=EXCLUSIVE")
        here.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        here.close()
        raise NotMoved("running") from error
    return here


async def _moved(here: sqlite3.Connection, target: str, say: Say, anew: bool) -> int:
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    there: _Line = await connect(driver_url(target), timeout=CONNECTING)
    try:
        async with there.transaction():
            await there.execute(f"SELECT pg_advisory_xact_lock({WRITER})")
            if await there.fetchval(COUNT, HERE):
                raise NotMoved("runs_there")
            tables = metadata.sorted_tables
            filled = [table.name for table in tables if not await _empty(there, table)]
            if filled and anew:
                raise NotMoved("not_empty", filled[0])
            rows = 0
            for table in tables:
                if not filled:
                    await _copied(here, there, table)
                count = await _checked(here, there, table, "not_empty" if filled else "differs")
                say(table.name, count)
                rows += count
        return rows
    finally:
        await there.close()


async def _empty(there: _Line, table: Table) -> bool:
    return not await there.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{table.name}")')  # noqa: S608 - our own tables


async def _copied(here: sqlite3.Connection, there: _Line, table: Table) -> None:
    columns = [column.name for column in table.columns]
    await there.copy_records_to_table(table.name, records=_rows(here, table), columns=columns)
    for column in table.primary_key.columns:
        if isinstance(column.type, Integer):
            sequence = await there.fetchval(_SEQUENCE, table.name, column.name)
            if sequence:
                last = f'(SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}")'  # noqa: S608
                await there.execute(f"SELECT setval('{sequence}', {last}, false)")


async def _checked(here: sqlite3.Connection, there: _Line, table: Table, wrong: str) -> int:
    """How many rows there are, the same on both sides. Raises `NotMoved`."""
    mine, yours = _Sum(), _Sum()
    for row in _rows(here, table):
        mine.add(row)
    async for row in there.cursor(_ordered(table), prefetch=AT_ONCE):
        yours.add(tuple(row))
    if mine.result() != yours.result():
        raise NotMoved(wrong, table.name)
    return mine.count


class _Sum:
    """A checksum over rows, each value with its kind and length."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = hashlib.sha256()

    def add(self, row: Sequence[Any]) -> None:
        self.count += 1
        for value in row:
            plain = value if isinstance(value, bytes) else str(value).encode()
            self._sum.update(f"{type(value).__name__} {len(plain)}\n".encode() + plain)

    def result(self) -> tuple[int, bytes]:
        return self.count, self._sum.digest()


def _rows(here: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    return iter(here.execute(_ordered(table)))


def _ordered(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    key = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY {key}'  # noqa: S608 - our own tables


def _belongs_elsewhere(key_dir: Path) -> None:
    handle = os.open(key_dir / MOVED, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
