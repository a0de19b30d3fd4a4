"""Where a test's database is: in its folder, or in PostgreSQL where the test is to be tried there.

A folder has one database, however often it is asked for: that is how a test starts its service again.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import postgres

_made: dict[Path, str] = {}
_stack: ExitStack | None = None


def place(folder: Path) -> Path | str:
    """The folder's database."""
    if _stack is None:
        return folder / "data" / "tingwen.db"
    if folder not in _made:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        _made[folder] = _stack.enter_context(postgres.database())
    return _made[folder]


def held(where: Path | str) -> bytes:
    """All that the database holds: SQLite's files as they are, or each row of each table in PostgreSQL."""
    if isinstance(where, Path):
        return b"".join(
            file.read_bytes() for file in sorted(where.parent.glob(f"{where.name}*"))
        )
    return postgres.dumped(where)


@contextmanager
def on_postgres() -> Iterator[None]:
    """Within this block databases are PostgreSQL's."""
    global _stack
    with ExitStack() as stack:
        _stack = stack
        try:
            yield
        finally:
            _stack = None
            _made.clear()


EVERYWHERE = os.environ.get("TINGWEN_TEST_DATABASE") == "postgres"
"""All tests that can are to be tried on PostgreSQL, not only those of `storage`."""
