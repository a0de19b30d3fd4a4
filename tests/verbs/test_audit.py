"""`tingwen audit` on a house where all is well, and on the same house with one thing wrong."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.loader import load_explanations
from bot.core.cells import freeze
from bot.core.digest.snapshot import to_json
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.settings.reading import load
from bot.verbs import audit as verb
from handlers.tick import tick
from handlers.upkeep import Report, audit
from storage.identity import Entry
from storage.keys import derive
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
    shelf.do(lambda work: work.staff.join(person(50), "zh", (Post(role=Role.OFFICE),)))
    shelf.do(lambda work: work.parcels.put("digest", PERIOD, person(50)))
    shelf.do(lambda work: work.digests.draft(PERIOD, to_json(sample_week()), "{}", ()))
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
    ground = verb.ground(loaded.settings.storage.place, loaded.settings, loaded.secrets, args)
    return audit(replace(ground, temporary=home / "tmp"))


def run(home: Path, *typed: str) -> int:
    parser = ArgumentParser()
    verb.arguments(parser)
    return verb.run(parser.parse_args(["--config", str(home / "config.toml"), *typed]))


def test_a_house_where_all_is_well_has_no_findings(home: Path):
    report = audited(home)

    assert report.findings == ()
    assert report.looked["people"] == 17
    assert {"memory", "platforms", "logs", "exports"} <= {name for name, _ in report.unchecked}


def test_an_audit_changes_nothing(home: Path):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in home.rglob("*") if p.is_file()}

    audited(home)

    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in home.rglob("*") if p.is_file()}
    assert after == before


# -- plants -------------------------------------------------------------------------------------------------------


def sql(statement: str, *values: object) -> Callable[[Path], None]:
    def plant(home: Path) -> None:
        db = sqlite3.connect(home / "data" / "tingwen.db")
        db.execute(statement, values)
        db.commit()
        db.close()
        for log in home.glob("data/*-wal"), home.glob("data/*-shm"):
            for left in log:
                left.unlink()

    return plant


def stray(name: str, content: bytes) -> Callable[[Path], None]:
    def plant(home: Path) -> None:
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(content)

    return plant


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
        "UPDATE opinion SET reply_key = ? WHERE id = (SELECT min(id) FROM opinion)",
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
    db = sqlite3.connect(home / "data" / "tingwen.db")
    ids = [id for (id,) in db.execute("SELECT id FROM opinion ORDER BY id")]
    for number, id in enumerate(ids):
        lookup = number.to_bytes(1, "big") + os.urandom(15)
        db.execute("UPDATE opinion SET lookup = ? WHERE id = ?", (lookup, id))
    db.commit()
    db.close()


def timed(home: Path) -> None:
    db = sqlite3.connect(home / "data" / "tingwen.db")
    ids = [id for (id,) in db.execute("SELECT id FROM opinion")]
    for number, id in enumerate(ids):
        stamp = (1_790_000_000 + number).to_bytes(4, "big") + id[4:]
        db.execute("UPDATE opinion SET id = ? WHERE id = ?", (stamp, id))
    db.commit()
    db.close()


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


UTF16 = f"who: {ID}".encode("utf-16-le")
SHA = hashlib.sha256(f"telegram:{ID}".encode())
PLANTS: list[tuple[str, Callable[[Path], None]]] = [
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
    ("audit_id", packed),
    ("audit_id", sealed_log),
    ("audit_id", sql("INSERT INTO trail VALUES (1, 60, 'server', 'x', ?)", json.dumps({"a": ID}))),
    ("audit_hash", stray("data/log", f"user {SHA.hexdigest()}".encode())),
    ("audit_hash", stray("data/log", hashlib.md5(ID.encode()).hexdigest()[:24].encode())),
    ("audit_hash", sql("UPDATE opinion SET lookup = ? WHERE id = (SELECT max(id) FROM opinion)", SHA.digest()[:16])),
    ("audit_mark", lambda home: stray("data/log", own_mark(home).hex().encode())(home)),
    ("audit_mark", mark_in_opinions),
    ("audit_secret", lambda home: stray("data/log", master(home).hex().encode())(home)),
    ("audit_secret", live_key_in_export),
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
    ("audit_stranger", sql("ALTER TABLE opinion ADD COLUMN created_at INTEGER")),
    ("audit_stranger", sql("CREATE TABLE who_said (person TEXT, opinion BLOB)")),
    ("audit_stranger", sql("CREATE TRIGGER spy AFTER INSERT ON draft BEGIN DELETE FROM trail; END")),
    ("audit_counting", counted_rows),
    ("audit_time", sql("UPDATE opinion SET period = '2026-09-25T10:31'")),
    ("audit_time", sql("INSERT INTO trail VALUES (1, 61, 'server', 'x', '{}')")),
    ("audit_shared", shared_keys),
    ("audit_no_wal", journal_mode),
    ("audit_journal", stray("data/tingwen.db-journal", b"")),
    ("audit_free_pages", freed),
    ("audit_k", sql("UPDATE vault SET atoms = replace(atoms, '[5, ', '[3, ')")),
    ("audit_small", sql("UPDATE released SET people = 3")),
    ("audit_words", sql("UPDATE released SET writers = 6")),
    ("audit_uncounted", sql("DELETE FROM released")),
    ("audit_small_digest", small_digest),
    ("audit_snapshot", sql("UPDATE digest SET snapshot = '{}'")),
    ("audit_order", ordered),
    ("audit_uneven", timed),
]  # fmt: skip


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
