"""The pictures: of the right size, not blank, and with a glyph for every character they need."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.content.papers import chart_font, papers
from bot.core.digest import Past
from bot.reports import chart
from tests.core.test_digest import digest_of, opinion
from tests.sample_week import NAMES, sample_week

DRAW = [chart.topics, chart.asks, chart.trend]


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("draw", DRAW)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_picture_fits_a_phone_and_is_the_same_each_time(draw, language) -> None:
    first = draw(sample_week(), papers(language), chart_font())

    assert picture(first).size == (960, 600)
    assert len(first) < 60_000
    assert draw(sample_week(), papers(language), chart_font()) == first


@pytest.mark.parametrize("draw", DRAW)
def test_nothing_to_draw_is_said_and_a_first_week_has_no_past(draw) -> None:
    empty = picture(draw(digest_of(), papers("zh"), chart_font()))
    first = picture(draw(digest_of(opinion("a")), papers("zh"), chart_font()))

    assert len(empty.getcolors(100_000) or []) > 1
    assert empty.tobytes() != first.tobytes()


def test_bars_are_as_long_as_their_figures() -> None:
    digest = sample_week()
    image = picture(chart.topics(digest, papers("zh"), chart_font()))
    rows: list[int] = []
    for y in range(120, 590):
        line = [image.getpixel((x, y)) for x in range(346, 800)]
        length = next((x for x, pixel in enumerate(line) if pixel != line[0]), 0)
        if line[0] == (31, 78, 121) and (not rows or rows[-1] != length):
            rows.append(length)

    assert rows == [390 * row.now // 74 for row in digest.topics]


def test_a_year_of_periods_stays_inside_the_picture() -> None:
    digest = sample_week()
    past = tuple(
        Past(closes=digest.key, submissions=n * 90, opinions=n * 70, topics=(), ranked=(), concentrated=())
        for n in range(12)
    )  # fmt: skip

    image = picture(chart.trend(replace(digest, past=past), papers("zh"), chart_font()))

    border = [image.getpixel((x, y)) for x in (0, 959) for y in range(600)]
    assert set(border) == {(255, 255, 255)}


def test_the_font_has_every_character_of_the_papers_and_of_rare_names() -> None:
    font = ImageFont.truetype(io.BytesIO(chart_font()), 20)
    missing = _ink(font, "\U0010ffff")
    names = "".join(
        name.name for kind in (NAMES.units, NAMES.groups, NAMES.topics) for name in kind
    )
    needed = set("".join(papers("zh").values()) + names + "喆堃玥翀昇镕") - set(" \n　")

    assert [c for c in sorted(needed) if _ink(font, c) == missing] == []


def _ink(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    image = Image.new("L", (40, 40))
    ImageDraw.Draw(image).text((5, 5), character, fill=255, font=font)
    return image.tobytes()
