"""Headcounts from an xlsx as an office keeps it, and from files that are none."""

import io
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from openpyxl import Workbook

from bot.content.headcounts import Unreadable, read_file, read_xlsx
from bot.content.loader import load_explanations
from bot.core.people.headcounts import Fault
from bot.core.survey import LANGUAGES, Language
from tests.builders import GROUPS, UNITS

ROWS = (
    ("全系统人数", None, None),
    ("单位", "普通党员", "一线教师"),
    ("第一中学", 60, 180.0),
    ("新城小学", "30", None),
    ("合计", "=SUM(B3:B4)", 180),
)


def book(*sheets: tuple[tuple[object, ...], ...]) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "sheets", [(ROWS,), ((("说明",),), ROWS)], ids=["one sheet", "behind a sheet of words"]
)
def test_an_xlsx_says_how_many_people_there_are(
    sheets: tuple[tuple[tuple[object, ...], ...], ...],
):
    read = read_xlsx(book(*sheets), UNITS, GROUPS)

    assert read.people == {
        ("no1", "party"): 60,
        ("no1", "teacher"): 180,
        ("newtown", "party"): 30,
    }
    assert read.problems == ()


def test_a_sheet_without_groups_says_so():
    [problem] = read_xlsx(book((("第一中学", "好"),)), UNITS, GROUPS).problems

    assert problem.fault == "no_groups"


def zipped(size: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", bytes(size))
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "headcounts.not_a_table"),
        (b"\x89PNG\r\n\x1a\n", "headcounts.not_a_table"),
        (book(ROWS)[:-200], "headcounts.not_a_table"),
        (zipped(10), "headcounts.not_a_table"),
        (zipped(60_000_000), "headcounts.too_big"),
        (bytes(6_000_000), "headcounts.too_big"),
    ],
    ids=["nothing", "a picture", "cut off", "another archive", "a bomb", "huge"],
)
def test_what_is_no_table_gets_one_clear_reason(content: bytes, key: str):
    with pytest.raises(Unreadable) as refused:
        read_xlsx(content, UNITS, GROUPS)

    assert refused.value.key == key


def test_a_slip_in_a_cell_is_a_warning_with_the_cell_and_the_rest_is_used(tmp_path: Path):
    file = tmp_path / "people.xlsx"
    rows = (
        ("单位", "普通党员", "一线教师", "校长"),
        ("第一中学", 60, "很多", 1),
        ("新城小学", None, 38),
    )
    file.write_bytes(book(rows))

    counted, problems = read_file(file, UNITS, GROUPS)

    assert counted.people == {("no1", "party"): 60, ("newtown", "teacher"): 38}
    assert {(p.key, p.fault, p.warning) for p in problems} == {
        ("D1", "headcounts.unknown_group", True),
        ("C2", "headcounts.not_a_number", True),
    }


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK", "headcounts.not_a_table"),
        (book((("第一中学", "好"),)), "headcounts.no_groups"),
        (None, "unreadable"),
    ],
    ids=["no workbook", "no groups", "not there"],
)
def test_a_file_of_no_use_is_a_mistake(tmp_path: Path, content: bytes | None, fault: str):
    file = tmp_path / "people.xlsx"
    if content is not None:
        file.write_bytes(content)

    counted, [problem] = read_file(file, UNITS, GROUPS)

    assert counted.people == {}
    assert (problem.key, problem.fault, problem.warning) == ("", fault, False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "fault", [*get_args(Fault), "unknown_unit_near", "not_a_table", "too_big"]
)
def test_everything_wrong_with_a_table_can_be_said(fault: str, language: Language):
    words = load_explanations()

    for part in ("reason", "remedy"):
        key = f"headcounts.{fault}.{part}"
        assert words.say(language, key, value="V", near="N", known="K")
