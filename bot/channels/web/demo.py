"""The demo: phones side by side on one page, each running the very same chat.

The roof says which phones there are, which buttons push the clock and what time it is. The page is for one
machine: whoever opens it can be anyone on it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web import assets
from bot.channels.web.assets import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone on the page."""

    who: str
    """`teacher`, `parent` or `office`: the words `phone_<who>`, `…_note` and `…_sub` are shown with it."""
    token: str = ""
    """The chat's address; empty: the browser makes one, and a button on the phone makes another person."""
    link: str = ""
    """What its `Arrived` carries, as a printed code would."""


@dataclass(frozen=True, slots=True)
class Push:
    """A button that moves the demo's clock; the word `push_<name>` is its label."""

    name: str
    deed: Callable[[], Awaitable[None]]


class Demo:
    """The page at `/`. `clock` says what time it is in the demo, ready to be shown; empty with no clock."""

    def __init__(
        self,
        words: Words,
        phones: Sequence[Phone],
        *,
        pushes: Sequence[Push] = (),
        clock: Callable[[], str] = lambda: "",
        edition: str = "",
    ) -> None:
        """`edition` names the demo's data: another one makes the page forget its people and talks."""
        self._words = words
        self._clock = clock
        self._pushes = {push.name: push.deed for push in pushes}
        self._turn = asyncio.Lock()
        template = assets.read("demo.html")
        self._pages = {
            lang: assets.fill(
                template,
                text,
                lang=lang,
                edition=escape(edition),
                phones=escape(json.dumps([_labelled(phone, text) for phone in phones])),
                pushes="".join(
                    _button(push.name, text[f"push_{push.name}"]) for push in pushes
                ),
            )
            for lang, text in words.items()
        }

    def routes(self) -> tuple[BaseRoute, ...]:
        """What the listener must open, beside the chat's own routes."""
        return (
            Route("/", self._page, methods=["GET"]),
            Route("/demo/clock", self._time, methods=["GET"]),
            Route("/demo/push/{name}", self._push, methods=["POST"]),
        )

    async def _page(self, request: Request) -> Response:
        return assets.page(self._pages[assets.spoken(request, self._words)])

    async def _time(self, request: Request) -> Response:
        return JSONResponse({"clock": self._clock()}, headers={"Cache-Control": "no-store"})

    async def _push(self, request: Request) -> Response:
        deed = self._pushes.get(request.path_params["name"])
        if (
            deed is None or "demo" not in request.headers
        ):  # as with Chat-Token: no strange page can send it
            return Response(status_code=404)
        async with self._turn:
            await deed()
        return await self._time(request)


def _labelled(phone: Phone, words: Mapping[str, str]) -> dict[str, str]:
    return {
        **asdict(phone),
        "title": words[f"phone_{phone.who}"],
        "note": words[f"phone_{phone.who}_note"],
        "sub": words[f"phone_{phone.who}_sub"],
    }


def _button(name: str, label: str) -> str:
    return f'<button type="button" class="push" data-push="{escape(name)}">{escape(label)}</button>'
