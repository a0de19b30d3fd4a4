"""`tingwen backup` and `restore` where the memory is in PostgreSQL: what comes back there, and what never does."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from storage.copy import NotCopied, backup, restore
from storage.draft import Draft
from storage.keys import Keyring
from storage.move import brought
from storage.postgres import driver_url
from storage.schema import HEAD, made
from storage.tables import metadata
from tests import postgres
from tests.process.service import PLAIN, Browser, Service
from tests.vaults import Shelf, atoms, person, said, start
from tests.verbs.test_backup import rows, tingwen

pytestmark = pytest.mark.one_database

PHRASE = "a sentence nobody would guess"
WAITING = "还在等着的一句话"


def config(folder: Path, url: str) -> str:
    return f'[storage]\nurl = "{url}"\nkey_dir = "{folder}/keys"\n'


def told(url: str, *words: str) -> object:
    """These statements, in a transaction each; the first value of the last one."""

    async def tell() -> object:
        line = await asyncpg.connect(driver_url(url))
        try:
            return [await line.fetchval(each) for each in words][-1]
        finally:
            await line.close()

    return asyncio.run(tell())


def counts(url: str) -> dict[str, object]:
    every = metadata.sorted_tables
    return {t.name: told(url, f'SELECT count(*) FROM "{t.name}"') for t in every}


@pytest.fixture
def url() -> Iterator[str]:
    with postgres.empty() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with keys and a server on which one is in the middle, six have handed in, and one has booked."""
    home = tmp_path_factory.mktemp("full")
    with postgres.empty() as url:
        shelf = Shelf(home)

        def lived(work):
            work.drafts.keep(Draft(address=person(90), language="zh", since=1.0))
            work.identity.remember(person(90), "zh")
            work.vault.open("r", atoms())
            for number in range(6):
                work.vault.submit("r", person(number), "a0", said(WAITING))

        shelf.do(lived)
        shelf.close()
        brought(home / "data" / "tingwen.db", url, lambda *_: None)
        told(url, "INSERT INTO keyring VALUES ('\\x01')")
        yield home, url


@pytest.fixture
def copy(full: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of that server."""
    home, url = full
    backup(url, tmp_path / "copy", home / "keys", lambda _: None)
    return tmp_path / "copy"


def back(copy: Path, url: str, keys: Path, **how) -> None:
    with closing(Keyring(keys)) as opened:
        restore(copy, url, opened.master, lambda _: None, **how)


def test_a_copy_of_a_server_is_a_file_as_any_other_and_holds_nothing_that_keys_would_open(
    full: tuple[Path, str], copy: Path
):
    slots = (full[0] / "keys" / "slots").read_bytes()
    held = [slots[i : i + 32] for i in range(0, len(slots), 32)]
    held = [key for key in held if any(key)]
    held += [p.read_bytes() for p in (full[0] / "keys").iterdir() if p.name != "slots"]

    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
    assert rows(copy, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert rows(copy, "SELECT count(*) FROM person") == [(1,)]
    assert rows(copy, "SELECT count(*) FROM bucket") != [(0,)]
    assert rows(copy, "SELECT DISTINCT length(sealed) FROM bucket") == [(0,)]
    for table in ("draft", "inbox", "keyring", "answer", "booking", "telling", "signature"):
        assert rows(copy, f"SELECT count(*) FROM {table}") == [(0,)]
    assert len(held) > 3
    assert not [key for key in held if key in copy.read_bytes()]
    assert list(copy.parent.iterdir()) == [copy]


def test_every_row_that_is_in_a_copy_is_there_afterwards(
    full: tuple[Path, str], copy: Path, url: str
):
    back(copy, url, full[0] / "keys")

    with closing(sqlite3.connect(copy)) as db:
        kept = {
            name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in metadata.tables
        }
    assert counts(url) == kept
    assert kept["person"] == 1
    assert list(copy.parent.iterdir()) == [copy]


def test_a_copy_of_either_database_comes_back_into_the_other(
    full: tuple[Path, str], copy: Path, url: str, tmp_path: Path
):
    file = tmp_path / "there" / "tingwen.db"
    with closing(Keyring(full[0] / "keys")) as keys:
        restore(copy, file, keys.master, lambda _: None)
    backup(file, tmp_path / "second", full[0] / "keys", lambda _: None)

    back(tmp_path / "second", url, full[0] / "keys")

    assert counts(url)["person"] == 1


def test_a_server_that_holds_anything_is_left_as_it_is(
    full: tuple[Path, str], copy: Path, url: str
):
    back(copy, url, full[0] / "keys")
    before = postgres.dumped(url)

    with pytest.raises(NotCopied, match="not_empty"):
        back(copy, url, full[0] / "keys")

    assert postgres.dumped(url) == before


def test_with_another_master_key_nothing_comes_unless_the_roster_may_go(
    copy: Path, url: str, tmp_path: Path
):
    with pytest.raises(NotCopied, match="other_master"):
        back(copy, url, tmp_path / "others")
    assert told(url, "SELECT to_regclass('person') IS NULL")  # not even a table

    back(copy, url, tmp_path / "others", forget_roster=True)

    assert counts(url)["person"] == 0


def test_half_a_copy_leaves_no_row(full: tuple[Path, str], copy: Path, url: str):
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(NotCopied, match="damaged"):
        back(copy, url, full[0] / "keys")

    assert told(url, "SELECT to_regclass('person') IS NULL")


def test_a_copy_of_tables_of_an_earlier_program_is_made_and_comes_back_renewed(
    full: tuple[Path, str], tmp_path: Path, url: str
):
    before = f"{int(HEAD) - 1:04}"
    made(tmp_path / "old.db", before)
    with postgres.empty() as old:
        _earlier(old, before)
        backup(old, tmp_path / "copy", full[0] / "keys", lambda _: None)
    assert rows(tmp_path / "copy", "SELECT version_num FROM alembic_version") == [(before,)]

    back(tmp_path / "copy", url, full[0] / "keys")

    assert told(url, "SELECT version_num FROM alembic_version") == HEAD
    assert counts(url)["script"] == 1


def _earlier(url: str, version: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from storage.schema import upgrade

    async def make() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(upgrade, version)
        await engine.dispose()

    asyncio.run(make())
    told(url, "INSERT INTO script VALUES ('kept', '{}')")


def test_a_server_of_a_later_program_is_not_copied_by_halves(
    full: tuple[Path, str], tmp_path: Path, url: str
):
    told(url, "CREATE TABLE alembic_version (version_num text)")
    told(url, "INSERT INTO alembic_version VALUES ('9999')")

    with pytest.raises(NotCopied, match="newer"):
        backup(url, tmp_path / "copy", full[0] / "keys", lambda _: None)

    assert list(tmp_path.iterdir()) == []


def test_no_copy_is_made_of_half_a_tick(full: tuple[Path, str], tmp_path: Path):
    home, url = full
    with postgres.copied(url) as ticking:
        told(ticking, """UPDATE vault SET pending = '{"name": "x"}'""")

        with pytest.raises(NotCopied, match="ticking"):
            backup(ticking, tmp_path / "x", home / "keys", lambda _: None)


def test_a_sealed_copy_made_beside_the_service_comes_back_into_an_empty_server_and_it_goes_on(
    tmp_path: Path,
):
    """What the handbook says, step by step: move there, run, copy, lose the server, bring it back, run, audit."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    (one / "phrase").write_text(f"{PHRASE}\n")
    embedded = f'[storage]\nurl = "sqlite+aiosqlite:///{one}/data/tingwen.db"\nkey_dir = "{one}/keys"\n'
    with Service(one, embedded) as service:
        _says_something(service, "搬家以前说的话")
        assert service.stop() == 0
    with postgres.empty() as lost, postgres.empty() as url:
        moved = tingwen(one, "move", "--to", lost)
        assert moved.returncode == 0, moved.stderr
        with Service(one, config(one, lost)) as service:
            _says_something(service, "搬家以后说的话")
            assert PLAIN.get(f"{service.url}/readyz").json()["disk"] == "ok"
            assert "In order: database and keys." in tingwen(one, "doctor").stdout
            done = tingwen(
                one,
                "backup",
                "--out",
                f"{tmp_path}/copy",
                "--encrypt",
                f"{one}/phrase",
                TMPDIR=str(one),
            )
            assert done.returncode == 0, done.stderr
            assert not [*one.glob("tingwen-*")]  # where it lay open
            audited = tingwen(one, "audit", TMPDIR=str(one))
            assert audited.returncode == 0, audited.stdout  # `moved` among the keys is ours
            refused = tingwen(
                one, "restore", f"{tmp_path}/copy", "--passphrase", f"{one}/phrase"
            )
            assert refused.returncode == 1
            assert "A service runs on that database" in refused.stderr
            assert service.stop() == 0
        assert b"SQLite format" not in (tmp_path / "copy").read_bytes()

        (two / "keys").mkdir(parents=True, mode=0o700)
        shutil.copy(one / "keys" / "master", two / "keys" / "master")
        (two / "config.toml").write_text(config(two, url))
        opened = tingwen(two, "restore", f"{tmp_path}/copy")
        assert "is sealed" in opened.stderr
        restored = tingwen(two, "restore", f"{tmp_path}/copy", "--passphrase", f"{one}/phrase")
        assert restored.returncode == 0, restored.stderr
        assert "on the server" in restored.stdout
        assert told(url, "SELECT count(*) FROM person") == 2
        with Service(two, config(two, url)) as service:
            _says_something(service, "失而复得以后说的话")
            assert service.stop() == 0
        log = (two / "log.txt").read_text()
        assert "ERROR" not in log
        assert "CRITICAL" not in log
        assert told(url, "SELECT count(*) FROM person") == 3
        audited = tingwen(two, "audit", TMPDIR=str(two))
        assert audited.returncode == 0, audited.stdout


def _says_something(service: Service, text: str) -> None:
    somebody = Browser(service)
    for typed, seen in (
        ("开始", "随时可以停"),
        ("2", "您是哪一类"),
        ("3", "第 1 问"),
        (text, "第 2 问"),
        *((("0", "问"),) * 3),
        ("0", "请看一眼"),
        ("1", "收到了"),
    ):
        somebody.types(typed)
        somebody.waits_for(seen)
    somebody.close()


def test_a_move_and_a_copy_need_the_same_start(full: tuple[Path, str], copy: Path, url: str):
    """A service that starts on what came back finds its shells of buckets and sets them up with new keys."""
    back(copy, url, full[0] / "keys")

    from storage.database import alone, connected
    from storage.unit_of_work import Work

    with closing(Keyring(full[0] / "keys")) as keys, closing(connected(url)) as opened:
        alone(opened, keys, start)
        taken = alone(
            opened, keys, lambda tx: Work(tx).vault.submit("r", person(7), "a0", said("新的"))
        )
    assert taken == "taken"
