"""Webhooks: what the office has sent goes to other programs of its own, as JSON, signed, and nothing comes back.

Head and signature are those of Standard Webhooks (standardwebhooks.com, 1.0.0), so that ready libraries can check them:
`webhook-id` names the message and stays the same when it is tried again, `webhook-timestamp` is the second it left, and
`webhook-signature` is "v1," and the base64 of HMAC-SHA256 over `id.timestamp.body`.

An address in a configuration may lead anywhere, also into the machine's own network. So: https only, and every address
the name has must be a public one, or in a network the operator allowed; the connection goes to the very address that was
looked at; no redirect is followed, no proxy asked, nothing of the answer read but its status.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

from bot.channels.base import HOOK, Blocked, Receive, Rejected, Throttled, Unreachable, name_of
from bot.channels.kinds import kind_of
from bot.core.messages import File, Outgoing, Sent
from bot.settings import Hook
from bot.settings.problem import Problem

PREFIX = "whsec_"
"""Before a secret, in that standard."""

WITHIN = 30.0
"""Seconds for all of it."""

LARGEST = 10 * 1024 * 1024
"""Bytes of a body. Papers that do not fit are named, with size and checksum, and left out."""

LONGEST_WAIT = 3600.0
"""Seconds one lets oneself be put off."""

PICTURE = "chart.png"

_NAT64 = IPv6Network("64:ff9b::/96")

_STILL = frozenset({425, 429, 503})
"""Statuses that may say for how long."""


class Hooks:
    """The channel `hook`: an address is a URL. Nobody is heard here."""

    name = HOOK

    def __init__(
        self,
        ours: Hook,
        secret: str,
        clock: Callable[[], float],
        *,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`trusted`: whose certificates count; those that browsers trust, where None."""
        self._ours = ours
        self._key = key_in(secret)
        self._clock = clock
        self._trusted = trusted

    async def run(self, receive: Receive) -> None:
        """Nothing comes in."""

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing was sent here."""
        raise Rejected("no files here")

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one message there, or raise `SendFailed`."""
        url = outgoing.address.id
        if url not in self._ours.urls:
            raise Blocked("no such hook")
        id = f"msg_{name_of(outgoing)}"
        second = int(self._clock())
        content, signed = await asyncio.to_thread(self._signed, outgoing, id, second)
        heads = {
            "Content-Type": "application/json",
            "Idempotency-Key": id,
            "webhook-id": id,
            "webhook-timestamp": str(second),
            "webhook-signature": signed,
        }
        async with self._asking("POST", url, heads, content) as status:
            _judge(*status)

    def _signed(self, outgoing: Outgoing, id: str, second: int) -> tuple[bytes, str]:
        content = body(outgoing)
        signed = hmac.digest(self._key, f"{id}.{second}.".encode() + content, "sha256")
        return content, f"v1,{base64.b64encode(signed).decode()}"

    @asynccontextmanager
    async def _asking(
        self, method: str, url: str, heads: dict[str, str], content: bytes = b""
    ) -> AsyncGenerator[tuple[int, float]]:
        """The status of the answer, and for how many seconds it puts us off."""
        try:
            async with asyncio.timeout(WITHIN):
                address = await self._address(url)
                if self._trusted is None:
                    self._trusted = await asyncio.to_thread(httpx.create_ssl_context)
                parts = urlsplit(url)
                host = parts.hostname or ""
                pinned = httpx.URL(url).copy_with(host=address)
                client = httpx.AsyncClient(
                    verify=self._trusted,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=WITHIN,
                )
                async with (
                    client,
                    client.stream(
                        method,
                        pinned,
                        headers={**heads, "Host": parts.netloc, "User-Agent": "Tingwen"},
                        content=content,
                        extensions={"sni_hostname": host},
                    ) as answer,
                ):
                    yield answer.status_code, _wait(answer)
        except (httpx.HTTPError, OSError) as failed:  # TimeoutError is one
            raise Unreachable(type(failed).__name__) from None

    async def _address(self, url: str) -> str:
        """An address of the host that may be gone to; raises `Unreachable` where one of them may not."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            parts.hostname, parts.port or 443, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
        addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
        if not addresses or not all(may_go(one, self._ours.allow) for one in addresses):
            raise Unreachable("NotPublic")
        if parts.scheme != "https" and not all(one.is_loopback for one in addresses):
            raise Unreachable("NotEncrypted")
        return str(addresses[0])

    async def trouble(self, url: str) -> str:
        """What keeps us from reaching it: a fault's name, empty where nothing does. It is asked for its head only."""
        try:
            async with self._asking("HEAD", url, {}) as (status, _):
                return "hook_redirects" if 300 <= status < 400 else ""
        except Unreachable as failed:
            return "hook_private" if failed.args == ("NotPublic",) else "hook_unreachable"


async def find(file: str, hooks: Hooks, ours: Hook) -> tuple[Problem, ...]:
    """For `tingwen check --online`: whether each answers at an address that we may go to."""
    faults = await asyncio.gather(*map(hooks.trouble, ours.urls))
    return tuple(
        Problem(file=file, key="hook.urls", fault=fault, facts=(("host", host_of(url)),))
        for url, fault in zip(ours.urls, faults, strict=True)
        if fault
    )


def host_of(url: str) -> str:
    """What a hook is called where people read it: what stands behind the host may be its secret.

    >>> host_of("https://hooks.example.org:8443/in/0123")
    'hooks.example.org:8443'
    """
    return urlsplit(url).netloc


def key_in(secret: str) -> bytes:
    """The key, from the secret as that standard writes it."""
    return base64.b64decode(secret.removeprefix(PREFIX))


def may_go(address: IPv4Address | IPv6Address, allow: Sequence[str]) -> bool:
    """Whether it is a public one, or in a network that is allowed.

    >>> may_go(ip_address("10.0.0.1"), ()), may_go(ip_address("10.0.0.1"), ("10.0.0.0/8",))
    (False, True)
    >>> may_go(ip_address("::ffff:127.0.0.1"), ()), may_go(ip_address("64:ff9b::7f00:1"), ())
    (False, False)
    """
    networks = [ip_network(one) for one in allow]
    return all(
        any(one.version == network.version and one in network for network in networks)
        or (one.is_global and not one.is_multicast)
        for one in _meant(address)
    )


def _meant(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses it leads to: an IPv6 one may hold an IPv4 one."""
    if isinstance(address, IPv4Address):
        yield address
        return
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    held = [one for one in inner if one is not None]
    yield from held or [address]


def body(outgoing: Outgoing) -> bytes:
    """What is said, as JSON; the same message has the same bytes."""
    pictures = [File(PICTURE, outgoing.picture)] if outgoing.picture else []
    left, files = LARGEST, list[dict[str, object]]()
    for file in (*outgoing.files, *pictures):
        told: dict[str, object] = {
            "name": file.name,
            "type": kind_of(file.name),
            "size": len(file.content),
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }
        length = (len(file.content) + 2) // 3 * 4
        if length <= left:
            left -= length
            told["content"] = base64.b64encode(file.content).decode()
        files.append(told)
    data = {
        "text": outgoing.text,
        "figures": json.loads(outgoing.facts) if outgoing.facts else None,
        "files": files,
    }
    return json.dumps({"type": "digest.sent", "data": data}, ensure_ascii=False).encode()


def _judge(status: int, wait: float) -> None:
    """What that status means: who moved or does not know us may be mended, who is gone is gone (that standard, too)."""
    if 200 <= status < 300:
        return
    if status == 410:
        raise Blocked("Gone")
    if status == 413:
        raise Rejected("TooLarge")
    if status in _STILL and wait:
        raise Throttled(wait)
    raise Unreachable(f"Status{status}")


def _wait(answer: httpx.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_WAIT) if said.isdecimal() else 0.0
