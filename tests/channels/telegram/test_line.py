"""The wire itself: answers in every lawful shape, nothing mistaken for one, proxies and TLS."""

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.telegram.line import Broken, Way
from bot.channels.telegram.request import _proxy

REQUEST = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)

    listening = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


def saying(*answers: bytes, close: bool = False) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            for piece in (answer[:20], answer[20:]):
                writer.write(piece)
                await asyncio.sleep(0)
        if close:
            writer.close()
        else:
            await reader.read()

    return serve


@pytest.mark.parametrize(
    ("answer", "close", "stays_open"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", False, True),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            False,
            True,
        ),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
            True,
            False,
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", True, False),
    ],
    ids=["length", "chunked", "closing", "until the end"],
)
async def test_an_answer_is_whole_in_every_lawful_shape(
    answer: bytes, close: bool, stays_open: bool
):
    async with server(saying(answer, close=close)) as port:
        line = await Way("127.0.0.1", port, None).connect()
        heard = await line.ask(REQUEST)
        assert (heard.code, bytes(heard.content), line.open) == (200, b"hello", stays_open)
        line.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
    ids=range(5),
)
async def test_half_an_answer_is_none(answer: bytes):
    async with server(saying(answer, close=True)) as port:
        line = await Way("127.0.0.1", port, None).connect()
        with pytest.raises(Broken):
            await line.ask(REQUEST)
        assert not line.open


async def test_what_nobody_asked_for_closes_the_line():
    two = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2"
    async with server(saying(two)) as port:
        line = await Way("127.0.0.1", port, None).connect()
        await line.ask(REQUEST)
        assert not line.open


async def test_a_call_given_up_takes_its_line_with_it():
    async with server(saying()) as port:
        line = await Way("127.0.0.1", port, None).connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await line.ask(REQUEST)
        with pytest.raises(Broken):
            await line.ask(REQUEST)


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and a client's side that trust each other."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("platform.example")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    both = folder / "both.pem"
    both.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()) + pem
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(both)
    return serving, ssl.create_default_context(cadata=pem.decode())


async def test_tls_goes_through_a_proxy_which_sees_neither_path_nor_token(tmp_path: Path):
    serving, trusting = certified(tmp_path)
    seen: list[bytes] = []

    async with server(
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), serving
    ) as port:

        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

            async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
                while data := await source.read(65536):
                    to.write(data)

            await asyncio.wait(
                [
                    asyncio.create_task(pass_on(reader, there_writer)),
                    asyncio.create_task(pass_on(there_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
            there_writer.transport.abort()

        async with server(proxy) as proxy_port:
            door = urlsplit(f"http://user:secret@127.0.0.1:{proxy_port}")
            line = await Way("platform.example", 443, trusting, door).connect()
            answer = await line.ask(REQUEST)
            assert bytes(answer.content) == b"hello"
            line.close()
            await asyncio.sleep(0.02)
    assert seen == [
        b"CONNECT platform.example:443 HTTP/1.1\r\nHost: platform.example:443\r\n"
        b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
    ]


async def test_a_proxy_that_refuses_is_broken():
    async with server(saying(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")) as port:
        with pytest.raises(Broken):
            await Way("x.example", 443, None, urlsplit(f"http://127.0.0.1:{port}")).connect()


@pytest.mark.parametrize(
    ("environment", "host", "found"),
    [
        ({}, "api.telegram.org", None),
        ({"HTTPS_PROXY": "http://p:3128"}, "api.telegram.org", "http://p:3128"),
        ({"ALL_PROXY": "p:3128"}, "api.telegram.org", "http://p:3128"),
        (
            {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "telegram.org"},
            "api.telegram.org",
            None,
        ),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "127.0.0.1"}, "127.0.0.1", None),
    ],
)
def test_the_proxy_is_the_one_every_program_uses(
    environment: dict[str, str], host: str, found: str | None, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    proxy = _proxy("https", host)
    assert (proxy.geturl() if proxy else None) == found
