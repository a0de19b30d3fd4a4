"""From the bytes of a file somebody sent to paragraphs and tables, or one clear sentence why not.

A stranger's file is not trusted: its size is bounded before and after unpacking, XML may hold no entities, and what
is not a document is named for what it is. Word numbers its headings by itself; those numbers are worked out again,
since the plan's order hangs on them.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.content.plan.numbering import Numbering
from bot.core.plan.text import Block, Paragraph, Table, blocks_of
from bot.core.plan.words import Words

MOST_BYTES = 20 * 1024 * 1024
"""A plan with a scanned stamp or two stays far below."""
MOST_UNPACKED = 30 * 1024 * 1024
"""Of one part of a docx; a hundred pages of text are one or two million bytes."""
MOST_PARTS = 5_000
MOST_LETTERS = 1_000_000
"""Of a text: five hundred pages and more."""
MOST_LAID_OUT = 4 * MOST_LETTERS
"""Of all tables of a document, with each cell as often as it has columns and rows, and each table inside another."""

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Compound files: Word before 2007, and also every encrypted docx ([MS-OFFCRYPTO] 2.3.4.4)."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class NotReadable(ValueError):
    """The file gives no document. `fault` is the sentence's key, `facts` fill it."""

    def __init__(self, fault: str, **facts: object) -> None:
        super().__init__(fault)
        self.fault: str = fault
        self.facts: dict[str, object] = facts


def read_document(content: bytes, words: Words) -> tuple[Block, ...]:
    """The paragraphs and tables of a txt, HTML or docx file. Raises `NotReadable`."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NotReadable("empty")
    if len(content) > MOST_BYTES:
        raise NotReadable("too_big", size=-(-len(content) // 2**20), most=MOST_BYTES // 2**20)
    packed = content.startswith(b"PK\x03\x04")
    return _bounded(_docx(content) if packed else _written(_text(content), words))


def read_text(text: str, words: Words) -> tuple[Block, ...]:
    """The same from pasted text. Raises `NotReadable` where there is none, or too much."""
    if not text.strip():
        raise NotReadable("empty")
    if len(text) > MOST_LETTERS:
        raise NotReadable("too_long", most=MOST_LETTERS // 10_000)
    return _bounded(_written(text, words))


def _bounded(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with none too long. Raises `NotReadable` where there are no words, or too many."""
    letters = sum(
        len(b.text) if isinstance(b, Paragraph) else sum(len(c) for row in b.rows for c in row)
        for b in blocks
    )
    if letters > MOST_LETTERS:
        raise NotReadable("too_long", most=MOST_LETTERS // 10_000)
    if not any(isinstance(block, Table) or block.text.strip() for block in blocks):
        raise NotReadable("no_words")
    return tuple(_cut(blocks))


def _cut(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """A paragraph without an end is cut, at a full stop where it has one."""
    for block in blocks:
        if isinstance(block, Paragraph) and len(block.text) > _LONGEST_PARAGRAPH:
            yield from (Paragraph(piece) for piece in _PIECE.findall(block.text))
        else:
            yield block


_LONGEST_PARAGRAPH = 4_000
_PIECE = re.compile(rf"(?s)(?:.{{1,{_LONGEST_PARAGRAPH}}}\u3002|.{{1,{_LONGEST_PARAGRAPH}}})")


# Text


def _text(content: bytes) -> str:
    """The letters of a text file: UTF-8, UTF-16 with its mark, or GB18030. Raises `NotReadable`."""
    _refuse_other_kinds(content)
    text = _decoded(content)
    odd = sum(1 for letter in text[:20_000] if letter < " " and letter not in "\t\n\r\f\x0b")
    if odd > len(text[:20_000]) // 200:
        raise NotReadable("not_text")
    if len(text) > MOST_LETTERS:
        raise NotReadable("too_long", most=MOST_LETTERS // 10_000)
    return text


def _refuse_other_kinds(content: bytes) -> None:
    if (
        content.startswith(_PICTURES)
        or content[:4] == b"RIFF"
        or content[4:12] in (b"ftypheic", b"ftypmif1")
    ):
        raise NotReadable("picture")
    if content.startswith(b"%PDF"):
        raise NotReadable("pdf")
    if content.startswith(_OLE):
        raise NotReadable("locked" if _ENCRYPTED in content else "old_word")
    if content.startswith(b"PK"):
        raise NotReadable("broken")


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for cut in range(4):
        # A file cut off in the middle of a character is still worth reading.
        try:
            return content[: len(content) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    for cut in range(4):
        try:
            return content[: len(content) - cut].decode("gb18030")
        except UnicodeDecodeError:
            continue
    raise NotReadable("not_text")


_TAGS = re.compile(r"<(?:br|p|div|td|table|span|html|body)\b[^>]*>", re.IGNORECASE)


def _written(text: str, words: Words) -> tuple[Block, ...]:
    if _TAGS.search(text) is None:
        return blocks_of(text, words)
    page = _Page()
    page.feed(text)
    page.close()
    blocks: list[Block] = []
    for block in page.blocks():
        # Text between tags may hold a pasted table as well as any other text.
        blocks += blocks_of(block.text, words) if isinstance(block, Paragraph) else [block]
    return tuple(blocks)


@dataclass(slots=True)
class _Cell:
    """One cell of a page's table, or the page itself: what stands in it so far."""

    blocks: list[Block]
    line: list[str]
    rows: int = 1
    columns: int = 1

    def end_line(self) -> None:
        line = re.sub(r"[ \t\r\n\xa0]+", " ", "".join(self.line)).strip()
        self.line.clear()
        if line:
            self.blocks.append(Paragraph(line))


class _Room:
    """How much text tables of one document may still become.

    A cell over many columns and rows stands in each of them, and a table in such a cell multiplies that again: some kilobytes
    would fill the memory.
    """

    def __init__(self) -> None:
        self._left = MOST_LAID_OUT

    def take(self, text: str, times: int) -> None:
        """So often this text. Raises `NotReadable`."""
        self._left -= (len(text) + 1) * times
        if self._left < 0:
            raise NotReadable("too_long", most=MOST_LETTERS // 10_000)


class _Page(HTMLParser):
    """Takes tags away: blocks end lines, tables of one column are mere layout."""

    _BLOCKS: frozenset[str] = frozenset(
        {
            "p",
            "div",
            "br",
            "li",
            "tr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "section",
            "article",
            "ul",
            "ol",
            "hr",
            "center",
        }
    )
    _HIDDEN: frozenset[str] = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._cells: list[_Cell] = [_Cell([], [])]
        self._tables: list[list[list[_Cell]]] = []
        self._depths: list[int] = []
        self._hidden: int = 0
        self._room = _Room()

    def blocks(self) -> list[Block]:
        """What the page holds, once it is closed."""
        while self._tables:
            self.handle_endtag("table")
        self._cells[0].end_line()
        return self._cells[0].blocks

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        if tag in self._BLOCKS or tag == "table":
            self._cells[-1].end_line()
        if tag == "table":
            self._tables.append([])
            self._depths.append(len(self._cells))
        elif tag == "tr" and self._tables:
            self._close_cell()
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables:
            self._close_cell()
            known = dict(attrs)
            cell = _Cell(
                [], [], rows=_count(known.get("rowspan")), columns=_count(known.get("colspan"))
            )
            if not self._tables[-1]:
                self._tables[-1].append([])
            self._tables[-1][-1].append(cell)
            self._cells.append(cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in self._BLOCKS:
            self._cells[-1].end_line()
        elif tag in ("td", "th") and self._tables:
            self._close_cell()
        elif tag == "table" and self._tables:
            self._close_cell()
            rows = self._tables.pop()
            _ = self._depths.pop()
            self._cells[-1].end_line()
            self._cells[-1].blocks += _laid_out(rows, self._room)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._cells[-1].line.append(data)

    def _close_cell(self) -> None:
        while self._depths and len(self._cells) > self._depths[-1]:
            self._cells.pop().end_line()


def _count(value: str | None) -> int:
    """How many columns or rows; 1 where it says nothing sensible."""
    known = value is not None and value.isdecimal() and len(value) < 5
    return max(1, min(int(value), 200)) if known and value else 1


def _laid_out(rows: list[list[_Cell]], room: _Room) -> list[Block]:
    """A table, or only its contents where it has one column."""
    if max((len(row) for row in rows), default=0) < 2:
        return [block for row in rows for cell in row for block in cell.blocks]
    grid: list[tuple[str, ...]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        cells: list[str] = []
        waiting = list(row)
        while waiting or len(cells) in hanging:
            place = len(cells)
            if place in hanging:
                left, text = hanging.pop(place)
                if left > 1:
                    hanging[place] = (left - 1, text)
                room.take(text, 1)
                cells.append(text)
                continue
            cell = waiting.pop(0)
            text = _lines(cell.blocks)
            room.take(text, cell.columns)
            for n in range(cell.columns):
                if cell.rows > 1:
                    hanging[place + n] = (cell.rows - 1, text)
                cells.append(text)
        grid.append(tuple(cells))
    return [Table(tuple(grid))]


def _lines(blocks: list[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        lines += (
            [block.text]
            if isinstance(block, Paragraph)
            else [" ".join(row) for row in block.rows]
        )
    return "\n".join(lines)


# docx: ECMA-376 part 1, 17.3 (paragraphs), 17.4 (tables)

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_UNSEEN = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "rt", "pPr", "rPr", "sectPr", "delText"}
)
_LETTER = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}


_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ParseError,
    DefusedXmlException,
    NotImplementedError,  # a way of packing that zipfile does not know
    LookupError,  # an encoding that nobody knows
    RecursionError,  # elements nested without end
    ValueError,
)
"""What a damaged or a hostile parcel may raise on the way."""


def _docx(content: bytes) -> tuple[Block, ...]:
    try:
        return _unpacked(content)
    except NotReadable:
        raise
    except _DAMAGE as error:
        raise NotReadable("broken") from error


def _unpacked(content: bytes) -> tuple[Block, ...]:
    with zipfile.ZipFile(io.BytesIO(content)) as parcel:
        if len(parcel.infolist()) > MOST_PARTS:
            raise NotReadable("bomb")
        if any(part.flag_bits & 1 for part in parcel.infolist()):
            raise NotReadable("locked")
        main = _xml(parcel, "word/document.xml")
        if main is None:
            raise NotReadable("not_document")
        numbering = Numbering(
            _xml(parcel, "word/numbering.xml"), _xml(parcel, "word/styles.xml")
        )
    body = next((child for child in main if _name(child) == "body"), None)
    return tuple(_body(body, numbering, _Room())) if body is not None else ()


def _xml(parcel: zipfile.ZipFile, name: str) -> Element | None:
    """One part as XML, never more of it than the limit whatever its header claims."""
    try:
        info = parcel.getinfo(name)
    except KeyError:
        return None
    if info.file_size > MOST_UNPACKED:
        raise NotReadable("bomb")
    with parcel.open(info) as part:
        raw = part.read(MOST_UNPACKED + 1)
    if len(raw) > MOST_UNPACKED:
        raise NotReadable("bomb")
    return fromstring(raw, forbid_dtd=True)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _body(parent: Element, numbering: Numbering, room: _Room) -> Iterator[Block]:
    for child in parent:
        match _name(child):
            case "p":
                yield from _paragraph(child, numbering, room)
            case "tbl":
                yield from _table(child, numbering, room)
            case "sdt" | "sdtContent" | "ins" | "customXml" | "smartTag":
                yield from _body(child, numbering, room)
            case _:
                pass


def _paragraph(element: Element, numbering: Numbering, room: _Room) -> Iterator[Block]:
    """A paragraph's lines, then those of the text boxes anchored in it."""
    boxes: list[Element] = []
    text = "".join(_letters(element, boxes))
    if text.strip():
        lines = [line for line in (numbering.mark(element) + text).split("\n") if line.strip()]
        yield from (Paragraph(line.strip()) for line in lines)
    for box in boxes:
        yield from _body(box, numbering, room)


def _letters(element: Element, boxes: list[Element]) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _LETTER:
            yield _LETTER[name]
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _UNSEEN:
            yield from _letters(child, boxes)


def _table(element: Element, numbering: Numbering, room: _Room) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    above: list[str] = []
    for row in _children(element, "tr"):
        cells: list[str] = []
        for cell in _children(row, "tc"):
            properties = next((c for c in cell if _name(c) == "tcPr"), None)
            span, goes_on = _merged(properties)
            text = _lines(list(_body(cell, numbering, room)))
            if goes_on and len(cells) < len(above):
                text = above[len(cells)]
            room.take(text, span)
            cells += [text] * span
        above = cells
        rows.append(tuple(cells))
    if max((len(row) for row in rows), default=0) < 2:
        yield from (
            Paragraph(line)
            for row in rows
            for cell in row
            for line in cell.split("\n")
            if line.strip()
        )
    else:
        yield Table(tuple(rows))


def _children(element: Element, name: str) -> Iterator[Element]:
    """The rows or cells of a table, also those in content controls and tracked insertions."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _children(child, name)


def _merged(properties: Element | None) -> tuple[int, bool]:
    """How many columns a cell takes, and whether it goes on with the cell above."""
    span, goes_on = 1, False
    for child in properties if properties is not None else ():
        if _name(child) == "gridSpan":
            span = _count(_value(child))
        elif _name(child) == "vMerge":
            goes_on = _value(child) in (None, "continue")
    return span, goes_on


def _value(element: Element) -> str | None:
    return element.get(_W + "val", element.get(_STRICT + "val"))
