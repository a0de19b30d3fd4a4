"""An opinion masked and sorted by rules, as on the path of every message, beside one pass over its characters.

The texts are those of the evaluation set: families, schools, telephones and grievances as people write them. A prototype
with fourteen patterns and 2,000 given names took twice the floor; what these rules find, and what they cost, grew together
(docs/decisions/language.md).
"""

import time
from collections.abc import Callable, Iterator
from statistics import median

from bot.content.taxonomy import load_taxonomy
from bot.core.privacy import redact
from bot.core.sorting import classify
from tests.bench.rows import Found
from tests.language.opinions import read
from tests.language.score import PARTS

WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Full-width letters, digits and signs to plain ones."""


def rows(rounds: int, most: int = 100_000) -> Iterator[Found]:
    """Microseconds an opinion, medians, measured alternately."""
    taxonomy = load_taxonomy()
    texts = [one.text for part in PARTS for one in read(part)][:most]

    def understood(text: str) -> None:
        classify(taxonomy, redact(text).text)

    low, high = [], []
    for _ in range(rounds):
        low.append(_each(texts, lambda text: text.translate(WIDTH)))
        high.append(_each(texts, understood))
    floor, product = median(low), median(high)
    yield Found("words.opinion", f"{floor:.1f}", f"{product:.0f}", product / floor)


def _each(texts: list[str], deed: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for text in texts:
        deed(text)
    return (time.perf_counter() - began) / len(texts) * 1e6
