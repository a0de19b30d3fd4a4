"""The words of the papers and the font of the pictures, for the deeds to hand to the reports.

Reports know no content: they are given these words as a plain mapping, key to sentence, and the font as bytes.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import cast

from bot.core.survey import Language


@cache
def papers(language: Language) -> Mapping[str, str]:
    """All sentences of the papers in that language, by dotted key: `overview.period`."""
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flat(tomllib.loads(text))))


@cache
def chart_font() -> bytes:
    """A font with the Chinese characters of names and places; its licence lies beside it."""
    return font_file().read_bytes()


def font_file() -> Path:
    """The same font, for who wants to open it by itself."""
    return Path(str(files("bot.content").joinpath("fonts", "NotoSansSC-subset.otf")))


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(cast(Mapping[str, object], value), f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
