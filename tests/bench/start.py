"""Starting, idling, and saying what there is: against a process that only imports what is needed."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.process.service import ROOT, free_port

LEAN = (
    "import sqlalchemy.ext.asyncio, aiosqlite, apscheduler.schedulers.asyncio, cryptography.hazmat."
    "primitives.ciphers.aead, starlette.applications, starlette.routing, uvicorn, httptools, chinese_calendar"
)


def lean() -> float:
    """Seconds of a process that imports what the service stands on, and ends."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", LEAN], check=True)
    return time.perf_counter() - started


def ready(folder: Path) -> tuple[float, float]:
    """Seconds until the service answers, on a schema at head; and megabytes it idles with."""
    port = free_port()
    config = folder / "config.toml"
    config.write_text(f'[web]\nlisten = "127.0.0.1:{port}"\n')
    log = folder / "log"
    with log.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(config)], cwd=ROOT, stdout=out
        )
        while b"ready" not in log.read_bytes():
            assert process.poll() is None
            time.sleep(0.002)
        took = time.perf_counter() - started
    httpx.get(f"http://127.0.0.1:{port}/chat")
    time.sleep(1)
    status = Path(f"/proc/{process.pid}/status").read_text()
    memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
    process.terminate()
    process.wait()
    return took, memory


def bare() -> float:
    """Seconds of the smallest Python process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started


def help_() -> float:
    """Seconds of `tingwen --help`."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "--help"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def measured(rounds: int) -> dict[str, float]:
    """Medians, each pair measured alternately."""
    seen: dict[str, list[float]] = {
        "lean": [],
        "ready": [],
        "memory": [],
        "bare": [],
        "help": [],
    }
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        ready(Path(folder))  # migrates, and compiles the bytecode
        for _ in range(rounds):
            seen["lean"].append(lean())
            took, memory = ready(Path(folder))
            seen["ready"].append(took)
            seen["memory"].append(memory)
            seen["bare"].append(bare())
            seen["help"].append(help_())
    return {name: statistics.median(values) for name, values in seen.items()}
