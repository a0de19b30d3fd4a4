"""Telegram under load, on loopback: `python -m tests.bench.telegram [broadcast|crowd|inbound|killed ...]`.

The service runs in a process of its own, the platform and the people in this one. Run by hand: it takes minutes.

    broadcast   rate of what is allowed (30/s), and the most in any second, before and after a pause
    crowd       2,000 people: seconds from /start to the first reply, all in one instant, over 2 and over 12 s; then they
                read and type like people, or far too fast
    killed      2,000 talks with faults, repeats and kill -9 at random: nothing lost, nothing doubled
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from bot.app.wiring import App
from bot.channels.telegram.transport import Telegram
from bot.content.loader import STANDING
from bot.content.telegram import words
from bot.core.messages import Address, Outgoing
from bot.settings.reading import load
from handlers.tick import tick
from storage.vault import Tick
from tests.bench.rows import Found
from tests.channels.telegram.botapi import (
    TOKEN,
    BotApi,
    Fault,
    Flood,
    Page,
    Person,
    Reset,
    Slow,
    Truncated,
)

PEOPLE = int(os.environ.get("TINGWEN_BENCH_PEOPLE", "2000"))
KILLS = 20
SENT = ("sendMessage", "editMessageText")
PEOPLES_PACE, HASTE = (5.0, 25.0), (0.5, 0.5)
"""Seconds between what somebody sees and what they do then."""


# -- the service's process ------------------------------------------------------------


async def serve(base: str, folder: str, url: str = "") -> None:
    """The whole service with Telegram alone; several of them on one PostgreSQL, where its address is given."""
    settings, secrets = _settings(Path(folder), url)
    telegram = Telegram(TOKEN, words(), api_base_url=base)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with App(settings, secrets).running(telegram):
        await told.wait()
    await telegram.close()


async def shout(base: str, count: str) -> None:
    """A broadcast, a pause, and another."""
    telegram = Telegram(TOKEN, words(), api_base_url=base)
    people = iter(range(1, int(count) + 1))

    async def worker(until: int) -> None:
        for person in people:
            await telegram.send(
                Outgoing(address=Address(channel="telegram", id=str(person)), text="hello")
            )
            if person >= until:
                return

    for until in (int(count) // 2, int(count)):
        await asyncio.gather(*(worker(until) for _ in range(40)))
        await asyncio.sleep(4)
    await telegram.close()


def _settings(folder: Path, url: str = "") -> Any:
    config = folder / "config.toml"
    url = url or f"sqlite+aiosqlite:///{folder}/data/tingwen.db"
    config.write_text(f'[storage]\nurl = "{url}"\nkey_dir = "{folder}/keys"\n', "utf-8")
    loaded = load(config, {})
    return loaded.settings, loaded.secrets


# -- people ---------------------------------------------------------------------------


class Caller(Person):
    """Goes through a talk by answering whatever is shown."""

    def __init__(self, api: "Crowd", id: int) -> None:
        super().__init__(api, id)
        self.crowd = api
        self.began = self.first = 0.0
        self.thanked = 0
        self.said = (f"检查太多，第 {id} 个人说", f"希望少填表，第 {id} 个人说")
        self._answered: set[str] = set()

    def begin(self) -> None:
        self.began = time.monotonic()
        self.says("/start")

    def sees_now(self, text: str, labels: list[str]) -> None:
        self.first = self.first or time.monotonic()
        if "收到了，谢谢您" in text:
            self.thanked += 1
            self.crowd.finished.add(self.id)
        elif self.thanked:
            return
        elif "第 1 问" in text:
            self._says_once(0)
        elif "第 2 问" in text:
            self._says_once(1)
        else:
            order = ("教职工", "一线教师", "不说明", "就这样提交", "先交")
            wanted = next((w for w in order if any(w in label for label in labels)), None)
            if wanted:
                self._later(self._tap, wanted)

    def _says_once(self, at: int) -> None:
        if self.said[at] not in self._answered:
            self._answered.add(self.said[at])
            self._later(self.says, self.said[at])

    def _later(self, deed: Callable[[str], object], what: str) -> None:
        pause = self.crowd.chance.uniform(*self.crowd.pace)
        asyncio.get_running_loop().call_later(pause, deed, what)

    def _tap(self, label: str) -> None:
        with contextlib.suppress(AssertionError):
            self.taps(label)


class Crowd(BotApi):
    """The platform, and what people do when it shows them something."""

    def __init__(
        self,
        count: int,
        *,
        repeats: float = 0.0,
        pace: tuple[float, float] = HASTE,
        **limits: Any,
    ) -> None:
        super().__init__(**limits)
        self.repeats = repeats
        self.pace = pace
        self.finished: set[int] = set()
        self.chance = random.Random(7)
        self.callers = [Caller(self, id) for id in range(1, count + 1)]
        self.people = {caller.id: caller for caller in self.callers}

    def push(self, **kind: Any) -> dict[str, Any]:
        update = super().push(**kind)
        if self.chance.random() < self.repeats:
            self.again(update)
        if "callback_query" in kind and self.chance.random() < self.repeats:
            super().push(callback_query={**kind["callback_query"], "id": "lost"})
        return update

    async def answer(self, method: str, facts: dict[str, Any]) -> Any:
        done = await super().answer(method, facts)
        if method in SENT:
            caller = self.people[facts["chat_id"]]
            assert isinstance(caller, Caller)
            rows = (facts.get("reply_markup") or {}).get("inline_keyboard", [])
            caller.sees_now(facts["text"], [b["text"] for row in rows for b in row])
        return done


@contextlib.asynccontextmanager
async def service(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.telegram", *arguments
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            began = time.monotonic()
            await process.wait()
            if (took := time.monotonic() - began) > 10:
                print(f"  stopping took {took:.1f} s")


# -- figures --------------------------------------------------------------------------


class Broadcast(NamedTuple):
    """Share of the allowed 30 a second before and after an idle pause, and the most that arrived in any one second."""

    before: float
    after: float
    most: int


async def broadcast(seconds: float = 28.0) -> Broadcast:
    """So many seconds, four of silence, and as many again, as the platform's end sees them."""
    count = 2 * int(seconds * 30)
    async with BotApi() as api:
        for person in range(1, count + 1):
            api.person(person)
        async with service("shout", api.base, str(count)) as process:
            await process.wait()
        times = [call.at for call in api.of("sendMessage")]
        pause = max(range(1, len(times)), key=lambda i: times[i] - times[i - 1])
        before, after = (
            (len(half) - 1) / (half[-1] - half[0]) / 30
            for half in (times[:pause], times[pause:])
        )
        return Broadcast(before, after, api.most_in_a_second("sendMessage"))


async def told() -> None:
    """Rate, and the most in a second."""
    found = await broadcast()
    print(
        f"broadcast  {found.before:.3f} and {found.after:.3f} of 30/s; most in a second {found.most}"
    )


def rows(seconds: float = 28.0) -> Iterator[Found]:
    """On two processors: the platform is no part of what is measured."""
    found = asyncio.run(broadcast(seconds))
    slower = min(found.before, found.after)
    yield Found("broadcast.rate", "30", f"{30 * slower:.1f}", slower)
    yield Found("broadcast.most", "", str(found.most), found.most)


async def crowd() -> None:
    """First replies."""
    for over, pace in ((0.0, PEOPLES_PACE), (2.0, PEOPLES_PACE), (12.0, HASTE)):
        async with Crowd(PEOPLE, pace=pace) as api:
            with tempfile.TemporaryDirectory() as folder:
                async with service("serve", api.base, folder) as process:
                    await _ready(api)
                    began, spent = time.monotonic(), _processor(process.pid)
                    for n, caller in enumerate(api.callers):
                        asyncio.get_running_loop().call_later(over * n / PEOPLE, caller.begin)
                    await finished(api, 600)
                    took = time.monotonic() - began
                    spent = _processor(process.pid) - spent
            waits = sorted(caller.first - caller.began for caller in api.callers)
            span = max(c.first for c in api.callers) - min(c.began for c in api.callers)
            print(
                f"crowd      {PEOPLE} people over {over:.0f} s, then {pace[0]:g} to {pace[1]:g} s a turn: first reply "
                f"p50 {waits[len(waits) // 2]:.2f}, p95 {waits[int(len(waits) * 0.95)]:.2f} s, all in {span:.1f} s; "
                f"all have handed in after {took:.0f} s, {1000 * spent / PEOPLE:.0f} ms of a processor each, receipt "
                f"and all; {len(api.calls)} calls; refusals {dict(api.refusals)}",
                flush=True,
            )


def _processor(process: int) -> float:
    """Seconds of a processor that it has had."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


async def killed() -> None:
    """Nothing lost, nothing doubled."""
    async with Crowd(PEOPLE, repeats=0.03) as api:
        api.mischief = mischief(api.chance)
        kills = 0
        with tempfile.TemporaryDirectory() as folder:
            for n, caller in enumerate(api.callers):
                asyncio.get_running_loop().call_later(30.0 * n / PEOPLE, caller.begin)
            began = time.monotonic()
            while len(api.finished) < PEOPLE and time.monotonic() - began < 900:
                async with service("serve", api.base, folder) as process:
                    life = api.chance.uniform(2, 6) if kills < KILLS else 900
                    await finished(api, life, strict=False)
                    if len(api.finished) < PEOPLE:
                        process.kill()
                        await process.wait()
                        kills += 1
            async with service("serve", api.base, folder):
                await asyncio.sleep(8)
            kept = await kept_in(Path(folder))
        lost = sum(said not in kept for c in api.callers for said in c.said)
        doubled = sum(count > 1 for count in kept.values())
        twice = sum(c.thanked > 1 for c in api.callers)
        print(
            f"killed     {kills} times in {time.monotonic() - began:.0f} s: {len(api.finished)} of {PEOPLE} thanked, "
            f"{twice} of them twice; lost {lost}, doubled {doubled}; {len(api.calls)} calls, "
            f"refusals {dict(api.refusals)}"
        )


async def kept_in(folder: Path, url: str = "") -> Mapping[str, int]:
    """What was said and how often it is there, once a last tick has let all of it out of the vault."""
    settings, secrets = _settings(folder, url)
    app = App(settings, secrets)
    app.database.start()
    for round in ("asks", STANDING):
        await tick(app.database, round, Tick(name="end", period="2026-11-27", last=True))
    rows = await app.database.read(
        lambda db: list(
            db.execute(
                text("SELECT text, count(*) FROM opinion WHERE text <> '' GROUP BY text")
            )
        )
    )
    await app.database.stop()
    app.keys.close()
    return dict(rows)


def mischief(chance: random.Random) -> Callable[[str, Mapping[str, Any]], Fault | None]:
    faults = (Reset(), Reset(done=True), Page(502), Truncated(), Flood(1), Slow(0.3))

    def sometimes(method: str, facts: Mapping[str, Any]) -> Fault | None:
        return chance.choice(faults) if chance.random() < 0.03 else None

    return sometimes


async def _ready(api: BotApi) -> None:
    while not api.of("getUpdates") or len(api.of("getMyShortDescription")) < 3:
        await asyncio.sleep(0.05)


async def finished(api: Crowd, within: float, *, strict: bool = True) -> None:
    until = time.monotonic() + within
    while len(api.finished) < len(api.callers):
        if time.monotonic() > until:
            assert not strict, f"{len(api.callers) - len(api.finished)} are still waiting"
            return
        await asyncio.sleep(0.05)


FIGURES: Mapping[str, Callable[[], Coroutine[Any, Any, None]]] = {
    "broadcast": told,
    "crowd": crowd,
    "killed": killed,
}


def main(asked: list[str]) -> None:
    match asked:
        case ["serve", base, folder, *url]:
            asyncio.run(serve(base, folder, *url))
        case ["shout", base, count]:
            asyncio.run(shout(base, count))
        case _:
            for name in asked or FIGURES:
                asyncio.run(FIGURES[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
