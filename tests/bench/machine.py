"""What the figures were measured on."""

import os
import platform
import re
import sqlite3
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

SYNCS = 200
LIBRARIES = (
    "python-telegram-bot",
    "sqlalchemy",
    "aiosqlite",
    "asyncpg",
    "xlsxwriter",
    "pillow",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine on one day."""

    processor: str
    processors: int
    memory: int
    """Gigabytes."""
    system: str
    python: str
    sqlite: str
    libraries: str
    syncs: int
    """fdatasync a second of the disk that was measured on, a page written before each."""
    day: str


def this() -> Machine:
    """The one we are on."""
    return Machine(
        processor=_found(r"^model name\s*: (.+)$", "/proc/cpuinfo") or platform.machine(),
        processors=os.cpu_count() or 1,
        memory=round(int(_found(r"^MemTotal:\s+(\d+)", "/proc/meminfo") or 0) / 1024**2),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        libraries=", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        syncs=_syncs(),
        day=time.strftime("%Y-%m-%d", time.gmtime()),
    )


def _syncs() -> int:
    with (
        TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder,
        (Path(folder) / "file").open("wb", buffering=0) as file,
    ):
        began = time.perf_counter()
        for _ in range(SYNCS):
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
        return round(SYNCS / (time.perf_counter() - began))


def _found(pattern: str, file: str) -> str:
    found = re.search(pattern, Path(file).read_text(), re.MULTILINE)
    return found[1] if found else ""
