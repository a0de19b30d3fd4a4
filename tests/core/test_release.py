"""What a tick hands on: labels that say no more than they may, counts that add up, and nothing lost."""

import os

import pytest

from bot.core.bucket import Piece, Pool, Submission
from bot.core.release import hand_over
from tests.vaults import atoms


def piece(atom, text="", options=()):
    return Piece(
        id=os.urandom(16),
        reply_key=os.urandom(32),
        atom=atom,
        question="q1",
        dimension="怨",
        text=text,
        options=options,
    )


def submission(atom, **kept):
    return Submission(id=os.urandom(16), atom=atom, **kept)


def pool(*, pieces=(), submissions=()):
    return Pool(tuple(pieces), tuple(submissions))


def of(unit):
    """The atom of that school's teachers."""
    return atoms().atom_of(unit, "teacher").id


def test_an_atom_is_handed_on_when_enough_people_wait_and_whole():
    here, there = of("no1"), of("no2")
    waiting = pool(
        pieces=[piece(here), piece(there), piece(here)],
        submissions=[submission(here)] * 3 + [submission(there)] * 2,
    )
    handed = hand_over(atoms(), waiting, closing=False, released={})
    assert [f.piece for f in handed.freed] == [waiting.pieces[0], waiting.pieces[2]]
    assert {(f.atom, f.unit, f.group) for f in handed.freed} == {(here, "no1", "teacher")}
    [count] = handed.counted
    assert (count.atom, count.units, count.people, count.submissions) == (here, ("no1",), 3, 3)
    assert handed.rest == (*waiting.submissions[3:], waiting.pieces[1])


@pytest.mark.parametrize(("writers", "unit"), [(7, ""), (8, "no1")])
def test_words_carry_their_unit_only_where_eight_of_it_wrote(writers, unit):
    here = of("no1")
    people = [submission(here, wrote=n < writers) for n in range(9)]
    waiting = pool(pieces=[piece(here, "话"), piece(here, options=("a",))], submissions=people)
    words, chosen = hand_over(atoms(), waiting, closing=False, released={}).freed
    assert (words.unit, words.group) == (unit, "teacher")
    assert words.atom == (here if unit else "/teacher")
    assert (chosen.unit, chosen.atom) == ("no1", here)


def test_what_is_folded_says_only_where_the_fold_stopped():
    waiting = pool(
        pieces=[piece(of(unit)) for unit in ("no1", "no1", "no2")],
        submissions=[submission(of(unit)) for unit in ("no1", "no1", "no2")],
    )
    handed = hand_over(atoms(), waiting, closing=True, released={})
    assert {(f.atom, f.unit, f.group) for f in handed.freed} == {
        ("area/teacher", "", "teacher")
    }
    [count] = handed.counted
    assert (count.atom, count.units) == ("area/teacher", ("area", "no1", "no2"))
    assert handed.rest == ()


def test_too_few_even_together_stay():
    waiting = pool(pieces=[piece(of("no1"))], submissions=[submission(of("no1"))])
    handed = hand_over(atoms(), waiting, closing=True, released={})
    assert (handed.freed, handed.counted, len(handed.rest)) == ((), (), 2)


def test_guests_count_as_submissions_and_not_as_people():
    guests = atoms().atom_of("", "teacher", open=True).id
    waiting = pool(pieces=[piece(guests)], submissions=[submission(guests)] * 4)
    [count] = hand_over(atoms(), waiting, closing=False, released={}).counted
    assert (count.people, count.guests, count.submissions, count.units) == (0, 4, 4, ())


def test_what_counts_nowhere_is_kept_rather_than_lost():
    waiting = pool(pieces=[piece("unheard of")], submissions=[submission("unheard of")])
    assert len(hand_over(atoms(), waiting, closing=True, released={}).rest) == 2
