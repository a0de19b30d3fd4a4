"""A reminder to a whole county while people answer: how fast, never too fast, and killed in the middle.

Whoever is reminded stands in the sealed roster beforehand, as if a directory had been read. What the platform allows in
a second is told to it and to the service alike, so that seventy thousand need not take as long as they do at thirty.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.app.wiring import App
from bot.core.messages import Address
from bot.settings.reading import load
from handlers.round import AT_ONCE, BATCH
from storage.database import Tx
from storage.identity import Entry
from storage.unit_of_work import Work
from tests.load.evening import (
    LOOK,
    PATIENCE,
    SCHOOLS,
    Place,
    Replica,
    Say,
    all_thanked,
    replicas,
    schools,
    until,
)
from tests.load.people import County, Resident

SHARE = 0.95
"""Of what is allowed, how much is to be used."""
TAKEN_OVER = 30.0
"""Seconds within which it is to go on after a death."""
ANSWERING = 0.1
"""What people do meanwhile: so many updates a second for each message that is allowed."""
STILL = 10.0
"""Seconds without a reminder after which it is over."""
IN_FLIGHT = AT_ONCE
"""Messages that may be on their way when it dies."""
AT_A_TIME = 500
KEEPING = "keeping the watch"


@dataclass
class Told:
    """How it went."""

    people: int
    allowed: int
    reminded: int = 0
    twice: int = 0
    never: int = 0
    """Neither reminded nor finished before their turn."""
    finished: int = 0
    waiting: int = 0
    unasked: int = 0
    most: int = 0
    """Messages that came in any one second."""
    refused: int = 0
    share: float = 0.0
    """Of what is allowed, between the first reminder of a life and its last."""
    seconds: float = 0.0
    kills: int = 0
    gaps: list[float] = field(default_factory=list)
    """Seconds from each kill to the next reminder."""
    waits: list[float] = field(default_factory=list)
    whole: bool = True
    """It was let come to its end."""

    @property
    def sound(self) -> bool:
        """Within the limit, fast, everybody once. With each death a batch that was marked may be left out, and nobody is told twice."""
        left_out = self.never if self.whole else 0
        return (
            not (self.twice or self.refused or self.waiting)
            and self.unasked <= self.kills  # the message that was in flight
            and self.most <= self.allowed
            and self.share >= SHARE
            and left_out <= self.kills * 2 * BATCH
            and max(self.gaps, default=0.0) <= TAKEN_OVER
        )


async def enrolled(place: Place, people: int) -> None:
    """Everybody stands in the roster, with their school and group."""
    port = 1  # nobody listens
    config = place.config("http://127.0.0.1:9", port, people, people // 6)
    loaded = load(config, {})
    app = App(loaded.settings, loaded.secrets)
    async with app.running():
        for start in range(1, people + 1, AT_A_TIME):
            some = range(start, min(start + AT_A_TIME, people + 1))

            def enrol(tx: Tx, some: range = some) -> None:
                for id in some:
                    Work(tx).identity.keep(entry(id))

            await app.database.write(enrol)


def entry(id: int) -> Entry:
    address = Address(channel="telegram", id=str(id))
    unit = schools()[id % SCHOOLS]
    return Entry(address=address, group=group(id), unit=unit, known=True)


def group(id: int) -> str:
    """One in seven is a teacher."""
    return "teacher" if id % 7 == 0 else "parent"


async def broadcast(
    place: Place, *, people: int, allowed: int, count: int, kills: int, seconds: float, say: Say
) -> Told:
    """Remind them all, with so many replicas, and kill the one that speaks so often; or for so many seconds."""
    told = Told(people=people, allowed=allowed, whole=not seconds)
    await enrolled(place, people)
    async with County(per_second=allowed) as api:
        where = schools()
        everybody = [
            api.resident(id, group(id), where[id % SCHOOLS]) for id in range(1, people + 1)
        ]
        options = ("--light", "--allowed", str(allowed))
        async with replicas(place, api, people, people // 6, *options, count=count) as running:
            answering = asyncio.create_task(_answers(api, everybody, allowed))
            try:
                await _reminded(api, running, told, kills, seconds, say)
            finally:
                answering.cancel()
            if not seconds:
                await all_thanked(api)
            for one in running:
                await one.stop()
        _summed_up(api, told)
    return told


async def _answers(api: County, everybody: list[Resident], allowed: int) -> None:
    """Some of them answer, all the time."""
    for who in api.chance.sample(everybody, len(everybody)):
        await asyncio.sleep(8.5 / (ANSWERING * allowed))
        api.begins(who)


async def _reminded(
    api: County, running: list[Replica], told: Told, kills: int, seconds: float, say: Say
) -> None:
    times, said = api.tally.reminded, time.monotonic()
    await until(lambda: len(times) > 0, PATIENCE, "nobody is reminded")
    first, lives, still, before = times[0], [0], 0, 0
    while still * LOOK < STILL and not (seconds and times[-1] - first > seconds):
        await asyncio.sleep(LOOK)
        still = still + 1 if len(times) == before else 0
        before = len(times)
        if told.kills < kills and len(times) > told.people * (told.kills + 1) / (kills + 1):
            lives.append(await _killed(api, running, told))
            say(f"killed, and {told.gaps[-1]:.1f} s later it goes on")
        if time.monotonic() - said > 10:
            said = time.monotonic()
            say(f"{said - first:5.0f} s  {len(times)} reminded, {api.finished} have answered")
    told.seconds = times[-1] - first
    told.share = _share(api, [*lives, len(times)], told.allowed)


async def _killed(api: County, running: list[Replica], told: Told) -> int:
    """Whoever speaks dies, and a supervisor starts it again. Which reminder was the next."""
    times = api.tally.reminded
    keeper = max(running, key=_kept_at)
    await keeper.kill()
    told.kills += 1
    died, before = time.monotonic(), len(times)
    starting = asyncio.create_task(keeper.start())
    # What had left it before it died may arrive after that.
    await until(lambda: len(times) > before + IN_FLIGHT, PATIENCE, "nobody took it over")
    told.gaps.append(times[before + IN_FLIGHT] - died)
    await starting
    return before + IN_FLIGHT


def _kept_at(one: Replica) -> str:
    """When it last took the watch; without one it has always had it."""
    lines = [line for line in one.log().splitlines() if KEEPING in line]
    return lines[-1] if lines else ""


def _share(api: County, lives: list[int], allowed: int) -> float:
    """Of the messages allowed while it was alive, how many it sent, answers among them."""
    times, sent = api.tally.reminded, api.tally.sent
    spans = [(times[a], times[b - 1]) for a, b in itertools.pairwise(lives) if b > a]
    within = sum(any(a <= at <= b for a, b in spans) for at in sent)
    return within / (sum(b - a for a, b in spans) * allowed)


def _summed_up(api: County, told: Told) -> None:
    told.reminded = len(api.reminders)
    told.twice = sum(count > 1 for count in api.reminders.values())
    told.never = sum(
        id not in api.reminders and not who.visit
        for id, who in api.people.items()
        if isinstance(who, Resident)
    )
    told.finished, told.unasked = api.finished, api.tally.unasked
    told.waiting = len(api.talking) if told.whole else 0
    told.most = most_in_a_second(api.tally.sent)
    told.refused = sum(n for why, n in api.refusals.items() if "Too Many" in why)
    told.waits = list(api.tally.waits)


def most_in_a_second(times: Iterable[float]) -> int:
    """Messages in the fullest second."""
    ordered, first, most = sorted(times), 0, 0
    for at, moment in enumerate(ordered):
        while ordered[first] <= moment - 1.0:
            first += 1
        most = max(most, at - first + 1)
    return most
