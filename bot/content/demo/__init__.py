"""The invented town of the demo: its neighbours, and the plan of a campaign it takes part in."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any


def people() -> list[dict[str, Any]]:
    """Group, unit and answers of each neighbour."""
    return _read("neighbours")["people"]


def plan() -> bytes:
    """The campaign's plan, as its office would have sent it."""
    return (files(__name__) / "plan.txt").read_bytes()


def begins() -> datetime:
    """When the demo's clock begins."""
    return _read("campaign")["begins"]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
