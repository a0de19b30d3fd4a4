"""The schema: at head or as it was, whenever the service dies."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import Column, Integer, LargeBinary, MetaData, create_engine, insert, select

from storage.schema import HEAD, MIGRATIONS, Newer, prepare


class Died(Exception):
    """The service was killed here."""


@pytest.mark.parametrize("tables", [1, 5, 20])
def test_a_start_broken_off_while_tables_are_made_leaves_none_and_the_next_one_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: int
):
    file, made = tmp_path / "data" / "tingwen.db", 0
    create = DefaultImpl.create_table

    def dies_after_some(self: DefaultImpl, table: object, **kw: object) -> None:
        nonlocal made
        made += 1
        if made > tables:
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
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{int(HEAD) - 1:04}")
        there = MetaData()
        there.reflect(connection)
        for table in there.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(insert(table), {c.name: _value(c) for c in table.columns})
        rows = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in there.sorted_tables
            if table.name != "alembic_version"
        }
    engine.dispose()
    return rows


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


def test_a_file_that_a_later_program_renewed_is_refused_and_not_touched(tmp_path: Path):
    file = tmp_path / "data" / "tingwen.db"
    prepare(file)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    with pytest.raises(Newer, match="9999"):
        prepare(file)
    assert file.read_bytes() == before


def test_the_service_says_so_in_a_sentence_and_does_not_start(tmp_path: Path):
    file = tmp_path / "var" / "data" / "tingwen.db"
    prepare(file)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    (tmp_path / "config.toml").write_text('[web]\nlisten = "127.0.0.1:0"\n')

    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--config", str(tmp_path / "config.toml")],
        capture_output=True, text=True, timeout=60, check=False,
        cwd=Path(__file__).parents[2], env={**os.environ, "LC_ALL": "en"},
    )  # fmt: skip

    assert done.returncode == 1
    assert "newer version (9999)" in done.stderr
    assert "Traceback" not in done.stderr
