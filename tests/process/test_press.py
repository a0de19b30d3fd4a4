"""kill -9 while a press is at work: no process stays behind with people's words in it."""

import subprocess
import sys
import time
from pathlib import Path

from tests.process.service import ROOT

AT_WORK = """
import asyncio, os, time
from handlers.papers import Press

async def work():
    async with Press().lasting(1, print, "begun") as working:
        print(await working(os.getpid), flush=True)
        await working(time.sleep, 600)

if __name__ == "__main__":
    asyncio.run(work())
"""


def test_a_press_ends_with_the_service_that_was_killed(tmp_path):
    script = tmp_path / "at_work.py"
    script.write_text(AT_WORK)
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as service:
        assert service.stdout is not None
        numbers = (line.strip() for line in service.stdout)
        press = Path("/proc") / next(n for n in numbers if n.isdigit()).decode()
        assert press.exists()
        service.kill()

    until = time.monotonic() + 30
    while press.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not press.exists()
