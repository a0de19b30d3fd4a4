"""The result of an appraisal (民主评议) as an office paper and as a table: counted already, here only drawn.

A result that does not stand is said to be none, above its figures. Of whom too few rated there is nothing but that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.appraisal import CHOICES, Outcome, Rated, Row, Stage, Step
from bot.reports.document.weekly import title
from bot.reports.document.writing import Column, Writing
from bot.reports.words import Words
from bot.reports.workbook import Cell, Table, ledger
from bot.reports.workbook import Column as SheetColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that the paper says."""

    office: str
    body: str
    """Whose team it is."""
    outcome: Outcome
    first: Outcome | None
    """The result of the first meeting, where this is the final one and that was counted."""
    steps: tuple[Step, ...]
    """Both beside each other; empty where one of them does not stand."""
    made: date


def paper(sheet: Sheet, texts: Mapping[str, str]) -> bytes:
    """The result as docx. The same result gives the same bytes."""
    words = Words(texts)
    name = words.say("appraisal.title", body=sheet.body)
    writing = Writing(words, title=name, made=sheet.made)
    writing.add("AnnexMark", words.say("appraisal.secret"))
    writing.add("Normal")
    title(writing, words, name)
    writing.add(
        "Mark",
        words.say("appraisal.from", office=sheet.office, day=words.full_day(sheet.made)),
    )
    writing.add("Normal")
    _turnout(writing, words, sheet.outcome)
    _votes(writing, words, sheet.outcome)
    if sheet.outcome.meeting.stage is Stage.FINAL:
        _beside(writing, words, sheet)
    for note in ("shares", "blanks", "few", "secret_vote"):
        writing.add("Note", words.say(f"appraisal.note_{note}"))
    return writing.bytes()


def _turnout(writing: Writing, words: Words, found: Outcome) -> None:
    meeting = found.meeting
    writing.add("Heading1", words.say("appraisal.turnout"))
    writing.add(
        "BodyText",
        words.say(
            "appraisal.came",
            stage=words.named("appraisal_stage", meeting.stage),
            expected=_known(words, meeting.expected),
            present=_known(words, meeting.present),
            ballots=found.ballots,
            online=found.online,
            paper=found.paper,
            quorum=words.named("appraisal_quorum", meeting.quorum),
        ),
    )
    standing = words.say("appraisal.stands")
    if found.invalid:
        standing = words.named("appraisal_invalid", found.invalid)
    writing.add("Warning" if found.invalid else "BodyText", standing)


def _known(words: Words, number: int) -> str:
    return str(number) if number else words.say("list.dash")


def _votes(writing: Writing, words: Words, found: Outcome) -> None:
    writing.add("Heading1", words.say("appraisal.votes"))
    writing.add("Caption", words.say("appraisal.votes_caption"))
    heads = (*CHOICES, "blank", "good_share", "content_share")
    columns = [Column(words.say("appraisal.rated"), 22, "left")]
    columns += [Column(words.named("appraisal_column", head), 11) for head in heads]
    writing.table(columns, [_line(words, row) for row in found.rows])


def _line(words: Words, row: Row) -> list[str]:
    if row.votes is None:
        hidden = words.say("appraisal.hidden")
        return [_who(words, row.rated), *(hidden for _ in range(len(CHOICES) + 3))]
    return [
        _who(words, row.rated),
        *(str(row.votes[choice]) for choice in CHOICES),
        str(row.blank),
        words.percent(row.share("good")),
        words.percent(row.share("good", "fairly")),
    ]


def _who(words: Words, rated: Rated) -> str:
    if not rated.name:
        return words.say("appraisal.team")
    return (
        words.say("appraisal.person", name=rated.name, post=rated.post)
        if rated.post
        else rated.name
    )


def _beside(writing: Writing, words: Words, sheet: Sheet) -> None:
    writing.add("Heading1", words.say("appraisal.beside"))
    if not sheet.steps:
        writing.add("BodyText", words.say("appraisal.not_beside"))
        return
    heads = ("good_first", "good_final", "content_first", "content_final", "moved")
    columns = [Column(words.say("appraisal.rated"), 22, "left")]
    columns += [Column(words.named("appraisal_column", head), 15) for head in heads]
    writing.add("Caption", words.say("appraisal.beside_caption"))
    writing.table(columns, [_step(words, step) for step in sheet.steps])


def _step(words: Words, step: Step) -> list[str]:
    shares = map(words.percent, (*step.good, *step.content))
    return [_who(words, step.rated), *shares, _points(words, step.moved)]


def _points(words: Words, tenths: int) -> str:
    sign = "" if tenths == 0 else "－" if tenths < 0 else "+"
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def table(sheet: Sheet, texts: Mapping[str, str]) -> bytes:
    """The result as xlsx: votes and shares, and the two meetings beside each other where there were two."""
    words = Words(texts)
    heads = ("number", "rated", "post", *CHOICES, "blank", "cast", "good_share", "content_share", "online", "paper")  # fmt: skip
    columns = tuple(
        SheetColumn(words.named("appraisal_column", head), 16 if head in ("rated", "post") else 10)
        for head in heads
    )  # fmt: skip
    tables = [
        Table(
            name=words.say("appraisal.sheet"),
            title=words.say("appraisal.title", body=sheet.body),
            columns=columns,
            rows=list(_cells(words, sheet.outcome)),
        )
    ]
    if sheet.steps:
        beside = ("number", "rated", "post", "good_first", "good_final", "content_first", "content_final", "moved")  # fmt: skip
        tables.append(
            Table(
                name=words.say("appraisal.beside_sheet"),
                title=words.say("appraisal.beside_caption"),
                columns=tuple(
                    SheetColumn(words.named("appraisal_column", head), 14) for head in beside
                ),
                rows=list(_steps(words, sheet.steps)),
            )
        )
    return ledger(tables, texts, made=sheet.made)


def _cells(words: Words, found: Outcome) -> Iterator[list[Cell]]:
    for number, row in enumerate(found.rows, 1):
        name = row.rated.name or words.say("appraisal.team")
        head: list[Cell] = [number, name, row.rated.post]
        if row.votes is None:
            hidden = words.say("appraisal.hidden")
            yield [*head, *(hidden for _ in range(len(CHOICES) + 4)), found.online, found.paper]
            continue
        yield [
            *head,
            *(row.votes[choice] for choice in CHOICES),
            row.blank,
            row.cast,
            words.percent(row.share("good")),
            words.percent(row.share("good", "fairly")),
            found.online,
            found.paper,
        ]


def _steps(words: Words, steps: Iterable[Step]) -> Iterator[list[Cell]]:
    for number, step in enumerate(steps, 1):
        name = step.rated.name or words.say("appraisal.team")
        yield [
            number,
            name,
            step.rated.post,
            *map(words.percent, (*step.good, *step.content)),
            _points(words, step.moved),
        ]
