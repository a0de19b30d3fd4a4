"""How many people there are: the rows of somebody's table, read as people per unit and group.

Two shapes are understood, and told apart by what stands in them, not by their headings:

    a column per group     unit | party | teacher | …     a row per cell     unit | group | people
                           no1  | 30    | 120     |                          no1  | teacher | 120

An empty cell says that nobody knows; 0 says that there is nobody. Units and groups are found by id or by name, never
by a likely one: what is not found is a problem with the row it stands in, and the rest is kept.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.core.people.finding import find_units
from bot.core.survey import Group, Unit

Row = Sequence[str]
"""The cells of one row as text, the unit first."""

Fault = Literal["no_groups", "unknown_unit", "unknown_group", "not_a_number", "twice"]

MOST = 10_000_000
"""People in one cell; more is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell. Rows and columns count from 1."""

    row: int
    column: int
    fault: Fault
    value: str = ""
    nearest: str = ""
    """A unit that may have been meant."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a table says."""

    people: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """By unit id and group id."""
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cell:
    row: int
    column: int
    unit: str
    group: str
    group_column: int
    """Where the group stands that `group` is the text of; 0: in the head, where it is known already."""
    people: str


def read_headcounts(
    rows: Sequence[Row],
    units: tuple[Unit, ...],
    groups: tuple[Group, ...],
    sums: frozenset[str] = frozenset(),
) -> Counted:
    """The people of each unit and group. `sums`: first cells of rows that only add up others."""
    known_units = {_fold(name): u.id for u in units for name in (u.id, u.name, *u.also)}
    known_groups = {_fold(name): g.id for g in groups for name in (g.id, *g.words.values())}
    head = _head(rows, known_groups)
    cells = _wide(rows, head, known_groups) if head is not None else _long(rows, known_groups)
    people: dict[tuple[str, str], int] = {}
    problems = list(
        _odd_heads(rows[head], head + 1, known_groups, sums) if head is not None else ()
    )
    strange: set[int] = set()
    found = False
    for cell in cells:
        found = True
        if _fold(cell.unit) in sums:
            continue
        unit, group = known_units.get(_fold(cell.unit)), known_groups.get(_fold(cell.group))
        count = _count(cell.people)
        if unit is None:
            if cell.row not in strange:
                strange.add(cell.row)
                near = find_units(units, cell.unit)
                nearest = near[0].name if len(near) == 1 else ""
                problems.append(RowProblem(cell.row, 1, "unknown_unit", cell.unit, nearest))
        elif group is None:
            problems.append(
                RowProblem(cell.row, cell.group_column, "unknown_group", cell.group)
            )
        elif count is None:
            problems.append(RowProblem(cell.row, cell.column, "not_a_number", cell.people))
        elif people.setdefault((unit, group), count) != count:
            problems.append(RowProblem(cell.row, cell.column, "twice", cell.people))
    if not found:
        problems.append(RowProblem(1, 1, "no_groups"))
    return Counted(people, tuple(problems))


def _head(rows: Sequence[Row], groups: Mapping[str, str]) -> int | None:
    """The row that heads columns with groups: two of them at least, or one that stands over numbers."""
    for place, row in enumerate(rows):
        named = [at for at, cell in enumerate(row) if at and _fold(cell) in groups]
        below = rows[place + 1] if place + 1 < len(rows) else ()
        if len(named) > 1 or (named and not any(_people(row)) and _number_at(below, named[0])):
            return place
    return None


def _wide(rows: Sequence[Row], head: int, groups: Mapping[str, str]) -> Iterator[_Cell]:
    columns = [(at, name) for at, name in enumerate(rows[head]) if at and _fold(name) in groups]
    for place, row in enumerate(rows[head + 1 :], head + 2):
        for at, group in columns:
            people = row[at].strip() if at < len(row) else ""
            if people and row[0].strip():
                yield _Cell(place, at + 1, row[0], group, 0, people)


def _long(rows: Sequence[Row], groups: Mapping[str, str]) -> Iterator[_Cell]:
    """Rows of three from the first one whose second cell is a group: those above it are heading."""
    begun = False
    for place, row in enumerate(rows, 1):
        unit, group, people = (cell.strip() for cell in (*row, "", "", "")[:3])
        begun = begun or _fold(group) in groups
        if begun and unit and people:
            yield _Cell(place, 3, unit, group, 2, people)


def _odd_heads(
    head: Row, row: int, groups: Mapping[str, str], sums: frozenset[str]
) -> Iterator[RowProblem]:
    for at, name in enumerate(head):
        folded = _fold(name)
        if at and folded and folded not in groups and folded not in sums:
            yield RowProblem(row, at + 1, "unknown_group", name)


def _people(row: Row) -> Iterator[int]:
    return (count for cell in row if (count := _count(cell)) is not None)


def _number_at(row: Row, at: int) -> bool:
    return at < len(row) and _count(row[at]) is not None


def _count(typed: str) -> int | None:
    plain = unicodedata.normalize("NFKC", typed).strip().replace(",", "")
    found = re.fullmatch(r"(\d{1,8})(?:\.0+)?", plain, re.ASCII)
    count = int(found[1]) if found else None
    return count if count is not None and count <= MOST else None


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
