"""`tingwen doctor` on an installation that runs, and on ones that do not: each illness has its line, and its remedy."""

import os
import shutil
import sqlite3
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.loader import load_explanations
from bot.verbs import doctor
from storage import checkup
from tests.process.service import Browser, Service
from tests.verbs.test_backup import config, tingwen

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def seen_by_doctor(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    parser = ArgumentParser()
    doctor.arguments(parser)
    capsys.readouterr()
    code = doctor.run(
        parser.parse_args(["--config", str(folder / "config.toml"), "--lang", "en"])
    )
    return code, capsys.readouterr().out


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which somebody is in the middle of a talk; it does not run any more."""
    folder = tmp_path_factory.mktemp("lived")
    with Service(folder, config(folder)) as service:
        person = Browser(service)
        for typed, seen in (("开始", "随时可以停"), ("2", "您是哪一类"), ("3", "第 1 问")):
            person.types(typed)
            person.waits_for(seen)
        person.close()
        whole = tingwen(folder, "doctor", "--lang", "en")
        (folder / "said").write_text(whole.stdout + whole.stderr)
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert service.stop() == 0
    return folder


@pytest.fixture
def ill(lived_in: Path, tmp_path: Path) -> Path:
    """Another like it, to be made ill."""
    for part in ("data", "keys"):
        shutil.copytree(lived_in / part, tmp_path / part)
    port = '[web]\nlisten = "127.0.0.1:9"\n'
    (tmp_path / "config.toml").write_text(port + config(tmp_path), encoding="utf-8")
    return tmp_path


def test_of_a_service_that_runs_only_the_missing_copy_is_told(lived_in: Path):
    said = (lived_in / "said").read_text()

    assert "In order: database and keys." in said
    assert "In order: the service." in said
    assert "In order: font of the papers." in said
    assert "warning: No copy" in said
    assert "Nothing is wrong that keeps it from working." in said


def test_it_changes_nothing(ill: Path, capsys: pytest.CaptureFixture[str]):
    before = {file: file.read_bytes() for file in ill.rglob("*") if file.is_file()}
    seen_by_doctor(ill, capsys)

    assert {file: file.read_bytes() for file in ill.rglob("*") if file.is_file()} == before


def test_a_service_that_does_not_run(ill: Path, capsys: pytest.CaptureFixture[str]):
    code, said = seen_by_doctor(ill, capsys)

    assert code == 1
    assert "Nobody listens at port 9" in said
    assert "systemctl start tingwen" in said


def _open_to_all(folder: Path) -> None:
    (folder / "keys" / "slots").chmod(0o644)


def _damaged(folder: Path) -> None:
    file = folder / "data" / "tingwen.db"
    content = bytearray(file.read_bytes())
    content[4096 : len(content) // 2] = bytes(len(content) // 2 - 4096)
    file.write_bytes(content)


def _no_database_at_all(folder: Path) -> None:
    (folder / "data" / "tingwen.db").write_bytes(b"nothing of the kind" * 500)


def _version(number: str, folder: Path) -> None:
    with sqlite3.connect(folder / "data" / "tingwen.db") as db:
        db.execute("UPDATE alembic_version SET version_num = ?", (number,))
    db.close()


def _keys_gone(folder: Path) -> None:
    (folder / "keys" / "slots").unlink()


def _master_exchanged(folder: Path) -> None:
    (folder / "keys" / "master").write_bytes(b"x" * 32)


def _written_tomorrow(folder: Path) -> None:
    tomorrow = (folder / "keys" / "slots").stat().st_mtime + 86400
    os.utime(folder / "keys" / "slots", (tomorrow, tomorrow))


def _copied_long_ago(folder: Path) -> None:
    (folder / "data" / ".copied").touch()
    os.utime(folder / "data" / ".copied", (10**9, 10**9))


def _no_file(folder: Path) -> None:
    shutil.rmtree(folder / "data")


@pytest.mark.parametrize(
    ("illness", "said"),
    [
        (_open_to_all, "Others can open it (mode 644)"),
        (_damaged, "The database is damaged."),
        (_no_database_at_all, "The database is damaged."),
        (lambda folder: _version("9999", folder), "of a newer version (9999)"),
        (
            lambda folder: _version("0001", folder),
            "warning: The database is of an older version",
        ),
        (_keys_gone, "sealed pieces have no key here"),
        (_master_exchanged, "The master key is not the one"),
        (_written_tomorrow, "minutes in the future"),
        (_copied_long_ago, "warning: The last copy is"),
        (_no_file, "warning: There is no database here yet."),
    ],
)
def test_each_illness_has_its_line(
    ill: Path, capsys: pytest.CaptureFixture[str], illness: object, said: str
):
    assert said not in seen_by_doctor(ill, capsys)[1]
    illness(ill)  # type: ignore[operator]

    assert said in seen_by_doctor(ill, capsys)[1]


@pytest.mark.parametrize(
    ("left", "said"), [(1 << 20, "nothing can be stored"), (1 << 29, "warning: 512 MB")]
)
def test_a_disk_that_fills_is_told_before_it_is_full(
    ill: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    left: int,
    said: str,
):
    monkeypatch.setattr(checkup, "left", lambda folder: left)

    assert said in seen_by_doctor(ill, capsys)[1]


def test_a_door_that_nobody_opens(ill: Path, capsys: pytest.CaptureFixture[str]):
    with (ill / "config.toml").open("a") as file:
        file.write("")
    text = (ill / "config.toml").read_text()
    (ill / "config.toml").write_text(
        text.replace("[web]\n", '[web]\npublic_url = "https://localhost:9"\n')
    )

    assert (
        "This address cannot be reached from here (ConnectionRefusedError)"
        in seen_by_doctor(ill, capsys)[1]
    )


def test_a_certificate_is_told_before_it_ends():
    assert doctor.days_left({"notAfter": "Dec  1 12:00:00 2026 GMT"}, NOW) == 10
    assert doctor.days_left({"notAfter": "Nov  1 12:00:00 2026 GMT"}, NOW) < 0
    assert doctor.days_left({}, NOW) > doctor.CERTIFICATE_DAYS


def test_each_subject_has_a_name_in_both_languages():
    words = load_explanations()

    for language in ("zh", "en"):
        assert all(words.say(language, f"doctor.{subject}") for subject in doctor.SUBJECTS)


def test_it_speaks_chinese(ill: Path, capsys: pytest.CaptureFixture[str]):
    parser = ArgumentParser()
    doctor.arguments(parser)
    doctor.run(parser.parse_args(["--config", str(ill / "config.toml"), "--lang", "zh"]))
    said = capsys.readouterr().out

    assert "服务没有运行" in said
    assert "正常：数据库与密钥。" in said
