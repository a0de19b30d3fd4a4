"""`tingwen plan`: files of every kind in, a schedule or one clear sentence out; phrases in, dates out."""

import io
import json
import struct
import zipfile
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.plan import reading
from bot.content.plan.loader import load_words
from bot.content.plan.reading import NotReadable, read_document, read_text
from bot.core.plan.text import Paragraph, Table
from bot.verbs.plan import answer_lines, arguments, read_plan, run

PLAN = "江城县教育局关于开展读书活动的实施方案\n一、活动安排\n（一）准备阶段（3月上旬至3月底）\n4月10日前，各学校将名单报局办公室。\n江城县教育局\n2014年3月5日\n"


def parsed(*words: str) -> Namespace:
    parser = ArgumentParser()
    arguments(parser)
    return parser.parse_args([*words, "--lang", "zh"])


def imported(file: Path, *more: str) -> int:
    return run(parsed("import", str(file), *more))


def data(capsys: pytest.CaptureFixture[str], file: Path, *more: str) -> dict[str, Any]:
    assert imported(file, "--json", *more) == 0
    return json.loads(capsys.readouterr().out)


def test_the_offices_own_holidays_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, config = tmp_path / "plan.txt", tmp_path / "config.toml"
    file.write_text(
        "关于开展读书活动的实施方案\n一、活动安排\n1．召开启动会（2014年4月10日）。启动会后3个工作日内报送名单。\n",
        encoding="utf-8",
    )
    config.write_text("[holidays.2014]\noff = [2014-04-14]\n", encoding="utf-8")

    def last(*more: str) -> str:
        return next(i for i in data(capsys, file, *more)["items"] if i["kind"] == "relative")[
            "end"
        ]

    assert last("--config", str(tmp_path / "none.toml")) == "2014-04-15"
    assert last("--config", str(config)) == "2014-04-16"


def test_a_holiday_written_wrongly_is_said_and_the_plan_is_read_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, config = tmp_path / "plan.txt", tmp_path / "config.toml"
    file.write_text(PLAN, encoding="utf-8")
    config.write_text("[holidays.2014]\noff = ['14 April']\n", encoding="utf-8")
    assert imported(file, "--config", str(config)) == 0
    told = capsys.readouterr()
    assert "holidays.2014.off" in told.err
    assert told.out


def docx(*paragraphs: str) -> Any:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def bytes_of(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_schedule_is_printed_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "方案.txt"
    file.write_text(PLAN, encoding="utf-8")
    plan = data(capsys, file)
    assert plan["document"] | {"phases": None} == {
        "title": "江城县教育局关于开展读书活动的实施方案",
        "issuer": "江城县教育局",
        "date": "2014-03-05",
        "year": 2014,
        "date_words": "2014年3月5日",
        "least_months": None,
        "phases": None,
    }
    phase, node = plan["items"]
    assert (phase["phase"], phase["start"], phase["end"], phase["kind"]) == (
        "准备阶段",
        "2014-03-01",
        "2014-03-31",
        "window",
    )
    assert (node["end"], node["kind"], node["submit_to"], node["deliverable"]) == (
        "2014-04-10",
        "by",
        "局办公室",
        "名单",
    )
    assert (node["responsible"], node["confirm"], node["relative_to"], node["text_date"]) == (
        [],
        False,
        None,
        "4月10日前",
    )
    assert [c["code"] for c in plan["conflicts"]] == ["outside"]
    assert plan["questions"] == []


def test_a_schedule_is_printed_for_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(PLAN, encoding="utf-8")
    assert imported(file) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  2014-03-01 – 2014-03-31  准备阶段  [3月上旬至3月底]" in lines
    assert any(
        line.startswith("      2014-04-10前  各学校将名单报局办公室  [4月10日前]")
        for line in lines
    )
    assert lines[-1].startswith("  1. “各学校将名单报局办公室”（4月10日前）不在“准备阶段”")


def test_without_a_year_the_year_is_asked_and_nothing_is_dated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(
        "读书活动方案\n一、活动安排\n（一）准备阶段（3月上旬）\n会后10天内上报。",
        encoding="utf-8",
    )
    plan = data(capsys, file)
    assert plan["questions"][0]["code"] == "year"
    assert all(item["start"] is None and item["end"] is None for item in plan["items"])
    assert data(capsys, file, "--year", "2016")["items"][0]["end"] == "2016-03-10"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_text_file_may_be_in_any_usual_encoding(encoding: str) -> None:
    assert read_plan(PLAN.encode(encoding)).items[0].answer.start == date(2014, 3, 1)


def test_a_text_cut_in_the_middle_of_a_character_is_still_read() -> None:
    assert read_plan(PLAN.encode()[:-2]).title
    assert read_plan(PLAN.encode("gb18030")[:-1]).title


def test_a_page_copied_with_its_tags_reads_like_its_text() -> None:
    page = (
        "<table width='100%'><tr><td><div id='ad'></div><p>"
        + PLAN.replace("\n", "<br/>\n\t&nbsp;&nbsp;")
        + "</p></td></tr></table><script>3月1日</script>"
    )
    assert read_plan(page.encode()).items == read_plan(PLAN.encode()).items


def test_paragraphs_and_tables_of_a_docx_come_in_their_order() -> None:
    document = docx("方案", "一、安排")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["时间", "工作", "3月5日", "开会\n小结"], strict=True):
        cell.text = text
    document.add_paragraph("二、要求")
    blocks = read_document(bytes_of(document), load_words())
    assert blocks == (
        Paragraph("方案"),
        Paragraph("一、安排"),
        Table((("时间", "工作"), ("3月5日", "开会\n小结"))),
        Paragraph("二、要求"),
    )


def test_merged_cells_stand_in_each_place_they_cover() -> None:
    document = docx("2014年活动方案")
    table = document.add_table(rows=5, cols=4)
    texts = [
        ["阶段", "工作内容", "时间", "责任人"],
        ["启动", "印发", "3月5日", "甲某\n乙某"],
        ["", "开会", "3月10日至\n3月12日", "丙某、丁某"],
        ["总结阶段", "", "", ""],
        ["总结", "报告", "4月底前", ""],
    ]
    for row, cells in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 3))
    table.cell(1, 3).merge(table.cell(2, 3))
    plan = read_plan(bytes_of(document))
    assert [(i.phase, i.title, i.answer.end, i.responsible) for i in plan.items] == [
        ("启动", "印发", date(2014, 3, 5), ("甲某", "乙某", "丙某", "丁某")),
        ("启动", "开会", date(2014, 3, 12), ("甲某", "乙某", "丙某", "丁某")),
        ("总结", "报告", date(2014, 4, 30), ()),
    ]


NUMBERS = f"""<w:numbering {nsdecls("w")}>
  <w:abstractNum w:abstractNumId="7">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3．"/></w:lvl>
    <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
</w:numbering>"""


def numbered(document: Any, text: str, level: int) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(
        parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="3"/></w:numPr>'
        )
    )


def test_numbers_that_word_makes_by_itself_are_counted_again() -> None:
    document = docx("2014年读书活动方案")
    part = document.part.numbering_part
    part._element = parse_xml(NUMBERS)
    for text, level in [
        ("目标", 0), ("活动安排", 0), ("准备阶段（3月上旬）", 1), ("开会（3月5日）", 2), ("走访（3月8日）", 2),
        ("实施阶段（4月）", 1), ("检查（4月5日）", 2), ("不计的", 3),
    ]:  # fmt: skip
        numbered(document, text, level)
    content = bytes_of(document)
    assert [b.text for b in read_document(content, load_words()) if isinstance(b, Paragraph)][1:] == [
        "一、目标", "二、活动安排", "（一）准备阶段（3月上旬）", "1．开会（3月5日）", "2．走访（3月8日）",
        "（二）实施阶段（4月）", "1．检查（4月5日）", "不计的",
    ]  # fmt: skip
    assert [(i.phase, i.step) for i in read_plan(content).items] == [
        ("准备阶段", ""), ("准备阶段", "开会"), ("准备阶段", "走访"), ("实施阶段", ""), ("实施阶段", "检查"),
    ]  # fmt: skip


def test_what_was_struck_out_is_not_read_and_what_was_put_in_is() -> None:
    document = docx("方案")
    paragraph = document.add_paragraph("于")._p
    paragraph.append(
        parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>3月5日</w:delText></w:r></w:del>")
    )
    paragraph.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>3月8日</w:t></w:r></w:ins>"))
    run_ = OxmlElement("w:r")
    run_.append(OxmlElement("w:br"))
    paragraph.append(run_)
    assert read_document(bytes_of(document), load_words())[1:] == (Paragraph("于3月8日"),)
    assert qn("w:del")


# What is no document


def docx_part(xml: bytes, *, name: str = "word/document.xml") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr(name, xml)
    return stream.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(docx_part(b"<a/>"))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(sign) + offset
        content[place : place + 2] = struct.pack("<H", 1)
    return bytes(content)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
WHOLE = bytes_of(docx(*PLAN.split("\n") * 20))
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'

NO_DOCUMENTS = {
    "empty": (b"", "empty"),
    "only blanks": (b"\xef\xbb\xbf \n\t", "empty"),
    "a renamed picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture"),
    "a photo": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "picture"),
    "a phone's photo": (b"\0\0\0\x18ftypheic" + bytes(100), "picture"),
    "a PDF": (b"%PDF-1.7\n" + bytes(range(256)), "pdf"),
    "Word before 2007": (OLE, "old_word"),
    "with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "locked"),
    "a locked parcel": (encrypted_zip(), "locked"),
    "cut in half": (WHOLE[: len(WHOLE) // 2], "broken"),
    "only its beginning": (b"PK\x03\x04", "broken"),
    "a spreadsheet": (docx_part(b"<a/>", name="xl/workbook.xml"), "not_document"),
    "broken XML": (docx_part(b"<w:document"), "broken"),
    "entities": (docx_part(ENTITIES), "broken"),
    "a bomb": (docx_part(b"<a>" + b" " * (reading.MOST_UNPACKED + 1) + b"</a>"), "bomb"),
    "50 MB": (b"a" * (50 * 1024 * 1024), "too_big"),
    "no words": (bytes_of(docx()), "no_words"),
    "bytes": (bytes(range(256)) * 40, "not_text"),
    "endless": ("字".encode() * (reading.MOST_LETTERS + 1), "too_long"),
}


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_what_cannot_be_read_gets_one_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, fault = NO_DOCUMENTS[name]
    with pytest.raises(NotReadable) as refused:
        read_document(content, load_words())
    assert refused.value.fault == fault
    file = tmp_path / "方案.docx"
    file.write_bytes(content)
    assert imported(file) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "方案.docx" in said.err


def test_a_part_that_lies_about_its_size_is_not_unpacked_further() -> None:
    bomb = bytearray(docx_part(b"<a>" + b" " * (reading.MOST_UNPACKED + 1) + b"</a>"))
    place = bomb.index(b"PK\x01\x02") + 24
    bomb[place : place + 4] = struct.pack("<I", 1000)
    with pytest.raises(NotReadable):
        read_document(bytes(bomb), load_words())


def test_a_file_that_is_not_there_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported(tmp_path / "nothing.txt") == 1
    assert imported(tmp_path) == 1
    assert capsys.readouterr().err.count("\n") == 2


def fault_of(content: bytes) -> str:
    """Why a file is refused, or nothing where it is read."""
    try:
        _ = read_plan(content)
    except NotReadable as refusal:
        return refusal.fault
    return ""


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=30), st.booleans())
def test_no_damage_to_a_file_breaks_the_reader(place: int, noise: bytes, cut: bool) -> None:
    damaged = WHOLE[:place] + noise + (b"" if cut else WHOLE[place + len(noise) :])
    assert fault_of(damaged) in {
        "",
        "broken",
        "empty",
        "not_document",
        "not_text",
        "no_words",
        "locked",
        "bomb",
        "picture",
        "pdf",
    }


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet="一二（）()1．.、第环节阶段安排月日前至<>tdrp/table\t\n|序号时间责任人 3",
        max_size=200,
    )
)
def test_no_pasted_text_breaks_the_importer(text: str) -> None:
    assert fault_of(text.encode()) in {"", "no_words", "empty"}


def test_pasted_text_is_read_like_a_file() -> None:
    assert read_text(PLAN, load_words()) == read_document(PLAN.encode(), load_words())
    for text, fault in ((" \n", "empty"), ("字" * (reading.MOST_LETTERS + 1), "too_long")):
        with pytest.raises(NotReadable) as refused:
            _ = read_text(text, load_words())
        assert refused.value.fault == fault


# Phrases


def answers(*lines: str) -> tuple[list[dict[str, Any]], int, str]:
    out, complaints = io.StringIO(), io.StringIO()
    code = answer_lines(io.StringIO("\n".join(lines)), out, complaints, "zh")
    return (
        [json.loads(line) for line in out.getvalue().splitlines()],
        code,
        complaints.getvalue(),
    )


def test_each_line_is_answered_in_its_order_also_where_there_is_no_date() -> None:
    given_ = [
        {"id": "a", "text": "6月上旬前", "ref": "2014-03-05"},
        {"id": 2, "text": "加强领导", "ref": "2014"},
        {
            "id": None,
            "text": "家长会后10天内",
            "ref": 2014,
            "anchors": {"家长会": "2014-06-26", "bad": 3},
        },
        {"id": 4, "text": "3月5日", "ref": None},
    ]
    found, code, complaints = answers(*(json.dumps(row, ensure_ascii=False) for row in given_))
    assert (code, complaints) == (0, "")
    assert [(row["id"], row["kind"], row["start"], row["end"]) for row in found] == [
        ("a", "by", None, "2014-06-10"),
        (2, "none", None, None),
        (None, "relative", "2014-06-27", "2014-07-06"),
        (4, "ask", None, None),
    ]
    assert found[0]["confirm"] is True
    assert found[0]["alt_end"] == "2014-05-31"
    assert (found[2]["relative_to"], found[2]["offset_days"]) == ("家长会", 10)


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[1]",
        '{"id": 1}',
        '{"text": "3月5日"}',
        '{"id": 1, "text": 3}',
        '{"id": 1, "text"',
    ],
)
def test_a_bad_line_is_told_and_loses_nothing(bad: str) -> None:
    good = '{"id": 7, "text": "3月5日", "ref": "2014"}'
    found, code, complaints = answers(bad, good)
    assert code == 1
    assert found[0]["kind"] == "none"
    assert found[0]["error"]
    assert found[1]["start"] == "2014-03-05"
    assert "1" in complaints


def test_empty_input_is_no_fault() -> None:
    assert answers("", " ") == ([], 0, "")


def test_half_a_character_does_not_break_the_output() -> None:
    found, code, _ = answers('{"id": "\\ud800", "text": "3月5日", "ref": "2014"}')
    assert (found[0]["id"], code) == ("\ud800", 0)


@pytest.mark.parametrize("year", ["0", "99", "20144", "abc"])
def test_a_year_that_is_none_is_a_usage_error(year: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        parsed("import", "x.txt", "--year", year)
    assert stopped.value.code == 2
