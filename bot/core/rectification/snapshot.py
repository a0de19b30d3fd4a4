"""A problem as it stands, as JSON and back: what storage keeps beside the history, so that no list replays it.

The history alone decides. `RULES` is raised by whoever changes what a move does: what was kept under other rules is
worked out anew the next time it is read.
"""

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

from bot.core.rectification.problem import Musts, Problem, State

RULES = 1
"""Which moves and what they change; see above."""

_DAYS = frozenset(
    one.name for kind in (Problem, Musts) for one in fields(kind) if "date" in str(one.type)
)


def to_json(problem: Problem) -> str:
    """What `from_json` reads."""
    return json.dumps(
        {**_written(problem), "musts": _written(problem.musts)},
        ensure_ascii=False,
        separators=(",", ":"),
        default=date.isoformat,
    )


def from_json(text: str) -> Problem:
    """The problem that `to_json` wrote."""
    row: dict[str, Any] = json.loads(text)
    musts = Musts(**_read(row.pop("musts")))
    row["state"], row["sources"] = State(row["state"]), tuple(row["sources"])
    return replace(Problem(**_read(row)), musts=musts)


def _written(one: Problem | Musts) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DAYS and value else value
        for name, value in row.items()
    }
