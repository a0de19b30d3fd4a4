"""A telephone without scripts: it fetches pages, fills in forms, sends them, follows redirects and refreshes, keeps one cookie.

phone = Phone(client)
await phone.opens("/q/u_newtown-g_parent")
await phone.taps("开始")
assert "知道了" in phone.text
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx

from bot.app.wiring import App
from bot.channels.http import Listener
from bot.channels.page.door import PUZZLES, puzzle_bits
from bot.channels.page.transport import Page
from bot.core.messages import Address
from bot.core.survey import Language
from bot.settings import PlannedRound
from bot.verbs.opening import sample
from handlers.front import Front
from storage.unit_of_work import Work
from tests.fakes import FixedClock

_HIDDEN = frozenset({"script", "style", "title", "noscript"})


@dataclass
class Button:
    label: str
    name: str
    value: str
    form: "Form"


@dataclass
class Form:
    action: str
    work: int
    fields: dict[str, str] = field(default_factory=dict)
    writes: bool = False


class Reader(HTMLParser):
    """What somebody sees, and what the forms hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.heading = ""
        self.forms: list[Form] = []
        self.buttons: list[Button] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag not in ("meta", "link", "input", "br"):
            self._inside.append(tag)
        match tag:
            case "form":
                self.forms.append(Form(has["action"], int(has.get("data-work", "0"))))
            case "input" if has.get("type") == "hidden":
                self.forms[-1].fields[has["name"]] = has["value"]
            case "input" | "textarea":
                self.forms[-1].writes = True
            case "button":
                self.buttons.append(
                    Button("", has.get("name", ""), has.get("value", ""), self.forms[-1])
                )
            case "p" | "h1" | "li" | "div":
                self.said.append("")
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if _HIDDEN & set(self._inside):
            return
        if "button" in self._inside:
            if "span" not in self._inside:
                self.buttons[-1].label += data
            return
        if "h1" in self._inside:
            self.heading += data
        if not self.said:
            self.said.append("")
        self.said[-1] += data


class Phone:
    """Somebody's, with one window."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.client.follow_redirects = True
        self.html = ""
        self.refresh = ""
        """Where the page goes by itself, and when."""
        self.status = 0
        self.seen = Reader("")
        self.taken = 0
        """Taps so far."""
        self.follows = True
        """Pages that come again by themselves are waited for."""

    async def opens(self, at: str) -> None:
        """Follow a link."""
        await self._shows(await self.client.get(at))

    async def taps(self, label: str) -> None:
        """Press what says so."""
        button = next((b for b in self.seen.buttons if b.label == label), None)
        assert button is not None, f"no {label!r} among {self.labels}"
        self.taken += 1
        await self.sends(button.form, {button.name: button.value})

    async def says(self, text: str) -> None:
        """Write into the field and send it; or tap what says this; or say it all the same."""
        talk = next(form for form in self.seen.forms if form.action == "/q/now")
        tapped = next((b for b in self.seen.buttons if b.value == text), None)
        if tapped is not None:
            await self.sends(talk, {"says": text})
        else:
            await self.sends(talk, {"text": text, "do": "write"})

    async def sends(self, form: Form, more: dict[str, str]) -> None:
        """A form, as a browser sends it; the work of a door is done first."""
        fields = {**form.fields, **more}
        if form.action == "/q/begin" and (work := max(f.work for f in self.seen.forms)):
            fields["proof"] = prove(fields["challenge"], work)
        await self._shows(await self.client.post(form.action, data=fields))

    async def reloads(self) -> None:
        """Where one is now."""
        await self.opens("/q/now")

    @property
    def text(self) -> str:
        """All that can be read, but what stands on buttons."""
        return "\n".join(line.strip() for line in self.seen.said if line.strip())

    @property
    def labels(self) -> list[str]:
        """What stands on buttons."""
        return [button.label for button in self.seen.buttons]

    async def _shows(self, answer: httpx.Response) -> None:
        while True:
            self.html, self.status = answer.text, answer.status_code
            self.refresh = answer.headers.get("refresh", "")
            self.seen = Reader(self.html)
            again = re.fullmatch(r"(\d+); url=(.+)", self.refresh)
            if again is None or int(again[1]) > 5 or not self.follows:
                return
            await asyncio.sleep(0.1)
            answer = await self.client.get(again[2])


def prove(challenge: str, work: int) -> str:
    """The numbers a script would find."""
    zeros, found = 256 - puzzle_bits(work), []
    for i in range(PUZZLES):
        number = 0
        while (
            int.from_bytes(sha256(f"{challenge}.{i}.{number}".encode()).digest(), "big")
            >> zeros
        ):
            number += 1
        found.append(str(number))
    return ".".join(found)


ROUND = "spring"


@dataclass
class House:
    """The whole service with its page on a socket, and a clock."""

    app: App
    front: Front
    clock: FixedClock
    url: str
    channel: Page
    clients: list[httpx.AsyncClient]

    def phone(self) -> Phone:
        """Another one, which knows nothing yet."""
        client = httpx.AsyncClient(base_url=self.url, timeout=20)
        self.clients.append(client)
        return Phone(client)

    async def parent(
        self,
        name: str,
        *,
        unit: str = "newtown",
        group: str = "parent",
        language: Language = "zh",
    ) -> str:
        """Where the notice to this parent leads."""
        address = Address(channel="school", id=name)
        await self.app.database.write(
            lambda tx: Work(tx).identity.place(address, language, group, unit)
        )
        return (await self.app.own_link(address, ROUND)).removeprefix(self.url)

    async def quiet(self) -> None:
        """All is said that can be."""
        self.clock.push(4)
        for address in self.front.alarms.take_due():
            await self.front.ring(address)


@asynccontextmanager
async def page_house(
    folder: Path, *, work: int = 6, days: int = 30, **more: Any
) -> AsyncIterator[House]:
    """The invented town, with one round that is open for so many days."""
    clock, listener = FixedClock(), Listener("127.0.0.1", 0)
    url = listener.bind()
    loaded = sample(folder, {}, campaign=False)
    now = datetime.fromtimestamp(clock(), UTC)
    spring = PlannedRound(
        id=ROUND,
        survey="kunshan",
        units=(),
        groups=(),
        opens=now - timedelta(days=1),
        closes=now + timedelta(days=days),
        reminders=2,
    )
    web = replace(loaded.settings.web, public_url=url, work=work)
    settings = replace(loaded.settings, web=web, rounds=(spring,))
    app = App(settings, loaded.secrets, clock, **more)
    channel = app.page()
    listener.add(channel.routes())
    async with app.running(channel) as front:
        serving = asyncio.create_task(listener.run())
        home = House(app, front, clock, url, channel, [])
        try:
            yield home
        finally:
            for client in home.clients:
                await client.aclose()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
