"""Public notices at addresses anybody may open: `/notice/2014-1`. Nothing is asked of whoever looks, and nothing is kept."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

Find = Callable[[str], Awaitable[bytes | None]]
"""The page of a batch; None where there is none, or none any more."""


def routes(find: Find, gone: str) -> tuple[Route, ...]:
    """What the listener must open; `gone` is said where a notice is no longer up."""

    async def show(request: Request) -> Response:
        page = await find(str(request.path_params["batch"]))
        if page is None:
            return HTMLResponse(_plain(gone), 404, headers=_HEADERS)
        return HTMLResponse(page, headers=_HEADERS)

    return (Route("/notice/{batch}", show, methods=["GET"]),)


_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def _plain(text: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><p style="font-size:20px">'
        f"{text}</p></html>"
    )
