"""A Friday of the product as a process: what cannot wait leaves on a tap, what names a leader goes to one seat.

Two teachers call for who is on duty, one with the school and one without; a third calls about a leader; a fourth would rather
wait. Nobody takes it for eleven minutes, and the service is killed meanwhile. At three o'clock the rest is released: among it
words about a leader of the school, about whoever holds its seat, and about its head. The staff came in by codes.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.privacy.blackbox import AFTER, BEFORE, CONFIG, Clocked, Quick, Recording, _until
from tests.privacy.dialogue import _arrived, _first_code

PHONE = "13912345678"
HERE = f"操场上有人体罚学生打得住院了 找{PHONE}"
NOWHERE = "有学生说不想活了写在本子上"
LEADER = "乙二二把学生关进小黑屋"
WAITS = "校门口的摊子吃得人食物中毒"
CALLS = {HERE: "1", NOWHERE: "2", LEADER: "2", WAITS: "3"}
"""What they say, and the key they press when asked whether it can wait."""

SECOND, SECRETARY, HEAD = "乙二二", "丙三三", "甲一一"
PERSONAL = {
    f"{SECOND}从不听课也不备课": "seat",
    f"{SECRETARY}开会念稿子": "above",
    f"{HEAD}校长搞一言堂": "above",
}
"""What is said of a leader, and who may read it."""

PLAIN = ("路灯坏了三个月", "表格填了又填", "图书馆下午总是关门")
HOUSE = (
    CONFIG
    + f"""
[[leaders]]
name = "{HEAD}"
post = "校长"
unit = "no1"
[[leaders]]
name = "{SECOND}"
post = "副校长"
unit = "no1"
[[leaders]]
name = "{SECRETARY}"
post = "书记"
unit = "no1"
responsible = true
"""
)
POSTS = {
    "duty": ("--role", "duty"),
    "near": ("--role", "guidance", "--unit", "no1"),
    "seat": ("--role", "responsible", "--unit", "no1"),
    "above": ("--role", "responsible"),
}
"""Who works there besides the office, and the invitation they came by."""


@dataclass
class Friday(Recording):
    """All that came of it."""

    heard: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By moment: what each of the staff had been shown."""
    files_of: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """The papers each of the staff was brought in chat."""
    people: list[str] = field(default_factory=list)


def live(folder: Path) -> Friday:
    """Live through it."""
    done = Friday(folder)
    service = Clocked(folder, HOUSE.format(folder=folder))
    service.at(BEFORE)
    with service:
        staff = _employed(folder, service)
        people = [Quick(service, secrets.token_urlsafe(24)) for _ in range(10)]
        done.keep("before")
        _waiting(done, people[len(CALLS) :])
        _called(done, people)
        for _ in range(3):
            staff["duty"].waits_for("【急办")
        _moment(done, "called", staff)
        for one in people:
            one.close()
        service.kill()
        done.keep("after kill -9")
        service.at(BEFORE + timedelta(minutes=11))
        service.start()
        for _ in range(3):
            staff["office"].waits_for("【急办")
        _moment(done, "late", staff)
        _taken(folder, staff["office"])
        service.kill()
        service.at(AFTER)
        service.start()
        _until(folder, "SELECT 1 FROM digest")
        _moment(done, "after the tick", staff)
        staff["office"].types("发送 2026-09-18")
        assert "4 条" in staff["office"].waits_for("单独送给有关负责同志")
        [version] = {
            key for key in _typed(staff["office"]) if key.startswith("发送 2026-09-18")
        }
        staff["office"].types(version)
        _until(folder, "SELECT 1 FROM digest WHERE sent = 1")
        service.kill()
        service.start()  # the bell rings at the start, and need not be waited for
        for one in ("seat", "above"):
            staff[one].waits_for("涉及个人的意见", patience=240)
        staff["office"].types("周报 2026-09-18 台账")
        _until_papers(staff)
        done.files_of = {name: _papers(one) for name, one in staff.items()}
        _moment(done, "sent", staff)
        out = ("--out", str(folder / "papers"))
        done.said["digest"] = service.run("digest", *out)
        apart = ("--personal-out", str(folder / "apart"))
        done.said["apart"] = service.run("digest", "--out", str(folder / "again"), *apart)
        done.said["backup"] = service.run("backup", "--out", str(folder / "copy.db"))
        done.said["audit"] = service.run("audit", "--also", str(folder / "papers"))
        _moment(done, "after all", staff)
        assert service.stop() == 0
        for one in staff.values():
            one.close()
        done.people = [one.token for one in people]
        done.tokens = [*done.people, *(one.token for one in staff.values())]
        done.shown = [[message["text"] for message in one.shown] for one in people]
    return done


def _moment(done: Friday, moment: str, staff: dict[str, Quick]) -> None:
    done.keep(moment)
    done.heard[moment] = {
        name: [str(m["text"]) for m in one.shown] for name, one in staff.items()
    }


def _employed(folder: Path, service: Clocked) -> dict[str, Quick]:
    codes = {"office": _first_code(folder)}
    for name, typed in POSTS.items():
        made = service.run("invite", *typed)
        assert made.returncode == 0, made.stderr
        codes[name] = made.stdout.strip()
    staff: dict[str, Quick] = {}
    for name, code in codes.items():
        one = staff[name] = Quick(service, secrets.token_urlsafe(24))
        _arrived(one)
        one.types(code)
        one.waits_for("欢迎")
    return staff


def _waiting(done: Friday, people: list[Quick]) -> None:
    """What needs nobody at once: it waits for the tick."""
    for person, words in zip(people, (*PERSONAL, *PLAIN), strict=True):
        _said(person, words)
        person.types("1")
        done.receipts.append(_receipt(person))


def _called(done: Friday, people: list[Quick]) -> None:
    for person, (words, tap) in zip(people, CALLS.items(), strict=False):
        _said(person, words)
        person.types("1")
        person.waits_for("可能是急事")
        person.types(tap)
        done.receipts.append(_receipt(person))


def _said(person: Quick, words: str) -> None:
    person.post({"arrived": {"link": "u_no1-g_teacher"}})
    person.waits_for("没交之前")
    person.types("1")
    person.waits_for("第 1 问")
    person.types(words)
    for number in (2, 3, 4, 5):
        person.waits_for(f"第 {number} 问")
        person.types("0")
    person.waits_for("请看一眼")


def _receipt(person: Quick) -> str:
    thanks = person.waits_for("收到了")
    [receipt] = re.findall(r"\d{4}(?:[ -]\d{4}){3}", thanks)
    return receipt


def _taken(folder: Path, office: Quick) -> None:
    """The office takes one of them, and is done with it."""
    import sqlite3

    db = sqlite3.connect(folder / "data" / "tingwen.db")
    [(number,)] = db.execute("SELECT number FROM urgent WHERE unit != ''")
    db.close()
    office.types(f"急办 {number} 接")
    office.types(f"急办 {number} 办结 去过了")
    office.waits_for("去过了")


def _typed(one: Quick) -> list[str]:
    """What the buttons of the last message say."""
    return re.findall(r'"says": "([^"]+)"', json.dumps(one.shown[-1], ensure_ascii=False))


def _until_papers(staff: dict[str, Quick]) -> None:
    import time

    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if {"ledger", "digest", "personal"} <= {
            str(paper["name"]).split("-")[0].split(".")[0]
            for one in staff.values()
            for message in one.shown
            for paper in message["papers"]
        }:
            return
        time.sleep(0.1)
    names = {n: [m["papers"] for m in one.shown if m["papers"]] for n, one in staff.items()}
    raise AssertionError(f"not all papers came: {names}")


def _papers(one: Quick) -> dict[str, bytes]:
    every: list[Any] = [paper for message in one.shown for paper in message["papers"]]
    return {
        str(paper["name"]): httpx.get(f"{one.service.url}{paper['at']}", timeout=5).content
        for paper in every
    }
