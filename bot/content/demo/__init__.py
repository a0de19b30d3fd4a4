"""The invented town of the demo, and the neighbours who live in it."""

import tomllib
from importlib.resources import files
from typing import Any


def people() -> list[dict[str, Any]]:
    """Group, unit and answers of each neighbour."""
    text = (files(__name__) / "neighbours.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["people"]
