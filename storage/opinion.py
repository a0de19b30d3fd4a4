"""What people said, one answer apart from another: random names, no person, no time finer than the period.

`submit(cell, pieces)` is the one narrow way in.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from bot.core.messages import Redacted
from storage.database import Statement, Tx
from storage.tables import opinion

_INSERT = Statement(insert(opinion))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a submission counts."""

    round: str
    period: str
    """The closing date of the period, YYYY-MM-DD."""
    unit: str
    group: str
    channel: str
    pupil: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One answer."""

    question: str
    dimension: str
    options: tuple[str, ...]
    number: int | None
    text: Redacted
    labels: Mapping[str, Any]


class Opinions:
    """The opinions, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def submit(self, cell: Cell, pieces: tuple[Piece, ...]) -> None:
        """Keep the answers of one submission; nothing of what is kept says that they belong together."""
        self._tx.many(_INSERT, [_row(cell, piece) for piece in pieces])


def _row(cell: Cell, piece: Piece) -> dict[str, Any]:
    return {
        "id": os.urandom(12),
        "round": cell.round,
        "period": cell.period,
        "unit": cell.unit,
        "grp": cell.group,
        "channel": cell.channel,
        "pupil": int(cell.pupil),
        "question": piece.question,
        "dimension": piece.dimension,
        "options": json.dumps(piece.options),
        "number": piece.number,
        "text": piece.text,
        "labels": json.dumps(piece.labels, ensure_ascii=False, separators=(",", ":")),
    }
