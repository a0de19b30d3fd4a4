"""The page under load, on loopback: `python -m tests.bench.page [seconds]`.

The service runs in a process of its own, 200 telephones in this one, each on a connection that is open already: all ask at
once, and once more when all are answered. The server's time goes from where a request has been read to the first byte of its
answer; what a telephone waits for besides is its turn behind the others.

A personal link is looked up in the roster after its page has begun.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from bot.app.wiring import App
from bot.channels import http
from bot.channels.http import Listener
from bot.core.messages import Address
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.pages import Phone

FLYING = 200
SECONDS = 3.0
CALLED = {
    "door": "a link for everybody",
    "own": "a personal link",
    "talk": "a question as it stands",
    "answer": "a tap, once it is committed",
}
OPEN = "/q/u_newtown-g_parent"


# -- the service's process ------------------------------------------------------------


async def serve(folder: str, flying: int) -> None:
    """The invented town behind its page; prints where, and at the end how long each answer took."""
    times: dict[str, list[float]] = {}
    answered = http._Guarded.__call__

    async def timed(self: Any, scope: Any, receive: Any, send: Any) -> None:
        began = time.perf_counter()
        name = dict(scope["headers"]).get(b"x-what", b"").decode()

        async def first(message: Any) -> None:
            if message["type"] == "http.response.start":
                times.setdefault(name, []).append(time.perf_counter() - began)
            await send(message)

        await answered(self, scope, receive, first)

    http._Guarded.__call__ = timed
    listener = Listener("127.0.0.1", 0)
    url = listener.bind()
    loaded = sample(Path(folder), {}, campaign=False)
    web = replace(loaded.settings.web, public_url=url, work=5)
    app = App(replace(loaded.settings, web=web), loaded.secrets)
    page = app.page()
    page._crowd._burst = page._crowd._a_second = 10**9  # all telephones are one place here
    listener.add(page.routes())
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with app.running(page) as front:
        serving = asyncio.create_task(listener.run())
        links = []
        for n in range(flying):
            parent = Address(channel="school", id=f"parent{n}")
            await app.database.write(
                lambda tx, parent=parent: Work(tx).identity.place(
                    parent, "zh", "parent", "newtown"
                )
            )
            links.append(await app.own_link(parent, front.agenda.rounds[0].id))
        sys.stdout.write(json.dumps([url, links]) + "\n")
        sys.stdout.flush()
        await told.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    sys.stdout.write(json.dumps(times) + "\n")


# -- telephones -----------------------------------------------------------------------


async def measured(
    seconds: float = SECONDS, flying: int = FLYING
) -> dict[str, tuple[list[float], list[float]]]:
    """Of each kind of page: the server's times, and what the telephones waited; sorted."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        service = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.page", "serve", folder, str(flying)),
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
        )
        assert service.stdout is not None
        url, links = json.loads(await service.stdout.readline())
        try:
            seen = await _seen(url, links, seconds)
        finally:
            service.terminate()
            served = json.loads(await service.stdout.readline())
            await service.wait()
    return {name: (sorted(served[name]), sorted(waits)) for name, waits in seen.items()}


async def _seen(url: str, links: list[str], seconds: float) -> dict[str, list[float]]:
    port = int(url.rpartition(":")[2])
    paths = [link.removeprefix(url) for link in links]
    talks = [await _begun(url, path) for path in paths]
    seen: dict[str, list[float]] = {}

    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in links]

    async def all_at_once(name: str, request: Callable[[int, int], bytes]) -> None:
        until, seen[name], turn = time.perf_counter() + seconds, [], 0
        while time.perf_counter() < until:
            turn += 1
            asked = [request(n, turn) for n in range(len(links))]
            began = time.perf_counter()
            for (_, writer), one in zip(lines, asked, strict=True):
                writer.write(one)
            seen[name] += await asyncio.gather(*(_answered(line, began) for line, _ in lines))

    await all_at_once("door", lambda n, i: _get("door", OPEN))
    await all_at_once("own", lambda n, i: _get("own", paths[n]))
    await all_at_once("talk", lambda n, i: _get("talk", "/q/now", talks[n][0]))
    await all_at_once("answer", lambda n, i: _post("answer", *talks[n], i))
    for _, writer in lines:
        writer.close()
        await writer.wait_closed()
    return seen


async def _begun(url: str, path: str) -> tuple[str, dict[str, str]]:
    """Somebody stands at the first question: their cookie, and what its form carries."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        phone = Phone(client)
        await phone.opens(path)
        await phone.taps("开始")
        await phone.taps("知道了，开始")
        talk = next(form for form in phone.seen.forms if form.action == "/q/now")
        return client.cookies["tingwen"], talk.fields


def _get(name: str, path: str, cookie: str = "") -> bytes:
    seat = f"Cookie: tingwen={cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nX-What: {name}\r\n{seat}\r\n".encode()


def _post(name: str, cookie: str, fields: dict[str, str], turn: int) -> bytes:
    """Another tap each time, on a button that is there: the same answer, given anew."""
    body = httpx.QueryParams({**fields, "view": f"{fields['view']}{turn}", "says": "9"})
    raw = str(body).encode()
    head = f"POST /q/now HTTP/1.1\r\nHost: x\r\nX-What: {name}\r\nCookie: tingwen={cookie}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}{kind}Content-Length: {len(raw)}\r\n\r\n".encode() + raw


async def _answered(reader: asyncio.StreamReader, began: float) -> float:
    """Seconds to the first byte; the rest is read too."""
    head = await reader.readuntil(b"\r\n\r\n")
    waited = time.perf_counter() - began
    assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303")), head
    if b"chunked" in head:
        await reader.readuntil(b"\r\n0\r\n\r\n")
    else:
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        await reader.readexactly(int(fields[b"content-length"]))
    return waited


def rows(seconds: float = SECONDS, flying: int = FLYING) -> dict[str, tuple[float, ...]]:
    """In milliseconds, of each kind: the server's median and 99th in a hundred, and the same as telephones saw them."""
    pinned = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # telephones are no part of the server
    try:
        found = asyncio.run(measured(seconds, flying))
    finally:
        os.sched_setaffinity(0, pinned)
    return {
        name: tuple(1000 * some[int(len(some) * at)] for some in both for at in (0.5, 0.99))
        for name, both in found.items()
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", where, flying]:
            asyncio.run(serve(where, int(flying)))
        case given:
            for kind, (middle, late, seen, seen_late) in rows(*map(float, given)).items():
                print(
                    f"{kind:8} first byte p50 {middle:.2f} p99 {late:.2f} ms; "
                    f"a telephone waits p50 {seen:.0f} p99 {seen_late:.0f}"
                )
