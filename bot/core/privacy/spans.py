"""What a stretch of text can be found to be, and which finding wins where two overlap.

Recognisers hand in candidates, each as strong as its proof: a checksum beats a keyword, a keyword beats a shape.
All are collected first; only then the strongest, and of equals the longest, is kept.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

SpanType = Literal[
    "name", "phone", "id_card", "bank_card", "email", "qq", "wechat", "plate", "address", "url", "handle",
    "class_identity", "titled_name", "nickname", "other_id", "chosen",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of the text as given, and what they are."""

    start: int
    end: int
    type: SpanType


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding before it is weighed against the others."""

    start: int
    end: int
    type: SpanType
    strength: int
    """3 proved (checksum, syntax), 2 named by a word beside it, 1 by its shape alone."""


Found = Iterator[Candidate]
"""What a recogniser hands in."""


def strongest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Of candidates that overlap, those with the best proof, then the longest; in the order of the text."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (-c.strength, c.start - c.end, c.start)):
        place = bisect(kept, one.start, key=_start)
        clear = not place or kept[place - 1].end <= one.start
        if clear and (place == len(kept) or one.end <= kept[place].start):
            kept.insert(place, one)
    return kept


def _start(one: Candidate) -> int:
    return one.start
