"""What every channel is, and the four ways in which sending can fail.

SendFailed
├── Throttled    later, and not before `after` seconds
├── Unreachable  later: the network, the platform, or nobody is listening now
├── Blocked      never again: this person or chat cannot be written to
└── Rejected     never: this message is refused, the next one may pass
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol, runtime_checkable

from bot.core.messages import Address, InCircle, Incoming, Outgoing, Sent

Receive = Callable[[Incoming], Awaitable[None]]
"""Takes in one message; returns when it is committed. A channel confirms to its platform only after that.

Raises `NotStored` when it could not be committed: the channel must then leave the message unconfirmed, so that
the platform delivers it again.
"""


MAIL, HOOK = "mail", "hook"
SERVERS = frozenset({MAIL, HOOK})
"""Channels that end at somebody's server and not with a person: it is tried ever more seldom while it fails."""


def name_of(outgoing: Outgoing) -> str:
    """What a message is called where a server knows a repeat by its name. It says nothing of whom it is for."""
    known = f"{outgoing.once}\0{outgoing.text}"
    return hashlib.sha256(known.encode()).hexdigest()[:32]


class NotStored(Exception):
    """The message could not be kept (disk full, locked, read-only): do not confirm it."""


class SendFailed(Exception):
    """A message did not go out."""


class Throttled(SendFailed):
    """The platform asks to wait."""

    def __init__(self, after: float, *, everyone: bool = False) -> None:
        super().__init__(f"wait {after} s")
        self.after = after
        """Seconds to wait."""
        self.everyone = everyone
        """The whole channel must wait, not only this chat."""


class Unreachable(SendFailed):
    """Try again later."""


class Blocked(SendFailed):
    """This address takes no messages any more."""


class Rejected(SendFailed):
    """This message will never pass."""


class Channel(Protocol):
    """One platform."""

    name: str
    """As in `Address.channel`."""

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, until cancelled. Keeps the order of one person's messages."""
        ...

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one message to its address, or raise `SendFailed`. Paces itself; cancellation is safe."""
        ...

    async def fetch(self, sent: Sent) -> bytes:
        """The bytes of a file that was sent here. Raises `Rejected` where it is gone, else as sending does."""
        ...


class Circles(Protocol):
    """Who listens to group chats. Each raises `NotStored` where it could not be kept."""

    async def heard_in_circle(self, said: InCircle) -> bool:
        """Take in what was said to us there; False where it is nothing for us, and nothing of it is kept."""
        ...

    async def circle_moved(self, old: Address, new: Address) -> None:
        """The group chat has another address from now on."""
        ...

    async def circle_left(self, circle: Address) -> None:
        """We are not in that group chat any more."""
        ...


@runtime_checkable
class Sociable(Protocol):
    """A channel with group chats."""

    circles: Circles | None
    """Set before it runs; None: nobody listens to them."""


@runtime_checkable
class Linked(Protocol):
    """A channel whose chats can be opened by an address."""

    def link(self, payload: str) -> str:
        """The address that opens a chat with what `core.link` has written; empty where there is none (yet)."""
        ...


@runtime_checkable
class Present(Protocol):
    """A channel that can only speak to whoever is there: a page that is open in a browser. Of several replicas the one
    where it is open speaks. Of any other channel one replica speaks for all, since the platform counts them together."""

    def present(self) -> Iterable[Address]:
        """Who is there."""
        ...

    def hears(self, address: Address) -> bool:
        """Whether that one is."""
        ...


class Shift:
    """Whether it is for this process to fetch: of several replicas one does. Who is alone always does."""

    def __init__(self) -> None:
        self._begun, self._ended = asyncio.Event(), asyncio.Event()
        self._begun.set()

    def begin(self) -> None:
        """It is."""
        self._ended.clear()
        self._begun.set()

    def end(self) -> None:
        """It is not."""
        self._begun.clear()
        self._ended.set()

    async def during(self, deed: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do this in every shift, from its beginning to its end; until cancelled."""
        while True:
            await self._begun.wait()
            tasks = asyncio.create_task(deed()), asyncio.create_task(self._ended.wait())
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if tasks[0] in done:
                tasks[0].result()
                await self._ended.wait()


@runtime_checkable
class Fetching(Protocol):
    """A channel that fetches something from its platform."""

    shift: Shift
