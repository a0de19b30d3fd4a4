"""What becomes of opinions: what staff do to the problem list, notices that people rate, and what the clock does with both."""

from handlers.rectification.clock import CONTENT, come_back, follow_up
from handlers.rectification.deeds import (
    COMES_BACK,
    act,
    answer_all,
    answers,
    draw_ledger,
    judge,
    put_on_list,
)
from handlers.rectification.notice import (
    MOST_IN_A_NOTICE,
    Place,
    Public,
    draw_wall,
    poster,
    put_up,
    raised_in,
    rate_at,
    take_down,
)

__all__ = [
    "COMES_BACK",
    "CONTENT",
    "MOST_IN_A_NOTICE",
    "Place",
    "Public",
    "act",
    "answer_all",
    "answers",
    "come_back",
    "draw_ledger",
    "draw_wall",
    "follow_up",
    "judge",
    "poster",
    "put_on_list",
    "put_up",
    "raised_in",
    "rate_at",
    "take_down",
]
