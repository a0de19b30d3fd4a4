"""The plan of talks (谈心谈话) as xlsx: who with whom, why, when, held or not. What was said never stands in it."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.core.talks import Talk
from bot.reports.words import Words
from bot.reports.workbook import Column, Table, ledger

HEADS = (
    ("number", 6), ("round", 8), ("why", 34), ("one", 14), ("other", 14), ("day", 14), ("done", 14), ("record", 12),
    ("signed", 16),
)  # fmt: skip
"""Columns and their widths in characters; the last one is left for two signatures on paper."""


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
            talk.round,
            words.join((words.named("talks_reason", why) for why in talk.why), "semicolon"),
            talk.one,
            talk.other or words.say("talks_table.team"),
            talk.day,
            talk.done,
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
