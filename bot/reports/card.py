"""Cards to print: a big sentence, a QR code, a telephone number. For schools' gates, parents' contact cards and notices.

Eight to an A4 sheet, or one that fills it. A card leads to a unit, a group or a notice, never to a class; two cards of one
kind are the same, so nobody is told apart by theirs.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import segno
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from bot.reports.document.blank import blank, saved
from bot.reports.words import Words, inert


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one card says."""

    head: str
    """The big sentence."""
    name: str
    """Whose it is: a school."""
    link: str
    """Where its code leads."""
    foot: str
    """The telephone, and whatever else stands small."""


COLUMNS, ROWS = 2, 4
"""Cards of a sheet."""


def sheets(cards: Sequence[Card], texts: Mapping[str, str], *, title: str, made: date) -> bytes:
    """Cards to cut out, eight to a sheet, as docx. The same cards give the same bytes."""
    paper = blank(Words(texts), title=title, made=made)
    _margins(paper.element.body)
    for start in range(0, len(cards), COLUMNS * ROWS):
        page = cards[start : start + COLUMNS * ROWS]
        rows = -(-len(page) // COLUMNS)
        table = paper.add_table(rows=rows, cols=COLUMNS)
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        _framed(table._tbl)  # pyright: ignore[reportPrivateUsage]
        for row in table.rows:
            row.height = Mm(66)
            row.height_rule = WD_ROW_HEIGHT_RULE.EXACTLY  # whatever a card says, eight fit
        for at, card in enumerate(page):
            cell = table.cell(at // COLUMNS, at % COLUMNS)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER  # scissors leave a margin
            _fill(cell, card, 16, 36, wide=244)
    return saved(paper)


def wall(card: Card, texts: Mapping[str, str], *, lines: Iterable[str], made: date) -> bytes:
    """One card that fills a sheet, with a few lines below, to put on a wall."""
    paper = blank(Words(texts), title=card.head, made=made)
    _margins(paper.element.body)
    table = paper.add_table(rows=1, cols=1)
    cell = table.cell(0, 0)
    _fill(cell, card, 34, 95, wide=510)
    for line in lines:
        _say(cell, line, 18, bold=False)
    return saved(paper)


def _fill(cell: _Cell, card: Card, size: int, code: int, *, wide: int) -> None:
    """`size` in points, `code` in millimetres; `wide`: points of a line, in which the name has to find room."""
    first = cell.paragraphs[0]
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(first, card.head, size, bold=True)
    if card.link:
        picture = cell.add_paragraph()
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _loose(picture)
        picture.add_run().add_picture(io.BytesIO(qr_png(card.link)), width=Mm(code))
    _say(cell, card.name, min(size - 2, wide // max(1, len(card.name))), bold=True)
    _say(cell, card.foot, size - 4, bold=False)


def _say(cell: _Cell, text: str, size: int, *, bold: bool) -> None:
    if text:
        paragraph = cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, text, size, bold=bold)


def _run(paragraph, text: str, size: int, *, bold: bool) -> None:
    _loose(paragraph)
    run = paragraph.add_run(inert(text))
    run.font.size = Pt(size)
    run.bold = bold


def _loose(paragraph) -> None:
    """A picture or a big line needs its own height, not the 28 points of a page of text."""
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph.paragraph_format.first_line_indent = 0


def _margins(body) -> None:
    """Cards use the sheet to its edges; the text grid of office papers has no place here."""
    section = body.find(qn("w:sectPr"))
    margins = section.find(qn("w:pgMar"))
    for side in ("top", "bottom", "left", "right"):
        margins.set(qn(f"w:{side}"), "680")
    margins.set(qn("w:footer"), "340")
    for name in ("w:docGrid", "w:footerReference"):  # no grid of 22 lines, no page numbers
        for part in section.findall(qn(name)):
            section.remove(part)


def _framed(table) -> None:
    """Thin lines to cut along."""
    properties = table.tblPr
    sides = "".join(
        f'<w:{side} w:val="dashed" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    layout = OxmlElement("w:tblLayout")
    layout.set(qn("w:type"), "fixed")
    properties.append(layout)


def qr_png(text: str) -> bytes:
    """A QR code as PNG, quiet zone included."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=4)
    return out.getvalue()
