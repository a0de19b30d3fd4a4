"""Starting, idling, and saying what there is: against a process that only imports what is needed."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bot.settings.secret import NAMES
from tests.bench.rows import Found
from tests.channels.telegram.botapi import TOKEN
from tests.process.service import PLAIN, ROOT, free_port

HEAVY = "import telegram.ext, sqlalchemy.ext.asyncio"
"""What a Telegram bot with a database begins with."""
OWN = (
    "import sqlalchemy.ext.asyncio, aiosqlite, apscheduler.schedulers.asyncio, cryptography.hazmat."
    "primitives.ciphers.aead, starlette.applications, starlette.routing, uvicorn, httptools, chinese_calendar"
)
"""What the page alone stands on."""
_IDLE = "; import sys; sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"


def imports(what: str) -> float:
    """Seconds of a process that imports this, and ends."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", what], check=True)
    return time.perf_counter() - started


def holds(what: str) -> float:
    """Megabytes of a process that has imported this."""
    process = subprocess.Popen(
        [sys.executable, "-c", what + _IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.read(1)
    memory = _resident(process.pid)
    process.communicate(b"")
    return memory


def ready(folder: Path, *, telegram: bool) -> tuple[float, float]:
    """Seconds until the service answers, on a schema at head; and megabytes it idles with.

    With Telegram its platform is nowhere to be found, which must not keep it.
    """
    port = free_port()
    config = folder / "config.toml"
    lines = f'[web]\nlisten = "127.0.0.1:{port}"\n'
    env = dict(os.environ)
    if telegram:
        lines += '[telegram]\napi_base_url = "http://127.0.0.1:9"\n'
        env[NAMES["telegram_token"]] = TOKEN
    config.write_text(lines)
    log = folder / "log"
    with log.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(config)],
            cwd=ROOT,
            stdout=out,
            env=env,
        )
        while b"ready" not in log.read_bytes():
            assert process.poll() is None
            time.sleep(0.002)
        took = time.perf_counter() - started
    PLAIN.get(f"http://127.0.0.1:{port}/chat")
    time.sleep(1)
    memory = _resident(process.pid)
    process.terminate()
    process.wait()
    return took, memory


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1024


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


def rows(rounds: int, *, warm: bool = True) -> Iterator[Found]:
    """Medians, each pair measured alternately; `warm`: after one turn that does not count."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        place = Path(folder)
        if warm:
            _turn(place)  # migrates, and compiles the bytecode
        turns = [_turn(place) for _ in range(rounds)]
    heavy, own, full, page, bare_, help_s, idle, held = (
        median(seen) for seen in zip(*turns, strict=True)
    )
    for key, floor, product in (
        ("ready", heavy, full),
        ("own", own, page),
        ("help", bare_, help_s),
    ):
        yield Found(
            f"start.{key}", f"{1000 * floor:.0f}", f"{1000 * product:.0f}", product / floor
        )
    yield Found("start.idle", f"{held:.0f}", f"{idle:.0f}", idle / held)


def _turn(folder: Path) -> tuple[float, ...]:
    full, idle = ready(folder, telegram=True)
    page, _ = ready(folder, telegram=False)
    return imports(HEAVY), imports(OWN), full, page, bare(), help_(), idle, holds(HEAVY)
