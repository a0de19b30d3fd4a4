"""What the bot says: the same in each language, every key that the code says is there, and none is there in vain."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

from bot.content.loader import load_texts
from bot.core.messages import Medium
from bot.core.survey import Audience, Kind

ROOT = Path(__file__).parents[1]
CATALOGUES = sorted(path.parent for path in (ROOT / "bot/content").glob("*/zh.toml"))
SPEAKERS = sorted(
    path
    for place in ("bot/core", "bot/app.py", "bot/scheduler.py", "handlers")
    for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    if path.exists()
)
"""Who says keys: the core's effects and screens, the deeds, the roof."""

KNOWN = frozenset(load_texts())
SECTIONS = {key.split(".")[0] for key in KNOWN}

AUDIENCES = get_args(Audience)
BUILT: Mapping[str, tuple[str, ...]] = {
    "media.{}": (*get_args(Medium), "signs"),
    "said.{}": ("help", "hotline"),
    "consent.{}": AUDIENCES,
    "privacy.{}": AUDIENCES,
    "unit.{}": AUDIENCES,
    "unit.found_{}": AUDIENCES,
    "preview.{}": AUDIENCES,
    "question.{}": (*get_args(Kind), "single_or_words", "multiple_or_words"),
    "house.{}": ("office", "phone", "duty_phone"),
}
"""Keys that are put together while the program runs: the pattern in the code, and what may stand in its hole."""

GIVEN: Mapping[str, frozenset[str]] = {
    "question": frozenset({"number", "total", "low", "high"}),
    "preview.line": frozenset({"name", "said"}),
    "choice.ticked": frozenset({"label"}),
}
"""What a text (or all of a section) is given besides the house's own name and telephones."""


def test_every_key_the_code_says_is_there():
    missing = {key: places for key, places in _said().items() if key not in KNOWN}

    assert missing == {}


def test_every_key_that_is_there_is_said():
    assert sorted(KNOWN - _said().keys()) == []


def test_keys_are_put_together_only_as_written_here():
    """A new pattern is explained above, or its keys could not be told from those nobody says any more."""
    found = {pattern for path in SPEAKERS for pattern in _patterns(_tree(path))}

    assert found - {"choice.{}"} == BUILT.keys()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda folder: folder.name)
def test_each_language_has_the_same_keys_with_the_same_holes(catalogue: Path):
    zh, en = _holes(catalogue / "zh.toml"), _holes(catalogue / "en.toml")

    assert zh == en


def test_no_text_asks_for_what_it_is_not_given():
    """A hole nobody fills would keep the whole message from being said."""
    house = {"office", "phone", "duty_phone"}
    asking: dict[str, frozenset[str]] = {}
    for key, holes in _holes(ROOT / "bot/content/texts/zh.toml").items():
        given = GIVEN.get(key, frozenset()) | GIVEN.get(key.split(".")[0], frozenset())
        asking[key] = holes - given - house

    assert {key: holes for key, holes in asking.items() if holes} == {}


def test_a_person_is_spoken_to_without_shouting():
    texts = load_texts()
    loud = [key for key in KNOWN if re.search("[!！]", texts.say("zh", key, **_anything()))]

    assert loud == []


def _anything() -> dict[str, str]:
    names = {"office", "phone", "duty_phone"}.union(*GIVEN.values())
    return dict.fromkeys(names, "x")


# -- reading code -------------------------------------------------------------------------------------------------


def _said() -> dict[str, set[str]]:
    """Every key the code can say, and the files it stands in."""
    said: dict[str, set[str]] = {}
    for path in SPEAKERS:
        tree, place = _tree(path), str(path.relative_to(ROOT))
        for key in (*_literal(tree), *_choices(tree)):
            said.setdefault(key, set()).add(place)
        for pattern in _patterns(tree):
            for value in BUILT.get(pattern, ()):
                said.setdefault(pattern.format(value), set()).add(place)
    return said


def _literal(tree: ast.AST) -> Iterator[str]:
    """Texts in the code that look like keys of ours."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if re.fullmatch(r"[a-z]+\.[a-z_]*[a-z]", text):
                if text.split(".")[0] in SECTIONS:
                    yield text
            case _:
                pass


def _patterns(tree: ast.AST) -> Iterator[str]:
    """Keys with a hole, as `f"media.{what}"` makes them."""
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(head)), ast.FormattedValue()]):
                if re.fullmatch(r"[a-z]+\.[a-z_]*", head) and head.split(".")[0] in SECTIONS:
                    yield f"{head}{{}}"
            case _:
                pass


def _choices(tree: ast.AST) -> Iterator[str]:
    """`_card("offer.card", "keep", "drop")` shows `choice.keep` and `choice.drop`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("_card"), args=[_, *choices]):
                for choice in choices:
                    if isinstance(choice, ast.Constant):
                        yield f"choice.{choice.value}"
            case _:
                pass


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


def _holes(file: Path) -> dict[str, frozenset[str]]:
    """Each key of a catalogue, and the names of what is put into its sentence."""
    return {
        key: frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
        for key, text in _flat(tomllib.loads(file.read_text("utf-8")))
    }


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)
