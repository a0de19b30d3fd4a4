"""Long lists let go in pieces.

Whatever frees a hundred thousand rows at once is one single step for Python: no other thread moves until it is over, and
somebody on the event loop waits a quarter of a second for their answer. So who has held much lets go of it a little at a time.
"""

from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")

PIECE = 1_000
"""So many are freed at once: about a millisecond."""


def taken(rows: list[T]) -> Iterator[T]:
    """One row after the other, in their order; the list is empty in the end, and each row gone once it is done with.

    >>> rows = [1, 2, 3]
    >>> [*taken(rows)], rows
    ([1, 2, 3], [])
    """
    rows.reverse()
    while rows:
        yield rows.pop()


def let_go(rows: list[T]) -> None:
    """Empty a list, the last ones first."""
    while rows:
        del rows[-PIECE:]
