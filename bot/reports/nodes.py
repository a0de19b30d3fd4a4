"""The node table as xlsx: what is to be done, when, by whom, and how it stands; and which papers of it are there. In the form of the
ledger."""

from collections.abc import Iterator, Mapping
from datetime import date

from bot.core.campaign.schedule import Row, Schedule
from bot.reports.words import Words
from bot.reports.workbook import Cell, Column, Table, ledger, materials, prescribed

WIDTHS = (6, 16, 18, 34, 12, 12, 16, 16, 22, 20, 8, 10, 20, 44)
"""Characters, column by column."""
LEFT = frozenset({"title", "deliverable", "submit_to", "missing", "words"})
HEADS = (
    "number", "phase", "step", "title", "start", "end", "text_date", "responsible", "deliverable",
    "submit_to", "prescribed", "state", "missing", "words",
)  # fmt: skip


def nodes(schedule: Schedule, texts: Mapping[str, str]) -> bytes:
    """The workbook. The same schedule always gives the same bytes."""
    words = Words(texts)
    columns = tuple(
        Column(
            words.say(f"schedule_column.{head}"), width, "left" if head in LEFT else "center"
        )
        for head, width in zip(HEADS, WIDTHS, strict=True)
    )
    table = Table(
        name=words.say("schedule.sheet"),
        title=words.say("schedule.table_title", title=schedule.title),
        columns=columns,
        rows=list(_rows(schedule, words)),
    )
    papers = schedule.materials
    check = (materials(words, papers, schedule.day),) if papers else ()
    return ledger((table, *check), texts, made=schedule.day)


def _rows(schedule: Schedule, words: Words) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(schedule.rows, 1):
        yield (
            number,
            row.phase,
            row.step if row.place not in ("step", "row") else "",
            row.title,
            row.days[0],
            _last(row),
            _said(row, words),
            words.join(row.responsible),
            row.deliverable,
            row.submit_to,
            prescribed(words, row.prescribed),
            _state(row, words),
            words.join(row.missing),
            row.words,
        )


def _last(row: Row) -> date | None:
    return row.following if row.rrule else row.days[1]


def _said(row: Row, words: Words) -> str:
    """The document's words for when; and the days it was moved from."""
    if row.was is None:
        return row.text_date
    days = tuple(dict.fromkeys(day for day in row.was if day is not None))
    said = words.span(*days) if len(days) == 2 else words.day(days[0])
    return words.say("schedule.moved_from", said=row.text_date, days=said)


def _state(row: Row, words: Words) -> str:
    name = words.named("node_state", row.state)
    if row.of > 1:
        return words.say("schedule.progress", state=name, done=row.done, of=row.of)
    return name
