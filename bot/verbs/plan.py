"""`tingwen plan import FILE` reads a campaign plan; `tingwen plan dates` understands single phrases.

`import` prints the schedule for people, or with `--json` for programs. `dates` reads JSON lines and answers each with
one line, in the same order, also where there is no date; a line that is none is told on stderr and answered too.
"""

import io
import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TextIO, cast

from bot.content.loader import load_explanations
from bot.content.plan.loader import load_words, sentence
from bot.content.plan.reading import MOST_BYTES, NotReadable, read_document
from bot.core.dates.reading import as_days, as_json, read, reference
from bot.core.plan.checks import checked, said
from bot.core.plan.items import Conflict, Item, Plan, Question, items_of
from bot.core.survey import LANGUAGES, Language
from bot.core.workdays import Calendar
from bot.settings.reading import load
from bot.settings.workdays import calendar_of
from bot.verbs.check import explain, spoken

DONE, INPUT_AT_FAULT = 0, 1

Fields = dict[str, object]


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen plan`."""
    language = spoken(os.environ)
    ways = parser.add_subparsers(dest="way", required=True, metavar="import|dates")
    given = ways.add_parser("import", help="a plan document to a dated schedule")
    given.add_argument(
        "file", type=Path, metavar="FILE", help="txt, HTML or docx; - reads standard input"
    )
    given.add_argument(
        "--year", type=_year, help="the year the plan is for, where the document names none"
    )
    given.add_argument("--json", action="store_true", help="for programs")
    given.add_argument(
        "--config",
        type=Path,
        default=Path("config.toml"),
        help="whose [holidays] count, where there is one",
    )
    given.add_argument(
        "--lang", choices=LANGUAGES, default=language, help="language of the questions"
    )
    dates = ways.add_parser(
        "dates", help='JSON lines {"id","text","ref"} to {"id","start","end","kind"}'
    )
    dates.add_argument(
        "--lang", choices=LANGUAGES, default=language, help="language of the complaints"
    )


def run(args: Namespace) -> int:
    """0 done, 1 the input is at fault."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    if args.way == "dates":
        return answer_lines(sys.stdin, sys.stdout, sys.stderr, args.lang)
    calendar = _calendar(args.config, args.lang, sys.stderr)
    return show_plan(
        args.file,
        args.year,
        args.lang,
        sys.stdout,
        sys.stderr,
        as_data=args.json,
        calendar=calendar,
    )


def _year(word: str) -> int:
    if not (word.isdigit() and 1900 < int(word) < 2200):
        raise ArgumentTypeError(f"{word} is not a year")
    return int(word)


def _calendar(config: Path, language: Language, complaints: TextIO) -> Calendar:
    """Working days with the office's own; what is wrong with those is said, and the others count all the same."""
    if not config.is_file():
        return Calendar()
    loaded = load(config, os.environ)
    wrong = tuple(p for p in loaded.problems if not p.key or p.key.startswith("holidays"))
    words = load_explanations()
    complaints.writelines(explain(problem, words, language) + "\n" for problem in wrong)
    return calendar_of(loaded.settings)


# Dates


def answer_lines(given: TextIO, out: TextIO, complaints: TextIO, language: Language) -> int:
    """One line out for each line in. A line that cannot be read gets `kind` none and an `error`."""
    fault = DONE
    for number, line in enumerate(given, 1):
        if not line.strip("\ufeff \t\r\n"):
            continue
        row = _row(line)
        if row is None:
            complaint = sentence(language, "fault.bad_line", line=number)
            complaints.write(complaint + "\n")
            out.write(
                _line(
                    {"id": None, "start": None, "end": None, "kind": "none", "error": complaint}
                )
            )
            fault = INPUT_AT_FAULT
        else:
            out.write(_line(_answered(row)))
    return fault


def _row(line: str) -> Fields | None:
    try:
        row: object = json.loads(line.strip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    fields = cast(Fields, row)
    return fields if isinstance(fields.get("text"), str) and "id" in fields else None


def _answered(row: Fields) -> Fields:
    answer = read(str(row["text"]), reference(row.get("ref")), _anchors(row.get("anchors")))
    return as_json(row["id"], answer)


def _anchors(given: object) -> dict[str, date]:
    """The events whose day is known; what is no date is passed over."""
    if not isinstance(given, Mapping):
        return {}
    days = {
        str(event): reference(day).day
        for event, day in cast(Mapping[object, object], given).items()
    }
    return {event: day for event, day in days.items() if day is not None}


def _line(fields: Fields) -> str:
    # Half a character (a lone surrogate) cannot be written as UTF-8, only escaped.
    line = json.dumps(fields, ensure_ascii=False)
    return (
        line
        if line.isprintable() or line.encode("utf-8", "ignore").decode() == line
        else json.dumps(fields)
    ) + "\n"


# Import


def show_plan(
    file: Path,
    year: int | None,
    language: Language,
    out: TextIO,
    complaints: TextIO,
    *,
    as_data: bool,
    calendar: Calendar | None = None,
) -> int:
    """Read the file and print its schedule; one sentence on `complaints` where it cannot be read."""
    try:
        plan = read_plan(_content(file), year, calendar)
    except NotReadable as refusal:
        complaints.write(
            sentence(language, f"fault.{refusal.fault}", file=file.name, **refusal.facts) + "\n"
        )
        return INPUT_AT_FAULT
    except OSError as error:
        facts = {"file": file.name, "error": error.strerror or type(error).__name__}
        complaints.write(sentence(language, "fault.unreadable", **facts) + "\n")
        return INPUT_AT_FAULT
    if as_data:
        out.write(json.dumps(plan_fields(plan, language), ensure_ascii=False, indent=2) + "\n")
    else:
        out.writelines(line + "\n" for line in schedule(plan, language))
    return DONE


def read_plan(
    content: bytes, year: int | None = None, calendar: Calendar | None = None
) -> Plan:
    """A document's schedule with questions and conflicts. Raises `NotReadable`."""
    words = load_words()
    found, plan = items_of(read_document(content, words), words, year=year, calendar=calendar)
    return checked(plan, found, words)


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


# As data


def plan_fields(plan: Plan, language: Language) -> Fields:
    """The plan as `--json` prints it."""
    return {
        "document": {
            "title": plan.title,
            "issuer": plan.issuer or None,
            "date": plan.day.isoformat() if plan.day else None,
            "year": plan.year,
            "date_words": plan.date_words or None,
            "phases": list(plan.phases),
            "least_months": plan.least_months,
        },
        "items": [_item_fields(item) for item in plan.items],
        "questions": [_question_fields(question, language) for question in plan.questions],
        "conflicts": [_conflict_fields(conflict, language) for conflict in plan.conflicts],
    }


def _item_fields(item: Item) -> Fields:
    answer = as_json(None, item.answer)
    _ = answer.pop("id")
    fields: Fields = {
        "phase": item.phase or None,
        "step": item.step or None,
        "title": item.title,
        "place": item.place,
        "text_date": item.text_date or None,
        "start": answer.pop("start"),
        "end": answer.pop("end"),
        "kind": answer.pop("kind"),
        "relative_to": answer.pop("relative_to", None),
        "offset_days": answer.pop("offset_days", None),
        "responsible": list(item.responsible),
        "submit_to": item.submit_to or None,
        "deliverable": item.deliverable or None,
        "prescribed": item.prescribed,
        "everybody": item.everybody or None,
        "confirm": answer.pop("confirm", False),
        "words": item.words,
    }
    return fields | answer


def _question_fields(question: Question, language: Language) -> Fields:
    return {
        "code": question.code,
        "item": question.item,
        "text": sentence(language, f"question.{question.code}", **question.facts),
        "suggest": as_days(question.suggest),
    }


def _conflict_fields(conflict: Conflict, language: Language) -> Fields:
    return {
        "code": conflict.code,
        "items": list(conflict.items),
        "text": sentence(language, f"conflict.{conflict.code}", **conflict.facts),
    }


# For people


def schedule(plan: Plan, language: Language) -> Iterator[str]:
    """The schedule phase by phase, then what is to be asked and what does not fit."""

    def say(key: str, **facts: object) -> str:
        return sentence(language, key, **facts)

    nothing = say("heading.none")
    yield say("heading.document", title=plan.title or nothing)
    day = plan.day.isoformat() if plan.day else plan.date_words
    yield say(
        "heading.issued",
        issuer=plan.issuer or nothing,
        date=day or nothing,
        year=plan.year or nothing,
    )
    for phase, items in groupby(plan.items, key=lambda item: item.phase):
        yield ""
        yield phase or say("heading.whole")
        for item in items:
            yield _row_of(item, language)
    yield from _listed(say("heading.questions"), [_asked(q, language) for q in plan.questions])
    yield from _listed(
        say("heading.conflicts"), [say(f"conflict.{c.code}", **c.facts) for c in plan.conflicts]
    )


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"  {number}. {line}" for number, line in enumerate(lines, 1))


def _asked(question: Question, language: Language) -> str:
    text = sentence(language, f"question.{question.code}", **question.facts)
    suggested = as_days(question.suggest)
    return (
        f"{text} {sentence(language, 'label.suggest', date=suggested)}" if suggested else text
    )


def _row_of(item: Item, language: Language) -> str:
    """One line: days, what, who, what is handed in, and the words it was read from."""

    def say(key: str, **facts: object) -> str:
        return sentence(language, key, **facts)

    notes = [
        say("label.responsible", names=", ".join(item.responsible)) if item.responsible else "",
        say("label.deliverable", what=item.deliverable) if item.deliverable else "",
        say("label.submit", to=item.submit_to) if item.submit_to else "",
        say("label.confirm") if item.answer.confirm else "",
    ]
    words = f"[{item.text_date}]" if item.text_date else ""
    indent = {"whole": "  ", "phase": "  ", "step": "    ", "row": "    ", "node": "      "}[
        item.place
    ]
    return indent + "  ".join(filter(None, (_days(item, language), item.title, words, *notes)))


def _days(item: Item, language: Language) -> str:
    answer = item.answer
    facts: dict[str, object] = {
        "event": answer.relative_to or "",
        "days": answer.offset_days or 0,
    }
    if answer.rrule:
        return answer.rrule
    if answer.start is None and answer.end is not None:
        return sentence(language, "label.until", date=answer.end.isoformat())
    if answer.start is not None and answer.end is None:
        return sentence(language, "label.from", date=answer.start.isoformat())
    if answer.end is not None:
        return said(answer)
    if answer.kind == "before" and answer.relative_to:
        return sentence(language, "label.before", **facts)
    if answer.kind == "relative" and answer.relative_to:
        key = (
            "following"
            if not answer.offset_days
            else "ahead"
            if answer.direction == "before"
            else "after"
        )
        return sentence(
            language,
            f"label.{key}{'_workdays' if answer.workdays and key == 'after' else ''}",
            **facts,
        )
    return sentence(language, "heading.undated")
