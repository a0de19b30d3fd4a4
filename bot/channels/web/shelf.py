"""Papers and pictures on their way to a browser, under addresses nobody can guess.

They are kept in memory only and die with the process: the chat is not an archive. When the shelf is full the
oldest goes; the page then says kindly that one can ask for it again.
"""

import secrets
from collections import OrderedDict
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.messages import File

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "ics": "text/calendar; charset=utf-8",
}


class Shelf:
    """Holds at most `room` bytes."""

    def __init__(self, room: int = 64 * 2**20) -> None:
        self._room = room
        self._held = 0
        self._files: OrderedDict[str, File] = OrderedDict()

    def put(self, file: File) -> str:
        """Lay a file down and return the path where its bytes can be fetched."""
        ticket = secrets.token_urlsafe(24)
        self._files[ticket] = file
        self._held += len(file.content)
        while self._held > self._room and len(self._files) > 1:
            self._held -= len(self._files.popitem(last=False)[1].content)
        return f"/paper/{ticket}"

    def route(self) -> Route:
        """`/paper/…`."""

        async def paper(request: Request) -> Response:
            file = self._files.get(request.path_params["ticket"])
            if file is None:
                return Response(status_code=404)
            kind = file.name.rpartition(".")[2].lower()
            # An attachment is never run by the browser, whatever is in it; an <img> shows it all the same.
            return Response(
                file.content,
                media_type=_TYPES.get(kind, "application/octet-stream"),
                headers={
                    "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
                    "Cache-Control": "private, no-store",
                },
            )

        return Route("/paper/{ticket}", paper)
