"""Reads the words plans are recognised by and the sentences about them, once a process."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from bot.core.plan.words import Words
from bot.core.survey import Language

HERE = Path(__file__).parent


@cache
def load_words() -> Words:
    """The cues for `core/plan`."""
    with (HERE / "words.toml").open("rb") as file:
        raw = cast(dict[str, object], tomllib.load(file))
    tables = {
        name: {k: tuple(v) for k, v in cast(Mapping[str, list[str]], raw.pop(name)).items()}
        for name in ("columns", "roles")
    }
    lists = {name: tuple(cast(list[str], value)) for name, value in raw.items()}
    return Words(
        phase=lists["phase"],
        schedule=lists["schedule"],
        looks_back=lists["looks_back"],
        title=lists["title"],
        issuer=lists["issuer"],
        closing=lists["closing"],
        deliverable=lists["deliverable"],
        makes=lists["makes"],
        everybody=lists["everybody"],
        prescribed=lists["prescribed"],
        optional=lists["optional"],
        columns=tables["columns"],
        roles=tables["roles"],
    )


@cache
def load_sentences() -> Mapping[Language, Mapping[str, str]]:
    """The sentences about plans, by language and key: `question.year`, `conflict.order`, `fault.locked`."""
    with (HERE / "questions.toml").open("rb") as file:
        raw = cast(dict[str, dict[str, dict[str, str]]], tomllib.load(file))
    return {
        language: {
            f"{group}.{key}": text
            for group, texts in raw[language].items()
            for key, text in texts.items()
        }
        for language in ("zh", "en")
    }


def sentence(language: Language, key: str, /, **facts: object) -> str:
    """The sentence of that key with its facts filled in. KeyError where there is none."""
    return load_sentences()[language][key].format(**facts)
