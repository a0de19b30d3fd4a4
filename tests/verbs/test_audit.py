"""`tingwen audit` on a house where all is well, and on the same house with one thing wrong."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import os
import re
import shutil
import sqlite3
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Integer, Text

from bot.content.loader import load_explanations
from bot.core.cells import freeze
from bot.core.digest.snapshot import to_json
from bot.core.link import LINKS, drawn, own_page
from bot.core.messages import Address, Redacted, Sent
from bot.core.people import Post, Role
from bot.settings.reading import load
from bot.verbs import audit as verb
from handlers import page
from handlers.tick import tick
from handlers.upkeep import Report, audit
from storage.audit import NUMBERS, TIMES
from storage.draft import Draft
from storage.identity import Entry
from storage.keys import derive
from storage.postgres import driver_url
from storage.tables import metadata
from storage.vault import Tick
from tests.sample_week import sample_week
from tests.vaults import PARENTS, Shelf, said

ID = "7318204956"
PERIOD = "2026-09-25"
CONFIG = """
[storage]
url = "sqlite+aiosqlite:///data/tingwen.db"
key_dir = "keys"
"""


def person(number: int) -> Address:
    return Address(channel="telegram", id=str(int(ID) + 7919 * number))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen people on the roster have spoken, a tick has been, one waits, the office has sent a digest."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    shelf = Shelf(folder, durable=False)
    atoms = freeze(["teacher"], {("no1", "teacher"): 40}, PARENTS)

    def spoken(work):
        work.vault.open("r", atoms)
        for number in range(16):
            who = person(number)
            work.identity.keep(Entry(address=who))
            atom = atoms.atom_of("no1", "teacher").id
            words = said(f"第{number}句", f"又{number}句")
            work.vault.submit("r", who, atom, words)

    shelf.do(spoken)
    _ticked(shelf)
    shelf.do(lambda work: work.vault.submit("r", person(99), "a0", said("等着的话")))
    own = own_page(own_link(folder))
    assert own is not None
    shelf.do(lambda work: page.lend(work, person(3), own))
    shelf.do(lambda work: work.staff.join(person(50), "zh", (Post(role=Role.OFFICE),)))
    shelf.do(lambda work: work.parcels.put("digest", PERIOD, person(50)))
    shelf.do(lambda work: work.digests.draft(PERIOD, to_json(sample_week()), "{}", ()))
    clerk = shelf.do(lambda work: work.staff.find(person(50)))
    assert clerk is not None
    shelf.do(lambda work: work.errands.awaits(clerk.tag, "plan", 20721))
    shelf.close()
    return folder


def _ticked(shelf: Shelf) -> None:
    assert asyncio.run(tick(shelf, "r", Tick(name="a", period=PERIOD)))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def home(house: Path, tmp_path: Path) -> Path:
    """A copy of the house, to do harm to."""
    shutil.copytree(house, tmp_path / "home")
    return tmp_path / "home"


def audited(home: Path, *typed: str) -> Report:
    parser = ArgumentParser()
    verb.arguments(parser)
    args = parser.parse_args(["--config", str(home / "config.toml"), *typed])
    loaded = load(args.config, {})
    place = loaded.settings.storage.place
    ground = verb.ground(place, loaded.settings, loaded.secrets, args)
    return audit(replace(ground, temporary=home / "tmp"))


def run(home: Path, *typed: str) -> int:
    parser = ArgumentParser()
    verb.arguments(parser)
    return verb.run(parser.parse_args(["--config", str(home / "config.toml"), *typed]))


def own_link(home: Path) -> str:
    """Where person 3 answers on the page."""
    return drawn(derive(master(home), LINKS), person(3), "spring")


def test_a_house_where_all_is_well_has_no_findings(home: Path):
    report = audited(home)

    assert report.findings == ()
    assert report.looked["people"] == 18
    assert {"memory", "platforms", "logs", "exports"} <= {name for name, _ in report.unchecked}


def test_an_audit_changes_nothing(home: Path):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in home.rglob("*") if p.is_file()}

    audited(home)

    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in home.rglob("*") if p.is_file()}
    assert after == before


# -- plants -------------------------------------------------------------------------------------------------------


def sql(statement: str, *values: object) -> Callable[[Path], None]:
    def plant(home: Path) -> None:
        if server := served(home):
            told(server, statement, *values)
            return
        db = sqlite3.connect(home / "data" / "tingwen.db")
        db.execute(statement, values)
        db.commit()
        db.close()
        for log in home.glob("data/*-wal"), home.glob("data/*-shm"):
            for left in log:
                left.unlink()

    return plant


def served(home: Path) -> str:
    """Where the house is kept when it is on a server."""
    place = load(home / "config.toml", {}).settings.storage.place
    return place if isinstance(place, str) else ""


def told(server: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    """A statement in SQLite's words, done on the server."""
    numbers = iter(range(1, 99))
    said = re.sub(r"\?", lambda _: f"${next(numbers)}", statement)
    said = re.sub(r"\bx'(\w*)'", r"'\\x\1'::bytea", said).replace(" BLOB", " bytea")

    async def tell() -> list[tuple[object, ...]]:
        line = await asyncpg.connect(driver_url(server))
        try:
            return [tuple(row) for row in await line.fetch(said, *values)]
        finally:
            await line.close()

    return asyncio.run(tell())


def asked(home: Path, question: str) -> list[tuple[object, ...]]:
    """What the house's database answers."""
    if server := served(home):
        return told(server, question)
    db = sqlite3.connect(home / "data" / "tingwen.db")
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


def stray(name: str, content: bytes) -> Callable[[Path], None]:
    def plant(home: Path) -> None:
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(content)

    return plant


def left_by_the_press(home: Path) -> None:
    (home / "tmp" / "tingwen-press-1-x").mkdir(parents=True)
    (home / "tmp" / "tingwen-press-1-x" / "sheet1").write_text(f"<c>{ID}</c>")


def packed(home: Path) -> None:
    with zipfile.ZipFile(home / "data" / "ledger.xlsx", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sheet1.xml", f"<c>{ID}</c>")


def master(home: Path) -> bytes:
    return (home / "keys" / "master").read_bytes()


def own_mark(home: Path) -> bytes:
    """The roster's own name of somebody."""
    key = derive(master(home), "roster index")
    return hmac.digest(key, f"telegram\0{ID}".encode(), "sha256")[:16]


def mark_in_opinions(home: Path) -> None:
    sql(
        "UPDATE opinion SET reply_key = ? WHERE id = (SELECT id FROM opinion ORDER BY id LIMIT 1)",
        own_mark(home),
    )(home)


def slot_of_nobody(home: Path) -> None:
    with (home / "keys" / "slots").open("r+b") as slots:
        slots.seek(1000 * 32)
        slots.write(os.urandom(32))


def live_key_in_export(home: Path) -> None:
    slots = (home / "keys" / "slots").read_bytes()
    keys = [slots[i : i + 32] for i in range(0, len(slots), 32)]
    (home / "data" / "copy").write_bytes(b"x" + next(key for key in keys if any(key)))


def keys_inside(home: Path) -> None:
    (home / "keys").rename(home / "data" / "keys")
    (home / "config.toml").write_text(CONFIG.replace('"keys"', '"data/keys"'), encoding="utf-8")


def freed(home: Path) -> None:
    db = sqlite3.connect(home / "data" / "tingwen.db")
    db.execute("PRAGMA secure_delete=OFF")
    db.execute("CREATE TABLE spare (x)")
    db.executemany("INSERT INTO spare VALUES (?)", [("talk" * 900,)] * 20)
    db.execute("DROP TABLE spare")
    db.commit()
    db.close()


def journal_mode(home: Path) -> None:
    db = sqlite3.connect(home / "data" / "tingwen.db")
    db.execute("PRAGMA journal_mode=DELETE")
    db.close()


def counted_rows(home: Path) -> None:
    db = sqlite3.connect(home / "data" / "tingwen.db")
    (made,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'draft'").fetchone()
    db.execute("DROP TABLE draft")
    db.execute(made.replace("WITHOUT ROWID", ""))
    db.commit()
    db.close()


def ordered(home: Path) -> None:
    ids = [id for (id,) in asked(home, "SELECT id FROM opinion ORDER BY id")]
    for number, id in enumerate(ids):
        lookup = number.to_bytes(1, "big") + os.urandom(15)
        sql("UPDATE opinion SET lookup = ? WHERE id = ?", lookup, id)(home)


def timed(home: Path) -> None:
    for number, (id,) in enumerate(asked(home, "SELECT id FROM opinion")):
        assert isinstance(id, bytes)
        stamp = (1_790_000_000 + number).to_bytes(4, "big") + id[4:]
        sql("UPDATE opinion SET id = ? WHERE id = ?", stamp, id)(home)


def small_digest(home: Path) -> None:
    whole = sample_week()
    row = replace(whole.units[0], now=3)
    sql(
        "UPDATE digest SET snapshot = ?", to_json(replace(whole, units=(row, *whole.units[1:])))
    )(home)


def shared_keys(home: Path) -> None:
    sql("UPDATE opinion SET reply_key = x'aabbccdd'")(home)


def other_master(home: Path) -> None:
    (home / "keys" / "master").write_bytes(os.urandom(32))


def sealed_log(home: Path) -> None:
    (home / "data" / "log.txt").write_text("ok\n")
    (home / "data" / "log.txt").chmod(0o600)
    (home / "data" / "old.gz").write_bytes(gzip.compress(f"user={ID}\n".encode()))


def urgent(**wrong: object) -> Callable[[Path], None]:
    """One urgent matter, all right but for this."""
    row: dict[str, object] = {
        "number": 4711, "period": PERIOD, "day": PERIOD, "at": 0, "unit": "", "apart": 0, "text": "打伤了",
        "lookup": None, "told": 1, "state": "waiting", "holder": "", "handling": "", "ended": "",
    }  # fmt: skip
    values = row | wrong
    return sql(f"INSERT INTO urgent VALUES ({', '.join('?' * len(values))})", *values.values())


def urgent_of_an_opinion(home: Path) -> None:
    ((lookup,),) = asked(home, "SELECT lookup FROM opinion LIMIT 1")
    urgent(lookup=lookup)(home)


def urgent_in_a_row(home: Path) -> None:
    for number in range(7):
        urgent(number=1000 + number)(home)


UTF16 = f"who: {ID}".encode("utf-16-le")
SHA = hashlib.sha256(f"telegram:{ID}".encode())
ROWS: list[tuple[str, Callable[[Path], None]]] = [
    ("audit_id", sql("INSERT INTO trail VALUES (1, 60, 'server', 'x', ?)", json.dumps({"a": ID}))),
    ("audit_hash", sql("UPDATE opinion SET lookup = ? WHERE id = (SELECT id FROM opinion ORDER BY id DESC LIMIT 1)", SHA.digest()[:16])),
    ("audit_mark", mark_in_opinions),
    ("audit_link", lambda home: sql("UPDATE opinion SET text = ?", f"见 {own_link(home)}")(home)),
    ("audit_link", lambda home: sql("INSERT INTO trail VALUES (1, 60, 'server', 'x', ?)", own_link(home))(home)),
    ("audit_stranger", sql("ALTER TABLE opinion ADD COLUMN created_at INTEGER")),
    ("audit_stranger", sql("CREATE TABLE who_said (person TEXT, opinion BLOB)")),
    ("audit_time", sql("UPDATE opinion SET period = '2026-09-25T10:31'")),
    ("audit_time", sql("INSERT INTO trail VALUES (1, 61, 'server', 'x', '{}')")),
    ("audit_shared", shared_keys),
    ("audit_k", sql("UPDATE vault SET atoms = replace(atoms, '[5, ', '[3, ')")),
    ("audit_small", sql("UPDATE released SET people = 3")),
    ("audit_words", sql("UPDATE released SET writers = 6")),
    ("audit_uncounted", sql("DELETE FROM released")),
    ("audit_small_digest", small_digest),
    ("audit_snapshot", sql("UPDATE digest SET snapshot = '{}'")),
    ("audit_order", ordered),
    ("audit_uneven", timed),
    ("audit_time", urgent(at=61)),
    ("audit_time", urgent(at=60, state="taken", holder="duty-1")),
    ("audit_time", urgent(at=60, told=2)),
    ("audit_time", urgent(day="2026-09-25 10:31")),
    ("audit_shared", urgent_of_an_opinion),
    ("audit_uneven", urgent_in_a_row),
    ("audit_mark", lambda home: urgent(lookup=own_mark(home))(home)),
    ("audit_id", urgent(text=f"来自{ID}")),
    ("audit_time", sql("INSERT INTO letter VALUES (x'01', 1, 1790000000, x'')")),
    ("audit_time", sql("INSERT INTO reply VALUES (x'01', x'02', 1, 1790000000, 'no', '', '')")),
    ("audit_mark", lambda home: sql("INSERT INTO letter VALUES (?, 1, 20721, x'')", own_mark(home))(home)),
    ("audit_mark", lambda home: sql("INSERT INTO reply VALUES (x'01', ?, 1, 20721, 'no', '', '')", own_mark(home))(home)),
    ("audit_id", sql("INSERT INTO reply VALUES (x'01', x'02', 1, 20721, 'words', '', ?)", f"我是{ID}")),
    ("audit_stranger", sql("ALTER TABLE letter ADD COLUMN reader TEXT")),
    ("audit_time", sql("INSERT INTO signature VALUES (x'01', 1790000000, 0, 3, x'')")),
    ("audit_mark", lambda home: sql("INSERT INTO signature VALUES (?, 20721, 0, 3, x'')", own_mark(home))(home)),
    ("audit_time", sql("INSERT INTO tiding VALUES ('r', 'shitang', 1790000000, 0, '')")),
    ("audit_time", sql("INSERT INTO tiding VALUES ('r', 'shitang', 20721, 1790000000, '')")),
    ("audit_id", sql("INSERT INTO tiding VALUES ('r', 'shitang', 20721, 0, ?)", f"告诉{ID}")),
    ("audit_time", sql("INSERT INTO telling VALUES (x'01', 1790000000, 3, x'')")),
    ("audit_mark", lambda home: sql("INSERT INTO telling VALUES (?, 20721, 3, x'')", own_mark(home))(home)),
    ("audit_time", sql("INSERT INTO answer VALUES (x'01', 1790000000, 3, x'')")),
    ("audit_mark", lambda home: sql("INSERT INTO answer VALUES (?, 20721, 3, x'')", own_mark(home))(home)),
    ("audit_mark", lambda home: sql("INSERT INTO decision VALUES (?, 'topic', '', '')", own_mark(home))(home)),
    ("audit_stranger", sql("ALTER TABLE decision ADD COLUMN who TEXT")),
    ("audit_mark", lambda home: sql("INSERT INTO themed VALUES (?, 1, 0)", own_mark(home))(home)),
    ("audit_stranger", sql("ALTER TABLE themed ADD COLUMN at INTEGER")),
    ("audit_time", sql("INSERT INTO theme VALUES (1, 'shitang', '菜', 0, 1, 1, '2026-09-25T10:31', x'01', '{}', 0)")),
    ("audit_time", sql("INSERT INTO errand VALUES (1, 1790000000, x'')")),
    ("audit_time", sql("INSERT INTO awaited VALUES (x'01', 1790000000, x'')")),
    ("audit_mark", lambda home: sql("INSERT INTO way VALUES (?, 'answered', 0, '', '2026-09-25')", own_mark(home))(home)),
    ("audit_time", sql("INSERT INTO feed VALUES (x'01', 'office-1', '2026-09-25T10:31')")),
    ("audit_id", sql("INSERT INTO feed VALUES (x'01', ?, '2026-09-25')", ID)),
    ("audit_time", sql("INSERT INTO way VALUES (x'01', 'answered', 0, '', '2026-09-25T10:31')")),
    ("audit_time", sql("INSERT INTO problem_line VALUES (1, 0, '2026-09-25T10:31', '', 'list', '', '{}')")),
    ("audit_id", sql("INSERT INTO problem_line VALUES (1, 0, '2026-09-25', ?, 'list', '', '{}')", ID)),
    ("audit_time", sql("INSERT INTO notice VALUES ('1', '2026-09-25T10:31', '2026-09-30', '[]', 'rate_1', 0, '[]')")),
    ("audit_mark", lambda home: sql("INSERT INTO awaited VALUES (x'01', 20721, ?)", own_mark(home))(home)),
]  # fmt: skip
"""What is wrong in a row or a table, whichever database it is in."""

PLANTS: list[tuple[str, Callable[[Path], None]]] = [
    *ROWS,
    ("audit_id", stray("data/log", f"2026 INFO from {ID}".encode())),
    ("audit_id", stray("data/export.txt", UTF16)),
    ("audit_id", stray("data/export.bin", b"\x01" + int(ID).to_bytes(8, "little") + b"\x02")),
    ("audit_id", stray("data/export.bin", b"\x01" + int(ID).to_bytes(6, "big") + b"\x02")),
    ("audit_id", stray("data/dump", b"zz" + base64.b64encode(f"a{ID}b".encode()))),
    ("audit_id", stray("data/dump", b"x" + ID.encode().hex().encode())),
    ("audit_id", stray("data/dump", ID[::-1].encode())),
    ("audit_id", stray("data/dump", "".join(f"\\u{ord(c):04x}" for c in ID).encode())),
    ("audit_id", stray("data/tingwen.db-journal", ID.encode())),
    ("audit_id", stray("tmp/etilqs_0001", ID.encode())),
    ("audit_id", left_by_the_press),
    ("audit_id", packed),
    ("audit_id", sealed_log),
    ("audit_hash", stray("data/log", f"user {SHA.hexdigest()}".encode())),
    ("audit_hash", stray("data/log", hashlib.md5(ID.encode()).hexdigest()[:24].encode())),
    ("audit_mark", lambda home: stray("data/log", own_mark(home).hex().encode())(home)),
    ("audit_secret", lambda home: stray("data/log", master(home).hex().encode())(home)),
    ("audit_secret", live_key_in_export),
    ("audit_link", lambda home: stray("data/access.log", f"GET /q/{own_link(home)} 200".encode())(home)),
    ("audit_link", lambda home: stray("data/dump", own_link(home).partition(".")[2].encode("utf-16-be"))(home)),
    ("audit_mode", lambda home: (home / "keys").chmod(0o755)),
    ("audit_mode", lambda home: (home / "keys" / "slots").chmod(0o640)),
    ("audit_mode", lambda home: (home / "data" / "tingwen.db").chmod(0o644)),
    ("audit_keys_inside", keys_inside),
    ("audit_no_keys", lambda home: shutil.rmtree(home / "keys")),
    ("audit_stray", stray("keys/slots.bak", b"")),
    ("audit_old_key", stray("keys/inbox-16000", os.urandom(32))),
    ("audit_slots_cut", lambda home: os.truncate(home / "keys" / "slots", 1000)),
    ("audit_unnamed", slot_of_nobody),
    ("audit_roster", other_master),
    ("audit_stranger", sql("CREATE TRIGGER spy AFTER INSERT ON draft BEGIN DELETE FROM trail; END")),
    ("audit_counting", counted_rows),
    ("audit_no_wal", journal_mode),
    ("audit_journal", stray("data/tingwen.db-journal", b"")),
    ("audit_free_pages", freed),
]  # fmt: skip


def test_every_table_has_a_planted_fault_or_is_about_nobody():
    """A table that comes new is placed here, or nobody would know whether the audit sees what is wrong in it."""
    planted = {
        "draft",
        "opinion",
        "vault",
        "released",
        "digest",
        "trail",
        "person",
        "staff",
        "bucket",
        "inbox",
    }
    planted |= {
        "urgent",
        "letter",
        "reply",
        "signature",
        "tiding",
        "telling",
        "answer",
        "decision",
        "theme",
        "themed",
    }
    planted |= {"errand", "awaited", "feed", "problem_line", "way", "notice"}
    of_the_office = {
        "script",
        "round",
        "wave",
        "digest_note",
        "digest_portion",
        "outbox",
        "circle",
        "seat",
        "invitation",
    }
    of_the_office |= {"campaign", "completion", "talk", "problem"}
    of_the_office |= {
        "clue",
        "appraisal",
        "intake",
        "waiting",
        "entry",
        "twin",
        "mapping",
        "mailing",
    }
    of_the_office |= {"keyring"}
    of_the_office |= {"visiting_day", "booking", "echo"}
    assert planted | of_the_office == set(metadata.tables)


def test_the_audit_knows_of_every_number_and_every_day_what_it_is():
    """A column that comes new may hold a time; it has to be said which, or that it holds none."""
    numbers = {
        f"{table.name}.{one.name}"
        for table in metadata.tables.values()
        for one in table.c
        if isinstance(one.type, Integer)
    }
    days = {
        f"{table.name}.{one.name}"
        for table in metadata.tables.values()
        for one in table.c
        if isinstance(one.type, Text)
        and one.name
        in ("period", "day", "ended", "done", "latest", "opens", "closes", "occurrence")
    }
    assert numbers <= {*TIMES} | NUMBERS
    assert days <= {*TIMES}
    assert not {*TIMES} & NUMBERS
    assert {*TIMES} | NUMBERS <= {
        f"{t.name}.{c.name}" for t in metadata.tables.values() for c in t.c
    }


def test_somebody_is_looked_for_who_is_only_in_the_middle_of_a_talk_or_being_told(home: Path):
    """Their address is known to a sealed row alone, and the key directory opens it."""
    shelf = Shelf(home, durable=False)
    talking, told, sent = (Address(channel="telegram", id=f"88123456{n}9") for n in range(3))

    def known(work):
        work.drafts.keep(Draft(address=talking, language="zh", since=1.0))
        work.tidings.post("r", "shitang", Redacted("好了"), 20721)
        work.tidings.tell(work.tidings.every()[0], [(told, "zh")], 20721)
        work.errands.take_up(sent, Sent("a.docx", "1", 5), "", 1.0)

    shelf.do(known)
    shelf.close()
    assert audited(home).findings == ()
    for one in (talking, told, sent):
        stray("data/log", f"from {one.id}".encode())(home)
        assert [p.fault for p in audited(home).findings] == ["audit_id"]


@pytest.mark.parametrize(
    ("fault", "plant"), PLANTS, ids=[f"{i}-{fault}" for i, (fault, _) in enumerate(PLANTS)]
)
def test_a_planted_fault_is_found(home: Path, fault: str, plant: Callable[[Path], None]):
    plant(home)

    report = audited(home)

    assert fault in {problem.fault for problem in report.findings}
    for language in ("zh", "en"):  # and it can be said
        assert len(verb.lines(report, load_explanations(), language)) > len(report.findings)


def test_logs_and_exports_elsewhere_are_looked_into_when_they_are_named(
    home: Path, tmp_path: Path
):
    stray("elsewhere/service.log", ID.encode())(tmp_path)

    assert audited(home).findings == ()
    assert [p.fault for p in audited(home, "--log", str(tmp_path / "elsewhere")).findings] == [
        "audit_id"
    ]
    assert [p.fault for p in audited(home, "--also", str(tmp_path / "elsewhere")).findings] == [
        "audit_id"
    ]


def test_phrases_of_ones_own_are_looked_for(home: Path, tmp_path: Path):
    (tmp_path / "mine").write_text("第3句话在这里\n等着的话还没到\n", encoding="utf-8")
    stray("data/cache", "第3句话在这里".encode("utf-16-be"))(home)

    found = audited(home, "--look-for", str(tmp_path / "mine")).findings

    assert [dict(p.facts)["form"] for p in found] == ["utf-16-be"]


def test_a_finding_says_nobodys_id_and_ends_with_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    stray("data/log", f"{ID} {SHA.hexdigest()}".encode())(home)

    assert run(home, "--lang", "zh") == 1

    out = capsys.readouterr().out
    assert ID not in out
    assert SHA.hexdigest()[:12] not in out
    assert "请查清是谁写的" in out
    assert "以下没有查，也查不了" in out


def test_no_database_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")

    assert run(tmp_path, "--lang", "en") == 1
    assert "no database" in capsys.readouterr().err
