"""A chart, once fonts and code are warm, beside Pillow with as much text and as many bars."""

from collections.abc import Iterator

from bot.content.papers import chart_font, papers
from bot.reports import chart
from tests.bench.papers import _bare_picture, _middle
from tests.bench.rows import Found
from tests.sample_week import sample_week


def rows(rounds: int) -> Iterator[Found]:
    """Milliseconds, medians."""
    digest, texts, font = sample_week(), papers("zh"), chart_font()
    product = _middle(lambda: chart.topics(digest, texts, font), rounds)
    floor = _middle(_bare_picture, rounds)
    yield Found("chart.next", f"{1000 * floor:.1f}", f"{1000 * product:.1f}", product / floor)
