"""A PostgreSQL read into SQLite, all of it as it was at one moment: copies are made of that, and the audit looks at it.

So there is one format of copies, whichever database they are of or for, and one set of rules for whoever audits. It is
read in one transaction that sees a single moment and cannot write; the service goes on meanwhile.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from storage.audit import OutOfReach
from storage.postgres import CONNECTING, Postgres, Unfit, driver_url
from storage.schema import HEAD, made
from storage.tables import metadata

AT_ONCE = 1000
"""Rows fetched at a time."""

_AS_THEY_ARE = ("text", "bytea", "int2", "int4", "int8")
"""Types of ours. Another one is a stranger's, and read as words."""

_OURS = """
  namespace.nspname NOT LIKE 'pg\\_%' AND namespace.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE pg_depend.objid = {0}.oid AND pg_depend.deptype = 'e')
"""
"""What the server itself or an extension brings along is not asked after; that there is an extension is."""

_TABLES = f"""
SELECT namespace.nspname, class.relname, class.oid
FROM pg_class class JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
WHERE class.relkind IN ('r', 'm') AND {_OURS.format("class")} ORDER BY 1, 2
"""  # noqa: S608 - text of our own

_COLUMNS = """
SELECT attname, typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

_THINGS = f"""
SELECT class.relname FROM pg_class class JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
  WHERE class.relkind IN ('v', 'm', 'f', 'p') AND {_OURS.format("class")}
UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT evtname FROM pg_event_trigger
UNION SELECT rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class >= 16384
UNION SELECT proname FROM pg_proc proc JOIN pg_namespace namespace ON namespace.oid = proc.pronamespace
  WHERE {_OURS.format("proc")}
UNION SELECT pubname FROM pg_publication
UNION SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1
"""  # noqa: S608 - text of our own
"""Whatever else somebody may have made that can look on while rows are written, or hands them on."""

_COUNTING = """
SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT attisdropped AND attnum > 0
  AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE 'nextval(%')
"""

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY($1)"
_TELLING: Mapping[str, tuple[str, ...]] = {  # harmless only with these values ...
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
}
_LENGTH, _ON_ERROR, _TIMES = (
    "log_parameter_max_length",  # ... or where no values are written at all
    "log_parameter_max_length_on_error",
    "track_commit_timestamp",
)


class Later(Exception):
    """Its tables are of a later program than this one."""


class _Line(Protocol):
    """What is used of the driver's connection."""

    async def fetch(self, text: str, *values: Any) -> list[Any]: ...

    async def fetchval(self, text: str, *values: Any) -> Any: ...

    def transaction(self, *, isolation: str, readonly: bool) -> Any: ...

    def cursor(self, text: str, *, prefetch: int) -> AsyncIterator[Any]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an auditor sees of a server."""

    db: sqlite3.Connection
    """Each table as it is there, in memory, its rows in the order in which they lie on the server's pages."""
    things: tuple[str, ...]
    """Views, triggers, rules, functions, publications and extensions: we make none."""
    counting: tuple[str, ...]
    """Tables that number their rows in the order they came, and should not."""
    telling: tuple[tuple[str, str], ...]
    """Settings by which the server would remember what was written, or when, and their values."""


def seen(url: str) -> Seen:
    """The server as it is at this moment. Raises `OutOfReach`."""
    try:
        return asyncio.run(_seen(url))
    except (Unfit, *Postgres.broken, asyncpg.PostgresError) as error:
        raise OutOfReach(str(error)) from error


def copied(url: str, file: Path, *, but: Collection[str], blank: Collection[str]) -> None:
    """Fill a new SQLite file with every row of one moment. `but`: tables that stay empty; `blank`: columns (`table.column`)
    that do. Raises `OutOfReach`, `Later`."""
    try:
        asyncio.run(_copied(url, file, but, blank))
    except (Unfit, *Postgres.broken, asyncpg.PostgresError) as error:
        raise OutOfReach(str(error)) from error


@asynccontextmanager
async def _moment(url: str) -> AsyncGenerator[tuple[_Line, str]]:
    """One moment of the server, and of which version its tables are."""
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    line: _Line = await connect(driver_url(url), timeout=CONNECTING)
    try:
        async with line.transaction(isolation="repeatable_read", readonly=True):
            yield line, await line.fetchval("SELECT version_num FROM alembic_version")
    finally:
        await line.close()


async def _seen(url: str) -> Seen:
    db = sqlite3.connect(":memory:", isolation_level=None)
    async with _moment(url) as (line, _):
        for space, table, oid in await line.fetch(_TABLES):
            name = table if space == "public" else f"{space}:{table}"
            columns = [(one, kind) for one, kind in await line.fetch(_COLUMNS, oid)]
            names = ", ".join(_quoted(one) for one, _ in columns)
            db.execute(f"CREATE TABLE {_quoted(name)} ({names})")
            wanted = ", ".join(
                _quoted(one) if kind in _AS_THEY_ARE else f"{_quoted(one)}::text"
                for one, kind in columns
            )
            text = f"SELECT {wanted} FROM {_quoted(space)}.{_quoted(table)} ORDER BY ctid"  # noqa: S608
            await _filled(line, db, text, name, len(columns))
        things = tuple(name for (name,) in await line.fetch(_THINGS))
        numbered = await line.fetch(_COUNTING)
        asked = [*_TELLING, _LENGTH, _ON_ERROR, _TIMES]
        settings = dict(await line.fetch(_SETTINGS, asked))
    return Seen(
        db=db, things=things, counting=_counting(numbered), telling=tuple(_telling(settings))
    )


def _counting(numbered: Sequence[Sequence[str]]) -> tuple[str, ...]:
    def meant(table: str, column: str) -> bool:
        ours = metadata.tables.get(table)
        return ours is None or getattr(ours.autoincrement_column, "name", "") == column

    return tuple(table for table, column in numbered if not meant(table, column))


def _telling(settings: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    silent = settings.get(_LENGTH) == "0"
    wrong = [
        (name, settings[name])
        for name, harmless in _TELLING.items()
        if settings.get(name, harmless[0]) not in harmless and not silent
    ]
    if settings.get(_ON_ERROR, "0") != "0":
        wrong.append((_ON_ERROR, settings[_ON_ERROR]))
    if settings.get(_TIMES, "off") != "off":
        wrong.append((_TIMES, settings[_TIMES]))
    return wrong


async def _copied(url: str, file: Path, but: Collection[str], blank: Collection[str]) -> None:
    async with _moment(url) as (line, version):
        if version > HEAD:
            raise Later(version)
        made(file, version)
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            db.execute("BEGIN")
            for table, columns, key in _made(db):
                if table in but:
                    continue
                wanted = ", ".join(
                    "''::bytea" if f"{table}.{one}" in blank else _quoted(one)
                    for one in columns
                )
                # In the order of its key, as SQLite keeps it, so that the order of rows tells here what it told there.
                order = ", ".join(map(_quoted, key))
                text = f"SELECT {wanted} FROM {_quoted(table)} ORDER BY {order}"  # noqa: S608
                await _filled(line, db, text, table, len(columns))
            db.execute("COMMIT")


def _made(db: sqlite3.Connection) -> Sequence[tuple[str, Sequence[str], Sequence[str]]]:
    """Name, columns and key of each table that the migrations have made."""
    tables = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite%' AND name <> 'alembic_version'"
    ).fetchall()
    told = "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid"
    every = [(table, db.execute(told, (table,)).fetchall()) for (table,) in tables]
    return [
        (
            table,
            [name for name, _ in columns],
            [name for name, pk in sorted(columns, key=itemgetter(1)) if pk],
        )
        for table, columns in every
    ]


async def _filled(
    line: _Line, db: sqlite3.Connection, text: str, table: str, width: int
) -> None:
    put = f"INSERT INTO {_quoted(table)} VALUES ({', '.join('?' * width)})"  # noqa: S608
    rows: list[tuple[Any, ...]] = []
    async for row in line.cursor(text, prefetch=AT_ONCE):
        rows.append(tuple(row))
        if len(rows) == AT_ONCE:
            db.executemany(put, rows)
            rows.clear()
    db.executemany(put, rows)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
