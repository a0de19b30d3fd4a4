"""A house whose Friday comes over and over, to be killed: a child process of `test_week`.

python -m tests.process.week FOLDER people     40 people hand in during the week
python -m tests.process.week FOLDER friday     it is Friday 15:00; the office sends what lies on its desk
python -m tests.process.week FOLDER posted PORT URL    the same, also to two mailboxes and a hook on loopback
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.app.wiring import App
from bot.channels import mail as mailing
from bot.channels.base import Channel, Receive
from bot.channels.hook import Hooks
from bot.core.messages import Address, Arrived, Body, Incoming, Outgoing, Text
from bot.core.people import Post, Role
from bot.settings import Digest, Hook, Mail
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.fakes import FixedClock

THURSDAY = 1_395_900_000.0
FRIDAY = 1_395_990_001.0
"""2014-03-28 15:00:01 in Shanghai."""

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

OFFICE = tuple(Address(channel="letters", id=f"office{i}") for i in range(3))


class Letters:
    """A channel that puts each message durably on paper."""

    name = "letters"

    def __init__(self, file: Path) -> None:
        self._file = file

    async def run(self, receive: Receive) -> None:
        await asyncio.get_running_loop().create_future()

    async def send(self, outgoing: Outgoing) -> None:
        head = outgoing.text.split("\n", 1)[0]
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{outgoing.address.id}\t{head}\t{len(outgoing.files)}\n")
            file.flush()
            os.fsync(file.fileno())


def app(folder: Path, now: float) -> App:
    loaded = sample(folder, {})
    return App(loaded.settings, loaded.secrets, FixedClock(now))


async def people(folder: Path) -> None:
    house = app(folder, THURSDAY)
    async with house.running(Letters(folder / "letters")) as front:

        async def one(number: int) -> None:
            address = Address(channel="letters", id=f"p{number}")
            unit = ("no1", "newtown", "shiyan", "chengdong")[number % 4]
            turns: list[Body] = [
                Arrived(f"u_{unit}-g_parent"),
                *map(Text, ("1", "2", "3", "88", "1")),
            ]
            for key, body in enumerate(turns):
                await front.receive(
                    Incoming(address=address, key=f"{key}", body=body, message=f"{key}")
                )

        await asyncio.gather(*(one(i) for i in range(40)))
        await front.outbox.idle()

        def employ(tx):
            for address in OFFICE:
                Work(tx).staff.join(address, "zh", (Post(role=Role.OFFICE),))

        await house.database.write(employ)


def posted(folder: Path, port: int, url: str) -> tuple[App, list[Channel]]:
    loaded, clock = sample(folder, {}), FixedClock(FRIDAY)
    mail = Mail(host="127.0.0.1", port=port, security="none", sender="office@school.example")
    hook = Hook(urls=(url,), allow=("127.0.0.0/8",))
    digest = Digest(recipients=("head@school.example", "bureau@city.example"))
    settings = replace(loaded.settings, mail=mail, hook=hook, digest=digest)
    servers = [mailing.Letters(mail, "", clock), Hooks(hook, SECRET, clock)]
    return App(settings, loaded.secrets, clock), servers


async def friday(folder: Path, house: App, servers: Sequence[Channel] = ()) -> None:
    async with house.running(Letters(folder / "letters"), *servers) as front:
        assert house.bell is not None
        await house.bell.ring()
        await front.receive(
            Incoming(
                address=OFFICE[0], key="send", body=Text("发送 2014-03-28 1 确认"), message="s"
            )
        )
        await house.bell.ring()
        assert house.carrier is not None
        await house.carrier.idle()
        print("done", flush=True)


if __name__ == "__main__":
    where, what = Path(sys.argv[1]), sys.argv[2]
    match what:
        case "people":
            asyncio.run(people(where))
        case "posted":
            asyncio.run(friday(where, *posted(where, int(sys.argv[3]), sys.argv[4])))
        case _:
            asyncio.run(friday(where, app(where, FRIDAY)))
