"""kill -9 while somebody calls for who is on duty: nothing is lost, and nobody hears of it over and over."""

import collections
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.process.service import ROOT
from tests.process.urgent import PARENTS
from tests.vaults import unnamed_keys

KILLS = 6


def run(folder: Path, what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.urgent", str(folder), what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def whole(folder: Path, what: str) -> float:
    """Run it to its end; the seconds it took."""
    began = time.monotonic()
    with run(folder, what) as child:
        child.communicate(timeout=90)
        assert child.returncode == 0
    return time.monotonic() - began


def killed(folder: Path, what: str, took: float, chance: random.Random) -> None:
    for _ in range(KILLS):
        with run(folder, what) as child:
            try:
                child.wait(timeout=chance.uniform(0.4, 1.0) * took)
            except subprocess.TimeoutExpired:
                child.kill()
    whole(folder, what)


def test_whoever_is_on_duty_hears_of_each_once_however_often_the_service_is_killed(tmp_path):
    chance = random.Random(20140327)
    other, folder = tmp_path / "other", tmp_path / "house"
    for each in (other, folder):
        each.mkdir()
    took = {what: whole(other, what) for what in ("call", "late")}
    for what in ("call", "late"):
        killed(folder, what, took[what], chance)

    db = sqlite3.connect(folder / "data" / "tingwen.db")
    rows = db.execute("SELECT text, told, at FROM urgent ORDER BY text").fetchall()
    db.close()
    assert [text for text, *_ in rows] == [f"有人体罚学生，打伤了{n}个" for n in range(PARENTS)]
    assert {(told, at) for _, told, at in rows} == {(2, 0)}
    heard = collections.Counter((folder / "letters").read_text(encoding="utf-8").splitlines())
    notes = {line: n for line, n in heard.items() if "【急办" in line}
    to = collections.Counter(line.split("\t")[0] for line in notes)
    assert to == {"duty0": PARENTS, "duty1": PARENTS, "office0": PARENTS}
    assert all(n <= 2 for n in notes.values()), notes  # the one in flight may come twice
    slots = (folder / "keys" / "slots").read_bytes()
    assert unnamed_keys(folder / "data" / "tingwen.db", slots) == set()
