"""Sentences by key: what is put in stays what it was, and both languages say the same things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.wording import Texts, read_texts
from bot.settings.problem import Problem


def texts(zh: str, en: str | None = None) -> tuple[Texts, tuple[Problem, ...]]:
    return read_texts({"zh": ("zh.toml", zh), "en": ("en.toml", zh if en is None else en)})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("只有话", "只有话"),
        ("第 {n} 问，共 {total} 问", "第 2 问，共 5 问"),
        ("{n}{n}", "22"),
        ("写 {{n}} 就行", "写 {n} 就行"),
        ("{{{n}}}", "{2}"),
    ],
)
def test_a_sentence_is_said_with_its_holes_filled(written: str, said: str):
    known, problems = texts(f"[a.b]\nc = '{written}'")

    assert problems == ()
    assert known.say("zh", "a.b.c", n=2, total=5) == said


@given(st.text())
def test_what_is_put_in_is_never_looked_at_again(words: str):
    known, _ = texts("a = '〔{said}〕'")

    assert known.say("zh", "a", said=words) == f"〔{words}〕"


def test_a_parameter_may_be_called_key_or_language():
    known, _ = texts("a = '{key} {language} {self}'")

    assert known.say("en", "a", key=1, language=2, self=3) == "1 2 3"


def test_what_is_missing_raises():
    known, _ = texts("a = '{n}'")

    with pytest.raises(KeyError):
        known.say("zh", "b")
    with pytest.raises(KeyError):
        known.say("zh", "a", m=1)


def test_each_language_says_its_own():
    known, problems = texts("a = '好'", "a = 'Good'")

    assert problems == ()
    assert (known.say("zh", "a"), known.say("en", "a")) == ("好", "Good")
    assert list(known) == ["a"]
    assert "a" in known
    assert "b" not in known


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        (
            "a = 1",
            "a = 'x'",
            [("zh.toml", "a", "text_not_text"), ("zh.toml", "a", "text_missing")],
        ),
        ("a = ' '", "a = ' '", [("zh.toml", "a", "empty"), ("en.toml", "a", "empty")]),
        ("a.b = 'x'", "", [("en.toml", "a.b", "text_missing")]),
        ("", "a = 'x'", [("zh.toml", "a", "text_missing")]),
        (
            "a = '{n}'",
            "a = '{m} {n}'",
            [("zh.toml", "a", "text_holes_differ"), ("en.toml", "a", "text_holes_differ")],
        ),
        (
            "a = 'x'\nb = '{'",
            "a = 'x'\nb = '{}'",
            [(f, "b", "text_hole") for f in ("zh.toml", "en.toml")],
        ),
        (
            "a = '{n:.1f}'",
            "a = '{n!r}'",
            [(f, "a", "text_hole") for f in ("zh.toml", "en.toml")],
        ),
        (
            "a = '{n.x}'",
            "a = '{n[0]}'",
            [(f, "a", "text_hole") for f in ("zh.toml", "en.toml")],
        ),
        ("a = ", "a = 'x'", [("zh.toml", "", "not_toml"), ("zh.toml", "a", "text_missing")]),
    ],
)
def test_what_is_wrong_is_told(zh: str, en: str, told: list[tuple[str, str, str]]):
    _, problems = texts(zh, en)

    assert [(problem.file, problem.key, problem.fault) for problem in problems] == told
