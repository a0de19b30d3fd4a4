"""How much an order still says of another."""

from collections.abc import Sequence
from itertools import combinations


def tau(order: Sequence[int]) -> float:
    """Kendall's tau of a sequence against the rising one: 1 the same, -1 reversed, about 0 by chance."""
    pairs = list(combinations(order, 2))
    return sum(1 if a < b else -1 for a, b in pairs) / len(pairs)
