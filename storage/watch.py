"""Which of several replicas keeps the watch: it rings the bell, fetches, and speaks where a platform counts what all of
them say together.

Whoever holds an advisory lock of the database keeps it. The lock belongs to a connection: it is free again as soon as
the process is dead, and some fifteen seconds after its machine has fallen silent. Who keeps the watch asks the server
for a sign of life four times a second and gives it up after five seconds without one, which is before the server does.

By the same connection replicas tell each other that the office has changed something (without a word of what), and
know how many they are. It is a connection of the loop's own; the writer's belongs to its thread.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from storage.postgres import CONNECTING, WRITER, Postgres, driver_url

log = logging.getLogger(__name__)

WATCH, HERE = WRITER + 2, WRITER + 3
"""The advisory lock of who keeps the watch; the one that every replica shares, so that they can be counted."""

CHANGED = "tingwen_changed"
"""The office has changed something."""

LOOK = 0.25
"""Seconds from one look at what others have left for us to the next."""

TRY = 8
"""Looks between two tries to get the watch, and two counts of the replicas."""

SIGN_WITHIN = 5.0
"""Seconds within which the server must answer whoever keeps the watch."""

LOOK_WITHIN = 4.0
"""Seconds a look may take."""

AGAIN = 1.0
"""Seconds until the next try to reach the server."""

_SILENCE = {
    # A machine that has lost its power says nothing. Together these are less than fifteen seconds, whether something
    # was on its way to it or not (postgresql.org/docs/current/runtime-config-connection.html).
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "12000",
}
COUNT = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = current_database() AND granted
  AND (classid::bigint << 32) + objid::bigint = $1
"""
"""How many hold that lock."""

Deed = Callable[[], Awaitable[None]]


class Line(Protocol):
    """What is used of the driver's connection."""

    async def fetchval(self, text: str, *values: Any) -> Any:
        """The first value of the first row."""
        ...

    async def execute(self, text: str, *values: Any) -> str:
        """What the server says it did."""
        ...

    async def add_listener(self, channel: str, told: Callable[..., object]) -> None:
        """Be told what is said on this channel of the server."""
        ...

    def get_server_pid(self) -> int:
        """The server's process for this connection."""
        ...

    def terminate(self) -> None:
        """Hang up."""
        ...


class Watch:
    """One replica's part in it. `run` it as long as the service runs."""

    def __init__(
        self,
        url: str,
        *,
        able: Callable[[], bool],
        taken: Deed,
        lost: Deed,
        look: Deed,
        bereft: Deed,
        changed: Deed,
    ) -> None:
        """`able`: whether we could keep it at all. `taken`, `lost`: the watch is ours, is not any more. `look`: see what others have left for us. `bereft`: it is
        ours, and another replica is gone. `changed`: the office changed something by way of another replica."""
        self._url = url
        self._able = able
        self._taken = taken
        self._lost = lost
        self._look = look
        self._bereft = bereft
        self._changed = changed
        self.kept = False
        """Whether this replica keeps the watch."""
        self._mine = 0
        self._soon = asyncio.Event()
        self._told = False
        self._telling = False
        self._replicas = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if self._able():
                    await self._on_the_line()
            except (*Postgres.broken, asyncpg.PostgresError):
                log.warning("the database is out of reach")
            finally:
                if self.kept:
                    self.kept = False
                    await self._lost()
            await asyncio.sleep(AGAIN)

    def soon(self) -> None:
        """There may be something to see: look at once."""
        self._soon.set()

    def tell(self) -> None:
        """The office has changed something: the other replicas are to see it too."""
        self._telling = True
        self._soon.set()

    async def _on_the_line(self) -> None:
        line = await _connected(self._url)
        try:
            await line.execute("SELECT pg_advisory_lock_shared($1)", HERE)
            await line.add_listener(CHANGED, self._hear)
            looks = 0
            while self._able():
                if looks % TRY == 0:
                    await self._try(line)
                looks += 1
                await self._round(line)
        finally:
            line.terminate()

    def _hear(self, _line: object, pid: int, *_: object) -> None:
        self._told = self._told or pid != self._mine
        self._soon.set()

    async def _try(self, line: Line) -> None:
        """Take the watch if nobody has it; who has it sees whether somebody is gone."""
        self._mine = line.get_server_pid()
        if not self.kept:
            if await line.fetchval("SELECT pg_try_advisory_lock($1)", WATCH):
                self.kept = True
                log.info("keeping the watch")
                await self._taken()
            return
        before, self._replicas = self._replicas, await line.fetchval(COUNT, HERE)
        if self._replicas < before:
            await self._bereft()

    async def _round(self, line: Line) -> None:
        telling, self._telling = self._telling, False
        if telling:
            await line.execute(f"NOTIFY {CHANGED}")
        told, self._told = self._told, False
        if told:
            await self._changed()
        await line.execute("SELECT 1")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_WITHIN):  # the writer waits longer for the server
                await self._look()
        self._soon.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._soon.wait()


async def _connected(url: str) -> Line:
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    line: Line = await connect(
        driver_url(url),
        timeout=CONNECTING,
        command_timeout=SIGN_WITHIN,
        server_settings={"application_name": "tingwen", **_SILENCE},
    )
    return line
