"""kill -9 around import, approval and report: one plan lives, approved once, reported once."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.process.service import ROOT

KILLS = 8


def run(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.campaign", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def test_an_import_that_is_killed_over_and_over_ends_in_one_plan_that_lives(tmp_path):
    chance = random.Random(20140320)
    started = time.monotonic()
    whole = tmp_path / "whole"
    finished(whole)
    took = time.monotonic() - started
    expected = what_is_there(whole)
    assert expected[0] == [(1, 1, 1, "office-1")]

    killed = tmp_path / "killed"
    for _ in range(KILLS):
        with run(killed) as child:
            try:
                child.wait(timeout=chance.uniform(0.35, 1.0) * took)
            except subprocess.TimeoutExpired:
                child.kill()
    finished(killed)
    assert what_is_there(killed) == expected
    shutil.rmtree(whole)


def finished(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with run(folder) as child:
        child.communicate(timeout=60)
        assert child.returncode == 0


def what_is_there(folder: Path) -> tuple[list[object], ...]:
    with sqlite3.connect(folder / "data" / "tingwen.db") as db:
        plans = db.execute("SELECT id, version, state, approved_by FROM campaign").fetchall()
        reports = db.execute("SELECT campaign, node, unit, who FROM completion").fetchall()
        deeds = db.execute(
            "SELECT deed, params, count(*) FROM trail GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        waiting = db.execute("SELECT count(*) FROM errand").fetchall()
        return plans, reports, deeds, waiting
