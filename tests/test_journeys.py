"""Talks that were once had, had again on every channel: what the bot said then it says now.

Recorded with `tingwen chat --record FILE`. `pytest --rewrite-journeys` writes down what is said today; read the diff.
"""

import asyncio
import itertools
import json
import secrets
import time
import tomllib
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app.wiring import App
from bot.channels.console import Console
from bot.channels.http import Listener
from bot.channels.web.chat import WebChat
from bot.channels.wecom.client import Client
from bot.channels.wecom.crypto import Seal
from bot.channels.wecom.transport import Wecom
from bot.content.loader import load_texts
from bot.content.web import words
from bot.content.wecom import words as wecom_words
from bot.core.link import read_link
from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Edited,
    Incoming,
    Media,
    Outgoing,
    Tap,
    Text,
)
from bot.core.people import Post, Role
from bot.core.survey import LANGUAGES
from bot.settings.reading import Loaded
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.channels.telegram.botapi import BotApi
from tests.channels.telegram.house import speaking, until
from tests.channels.wecom.platform import AES_KEY, AGENT, CORP, SECRET, TOKEN, Platform
from tests.fakes import FakeChannel, FixedClock
from tests.pages import Phone
from tests.places import on_postgres, place

TEXTS = load_texts()
JOURNEYS = sorted((Path(__file__).parent / "journeys").glob("*.toml"))
AT_THE_DESK = sorted((Path(__file__).parent / "journeys" / "desk").glob("*.toml"))
"""What the office does, on the channels where it works."""

EVERY = JOURNEYS + AT_THE_DESK


def same(count: int) -> bytes:
    """Chance that gives the same receipt every time."""
    return b"\x07" * count


@dataclass
class Said:
    """One message, as a journey writes it."""

    text: str
    buttons: list[str]


class Talk:
    """What a journey needs of a channel: do a thing, and see what was said to it."""

    def __init__(self, app: App, clock: FixedClock) -> None:
        self.app = app
        self.clock = clock
        self.address = Address(channel="web", id=secrets.token_urlsafe(24))
        self.shown: dict[str, tuple[str, str]] = {}

    async def settle(self, front: Any) -> None:
        while front._answering:
            await asyncio.gather(*front._answering)
        await front.outbox.idle()
        self.clock.push(4)
        for address in front.alarms.take_due():
            await front.ring(address)
        await front.outbox.idle()

    async def employed(self, front: Any) -> None:
        """Whoever talks here is somebody of the office."""
        posts = (Post(role=Role.OFFICE),)
        await self.app.database.write(lambda tx: Work(tx).staff.join(self.address, "zh", posts))
        await front.look_again()

    def body(self, turn: dict[str, Any]) -> Body:
        match turn:
            case {"says": text}:
                return Text(text)
            case {"taps": label}:
                return Tap(*self.shown[label])
            case {"arrives": link}:
                return Arrived(link)
            case {"edits": text}:
                return Edited(text)
            case {"sends": what}:
                return Media(what)
        raise AssertionError(turn)

    def see(self, outgoing: Outgoing) -> Said:
        self.shown = {b.label: (b.says, outgoing.screen) for row in outgoing.rows for b in row}
        return Said(_anywhere(outgoing), list(self.shown))


def _anywhere(outgoing: Outgoing) -> str:
    """The text with what it says of its own channel put as it is said of any."""
    text = outgoing.text
    for language, about in itertools.product(LANGUAGES, ("reads", "tie")):
        if (own := f"{about}.{outgoing.address.channel}") in TEXTS:
            text = text.replace(TEXTS.say(language, own), TEXTS.say(language, f"{about}.chat"))
    return text


def house(folder: Path) -> Loaded:
    """The invented town, in whichever database the test is tried on."""
    loaded = sample(folder, {}, campaign=False)
    if not isinstance(where := place(folder), str):
        return loaded
    storage = replace(loaded.settings.storage, url=where)
    return replace(loaded, settings=replace(loaded.settings, storage=storage))


async def on_watch(app: App) -> None:
    """With PostgreSQL the watch is taken first; then somebody speaks."""
    while app.bell is None:
        await asyncio.sleep(0.01)


@asynccontextmanager
async def deeds(tmp_path, *, staff=False):
    """No channel at all: straight into the front door."""
    clock, channel = FixedClock(), FakeChannel()
    loaded = house(tmp_path)
    app = App(loaded.settings, loaded.secrets, clock, random=same)
    async with app.running(channel) as front:
        await on_watch(app)
        talk = Talk(app, clock)
        if staff:
            await talk.employed(front)

        async def turn(what: dict[str, Any]) -> list[Said]:
            channel.sent.clear()
            key = secrets.token_hex(8)
            await front.receive(
                Incoming(address=talk.address, key=key, body=talk.body(what), message=key)
            )
            await talk.settle(front)
            return [talk.see(sent) for sent in channel.sent]

        yield turn


@asynccontextmanager
async def web(tmp_path):
    """The real web chat on a real socket."""
    clock = FixedClock()
    loaded = house(tmp_path)
    app = App(loaded.settings, loaded.secrets, clock, random=same)
    listener = Listener("127.0.0.1", 0)
    url = listener.bind()
    chat = WebChat(words(), on_open=app.wake)
    listener.add(chat.routes())
    async with app.running(chat) as front, httpx.AsyncClient(base_url=url) as client:
        await on_watch(app)
        serving = asyncio.create_task(listener.run())
        talk = Talk(app, clock)
        client.headers["chat-token"] = talk.address.id
        heard: list[Said] = []
        listening = asyncio.create_task(_listen(client, heard, talk))
        await asyncio.sleep(0.2)

        async def turn(what: dict[str, Any]) -> list[Said]:
            heard.clear()
            kind, value = next(iter(what.items()))
            named = {"key": secrets.token_hex(8), "message": secrets.token_hex(8)}
            match kind:
                case "says":
                    said = {"text": value}
                case "taps":
                    says, screen = talk.shown[value]
                    said = {"tap": {"says": says, "screen": screen}}
                case "arrives":
                    said = {"arrived": {"link": value}}
                case _:
                    raise AssertionError(kind)
            answer = await client.post("/chat", json={**named, **said})
            assert answer.status_code == 204
            await talk.settle(front)
            return list(heard)

        try:
            yield turn
        finally:
            listening.cancel()
            serving.cancel()
            await asyncio.gather(listening, serving, return_exceptions=True)


async def _listen(client: httpx.AsyncClient, heard: list[Said], talk: Talk) -> None:
    async with client.stream("GET", "/chat/events", timeout=60) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data: "):
                continue
            said = json.loads(line[6:])
            buttons = [b for row in said.get("keys", said.get("rows", [])) for b in row]
            talk.shown = {b["label"]: (b["says"], said.get("screen", "")) for b in buttons}
            heard.append(Said(said["text"], list(talk.shown)))
            await client.post("/chat/seen", json={"id": said["id"]})


@asynccontextmanager
async def console(tmp_path):
    """The terminal, which shows the same words with numbers before the choices."""
    clock = FixedClock()
    loaded = house(tmp_path)
    app = App(loaded.settings, loaded.secrets, clock, random=same)
    output = StringIO()
    channel = Console(StringIO(), output, words()["zh"])
    async with app.running() as front:
        await on_watch(app)
        app.channels["console"] = channel
        talk = Talk(app, clock)
        talk.address = Address(channel="console", id="console")
        sent: list[Said] = []
        send = channel.send

        async def noting(outgoing: Outgoing) -> None:
            before = output.tell()
            await send(outgoing)
            written = output.getvalue()[before:]
            assert outgoing.text in written
            sent.append(talk.see(outgoing))
            assert all(label in written for label in talk.shown)

        channel.send = noting

        async def turn(what: dict[str, Any]) -> list[Said]:
            sent.clear()
            key = secrets.token_hex(8)
            await front.receive(
                Incoming(address=talk.address, key=key, body=talk.body(what), message=key)
            )
            await talk.settle(front)
            return list(sent)

        yield turn


@asynccontextmanager
async def wecom(tmp_path, *, staff=False):
    """WeCom's own platform brings it in, sealed, and shows it on cards and in words."""
    clock, listener = FixedClock(), Listener("127.0.0.1", 0)
    loaded = house(tmp_path)
    app = App(loaded.settings, loaded.secrets, clock, random=same)
    async with Platform() as platform:
        client = Client(CORP, SECRET, api_base_url=platform.base)
        seal = Seal(TOKEN, AES_KEY, CORP)
        channel = Wecom(client, seal, CORP, AGENT, wecom_words(), clock=time.time)
        platform.callback = f"{listener.bind()}/wecom"
        listener.add(channel.routes())
        anna = platform.member("ZhangSan")
        talk = Talk(app, clock)
        talk.address = Address(channel="wecom", id=anna.id)
        sent: list[Said] = []
        send = channel.send

        async def noting(outgoing: Outgoing) -> None:
            before = len(anna.shown)
            await send(outgoing)
            sent.append(talk.see(outgoing))
            new = anna.shown[before:]
            seen = "\n".join([*(one.text for one in new), *(str(one.card) for one in new)])
            assert all(line in seen for line in outgoing.text.split("\n"))
            assert all(label in seen for label in talk.shown)

        channel.send = noting
        async with app.running(channel) as front:
            await on_watch(app)
            serving = asyncio.create_task(listener.run())
            if staff:
                await talk.employed(front)

            async def turn(what: dict[str, Any]) -> list[Said]:
                sent.clear()
                match what:
                    case {"says": text}:
                        await anna.says(text)
                    case {"taps": label} if any(label in one for one in anna.labels):
                        await anna.taps(label)
                    case {"taps": label}:  # named in words below the question
                        await anna.says(talk.shown[label][0])
                    case {"arrives": ""}:
                        await anna.enters()
                    case {"arrives": link}:
                        await anna.says(f"/start {link}")
                    case _:
                        raise AssertionError(what)
                await talk.settle(front)
                with suppress(TimeoutError):
                    async with asyncio.timeout(
                        10
                    ):  # the alarm's own task may have been quicker
                        while not sent:
                            await asyncio.sleep(0.02)
                await front.outbox.idle()
                return list(sent)

            try:
                yield turn
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
        await channel.close()
        await client.close()
        assert not platform.cut
        assert not platform.dropped
        assert not platform.refusals.keys() - {46003, 48002}  # no menu yet; no parents here


@asynccontextmanager
async def telegram(tmp_path):
    """Telegram's own server brings the office's in, and shows it with buttons below."""
    clock = FixedClock()
    loaded = house(tmp_path)
    app = App(loaded.settings, loaded.secrets, clock, random=same)
    async with BotApi() as api, speaking(api) as channel:
        anna = api.person(7)
        talk = Talk(app, clock)
        talk.address = Address(channel="telegram", id=str(anna.id))
        sent: list[Said] = []
        send = channel.send

        async def noting(outgoing: Outgoing) -> None:
            await send(outgoing)
            sent.append(talk.see(outgoing))
            seen = "\n".join(one.text for one in anna.heard)
            assert all(line in seen for line in outgoing.text.split("\n"))
            assert all(any(label in one for one in anna.labels) for label in talk.shown)

        channel.send = noting
        async with app.running(channel) as front:
            await on_watch(app)
            await talk.employed(front)

            async def turn(what: dict[str, Any]) -> list[Said]:
                sent.clear()
                match what:
                    case {"says": text}:
                        anna.says(text)
                    case {"taps": label}:
                        anna.taps(label)
                    case {"arrives": link}:
                        anna.says(f"/start {link}".strip())
                    case _:
                        raise AssertionError(what)
                await until(lambda: not api.pending)
                await talk.settle(front)
                return list(sent)

            yield turn


@asynccontextmanager
async def page(tmp_path):
    """The questionnaire without scripts: real forms on a real socket, by a link of one's own."""
    clock, listener = FixedClock(), Listener("127.0.0.1", 0)
    url = listener.bind()
    loaded = house(tmp_path)
    settings = replace(loaded.settings, web=replace(loaded.settings.web, public_url=url))
    app = App(settings, loaded.secrets, clock, random=same)
    channel = app.page()
    listener.add(channel.routes())
    talk, sent, heard = Talk(app, clock), list[Said](), list[Outgoing]()
    send = channel.send

    async def noting(outgoing: Outgoing) -> None:
        await send(outgoing)
        sent.append(talk.see(outgoing))
        heard.append(outgoing)

    channel.send = noting
    async with app.running(channel) as front, httpx.AsyncClient(base_url=url) as client:
        await on_watch(app)
        serving = asyncio.create_task(listener.run())
        phone = Phone(client)

        async def turn(what: dict[str, Any]) -> list[Said]:
            sent.clear()
            heard.clear()
            match what:
                case {"arrives": link}:
                    anna, led = Address(channel="school", id="anna"), read_link(link)
                    await app.database.write(
                        lambda tx: Work(tx).identity.place(anna, "zh", led.group, led.unit)
                    )
                    await phone.opens(await app.own_link(anna, front.agenda.rounds[0].id))
                    await phone.taps(
                        next(b.label for b in phone.seen.buttons if b.value == "begin")
                    )
                case {"says": text}:
                    await phone.says(text)
                case {"taps": label}:
                    await phone.taps(label)
                case _:
                    raise AssertionError(what)
            await talk.settle(front)
            for outgoing, said in zip(heard, sent, strict=True):
                assert all(line.strip() in phone.text for line in outgoing.text.split("\n"))
                assert all(label in phone.labels for label in said.buttons)
            return list(sent)

        try:
            yield turn
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


@pytest.mark.parametrize(
    "channel", [deeds, web, console, wecom, page], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("journey", JOURNEYS, ids=[j.stem for j in JOURNEYS])
async def test_a_recorded_journey_goes_as_it_went(journey, channel, tmp_path, request):
    await _replayed(journey, channel(tmp_path), request)


@pytest.mark.parametrize(
    "channel",
    [partial(deeds, staff=True), partial(wecom, staff=True), telegram],
    ids=["deeds", "wecom", "telegram"],
)
@pytest.mark.parametrize("journey", AT_THE_DESK, ids=[j.stem for j in AT_THE_DESK])
async def test_what_the_office_did_goes_as_it_went(journey, channel, tmp_path, request):
    await _replayed(journey, channel(tmp_path), request)


@pytest.mark.one_database
@pytest.mark.parametrize("journey", EVERY, ids=[j.stem for j in EVERY])
async def test_a_talk_on_postgresql_goes_as_it_went_on_sqlite(journey, tmp_path, request):
    with on_postgres():
        await _replayed(journey, deeds(tmp_path, staff=journey in AT_THE_DESK), request)


async def _replayed(journey: Path, opened: Any, request: pytest.FixtureRequest) -> None:
    turns = tomllib.loads(journey.read_text(encoding="utf-8"))["turns"]
    rewritten: list[str] = []
    async with opened as take:
        for number, turn in enumerate(turns, 1):
            expected = [Said(**said) for said in turn.pop("sees", [])]
            seen = await take(turn)
            rewritten.append(_written(turn, seen))
            if not request.config.getoption("--rewrite-journeys"):
                assert seen == expected, f"turn {number}: {turn}"
    if request.config.getoption("--rewrite-journeys"):
        journey.write_text("".join(rewritten), encoding="utf-8")


def _written(turn: dict[str, Any], seen: list[Said]) -> str:
    (kind, value), *_ = turn.items()
    lines = [f"[[turns]]\n{kind} = {json.dumps(value, ensure_ascii=False)}\n"]
    for said in seen:
        text, labels = (json.dumps(x, ensure_ascii=False) for x in (said.text, said.buttons))
        lines.append(f"[[turns.sees]]\ntext = {text}\nbuttons = {labels}\n\n")
    return "".join(lines)
