"""The sentences for people, by key and language: `texts.say("zh", "consent.staff", minutes=5)`.

Templates are taken apart once, when they are read; saying one only joins strings. What is put into a template is
never looked at again, so braces in a person's words stay braces.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import cast

from bot.core.survey import Language
from bot.settings.problem import Problem
from bot.settings.table import parse_toml


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with holes: literal pieces, and which of them is to be replaced by which parameter."""

    pieces: tuple[str, ...]
    holes: tuple[tuple[int, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """The parameters it needs."""
        return frozenset(name for _, name in self.holes)

    def filled(self, params: Mapping[str, object]) -> str:
        """The sentence; KeyError where a parameter is missing."""
        pieces = list(self.pieces)
        for place, name in self.holes:
            pieces[place] = str(params[name])
        return "".join(pieces)


class Texts:
    """All sentences in each language."""

    def __init__(self, templates: Mapping[Language, Mapping[str, Template]]) -> None:
        # A sentence without holes is kept as the string it is: most are, and they are asked for most.
        self._sentences: dict[Language, dict[str, Template | str]] = {
            language: {key: t if t.holes else "".join(t.pieces) for key, t in known.items()}
            for language, known in templates.items()
        }

    def say(self, language: Language, key: str, /, **params: object) -> str:
        """The sentence of that key. KeyError where there is no such key, or a parameter it needs is missing."""
        sentence = self._sentences[language][key]
        return sentence if isinstance(sentence, str) else sentence.filled(params)

    def __or__(self, other: "Texts") -> "Texts":
        """Both catalogues in one; where both have a key, the other's."""
        both = Texts({})
        both._sentences = {
            language: {**known, **other._sentences.get(language, {})}
            for language, known in self._sentences.items()
        }
        return both

    def __contains__(self, key: object) -> bool:
        return all(key in known for known in self._sentences.values())

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences["zh"])


def read_texts(files: Mapping[Language, tuple[str, str]]) -> tuple[Texts, tuple[Problem, ...]]:
    """The sentences of each language's file (its name and its text), and everything wrong with them."""
    problems: list[Problem] = []
    templates: dict[Language, dict[str, Template]] = {}
    for language, (file, text) in files.items():
        templates[language] = {}
        for key, value in _flattened(parse_toml(file, text, problems)):
            template = _template(value)
            if isinstance(template, Template):
                templates[language][key] = template
            else:
                problems.append(Problem(file=file, key=key, fault=template))
    problems += _differences(files, templates)
    return Texts(templates), tuple(problems)


def _flattened(values: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        dotted = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _flattened(cast(dict[str, object], value), dotted)
        else:
            yield dotted, value


def _template(value: object) -> Template | str:
    """The template, or the name of what is wrong with it."""
    if not isinstance(value, str):
        return "text_not_text"
    if not value.strip():
        return "empty"
    pieces: list[str] = []
    holes: list[tuple[int, str]] = []
    try:
        for literal, name, form, conversion in Formatter().parse(value):
            pieces.append(literal)
            if name is None:
                continue
            if form or conversion or not name.isidentifier():
                return "text_hole"
            holes.append((len(pieces), name))
            pieces.append("")
    except ValueError:
        return "text_hole"
    return Template(tuple(pieces), tuple(holes))


def _differences(
    files: Mapping[Language, tuple[str, str]],
    templates: Mapping[Language, Mapping[str, Template]],
) -> Iterator[Problem]:
    """Keys that one language has and another has not, and sentences that need other parameters."""
    for key in {key: None for known in templates.values() for key in known}:
        holders: dict[Language, Template | None] = {
            language: known.get(key) for language, known in templates.items()
        }
        names = {t.names for t in holders.values() if t is not None}
        for language, template in holders.items():
            file = files[language][0]
            if template is None:
                yield Problem(file=file, key=key, fault="text_missing")
            elif len(names) > 1:
                said = (("names", ", ".join(sorted(template.names)) or "-"),)
                yield Problem(file=file, key=key, fault="text_holes_differ", facts=said)
