"""Pictures for a phone: topics beside last period's, asks by group, the way figures went over the periods.

960 by 600 with letters a thumb's width away still reads. The font comes in as bytes, because a machine may have
none with Chinese in it. No colour says good or bad; a number stands beside every bar, so colour is never needed.
"""

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from bot.core.digest import Digest
from bot.reports.words import Words

WIDTH, HEIGHT = 960, 600
MARGIN = 36
TOP = 122

INK = "#1a1a1a"
SOFT = "#5f6b76"
FAINT = "#dde3e9"
NOW = "#1f4e79"
BEFORE = "#a9c1d9"
SECOND = "#c55a11"


def topics(digest: Digest, texts: Mapping[str, str], font: bytes) -> bytes:
    """The ranked topics, a bar for this period over a thinner one for the last."""
    page = _Page(digest, Words(texts), font)
    first = digest.overview.before is None
    page.title("chart.topics_first" if first else "chart.topics")
    if not digest.topics:
        return page.png(empty=True)
    if not first:
        page.legend((("chart.now", NOW), ("chart.before", BEFORE)))
    most = max(max(row.now, row.before or 0) for row in digest.topics)
    step = (HEIGHT - TOP - MARGIN + 12) // max(5, len(digest.topics))
    left, longest = 346, 390
    for at, row in enumerate(digest.topics):
        y = TOP + at * step
        page.write(
            (left - 14, y + step // 2 - (9 if first else 3)),
            page.fitting(row.name, left - 14 - MARGIN),
            anchor="rm",
        )
        page.bar((left, y + 8), longest * row.now // most, step - 30, NOW)
        if row.before is not None:
            page.bar((left, y + step - 21), longest * row.before // most, 9, BEFORE)
        end = left + longest * row.now // most + 12
        page.write((end, y + step // 2 - 9), str(row.now), anchor="lm")
        if not first:
            moved = page.words.change(row)
            page.write(
                (WIDTH - MARGIN, y + step // 2 - 9), moved, page.small, SOFT, anchor="rm"
            )
    return page.png()  # fmt: skip


def asks(digest: Digest, texts: Mapping[str, str], font: bytes) -> bytes:
    """Asks by group: a table whose cells are the darker the more was said."""
    page = _Page(digest, Words(texts), font)
    page.title("chart.asks")
    most = max((number for row in digest.asks for number in row.numbers), default=0)
    if not most:
        return page.png(empty=True)
    left, right = 236, WIDTH - MARGIN
    width = (right - left) // len(digest.dimensions)
    height = min(76, (HEIGHT - TOP - 44 - MARGIN) // len(digest.asks))
    for at, column in enumerate(digest.dimensions):
        name = page.fitting(page.words.named("ask", column.code), width - 8)
        page.write((left + at * width + width // 2, TOP + 16), name, anchor="mm")
    for line, row in enumerate(digest.asks):
        y = TOP + 44 + line * height
        name = page.fitting(row.name or page.words.say("turnout.folded"), left - 16 - MARGIN)
        page.write((left - 16, y + height // 2), name, anchor="rm")
        for at, number in enumerate(row.numbers):
            shade = _shade(number, most)
            page.box((left + at * width, y), (width - 3, height - 3), shade)
            ink = "white" if 5 * number > 3 * most else INK
            middle = (left + at * width + width // 2 - 1, y + height // 2 - 1)
            page.write(middle, str(number), ink=ink, anchor="mm")
    return page.png()


def trend(digest: Digest, texts: Mapping[str, str], font: bytes) -> bytes:
    """Questionnaires and opinions, period by period; the figures beside the points."""
    page = _Page(digest, Words(texts), font)
    page.title("chart.trend")
    days = [*(past.closes for past in digest.past), digest.key]
    o = digest.overview
    lines = (
        ([*(past.submissions for past in digest.past), o.submissions], NOW),
        ([*(past.opinions for past in digest.past), o.opinions], SECOND),
    )
    page.legend((("chart.submissions", NOW), ("chart.opinions", SECOND)))
    most = max(max(line) for line, _ in lines)
    if not most:
        return page.png(empty=True)
    left, right, low, high = 70, WIDTH - 70, HEIGHT - 76, TOP + 34
    page.rule((MARGIN, low), (WIDTH - MARGIN, low))
    step = (right - left) // max(1, len(days) - 1)
    if len(days) == 1:
        left = WIDTH // 2  # a first period stands in the middle
    places = [left + at * step for at in range(len(days))]
    for place, day in zip(places, days, strict=True):
        page.write((place, low + 12), f"{day.month}-{day.day}", page.small, SOFT, anchor="mt")
    told = range(len(days) - 1, -1, -1 if len(days) <= 7 else -2)
    for at, (line, colour) in enumerate(lines):
        points = [
            (place, low - (low - high) * number // most)
            for place, number in zip(places, line, strict=True)
        ]
        page.path(points, colour)
        for n in told:
            above = line[n] > lines[1 - at][0][n] or (
                line[n] == lines[1 - at][0][n] and at == 0
            )
            x, y = points[n]
            offset = -12 if above else 12
            anchor = "mb" if above else "mt"
            page.write(
                (x, min(y + offset, low - 30) if not above else y + offset),
                str(line[n]),
                page.small,
                colour,
                anchor,
            )
    return page.png()  # fmt: skip


class _Page:
    """A white sheet with a title, and what one draws on it."""

    def __init__(self, digest: Digest, words: Words, font: bytes) -> None:
        self.words = words
        self._digest = digest
        self._image = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self._draw = ImageDraw.Draw(self._image)
        self.large, self.body, self.small = (_font(font, size) for size in (34, 27, 23))

    def title(self, key: str) -> None:
        """The picture's name, and below it which issue and which days."""
        digest = self._digest
        self.write((MARGIN, 24), self.words.say(key), self.large)
        issue = self.words.say(
            "chart.issue",
            number=digest.number,
            opens=self.words.day(digest.opens),
            closes=self.words.day(digest.closes),
        )
        if digest.simulated:
            issue = f"{issue} · {self.words.say('chart.simulated')}"
        self.write((MARGIN, 72), issue, self.small, SOFT)

    def legend(self, series: Sequence[tuple[str, str]]) -> None:
        """What the colours stand for, at the upper right."""
        x = WIDTH - MARGIN
        for key, colour in reversed(series):
            name = self.words.say(key)
            x -= int(self.small.getlength(name))
            self.write((x, 72), name, self.small, SOFT)
            x -= 30
            self.box((x, 78), (20, 20), colour)
            x -= 24

    def write(
        self,
        at: tuple[int, int],
        text: str,
        font: ImageFont.FreeTypeFont | None = None,
        ink: str = INK,
        anchor: str = "la",
    ) -> None:
        """A line of text."""
        self._draw.text(at, text, fill=ink, font=font or self.body, anchor=anchor)

    def fitting(self, text: str, width: int) -> str:
        """The text, shortened to that width."""
        if self.body.getlength(text) <= width:
            return text
        while text and self.body.getlength(text + "…") > width:
            text = text[:-1]
        return text + "…"

    def bar(self, at: tuple[int, int], length: int, height: int, colour: str) -> None:
        """A bar to the right; something small is still seen."""
        self.box(at, (max(length, 2), height), colour)

    def box(self, at: tuple[int, int], size: tuple[int, int], colour: str) -> None:
        """A filled rectangle."""
        x, y = at
        self._draw.rectangle((x, y, x + size[0] - 1, y + size[1] - 1), fill=colour)

    def rule(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A thin line."""
        self._draw.line((start, end), fill=FAINT, width=2)

    def path(self, points: Sequence[tuple[int, int]], colour: str) -> None:
        """A line through points, each with a dot."""
        self._draw.line(list(points), fill=colour, width=4, joint="curve")
        for x, y in points:
            self._draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=colour)

    def png(self, *, empty: bool = False) -> bytes:
        """The picture; an empty one says so."""
        if empty:
            text = self.words.say("chart.empty")
            self.write((WIDTH // 2, HEIGHT // 2), text, ink=SOFT, anchor="mm")
        out = io.BytesIO()
        palette = self._image.quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(out, "PNG", optimize=True)
        return out.getvalue()


def _font(font: bytes, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)


def _shade(number: int, most: int) -> str:
    """From nearly white to the colour of this period."""
    light, dark = (238, 243, 248), (31, 78, 121)
    mixed = (a + (b - a) * number // most for a, b in zip(light, dark, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)
