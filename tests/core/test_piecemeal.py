"""Long lists let go in pieces."""

from collections import Counter

from bot.core.piecemeal import PIECE, let_go, taken


class Told:
    """Says, when it goes, how many the list that held it has left."""

    def __init__(self, held: "list[Told]", left: list[int]) -> None:
        self._held = held
        self._left = left

    def __del__(self) -> None:
        self._left.append(len(self._held))


def held(many: int) -> tuple[list[Told], list[int]]:
    rows: list[Told] = []
    left: list[int] = []
    rows.extend(Told(rows, left) for _ in range(many))
    return rows, left


def test_no_step_frees_more_than_a_piece() -> None:
    rows, left = held(3 * PIECE + 7)
    let_go(rows)
    assert len(left) == 3 * PIECE + 7
    assert max(Counter(left).values()) <= PIECE


def test_a_row_is_gone_as_soon_as_the_next_is_taken() -> None:
    rows, left = held(PIECE)
    most = max(PIECE - len(rows) - len(left) for _ in taken(rows))
    assert most <= 2
    assert not rows


def test_rows_are_taken_in_their_order() -> None:
    assert list(taken([3, 1, 2])) == [3, 1, 2]
