"""Rows of somebody's table that could not be taken in, as xlsx: each with the reason beside it, to be put right and sent again."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.reports.words import Words
from bot.reports.workbook import Cell, Column, Table, ledger

Given = tuple[int, str, str, Sequence[str]]
"""Its number in the table, what is wrong, with which value, and its cells."""

WIDEST = 40
CLAUSE = 16


def handed_back(
    head: Sequence[str], rows: Sequence[Given], texts: Mapping[str, str], made: date
) -> bytes:
    """The workbook. Cells stand as they came, as text."""
    words = Words(texts)
    width = max((len(cells) for *_, cells in rows), default=len(head))
    heads = [*head, *[""] * (width - len(head))]
    columns = (
        Column(words.say("handed_back.number"), 8, "center"),
        Column(words.say("handed_back.reason"), 26, "left"),
        *(Column(one, min(WIDEST, max(CLAUSE, len(one) * 2)), "left") for one in heads),
    )
    table = Table(
        name=words.say("handed_back.sheet"),
        title=words.say("handed_back.title", n=len(rows)),
        columns=columns,
        rows=[_row(words, *row, width) for row in rows],
    )
    return ledger((table,), texts, made=made)


def _row(
    words: Words, number: int, fault: str, value: str, cells: Sequence[str], width: int
) -> tuple[Cell, ...]:
    reason = words.say(f"handed_back_fault.{fault}", value=value)
    return (number, reason, *cells, *[""] * (width - len(cells)))
