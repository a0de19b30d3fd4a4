"""A chat in the terminal: lines in, lines out, numbers where other channels have buttons.

It works with pipes as with people. Nobody types ahead of the answer when the input is a file, so there each line
waits until the bot has spoken and fallen silent; a person simply sees what comes.
"""

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TextIO, cast, get_args

from bot.channels.base import NotStored, Receive, Rejected
from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Button,
    Edited,
    File,
    Incoming,
    Media,
    Medium,
    Outgoing,
    Sent,
    Text,
)


class Console:
    """The channel `console`: one person, one address, until the input ends or `/quit`."""

    name = "console"

    def __init__(
        self,
        input: TextIO,
        output: TextIO,
        words: Mapping[str, str],
        *,
        id: str = "console",
        papers: Path | None = None,
        link: str = "",
        patience: float = 15.0,
        silence: float = 0.3,
    ) -> None:
        """`words` are the page's texts in one language; files are written to `papers`; `link` is how one came.

        A piped line waits `patience` seconds for the first word and ends `silence` seconds after the last.
        """
        self._input = input
        self._output = output
        self._words = words
        self._papers = papers
        self._link = link
        self._patience = patience
        self._silence = silence
        self._address = Address(channel=self.name, id=id)
        self._visit = secrets.token_hex(8)
        self._count = 0
        self._last = ""
        self._spoken = asyncio.Event()

    async def run(self, receive: Receive) -> None:
        """Talk until the input ends. With a pipe, ends after the last answer."""
        waits = not self._input.isatty()
        if not waits:
            self._write(self._words["console_hello"])
        await self._hand_on(receive, Arrived(self._link), waits)
        lines = _read(self._input)
        while (line := await lines.get()) is not None:
            if line == "/quit":
                return
            body = self._meant(line)
            if body is not None:
                await self._hand_on(receive, body, waits)

    async def fetch(self, sent: Sent) -> bytes:
        """Files are not taken in here."""
        raise Rejected(sent.name)

    async def send(self, outgoing: Outgoing) -> None:
        """Print a message; beside each choice stands what one types for it."""
        self._write("")
        if outgoing.text:
            self._write(outgoing.text)
        if outgoing.picture is not None:
            self._write(self._words["console_picture"])
        for file in outgoing.files:
            self._hand_over(file)
        for row in outgoing.rows:
            self._write("  " + "   ".join(map(_choice, row)))
        self._spoken.set()

    def _meant(self, line: str) -> Body | None:
        command, _, rest = line.partition(" ")
        match command:
            case "/edit" if rest and self._last:
                return Edited(rest)
            case "/edit":
                self._write(self._words["console_nothing_to_edit"])
                return None
            case "/send" if rest in get_args(Medium):
                return Media(cast(Medium, rest))
            case _:
                return Text(line) if line.strip() else None

    async def _hand_on(self, receive: Receive, body: Body, waits: bool) -> None:
        self._count += 1
        key = f"{self._visit}-{self._count}"
        if isinstance(body, Text):
            self._last = key
        message = self._last if isinstance(body, Edited) else key
        self._spoken.clear()
        try:
            await receive(Incoming(address=self._address, key=key, message=message, body=body))
        except NotStored:
            self._write(self._words["console_not_stored"])
            return
        if waits:
            await self._until_silent()

    async def _until_silent(self) -> None:
        within = self._patience
        try:
            while True:
                async with asyncio.timeout(within):
                    await self._spoken.wait()
                self._spoken.clear()
                within = self._silence
        except TimeoutError:
            return

    def _hand_over(self, file: File) -> None:
        shown = file.name
        if self._papers is not None:
            self._papers.mkdir(parents=True, exist_ok=True)
            path = self._papers / (PurePath(file.name.replace("\\", "/")).name or "paper")
            path.write_bytes(file.content)
            shown = str(path)
        size = f"{max(1, round(len(file.content) / 1024))} KB"
        self._write(self._words["console_paper"].format(name=shown, size=size))

    def _write(self, text: str) -> None:
        self._output.write(_inert(text) + "\n")
        self._output.flush()


def _choice(button: Button) -> str:
    """Typing `2` chooses where a tap on `+2` only ticks: with digits one names all of them at once, as in `13`."""
    typed = button.says.removeprefix("+")
    return f"[{typed}]" if typed == button.label else f"[{typed}] {button.label}"


def _inert(text: str) -> str:
    """Without control characters: words of strangers must not steer the terminal."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    )


def _read(source: TextIO) -> asyncio.Queue[str | None]:
    """Lines as they come, then None. A thread of its own, that no shutdown has to wait for: a blocked
    `readline` cannot be cancelled, and a file cannot be watched by the loop."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        try:
            for line in source:
                loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\r\n"))
            loop.call_soon_threadsafe(lines.put_nowait, None)
        except (RuntimeError, ValueError):
            return  # the loop or the input was closed while we waited

    threading.Thread(target=read, daemon=True, name="console").start()
    return lines
