"""The bench runs, and its page says what it found. No figure is judged here."""

import re

import pytest

from tests.bench import document
from tests.bench.rows import PARTS, ROWS
from tests.bench.suite import SUBJECTS, TINY

pytestmark = pytest.mark.one_database

PAGES = {"en": document.PAGE, "zh": document.PAGE.with_name("benchmarks.zh-CN.md")}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_runs_in_small_and_finds_rows_that_the_table_knows(subject: str):
    found = [one.key for one in SUBJECTS[subject](TINY)]

    assert found
    assert set(found) <= ROWS.keys()
    assert len(found) == len(set(found))


def test_each_row_of_the_table_was_measured():
    figures = document.kept()

    assert figures is not None
    assert list(figures.found) == list(ROWS)


@pytest.mark.parametrize("language", PAGES)
def test_the_page_shows_the_figures_that_lie_beside_it(language: document.Language):
    figures = document.kept()
    text = PAGES[language].read_text("utf-8")

    assert figures is not None
    assert document.filled(text, figures, language) == text
    for part in PARTS:
        for told in part.rows.values():
            assert f"| {getattr(told, language)} |" in text


def test_the_plot_is_drawn_from_the_same_figures():
    figures = document.kept()

    assert figures is not None
    drawn = document.plot(figures)
    assert document.PAGE.with_suffix(".svg").read_text("utf-8") == drawn
    named = set(re.findall(r">([a-z]+\.[a-z_]+)<", drawn))
    assert named == {key for key, told in ROWS.items() if told.goal and told.goal.bound}
