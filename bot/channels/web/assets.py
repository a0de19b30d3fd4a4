"""The page's own files and how its words get in.

Everything is read once, from the package. Words arrive as a mapping, language by language, because they are
written by people who do not program; the page gets them escaped, and its scripts get them as one attribute.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

Words = Mapping[str, Mapping[str, str]]
"""Language (`zh`, `en`) -> key -> text. The first language is the one shown unless another is asked for."""

_PAGE = files("bot.channels.web") / "page"
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}


def read(name: str) -> str:
    """One file of the page, as text."""
    return (_PAGE / name).read_text(encoding="utf-8")


def fill(template: str, words: Mapping[str, str], **more: str) -> str:
    """A page with its words. `more` is HTML already; words are text."""
    safe = {key: escape(text) for key, text in words.items()}
    here = {key: text for key, text in words.items() if not key.startswith("console_")}
    spoken_by_scripts = escape(json.dumps(here, ensure_ascii=False))
    return Template(template).substitute(safe, words=spoken_by_scripts, **more)


def spoken(request: Request, words: Words) -> str:
    """The language to show: `?lang=`, when we speak it."""
    asked = request.query_params.get("lang", "")
    return asked if asked in words else next(iter(words))


def page(html: str) -> HTMLResponse:
    """A page that is fetched anew each time: the scripts it names may have changed."""
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def static_route() -> Route:
    """`/static/…`: scripts, style and icon."""
    loaded = {
        entry.name: entry.read_bytes()
        for entry in _PAGE.iterdir()
        if entry.name.rpartition(".")[2] in _TYPES
    }
    tags = {name: f'"{sha256(content).hexdigest()[:16]}"' for name, content in loaded.items()}

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in loaded:
            return Response(status_code=404)
        headers = {"ETag": tags[name], "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tags[name]:
            return Response(status_code=304, headers=headers)
        return Response(
            loaded[name], media_type=_TYPES[name.rpartition(".")[2]], headers=headers
        )

    return Route("/static/{name}", static)
