"""Paragraphs and tables, one after another: what the sections of a paper are written with.

A paragraph is copied from the first of its style instead of built anew: two thousand verbatim opinions take a
tenth of a second so, and ten times that through `add_paragraph`.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml ships no types

from bot.reports.document.blank import TEXT_WIDTH, blank, saved
from bot.reports.words import Words, inert

Side = Literal["left", "center", "right"]

_PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"
_P, _PPR, _PSTYLE, _R, _T, _BR, _TAB, _VAL = (
    qn(f"w:{tag}") for tag in ("p", "pPr", "pStyle", "r", "t", "br", "tab", "val")
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width, and how its cells stand."""

    head: str
    width: int
    side: Side = "center"


class Paper(Protocol):
    """A paper being written, in whatever form: the same story for all of them."""

    def bytes(self) -> bytes:
        """The finished file."""
        ...

    def add(self, style: str, text: str = "") -> None:
        """One paragraph; a line end in the text becomes one in the paper."""
        ...

    def new_page(self) -> None:
        """What follows begins on a page of its own."""
        ...

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        bold_last: bool = False,
    ) -> None:
        """A ruled table as wide as the text; its head is repeated where it breaks across pages."""
        ...

    def colophon(self, lines: Sequence[str], publisher: str, copies: str) -> None:
        """The closing lines at the foot of the last page."""
        ...


class Writing:
    """A paper being written, as docx."""

    def __init__(self, words: Words, *, title: str, made: date) -> None:
        self._paper = blank(words, title=title, made=made)
        self._end: BaseOxmlElement = self._paper.element.body[-1]
        self._patterns: dict[str, BaseOxmlElement] = {}

    def bytes(self) -> bytes:
        """The finished file."""
        return saved(self._paper)

    def add(self, style: str, text: str = "") -> None:
        """One paragraph; a line end in the text becomes one in the paper."""
        self._end.addprevious(self._paragraph(style, text))

    def new_page(self) -> None:
        """What follows begins on a page of its own."""
        paragraph = self._paragraph("Normal", "")
        etree.SubElement(etree.SubElement(paragraph, _R), _BR).set(qn("w:type"), "page")
        self._end.addprevious(paragraph)

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        bold_last: bool = False,
    ) -> None:
        """A ruled table as wide as the text; its head is repeated where it breaks across pages."""
        whole = sum(column.width for column in columns)
        widths = [TEXT_WIDTH * column.width // whole for column in columns]
        table = parse_xml(_table(widths, _RULED))
        table.append(self._row(columns, widths, [column.head for column in columns], head=True))
        pattern = self._row(columns, widths, [""] * len(columns))
        for row in rows:
            line = deepcopy(pattern)
            for cell, text in zip(line.iter(_T), row, strict=True):
                _fill(cell, text)
            table.append(line)
        _keep_together(table[2:4] + table[-2:-1])
        if bold_last:
            for style in table[-1].iter(_PSTYLE):
                style.set(_VAL, "CellHead")
        self._end.addprevious(table)

    def colophon(self, lines: Sequence[str], publisher: str, copies: str) -> None:
        """The closing lines at the foot of the last page: a thick rule above, one below, thin ones between.

        A tab in `publisher` divides who printed it from when. `copies` stands below the last rule.
        """
        table = parse_xml(_table([TEXT_WIDTH], _COLOPHON, _AT_THE_FOOT))
        styled = [*(("Colophon", line) for line in lines), ("Publisher", publisher)]
        if copies:
            styled.append(("Copies", copies))
        for style, text in styled:
            row = parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/></w:trPr></w:tr>")
            cell = etree.SubElement(row, qn("w:tc"))
            borders = (
                _BELOW_THE_RULE
                if style == "Copies"
                else _LAST_RULE
                if style == "Publisher"
                else ""
            )
            cell.append(parse_xml(_cell_properties(TEXT_WIDTH, borders)))
            cell.append(self._paragraph(style, text))
            table.append(row)
        self._end.addprevious(table)
        self.add("Anchor")

    def _paragraph(self, style: str, text: str) -> BaseOxmlElement:
        pattern = self._patterns.get(style)
        if pattern is None:
            pattern = parse_xml(
                f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
                '<w:r><w:t xml:space="preserve"/></w:r></w:p>'
            )
            self._patterns[style] = pattern
        paragraph = deepcopy(pattern)
        _fill(paragraph[1][0], text)
        return paragraph

    def _row(
        self,
        columns: Sequence[Column],
        widths: Sequence[int],
        texts: Sequence[str],
        *,
        head: bool = False,
    ) -> BaseOxmlElement:
        repeated = "<w:tblHeader/>" if head else ""
        row = parse_xml(
            f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeated}</w:trPr></w:tr>"
        )
        for column, width, text in zip(columns, widths, texts, strict=True):
            cell = etree.SubElement(row, qn("w:tc"))
            cell.append(parse_xml(_cell_properties(width)))
            paragraph = self._paragraph("CellHead" if head else "Cell", text)
            if not head:
                etree.SubElement(paragraph[0], qn("w:jc")).set(_VAL, column.side)
            cell.append(paragraph)
        return row


def _keep_together(rows: Sequence[BaseOxmlElement]) -> None:
    """No row of these is left alone at the foot of a page or at the head of the next."""
    for row in rows:
        for style in row.iter(_PSTYLE):
            style.addnext(etree.Element(qn("w:keepNext")))


def _fill(holder: BaseOxmlElement, text: str) -> None:
    """Put a text into a `w:t`; line ends and tabs need elements of their own."""
    first, *rest = inert(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    _put(holder, first)
    run = holder.getparent()
    assert run is not None
    for line in rest:
        etree.SubElement(run, _BR)
        _put(etree.SubElement(run, _T, {_PRESERVE: "preserve"}), line)


def _put(holder: BaseOxmlElement, line: str) -> None:
    first, *rest = line.split("\t")
    holder.text = first
    run = holder.getparent()
    assert run is not None
    for part in rest:
        etree.SubElement(run, _TAB)
        etree.SubElement(run, _T, {_PRESERVE: "preserve"}).text = part


_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_RULED = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES
)

# The standard recommends 0.35 mm for the first and the last rule, 0.25 mm for those between.
_COLOPHON = (
    '<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
    '<w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
)
_LAST_RULE = '<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/></w:tcBorders>'
_BELOW_THE_RULE = (
    '<w:tcBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/></w:tcBorders>'
)
_AT_THE_FOOT = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" w:horzAnchor="margin"'
    ' w:tblpXSpec="left" w:tblpYSpec="bottom"/><w:tblOverlap w:val="never"/>'
)


def _table(widths: Sequence[int], borders: str, place: str = "") -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr>{place}"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid></w:tbl>"
    )


def _cell_properties(width: int, borders: str = "") -> str:
    return (
        f'<w:tcPr {nsdecls("w")}><w:tcW w:w="{width}" w:type="dxa"/>{borders}'
        '<w:vAlign w:val="center"/></w:tcPr>'
    )
