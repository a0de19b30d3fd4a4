"""What the office knows about topics and ways of speaking, as TOML; `load_taxonomy` reads it once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from bot.core.sorting import Taxonomy, taxonomy_from


@cache
def load_taxonomy() -> Taxonomy:
    """The taxonomy of the files beside this one.

    Raises `ValueError` when a file cannot be read as it should be.
    """
    return taxonomy_from(tables())


def tables() -> dict[str, Any]:
    """All files merged into one mapping."""
    merged: dict[str, Any] = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            merged |= tomllib.loads(entry.read_text(encoding="utf-8"))
    return merged
