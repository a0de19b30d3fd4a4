"""Finished texts are read here, in a worker: two models look for names, and the sorting for what it is about.

A reading costs a few milliseconds, which neither the loop nor the writer can spare, and in a crowd not even the
interpreter they share: so the worker is a process of its own. Readings are made ahead, as soon as an answer is finished, and
kept in memory for as long as its talk may last; nothing of them is written anywhere. A deed that needs one that is not there
says so (`NotRead`), and is run again once it is: nothing is shown or handed in unread.
"""

import asyncio
import logging
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from signal import SIGKILL
from typing import Any

from bot.core.reading import Library, Reading
from bot.logs import where
from handlers.papers import apart

MOST = 16384
"""Readings kept, of about a kilobyte each: those of 3,000 talks at a time. With more the oldest are made again when they are needed."""
TOGETHER = 16
"""Texts that go to the worker at a time: some ten milliseconds. On their way, one costs as much as all."""

WITHIN = 60.0
"""Seconds after which a worker that does not answer is taken for one that hangs."""

Decisions = Sequence[tuple[str, str]]
"""What the office has decided: masked texts and their right topics."""

log = logging.getLogger(__name__)

elsewhere = apart
"""Where reading takes place."""


class NotRead(Exception):
    """The deed needs these texts read: wait for that, and run it again."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__("not read yet")
        self.texts = tuple(texts)


class Unread(Exception):
    """Reading failed: at `code`, a type and a line of ours. Its own words may be somebody's, and stay where it happened."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# -- in the worker --------------------------------------------------------------------------------

_here = threading.local()


def _begin(load: Callable[[], Library], decisions: Decisions) -> None:
    _here.library = load().learned(decisions)


def _read_all(texts: Sequence[str]) -> list[Reading | Unread]:
    return [_tried(_here.library.read, text) for text in texts]


def _sort_again(readings: Sequence[tuple[str, Reading]]) -> list[Reading | Unread]:
    return [_tried(_here.library.again, *one) for one in readings]


def _tried(read: Callable[..., Reading], *given: object) -> Reading | Unread:
    try:
        return read(*given)
    except Exception as error:  # the others are read all the same
        return Unread(where(type(error), error.__traceback__))


# -- before it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    """One that has begun, with all that was decided until then."""

    do: Callable[..., Awaitable[Any]]
    number: int
    """Of its process."""
    ends: AsyncExitStack

    async def end(self) -> None:
        """It holds nothing that lasts, so nothing is waited for."""
        if self.number != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(self.number, SIGKILL)
        await self.ends.aclose()


class Readings:
    """What has been read, and the one worker that reads. It begins with the first text."""

    def __init__(self, load: Callable[[], Library], *, most: int = MOST) -> None:
        """`load` gives what reads; it is called in the worker."""
        self._load = load
        self._most = most
        self.wants_to_learn = False
        """The office has decided something that the worker does not know. Before the first text there is none."""
        self._decisions: Decisions = ()
        self._worker: _Worker | None = None
        self._turn = asyncio.Lock()
        """Held by whoever gives the worker something to do, or puts another in its place."""
        self._known: OrderedDict[str, Reading] = OrderedDict()
        self._reading: dict[str, asyncio.Future[Reading]] = {}
        self._line: deque[str] = deque()
        self._works: asyncio.Task[None] | None = None
        self._learns: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Read no more."""
        if tasks := [task for task in (self._works, self._learns) if task is not None]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for made in self._reading.values():
            made.cancel()
        self._reading.clear()
        self._line.clear()
        await self._let_go()

    def find(self, text: str) -> Reading:
        """The reading of a text that has been read. Raises `NotRead`. Called from the writer's thread."""
        known = self._known.get(text)
        if known is None:
            raise NotRead((text,))
        return known

    def ahead(self, texts: Iterable[str]) -> None:
        """Read these; nobody waits yet. One that fails is tried again by whoever needs it."""
        for text in texts:
            if text not in self._known:
                self._begun(text)

    async def of(self, texts: Iterable[str]) -> Mapping[str, Reading]:
        """The readings of these, as soon as all are there. Raises `Unread`."""
        wanted = tuple(texts)
        self.ahead(wanted)
        return {text: await self._of(text) for text in wanted}

    async def _of(self, text: str) -> Reading:
        known = self._known.get(text)
        return known if known is not None else await asyncio.shield(self._begun(text))

    def _begun(self, text: str) -> asyncio.Future[Reading]:
        if text not in self._reading:
            made = self._reading[text] = asyncio.get_running_loop().create_future()
            made.add_done_callback(_seen)
            self._line.append(text)
            if self._works is None or self._works.done():
                self._works = asyncio.create_task(self._work())
        return self._reading[text]

    async def _work(self) -> None:
        """Until nobody waits."""
        while self._line:
            texts = [self._line.popleft() for _ in range(min(TOGETHER, len(self._line)))]
            try:
                found = await self._read(texts)
            except Exception as error:
                code = where(type(error), error.__traceback__)
                found: Sequence[Reading | Unread] = [Unread(code)] * len(texts)
            for text, made in zip(texts, found, strict=True):
                self._keep(text, made)

    async def _read(self, texts: Sequence[str]) -> Sequence[Reading | Unread]:
        try:
            return await self._asked(_read_all, texts)
        except BrokenExecutor:
            # Somebody has killed it, or one of these texts has: that one alone is not read.
            return [await self._read_alone(text) for text in texts]

    async def _read_alone(self, text: str) -> Reading | Unread:
        try:
            (made,) = await self._asked(_read_all, (text,))
        except BrokenExecutor as error:
            return Unread(where(type(error), error.__traceback__))
        return made

    async def _asked(self, work: Callable[..., Any], given: object) -> Any:
        """What the worker makes of it. One that has ended or does not answer is let go, and the next to ask gets another."""
        async with self._turn:
            try:
                async with asyncio.timeout(WITHIN):
                    return await (await self._at_work()).do(work, given)
            except (BrokenExecutor, TimeoutError):
                await self._let_go()
                raise

    async def _at_work(self) -> _Worker:
        if self._worker is None:
            self._worker = await self._with(self._decisions)
            self.wants_to_learn = self.wants_to_learn or not self._decisions
        return self._worker

    async def _with(self, decisions: Decisions) -> _Worker:
        ends = AsyncExitStack()
        do = await ends.enter_async_context(elsewhere(1, _begin, self._load, decisions))
        return _Worker(do, await do(os.getpid), ends)

    async def _go_on_with(self, worker: _Worker, decisions: Decisions) -> None:
        async with self._turn:
            before, self._worker, self._decisions = self._worker, worker, decisions
        if before is not None:
            await before.end()

    async def _let_go(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    def decided(self) -> None:
        """The office has decided something."""
        self.wants_to_learn = self._worker is not None

    @property
    def learning(self) -> bool:
        """It learns just now."""
        return self._learns is not None and not self._learns.done()

    def teach(self, decisions: Decisions) -> None:
        """Learn these, beside everything else."""
        self._learns = asyncio.create_task(self._learned(decisions))

    async def _learned(self, decisions: Decisions) -> None:
        try:
            await self.learn(decisions)
        except Exception as error:
            code = where(type(error), error.__traceback__)
            log.error("what was decided could not be learnt", extra={"code": code})
            self.wants_to_learn = True

    async def learn(self, decisions: Decisions) -> None:
        """Read with all of these decisions from now on: by another worker, which needs some seconds to begin. What has been
        read is sorted anew between what people write meanwhile, and nobody waits for it."""
        if self._worker is None:
            return
        self.wants_to_learn = False
        if not decisions and not self._decisions:
            return
        await self._go_on_with(await self._with(decisions), decisions)
        known = iter(list(self._known.items()))
        while some := list(islice(known, TOGETHER)):
            for (text, _), made in zip(some, await self._asked(_sort_again, some), strict=True):
                if text in self._known and isinstance(made, Reading):
                    self._known[text] = made

    def _keep(self, text: str, found: Reading | Unread) -> None:
        made = self._reading.pop(text)
        if isinstance(found, Unread):
            made.set_exception(found)
            return
        self._known[text] = found
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        made.set_result(found)


def _seen(made: asyncio.Future[Reading]) -> None:
    """A failure is logged by whoever waits for the text."""
    if not made.cancelled():
        made.exception()
