"""Whether the service is well, for whatever watches over it.

    /healthz   it runs, and its loop turns
    /readyz    it can take people in: 200, or 503 with the parts that are not well
    /metrics   figures in Prometheus' form, for those who have the token; without a token there is no such page

Nobody's talk can be read off these pages: see `bot.health` for what is left out.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

Parts = Callable[[], Awaitable[Mapping[str, bool]]]
"""The parts of the service, and whether each is well."""
Figures = Callable[[Mapping[str, bool]], "Iterable[Metric]"]
"""What there is to tell, given those; none of the library's own, which would tell processor time."""


def routes(parts: Parts, figures: Figures, token: str) -> tuple[Route, ...]:
    """What the listener must open."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_HEADERS)

    async def ready(_: Request) -> Response:
        well = await parts()
        said = {part: "ok" if fine else "failing" for part, fine in well.items()}
        return JSONResponse(said, 200 if all(well.values()) else 503, headers=_HEADERS)

    async def metrics(request: Request) -> Response:
        if not _allowed(request, token):
            headers = {**_HEADERS, "WWW-Authenticate": "Bearer"}
            return PlainTextResponse("a token is needed\n", 401, headers=headers)
        return Response(
            _written(figures(await parts())),
            headers=_HEADERS,
            media_type="text/plain; version=0.0.4; charset=utf-8",
        )

    open = (Route("/healthz", alive), Route("/readyz", ready))
    return (*open, Route("/metrics", metrics)) if token else open


def refusing() -> tuple[Route, ...]:
    """Everything is answered with 503: nothing can be taken in."""

    async def later(request: Request) -> Response:
        code = 200 if request.url.path == "/healthz" else 503
        return PlainTextResponse("later\n", code, headers={**_HEADERS, "Retry-After": "10"})

    return (Route("/{path:path}", later, methods=["GET", "POST", "HEAD", "PUT", "DELETE"]),)


def _written(figures: "Iterable[Metric]") -> bytes:
    """In the form https://prometheus.io/docs/instrumenting/exposition_formats/ describes."""
    from prometheus_client import CollectorRegistry, generate_latest  # when first asked for
    from prometheus_client.registry import Collector

    class Collected(Collector):
        def collect(self) -> "Iterable[Metric]":
            return figures

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return generate_latest(registry)


def _allowed(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {token}".encode())


_HEADERS = {"Cache-Control": "no-store"}
