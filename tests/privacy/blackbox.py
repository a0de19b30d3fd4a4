"""A week of the product as a process, recorded once: what lay in its files at each moment, what it said, what it logged.

Seven teachers talk with the service. Six hand in, the seventh is still in the middle when it is killed; then it is Friday
15:00. Whoever reads the recording has what an intruder has: files, output, messages. Nothing is asked of the program.
"""

import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.process.service import PLAIN, ROOT, Browser, Service

SHANGHAI = timezone(timedelta(hours=8))
BEFORE = datetime(2026, 9, 18, 14, 40, tzinfo=SHANGHAI)
AFTER = datetime(2026, 9, 18, 15, 1, tzinfo=SHANGHAI)

PHONE, CARD, MAIL = "13912345678", "11010519491231002X", "ba.yi@example.org"
SAID = (
    f"总务处电话{PHONE}老占线",
    f"登记要报身份证{CARD}",
    f"发到{MAIL}没有回音",
    "检查太多材料补到半夜",
    "食堂的汤总是凉的",
    "路灯坏了三个月",
)
MASKED = ("老占线", "登记要报身份证", "没有回音", *SAID[3:])
"""What the office reads in the end: all of it but what names somebody."""

SECRET = (PHONE, CARD, MAIL)
UNFINISHED = "这句还没有写完"
CONFIG = """
[storage]
url = "sqlite+aiosqlite:///{folder}/data/tingwen.db"
key_dir = "{folder}/keys"
[[units]]
id = "no1"
name = "第一中学"
headcount = {{teacher = 40}}
[[rounds]]
id = "autumn"
survey = "kunshan"
units = ["no1"]
groups = ["teacher"]
opens = "2026-09-14 08:00"
closes = "2026-09-30 18:00"
"""


@dataclass
class Recording:
    """All that came of it."""

    folder: Path
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Every file but the keys, by moment and path."""
    logs: dict[str, str] = field(default_factory=dict)
    """The log as it was at that moment."""
    tokens: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    shown: list[list[str]] = field(default_factory=list)
    said: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    """What commands answered."""
    limits: str = ""
    """What the system lets the service do, as it says itself."""

    def keep(self, moment: str) -> None:
        """Copy every file as it lies there now."""
        self.logs[moment] = (self.folder / "log.txt").read_text(encoding="utf-8")
        found: dict[str, bytes] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "keys" not in path.relative_to(self.folder).parts:
                found[str(path.relative_to(self.folder))] = path.read_bytes()
        del found["config.toml"]
        self.files[moment] = found

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Ask the database as it lies there at the end."""
        db = sqlite3.connect(self.folder / "data" / "tingwen.db")
        try:
            return db.execute(question).fetchall()
        finally:
            db.close()


class Clocked(Service):
    """The service on a day of the test's choosing."""

    ahead = 0.0

    def at(self, moment: datetime) -> None:
        self.ahead = moment.timestamp() - time.time()

    def limits(self) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/limits").read_text(encoding="utf-8")

    def program(self) -> list[str]:
        return [sys.executable, "-m", "tests.privacy.clocked", str(self.ahead)]

    def run(self, verb: str, *typed: str) -> subprocess.CompletedProcess[str]:
        config = str(self.folder / "config.toml")
        command = [*self.program(), verb, "--config", config, *typed]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )


class Quick(Browser):
    """The same page over one connection: a hundred messages in seconds."""

    client = PLAIN

    def post(self, body: dict[str, Any], *, key: str = "", patience: float = 20) -> str:
        named = {"key": key or secrets.token_urlsafe(12), "message": secrets.token_urlsafe(12)}
        answer = self.client.post(
            f"{self.service.url}/chat",
            json={**named, **body},
            headers={"chat-token": self.token},
            timeout=patience,
        )
        assert answer.status_code == 204, answer.text
        return named["key"]

    def _show(self, message: dict[str, Any]) -> None:
        if message["id"] not in self._seen:
            self._seen.add(message["id"])
            self.shown.append(message)
            self._arrived.put(message)
        self.client.post(
            f"{self.service.url}/chat/seen",
            json={"id": message["id"]},
            headers={"chat-token": self.token},
            timeout=5,
        )


def record(folder: Path) -> Recording:
    """Live through the week."""
    done = Recording(folder)
    service = Clocked(folder, CONFIG.format(folder=folder))
    service.at(BEFORE)
    with service:
        done.limits = service.limits()
        people = [Quick(service, secrets.token_urlsafe(24)) for _ in range(7)]
        done.tokens = [person.token for person in people]
        _in_the_middle(people)
        done.keep("mid-questionnaire")
        keys = _handed_in(people[:6], done)
        done.keep("after submission")
        for person, key in zip(people[:2], keys, strict=False):
            for _ in range(3):
                person.types("1", key=key)  # the network repeats itself
        service.kill()
        done.keep("after kill -9")
        service.at(AFTER)
        service.start()
        for person, key in zip(people[:2], keys, strict=False):
            person.types("1", key=key)  # and again, to another process
        _until(folder, "SELECT 1 FROM digest")
        done.keep("after the tick")
        service.kill()
        done.keep("after kill -9 on Friday")
        service.start()
        done.said["digest"] = service.run("digest", "--out", str(folder / "papers"))
        done.said["backup"] = service.run("backup", "--out", str(folder / "copy.db"))
        done.said["audit"] = service.run(
            "audit", "--log", str(folder / "log.txt"), "--also", str(folder / "papers")
        )
        assert service.stop() == 0
        done.keep("after all")
        done.said["audit when stopped"] = service.run(
            "audit", "--also", str(folder / "copy.db")
        )
        for person in people:
            person.close()
        done.shown = [[message["text"] for message in person.shown] for person in people]
    return done


def _in_the_middle(people: list[Quick]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(_begun, people, (*SAID, UNFINISHED)))


def _begun(person: Quick, words: str) -> None:
    person.post({"arrived": {"link": "u_no1-g_teacher"}})
    person.waits_for("没交之前")
    person.types("1")
    person.waits_for("第 1 问")
    person.types(words)
    person.waits_for("第 2 问")


def _handed_in(people: list[Quick], done: Recording) -> list[str]:
    """The keys their last deliveries went under."""
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(_ended, people))
    done.receipts = [receipt for _, receipt in ended]
    return [key for key, _ in ended]


def _ended(person: Quick) -> tuple[str, str]:
    for number in (3, 4, 5):
        person.types("0")
        person.waits_for(f"第 {number} 问")
    person.types("0")
    person.waits_for("请看一眼")
    key = person.types("1")
    thanks = person.waits_for("收到了")
    [receipt] = re.findall(r"\d{4}(?:[ -]\d{4}){3}", thanks)
    return key, receipt


def _until(folder: Path, question: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        db = sqlite3.connect(folder / "data" / "tingwen.db")
        try:
            if db.execute(question).fetchone():
                return
        finally:
            db.close()
        time.sleep(0.1)
    raise AssertionError(f"never true: {question}")


def start_fails(folder: Path, config: str) -> subprocess.CompletedProcess[str]:
    """What the service says where it cannot be run like this."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "config.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
