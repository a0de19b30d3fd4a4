"""docs/api.md is true: what it shows as an answer is the answer, and its receiver trusts what we sign."""

import io
import json
import re
from typing import Any

import pytest

from bot.__main__ import VERBS
from bot.channels.hook import Hooks
from bot.content.loader import ROOT
from bot.content.papers import papers
from bot.reports.figures import figures
from bot.settings import Hook
from bot.verbs import plan, text
from tests.channels.postoffice import listening
from tests.channels.test_hook import HERE, SECRET, said
from tests.fakes import FixedClock
from tests.sample_week import sample_week
from tests.test_docs import TEXT

PAGE = TEXT["docs/api.md"]
NOW = 1_395_990_001.5


def blocks(heading: str, kind: str = "json") -> list[str]:
    """The code below that heading, up to the next."""
    below = re.split(r"^#+ ", PAGE.split(f"# {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[
        0
    ]
    return re.findall(rf"^```{kind}\n(.*?)^```", below, re.MULTILINE | re.DOTALL)


def test_the_chinese_page_shows_the_same_code():
    def shown(page: str) -> list[str]:
        return re.findall(r"^```\w*\n.*?^```", TEXT[page], re.MULTILINE | re.DOTALL)

    assert shown("docs/api.zh-CN.md") == shown("docs/api.md")


def shape(value: Any) -> Any:
    """Names and kinds, without what stands there."""
    match value:
        case {**fields}:
            return {name: shape(one) for name, one in fields.items()}
        case [first, *_]:
            return [shape(first)]
        case bool() | None | str():
            return type(value).__name__
        case int() | float():
            return "number"
        case _:
            return value


def lines(written: str) -> list[Any]:
    return [json.loads(line) for line in written.splitlines()]


@pytest.mark.parametrize("way", ["redact", "classify", "themes"])
def test_a_text_on_the_page_is_answered_as_the_page_says(way: str):
    given, answer = blocks(f"`tingwen text {way}`")
    out = io.StringIO()

    text.filtered(way, io.StringIO(given), out, io.StringIO())

    assert lines(out.getvalue()) == lines(answer)


def test_a_date_on_the_page_is_answered_as_the_page_says():
    given, answer = blocks("`tingwen plan dates`")
    out = io.StringIO()

    plan.answer_lines(io.StringIO(given), out, io.StringIO(), "en")

    assert lines(out.getvalue()) == lines(answer)


async def test_the_receiver_on_the_page_trusts_what_we_sign_and_nothing_else():
    (code,) = blocks("The webhook", "python")
    known: dict[str, Any] = {}
    exec(code, known)
    async with listening() as there:
        ours = Hook(urls=(there.url,), allow=HERE)
        await Hooks(ours, SECRET, FixedClock(NOW)).send(said(there.url))
    ((_, head, body),) = there.came

    assert known["trusted"](SECRET, head, body, NOW)
    assert not known["trusted"](SECRET, head, body + b" ", NOW)
    assert not known["trusted"](SECRET, head, body, NOW + 301)
    shown, real = json.loads(blocks("The webhook")[0]), json.loads(body)
    assert shown["type"] == real["type"]
    assert shown["data"].keys() == real["data"].keys()
    assert shape(shown["data"]["files"]) == shape(real["data"]["files"])


def test_the_figures_on_the_page_are_named_as_those_of_a_digest():
    (shown,) = map(json.loads, blocks("The figures of a digest"))
    real = json.loads(figures(sample_week(), papers("zh")))
    counted = {"asks"}  # by the names of the asks, in whatever set is asked

    assert shown.keys() == real.keys()
    assert {name: shape(shown[name]) for name in shown.keys() - counted} == {
        name: shape(real[name]) for name in shown.keys() - counted
    }


def test_every_figure_of_the_watch_is_on_the_page_and_no_other():
    code = (ROOT / "bot" / "health.py").read_text("utf-8")
    real = {name.removesuffix("_total") for name in re.findall(r'"(tingwen_\w+)"', code)}
    told = {name.removesuffix("_total") for name in re.findall(r"`(tingwen_\w+)`", PAGE)}

    assert told == real


def test_what_one_means_is_told_of_each_command():
    assert set(re.findall(r"^\| `tingwen (\w+)` \|", PAGE, re.MULTILINE)) == set(VERBS)
