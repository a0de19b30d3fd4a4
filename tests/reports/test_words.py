"""The papers' words: the same in both languages, all of them used, and inert whatever is put into them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.papers import papers
from bot.core.digest import (
    Agreement,
    Count,
    Digest,
    PersonalMatter,
    Problem,
)
from bot.reports.words import Words, inert
from tests.core.test_digest import digest_of, heard, opinion
from tests.every_paper import every_paper
from tests.sample_week import NAMES, sample_week


def test_both_languages_have_the_same_sentences_with_the_same_holes() -> None:
    zh, en = papers("zh"), papers("en")

    assert set(zh) == set(en)
    different = [key for key in zh if _holes(zh[key]) != _holes(en[key])]
    assert [key for key in different if not key.startswith("date.")] == []


def _holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


class Listening(Mapping[str, str]):
    """Words that remember which of them were asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.heard: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.heard.add(key)
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def test_a_rich_week_and_a_silent_one_find_every_sentence_they_need() -> None:
    """Codes (channels, states, destinations) are said by whichever week has them; the rest must all be used."""
    words = Listening(papers("zh"))
    rich = sample_week()
    quiet = replace(
        rich, entries=(), typical=(), urgent=(), topics=(), repeated=(), destinations=(), nodes=(), days_off=(),
        rising=(), falling=(), weak=(), rectification=None, moved=True, simulated=True, dimensions=(), asks=(), past=(),
    )  # fmt: skip
    silent = replace(rich, overview=replace(rich.overview, opinions=0), weak=rich.weak * 9)
    first = digest_of(opinion("a", question="哪件事", choice="食堂", dimension=""))
    tapped = digest_of(opinion("a", "", question="哪件事", choice="食堂", answers=3))
    marks = ("abusive", "copy", "elsewhere", "early")
    marked = replace(
        rich,
        marks=tuple(Count(mark, 1) for mark in marks),
        entries=tuple(
            e._replace(mark=m) for e, m in zip(rich.entries, (*marks, ""), strict=False)
        ),
        themes=tuple(replace(theme, periods=2) for theme in rich.themes),
        agreement=Agreement(looked_at=12, same=10),
    )
    counters = replace(NAMES, windows=frozenset({"u02", "u03"}))
    served = digest_of(
        opinion("aa", about="班子", destination="handed"),
        opinion("bb", "招待费比去年少了很多。", about="班子", kind="praise"),
        opinion("cc", about="个人"),
        names=counters,
        heard=(heard(9, "u02"), heard(6, "u03")),
    )
    weeks = (rich, quiet, silent, first, tapped, marked, served)
    for digest in weeks:
        _all_papers(digest, words)

    coded = {
        "ask", "band", "channel", "channel_name", "check_where", "overview", "rectification", "replies",
        "schedule", "schedule_column", "node_state", "gantt", "talks_table", "talks_column", "talks_reason", "node_due",
        "notice", "card", "problems", "problems_column", "problems_must", "problems_source", "problems_kind",
        "problems_state", "problems_own", "answers", "answers_column", "answers_way",
        "report_as", "checkup_item", "checkup_words", "checkup_which", "holiday", "layout", "sms",  # papers of their own
        "appraisal", "appraisal_column", "appraisal_invalid", "appraisal_quorum", "appraisal_stage",
        "handed_back", "handed_back_fault", "ledger_value", "changed", "register", "register_column", "materials", "materials_column",
    }  # fmt: skip
    left = {key for key in words if key not in words.heard and key.split(".")[0] not in coded}
    assert left == {
        "annex.list_one", "date.minute", "destinations.declined", "digest.foreword", "ledger.more",
        "report.basis", "report.milestones_none", "report.turnout_unknown",
        "message.turnout_unknown", "number.new", "personal.above", "repeated.again", "turnout.apart", "turnout.folded", "urgent.waiting",
    }  # fmt: skip


def test_what_a_report_calls_otherwise_is_called_something_in_the_digest() -> None:
    words = papers("zh")
    otherwise = [key for key in words if key.startswith("report_as.")]

    assert otherwise
    assert [key for key in otherwise if key.removeprefix("report_as.") not in words] == []


def _all_papers(digest: Digest, words: Mapping[str, str]) -> None:
    problems = (
        Problem("totals", "groups", 1, 2),
        Problem("names", "Y0328-001"),
        Problem("personal", "Y0328-001"),
        Problem("handed", "Y0328-001"),
        Problem("empty", "typical"),
    )
    matters = tuple(PersonalMatter(str(n), "u02", "甲", "一句话") for n in range(3))
    every_paper(digest, words, problems=problems, matters=matters, handed=("一条线索",))
    every_paper(digest, words, matters=matters)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("zh", ("3月5日", "2014年3月5日", "3月5日15时", "3月5日15时05分"), id="Chinese"),
        pytest.param("en", ("5 March", "5 March 2014", "5 March, 15:00", "5 March, 15:05"), id="English"),
    ],
)  # fmt: skip
def test_dates_have_no_leading_zeros(language, expected) -> None:
    words = Words(papers(language))
    hour = datetime(2014, 3, 5, 15, 0, tzinfo=UTC)

    assert expected == (
        words.day(date(2014, 3, 5)),
        words.full_day(date(2014, 3, 5)),
        words.moment(hour),
        words.moment(hour.replace(minute=5)),
    )


def test_what_is_put_into_a_sentence_is_not_read_as_one() -> None:
    words = Words({"greet": "你好，{name}"})

    assert words.say("greet", name="{name}{0.__class__}") == "你好，{name}{0.__class__}"


@given(st.text())
def test_inert_text_holds_nothing_that_acts_and_loses_nothing_else(text: str) -> None:
    found = inert(text)

    assert not re.search(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", found
    )
    assert inert(found) == found
    assert [c for c in text if c.isalnum()] == [c for c in found if c.isalnum()]
