"""An embedded installation moves to PostgreSQL: whole, checked, all of it or nothing."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from bot.__main__ import main
from bot.core.messages import Address, Redacted
from storage import move as moving
from storage.database import Database, alone, connected
from storage.draft import Draft
from storage.keys import Keyring
from storage.move import NotMoved, move
from storage.postgres import driver_url
from storage.schema import prepare
from storage.tables import metadata
from storage.unit_of_work import Work
from tests import postgres
from tests.vaults import atoms, person, said, start

pytestmark = pytest.mark.one_database

ANNA = Address(channel="telegram", id="8812345609")


@pytest.fixture
def url():
    with postgres.empty() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with an installation in it: a talk, a roster, a vault with something in it, a telling."""
    file, keys = tmp_path / "data" / "tingwen.db", Keyring(tmp_path / "keys")
    prepare(file)
    with contextlib.closing(connected(file)) as opened:
        alone(opened, keys, start)
        alone(opened, keys, _lived)
    keys.close()
    return tmp_path


def _lived(tx) -> None:
    work = Work(tx)
    work.drafts.keep(Draft(address=ANNA, language="zh", since=1.0))
    work.identity.remember(ANNA, "zh")
    work.vault.open("r", atoms())
    for number in range(6):
        work.vault.submit("r", person(number), "a0", said(f"话{number}"))
    work.tidings.post("r", "shitang", Redacted("办好了"), 20721)
    work.tidings.tell(work.tidings.every()[0], [(ANNA, "zh")], 20721)


def rows(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as db:
        return sum(
            db.execute(f'SELECT count(*) FROM "{t.name}"').fetchone()[0]
            for t in metadata.sorted_tables
        )


def held(url: str) -> int:
    async def count() -> int:
        line = await asyncpg.connect(driver_url(url))
        found = [
            await line.fetchval(f'SELECT count(*) FROM "{t.name}"')
            for t in metadata.sorted_tables
        ]
        await line.close()
        return sum(found)

    return asyncio.run(count())


def moved(home: Path, url: str) -> int:
    return move(home / "data" / "tingwen.db", url, home / "keys", lambda *_: None)


def test_everything_is_there_afterwards_and_opens_with_the_same_keys(home: Path, url: str):
    before = rows(home / "data" / "tingwen.db")
    assert moved(home, url) == before > 4

    keys = Keyring(home / "keys")
    with contextlib.closing(connected(url)) as opened:
        drafts, roster, told = alone(
            opened,
            keys,
            lambda tx: (
                Work(tx).drafts.every(),
                Work(tx).identity.language(ANNA),
                Work(tx).tidings.due(),
            ),
        )
        taken = alone(
            opened, keys, lambda tx: Work(tx).vault.submit("r", person(5), "a0", said("again"))
        )
    keys.close()
    assert [draft.address for draft in drafts] == [one.address for one in told] == [ANNA]
    assert roster == "zh"
    assert taken == "already"


def test_a_move_that_fails_at_any_table_leaves_nothing_and_the_next_one_brings_all(
    home: Path, url: str, monkeypatch: pytest.MonkeyPatch
):
    copied, tables = moving._copied, list(metadata.sorted_tables)

    async def breaks(here, there, table):
        if table is tables[-1]:
            raise OSError("cut")
        await copied(here, there, table)

    monkeypatch.setattr(moving, "_copied", breaks)
    with pytest.raises(NotMoved, match="unreachable"):
        moved(home, url)
    assert held(url) == 0

    monkeypatch.undo()
    assert moved(home, url) == held(url)


def test_what_differs_afterwards_is_not_kept(home, url, monkeypatch):
    copied = moving._copied

    async def forgets(here, there, table):
        await copied(here, there, table)
        if table.name == "draft":
            await there.execute("UPDATE draft SET revision = revision + 1")

    monkeypatch.setattr(moving, "_copied", forgets)
    with pytest.raises(NotMoved, match="differs") as why:
        moved(home, url)
    assert why.value.what == "draft"
    assert held(url) == 0


def test_it_is_refused_while_somebody_runs_here_or_something_is_there(home: Path, url: str):
    keys = Keyring(home / "keys")
    service = Database(home / "data" / "tingwen.db", keys)
    service.start()
    with pytest.raises(NotMoved, match="running"):
        moved(home, url)
    asyncio.run(service.stop())
    keys.close()

    assert moved(home, url) > 0
    with contextlib.closing(sqlite3.connect(home / "data" / "tingwen.db")) as db, db:
        db.execute("DELETE FROM telling")
    with pytest.raises(NotMoved, match="not_empty"):
        moved(home, url)


def test_killed_in_the_middle_it_is_begun_anew(home: Path, url: str):
    config = home / "config.toml"
    file = home / "data" / "tingwen.db"
    config.write_text(
        f'[storage]\nurl = "sqlite+aiosqlite:///{file}"\nkey_dir = "{home}/keys"\n', "utf-8"
    )
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.executemany(
            "INSERT INTO script VALUES (?, ?)",
            ((f"{n:08}", "x" * 500) for n in range(60_000)),
        )
    command = [sys.executable, "-m", "bot", "move", "--config", str(config), "--to", url]
    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert first.stderr
    first.stderr.readline()  # the first table is there
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stderr.close()
    until = time.monotonic() + 20
    while held(url) and time.monotonic() < until:
        time.sleep(0.1)
    assert held(url) == 0

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert held(url) == rows(file)
    assert main(["check", "--config", str(config)]) == 1  # the old file is not to be used
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1
