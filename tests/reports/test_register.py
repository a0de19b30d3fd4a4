"""The register of meetings, visits and letters, read back as a reader's program would."""

import io
from datetime import date, datetime

import openpyxl

from bot.content.papers import papers
from bot.reports.register import Letter, Sitting, register

ZH = papers("zh")
DAY = date(2014, 3, 28)
MEETING = Sitting(
    date(2014, 3, 25), "meeting", "=1+1", "分管副局长", 21, ("一线教师", "群众"), 12, "办公室1"
)
LETTERS = (Letter("第一中学", date(2014, 3, 20), date(2014, 3, 26), None),)


def test_a_meeting_has_its_line_and_a_letter_its_own_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(register([MEETING], LETTERS, ZH, DAY)))

    held, posted = (list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book)
    assert held == [
        ("序号", "日期", "方式", "地点", "主持人或到访人", "参加人数", "参加类别", "意见条数", "起止意见号", "记录人", "附件"),
        (1, datetime(2014, 3, 25), "座谈会", "=1+1", "分管副局长", 21, "一线教师、群众", 12, "（略）", "办公室1", None),  # noqa: DTZ001
    ]  # fmt: skip
    assert posted[0] == ("序号", "发出单位", "发出日期", "应回日期", "回收日期", "是否催办")
    assert posted[1][1] == "第一中学"
    assert posted[1][4] is None
    assert book.worksheets[0]["D3"].data_type == "s"
    assert book.worksheets[0].auto_filter.ref == "A2:K3"


def test_the_same_rows_give_the_same_file_and_none_is_a_file_too() -> None:
    assert register([MEETING], LETTERS, ZH, DAY) == register([MEETING], LETTERS, ZH, DAY)
    assert len(openpyxl.load_workbook(io.BytesIO(register([], [], ZH, DAY))).worksheets) == 2
