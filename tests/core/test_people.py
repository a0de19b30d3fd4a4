"""Who of the staff may do what, codes as people type them, what a text asks for, and tables of headcounts."""

import os
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.people import (
    Deed,
    Label,
    Manages,
    Post,
    Role,
    Staff,
    UsesCode,
    WantsBinding,
    WantsErasure,
    WantsQuiet,
    WantsReminders,
    may,
    may_appoint,
    may_change,
    new_code,
    placed,
    read_code,
    recognise,
    somewhere,
    within,
    written,
)
from bot.core.people.codes import ALPHABET
from bot.core.people.headcounts import RowProblem, read_headcounts
from bot.core.people.rights import APPOINTS, PLACED, RIGHTS, SEATS, Scope
from bot.core.survey import Unit
from tests.builders import GROUPS, UNITS

PARENTS = {"bureau": "", "town": "bureau", "no1": "town", "no2": "bureau", "annex": "no1"}
HERE, BELOW, ELSEWHERE = "no1", "annex", "no2"


def holding(*roles: Role, unit: str = HERE) -> Staff:
    """Somebody with these posts, in one unit where a unit is needed."""
    posts = tuple(
        Post(
            role=r, units=(unit,) if r in PLACED else (), name="甲某" if r is Role.NODE else ""
        )
        for r in roles
    )
    return placed(Staff(Label(roles[0], 1), posts), PARENTS)


OFFICE, SCHOOL, HEAD = holding(Role.OFFICE), holding(Role.SCHOOL), holding(Role.RESPONSIBLE)

SEES = {Deed.SEE_PROGRESS, Deed.SEE_DIGEST, Deed.SEE_LEDGER, Deed.SEE_CALENDAR, Deed.SEE_PROBLEMS, Deed.LOOK_BACK,
        Deed.SEE_APPRAISAL, Deed.READ_PERSONAL, Deed.SEE_SIGNED, Deed.SEE_TRAIL}  # fmt: skip


# -- the table, role by role --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_every_role_stands_in_the_table_and_can_do_something(role: Role):
    assert RIGHTS[role]


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_somebodys(deed: Deed):
    assert any(deed in rights for rights in RIGHTS.values())


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("role", Role)
def test_what_the_table_says_is_what_may_says(role: Role, deed: Deed):
    staff = holding(role)
    scope = RIGHTS[role].get(deed)
    # a role that was not tied to units is for the whole house
    everywhere = scope is Scope.WHOLE or (scope is Scope.OWN and role not in PLACED)

    assert may(staff, deed) is everywhere
    assert may(staff, deed, ELSEWHERE) is everywhere
    assert may(staff, deed, HERE) is (everywhere or scope in (Scope.OWN, Scope.SEAT))
    assert may(staff, deed, BELOW) is (everywhere or scope is Scope.OWN)
    assert may(staff, deed, HERE, named="甲某") is (scope is not None)
    assert somewhere(staff, deed) is (scope is not None)


@pytest.mark.parametrize(
    ("role", "can", "never"),
    [
        (Role.OFFICE, set(Deed) - {Deed.READ_PERSONAL}, {Deed.READ_PERSONAL}),
        (Role.SECRETARY, {Deed.DRAFT_DIGEST, Deed.EDIT_DIGEST, Deed.MAKE_REPORT}, {Deed.SEND_DIGEST, Deed.PUBLISH_NOTICE, Deed.INVITE_STAFF, Deed.SEE_SIGNED}),
        (Role.PUBLICITY, {Deed.PUBLISH_NOTICE}, {Deed.SEE_LEDGER, Deed.SEND_DIGEST, Deed.SORT}),
        (Role.ORGANISATION, {Deed.PLAN_TALKS, Deed.HOLD_APPRAISAL, Deed.SORT}, {Deed.SEND_DIGEST, Deed.APPROVE_PLAN}),
        (Role.LEADING, {Deed.APPROVE_PLAN, Deed.SEE_DIGEST}, {Deed.EDIT_DIGEST, Deed.READ_PERSONAL}),
        (Role.SUPERVISOR, {Deed.SEE_DIGEST, Deed.SEE_LEDGER, Deed.CALL_LOOK_BACK}, {Deed.READ_PERSONAL, Deed.SEE_SIGNED, Deed.SEE_TRAIL}),
        (Role.DUTY, {Deed.CLAIM_URGENT}, set(Deed) - {Deed.CLAIM_URGENT}),
    ],
    ids=lambda fact: fact if isinstance(fact, Role) else "deeds",
)  # fmt: skip
def test_the_groups_of_the_house_do_their_work_and_no_other(
    role: Role, can: set[Deed], never: set[Deed]
):
    """K1, K2: 领导小组, 办公室（全）, 秘书组（材料）, 宣传组（公示、简报）, 组织组. E15: 督导."""
    staff = holding(role)

    assert {d for d in can if not may(staff, d)} == set()
    assert {d for d in never if somewhere(staff, d)} == set()


def test_guidance_takes_in_and_sees_its_own_units_only():
    """K3, D3: seven groups, each for some units."""
    group = placed(
        Staff(Label(Role.GUIDANCE, 7), (Post(role=Role.GUIDANCE, units=("no1", "no2")),)),
        PARENTS,
    )

    assert within(group, Deed.TAKE_IN, PARENTS) == ("no1", "no2", "annex")
    assert within(group, Deed.SEE_LEDGER, PARENTS) == ("no1", "no2", "annex")
    assert not may(group, Deed.SEE_LEDGER)
    assert not somewhere(group, Deed.SEND_DIGEST)


def test_a_school_office_sees_its_own_school_only():
    """K4, K5."""
    assert within(SCHOOL, Deed.SEE_PROGRESS, PARENTS) == ("no1", "annex")
    assert {d for d in Deed if may(SCHOOL, d)} == set()


@pytest.mark.parametrize("role", sorted(set(Role) - SEATS))
def test_personal_files_are_for_the_seats_alone(role: Role):
    """K8, E5: 由主要负责同志向本人反馈."""
    assert not somewhere(holding(role), Deed.READ_PERSONAL)


@pytest.mark.parametrize("role", sorted(SEATS))
def test_a_seat_reads_the_personal_file_of_its_unit_and_of_none_below(role: Role):
    assert within(holding(role), Deed.READ_PERSONAL, PARENTS) == (HERE,)


def test_supervisors_change_nothing():
    """E15, J7: they read, and may call for a look back."""
    assert RIGHTS[Role.SUPERVISOR].keys() - SEES == {Deed.CALL_LOOK_BACK}


def test_supervision_may_be_of_everything_or_of_some_and_what_is_below():
    """K6, K7: 全面, 直接, 抽查; 下沉一级."""
    some = placed(Staff(Label(Role.SUPERVISOR, 1), (Post(role=Role.SUPERVISOR, units=("town",)),)), PARENTS)  # fmt: skip

    assert may(holding(Role.SUPERVISOR), Deed.SEE_DIGEST)
    assert within(some, Deed.SEE_DIGEST, PARENTS) == ("town", "no1", "annex")


def test_whoever_a_plan_names_reports_what_bears_their_name():
    """K10."""
    named = holding(Role.NODE)

    assert may(named, Deed.REPORT_NODE, HERE, named="甲某")
    assert not may(named, Deed.REPORT_NODE, HERE, named="乙某")
    assert not may(named, Deed.REPORT_NODE, HERE)


def test_one_person_may_hold_several_posts():
    """N5: 领导小组成员与办公室主任为同一人."""
    both = holding(Role.SCHOOL, Role.RESPONSIBLE)

    assert may(both, Deed.READ_PERSONAL, HERE)
    assert may(both, Deed.TAKE_IN, HERE)


def test_a_unit_that_is_gone_from_the_configuration_gives_no_right_to_the_rest():
    assert {d for d in Deed if may(holding(Role.SCHOOL, unit="closed"), d, HERE)} == set()


def test_units_tied_into_a_knot_end_too():
    knot = {"a": "b", "b": "a", "c": "c"}
    staff = Staff(Label(Role.SCHOOL, 1), (Post(role=Role.SCHOOL, units=("x",)),))

    assert placed(staff, knot).posts[0].below == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": Role.SCHOOL},
        {"role": Role.GUIDANCE},
        {"role": Role.RESPONSIBLE},
        {"role": Role.RESPONSIBLE, "units": ("no1", "no2")},
        {"role": Role.DEPUTY, "units": ("no1", "no2")},
        {"role": Role.NODE},
        {"role": Role.OFFICE, "name": "甲某"},
    ],
    ids=str,
)
def test_a_post_that_could_not_be_held_cannot_be_made(wrong: dict[str, object]):
    with pytest.raises(ValueError, match=r"unit|name"):
        Post(**wrong)  # pyright: ignore[reportArgumentType]


# -- who gives and takes posts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_the_office_gives_every_post(role: Role):
    assert may_appoint(OFFICE, Deed.INVITE_STAFF, holding(role).posts[0])


@pytest.mark.parametrize("role", sorted(set(Role) - APPOINTS[Role.SCHOOL]))
def test_a_school_office_gives_no_post_above_its_own(role: Role):
    post = holding(role).posts[0]

    assert not may_appoint(SCHOOL, Deed.INVITE_STAFF, post)


def test_a_school_office_gives_posts_of_its_own_school():
    own, other = Post(role=Role.SCHOOL, units=("no1",)), Post(role=Role.SCHOOL, units=("no2",))
    everywhere = Post(role=Role.NODE, name="甲某")

    assert may_appoint(SCHOOL, Deed.INVITE_STAFF, own)
    assert not may_appoint(SCHOOL, Deed.INVITE_STAFF, other)
    assert not may_appoint(SCHOOL, Deed.INVITE_STAFF, everywhere)


@pytest.mark.parametrize("role", sorted(set(Role) - APPOINTS.keys()))
def test_nobody_else_gives_posts(role: Role):
    assert not any(
        may_appoint(holding(role), Deed.INVITE_STAFF, holding(r).posts[0]) for r in Role
    )


def test_an_account_is_retired_only_by_who_could_have_given_all_of_its_posts():
    both = holding(Role.SCHOOL, Role.RESPONSIBLE)

    assert may_change(OFFICE, Deed.RETIRE_STAFF, both)
    assert not may_change(SCHOOL, Deed.RETIRE_STAFF, both)
    assert may_change(SCHOOL, Deed.RETIRE_STAFF, holding(Role.SCHOOL))
    assert not may_change(HEAD, Deed.RETIRE_STAFF, SCHOOL)


SOURCES = st.integers(0, 2**32).map(Random)

# -- codes --------------------------------------------------------------------------------------------------------


@given(SOURCES)
def test_a_code_is_read_back_however_it_is_typed(random: Random):
    code = new_code(random.randbytes)
    shown = written(code)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in shown.replace("-", ""))

    for typed in (shown, code, shown.lower(), shown.replace("-", " "), f" {shown} ", full_width,
                  shown.replace("0", "O").replace("1", "l"), shown.replace("-", "–")):  # fmt: skip
        assert read_code(typed) == code


@given(SOURCES, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_told_from_a_code_nobody_gave_out(
    random: Random, place: int, char: str
):
    code = new_code(random.randbytes)
    slipped = code[:place] + char + code[place + 1 :]
    values = {ALPHABET.index(char), ALPHABET.index(code[place])}

    if len(values) == 2 and values != {0, 31}:  # 0 and Z weigh the same
        assert read_code(written(slipped)) in ("", None)


@pytest.mark.parametrize(
    "typed",
    [
        "kindergarten",  # twelve letters
        "KIND-ERGA-RTEN",
        "051257312345",  # a telephone
        "0512-5731-2345",
        "2014 0305 2014",
        "1234 5678 9012 3456",  # a receipt
        "食堂的菜太凉",
        "wxid12345678",
        "",
        "7K3M-9QXT",
    ],
)
def test_words_and_numbers_are_no_codes(typed: str):
    assert read_code(typed) is None


def test_codes_differ():
    assert len({new_code(os.urandom) for _ in range(1000)}) == 1000


# -- what a text asks for -----------------------------------------------------------------------------------------

CODE = new_code(lambda n: bytes(range(n)))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("别再提醒", WantsQuiet()),
        ("no reminders", WantsQuiet()),
        ("恢复提醒", WantsReminders()),
        ("删除我的资料", WantsErasure()),
        ("删除我的资料。", WantsErasure()),
        ("/delete", WantsErasure()),
        ("确认删除", WantsErasure(sure=True)),
        ("/绑定", WantsBinding()),
        ("/绑定 123456", WantsBinding("123456")),
        ("绑定１２３４５６", WantsBinding("123456")),
        ("绑定 123 456", WantsBinding("123456")),
        ("/bind 000000", WantsBinding("000000")),
        ("交接", Manages()),
        ("/handover retire office-2", Manages(("retire", "office-2"))),
        (written(CODE), UsesCode(CODE)),
        ("7K3M-9QXT-2B4H", UsesCode("")),
        ("停", None),  # what it means depends on where the talk stands
        ("开始", None),
        ("123456", None),
        ("绑定 12345", None),
        ("我想删除我的资料里那句话", None),
        ("食堂的菜太凉" * 10, None),
        ("", None),
    ],
)
def test_what_a_text_asks_for(typed: str, asked: object):
    assert recognise(typed) == asked


# -- headcounts ---------------------------------------------------------------------------------------------------

SUMS = frozenset({"合计"})


def counted(*rows: tuple[str, ...]):
    return read_headcounts(rows, UNITS, GROUPS, SUMS)


WIDE = (
    ("全系统人数（2026年9月）",),
    ("单位", "普通党员", "一线教师", "Parents"),
    ("第一中学", "60", "180", "1,900"),
    ("新小", "30.0", "", "８５０"),
    ("合计", "90", "180", "2750"),
)
LONG = (
    ("单位", "群体", "人数"),
    ("第一中学", "普通党员", "60"),
    ("no1", "teacher", "180"),
    ("no1", "学生家长", "1900"),
    ("新城小学", "party", "30"),
    ("新城小学", "parent", "850"),
)
PEOPLE = {
    ("no1", "party"): 60,
    ("no1", "teacher"): 180,
    ("no1", "parent"): 1900,
    ("newtown", "party"): 30,
    ("newtown", "parent"): 850,
}


@pytest.mark.parametrize("rows", [WIDE, LONG], ids=["a column per group", "a row per cell"])
def test_both_shapes_say_the_same(rows: tuple[tuple[str, ...], ...]):
    read = counted(*rows)

    assert read.people == PEOPLE
    assert read.problems == ()


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            (("", "党员", "普通党员", "一线教师"), ("第一中学", "1", "2", "3")),
            RowProblem(1, 2, "unknown_group", "党员"),
        ),
        (
            (("", "普通党员", "一线教师"), ("一中", "60", "180")),
            RowProblem(2, 1, "unknown_unit", "一中", "第一中学"),
        ),
        (
            (("", "普通党员", "一线教师"), ("中学", "60", "180")),
            RowProblem(2, 1, "unknown_unit", "中学"),
        ),
        (
            (("", "普通党员", "一线教师"), ("第一中学", "约60", "180")),
            RowProblem(2, 2, "not_a_number", "约60"),
        ),
        (
            (("", "普通党员", "一线教师"), ("第一中学", "-3", "180")),
            RowProblem(2, 2, "not_a_number", "-3"),
        ),
        (
            (("", "普通党员", "一线教师"), ("第一中学", "60", "1"), ("no1", "61", "")),
            RowProblem(3, 2, "twice", "61"),
        ),
        (
            (("第一中学", "普通党员", "60"), ("第一中学", "教工", "60")),
            RowProblem(2, 2, "unknown_group", "教工"),
        ),
        ((("第一中学", "60"),), RowProblem(1, 1, "no_groups")),
        ((), RowProblem(1, 1, "no_groups")),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    rows: tuple[tuple[str, ...], ...], problem: RowProblem
):
    assert counted(*rows).problems == (problem,)


def test_one_bad_row_does_not_lose_the_others():
    read = counted(*WIDE, ("没有的学校", "1", "2", "3"))

    assert read.people == PEOPLE
    assert len(read.problems) == 1


def test_one_group_is_enough_for_a_column():
    assert counted(("学校", "一线教师"), ("第一中学", "180")).people == {
        ("no1", "teacher"): 180
    }


@given(st.lists(st.lists(st.text(max_size=6), max_size=4), max_size=6))
def test_any_table_is_read_to_its_end(rows: list[list[str]]):
    read = read_headcounts(rows, UNITS, GROUPS)

    assert set(read.people) <= {(u.id, g.id) for u in UNITS for g in GROUPS}


def test_a_unit_called_like_a_sum_is_a_unit():
    units = (*UNITS, Unit(id="all", name="合计学校"))

    assert read_headcounts((("", "普通党员", "一线教师"), ("合计学校", "1", "2")), units, GROUPS, SUMS).people == {
        ("all", "party"): 1,
        ("all", "teacher"): 2,
    }  # fmt: skip
