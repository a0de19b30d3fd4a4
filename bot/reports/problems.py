"""The ledger of problems as xlsx: the four musts and how each item stands; and beside it what became of each opinion.

A leader's own measures are in neither sheet. A unit's word on its own work and what people say of it stand in two columns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.rectification import Problem, State, overdue
from bot.reports.words import Words
from bot.reports.workbook import Cell, Column, Table, ledger

HEADS = (
    ("number", 6), ("title", 26), ("source", 14), ("opinions", 12), ("kind", 10), ("goal", 24), ("measures", 30),
    ("unit", 14), ("person", 12), ("due", 12), ("whole", 8), ("latest", 24), ("state", 10),
)  # fmt: skip
"""Columns of the list and their widths in characters: so many as a sheet of A4 can be read with."""

PROGRESS_HEADS = (
    ("number", 6), ("title", 24), ("state", 10), ("listed", 12), ("promised", 12), ("finished", 12), ("announced", 12),
    ("published", 12), ("rated", 12), ("own", 10), ("good", 6), ("fair", 8), ("poor", 7), ("closed", 12), ("late", 8),
    ("extended", 8), ("noticed", 10), ("result", 26), ("closer", 12), ("remark", 12),
)  # fmt: skip
"""Of how far each of them is."""

LEFT = frozenset({"title", "goal", "measures", "latest", "result", "words", "answer"})

ANSWER_HEADS = (("period", 12), ("words", 50), ("way", 12), ("problem", 8), ("answer", 36), ("measures", 34), ("replied", 12))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An opinion and what became of it, as the table of answers (回应表) has it."""

    period: str
    words: str
    way: str
    problem: int
    answer: str
    day: date


def problems_ledger(
    problems: Sequence[Problem],
    weights: Mapping[int, int],
    units: Mapping[str, str],
    answers: Iterable[Answered],
    closers: Mapping[int, str],
    texts: Mapping[str, str],
    made: date,
) -> bytes:
    """The workbook. `weights`: opinions by problem; `units`: names by id; `closers`: who closed an item. The same list gives the same
    bytes."""
    words = Words(texts)
    shown = [p for p in problems if not p.personal and p.state is not State.DROPPED]
    measures = {p.number: p.musts.measures for p in shown}
    list_of = Table(
        name=words.say("problems.sheet"),
        title=words.say("problems.title"),
        columns=_columns(words, "problems_column", HEADS),
        rows=_rows(words, shown, weights, units),
    )
    progress = Table(
        name=words.say("problems.progress_sheet"),
        title=words.say("problems.progress_title"),
        columns=_columns(words, "problems_column", PROGRESS_HEADS),
        rows=_progress(words, shown, closers, made),
    )
    answered = Table(
        name=words.say("answers.sheet"),
        title=words.say("answers.title"),
        columns=_columns(words, "answers_column", ANSWER_HEADS),
        rows=_answers(words, answers, measures),
    )
    return ledger((list_of, progress, answered), texts, made=made)


def _columns(words: Words, table: str, heads: Sequence[tuple[str, int]]) -> tuple[Column, ...]:
    choices = {
        "state": tuple(
            words.named("problems_state", s) for s in State if s is not State.DROPPED
        )
    }
    return tuple(
        Column(
            words.say(f"{table}.{head}"),
            width,
            "left" if head in LEFT else "center",
            choices.get(head, ()),
        )
        for head, width in heads
    )


def _rows(
    words: Words,
    problems: Iterable[Problem],
    weights: Mapping[int, int],
    units: Mapping[str, str],
) -> Iterator[Sequence[Cell]]:
    for p in problems:
        missing = [words.named("problems_must", must) for must in p.musts.missing]
        whole = words.say("problems.whole") if not missing else words.join(missing)
        yield (
            p.number, p.title, words.join(words.named("problems_source", s) for s in p.sources), weights.get(p.number, 0),
            words.named("problems_kind", p.kind), p.musts.goal, p.musts.measures, units.get(p.musts.unit, p.musts.unit),
            p.musts.person, p.musts.due, whole, _latest(words, p), words.named("problems_state", p.state),
        )  # fmt: skip


def _latest(words: Words, problem: Problem) -> str:
    """The last words on how it goes, with their day."""
    if not problem.latest or problem.moved_on is None:
        return problem.latest
    return words.say("problems.latest", words=problem.latest, day=words.day(problem.moved_on))


def _progress(
    words: Words, problems: Iterable[Problem], closers: Mapping[int, str], today: date
) -> Iterator[Sequence[Cell]]:
    for p in problems:
        noticed = [
            words.say(f"problems.{name}")
            for name, is_so in (("shrunk", p.shrunk), ("recurred", p.recurred))
            if is_so
        ]
        rated = p.rated is not None
        yield (
            p.number, p.title, words.named("problems_state", p.state), p.listed, p.promised,
            p.finished, p.announced, p.published, p.rated, words.named("problems_own", p.own) if p.own else "",
            p.good if rated else words.say("problems.unrated"), p.fair if rated else "", p.poor if rated else "",
            p.closed, overdue(p, today) or None, p.extended or None, words.join(noticed), p.result,
            closers.get(p.number, "") if p.closed else "", "",
        )  # fmt: skip


def _answers(
    words: Words, answers: Iterable[Answered], measures: Mapping[int, str]
) -> Iterator[Sequence[Cell]]:
    for one in answers:
        yield (
            one.period,
            one.words,
            words.named("answers_way", one.way),
            one.problem or None,
            one.answer,
            measures.get(one.problem, ""),
            one.day,
        )
