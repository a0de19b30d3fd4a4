"""Receipts: made ready before they are needed, looked up and withdrawn by whoever types the digits, on any account.

Stretching is slow on purpose, so it happens in threads: ahead of time for those who will hand in, and once for each
look-up. Nothing is kept about who asks: the digits are in memory while they are looked for, and then nowhere. All
look-ups go one after another, and one that finds nothing holds the turn a while longer, so that guessing is slow for
everybody together. A wrong code and a withdrawn one are looked for in all the same places and answered in the same words.
"""

import asyncio
import hashlib
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from bot.core import receipt
from bot.core.messages import Address, Button, Incoming, Outgoing
from bot.core.receipt import Asked, LooksUp, Receipt, Stretch, Withdraws
from bot.core.survey import Language
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Raced, StorageFailed, Tx
from storage.unit_of_work import Work
from storage.vault import Standing

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[object]]
Said = tuple[str, Mapping[str, str]]
"""A text's key and what stands in it."""

READY = 32
"""Receipts kept ready."""

AT_ONCE = 2
"""Stretchings at a time: 32 MiB each."""

NICE = 10
"""How far threads that stretch stand back behind all others."""

BREATH = 2.0
"""Seconds after the start before receipts are made ready: nobody hands in as soon as that."""

NOTHING_THERE = 0.4
"""Seconds for which a look-up that found nothing holds the turn. Two or three guesses a second, of everybody together."""

IN_LINE = 64
"""Look-ups that wait for their turn at the most; more are asked to come back."""

BUCKETS = 64
"""Buckets looked through by one deed, so that nobody else waits for a look-up."""

TRIES = 3
"""Times a look-up begins anew when a tick has begun meanwhile."""

DAY = 86400


class NoneReady(Exception):
    """The deed needs a receipt and none is ready: let one be made, and run it again."""


def stretching(salt: bytes) -> Stretch:
    """The slow step from digits to root, with the installation's salt."""
    return lambda digits: hashlib.scrypt(digits.encode(), salt=salt, **asdict(receipt.SCRYPT))


def _give_way() -> None:
    """Stretching takes whole processors: this thread runs when nobody who talks needs them."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class Receipts:
    """The ready ones, and the turn for which look-ups wait."""

    def __init__(
        self,
        random: Callable[[int], bytes],
        stretch: Stretch,
        *,
        ready: int = READY,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._random = random
        self._stretch = stretch
        self._most = ready
        self._sleep = sleep
        self._ready: deque[Receipt] = deque()
        self._wanted = asyncio.Event()
        self._want: Callable[[], object] = lambda: None
        self._threads = ThreadPoolExecutor(AT_ONCE, "stretching", initializer=_give_way)
        self._line = asyncio.Lock()
        self._in_line = 0

    # -- for those who hand in --------------------------------------------------

    async def run(self) -> None:
        """Keep receipts ready, for as long as it runs."""
        loop = asyncio.get_running_loop()
        await self._sleep(BREATH)
        self._want = lambda: loop.call_soon_threadsafe(self._wanted.set)
        try:
            while True:
                await self.fill()
                self._wanted.clear()
                await self._wanted.wait()
        finally:
            self._want = lambda: None

    async def fill(self) -> None:
        """Make as many as there should be."""
        while len(self._ready) < self._most:
            self._ready.append(await self.make())

    def take(self) -> Receipt:
        """A ready one, for good. Raises `NoneReady`. Called from the writer's thread."""
        self._want()
        try:
            return self._ready.popleft()
        except IndexError:
            raise NoneReady from None

    async def make(self) -> Receipt:
        """One made now: for a deed that found none ready."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, receipt.new, self._random, self._stretch
        )

    # -- for those who look up --------------------------------------------------

    @property
    def crowded(self) -> bool:
        """So many wait that one more had better come back."""
        return self._in_line >= IN_LINE

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """One after another, in the order of asking."""
        self._in_line += 1
        try:
            async with self._line:
                yield
        finally:
            self._in_line -= 1

    async def lookups(self, digits: str) -> tuple[bytes, ...]:
        """All that this receipt may find; as many for every one, right or wrong."""
        loop = asyncio.get_running_loop()
        root = await loop.run_in_executor(self._threads, self._stretch, digits)
        return tuple(handle.lookup for handle in receipt.handles(root))

    async def hold(self) -> None:
        """Nothing was found: nobody else's turn comes yet."""
        await self._sleep(NOTHING_THERE)


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody asks about a receipt."""

    language: Language
    """In which they are answered."""
    first: bool
    """False for a repeated delivery: it was answered before."""


def hear(work: Work, incoming: Incoming, asked: Asked, now: float) -> Heard | None:
    """What `recognise` found is taken in. None: it is an answer of the talk in progress, let that hear it."""
    draft = work.drafts.find(incoming.address)
    if isinstance(asked, LooksUp) and asked.bare and draft and draft.session:
        return None
    known = draft.language if draft else work.identity.language(incoming.address)
    return Heard(known or "zh", work.inbox.first(incoming, int(now // DAY)))


async def answer(
    database: Database,
    receipts: Receipts,
    texts: Texts,
    asked: Asked,
    address: Address,
    language: Language,
) -> Outgoing:
    """What became of it, or the question whether they are sure; to be sent, and kept nowhere."""
    if asked.digits and isinstance(asked, Withdraws) and not asked.sure:
        button = Button(texts.say(language, "receipt.yes"), receipt.confirms(asked.digits))
        return Outgoing(
            address=address,
            text=texts.say(language, "receipt.sure"),
            rows=((button,),),
            screen=OPEN_SCREEN,
        )
    key, params = await settle(database, receipts, asked)
    return Outgoing(address=address, text=texts.say(language, key, **params))


async def settle(database: Database, receipts: Receipts, asked: Asked) -> Said:
    """Look the receipt up, or withdraw it; what is to be said then."""
    if not asked.digits:
        return "receipt.how", {}
    if receipts.crowded:
        return "receipt.busy", {}
    async with receipts.turn():
        ids = await receipts.lookups(asked.digits)
        said = await _found(database, ids, take_out=isinstance(asked, Withdraws))
        if said is None:
            await receipts.hold()
    return said or ("receipt.unknown", {})


async def _found(database: Database, ids: tuple[bytes, ...], *, take_out: bool) -> Said | None:
    """Look everywhere, found or not; anew, when a tick has moved meanwhile what waits."""
    waits = False
    for _ in range(TRIES):
        try:
            seen = await database.write(lambda tx: Work(tx).vault.standing())
            if seen is None:
                break
            for look in _looks(seen, ids, take_out=take_out):
                waits |= await database.write(look)
            period = await database.write(_among_released(seen, ids, take_out=take_out))
        except Raced:
            continue
        except StorageFailed:
            log.error("a receipt could not be looked up")
            break
        return _told(period, waits=waits, take_out=take_out)
    return "receipt.busy", {}


def _told(period: str, *, waits: bool, take_out: bool) -> Said | None:
    if period:
        key = "receipt.withdrawn_late" if take_out else "receipt.released"
        return key, {"period": period}
    if waits:
        return ("receipt.withdrawn" if take_out else "receipt.waiting"), {}
    return None


def _looks(
    seen: Iterable[Standing], ids: tuple[bytes, ...], *, take_out: bool
) -> Iterator[Callable[[Tx], bool]]:
    """Looks into all buckets, some at a time."""

    def look(each: Standing, start: int) -> Callable[[Tx], bool]:
        return lambda tx: Work(tx).vault.search(each, start, BUCKETS, ids, take_out=take_out)

    for each in seen:
        yield from (look(each, start) for start in range(0, each.answers, BUCKETS))


def _among_released(
    seen: Iterable[Standing], ids: tuple[bytes, ...], *, take_out: bool
) -> Callable[[Tx], str]:
    def look(tx: Tx) -> str:
        work = Work(tx)
        work.vault.stand(seen)
        period = work.opinions.period_of(ids)
        if period and take_out:
            work.opinions.withdraw(ids)
        return period

    return look
