"""A file of opinions, read in one go and in a process of its own: bytes in; rows in portions, or lines, or what is wrong, out.

xlsx, csv in the encodings and with the separators one meets, docx with tables or numbered paragraphs, plain text. A
stranger's file is not trusted: it is measured before and while it is unpacked. The portions are ready to be sealed, so
that nothing heavy is left to do where people wait.
"""

import csv
import io
import json
import tomllib
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from bot.core.intake.columns import Field, guess, head_of, header_key

BIGGEST_INSIDE = 300_000_000
"""Bytes of what a workbook holds, unpacked."""
MOST_ROWS, MOST_COLUMNS = 50_000, 60
PORTION = 100
"""Rows in a portion: what is taken in, or not, at a time."""
SHOWN = 3
"""Rows that are shown with the guess."""
LONGEST_CELL = 8000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SEPARATORS = "\t,;|"

HERE = Path(__file__).parent

Cells = tuple[str, ...]
Numbered = tuple[int, Cells]
"""A row with its number in the file, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFound:
    """A table of opinions."""

    head: Cells
    """Empty where no row names the columns."""
    mapped: Mapping[Field, int]
    """What the columns are, as a guess."""
    shown: tuple[Cells, ...]
    many: int
    """Rows below the head."""
    portions: tuple[bytes, ...]
    left: int = 0
    """Other tables of the file that were not taken."""

    @property
    def key(self) -> str:
        """The same for files of the same making."""
        return header_key(self.head)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesFound:
    """No table, but lines: to be split as if somebody had pasted them."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Nothing to take in. Its sentence is `intake.fault_<fault>`."""

    fault: str


class _NotReadable(Exception):
    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@cache
def cues() -> Mapping[Field, Sequence[str]]:
    """What columns are recognised by."""
    raw = tomllib.loads((HERE / "columns.toml").read_text("utf-8"))
    return cast(Mapping[Field, Sequence[str]], raw)


def read(name: str, content: bytes) -> TableFound | LinesFound | Unreadable:
    """What that file holds."""
    try:
        return _read(name, content)
    except _NotReadable as refused:
        return Unreadable(fault=refused.fault)


def packed(rows: Sequence[Numbered]) -> tuple[bytes, ...]:
    """Rows in portions."""
    return tuple(
        json.dumps(rows[at : at + PORTION], ensure_ascii=False).encode()
        for at in range(0, len(rows), PORTION)
    )


def unpacked(portion: bytes) -> list[Numbered]:
    """The rows of a portion."""
    return [(number, tuple(cells)) for number, cells in json.loads(portion)]


def _read(name: str, content: bytes) -> TableFound | LinesFound:
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise _NotReadable("empty")
    if content.startswith(_OLE):
        raise _NotReadable("locked" if _ENCRYPTED in content else "old_office")
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise _NotReadable("picture")
    return _text(name, _decoded(content))


def _packed(content: bytes) -> TableFound | LinesFound:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            names = set(parcel.namelist())
            if sum(one.file_size for one in parcel.infolist()) > BIGGEST_INSIDE:
                raise _NotReadable("too_big")
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _NotReadable("broken") from error
    if "xl/workbook.xml" in names:
        return _best([list(_numbered(rows)) for rows in _sheets(content)])
    if "word/document.xml" in names:
        return _document(content)
    raise _NotReadable("broken")


def _best(tables: list[list[Numbered]]) -> TableFound:
    """The table with most rows; pages of the same head count as one."""
    by_head: dict[str, list[Numbered]] = {}
    for rows in tables:
        if rows:
            at = head_of([cells for _, cells in rows], cues())
            key = header_key(rows[at][1]) if at >= 0 else f"#{len(rows[0][1])}"
            known = by_head.get(key)
            by_head[key] = rows if known is None else [*known, *rows[at + 1 :]]
    if not by_head:
        raise _NotReadable("empty")
    chosen = max(by_head.values(), key=len)
    return _table(chosen, left=len(by_head) - 1)


def _table(rows: list[Numbered], *, left: int = 0) -> TableFound:
    at = head_of([cells for _, cells in rows], cues())
    head, body = (rows[at][1] if at >= 0 else ()), rows[at + 1 :]
    if not body:
        raise _NotReadable("empty")
    if len(body) > MOST_ROWS:
        raise _NotReadable("too_many")
    plain = [cells for _, cells in body]
    width = max(len(cells) for cells in plain)
    return TableFound(
        head=head,
        mapped=guess(head or ("",) * width, plain, cues()),
        shown=tuple(plain[:SHOWN]),
        many=len(body),
        portions=packed(body),
        left=left,
    )


def _sheets(content: bytes) -> list[list[Cells]]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # styles it does not know; only values are looked at
            book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [_rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except _NotReadable:
        raise
    except Exception as error:  # whatever a broken file makes the library raise
        raise _NotReadable("broken") from error


def _rows(sheet: Any) -> list[Cells]:
    found: list[Cells] = []
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    for row in rows:
        found.append(_ending(list(map(_cell, row))))
        if len(found) > MOST_ROWS + 20:
            raise _NotReadable("too_many")
    return found


def _ending(cells: list[str]) -> Cells:
    """Up to the last cell that says something: a sheet is as wide as it was asked for, and a head is not."""
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    plain = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return plain[:LONGEST_CELL]


def _numbered(rows: Iterable[Cells]) -> Iterable[Numbered]:
    return (
        (at, cells) for at, cells in enumerate(rows, 1) if any(cell.strip() for cell in cells)
    )


def _document(content: bytes) -> TableFound | LinesFound:
    """A docx: its tables where one has a head we know; else its paragraphs, numbered as Word shows them."""
    from bot.content.plan.loader import load_words
    from bot.content.plan.reading import NotReadable, read_document
    from bot.core.plan.text import Paragraph, Table

    try:
        blocks = read_document(content, load_words())
    except NotReadable as refusal:
        known = ("empty", "locked", "broken", "too_big")
        fault = refusal.fault if refusal.fault in known else "broken"
        raise _NotReadable(fault) from refusal
    tables = [list(_numbered(block.rows)) for block in blocks if isinstance(block, Table)]
    headed = [rows for rows in tables if head_of([cells for _, cells in rows], cues()) >= 0]
    if headed:
        return _best(headed)
    lines = [block.text for block in blocks if isinstance(block, Paragraph)]
    lines += ["\n".join(filter(None, cells)) for rows in tables for _, cells in rows]
    return _lines("\n".join(lines))


def _lines(text: str) -> LinesFound:
    if not text.strip():
        raise _NotReadable("empty")
    return LinesFound(text=text)


def _text(name: str, text: str) -> TableFound | LinesFound:
    separator = _separator(text)
    if not separator or (name.lower().endswith(".txt") and separator != "\t"):
        return _lines(text)
    csv.field_size_limit(LONGEST_CELL * 10)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [tuple(cell[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]) for row in read]
    except csv.Error as error:
        raise _NotReadable("broken") from error
    return _table(list(_numbered(rows)))


def _separator(text: str) -> str:
    """What stands between the cells: the mark that stands in nearly every line of the beginning, as often as in the first."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    if not lines:
        return ""
    best, most = "", 0
    for mark in _SEPARATORS:
        counts = Counter(line.count(mark) for line in lines)
        wanted = lines[0].count(mark)
        if wanted and counts[wanted] > max(most, len(lines) // 2):
            best, most = mark, counts[wanted]
    # A cell may hold line ends: then the head alone has to do.
    return best or next((mark for mark in _SEPARATORS if _is_head(lines[0], mark)), "")


def _is_head(line: str, mark: str) -> bool:
    return line.count(mark) > 0 and head_of([line.split(mark)], cues()) == 0


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _NotReadable("broken")
