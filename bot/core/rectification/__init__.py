"""What becomes of opinions: each gets its one way, many become a problem, a problem becomes an item with the four musts."""

from bot.core.rectification.moves import GRADES, MOVES, Move, Refused, Step, after, replay
from bot.core.rectification.problem import (
    LOOKS,
    MUSTS,
    SOURCES,
    TERMS,
    Event,
    Kind,
    Musts,
    Problem,
    Source,
    State,
)
from bot.core.rectification.snapshot import RULES, from_json, to_json
from bot.core.rectification.standing import in_order, overdue, rates, standing

__all__ = [
    "GRADES",
    "LOOKS",
    "MOVES",
    "MUSTS",
    "RULES",
    "SOURCES",
    "TERMS",
    "Event",
    "Kind",
    "Move",
    "Musts",
    "Problem",
    "Refused",
    "Source",
    "State",
    "Step",
    "after",
    "from_json",
    "in_order",
    "overdue",
    "rates",
    "replay",
    "standing",
    "to_json",
]
