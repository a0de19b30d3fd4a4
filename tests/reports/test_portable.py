"""The PDF: the same story on the same page as the docx, the same bytes every time, and nothing of anybody's words lost."""

import io
import re
import zlib
from dataclasses import replace
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from bot.content.papers import font_file, papers
from bot.core.digest import Problem
from bot.core.digest.model import Urgent
from bot.reports.document.lines import lines
from bot.reports.document.portable import HEIGHT, LEFT, MM, TOP, WIDTH, Portable
from bot.reports.document.weekly import portable
from bot.reports.document.writing import Column
from bot.reports.words import Words
from tests.core.test_digest import digest_of, opinion
from tests.sample_week import sample_week

ZH = papers("zh")


def pages(content: bytes) -> list[list[tuple[float, float, str]]]:
    """What is written on each page: x and y from its upper left corner, and the words. Read from the file itself."""
    to_unicode: dict[int, str] = {}
    written: list[list[tuple[float, float, str]]] = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        stream = _inflated(raw)
        if b"beginbfchar" in stream:
            for code, uni in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", stream):
                to_unicode[int(code, 16)] = bytes.fromhex(uni.decode()).decode("utf-16-be")
        elif b" Td" in stream:
            written.append(stream)  # pyright: ignore[reportArgumentType]
    return [list(_said(page, to_unicode)) for page in written]  # pyright: ignore[reportArgumentType]


def _said(page: bytes, to_unicode: dict[int, str]):
    for x, y, shown in re.findall(
        rb"BT ([\d.-]+) ([\d.-]+) Td[^(]*\(((?:\\.|[^\\)])*)\) Tj ET", page, re.DOTALL
    ):
        plain = re.sub(rb"\\([\\()nrtbf])", lambda m: _ESCAPES.get(m[1], m[1]), shown)
        codes = [int.from_bytes(plain[at : at + 2]) for at in range(0, len(plain), 2)]
        yield float(x), 297 * MM - float(y), "".join(to_unicode[code] for code in codes)


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(content: bytes) -> str:
    return "".join(said for page in pages(content) for _, y, said in page if y < TOP + HEIGHT)


@pytest.fixture(scope="module")
def paper() -> bytes:
    return portable(sample_week(), ZH, font_file())


def test_it_is_a4_with_the_standards_margins(paper: bytes):
    boxes = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", paper))
    assert [tuple(round(float(n) / MM) for n in box.split()) for box in boxes] == [
        (0, 0, 210, 297)
    ]
    body = [(x, y) for page in pages(paper) for x, y, said in page if not said.startswith("— ")]
    assert min(x for x, _ in body) >= LEFT - 0.1
    assert max(x for x, _ in body) < LEFT + WIDTH
    assert min(y for _, y in body) > TOP
    assert max(y for _, y in body) <= TOP + HEIGHT


def test_page_numbers_stand_on_the_outer_side(paper: bytes):
    numbers = [one for page in pages(paper) for one in page if re.fullmatch(r"— \d+ —", one[2])]
    assert [said for _, _, said in numbers] == [f"— {n} —" for n in range(1, len(numbers) + 1)]
    assert all((x > LEFT + WIDTH / 2) == (at % 2 == 0) for at, (x, _, _) in enumerate(numbers))
    assert all(y > TOP + HEIGHT + 7 * MM for _, y, _ in numbers)


def test_every_word_of_the_docx_stands_in_it(paper: bytes):
    digest, text = sample_week(), text_of(paper)
    for entry in digest.entries:
        assert entry.text in text
    for said in (
        "意见建议征集情况周报",
        "合计",
        "注：占比四舍五入，合计不为100%。",
        "（共印15份）",
    ):
        assert said in text
    assert text.index("附件2") < text.index(digest.entries[0].text)


def test_the_same_snapshot_gives_the_same_bytes_without_a_trace_of_machine_author_or_hour(
    paper: bytes,
):
    assert portable(sample_week(), ZH, font_file()) == paper
    info = paper[paper.index(b"/CreationDate") - 400 :]
    assert re.findall(rb"D:\d+", paper) == [b"D:20140328000000"]
    assert not re.search(rb"/(Author|Creator|Producer|ModDate) ?\((?!\))", info)
    assert b"fpdf" not in paper.lower()
    other = replace(sample_week(), office="另一个局")
    assert portable(other, ZH, font_file()) != paper


def test_the_font_comes_with_it_cut_to_what_is_used(paper: bytes):
    assert b"/FontFile3" in paper
    assert b"+NotoSansSC" in paper
    assert len(paper) < 400_000 < font_file().stat().st_size


def test_what_is_wrong_stands_on_a_page_before_the_paper():
    found = pages(portable(sample_week(), ZH, font_file(), [Problem("names", "Y0328-017")]))
    assert found[0][1][2] == "自检：有1处要看一看，处理好再发"
    assert "可能还有身份信息：Y0328-017。" in "".join(said for *_, said in found[0])
    assert "意见建议征集情况周报" in [said for *_, said in found[1]]


def test_a_table_that_breaks_has_its_head_again_and_no_row_goes_over_the_edge():
    writing = Portable(Words(ZH), title="x", made=sample_week().key, font=font_file())
    rows = [(f"第{n}行", "食堂的菜凉" * (n % 7)) for n in range(200)]
    writing.table([Column("甲", 1), Column("乙", 2, "left")], rows)
    found = pages(writing.bytes())
    assert len(found) > 5
    assert all([said for *_, said in page][1:3] == ["甲", "乙"] for page in found)
    text = "".join(said for page in found for *_, said in page)
    assert all(f"第{n}行" in text for n in range(200))
    assert text.count("食堂的菜凉") == sum(n % 7 for n in range(200))


def test_a_row_higher_than_a_page_goes_on_on_the_next():
    matter = Urgent(
        received=sample_week().key, matter="校门口施工无围挡" * 100, handling="已转城管"
    )
    found = portable(replace(digest_of(), urgent=(matter,)), ZH, font_file())
    assert text_of(found).replace("收到事由处置状态", "").count("校门口") >= 95
    assert (
        max(y for page in pages(found) for _, y, said in page if said[0] != "—") < TOP + HEIGHT
    )


def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page():
    for count in range(14, 24):
        writing = Portable(Words(ZH), title="x", made=sample_week().key, font=font_file())
        for n in range(count):
            writing.add("BodyText", f"第{n}段")
        writing.add("Heading1", "二、五问分布")
        writing.add("BodyText", "一段话。" * 30)
        for page in pages(writing.bytes()):
            assert page[-1][2] != "二、五问分布"


def test_a_character_the_font_has_not_is_shown_as_missing_and_breaks_nothing():
    nasty = "<b>&amp;\x00\u202e囧㎡😀\U00020000e\u0301%s{x}\\(乱码)"
    text = text_of(portable(digest_of(opinion("a", nasty)), ZH, font_file()))
    assert "<b>&amp;〓〓〓〓e%s{x}\\(乱码)" in text


@given(
    st.text("食堂的菜凉，。（“”）a1 %\n", max_size=80),
    st.integers(2, 12),
)
def test_breaking_lines_loses_nothing_and_none_is_too_long(text: str, width: int):
    found = list(lines(text, width, len, not_first="，。）”%", not_last="（“"))
    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(len(line) <= width for line in found)


def test_lines_begin_and_end_where_a_reader_would_have_it():
    told = "本周回收370份，累计（25.7%）；“食堂的菜老是凉的”，见12345工单。" * 3
    for width in range(9, 40):
        found = list(lines(told, width, len, not_first="，。）；”%", not_last="（“"))
        for line, after in pairwise(found):
            assert line[-1] not in "（“"
            assert after[0] not in "，。）；”%"
            assert not (line[-1].isdigit() and after[0].isdigit())


def test_the_subset_is_a_font_of_its_own(paper: bytes):
    raw = next(
        zlib.decompress(stream)
        for stream in re.findall(
            rb"/Subtype /CIDFontType0C.*?stream\n(.*?)\nendstream", paper, re.DOTALL
        )
    )
    assert raw[:1] == b"\x01"  # CFF, version 1
    assert TTFont(io.BytesIO(font_file().read_bytes())).getGlyphOrder()
