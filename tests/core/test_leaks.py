"""No cell of one to four people follows from all papers of all weeks, whatever combination of them is taken."""

import pytest

from tests.core.leaks import Arrival, Weeks, all_came, exposed

A_TIME = 10
"""Rosters in one case, so that a failure names few of them."""


@pytest.mark.parametrize("first", range(0, 200, A_TIME))
def test_a_linear_program_finds_no_small_cell_in_the_papers_of_two_hundred_rosters(first: int):
    """But where everybody of an atom took part: that they all did cannot be hidden from who knows how many they are."""
    found = [
        (seed, cell, people)
        for seed in range(first, first + A_TIME)
        for weeks in [Weeks(seed)]
        for cell, people in exposed(weeks)
        if not all_came(weeks, cell)
    ]
    assert found == []


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
