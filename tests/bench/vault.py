"""The vault: does handing in cost the same however much waits, and does a tick keep people waiting?

No peer does this, so the first figure is a ratio within one run: a submission with 100 and with 100,000 answers
waiting, five answers each, masked and sorted beforehand. The second is what other deeds see of a tick over those
100,000: how long one of them waited at the most.
"""

import asyncio
import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.core.cells import freeze
from bot.core.messages import Address, Redacted
from handlers.tick import tick
from storage.database import Database
from storage.keys import Keyring
from storage.schema import prepare
from storage.unit_of_work import Work
from storage.vault import Said, Tick

WORDS = "一个月光是上面来的检查就有七次，每次都要补材料，晚上备课的时间全拿去打印了。"
LABELS = {
    "topic": "jiancha",
    "sifeng": ["形式主义"],
    "kind": "complaint",
    "urgent": False,
    "about": "一般",
}
UNITS = [f"u{i}" for i in range(300)]
MEASURED = 400


def five(number: int) -> tuple[Said, ...]:
    """A submission of five answers."""
    return tuple(
        Said(
            question=f"q{i}",
            dimension="怨",
            text=Redacted(f"{WORDS}{number}.{i}"),
            labels=LABELS,
        )
        for i in range(5)
    )


class Bench:
    """A round of 300 schools in a folder."""

    def __init__(self, folder: Path) -> None:
        prepare(folder / "vault.db")
        self.file = folder / "vault.db"
        self.database = Database(self.file, Keyring(folder / "keys"))
        self.numbers = itertools.count()
        counts = {(unit, "teacher"): 80 for unit in UNITS}
        self.atoms = freeze(["teacher"], counts, dict.fromkeys(UNITS, ""))

    async def start(self) -> None:
        self.database.start()
        await self.database.write(
            lambda tx: Work(tx).vault.open("bench", self.atoms, people=24_000)
        )

    def submit(self, work: Work) -> None:
        number = next(self.numbers)
        atom = self.atoms.atom_of(UNITS[number % len(UNITS)], "teacher").id
        address = Address(channel="web", id=f"p{number}")
        assert work.vault.submit("bench", address, atom, five(number)) == "taken"

    async def fill(self, submissions: int) -> None:
        """So many, quickly."""
        for _ in range(submissions // 50):
            await self.database.write(lambda tx: [self.submit(Work(tx)) for _ in range(50)])

    async def cost(self) -> tuple[float, float]:
        """Milliseconds of CPU of one submission and of wall, medians, each in a transaction of its own."""
        cpu, wall = [], []
        for _ in range(MEASURED):
            before, began = _cpu(), time.perf_counter()
            await self.database.write(lambda tx: self.submit(Work(tx)))
            wall.append(time.perf_counter() - began)
            cpu.append(_cpu() - before)
        return statistics.fmean(cpu) * 1000, statistics.median(wall) * 1000

    async def tick(self) -> tuple[float, float, float]:
        """Seconds of a tick, and milliseconds that a small deed waited meanwhile: 95th percentile and most."""
        waits: list[float] = []

        async def others() -> None:
            while True:
                began = time.perf_counter()
                await self.database.write(
                    lambda tx: Work(tx).vault.finished("bench", _SOMEBODY)
                )
                waits.append(time.perf_counter() - began)
                await asyncio.sleep(0.002)

        task = asyncio.create_task(others())
        began = time.perf_counter()
        await tick(self.database, "bench", Tick(name="t1", period="2026-09-25"))
        took = time.perf_counter() - began
        task.cancel()
        waits.sort()
        return took, waits[len(waits) * 95 // 100] * 1000, waits[-1] * 1000


_SOMEBODY = Address(channel="web", id="p1")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(folder: Path) -> None:
    bench = Bench(folder)
    await bench.start()
    print(f"{'answers waiting':>16} {'CPU ms':>8} {'wall ms':>8} {'file MB':>8}")
    costs = []
    for goal in (100, 1_000, 10_000, 100_000):
        await bench.fill(goal // 5 - next(bench.numbers))
        cpu, wall = await bench.cost()
        costs.append(cpu)
        size = bench.file.stat().st_size / 2**20
        print(f"{goal:16} {cpu:8.2f} {wall:8.2f} {size:8.0f}")
    print(f"100,000 against 100: {costs[-1] / costs[0]:.2f}")
    took, usual, worst = await bench.tick()
    print(
        f"tick {took:.1f} s; other deeds waited {usual:.0f} ms (95 %), {worst:.0f} ms at the most"
    )
    rows = await bench.database.write(lambda tx: len(Work(tx).opinions.of("2026-09-25")))
    print(
        f"released {rows}; memory at the most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    await bench.database.stop()


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TINGWEN_BENCH_DIR")
    with tempfile.TemporaryDirectory(dir=where) as made:
        asyncio.run(main(Path(made)))
