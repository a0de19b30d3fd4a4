"""The clock struck: what waits in a round's vault is released, as far as enough people wait.

A tick of a hundred thousand answers takes seconds, so it is many short deeds; people go on talking in between. None
of them can be seen from outside as half a tick: the buckets it began with stay until it settles, whoever repeats it
after a crash decides the same, and a piece that is out already is not let out again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.core.bucket import pool
from bot.core.cells import closes
from bot.core.release import Handover, hand_over
from storage.database import Database
from storage.opinion import Slice, sliced
from storage.unit_of_work import Work
from storage.vault import Going, Tick, whole

log = logging.getLogger(__name__)

T = TypeVar("T")

BUCKETS = 64
"""Buckets opened, renewed or removed by one deed."""

ROWS = 1000
"""Opinions written by one deed, about."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A tick that is done. It says nothing of how many."""

    dropped: bool
    """The round is over, and some were too few even together: nothing of theirs was handed on. People are to be told."""
    lost: bool
    """Some of what waited could not be opened: the data had been restored without its keys."""


async def tick(database: Database, round: str, wish: Tick) -> Ticked | None:
    """Release what the round's vault holds; None when this tick has been before, or the round has no open vault.

    One that was broken off is taken up where it stood, whichever it was, before this one begins. Raises
    `StorageFailed`; calling again then goes on.
    """
    while going := await _deed(database, lambda work: work.vault.begin(round, wish)):
        done = await _through(database, going)
        if going.tick.name == wish.name:
            return done
    return None


async def _through(database: Database, going: Going) -> Ticked:
    contents, lost = await _gathered(database, going)
    handed = await asyncio.to_thread(_decided, going, contents)
    await _released(database, going, handed)
    await _renewed(database, going)
    await _deed(database, lambda work: _settle(work, going, handed))
    if going.tick.standing and not going.tick.last:
        await _renewed(database, going)  # now that it is settled of whom nothing waits
    while await _deed(database, lambda work: work.vault.sweep(going.round, BUCKETS)):
        pass
    if lost:
        log.error("some of what waited could not be opened", extra={"code": going.round})
    return Ticked(dropped=_too_few(going, handed), lost=bool(lost))


async def _gathered(database: Database, going: Going) -> tuple[list[bytes], int]:
    """All that the tick is about, opened, and how many buckets could not be."""
    contents: list[bytes] = []
    start = lost = 0
    while True:
        some = await _deed(database, lambda work: work.vault.gather(going, start, BUCKETS))  # noqa: B023
        if not some.contents and not some.lost:
            return contents, lost
        contents += some.contents
        lost += some.lost
        start += BUCKETS


def _decided(going: Going, contents: list[bytes]) -> Handover:
    closing = closes(going.number, last=going.tick.last, standing=going.tick.standing)
    waiting = pool(whole(content) for content in contents)
    return hand_over(going.atoms, waiting, closing=closing, released=going.released)


async def _released(database: Database, going: Going, handed: Handover) -> None:
    """Write the rows of it, in the order of random ids."""
    if not handed.freed:
        return
    there = await _deed(
        database, lambda work: work.opinions.many(going.round, going.tick.period)
    )
    number = -(-(there + len(handed.freed)) // ROWS)
    for some in await asyncio.to_thread(sliced, handed.freed, number):
        await _deed(database, lambda work: _release(work, going, some))  # noqa: B023 - awaited at once


async def _renewed(database: Database, going: Going) -> None:
    """New keys for all tag buckets; a tick leaves no key as it was."""
    start = 0
    while await _deed(database, lambda work: work.vault.renew(going, start, BUCKETS)):  # noqa: B023
        start += BUCKETS


def _release(work: Work, going: Going, some: Slice) -> None:
    work.opinions.release(going.round, going.tick.period, some)


def _settle(work: Work, going: Going, handed: Handover) -> None:
    if work.vault.settle(going, handed.rest):
        work.opinions.count(going.round, going.tick.period, handed.counted)
        if _too_few(going, handed):
            closed = datetime.fromisoformat(going.tick.period).replace(tzinfo=UTC)
            work.rounds.owe(going.round, int(closed.timestamp()))


def _too_few(going: Going, handed: Handover) -> bool:
    """Whether something is handed on to nobody, now or later."""
    return going.tick.last and bool(handed.rest)


async def _deed(database: Database, deed: Callable[[Work], T]) -> T:
    return await database.write(lambda tx: deed(Work(tx)))
