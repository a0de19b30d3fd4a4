"""The mouth: what was said once is not said again, and what is new is said."""

import asyncio
from typing import Any, cast

from bot.content.loader import load_texts
from bot.core.messages import Address
from bot.core.reading import Library
from handlers.outbox import Outbox
from handlers.reading import Readings
from handlers.words import House
from storage.draft import Draft, Line
from tests.fakes import FakeChannel

ANNA = Address(channel="web", id="anna")


class Noting:
    """A database that takes its time to note what was said."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self.noted = 0

    async def write_along(self, deed: object) -> None:
        await self.done.wait()
        self.noted += 1


def talk(revision: int, since: float) -> Draft:
    lines = (Line("remind.quiet", {}, revision),)
    return Draft(address=ANNA, language="zh", lines=lines, revision=revision, since=since)


def mouth(noting: Noting, channel: FakeChannel) -> Outbox:
    return Outbox(
        cast(Any, noting),
        {"web": channel},
        House(load_texts()),
        {},
        Readings(lambda: cast(Library, None)),
    )


async def test_a_version_found_just_before_it_was_noted_is_not_said_a_second_time():
    """On PostgreSQL whoever keeps the watch looks four times a second for what others moved, and finds its own too."""
    noting, channel = Noting(), FakeChannel()
    noting.done.set()
    outbox = mouth(noting, channel)
    for said in (talk(9, since=1.0), talk(9, since=1.0), talk(10, since=2.0)):
        outbox.say(said)
        await outbox.idle()

    assert len(channel.sent) == 2
    assert noting.noted == 3


async def test_who_begins_anew_while_their_thanks_are_being_noted_is_answered():
    """A simulated evening found it: the new talk's revisions begin at one, and looked as if they had been said."""
    noting, channel = Noting(), FakeChannel()
    outbox = mouth(noting, channel)
    outbox.say(talk(9, since=1.0))
    while not channel.sent:
        await asyncio.sleep(0)

    outbox.say(talk(9, since=1.0))  # the very same once more
    outbox.say(talk(1, since=2.0))
    noting.done.set()
    await outbox.idle()

    assert len(channel.sent) == 2
