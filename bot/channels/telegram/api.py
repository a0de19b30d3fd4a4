"""PTB's Bot with the one call it has no public form for: updates as they came, not yet parsed.

`Bot.get_updates` parses a whole batch at once: one update it cannot read loses the other 99, and all of them are
logged in full. The bot is never `initialize`d, for that needs the network.
"""

from contextlib import suppress
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.request import Unanswered
from bot.channels.telegram.updates import WANTED

LONG = 25
"""Seconds the platform holds an empty answer back."""


class Api(Bot):
    """The Bot API."""

    async def fetch(self, offset: int | None, *, limit: int, patient: bool) -> list[Any]:
        """The updates waiting from `offset` on; those below it are confirmed. Raises `TelegramError`."""
        timeout = LONG if patient else 0
        found = await self._post(
            "getUpdates",
            {"offset": offset, "limit": limit, "timeout": timeout, "allowed_updates": WANTED},
            read_timeout=timeout + 10.0,
        )
        if not isinstance(found, list):
            raise Unanswered("not a list of updates")
        return found

    async def free(self) -> None:
        """Take down the webhook that stands in the way of fetching, if it can be done now; updates stay."""
        with suppress(TelegramError):
            await self.delete_webhook(drop_pending_updates=False)
