"""Servers on loopback one talks to: a post office that takes letters, and a listener that takes hooks. Both fail when told."""

import asyncio
import datetime
import ipaddress
import json
import ssl
import warnings
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "open sesame"


@dataclass
class PostOffice:
    """What it took, and what it says next instead of taking it."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Mailbox and letter."""
    raw: list[bytes] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=dict)
    """At `MAIL`, `RCPT` and `DATA`: refusals, one each."""
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def will_say(self, at: str, *refusals: str) -> None:
        self.says.setdefault(at, []).extend(refusals)

    def _next(self, at: str) -> str | None:
        self.asked.append(at)
        waiting = self.says.get(at, [])
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if refusal := self._next("MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if refusal := self._next("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if refusal := self._next("DATA"):
            return refusal
        self.raw.append(envelope.content)
        letter = message_from_bytes(envelope.content, policy=default)
        self.taken += [(box, letter) for box in envelope.rcpt_tos]
        return "250 OK"


@asynccontextmanager
async def post_office(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: bool = False,
):
    """A post office that listens on loopback."""
    office = PostOffice()

    def let_in(server, session, envelope, mechanism, given):
        good = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        return AuthResult(success=good, handled=good)

    served: list[SMTP] = []

    def made() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it finds a login without TLS unwise; so do we
            one = SMTP(
                office,
                hostname="post.example",
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=let_in if login else None,
                auth_required=login,
                auth_require_tls=False,
                loop=asyncio.get_running_loop(),
            )
        served.append(one)
        return one

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        for one in served:
            if one.transport is not None:
                one.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0.01)


@dataclass
class Listening:
    """What came, and how it is answered."""

    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """First line, heads in lower case, body."""
    answers: list[bytes] = field(default_factory=list)
    url: str = ""

    def will_answer(self, *answers: str) -> None:
        """Status lines, with further heads behind them."""
        self.answers += [answer.encode() for answer in answers]

    def body(self, at: int = -1) -> Any:
        return json.loads(self.came[at][2])


@asynccontextmanager
async def listening(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"):
    """A listener for hooks on loopback."""
    made = Listening()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        heads = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        content = await reader.readexactly(int(heads.get("content-length", 0)))
        made.came.append((first, heads, content))
        answer = made.answers.pop(0) if made.answers else b"204 No Content"
        writer.write(
            b"HTTP/1.1 " + answer + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    made.url = f"{'https' if tls else 'http'}://{host}:{port}/in/0123?token=abc"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def certified(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of these names, and for whoever trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    known = [
        x509.IPAddress(ipaddress.ip_address(one)) if one[0].isdigit() else x509.DNSName(one)
        for one in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client
