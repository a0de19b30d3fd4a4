"""Killed at any moment, of handing in or of a tick: each answer comes out once, and no key is left over."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_killed_at_twenty_four_moments_nothing_is_lost_doubled_or_left_lying_about(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.privacy.nursery", str(tmp_path), "24", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, in_tick = map(int, done.stdout.split())
    assert told > 100
    assert in_tick >= 1
