"""Headcounts as an office keeps them: an xlsx with units and groups, one sheet, some rows of heading.

The rules stand in `core.people.headcounts`; here a file becomes rows. It comes from outside, so it is measured before it
is opened. openpyxl is imported only when a file comes. Call it off the loop: a big sheet takes a second. A slip in a
cell is a warning, and the rest is used: a clerk's typing must not keep the service from starting.
"""

import io
import tomllib
import warnings
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bot.core.people.headcounts import Counted, RowProblem, read_headcounts
from bot.core.survey import Group, Unit
from bot.settings.problem import Problem
from bot.settings.table import shortened

BIGGEST = 5_000_000
"""Bytes of the file."""
BIGGEST_INSIDE = 50_000_000
"""Bytes of what it holds, unpacked."""
MOST_ROWS, MOST_COLUMNS = 10_000, 100

HERE = Path(__file__).parent


class Unreadable(Exception):
    """Not a table of headcounts at all. `key` is the fault's name in `problems`."""

    def __init__(self, key: Literal["headcounts.not_a_table", "headcounts.too_big"]) -> None:
        super().__init__(key)
        self.key = key


def read_file(
    file: Path, units: tuple[Unit, ...], groups: tuple[Group, ...]
) -> tuple[Counted, tuple[Problem, ...]]:
    """The headcounts of an operator's file, and what is wrong with it, cell by cell as the sheet calls them (B5)."""
    try:
        counted = read_xlsx(file.read_bytes(), units, groups)
    except OSError as error:
        facts = (("error", error.strerror or str(error)),)
        return Counted(), (Problem(file=str(file), key="", fault="unreadable", facts=facts),)
    except Unreadable as unreadable:
        return Counted(), (Problem(file=str(file), key="", fault=unreadable.key),)
    known = ", ".join(group.id for group in groups)
    return counted, tuple(_problem(str(file), wrong, known) for wrong in counted.problems)


def read_xlsx(content: bytes, units: tuple[Unit, ...], groups: tuple[Group, ...]) -> Counted:
    """The headcounts of the first sheet that has any, with everything that is wrong with it. Raises `Unreadable`."""
    read = [read_headcounts(rows, units, groups, sums()) for rows in _sheets(content)]
    return next((one for one in read if one.people), read[0] if read else Counted())


@cache
def sums() -> frozenset[str]:
    """First cells of rows that only add up."""
    return frozenset(tomllib.loads((HERE / "headcounts.toml").read_text("utf-8"))["sums"])


def _problem(file: str, wrong: RowProblem, known: str) -> Problem:
    from openpyxl.utils import get_column_letter

    nothing = wrong.fault == "no_groups"
    near = "_near" if wrong.nearest else ""
    return Problem(
        file=file,
        key="" if nothing else f"{get_column_letter(wrong.column)}{wrong.row}",
        fault=f"headcounts.{wrong.fault}{near}",
        facts=(("value", shortened(wrong.value)), ("near", wrong.nearest), ("known", known)),
        warning=not nothing,
    )


def _sheets(content: bytes) -> list[list[tuple[str, ...]]]:
    _measure(content)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # styles it does not know; we look at the values alone
            book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [_rows(sheet) for sheet in book.worksheets]
    except Exception as error:  # whatever a broken file makes the library raise
        raise Unreadable("headcounts.not_a_table") from error


def _measure(content: bytes) -> None:
    if len(content) > BIGGEST:
        raise Unreadable("headcounts.too_big")
    try:
        inside = sum(file.file_size for file in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("headcounts.not_a_table") from error
    if inside > BIGGEST_INSIDE:
        raise Unreadable("headcounts.too_big")


def _rows(sheet: Any) -> list[tuple[str, ...]]:
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(
        max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True
    )
    return [tuple(map(_text, row)) for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
