"""Brings the schema to head before anybody reads or writes. Alembic is imported only when there is something to do."""

import sqlite3
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD = max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest migration: their files are numbered."""


def prepare(file: Path) -> None:
    """Make or renew the SQLite file. Raises `sqlite3.Error` where it cannot be opened or written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if _version(file) != HEAD:
        _upgrade(file)


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


def _upgrade(file: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import Connection, create_engine, event

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{file}", connect_args={"isolation_level": None})

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    # All steps or none: the driver by itself would commit before each table, and a service killed in between never
    # start again (docs.sqlalchemy.org, dialects/sqlite, "Serializable isolation / Savepoints / Transactional DDL").
    event.listen(engine, "begin", begin)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
