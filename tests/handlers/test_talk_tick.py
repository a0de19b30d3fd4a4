"""The talk tick, broken off anywhere: each reply is handed on once, in an order that says nothing of who was first."""

import hashlib

import pytest

from bot.core.dialogue import ATOMS, VAULT, Reply, laid
from bot.core.messages import Redacted
from handlers import dialogue
from tests.order import tau
from tests.vaults import Shelf, unnamed_now

PEOPLE = 30


class Dies(Exception):
    """The process is gone."""


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path, durable=False)
    shelf.do(lambda work: work.vault.open(VAULT, ATOMS))
    yield shelf
    shelf.close()


def name_of(seed: int, number: int) -> bytes:
    """What a receipt makes: nothing that counts."""
    return hashlib.sha256(f"{seed}:{number}".encode()).digest()[:16]


def replies(shelf: Shelf, seed: int = 0, people: int = PEOPLE) -> list[bytes]:
    """So many reply one after another; their names in that order."""
    names = [name_of(seed, number) for number in range(people)]
    for number, name in enumerate(names):
        one = Reply(
            name=name,
            lookup=name,
            number=1,
            kind="words",
            asked="哪一天？",
            text=Redacted(f"第{number}句"),
        )
        shelf.do(lambda work, one=one: work.vault.lay(VAULT, (laid(one),)))
    return names


class Mortal:
    """A database whose process dies before its n-th deed from now."""

    def __init__(self, shelf: Shelf, deeds: int) -> None:
        self._shelf = shelf
        self._left = deeds

    async def write(self, deed):
        if self._left == 0:
            raise Dies
        self._left -= 1
        return await self._shelf.write(deed)


@pytest.mark.parametrize("deeds", range(1, 9))
async def test_broken_off_anywhere_each_reply_is_handed_on_once_and_no_key_is_left(
    tmp_path, monkeypatch, deeds
):
    shelf = Shelf(tmp_path, durable=False)
    shelf.do(lambda work: work.vault.open(VAULT, ATOMS))
    monkeypatch.setattr(dialogue, "ROWS", 10)
    replies(shelf)
    try:
        await dialogue.hand_on(Mortal(shelf, deeds), 20000, "2026-09-22")
    except Dies:
        shelf.close()
        shelf = Shelf(tmp_path, durable=False)  # another process takes it up
    await dialogue.hand_on(shelf, 20000, "2026-09-22")
    await dialogue.hand_on(shelf, 20001, "2026-09-23")

    kept = [text for (text,) in shelf.rows("SELECT text FROM reply")]
    assert sorted(kept) == sorted(f"第{number}句" for number in range(PEOPLE))
    assert shelf.rows("SELECT DISTINCT day FROM reply") == [(20000,)]
    assert unnamed_now(shelf) == set()
    shelf.close()


async def test_neither_rows_nor_names_nor_the_file_tell_the_order_of_replying(tmp_path):
    taus: list[float] = []
    for seed in range(8):
        shelf = Shelf(tmp_path / str(seed), durable=False)
        shelf.do(lambda work: work.vault.open(VAULT, ATOMS))
        names = replies(shelf, seed)
        await dialogue.hand_on(shelf, 20000, "2026-09-22")
        content = shelf.lying("reply")
        rows = [id for (id,) in shelf.rows("SELECT id FROM reply")]
        shown = [one.id for one in shelf.do(lambda work: work.dialogue.newest(0, 99))]
        for order in (rows, shown, sorted(names, key=content.find)):
            taus.append(tau([names.index(name) for name in order]))
            assert abs(taus[-1]) < 0.45
        shelf.close()
    for which in range(3):
        assert abs(sum(taus[which::3]) / 8) < 0.16


async def test_the_same_reply_again_takes_the_place_of_the_first(
    shelf,
):
    replies(shelf, people=3)
    replies(shelf, people=3)
    await dialogue.hand_on(shelf, 20000, "2026-09-22")
    assert shelf.rows("SELECT count(*) FROM reply") == [(3,)]


async def test_who_is_told_that_there_are_replies_is_told_once_a_day(shelf):
    from bot.core.messages import Address

    clerk = Address(channel="web", id="clerk")
    replies(shelf, people=2)
    for _ in range(2):
        await dialogue.hand_on(shelf, 20000, "2026-09-22", talkers=(clerk,))
    await dialogue.hand_on(shelf, 20001, "2026-09-23", talkers=(clerk,))
    due = shelf.do(lambda work: work.parcels.due())
    assert [one.ref for one in due] == ["2026-09-22"]
