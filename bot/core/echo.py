"""To whom an answer goes back that many were waiting for (你提我办): the units and groups that raised it, and no one person.

Only where at least k opinions came from may be spoken to as the ones who raised it, or the answer would tell colleagues
that one of a few had complained. What came from fewer is told to nobody of its own: its receipts, the wishes to be told and
the notice on the wall are for everybody.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.core.cells import NOWHERE, K, Parents


@dataclass(frozen=True, slots=True)
class Scope:
    """Units and groups; `NOWHERE` as a unit is everywhere, as a group everybody."""

    cells: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells)

    def holds(self, unit: str, group: str, parents: Parents) -> bool:
        """Whether somebody is in it, of whom a code or a directory has told this. Who is not known to be is not."""
        above = tuple(_upward(unit, parents))
        return any(u in (NOWHERE, *above) and g in (NOWHERE, group) for u, g in self.cells)

    def as_json(self) -> str:
        """The text that storage keeps."""
        return json.dumps(sorted(self.cells), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Scope":
        """What `as_json` wrote."""
        return Scope(frozenset((unit, group) for unit, group in json.loads(text)))


def scope(voices: Mapping[tuple[str, str], int], *, k: int = K) -> Scope:
    """Where so many opinions (by unit and group) came from: each unit and group with enough of them; where none has, each
    group with enough; where none has, everybody; and nobody where all together are too few.

    >>> sorted(scope({("no1", "parent"): 9, ("no2", "parent"): 1}).cells)
    [('no1', 'parent')]
    >>> sorted(scope({("no1", "parent"): 4, ("no2", "parent"): 1}).cells)
    [('', 'parent')]
    """
    for cells in (
        voices,
        _together((NOWHERE, group, count) for (_, group), count in voices.items()),
        _together((NOWHERE, NOWHERE, count) for count in voices.values()),
    ):
        if enough := frozenset(cell for cell, count in cells.items() if count >= k):
            return Scope(enough)
    return Scope()


def _together(counts: Iterable[tuple[str, str, int]]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for unit, group, count in counts:
        found[unit, group] += count
    return found


def _upward(unit: str, parents: Parents) -> Iterable[str]:
    """The unit and those above it. `Atoms` has seen to it that a tree has no circles; a configuration may not have."""
    seen: set[str] = set()
    while unit and unit not in seen:
        yield unit
        seen.add(unit)
        unit = parents.get(unit, NOWHERE)
