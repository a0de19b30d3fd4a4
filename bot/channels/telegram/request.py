"""HTTP below PTB's Bot: each call takes a free connection (`line`), and its answer is judged once, here.

Only what the platform itself says ({"ok": false, "description": ...}) counts as its verdict: a proxy's page, half an
answer, a 5xx say nothing about the message. Uploads are rare and go through PTB's own request, which knows how to
write them.
"""

import asyncio
import json
import urllib.request
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.channels.telegram.line import LARGEST, Answer, Broken, Line, Way

UPLOADS = 4
"""Files on their way at a time."""
DOWNLOAD_WITHIN = 120.0
"""Seconds for one file to come."""
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
        self._way = Way(
            host=parts.hostname or "",
            port=parts.port or (443 if secure else 80),
            tls=httpx.create_ssl_context() if secure else None,
            proxy=_proxy(parts.scheme, parts.hostname or ""),
        )
        self._host = parts.netloc.rpartition("@")[2]
        self._patience = patience
        self._gate = asyncio.Semaphore(count)
        self._free: list[Line] = []
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
            self._free.pop().close()
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
            answer = await self._upload(url, method, request_data)
        else:
            answer = await self._call(url, method, request_data, patience)
        if 200 <= answer.code <= 299:
            return answer.code, bytes(answer.content)
        raise _verdict(answer)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The platform's answer. Unlike PTB's, never logs it, and knows half an answer from a whole one."""
        answer = _read(payload)
        if answer is None or answer.get("ok") is not True or "result" not in answer:
            # Some servers that stand in for the platform say no with a 200.
            code = answer.get("error_code") if answer else None
            raise _verdict(Answer(code if isinstance(code, int) else 500, bytearray(payload)))
        return answer

    async def download(self, path: str, largest: int) -> bytes:
        """A file of the platform's, of at most so many bytes. Raises `Refused` or `Unanswered`."""
        request = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n"
        answer = await self._ask(request.encode(), DOWNLOAD_WITHIN, largest)
        if answer.code == 200:
            return bytes(answer.content)
        raise Refused(404, "file not found") if answer.code == 404 else _verdict(answer)

    async def _call(
        self, url: str, method: str, data: RequestData | None, patience: float
    ) -> Answer:
        # As JSON (core.telegram.org/bots/api#making-requests): a form would write each Chinese character in nine.
        body = json.dumps(data.parameters) if data else "{}"
        request = (
            f"{method} {urlsplit(url).path} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        return await self._ask(request.encode(), patience, LARGEST)

    async def _ask(self, request: bytes, patience: float, largest: int) -> Answer:
        async with self._gate:
            try:
                async with asyncio.timeout(patience):
                    line = await self._line()
                    answer = await line.ask(request, largest=largest)
            except TimeoutError as error:
                raise Unanswered("timed out") from error
            except (OSError, Broken) as error:
                raise Unanswered(type(error).__name__) from error
            if line.open:
                self._free.append(line)
        return answer

    async def _line(self) -> Line:
        """The connection used last: the others grow old, are closed by the platform and dropped here."""
        while self._free:
            line = self._free.pop()
            if line.open:
                return line
        return await self._way.connect()

    async def _upload(self, url: str, method: str, data: RequestData) -> Answer:
        if self._uploads is None:
            self._uploads = HTTPXRequest(connection_pool_size=UPLOADS, pool_timeout=60.0)
        try:
            code, content = await self._uploads.do_request(url, method, data, read_timeout=60.0)
        except NetworkError as error:
            raise Unanswered("upload") from error
        return Answer(code, bytearray(content))


def _verdict(heard: Answer) -> TelegramError:
    code, answer = heard.code, _read(bytes(heard.content))
    own = answer is not None and answer.get("ok") is False and "description" in answer
    if code == 429:
        asked = _parameters(answer).get("retry_after", heard.wait)
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


def _proxy(scheme: str, host: str) -> SplitResult | None:
    """As with every other program: HTTPS_PROXY and its relatives, unless NO_PROXY names the host."""
    if urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return urlsplit(found if "://" in found else f"http://{found}") if found else None
