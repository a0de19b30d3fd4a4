"""Parcels for the office's people: papers and notices, each handed over once, until it has arrived.

People's chats and other people's servers (mailboxes, webhooks) have a `Deliveries` each: a mail server that hangs keeps
nobody from hearing of what is urgent.
"""

import asyncio
import logging
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from functools import partial

from bot.channels.base import SERVERS, Blocked, Channel, Rejected, SendFailed, Throttled
from bot.core.messages import Address, Button, File, Outgoing
from bot.core.people import Deed, may, somewhere
from bot.core.survey import Language
from handlers.digest import units_seen
from handlers.papers import CHART, FIGURES, PAPERS, Press, draw_part, personal_name
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Tx
from storage.digest import KeptDigest
from storage.outbox import Note, Parcel
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

FIRST, LONGEST = 60.0, 3600.0
"""Seconds until a server is tried again: after the first failure, and at the most. Each is twice the one before. Who
has a chat may open it any moment, and is tried at every ring."""


class Deliveries:
    """Takes parcels to their addresses; those of a kind that is `held` now (not at this hour) wait."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        press: Press,
        language: Callable[[Address], Language],
        clock: Callable[[], float],
        held: Callable[[str], bool] = lambda _: False,
        *,
        servers: bool = False,
    ) -> None:
        """`servers`: what goes to them, and nothing else; otherwise all but that."""
        self._database = database
        self._channels = channels
        self._texts = texts
        self._press = press
        self._language = language
        self._clock = clock
        self._held = held
        self._servers = servers
        self._going = asyncio.Lock()
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}
        """Parcels that are not to be tried before that second."""

    async def due(self) -> None:
        """Hand over all that waits; what cannot be handed over now waits on."""
        async with self._going:
            made: dict[str, tuple[File, ...]] = {}
            tried: set[str] = set()
            while parcel := await self._next(tried):
                tried.add(parcel.key)
                await self._hand_over(parcel, made)

    async def _next(self, tried: Container[str]) -> Parcel | None:
        """Notes before papers: somebody may be in danger while a digest is being drawn for thirty readers."""
        due = await self._database.write(lambda tx: Work(tx).parcels.due())
        now = self._clock()
        left = [
            parcel
            for parcel in due
            if parcel.key not in tried
            and self._mine(parcel.address)
            and self._until.get(parcel.key, 0) <= now
            and not self._held(parcel.kind)
        ]
        return min(left, key=lambda p: p.note is None, default=None)

    def _mine(self, address: Address) -> bool:
        return (
            address.channel in self._channels and (address.channel in SERVERS) is self._servers
        )

    async def _hand_over(self, parcel: Parcel, made: dict[str, tuple[File, ...]]) -> None:
        outgoing = await self._wrapped(parcel, made)
        if outgoing is None:
            await self._database.write(lambda tx: Work(tx).parcels.refused(parcel.key))
            return
        sent = replace(outgoing, tidy=False, once=parcel.key)
        try:
            await self._channels[parcel.address.channel].send(sent)
        except (Blocked, Rejected):
            log.warning("a parcel was refused", extra={"code": parcel.kind})
            await self._database.write(lambda tx: Work(tx).parcels.refused(parcel.key))
        except SendFailed as failed:
            self._put_off(parcel, failed)
        else:
            await self._database.write(lambda tx: Work(tx).parcels.arrived(parcel.key))
            self._failures.pop(parcel.key, None)

    def _put_off(self, parcel: Parcel, failed: SendFailed) -> None:
        now = self._clock()
        if isinstance(failed, Throttled):
            self._until[parcel.key] = now + failed.after
        elif self._servers:
            times = self._failures[parcel.key] = self._failures.get(parcel.key, 0) + 1
            self._until[parcel.key] = now + min(FIRST * 2 ** (times - 1), LONGEST)
            if times == 1:
                facts = {"channel": parcel.address.channel, "reason": str(failed)}
                log.warning("a server takes nothing", extra=facts)

    async def _wrapped(
        self, parcel: Parcel, made: dict[str, tuple[File, ...]]
    ) -> Outgoing | None:
        language = self._language(parcel.address)
        if parcel.note:
            return self._noted(parcel.address, language, parcel.note)
        if parcel.kind == "personal":
            return await self._personal(parcel, language)
        kept = await self._database.write(lambda tx: Work(tx).digests.find(parcel.ref))
        if kept is None:
            return None
        match parcel.kind:
            case "draft":
                return self._draft(parcel.address, language, kept)
            case "unsent":
                return self._unsent(parcel.address, language, kept)
            case "digest":
                return await self._share(parcel.address, language, kept) or await self._digest(
                    parcel.address, kept, made
                )
            case _:
                return None

    def _noted(self, address: Address, language: Language, note: Note) -> Outgoing:
        buttons = [Button(self._texts.say(language, key), says) for key, says in note.buttons]
        return Outgoing(
            address=address,
            text=self._texts.say(language, note.key, **note.params),
            rows=tuple((button,) for button in buttons),
            screen=OPEN_SCREEN,
        )

    def _draft(self, address: Address, language: Language, kept: KeptDigest) -> Outgoing:
        look = Button(self._texts.say(language, "desk.look"), f"周报 {kept.period}")
        send = Button(self._texts.say(language, "desk.send"), f"发送 {kept.period}")
        head = self._texts.say(language, "desk.draft_ready", period=kept.period)
        check = self._texts.say(language, "desk.check", count=str(kept.check))
        text = "\n".join((head, *([check] if kept.check else ()), kept.screen))
        return Outgoing(address=address, text=text, rows=((look, send),), screen=OPEN_SCREEN)

    def _unsent(
        self, address: Address, language: Language, kept: KeptDigest
    ) -> Outgoing | None:
        """Nobody has sent it; None where somebody has meanwhile."""
        if kept.sent:
            return None
        look = Button(self._texts.say(language, "desk.look"), f"周报 {kept.period}")
        text = self._texts.say(language, "desk.unsent", period=kept.period)
        return Outgoing(address=address, text=text, rows=((look,),), screen=OPEN_SCREEN)

    async def _personal(self, parcel: Parcel, language: Language) -> Outgoing | None:
        """The file of one unit, if its seat is still theirs; to nobody else, and nowhere else."""
        period, _, unit = parcel.ref.partition(":")

        def opened(tx: Tx) -> tuple[str, ...]:
            work = Work(tx)
            member = work.staff.find(parcel.address)
            if member is None or not somewhere(member.staff, Deed.READ_PERSONAL):
                return ()
            kept = work.digests.find(period)
            return kept.personal if kept and kept.sent else ()

        papers = await self._press.personal(await self._database.write(opened))
        mine = tuple(paper for paper in papers if paper.name == personal_name(unit))
        text = self._texts.say(language, "desk.personal", period=period)
        return Outgoing(address=parcel.address, text=text, files=mine) if mine else None

    async def _share(
        self, address: Address, language: Language, kept: KeptDigest
    ) -> Outgoing | None:
        """For who sees some units: what it says of those. None for who may read all of it."""
        member = await self._database.write(lambda tx: Work(tx).staff.find(address))
        if member is None or may(member.staff, Deed.SEE_DIGEST):
            return None
        mine = units_seen(kept, member.staff)
        files = await self._press.make(partial(draw_part, kept.whole, mine))
        text = self._texts.say(language, "desk.part_digest", period=kept.period)
        units = "\n".join(name for _, name in mine)
        return Outgoing(address=address, text=f"{text}\n{units}", files=files)

    async def _digest(
        self, address: Address, kept: KeptDigest, made: dict[str, tuple[File, ...]]
    ) -> Outgoing:
        """The papers, drawn once for all who get them now."""
        if kept.period not in made:
            made[kept.period] = await self._press.papers(kept.whole, (*PAPERS, FIGURES))
        papers = {paper.name: paper for paper in made[kept.period]}
        facts, picture = papers.pop(FIGURES), papers.pop(CHART)
        return Outgoing(
            address=address,
            text=kept.screen,
            files=tuple(papers.values()),
            picture=picture.content,
            facts=facts.content.decode(),
        )


class Carrier:
    """Carries parcels to servers, beside all else: whoever rings does not wait for them."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._rung = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def ring(self) -> None:
        """Something may be due."""
        self._idle.clear()
        self._rung.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                await self._deliveries.due()
            except Exception:
                log.exception("a chore failed")
            if not self._rung.is_set():
                self._idle.set()

    async def idle(self) -> None:
        """Until all that can go has gone. What is on its way when the service stops is better waited for: it would go again."""
        await self._idle.wait()


def keep_outside(work: Work, addresses: Container[Address]) -> None:
    """Servers that stand in the setting no more get nothing that still waits for them."""
    for parcel in work.parcels.due():
        if parcel.address.channel in SERVERS and parcel.address not in addresses:
            work.parcels.refused(parcel.key)
