"""The lines of a large digest, read portion by portion in the process that prints them.

That process has little memory to spare: nothing is imported here but the driver, and the statement comes with the order, compiled
where all statements are. Each portion is a reading of its own, so that the writer's log can be emptied in between.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONNECTING = 10
"""Seconds to reach a server."""


class Superseded(Exception):
    """The draft was made anew while it was being read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A digest's snapshot: the text with its first lines, and where its other lines are read. Nobody holds them all."""

    head: str
    portions: int = 0
    place: Path | str = field(default="", repr=False)
    """SQLite's file, or PostgreSQL's address as the driver takes it."""
    question: str = ""
    """Asks for a portion: of the period, the version, by number; its parameters in this order, or by these names."""
    period: str = ""
    version: int = 0

    def read(self) -> Iterator[str]:
        """The portions, JSON each, one after the other. Raises `Superseded`."""
        if not self.portions:
            return
        read = _of_a_file if isinstance(self.place, Path) else _of_a_server
        for portion in read(self):
            if portion is None:
                raise Superseded(self.period)
            yield portion


def _of_a_file(snapshot: Snapshot) -> Iterator[str | None]:
    with closing(sqlite3.connect(snapshot.place)) as here:
        here.execute("PRAGMA query_only=ON")
        here.execute("PRAGMA cache_size=-256")  # each page is read once
        for number in range(snapshot.portions):
            named = {"period_": snapshot.period, "version_": snapshot.version}
            row = here.execute(snapshot.question, {**named, "number_": number}).fetchone()
            yield row[0] if row else None


def _of_a_server(snapshot: Snapshot) -> Iterator[str | None]:
    import asyncio

    import asyncpg  # pyright: ignore[reportMissingTypeStubs]

    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    with asyncio.Runner() as turn:
        line = turn.run(connect(snapshot.place, timeout=CONNECTING, command_timeout=60))
        try:
            for number in range(snapshot.portions):
                named = (snapshot.period, snapshot.version, number)
                yield turn.run(line.fetchval(snapshot.question, *named))
        finally:
            turn.run(line.close(timeout=CONNECTING))
