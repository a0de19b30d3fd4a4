"""The web chat on a real socket with a scripted bot behind it, for tests of the channel alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from bot.channels.base import NotStored, SendFailed
from bot.channels.http import Listener
from bot.channels.web.chat import WebChat
from bot.channels.web.demo import Demo, Phone, Push
from bot.content.web import words
from bot.core.messages import Address, Incoming, Outgoing

Script = Callable[[Incoming], Sequence[Outgoing]]


def silent(_: Incoming) -> Sequence[Outgoing]:
    return ()


@dataclass
class House:
    """What the bot heard, in order and once each; what waits for people who do not listen."""

    script: Script = silent
    heard: list[Incoming] = field(default_factory=list)
    refuse: bool = False
    """Raise `NotStored`, as with a full disk."""
    waiting: list[Outgoing] = field(default_factory=list)
    tries: int = 0
    reads_files: bool = False
    """As with somebody of the office."""
    now: str = "2014-03-26 09:00"
    base: str = ""
    web: WebChat = field(init=False)
    _keys: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def receive(self, incoming: Incoming) -> None:
        self.tries += 1
        if self.refuse:
            raise NotStored
        if incoming.key in self._keys:
            return
        self._keys.add(incoming.key)
        self.heard.append(incoming)
        for outgoing in self.script(incoming):
            self.waiting.append(outgoing)
        self.flush(incoming.address)

    def flush(self, address: Address) -> None:
        """As an outbox does: in order, kept until it went out."""
        task = asyncio.create_task(self._flush(address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self, address: Address) -> None:
        for outgoing in [one for one in self.waiting if one.address == address]:
            with contextlib.suppress(ValueError):
                self.waiting.remove(outgoing)
                try:
                    await self.web.send(outgoing)
                except SendFailed:
                    self.waiting.append(outgoing)
                    return

    async def push(self) -> None:
        self.now = "2014-03-28 15:00"


@contextlib.asynccontextmanager
async def open_house(
    house: House,
    *,
    phones: Sequence[Phone] = (Phone(who="teacher"), Phone(who="parent")),
    port: int = 0,
    patience: float = 8.0,
    clock: bool = True,
) -> AsyncIterator[House]:
    """Everything that listens, until the block ends; stopped as the roof does it."""
    house.web = WebChat(
        words(),
        on_open=house.flush,
        takes_files=lambda _: house.reads_files,
        patience=patience,
    )
    demo = Demo(
        words(),
        phones,
        pushes=(Push("friday", house.push),) if clock else (),
        clock=lambda: house.now,
    )
    listener = Listener("127.0.0.1", port)
    listener.add(demo.routes())
    listener.add(house.web.routes())
    house.base = listener.bind()
    running = [
        asyncio.create_task(listener.run()),
        asyncio.create_task(house.web.run(house.receive)),
    ]
    try:
        yield house
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
