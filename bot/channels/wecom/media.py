"""Papers and pictures: brought to the platform once, referred to by its name for them, brought again when that expires.

A media id is good for three days (path 96484) and for the whole app, so a digest for ten people is brought once. The
name under which a file is brought is the one people see.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Literal

from bot.channels.wecom.client import Client, Unanswered, Upload

Kind = Literal["image", "file"]

GOOD_FOR = 3 * 86400 - 3600.0
"""Seconds a media id is used."""
KEPT = 64
"""Media ids remembered."""


class Media:
    """What has been brought."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    async def id(self, kind: Kind, file: Upload) -> str:
        """The platform's name for this content, brought now where it has none. Raises `Failed`."""
        name = _name(kind, file)
        known, since = self._known.get(name, ("", 0.0))
        if known and self._clock() - since < GOOD_FOR:
            return known
        said = await self._client.upload("media/upload", file, type=kind)
        media = said.get("media_id")
        if not isinstance(media, str) or not media:
            raise Unanswered("no media id")
        self._known[name] = media, self._clock()
        self._known.move_to_end(name)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return media

    def forget(self, kind: Kind, file: Upload) -> None:
        """The next time it is brought anew."""
        self._known.pop(_name(kind, file), None)


def _name(kind: Kind, file: Upload) -> bytes:
    return sha256(f"{kind}\0{file.name}\0".encode() + file.content).digest()
