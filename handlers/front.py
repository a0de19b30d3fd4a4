"""The front door: what comes in becomes a deed, the deed is committed, and only then anybody speaks.

This is the one place that knows every deed. A message of the staff goes to the desk, everybody else's to their talk;
who is staff is a look into memory, so that nobody's message pays for it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.channels.base import Channel, NotStored, SendFailed
from bot.core.engine import deadline
from bot.core.messages import Address, Arrived, Incoming, Outgoing, Tap, Text
from bot.core.people import Deed, somewhere
from bot.core.round import Round
from bot.core.survey import Language
from handlers import desk as office
from handlers import survey
from handlers.alarm import Alarms
from handlers.desk import Answer, Desk
from handlers.outbox import Outbox
from handlers.papers import CHART, Press
from handlers.survey import Agenda
from handlers.words import OPEN_SCREEN, Texts, plain
from storage.database import Database, Raced, StorageFailed, Tx
from storage.draft import Draft
from storage.staff import Member, Roll
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

TRIES = 8
"""Times a lost race is stepped again before the message is left to be delivered again."""

DAY = 86400


class Front:
    """Incoming to deed. `receive` is what channels are given."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        agenda: Agenda,
        clock: Callable[[], float],
        *,
        desk: Desk | None = None,
        press: Press | None = None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._clock = clock
        self._desk = desk
        self._press = press or Press()
        self._after = after
        self._members: dict[Address, Member] = {}
        self._roll: Roll | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self.agenda = agenda
        self.outbox = Outbox(database, channels, texts, agenda.scripts)
        self.alarms = Alarms(clock, self.ring)

    async def start(self) -> None:
        """Burn the keys that no row names, and take up what the last run left."""
        await self._database.write(_swept)
        await self.look_again()

    async def look_again(self) -> None:
        """Words not yet said, deadlines not yet reached, and who is staff now."""
        drafts, members, roll = await self._database.write(_found)
        self._members, self._roll = members, roll
        for draft in drafts:
            self._follow(draft)

    async def stop(self, within: float) -> None:
        """Let what is being said arrive."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=within)
        await self.outbox.stop(within)

    async def receive(self, incoming: Incoming) -> None:
        """Take in one message; returns once it is kept. Raises `NotStored`."""
        try:
            if (
                self._roll is not None
                and self._desk is not None
                and incoming.address in self._roll
            ):
                await self._receive_office(self._desk, incoming)
            else:
                await self._receive_talk(incoming)
        except StorageFailed as failed:
            log.error("a message could not be kept", extra={"reason": str(failed)})
            await self._excuse(incoming.address)
            raise NotStored from failed

    async def ring(self, address: Address) -> None:
        """A deadline of this person's talk has come."""
        try:
            draft = await self._stepping(
                lambda tx: survey.strike(Work(tx), self.agenda, address, self._clock())
            )
        except (StorageFailed, NotStored):
            log.error("a deadline could not be kept")  # the bell will look again
            return
        if draft is not None:
            self._follow(draft)

    def rounds_are(self, kept: Iterable[tuple[Round, str]]) -> None:
        """The rounds as they are kept now, each with its script's digest."""
        rounds = tuple((one, pin) for one, pin in kept if one.id != self.agenda.word.id)
        self.agenda.scripts.update({pin: one.script for one, pin in rounds})
        pins = {one.id: pin for one, pin in rounds}
        word = self.agenda.word.id
        self.agenda = replace(
            self.agenda,
            rounds=tuple(one for one, _ in rounds),
            pins={**pins, word: self.agenda.pins[word]},
        )

    def drafters(self) -> tuple[Address, ...]:
        """Who of the staff is told that a draft is ready."""
        return tuple(
            a for a, m in self._members.items() if somewhere(m.staff, Deed.SEND_DIGEST)
        )

    def language(self, address: Address) -> Language:
        """The language of somebody of the staff."""
        member = self._members.get(address)
        return member.language if member else "zh"

    # -- talks ------------------------------------------------------------------

    async def _receive_talk(self, incoming: Incoming) -> None:
        draft = await self._stepping(
            lambda tx: survey.hear(Work(tx), self.agenda, incoming, self._clock())
        )
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

    # -- the office -------------------------------------------------------------

    async def _receive_office(self, desk: Desk, incoming: Incoming) -> None:
        now = self._clock()

        def heard(tx: Tx) -> Answer | None:
            work = Work(tx)
            member = work.staff.find(incoming.address)
            if member is None or not work.inbox.first(incoming, int(now // DAY)):
                return None
            return office.hear(work, desk, member, _typed(incoming), now)

        answer = await self._database.write(heard)
        if answer is None:
            return
        if answer.changed:
            self._after()
        task = asyncio.create_task(self._answer(incoming.address, answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, address: Address, answer: Answer) -> None:
        channel = self._channels.get(address.channel)
        if channel is None:
            return
        try:
            papers = (
                await self._press.papers(answer.snapshot, answer.papers)
                if answer.papers
                else ()
            )
            outgoing = Outgoing(
                address=address,
                text=answer.text,
                rows=answer.rows,
                screen=OPEN_SCREEN,
                files=tuple(paper for paper in papers if paper.name != CHART),
                picture=next((paper.content for paper in papers if paper.name == CHART), None),
            )
            await channel.send(outgoing)
        except SendFailed:
            log.warning("the office could not be answered", extra={"channel": address.channel})
        except Exception:
            log.exception("an answer to the office failed")
            with suppress(SendFailed):
                await channel.send(
                    plain(self._texts, address, self.language(address), "desk.failed")
                )

    async def _excuse(self, address: Address) -> None:
        """Nothing was kept; say so kindly, without keeping that either."""
        channel = self._channels.get(address.channel)
        if channel is not None:
            with suppress(SendFailed):
                await channel.send(plain(self._texts, address, "zh", "storage.failed"))


def _typed(incoming: Incoming) -> str:
    match incoming.body:
        case Text(text):
            return text
        case Tap(says):
            return says
        case Arrived():
            return ""
        case _:
            return "?"


def _swept(tx: Tx) -> None:
    tx.keys.keep_only(Work(tx).slots())


def _found(tx: Tx) -> tuple[list[Draft], dict[Address, Member], Roll]:
    work = Work(tx)
    members = {member.address: member for member in work.staff.every()}
    return work.drafts.every(), members, work.staff.roll()
