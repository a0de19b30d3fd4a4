"""Buckets tell nothing by their length or order, and give back what was put in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import bucket
from bot.core.bucket import (
    EMPTY,
    ENTRIES,
    MOST_SLOTS,
    NO_TAGS,
    SIZE,
    SLOTS,
    Full,
    Mark,
    Piece,
    Pool,
    Record,
    Submission,
)
from bot.core.cells import Tally
from bot.core.messages import Redacted
from bot.core.receipt import LOOKUP


def redacted(text: str) -> Redacted:
    return cast(Redacted, text)


def piece(n: int = 1, text: str = "", **changes: Any) -> Piece:
    made = Piece(
        id=bytes([n]) * 16,
        reply_key=bytes([255 - n]) * 32,
        atom="a0",
        question="q1",
        dimension="怨",
        text=redacted(text),
    )
    return replace(made, **changes)


def filled_with(records: Sequence[Record]) -> bytes:
    content = EMPTY
    for load in bucket.loads(records):
        content = bucket.put(content, load)
    return content


ids = st.binary(min_size=16, max_size=16).filter(any)
words = st.text(st.characters(codec=None), max_size=900).map(redacted)  # surrogates too
pieces = st.builds(
    Piece,
    id=ids,
    reply_key=st.binary(min_size=32, max_size=32),
    atom=st.text(max_size=6),
    question=st.text(max_size=9),
    dimension=st.sampled_from(["效", "怨", ""]),
    options=st.lists(st.text(max_size=5), max_size=4).map(tuple),
    number=st.none() | st.integers(-1000, 1000),
    text=words,
    labels=st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5)), max_size=3),
)
submissions = st.builds(
    Submission, id=ids, atom=st.text(max_size=6), person=st.booleans(), wrote=st.booleans()
)
records = st.lists(pieces | submissions, max_size=8, unique_by=lambda r: r.id)


@given(records)
def test_what_is_put_in_comes_out_to_the_character(some: list[Record]):
    contents = [bucket.put(EMPTY, load) for load in bucket.loads(some)]

    found = bucket.pool(contents)

    by_id = sorted(some, key=lambda r: r.id)
    assert found.pieces == tuple(r for r in by_id if isinstance(r, Piece))
    assert found.submissions == tuple(r for r in by_id if isinstance(r, Submission))
    assert found.torn == 0


@given(records)
def test_every_bucket_is_of_the_same_size(some: list[Record]):
    for content in [EMPTY, *(bucket.put(EMPTY, load) for load in bucket.loads(some))]:
        assert len(content) == SIZE
    assert {len(content) for content in bucket.spread(some)} == {SIZE}


def test_a_bucket_does_not_show_in_which_order_its_answers_came():
    some = [piece(1, "慢"), Submission(id=b"s" * 16, atom="a0"), piece(7, "长" * 300), piece(3)]

    assert len({filled_with(order) for order in permutations(some)}) == 1


def test_what_is_withdrawn_leaves_no_trace():
    before = filled_with([piece(1, "留下"), piece(2, "留下" * 200)])
    after = filled_with([piece(1, "留下"), piece(2, "留下" * 200), piece(9, "撤回" * 300)])

    assert bucket.remove(after, {b"\x09" * 16}) == before


def test_withdrawing_what_is_not_here_changes_nothing():
    content = filled_with([piece(1, "在")])

    assert bucket.remove(content, {b"\x02" * 16, b""}) is content


def test_long_words_take_several_slots():
    assert bucket.filled(filled_with([piece(1, "短")])) == 1
    assert bucket.filled(filled_with([piece(1, "长" * 1000)])) == 7


def test_a_submission_is_one_load_unless_it_could_fill_a_bucket():
    five = [
        Submission(id=b"s" * 16, atom="a0"),
        *(piece(n, "作业太多" * 40) for n in range(1, 6)),
    ]
    endless = [piece(n, "说来话长" * 2000) for n in range(1, 4)]

    assert len(bucket.loads(five)) == 1
    assert all(len(load) <= MOST_SLOTS for load in bucket.loads(endless))
    parted = [bucket.put(EMPTY, load) for load in bucket.loads(endless)]
    assert bucket.pool(reversed(parted)).pieces == tuple(endless)


def test_what_does_not_fit_is_refused_whole():
    full = filled_with([piece(n) for n in range(1, SLOTS)])

    bucket.put(full, bucket.loads([piece(200)])[0])
    with pytest.raises(Full):
        bucket.put(full, bucket.loads([piece(200), piece(201)])[0])


def test_a_bucket_is_crowded_at_seventy_percent():
    assert not bucket.crowded(filled_with([piece(n) for n in range(1, MOST_SLOTS + 1)]))
    assert bucket.crowded(filled_with([piece(n) for n in range(1, MOST_SLOTS + 2)]))


def test_a_lost_part_is_counted_and_does_not_hide_the_others():
    long, short = piece(1, "长" * 1000), piece(2, "短")
    (load,) = bucket.loads([long, short])
    first_part_gone = bucket.put(EMPTY, load[1:])

    assert bucket.pool([first_part_gone]) == Pool((short,), (), torn=1)


def test_what_stays_after_a_tick_is_spread_with_room_to_spare():
    some = [piece(n, "字" * n) for n in range(1, 201)]

    fresh = bucket.spread(some)

    assert len(fresh) == 32
    assert max(bucket.filled(content) for content in fresh) <= 12
    assert bucket.pool(fresh).pieces == tuple(some)
    assert bucket.spread([]) == (EMPTY,)


def test_people_are_counted_by_their_first_submission():
    waiting = Pool(
        pieces=(piece(1, atom="a3"),),
        submissions=(
            Submission(id=b"1" * 16, atom="a0", wrote=True),
            Submission(id=b"2" * 16, atom="a0", person=False, wrote=True),
            Submission(id=b"3" * 16, atom="a0"),
        ),
    )

    assert waiting.tallies() == {"a0": Tally(people=2, submissions=3, writers=1), "a3": Tally()}


def test_slots_of_one_submission_share_nothing_that_others_do_not():
    """Beyond the words themselves, the only bytes alike are those that any two answers have alike."""
    chance = Random(4)

    def random_piece() -> Piece:
        return piece(id=chance.randbytes(16), reply_key=chance.randbytes(32))

    ours = bucket.loads([random_piece(), random_piece()])[0]
    others = bucket.loads([random_piece()])[0]

    def alike(a: bytes, b: bytes) -> int:
        return sum(x == y for x, y in zip(a, b, strict=True))

    assert abs(alike(ours[0], ours[1]) - alike(ours[0], others[0])) <= 2


def test_ids_are_as_long_as_receipts_make_them():
    assert bucket.ID == LOOKUP
    with pytest.raises(ValueError, match="16 bytes"):
        piece(id=b"short")
    with pytest.raises(ValueError, match="16 bytes"):
        Submission(id=b"", atom="a0")


# --- tags ---

tags = st.binary(min_size=16, max_size=16).filter(lambda tag: tag != b"\xff" * 16)
marks = st.builds(
    Mark,
    tag=tags,
    finished=st.integers(0, 2),
    waves=st.frozensets(st.integers(1, 8)),
)


def marked(some: Sequence[Mark]) -> bytes:
    content = NO_TAGS
    for mark in some:
        content = bucket.with_mark(content, mark)
    return content


@given(st.lists(marks, max_size=40, unique_by=lambda m: m.tag))
def test_a_tag_bucket_keeps_the_latest_mark_of_each_tag_and_no_order(some: list[Mark]):
    content = marked([Mark(tag=m.tag) for m in reversed(some)] + some)

    assert content == marked(some[::-1])
    assert list(bucket.marks(content)) == sorted(some, key=lambda m: m.tag)
    assert all(bucket.mark_of(content, m.tag) == m for m in some)
    assert len(content) == SIZE


def test_somebody_unknown_has_finished_nothing_and_was_not_reminded():
    content = marked([Mark(tag=b"a" * 16, finished=1)])

    assert bucket.mark_of(content, b"b" * 16) == Mark(tag=b"b" * 16)
    assert bucket.mark_of(content, b"z" * 16) == Mark(tag=b"z" * 16)


def some_tags(count: int) -> Iterator[bytes]:
    chance = Random(1)
    return (chance.randbytes(16) for _ in range(count))


def test_a_full_tag_bucket_takes_changes_but_nobody_new():
    full = marked([Mark(tag=tag) for tag in some_tags(ENTRIES)])
    known = next(bucket.marks(full)).tag

    assert (
        bucket.mark_of(bucket.with_mark(full, Mark(tag=known, finished=2)), known).finished == 2
    )
    for stranger in (b"\0" * 16, b"\xfe" * 16):
        with pytest.raises(Full):
            bucket.with_mark(full, Mark(tag=stranger))


def test_splitting_leaves_each_tag_where_one_looks_for_it():
    before = marked([Mark(tag=tag, finished=1) for tag in some_tags(400)])

    quarters: dict[int, bytes] = {}
    for number, half in enumerate(bucket.split(before, 1)):
        quarters[number], quarters[number + 2] = bucket.split(half, 2)

    for tag in some_tags(400):
        assert bucket.mark_of(quarters[bucket.bucket_of(tag, 4)], tag).finished == 1
    assert sum(len(list(bucket.marks(quarter))) for quarter in quarters.values()) == 400


@pytest.mark.parametrize(("people", "buckets"), [(0, 1), (179, 1), (180, 2), (100_000, 1024)])
def test_a_round_opens_with_room_for_all_its_people(people: int, buckets: int):
    assert bucket.tag_buckets(people) == buckets


def test_tags_are_crowded_at_seventy_percent():
    assert not bucket.tags_crowded(marked([Mark(tag=tag) for tag in some_tags(358)]))
    assert bucket.tags_crowded(marked([Mark(tag=tag) for tag in some_tags(359)]))
