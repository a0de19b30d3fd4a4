"""Listens in on a channel and writes a journey: what was done, and what was said to it.

A recorded journey is replayed by the tests on every channel, so a talk that went wrong becomes a test by being
had once more.
"""

import json
from pathlib import Path
from typing import assert_never

from bot.channels.base import Channel, Receive
from bot.core.messages import Arrived, Body, Edited, Incoming, Media, Outgoing, Sent, Tap, Text


class Recording:
    """A channel that hands on to another and writes down both sides."""

    def __init__(self, channel: Channel, file: Path) -> None:
        self.name = channel.name
        self._channel = channel
        self._file = file
        self._shown: dict[str, str] = {}
        file.write_text("", encoding="utf-8")

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, writing it down first."""

        async def recorded(incoming: Incoming) -> None:
            self._write("[[turns]]\n" + self._turn(incoming.body))
            await receive(incoming)

        await self._channel.run(recorded)

    async def fetch(self, sent: Sent) -> bytes:
        """Hand a file on."""
        return await self._channel.fetch(sent)

    async def send(self, outgoing: Outgoing) -> None:
        """Hand on what goes out, writing it down after."""
        await self._channel.send(outgoing)
        self._shown = {b.says: b.label for row in outgoing.rows for b in row}
        labels = json.dumps(list(self._shown.values()), ensure_ascii=False)
        self._write(f"[[turns.sees]]\ntext = {_quoted(outgoing.text)}\nbuttons = {labels}\n\n")

    def _turn(self, body: Body) -> str:
        match body:
            case Text(text):
                return f"says = {_quoted(text)}\n"
            case Tap(says):
                return f"taps = {_quoted(self._shown.get(says, says))}\n"
            case Edited(text):
                return f"edits = {_quoted(text)}\n"
            case Media(what):
                return f"sends = {_quoted(what)}\n"
            case Arrived(link):
                return f"arrives = {_quoted(link)}\n"
            case _:
                assert_never(body)

    def _write(self, text: str) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
