"""Speaking, after the commit: what waits in drafts goes out, once, in order for each person.

The words come from memory right after the commit, and from the drafts after a restart. A send that failed for now is
tried again, later each time; one that can never pass is let go. What has been sent is noted in the draft; a crash in
between repeats at most the message in flight.

Where there are replicas each speaks to those who are its own (`speaks_to`), and finds by looking what the others have
committed for them; so of what others may have said meanwhile nothing is tried again from memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.channels.base import (
    Blocked,
    Channel,
    Present,
    Rejected,
    SendFailed,
    Throttled,
    Unreachable,
)
from bot.core.messages import Address
from bot.core.survey import Script
from handlers.reading import Readings, Unread
from handlers.words import Texts, message, to_be_read
from storage.database import Database, StorageFailed
from storage.draft import Draft
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a failed send is tried again: doubled each time, up to a minute."""

AT_ONCE = 32
"""Sends in flight at a time."""

Sleep = Callable[[float], Awaitable[None]]


class _NotHere(Exception):
    """They are not with this replica, or not any more."""


LATELY = 1024
"""People of whom it is known which version of their talk was said last."""


class Outbox:
    """The mouth of all channels. One task for each person who is being spoken to, none for the others."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        scripts: Mapping[str, Script],
        readings: Readings,
        speaks_to: Callable[[Address], bool] | None = None,
    ) -> None:
        """`speaks_to`: whose words are said here and not by another replica; None where there is no other."""
        self._database = database
        self._channels = channels
        self._texts = texts
        self._scripts = scripts
        self._readings = readings
        self._speaks_to = speaks_to
        self._latest: dict[Address, Draft] = {}
        self._said: dict[Address, Draft] = {}
        self._lately: dict[Address, tuple[int, int, float]] = {}
        self._wakes: dict[Address, asyncio.Event] = {}
        self._breath: tuple[list[Draft], asyncio.Task[None]] | None = None
        self._tasks: dict[asyncio.Task[None], Address] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def say(self, draft: Draft) -> None:
        """Speak what waits in this draft. Returns at once."""
        if not draft.waiting or draft.address.channel not in self._channels:
            return
        if not self._mine(draft.address):
            return
        speaking = draft.address in self._latest
        if (said := self._said.get(draft.address)) and _anew(draft, said):
            del self._said[draft.address]
        self._latest[draft.address] = draft
        if not speaking:
            task = asyncio.create_task(self._speak(draft.address))
            self._tasks[task] = draft.address
            task.add_done_callback(self._tasks.pop)

    def wake(self, address: Address) -> None:
        """Somebody can be reached again: try now."""
        if waiting := self._wakes.get(address):
            waiting.set()

    def speaking(self) -> Mapping[bytes, int]:
        """The drafts whose words are on their way, by name, and their revisions."""
        return {draft.tag: draft.revision for draft in self._latest.values()}

    def hush(self) -> None:
        """Break off what is not for us to say any more."""
        for task, address in self._tasks.items():
            if not self._mine(address):
                task.cancel()

    def _mine(self, address: Address) -> bool:
        return self._speaks_to is None or self._speaks_to(address)

    async def stop(self, within: float) -> None:
        """Let what is in flight arrive, for so many seconds; the rest is said after the next start."""
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks), timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nothing is in flight."""
        while self._tasks:
            await asyncio.gather(*tuple(self._tasks), return_exceptions=True)

    async def _speak(self, address: Address) -> None:
        try:
            while (draft := self._unsaid(address)) and self._mine(address):
                if not (self._was_said(draft) or await self._send(draft)):
                    continue
                self._said[address] = draft
                self._remember(draft)
                await self._note(draft)
        except _NotHere:
            pass  # whoever finds them there says it
        finally:
            self._latest.pop(address, None)
            self._said.pop(address, None)

    def _was_said(self, draft: Draft) -> bool:
        """Whoever looks for what other replicas moved may find a version just before it is noted here, and bring it when it is
        over: it is noted again then, and not said again."""
        return self._lately.get(draft.address) == _version(draft)

    def _remember(self, draft: Draft) -> None:
        self._lately.pop(draft.address, None)
        self._lately[draft.address] = _version(draft)
        if len(self._lately) > LATELY:
            del self._lately[next(iter(self._lately))]

    def _unsaid(self, address: Address) -> Draft | None:
        draft = self._latest[address]
        said = self._said.get(address)
        fresh = replace(draft, spoken=max(draft.spoken, said.revision if said else 0))
        return fresh if fresh.waiting else None

    async def _send(self, draft: Draft) -> bool:
        """True once the words are out or never will be; False when newer ones have come meanwhile."""
        wait, channel = FIRST_WAIT, self._channels[draft.address.channel]
        while True:
            try:
                await self._try(draft)
            except Throttled as busy:
                await self._pause(draft.address, max(busy.after, 0.05))
            except Unreachable as nobody:
                if self._speaks_to and isinstance(channel, Present):
                    raise _NotHere from nobody
                await self._pause(draft.address, wait)
                wait = min(wait * 2, LONGEST_WAIT)
            except (Blocked, Rejected) as refused:
                log.warning("message refused", extra={"reason": type(refused).__name__})
                if isinstance(refused, Blocked):
                    await self._lose(draft.address)
                return True
            else:
                return True
            if self._latest[draft.address].revision != draft.revision:
                return False

    async def _lose(self, address: Address) -> None:
        """They cannot be reached: no reminders to them, until they write again."""
        try:
            await self._database.write(lambda tx: Work(tx).identity.lose(address))
        except StorageFailed:
            log.error("who cannot be reached could not be noted")

    async def _try(self, draft: Draft) -> None:
        try:
            read = await self._readings.of(to_be_read(draft))
        except Unread as error:
            log.error("a text could not be read", extra={"code": error.code})
            raise Unreachable from error  # it is not shown unread; the next try reads it again
        try:
            script = self._scripts.get(draft.script)
            outgoing = message(self._texts, script, draft, read.__getitem__)
        except Exception as error:
            log.exception("a message could not be put into words")
            raise Rejected from error
        async with self._gate:
            try:
                await self._channels[draft.address.channel].send(outgoing)
            except SendFailed:
                raise
            except Exception as error:
                log.exception("send failed unexpectedly")
                raise Unreachable from error

    async def _pause(self, address: Address, seconds: float) -> None:
        woken = self._wakes[address] = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            pass
        finally:
            del self._wakes[address]

    async def _note(self, draft: Draft) -> None:
        """Note what was said, together with all that is said in the same breath."""
        if self._breath is None:
            self._breath = ([], asyncio.create_task(self._note_together()))
        said, noted = self._breath
        said.append(draft)
        await asyncio.shield(noted)

    async def _note_together(self) -> None:
        await asyncio.sleep(0)
        assert self._breath is not None
        said, _ = self._breath
        self._breath = None
        try:
            await self._database.write_along(lambda tx: Work(tx).drafts.spoken(*said))
        except StorageFailed:
            log.error(
                "what was said could not be noted"
            )  # it may be said twice after a restart


def _version(draft: Draft) -> tuple[int, int, float]:
    """A version has a key of its own; the next talk's are others."""
    return draft.revision, draft.key, draft.since


def _anew(draft: Draft, said: Draft) -> bool:
    """A talk that has begun after the one that was said is over: its revisions count from one again. It may be there before we
    know that the old one is gone."""
    return draft.revision <= said.revision and draft.since > said.since
