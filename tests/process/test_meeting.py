"""kill -9 while a school votes and parents book a time: every vote is there once, every time is somebody's, and one's alone."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path

from tests.process.meeting import TIMES, VOTES, turns
from tests.process.service import ROOT

KILLS = 3


def run(folder: Path, what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.process.meeting", str(folder), what],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )


def whole(folder: Path, what: str) -> bytes:
    with run(folder, what) as child:
        said, _ = child.communicate(timeout=120)
        assert child.returncode == 0
    return said


def test_votes_and_bookings_outlive_kills_and_none_of_them_counts_twice(tmp_path):
    chance = random.Random(20140324)
    whole(tmp_path, "prepare")
    each = sum(map(len, turns().values())) // (KILLS + 1)
    for _ in range(KILLS):
        with run(tmp_path, "people") as child:
            assert child.stdout is not None
            for _ in range(chance.randint(each // 2, each)):
                child.stdout.readline()
            child.kill()
    whole(tmp_path, "people")
    found = json.loads(whole(tmp_path, "count"))

    assert found["online"] == len(VOTES)
    assert found["votes"] == [
        [column.count(digit) for digit in "12345"] for column in zip(*VOTES, strict=True)
    ]
    booked = dict(found["booked"])
    assert len(booked) == len(found["booked"]) == len(set(booked.values())) == len(TIMES)
    assert sorted(booked) == [840, 855, 870, 885]
    told = re.findall(
        r"^(parent\d+)\t订好了：3-26 周三 (\d\d:\d\d)",
        (tmp_path / "letters").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert told
    for (
        who,
        time,
    ) in told:  # whoever was told so has it; that nobody else was told is the key of the row
        assert booked[60 * int(time[:2]) + int(time[3:])] == who
