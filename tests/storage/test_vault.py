"""The vault: what it takes, whom it knows, and what it never says."""

import json
import shutil
from dataclasses import replace

import pytest

from bot.core import bucket as core
from bot.core import receipt as core_receipt
from bot.core.bucket import ENTRIES, MOST_ENTRIES
from bot.core.receipt import Receipt
from storage.database import Raced
from storage.keys import Keyring
from storage.vault import REACH, Tick
from tests.vaults import Shelf, atoms, every_key, opens, person, said, sealed_now


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path, durable=False)
    shelf.do(lambda work: work.vault.open("r", atoms()))
    yield shelf
    shelf.close()


def submit(shelf, number, *texts, **kept):
    return shelf.do(
        lambda work: work.vault.submit(
            "r", person(number), "a0", said(*texts or ("话",)), **kept
        )
    )


def waiting(shelf, round="r"):
    """All that lies in the answer buckets of the running epoch."""

    def read(work):
        vault = work.vault
        found = vault._find(round)
        return core.pool(
            vault._read(found, "answers", number).content for number in range(found.answers)
        )

    return shelf.do(read)


def row(shelf, round="r"):
    return shelf.do(lambda work: work.vault._find(round))


def test_one_voice_a_person_and_round(shelf):
    assert [submit(shelf, 1), submit(shelf, 1), submit(shelf, 2)] == [
        "taken",
        "already",
        "taken",
    ]
    assert len(waiting(shelf).submissions) == 2


def test_a_parent_may_hand_in_twice_and_is_one_person(shelf):
    assert [submit(shelf, 1, most=2) for _ in range(3)] == ["taken", "taken", "already"]
    assert sorted(s.person for s in waiting(shelf).submissions) == [False, True]


def test_who_speaks_often_in_a_standing_round_is_one_person(shelf):
    for _ in range(300):
        assert submit(shelf, 1, most=None) == "taken"
    assert sum(s.person for s in waiting(shelf).submissions) == 1


def test_who_was_counted_by_another_address_is_not_counted_again(shelf):
    submit(shelf, 1, counted=True)
    assert [s.person for s in waiting(shelf).submissions] == [False]


def test_what_was_said_comes_out_as_it_went_in(shelf):
    answer = replace(
        said("食堂的菜太凉")[0], options=("b",), number=4, labels={"topic": "shitang"}
    )
    shelf.do(lambda work: work.vault.submit("r", person(1), "a2", (answer,)))
    [piece] = waiting(shelf).pieces
    assert (piece.text, piece.options, piece.number) == ("食堂的菜太凉", ("b",), 4)
    assert (piece.atom, piece.question, piece.labels) == ("a2", "q1", {"topic": "shitang"})


def test_a_very_long_answer_waits_whole(shelf):
    long = "检查太多。" * 4000
    submit(shelf, 1, long, "短")
    assert sorted(p.text for p in waiting(shelf).pieces) == sorted([long, "短"])


def test_a_receipt_names_the_pieces_it_finds(shelf):
    receipt = Receipt("0" * 16, b"r" * 32)
    submit(shelf, 1, "一", "二", receipt=receipt)
    pool = waiting(shelf)
    assert {p.id for p in pool.pieces} == {h.lookup for h in receipt.pieces(2)}
    assert [s.id for s in pool.submissions] == [receipt.submission()]
    seeds = {h.reply_seed for h in receipt.pieces(2)}
    assert seeds.isdisjoint({p.reply_key for p in pool.pieces})


def take_out(shelf, receipt, *, take_out=True):
    ids = {h.lookup for h in core_receipt.handles(receipt.root)}
    seen = shelf.do(lambda work: work.vault.standing())
    return [
        bool(shelf.do(lambda work, e=each: work.vault.search(e, 0, 99, ids, take_out=take_out)))
        for each in seen
    ]


def test_what_is_taken_out_is_gone_and_leaves_the_others(shelf):
    receipt = Receipt("0" * 16, b"r" * 32)
    submit(shelf, 1, "一", "二", receipt=receipt)
    submit(shelf, 2, "三")
    assert take_out(shelf, receipt, take_out=False) == [True]
    assert take_out(shelf, receipt) == [True]
    assert take_out(shelf, receipt) == [False]
    pool = waiting(shelf)
    assert [p.text for p in pool.pieces] == ["三"]
    assert len(pool.submissions) == 1
    assert submit(shelf, 1) == "already"


def test_the_bucket_something_was_taken_out_of_cannot_be_opened_as_it_was(shelf):
    receipt = Receipt("0" * 16, b"r" * 32)
    submit(shelf, 1, receipt=receipt)
    before = set(sealed_now(shelf))
    take_out(shelf, receipt)
    keys = every_key((shelf.folder / "keys" / "slots").read_bytes())
    gone = before - set(sealed_now(shelf))
    assert len(gone) == 1
    assert not any(opens(block, keys) for block in gone)


def test_looking_changes_nothing(shelf):
    receipt = Receipt("0" * 16, b"r" * 32)
    submit(shelf, 1, receipt=receipt)
    before = sealed_now(shelf)
    take_out(shelf, receipt, take_out=False)
    take_out(shelf, Receipt("1" * 16, b"x" * 32))
    assert sealed_now(shelf) == before


def test_nobody_looks_for_what_a_tick_has_in_hand(shelf):
    [seen] = shelf.do(lambda work: work.vault.standing())
    shelf.do(lambda work: work.vault.begin("r", Tick(name="t1", period="2026-09-25")))
    assert shelf.do(lambda work: work.vault.standing()) is None
    with pytest.raises(Raced):
        shelf.do(lambda work: work.vault.search(seen, 0, 99, set()))


def test_of_very_many_pieces_none_is_lost_and_the_first_are_found(shelf):
    receipt = Receipt("0" * 16, b"r" * 32)
    assert submit(shelf, 1, *(f"第{n}条" for n in range(70)), receipt=receipt) == "taken"
    assert len(waiting(shelf).pieces) == 70
    take_out(shelf, receipt)
    assert len(waiting(shelf).pieces) == 70 - core_receipt.MOST_PIECES


def test_nothing_that_two_pieces_of_one_person_have_is_the_same(shelf):
    submit(shelf, 1, "一", "二", "三")
    pool = waiting(shelf)
    assert len({p.id for p in pool.pieces} | {s.id for s in pool.submissions}) == 4
    assert len({p.reply_key for p in pool.pieces}) == 3


def test_a_submission_rewrites_one_answer_bucket_and_one_tag_bucket_however_much_waits(shelf):
    for number in range(60):
        submit(shelf, number)
    question = "SELECT kind, number, version FROM bucket"
    before = {(kind, number): v for kind, number, v in shelf.rows(question)}
    found = row(shelf)
    while found.answers < found.answers_wanted:
        submit(shelf, number := number + 1)
        found = row(shelf)
        before = {(kind, number_): v for kind, number_, v in shelf.rows(question)}
    submit(shelf, 999)
    after = {(kind, number): v for kind, number, v in shelf.rows(question)}
    changed = [kind for (kind, number), v in after.items() if before[kind, number] != v]
    assert sorted(changed) == ["answers", "tags"]


def test_all_buckets_are_of_one_size(shelf):
    for number in range(40):
        submit(shelf, number, "话" * (number * 7))
    sizes = shelf.rows("SELECT DISTINCT length(sealed), length(version) FROM bucket")
    assert sizes == [(core.SIZE + 12 + 16, core.ID)]


def test_buckets_double_by_and_by_as_they_fill(shelf):
    for number in range(300):
        submit(shelf, number, "一", "二", "三")
        found = row(shelf)
        assert found.answers <= found.answers_wanted
    assert found.answers >= 300 * 4 / core.SLOTS
    assert len(waiting(shelf).submissions) == 300
    fill = 300 * 4 / (found.answers * core.SLOTS)
    assert fill > 0.2


def test_tags_are_found_again_while_their_buckets_are_split(shelf):
    for number in range(ENTRIES * 2):
        submit(shelf, number)
    assert row(shelf).tags >= 4
    found = [
        shelf.do(lambda work, n=n: work.vault.finished("r", person(n))) for n in range(1100)
    ]
    assert found == [1] * ENTRIES * 2 + [0] * (1100 - ENTRIES * 2)


def test_a_round_for_many_begins_with_room_for_them(shelf):
    shelf.do(lambda work: work.vault.open("big", atoms(), people=2000))
    assert row(shelf, "big").tags == 16


def test_a_vault_is_opened_once_and_divided_for_good(shelf):
    assert shelf.do(lambda work: work.vault.open("r", atoms(k=9))) is False
    assert shelf.do(lambda work: work.vault.atoms("r")) == atoms()
    assert shelf.do(lambda work: work.vault.atoms("other")) is None


def test_a_wave_is_for_those_who_have_not_finished_and_for_each_once(shelf):
    submit(shelf, 1)
    people = [person(n) for n in range(1, 6)]
    reached = [
        shelf.do(lambda work, w=w: work.vault.reached("r", w, people)) for w in (1, 1, 2)
    ]
    assert [set(r) for r in reached] == [set(people[1:]), set(), set(people[1:])]


def test_a_wave_reaches_thousands_in_batches(shelf):
    people = [person(n) for n in range(2000)]
    assert shelf.do(lambda work: work.vault.unreached("r", 1, people)) == set(people)
    reached = []
    for start in range(0, len(people), REACH):
        batch = people[start : start + REACH]
        reached += shelf.do(lambda work, b=batch: work.vault.reached("r", 1, b))
        rest = {one for one in people if one not in reached}
        assert shelf.do(lambda work: work.vault.unreached("r", 1, people)) == rest
    assert sorted(a.id for a in reached) == sorted(a.id for a in people)
    assert all(not shelf.do(lambda work, p=p: work.vault.finished("r", p)) for p in people[:50])


def test_a_batch_too_large_for_a_bucket_is_refused(shelf):
    assert MOST_ENTRIES + REACH <= ENTRIES
    people = [person(n) for n in range(REACH + 1)]
    with pytest.raises(ValueError, match="at most"):
        shelf.do(lambda work: work.vault.reached("r", 1, people))


def test_who_was_reminded_may_still_hand_in(shelf):
    shelf.do(lambda work: work.vault.reached("r", 1, [person(1)]))
    assert submit(shelf, 1) == "taken"


def test_who_declines_is_not_reminded(shelf):
    shelf.do(lambda work: work.vault.decline("r", person(1)))
    assert shelf.do(lambda work: work.vault.reached("r", 2, [person(1), person(2)])) == (
        person(2),
    )


def test_a_tag_says_nothing_in_another_round(shelf):
    shelf.do(lambda work: work.vault.open("s", atoms()))
    submit(shelf, 1)
    assert shelf.do(lambda work: work.vault.finished("s", person(1))) == 0
    tags = [
        shelf.do(lambda work, r=r: work.vault._tag(work.vault._find(r), person(1)))
        for r in "rs"
    ]
    assert tags[0] != tags[1]


def test_a_closed_round_takes_nothing_and_knows_nobody(shelf):
    submit(shelf, 1)
    wish = Tick(name="t1", period="2026-09-25", last=True)
    going = shelf.do(lambda work: work.vault.begin("r", wish))
    assert submit(shelf, 2) == "closed"
    assert shelf.do(lambda work: work.vault.settle(going, ()))
    assert submit(shelf, 2) == "closed"
    assert shelf.do(lambda work: work.vault.finished("r", person(1))) == 0
    assert shelf.do(lambda work: work.vault.reached("r", 1, [person(2)])) == ()
    while shelf.do(lambda work: work.vault.sweep("r", 3)):
        pass
    assert shelf.rows("SELECT count(*) FROM bucket") == [(0,)]
    slots = (shelf.folder / "keys" / "slots").read_bytes()
    assert every_key(slots) == []


def test_a_tick_that_has_been_is_not_begun_again(shelf):
    wish = Tick(name="2026-09-25", period="2026-09-25")
    going = shelf.do(lambda work: work.vault.begin("r", wish))
    assert (
        shelf.do(lambda work: work.vault.begin("r", replace(wish, name="2026-10-02"))) == going
    )
    assert shelf.do(lambda work: work.vault.settle(going, ()))
    assert not shelf.do(lambda work: work.vault.settle(going, ()))
    assert shelf.do(lambda work: work.vault.begin("r", wish)) is None
    assert (
        shelf.do(lambda work: work.vault.begin("r", replace(wish, name="2026-09-23"))) is None
    )
    later = shelf.do(lambda work: work.vault.begin("r", replace(wish, name="2026-10-02")))
    assert (later.number, later.tick.name) == (2, "2026-10-02")


def test_no_row_holds_a_number_that_grows_with_people(shelf):
    """Two submissions more leave every plain column of the vault as it was, but for names made by chance."""
    question = "SELECT * FROM vault"
    submit(shelf, 1)
    before = shelf.rows(question), shelf.rows("SELECT count(*) FROM bucket")
    submit(shelf, 2)
    assert (shelf.rows(question), shelf.rows("SELECT count(*) FROM bucket")) == before


def test_no_older_version_of_a_bucket_can_be_opened_with_the_keys_in_hand(shelf):
    """Every image of data, log and keys is kept; later keys open what stands, and nothing that stood before."""
    slots = shelf.folder / "keys" / "slots"
    images = []

    def keep():
        images.append((sealed_now(shelf), slots.read_bytes()))

    keep()
    for number in range(12):
        submit(shelf, number, "话", "又一句")
        keep()
    going = shelf.do(lambda work: work.vault.begin("r", Tick(name="t", period="2026-09-25")))
    keep()
    shelf.do(lambda work: work.vault.renew(going, 0, 64))
    keep()
    stays = [core.Submission(id=b"i" * 16, atom="a0")]
    shelf.do(lambda work: work.vault.settle(going, stays))
    shelf.do(lambda work: work.vault.sweep("r", 64))
    keep()
    for now, (standing, held) in enumerate(images):
        keys = every_key(held)
        assert all(opens(version, keys) for version in standing)
        gone = {v for before, _ in images[:now] for v in before} - set(standing)
        assert not any(opens(version, keys) for version in gone)


def test_data_restored_without_its_keys_begins_anew_instead_of_failing(shelf, tmp_path):
    for number in range(20):
        submit(shelf, number)
    shelf.close()
    shutil.rmtree(shelf.folder / "keys")
    again = Shelf(tmp_path, durable=False)
    assert submit(again, 1) == "taken"
    assert submit(again, 1) == "already"
    assert again.do(lambda work: work.vault.finished("r", person(2))) == 0
    again.close()
    shelf.__init__(tmp_path, durable=False)


def test_a_slot_that_no_row_names_is_given_out_once(tmp_path):
    """Sweeping at start once put each unnamed key's slot on the free list twice."""
    keys = Keyring(tmp_path)
    for _ in range(40):
        keys.new()
    keys.sync()
    keys.close()
    again = Keyring(tmp_path)
    again.keep_only([])
    given = [again.new()[0] for _ in range(1024)]
    assert len(set(given)) == 1024
    again.close()


def test_sweeping_again_later_leaves_keys_alone_that_are_not_committed_yet(tmp_path):
    keys = Keyring(tmp_path)
    keys.keep_only([])
    slot, key = keys.new()
    keys.keep_only([])
    assert keys.key(slot) == key
    keys.close()


def test_the_rows_of_a_vault_survive_a_change_of_words(shelf):
    """Atoms are JSON that a person can read; nothing else of the row is."""
    [(text,)] = shelf.rows("SELECT atoms FROM vault")
    assert json.loads(text)[0] == 3
