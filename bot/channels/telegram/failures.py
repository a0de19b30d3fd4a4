"""The platform's no, as one of the four ways in which sending can fail.

    Refused 429                     Throttled     it says how long
    Refused 403, "chat not found"   Blocked       blocked, deactivated, thrown out: write there no more
    Refused 400, 413                Rejected      this message will never pass
    all else                        Unreachable   also a wrong token: the message is not to blame

The wording is the official server's (tdlib/telegram-bot-api, Client.cpp, 10.0); it has no other code for these.
"""

from telegram.error import TelegramError

from bot.channels.base import Blocked, Rejected, SendFailed, Throttled, Unreachable
from bot.channels.telegram.request import Refused

_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "user_deactivated",
    "bot was blocked",
    "bot was kicked",
    "group chat was deactivated",
    "chat was deleted",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
)


def send_failed(error: TelegramError, *, everyone: bool = False) -> SendFailed:
    """What this error means for the message. `everyone`: a wait that holds for all chats."""
    match error:
        case Refused(code=429, after=after):
            return Throttled(after, everyone=everyone)
        case Refused(code=403, said=said) if said.startswith("Forbidden"):
            return Blocked("forbidden")
        case Refused(code=400 | 403, said=said) if any(g in said.casefold() for g in _GONE):
            return Blocked("gone")
        case Refused(code=400 | 413):
            return Rejected("refused")
        case _:
            return Unreachable(type(error).__name__)


def wrong_token(error: TelegramError) -> bool:
    """The token is not, or no longer, one of the platform's (404: not even shaped like one)."""
    return isinstance(error, Refused) and error.code in (401, 404)
