"""Brings the schema to head before anybody reads or writes. Alembic is imported only when there is something to do."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD = max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest migration: their files are numbered."""


class Newer(Exception):
    """The tables are of a later program than this one, which would not know what it does to them."""


def prepare(place: Path | str) -> None:
    """Make or renew the SQLite file, or the tables in PostgreSQL.

    Raises `Newer` where a later program has renewed them, `sqlite3.Error` where the file cannot be opened or written, `storage.postgres.Unfit` where the database
    cannot be reached or is not one that Tingwen can use.
    """
    if isinstance(place, Path):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        version = _version(place)
        if version and version > HEAD:
            raise Newer(version)
        if version != HEAD:
            _upgrade_file(place)
        return
    from storage import postgres

    with ThreadPoolExecutor(
        1
    ) as apart:  # it turns a loop of its own, and the caller may have one
        try:
            apart.submit(postgres.prepare, place, HEAD, upgrade).result()
        except postgres.Later as later:
            raise Newer(str(later)) from later


def exists(place: Path | str) -> bool:
    """Whether there is a database to be asked; of PostgreSQL one only knows by asking."""
    return isinstance(place, str) or place.exists()


def made(file: Path, version: str) -> None:
    """Make the tables of that version in an empty SQLite file."""
    _upgrade_file(file, version)


def _version(file: Path) -> str | None:
    if not file.exists():
        file.touch(mode=0o600)
        return None
    connection = sqlite3.connect(file)
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        if known.fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None
    finally:
        connection.close()


def _upgrade_file(file: Path, version: str = "head") -> None:
    from sqlalchemy import create_engine, event

    engine = create_engine(f"sqlite:///{file}", connect_args={"isolation_level": None})

    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    # All steps or none: the driver by itself would commit before each table, and a service killed in between never
    # start again (docs.sqlalchemy.org, dialects/sqlite, "Serializable isolation / Savepoints / Transactional DDL").
    event.listen(engine, "begin", begin)
    with engine.begin() as connection:
        upgrade(connection, version)
    engine.dispose()


def upgrade(connection: "Connection", version: str = "head") -> None:
    """Run what migrations are missing up to that one, on this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
