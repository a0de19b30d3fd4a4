"""kill -9 in the middle of `tingwen import`: the same call again goes on, and each row is there once."""

import subprocess
import sys

from tests.process.intake import table
from tests.process.service import ROOT
from tests.verbs.test_import import CONFIG, opinions

ROWS = 400
BAD = ROWS // 100


def run(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "import", f"{folder}/12345.csv", "--config", f"{folder}/config.toml"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )  # fmt: skip


def test_an_import_that_is_killed_goes_on_where_it_was(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "12345.csv").write_bytes(table(ROWS))
    with run(tmp_path) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "读到" in line.decode():  # some portions are in, others wait
                break
        child.kill()
    assert 0 < len(opinions(tmp_path)) < ROWS - BAD

    with run(tmp_path) as child:
        said = child.communicate(timeout=240)[0].decode()
    assert child.returncode == 0
    assert "接着收" in said
    assert f"收下 {ROWS - BAD} 条" in said
    assert len(opinions(tmp_path)) == ROWS - BAD
    assert (tmp_path / "12345-handed-back.xlsx").exists()
