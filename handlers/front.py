"""The front door: what comes in becomes a deed, the deed is committed, and only then anybody speaks.

This is the one place that knows every deed.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from bot.channels.base import Channel, NotStored, SendFailed
from bot.core.engine import deadline
from bot.core.messages import Address, Incoming
from handlers import survey
from handlers.alarm import Alarms
from handlers.outbox import Outbox
from handlers.survey import Agenda
from handlers.words import Texts, plain
from storage.database import Database, Raced, StorageFailed, Tx
from storage.draft import Draft
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

TRIES = 8
"""Times a lost race is stepped again before the message is left to be delivered again."""


class Front:
    """Incoming to deed. `receive` is what channels are given."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        agenda: Agenda,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._clock = clock
        self.agenda = agenda
        self.outbox = Outbox(database, channels, texts, agenda.scripts)
        self.alarms = Alarms(clock, self.ring)

    async def start(self) -> None:
        """Take up what the last run left: words not yet said, deadlines not yet reached."""
        for draft in await self._database.write(_settled):
            self._follow(draft)

    async def receive(self, incoming: Incoming) -> None:
        """Take in one message; returns once it is kept. Raises `NotStored`."""
        try:
            draft = await self._stepping(
                lambda tx: survey.hear(Work(tx), self.agenda, incoming, self._clock())
            )
        except StorageFailed as failed:
            log.error("a message could not be kept", extra={"reason": str(failed)})
            await self._excuse(incoming.address)
            raise NotStored from failed
        if draft is not None:
            self._follow(draft)

    async def ring(self, address: Address) -> None:
        """A deadline of this person's talk has come."""
        try:
            draft = await self._stepping(
                lambda tx: survey.strike(Work(tx), self.agenda, address, self._clock())
            )
        except (StorageFailed, NotStored):
            log.error("a deadline could not be kept")  # the bell will strike again
            return
        if draft is not None:
            self._follow(draft)

    async def _stepping(self, deed: Callable[[Tx], Draft | None]) -> Draft | None:
        """Run the deed; when another replica moved the talk first, step again on what it left."""
        for _ in range(TRIES):
            with suppress(Raced):
                return await self._database.write(deed)
        raise NotStored("lost every race")

    def _follow(self, draft: Draft) -> None:
        self.alarms.set(draft.address, deadline(draft.session) if draft.session else None)
        self.outbox.say(draft)

    async def _excuse(self, address: Address) -> None:
        """Nothing was kept; say so kindly, without keeping that either."""
        channel = self._channels.get(address.channel)
        if channel is not None:
            with suppress(SendFailed):
                await channel.send(plain(self._texts, address, "zh", "storage.failed"))


def _settled(tx: Tx) -> list[Draft]:
    """All drafts after a start, and keys that no row names burned."""
    work = Work(tx)
    tx.keys.keep_only(work.slots())
    return work.drafts.every()
