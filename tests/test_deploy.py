"""What deploy/ hands over is what the pages say, and keeps what they promise."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings.reading import load

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "tingwen.service").read_text("utf-8")
RECIPE = (DEPLOY / "Containerfile").read_text("utf-8")


def service() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_on_the_page_is_the_unit_in_the_folder():
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    shown = re.search(
        r"```ini\n(# /etc/systemd/system/tingwen\.service\n.*?)```", page, re.DOTALL
    )

    assert shown
    assert shown[1] == UNIT


def test_the_unit_lets_the_service_do_what_it_does_and_nothing_else():
    told = service()

    assert told["User"] == ["tingwen"]
    assert told["ProtectSystem"] == ["strict"]
    assert told["NoNewPrivileges"] == ["yes"]
    assert told["CapabilityBoundingSet"] == [""]
    assert told["UMask"] == ["0077"]
    assert told["LimitCORE"] == ["0"]
    assert told["StateDirectoryMode"] == ["0700"]
    assert not [line for line in told["Environment"] if "_FILE=" not in line]  # no secret in it
    assert "--config" in told["ExecStart"][0]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
@pytest.mark.parametrize(
    "name", ["tingwen.service", "tingwen-backup.service", "tingwen-backup.timer"]
)
def test_systemd_understands_each_unit(tmp_path: Path, name: str):
    """With programs that exist: ours are installed elsewhere."""
    for unit in DEPLOY.glob("tingwen*.*"):
        text = unit.read_text("utf-8").replace("/opt/tingwen/.venv/bin/tingwen", "/bin/true")
        (tmp_path / unit.name).write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    ours = [line for line in done.stderr.splitlines() if "tingwen" in line]
    assert ours == []


def test_the_container_runs_as_nobody_in_particular_and_looks_after_itself():
    last = RECIPE.rpartition("\nFROM ")[2]

    assert "\nUSER 10001:10001\n" in last
    assert "/healthz" in last
    assert 'VOLUME ["/var/lib/tingwen", "/var/lib/tingwen-keys"]' in last
    assert "--require-hashes" in RECIPE
    assert not re.search(r"^(ARG|ENV)\b.*(TOKEN|SECRET|KEY|PASSWORD)", RECIPE, re.MULTILINE)


def test_what_the_recipe_copies_is_there():
    left_out = (ROOT / ".containerignore").read_text("utf-8").split()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", RECIPE, re.MULTILINE)
        for name in line.split()
    ]

    assert len(copied) > 5
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert not set(copied) & set(left_out)


def test_the_configuration_in_the_container_is_sound():
    loaded = load(DEPLOY / "container.toml", {})

    assert loaded.problems == ()
    assert loaded.settings.web.host == "0.0.0.0"
    assert str(loaded.settings.storage.key_dir) == "/var/lib/tingwen-keys"


def test_the_timer_starts_the_sealed_copy():
    timer = configparser.ConfigParser(strict=False, interpolation=None)
    timer.read(DEPLOY / "tingwen-backup.timer")

    assert timer["Timer"]["OnCalendar"]
    assert "--encrypt" in (DEPLOY / "tingwen-backup.service").read_text("utf-8")
