"""PTB's Bot, with what it takes for granted left out.

`Bot.get_updates` parses a whole batch at once: one update it cannot read loses the other 99, and all of them are
logged in full. Here updates come as they are. `Bot.send_message` and its like build the whole message from the
answer, a third of what a send costs, and fail where it holds something younger than PTB; all we need is its id.
The bot is never `initialize`d, for that needs the network.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from telegram import Bot, InputFile
from telegram.error import TelegramError

from bot.channels.telegram.render import Keyboard
from bot.channels.telegram.request import Unanswered
from bot.channels.telegram.updates import WANTED

LONG = 25
"""Seconds the platform holds an empty answer back."""


NO_PREVIEW = {"is_disabled": True}
"""Else the platform would fetch every address somebody wrote."""


class Api(Bot):
    """The Bot API. Everything here raises `TelegramError`; what sends returns the message's id, 0 if it is not told."""

    async def fetch(self, offset: int | None, *, limit: int, patient: bool) -> list[Any]:
        """The updates waiting from `offset` on; those below it are confirmed."""
        timeout = LONG if patient else 0
        found = await self._post(
            "getUpdates",
            {"offset": offset, "limit": limit, "timeout": timeout, "allowed_updates": WANTED},
            read_timeout=timeout + 10.0,
        )
        if not isinstance(found, list):
            raise Unanswered("not a list of updates")
        return found

    async def say(self, chat: int, text: str, keyboard: Keyboard | None = None) -> int:
        """Send plain words."""
        return await self._put(
            "sendMessage",
            chat,
            text=text,
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )

    async def redraw(self, chat: int, message: int, text: str, keyboard: Keyboard) -> int:
        """Change words and buttons where they stand."""
        return await self._put(
            "editMessageText",
            chat,
            message_id=message,
            text=text,
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )

    async def strip(self, chat: int, message: int) -> int:
        """Take the buttons away."""
        return await self._put("editMessageReplyMarkup", chat, message_id=message)

    async def hand_over(self, chat: int, name: str, content: bytes) -> int:
        """Send a document."""
        return await self._put("sendDocument", chat, document=InputFile(content, name))

    async def show(self, chat: int, content: bytes) -> int:
        """Send a picture."""
        return await self._put("sendPhoto", chat, photo=InputFile(content, "picture.png"))

    async def where(self, file: str) -> str:
        """The path under which this file can be had, for an hour at least."""
        match await self._post("getFile", {"file_id": file}):
            case {"file_path": str(path)}:
                return f"/file/bot{self.token}/{quote(path)}"
            case _:
                raise Unanswered("no path to the file")

    async def look_at(self, chat: int) -> None:
        """Ask for a chat; what it is like is not told."""
        await self._post("getChat", {"chat_id": chat})

    async def _put(self, method: str, chat: int, **facts: Any) -> int:
        match await self._post(method, {"chat_id": chat, **facts}):
            case {"message_id": int(message)}:
                return message
            case _:
                return 0

    async def free(self) -> None:
        """Take down the webhook that stands in the way of fetching, if it can be done now; updates stay."""
        with suppress(TelegramError):
            await self.delete_webhook(drop_pending_updates=False)
