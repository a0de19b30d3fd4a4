"""The same papers as PDF, for whoever has no Word: the standard's page and measures, in the one font that comes with us.

Paragraphs and rows become strips, one a line or a row, and strips are laid on pages: what is glued stays together, a
table that breaks has its head again, the colophon stands at the foot of the last page. The font is the pictures' (the
standard's own fonts may not be given away); a character it has not is shown as the mark printers use for that. Same
paper, same bytes: the only date in it is the paper's own.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, cast

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from bot.reports.document.lines import lines
from bot.reports.document.writing import Column
from bot.reports.words import Words, inert

MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
TOP, LEFT, WIDTH, HEIGHT = 37 * MM, 28 * MM, 156 * MM, 225 * MM
LINE = HEIGHT / 22
"""Points; 22 lines fill the page."""

_CLOSER = -0.25
"""Points between characters of 16 points: 28 of them in a line of 156 mm."""

_INK, _RED = (0, 0, 0), (255, 0, 0)
_FONT = "paper"
_PADDING = 2.85
_ROW = 20
"""Lines of a row that are not torn apart."""
_THIN, _RULE, _THICK, _RED_RULE = 0.5, 0.7, 1.0, 1.5

Align = Literal["left", "center", "right", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    size: float = 16
    line: float = LINE
    align: Align = "both"
    ink: tuple[int, int, int] = _INK
    bold: bool = False
    first: float = 0
    """Indent of the first line, in characters; the rest, too, by `left`."""
    left: float = 0
    before: float = 0
    after: float = 0
    glued: bool = False
    ruled: bool = False
    """The red line stands below it; a tab in the text pushes the rest to the right."""


_STYLES = {
    "Normal": _Style(),
    "BodyText": _Style(first=2),
    "Title": _Style(size=22, line=36, align="center", bold=True, glued=True),
    "Masthead": _Style(size=36, line=50, align="center", bold=True, ink=_RED, before=90, after=6, glued=True),
    "Issue": _Style(align="center", glued=True),
    "RedLine": _Style(align="left", ruled=True, glued=True),
    "Heading1": _Style(first=2, bold=True, glued=True),
    "Heading2": _Style(first=2, glued=True),
    "Caption": _Style(size=12, line=22, align="center", bold=True, before=8, after=3, glued=True),
    "Cell": _Style(size=12, line=20, align="left"),
    "CellHead": _Style(size=12, line=20, align="center", bold=True),
    "Note": _Style(size=12, line=20, first=2),
    "Verbatim": _Style(size=14, line=23, first=2, after=3),
    "Attached": _Style(first=2, left=3, align="left"),
    "AttachedNext": _Style(first=5, left=3, align="left"),
    "Mark": _Style(size=14, align="center"),
    "AnnexMark": _Style(bold=True, glued=True),
    "Colophon": _Style(size=14, line=24, align="left"),
    "Copies": _Style(size=14, line=24, align="right"),
    "Warning": _Style(first=2, bold=True, ink=_RED),
}  # fmt: skip
"""The styles of `blank`, as far as they differ from one another here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """A line or a row: how high, and how it is put at a height of the page."""

    height: float
    put: Callable[[float], None]
    glued: bool = False
    """It stands on the same page as the next."""
    head: "_Strip | None" = None
    """What is repeated where the page breaks before it."""
    breaks: bool = False
    """What follows begins on a page of its own."""


class Portable:
    """A paper being written."""

    def __init__(self, words: Words, *, title: str, made: date, font: Path) -> None:
        self._pdf = pdf = FPDF(unit="pt", format=PAGE)
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.set_title(inert(title))
        pdf.set_lang("zh-CN")
        pdf.set_producer("")
        pdf.set_creation_date(datetime(made.year, made.month, made.day, tzinfo=UTC))
        # fpdf2 and fontTools tell their progress, and what they miss; we look for that ourselves.
        for name in ("fpdf", "fontTools"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        pdf.add_font(_FONT, fname=font)
        pdf.set_font(_FONT, size=16)
        known = cast(TTFFont, pdf.fonts[_FONT])
        self._widths = {code: known.cw[code] / 1000 for code in known.cmap}
        self._words = words
        self._strips: list[_Strip] = []
        self._foot: list[_Strip] = []

    def bytes(self) -> bytes:
        """The finished file."""
        self._lay_out()
        return bytes(self._pdf.output())

    def add(self, style: str, text: str = "") -> None:
        """One paragraph; a line end in the text becomes one in the paper."""
        self._strips += self._paragraph(_STYLES[style], text)

    def new_page(self) -> None:
        """What follows begins on a page of its own."""
        self._strips.append(_Strip(height=0, put=lambda _: None, breaks=True))

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        bold_last: bool = False,
    ) -> None:
        """A ruled table as wide as the text; its head is repeated where it breaks across pages."""
        whole = sum(column.width for column in columns)
        widths = [WIDTH * column.width / whole for column in columns]
        heads = [column.head for column in columns]
        (head, *_) = self._row(widths, heads, "CellHead", columns, glued=True)
        self._strips.append(head)
        last = len(rows) - 1
        for at, row in enumerate(rows):
            style = "CellHead" if bold_last and at == last else "Cell"
            glued = at == 0 < last or at == last - 1
            self._strips += self._row(widths, row, style, columns, glued=glued, head=head)

    def colophon(self, lines: Sequence[str], publisher: str, copies: str) -> None:
        """The closing lines at the foot of the last page: a thick rule above, one below, thin ones between."""
        style = _STYLES["Colophon"]
        self._foot.append(self._rule(_THICK))
        for at, line in enumerate((*lines, publisher)):
            if at:
                self._foot.append(self._rule(_RULE))
            by, _, when = line.partition("\t")
            inner = WIDTH - 2 * style.size
            for text in self._broken(style, by, inner):
                self._foot.append(self._line(style, text, style.size, inner))
            if when:
                printed = self._foot.pop()
                self._foot.append(self._beside(printed, style, when))
        self._foot.append(self._rule(_THICK))
        if copies:
            self._foot.append(
                self._line(
                    _STYLES["Copies"], self._known(copies), style.size, WIDTH - 2 * style.size
                )
            )

    # --- strips ------------------------------------------------------------------------------------------------

    def _paragraph(self, style: _Style, text: str) -> Iterator[_Strip]:
        left, tail = style.left * style.size, ""
        if style.ruled:
            text, _, tail = text.partition("\t")
        room = WIDTH - left
        found = self._broken(style, text, room)
        for at, line in enumerate(found):
            ends = at == len(found) - 1
            indent = style.first * style.size if at == 0 else 0.0
            strip = self._line(
                style,
                line,
                left + indent,
                room - indent,
                before=style.before if at == 0 else 0,
                after=style.after if ends else 0,
                stretched=style.align == "both" and not ends,
                # A first or a last line does not stand alone on a page.
                glued=style.glued or (len(found) > 2 and at in (0, len(found) - 2)),
            )
            if style.ruled and ends:
                strip = self._beside(strip, style, tail, rule=_RED_RULE)
            yield strip

    def _line(
        self,
        style: _Style,
        text: str,
        x: float,
        room: float,
        *,
        before: float = 0,
        after: float = 0,
        stretched: bool = False,
        glued: bool = False,
    ) -> _Strip:
        spacing = _CLOSER if style.size == 16 else 0.0
        width = self._measure(text, style.size, spacing)
        if stretched and len(text) > 1 and room - width < 2 * style.size:
            spacing += max(room - width, 0) / (len(text) - 1)
        elif style.align == "center":
            x += (room - width) / 2
        elif style.align == "right":
            x += room - width

        def put(y: float) -> None:
            self._write(LEFT + x, y + before + _baseline(style), text, style, spacing)

        return _Strip(height=before + style.line + after, put=put, glued=glued)

    def _beside(self, strip: _Strip, style: _Style, text: str, *, rule: float = 0) -> _Strip:
        """The strip with a text at its right edge, and a red rule below where that has a width."""
        known = self._known(text)
        inset = style.size if not rule else 0
        x = WIDTH - inset - self._measure(known, style.size, 0)

        def put(y: float) -> None:
            strip.put(y)
            self._write(LEFT + x, y + _baseline(style), known, style, 0)
            if rule:
                self._stroke(LEFT, y + style.line + 3, LEFT + WIDTH, rule, _RED)

        return _Strip(height=strip.height, put=put, glued=strip.glued)

    def _row(
        self,
        widths: Sequence[float],
        texts: Sequence[str],
        style: str,
        columns: Sequence[Column],
        *,
        glued: bool = False,
        head: _Strip | None = None,
    ) -> Iterator[_Strip]:
        """One strip; a row so high that it would tear a hole into the page goes on in further ones."""
        look = _STYLES[style]
        cells = [
            self._broken(look, text, width - 2 * _PADDING)
            for text, width in zip(texts, widths, strict=True)
        ]
        highest = max(map(len, cells))
        for start in range(0, highest, _ROW):
            part = [cell[start : start + _ROW] for cell in cells]
            ends = start + _ROW >= highest
            yield self._part(widths, part, look, columns, glued=glued and ends, head=head)

    def _part(
        self,
        widths: Sequence[float],
        cells: Sequence[Sequence[str]],
        look: _Style,
        columns: Sequence[Column],
        *,
        glued: bool,
        head: _Strip | None,
    ) -> _Strip:
        height = max(map(len, cells)) * look.line + 2

        def put(y: float) -> None:
            x = LEFT
            for cell, width, column in zip(cells, widths, columns, strict=True):
                self._box(x, y, width, height)
                top = y + (height - len(cell) * look.line) / 2
                for at, text in enumerate(cell):
                    side = "center" if look.align == "center" else column.side
                    free = width - 2 * _PADDING - self._measure(text, look.size, 0)
                    shift = {"left": 0.0, "center": free / 2, "right": free}[side]
                    down = top + at * look.line + _baseline(look)
                    self._write(x + _PADDING + shift, down, text, look, 0)
                x += width

        return _Strip(height=height, put=put, glued=glued, head=head)

    def _rule(self, width: float) -> _Strip:
        return _Strip(
            height=3, put=lambda y: self._stroke(LEFT, y + 1.5, LEFT + WIDTH, width, _INK)
        )

    # --- pages -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._new_page()
        y = TOP
        for run in self._runs():
            needed = sum(strip.height for strip in run)
            if y > TOP and y + needed > TOP + HEIGHT + 1:
                y = self._next(run[0])
            for strip in run:
                if y > TOP and y + strip.height > TOP + HEIGHT + 1:
                    y = self._next(strip)
                strip.put(y)
                y += strip.height
                if strip.breaks:
                    self._new_page()
                    y = TOP
        foot = sum(strip.height for strip in self._foot)
        if self._foot and y + foot > TOP + HEIGHT + 1:
            self._new_page()
        y = TOP + HEIGHT - foot
        for strip in self._foot:
            strip.put(y)
            y += strip.height

    def _runs(self) -> Iterator[list[_Strip]]:
        """Strips that stand together."""
        run: list[_Strip] = []
        for strip in self._strips:
            run.append(strip)
            if not strip.glued:
                yield run
                run = []
        if run:
            yield run

    def _next(self, strip: _Strip) -> float:
        """A new page; where it goes on with a table, its head comes first."""
        self._new_page()
        if strip.head is None:
            return TOP
        strip.head.put(TOP)
        return TOP + strip.head.height

    def _new_page(self) -> None:
        """With its number at the foot, on the outer side: odd pages right, even pages left, one character in."""
        self._pdf.add_page()
        number = self._pdf.page_no()
        text = self._words.say("layout.page", number=number)
        style = _Style(size=14, line=16)
        width = self._measure(text, 14, 0)
        x = LEFT + WIDTH - 14 - width if number % 2 else LEFT + 14
        self._write(x, TOP + HEIGHT + 7 * MM + 10, text, style, 0)

    # --- ink ---------------------------------------------------------------------------------------------------

    def _write(self, x: float, y: float, text: str, style: _Style, spacing: float) -> None:
        if not text:
            return
        pdf = self._pdf
        pdf.set_font_size(style.size)
        pdf.set_text_color(*style.ink)
        pdf.set_char_spacing(spacing)
        if not style.bold:
            pdf.text(x, y, text)
            return
        with pdf.local_context(text_mode=TextMode.FILL_STROKE):
            # The font has one weight: its outline makes it two.
            pdf.set_draw_color(*style.ink)
            pdf.set_line_width(style.size / 36)
            pdf.text(x, y, text)

    def _stroke(
        self, x: float, y: float, to: float, width: float, ink: tuple[int, int, int]
    ) -> None:
        self._pdf.set_draw_color(*ink)
        self._pdf.set_line_width(width)
        self._pdf.line(x, y, to, y)

    def _box(self, x: float, y: float, width: float, height: float) -> None:
        self._pdf.set_draw_color(*_INK)
        self._pdf.set_line_width(_THIN)
        self._pdf.rect(x, y, width, height)

    def _broken(self, style: _Style, text: str, room: float) -> list[str]:
        spacing = _CLOSER if style.size == 16 else 0.0
        return list(
            lines(
                self._known(text),
                room,
                lambda part: self._measure(part, style.size, spacing),
                first=style.first * style.size,
                not_first=self._words.say("layout.not_first"),
                not_last=self._words.say("layout.not_last"),
            )
        )

    def _measure(self, text: str, size: float, spacing: float) -> float:
        widths = self._widths
        return sum(widths[ord(mark)] for mark in text) * size + spacing * len(text)

    def _known(self, text: str) -> str:
        """The text in characters the font has."""
        plain = inert(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        missing = self._words.say("layout.missing")
        return "".join(
            mark
            if mark == "\n" or ord(mark) in self._widths
            else ""
            if unicodedata.category(mark) in ("Mn", "Cf")
            else missing
            for mark in plain
        )


def _baseline(style: _Style) -> float:
    """How far below the top of a line its letters stand."""
    return (style.line + style.size) / 2 - 0.12 * style.size
