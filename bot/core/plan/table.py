"""Node tables: which column says what, and what each row says.

A head names the columns; without one, the column whose cells are dates is the time. A cell may hold several lines,
and several names parted by 、 or by a line's end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.dates.reading import read_all
from bot.core.dates.resolve import Reference
from bot.core.plan.text import Table
from bot.core.plan.words import Words

_ANY_YEAR = Reference(year=2024)
"""To see whether a cell is a date at all; any leap year will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One node as its row has it."""

    number: str
    phase: str
    step: str
    content: str
    time: str
    task: str
    responsible: tuple[str, ...]
    submit: str


def node_rows(table: Table, words: Words) -> tuple[Row, ...] | None:
    """The rows of a node table, or None where the table is none."""
    for place, head in enumerate(table.rows[:4]):
        columns = _columns(head, words)
        if "time" in columns.values() and len(set(columns.values())) > 1:
            return tuple(_rows(table.rows[place + 1 :], columns, head))
    guessed = _guess(table.rows)
    return tuple(_rows(table.rows, guessed, ())) if guessed else None


def _columns(head: Sequence[str], words: Words) -> dict[int, str]:
    """Column → role, each role once; a second column of a role becomes content."""
    roles: dict[int, str] = {}
    for place, cell in enumerate(head):
        role = words.column(cell)
        if role is None or role == "remark":
            continue
        if role in roles.values():
            role = (
                "content"
                if role in ("step", "task") and "content" not in roles.values()
                else ""
            )
        if role:
            roles[place] = role
    if "step" not in roles.values():
        for other in ("content", "task", "phase"):
            place = next((p for p, role in roles.items() if role == other), None)
            if place is not None:
                roles[place] = "step"
                break
    return roles


def _guess(rows: Sequence[Sequence[str]]) -> dict[int, str] | None:
    """A table without heads: the column of dates, and the longest other column."""
    if len(rows) < 2 or len({len(row) for row in rows}) != 1:
        return None
    width = len(rows[0])
    dated = [sum(_is_date(row[n]) for row in rows) for n in range(width)]
    best = max(range(width), key=dated.__getitem__, default=0)
    if width < 2 or dated[best] < max(2, 0.6 * len(rows)):
        return None
    others = [n for n in range(width) if n != best]
    step = max(others, key=lambda n: sum(len(row[n]) for row in rows))
    return {best: "time", step: "step"}


def _is_date(cell: str) -> bool:
    found = read_all(cell, _ANY_YEAR)
    covered = sum(reading.end - reading.start for reading in found)
    return bool(found) and covered >= 0.7 * len("".join(cell.split()))


def _rows(
    rows: Sequence[Sequence[str]], columns: dict[int, str], head: Sequence[str]
) -> list[Row]:
    found: list[Row] = []
    phase = ""
    for row in rows:
        cells = {role: row[n].strip() for n, role in columns.items() if n < len(row)}
        filled = {cell.strip() for cell in row if cell.strip()}
        if not filled or list(row) == list(head):
            continue
        if len(filled) == 1 and len(row) > 2 and not cells.get("time", "").isdigit():
            # One cell over the whole width is a phase's own line.
            alone = next(iter(filled))
            if not _is_date(alone) and not alone.isdigit():
                phase = " ".join(alone.split())
                continue
        phase = " ".join(cells.get("phase", "").split()) or phase
        step = " ".join(cells.get("step", "").split())
        if not step and not cells.get("content"):
            continue
        found.append(
            Row(
                number=cells.get("number", ""),
                phase=phase,
                step=step,
                content=cells.get("content", ""),
                time=cells.get("time", ""),
                task=cells.get("task", ""),
                responsible=names_of(cells.get("responsible", "")),
                submit=" ".join(cells.get("submit", "").split()),
            )
        )
    return found


_BETWEEN_NAMES = re.compile(r"[、，,；;/\n]|\s{1,}(?=\S{2,})|(?<=\S{2})\s+")
_SPACED_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[ \u3000]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])"
)


def names_of(cell: str) -> tuple[str, ...]:
    """The names in a cell, in their order, each once.

    >>> names_of("甲某某、乙 某\\n丙某某  丁某某")
    ('甲某某', '乙某', '丙某某', '丁某某')
    """
    whole = _SPACED_NAME.sub(r"\1\2", cell)
    found = (name.strip(" \u3000。.:：") for name in _BETWEEN_NAMES.split(whole))
    return tuple(
        dict.fromkeys(name for name in found if name and name not in ("等", "-", "—", "/"))
    )
