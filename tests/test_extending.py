"""docs/extending.md is true: its channel talks, its questions are accepted, and the files it names are there."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import App
from bot.content.loader import ROOT, content_problems, load_surveys
from bot.verbs.opening import sample
from tests.fakes import FixedClock
from tests.test_docs import TEXT

PAGES = ("docs/extending.md", "docs/extending.zh-CN.md")
PAGE = TEXT[PAGES[0]]


def block(kind: str, page: str = PAGE) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return found


async def answers(folder: Path, number: int) -> list[str]:
    """What lies there, oldest first, once there are so many."""
    async with asyncio.timeout(20):
        while len(found := list(folder.glob("*.txt"))) < number:
            await asyncio.sleep(0.02)
    return [
        file.read_text("utf-8")
        for file in sorted(found, key=lambda f: int(f.name.split(".")[1]))
    ]


async def test_the_channel_of_the_page_talks(tmp_path: Path):
    known: dict[str, Any] = {}
    exec(block("python"), known)
    letterbox = known["Letterbox"](tmp_path)
    for folder in (letterbox.letters, letterbox.answers):
        folder.mkdir()
    loaded = sample(tmp_path / "house", {})
    app = App(loaded.settings, loaded.secrets, FixedClock(1_395_650_000.0))

    async with app.running(letterbox):
        (letterbox.letters / "ann.1.txt").write_text("开始", "utf-8")
        card, *_ = await answers(letterbox.answers, 1)
        (letterbox.letters / "ann.2.txt").write_text("2", "utf-8")
        _, asked, *_ = await answers(letterbox.answers, 2)

    assert "[1] 我是家长，开始" in card
    assert "您是哪一类" in asked
    assert list(letterbox.letters.iterdir()) == []


def test_the_questions_of_the_page_are_accepted(tmp_path: Path):
    (tmp_path / "lunch.toml").write_text(block("toml"), "utf-8")

    assert content_problems(tmp_path) == ()
    assert load_surveys(tmp_path)["lunch"].questions


@pytest.mark.parametrize("kind", ["python", "toml"])
def test_both_languages_show_the_same_example(kind: str):
    assert block(kind) == block(kind, TEXT[PAGES[1]])


@pytest.mark.parametrize("page", PAGES)
def test_each_file_the_page_names_is_there(page: str):
    named = re.findall(r"`((?:tests|bot|handlers|storage)/[\w/.]+)`", TEXT[page])

    assert len(named) > 20
    assert [one for one in named if not (ROOT / one).exists()] == []
