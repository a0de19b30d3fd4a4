"""The register of meetings, visits and letters as xlsx: when, where, with whom, how many opinions; who was written to and answered.

No row says which numbers its opinions have: the papers number words in an order of their own, so that none is tied to a meeting. The
column is there because the form has it, and says that it is left out.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from bot.reports.words import Words
from bot.reports.workbook import Cell, Column, Table, ledger


class Sitting(NamedTuple):
    """One meeting, visit, or other batch of opinions that came by another way than the chat."""

    day: date
    way: str
    """A source's code."""
    place: str
    host: str
    people: int | None
    groups: tuple[str, ...]
    opinions: int
    by: str
    """The account that wrote it down."""


class Letter(NamedTuple):
    """A letter to an institution."""

    unit: str
    sent: date
    due: date | None
    returned: date | None


SITTINGS = (("at", 6), ("day", 12), ("way", 12), ("place", 20), ("host", 16), ("people", 10), ("groups", 24),
            ("opinions", 10), ("numbers", 14), ("by", 14), ("annex", 16))  # fmt: skip
LETTERS = (("at", 6), ("unit", 28), ("sent", 12), ("due", 12), ("returned", 12), ("asked", 12))
"""Columns and their widths in characters; what nobody has told us (附件, 是否催办) is left to be filled in."""


def register(
    sittings: Iterable[Sitting], letters: Iterable[Letter], texts: Mapping[str, str], made: date
) -> bytes:
    """The workbook. The same rows always give the same bytes."""
    words = Words(texts)
    left_out = words.say("ledger_value.omitted")
    held: list[tuple[Cell, ...]] = [
        (at, s.day, words.channel(s.way), s.place, s.host, s.people, words.join(s.groups), s.opinions, left_out, s.by, "")
        for at, s in enumerate(sittings, 1)
    ]  # fmt: skip
    posted: list[tuple[Cell, ...]] = [
        (at, one.unit, one.sent, one.due, one.returned, "") for at, one in enumerate(letters, 1)
    ]
    tables = (
        Table(words.say("register.sheet"), words.say("register.title"), _columns(words, SITTINGS), held),
        Table(words.say("register.letters_sheet"), words.say("register.letters"), _columns(words, LETTERS), posted),
    )  # fmt: skip
    return ledger(tables, texts, made=made)


def _columns(words: Words, heads: Iterable[tuple[str, int]]) -> tuple[Column, ...]:
    return tuple(
        Column(words.say(f"register_column.{head}"), width, "left" if width > 16 else "center")
        for head, width in heads
    )
