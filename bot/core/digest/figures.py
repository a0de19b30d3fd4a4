"""The arithmetic of the papers, in whole tenths of a percent, so that every paper prints the same digit.

Rounding is half away from zero, as people do it by hand; binary fractions would round 12.25 either way.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

K = TypeVar("K")

Tenths = int
"""Tenths of a percent: 257 is 25.7 %."""

FEW = 5
"""Fewer than this many last time, and a percentage would say nothing (office.md 1)."""

BANDS = tuple(str(tens) for tens in range(10))
"""Participation is told in steps of ten points: "2" is 20 % to below 30 %; "9" includes everything above."""


def share(part: int, whole: int) -> Tenths | None:
    """How much of the whole the part is; None of nothing.

    >>> share(148, 522), share(1752, 6820), share(1, 0)
    (284, 257, None)
    """
    return None if whole == 0 else _rounded(1000 * part, whole)


def change(now: int, before: int | None) -> Tenths | None:
    """By how much it rose since last time; None where there was no last time or too little to compare with.

    >>> change(522, 478), change(47, 52), change(9, 4), change(3, None)
    (92, -96, None, None)
    """
    return None if before is None or before < FEW else _rounded(1000 * (now - before), before)


def band(part: int, whole: int) -> str:
    """The ten-point step a participation falls into.

    >>> band(0, 40), band(11, 40), band(45, 40)
    ('0', '2', '9')
    """
    return str(min(9, 10 * part // whole))


def counted(pairs: Iterable[tuple[K, int]]) -> Counter[K]:
    """How many of what, where each comes with a number of its own.

    >>> counted([("a", 2), ("b", 1), ("a", 3)])
    Counter({'a': 5, 'b': 1})
    """
    found: Counter[K] = Counter()
    for what, number in pairs:
        found[what] += number
    return found


def _rounded(top: int, bottom: int) -> int:
    """`top / bottom` as the nearest whole number, halves away from zero."""
    sign = -1 if top < 0 else 1
    return sign * ((2 * abs(top) + bottom) // (2 * bottom))
