"""What a meeting's votes add up to, and when nothing is said of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.appraisal import (
    CHOICES,
    NO_PAPER,
    TEAM,
    Invalid,
    Meeting,
    Paper,
    Quorum,
    Rated,
    Unreadable,
    compared,
    of_first,
    outcome,
    read_paper,
    read_rated,
    votes_in,
)
from bot.core.cells import K

LIST = read_rated("甲某 校长\n乙某 副校长")
MEETING = Meeting(
    number=1, unit="no1", rated=LIST, groups=("teacher",), expected=30, present=24
)


def cast(ballots):
    """(question, choice) counts of what was let out."""
    chosen = {}
    for ballot in ballots:
        for place in ballot.items():
            chosen[place] = chosen.get(place, 0) + 1
    return chosen


ballot = st.dictionaries(
    st.sampled_from([one.id for one in LIST]), st.sampled_from(CHOICES), max_size=3
)


@st.composite
def papers(draw):
    ballots = draw(st.integers(0, 12))
    votes = {}
    for one in LIST:
        row, left = [], ballots
        for _ in CHOICES:
            row.append(draw(st.integers(0, left)))
            left -= row[-1]
        votes[one.id] = tuple(row)
    return Paper(ballots=ballots, votes=votes)


@given(st.lists(ballot, max_size=40), papers())
def test_votes_counted_are_votes_cast_wherever_they_are_shown(ballots, paper):
    chosen = cast(ballots)
    found = outcome(MEETING, len(ballots), chosen, paper)

    assert found.ballots == len(ballots) + paper.ballots
    for row in found.rows:
        online = sum(n for (id, _), n in chosen.items() if id == row.rated.id)
        everything = online + sum(paper.votes[row.rated.id])
        if row.votes is None:
            assert everything < K or 0 < online < K
        else:
            assert row.cast == everything
            assert row.cast + row.blank == found.ballots


@given(st.lists(ballot, max_size=40), papers())
def test_nothing_can_be_worked_out_from_fewer_votes_of_the_vault_than_k(ballots, paper):
    """The office knows the paper: what is shown less the paper must be nothing, or enough."""
    for row in outcome(MEETING, len(ballots), cast(ballots), paper).rows:
        if row.votes is not None:
            left = row.cast - sum(paper.votes[row.rated.id])
            assert left == 0 or left >= K


def test_shares_are_of_the_votes_with_abstentions_and_without_blanks():
    ballots = [{TEAM: "good"}] * 5 + [{TEAM: "fairly"}] * 2 + [{TEAM: "abstain"}] + [{}] * 4
    row = outcome(MEETING, 12, cast(ballots), NO_PAPER).row(TEAM)

    assert row is not None
    assert (row.cast, row.blank) == (8, 4)
    assert row.share("good") == 625
    assert row.share("good", "fairly") == 875
    assert row.share("abstain") == 125


@pytest.mark.parametrize(
    ("expected", "present", "ballots", "why"),
    [
        (30, 24, 24, None),
        (30, 20, 20, None),
        (30, 19, 19, Invalid.QUORUM),
        (30, 24, 25, Invalid.SURPLUS),
        (30, 24, 4, Invalid.FEW),
        (0, 24, 24, Invalid.UNKNOWN),
        (30, 0, 24, Invalid.UNKNOWN),
    ],
)
def test_a_result_stands_only_with_its_quorum_and_no_more_ballots_than_people(
    expected, present, ballots, why
):
    meeting = replace(MEETING, expected=expected, present=present)

    assert outcome(meeting, ballots, {(TEAM, "good"): ballots}, NO_PAPER).invalid is why


def test_more_than_half_is_more_than_half():
    assert not Quorum.HALF.met(20, 40)
    assert Quorum.HALF.met(21, 40)


def test_first_and_final_stand_side_by_side_in_tenths_of_a_percent():
    first = outcome(MEETING, 9, {(TEAM, "good"): 3, (TEAM, "fair"): 6}, NO_PAPER)
    final = of_first(Meeting(number=2, unit="no1", present=24), MEETING)
    after = outcome(final, 8, {(TEAM, "good"): 5, (TEAM, "fairly"): 3}, NO_PAPER)

    [step] = compared(first, after)
    assert (step.good, step.content, step.moved) == ((333, 625), (333, 1000), 667)


def test_nothing_is_compared_with_a_result_that_does_not_stand():
    first = outcome(replace(MEETING, present=3), 9, {(TEAM, "good"): 9}, NO_PAPER)
    final = outcome(MEETING, 9, {(TEAM, "good"): 9}, NO_PAPER)

    assert compared(first, final) == ()


def test_a_meeting_comes_back_from_its_text_as_it_was():
    assert Meeting.from_json(MEETING.as_json()) == MEETING
    paper = Paper(ballots=3, votes={TEAM: (3, 0, 0, 0, 0)})
    assert Paper.from_json(paper.as_json()) == paper
    assert Paper.from_json("") == NO_PAPER


def test_who_votes_is_known_for_sure_and_of_the_meeting():
    assert votes_in(MEETING, "teacher", "no2", known=True)
    here = replace(MEETING, units=("no1",))
    assert votes_in(here, "teacher", "no1", known=True)
    assert not votes_in(here, "teacher", "no2", known=True)
    assert not votes_in(here, "parent", "no1", known=True)
    assert not votes_in(here, "teacher", "no1", known=False)


def test_one_may_see_ones_own_row_and_nobody_elses():
    found = outcome(MEETING, 9, {("p1", "good"): 9}, NO_PAPER)

    assert [row.rated.name for row in found.only("甲某").rows] == ["甲某"]
    assert found.only("").rows == ()


def test_a_list_is_read_as_people_paste_it():
    assert list(LIST) == [
        Rated(id=TEAM),
        Rated(id="p1", name="甲某", post="校长"),
        Rated(id="p2", name="乙某", post="副校长"),
    ]
    with pytest.raises(Unreadable) as twice:
        read_rated("甲某\n甲某")
    assert twice.value.line == 2


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("", 1),
        ("十二", 1),
        ("3\n3 0 0 0 0\n3 0 0 0 0", 3),  # one is missing
        ("3\n4 0 0 0 0\n0 0 0 0 0\n0 0 0 0 0", 2),  # more votes than ballots
        ("3\n3 0 0 0\n0 0 0 0 0\n0 0 0 0 0", 2),
        ("3\n3 0 0 0 0\n0 0 0 0 0\n0 0 0 0 0\n1 1 1 0 0", 5),
    ],
)
def test_totals_that_do_not_fit_are_named_by_their_line(typed, line):
    with pytest.raises(Unreadable) as wrong:
        read_paper(typed, LIST)
    assert wrong.value.line == line


def test_totals_may_carry_names():
    found = read_paper("3 张\n班子：3 0 0 0 0\n甲某 1，1，1，0，0\n乙某 0 0 0 0 3", LIST)

    assert found.votes["p1"] == (1, 1, 1, 0, 0)
