"""What the bot says: the same in each language, every key that the code says is there, and none is there in vain."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

from bot.core.dialogue import Kind as Letter
from bot.core.messages import PAGE, Medium
from bot.core.survey import Audience, Kind
from handlers.words import READ_BY

ROOT = Path(__file__).parents[1]
CATALOGUES = sorted(path.parent for path in (ROOT / "bot/content").rglob("zh.toml"))
SPEAKERS = [
    *(ROOT / "bot").glob("*.py"),
    *(ROOT / "bot/app").glob("*.py"),
    *(ROOT / "bot/core").rglob("*.py"),
    *(ROOT / "bot/content").glob("*.py"),
    *(ROOT / "handlers").rglob("*.py"),
]
"""Who says keys: the core's effects and screens, the deeds, the roof, readers of what the office hands in."""

HOUSE = frozenset({"office", "phone", "duty_phone"})
"""What may stand in any text: `handlers.words.House` fills it in."""

HERE = frozenset({"reads", "tie"})
"""What may stand in the text of a screen besides: `handlers.words` knows where it stands."""

BUILT: Mapping[str, tuple[str, ...]] = {
    "media.{}": (*get_args(Medium), "signs"),
    "said.{}": ("help", "hotline"),
    "consent.{}": get_args(Audience),
    "privacy.{}": (*get_args(Audience), "vote"),
    "reads.{}": (*READ_BY, "chat"),
    "tie.{}": (PAGE, "chat"),
    "unit.{}": get_args(Audience),
    "unit.found_{}": get_args(Audience),
    "preview.{}": (*get_args(Audience), "vote"),
    "question.{}": (*get_args(Kind), "single_or_words", "multiple_or_words"),
    "house.{}": tuple(HOUSE),
    "letter.{}": get_args(Letter),
}
"""Keys put together while the program runs: the pattern in the code, and what may stand in its hole.

Where that is not a handful of words, as with roles, a pattern that is not here stands for its whole section.
"""


@dataclass(frozen=True, slots=True)
class Saying:
    """A key at one place of the code, and what is put into its text there; None where that cannot be read off."""

    key: str
    given: frozenset[str] | None
    place: str


def test_every_key_the_code_says_is_there():
    missing = [said for said in SAYINGS if said.key not in KNOWN]

    assert missing == []


def test_every_key_that_is_there_is_said():
    said = {one.key for one in SAYINGS}

    assert sorted(KNOWN.keys() - said) == []


def test_what_may_stand_in_a_pattern_is_still_asked_for():
    patterns = {pattern for path in SPEAKERS for pattern, _ in _patterns(_tree(path))}

    assert BUILT.keys() - patterns == set()


def test_each_text_is_given_what_it_asks_for():
    """A hole nobody fills would keep the whole message from being said."""
    starved = [
        (said, sorted(asked))
        for said in SAYINGS
        if said.given is not None
        and (asked := KNOWN.get(said.key, frozenset()) - said.given - _always(said.place))
    ]

    assert starved == []


def _always(place: str) -> frozenset[str]:
    return HOUSE | HERE if place == "bot/core/screen.py" else HOUSE


@pytest.mark.parametrize(
    "catalogue", CATALOGUES, ids=lambda folder: str(folder.relative_to(ROOT))
)
def test_each_language_has_the_same_keys_with_the_same_holes(catalogue: Path):
    zh, en = _holes(catalogue / "zh.toml"), _holes(catalogue / "en.toml")

    assert zh == en


def test_a_person_is_spoken_to_without_shouting():
    texts = dict(_flat(tomllib.loads((ROOT / "bot/content/texts/zh.toml").read_text("utf-8"))))

    assert [key for key, text in texts.items() if re.search("[!！]", text)] == []


# -- reading code -------------------------------------------------------------------------------------------------


def _sayings() -> Iterator[Saying]:
    for path in SPEAKERS:
        tree, place = _tree(path), str(path.relative_to(ROOT))
        for key, given in _literal(tree):
            yield Saying(key, given, place)
        for pattern, given in _patterns(tree):
            for key in _meant(pattern):
                yield Saying(key, given, place)
        for choice in _choices(tree):
            yield Saying(f"choice.{choice}", None, place)


def _literal(tree: ast.AST) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Texts in the code that look like keys of ours, and what goes with them."""
    around = _around(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if _KEY.fullmatch(text):
                if text.split(".")[0] in SECTIONS:
                    yield text, _given(around.get(id(node)))
            case _:
                pass


def _patterns(tree: ast.AST) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Keys with a hole, as `f"media.{what}"` makes them."""
    around = _around(tree)
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(head)), ast.FormattedValue()]):
                if _HEAD.fullmatch(head) and head.split(".")[0] in SECTIONS:
                    yield f"{head}{{}}", _given(around.get(id(node)))
            case _:
                pass


def _meant(pattern: str) -> list[str]:
    if pattern in BUILT:
        return [pattern.format(value) for value in BUILT[pattern]]
    head = pattern.removesuffix("{}")
    return [key for key in KNOWN if key.startswith(head)]


def _choices(tree: ast.AST) -> Iterator[str]:
    """`_card("offer.card", "keep", "drop")` shows `choice.keep` and `choice.drop`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("_card"), args=[_, *choices]):
                yield from (str(c.value) for c in choices if isinstance(c, ast.Constant))
            case _:
                pass


def _around(tree: ast.AST) -> dict[int, ast.AST]:
    """Each part of the code to the call or the pair it stands in."""
    around: dict[int, ast.AST] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            inside = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Tuple):
            inside = node.elts
        else:
            continue
        around |= {id(part): node for part in inside}
    return around


def _given(call: ast.AST | None) -> frozenset[str] | None:
    """What stands beside a key: names of arguments, and of literal dictionaries; None where only running would tell."""
    match call:
        case ast.Call(func=ast.Name(id="Note"), keywords=keywords):
            beside = [one.value for one in keywords if one.arg == "params"]
            names = set[str | None]()
        case ast.Call(args=args, keywords=keywords):
            beside = [*args, *(one.value for one in keywords if one.arg == "params")]
            names = {one.arg for one in keywords}
        case ast.Tuple(elts=beside):
            names = set[str | None]()
        case _:
            return None
    tables = [one for one in beside if isinstance(one, ast.Dict)]
    if None in names or not (tables or names):
        return None
    keys = {key.value for one in tables for key in one.keys if isinstance(key, ast.Constant)}
    return frozenset(str(name) for name in names | keys)


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


_KEY = re.compile(r"(?!.*\.toml$)[a-z]+\.[a-z_]*[a-z]")
_HEAD = re.compile(r"[a-z]+\.[a-z_]*")

KNOWN = _holes(ROOT / "bot/content/texts/zh.toml")
SECTIONS = {key.split(".")[0] for key in KNOWN}
SAYINGS = list(_sayings())
