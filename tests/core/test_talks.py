"""Who has to talk with whom: no pair missed, none doubled; days; a pasted list."""

from collections import Counter
from datetime import date, timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.talks import (
    NotAList,
    Rank,
    Seat,
    Why,
    as_calendar,
    dated,
    held,
    read_list,
    renewed,
    seats_of,
    talks,
    uncovered,
)

LIST = """1. 甲某 党总支书记、校长
2. 乙某 副校长 分管教务处、德育处
3. 丙某 副校长 分管：总务处、办公室
4. 丁某 副书记 分管 工会办
5. 戊某 教务处主任
6. 己某 德育处 主任
7. 庚某 总务处主任
8. 辛某 办公室主任
9. 壬某 工会办主任
10. 癸某 教务处副主任
11. 子某 德育处 副主任
12. 丑某 总务处副主任
13. 寅某 办公室副主任
14. 卯某 工会办副主任
"""


def test_the_four_musts_of_a_school_can_be_counted_by_hand() -> None:
    """Four of the team, five heads, five deputies: 6 + 5 + 5 + 5."""
    seats = read_list(LIST)
    assert Counter(seat.rank for seat in seats) == {
        Rank.FIRST: 1, Rank.LEADER: 3, Rank.HEAD: 5, Rank.DEPUTY: 5
    }  # fmt: skip
    found = talks(seats, "four")
    assert len(found) == comb(4, 2) + 5 + 5 + 5
    assert uncovered(seats, found) == ()
    why = Counter(talk.why for talk in found)
    assert why == {(Why.TEAM,): 6, (Why.FIRST,): 5, (Why.CHARGE,): 5, (Why.DEPUTY,): 5}


def test_the_three_musts_of_a_province() -> None:
    found = talks(read_list(LIST), "three")
    assert Counter(talk.why for talk in found) == {
        (Why.FIRST,): 3, (Why.TEAM,): 3, (Why.CHARGE,): 5
    }  # fmt: skip


def test_a_pair_that_two_rules_ask_for_is_one_talk() -> None:
    seats = read_list("甲某 校长 分管教务处\n乙某 教务处主任")
    (only,) = talks(seats, "four")
    assert set(only.why) == {Why.FIRST, Why.CHARGE}


def test_each_round_has_every_pair_and_the_last_is_held_together() -> None:
    found = talks(read_list(LIST), "four", 2, together=True)
    assert Counter(talk.round for talk in found) == {1: 21, 2: 21, 3: 1}
    assert found[-1].why == (Why.TOGETHER,)
    assert len({talk.id for talk in found}) == len(found)


def test_whom_no_rule_makes_talk_is_pointed_out() -> None:
    seats = read_list("甲某 校长\n乙某 副校长\n丙某 教务处副主任")
    assert [seat.name for seat in uncovered(seats, talks(seats, "four"))] == ["丙某"]


@given(
    leaders=st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=6),
    heads=st.lists(st.integers(0, 5), max_size=8),
    deputies=st.lists(st.integers(0, 5), max_size=8),
    rules=st.sampled_from(["four", "three"]),
)
def test_no_pair_is_missed_or_doubled(leaders, heads, deputies, rules) -> None:
    seats = [
        Seat(name="F", rank=Rank.FIRST),
        *(
            Seat(name=f"L{n}", rank=Rank.LEADER, charge=tuple(f"d{d}" for d in charge))
            for n, charge in enumerate(leaders)
        ),
        *(Seat(name=f"H{n}", rank=Rank.HEAD, department=f"d{d}") for n, d in enumerate(heads)),
        *(Seat(name=f"D{n}", rank=Rank.DEPUTY, department=f"d{d}") for n, d in enumerate(deputies)),
    ]  # fmt: skip
    try:
        found = talks(seats, rules)
    except NotAList:
        found = ()
    pairs = [frozenset(talk.names) for talk in found]
    assert len(set(pairs)) == len(pairs)
    team = ["F", *(f"L{n}" for n in range(len(leaders)))]
    wanted = {frozenset((a, b)) for a in team for b in team if a != b}
    wanted |= {
        frozenset((f"L{n}", f"H{m}"))
        for n, charge in enumerate(leaders)
        for m, d in enumerate(heads)
        if d in charge
    }
    if rules == "four":
        wanted |= {frozenset(("F", f"H{m}")) for m in range(len(heads))}
        wanted |= {
            frozenset((f"H{m}", f"D{n}"))
            for m, d in enumerate(heads)
            for n, e in enumerate(deputies)
            if d == e
        }
    assert set(pairs) == wanted


def days(count: int) -> list[date]:
    return [date(2014, 6, 18) + timedelta(days=n) for n in range(count)]


def test_nobody_talks_more_than_twice_a_day() -> None:
    found = dated(talks(read_list(LIST), "four"), days(7))
    assert all(talk.day for talk in found)
    load = Counter((name, talk.day) for talk in found for name in talk.names)
    assert max(load.values()) <= 2


def test_what_does_not_fit_keeps_no_day() -> None:
    found = dated(talks(read_list(LIST), "four"), days(1))
    assert any(talk.day is None for talk in found)


def test_rounds_follow_each_other() -> None:
    found = dated(talks(read_list(LIST), "four", 2), days(20))
    ends = max(talk.day for talk in found if talk.round == 1 and talk.day)
    begins = min(talk.day for talk in found if talk.round == 2 and talk.day)
    assert ends < begins


def test_a_list_read_again_forgets_no_talk_that_was_held() -> None:
    first = dated(talks(read_list(LIST), "four"), days(7))
    done = [t if n else type(t)(id=t.id, one=t.one, other=t.other, why=t.why, day=t.day, done=t.day)
            for n, t in enumerate(first)]  # fmt: skip
    again = renewed(done, talks(read_list(LIST + "辰某 副校长\n"), "four"))
    kept = next(t for t in again if t.id == done[0].id)
    assert kept.done == done[0].done
    assert len(again) == len(first) + 4
    assert dated(again, days(9))[0].day == done[0].day


def test_dated_talks_stand_in_the_calendar_with_both_names() -> None:
    found = dated(talks(read_list(LIST), "four"), days(7))
    calendar = as_calendar(found, date(2014, 6, 1), "谈话：{names}")
    assert calendar.nodes[0].title == "谈话：甲某、乙某"
    assert calendar.nodes[0].responsible == ("甲某", "乙某")
    assert held(found) == ()


@pytest.mark.parametrize(
    ("line", "rank", "department"),
    [
        ("甲某 书记", Rank.FIRST, ""),
        ("甲某，局党委书记、局长", Rank.FIRST, ""),
        ("甲某 主要负责同志", Rank.FIRST, ""),
        ("甲某 党委委员", Rank.LEADER, ""),
        ("甲某 班子成员", Rank.LEADER, ""),
        ("甲某\t人事科科长", Rank.HEAD, "人事科"),
        ("甲某 人事科 科长", Rank.HEAD, "人事科"),
        ("甲某 城东小学校长", Rank.HEAD, "城东小学"),
        ("甲某 中层副职 人事科", Rank.DEPUTY, "人事科"),
        ("3、甲某 人事科副科长", Rank.DEPUTY, "人事科"),
    ],
)
def test_posts_are_read_as_offices_write_them(line: str, rank: Rank, department: str) -> None:
    text = line if rank is Rank.FIRST else f"{line}\n乙某 书记"
    seat = read_list(text)[0]
    assert (seat.name, seat.rank, seat.department) == ("甲某", rank, department)


@pytest.mark.parametrize(
    ("text", "fault", "line"),
    [
        ("甲某 校长\n乙某", "no-post", 2),
        ("甲某 校长\n乙某 厨师", "no-post", 2),
        ("甲某 校长\n\n甲某 副校长", "twice", 3),
        ("甲某 副校长", "no-head", 0),
        ("", "no-head", 0),
        ("《》 校长", "no-name", 1),
    ],
)
def test_what_is_no_list_is_said_with_its_line(text: str, fault: str, line: int) -> None:
    with pytest.raises(NotAList) as refusal:
        read_list(text)
    assert (refusal.value.fault, refusal.value.line) == (fault, line)


def test_one_person_alone_has_nobody_to_talk_with() -> None:
    with pytest.raises(NotAList, match="nobody"):
        talks(read_list("甲某 校长"), "four")


def test_leaders_of_the_configuration_make_a_list_too() -> None:
    seats = seats_of([("甲某", "校长"), ("乙某", "副校长"), ("丙某", "")])
    assert [seat.rank for seat in seats] == [Rank.FIRST, Rank.LEADER]
