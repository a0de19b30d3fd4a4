"""WeCom under load, on loopback: `python -m tests.bench.wecom [crowd|callback ...]`.

The service runs in a process of its own, the platform and the members in this one.

    crowd      2,000 members write at the same moment, while the API takes its time: seconds until each callback was
               answered (the platform waits 5), and what of their words is kept, and how often
    callback   callbacks opened, read and committed a second, 32 at a time, beside a plain thread that does the same
               work, 32 a transaction
"""

import asyncio
import contextlib
import itertools
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from bot.app.wiring import App
from bot.channels.http import Listener
from bot.channels.wecom.client import Client
from bot.channels.wecom.crypto import Seal, Sealed
from bot.channels.wecom.transport import Wecom
from bot.channels.wecom.updates import Heard
from bot.channels.wecom.updates import read as read_update
from bot.channels.wecom.xml import read
from bot.content.wecom import words
from bot.core.messages import Incoming
from bot.settings.reading import load
from storage.database import Database, Tx
from storage.keys import Keyring
from storage.schema import prepare
from storage.sqlite import Sqlite
from storage.unit_of_work import Work
from tests.channels.wecom.platform import (
    AES_KEY,
    AGENT,
    CORP,
    SECRET,
    TOKEN,
    Brought,
    Member,
    Platform,
    Shown,
    Slow,
)

PEOPLE = int(os.environ.get("TINGWEN_BENCH_PEOPLE", "2000"))
SAID = ("开始", "2", "2", "0", "食堂的菜老是凉的，又涨了一块钱，第 {n} 个人说")


# -- the service's process ------------------------------------------------------------


async def serve(base: str, folder: str, port: str) -> None:
    """The whole service with WeCom alone."""
    config = Path(folder) / "config.toml"
    url = f"sqlite+aiosqlite:///{folder}/data/tingwen.db"
    config.write_text(f'[storage]\nurl = "{url}"\nkey_dir = "{folder}/keys"\n', "utf-8")
    loaded = load(config, {})
    app = App(loaded.settings, loaded.secrets)
    client = Client(CORP, SECRET, api_base_url=base)
    seal = Seal(TOKEN, AES_KEY, CORP)
    wecom = Wecom(client, seal, CORP, AGENT, words(), clock=time.time)
    client.stand_back = wecom.calm
    listener = Listener(port=int(port))
    listener.bind()
    listener.add(wecom.routes())
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with app.running(wecom):
        listening = asyncio.create_task(listener.run())
        await told.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await wecom.close()
    await client.close()


# -- figures --------------------------------------------------------------------------


class Crowd(Platform):
    """The platform, its API slow, and members who answer as soon as they are asked the next thing."""

    def __init__(self) -> None:
        super().__init__()
        self.mischief = lambda path, facts: Slow(0.15)
        self.posts: list[Brought] = []

    async def post(
        self, query: Mapping[str, str], body: bytes, method: str = "POST"
    ) -> Brought:
        done = await super().post(query, body, method)
        self.posts.append(done)
        return done

    async def warm(self) -> None:
        """A service that has been running for a while: one talk was had, the bell has rung."""
        early = Talker(self, "early")
        self.members["early"], self.known["early"] = early, "early"
        await early.talks(-1)
        await asyncio.sleep(3)
        self.members.pop("early")
        self.posts.clear()

    def show(self, member: Member, shown: Shown) -> None:
        assert isinstance(member, Talker)
        member.next.set()


class Talker(Member):
    """Says the next thing when the last one was answered."""

    def __init__(self, platform: Platform, id: str) -> None:
        super().__init__(platform, id)
        self.next = asyncio.Event()

    async def talks(self, number: int, said: tuple[str, ...] = SAID) -> None:
        for typed in said:
            self.next.clear()
            await self.says(typed.format(n=number))
            await self.next.wait()


@contextlib.asynccontextmanager
async def service(platform: Platform, folder: str) -> AsyncIterator[None]:
    port = platform.free_port()
    platform.callback = f"http://127.0.0.1:{port}/wecom"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.wecom", "serve", platform.base, folder, str(port)
    )
    try:
        while not platform.of("menu/create"):
            await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


async def crowded(
    people: int, said: tuple[str, ...] = SAID
) -> tuple[list[Brought], float, Counter[str]]:
    """Each callback, seconds until everybody had their last answer, and what was kept how often."""
    async with Crowd() as platform:
        for n in range(people):
            platform.members[f"m{n}"] = Talker(platform, f"m{n}")
            platform.known[f"m{n}"] = f"m{n}"
        with tempfile.TemporaryDirectory() as folder:
            async with service(platform, folder):
                await platform.warm()
                began = time.monotonic()
                talkers = enumerate(platform.members.values())
                await asyncio.gather(
                    *(one.talks(n, said) for n, one in talkers if isinstance(one, Talker))
                )
                took = time.monotonic() - began
            kept = Counter[str]()
            with contextlib.closing(sqlite3.connect(Path(folder) / "data/tingwen.db")) as db:
                kept["drafts"] = db.execute("SELECT count(*) FROM draft").fetchone()[0]
                kept["inbox"] = db.execute("SELECT count(*) FROM inbox").fetchone()[0]
        kept.subtract({"drafts": 1, "inbox": len(SAID)})
        kept["repeated"] = len(platform.posts) - people * len(said)
        kept["dropped"], kept["cut"] = sum(platform.dropped.values()), len(platform.cut)
        return platform.posts, took, kept


async def crowd() -> None:
    """All at the same moment."""
    times, took, kept = await crowded(PEOPLE)
    waits = sorted(one.took for one in times)
    silent = sum(one.status != 200 for one in times)
    print(
        f"crowd      {PEOPLE} members, {len(times)} callbacks in {took:.1f} s: answered after p50 "
        f"{waits[len(waits) // 2]:.2f}, p99 {waits[int(len(waits) * 0.99)]:.2f}, at most {waits[-1]:.2f} s; "
        f"not answered {silent}; {dict(kept)}"
    )


def slowest(people: int = PEOPLE) -> tuple[float, int]:
    """Seconds until the last of everybody's first callbacks was answered, and how many came to nothing."""
    pinned = os.sched_getaffinity(0)
    os.sched_setaffinity(
        0, range(os.cpu_count() or 1)
    )  # the platform is no part of what is measured
    try:
        times, _, _ = asyncio.run(crowded(people, SAID[:1]))
    finally:
        os.sched_setaffinity(0, pinned)
    return max(one.took for one in times), sum(one.status != 200 for one in times)


Callback = tuple[bytes, bytes]
"""What stands behind the address's question mark, and the body."""


def floor(folder: Path, callbacks: list[Callback], together: int = 32) -> float:
    """Callbacks a second of one thread: query, signature, decryption, XML, and a row each, so many a transaction.

    It has no queue, no event loop and nobody to answer."""
    file = folder / "floor.db"
    prepare(file)
    keys, db = Keyring(folder / "keys"), Sqlite(file)
    seal = Seal(TOKEN, AES_KEY, CORP)
    began = time.perf_counter()
    for start in range(0, len(callbacks), together):
        db.begin()
        for asked, body in callbacks[start : start + together]:
            query = dict(parse_qsl(asked.decode()))
            sealed = Sealed(
                signature=query["msg_signature"],
                timestamp=query["timestamp"],
                nonce=query["nonce"],
                encrypted=read(body)["Encrypt"],
            )
            heard = read_update(read(seal.open(sealed)), CORP, AGENT)
            assert isinstance(heard, Heard)
            assert Work(Tx(db, keys)).inbox.first(heard.incoming, 1)
        db.commit()
    took = time.perf_counter() - began
    db.close()
    keys.close()
    return len(callbacks) / took


def product(folder: Path, callbacks: list[Callback]) -> float:
    """The same through the channel's door into the real writer, 32 at a time."""
    return asyncio.run(_product(folder, callbacks))


async def _product(folder: Path, callbacks: list[Callback]) -> float:
    file = folder / "product.db"
    prepare(file)
    keys = Keyring(folder / "keys")
    database = Database(file, keys)
    database.start()
    client = Client(CORP, SECRET, api_base_url="http://127.0.0.1:9")
    wecom = Wecom(client, Seal(TOKEN, AES_KEY, CORP), CORP, AGENT, words(), clock=time.time)

    async def keep(incoming: Incoming) -> None:
        await database.write(lambda tx: Work(tx).inbox.first(incoming, 1))

    wecom._receive = keep
    waiting = iter(callbacks)

    async def knock() -> None:
        for asked, body in waiting:
            scope = {"type": "http", "method": "POST", "headers": [], "query_string": asked}
            done = False

            async def receive(body: bytes = body) -> Any:
                nonlocal done
                done, more = True, not done
                return {
                    "type": "http.request",
                    "body": body if more else b"",
                    "more_body": False,
                }

            answer = await wecom._door._knock(Request(scope, receive))
            assert answer.status_code == 200

    began = time.perf_counter()
    await asyncio.gather(*(knock() for _ in range(32)))
    took = time.perf_counter() - began
    await database.stop()
    keys.close()
    await client.close()
    return len(callbacks) / took


def brought(count: int = 4000) -> list[Callback]:
    """What the platform brings."""
    platform = Platform()
    people = itertools.cycle(Member(platform, f"m{n}") for n in range(500))
    said = {"MsgType": "text", "Content": "食堂的菜老是凉的，又涨了一块钱"}
    sealed = (platform.envelope(next(people).message(said)) for _ in range(count))
    return [(urlencode(query).encode(), body) for query, body in sealed]


def rows(rounds: int = 3, count: int = 4000) -> tuple[float, float]:
    """Floor's and product's medians, measured alternately."""
    floors, products = [], []
    for _ in range(rounds):
        callbacks = brought(count)
        for measure, into in ((floor, floors), (product, products)):
            with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
                into.append(measure(Path(folder), callbacks))
    return sorted(floors)[rounds // 2], sorted(products)[rounds // 2]


async def callback() -> None:
    """A second, beside the floor."""
    low, high = await asyncio.to_thread(rows)
    print(f"callback   floor {low:.0f}/s  product {high:.0f}/s  ratio {high / low:.2f}")


FIGURES: Mapping[str, Callable[[], Awaitable[None]]] = {"crowd": crowd, "callback": callback}


def main(asked: list[str]) -> None:
    match asked:
        case ["serve", base, folder, port]:
            asyncio.run(serve(base, folder, port))
        case _:
            for name in asked or FIGURES:
                asyncio.run(FIGURES[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
