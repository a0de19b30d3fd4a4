"""The invented town of the demo: its neighbours, and the days of a campaign it takes part in."""

import tomllib
from datetime import date, datetime
from importlib.resources import files
from typing import Any


def people() -> list[dict[str, Any]]:
    """Group, unit and answers of each neighbour."""
    return _read("neighbours")["people"]


def nodes() -> tuple[tuple[date, str], ...]:
    """What the campaign's plan has on which day."""
    return tuple((node["day"], node["what"]) for node in _read("campaign")["nodes"])


def begins() -> datetime:
    """When the demo's clock begins."""
    return _read("campaign")["begins"]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
