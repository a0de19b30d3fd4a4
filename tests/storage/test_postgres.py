"""Several machines, one PostgreSQL, one key directory: as if there were one writer; and what a cut line costs."""

import asyncio
import threading

import pytest
from sqlalchemy import text

import storage.postgres
from bot.core.messages import Address
from bot.core.receipt import Receipt
from storage.database import Database, StorageFailed, alone, connected
from storage.keys import Keyring, mark_of
from storage.marks import known
from storage.postgres import Postgres, Unfit
from storage.schema import Newer, prepare
from storage.statement import Statement
from storage.unit_of_work import Work
from storage.vault import Tick
from tests import postgres
from tests.vaults import ask, atoms, every_key, person, said, start, tell

pytestmark = pytest.mark.one_database

ROUND = "r"


@pytest.fixture
def url():
    with postgres.database() as made:
        yield made


class Replica:
    """One of several processes, as far as memory goes."""

    def __init__(self, url, folder):
        self.keys = Keyring(folder / "keys")
        self.database = Database(url, self.keys)
        self.database.start()

    async def do(self, deed):
        return await self.database.write(lambda tx: deed(Work(tx)))

    async def stop(self):
        await self.database.stop()
        self.keys.close()


@pytest.fixture
async def replicas(url, tmp_path):
    both = Replica(url, tmp_path), Replica(url, tmp_path)
    for each in both:
        await each.database.write(start)
    yield both
    for each in both:
        await each.stop()


async def test_what_two_replicas_take_in_is_let_out_once_and_leaves_no_key(
    replicas, tmp_path, url
):
    first, second = replicas
    await first.do(lambda work: work.vault.open(ROUND, atoms()))

    async def hands_in(replica, number):
        return await replica.do(
            lambda work: work.vault.submit(
                ROUND,
                person(number),
                "a0",
                said(f"话{number}"),
                receipt=Receipt(f"{number:016}", b"r" * 32),
            )
        )

    twice = [hands_in(replica, number) for number in range(60) for replica in (first, second)]
    outcomes = await asyncio.gather(*twice)
    assert sorted(outcomes) == ["already"] * 60 + ["taken"] * 60

    going = await second.do(
        lambda work: work.vault.begin(ROUND, Tick(name="t", period="2026-09-25"))
    )
    opened = await first.do(lambda work: work.vault.gather(going, 0, 999))
    assert opened.lost == 0
    assert (
        sum(f"话{number}".encode() in b"".join(opened.contents) for number in range(60)) == 60
    )

    for each in replicas:
        await each.do(lambda work: None)  # what was spent is burned in one's next turn
    await asyncio.sleep(0.1)
    named = set(await first.do(lambda work: tuple(work.slots())))
    held = every_key((tmp_path / "keys" / "slots").read_bytes())
    assert len(held) == len(named)


def test_a_slot_one_process_burned_late_is_not_anothers_key(tmp_path):
    """It was swept by another process in between, and given out again."""
    mine, yours = Keyring(tmp_path), Keyring(tmp_path)
    mine.keep_only([])
    slot, key = mine.new()
    yours.keep_only([])  # no row names it
    given = {yours.new()[0] for _ in range(1024)}
    assert slot in given
    new = yours.key(slot)

    mine.burn(slot, key)

    assert yours.key(slot) == new
    mine.close()
    yours.close()


def test_two_processes_never_take_the_same_slot(tmp_path):
    mine, yours = Keyring(tmp_path), Keyring(tmp_path)
    mine.keep_only([])
    yours.keep_only([])
    taken = [keys.new()[0] for _ in range(1500) for keys in (mine, yours)]
    assert len(set(taken)) == 3000
    mine.close()
    yours.close()


def test_a_key_for_the_day_is_made_by_one_process_and_read_whole_by_all(tmp_path):
    rings = [Keyring(tmp_path) for _ in range(8)]
    macs = []
    threads = [
        threading.Thread(target=lambda ring=ring: macs.append(ring.inbox_mac(b"x", 20_000)))
        for ring in rings
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(macs)) == 1
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]
    for ring in rings:
        ring.close()


async def test_a_line_that_is_cut_costs_one_batch_and_the_next_goes_through(replicas):
    first, second = replicas

    def cut(work):
        ask(work._tx, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StorageFailed):
        await first.do(cut)
    await first.do(lambda work: work.errands.awaits(b"tag", "plan", 20_000))
    assert await second.do(lambda work: work.errands.awaited(b"tag")) == "plan"


@pytest.mark.parametrize("came_through", [True, False])
async def test_a_commit_whose_answer_was_lost_is_asked_after(
    url, tmp_path, monkeypatch, came_through
):
    replica = Replica(url, tmp_path)
    await replica.database.write(start)
    commit = Postgres.commit

    def lost(self):
        real = self._line

        class Line:
            def __getattr__(self, name):
                return getattr(real, name)

            async def execute(self, text, *values):
                if text == "COMMIT" and came_through:
                    await real.execute(text)
                if text == "COMMIT":
                    real.terminate()
                    raise ConnectionResetError
                return await real.execute(text, *values)

        self._line = Line()
        monkeypatch.setattr(Postgres, "commit", commit)
        commit(self)

    monkeypatch.setattr(Postgres, "commit", lost)
    kept = replica.do(lambda work: work.errands.awaits(b"tag", "plan", 20_000))
    if came_through:
        await kept
    else:
        with pytest.raises(StorageFailed):
            await kept
    found = await replica.do(lambda work: work.errands.awaited(b"tag"))
    assert found == ("plan" if came_through else "")
    await replica.stop()


def test_who_may_not_write_in_time_is_told_and_nothing_is_kept(url, tmp_path, monkeypatch):
    keys, holding = Keyring(tmp_path), connected(url)
    alone(holding, keys, start)
    monkeypatch.setattr(storage.postgres, "PATIENCE_MS", 300)
    waiting = connected(url)
    holding.begin()
    with pytest.raises(waiting.broken):
        alone(waiting, keys, lambda tx: Work(tx).errands.awaits(b"tag", "plan", 20_000))
    holding.undone()
    assert alone(waiting, keys, lambda tx: Work(tx).errands.awaited(b"tag")) == ""
    for each in (holding, waiting):
        each.close()
    keys.close()


async def test_one_deed_that_fails_spoils_no_other(replicas):
    first, _ = replicas

    def bad(work):
        tell(work._tx, "UPDATE nothing SET x = 1")

    good = [
        first.do(lambda work, n=n: work.errands.awaits(bytes([n]), "plan", 20_000))
        for n in range(9)
    ]
    outcomes = await asyncio.gather(*good, first.do(bad), return_exceptions=True)
    assert [type(each) for each in outcomes[:9]] == [type(None)] * 9
    assert "nothing" in str(outcomes[9])


async def test_a_reader_stands_in_nobodys_way(replicas):
    first, second = replicas
    await first.do(lambda work: work.identity.remember(Address(channel="web", id="a"), "zh"))
    rows = await second.database.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM person").all()
    )
    assert rows == [(1,)]


def test_a_database_that_orders_texts_otherwise_is_refused():
    name = "tingwen_otherwise"
    postgres.told(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        with pytest.raises(Unfit, match="UTF8"):
            prepare(postgres.address(name))
    finally:
        postgres.told(postgres.DROP.format(name=name))


def test_tables_are_made_once_and_a_newer_version_is_left_alone():
    with postgres.empty() as url:
        prepare(url)
        prepare(url)
        postgres.dumped(url)
        connection = connected(url)
        connection.begin()
        connection.do(Statement(text("UPDATE alembic_version SET version_num = '9999'")), {})
        connection.commit()
        connection.close()
        with pytest.raises(Newer, match="9999"):
            prepare(url)


def test_a_server_that_is_not_there_is_said_plainly(tmp_path):
    with pytest.raises(Unfit):
        prepare(f"postgresql+asyncpg://nobody@/nothing?host={tmp_path}")


async def test_without_its_key_directory_a_replica_keeps_nothing_and_with_it_again_it_does(
    replicas, tmp_path
):
    """It would write keys where nobody else finds them."""
    first, second = replicas
    address = Address(channel="telegram", id="1")
    (tmp_path / "keys").rename(tmp_path / "gone")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "slots").touch()  # as a mount that is not there leaves another place

    with pytest.raises(StorageFailed, match="key directory"):
        await first.do(lambda work: work.identity.remember(address, "zh"))

    (tmp_path / "keys" / "slots").unlink()
    (tmp_path / "keys").rmdir()
    (tmp_path / "gone").rename(tmp_path / "keys")
    await first.do(lambda work: work.identity.remember(address, "zh"))
    assert await second.do(lambda work: work.identity.language(address)) == "zh"


async def test_only_the_key_directory_that_was_there_first_fits(replicas, url, tmp_path):
    first, second = replicas
    assert await first.do(lambda work: work.marks.fits())
    assert await second.do(lambda work: work.marks.fits())
    stranger = Replica(url, tmp_path / "elsewhere")
    assert not await stranger.do(lambda work: work.marks.fits())
    await stranger.stop()
    assert known(url) == mark_of(tmp_path / "keys")
    assert mark_of(tmp_path / "nowhere") is None
