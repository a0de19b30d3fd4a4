"""The papers say what is so: commands exist, verbs and sections are told, links lead somewhere."""

import argparse
import importlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.__main__ import VERBS
from bot.settings import Settings
from bot.settings.secret import NAMES

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
TEXT = {str(page.relative_to(ROOT)): page.read_text("utf-8") for page in PAGES}

RUN = (ROOT / "run").read_text("utf-8")
RUN_VERBS = set(re.search(r"^([a-z |]+)\) shift;", RUN, re.MULTILINE)[1].split(" | "))  # pyright: ignore[reportOptionalSubscript]


def commands(text: str) -> Iterator[list[str]]:
    """Each line of the page's shell blocks, taken apart."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield shlex.split(line, comments=True)


OURS = sorted(
    {
        (page, shlex.join(command))
        for page, text in TEXT.items()
        for command in commands(text)
        if command and command[0] in ("./run", ".venv/bin/tingwen")
    }
)


@pytest.mark.parametrize(("page", "command"), OURS)
def test_a_command_on_a_page_exists(page: str, command: str):
    program, verb, *rest = shlex.split(command)

    if program == "./run":
        assert verb in RUN_VERBS
    else:
        parser = argparse.ArgumentParser(exit_on_error=False)
        importlib.import_module(f"bot.verbs.{verb}").arguments(parser)
        assert VERBS[verb]
        parser.parse_args(rest)


def test_both_readmes_show_the_same_commands():
    assert list(commands(TEXT["README.md"])) == list(commands(TEXT["README.zh-CN.md"]))


def test_run_says_what_each_of_its_verbs_does():
    said = subprocess.run(
        ["./run"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert set(re.findall(r"^  ([a-z]+)\t.{10,}", said, re.MULTILINE)) == RUN_VERBS


@pytest.mark.parametrize("verb", sorted(RUN_VERBS))
def test_each_verb_of_run_is_told(verb: str):
    assert any(f"./run {verb}" in text for text in TEXT.values())


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_of_tingwen_is_told(verb: str):
    assert f"| `tingwen {verb}` |" in TEXT["docs/operations.md"]


SECTIONS = [one.name for one in fields(Settings) if one.name != "file"]


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_of_the_configuration_is_told(section: str):
    listed = re.search(rf"^\|.*`\[+{section}[].]", TEXT["docs/operations.md"], re.MULTILINE)

    assert listed


def test_each_secret_is_told():
    assert [
        name for name in NAMES.values() if f"`{name}`" not in TEXT["docs/operations.md"]
    ] == []


LINKS = sorted(
    {
        (page, link)
        for page, text in TEXT.items()
        for link in re.findall(r"\]\(([^)\s]+)\)", text)
        if not link.startswith(("http://", "https://"))
    }
)


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_somewhere(page: str, link: str):
    file, _, heading = link.partition("#")
    target = (ROOT / page).parent / file if file else ROOT / page

    assert target.exists()
    assert target.resolve().is_relative_to(ROOT)
    assert not heading or heading in _anchors(target.read_text("utf-8"))


def test_every_decision_is_in_the_list():
    told = TEXT["docs/decisions/README.md"]
    kept = {page.name for page in (ROOT / "docs/decisions").glob("*.md")} - {"README.md"}

    assert {name for name in kept if f"]({name})" not in told} == set()


def _anchors(text: str) -> set[str]:
    """Headings as links call them."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


NAMED = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")
ANONYMITY = {
    "anonymity.md": (
        "What is done", "Which test keeps which sentence", "Windows that remain", "What is not promised",
    ),
    "anonymity.zh-CN.md": ("做了什么", "由哪个测试守着", "还剩哪些空当", "不答应什么"),
}  # fmt: skip


@pytest.mark.parametrize("page", ANONYMITY)
def test_each_test_that_the_page_on_anonymity_names_is_there(page: str):
    named = NAMED.findall(TEXT[f"docs/{page}"])

    assert len(named) > 100
    missing = [
        (file, test)
        for file, test in named
        if not re.search(rf"def {test}\(", (ROOT / file).read_text("utf-8"))
    ]
    assert missing == []


@pytest.mark.parametrize("page", ANONYMITY)
def test_each_promise_has_its_tests_beside_it(page: str):
    done, kept, *_ = ANONYMITY[page]
    promised = {row[0] for row in _rows(page, done)}
    tested = {row[0] for row in _rows(page, kept) if NAMED.search(row[1])}

    assert len(promised) > 20
    assert promised <= tested


@pytest.mark.parametrize("page", ANONYMITY)
def test_each_window_that_remains_was_looked_through_by_a_test(page: str):
    rows = _rows(page, ANONYMITY[page][2])

    assert len(rows) > 15
    assert [row[0] for row in rows if not NAMED.search(row[-1])] == []


@pytest.mark.parametrize("page", ANONYMITY)
def test_each_thing_that_is_not_promised_names_a_test_of_what_is_said_of_it(page: str):
    points = re.split(r"^- ", _section(page, ANONYMITY[page][3]), flags=re.MULTILINE)[1:]

    assert len(points) > 8
    assert [point[:30] for point in points if not NAMED.search(point)] == []


def test_the_two_pages_on_anonymity_name_the_same_tests():
    assert sorted(NAMED.findall(TEXT["docs/anonymity.md"])) == sorted(
        NAMED.findall(TEXT["docs/anonymity.zh-CN.md"])
    )


def _section(page: str, heading: str) -> str:
    return TEXT[f"docs/{page}"].split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _rows(page: str, heading: str) -> list[list[str]]:
    """The table below that heading, up to the next one or to further words."""
    lines = [line for line in _section(page, heading).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]
