"""Finished texts are read here, in a worker: two models look for names, and the sorting for what it is about.

A reading costs a few milliseconds, which neither the loop nor the writer can spare, and in a crowd not even the
interpreter they share: so the worker is a process of its own. Readings are made ahead, as soon as an answer is finished, and
kept in memory for as long as its talk may last; nothing of them is written anywhere. A deed that needs one that is not there
says so (`NotRead`), and is run again once it is: nothing is shown or handed in unread.
"""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.core.reading import Library, Reading
from handlers.papers import Press

MOST = 16384
"""Readings kept, of about a kilobyte each: those of 3,000 talks at a time. With more the oldest are made again when they are needed."""
TOGETHER = 16
"""Texts that go to the worker at a time: some ten milliseconds. On their way, one costs as much as all."""

Examples = Sequence[tuple[str, str]]
"""What the office has decided: masked texts and their right topics."""

elsewhere = Press().lasting
"""Where reading takes place."""


class NotRead(Exception):
    """The deed needs these texts read: wait for that, and run it again."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__("not read yet")
        self.texts = tuple(texts)


# -- in the worker --------------------------------------------------------------------------------

_here = threading.local()


def _begin(load: Callable[[], Library], examples: Examples) -> None:
    _here.library = load().learned(examples)


def _read(texts: Sequence[str]) -> list[Reading | Exception]:
    return [_tried(text) for text in texts]


def _tried(text: str) -> Reading | Exception:
    try:
        return _here.library.read(text)
    except Exception as error:  # the others are read all the same
        return error


def _again(readings: Sequence[tuple[str, Reading]]) -> list[Reading]:
    return [_here.library.again(text, reading) for text, reading in readings]


# -- before it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    """One that has begun, with all that was decided until then."""

    do: Callable[..., Awaitable[Any]]
    ends: AsyncExitStack


class Readings:
    """What has been read, and the one worker that reads. It begins with the first text."""

    def __init__(self, load: Callable[[], Library], *, most: int = MOST) -> None:
        """`load` gives what reads; it is called in the worker."""
        self._load = load
        self._most = most
        self.wants_to_learn = False
        """The office has decided something that the worker does not know. Before the first text there is none."""
        self._examples: Examples = ()
        self._worker: _Worker | None = None
        self._turn = asyncio.Lock()
        """Held by whoever gives the worker something to do, or puts another in its place."""
        self._known: OrderedDict[str, Reading] = OrderedDict()
        self._reading: dict[str, asyncio.Future[Reading]] = {}
        self._line: deque[str] = deque()
        self._works: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Read no more."""
        if self._works is not None:
            self._works.cancel()
            await asyncio.wait((self._works,))
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
        """The readings of these, as soon as all are there. Raises what reading one of them raised."""
        return {text: await self._of(text) for text in texts}

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
                async with self._turn:
                    found = await self._read(texts)
            except Exception as error:
                found = [error] * len(texts)
            for text, made in zip(texts, found, strict=True):
                self._keep(text, made)

    async def _read(self, texts: Sequence[str]) -> Sequence[Reading | Exception]:
        try:
            return await (await self._at_work()).do(_read, texts)
        except BrokenExecutor:  # somebody has killed it
            await self._let_go()
            return await (await self._at_work()).do(_read, texts)

    async def _at_work(self) -> _Worker:
        if self._worker is None:
            self._worker = await self._with(self._examples)
            self.wants_to_learn = True
        return self._worker

    async def _with(self, examples: Examples) -> _Worker:
        ends = AsyncExitStack()
        begins = elsewhere(1, _begin, self._load, examples)
        return _Worker(await ends.enter_async_context(begins), ends)

    async def _let_go(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.ends.aclose()

    def decided(self) -> None:
        """The office has decided something."""
        self.wants_to_learn = self._worker is not None

    async def learn(self, examples: Examples) -> None:
        """Read with all of these decisions from now on: by another worker, which needs some seconds to begin. What has been
        read is sorted anew between what people write meanwhile, and nobody waits for it."""
        if self._worker is None:
            return
        self.wants_to_learn = False
        if not examples and not self._examples:
            return
        taught = await self._with(examples)
        async with self._turn:
            await self._let_go()
            self._worker, self._examples = taught, examples
        known = iter(list(self._known.items()))
        while some := list(islice(known, TOGETHER)):
            async with self._turn:
                anew = await (await self._at_work()).do(_again, some)
            for (text, _), made in zip(some, anew, strict=True):
                if text in self._known:
                    self._known[text] = made

    def _keep(self, text: str, found: Reading | Exception) -> None:
        made = self._reading.pop(text)
        if isinstance(found, Exception):
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
