"""The wire between a service and its database server: it can be cut, mended, and made slow, and the service knows only this end of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import make_url

PIECE = 65536


class Wire:
    """A port of our own, and behind it the server of an address; what comes goes there and back, as long as it is whole."""

    def __init__(self, url: str) -> None:
        self._to = make_url(url)
        self.slow = 0.0
        """Seconds that each piece takes longer, each way."""
        self._whole = True
        self._port = 0
        self._ends: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The same database through this wire."""
        here = self._to.set(host="127.0.0.1", port=self._port, query={})
        return here.render_as_string(hide_password=False)

    def cut(self) -> None:
        """Nothing goes through, and who is connected is cut off in the middle of whatever it was."""
        self._whole = False
        for end in list(self._ends):
            end.transport.abort()

    def mend(self) -> None:
        """It goes through again."""
        self._whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if not self._whole:
            writer.transport.abort()
            return
        there, back = await self._reached()
        both = {writer, back}
        self._ends |= both
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._along(reader, back))
                ways.create_task(self._along(there, writer))
        except* OSError:
            pass
        finally:
            self._ends -= both
            for end in both:
                end.transport.abort()

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._to.host or self._to.query.get("host"), self._to.port or 5432
        assert isinstance(host, str)
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _along(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way, until either end hangs up; then the other end is hung up on."""
        while piece := await reader.read(PIECE):
            if self.slow:
                await asyncio.sleep(self.slow)
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError


@contextlib.asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """Laid as long as the block runs."""
    wire = Wire(url)
    listening = await asyncio.start_server(wire._carry, "127.0.0.1", 0)
    wire._port = listening.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        listening.close()
        wire.cut()
