"""What others on the machine can see of a service: no file of it, no secret of it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.process.service import PLAIN, ROOT, Browser, Service

SECRETS = {
    "TINGWEN_MASTER_KEY": "a master key of some forty letters, for tests",
    "TINGWEN_SMTP_PASSWORD": "correct-horse-battery-staple",
    "TINGWEN_METRICS_TOKEN": "metrics-token-of-the-tests-only",
}


def handed_over(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """The secrets in files, and their places in the environment."""
    places: dict[str, str] = {}
    for name, value in SECRETS.items():
        (folder / name).write_text(f"{value}\n")
        (folder / name).chmod(0o600)
        places[f"{name}_FILE"] = str(folder / name)
    return {**environment, **places}


def processes(first: int) -> list[Path]:
    """It and all below it, as /proc has them."""
    below = [first]
    for process in below:
        for task in Path(f"/proc/{process}/task").iterdir():
            below += map(int, (task / "children").read_text().split())
    return [Path(f"/proc/{process}") for process in below]


def test_nobody_else_can_open_a_file_of_it_or_read_a_secret_off_it(tmp_path: Path, monkeypatch):
    for name, value in handed_over(tmp_path, {}).items():
        monkeypatch.setenv(name, value)
    before = os.umask(0)  # the most careless of machines
    try:
        service = Service(tmp_path).start()
    finally:
        os.umask(before)
    with_it = service._process
    assert with_it is not None
    try:
        anna = Browser(service)
        anna.types("开始")
        anna.waits_for("随时可以停")
        anna.close()
        refused = PLAIN.get(f"{service.url}/metrics", timeout=5)
        seen = [
            (process / name).read_bytes()
            for process in processes(with_it.pid)
            for name in ("cmdline", "environ")
        ]
        modes = {
            str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode)
            for place in ("data", "keys")
            for path in (tmp_path / "var" / place, *(tmp_path / "var" / place).rglob("*"))
        }
        assert service.stop() == 0
    finally:
        service.__exit__()

    assert len(modes) > 5
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    log = (tmp_path / "log.txt").read_bytes() + refused.content
    for value in SECRETS.values():
        assert value.encode() not in b"".join(seen)
        assert value.encode() not in log


def test_a_start_that_fails_says_no_secret(tmp_path: Path):
    (tmp_path / "config.toml").write_text('[web]\nlisten = 1\n[mail]\nport = "x"\n')
    environment = handed_over(tmp_path, dict(os.environ))
    for spoilt in ("TINGWEN_WECOM_AES_KEY", "TINGWEN_HOOK_SECRET", "TINGWEN_WECOM_TOKEN"):
        environment[spoilt] = SECRETS["TINGWEN_SMTP_PASSWORD"] + "/not of that form/"

    for verb in ("run", "check", "doctor", "backup"):
        out = ["--out", str(tmp_path / "x")] if verb == "backup" else []
        done = subprocess.run(
            [sys.executable, "-m", "bot", verb, "--config", str(tmp_path / "config.toml"), *out],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert not [value for value in SECRETS.values() if value in done.stdout + done.stderr]
