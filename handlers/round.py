"""Rounds in the course of time: planned from the configuration, and their people reminded in waves.

Whom a wave reaches is worked out in memory: the roster is opened, the vault says who has not finished, and is told
whom this wave is for before anybody is spoken to, so that a crash may skip a batch and repeats nobody.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.channels.base import Blocked, Channel, SendFailed, Throttled, Unreachable
from bot.core.appraisal import votes_in
from bot.core.messages import Address, Button, Outgoing
from bot.core.round import Hours, Round, pointless, waves, within_budget
from bot.core.survey import APPRAISAL, RATING, Audience, Language, Script
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Tx
from storage.round import OWED, TOO_FEW, KeptRound, Wave
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

GOING, TOO_LATE, TOO_MUCH = "going", "too late", "over budget"
"""What stands beside a wave: it is being sent (and taken up again after a crash), or why it was dropped."""

AT_ONCE = 8
"""Reminders in flight at a time; the channel paces them."""

BATCH = 32
"""People marked by one deed, while those before them are spoken to: a second's worth where a platform allows thirty."""

WAITS = (1.0, 5.0, 5.0, 5.0)
"""Seconds between tries to bring a reminder; where the platform asks to wait, as long as it asks."""

LONGEST_WAIT = 60.0
"""Seconds a reminder is put off at most; asked for more, it is let go: the next wave comes."""


def seed(work: Work, planned: Iterable[Round], now: float) -> None:
    """Keep the rounds of the configuration; those that are kept already stay as the office left them."""
    for one in planned:
        opens = int(one.opens.timestamp()) if one.opens else int(now)
        work.rounds.plan(
            KeptRound(
                id=one.id,
                script=work.scripts.pin(one.script),
                opens=opens,
                closes=int(one.closes.timestamp()) if one.closes else None,
                reminders=one.reminders,
            )
        )


def kept(work: Work) -> tuple[tuple[Round, str], ...]:
    """The rounds as they are kept, each with its script's digest."""
    found: list[tuple[Round, str]] = []
    for one in work.rounds.all():
        script = work.scripts.find(one.script)
        if script is not None:
            found.append((_round(one, script), one.script))
    return tuple(found)


class _Meant(NamedTuple):
    """Somebody whom a wave is for."""

    address: Address
    language: Language
    everywhere: tuple[Address, ...]
    """All their addresses."""


class Reminders:
    """Waves, sent when they are due and may be."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        hours: Mapping[Audience, Hours],
        zone: Callable[[datetime], datetime],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._hours = hours
        self._zone = zone
        self._clock = clock
        self._resting = False

    def rest(self) -> None:
        """The service stops: begin with nobody new. Whoever is marked is still told."""
        self._resting = True

    async def due(self, now: datetime) -> None:
        """Send what is due by now, drop what has become pointless, go on with what was broken off."""
        rounds = await self._database.write(lambda tx: [one for one, _ in kept(Work(tx))])
        taken = {(w.round, w.number): w for w in await self._database.write(_waves)}
        for one in rounds:
            for wave in taken.values():
                if wave.round == one.id and wave.note == GOING:
                    await self._send(one, wave.number)
                if wave.round == one.id and wave.note == OWED and self._awake(one):
                    await self._tell_dropped(one)
            for number, at in enumerate(waves(one), 1):
                if at <= now and (one.id, number) not in taken:
                    await self._begin(one, number, at, now, rounds, tuple(taken.values()))

    async def _begin(
        self,
        one: Round,
        number: int,
        at: datetime,
        now: datetime,
        rounds: Iterable[Round],
        taken: tuple[Wave, ...],
    ) -> None:
        if pointless(at, one, now):
            await self._claim(one, number, now, TOO_LATE)
        elif not self._awake(one):
            return  # the bell will ring in waking hours
        elif not affordable(one, rounds, taken, now):
            await self._claim(one, number, now, TOO_MUCH)
        elif await self._claim(one, number, now, GOING):
            await self._send(one, number)

    async def _send(self, one: Round, number: int) -> None:
        """To all of the roster who are meant, have not finished and are not talking with us just then.

        Tens of thousands take most of an hour: where their waking hours end meanwhile, or the service, the wave stays
        begun, and a later ring goes on with it. It is over where its round is.
        """
        telling: asyncio.Task[None] | None = None
        try:
            async for batch in self._batches(one, number):
                if not one.open(self._now()):
                    break
                if self._resting or not self._awake(one):
                    return
                reached = await self._database.write(_marking(one.id, number, batch))
                if telling is not None:
                    await telling
                meant = [person for person in batch if person.address in reached]
                telling = asyncio.create_task(self._speak(one, meant))
            if telling is not None:
                await telling
        except asyncio.CancelledError:
            if telling is not None:
                telling.cancel()
            raise
        finally:
            if telling is not None:
                await asyncio.gather(telling, return_exceptions=True)
        await self._database.write(lambda tx: Work(tx).rounds.finish(one.id, number))

    async def _tell_dropped(self, one: Round) -> None:
        """Some were too few even together: nothing of theirs was handed on. Nobody knows whose, so all are told."""
        now = int(self._clock())
        if not await self._database.write(lambda tx: Work(tx).rounds.tell(one.id, now)):
            return
        if one.script.survey.id == APPRAISAL:
            people = await self._database.write(lambda tx: _voters(Work(tx), one))
        else:
            people = await self._everybody(one)
        await self._tell(
            Outgoing(
                address=address,
                text=self._texts.say(
                    language, "round.dropped", survey=one.script.survey.words[language]
                ),
            )
            for address, language in people
        )

    async def _everybody(self, one: Round) -> list[tuple[Address, Language]]:
        found: list[tuple[Address, Language]] = []
        async for some in self._pages(one):
            found.extend((person.address, person.language) for person in some)
        return found

    async def _batches(self, one: Round, number: int) -> AsyncGenerator[list[_Meant]]:
        """Those the wave has not reached, a second's worth at a time. A wave that goes on after a crash is soon where it was."""
        async for some in self._pages(one):
            everybody = [person.address for person in some]
            left = await self._database.write(_left(one.id, number, everybody))
            meant = [person for person in some if person.address in left]
            for start in range(0, len(meant), BATCH):
                yield meant[start : start + BATCH]

    async def _pages(self, one: Round) -> AsyncGenerator[list[_Meant]]:
        """Who is meant, without those who want quiet; the roster is opened page by page.

        A notice for certain units is told to those who are known to be there, and to nobody else.
        """
        surely = await self._database.write(
            lambda tx: any(n.units and n.round == one.id for n in Work(tx).problems.notices())
        )
        after: bytes | None = b""
        while after is not None:
            some, after = await self._database.write(_page(one, after, surely=surely))
            yield some

    async def _speak(self, one: Round, people: Iterable[_Meant]) -> None:
        now = self._now()
        await self._tell(
            self._reminder(one, now, person.address, person.language) for person in people
        )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _awake(self, one: Round) -> bool:
        """Whether some of those it is for may be spoken to unasked now."""
        now = self._now()
        return any(hours.now(now) for hours in self._hours_of(one))

    async def _tell(self, messages: Iterable[Outgoing]) -> None:
        """Say this to many; who cannot be reached any more is noted, and left alone until they write again."""
        gate, lost = asyncio.Semaphore(AT_ONCE), set[Address]()

        async def tell(outgoing: Outgoing) -> None:
            async with gate:
                try:
                    await self._bring(outgoing)
                except Blocked:
                    lost.add(outgoing.address)
                except SendFailed:
                    log.warning("somebody could not be told")

        await asyncio.gather(*map(tell, messages))
        if lost:
            await self._database.write(lambda tx: _lose(Work(tx), lost))

    async def _bring(self, outgoing: Outgoing) -> None:
        """Send it, in some tries. Raises `SendFailed`."""
        channel = self._channels.get(outgoing.address.channel)
        if channel is None:
            return
        for wait in WAITS:
            try:
                await channel.send(outgoing)
            except Throttled as asked:
                if asked.after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(max(asked.after, 0.05))
            except Unreachable:
                await asyncio.sleep(wait)
            else:
                return
        await channel.send(outgoing)

    def _reminder(
        self, one: Round, now: datetime, address: Address, language: Language
    ) -> Outgoing:
        left = one.closes - now if one.closes else timedelta()
        last = self._zone((one.closes or now) - timedelta(seconds=1))
        if one.script.survey.id == RATING:
            return self._invitation(one, f"{last.month}-{last.day}", address, language)
        text = self._texts.say(
            language,
            "remind.card",
            survey=one.script.survey.words[language],
            days=str(max(left.days, 1)),
            last=f"{last.month}-{last.day}",
        )
        begin = Button(self._texts.say(language, "remind.begin"), f"/start r_{one.id}")
        quiet = Button(self._texts.say(language, "remind.quiet"), "别再提醒")
        return Outgoing(address=address, text=text, rows=((begin, quiet),), screen=OPEN_SCREEN)

    def _invitation(
        self, one: Round, last: str, address: Address, language: Language
    ) -> Outgoing:
        """A notice is up: to be looked at and rated."""
        count = str(len(one.script.survey.questions))
        text = self._texts.say(language, "rating.card", count=count, last=last)
        begin = Button(self._texts.say(language, "remind.begin"), f"/start r_{one.id}")
        quiet = Button(self._texts.say(language, "remind.quiet"), "别再提醒")
        return Outgoing(address=address, text=text, rows=((begin, quiet),), screen=OPEN_SCREEN)

    async def _claim(self, one: Round, number: int, now: datetime, note: str) -> bool:
        if note != GOING:
            log.info("a wave was dropped", extra={"reason": note})
        claimed = Wave(one.id, number, int(now.timestamp()), note)
        return await self._database.write(lambda tx: Work(tx).rounds.claim(claimed))

    def _hours_of(self, one: Round) -> Iterable[Hours]:
        audiences = {group.audience for group in one.script.groups}
        return [hours for audience, hours in self._hours.items() if audience in audiences]


def _waves(tx: Tx) -> tuple[Wave, ...]:
    return Work(tx).rounds.waves()


def _voters(work: Work, one: Round) -> list[tuple[Address, Language]]:
    """Those who had a vote there."""
    meeting = work.appraisals.of_round(one.id)
    found: list[tuple[Address, Language]] = []
    for address, language in work.identity.reachable():
        entry = work.identity.find(address)
        if meeting and entry and votes_in(meeting, entry.group, entry.unit, known=entry.known):
            found.append((address, language))
    return found


def _lose(work: Work, lost: Iterable[Address]) -> None:
    for address in lost:
        work.identity.lose(address)


def _left(
    round: str, wave: int, everybody: Sequence[Address]
) -> Callable[[Tx], frozenset[Address]]:
    return lambda tx: Work(tx).vault.unreached(round, wave, everybody)


def _marking(
    round: str, wave: int, batch: Iterable[_Meant]
) -> Callable[[Tx], frozenset[Address]]:
    """Mark whom of these the wave is for, and who is not in the middle of a talk. Wherever they talk: who is answering on a page
    is not to be reminded in another chat."""

    def mark(tx: Tx) -> frozenset[Address]:
        work = Work(tx)
        talking = work.drafts.talking(one for person in batch for one in person.everywhere)
        free = [one.address for one in batch if talking.isdisjoint(one.everywhere)]
        return frozenset(work.vault.reached(round, wave, free))

    return mark


def _page(
    one: Round, after: bytes, *, surely: bool
) -> Callable[[Tx], tuple[list[_Meant], bytes | None]]:
    def page(tx: Tx) -> tuple[list[_Meant], bytes | None]:
        entries, last = Work(tx).identity.some(after)
        found = [
            _Meant(e.address, e.language, (e.address, *e.others))
            for e in entries
            if e.reminded and one.aimed_at(e.unit, e.group, surely=surely)
        ]
        return found, last

    return page


def affordable(
    one: Round, rounds: Iterable[Round], taken: Iterable[Wave], now: datetime
) -> bool:
    """Whether nobody this round is aimed at has had too many waves lately."""
    cells = {r.id: r.cells for r in rounds}
    sent = [
        (datetime.fromtimestamp(wave.at, UTC), cell)
        for wave in taken
        if wave.note not in (TOO_LATE, TOO_MUCH, TOO_FEW, OWED)
        for cell in cells.get(wave.round, ())
    ]
    return all(within_budget(cell, sent, now) for cell in one.cells)


def _round(one: KeptRound, script: Script) -> Round:
    return Round(
        id=one.id,
        script=script,
        opens=datetime.fromtimestamp(one.opens, UTC) if one.opens is not None else None,
        closes=datetime.fromtimestamp(one.closes, UTC) if one.closes is not None else None,
        reminders=one.reminders,
    )
