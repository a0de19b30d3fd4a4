"""Fetching updates, and confirming them only once they are committed.

The platform forgets what lies below the offset we ask for. So the offset is the lowest update that is not settled
yet, or one above the highest: a crash, a full disk, a stop in the middle leave the rest with the platform, which
delivers it again; the inbox key stops what comes twice.

    ids are never compared with those of an earlier day: after a week of silence they jump (Update.update_id), so
    an offset is sent only while there is something to confirm
    one person whose message cannot be kept holds the offset, not the others: theirs are taken in meanwhile, as
    far as the platform's window of 100 reaches; when the window is full of messages that wait for that one, and
    storage works for the others, the window is confirmed and the one is tried on from memory (the person has been
    told that it is not stored)
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from telegram.error import TelegramError

from bot.channels.base import NotStored
from bot.channels.telegram.failures import wrong_token
from bot.channels.telegram.request import Refused
from bot.channels.telegram.updates import who

log = logging.getLogger(__name__)

WINDOW = 100
"""Updates the platform shows at a time, at most."""
AT_ONCE = 64
"""People taken in side by side."""
LINGER = 0.6
"""Seconds to wait for a batch before looking whether others have written meanwhile (asked for the same offset within
half a second, the official server shows one update only)."""
PAUSE = 1.0
"""Seconds between two looks while something cannot be settled and nothing new has come."""
STUCK = 20.0
"""Seconds a full window may stand still."""
MOST = 1000
"""Messages tried on from memory alone, at most; with more the window stands."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until a message that was not stored, or a platform out of reach, is tried again: doubled each time."""
CONFLICT_WAIT, TOKEN_WAIT = 5.0, 60.0
"""Seconds until the next try where somebody else fetches, and where the token is refused."""
CONFIRM_WITHIN, FINISH_WITHIN = 1.5, 2.0
"""Seconds at a stop: for the last confirmation, and for what is being taken in."""

Update = Mapping[str, Any]


class Source(Protocol):
    """Where updates come from."""

    async def fetch(self, offset: int | None, *, limit: int, patient: bool) -> list[Any]:
        """The updates waiting from `offset` on; those below it are confirmed.

        `patient`: where there are none, wait for some. Raises `TelegramError`.
        """
        ...

    async def free(self) -> None:
        """Take down the webhook that stands in the way of fetching, if it can be done now."""
        ...


class Poller:
    """One bot's updates, in order for each person, people side by side."""

    def __init__(self, source: Source, hear: Callable[[Update], Awaitable[None]]) -> None:
        self._source = source
        self._lanes = Lanes(hear)
        self._offset: int | None = None
        self._window: list[int] = []
        self._still_since: float | None = None
        self._reached = True

    async def run(self) -> None:
        """Until cancelled; then what is being taken in may finish, and is confirmed."""
        wait = FIRST_WAIT
        try:
            while True:
                try:
                    await self._round()
                    wait = FIRST_WAIT
                except TelegramError as error:
                    await asyncio.sleep(await self._answer_to(error, wait))
                    wait = min(wait * 2, LONGEST_WAIT)
                except Exception:
                    log.exception("fetching failed", extra={"channel": "telegram"})
                    await asyncio.sleep(LONGEST_WAIT)
        finally:
            await self._lanes.finish(FINISH_WITHIN)
            await self._confirm()

    async def _round(self) -> None:
        found = await self._source.fetch(self._offset, limit=WINDOW, patient=True)
        if not self._reached:
            self._reached = True
            log.info("platform reached again", extra={"channel": "telegram"})
        fresh = self._take(found)
        if self._lanes.open:
            await self._lanes.settle(LINGER if fresh else PAUSE)
        elif found and not fresh:
            await asyncio.sleep(LINGER)  # nothing in it can be confirmed: do not spin
        self._offset = self._confirmable(len(found) >= WINDOW and not fresh)

    def _take(self, found: list[Any]) -> bool:
        """Hand on what is new, lowest id first. True when there was any."""
        updates = {update["update_id"]: update for update in found if _named(update)}
        if nameless := sum(not _named(update) for update in found):
            extra = {"channel": "telegram", "count": nameless}
            log.warning("update without a name", extra=extra)
        self._window = sorted(updates)
        self._lanes.forget(except_for=updates.keys())
        fresh = [id for id in self._window if id not in self._lanes]
        for id in fresh:
            self._lanes.put(id, updates[id])
        return bool(fresh)

    def _confirmable(self, full: bool) -> int | None:
        """The next offset: None where there is nothing to confirm."""
        if not self._window:
            return None
        waiting = [id for id in self._window if id in self._lanes.open]
        if not waiting:
            self._still_since = None
            return self._window[-1] + 1
        others_pass = len(waiting) < len(self._window) and len(self._lanes.open) < MOST
        if self._stuck(full and others_pass):
            log.error("window full", extra={"channel": "telegram", "count": len(waiting)})
            return self._window[-1] + 1
        return waiting[0]

    def _stuck(self, full_and_others_pass: bool) -> bool:
        now = asyncio.get_running_loop().time()
        if not full_and_others_pass:
            self._still_since = None
            return False
        self._still_since = self._still_since or now
        return now - self._still_since >= STUCK

    async def _answer_to(self, error: TelegramError, wait: float) -> float:
        """What to do about a fetch that failed, and for how many seconds to leave it."""
        if isinstance(error, Refused) and error.code == 429:
            return max(error.after, FIRST_WAIT)
        if isinstance(error, Refused) and error.code == 409:
            log.warning("updates are taken elsewhere", extra={"channel": "telegram"})
            if "webhook" in error.said:
                await self._source.free()
            return CONFLICT_WAIT
        if self._reached:
            code = "token" if wrong_token(error) else type(error).__name__
            log.warning("platform out of reach", extra={"channel": "telegram", "reason": code})
        self._reached = False
        return TOKEN_WAIT if wrong_token(error) else wait

    async def _confirm(self) -> None:
        """Tell the platform what is committed, so that the next start need not hear it again."""
        offset = self._confirmable(full=False)
        if offset is None:
            return
        try:
            async with asyncio.timeout(CONFIRM_WITHIN):
                await self._source.fetch(offset, limit=1, patient=False)
        except (TelegramError, TimeoutError):
            pass  # it will be delivered again, and known


def _named(update: object) -> bool:
    match update:
        case {"update_id": int()}:
            return True
        case _:
            return False


class Lanes:
    """Updates being taken in: each person's one after another, until each is settled."""

    def __init__(self, hear: Callable[[Update], Awaitable[None]]) -> None:
        self._hear = hear
        self.open: set[int] = set()
        """Ids that are not settled yet."""
        self._settled: set[int] = set()
        self._queues: dict[int, deque[tuple[int, Update]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._moved = asyncio.Event()

    def __contains__(self, id: int) -> bool:
        return id in self.open or id in self._settled

    def put(self, id: int, update: Update) -> None:
        """Take this one in, after all that the same person did before."""
        self.open.add(id)
        person = who(update)
        if person in self._queues:
            self._queues[person].append((id, update))
            return
        self._queues[person] = deque([(id, update)])
        task = asyncio.create_task(self._walk(person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self, *, except_for: Any) -> None:
        """Settled ones that the platform shows no more are confirmed; their ids may come again one day."""
        self._settled &= set(except_for)

    async def settle(self, within: float) -> None:
        """Until nothing is open, or the time is over."""
        try:
            async with asyncio.timeout(within):
                while self.open:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            pass

    async def finish(self, within: float) -> None:
        """Let what is being taken in come to its end, for so many seconds; leave the rest with the platform."""
        if self._tasks:
            await self.settle(within)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _walk(self, person: int) -> None:
        queue = self._queues[person]
        try:
            while queue:
                id, update = queue[0]
                await self._until_heard(update)
                queue.popleft()
                self.open.discard(id)
                self._settled.add(id)
                if not self.open:
                    self._moved.set()
        finally:
            del self._queues[person]

    async def _until_heard(self, update: Update) -> None:
        wait = FIRST_WAIT
        while True:
            async with self._gate:
                try:
                    return await self._hear(update)
                except NotStored:
                    pass
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
