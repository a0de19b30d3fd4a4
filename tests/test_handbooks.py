"""The office's handbook names what the office really sees, and every page says the same in both languages."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.content.loader import HERE, ROOT
from bot.core.people import recognise
from handlers.desk import COMMANDS
from tests.test_docs import TEXT, commands

OFFICE = {"zh": "docs/office.zh-CN.md", "en": "docs/office.md"}
WORDS = {word: one.name for one in COMMANDS for word in one.words}
HELP = frozenset({"?"})
"""What shows the menu: no command has it."""


def typed(page: str) -> list[str]:
    """What stands there as something to type."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", TEXT[page])


def tapped(page: str) -> list[str]:
    """What stands there as a button; bold words that end with a full stop lead into a paragraph."""
    every = re.findall(r"\*\*([^*]+)\*\*", TEXT[page])
    return [one.replace("\n", " ") for one in every if not one.endswith((".", "。"))]


def sentences(language: str) -> Iterator[str]:
    """All that the bot says in that language, a line each."""
    import tomllib

    def leaves(table: Mapping[str, Any]) -> Iterator[str]:
        for value in table.values():
            if isinstance(value, str):
                yield value
            else:
                yield from leaves(value)

    yield from leaves(tomllib.loads((HERE / "texts" / f"{language}.toml").read_text("utf-8")))


def as_pattern(sentence: str) -> str:
    """With anything in the place of what is put in."""
    return r"[\w-]+".join(map(re.escape, re.split(r"\{\w+\}", sentence)))


@pytest.mark.parametrize("language", OFFICE)
def test_what_the_handbook_says_to_type_is_a_command(language: str):
    unknown = [
        one
        for one in typed(OFFICE[language])
        if one.split()[0].removeprefix("/").casefold() not in WORDS
        and recognise(one) is None
        and one not in HELP
    ]

    assert unknown == []


@pytest.mark.parametrize("language", OFFICE)
def test_every_command_of_the_desk_is_in_the_handbook(language: str):
    told = {WORDS.get(one.split()[0].removeprefix("/")) for one in typed(OFFICE[language])}

    assert {one.name for one in COMMANDS} - told == set()


@pytest.mark.parametrize("language", OFFICE)
def test_every_button_in_the_handbook_exists(language: str):
    fixed = set(sentences(language))
    filled = [
        re.compile(as_pattern(one))
        for one in fixed
        if "{" in one and len(one) < 24 and one[0] != "{"
    ]
    unknown = [
        one
        for one in tapped(OFFICE[language])
        if one not in fixed and not any(known.fullmatch(one) for known in filled)
    ]

    assert len(tapped(OFFICE[language])) > 60
    assert unknown == []


PAIRS = sorted(
    (page, page.replace(".md", ".zh-CN.md"))
    for page in TEXT
    if page.replace(".md", ".zh-CN.md") in TEXT
)


def outline(page: str) -> list[str]:
    """Its headings, as far as they are the same in every language: how deep each is."""
    without = re.sub(r"^```.*?^```", "", TEXT[page], flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+(?= )", without, re.MULTILINE)


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_have_the_same_headings(english: str, chinese: str):
    assert outline(english) == outline(chinese)


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_show_the_same_commands(english: str, chinese: str):
    assert list(commands(TEXT[english])) == list(commands(TEXT[chinese]))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_languages_show_the_same_pictures(english: str, chinese: str):
    def pictures(page: str) -> list[str]:
        return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT[page])

    assert pictures(english) == pictures(chinese)


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_each_page_leads_to_the_other_language(english: str, chinese: str):
    assert f"]({chinese.rpartition('/')[2]})" in TEXT[english]
    assert f"]({english.rpartition('/')[2]})" in TEXT[chinese]


def test_every_picture_of_the_handbook_is_shown_and_small():
    kept = {file.name: file.stat().st_size for file in (ROOT / "docs/office").iterdir()}

    assert {name for name in kept if f"](office/{name})" not in TEXT[OFFICE["zh"]]} == set()
    assert max(kept.values()) <= 60_000


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_first_page_leads_to_every_other(readme: str):
    """To the Chinese one where there is one."""
    chinese = "zh" in readme
    wanted = {
        zh if chinese and (zh := page.replace(".md", ".zh-CN.md")) in TEXT else page
        for page in TEXT
        if re.fullmatch(r"docs/[\w-]+\.md", page)
    }

    assert [page for page in sorted(wanted) if f"]({page})" not in TEXT[readme]] == []
