"""An answer goes back to where it was raised (你提我办): to everybody of those units and groups, whoever it was.

What was answered or closed waits for a day, so that things of one day are told in one message, and a week lies between two
tellings. It reaches those of whom a code or a directory has told where they belong; who came by an open link is known to
belong nowhere, and hears by receipt, by a wish, or by the notice.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.channels.base import Blocked, Channel, SendFailed
from bot.core.messages import Address, Button, Outgoing
from bot.core.survey import Language
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Tx
from storage.echo import Echo
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

APART = 7
"""Days between two tellings."""

PAGE = 200
"""Entries of the roster opened by one deed."""

AT_ONCE = 8
"""Sends in flight at a time."""

_Told = tuple[Address, Language, tuple[Echo, ...]]


class Echoes:
    """Tells what has been answered to everybody of the scope that raised it."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        awake: Callable[[datetime], bool],
        parents: Callable[[], Mapping[str, str]],
    ) -> None:
        self._database = database
        self._channels = channels
        self._texts = texts
        self._awake = awake
        self._parents = parents
        self._busy: list[_Told] = []

    async def due(self, now: datetime, day: int) -> None:
        """Tell what is to be told; those who were in the middle of a talk are told when they are not any more."""
        if not self._awake(now):
            return
        busy, self._busy = self._busy, []
        await self._speak(busy)
        while True:
            page = await self._database.write(lambda tx: self._page(tx, day))
            if page is None:
                break
            await self._speak(page)

    def _page(self, tx: Tx, day: int) -> list[_Told] | None:
        """Who of the next entries is to be told what. That they are is noted before anybody is spoken to."""
        work = Work(tx)
        telling = work.echoes.begin(day, APART)
        if telling is None:
            return None
        entries, after = work.identity.some(telling.after, PAGE)
        work.echoes.on(after)
        parents = self._parents()
        found: list[_Told] = []
        for one in (entry for entry in entries if entry.reminded):
            mine = tuple(
                e for e in telling.echoes if e.scope.holds(one.unit, one.group, parents)
            )
            if mine:
                found.append((one.address, one.language, mine))
        return found

    async def _speak(self, some: Sequence[_Told]) -> None:
        if not some:
            return
        asked = [one[0] for one in some]
        talking = await self._database.write(lambda tx: Work(tx).drafts.talking(asked))
        self._busy += (one for one in some if one[0] in talking)
        gate, lost = asyncio.Semaphore(AT_ONCE), set[Address]()

        async def tell(one: _Told) -> None:
            channel = self._channels.get(one[0].channel)
            async with gate:
                try:
                    if channel is not None:
                        await channel.send(self._message(one))
                except Blocked:
                    lost.add(one[0])
                except SendFailed:
                    log.warning("somebody could not be told")

        await asyncio.gather(*(tell(one) for one in some if one[0] not in talking))
        if lost:
            await self._database.write(lambda tx: _lose(Work(tx), lost))

    def _message(self, one: _Told) -> Outgoing:
        address, language, echoes = one
        say = self._texts.say
        lines = [say(language, "echo.line", title=e.title, words=e.words) for e in echoes]
        quiet = Button(say(language, "remind.quiet"), "别再提醒", quiet=True)
        return Outgoing(
            address=address,
            text="\n".join((say(language, "echo.head"), *lines, say(language, "echo.foot"))),
            rows=((quiet,),),
            screen=OPEN_SCREEN,
        )


def _lose(work: Work, lost: set[Address]) -> None:
    for address in lost:
        work.identity.lose(address)
