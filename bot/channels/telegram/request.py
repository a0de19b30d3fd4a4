"""HTTP below PTB's Bot: connections kept open, each used by one call at a time.

PTB's own request goes through httpx, whose pool costs 1 to 2 ms of CPU a message with calls in flight (six times the
call itself, encode/httpx#3215). Here each call takes a free connection of httpcore, which is what httpx stands on.
Uploads are rare and go through PTB's own. Answers that are not the platform's own words never count as its verdict.
"""

import asyncio
import json
import urllib.request
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore
import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

KEEP = 50.0
"""Seconds an unused connection is kept; the platform closes idle ones after about a minute."""
UPLOADS = 4
"""Files on their way at a time."""
FLOOD_PAUSE = 5.0
"""Seconds to wait where a 429 does not say how long."""


class Refused(TelegramError):
    """The platform understood the call and said no."""

    __slots__ = ("after", "code", "moved_to", "said")

    def __init__(self, code: int, said: str, after: float = 0, moved_to: int = 0) -> None:
        super().__init__(f"{code} {said}")
        self.code = code
        self.said = said
        """Its description, such as `Bad Request: chat not found`."""
        self.after = after
        """Seconds to wait; 0 where it did not say."""
        self.moved_to = moved_to
        """The chat's new id, where a group has become a supergroup; else 0."""


class Unanswered(TelegramError):
    """No verdict: the network, a timeout, a 5xx, or an answer that is not the platform's."""


class Lines(BaseRequest):
    """Up to `count` connections to one server."""

    def __init__(self, base_url: str, *, count: int, patience: float = 15.0) -> None:
        parts = urlsplit(base_url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        host = (parts.hostname or "").encode("idna")
        self._origin = httpcore.Origin(parts.scheme.encode(), host, port)
        self._authority = parts.netloc.rpartition("@")[2].encode()
        self._maker = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context() if secure else None,
            proxy=_proxy(parts.scheme, parts.hostname or ""),
            keepalive_expiry=KEEP,
        )
        self._patience = patience
        self._gate = asyncio.Semaphore(count)
        self._free: list[httpcore.AsyncConnectionInterface] = []
        self._uploads: HTTPXRequest | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds one call may take."""
        return self._patience

    async def initialize(self) -> None:
        """Nothing to do: connections open when they are needed, so that a start needs no network."""

    async def shutdown(self) -> None:
        """Close what is open. Calls after this open anew."""
        while self._free:
            await self._free.pop().aclose()
        if self._uploads is not None:
            await self._uploads.shutdown()
            self._uploads = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call. Raises `Refused` or `Unanswered`; what it returns is a success."""
        patience = read_timeout if isinstance(read_timeout, int | float) else self._patience
        if request_data is not None and request_data.contains_files:
            code, content, wait = await self._upload(url, method, request_data)
        else:
            code, content, wait = await self._call(url, method, request_data, patience)
        if 200 <= code <= 299:
            return code, content
        raise _verdict(code, content, wait)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The platform's answer. Unlike PTB's, never logs it, and knows half an answer from a whole one."""
        answer = _read(payload)
        if answer is None or answer.get("ok") is not True or "result" not in answer:
            raise Unanswered("not a whole answer")
        return answer

    async def _call(
        self, url: str, method: str, data: RequestData | None, patience: float
    ) -> tuple[int, bytes, str]:
        body = data.url_encoded_parameters().encode() if data else b""
        headers = [
            (b"host", self._authority),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"%d" % len(body)),
        ]
        path = urlsplit(url)
        origin = self._origin
        target = httpcore.URL(
            scheme=origin.scheme, host=origin.host, port=origin.port, target=path.path.encode()
        )
        async with self._gate:
            try:
                async with asyncio.timeout(patience):
                    line = await self._line()
                    try:
                        answer = await line.request(
                            method, target, headers=headers, content=body
                        )
                    except BaseException:
                        await line.aclose()
                        raise
            except TimeoutError as error:
                raise Unanswered("timed out") from error
            except (
                httpcore.NetworkError,
                httpcore.ProtocolError,
                httpcore.ProxyError,
            ) as error:
                raise Unanswered(type(error).__name__) from error
            self._free.append(line)
        return answer.status, answer.content, _header(answer.headers, b"retry-after")

    async def _line(self) -> httpcore.AsyncConnectionInterface:
        """The connection used last: the others may grow old and are closed when they are met."""
        while self._free:
            line = self._free.pop()
            if not line.is_closed() and not line.has_expired():
                return line
            await line.aclose()
        return self._maker.create_connection(self._origin)

    async def _upload(self, url: str, method: str, data: RequestData) -> tuple[int, bytes, str]:
        if self._uploads is None:
            self._uploads = HTTPXRequest(connection_pool_size=UPLOADS, pool_timeout=60.0)
        try:
            return *await self._uploads.do_request(url, method, data, read_timeout=60.0), ""
        except NetworkError as error:
            raise Unanswered("upload") from error


def _verdict(code: int, content: bytes, wait: str) -> TelegramError:
    answer = _read(content)
    own = answer is not None and answer.get("ok") is False and "description" in answer
    if code == 429:
        asked = _parameters(answer).get("retry_after") if own else wait
        return Refused(429, "Too Many Requests", after=_seconds(asked))
    if code >= 500 or answer is None or not own:
        return Unanswered(f"HTTP {code}")
    moved_to = _parameters(answer).get("migrate_to_chat_id")
    return Refused(
        code, str(answer["description"]), moved_to=moved_to if isinstance(moved_to, int) else 0
    )


def _read(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], answer) if isinstance(answer, dict) else None


def _parameters(answer: dict[str, Any] | None) -> dict[str, Any]:
    found = (answer or {}).get("parameters")
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _seconds(asked: object) -> float:
    try:
        wait = float(cast(str, asked))
    except (TypeError, ValueError):
        return FLOOD_PAUSE
    return min(wait, 86400.0) if wait >= 0 else FLOOD_PAUSE


def _header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in headers if k.lower() == name), "")


def _proxy(scheme: str, host: str) -> httpcore.Proxy | None:
    """As every other program: HTTPS_PROXY and its relatives, unless NO_PROXY names the host."""
    if urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    if not found:
        return None
    parts = urlsplit(found if "://" in found else f"http://{found}")
    auth = (parts.username, parts.password or "") if parts.username else None
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], path="").geturl()
    return httpcore.Proxy(bare, auth=auth)
