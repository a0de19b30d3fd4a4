"""Files of opinions as offices make them: encodings, separators, Word; and those that are none."""

import io
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook

from bot.content.intake.sent import LinesFound, TableFound, Unreadable, read, unpacked

ROWS = (("工单号", "来电内容", "来电时间"), ("001", "食堂的饭菜总是凉的，要保温", "3月25日"))


def sheet_of(book) -> Any:
    return book.active


def rows_of(found):
    assert isinstance(found, TableFound)
    return [cells for portion in found.portions for _, cells in unpacked(portion)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_any_usual_form(encoding, separator):
    quoted = [[f'"{cell}"' for cell in row] for row in ROWS]
    text = "\r\n".join(separator.join(row) for row in quoted)
    found = read("表.csv", text.encode(encoding))
    assert rows_of(found) == [ROWS[1]]
    assert isinstance(found, TableFound)
    assert found.mapped == {"ticket": 0, "text": 1, "day": 2}


def test_a_cell_may_hold_several_lines():
    found = read("a.csv", '工单号,来电内容\n001,"第一行\n第二行"\n'.encode())
    assert rows_of(found) == [("001", "第一行\n第二行")]


def test_a_workbook_with_a_title_and_several_sheets_gives_its_largest_table():
    book = Workbook()
    sheet_of(book).append(("12345工单汇总",))
    for row in ROWS:
        sheet_of(book).append(row)
    for at in range(3):
        other = book.create_sheet(f"三月{at}")
        other.append(ROWS[0])
        other.append((f"00{at + 2}", "检查太多", "3月26日"))
    out = io.BytesIO()
    book.save(out)
    found = read("a.xlsx", out.getvalue())
    assert [row[0] for row in rows_of(found)] == ["001", "002", "003", "004"]


def test_a_sheet_is_as_wide_as_its_words():
    """Nobody is asked which of sixty columns holds the opinions because a program counts empty ones."""
    book = Workbook()
    for row in ROWS:
        sheet_of(book).append(row)
    out = io.BytesIO()
    book.save(out)

    found = read("表.xlsx", out.getvalue())

    assert isinstance(found, TableFound)
    assert found.head == ROWS[0]
    assert rows_of(found) == [ROWS[1]]


def test_a_word_file_gives_its_table_or_its_numbered_paragraphs():
    table, text, out = Document(), Document(), io.BytesIO()
    made = table.add_table(2, 3)
    for at, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            made.cell(at, column).text = cell
    table.save(out)
    assert rows_of(read("a.docx", out.getvalue())) == [ROWS[1]]
    out = io.BytesIO()
    for line in ("座谈会记录：", "1. 检查太多", "2. 食堂菜凉"):
        text.add_paragraph(line)
    text.save(out)
    assert read("b.docx", out.getvalue()) == LinesFound(
        text="座谈会记录：\n1. 检查太多\n2. 食堂菜凉"
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "picture"),
        (b"PK\x03\x04 broken", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_office"),
        ("工单号,来电内容\n".encode(), "empty"),
    ],
)
def test_what_is_no_file_of_opinions_is_named(content, fault):
    assert read("a", content) == Unreadable(fault=fault)
