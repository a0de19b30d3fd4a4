"""Lines and rows as opinions: what is split, what a column is taken for, what a cell says."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.intake.sent import cues
from bot.core.intake.columns import (
    Bad,
    House,
    group_of,
    guess,
    head_of,
    read_day,
    read_row,
    unit_of,
)
from bot.core.intake.model import Facts, Row, is_early, place_of
from bot.core.intake.splitting import sentences, split
from bot.core.survey import Group, Unit

TODAY = date(2014, 3, 26)
UNITS = (Unit(id="no1", name="第一中学", also=("一中",)), Unit(id="newtown", name="新城小学"))
GROUPS = (
    Group(id="teacher", words={"zh": "一线教师", "en": "Teachers"}),
    Group(id="parent", words={"zh": "学生家长", "en": "Parents"}),
)
HOUSE = House(units=UNITS, groups=GROUPS, topics={"食堂饮食": "shitang"}, sizhi={}, today=TODAY)


@pytest.mark.parametrize(
    ("text", "opinions", "left_out"),
    [
        ("检查太多\n食堂凉", ("检查太多", "食堂凉"), ()),
        ("1. 检查太多\n2、食堂凉\n接着说", ("检查太多", "食堂凉\n接着说"), ()),
        ("（1）检查太多\n（2）食堂凉", ("检查太多", "食堂凉"), ()),
        ("①检查太多\n②食堂凉", ("检查太多", "食堂凉"), ()),
        ("• 检查太多\n- 食堂凉", ("检查太多", "食堂凉"), ()),
        ("第一段\n还是它\n\n第二段", ("第一段\n还是它", "第二段"), ()),
        ("3月25日座谈会记录：\n检查太多", ("检查太多",), ("3月25日座谈会记录：",)),
        (
            "一、教学方面\n1. 作业多\n2. 检查多\n二、后勤方面\n1. 菜凉",
            ("作业多", "检查多", "菜凉"),
            ("一、教学方面", "二、后勤方面"),
        ),
        ("3.5元一份太贵\n12月才通知", ("3.5元一份太贵", "12月才通知"), ()),
        ("", (), ()),
    ],
)
def test_lines_become_opinions(text, opinions, left_out):
    found = split(text)
    assert (found.opinions, found.left_out) == (opinions, left_out)


@given(st.lists(st.text("检查太多食堂凉", min_size=2, max_size=30), min_size=1, max_size=20))
def test_plain_lines_are_never_lost_nor_changed(lines):
    assert split("\n".join(lines)).opinions == tuple(lines)


@given(st.text(max_size=300))
def test_no_text_breaks_the_splitting(text):
    found = split(text)
    assert all(one.strip() for one in found.opinions)
    assert all(sentences(one) for one in found.opinions)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2014-03-25", "2014-03-25"),
        ("2014/3/5 08:30", "2014-03-05"),
        ("2014年3月5日", "2014-03-05"),
        ("20140305", "2014-03-05"),
        ("20140305083000", "2014-03-05"),
        ("41723", "2014-03-25"),
        ("2014-03-25 00:00:00", "2014-03-25"),
        ("3月25日", "2014-03-25"),
        ("12.31", "2013-12-31"),
        ("", ""),
        ("-", ""),
        ("3月40日", None),
        ("上周", None),
        ("13800001111", None),
    ],
)
def test_a_day_is_read_or_it_is_none(cell, day):
    assert read_day(cell, TODAY) == day


def test_columns_are_guessed_by_their_names_then_by_length():
    head = ("序号", "工单编号", "来电时间", "来电内容", "所属单位")
    rows = [("1", "0012", "3月25日", "食堂的饭菜打到手里总是凉的", "一中")]
    assert head_of([("12345工单表",), head, *rows], cues()) == 1
    assert guess(head, rows, cues()) == {
        "ticket": 1,
        "day": 2,
        "text": 3,
        "unit": 4,
    }
    assert guess(("a", "b"), [("1", "食堂的饭菜打到手里总是凉的")], cues())["text"] == 1


def test_one_name_alone_is_a_head_above_one_column_and_a_title_above_several():
    assert head_of([("意见",), ("菜凉",), ("路灯坏了",)], cues()) == 0
    assert head_of([("菜凉",), ("路灯坏了",)], cues()) == -1
    assert head_of([("意见建议",), ("a", "b"), ("1", "菜凉")], cues()) == -1
    assert head_of([("意见",), ("编号", "意见"), ("1", "菜凉")], cues()) == 1


@pytest.mark.parametrize(
    "written",
    ["治脱离实际、脱离群众之病，兴为民惠民之风", "脱离群众", "脱离群众类", " 脱离群众 "],
)
def test_one_of_the_four_cures_is_known_by_its_long_and_its_short_name(written):
    named = {
        "治脱离实际、脱离群众之病，兴为民惠民之风": "脱离群众",
        "治铺张浪费之病": "铺张浪费",
    }
    row = read_row(
        ("菜凉", written), {"text": 0, "sizhi": 1}, Facts(), replace(HOUSE, sizhi=named)
    )
    assert isinstance(row, Row)
    assert row.given == {"sizhi": ["脱离群众"]}


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("", "3月25日"), "no_text"),
        (("菜凉", "3月40日"), "bad_day"),
        (("菜凉", "2014-03-27"), "later_day"),
        (("菜" * 4001, ""), "too_long"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(cells, fault):
    found = read_row(cells, {"text": 0, "day": 1}, Facts(), HOUSE)
    assert isinstance(found, Bad)
    assert found.fault == fault


def test_a_row_says_what_it_says_and_takes_the_rest_from_its_batch():
    mapped = {"text": 0, "unit": 1, "group": 2, "topic": 3}
    facts = Facts(unit="newtown", groups=("parent",), day="2014-03-20")
    row = read_row(("菜凉", "第一中学（高中部）", "教师", "食堂饮食"), mapped, facts, HOUSE)
    assert (row.unit, row.group, row.day) == ("no1", "teacher", "2014-03-20")
    assert row.given["topic"] == "shitang"
    row = read_row(("菜凉", "", "", ""), mapped, facts, HOUSE)
    assert (row.unit, row.group, row.given) == ("newtown", "parent", None)
    row = read_row(("菜凉", "某某学校", "", ""), mapped, facts, HOUSE)
    assert (row.unit, row.strange) == ("", True)
    assert read_row(("", " ", ""), mapped, facts, HOUSE) is None


def test_units_and_groups_are_found_and_never_guessed():
    assert unit_of("新城小学（东校区）", UNITS) == "newtown"
    assert unit_of("小学", UNITS) == "newtown"
    assert unit_of("学", UNITS) == ""
    assert unit_of("第一中学、新城小学", UNITS) == ""
    assert group_of("家长", GROUPS) == "parent"
    assert group_of("社会人士", GROUPS) == ""


def test_words_carry_their_unit_only_where_enough_may_have_said_them():
    asked = {("no1", "teacher"): 40, ("no1", "parent"): 4, ("small", "teacher"): 3}
    assert place_of("no1", "teacher", asked) == "no1"
    assert place_of("no1", "parent", asked) == ""
    assert place_of("no1", "", asked) == "no1"
    assert place_of("small", "", asked) == ""
    assert place_of("unknown", "parent", asked) == ""
    assert place_of("no1", "parent", asked, enough=1) == "no1"


def test_what_was_said_before_the_phase_is_early():
    assert is_early("2014-02-01", "2014-03-01")
    assert not is_early("", "2014-03-01")
    assert not is_early("2014-03-01", "2014-03-01")
