"""What is handed over besides the papers: one archive for inspection, text messages, figures for programs."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from bot.content.papers import papers
from bot.reports.figures import figures
from bot.reports.package import MANIFEST, package
from bot.reports.sms import LONGEST, pieces
from tests.core.test_digest import digest_of
from tests.sample_week import sample_week

ZH = papers("zh")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_an_archive_has_everything_a_list_and_no_clock():
    files = {"digest.txt": "周报\n".encode(), "digest.docx": b"PK"}
    made = package(files)
    assert package(files) == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        read = {name: archive.read(name) for name in archive.namelist()}
    listed = read.pop(MANIFEST).decode().splitlines()
    assert read == files
    assert listed == [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in files]


def test_the_sample_week_as_text_messages():
    found = pieces(sample_week(), ZH)
    assert found == (
        "（1/3）意见征集第3期（3月21日—3月28日）：回收370份，意见522条，归并138条。急办3件，未办结1件。",
        "（2/3）最集中：作业与课业负担74、食堂饭菜与价格58、检查评比、填表过多52、外来务工子女入学材料47、课后接送与延时39。",
        "（3/3）整改46件，完成17件，逾期1件。超期未复3件。",
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_piece_is_longer_than_one_message(language):
    week = sample_week()
    topics = tuple(replace(row, name="😀长名字" * 20) for row in week.topics)
    for digest in (week, digest_of(), replace(week, topics=topics, simulated=True)):
        found = pieces(digest, papers(language))
        assert found
        assert all(0 < units(piece) <= LONGEST for piece in found)


def test_figures_are_those_of_the_papers_and_hold_nobodys_words():
    week = sample_week()
    found = json.loads(figures(week, ZH))
    assert (found["period"], found["submissions"], found["opinions"], found["merged"]) == (
        "2014-03-28",
        370,
        522,
        138,
    )
    assert found["rate"] == 25.7
    assert sum(row["submissions"] for row in found["groups"]) == 370
    assert sum(found["asks"].values()) == 522
    assert sum(row["opinions"] for row in found["topics"]) == 522
    assert found["problems"] == {"total": 46, "done": 17, "overdue": 1}
    text = json.dumps(found, ensure_ascii=False)
    assert not any(entry.text in text for entry in week.entries)
