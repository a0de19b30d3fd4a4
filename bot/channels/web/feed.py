"""The calendar for calendar programs, at an address nobody can guess: `/calendar/TOKEN.ics`.

A wrong address answers like one that was taken back. Nothing is kept of who asks.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Find = Callable[[str], Awaitable[bytes | None]]
"""The calendar file of a token; None where the token is not, or no longer, good."""


def routes(find: Find) -> tuple[Route, ...]:
    """What the listener must open."""

    async def show(request: Request) -> Response:
        content = await find(str(request.path_params["token"]))
        if content is None:
            return Response(status_code=404, headers=_HEADERS)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=_HEADERS)

    return (Route("/calendar/{token}.ics", show, methods=["GET"]),)


_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
