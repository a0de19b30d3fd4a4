"""The schedule as a picture for a phone: a bar for what lasts, a diamond for a day, a line for today.

Phases carry their names as heads. Where all of it would be too long for a screen, single dates within a step are left
out first, then what is done; what was left out is said. Colour says nothing alone: the day stands beside each bar,
and what is overdue or done says so.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from PIL import Image, ImageDraw, ImageFont

from bot.core.campaign.schedule import Row, Schedule
from bot.core.campaign.standing import State
from bot.reports.words import Words

WIDTH = 960
MARGIN = 32
TOP = 168
LINE = 52
LEFT = 388
"""Where time begins; before it stand the titles."""
RIGHT = WIDTH - 120
"""Where time ends; after it there is room for a day."""
MOST_ROWS = 26

INK = "#1a1a1a"
SOFT = "#5f6b76"
FAINT = "#dde3e9"
HEAD = "#eef3f8"
COLOURS = {
    State.TO_COME: "#a9c1d9",
    State.MOVED: "#a9c1d9",
    State.RUNNING: "#1f4e79",
    State.DONE: "#9aa5b0",
    State.RECORDED: "#9aa5b0",
    State.OVERDUE: "#c55a11",
    State.OPEN: "#dde3e9",
}


def gantt(schedule: Schedule, texts: Mapping[str, str], font: bytes) -> bytes:
    """The picture as PNG."""
    words = Words(texts)
    rows, left_out = chosen(schedule)
    height = TOP + LINE * len(rows) + MARGIN + (LINE if left_out else 0)
    page = _Page(WIDTH, max(height, TOP + 3 * LINE), font)
    page.write(
        (MARGIN, 22), page.fitting(schedule.title, WIDTH - 2 * MARGIN, page.large), page.large
    )
    page.write(
        (MARGIN, 72), words.say("gantt.day", day=words.full_day(schedule.day)), page.small, SOFT
    )
    dated = [row for row in rows if _days(row)]
    if not dated:
        page.write((WIDTH // 2, TOP + LINE), words.say("gantt.empty"), ink=SOFT, anchor="mm")
        return page.png()
    axis = _Axis(min(_days(r)[0] for r in dated), max(_days(r)[-1] for r in dated))
    _months(page, words, axis, TOP + LINE * len(rows))
    _today(page, words, axis, schedule.day, TOP + LINE * len(rows))
    for at, row in enumerate(rows):
        _draw(page, words, axis, row, TOP + at * LINE)
    if left_out:
        place = (WIDTH // 2, TOP + LINE * len(rows) + LINE // 2)
        page.write(place, words.say("gantt.left_out", n=left_out), page.small, SOFT, "mm")
    return page.png()


def chosen(schedule: Schedule, most: int = MOST_ROWS) -> tuple[tuple[Row, ...], int]:
    """The rows that fit a screen, and how many were left out."""
    rows = [row for row in schedule.rows if row.place != "whole"]
    count = len(rows)
    for expendable in (_undated, _inside_a_step, _over):
        if len(rows) > most:
            rows = [row for row in rows if not expendable(row)]
    rows = rows[:most]
    return tuple(rows), count - len(rows)


def _undated(row: Row) -> bool:
    return not _days(row) and row.place != "phase"


def _inside_a_step(row: Row) -> bool:
    return row.place == "node" and bool(row.step)


def _over(row: Row) -> bool:
    return row.state in (State.DONE, State.RECORDED)


def _days(row: Row) -> tuple[date, ...]:
    """First and last day; one where there is one; none where nothing is dated."""
    if row.rrule:
        return (row.following,) if row.following else ()
    return tuple(day for day in row.days if day is not None)


class _Axis:
    """Days to places from left to right, whole months."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first.replace(day=1)
        month_after = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
        self.days = max((month_after - self.first).days, 28)

    def at(self, day: date) -> int:
        """Where that day begins."""
        return LEFT + (RIGHT - LEFT) * (day - self.first).days // self.days

    def months(self) -> Sequence[date]:
        """The first of each month."""
        found: list[date] = []
        day = self.first
        while (day - self.first).days < self.days:
            found.append(day)
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return found


def _months(page: "_Page", words: Words, axis: _Axis, low: int) -> None:
    months = axis.months()
    every = -(-len(months) // 8)
    for at, month in enumerate(months):
        x = axis.at(month)
        page.line((x, TOP - 14), (x, low), FAINT)
        if at % every == 0:
            name = words.say("gantt.month", month=month.month)
            page.write((x + 4, TOP - 20), name, page.small, SOFT, "ls")


def _draw(page: "_Page", words: Words, axis: _Axis, row: Row, y: int) -> None:
    middle = y + LINE // 2
    head = row.place == "phase"
    if head:
        page.box((MARGIN - 8, y + 3), (WIDTH - 2 * MARGIN + 16, LINE - 6), HEAD)
    indent = MARGIN if head or not row.phase else MARGIN + 22
    title = page.fitting(row.title, LEFT - 16 - indent, page.body)
    page.write((indent, middle), title, anchor="lm")
    days = _days(row)
    if not days:
        page.write((LEFT + 6, middle), words.say("gantt.open"), page.small, SOFT, "lm")
        return
    colour = COLOURS[row.state]
    end = axis.at(days[-1] + timedelta(days=1))
    if len(days) == 2 and days[0] != days[1]:
        start = axis.at(days[0])
        thick = 12 if head else 24
        page.box((start, middle - thick // 2), (max(end - start, 4), thick), colour)
    else:
        end = axis.at(days[-1]) + 10
        page.diamond((end - 10, middle), 12, colour)
    said = words.say("gantt.short_day", month=days[-1].month, day=days[-1].day)
    if row.state in (State.OVERDUE, State.DONE):
        said = words.say(
            "gantt.with_state", day=said, state=words.named("node_state", row.state)
        )
    ink = COLOURS[State.OVERDUE] if row.state is State.OVERDUE else SOFT
    page.write((end + 8, middle), said, page.small, ink, "lm", behind=True)


def _today(page: "_Page", words: Words, axis: _Axis, day: date, low: int) -> None:
    if not 0 <= (day - axis.first).days <= axis.days:
        return
    x = axis.at(day)
    page.line((x, TOP - 8), (x, low), COLOURS[State.OVERDUE])
    page.write(
        (x, TOP - 46), words.say("gantt.today"), page.small, COLOURS[State.OVERDUE], "ms"
    )


class _Page:
    """A white sheet and what one draws on it."""

    def __init__(self, width: int, height: int, font: bytes) -> None:
        self._image = Image.new("RGB", (width, height), "white")
        self._draw = ImageDraw.Draw(self._image)
        self.large, self.body, self.small = (_font(font, size) for size in (34, 26, 22))

    def write(
        self,
        at: tuple[int, int],
        text: str,
        font: ImageFont.FreeTypeFont | None = None,
        ink: str = INK,
        anchor: str = "la",
        *,
        behind: bool = False,
    ) -> None:
        """A line of text, on a patch of white where something lies behind it; never over the right edge."""
        font = font or self.body
        left, top, right, low = self._draw.textbbox(at, text, font=font, anchor=anchor)
        if right > self._image.width - 6:
            at = (at[0] - int(right) + self._image.width - 6, at[1])
            left, top, right, low = self._draw.textbbox(at, text, font=font, anchor=anchor)
        if behind:
            self._draw.rectangle((left - 3, top - 2, right + 3, low + 2), fill="white")
        self._draw.text(at, text, fill=ink, font=font, anchor=anchor)

    def fitting(self, text: str, width: int, font: ImageFont.FreeTypeFont) -> str:
        """The text, shortened to that width."""
        if font.getlength(text) <= width:
            return text
        while text and font.getlength(text + "…") > width:
            text = text[:-1]
        return text + "…"

    def box(self, at: tuple[int, int], size: tuple[int, int], colour: str) -> None:
        """A filled rectangle."""
        x, y = at
        self._draw.rectangle((x, y, x + size[0] - 1, y + size[1] - 1), fill=colour)

    def diamond(self, at: tuple[int, int], reach: int, colour: str) -> None:
        """A day."""
        x, y = at
        corners = ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
        self._draw.polygon(corners, fill=colour)

    def line(self, start: tuple[int, int], end: tuple[int, int], colour: str) -> None:
        """A thin line."""
        self._draw.line((start, end), fill=colour, width=2)

    def png(self) -> bytes:
        """The picture."""
        out = io.BytesIO()
        palette = self._image.quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(out, "PNG", optimize=True)
        return out.getvalue()


def _font(font: bytes, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)
