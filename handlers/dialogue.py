"""The talk tick: once a day what holders replied reaches the office, all of a day together.

A reply waits in a vault of its own, in sealed buckets like those of opinions. The tick is many short deeds, each of which
may be repeated: a reply keeps its name, so that none is handed on twice, and the buckets it began with stay until it is
done. Rows say the day of the tick and lie in the order of names that chance made.
"""

from collections.abc import Iterable

from bot.core.bucket import pool
from bot.core.dialogue import ATOMS, VAULT, taken_up
from bot.core.messages import Address
from storage.database import Database
from storage.dialogue import Reply
from storage.outbox import Note
from storage.unit_of_work import Work
from storage.vault import Going, Tick, whole

BUCKETS = 64
"""Buckets opened or removed by one deed."""

ROWS = 1000
"""Replies written by one deed."""


async def hand_on(
    database: Database,
    day: int,
    name: str,
    *,
    talkers: tuple[Address, ...] = (),
    readers: tuple[Address, ...] = (),
) -> bool:
    """The talk tick of that day, `name`; False when it has been. One that was broken off is taken up first.

    `talkers` are told that there are replies, `readers` that contacts were left; of neither how many.
    """
    wish = Tick(name=name, period=name, standing=True)
    while going := await database.write(lambda tx: _begun(Work(tx), wish)):
        replies = await _gathered(database, going, day)
        for start in range(0, len(replies), ROWS):
            some = replies[start : start + ROWS]
            await database.write(lambda tx, some=some: Work(tx).dialogue.hand_on(some))
        told = talkers if replies else ()
        await database.write(
            lambda tx, going=going, told=told: _settled(Work(tx), going, told, readers)
        )
        while await database.write(lambda tx: Work(tx).vault.sweep(VAULT, BUCKETS)):
            pass
        if going.tick.name == name:
            return True
    return False


def _begun(work: Work, wish: Tick) -> Going | None:
    work.vault.open(VAULT, ATOMS)
    return work.vault.begin(VAULT, wish)


async def _gathered(database: Database, going: Going, day: int) -> list[Reply]:
    """All that waits, in the order of names."""
    contents: list[bytes] = []
    start = 0
    while True:
        some = await database.write(
            lambda tx, start=start: Work(tx).vault.gather(going, start, BUCKETS)
        )
        if not some.contents and not some.lost:
            break
        contents += map(whole, some.contents)
        start += BUCKETS
    laid = map(taken_up, pool(contents).pieces)
    return sorted(
        Reply(
            id=one.name,
            lookup=one.lookup,
            number=one.number,
            day=day,
            kind=one.kind,
            asked=one.asked,
            text=one.text,
        )
        for one in laid
    )


def _settled(
    work: Work, going: Going, talkers: Iterable[Address], readers: Iterable[Address]
) -> None:
    if not work.vault.settle(going, ()):
        return
    for address in talkers:
        note = Note(key="desk.replies_came", buttons=(("desk.replies_see", "回访 回音"),))
        work.parcels.put("replies", going.tick.name, address, note)
    if work.signatures.tell():
        for address in readers:
            note = Note(key="desk.signed_came", buttons=(("desk.signed_see", "留名"),))
            work.parcels.put("signed", going.tick.name, address, note)
