"""The sample week of the office, lived in a whole house: its tables come out exactly where one person is enough, and add up
where five are needed.

`sample_week_of_five.txt` is the paper of the second, without the quotations; `pytest --rewrite-journeys` writes it anew.
"""

import io
import re
from pathlib import Path

import pytest
from docx import Document

from bot.content.papers import papers
from bot.core.digest import self_check
from bot.reports.document.weekly import weekly
from tests.sample_house import GROUPS, city, fed, lived
from tests.sample_week import sample_week

GOLDEN = Path(__file__).with_name("sample_week_of_five.txt")


async def _week(tmp_path, monkeypatch, k):
    async with city(tmp_path / "wednesday", "2014-03-12 10:00", k, monkeypatch) as house:
        house.clock.push(14 * 86400)
        await fed(house)
    return await lived(tmp_path / "week", tmp_path / "wednesday", k, monkeypatch)


async def test_where_one_person_is_enough_the_tables_are_the_samples(tmp_path, monkeypatch):
    found, sample = await _week(tmp_path, monkeypatch, 1), sample_week()

    assert found.overview == sample.overview
    assert (found.number, found.total_number) == (sample.number, sample.total_number)
    assert _channels(found) == _channels(sample)
    assert found.meetings == sample.meetings
    assert (found.letters.sent, found.letters.returned) == (14, 11)
    assert set(found.letters.missing) == set(sample.letters.missing)
    assert [row.id for row in found.groups] == list(GROUPS)
    assert _turnout(found.groups) == _turnout(sample.groups)
    assert _turnout(found.units) == _turnout(sample.units)
    assert found.dimensions == sample.dimensions
    assert (found.sifeng, found.sizhi) == (sample.sifeng, sample.sizhi)
    assert _topics(found) == _topics(sample)
    assert (found.rising, found.falling) == (sample.rising, sample.falling)
    assert found.destinations == sample.destinations
    assert found.replies == sample.replies
    assert _list(found) == _list(sample)
    assert [(m.received, m.matter, m.state) for m in found.urgent] == [
        (m.received, m.matter, m.state) for m in sample.urgent
    ]
    assert [(r.number, r.periods) for r in found.repeated] == [(52, 3), (47, 3), (31, 1)]
    assert self_check(found) == ()
    assert _figures(found) == _figures(sample)


async def test_where_five_are_needed_merged_rows_still_make_the_whole(
    tmp_path, monkeypatch, request
):
    found = await _week(tmp_path, monkeypatch, 5)

    assert self_check(found) == ()
    o = found.overview
    assert o.submissions < 370  # some wait until there are five of them
    for rows in (found.groups, found.units):
        assert sum(row.now for row in rows) == o.submissions
        assert sum(row.cumulative for row in rows) == o.cumulative
        assert all(row.now == 0 or row.now >= 5 for row in rows)
    assert sum(len(row.bands) for row in found.coverage) == 12 * len(GROUPS)
    text = "\n".join(_paper(found)) + "\n"
    assert "3月24日" in text
    assert not re.search(r"\d{1,2}:\d\d", text)  # of urgent matters the day, and no hour
    if request.config.getoption("--rewrite-journeys"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")


def _channels(digest) -> dict[str, int]:
    counts = {count.code: count.number for count in digest.channels if count.number}
    visitors = counts.pop("mail", 0) + counts.pop("caller", 0)
    return {"visitor": visitors} | counts if visitors else counts


def _turnout(rows) -> list[tuple[object, ...]]:
    return [(row.merged, row.invited, row.now, row.cumulative, row.rate) for row in rows]


def _topics(digest) -> list[tuple[object, ...]]:
    rows = (*digest.topics, digest.other_topics)
    return [(row.code, row.now, row.before, row.change, len(row.groups)) for row in rows]


def _list(digest) -> tuple[object, ...]:
    r = digest.rectification
    missing = {count.code: count.number for count in r.missing}
    late = [(o.number, o.title, o.days) for o in r.overdue]
    return r.kinds, r.done, r.rate, r.whole, missing, late, r.ratings, r.help


def _figures(digest) -> list[str]:
    """The figures of the docx's tables 1 to 5, row by row; what things are called is the house's own matter."""
    lines = _paper(digest)
    tables = [
        line for line in lines[: lines.index("六、急办件（本期3件）")] if line.count("\t") > 3
    ]
    return [re.sub(r"[^\d.%+－—\t]", "", line) for line in tables]


def _paper(digest) -> list[str]:
    """The docx as lines, a row of a table in one of them; from quotations to urgent matters, and the annex, are left out."""
    document = Document(io.BytesIO(weekly(digest, papers("zh"))))
    told: list[str] = []
    silent = False
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            lines = ["\t".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            lines = [part.text]
            silent = part.text.startswith(("五、", "附件")) or (
                silent and not part.text.startswith("六、")
            )
        told += [line for line in lines if line and not silent]
    return told
