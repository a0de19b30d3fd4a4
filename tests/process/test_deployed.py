"""The service as deploy/ runs it: a user of its own, code it may only read, secrets in files; and what others then see of it."""

import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.process.service import ROOT, Browser, Service, free_port

NOBODY = 10001
"""The user of deploy/Containerfile."""

HIDDEN = {
    "TINGWEN_MASTER_KEY": secrets.token_urlsafe(32),
    "TINGWEN_METRICS_TOKEN": secrets.token_urlsafe(24),
    "TINGWEN_HOOK_SECRET": f"whsec_{'QUJD' * 8}",
}


class Deployed(Service):
    """`tingwen run` as that user where we may become it, with the umask most machines have."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder,
            f'[storage]\nurl = "sqlite+aiosqlite:///{folder}/data/tingwen.db"\nkey_dir = "{folder}/keys"\n',
        )
        self.port = free_port()

    def start(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("TINGWEN_")}
        for name, value in HIDDEN.items():
            file = self.folder / "secrets" / name
            file.write_text(value)
            env[f"{name}_FILE"] = str(file)
        own: dict[str, object] = {}
        if _may_become():
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            own = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        command = [sys.executable, "-B", "-m", "bot", "run", "--config", str(self.folder / "config.toml")]  # fmt: skip
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, env=env, umask=0o022, **own
            )
        return self.listening("/healthz")

    @property
    def processes(self) -> list[Path]:
        """It and its children, as /proc shows them."""
        assert self._process is not None
        found = [self._process.pid]
        for pid in found:
            tasks = Path(f"/proc/{pid}/task").glob("*/children")
            found += [int(one) for task in tasks for one in task.read_text().split()]
        return [Path(f"/proc/{pid}") for pid in found]


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    folder = Path(tempfile.mkdtemp(prefix="deployed-", dir="/tmp"))
    for name in ("data", "keys", "secrets"):
        (folder / name).mkdir(mode=0o700)
    service = Deployed(folder)
    service.url = f"http://127.0.0.1:{service.port}"
    text = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(
        text.replace(text.splitlines()[1], f'listen = "127.0.0.1:{service.port}"')
    )
    with service:
        yield service
    shutil.rmtree(folder)


@cache
def _may_become() -> bool:
    """Whether we may, and they reach the code: not where it or Python lies in somebody's private folder."""
    if os.getuid() != 0:
        return False
    command = [sys.executable, "-B", "-c", "import bot.app.service"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, check=False
        )  # fmt: skip
    except PermissionError:
        return False
    return done.returncode == 0


def test_it_serves_as_a_user_who_may_only_read_the_code_and_leaves_within_ten_seconds(
    deployed: Deployed,
):
    before = _code()
    somebody = Browser(deployed)
    somebody.types("开始")
    somebody.waits_for("随时可以停")

    began = time.monotonic()
    assert deployed.stop() == 0

    assert time.monotonic() - began < 10
    somebody.close()
    assert _code() == before
    assert not [*(deployed.folder / "data").glob("*-wal")]  # nothing was broken off


def test_nobody_else_may_open_what_it_writes_whatever_the_umask_is(deployed: Deployed):
    somebody = Browser(deployed)
    somebody.types("开始")
    somebody.waits_for("随时可以停")
    written = [
        path for name in ("data", "keys") for path in (deployed.folder / name).rglob("*")
    ]

    open_to_others = [p.name for p in written if stat.S_IMODE(p.stat().st_mode) & 0o077]

    assert len(written) >= 4
    assert open_to_others == []
    somebody.close()


def test_no_list_of_processes_and_no_environment_shows_a_secret(deployed: Deployed):
    somebody = Browser(deployed)
    somebody.types("开始")
    somebody.waits_for("随时可以停")

    shown = b"".join(
        (process / what).read_bytes()
        for process in deployed.processes
        for what in ("cmdline", "environ", "comm")
    )

    assert b"TINGWEN_MASTER_KEY_FILE" in shown  # we did look
    assert [name for name, value in HIDDEN.items() if value.encode() in shown] == []
    log = (deployed.folder / "log.txt").read_text()
    assert [name for name, value in HIDDEN.items() if value in log] == []
    somebody.close()


def test_a_second_signal_or_one_while_it_starts_ends_it_all_the_same(deployed: Deployed):
    assert deployed._process is not None
    deployed._process.send_signal(signal.SIGTERM)
    deployed._process.send_signal(signal.SIGTERM)

    assert deployed._process.wait(timeout=10) in (0, -signal.SIGTERM)


def _code() -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns
        for room in ("bot", "handlers", "storage")
        for path in (ROOT / room).rglob("*")
        if "__pycache__" not in path.parts  # others who run from here fill that meanwhile
    }
