"""What a draft that was made anew says of the one before it."""

from dataclasses import replace

import pytest

from bot.content.papers import papers
from bot.core.digest import Difference, differences
from bot.reports.changes import changes
from tests.core.test_digest import digest_of
from tests.sample_week import sample_week


def test_each_figure_is_told_with_both_of_its_values() -> None:
    old = sample_week()
    food = replace(old.topics[1], now=59)
    new = replace(
        old, topics=(old.topics[0], food, *old.topics[2:]), sifeng=replace(old.sifeng, none=61)
    )

    assert changes(differences(old, new), papers("zh")) == (
        "表4 不涉及四风：62 → 61 条",
        "表5 食堂饭菜与价格：58 → 59 条",
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_changes_there_are_words_for_it(language) -> None:
    texts = papers(language)
    found = differences(digest_of(), sample_week())

    said = changes(found, texts)

    assert len(said) == len(found) > 50
    assert not [line for line in said if "{" in line]


def test_what_has_no_name_is_called_the_rest() -> None:
    rest = [Difference(what, "", 1, 2) for what in ("group", "unit_all", "topic", "way", "ask")]

    assert changes(rest, papers("zh")) == (
        "表1 未分群体：1 → 2 份",
        "表2 其他单位累计：1 → 2 份",
        "表5 其他：1 → 2 条",
        "去向 待研判：1 → 2 条",
        "表3 未归类：1 → 2 条",
    )
