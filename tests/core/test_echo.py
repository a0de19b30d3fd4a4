"""To whom an answer goes back, and that few are never pointed at."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.cells import K
from bot.core.echo import Scope, scope

PARENTS = {"no1": "area", "no2": "area", "area": ""}
_CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["", "no1", "no2"]), st.sampled_from(["", "teacher", "parent"])),
    st.integers(1, 12),
)


def test_those_with_enough_voices_are_told_and_others_are_not_pointed_at():
    to = scope({("no1", "parent"): 9, ("no2", "parent"): 2, ("no1", "teacher"): 1})
    assert to.holds("no1", "parent", PARENTS)
    assert not to.holds("no2", "parent", PARENTS)
    assert not to.holds("no1", "teacher", PARENTS)


def test_where_no_unit_has_enough_the_whole_group_is_told():
    to = scope({("no1", "parent"): 3, ("no2", "parent"): 3, ("no1", "teacher"): 1})
    assert to.holds("no3", "parent", PARENTS)
    assert not to.holds("no1", "teacher", PARENTS)


def test_a_unit_speaks_for_all_below_it_and_whoever_is_nowhere_is_in_none():
    to = scope({("area", "parent"): 7})
    assert to.holds("no1", "parent", PARENTS)
    assert not to.holds("", "parent", PARENTS)
    assert not to.holds("no1", "", PARENTS)


def test_a_tree_that_bites_its_tail_does_not_hang():
    assert not scope({("no1", "parent"): 7}).holds("a", "parent", {"a": "b", "b": "a"})


@given(_CELLS)
def test_nobody_is_told_as_one_of_fewer_than_k_voices(voices):
    to = scope(voices)
    for unit, group in to.cells:
        heard = sum(
            count for (u, g), count in voices.items() if unit in ("", u) and group in ("", g)
        )
        assert heard >= K
    assert bool(to) == (sum(voices.values()) >= K)
    assert Scope.from_json(to.as_json()) == to
