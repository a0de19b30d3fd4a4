"""The plan of talks (谈心谈话) as xlsx: who with whom, why, when, held or not. What was said never stands in it: the columns for that
are there to be written in by hand, on the one sheet the two of a talk keep."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.core.talks import Talk
from bot.reports.words import Words
from bot.reports.workbook import Column, Table, ledger

HEADS = (
    ("number", 6), ("why", 26), ("one", 12), ("other", 12), ("round", 6), ("day", 12), ("done", 12), ("place", 12),
    ("points", 26), ("of_oneself", 26), ("follow", 12), ("record", 8), ("signed", 16),
)  # fmt: skip
"""Columns and their widths in characters."""

BY_HAND = ("",) * 4
"""Where, what about, what was said of oneself, whether something follows."""


def talks_table(
    rows: Iterable[tuple[Talk, bool]], texts: Mapping[str, str], made: date
) -> bytes:
    """The workbook, from each talk and whether it has a record. The same rows always give the same bytes."""
    words = Words(texts)
    columns = tuple(
        Column(words.say(f"talks_column.{head}"), width, "left" if head == "why" else "center")
        for head, width in HEADS
    )
    lines = [
        (
            number,
            words.join((words.named("talks_reason", why) for why in talk.why), "semicolon"),
            talk.one,
            talk.other or words.say("talks_table.team"),
            talk.round,
            talk.day,
            talk.done,
            *BY_HAND,
            words.say("talks_table.kept" if recorded else "list.dash"),
            "",
        )
        for number, (talk, recorded) in enumerate(rows, 1)
    ]
    table = Table(
        name=words.say("talks_table.sheet"),
        title=words.say("talks_table.title"),
        columns=columns,
        rows=lines,
    )
    return ledger((table,), texts, made=made)
