"""Wishes to be told: one tap after handing in, one notice to all who wish the same, once there are enough of them.

Who wishes is walked for only when the office has something to tell: for everybody on the roster it is asked whether
there is a mark that their address gives. Nobody learns how many there were. Each is told once; who cannot be reached is
tried again, and after a month let go.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import Blocked, Channel, Rejected, SendFailed
from bot.core.cells import K
from bot.core.messages import Address, Button, Incoming, Outgoing
from bot.core.survey import Language
from bot.core.wish import ATOMS, VAULT, Wishes, age, lives, name, says
from handlers.words import OPEN_SCREEN, Texts, spoken
from storage.database import Database
from storage.tidings import Telling, Tiding
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

DAY = 86400

REACH = 128
"""People asked about by one deed."""

AT_ONCE = 8
"""Sends in flight at a time."""

Person = tuple[tuple[Address, ...], Language]
"""All addresses of somebody, the one they are reached at first."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A wish was made or taken back; None of it is said where the delivery is a repeat."""

    outgoing: Outgoing | None


def hear(
    work: Work,
    texts: Texts,
    rounds: Iterable[str],
    incoming: Incoming,
    asked: Wishes,
    now: float,
) -> Heard:
    """Keep the wish as a mark, or forget it, and say so."""
    day, address = int(now // DAY), incoming.address
    if not work.inbox.first(incoming, day):
        return Heard(None)
    draft = work.drafts.find(address)
    language = spoken(work, incoming, draft)
    known = topics(language)
    chosen = tuple(topic for topic in asked.topics if topic in known)
    if asked.round not in rounds or not chosen:
        return Heard(Outgoing(address=address, text=texts.say(language, "wish.unknown")))
    named = "、".join(known[topic] for topic in chosen)
    if asked.off:
        everywhere = work.identity.addresses(address)
        work.vault.unmark(VAULT, [name(asked.round, t, a) for t in chosen for a in everywhere])
        return Heard(Outgoing(address=address, text=texts.say(language, "wish.off")))
    work.identity.remember(address, language)
    work.vault.open(VAULT, ATOMS)
    main = work.identity.main(address)
    work.vault.mark(VAULT, [name(asked.round, topic, main) for topic in chosen], age(day))
    off = Button(
        texts.say(language, "wish.take_back"), says(asked.round, chosen, off=True), quiet=True
    )
    return Heard(
        Outgoing(
            address=address,
            text=texts.say(language, "wish.kept", topics=named),
            rows=((off,),),
            screen=OPEN_SCREEN,
        )
    )


def topics(language: Language) -> Mapping[str, str]:
    """Codes of topics, and how they are called."""
    from bot.content.taxonomy import load_taxonomy  # read with the first wish

    taxonomy = load_taxonomy()
    return {
        code: taxonomy.names["topic", code][language] for _, code in taxonomy.groups["topic"]
    }


class Tellings:
    """Finds those who wish it, and tells them."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        awake: Callable[[datetime], bool],
        *,
        k: int = K,
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._awake = awake
        self._k = k
        self._refreshed = 0

    async def due(self, now: datetime, day: int) -> None:
        """Look once a day whether enough wish to be told what there is to tell, and tell whoever is being told."""
        for one in await self._database.write(lambda tx: Work(tx).tidings.every()):
            if one.day < day > one.tried:
                await self._gather(one, day)
        if self._awake(now):
            await self._tell()
        if self._refreshed != day:
            await self._refresh(day)
            self._refreshed = day

    async def _gather(self, one: Tiding, day: int) -> None:
        people = await self._database.write(lambda tx: Work(tx).identity.everybody())
        wishing: list[Person] = []
        for start in range(0, len(people), REACH):
            some = people[start : start + REACH]
            wishing += await self._database.write(
                lambda tx, some=some: _wishing(Work(tx), one, some)
            )
        await self._database.write(lambda tx: self._settle(Work(tx), one, wishing, day))

    def _settle(self, work: Work, one: Tiding, found: Sequence[Person], day: int) -> None:
        """With enough of them their wishes become rows, all in one; the wishes end. Else it waits for another day."""
        if work.tidings.find(one.round, one.topic) != one:
            return
        wishing = _wishing(work, one, found)  # some may have taken theirs back meanwhile
        if len(wishing) < self._k:
            work.tidings.tried(one, day)
            return
        every = [name(one.round, one.topic, a) for addresses, _ in wishing for a in addresses]
        work.vault.unmark(VAULT, every)
        work.tidings.tell(
            one, [(addresses[0], language) for addresses, language in wishing], day
        )

    async def _tell(self) -> None:
        """All who are being told and are not in the middle of a talk; what concerns a booking waits for no talk."""
        due, talking = await self._database.write(lambda tx: _due(Work(tx)))
        waiting = [one for one in due if not one.topic or one.address not in talking]
        for start in range(0, len(waiting), REACH):
            some = waiting[start : start + REACH]
            gate = asyncio.Semaphore(AT_ONCE)
            done = await asyncio.gather(*(self._send(one, gate) for one in some))
            ids = [one.id for one, sent in zip(some, done, strict=True) if sent]
            if ids:
                await self._database.write(lambda tx, ids=ids: Work(tx).tidings.done(ids))

    async def _send(self, one: Telling, gate: asyncio.Semaphore) -> bool:
        """True once there is nothing more to be done for them."""
        channel = self._channels.get(one.address.channel)
        if channel is None:
            return False
        text = one.text
        if one.topic:
            topic = topics(one.language).get(one.topic, one.topic)
            text = self._texts.say(one.language, "wish.told", topic=topic, text=one.text)
        async with gate:
            try:
                await channel.send(Outgoing(address=one.address, text=text))
            except (Blocked, Rejected):
                return True
            except SendFailed:
                return False
        return True

    async def _refresh(self, day: int) -> None:
        """New keys for the marks, without those that are past their time."""
        number = 0
        while await self._database.write(
            lambda tx, number=number: Work(tx).vault.refresh(
                VAULT, number, lambda made: lives(made, day)
            )
        ):
            number += 1


def _wishing(work: Work, one: Tiding, people: Sequence[Person]) -> list[Person]:
    """Those of them who wish it, at whichever of their addresses they said so."""
    found: list[Person] = []
    for person in people:
        asked = [name(one.round, one.topic, address) for address in person[0]]
        if any(work.vault.marked(VAULT, asked)):
            found.append(person)
    return found


def _due(work: Work) -> tuple[list[Telling], frozenset[Address]]:
    due = work.tidings.due()
    talking = [draft.address for draft in work.drafts.every() if draft.session] if due else []
    return due, frozenset(talking)
