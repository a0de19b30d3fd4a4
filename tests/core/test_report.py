"""Digests added up: the figures are those that were sent; the words follow what happened since."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import Digest, Since, report_of, self_check, team_entries
from tests.core.test_digest import digest_of, heard, opinion
from tests.sample_week import FRIDAYS, PERIOD, sample_week


def since(*digests: Digest, gone: tuple[str, ...] = (), **ways: str) -> Since:
    ids = {e.id for d in digests for e in d.entries} - set(gone)
    return Since(still=frozenset(ids), ways=ways)  # pyright: ignore[reportArgumentType]


def weeks() -> tuple[Digest, Digest]:
    """The sample week, and one like it before."""
    week = sample_week()
    before = replace(
        week,
        number=2,
        closes=week.opens,
        entries=tuple(
            e._replace(id=f"b{e.id}", number=f"B{e.number}", merged=f"B{e.merged}")
            for e in week.entries
        ),
    )
    return before, week


def test_two_weeks_make_the_sum_of_what_each_published() -> None:
    made = report_of(weeks(), since(*weeks()), name="环节")

    o = made.whole.overview
    assert (o.submissions, o.opinions) == (740, 1044)
    assert [(c.code, c.number) for c in made.whole.channels][:2] == [
        ("chat", 892),
        ("meeting", 62),
    ]
    assert [row.number for row in made.whole.dimensions] == [122, 296, 194, 262, 170]
    assert [row.now for row in made.whole.groups] == [56, 34, 192, 18, 12, 428]
    assert [(one.number, one.opinions, one.merged) for one in made.issues] == [
        (2, 522, 138),
        (3, 522, 138),
    ]


def test_it_adds_up_as_a_digest_must() -> None:
    assert self_check(report_of(weeks(), since(*weeks())).whole) == ()


def test_what_is_said_again_counts_once_over_all_weeks() -> None:
    """130 themes both weeks; six leaders' matters and two that were handed over, each week anew."""
    o = report_of(weeks(), since(*weeks())).whole.overview

    assert o.merged == 130 + 2 * 6 + 2 * 2
    assert (o.team, o.personal, o.general) == (35, 12, 95 + 4)


def test_what_was_taken_back_stays_counted_and_is_quoted_nowhere() -> None:
    digests = weeks()
    quoted = digests[1].typical[0].id
    made = report_of(digests, since(*digests, gone=(quoted,)))

    assert made.whole.overview.opinions == 1044
    assert quoted not in {e.id for e in (*made.whole.typical, *made.whole.entries)}


def test_what_was_handed_over_since_is_counted_and_shown_nowhere() -> None:
    digest = digest_of(opinion("aa"), opinion("bb", "收了供货商的钱。"), opinion("cc"))
    made = report_of([digest], since(digest, bb="handed"))

    assert made.handed == 1
    assert {e.id for e in made.whole.entries} == {"aa", "cc"}
    assert {c.code: c.number for c in made.whole.destinations} == {"handed": 1, "": 2}
    assert made.whole.overview.opinions == 3
    assert self_check(made.whole) == ()


def test_ways_are_told_as_they_are_now() -> None:
    digest = digest_of(opinion("aa"), opinion("bb"))
    made = report_of([digest], since(digest, aa="answered"))

    assert {c.code: c.number for c in made.whole.destinations} == {"answered": 1, "": 1}


def test_a_leaders_matter_is_in_no_report() -> None:
    digest = digest_of(opinion("aa"), opinion("bb", "说的是一个人。", about="个人"))
    made = report_of([digest], since(digest))

    assert made.whole.overview.personal == 1
    assert [e.id for e in made.whole.entries] == ["aa"]


def test_a_team_is_told_what_is_about_it_and_nothing_else() -> None:
    digest = digest_of(
        opinion("aa", about="班子"),
        opinion("bb", about="个人"),
        opinion("cc"),
        opinion("dd", about="班子", mark="abusive"),
    )
    assert [e.id for e in team_entries([digest], since(digest))] == ["aa"]


@pytest.mark.parametrize(("wrote", "shown"), [(7, []), (8, ["aa"])])
def test_a_units_team_is_told_only_where_enough_of_the_unit_wrote(
    wrote: int, shown: list[str]
) -> None:
    digest = digest_of(opinion("aa", about="班子"), heard=(heard(wrote, "u02"),))
    told = team_entries([digest], since(digest), frozenset({"第一中学"}))
    assert [e.id for e in told] == shown


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "price", "t001"]),
            st.sampled_from(["一般", "班子", "个人"]),
            st.sampled_from(["", "handed", "known"]),
            st.sampled_from(["", "handed", "answered"]),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.integers(1, 3),
)
def test_whatever_happened_since_the_parts_make_the_whole(
    said: list[tuple[str, str, str, str, bool]], parts: int
) -> None:
    of_part = [
        [
            opinion(f"{at:04x}", theme=theme, about=about, destination=way)
            for at, (theme, about, way, _, _) in enumerate(said)
            if at % parts == part
        ]
        for part in range(parts)
    ]
    digests = [digest_of(*some) for some in of_part]
    digests = [
        replace(d, entries=tuple(e._replace(merged=f"{n}{e.merged}") for e in d.entries))
        for n, d in enumerate(digests)
    ]
    ways = {f"{at:04x}": later for at, (*_, later, _) in enumerate(said) if later}
    made = report_of(digests, since(*digests, **ways))

    assert self_check(made.whole) == ()
    assert made.whole.overview.opinions == len(said)
    assert "handed" not in {e.destination for e in made.whole.entries}
    assert made.handed <= sum(
        later == "handed" or way == "handed" for *_, way, later, _ in said
    )


def test_urgent_matters_stand_once_as_the_last_digest_had_them() -> None:
    before, week = weeks()
    open_then = tuple(replace(m, state="waiting") for m in week.urgent)
    made = report_of([replace(before, urgent=open_then), week], since(before, week))

    assert Counter(m.state for m in made.whole.urgent) == {"working": 1, "done": 2}


def test_the_days_are_those_from_the_first_opening_to_the_last_closing() -> None:
    before, week = weeks()
    early = replace(before, opens=FRIDAYS[0].replace(day=14), closes=FRIDAYS[0])
    made = report_of([early, week], since(before, week))

    assert made.whole.opens.date() == date(2014, 3, 14)
    assert made.whole.key == PERIOD.name
