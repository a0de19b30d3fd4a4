"""Readers who try to tell how many people of one small cell took part.

Two of them, both exact. `solved` takes every figure ever printed as an equation and sees which other sums follow
(rational elimination), `bounds` narrows each unknown by what all equations leave it. `laid_bare` is the one who knows the
rule: it plays every possible world, puts those with equal papers together, and reports what is equal in all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any

Unknown = Any
Equation = tuple[frozenset[Unknown], int]
"""The sum of these unknowns is that."""

World = tuple[int, ...]
Papers = tuple[Any, ...]


def solved(
    equations: Iterable[Equation], wanted: Iterable[frozenset[Unknown]]
) -> dict[frozenset[Unknown], int]:
    """Those of the wanted sums that the equations determine, whatever combination of them it takes."""
    pivots: dict[Unknown, dict[Unknown | None, Fraction]] = {}
    for unknowns, value in equations:
        row = _reduced(_row(unknowns, value), pivots)
        if pivot := next((u for u in row if u is not None), None):
            pivots[pivot] = {u: c / row[pivot] for u, c in row.items()}
    found: dict[frozenset[Unknown], int] = {}
    for sum_ in wanted:
        row = _reduced(_row(sum_, 0), pivots)
        if all(u is None for u in row):
            found[sum_] = int(-row.get(None, Fraction(0)))
    return found


def _row(unknowns: frozenset[Unknown], value: int) -> dict[Unknown | None, Fraction]:
    row: dict[Unknown | None, Fraction] = {u: Fraction(1) for u in sorted(unknowns, key=repr)}
    return row | {None: Fraction(value)} if value else row


def _reduced(
    row: dict[Unknown | None, Fraction],
    pivots: Mapping[Unknown, dict[Unknown | None, Fraction]],
) -> dict[Unknown | None, Fraction]:
    while pivot := next((u for u in row if u is not None and u in pivots), None):
        factor = row[pivot]
        for unknown, coefficient in pivots[pivot].items():
            row[unknown] = row.get(unknown, Fraction(0)) - factor * coefficient
            if not row[unknown]:
                del row[unknown]
    return row


def bounds(
    equations: Collection[Equation], at_most: Collection[Equation]
) -> dict[Unknown, tuple[int, float]]:
    """The least and the most each unknown may be: none is negative, and `at_most` bounds sums from above."""
    low: defaultdict[Unknown, int] = defaultdict(int)
    high: defaultdict[Unknown, float] = defaultdict(lambda: float("inf"))
    while True:
        before = (dict(low), dict(high))
        for unknowns, value in [*equations, *at_most]:
            for u in unknowns:
                high[u] = min(high[u], value - sum(low[o] for o in unknowns if o != u))
        for unknowns, value in equations:
            for u in unknowns:
                rest = value - sum(high[o] for o in unknowns if o != u)
                low[u] = max(low[u], int(rest) if rest > 0 else 0)
        if before == (dict(low), dict(high)):
            return {u: (low[u], high[u]) for u in high}


def laid_bare(
    worlds: Iterable[World],
    papers: Callable[[World], Papers],
    counts: Callable[[World], Mapping[Any, int]],
    small: range,
) -> list[tuple[Papers, Any, int]]:
    """Counts of `small` size that papers give away: the same in every world in which these papers appear."""
    seen: dict[Papers, dict[Any, int]] = {}
    for world in worlds:
        printed, truth = papers(world), counts(world)
        if printed not in seen:
            seen[printed] = {cell: n for cell, n in truth.items() if n in small}
        else:
            known = seen[printed]
            seen[printed] = {cell: n for cell, n in known.items() if truth.get(cell) == n}
    return [(printed, cell, n) for printed, known in seen.items() for cell, n in known.items()]
