"""`tingwen invite`, as an operator runs it."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path

import pytest

from bot.core.people import Post, Role, read_code
from bot.verbs import invite
from storage.database import Database
from storage.keys import Keyring
from storage.staff import ForPeople, ForStaff, Invitation
from storage.unit_of_work import Work

CONFIG = """
[storage]
url = "sqlite+aiosqlite:///{folder}/data/tingwen.db"
key_dir = "{folder}/keys"
[[units]]
id = "no1"
name = "第一中学"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    return path


def invited(config: Path, *typed: str) -> int:
    parser = ArgumentParser()
    invite.arguments(parser)
    return invite.run(parser.parse_args(["--config", str(config), *typed]))


def given(config: Path, code: str) -> Invitation | None:
    """What the code gives, as the service reads it."""

    async def look() -> Invitation | None:
        keys = Keyring(config.parent / "keys")
        database = Database(config.parent / "data" / "tingwen.db", keys)
        database.start()
        try:
            return await database.write(lambda tx: Work(tx).staff.invited(code, 0))
        finally:
            await database.stop()
            keys.close()

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("typed", "gives"),
    [
        (("--role", "office"), ForStaff(posts=(Post(role=Role.OFFICE),))),
        (("--role", "school", "--unit", "no1"), ForStaff(posts=(Post(role=Role.SCHOOL, units=("no1",)),))),
        (("--group", "delegate"), ForPeople(group="delegate")),
        (("--group", "teacher", "--unit", "no1"), ForPeople(group="teacher", unit="no1")),
        (("--unit", "no1"), ForPeople(unit="no1")),
    ],
    ids=str,
)  # fmt: skip
def test_a_code_is_written_to_the_terminal(
    config: Path,
    capsys: pytest.CaptureFixture[str],
    typed: tuple[str, ...],
    gives: Invitation,
):
    assert invited(config, *typed) == 0

    [line] = capsys.readouterr().out.splitlines()
    code = read_code(line)
    assert code
    assert given(config, code) == gives


def test_slips_are_made_by_the_dozen(config: Path, capsys: pytest.CaptureFixture[str]):
    assert invited(config, "--group", "teacher", "--unit", "no1", "--count", "12") == 0

    assert len(set(capsys.readouterr().out.splitlines())) == 12


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ((), "--role"),
        (("--role", "office", "--group", "teacher"), "--role"),
        (("--role", "office", "--count", "2"), "one code at a time"),
        (("--role", "school"), "needs a unit"),
        (("--role", "node"), "name"),
        (("--role", "school", "--unit", "no9"), 'no unit "no9"; known: no1'),
        (("--group", "nobody"), 'no group "nobody"'),
        (("--group", "teacher", "--count", "0"), "--count"),
    ],
    ids=str,
)
def test_what_cannot_be_invited_is_said_in_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], told: str
):
    assert invited(config, *typed) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
