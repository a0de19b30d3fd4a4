"""`tingwen backup` and `restore`, with the service as a process: what comes back, and what never does."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from bot.verbs import backup as verb
from storage.copy import NotCopied, backup
from tests.process.service import ROOT, Browser, Service
from tests.vaults import unnamed_keys

SAID = ("检查太多，材料补到半夜", "填表的事没人管")


def config(folder: Path) -> str:
    return (
        f'[storage]\nurl = "sqlite+aiosqlite:///{folder}/data/tingwen.db"\n'
        f'key_dir = "{folder}/keys"\n'
    )


def tingwen(
    folder: Path, verb: str, *typed: str, **env: str
) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "bot",
        verb,
        "--config",
        str(folder / "config.toml"),
        *typed,
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "en", **env},
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service in which one has handed in and one is in the middle; a copy was made while it ran."""
    folder = tmp_path_factory.mktemp("saved")
    with Service(folder, config(folder)) as service:
        for number, text in enumerate(SAID):
            person = Browser(service)
            for typed, seen in (("开始", "随时可以停"), ("2", "您是哪一类"), ("3", "第 1 问")):
                person.types(typed)
                person.waits_for(seen)
            person.types(text)
            person.waits_for("第 2 问")
            if number == 0:
                for _ in range(4):
                    person.types("0")
                person.waits_for("请看一眼")
                person.types("1")
                person.waits_for("收到了")
            person.close()
        done = tingwen(folder, "backup", "--out", str(folder / "copy.db"))
        assert done.returncode == 0, done.stderr
        assert service.stop() == 0
        (folder / "said").write_text(done.stdout)
        (folder / "steps").write_text(done.stderr)
    return folder


@pytest.fixture
def elsewhere(saved: Path, tmp_path: Path) -> Path:
    """Another machine: the configuration, the copy and the master key, and nothing else."""
    (tmp_path / "config.toml").write_text(config(tmp_path), encoding="utf-8")
    shutil.copy(saved / "copy.db", tmp_path / "copy.db")
    (tmp_path / "keys").mkdir(mode=0o700)
    shutil.copy(saved / "keys" / "master", tmp_path / "keys" / "master")
    return tmp_path


def rows(file: Path, question: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(file)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


# -- the copy -----------------------------------------------------------------------------------------------------


def test_a_copy_made_beside_the_running_service_is_whole_private_and_alone(saved: Path):
    copy = saved / "copy.db"

    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(p.name for p in saved.glob("*copy*")) == ["copy.db"]


def test_it_holds_the_roster_and_nothing_that_only_the_keys_would_open(saved: Path):
    copy = saved / "copy.db"

    assert rows(copy, "SELECT count(*) FROM person") == [(2,)]
    assert rows(copy, "SELECT count(*) FROM draft") == [(0,)]
    assert rows(copy, "SELECT count(*) FROM inbox") == [(0,)]
    assert rows(copy, "SELECT DISTINCT length(sealed) FROM bucket") == [(0,)]


def test_no_key_is_in_it(saved: Path):
    content = (saved / "copy.db").read_bytes()
    slots = (saved / "keys" / "slots").read_bytes()
    keys = [slots[i : i + 32] for i in range(0, len(slots), 32)]
    held = [key for key in keys if any(key)]
    held += [p.read_bytes() for p in (saved / "keys").iterdir() if p.name != "slots"]

    assert len(held) > 3
    assert not [key for key in held if key in content]


def test_it_says_what_it_does_and_what_is_not_in_it(saved: Path):
    assert (saved / "steps").read_text().splitlines()[0] == "copying ..."
    assert "Keep the master key apart" in (saved / "said").read_text()


def test_a_copy_is_never_written_over(saved: Path):
    before = (saved / "copy.db").read_bytes()

    done = tingwen(saved, "backup", "--out", str(saved / "copy.db"))

    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert (saved / "copy.db").read_bytes() == before


@pytest.mark.parametrize(
    ("out", "reason"), [("nowhere/x.db", "no_folder"), ("keys/x.db", "in_keys")]
)
def test_a_copy_is_not_put_where_it_does_not_belong(saved: Path, out: str, reason: str):
    with pytest.raises(NotCopied, match=reason):
        backup(saved / "data" / "tingwen.db", saved / out, saved / "keys", lambda _: None)
    assert not (saved / out).exists()


def test_no_copy_is_made_of_half_a_tick(saved: Path, tmp_path: Path):
    shutil.copytree(saved / "data", tmp_path / "data")
    with sqlite3.connect(tmp_path / "data" / "tingwen.db") as db:
        db.execute("""UPDATE vault SET pending = '{"name": "x"}'""")

    with pytest.raises(NotCopied, match="ticking"):
        backup(
            tmp_path / "data" / "tingwen.db", tmp_path / "x", tmp_path / "keys", lambda _: None
        )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data"]


def test_what_a_broken_off_copy_left_does_not_stand_in_the_way(saved: Path, tmp_path: Path):
    (tmp_path / ".x.part").write_bytes(b"half")

    backup(saved / "data" / "tingwen.db", tmp_path / "x", saved / "keys", lambda _: None)

    assert [p.name for p in tmp_path.iterdir()] == ["x"]


# -- back again ---------------------------------------------------------------------------------------------------


def test_the_service_starts_on_a_restored_copy_and_goes_on_with_everybody(elsewhere: Path):
    done = tingwen(elsewhere, "restore", str(elsewhere / "copy.db"))
    assert done.returncode == 0, done.stderr
    assert "Not brought back: drafts" in done.stdout

    with Service(elsewhere, config(elsewhere)) as service:
        person = Browser(service)
        for typed, seen in (
            ("开始", "随时可以停"),
            ("2", "您是哪一类"),
            ("3", "第 1 问"),
            ("少开会", "第 2 问"),
        ):
            person.types(typed)
            person.waits_for(seen)
        for _ in range(4):
            person.types("0")
        person.waits_for("请看一眼")
        person.types("1")
        person.waits_for("收到了")
        person.close()
        assert service.stop() == 0
    log = (elsewhere / "log.txt").read_text()
    assert "ERROR" not in log
    assert "CRITICAL" not in log
    file = elsewhere / "data" / "tingwen.db"
    assert unnamed_keys(file, (elsewhere / "keys" / "slots").read_bytes()) == set()
    slots = [
        slot for (slot,) in rows(file, "SELECT key FROM bucket UNION ALL SELECT key FROM vault")
    ]
    assert len(slots) == len(set(slots))  # no two versions share a key's place


def test_a_full_data_directory_is_left_as_it_is(elsewhere: Path):
    (elsewhere / "data").mkdir()
    (elsewhere / "data" / "note").write_text("mine")

    done = tingwen(elsewhere, "restore", str(elsewhere / "copy.db"))

    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert [p.name for p in (elsewhere / "data").iterdir()] == ["note"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged"),
        (b"no database at all" * 100, "damaged"),
        ("half", "damaged"),
        ("newer", "newer version"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_left(
    elsewhere: Path, content: bytes | str, said: str
):
    copy = elsewhere / "copy.db"
    match content:
        case "half":
            whole = copy.read_bytes()
            copy.write_bytes(whole[: len(whole) // 2])
        case "newer":
            with sqlite3.connect(copy) as db:
                db.execute("UPDATE alembic_version SET version_num = '9999'")
        case bytes():
            copy.write_bytes(content)
        case _:
            raise AssertionError(content)

    done = tingwen(elsewhere, "restore", str(copy))

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list((elsewhere / "data").iterdir()) == []


def test_a_file_that_is_not_there_is_said_in_a_sentence(elsewhere: Path):
    done = tingwen(elsewhere, "restore", str(elsewhere / "nothing.db"))

    assert done.returncode == 1
    assert "There is no file" in done.stderr


def test_with_another_master_key_it_is_refused_unless_the_roster_may_go(elsewhere: Path):
    other = {"TINGWEN_MASTER_KEY": "another key of thirty-two letters"}

    refused = tingwen(elsewhere, "restore", str(elsewhere / "copy.db"), **other)
    forgotten = tingwen(
        elsewhere, "restore", str(elsewhere / "copy.db"), "--forget-roster", **other
    )

    assert refused.returncode == 1
    assert "another master key" in refused.stderr
    assert forgotten.returncode == 0, forgotten.stderr
    assert rows(elsewhere / "data" / "tingwen.db", "SELECT count(*) FROM person") == [(0,)]


def test_a_restored_copy_passes_the_audit(elsewhere: Path):
    tingwen(elsewhere, "restore", str(elsewhere / "copy.db"))

    done = tingwen(elsewhere, "audit")

    assert "Findings" not in done.stdout, done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


# -- sealed copies ------------------------------------------------------------------------------------------------

PHRASE = "a sentence nobody would guess"


def test_a_sealed_copy_shows_nothing_and_comes_back_by_its_passphrase_alone(
    saved: Path, elsewhere: Path
):
    phrase, wrong = elsewhere / "phrase", elsewhere / "wrong"
    phrase.write_text(f"{PHRASE}\n")
    wrong.write_text("another sentence altogether")
    copy = elsewhere / "sealed"

    done = tingwen(saved, "backup", "--out", str(copy), "--encrypt", str(phrase))

    assert done.returncode == 0, done.stderr
    assert "Keep the passphrase apart" in done.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    content = copy.read_bytes()
    assert b"SQLite format" not in content
    assert b"alembic_version" not in content
    assert sorted(p.name for p in (saved / "data").iterdir()) == [".copied", "tingwen.db"]
    for given, said in (((), "is sealed"), (("--passphrase", str(wrong)), "cannot be opened")):
        refused = tingwen(elsewhere, "restore", str(copy), *given)
        assert refused.returncode == 1
        assert said in refused.stderr
        assert not (elsewhere / "data" / "tingwen.db").exists()
    back = tingwen(elsewhere, "restore", str(copy), "--passphrase", str(phrase))
    assert back.returncode == 0, back.stderr
    assert rows(elsewhere / "data" / "tingwen.db", "SELECT count(*) FROM person") == [(2,)]


@pytest.mark.parametrize("phrase", ["", "too short\n"])
def test_no_copy_is_sealed_under_nothing(saved: Path, tmp_path: Path, phrase: str):
    (tmp_path / "phrase").write_text(phrase)

    done = tingwen(
        saved, "backup", "--out", str(tmp_path / "x"), "--encrypt", str(tmp_path / "phrase")
    )

    assert done.returncode == 1
    assert "at least 12 characters" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_passphrase_is_in_no_list_of_processes():
    """It is handed over in a file: arguments can be read by everybody on the machine."""
    parser = ArgumentParser()
    verb.arguments(parser)
    asked = {action.dest: action.type for action in parser._actions}

    assert asked["encrypt"] is Path
