"""How the service is: its parts, and figures for whoever watches a machine.

A series of figures is a diary. A counter that moves with each message would tell when somebody wrote, and so would the
time a processor spent (a receipt is slow on purpose), a queue's length, the bytes of a disk. So what moves with people
is told in whole hundreds, memory and what a disk has left in steps, and processor time not at all. Warnings are counted by the name
of the event, which is all a log says of them.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.logs import TOLD
from bot.scheduler import Bell
from storage.database import Database, StorageFailed
from storage.keys import Keyring

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PATIENCE = 2.0
"""Seconds the writer may take to answer."""
LATELY = 1.0
"""Seconds for which an answer is good: whoever asks oftener learns nothing new, and costs nothing."""
LATE = 300.0
"""Seconds without a ring after which the bell is not well."""
LEAST_FREE = 64 << 20
"""Bytes a disk must have left."""
STEP = 64 << 20
"""Bytes by which memory and a disk are told."""
HUNDRED = 100


class Health:
    """Looks after one running service."""

    def __init__(self, database: Database, keys: Keyring, disk: Path) -> None:
        self._database = database
        self._keys = keys
        self._disk = disk
        self._bell: Bell | None = None
        self._stands_by = False
        self._asked: tuple[float, asyncio.Task[Mapping[str, bool]]] | None = None

    def watch(self, bell: Bell) -> None:
        """The bell hangs now."""
        self._bell, self._stands_by = bell, False

    def stand_by(self) -> None:
        """Another replica rings."""
        self._bell, self._stands_by = None, True

    async def parts(self) -> Mapping[str, bool]:
        """Each part, and whether it is well."""
        now = time.monotonic()
        if self._asked is None or now - self._asked[0] > LATELY:
            self._asked = (now, asyncio.create_task(self._look()))
        return await asyncio.shield(self._asked[1])

    async def _look(self) -> Mapping[str, bool]:
        return {
            "storage": await self._answers(),
            "keys": self._keys.there(),
            "bell": self._stands_by or (self._bell is not None and self._bell.silent < LATE),
            "disk": self._free() > LEAST_FREE,
        }

    def _free(self) -> int:
        """Bytes left; none where the folder has gone."""
        try:
            return shutil.disk_usage(self._disk).free
        except OSError:
            return 0

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._database.write(lambda _: None)
        except (StorageFailed, TimeoutError):
            return False
        return True

    def figures(self, parts: Mapping[str, bool]) -> "Iterable[Metric]":
        """For Prometheus; none of them moves with one person."""
        from prometheus_client.metrics_core import (  # when first asked for
            CounterMetricFamily,
            GaugeMetricFamily,
        )

        ready = GaugeMetricFamily("tingwen_ready", "Whether a part is well.", labels=["part"])
        for part, well in parts.items():
            ready.add_metric([part], well)
        yield ready
        deeds = self._database.done // HUNDRED * HUNDRED
        yield CounterMetricFamily("tingwen_deeds", "Deeds committed, in whole hundreds.", deeds)
        warnings = CounterMetricFamily(
            "tingwen_warnings", "Warnings and errors in the log.", labels=["level", "event"]
        )
        for (level, event), count in sorted(TOLD.items()):
            warnings.add_metric([level, event], count)
        yield warnings
        for name, meaning, value in self._gauges():
            yield GaugeMetricFamily(name, meaning, value)

    def _gauges(self) -> Iterable[tuple[str, str, float]]:
        silent = self._bell.silent if self._bell else 0.0
        free = self._free() // STEP * STEP
        yield "tingwen_bell_silent_seconds", "Since the bell rang last.", silent
        yield "tingwen_disk_free_bytes", "Left beside the database, in steps of 64 MiB.", free
        yield "tingwen_open_files", "Files and connections held open.", _open_files()
        yield "tingwen_memory_bytes", "Resident memory, in steps of 64 MiB.", _memory()


def _memory() -> int:
    resident = Path("/proc/self/statm").read_text().split()[1]
    return -(-int(resident) * os.sysconf("SC_PAGE_SIZE") // STEP) * STEP


def _open_files() -> int:
    """Rounded up to tens: one more is somebody who has just opened the page."""
    return -(-sum(1 for _ in Path("/proc/self/fd").iterdir()) // 10) * 10
