"""The ledger read back as a reader's program would: text stays text, figures agree, nothing runs."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from bot.content.papers import papers
from bot.reports import workbook as module
from bot.reports.workbook import Chart, Column, Table, ledger, workbook
from tests.core.test_digest import digest_of, opinion
from tests.sample_week import sample_week

ZH = papers("zh")


@pytest.fixture(scope="module")
def content() -> bytes:
    return workbook(sample_week(), ZH)


@pytest.fixture(scope="module")
def book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_ledger_has_the_offices_columns(book: openpyxl.Workbook) -> None:
    heads = [cell.value for cell in book["意见汇总"][2]]

    assert heads == [
        "序号", "意见编号", "收到日期", "渠道", "群体", "单位", "维度", "意见原文（去身份）", "概括", "主题", "四风",
        "四治四兴", "涉及", "归并号", "同类次数", "急办", "去向", "对应问题号", "回应", "回应日期", "标记",
        "备注",
    ]  # fmt: skip


def test_every_opinion_has_its_line_with_the_number_of_the_papers(
    book: openpyxl.Workbook,
) -> None:
    digest = sample_week()
    rows = list(book["意见汇总"].iter_rows(min_row=3, values_only=True))

    assert len(rows) == len(digest.entries) == 514
    assert [(row[1], row[7]) for row in rows] == [(e.number, e.text) for e in digest.entries]
    assert isinstance(rows[0][2], datetime)
    assert {row[12] for row in rows} == {"班子", "一般"}


def test_a_unit_that_must_not_be_named_is_left_out() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(digest_of(opinion("a")), ZH)))

    assert book["意见汇总"]["F3"].value == "（略）"


@pytest.mark.parametrize(
    "words",
    ['=HYPERLINK("http://example.org","看")', "+1+1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://example.org", "00123"],
)  # fmt: skip
def test_words_that_look_like_a_formula_or_a_link_stay_words(words: str) -> None:
    content = workbook(digest_of(opinion("a", words)), ZH)

    cell = openpyxl.load_workbook(io.BytesIO(content))["意见汇总"]["H3"]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheets = [package.read(name) for name in package.namelist() if "sheets/sheet" in name]
    assert (cell.value, cell.data_type) == (words, "s")
    assert cell.quotePrefix == (words[0] in "=+-@")
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_it_is_ready_to_filter_and_to_print(book: openpyxl.Workbook) -> None:
    sheet = book["意见汇总"]

    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:V516"
    assert sheet.print_title_rows == "$1:$2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (
        True,
        0,
    )
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    assert {str(v.sqref) for v in sheet.data_validations.dataValidation} == {
        "K3:K516",
        "Q3:Q516",
    }


def test_the_other_sheets_hold_the_digests_tables(book: openpyxl.Workbook) -> None:
    def last(name: str) -> tuple[object, ...]:
        return list(book[name].iter_rows(values_only=True))[-1]

    assert book.sheetnames == [
        "意见汇总",
        "分群体",
        "分单位",
        "覆盖",
        "主题",
        "各问×群体",
        "四风",
        "相近意见",
        "整改与四率",
        "自评与群众评价",
        "历期",
    ]
    assert last("分群体") == ("合计", 6820, 370, 1752, "25.7%")
    assert last("主题")[1:5] == ("其他", 173, 167, "+3.6%")
    assert last("四风") == ("归并条数", 138)
    assert last("整改与四率")[:2] == ("满意率", "暂无")
    assert last("自评与群众评价") == ("不满意", "0", "9", "10.5%")
    assert last("历期") == (datetime(2014, 3, 28), 370, 522)  # noqa: DTZ001 - a spreadsheet knows no zone
    assert [len(book[name]._charts) for name in ("主题", "各问×群体", "历期")] == [1, 1, 1]


def test_the_same_snapshot_gives_the_same_bytes(content: bytes) -> None:
    assert workbook(sample_week(), ZH) == content


def test_no_trace_of_machine_or_author(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        core = package.read("docProps/core.xml").decode()
        years = {member.date_time[0] for member in package.infolist()}

    assert "<dc:creator></dc:creator>" in core
    assert "2014-03-28T00:00:00Z" in core
    assert years == {1980}


def test_more_rows_than_a_sheet_holds_go_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    table = Table("表", "表", (Column("数", 8),), [(n,) for n in range(7)])

    book = openpyxl.load_workbook(io.BytesIO(ledger([table], ZH, made=date(2014, 3, 28))))

    assert book.sheetnames == ["表", "表(2)", "表(3)"]
    found = [cell.value for sheet in book for cell in sheet["A"][2:]]
    assert found == list(range(7))


def test_other_rooms_may_write_their_own_tables_and_an_empty_one_is_fine() -> None:
    table = Table(
        "问题清单",
        "问题清单与整改台账",
        (Column("问题号", 8), Column("时限", 12)),
        [],
        Chart("column", "无", labels=0, values=(1,)),
    )

    book = openpyxl.load_workbook(io.BytesIO(ledger([table], ZH, made=date(2014, 3, 28))))

    assert [cell.value for cell in book["问题清单"][2]] == ["问题号", "时限"]
