"""Finished texts are read here, in a worker: two models look for names, and the sorting for what it is about.

A reading costs a few milliseconds, which neither the loop nor the writer can spare. So it is made ahead, as soon as an
answer is finished, and kept in memory for as long as its talk may last; nothing of it is written anywhere. A deed that
needs one that is not there says so (`NotRead`), and is run again once it is: nothing is shown or handed in unread.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.core.reading import Library, Reading

MOST = 16384
"""Readings kept, of about a kilobyte each: those of 3,000 talks at a time. With more the oldest are made again when they are needed."""

BETWEEN = 16
"""Readings sorted anew at a time: some milliseconds."""


class NotRead(Exception):
    """The deed needs these texts read: wait for that, and run it again."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__("not read yet")
        self.texts = tuple(texts)


class Readings:
    """What has been read, and the one thread that reads."""

    def __init__(self, load: Callable[[], Library], *, most: int = MOST) -> None:
        """`load` gives what reads; it is called in the worker, with the first text."""
        self._load = load
        self._came_with: Library | None = None
        self._library: Library | None = None
        self.wants_to_learn = False
        """The office has decided something that the library does not know. Before the first text there is no library."""
        self._most = most
        self._known: OrderedDict[str, Reading] = OrderedDict()
        self._reading: dict[str, asyncio.Future[Reading]] = {}
        self._worker = ThreadPoolExecutor(1, "reading")

    def close(self) -> None:
        """Read no more: a process does not end before its threads do."""
        self._worker.shutdown(wait=False, cancel_futures=True)

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
                self._begun(text).add_done_callback(_seen)

    async def of(self, texts: Iterable[str]) -> Mapping[str, Reading]:
        """The readings of these, as soon as all are there."""
        return {text: await self._of(text) for text in texts}

    async def _of(self, text: str) -> Reading:
        known = self._known.get(text)
        return known if known is not None else await asyncio.shield(self._begun(text))

    def _begun(self, text: str) -> asyncio.Future[Reading]:
        if text not in self._reading:
            loop = asyncio.get_running_loop()
            self._reading[text] = asyncio.ensure_future(
                loop.run_in_executor(self._worker, self._made, text)
            )
            self._reading[text].add_done_callback(lambda made: self._keep(text, made))
        return self._reading[text]

    def _made(self, text: str) -> Reading:
        if self._library is None:
            self._came_with = self._library = self._load()
            self.wants_to_learn = True
        return self._library.read(text)

    def decided(self) -> None:
        """The office has decided something."""
        self.wants_to_learn = self._library is not None

    async def learn(self, examples: Sequence[tuple[str, str]]) -> None:
        """Read with all of these decisions from now on. It takes seconds, beside the loop and the worker; what has been read
        is sorted anew between what people write meanwhile, and nobody waits for it."""
        if self._came_with is None:
            return
        self.wants_to_learn = False
        library = await asyncio.to_thread(self._came_with.learned, examples)
        if library is self._library:
            return
        self._library = library
        loop, known = asyncio.get_running_loop(), list(self._known.items())
        for at in range(0, len(known), BETWEEN):
            some = known[at : at + BETWEEN]
            anew = await loop.run_in_executor(self._worker, _again, library, some)
            self._known.update((text, made) for text, made in anew if text in self._known)

    def _keep(self, text: str, made: asyncio.Future[Reading]) -> None:
        del self._reading[text]
        if made.cancelled() or made.exception() is not None:
            return
        self._known[text] = made.result()
        while len(self._known) > self._most:
            self._known.popitem(last=False)


def _again(
    library: Library, readings: Sequence[tuple[str, Reading]]
) -> list[tuple[str, Reading]]:
    return [(text, library.again(text, reading)) for text, reading in readings]


def _seen(made: asyncio.Future[Reading]) -> None:
    """A failure is logged by whoever waits for the text."""
    if not made.cancelled():
        made.exception()
