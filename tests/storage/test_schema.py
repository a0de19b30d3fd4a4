"""The schema: at head or as it was, whenever the service dies."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    create_engine,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import create_async_engine

from bot.__main__ import main
from storage.copy import backup, restore
from storage.database import connected
from storage.keys import Keyring
from storage.schema import HEAD, Newer, made, prepare, upgrade
from storage.statement import Statement
from tests import postgres
from tests.places import held, place

BEFORE = f"{int(HEAD) - 1:04}"


class Died(Exception):
    """The service was killed here."""


@pytest.mark.parametrize("tables", [1, 5, 20])
def test_a_start_broken_off_while_tables_are_made_leaves_none_and_the_next_one_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: int
):
    file, count = tmp_path / "data" / "tingwen.db", 0
    create = DefaultImpl.create_table

    def dies_after_some(self: DefaultImpl, table: object, **kw: object) -> None:
        nonlocal count
        count += 1
        if count > tables:
            raise Died
        create(self, table, **kw)  # type: ignore[arg-type]

    with monkeypatch.context() as context:
        context.setattr(DefaultImpl, "create_table", dies_after_some)
        with pytest.raises(Died):
            prepare(file)
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == []
    prepare(file)
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


# -- from one version to the next --------------------------------------------------------------------------------


def _of_the_version_before(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """A database as the version before made it, with a row in each table; the rows."""
    file.parent.mkdir()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        rows = _filled(connection)
    engine.dispose()
    return rows


def _filled(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    upgrade(connection, BEFORE)
    there = MetaData()
    there.reflect(connection)
    for table in there.sorted_tables:
        if table.name != "alembic_version":
            connection.execute(insert(table), {c.name: _value(c) for c in table.columns})
    return _rows(connection, there)


def _rows(connection: Connection, of: MetaData) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table))]
        for table in of.sorted_tables
        if table.name != "alembic_version"
    }


def _value(column: Column[object]) -> object:
    match column.type:
        case Integer():
            return 7
        case LargeBinary():
            return b"sealed"
        case _:
            return "[]"


def test_what_the_version_before_kept_is_there_after_an_upgrade(tmp_path: Path):
    file = tmp_path / "data" / "tingwen.db"
    before = _of_the_version_before(file)

    prepare(file)

    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert len(before) > 20
        for table, rows in before.items():
            width = len(rows[0])
            assert [row[:width] for row in db.execute(f"SELECT * FROM {table}")] == rows


@pytest.mark.one_database
async def test_what_a_server_of_the_version_before_kept_is_there_after_an_upgrade():
    with postgres.empty() as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            before = await connection.run_sync(_filled)

        await asyncio.to_thread(prepare, url)

        columns = MetaData()
        async with engine.connect() as connection:
            version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            await connection.run_sync(columns.reflect)
            after = await connection.run_sync(_rows, columns)
        await engine.dispose()
    assert version == HEAD
    assert len(before) > 20
    for name, rows in before.items():
        assert [row[: len(rows[0])] for row in after[name]] == rows


@pytest.mark.one_database
def test_a_copy_of_the_version_before_comes_back_and_the_next_start_renews_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The way back from an upgrade that will not do, and the way forward again."""
    file, back = tmp_path / "data" / "tingwen.db", tmp_path / "back" / "tingwen.db"
    made(_empty(file), BEFORE)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("INSERT INTO script VALUES ('kept', '{}')")
    backup(file, tmp_path / "copy", tmp_path / "keys", lambda _: None)
    prepare(file)  # the upgrade

    with monkeypatch.context() as older:  # the program of before, brought back by git
        older.setattr("storage.schema.HEAD", BEFORE)
        older.setattr("storage.copy.HEAD", BEFORE)
        with pytest.raises(Newer, match=HEAD):
            prepare(file)
        with closing(Keyring(tmp_path / "keys")) as keys:
            restore(tmp_path / "copy", back, keys.master, lambda _: None)
        prepare(back)

    with closing(sqlite3.connect(back)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
    prepare(back)
    with closing(sqlite3.connect(back)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert db.execute("SELECT digest FROM script").fetchall() == [("kept",)]


def _empty(file: Path) -> Path:
    file.parent.mkdir()
    file.touch(mode=0o600)
    return file


def test_a_file_that_a_later_program_renewed_is_refused_and_not_touched(tmp_path: Path):
    file = tmp_path / "data" / "tingwen.db"
    prepare(file)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    with pytest.raises(Newer, match="9999"):
        prepare(file)
    assert file.read_bytes() == before


# -- a database that a later program has renewed: the older one says so, and touches nothing ----------------------------


@pytest.fixture
def renewed(tmp_path: Path, either_database: str) -> Path | str:
    """A folder's database, with a row, that a later program has renewed; `config.toml` names it."""
    where = place(tmp_path)
    prepare(where)
    for change in (
        "INSERT INTO script VALUES ('kept', '{}')",
        "UPDATE alembic_version SET version_num = '9999'",
    ):
        connection = connected(where)
        connection.begin()
        connection.do(Statement(text(change)), {})
        connection.commit()
        connection.close()
    url = f"sqlite+aiosqlite:///{where}" if isinstance(where, Path) else where
    (tmp_path / "rows.csv").write_text("意见\n食堂太挤\n", "utf-8")
    (tmp_path / "config.toml").write_text(
        f'[storage]\nurl = "{url}"\nkey_dir = "{tmp_path}/keys"\n[web]\nlisten = "127.0.0.1:0"\n'
    )
    return where


VERBS = (
    ("invite", "--role", "office"), ("purge",), ("digest", "--out", "papers"),
    ("import", "rows.csv", "--source", "caller"), ("chat",),
)  # fmt: skip


def test_an_older_program_says_so_in_a_sentence_and_touches_nothing(
    tmp_path: Path,
    renewed: Path | str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    before = held(renewed)

    for verb in VERBS:
        assert main([*verb, "--config", "config.toml"]) == 1, verb
        said = capsys.readouterr().err
        assert "newer version (9999)" in said, verb
        assert "copy made before the upgrade" in said, verb
        assert said.count("\n") == 1, said

    assert held(renewed) == before
    assert not (tmp_path / "papers").exists()


def test_the_service_says_so_too_and_does_not_start(tmp_path: Path, renewed: Path | str):
    before = held(renewed)

    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--config", str(tmp_path / "config.toml")],
        capture_output=True, text=True, timeout=60, check=False,
        cwd=Path(__file__).parents[2], env={**os.environ, "LC_ALL": "en"},
    )  # fmt: skip

    assert done.returncode == 1
    assert "newer version (9999)" in done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stdout
    assert held(renewed) == before


@pytest.mark.one_database
def test_a_server_that_is_not_there_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LC_ALL", "en")
    monkeypatch.setenv("PGPASSWORD", "secret")
    config = tmp_path / "config.toml"
    config.write_text(
        f'[storage]\nurl = "postgresql+asyncpg://nobody@/nothing?host={tmp_path}"\nkey_dir = "{tmp_path}/keys"\n'
    )

    assert main(["invite", "--role", "office", "--config", str(config)]) == 1
    said = capsys.readouterr().err
    assert "cannot be read" in said
    assert "secret" not in said
