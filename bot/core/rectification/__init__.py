"""What becomes of opinions: each gets its one way, many become a problem, a problem becomes an item with the four musts."""

from bot.core.rectification.moves import GRADES, MOVES, Move, Refused, Step, after, replay
from bot.core.rectification.problem import (
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
from bot.core.rectification.standing import Rated, in_order, overdue, rates, standing

__all__ = [
    "GRADES",
    "MOVES",
    "MUSTS",
    "SOURCES",
    "TERMS",
    "Event",
    "Kind",
    "Move",
    "Musts",
    "Problem",
    "Rated",
    "Refused",
    "Source",
    "State",
    "Step",
    "after",
    "in_order",
    "overdue",
    "rates",
    "replay",
    "standing",
]
