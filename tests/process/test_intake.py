"""kill -9 while a table is taken in: each row is there once, and nothing raw is left."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.process.service import ROOT

ROWS = 300
BAD = ROWS // 100
KILLS = 1


def run(folder: Path, *what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.intake", str(folder), *what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def database(folder: Path) -> Path:
    return next(folder.rglob("tingwen.db"))


def test_a_table_whose_reader_is_killed_over_and_over_is_taken_in_once(tmp_path):
    what, heard = ("send", str(ROWS)), b""
    for _ in range(KILLS):
        with run(tmp_path, *what) as child:
            assert child.stdout is not None
            for line in child.stdout:
                heard += line
                if "读到" in line.decode():  # some portions are in, others wait
                    break
            child.kill()
        what = ("go",)
    with run(tmp_path, "go") as child:
        said, _ = child.communicate(timeout=240)
        assert child.returncode == 0

    assert f"收下 {ROWS - BAD} 条".encode() in heard + said
    with sqlite3.connect(database(tmp_path)) as db:
        assert db.execute("SELECT count(*) FROM opinion").fetchone() == (ROWS - BAD,)
        assert db.execute("SELECT count(*) FROM entry").fetchone() == (ROWS - BAD,)
        assert db.execute("SELECT count(*) FROM waiting").fetchone() == (0,)
        assert db.execute("SELECT state, taken, bad, key FROM intake").fetchone() == (
            3,
            ROWS - BAD,
            BAD,
            None,
        )
    for file in database(tmp_path).parent.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"13800001111" not in content
        assert f"{7:016}".encode() not in content
