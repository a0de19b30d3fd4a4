"""移交清单: clues of breaches of discipline, for the body in charge of it and for nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.messages import Redacted
from bot.reports.document.weekly import title
from bot.reports.document.writing import Column, Writing
from bot.reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One clue, as the list shows it."""

    number: int
    text: Redacted | None
    """None where its writer has taken it back."""
    to: str
    """The body it was handed to."""
    day: date
    by: str
    """The account that handed it over: 办公室1."""
    received: date | None
    receiver: str
    """Who acknowledged it, as the office wrote it down."""


def clue_list(
    office: str, clues: Sequence[Clue], texts: Mapping[str, str], made: date
) -> bytes:
    """The list as docx, with the lines that are signed by hand."""
    words = Words(texts)
    name = words.say("clues.title")
    paper = Writing(words, title=name, made=made)
    paper.add("AnnexMark", words.say("clues.secret"))
    paper.add("Normal")
    title(paper, words, name)
    paper.add("Mark", words.say("clues.from", office=office, day=words.full_day(made)))
    if not clues:
        paper.add("BodyText", words.say("clues.none"))
        return paper.bytes()
    paper.add("BodyText", words.say("clues.intro", n=len(clues)))
    columns = (
        Column(words.say("clues_column.number"), 8),
        Column(words.say("clues_column.words"), 36, "left"),
        Column(words.say("clues_column.to"), 16),
        Column(words.say("clues_column.day"), 13),
        Column(words.say("clues_column.by"), 12),
        Column(words.say("clues_column.receipt"), 15),
    )
    paper.table(columns, [_row(words, clue) for clue in clues])
    paper.add("Normal")
    for line in words.say("clues.hands").splitlines():
        paper.add("Normal", line)
    return paper.bytes()


def _row(words: Words, clue: Clue) -> tuple[str, ...]:
    receipt = (
        words.say("clues.received", day=words.day(clue.received), who=clue.receiver)
        if clue.received
        else words.say("clues.waiting")
    )
    return (
        str(clue.number),
        words.say("clues.words_gone") if clue.text is None else clue.text,
        clue.to,
        words.day(clue.day),
        clue.by,
        receipt,
    )
