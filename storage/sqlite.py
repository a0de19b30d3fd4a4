"""SQLite as the writer sees it: one file, one connection, durable at commit and thorough when it deletes."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from storage.statement import Params, Row, Statement

T = TypeVar("T")

PATIENCE_MS = 2000
"""How long the writer waits for somebody else's lock on the file, such as a backup's."""


class Sqlite:
    """The writer's connection. Used by the writer's thread alone."""

    broken: tuple[type[Exception], ...] = (sqlite3.OperationalError,)
    """Full, locked, read-only: nobody's deed is to blame, and none can be kept."""

    shared = False
    """One process, one writer."""

    def __init__(self, file: Path) -> None:
        self.place = file
        self._file = connect(file)

    def one(self, statement: Statement, params: Params) -> Row | None:
        """The first row, if any."""
        return self._file.execute(statement.sqlite, statement.filled(params)).fetchone()

    def all(self, statement: Statement, params: Params) -> list[Row]:
        """All rows."""
        return self._file.execute(statement.sqlite, statement.filled(params)).fetchall()

    def do(self, statement: Statement, params: Params) -> int:
        """Change rows; how many changed."""
        return self._file.execute(statement.sqlite, statement.filled(params)).rowcount

    def many(self, statement: Statement, params: Sequence[Params]) -> int:
        """The same change for each; how many rows changed."""
        filled = [statement.filled(each) for each in params]
        return self._file.executemany(statement.sqlite, filled).rowcount if filled else 0

    def each(self, statement: Statement, params: Sequence[Params]) -> list[Row]:
        """All rows for each of these, in their order."""
        return [row for one in params for row in self.all(statement, one)]

    def together(self, work: Callable[[], T]) -> T:
        """Do this: nothing is far away here."""
        return work()

    def begin(self) -> None:
        """From here on nobody else writes."""
        self._file.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable once this has returned."""
        self._file.execute("COMMIT")

    def undone(self) -> bool:
        """Roll back; True when nothing of the transaction can have been kept."""
        try:
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
                return True
        except sqlite3.Error:
            return False
        return False

    def mark(self) -> None:
        """A savepoint."""
        self._file.execute("SAVEPOINT deed")

    def unwind(self) -> None:
        """Back to the savepoint, and without it."""
        self._file.execute("ROLLBACK TO deed")
        self.release()

    def release(self) -> None:
        """Without the savepoint; what was done since stays."""
        self._file.execute("RELEASE deed")

    def settled(self) -> bool:
        """Bring what was written home and cut the write-ahead log to nothing; False where a reader is in the way."""
        busy = 1
        with suppress(sqlite3.Error):
            self._file.execute("PRAGMA busy_timeout=0")
            busy, *_ = self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        with suppress(sqlite3.Error):
            self._file.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        return not busy

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def connect(file: Path) -> sqlite3.Connection:
    """A connection that writes: durable at commit, and thorough when it deletes."""
    connection = sqlite3.connect(
        file, isolation_level=None, cached_statements=256, timeout=PATIENCE_MS / 1000
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a confirmed answer survives a power cut
        "secure_delete=ON",
        "temp_store=MEMORY",
        "trusted_schema=OFF",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection
