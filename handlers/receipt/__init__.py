"""Receipts: shown once, kept nowhere, good from any account. Made ready, looked up and withdrawn; and, for who holds one,
the talk with the office and a contact left on purpose.

Nothing is kept about who asks: the digits are in memory while they are looked for, and then nowhere. A wrong code and a
withdrawn one are looked for in all the same places and answered in the same words.
"""

from handlers.receipt.holder import respond, take_words
from handlers.receipt.look import Asked, Heard, StorageFailed, hear, recognise, settle
from handlers.receipt.ready import (
    IN_LINE,
    NOTHING_THERE,
    NoneReady,
    Receipts,
    stretching,
)
from handlers.receipt.visits import expects

__all__ = [
    "IN_LINE",
    "NOTHING_THERE",
    "Asked",
    "Heard",
    "NoneReady",
    "Receipts",
    "StorageFailed",
    "expects",
    "hear",
    "recognise",
    "respond",
    "settle",
    "stretching",
    "take_words",
]
