"""The service with a hand inside it: told on its standard input where to die, how slow to be, what time to believe.

    die PLACE N      kill -9 itself when it passes that place for the Nth time
    slow SECONDS     each commit takes so much longer
    readonly 1       the database takes nothing (0: it does again)
    clock SECONDS    the clock goes so much ahead of the wall, or behind it

Everything else about it is the real one: the deeds, the writer, the keys, the Telegram channel. Its database is a file in its
folder, or the server of the address it is given.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.app.wiring import App
from bot.channels.telegram.api import Api
from bot.channels.telegram.transport import Telegram
from bot.content.telegram import words
from bot.settings.reading import load
from storage.keys import Keyring
from storage.postgres import Postgres
from storage.sqlite import Sqlite
from tests.channels.telegram.botapi import TOKEN

PLACES = (
    "transaction begun",
    "keys written, not synced",
    "keys synced, not committed",
    "committed, nobody told",
    "an old key burned",
    "about to send",
    "sent, not noted",
    "log about to be emptied",
    "updates about to be confirmed",
)
"""Where it may be told to die: each side of each durable step of a message's way."""


class Hand:
    """What it was told."""

    def __init__(self) -> None:
        self.place, self.left = "", 0
        self.slow = 0.0
        self.readonly = False

    def passes(self, place: str) -> None:
        """It is here now; perhaps it ends here."""
        if place == self.place:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def meddle(hand: Hand) -> None:
    """Put the hand into the writer, the keys and the mouth."""
    sync, burn = Keyring.sync, Keyring.burn
    send, fetch = Telegram.send, Api.fetch

    def syncs(self: Keyring) -> None:
        if self._dirty:
            hand.passes("keys written, not synced")
        sync(self)

    def burns(self: Keyring, slot: int, key: bytes) -> None:
        burn(self, slot, key)
        hand.passes("an old key burned")

    async def sends(self: Telegram, outgoing: Any) -> Any:
        hand.passes("about to send")
        done = await send(self, outgoing)
        hand.passes("sent, not noted")
        return done

    async def fetches(self: Api, offset: int | None, **how: Any) -> Any:
        if offset is not None:
            hand.passes("updates about to be confirmed")
        return await fetch(self, offset, **how)

    changes: Changes = (
        *_memory(hand, Sqlite, _refuses_file),
        *_memory(hand, Postgres, _refuses_server),
        (Keyring, "sync", syncs),
        (Keyring, "burn", burns),
        (Telegram, "send", sends),
        (Api, "fetch", fetches),
    )
    for owner, name, changed in changes:
        setattr(owner, name, changed)


Changes = tuple[tuple[type, str, Callable[..., Any]], ...]


def _memory(hand: Hand, kind: type[Any], refuses: Callable[[Any, bool], None]) -> Changes:
    """The hand in the writer's connection."""
    begin, commit, settled = kind.begin, kind.commit, kind.settled

    said_readonly = False

    def begins(self: Any) -> None:
        nonlocal said_readonly
        if hand.readonly != said_readonly:
            said_readonly = hand.readonly
            refuses(self, said_readonly)
        begin(self)
        hand.passes("transaction begun")

    def commits(self: Any) -> None:
        if hand.slow:
            time.sleep(hand.slow)
        hand.passes("keys synced, not committed")
        commit(self)
        hand.passes("committed, nobody told")

    def settles(self: Any) -> bool:
        hand.passes("log about to be emptied")
        return settled(self)

    return (kind, "begin", begins), (kind, "commit", commits), (kind, "settled", settles)


def _refuses_file(memory: Sqlite, readonly: bool) -> None:
    memory._file.execute(f"PRAGMA query_only={'ON' if readonly else 'OFF'}")


def _refuses_server(memory: Postgres, readonly: bool) -> None:
    if not memory._line.is_closed():
        way = "ONLY" if readonly else "WRITE"
        told = f"SET SESSION CHARACTERISTICS AS TRANSACTION READ {way}"
        memory._turn(memory._line.execute(told))


def obey(hand: Hand, app: App) -> None:
    """Take what is said, until nobody says anything more."""
    for line in sys.stdin:
        match line.split():
            case ["die", *place, count]:
                hand.left, hand.place = int(count), " ".join(place)
            case ["slow", seconds]:
                hand.slow = float(seconds)
            case ["readonly", on]:
                hand.readonly = on == "1"
            case ["clock", seconds]:
                app.clock.ahead = float(seconds)
            case other:
                raise ValueError(other)


def settings_in(folder: Path, url: str = "") -> Any:
    """A configuration with this folder's own data and keys. With a server, the keys are all that the folder's disk holds."""
    config = folder / "config.toml"
    keys = folder / "data" / "keys" if url else folder / "keys"
    url = url or f"sqlite+aiosqlite:///{folder}/data/tingwen.db"
    config.write_text(f'[storage]\nurl = "{url}"\nkey_dir = "{keys}"\n', "utf-8")
    loaded = load(config, {})
    return loaded.settings, loaded.secrets


async def serve(base: str, folder: Path, ahead: float, url: str) -> None:
    """Until it is told to stop, or dies."""
    hand = Hand()
    meddle(hand)
    app = App(*settings_in(folder, url))
    app.clock.ahead = ahead
    telegram = Telegram(TOKEN, words(), api_base_url=base)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    threading.Thread(target=obey, args=(hand, app), daemon=True).start()
    async with app.running(telegram):
        await told.wait()
    await telegram.close()


def main() -> None:
    """Serve as the command line says."""
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
