"""Two days of the product as a process: the office asks, somebody answers from a third account, leaves a contact, wishes.

Five teachers hand in, on Friday their words are released, and the office, which came in by the code that the service
showed, writes to one of them. The answer is typed on an account that never handed anything in; then the service is killed
with the next one half written. On Saturday morning the answer is handed on.
"""

import re
import secrets
import sqlite3
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.privacy.blackbox import (
    AFTER,
    BEFORE,
    CONFIG,
    Clocked,
    Quick,
    Recording,
    _begun,
    _ended,
    _until,
)

SAID = (
    "检查太多材料补到半夜",
    "图书馆下午总是关门",
    "路灯坏了三个月",
    "会议一个接着一个",
    "表格填了又填",
)
ASKED = "是哪一天的汤呢"
REPLIED = "星期四那天的最凉"
PHONE = "13912345678"
HALF = "这一句还没有点确定"
CONTACT = "找丙某就行拨13700001111"
TOLD = "食堂换了新的保温桶"
SATURDAY = AFTER + timedelta(hours=17, minutes=5)


@dataclass
class Days(Recording):
    """All that came of it."""

    office: list[str] = field(default_factory=list)
    """What the office was shown."""
    people: list[str] = field(default_factory=list)
    """Everybody's own ids but the office's."""


def live(folder: Path) -> Days:
    """Live through the two days."""
    done = Days(folder)
    service = Clocked(folder, CONFIG.format(folder=folder))
    service.at(BEFORE)
    with service:
        code = _first_code(folder)
        office = Quick(service, secrets.token_urlsafe(24))
        _arrived(office)
        office.types(code)
        office.waits_for("欢迎")
        people = [Quick(service, secrets.token_urlsafe(24)) for _ in range(7)]
        for person, words in zip(people[:5], SAID, strict=True):
            _begun(person, words)
            done.receipts.append(_ended(person)[1])
            person.types("/tellme autumn shitang")
            person.waits_for("够五个")
            person.close()
        service.at(AFTER)
        service.kill()
        service.start()
        _until(folder, "SELECT 1 FROM opinion WHERE text != ''")
        _ask(folder, office)
        done.keep("asked")
        stranger, other = people[5:]
        for person in (stranger, other):
            _arrived(person)
        _answer(done, stranger)
        _sign(done, stranger)
        done.keep("answered")
        _half(done, other)
        service.kill()
        done.keep("after kill -9")
        service.at(SATURDAY)
        service.start()
        _until(folder, "SELECT 1 FROM reply")
        done.keep("handed on")
        office.types("回访 回音")
        office.waits_for(REPLIED)
        office.types("留名")
        office.waits_for(CONTACT)
        done.said["digest"] = service.run("digest", "--out", str(folder / "papers"))
        done.said["backup"] = service.run("backup", "--out", str(folder / "copy.db"))
        done.said["audit"] = service.run("audit", "--also", str(folder / "papers"))
        done.keep("after all")
        assert service.stop() == 0
        for person in (office, stranger, other):
            person.close()
        done.tokens = [person.token for person in (office, *people)]
        done.people = done.tokens[1:]
        done.office = [message["text"] for message in office.shown]
        done.shown = [[message["text"] for message in person.shown] for person in people]
    return done


def _first_code(folder: Path) -> str:
    """What the service shows to the operator, once it is ready."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        log = (folder / "log.txt").read_text(encoding="utf-8")
        if found := re.search(r"机器人：(\S+)\n", log):
            return found[1]
        time.sleep(0.1)
    raise AssertionError("no code was shown")


def _arrived(person: Quick) -> None:
    """Their page listens: an answer is said to who is there to hear it."""
    person.post({"arrived": {"link": ""}})
    person.waits_for("没交之前")


def _ask(folder: Path, office: Quick) -> None:
    db = sqlite3.connect(folder / "data" / "tingwen.db")
    [(code,)] = db.execute(
        "SELECT hex(substr(id, 1, 4)) FROM opinion WHERE text = ?", (SAID[1],)
    )
    db.close()
    office.types(f"回访 {code.lower()} 问 {ASKED}")
    office.waits_for("留好了")
    office.types(f"告知 autumn shitang {TOLD}")
    office.waits_for("写好了")


def _answer(done: Days, stranger: Quick) -> None:
    receipt = done.receipts[1].replace(" ", "")
    stranger.types(f"查 {receipt}")
    stranger.waits_for(ASKED)
    place = _place(stranger, receipt)
    stranger.waits_for("请把回答发给我")
    stranger.types(f"{REPLIED}，电话{PHONE}")
    stranger.waits_for("交上去的会是这样")
    stranger.types(f"答 {receipt} {place} ok")
    stranger.waits_for("收好了")


def _place(person: Quick, receipt: str) -> str:
    """As the button says it; typed, for keyboards do as well."""
    shown = person.shown[-1]
    [place] = set(re.findall(rf"/answer {receipt} (\d+\.\d)", str(shown)))
    person.types(f"答 {receipt} {place}")
    return place


def _sign(done: Days, stranger: Quick) -> None:
    receipt = done.receipts[1].replace(" ", "")
    stranger.types(f"留名 {receipt}")
    stranger.waits_for("不留也完全可以")
    stranger.types(f"留名 {receipt} yes")
    stranger.waits_for("请发您的联系方式")
    stranger.types(CONTACT)
    stranger.waits_for("再确认一次")
    stranger.types(f"留名 {receipt} ok")
    stranger.waits_for("留好了")


def _half(done: Days, other: Quick) -> None:
    """Shown, and never confirmed."""
    receipt = done.receipts[1].replace(" ", "")
    other.types(f"留名 {receipt} yes")
    other.waits_for("请发您的联系方式")
    other.types(HALF)
    other.waits_for("再确认一次")
