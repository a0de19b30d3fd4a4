"""The schema: at head or as it was, whenever the service dies."""

import sqlite3
from pathlib import Path

import pytest
from alembic.ddl.impl import DefaultImpl

from storage.schema import HEAD, prepare


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
