"""Webhooks: what is said and signed, what an answer means, and where nothing ever goes."""

import base64
import hashlib
import hmac
import socket
from dataclasses import replace
from ipaddress import ip_address

import pytest

from bot.channels import hook
from bot.channels.base import Blocked, Rejected, Throttled, Unreachable
from bot.channels.hook import Hooks, find, host_of, may_go
from bot.core.messages import Address, File, Outgoing
from bot.settings import Hook
from tests.channels.postoffice import Listening, certified, listening
from tests.fakes import FixedClock

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
HERE = ("127.0.0.0/8",)


def said(url: str) -> Outgoing:
    return Outgoing(
        address=Address(channel="hook", id=url),
        text="【意见征集周报 第3期】",
        files=(File("digest.docx", b"PK docx"),),
        picture=b"\x89PNG",
        facts='{"opinions": 522}',
        once="digest:2014-03-28:0011",
    )


def hooks(there: Listening, allow: tuple[str, ...] = HERE, **more) -> Hooks:
    ours = Hook(urls=(there.url,), allow=allow)
    return Hooks(ours, SECRET, FixedClock(1_395_990_001.5), **more)


async def test_it_says_words_figures_and_papers_and_signs_them():
    async with listening() as there:
        await hooks(there).send(said(there.url))

    ((first, heads, body),) = there.came
    assert first == "POST /in/0123?token=abc HTTP/1.1"
    assert there.body() == {
        "type": "digest.sent",
        "data": {
            "text": "【意见征集周报 第3期】",
            "figures": {"opinions": 522},
            "files": [
                {
                    "name": name,
                    "type": kind,
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "content": base64.b64encode(content).decode(),
                }
                for name, kind, content in (
                    ("digest.docx", hook.kind_of("digest.docx"), b"PK docx"),
                    ("chart.png", "image/png", b"\x89PNG"),
                )
            ],
        },
    }
    # What a receiver does, by standardwebhooks.com.
    signed = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    assert heads["webhook-signature"] == f"v1,{wanted}"
    assert heads["webhook-timestamp"] == "1395990001"
    assert heads["idempotency-key"] == heads["webhook-id"]


async def test_tried_again_it_has_the_same_name_and_the_same_body():
    async with listening() as there:
        for _ in range(2):
            await hooks(there).send(said(there.url))
        await hooks(there).send(replace(said(there.url), once="digest:2014-04-04:0011"))

    first, again, other = (heads["webhook-id"] for _, heads, _ in there.came)
    assert first == again != other
    assert there.came[0][2] == there.came[1][2]


@pytest.mark.parametrize(
    ("answer", "fails"),
    [
        ("410 Gone", Blocked),
        ("413 Content Too Large", Rejected),
        ("429 Too Many Requests\r\nRetry-After: 90", Throttled),
        ("503 Service Unavailable", Unreachable),
        ("500 Internal Server Error", Unreachable),
        ("404 Not Found", Unreachable),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", Unreachable),
    ],
)
async def test_an_answer_is_one_of_the_four_ways(answer: str, fails: type[Exception]):
    async with listening() as there:
        there.will_answer(answer)
        with pytest.raises(fails):
            await hooks(there).send(said(there.url))
        await hooks(there).send(said(there.url))
    assert len(there.came) == 2  # a redirect was not followed


async def test_whoever_puts_us_off_does_so_for_an_hour_at_the_most():
    async with listening() as there:
        there.will_answer("503 Service Unavailable\r\nRetry-After: 999999")
        with pytest.raises(Throttled) as told:
            await hooks(there).send(said(there.url))
    assert told.value.after == 3600


async def test_papers_too_large_are_named_and_left_out(monkeypatch):
    monkeypatch.setattr(hook, "LARGEST", 10)
    async with listening() as there:
        large = replace(said(there.url), files=(File("digest.docx", bytes(100)),))
        await hooks(there).send(large)
    files = there.body()["data"]["files"]
    assert [("content" in file, file["size"]) for file in files] == [(False, 100), (True, 4)]


# --- where nothing goes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "192.0.2.1", "2001:db8::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_gone_to(address: str):
    assert not may_go(ip_address(address), ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_what_is_public_is(address: str):
    assert may_go(ip_address(address), ())


async def test_a_name_that_leads_inside_is_not_gone_to_unless_the_operator_says_so():
    async with listening(host="localhost") as there:
        with pytest.raises(Unreachable, match="NotPublic"):
            await hooks(there, ()).send(said(there.url))
        assert there.came == []
        (problem,) = await find("config.toml", hooks(there, ()), Hook(urls=(there.url,)))
        assert (problem.fault, dict(problem.facts)) == (
            "hook_private",
            {"host": host_of(there.url)},
        )
        assert "token" not in str(problem)


async def test_one_inside_address_among_public_ones_is_enough(monkeypatch):
    async with listening(host="both.example") as there:
        ours = hooks(there, ())
        _answers(monkeypatch, "93.184.215.14", "127.0.0.1")
        with pytest.raises(Unreachable, match="NotPublic"):
            await ours.send(said(there.url))
    assert there.came == []


async def test_the_name_is_looked_up_once_and_the_certificate_is_that_of_the_name(
    tmp_path, monkeypatch
):
    server, trusting = certified(tmp_path, "hooks.example")
    asked = _answers(monkeypatch, "127.0.0.1")
    async with listening(tls=server, host="hooks.example") as there:
        await hooks(there, trusted=trusting).send(said(there.url))
        assert asked == ["hooks.example"]
        assert there.came[0][1]["host"] == host_of(there.url)
        with pytest.raises(Unreachable, match="ConnectError"):
            await hooks(there).send(said(there.url))  # nobody trusts this one
        other = there.url.replace("hooks.example", "else.example")
        wrong = Hooks(Hook(urls=(other,), allow=HERE), SECRET, FixedClock(), trusted=trusting)
        with pytest.raises(Unreachable, match="ConnectError"):
            await wrong.send(said(other))
        assert len(there.came) == 1


async def test_nothing_goes_unencrypted_but_to_this_machine(monkeypatch):
    async with listening(host="inside.example") as there:
        _answers(monkeypatch, "10.0.0.7")
        with pytest.raises(Unreachable, match="NotEncrypted"):
            await hooks(there, ("10.0.0.0/8",)).send(said(there.url))


async def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    async with listening() as there, listening() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        await hooks(there).send(said(there.url))
        assert proxy.came == []


async def test_what_is_no_hook_of_the_setting_gets_nothing():
    async with listening() as there, listening() as other:
        with pytest.raises(Blocked):
            await hooks(there).send(said(other.url))
        assert other.came == []


async def test_asked_whether_it_is_there_it_hears_nothing_of_ours():
    async with listening() as there:
        there.will_answer("405 Method Not Allowed", "301 Moved\r\nLocation: https://x.example/")
        ours = Hook(urls=(there.url,), allow=HERE)
        assert await find("config.toml", hooks(there), ours) == ()
        (problem,) = await find("config.toml", hooks(there), ours)
        assert problem.fault == "hook_redirects"
    assert [(first.split()[0], body) for first, _, body in there.came] == [("HEAD", b"")] * 2
    (gone,) = await find("config.toml", hooks(there), ours)
    assert gone.fault == "hook_unreachable"


def _answers(monkeypatch, *addresses: str) -> list[str]:
    """Names lead to these addresses; the names that were asked for."""
    asked: list[str] = []
    import asyncio

    async def lookup(self, host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", lookup)
    return asked
