"""kill -9 around tick, snapshot, draft and delivery: one digest, and everybody gets it."""

import asyncio
import collections
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.channels.postoffice import Listening, PostOffice, listening, post_office
from tests.process.service import ROOT

KILLS = 24


def run(folder: Path, *what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.week", str(folder), *what],
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


async def test_letters_and_hooks_outlive_kills_and_a_repeat_bears_the_same_name(tmp_path):
    with run(tmp_path, "people") as child:
        await asyncio.to_thread(child.communicate, timeout=60)
    async with post_office() as office, listening() as there:
        what = ("posted", str(office.port), there.url)
        office.will_say("DATA", "451 4.3.0 try later")
        for wait in (0, 0.002, 0.02):
            with run(tmp_path, *what) as child:
                await _killed(child, office, there, wait)
        with run(tmp_path, *what) as child:
            await asyncio.to_thread(child.communicate, timeout=60)
            assert child.returncode == 0

    names: dict[str, set[str]] = collections.defaultdict(set)
    for box, letter in office.taken:
        names[box].add(letter["Message-ID"])
    assert {box: len(ids) for box, ids in names.items()} == {
        "head@school.example": 1,
        "bureau@city.example": 1,
    }
    assert len({heads["webhook-id"] for _, heads, _ in there.came}) == 1
    assert len({body for *_, body in there.came}) == 1
    [(_, state, count)] = [row[1:] for row in snapshot(tmp_path)[1] if row[0] == "digest"]
    assert (state, count) == (1, 6)


async def _killed(child, office: PostOffice, there: Listening, wait: float) -> None:
    """Killed a moment after a server took something, before that may be noted; or it is through."""
    before = len(office.raw) + len(there.came)
    while child.poll() is None:
        if len(office.raw) + len(there.came) > before:
            await asyncio.sleep(wait)
            child.kill()
        await asyncio.sleep(0.005)


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
