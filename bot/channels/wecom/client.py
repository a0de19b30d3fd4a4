"""Asking the platform: one token, one small pool of connections, and every answer judged by its errcode.

    Refused      the platform understood, and said no: its errcode (path 90313) says why; its text is for programmers
    Unanswered   no verdict: the network, a timeout, a proxy's page, half an answer. Whether it was done is unknown

The token is fetched when first needed, and again when the platform no longer takes it (40014 or 42001, it says either;
40001 is seen too): once for all who wait, and each of them asks once more. Calls beyond the pool stand in a queue with
an end. The secret travels in an address, so no address and no error of the HTTP library ever leaves this file.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx

CONNECTIONS = 16
"""Calls on their way at a time. With hundreds the callback has no time left to answer (facts: 2,000 members)."""
QUEUE = 4000
"""Calls waiting for one of these; more are turned away, to be tried later."""
PATIENCE, UPLOAD_PATIENCE = 15.0, 60.0
"""Seconds one call may take."""
EARLY = 300.0
"""Seconds before its end that a token is renewed."""
SHORTEST = 60.0
"""Seconds a token is used in any case, however short a life it was given."""
WORN = frozenset({40001, 40014, 42001})
"""Errcodes of a token that is no longer taken."""
BUSY, TRIES = -1, 3
"""The platform is busy: so many tries in all (path 90313)."""
FULL = frozenset({45009, 45033})
"""Too many calls."""
HOLD = 60.0
"""Seconds to wait then: a minute's limit blocks for a minute (path 90454)."""
RENEW_EVERY = 1.0
"""Seconds at least between two tokens, should the platform take none of them."""
CONTENT = "content"
"""Where the bytes of a file stand in an answer that is one."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between two tries for a token that was refused: doubled, for wrong ones are counted (2,000 an hour)."""

for library in ("httpx", "httpcore"):  # they log whole addresses, and in those is the secret
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)

_FROM = re.compile(r"from ip: ?([0-9a-fA-F.:]{3,45})")

Sleep = Callable[[float], Awaitable[None]]


class Failed(Exception):
    """A call came to nothing."""


class Refused(Failed):
    """The platform understood the call and said no."""

    def __init__(self, code: int, *, ip: str = "", after: float = 0.0) -> None:
        super().__init__(f"errcode {code}")
        self.code = code
        self.ip = ip
        """Where the platform saw us call from."""
        self.after = after
        """Seconds to wait, where that helps."""


class Unanswered(Failed):
    """No verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to go with a call. Its name is what people will see."""

    name: str
    content: bytes


class Client:
    """The API of one app. Everything that asks raises `Failed`."""

    def __init__(
        self,
        corp_id: str,
        secret: str,
        *,
        api_base_url: str = "https://qyapi.weixin.qq.com",
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._corp_id = corp_id
        self._secret = secret
        self._base = f"{api_base_url}/cgi-bin"
        self.stand_back: Callable[[], Awaitable[None]] | None = None
        """Awaited before each call: what matters more may go first."""
        self._clock = clock
        self._sleep = sleep
        self._http: httpx.AsyncClient | None = None
        self._gate = asyncio.Semaphore(CONNECTIONS)
        self._waiting = 0
        self._token = _Token("", 0, float("-inf"), 0.0)
        self._renewing = asyncio.Lock()
        self._not_before = 0.0
        self._wait = FIRST_WAIT
        self._refused: Failed | None = None
        self._held: dict[str, float] = {}

    async def get(self, path: str, **asked: str | int) -> dict[str, Any]:
        """Ask for something."""
        return await self._call("GET", path, asked)

    async def post(
        self, path: str, facts: Mapping[str, Any], **asked: str | int
    ) -> dict[str, Any]:
        """Have something done."""
        return await self._call("POST", path, asked, facts=facts)

    async def upload(self, path: str, file: Upload, **asked: str | int) -> dict[str, Any]:
        """Bring a file."""
        return await self._call("POST", path, asked, file=file)

    async def download(self, path: str, **asked: str | int) -> bytes:
        """Fetch a file."""
        content = (await self._call("GET", path, asked)).get(CONTENT)
        if not isinstance(content, bytes):
            raise Unanswered("not a file")
        return content

    async def bare(
        self,
        path: str,
        facts: Mapping[str, Any] | None = None,
        file: Upload | None = None,
        **asked: str | int,
    ) -> dict[str, Any]:
        """Have something done for which no token is asked."""
        return await self._ask("POST", path, asked, facts=facts, file=file)

    async def close(self) -> None:
        """Hang up. Calls after this open anew."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    # -- one call -------------------------------------------------------------------

    async def _call(
        self,
        method: str,
        path: str,
        asked: Mapping[str, str | int],
        facts: Mapping[str, Any] | None = None,
        file: Upload | None = None,
    ) -> dict[str, Any]:
        token = await self._current()
        renewed = False
        for tried in range(1, TRIES + 2):
            try:
                query = {"access_token": token.text, **asked}
                return await self._ask(method, path, query, facts=facts, file=file)
            except Refused as refused:
                if refused.code in WORN and not renewed:
                    token, renewed = await self._current(instead_of=token), True
                elif refused.code == BUSY and tried < TRIES:
                    await self._sleep(0.3 * 2**tried)
                else:
                    raise
        raise Refused(BUSY)

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int],
        facts: Mapping[str, Any] | None = None,
        file: Upload | None = None,
    ) -> dict[str, Any]:
        """One question, when its turn has come."""
        if (hold := self._held.get(path, 0.0) - self._clock()) > 0:
            raise Refused(45009, after=hold)
        if self._waiting >= QUEUE:
            raise Unanswered("queue full")
        self._waiting += 1
        try:
            if self.stand_back is not None:
                await self.stand_back()
            async with self._gate:
                answer = await self._answer(method, path, query, facts, file)
        finally:
            self._waiting -= 1
        return self._judged(path, answer)

    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int],
        facts: Mapping[str, Any] | None,
        file: Upload | None,
    ) -> httpx.Response:
        http = self._http = self._http or _pool()
        try:
            return await http.request(
                method,
                f"{self._base}/{path}",
                params=query,
                json=facts,
                files={"media": (file.name, file.content)} if file else None,
                timeout=UPLOAD_PATIENCE if file else PATIENCE,
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            # Their texts and traces carry the address, and it the secret.
            raise Unanswered(type(error).__name__) from None

    def _judged(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code == 200 and "content-disposition" in answer.headers:
            return {CONTENT: answer.content}
        try:
            said = answer.json() if answer.status_code == 200 else None
        except (ValueError, RecursionError):
            said = None
        match said:
            case {"errcode": 0}:
                return cast(dict[str, Any], said)
            case {"errcode": int(code)}:
                raise self._no(path, code, str(cast(dict[str, Any], said).get("errmsg", "")))
            case _:
                raise Unanswered(f"HTTP {answer.status_code}")

    def _no(self, path: str, code: int, said: str) -> Refused:
        seen = _FROM.search(said)
        if code in FULL:
            self._held[path] = self._clock() + HOLD
        return Refused(code, ip=seen[1] if seen else "", after=HOLD if code in FULL else 0.0)

    # -- the token ------------------------------------------------------------------

    async def _current(self, *, instead_of: "_Token | None" = None) -> "_Token":
        """A token that should be taken; a newer one than `instead_of`."""
        worn = instead_of.serial if instead_of else 0
        if self._token.usable(worn, self._clock()):
            return self._token
        async with self._renewing:
            if not self._token.usable(worn, self._clock()):  # else somebody has been quicker
                self._token = await self._renew()
            return self._token

    async def _renew(self) -> "_Token":
        if self._refused is not None and self._clock() < self._not_before:
            raise self._refused.with_traceback(None)
        if (early := self._token.since + RENEW_EVERY - self._clock()) > 0:
            await self._sleep(early)
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        try:
            said = await self._ask("GET", "gettoken", query)
            text = said.get("access_token")
            if not isinstance(text, str) or not text:
                raise Unanswered("no token")
        except Failed as failed:
            self._refused, self._not_before = failed, self._clock() + self._wait
            self._wait = min(self._wait * 2, LONGEST_WAIT)
            raise
        self._refused, self._wait = None, FIRST_WAIT
        life = said.get("expires_in")
        life = float(life) if isinstance(life, int | float) else 7200.0
        now = self._clock()
        good_until = now + max(life - EARLY, min(life, SHORTEST))
        return _Token(text, self._token.serial + 1, now, good_until)


@dataclass(frozen=True, slots=True)
class _Token:
    """What the platform takes us by. It may give out the same text again, so ours have a number."""

    text: str
    serial: int
    since: float
    good_until: float

    def usable(self, worn: int, now: float) -> bool:
        return self.serial > worn and now < self.good_until


def _pool() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        limits=httpx.Limits(
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=30.0,
        ),
        timeout=httpx.Timeout(PATIENCE, pool=None),
        headers={"User-Agent": "tingwen"},
    )
