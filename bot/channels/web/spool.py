"""Files that the office's people hand over, until they are read.

In memory only, like the shelf: who restarts the service asks for the file again, and nothing of it lies about. When
the spool is full the oldest goes.
"""

import secrets
from collections import OrderedDict

MOST_BYTES = 20 << 20
"""Of one file: as large as other platforms hand one on."""


class Spool:
    """Holds at most `room` bytes."""

    def __init__(self, room: int = 64 << 20) -> None:
        self._room = room
        self._held = 0
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def put(self, content: bytes) -> str:
        """Lay a file down and return the handle it is fetched by."""
        handle = secrets.token_urlsafe(24)
        self._files[handle] = content
        self._held += len(content)
        while self._held > self._room and len(self._files) > 1:
            self._held -= len(self._files.popitem(last=False)[1])
        return handle

    def take(self, handle: str) -> bytes | None:
        """The file of that handle, which is then gone; None where it is gone already."""
        content = self._files.pop(handle, None)
        if content is not None:
            self._held -= len(content)
        return content
