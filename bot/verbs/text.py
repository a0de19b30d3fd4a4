"""`tingwen text redact|classify|themes`: JSON lines in, JSON lines out, a line at a time, of any length.

A line that cannot be read is told on stderr with its number and skipped; what was good in it is never lost.
"""

import argparse
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

DONE, INPUT_AT_FAULT = 0, 1

Row = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The three ways to try what the product does with words."""
    ways = parser.add_subparsers(dest="way", required=True, metavar="redact|classify|themes")
    ways.add_parser("redact", help='{"id","text"} to {"id","redacted","spans"}')
    ways.add_parser(
        "classify",
        help='{"id","text"} to topic, ask, kind and the rest, with the words that caused them',
    )
    ways.add_parser("themes", help='{"id","text"} to {"theme","title","ids"}')


def run(args: argparse.Namespace) -> int:
    """0 when at least one line was read or the input was empty, 1 when no line could be read."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    return filtered(str(args.way), sys.stdin, sys.stdout, sys.stderr)


def filtered(way: str, given: TextIO, out: TextIO, complaints: TextIO) -> int:
    """Read rows from `given`, write what became of them."""
    reader = _Reader(given, complaints)
    for row in _WAYS[way](reader):
        out.write(_line(row))
        out.flush()
    if reader.bad and not reader.good:
        complaints.write(f"none of the {reader.bad} lines could be read\n")
        return INPUT_AT_FAULT
    return DONE


def _line(row: Row) -> str:
    line = json.dumps(row, ensure_ascii=False)
    half = _lone_half.search(line)  # half a character cannot be written as UTF-8, only escaped
    return (json.dumps(row) if half else line) + "\n"


_lone_half = re.compile("[\ud800-\udfff]")


class _Reader:
    """The rows that can be read; counts those that cannot."""

    def __init__(self, given: TextIO, complaints: TextIO) -> None:
        self._given = given
        self._complaints = complaints
        self.good = 0
        self.bad = 0

    def __iter__(self) -> Iterator[Row]:
        for number, line in enumerate(self._given, 1):
            if not line.strip("\ufeff \t\r\n"):
                continue
            reason, row = _row(line)
            if reason:
                self.bad += 1
                self._complaints.write(f"line {number}: {reason}; skipped\n")
            else:
                self.good += 1
                yield row


def _row(line: str) -> tuple[str, Row]:
    if _lone_half.search(line):
        return "not UTF-8", {}
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return "not JSON", {}
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
        return 'not an object with "id" and a "text" that is a string', {}
    return "", row  # pyright: ignore[reportUnknownVariableType]


def _redact(rows: Iterable[Row]) -> Iterator[Row]:
    from bot.content.models import load_readers
    from bot.core.privacy import redact

    readers = load_readers()
    for row in rows:
        masked = redact(row["text"], readers)
        spans = [{"start": s.start, "end": s.end, "type": s.type} for s in masked.spans]
        yield {"id": row["id"], "redacted": masked.text, "spans": spans}


def _classify(rows: Iterable[Row]) -> Iterator[Row]:
    from bot.content.models import load_model
    from bot.content.taxonomy import load_taxonomy
    from bot.core.privacy import clean
    from bot.core.sorting import classify

    taxonomy, model = load_taxonomy(), load_model()
    for row in rows:
        labels = classify(taxonomy, clean(row["text"]), model)
        yield {
            "id": row["id"],
            "topic": labels.topic,
            "topics": labels.topics,
            "sifeng": labels.sifeng,
            "ask": labels.ask,
            "kind": labels.kind,
            "urgent": labels.urgent,
            "leader_mention": labels.leader_mention,
            "about": labels.about,
            "why": labels.why,
        }


def _themes(rows: Iterable[Row]) -> Iterator[Row]:
    from bot.content.models import load_model, load_readers
    from bot.content.taxonomy import load_taxonomy
    from bot.core.privacy import clean, redact
    from bot.core.sorting import classify
    from bot.core.themes import Said, gather

    taxonomy, model, readers = load_taxonomy(), load_model(), load_readers()
    said: list[Said] = []
    ids: list[Any] = []
    for row in rows:
        words = clean(redact(row["text"], readers).text)
        said.append(
            Said(id=str(len(ids)), topic=classify(taxonomy, words, model).topic, text=words)
        )
        ids.append(row["id"])
    for theme in gather(said):
        yield {
            "theme": theme.number,
            "title": theme.title,
            "ids": [ids[int(one)] for one in theme.ids],
        }


_WAYS: dict[str, Callable[[Iterable[Row]], Iterator[Row]]] = {
    "redact": _redact,
    "classify": _classify,
    "themes": _themes,
}
