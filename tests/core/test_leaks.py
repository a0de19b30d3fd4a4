"""No cell of one to four people follows from all papers of all weeks, whatever combination of them is taken."""

import pytest

from tests.core.leaks import Arrival, Weeks, all_came, exposed

A_TIME = 10
"""Rosters in one case, so that a failure names few of them."""

EVERYBODY = (762, 1091)
"""Rosters in which everybody of an atom of several small units took part, and the papers show it."""


@pytest.mark.parametrize("first", range(0, 200, A_TIME))
def test_a_linear_program_finds_no_small_cell_in_the_papers_of_two_hundred_rosters(first: int):
    """But where everybody of an atom took part: then the papers say that they all did, of each of its parts too."""
    found = [
        (seed, cell, people)
        for seed in range(first, first + A_TIME)
        for weeks in [Weeks(seed)]
        for cell, people in exposed(weeks)
        if not all_came(weeks, cell)
    ]
    assert found == []


def test_in_those_rosters_people_took_back_what_they_had_said():
    weeks = [Weeks(seed) for seed in range(200)]

    assert sum(one.withdrawn for one in weeks) > 500
    assert sum(one.withdrawals > 0 for one in weeks) > 60


@pytest.mark.parametrize("seed", EVERYBODY)
def test_where_everybody_of_an_atom_took_part_just_that_follows_and_no_other_number(seed: int):
    """Of whoever knows how many they are it cannot be hidden; docs/anonymity.md says so."""
    weeks = Weeks(seed)
    found = exposed(weeks)

    assert found
    for cell, people in found:
        place = next(iter(cell))[:2]
        assert all_came(weeks, cell)
        assert people == weeks.headcounts[place]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_withdrawn_after_its_release_changes_no_figure_of_who_took_part(seed: int):
    """Two drafts of a week, the second made after withdrawals: whoever lays them side by side sees the same counts."""
    weeks = Weeks(seed)
    for first, second in zip(weeks.digests[::2], weeks.digests[1::2], strict=True):
        assert (first.groups, first.units) == (second.groups, second.units)
        assert first.coverage == second.coverage
        assert first.overview.submissions == second.overview.submissions
        assert first.overview.cumulative == second.overview.cumulative


def test_every_figure_of_the_papers_is_the_sum_of_what_it_says():
    """Else the equations would be about another world than the true one."""
    for seed in range(40):
        weeks = Weeks(seed)
        assert [f for f in weeks.known.equal if sum(weeks.truth[a] for a in f[0]) != f[1]] == []


def test_a_line_for_a_single_small_unit_would_be_found():
    """An oracle that finds nothing anywhere would prove nothing."""
    found = 0
    for seed in range(12):
        weeks = Weeks(seed)
        small = next(
            (a for a, n in weeks.truth.items() if 0 < n < 5 and not a.again and not a.guest),
            None,
        )
        if small is None:
            continue
        rest = frozenset(a for a in weeks.truth if a != small)
        weeks.known.equal += [
            (rest, sum(weeks.truth[a] for a in rest)),
            (rest | {small}, sum(weeks.truth.values())),
        ]
        found += any(small in cell for cell, _ in exposed(weeks))
    assert found >= 8


def test_a_count_of_one_week_taken_from_that_of_two_would_be_found():
    weeks = Weeks(3)
    place = Arrival("u0", weeks.groups[0], 1)
    weeks.truth[place] = 2
    weeks.known.equal = [(frozenset({place}), 2)]
    weeks.known.most, weeks.known.least = [], []
    assert [n for cell, n in exposed(weeks) if cell == frozenset({place})] == [2]
