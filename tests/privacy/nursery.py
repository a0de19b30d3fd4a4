"""Processes that are killed while they hand in and tick, and what is found after each of them.

Run as `python -m tests.privacy.nursery FOLDER KILLS SEED` (a process of its own: it forks, and has no thread when it
does). Each child takes up the files as the last one left them. What a child was told is kept, it writes down; after
each death the files are opened as at a start, and looked at.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NoReturn

import handlers.tick
from handlers.tick import tick
from storage.database import Database
from storage.keys import Keyring
from storage.unit_of_work import Work
from storage.vault import Tick
from tests.vaults import Shelf, atoms, person, said, start, unnamed_keys

UNITS = ("no1", "no2", "no3")
AT_ONCE = 3
BETWEEN_TICKS = 15
PERIOD = "2026-09-25"


def text_of(number: int) -> str:
    """What that person says."""
    return f"第{number}个人的话"


def live(folder: Path, log: int, says: int, first: int) -> NoReturn:
    """Hand in and tick until killed."""
    handlers.tick.ROWS, handlers.tick.BUCKETS = 2, 1  # many deeds: many moments to die at
    asyncio.run(_live(folder, log, says, first))
    os._exit(0)


async def _live(folder: Path, log: int, says: int, first: int) -> None:
    database = Database(folder / "data" / "tingwen.db", Keyring(folder / "keys"))
    database.start()
    await database.write(start)
    os.write(says, b".")
    numbers = iter(range(first, first + 10**6))

    async def hand_in() -> None:
        number = next(numbers)
        outcome = await database.write(lambda tx: _submit(Work(tx), number))
        assert outcome == "taken"
        os.write(log, f"{number}\n".encode())

    while True:
        for _ in range(BETWEEN_TICKS):
            await asyncio.gather(*(hand_in() for _ in range(AT_ONCE)))
        os.write(says, b"T")
        name = f"{first + next(numbers):09}"
        await asyncio.gather(
            tick(database, "r", Tick(name=name, period=PERIOD)),
            *(hand_in() for _ in range(AT_ONCE)),
        )


def _submit(work: Work, number: int) -> str:
    atom = atoms().atom_of(UNITS[number % 3], "teacher").id
    return work.vault.submit("r", person(number), atom, said(text_of(number)))


def main(folder: Path, kills: int, seed: int) -> None:
    """Let so many children live and die; raises where something was lost, doubled, or left lying about."""
    chance = random.Random(seed)
    shelf = Shelf(folder)
    shelf.do(lambda work: work.vault.open("r", atoms()))
    shelf.close()
    file = folder / "told"
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    in_tick = 0
    for kill in range(kills):
        _one_life(folder, log, 100_000 * (kill + 1), chance, wait_for=b".T"[kill % 2])
        in_tick += _looked_at(folder)
    told = [int(line) for line in file.read_text().split()]
    _closed(folder, told)
    sys.stdout.write(f"{len(told)} {in_tick}\n")


def _one_life(folder: Path, log: int, first: int, chance: random.Random, wait_for: int) -> None:
    hears, says = os.pipe()
    child = os.fork()
    if child == 0:
        live(folder, log, says, first)
    while os.read(hears, 1)[0] != wait_for:
        pass
    time.sleep(chance.uniform(0, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(hears)
    os.close(says)


def _looked_at(folder: Path) -> bool:
    """Nothing doubled, no key that no row names; whether the child died within a tick."""
    shelf = Shelf(folder)
    found = Counter(text for (text,) in shelf.rows("SELECT text FROM opinion"))
    [(pending,)] = shelf.rows("SELECT pending FROM vault")
    shelf.close()
    assert not found or max(found.values()) == 1, found.most_common(1)
    left = unnamed_keys(shelf.file, (folder / "keys" / "slots").read_bytes())
    assert not left, left
    return bool(pending)


def _closed(folder: Path, told: list[int]) -> None:
    """The last tick: all that anybody was told is kept has come out, once."""
    shelf = Shelf(folder)
    for number in range(9):
        shelf.do(lambda work, n=number: _submit(work, n))
    ticked = asyncio.run(tick(shelf, "r", Tick(name="z", period=PERIOD, last=True)))
    assert ticked is not None
    assert not ticked.dropped
    assert not ticked.lost
    found = Counter(text for (text,) in shelf.rows("SELECT text FROM opinion"))
    assert max(found.values()) == 1
    missing = {text_of(number) for number in told} - found.keys()
    assert not missing, missing
    counts = shelf.do(lambda work: work.opinions.turnout())
    assert sum(each.submissions for each in counts) == sum(found.values())
    assert all(each.people >= 3 for each in counts)
    assert shelf.rows("SELECT count(*) FROM bucket") == [(0,)]
    shelf.close()
    assert not any((folder / "keys" / "slots").read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
