"""kill -9 around tick, snapshot, draft and delivery: one digest, and everybody gets it."""

import collections
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.process.service import ROOT

KILLS = 24


def run(folder: Path, what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.week", str(folder), what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def test_a_friday_that_is_killed_over_and_over_makes_one_digest_that_reaches_everybody(
    tmp_path,
):
    chance = random.Random(20140328)
    week = tmp_path / "week"
    week.mkdir()
    with run(week, "people") as child:
        child.communicate(timeout=60)
        assert child.returncode == 0
    started = time.monotonic()
    whole = tmp_path / "whole"
    shutil.copytree(week, whole)
    with run(whole, "friday") as child:
        child.communicate(timeout=60)
        assert child.returncode == 0
    took = time.monotonic() - started
    expected = snapshot(whole)

    for _ in range(KILLS):
        with run(week, "friday") as child:
            try:
                child.wait(timeout=chance.uniform(0.25, 1.0) * took)
            except subprocess.TimeoutExpired:
                child.kill()
    with run(week, "friday") as child:
        child.communicate(timeout=60)
        assert child.returncode == 0

    assert snapshot(week) == expected
    got = collections.Counter((week / "letters").read_text(encoding="utf-8").splitlines())
    digests = {line.split("\t")[0]: n for line, n in got.items() if "【意见征集周报" in line}
    assert set(digests) == {"office0", "office1", "office2"}
    assert all(1 <= n <= 2 for n in digests.values()), (
        digests
    )  # the one in flight may come twice


def snapshot(folder: Path) -> tuple[object, ...]:
    """The one digest, and what was handed over, as the database has it. Random ids are not compared."""
    with sqlite3.connect(folder / "data" / "tingwen.db") as db:
        rows = db.execute("SELECT period, version, sent FROM digest").fetchall()
        parcels = db.execute(
            "SELECT kind, ref, state, count(*) FROM outbox GROUP BY 1, 2, 3 ORDER BY 1"
        )
        opinions = db.execute(
            "SELECT period, unit, grp, question, options, count(*) FROM opinion GROUP BY 1,2,3,4,5"
        )
        counted = db.execute(
            "SELECT period, units, grp, people, submissions FROM released ORDER BY 1, 2, 3"
        )
        return rows, parcels.fetchall(), opinions.fetchall(), counted.fetchall()
