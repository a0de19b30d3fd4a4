"""kill -9 while the calendar reminds, and a clock that jumps back: nothing is lost, nothing is said on and on."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.process.service import ROOT

KILLS = 10


def run(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.reminders", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def finished(folder: Path) -> Counter[str]:
    folder.mkdir(exist_ok=True)
    with run(folder) as child:
        child.communicate(timeout=120)
        assert child.returncode == 0
    return Counter((folder / "letters").read_text(encoding="utf-8").splitlines())


def test_each_reminder_arrives_and_a_kill_repeats_at_most_the_one_that_was_on_its_way(tmp_path):
    chance = random.Random(20140325)
    started = time.monotonic()
    whole = finished(tmp_path / "whole")
    took = time.monotonic() - started
    assert len(whole) > 20
    assert set(whole.values()) == {1}

    killed = tmp_path / "killed"
    killed.mkdir()
    for _ in range(KILLS):
        with run(killed) as child:
            try:
                child.wait(timeout=chance.uniform(0.3, 0.95) * took)
            except subprocess.TimeoutExpired:
                child.kill()
    said = finished(killed)
    assert said.keys() == whole.keys()
    assert said.total() <= whole.total() + KILLS


def test_the_same_days_once_more_say_nothing_again(tmp_path):
    once = finished(tmp_path / "house")
    assert finished(tmp_path / "house") == once
