"""The web chat over plain HTTP, as a browser that is not ours would use it."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.channels.base import Rejected, Unreachable
from bot.channels.http import Listener
from bot.channels.web.chat import LARGEST
from bot.channels.web.spool import MOST_BYTES, Spool
from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Button,
    Edited,
    File,
    Incoming,
    Media,
    Outgoing,
    Sent,
    Tap,
    Text,
)
from tests.webhouse import House, open_house

ME = "teacher_teacher_teacher"
OTHER = "parent_parent_parent_pa"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house(House(), patience=0.4) as house:
        yield house


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=house.base, trust_env=False, timeout=5) as client:
        yield client


class Ear:
    """A page that listens, and confirms what it hears unless told to be deaf."""

    def __init__(self, client: httpx.AsyncClient, response: httpx.Response, token: str) -> None:
        self._client = client
        self._lines = response.aiter_lines()
        self._token = token

    async def next(self, *, confirm: bool = True) -> dict:
        async with asyncio.timeout(3):
            async for line in self._lines:
                if line.startswith("data: "):
                    said = json.loads(line.removeprefix("data: "))
                    if confirm:
                        await say_seen(self._client, self._token, said["id"])
                    return said
        raise AssertionError("the stream ended")


async def say_seen(client: httpx.AsyncClient, token: str, id: str) -> None:
    answer = await client.post("/chat/seen", json={"id": id}, headers={"Chat-Token": token})
    assert answer.status_code == 204


@asynccontextmanager
async def listening(client: httpx.AsyncClient, *tokens: str) -> AsyncIterator[Ear]:
    headers = {"Chat-Token": ",".join(tokens)}
    async with client.stream("GET", "/chat/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Ear(client, response, tokens[0])


def post(client: httpx.AsyncClient, content: dict | bytes, token: str = ME):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post("/chat", content=body, headers={"Chat-Token": token})


def to(token: str, text: str = "你好", **more) -> Outgoing:
    return Outgoing(address=Address(channel="web", id=token), text=text, **more)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({"text": "食堂的菜凉了"}, Text("食堂的菜凉了")),
        ({"tap": {"says": "1", "screen": "s9"}}, Tap("1", "s9")),
        ({"edited": "改一下"}, Edited("改一下")),
        ({"media": {"what": "voice"}}, Media("voice")),
        (
            {"media": {"what": "file", "file": {"name": "a.docx", "handle": "h1", "size": 5}}},
            Media("file", file=Sent("a.docx", "h1", 5)),
        ),
        ({"arrived": {"link": "round=3&unit=12"}}, Arrived("round=3&unit=12")),
        ({"text": "半个 \ud83d 表情"}, Text("半个 \ufffd 表情")),
    ],
)
async def test_each_thing_a_person_does_arrives_as_what_it_is(
    house: House, client: httpx.AsyncClient, said: dict, body: Body
):
    answer = await post(client, {"key": "key-00000001", "message": "mess-0001", **said})
    assert answer.status_code == 204
    assert house.heard == [
        Incoming(
            address=Address(channel="web", id=ME),
            key="key-00000001",
            message="mess-0001",
            body=body,
        )
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"nonsense",
        b"[" * 40_000,
        b'"text"',
        b'{"key": "key-00000001"}',
        b'{"key": "short", "text": "x"}',
        b'{"key": 17, "text": "x"}',
        b'{"key": "key-00000001", "text": 5}',
        b'{"key": "key-00000001", "text": "x", "text": "y"}',
        b'{"key": "key-00000001", "text": "x", "more": 1}',
        b'{"key": "key-00000001", "text": "x", "edited": "y"}',
        b'{"key": "key-00000001", "message": "../../etc", "text": "x"}',
        b'{"key": "key-00000001", "tap": {"says": "1"}}',
        b'{"key": "key-00000001", "tap": {"says": "1", "screen": "s", "x": 1}}',
        b'{"key": "key-00000001", "media": {"what": "bomb"}}',
        b'{"key": "key-00000001", "media": {"what": "photo", "file": {}}}',
        b'{"key": "key-00000001", "media": {"what": "file", "file": {"name": "a"}}}',
        b'{"key": "key-00000001", "arrived": {"link": "' + b"x" * 300 + b'"}}',
        '{"key": "key-00000001", "text": "x"}'.encode("utf-16")[:7],
    ],
)
async def test_anything_else_is_refused_and_not_guessed(house: House, client, wrong: bytes):
    assert (await post(client, wrong)).status_code == 400
    assert house.tries == 0


async def test_a_file_of_the_office_waits_until_it_is_fetched_once(house: House, client):
    house.reads_files = True
    mine = {"Chat-Token": ME}
    assert (await client.get("/chat/file", headers=mine)).status_code == 204
    answer = await client.post("/chat/file", content=b"PK plan", headers=mine)
    sent = Sent("plan.docx", answer.json()["handle"], 7)
    assert await house.web.fetch(sent) == b"PK plan"
    with pytest.raises(Rejected):
        await house.web.fetch(sent)


async def test_of_a_participants_file_not_a_byte_is_taken(house: House, client):
    mine = {"Chat-Token": ME}
    assert (await client.get("/chat/file", headers=mine)).status_code == 404
    assert (
        await client.post("/chat/file", content=b"a pupil", headers=mine)
    ).status_code == 404
    assert (await client.post("/chat/file", content=b"a pupil")).status_code == 404


async def test_a_file_too_large_is_refused_while_it_comes(house: House, client):
    house.reads_files = True
    content = b"x" * (MOST_BYTES + 1)
    answer = await client.post("/chat/file", content=content, headers={"Chat-Token": ME})
    assert answer.status_code == 413


def test_when_the_spool_is_full_the_oldest_file_goes():
    spool = Spool(room=10)
    first, second = spool.put(b"123456"), spool.put(b"7890ab")
    assert spool.take(first) is None
    assert spool.take(second) == b"7890ab"


@pytest.mark.parametrize(
    "token", ["", "short", "with space in the middle", "x" * 65, f"{ME},{OTHER}", "../" * 9]
)
async def test_nobody_speaks_without_one_address_of_their_own(house: House, client, token: str):
    said = {"key": "key-00000001", "text": "x"}
    assert (await post(client, said, token)).status_code == 401
    assert (await client.post("/chat", json=said)).status_code == 401
    assert house.tries == 0


async def test_a_flood_of_bytes_is_refused_before_it_is_read(house: House, client):
    assert (await post(client, b"x" * (LARGEST + 1))).status_code == 413
    assert house.tries == 0


async def test_what_could_not_be_kept_is_not_confirmed(house: House, client):
    said = {"key": "key-00000001", "text": "x"}
    house.refuse = True
    answer = await post(client, said)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    house.refuse = False
    assert (await post(client, said)).status_code == 204
    assert len(house.heard) == 1


async def test_a_message_reaches_the_page_with_its_buttons(house: House, client):
    rows = ((Button("食堂", "2"), Button("没有", "6")), (Button("停", "00", quiet=True),))
    async with listening(client, ME) as ear:
        sending = asyncio.create_task(
            house.web.send(to(ME, "哪件事？", rows=rows, screen="s1"))
        )
        said = await ear.next()
        await sending
    assert said["text"] == "哪件事？"
    assert said["screen"] == "s1"
    assert said["keys"] == [
        [
            {"label": "食堂", "says": "2", "quiet": False},
            {"label": "没有", "says": "6", "quiet": False},
        ],
        [{"label": "停", "says": "00", "quiet": True}],
    ]


async def test_nobody_listening_is_unreachable_at_once(house: House):
    with pytest.raises(Unreachable):
        await house.web.send(to(ME))


async def test_a_page_that_does_not_confirm_has_not_got_it(house: House, client):
    async with listening(client, ME) as ear:
        with pytest.raises(Unreachable):
            await asyncio.gather(house.web.send(to(ME)), ear.next(confirm=False))


async def test_a_message_tried_again_keeps_its_name_so_the_page_can_drop_the_repeat(
    house: House, client
):
    async with listening(client, ME) as ear:
        with pytest.raises(Unreachable):
            await house.web.send(to(ME))
        first = await ear.next(confirm=False)
        again = asyncio.create_task(house.web.send(to(ME)))
        second = await ear.next()
        await again
        twice = asyncio.create_task(house.web.send(to(ME)))
        third = await ear.next()
        await twice
    assert first["id"] == second["id"], "the same message, tried again"
    assert third["id"] != second["id"], "the same words, said again on purpose"


async def test_a_late_confirmation_still_counts(house: House, client):
    async with listening(client, ME) as ear:
        with pytest.raises(Unreachable):
            await house.web.send(to(ME))
        said = await ear.next()
        await house.web.send(to(ME))
        assert said["text"] == "你好"


async def test_a_message_in_flight_follows_a_page_that_is_reloaded(house: House, client):
    async with listening(client, ME) as ear:
        sending = asyncio.create_task(house.web.send(to(ME)))
        first = await ear.next(confirm=False)
    async with listening(client, ME) as ear:
        second = await ear.next()
        await sending
    assert first["id"] == second["id"]


async def test_opening_the_page_calls_for_what_waits(house: House, client):
    house.waiting.append(to(ME, "等你很久了"))
    async with listening(client, ME) as ear:
        assert (await ear.next())["text"] == "等你很久了"


async def test_one_page_may_listen_to_several_chats_and_no_other(house: House, client):
    async with listening(client, ME, OTHER) as ear, listening(client, OTHER) as other:
        sending = asyncio.create_task(house.web.send(to(ME, "给老师")))
        said = await ear.next()
        await sending
        assert (said["to"], said["text"]) == (0, "给老师")
        sending = asyncio.create_task(house.web.send(to(OTHER, "给家长")))
        assert (await ear.next(confirm=False))["to"] == 1
        assert (await other.next())["text"] == "给家长", "the teacher's words never came here"
        await sending


async def test_a_closed_page_is_forgotten(house: House, client):
    async with listening(client, ME):
        pass
    await asyncio.sleep(0.1)
    with pytest.raises(Unreachable, match="open"):
        await house.web.send(to(ME))


async def test_papers_and_pictures_come_under_addresses_nobody_can_guess(house: House, client):
    paper = File("第3期 周报.docx", b"PK docx")
    async with listening(client, ME) as ear:
        sending = asyncio.create_task(
            house.web.send(to(ME, "周报", files=(paper,), picture=b"\x89PNG"))
        )
        said = await ear.next()
        await sending
    [card] = said["papers"]
    assert (card["name"], card["size"]) == ("第3期 周报.docx", 7)
    got = await client.get(card["at"])
    assert got.content == b"PK docx"
    assert got.headers["content-disposition"].startswith(
        "attachment; filename*=UTF-8''%E7%AC%AC3"
    )
    assert got.headers["cache-control"] == "private, no-store"
    picture = await client.get(said["picture"])
    assert (picture.content, picture.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert (await client.get("/paper/guessed")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/chat", "/static/chat.js", "/demo/clock", "/nowhere"])
async def test_every_answer_forbids_what_a_page_does_not_need(client, path: str):
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/chat"])
@pytest.mark.parametrize(("lang", "word"), [("zh", "意见信箱"), ("en", "Suggestion box")])
async def test_a_page_speaks_the_language_asked_for(client, path: str, lang: str, word: str):
    html = (await client.get(path, params={"lang": lang})).text
    assert word in html
    assert (await client.get(path, params={"lang": "xx"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/chat"])
async def test_a_visit_is_small_and_brings_nothing_from_elsewhere(client, path: str):
    html = (await client.get(path)).text
    wanted = set(re.findall(r'(?:href|src)="([^"?#]+)"', html)) | {"/static/chat.js"}
    assert all(name.startswith("/static/") for name in wanted)
    size = len(html.encode())
    for name in wanted:
        answer = await client.get(name)
        assert answer.status_code == 200
        assert "://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
        size += len(answer.content)
    assert size < 50 * 1024


async def test_a_file_of_the_page_is_fetched_once(client):
    answer = await client.get("/static/chat.js")
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get("/static/chat.js", headers=known)).status_code == 304


@pytest.mark.parametrize("name", ["chat.html", "..%2fchat.py", "%2e%2e/chat.py", "nothing.js"])
async def test_only_the_pages_own_files_are_served(client, name: str):
    assert (await client.get(f"/static/{name}")).status_code == 404


async def test_the_clock_is_pushed_only_from_the_page_itself(house: House, client):
    assert (await client.get("/demo/clock")).json() == {"clock": "2014-03-26 09:00"}
    assert (await client.post("/demo/push/friday")).status_code == 404, "a strange page's form"
    assert (await client.get("/demo/push/friday")).status_code == 405
    assert (await client.post("/demo/push/doomsday", headers={"Demo": "1"})).status_code == 404
    pushed = await client.post("/demo/push/friday", headers={"Demo": "1"})
    assert pushed.json() == {"clock": "2014-03-28 15:00"}


async def test_it_stops_soon_though_pages_listen():
    house = House()
    began = 0.0
    async with httpx.AsyncClient(trust_env=False) as client:
        async with open_house(house):
            client.base_url = httpx.URL(house.base)
            async with listening(client, ME) as ear, listening(client, OTHER):
                sending = asyncio.create_task(house.web.send(to(ME)))
                await ear.next()
                await sending
                began = time.monotonic()
        assert time.monotonic() - began < 2
        with pytest.raises(httpx.ConnectError):
            await client.get("/chat")


async def test_a_taken_port_is_said_at_once(house: House):
    port = int(house.base.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Listener("127.0.0.1", port).bind()
