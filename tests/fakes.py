"""Fakes one talks to: a clock one pushes, a channel that fails when told."""

import asyncio

from bot.channels.base import Blocked, Receive, Rejected, SendFailed
from bot.core.messages import Outgoing, Sent


class FixedClock:
    """The time, as the test says."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def push(self, seconds: float) -> None:
        self.now += seconds


class FakeChannel:
    """A channel of the test's own: what was sent lies in `sent`."""

    def __init__(self, name: str = "web") -> None:
        self.name = name
        self.sent: list[Outgoing] = []
        self.shelf: dict[str, bytes] = {}
        """Files people sent, by handle."""
        self._failures: list[SendFailed] = []
        self.broken: SendFailed | None = None
        self._blocked: tuple[str, ...] = ()
        self._tried: list[str] = []

    def blocks(self, *people: str) -> None:
        """These people have blocked us, and nobody else."""
        self._blocked = people
        self._tried.clear()

    def tried(self, who: str) -> int:
        """How often something was to be sent to them."""
        return self._tried.count(who)

    def will_fail(self, *failures: SendFailed) -> None:
        """The next sends fail like this, one each."""
        self._failures.extend(failures)

    async def run(self, receive: Receive) -> None:
        await asyncio.get_running_loop().create_future()

    async def fetch(self, sent: Sent) -> bytes:
        if self.broken:
            raise self.broken
        if sent.handle not in self.shelf:
            raise Rejected(sent.name)
        return self.shelf[sent.handle]

    async def send(self, outgoing: Outgoing) -> None:
        self._tried.append(outgoing.address.id)
        if outgoing.address.id in self._blocked:
            raise Blocked
        if self._failures:
            raise self._failures.pop(0)
        if self.broken:
            raise self.broken
        self.sent.append(outgoing)
