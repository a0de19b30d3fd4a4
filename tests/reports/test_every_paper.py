"""What must hold of every paper: nobody's name, nothing that runs, nothing that concerns one reader where several read."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.papers import papers
from bot.core.digest import Notes, PersonalMatter, Remark, Urgent
from bot.core.messages import Redacted
from bot.reports.words import inert
from tests.core.test_digest import digest_of, heard, opinion
from tests.every_paper import APART, COMMON, PICTURES, every_paper, is_package, parts
from tests.sample_week import DESK, NAMES, sample_week

ZH = papers("zh")
RUNS = (
    "=1+1", "=HYPERLINK(\"http://x.example\",\"y\")", "@SUM(A1)", "+cmd|'/c calc'!A0", "-2+3", "\t=1", "\r=2",
    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "<w:instrText> INCLUDETEXT </w:instrText>", "{ DDEAUTO x }",
    "https://x.example/?a=1", "\u202e反\u2066x", "&lt;b&gt;", "\x00\x08",
)  # fmt: skip
LEADER = "点名的那一句话只给一个人看"
HANDED = "移交的那一句话哪里都不印"
TOLD = "这是一句大家都能看的话，说的是食堂"


def week_of(*texts: str):
    """A week in which everything anybody writes is one of these."""
    text = "".join(texts)
    said = [
        opinion(
            f"{n:04x}", one, theme=f"t{n % 3:03}", about="班子" if n % 2 else "一般", choice=one[:20],
            question=one[:20], reply=one, problem="1", destination="answered", kind="praise" if n else "",
        )
        for n, one in enumerate(texts)
    ]  # fmt: skip
    said.append(opinion("aaaa", LEADER, about="个人"))
    said.append(opinion("bbbb", HANDED, destination="handed"))
    desk = replace(
        DESK, urgent=(Urgent(received=DESK.urgent[0].received, matter=text, handling=text),)
    )
    notes = Notes(
        title=text, foreword=text, remarks=(Remark("overview", text),), practices=(text,),
        suggestions=(text,), corrections=(text,), report_to=(text,),
    )  # fmt: skip
    names = replace(
        NAMES, themes={f"t{n:03}": text for n in range(3)}, windows=frozenset({"u02"})
    )
    many = (heard(9, "u02"),)
    return digest_of(*said, heard=many, desk=desk, notes=notes, names=names)


def made_of(digest):
    matters = tuple(PersonalMatter(f"{n}", "u02", "甲", LEADER) for n in range(3))
    return every_paper(digest, ZH, matters=matters, handed=(HANDED,))


def text_of(content: bytes) -> str:
    if not is_package(content):
        return content.decode("utf-8", "replace")
    return "\n".join(re.sub(r"<[^>]+>", "", one) for one in parts(content).values())


@pytest.fixture(scope="module")
def every() -> dict[str, bytes]:
    return made_of(week_of(TOLD, *RUNS))


def test_all_papers_are_asked(every: dict[str, bytes]):
    assert set(every) == {*COMMON, *APART, *PICTURES}


@pytest.mark.parametrize("name", COMMON)
def test_what_names_one_leader_or_was_handed_over_is_in_no_paper_several_read(every, name):
    told = text_of(every[name])

    assert LEADER not in told
    assert HANDED not in told


def test_each_stands_in_the_paper_of_its_own_reader_and_not_in_the_others(every):
    told = {name: text_of(every[name]) for name in APART}

    assert LEADER in told["personal"]
    assert HANDED not in told["personal"]
    assert HANDED in told["clues"]
    assert LEADER not in told["clues"]


@pytest.mark.parametrize("name", [*COMMON, *APART])
def test_nothing_in_a_paper_runs_or_leads_elsewhere(every, name):
    content = every[name]
    if not is_package(content):
        return
    for place, xml in parts(content).items():
        ElementTree.fromstring(xml)
        assert 'TargetMode="External"' not in xml, place
        assert "<w:hyperlink" not in xml, place
        assert "vbaProject" not in place
        if place.startswith("xl/worksheets/sheet"):
            assert "<f>" not in xml
            assert "<hyperlink" not in xml
        fields = re.findall(r"<w:instrText[^>]*>([^<]*)<", xml)
        assert {field.strip() for field in fields} <= {"PAGE"}, place


@pytest.mark.parametrize("name", ["ledger", "ledger of the phase"])
def test_what_a_spreadsheet_would_run_carries_the_quote_prefix(every, name):
    book = parts(every[name])
    looks = re.findall(r"<xf [^>]*?(?:/>|>)", book["xl/styles.xml"].split("<cellXfs")[1])
    quoted = {n for n, look in enumerate(looks) if 'quotePrefix="1"' in look}
    cells = [
        (int(style), inert_text)
        for place, xml in book.items()
        if place.startswith("xl/worksheets/sheet")
        for style, inert_text in re.findall(r'<c r="\w+" s="(\d+)" t="inlineStr"><is><t[^>]*>([^<]*)', xml)
    ]  # fmt: skip
    risky = [(style, text) for style, text in cells if text[:1] in set("=+-@\t\r")]

    assert risky
    assert {style for style, _ in risky} <= quoted


@pytest.mark.parametrize("name", [*COMMON, *APART])
def test_no_character_turns_or_hides_the_words_beside_it(every, name):
    assert not re.search(
        "[\x00-\x08\x0b\x0c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]",
        text_of(every[name]),
    )


@pytest.mark.parametrize("name", [*COMMON, *APART, *PICTURES])
def test_the_same_digest_gives_the_same_file(every, name):
    assert made_of(week_of(TOLD, *RUNS))[name] == every[name]


@pytest.mark.parametrize("name", ["weekly", "ledger", "ledger of the phase"])
def test_words_that_look_like_orders_are_kept_to_the_character(every, name):
    xml = "\n".join(parts(every[name]).values())
    for run in ("=1+1", "@SUM(A1)", "-2+3", "&lt;script&gt;alert(1)&lt;/script&gt;"):
        assert run in xml


def test_no_paper_says_when_or_by_whom_it_was_made(every):
    for name in (*COMMON, *APART):
        if is_package(every[name]):
            core = parts(every[name])["docProps/core.xml"]
            assert not re.search(r"<(dc:creator|cp:lastModifiedBy)>[^<]+<", core), name
            assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) <= {"2014-03-28T00:00:00Z"}


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_whatever_people_write_every_paper_is_a_whole_file(texts: list[str]):
    clean = [Redacted(text.encode(errors="replace").decode()) for text in texts]
    for name, content in made_of(week_of(*clean)).items():
        if is_package(content):
            for xml in parts(content).values():
                ElementTree.fromstring(xml)
        elif name == "message":
            assert len(content.decode()) <= 500
            assert inert(content.decode()) == content.decode()


def test_the_sample_week_makes_every_paper():
    assert set(every_paper(sample_week(), ZH)) >= {*COMMON, *PICTURES, "clues"}
