"""The docx by its measures (GB/T 9704-2012), unpacked; what it says, and what it must never say."""

import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from docx import Document

from bot.content.papers import papers
from bot.core.digest import Notes, PersonalMatter, Problem, personal_files
from bot.reports.document.apart import personal, team
from bot.reports.document.weekly import weekly
from tests.core.test_digest import digest_of, opinion
from tests.sample_week import sample_week

ZH = papers("zh")


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def lines(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def tables(content: bytes) -> list[list[list[str]]]:
    document = Document(io.BytesIO(content))
    return [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]


@pytest.fixture(scope="module")
def paper() -> bytes:
    return weekly(sample_week(), ZH)


# --- the standard's measures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        pytest.param("document", '<w:pgSz w:w="11906" w:h="16838"/>', id="A4"),
        pytest.param("document", 'w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"', id="margins"),
        pytest.param("document", 'w:type="linesAndChars" w:linePitch="579"', id="22 lines"),
        pytest.param("document", "<w:tblHeader/>", id="repeated table heads"),
        pytest.param("styles", 'w:line="579" w:lineRule="exact"', id="exact lines"),
        pytest.param("styles", 'w:eastAsia="仿宋_GB2312"', id="body font by its Chinese name"),
        pytest.param("styles", 'w:eastAsia="方正小标宋简体"', id="title font"),
        pytest.param("styles", 'w:eastAsia="黑体"', id="first level"),
        pytest.param("styles", 'w:eastAsia="楷体_GB2312"', id="second level"),
        pytest.param("styles", '<w:sz w:val="44"/>', id="title of 22 points"),
        pytest.param("styles", '<w:color w:val="FF0000"/>', id="red masthead"),
        pytest.param("fontTable", '<w:font w:name="仿宋_GB2312"><w:altName w:val="FangSong"/>', id="fallback font"),
        pytest.param("settings", "<w:evenAndOddHeaders/>", id="page numbers on the outer side"),
        pytest.param("settings", "<w:compat><w:doNotExpandShiftReturn/>", id="an ended line is not stretched"),
        pytest.param("footer1", 'w:rightChars="100"', id="odd pages right"),
        pytest.param("footer2", 'w:leftChars="100"', id="even pages left"),
        pytest.param("footer1", "\u2014 ", id="dashes beside the number"),
    ],
)  # fmt: skip
def test_it_has_the_standards_measures(paper: bytes, part: str, wanted: str) -> None:
    assert wanted in parts(paper)[f"word/{part}.xml"]


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MM = 1440 / 25.4
"""Twips."""


def part(paper: bytes, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(parts(paper)[f"word/{name}.xml"])


def value(element: ElementTree.Element, path: str, attribute: str = "val") -> str:
    found = element.find("/".join(f"{W}{step}" for step in path.split("/")))
    assert found is not None, path
    return found.get(f"{W}{attribute}", "")


def style(paper: bytes, id: str) -> ElementTree.Element:
    found = part(paper, "styles").find(f"{W}style[@{W}styleId='{id}']")
    assert found is not None, id
    return found


def test_the_type_area_is_156_by_225_with_the_standards_margins(paper: bytes) -> None:
    page = part(paper, "document").find(f"{W}body/{W}sectPr")
    width, height = (int(value(page, "pgSz", side)) for side in "wh")
    top, right, bottom, left = (
        int(value(page, "pgMar", side)) / MM for side in ("top", "right", "bottom", "left")
    )

    assert (round(width / MM), round(height / MM)) == (210, 297)
    assert abs(top - 37) <= 1
    assert abs(left - 28) <= 1
    assert abs(width / MM - left - right - 156) < 0.5
    assert abs(height / MM - top - bottom - 225) < 0.5


def test_a_page_holds_22_lines_of_28_characters(paper: bytes) -> None:
    page = part(paper, "document").find(f"{W}body/{W}sectPr")
    normal = style(paper, "Normal")
    line = int(value(normal, "pPr/spacing", "line"))
    character = int(value(normal, "rPr/sz")) / 2 + int(value(normal, "rPr/spacing")) / 20

    assert value(normal, "pPr/spacing", "lineRule") == "exact"
    assert line == int(value(page, "docGrid", "linePitch"))
    assert int(225 * MM / line) == 22
    assert int(156 * MM / 20 / character) == 28
    assert value(normal, "rPr/sz") == "32"  # 三号


def test_the_name_in_red_begins_35_millimetres_below_the_top_of_the_type_area(
    paper: bytes,
) -> None:
    masthead = style(paper, "Masthead")
    before, line = (int(value(masthead, "pPr/spacing", side)) for side in ("before", "line"))
    letters = int(value(masthead, "rPr/sz")) * 10

    # In an exact line letters stand low: a fifth of what is left over is below them.
    assert abs((before + (line - letters) * 0.8) / MM - 35) <= 1
    assert value(masthead, "rPr/color") == "FF0000"
    assert value(style(paper, "RedLine"), "pPr/pBdr/bottom", "color") == "FF0000"


@pytest.mark.parametrize(
    ("id", "chinese", "size"),
    [
        ("Title", "方正小标宋简体", "44"),
        ("Masthead", "方正小标宋简体", "72"),
        ("Heading1", "黑体", "32"),
        ("Heading2", "楷体_GB2312", "32"),
        ("BodyText", "仿宋_GB2312", "32"),
        ("Colophon", "仿宋_GB2312", "28"),
        ("Footer", "宋体", "28"),
    ],
)
def test_each_level_has_its_font_and_size(
    paper: bytes, id: str, chinese: str, size: str
) -> None:
    levels = [style(paper, id), style(paper, "Normal")]

    def first(path: str, attribute: str) -> str:
        steps = "/".join(f"{W}{step}" for step in path.split("/"))
        return next(
            e.get(f"{W}{attribute}") for e in (lv.find(steps) for lv in levels) if e is not None
        )

    assert first("rPr/rFonts", "eastAsia") == chinese
    assert first("rPr/sz", "val") == size


def test_every_font_is_named_for_both_scripts_and_has_a_substitute(paper: bytes) -> None:
    known = {
        font.get(f"{W}name"): font.find(f"{W}altName")
        for font in part(paper, "fontTable").iter(f"{W}font")
    }
    named = [
        fonts
        for name in ("styles", "document")
        for fonts in part(paper, name).iter(f"{W}rFonts")
    ]

    assert named
    for fonts in named:
        assert {f"{W}{script}" for script in ("ascii", "hAnsi", "eastAsia")} <= set(
            fonts.keys()
        )
        assert known[fonts.get(f"{W}eastAsia")] is not None
        assert fonts.get(f"{W}ascii") in known


def test_page_numbers_stand_outside_between_dashes(paper: bytes) -> None:
    section = part(paper, "document").find(f"{W}body/{W}sectPr")
    kinds = {e.get(f"{W}type") for e in section.iter(f"{W}footerReference")}

    assert kinds == {"default", "even"}
    assert part(paper, "settings").find(f"{W}evenAndOddHeaders") is not None
    for name, side in (("footer1", "right"), ("footer2", "left")):
        footer = part(paper, name)
        assert value(footer, "p/pPr/jc") == side
        assert value(footer, "p/pPr/ind", f"{side}Chars") == "100"
        assert [e.text.strip() for e in footer.iter(f"{W}instrText")] == ["PAGE"]
        assert "".join(e.text for e in footer.iter(f"{W}t")) == "\u2014 1 \u2014"


def test_every_table_repeats_its_head_and_breaks_no_row(paper: bytes) -> None:
    *ruled, colophon = part(paper, "document").iter(f"{W}tbl")

    assert len(ruled) == 7
    for table in ruled:
        head, *rows = table.iter(f"{W}tr")
        assert head.find(f"{W}trPr/{W}tblHeader") is not None
        assert not [row for row in rows if row.find(f"{W}trPr/{W}tblHeader") is not None]
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in (head, *rows))
    assert value(colophon, "tblPr/tblBorders/top", "sz") == "8"  # 0.35 mm
    assert value(colophon, "tblPr/tblBorders/insideH", "sz") == "6"  # 0.25 mm
    assert value(colophon, "tblPr/tblpPr", "tblpYSpec") == "bottom"


def test_the_colophon_says_who_gets_it_and_how_many_were_printed(paper: bytes) -> None:
    assert [row[0] for row in tables(paper)[-1]] == [
        "报：市委活动领导小组办公室，市委第七督导组。",
        "送：局领导班子成员。",
        "发：各直属学校（单位）党组织。",
        "江城市教育局活动领导小组办公室\t2014年3月28日印发",
        "（共印15份）",
    ]


def test_the_title_begins_two_empty_lines_below_the_red_one(paper: bytes) -> None:
    document = Document(io.BytesIO(paper))
    styles = [(p.style.style_id, bool(p.text)) for p in document.paragraphs[:6]]

    assert styles == [
        ("Masthead", True), ("Issue", True), ("RedLine", True), ("Normal", False), ("Normal", False), ("Title", True),
    ]  # fmt: skip


def test_every_style_that_is_used_is_defined(paper: bytes) -> None:
    found = parts(paper)
    defined = set(re.findall(r'w:styleId="(\w+)"', found["word/styles.xml"]))
    used = {
        style
        for text in found.values()
        for style in re.findall(r'<w:pStyle w:val="(\w+)"', text)
    }

    assert used <= defined


def test_the_same_snapshot_gives_the_same_bytes(paper: bytes) -> None:
    assert weekly(sample_week(), ZH) == paper


def test_no_trace_of_machine_author_or_hour(paper: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(paper)) as package:
        times = {member.date_time for member in package.infolist()}
        names = set(package.namelist())
    core = parts(paper)["docProps/core.xml"]

    assert times == {(1980, 1, 1, 0, 0, 0)}
    assert not names & {"docProps/app.xml", "docProps/thumbnail.jpeg", "customXml/item1.xml"}
    assert "creator" not in core
    assert "lastModifiedBy" not in core
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", core)) == {"2014-03-28T00:00:00Z"}
    assert "rsid" not in parts(paper)["word/settings.xml"]


# --- what it says -----------------------------------------------------------------------------------------------


def test_the_sections_come_in_order_and_are_numbered(paper: bytes) -> None:
    document = Document(io.BytesIO(paper))
    headings = [
        p.text for p in document.paragraphs if p.style and p.style.style_id == "Heading1"
    ]

    assert headings[:12] == [
        "一、概况",
        "二、五问分布",
        "三、四风与四治四兴",
        "四、主题排行",
        "五、典型意见（原文，未作改动；〔〕内为隐去的身份信息）",
        "六、急办件（本期3件）",
        "七、重复集中反映",
        "八、整改进展",
        "九、待回复",
        "十、意见去向",
        "十一、下期节点（3月28日至4月4日；4月5日至4月7日清明放假）",
        "十二、工作建议",
    ]


def test_the_first_paragraph_is_the_offices_own(paper: bytes) -> None:
    found = lines(paper)

    assert (
        "本期统计时段为3月21日15时至3月28日15时。本期回收问卷370份，累计1752份，累计参与率25.7%。"
        "通过问卷、座谈会、书面函、12345、来信来访、指导组等渠道共征集意见建议522条，比上期478条增加9.2%，归并为138条。"
        "其中涉及领导班子的35条，涉及个人的6条（另件报送主要负责同志），一般工作97条。"
    ) in found
    assert (
        "渠道：问卷446条；座谈会2场、41人参加、31条；书面函发出14份、回收11份（未回：城西小学、教师发展中心、第二幼儿园）、"
        "19条；12345工单7条；来信来访5条；指导组走访14条。"
    ) in found


def test_the_tables_are_those_of_the_sample(paper: bytes) -> None:
    groups, units, asks, winds, topics, urgent, graded, _ = tables(paper)
    assert graded[1] == ["满意", "0", "57", "66.3%"]

    assert groups[-1] == ["合计", "6820", "370", "1752", "25.7%"]
    assert units[-2] == ["其他6个单位", "1780", "71", "338", "19.0%"]
    assert asks[2] == ["占比", "11.7%", "28.4%", "18.6%", "25.1%", "16.3%", "100.1%"]
    assert winds[1] == ["41", "33", "9", "4", "62", "138"]
    assert topics[2] == ["2", "食堂饭菜与价格", "58", "31", "+87.1%", "家长、一线教师"]
    assert topics[-1] == ["—", "其他", "173", "167", "+3.6%", "—"]
    assert urgent[1][-1] == "办理中，3月31日前回告"


def test_the_sections_that_follow_say_what_the_sample_says(paper: bytes) -> None:
    found = lines(paper)

    for sentence in (
        "注：占比四舍五入，合计不为100%。",
        "问怨、问需两项合占53.4%。",
        "对照“四治四兴”：脱离群众类37条，不负责任类29条，懈怠自满类6条，铺张浪费类4条，未对应62条。",
        "（一）检查评比、填表过多：连续3期在榜，本期52条，来自9个单位。",
        "12件。时限内9件；超期3件，最长6天（人事科，职称问答）。",
        "归并的138条中：归入已有问题71条，新列问题9条，已直接答复26条，转其他部门8条，移交有关部门2条，待研判22条。",
    ):
        assert sentence in found
    assert any(
        line.startswith(
            "（三）食堂调价未告知：本期首次达到集中反映，31条，来自3个单位。代表原话：“"
        )
        for line in found
    )
    assert any(
        "已完成17件，完成率37.0%" in line and "满意57份（66.3%）" in line for line in found
    )


def test_every_word_stands_in_the_annex_with_the_number_of_the_summary(paper: bytes) -> None:
    digest = sample_week()
    annex = lines(paper)[lines(paper).index("附件2") :]

    for entry in digest.entries:
        assert any(
            line.startswith(entry.number) and line.endswith(entry.text) for line in annex
        )
    for entry in digest.typical:
        assert any(entry.number in line and entry.text in line for line in lines(paper))


def test_with_too_many_words_the_spreadsheet_alone_holds_them() -> None:
    digest = sample_week()
    many = replace(digest, entries=digest.entries * 4)

    found = lines(weekly(many, ZH))

    assert "附件：意见建议汇总表（电子表格）" in found
    assert "附件2" not in found


def test_a_silent_week_still_makes_a_paper_and_every_group_has_its_line() -> None:
    digest = digest_of()

    found = weekly(digest, ZH)

    assert [row[2] for row in tables(found)[0][1:-1]] == ["本期未收到"] * 6
    assert "本期没有可公开的原文。" in lines(found)
    assert "八、待回复" in lines(found)


def test_a_long_title_is_broken_where_a_reader_would(paper: bytes) -> None:
    found = lines(paper)
    at = found.index("关于第三周“五听五问”")

    assert found[at + 1] == "意见建议征集情况的报告"


def test_the_clerks_words_stand_where_they_belong() -> None:
    notes = Notes(
        foreword="本期为首期。",
        corrections=("上期表2第一中学应为61份。",),
        practices=("校长接待日",),
    )

    found = lines(weekly(replace(sample_week(), notes=notes), ZH))

    assert "按语：本期为首期。" in found
    assert found.index("十二、好做法") + 1 == found.index("（一）校长接待日")
    assert found.index("十三、更正") + 1 == found.index("（一）上期表2第一中学应为61份。")


def test_what_is_wrong_stands_on_a_page_before_the_paper() -> None:
    problems = [Problem("totals", "groups", 370, 371), Problem("names", "Y0328-017")]

    found = lines(weekly(sample_week(), ZH, problems))

    assert found[:3] == [
        "自检：有2处要看一看，处理好再发",
        "合计不等：表1 本期回收，为370，应为371。",
        "可能还有身份信息：Y0328-017。",
    ]


def test_words_that_would_break_a_file_are_kept_as_words() -> None:
    nasty = "<w:p>&amp;\x00\x0b{text}%s\u202e第二段\n第三行\t缩进"

    found = weekly(digest_of(opinion("a", nasty)), ZH)

    assert any(line.endswith("<w:p>&amp;{text}%s第二段\n第三行\t缩进") for line in lines(found))


# --- papers for other eyes --------------------------------------------------------------------------------------


def test_a_personal_file_has_the_words_and_neither_time_group_nor_channel() -> None:
    matters = [
        PersonalMatter(str(n), "u02", "甲校长", f"甲校长第{n}件事办得不公道。")
        for n in range(4)
    ]
    (file,) = personal_files(
        matters, office="局办", closes=sample_week().key, units={"u02": "第一中学"}
    )

    found = personal(file, ZH)
    text = "\n".join(lines(found))

    assert all(f"甲校长第{n}件事办得不公道。" in text for n in range(4))
    assert "反映较多：甲校长（4条）。按方案要求，可安排谈话提醒。" in text
    assert not re.search("家长|一线教师|问卷|座谈会|Y0328", text)
    assert personal(file, ZH) == found


def test_the_teams_notice_has_the_teams_matters_only() -> None:
    digest = digest_of(
        opinion("a", "班子下来听课太少，希望多来几次。", about="班子"),
        opinion("b", "食堂的菜老是凉的，能不能热一点。"),
        opinion("c", "甲校长从来不听课也不见家长。", about="个人"),
    )

    text = "\n".join(lines(team(digest, ZH)))

    assert "班子下来听课太少" in text
    assert "食堂" not in text.replace("食堂饭菜与价格", "")
    assert "甲校长" not in text
