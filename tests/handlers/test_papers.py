"""What the press puts on top of a draft, and leaves off what was sent: whatever the self-check finds, by its cause."""

import io
from dataclasses import replace

import pytest
from docx import Document

from bot.core.digest import Notes, to_json
from bot.core.messages import Redacted
from handlers.papers import DOCUMENT, FIGURES, LEDGER, PORTABLE, TEAM, draw, pack
from storage.portions import Snapshot
from tests.sample_week import sample_week

SAMPLE = sample_week()
WEEK = replace(
    SAMPLE,  # a code in it reads like somebody's name in pinyin
    entries=tuple(
        e._replace(text=Redacted(e.text.replace("suiqian", "入学"))) for e in SAMPLE.entries
    ),
)
FIRST, *REST = WEEK.entries


def lines(digest, *, reviewed=False) -> list[str]:
    [paper] = draw(Snapshot(head=to_json(digest)), (DOCUMENT,), reviewed=reviewed)
    return [p.text for p in Document(io.BytesIO(paper.content)).paragraphs]


CAUSES = {
    "a name": (
        replace(WEEK, entries=(FIRST._replace(text=Redacted("请打13912345678问一问")), *REST)),
        f"可能还有身份信息：{FIRST.number}。",
    ),
    "a name the clerk wrote": (
        replace(WEEK, notes=Notes(suggestions=("请打13912345678问一问",))),
        "可能还有身份信息：编者的话。",
    ),
    "a leader's matter": (
        replace(WEEK, entries=(FIRST._replace(about="个人"), *REST)),
        f"混进了涉及个人的意见：{FIRST.number}。",
    ),
    "a clue": (
        replace(WEEK, entries=(FIRST._replace(destination="handed"), *REST)),
        f"混进了已移交的线索：{FIRST.number}。",
    ),
    "a sum": (
        replace(WEEK, overview=replace(WEEK.overview, cumulative=1753)),
        "合计不等：表1 累计回收，为1752，应为1753。",
    ),
    "an empty section": (replace(WEEK, typical=()), "这一节没有内容：典型意见。"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_told_on_top_of_a_draft(cause):
    digest, told = CAUSES[cause]

    found = lines(digest)

    assert found[0].startswith("自检：有")
    assert told in found[1:5]


def test_where_nothing_is_wrong_there_is_no_such_page():
    assert lines(WEEK)[0] == "意见建议征集情况周报"


def test_what_was_sent_does_not_carry_the_offices_own_notes():
    digest, _ = CAUSES["a sum"]

    assert lines(digest, reviewed=True)[0] == "意见建议征集情况周报"


def test_an_archive_holds_all_papers_and_no_personal_one():
    import zipfile

    [archive] = pack(
        "2014-03-28", "一屏", ("短信一", "短信二"), Snapshot(head=to_json(WEEK)), reviewed=True
    )

    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        names = set(opened.namelist())
    assert {DOCUMENT, PORTABLE, LEDGER, TEAM, FIGURES, "digest.txt", "sms.txt"} <= names
    assert not [name for name in names if "personal" in name]
