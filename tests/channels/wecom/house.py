"""The whole house with a WeCom mouth, on the tests' own platform, through the real listener.

async with house(tmp_path) as home:
    anna = home.platform.member("ZhangSan")
    await home.does(anna.says, "开始")
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.channels.base import Receive
from bot.channels.http import Listener
from bot.channels.wecom.client import Client
from bot.channels.wecom.crypto import Seal
from bot.channels.wecom.pacing import Pacing
from bot.channels.wecom.transport import Wecom
from bot.content.wecom import words
from bot.core.messages import Incoming
from bot.core.round import Round
from tests.channels.wecom.platform import AES_KEY, AGENT, CORP, SECRET, TOKEN, Platform
from tests.chat import Home


class Unhurried(Pacing):
    """No limits: what would be dropped is seen on the platform."""

    async def turn(self, member: str) -> None:
        return None


class House(Home):
    """Deeds, storage, and the channel."""

    platform: Platform
    wecom: Wecom

    async def does(self, deed: Callable[..., Awaitable[Any]], *facts: Any) -> Any:
        """Something a member does, and the bot's answer to it."""
        done = await deed(*facts)
        await self.settled()
        return done

    async def settled(self) -> None:
        """Everything said and tidied."""
        await self.front.outbox.idle()
        await asyncio.gather(*self.front._answering)
        await self.wecom._chores.finish(2)

    async def pause(self) -> None:
        """The quiet gap passes."""
        await self.rest()
        await self.settled()


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    *,
    rounds: tuple[Round, ...] = (),
    platform: Platform | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    async with contextlib.AsyncExitStack() as stack:
        platform = platform or await stack.enter_async_context(Platform())
        home = House(folder, *rounds)
        async with speaking(platform, **settings) as wecom:
            home.platform, home.wecom = platform, wecom
            home.channel = wecom  # type: ignore[assignment]
            async with home, running(platform, wecom, home.front.receive):
                yield home


@contextlib.asynccontextmanager
async def speaking(platform: Platform, **settings: Any) -> AsyncIterator[Wecom]:
    """The channel alone."""
    client = Client(CORP, SECRET, api_base_url=platform.base)
    seal = Seal(TOKEN, AES_KEY, CORP)
    settings = {"clock": time.time, "pacing": Unhurried()} | settings
    wecom = Wecom(client, seal, CORP, AGENT, words(), **settings)
    client.stand_back = wecom.calm
    try:
        yield wecom
    finally:
        await wecom.close()
        await client.close()


@contextlib.asynccontextmanager
async def running(platform: Platform, wecom: Wecom, receive: Receive) -> AsyncIterator[None]:
    """It listens, and the platform knows where."""
    listener = Listener(port=0)
    platform.callback = f"{listener.bind()}/wecom"
    listener.add(wecom.routes())
    tasks = [asyncio.create_task(listener.run()), asyncio.create_task(wecom.run(receive))]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Listening:
    """A scripted `receive`: remembers, and does as it is told."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.tries = 0
        self.on: Callable[[Incoming], Awaitable[None]] | None = None

    async def __call__(self, incoming: Incoming) -> None:
        self.tries += 1
        if self.on is not None:
            await self.on(incoming)
        self.heard.append(incoming)


async def until(true: Callable[[], Any], within: float = 5.0) -> None:
    """Wait for it."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)
