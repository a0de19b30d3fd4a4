"""The whole house with a Telegram mouth, on the tests' own Bot API server.

async with house(tmp_path) as home:
    anna = home.api.person(7)
    await home.does(anna.says, "/start")
    assert home.api ...
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest import mock

from bot.channels.base import Receive
from bot.channels.telegram import polling, transport
from bot.channels.telegram.pacing import Pacing, Turn
from bot.channels.telegram.transport import Telegram
from bot.content.telegram import words
from bot.core.messages import Address, InCircle, Incoming
from bot.core.round import Round
from handlers import outbox
from tests.channels.telegram.botapi import TOKEN, BotApi
from tests.chat import Home


class Unhurried(Pacing):
    """The limits, a thousand times wider: talks in tests are quick."""

    async def turn(
        self, chat: int, *, answer: bool, edit: bool = False, further: bool = False
    ) -> Turn:
        await self._until(self._hold, everyone=True)
        await self._until(self._chats.get(chat, 0.0))
        return Turn(chat, self._clock())


class House(Home):
    """Deeds, storage, and the channel."""

    api: BotApi
    telegram: Telegram

    async def does(self, deed: Callable[..., Any], *facts: Any) -> Any:
        """Something a person does, and the bot's answer to it."""
        done = deed(*facts)
        await self.settled()
        return done

    async def settled(self) -> None:
        """Everything taken in, said and tidied."""
        await until(lambda: self.taken_in())
        await self.front.outbox.idle()
        await self.telegram._chores.finish(2)

    async def pause(self) -> None:
        """The quiet gap passes."""
        await self.rest()
        await self.settled()

    def taken_in(self) -> bool:
        """The bot has confirmed everything there is."""
        return not self.api.pending


@contextlib.asynccontextmanager
async def house(
    folder: Path, *, rounds: tuple[Round, ...] = (), api: BotApi | None = None, **settings: Any
) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(mock.patch.object(transport, "SPIN", 0.5))
        api = api or await stack.enter_async_context(BotApi())
        home = House(folder, *rounds)
        async with speaking(api, **settings) as telegram:
            home.api, home.telegram = api, telegram
            home.channel = telegram  # type: ignore[assignment]
            async with home, running(telegram, home.front.receive):
                yield home


@contextlib.asynccontextmanager
async def speaking(api: BotApi, **settings: Any) -> AsyncIterator[Telegram]:
    """The channel alone."""
    settings = {"pacing": Unhurried(), "api_base_url": api.base} | settings
    telegram = Telegram(TOKEN, words(), **settings)
    try:
        yield telegram
    finally:
        await telegram.close()


@contextlib.asynccontextmanager
async def running(telegram: Telegram, receive: Receive) -> AsyncIterator[None]:
    task = asyncio.create_task(telegram.run(receive))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Listening:
    """A scripted `receive`: remembers, and refuses while it is told to."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.tries = 0
        self.on: Callable[[Incoming], Awaitable[None]] | None = None

    async def __call__(self, incoming: Incoming) -> None:
        self.tries += 1
        if self.on is not None:
            await self.on(incoming)
        self.heard.append(incoming)

    @property
    def said(self) -> list[str]:
        return [str(getattr(one.body, "text", one.body)) for one in self.heard]


class Overhearing:
    """Scripted `Circles`: nobody's group chats, all that is told of them remembered."""

    def __init__(self) -> None:
        self.said: list[InCircle] = []
        self.moved: list[tuple[str, str]] = []
        self.left: list[str] = []

    async def heard_in_circle(self, said: InCircle) -> bool:
        self.said.append(said)
        return False

    async def circle_moved(self, old: Address, new: Address) -> None:
        self.moved.append((old.id, new.id))

    async def circle_left(self, circle: Address) -> None:
        self.left.append(circle.id)


async def until(true: Callable[[], Any], within: float = 5.0) -> None:
    """Wait for it."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)


def in_no_time(monkeypatch: Any) -> None:
    """The waits after a failure, a hundred times shorter."""
    waits = (
        "FIRST_WAIT",
        "LONGEST_WAIT",
        "LINGER",
        "PAUSE",
        "CONFLICT_WAIT",
        "TOKEN_WAIT",
        "STUCK",
    )
    for module, names in ((polling, waits), (outbox, ("FIRST_WAIT",))):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name) / 100)
