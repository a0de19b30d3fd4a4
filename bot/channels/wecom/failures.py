"""The platform's no, as one of the four ways in which sending can fail.

    45009 45033                             Throttled    too many calls: a minute
    40003 60111 60011 60021 81013 43004     Blocked      not a member (any more), not in the app's range, not bound
    40xxx 41xxx 42xxx 44xxx 45xxx, else     Rejected     this message will never pass: our mistake, and logged
    all else                                Unreachable  also what the operator must mend: the message is not to blame

Numbers: path 90313 and facts of other programs. What the operator must mend is logged once in a while by its number,
which `tingwen check --online` puts into words.
"""

import logging
import time

from bot.channels.base import Blocked, Rejected, SendFailed, Throttled, Unreachable
from bot.channels.wecom.client import FULL, Failed, Refused, Unanswered

log = logging.getLogger(__name__)

GONE = frozenset({40003, 43004, 60011, 60021, 60111, 81013, 90201})
"""Errcodes that speak of the recipient."""
TO_MEND = frozenset(
    {40001, 40013, 40014, 40056, 41001, 41011, 42001, 43012, 48002, 50001, 60020, 93000, 301002}
)
"""Errcodes that speak of settings: secret, corp, app, callback, rights, trusted address, key of a group robot."""
NO_CARD = frozenset({43012, *range(42014, 42052)})
"""Errcodes that speak of cards alone: the same can be said in words."""
CARD_KNOWN = 42014
"""A task id that was used before. On a second try it means that the first one arrived."""
CODE_SPENT = 60140
"""A response code that is unknown, used or too old."""
NO_MEDIA = 40007
"""A media id that is unknown or has expired."""

SAID_EVERY = 600.0
"""Seconds between two log lines about the same errcode."""

_said: dict[int, float] = {}


def send_failed(failed: Failed) -> SendFailed:
    """What this means for the message."""
    match failed:
        case Refused(code=code, after=after) if code in FULL:
            return Throttled(after, everyone=True)
        case Refused(code=code) if code in GONE:
            return Blocked("gone")
        case Refused(code=code) if code in TO_MEND:
            _say("to be mended", failed)
            return Unreachable(f"errcode {code}")
        case Refused(code=code) if 40000 <= code < 46000:
            _say("message refused", failed)
            return Rejected(f"errcode {code}")
        case Refused(code=code):
            _say("platform refused", failed)
            return Unreachable(f"errcode {code}")
        case Unanswered():
            return Unreachable("unanswered")
        case _:
            return Unreachable(type(failed).__name__)


def _say(event: str, refused: Refused) -> None:
    now = time.monotonic()
    if now - _said.get(refused.code, -SAID_EVERY) < SAID_EVERY:
        return
    _said[refused.code] = now
    extra = {"channel": "wecom", "code": refused.code, "reason": refused.ip}
    log.error(event, extra=extra)
