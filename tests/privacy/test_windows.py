"""“Windows that remain” of docs/anonymity.md, one by one: who has that in hand sees this, and nothing more.

A page that promises too little would be as untrue as one that promises too much. Each case opens files with all keys, as
somebody would who took one copy, and finds what the page says; and looks for what the page says is not there.
"""

import asyncio
import json
import sqlite3

import pytest

from bot.core.bucket import pool
from bot.core.cells import freeze
from bot.core.dialogue import ATOMS as TALK_ATOMS
from bot.core.dialogue import VAULT as TALK
from bot.core.dialogue import Reply, laid, visit
from bot.core.messages import Address, Arrived, Incoming, Redacted
from bot.core.receipt import held
from bot.core.wish import ATOMS, VAULT, name
from handlers.receipt.visits import put
from storage.draft import Draft
from storage.identity import Entry
from storage.keys import KEY, KeyLost, derive, unseal, unseal_block
from storage.vault import _bound
from tests.chat import Home
from tests.vaults import PARENTS, Shelf, every_key, person, said

NOW = 1_790_000_000.0
DAY = int(NOW // 86400)
WORDS = "检查太多太多"


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path, durable=False)
    made.do(
        lambda work: work.vault.open(
            "r", freeze(["teacher"], {("no1", "teacher"): 40}, PARENTS)
        )
    )
    yield made
    made.close()


def slot(shelf: Shelf, number: int) -> bytes:
    """The key that lies there now."""
    slots = (shelf.folder / "keys" / "slots").read_bytes()
    return slots[number * KEY : (number + 1) * KEY]


def drafts(shelf: Shelf) -> list[str]:
    """All drafts, opened."""
    return [
        unseal(slot(shelf, key), sealed, tag + revision.to_bytes(8, "big")).decode()
        for tag, revision, key, sealed in shelf.rows(
            "SELECT tag, revision, key, sealed FROM draft"
        )
    ]


def buckets(shelf: Shelf, round: str) -> list[bytes]:
    """All answer buckets of a round, opened."""
    rows = shelf.rows("SELECT round, kind, epoch, number, version, key, sealed FROM bucket")
    return [
        unseal_block(slot(shelf, key), sealed, _bound(of, kind, epoch, number, version))
        for of, kind, epoch, number, version, key, sealed in rows
        if (of, kind) == (round, "answers")
    ]


async def test_a_copy_with_keys_shows_who_is_in_the_middle_of_a_talk_and_what_they_said(
    tmp_path,
):
    async with Home(tmp_path) as home:
        anna = home.person("anna-7318204956")
        await anna.says("开始", "2", "2", "0", WORDS)
        await asyncio.sleep(0.05)
        db = sqlite3.connect(home.file)
        rows = db.execute("SELECT tag, revision, key, sealed FROM draft").fetchall()
        db.close()
        slots = (home.folder / "keys" / "slots").read_bytes()
        [(tag, revision, key, sealed)] = rows
        opened = unseal(
            slots[key * KEY :][:KEY], sealed, tag + revision.to_bytes(8, "big")
        ).decode()
        assert "anna-7318204956" in opened
        assert WORDS in opened
        for other in (bytes(KEY), home.keys.master):  # without the key directory it is noise
            with pytest.raises(KeyLost):
                unseal(other, sealed, tag + revision.to_bytes(8, "big"))


def test_a_copy_with_keys_shows_what_waits_and_not_by_whom(shelf):
    for number in range(4):
        shelf.do(
            lambda work, n=number: work.vault.submit("r", person(n), "a0", said(f"第{n}句"))
        )

    waiting = pool(buckets(shelf, "r"))

    assert {piece.text for piece in waiting.pieces} == {f"第{n}句" for n in range(4)}
    for number in range(4):
        id = person(number).id
        assert not [one for one in waiting.pieces if id in repr(one)]
    shared = [{p.id, p.reply_key} for p in waiting.pieces] + [
        {s.id} for s in waiting.submissions
    ]
    assert sum(map(len, shared)) == len(frozenset().union(*shared))


def test_two_copies_with_keys_laid_side_by_side_show_who_handed_in_what(shelf):
    """Not promised: before the talk is over its draft names the person, after it one more piece waits."""
    who = person(7)
    shelf.do(lambda work: work.drafts.keep(Draft(address=who, language="zh", since=NOW)))
    before, talking = {p.text for p in pool(buckets(shelf, "r")).pieces}, drafts(shelf)

    def handed_in(work):
        work.vault.submit("r", who, "a0", said(WORDS))
        work.drafts.drop(work.drafts.find(who))

    shelf.do(handed_in)
    after = {p.text for p in pool(buckets(shelf, "r")).pieces}
    assert who.id in talking[0]
    assert drafts(shelf) == []
    assert after - before == {WORDS}


def test_a_copy_with_keys_and_an_address_to_try_shows_who_has_finished_until_the_round_closes(
    shelf,
):
    from storage.vault import Tick

    shelf.do(lambda work: work.vault.submit("r", person(1), "a0", said(WORDS)))
    assert shelf.do(lambda work: work.vault.finished("r", person(1))) == 1
    assert shelf.do(lambda work: work.vault.finished("r", person(2))) == 0

    going = shelf.do(
        lambda work: work.vault.begin("r", Tick(name="t", period="2026-09-25", last=True))
    )
    shelf.do(lambda work: work.vault.settle(going, ()))
    assert shelf.do(lambda work: work.vault.finished("r", person(1))) == 0


def test_a_copy_with_keys_shows_which_receipt_somebody_is_writing_with_for_ten_minutes(shelf):
    who = person(3)
    shelf.do(lambda work: put(work, who, "zh", visit("0123456789012345", (1, 1), NOW), NOW))
    [opened] = drafts(shelf)
    assert who.id in opened
    assert "0123456789012345" in opened

    shelf.do(lambda work: put(work, who, "zh", None, NOW + 600))
    assert drafts(shelf) == []


def test_a_copy_with_keys_shows_an_answer_to_the_office_until_the_morning_and_not_by_whom(
    shelf,
):
    reply = Reply(
        name=b"n" * 16, lookup=b"l" * 16, number=1, kind="words", asked="哪一天？", text=Redacted("星期四")
    )  # fmt: skip
    shelf.do(lambda work: work.vault.open(TALK, TALK_ATOMS))
    shelf.do(lambda work: work.vault.lay(TALK, (laid(reply),)))

    [piece] = pool(buckets(shelf, TALK)).pieces

    assert piece.text == "星期四"
    assert piece.labels == {"of": (b"l" * 16).hex(), "asked": "哪一天？"}


def test_a_copy_with_keys_and_an_address_to_try_shows_a_wish_and_lists_nobody(shelf):
    who = person(5)
    shelf.do(lambda work: work.vault.open(VAULT, ATOMS))
    shelf.do(lambda work: work.vault.mark(VAULT, [name("r", "shitang", who)], 1))

    def wished(address: Address) -> bool:
        return shelf.do(lambda work: work.vault.marked(VAULT, [name("r", "shitang", address)]))[
            0
        ]

    assert wished(who)
    assert not wished(person(6))
    rows = shelf.rows("SELECT round, kind, epoch, number, version, key, sealed FROM bucket")
    for of, kind, epoch, number, version, key, sealed in rows:
        content = unseal_block(
            slot(shelf, key), sealed, _bound(of, kind, epoch, number, version)
        )
        assert who.id.encode() not in content


def test_a_copy_with_keys_shows_who_is_being_told_of_which_topic_until_they_are(shelf):
    who = person(5)
    shelf.do(lambda work: work.tidings.post("r", "shitang", Redacted("换了"), DAY))
    shelf.do(lambda work: work.tidings.tell(work.tidings.every()[0], [(who, "zh")], DAY))
    [(id, key, sealed)] = shelf.rows("SELECT id, key, sealed FROM telling")

    assert json.loads(unseal(slot(shelf, key), sealed, id)) == [
        "web",
        who.id,
        "zh",
        "shitang",
        "换了",
    ]
    shelf.do(lambda work: work.tidings.done([id]))
    assert shelf.rows("SELECT * FROM telling") == []
    assert not any(slot(shelf, key))


def test_a_copy_with_keys_shows_a_contact_and_the_words_it_goes_with_until_it_is_deleted(shelf):
    receipt = held(b"r" * 32)
    shelf.do(lambda work: work.signatures.leave(receipt, "找丙某", DAY))
    [one] = shelf.do(lambda work: work.signatures.every())
    assert one.contact == "找丙某"
    assert set(one.lookups) <= set(receipt.lookups)

    [(key,)] = shelf.rows("SELECT key FROM signature")
    shelf.do(lambda work: work.signatures.take_back(receipt.signature))
    assert not any(slot(shelf, key))


def test_the_master_key_shows_who_has_talked_and_not_what_or_when(shelf):
    entry = Entry(
        address=person(1), language="en", group="teacher", unit="no1", known=True, others=(person(2),)
    )  # fmt: skip
    shelf.do(lambda work: work.identity.keep(entry))
    [(name, sealed)] = shelf.rows("SELECT slot, sealed FROM person")

    opened = json.loads(unseal(derive(shelf.keys.master, "roster seal"), sealed, name))

    assert opened == [
        ["web", "p1"], "en", "teacher", "no1", True, False, True, False, [["web", "p2"]],
    ]  # fmt: skip


def test_a_copy_with_keys_shows_for_two_days_that_a_delivery_of_an_address_was_taken_in(shelf):
    """To whoever knows the address and what the platform called the delivery; then the day's key is gone."""
    incoming = Incoming(address=person(1), key="41", body=Arrived(""), message="41")
    other = Incoming(address=person(2), key="41", body=Arrived(""), message="41")
    shelf.do(lambda work: work.inbox.first(incoming, DAY))
    assert not shelf.do(lambda work: work.inbox.first(incoming, DAY + 1))
    assert shelf.do(lambda work: work.inbox.first(other, DAY))

    shelf.do(lambda work: work.inbox.forget(DAY + 3))
    assert shelf.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert not list((shelf.folder / "keys").glob(f"inbox-{DAY}"))


def test_copies_of_the_files_and_the_keys_of_a_later_day_show_who_was_talking_and_not_what(
    shelf,
):
    """And how much changed between two copies. A `tingwen backup` has no such rows at all."""
    who, other = person(1), person(2)
    shelf.do(lambda work: work.drafts.keep(Draft(address=who, language="zh", since=NOW)))
    [(tag, revision, sealed)] = shelf.rows("SELECT tag, revision, sealed FROM draft")
    before = shelf.rows("SELECT sealed FROM bucket")

    def handed_in(work):
        work.vault.submit("r", who, "a0", said(WORDS))
        work.drafts.drop(work.drafts.find(who))

    shelf.do(handed_in)
    later = every_key((shelf.folder / "keys" / "slots").read_bytes())
    assert tag == shelf.keys.tag(f"{who.channel}\0{who.id}".encode())
    assert tag != shelf.keys.tag(f"{other.channel}\0{other.id}".encode())
    for key in (*later, shelf.keys.master):
        with pytest.raises(KeyLost):
            unseal(key, sealed, tag + revision.to_bytes(8, "big"))
    assert len({*before} - {*shelf.rows("SELECT sealed FROM bucket")}) == 2
