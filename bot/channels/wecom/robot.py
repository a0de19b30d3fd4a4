"""Group robots (消息推送): what the office sends goes into a group of its own, and nothing comes back.

A robot is an address with a key, and the key is its only secret: it stands in no log and no error. Words go as
markdown_v2, which older clients and other kinds of the interface refuse; then as plain text. Papers go as files, the
chart as a picture. 20 messages a minute to one robot, and what is beyond is refused (path 99110).
"""

import base64
import hashlib
import re
from collections.abc import Mapping

from bot.channels import pieces
from bot.channels.base import Blocked, Receive, Rejected
from bot.channels.wecom import render
from bot.channels.wecom.client import Client, Failed, Refused, Unanswered, Upload
from bot.channels.wecom.failures import send_failed
from bot.channels.wecom.pacing import Pacing
from bot.channels.wecom.render import Paper, Picture, Said
from bot.core.messages import Outgoing, Sent

CHANNEL = "robot"
LONGEST = 4096
"""Bytes of one markdown_v2 message."""
LIMITS = ((19, 62.0),)
"""Messages to one robot, in so many seconds."""
LARGEST_PICTURE = 2 * 1024 * 1024
WRONG_KEY = 93000
UNKNOWN = frozenset({40008, 40058})
"""Errcodes of a kind of message that is not taken here."""

_MARKS = str.maketrans(
    "*_`[]<>|~\\#", "\uff0a\uff3f\u2018\uff3b\uff3d\uff1c\uff1e\uff5c\uff5e\uff3c\uff03"
)
_URL = re.compile(r"https?://\S*[?&]key=([0-9A-Za-z_-]+)\S*")


class Robots:
    """The channel `robot`: an address is the name the operator gave one. Nobody is heard here."""

    name = CHANNEL

    def __init__(
        self, client: Client, keys: Mapping[str, str], *, pacing: Pacing | None = None
    ) -> None:
        """`keys`: by name; a key alone or the whole address the group's owner was shown."""
        self._client = client
        self._keys = {name: key_in(given) for name, given in keys.items()}
        self._pacing = pacing or Pacing(LIMITS)
        self._half: dict[str, tuple[Outgoing, int]] = {}

    async def run(self, receive: Receive) -> None:
        """Nothing comes in."""

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing was sent here."""
        raise Rejected("no files here")

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one message into the group, or raise `SendFailed`. Broken off, it goes on where it broke."""
        name = outgoing.address.id
        if name not in self._keys:
            raise Blocked("no such robot")
        papers = [Picture(outgoing.picture)] if outgoing.picture else []
        parts = [
            *(Said(piece) for piece in _cut(render.inert(outgoing.text))),
            *papers,
            *(Paper(file) for file in outgoing.files),
        ]
        known, done = self._half.pop(name, (None, 0))
        for at in range(done if known == outgoing else 0, len(parts)):
            try:
                await self._put(name, parts[at])
            except BaseException:
                self._half[name] = (outgoing, at)
                raise

    async def _put(self, name: str, part: Said | Picture | Paper) -> None:
        key = self._keys[name]
        await self._pacing.turn(name)
        try:
            match part:
                case Said(text):
                    await self._say(key, text)
                case Picture(content) if len(content) <= LARGEST_PICTURE:
                    await self._show(key, content)
                case Picture(content):
                    await self._hand_over(key, Upload(name="picture.png", content=content))
                case Paper(file):
                    await self._hand_over(key, Upload(name=file.name, content=file.content))
        except Failed as failed:
            raise send_failed(failed) from None

    async def _say(self, key: str, text: str) -> None:
        try:
            facts = {"msgtype": "markdown_v2", "markdown_v2": {"content": marked(text)}}
            await self._client.bare("webhook/send", facts, key=key)
        except Refused as refused:
            if refused.code not in UNKNOWN:
                raise
            for piece in render.split(text):
                facts = {"msgtype": "text", "text": {"content": piece}}
                await self._client.bare("webhook/send", facts, key=key)

    async def _show(self, key: str, content: bytes) -> None:
        image = {
            "base64": base64.b64encode(content).decode(),
            "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        }
        facts = {"msgtype": "image", "image": image}
        await self._client.bare("webhook/send", facts, key=key)

    async def _hand_over(self, key: str, file: Upload) -> None:
        said = await self._client.bare("webhook/upload_media", file=file, key=key, type="file")
        media = said.get("media_id")
        if not isinstance(media, str):
            raise Unanswered("no media id")
        facts = {"msgtype": "file", "file": {"media_id": media}}
        await self._client.bare("webhook/send", facts, key=key)


def key_in(given: str) -> str:
    """The key, from itself or from the address it stands in.

    >>> key_in("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=ab-1"), key_in("ab-1")
    ('ab-1', 'ab-1')
    """
    found = _URL.fullmatch(given)
    return found[1] if found else given


def marked(text: str) -> str:
    """Plain words as markdown: the first line a heading, and nothing in them taken for a mark.

    >>> marked("one*\\ntwo")
    '### one\\uff0a\\ntwo'
    """
    return f"### {text.translate(_MARKS)}"


def _cut(text: str) -> tuple[str, ...]:
    """In pieces that fit, every mark counted as the wider one that takes its place."""
    return pieces.split(text, LONGEST - 8, _marked_size)


def _marked_size(character: str) -> int:
    return pieces.utf8(character.translate(_MARKS))
