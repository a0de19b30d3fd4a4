"""Parcels for the office's people: papers and notices, each handed over once, until it has arrived."""

import asyncio
import logging
from collections.abc import Callable, Container, Mapping
from dataclasses import replace

from bot.channels.base import Blocked, Channel, Rejected, SendFailed
from bot.core.messages import Address, Button, Outgoing
from bot.core.people import Deed, somewhere
from bot.core.survey import Language
from handlers.papers import CHART, PAPERS, Press, personal_name
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Tx
from storage.digest import KeptDigest
from storage.outbox import Note, Parcel
from storage.unit_of_work import Work

log = logging.getLogger(__name__)


class Deliveries:
    """Takes parcels to their addresses; those of a kind that is `held` now (not at this hour) wait."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        press: Press,
        language: Callable[[Address], Language],
        held: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._press = press
        self._language = language
        self._held = held
        self._going = asyncio.Lock()

    async def due(self) -> None:
        """Hand over all that waits; what cannot be handed over now waits on."""
        async with self._going:
            made: dict[str, Outgoing] = {}
            tried: set[str] = set()
            while parcel := await self._next(tried):
                tried.add(parcel.key)
                await self._hand_over(parcel, made)

    async def _next(self, tried: Container[str]) -> Parcel | None:
        """Notes before papers: somebody may be in danger while a digest is being drawn for thirty readers."""
        due = await self._database.write(lambda tx: Work(tx).parcels.due())
        left = [p for p in due if p.key not in tried and not self._held(p.kind)]
        return min(left, key=lambda p: p.note is None, default=None)

    async def _hand_over(self, parcel: Parcel, made: dict[str, Outgoing]) -> None:
        channel = self._channels.get(parcel.address.channel)
        if channel is None:
            return
        outgoing = await self._wrapped(parcel)
        if outgoing is None:
            await self._database.write(lambda tx: Work(tx).parcels.refused(parcel.key))
            return
        try:
            await channel.send(replace(outgoing, tidy=False))
        except (Blocked, Rejected):
            log.warning("a parcel was refused", extra={"code": parcel.kind})
            await self._database.write(lambda tx: Work(tx).parcels.refused(parcel.key))
        except SendFailed:
            return
        else:
            await self._database.write(lambda tx: Work(tx).parcels.arrived(parcel.key))

    async def _wrapped(self, parcel: Parcel) -> Outgoing | None:
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
            case "digest":
                return await self._digest(parcel.address, language, kept)
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
        text = f"{head}\n{kept.screen}"
        return Outgoing(address=address, text=text, rows=((look, send),), screen=OPEN_SCREEN)

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

    async def _digest(self, address: Address, language: Language, kept: KeptDigest) -> Outgoing:
        papers = await self._press.papers(kept.snapshot, PAPERS)
        picture = next(paper.content for paper in papers if paper.name == CHART)
        return Outgoing(
            address=address,
            text=kept.screen,
            files=tuple(paper for paper in papers if paper.name != CHART),
            picture=picture,
        )
