"""The calendar file, read by somebody else's parser; the node table; the picture of the schedule."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from openpyxl import load_workbook
from PIL import Image

from bot.content.papers import chart_font, papers
from bot.core.campaign.editing import redated, typed_days
from bot.core.campaign.model import Campaign, Completion, Node
from bot.core.campaign.schedule import Schedule, schedule
from bot.core.campaign.standing import reports
from bot.core.workdays import Calendar as Workdays
from bot.reports.calendar import calendar
from bot.reports.gantt import MOST_ROWS, chosen, gantt
from bot.reports.nodes import HEADS, nodes

TODAY = date(2014, 3, 26)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2014, 3, 26, 1, tzinfo=UTC)


def node(id: str, **fields: object) -> Node:
    base = Node(id=id, place="node", title=f"事项{id}", phase="第一环节", kind="by")
    return replace(base, **fields)  # pyright: ignore[reportArgumentType]


CAMPAIGN = Campaign(
    id="spring",
    title="关于开展作风建设活动的实施方案",
    since=date(2014, 3, 1),
    year=2014,
    nodes=(
        node("p", place="phase", title="第一环节", start=date(2014, 3, 1), end=date(2014, 4, 30)),
        node("w", place="step", step="学习", start=date(2014, 3, 10), end=date(2014, 4, 10)),
        node("b", end=date(2014, 3, 31), everybody="各校", responsible=("甲某", "乙某")),
        node("m", place="meeting", kind="point", start=date(2014, 4, 2), end=date(2014, 4, 2),
             time="14:30", words="座谈；地点, 会议室\\二楼\n请准时"),
        node("r", place="reception", kind="recurring", rrule="FREQ=MONTHLY;BYMONTHDAY=15"),
        node("late", end=date(2014, 3, 20)),
        node("past", end=date(2014, 2, 20), recorded=True),
        node("open"),
    ),
)  # fmt: skip


def seen(campaign: Campaign = CAMPAIGN, *done: Completion) -> Schedule:
    return schedule(campaign, reports(done, ["s1", "s2"]), TODAY, {"s1": "一中", "s2": "二中"})


def events(content: bytes) -> dict[str, Event]:
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    return {str(event["UID"]).split(".")[0]: event for event in found.walk("VEVENT")}


def file(campaign: Campaign = CAMPAIGN, *done: Completion) -> bytes:
    return calendar([seen(campaign, *done)], "日程", papers("zh"), SHANGHAI, NOW)


# --- the calendar file -----------------------------------------------------------------------------------------------


def test_another_parser_reads_the_days_as_they_are_meant() -> None:
    found = events(file())
    assert set(found) == {"p", "w", "b", "m", "r", "late"}
    assert found["w"].decoded("DTSTART") == date(2014, 3, 10)
    assert found["w"].decoded("DTEND") == date(2014, 4, 11)
    assert found["b"].decoded("DTSTART") == date(2014, 3, 31)
    assert str(found["b"]["SUMMARY"]) == "截止：事项b"
    assert "甲某、乙某" in str(found["b"]["DESCRIPTION"])


def test_what_has_a_time_stands_in_the_offices_zone() -> None:
    begins = events(file())["m"].decoded("DTSTART")
    assert begins == datetime(2014, 4, 2, 14, 30, tzinfo=SHANGHAI)


def test_words_with_marks_of_the_format_come_back_as_they_were() -> None:
    assert str(events(file())["m"]["DESCRIPTION"]) == "座谈；地点, 会议室\\二楼\n请准时"


def test_what_comes_again_begins_with_its_next_day() -> None:
    event = events(file())["r"]
    assert event.decoded("DTSTART") == date(2014, 4, 15)
    assert event["RRULE"]["FREQ"] == ["MONTHLY"]


def test_a_moved_node_keeps_its_name_and_raises_its_sequence() -> None:
    days = Workdays()
    typed = typed_days("4月8日前", CAMPAIGN, TODAY, days)
    moved = redated(CAMPAIGN, "b", typed, TODAY, days).campaign
    before, after = events(file())["b"], events(file(moved))["b"]
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("DTSTART") == date(2014, 4, 8)


def test_what_is_done_says_so() -> None:
    found = events(file(CAMPAIGN, Completion(node="b", day=TODAY)))
    assert str(found["b"]["SUMMARY"]) == "（已完成）截止：事项b"


def test_lines_end_and_fold_as_the_standard_says() -> None:
    content = file()
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode("utf-8")


@pytest.mark.parametrize(
    ("zone", "months"), [("Asia/Shanghai", 0), ("Europe/Berlin", 2), ("America/New_York", 2)]
)
def test_the_zones_own_changes_come_along(zone: str, months: int) -> None:
    content = calendar([seen()], "日程", papers("zh"), ZoneInfo(zone), NOW)
    found = Calendar.from_ical(content)
    (rules,) = found.walk("VTIMEZONE")
    assert len(rules.subcomponents) == 1 + 2 * months
    meant = datetime(2014, 4, 2, 14, 30, tzinfo=ZoneInfo(zone))
    assert rules.to_tz().utcoffset(meant.replace(tzinfo=None)) == meant.utcoffset()


@given(st.text(max_size=200))
def test_any_title_comes_back_and_breaks_nothing(title: str) -> None:
    spoken = "".join(c for c in title if c.isprintable())
    one = Campaign(id="c", title="t", since=TODAY, nodes=(node("a", title=title, end=TODAY),))
    content = calendar([seen(one)], "日程", papers("zh"), SHANGHAI, NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = str(events(content)["a"]["SUMMARY"])
    assert "".join(c for c in found if c.isprintable()).removeprefix("截止：") == spoken


def test_nothing_dated_is_an_empty_calendar() -> None:
    empty = replace(CAMPAIGN, nodes=(node("open"),))
    assert events(file(empty)) == {}


# --- the node table --------------------------------------------------------------------------------------------------


def test_the_node_table_has_a_line_for_each_node_with_real_dates() -> None:
    sheet = load_workbook(io.BytesIO(nodes(seen(), papers("zh")))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert len(rows) == len(CAMPAIGN.nodes)
    by_title = {row[HEADS.index("title")]: row for row in rows}
    row = by_title["事项b"]
    assert row[HEADS.index("end")] == datetime(2014, 3, 31)  # noqa: DTZ001 - as the file holds it
    assert row[HEADS.index("state")] == "进行中（0/2）"
    assert row[HEADS.index("missing")] == "一中、二中"
    assert by_title["事项late"][HEADS.index("state")] == "逾期"


def test_a_moved_node_says_from_where() -> None:
    days = Workdays()
    typed = typed_days("4月8日前", CAMPAIGN, TODAY, days)
    moved = redated(CAMPAIGN, "b", typed, TODAY, days).campaign
    sheet = load_workbook(io.BytesIO(nodes(seen(moved), papers("zh")))).active
    assert sheet is not None
    said = [str(cell.value) for cell in sheet["G"]]
    assert any("原定3月31日" in text for text in said)


def test_the_same_schedule_gives_the_same_table() -> None:
    assert nodes(seen(), papers("zh")) == nodes(seen(), papers("zh"))


def test_a_title_that_looks_like_a_formula_runs_nowhere() -> None:
    wild = replace(CAMPAIGN, nodes=(node("a", title="=1+1", end=TODAY),))
    sheet = load_workbook(io.BytesIO(nodes(seen(wild), papers("zh")))).active
    assert sheet is not None
    cell = sheet.cell(3, 1 + HEADS.index("title"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


# --- the picture -----------------------------------------------------------------------------------------------------


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_is_as_wide_as_a_phone_and_the_same_each_time(language) -> None:
    first = gantt(seen(), papers(language), chart_font())
    assert picture(first).width == 960
    assert len(first) < 120_000
    assert gantt(seen(), papers(language), chart_font()) == first


def test_a_bar_is_as_long_as_its_days() -> None:
    image = picture(gantt(seen(), papers("zh"), chart_font()))
    running = (31, 78, 121)
    line = 168 + 52 + 26
    blue = [x for x in range(388, 840) if image.getpixel((x, line)) == running]
    days_shown = 89  # from February, where something is over, to April
    assert abs(len(blue) - (840 - 388) * 32 / days_shown) <= 12


def test_a_long_plan_leaves_out_what_matters_least_and_says_how_much() -> None:
    many = tuple(
        node(f"{n}", step=f"s{n // 4}", place="step" if n % 4 == 0 else "node",
             end=TODAY + timedelta(days=n))
        for n in range(200)
    )  # fmt: skip
    shown, left_out = chosen(seen(replace(CAMPAIGN, nodes=many)))
    assert len(shown) == MOST_ROWS
    assert left_out == 200 - MOST_ROWS
    assert all(row.place == "step" for row in shown)
    picture(gantt(seen(replace(CAMPAIGN, nodes=many)), papers("zh"), chart_font()))


def test_nothing_dated_is_said() -> None:
    empty = replace(CAMPAIGN, nodes=(node("open"),))
    colours = picture(gantt(seen(empty), papers("zh"), chart_font())).getcolors(100_000)
    assert len(colours or []) > 1
