"""The one listener: whoever dawdles is hung up on, whoever is answered slowly is not."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.channels import http
from bot.channels.http import Listener

WHOLE = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
ARRIVES = 0.2


@asynccontextmanager
async def knocking(monkeypatch, *, answer_after: float = 0.0):
    """A connection to a listener that reads a body, takes its time, and answers."""
    monkeypatch.setattr(http, "ARRIVES", ARRIVES)
    gone = asyncio.Event()

    async def echo(request: Request) -> PlainTextResponse:
        try:
            body = await request.body()
        except ClientDisconnect:
            gone.set()
            raise
        await asyncio.sleep(answer_after)
        return PlainTextResponse(body)

    listener = Listener(port=0)
    at = urlsplit(listener.bind())
    listener.add([Route("/", echo, methods=["POST"])])
    serving = asyncio.create_task(listener.run())
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        yield reader, writer, gone
    finally:
        writer.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@pytest.mark.parametrize("said", [b"", WHOLE[:20], WHOLE[:-6], WHOLE[:-2]])
async def test_what_does_not_arrive_whole_is_not_waited_for(monkeypatch, said):
    async with knocking(monkeypatch) as (reader, writer, gone):
        writer.write(said)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
            if b"\r\n\r\n" in said:
                await gone.wait()


async def test_the_next_request_on_a_connection_is_not_waited_for_either(monkeypatch):
    async with knocking(monkeypatch) as (reader, writer, _):
        for _ in range(2):
            writer.write(WHOLE)
            assert (await reader.readuntil(b"\r\n\r\nbody")).startswith(b"HTTP/1.1 200")
        writer.write(WHOLE[:-2])
        async with asyncio.timeout(5):
            assert await reader.read() == b""


async def test_a_slow_answer_is_not_cut_short(monkeypatch):
    async with knocking(monkeypatch, answer_after=2 * ARRIVES) as (reader, writer, _):
        writer.write(WHOLE)
        async with asyncio.timeout(5):
            assert (await reader.readuntil(b"\r\n\r\nbody")).startswith(b"HTTP/1.1 200")
