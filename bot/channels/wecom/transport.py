"""The channel: hears what members do, speaks, and tidies behind itself.

Hearing: a callback is taken in by `receive` and answered after that (`callback`). What makes the program fail three
times is given up and its writer is told. Somebody who opens the chat is greeted, but not each time they look in.

Speaking: one message at a time for each member, below the platform's silent limits. A message of several parts that
broke off goes on where it broke, and a second try is the very same, so that the platform delivers it once; what is
said again on purpose is made to differ. Where cards cannot be sent the same is said in words. While many people are
being heard, calls stand back: the platform waits 5 s for us, and people wait longer than that.

Tidying: a tapped card says what was chosen and takes no second tap; one that was answered in words is put to rest; a
receipt is taken back after ten minutes, and what repeats their words once the next thing is said. What members typed cannot be deleted (said in the privacy text).
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from secrets import token_hex
from typing import Any, assert_never

from starlette.routing import BaseRoute

from bot.channels.base import Blocked, NotStored, Receive, Rejected
from bot.channels.wecom import render
from bot.channels.wecom.callback import Door
from bot.channels.wecom.chats import Chat, Chats, Showing
from bot.channels.wecom.chores import Chores
from bot.channels.wecom.client import Client, Failed, Refused, Unanswered, Upload
from bot.channels.wecom.crypto import Seal
from bot.channels.wecom.directory import Directory
from bot.channels.wecom.failures import CARD_KNOWN, NO_CARD, NO_MEDIA, send_failed
from bot.channels.wecom.media import Kind, Media
from bot.channels.wecom.menu import hang_menu
from bot.channels.wecom.pacing import Pacing
from bot.channels.wecom.render import Card, Paper, Part, Picture, Said, Words
from bot.channels.wecom.updates import CHANNEL, ContactsChanged, Heard, read
from bot.channels.wecom.xml import Read
from bot.core.messages import Address, Outgoing, Sent

log = logging.getLogger(__name__)

RUSH, STAND_BACK = 4, 6.0
"""Callbacks being taken in from which on calls stand back, and for how many seconds at most."""
GREET_EVERY = 20 * 3600.0
"""Seconds without a deed or a greeting after which opening the chat is worth a greeting again."""
FAILURES = 3
"""Times a message may make the program fail before it is given up: the platform brings it no more often."""
TELL_AFTER = 25.0
"""Seconds after a failure by which the platform has brought the message again, if it ever does."""
SAME_WITHIN = 600
"""Seconds for which the platform drops what it has delivered already (`duplicate_check_interval`)."""
AGAIN_WITHIN = 240.0
"""Seconds after which a second try is put together anew."""
RECEIPT_FOR, RECEIPT_LEAST = 600.0, 60.0
"""Seconds a receipt stands in the chat; seconds it does at least, should the service stop meanwhile."""
WITHOUT_CARDS = 600.0
"""Seconds for which everything is said in words, once the platform has refused cards as such."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0
"""Seconds between two tries to hang up the menu."""


class Wecom:
    """The channel `wecom`. After `run` has ended it can still send what is left; `close` ends it."""

    name = CHANNEL

    def __init__(
        self,
        client: Client,
        seal: Seal,
        corp_id: str,
        agent_id: int,
        words: Words,
        *,
        clock: Callable[[], float],
        page: Callable[[Address, str], Awaitable[str]] | None = None,
        cards: bool = True,
        directory: Directory | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        """`clock`: seconds since 1970. `page`: where this member may answer a round instead, offered before its first
        question; empty where there is none."""
        self._client = client
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._words = words
        self._page = page
        self._cards = cards
        self._directory = directory
        self._door = Door(seal, clock, self._knocked)
        self._media = Media(client)
        self._pacing = pacing or Pacing()
        self._chats = Chats()
        self._chores = Chores()
        self._receive: Receive | None = None
        self._inside = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._failed: OrderedDict[str, int] = OrderedDict()
        self._no_cards_until = float("-inf")
        self._receipts: dict[str, tuple[asyncio.TimerHandle, float]] = {}

    def routes(self) -> tuple[BaseRoute, ...]:
        """What the listener must open."""
        return (self._door.route(),)

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, until cancelled. Needs no network to start."""
        self._receive = receive
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._introduce())
                if self._directory is not None:
                    tasks.create_task(self._directory.run())
                await asyncio.Event().wait()
        finally:
            self._receive = None

    async def fetch(self, sent: Sent) -> bytes:
        """The bytes of a file that was sent to us. Raises `Rejected` where it is gone (after three days), else as sending does."""
        try:
            return await self._client.download("media/get", media_id=sent.handle)
        except Refused as refused:
            if refused.code == NO_MEDIA:
                raise Rejected("gone") from None
            raise send_failed(refused) from None
        except Failed as failed:
            raise send_failed(failed) from None

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one message to its chat, or raise `SendFailed`."""
        chat = self._chats[outgoing.address.id]
        async with chat.speaking:
            await self._say(chat, outgoing)

    async def calm(self) -> None:
        """Until few people are being heard, or it has lasted long enough: for the client's `stand_back`."""
        if self._inside > RUSH:
            with suppress(TimeoutError):
                async with asyncio.timeout(STAND_BACK):
                    await self._calm.wait()

    async def close(self) -> None:
        """End what is still being tidied. The client is whose it was."""
        for message, (timer, shown) in tuple(self._receipts.items()):
            timer.cancel()
            if _now() - shown >= RECEIPT_LEAST:
                self._take_back(message)
        await self._chores.finish(1.0)

    # -- hearing ----------------------------------------------------------------

    async def _knocked(self, said: Read) -> None:
        """Take one callback in; returns when it may be answered. Raises `NotStored`."""
        self._inside += 1
        if self._inside > RUSH:
            self._calm.clear()
        try:
            await self._hear(read(said, self._corp_id, self._agent_id))
        finally:
            self._inside -= 1
            if self._inside <= RUSH:
                self._calm.set()

    async def _hear(self, heard: Heard | ContactsChanged | None) -> None:
        match heard:
            case None:
                pass
            case ContactsChanged():
                if self._directory is not None:
                    self._directory.changed()
            case Heard():
                chat = self._chats[heard.member]
                async with chat.hearing:
                    await self._take_in(chat, heard)
            case _:
                assert_never(heard)

    async def _take_in(self, chat: Chat, heard: Heard) -> None:
        if self._receive is None:
            raise NotStored("not running")
        mark = f"{heard.card}\n{heard.incoming.body}" if heard.card else ""
        if (heard.opened and _now() - chat.active < GREET_EVERY) or mark in chat.tapped:
            return
        try:
            await self._receive(heard.incoming)
        except NotStored:
            raise
        except Exception as error:
            self._fail(chat, heard, error)
            return
        self._failed.pop(_delivery(heard), None)
        chat.active, chat.answered = _now(), True
        if heard.card:
            chat.tap(mark)
            self._rest_tapped(chat, heard)

    def _fail(self, chat: Chat, heard: Heard, error: Exception) -> None:
        """The program failed: the platform may bring it again, and if it does not, the writer is told."""
        log.error("message failed", extra={"channel": CHANNEL}, exc_info=error)
        delivery = _delivery(heard)
        count = self._failed[delivery] = self._failed.pop(delivery, 0) + 1
        if len(self._failed) > 1000:
            self._failed.popitem(last=False)
        if count == 1:
            loop = asyncio.get_running_loop()
            loop.call_later(TELL_AFTER, self._tell_lost, chat, delivery)
        if count < FAILURES:
            raise NotStored from error

    def _tell_lost(self, chat: Chat, delivery: str) -> None:
        if self._failed.pop(delivery, 0):
            log.error("message given up", extra={"channel": CHANNEL})
            text = "\n".join(said["lost"] for said in self._words.values())
            self._chores.add(
                self._message, chat, {"msgtype": "text", "text": {"content": text}}
            )

    # -- speaking ---------------------------------------------------------------

    async def _say(self, chat: Chat, outgoing: Outgoing) -> None:
        page = ""
        if outgoing.opening and self._page is not None:
            page = await self._page(outgoing.address, outgoing.opening)
        showing = self._showing(chat, outgoing, page)
        old = (chat.card, chat.response) if chat.answered else ("", "")
        while showing.done < len(showing.parts):
            showing.tried = _now()
            await self._put(chat, showing)
        chat.showing = None
        for message in chat.echoes:
            self._take_back(message)
        chat.echoes = tuple(showing.sent) if outgoing.echoes else ()
        if outgoing.fleeting:
            for message in showing.sent:
                self._take_back_later(message)
        if old[1]:
            self._chores.add(self._rest_answered, chat.member, old[1])
        if chat.card == old[0]:
            chat.card = chat.response = ""

    def _showing(self, chat: Chat, outgoing: Outgoing, page: str) -> Showing:
        """This message put together; the very same one where it is tried again."""
        known = chat.showing
        if known and known.outgoing == outgoing and _now() - known.tried < AGAIN_WITHIN:
            return known
        with_cards = self._cards and _now() >= self._no_cards_until
        parts = render.parts(
            outgoing,
            self._words,
            f"t-{token_hex(12)}",
            page=page,
            with_cards=with_cards,
        )
        chat.showing = Showing(outgoing, tuple(self._apart(chat, part) for part in parts), 0.0)
        return chat.showing

    def _apart(self, chat: Chat, part: Part) -> Part:
        """What was said lately, and is said again on purpose, must differ, or the platform would drop it."""
        match part:
            case Said(text):
                before = chat.said_before(_print(text.encode()), _now(), SAME_WITHIN)
                return Said(text + _mark(before))
            case Paper(file):
                fingerprint = _print(f"{file.name}\0".encode() + file.content)
                if chat.said_before(fingerprint, _now(), SAME_WITHIN):
                    self._media.forget(*_attachment(part))
                return part
            case Picture(content):
                if chat.said_before(_print(content), _now(), SAME_WITHIN):
                    self._media.forget(*_attachment(part))
                return part
            case Card():
                return part  # its task has a new name each time
            case _:
                assert_never(part)

    async def _put(self, chat: Chat, showing: Showing) -> None:
        """The next part, when its turn has come."""
        part, unsure = showing.parts[showing.done], showing.unsure
        await self._pacing.turn(chat.member)
        try:
            showing.unsure = True
            said = await self._send_part(chat, part)
            self._stands(chat, part, said)
            showing.sent += [said["msgid"]] if isinstance(said.get("msgid"), str) else []
        except Refused as refused:
            showing.unsure = False
            if isinstance(part, Card) and refused.code in NO_CARD:
                if refused.code == CARD_KNOWN and unsure:
                    showing.done += 1  # it had arrived; only the answer was lost
                    return
                self._in_words(showing, part)
                return
            raise send_failed(refused) from None
        except Failed as failed:
            raise send_failed(failed) from None
        showing.unsure = False
        showing.done += 1

    def _in_words(self, showing: Showing, card: Card) -> None:
        """Cards are refused here: the same in words, and for a while no more cards."""
        self._no_cards_until = _now() + WITHOUT_CARDS
        log.error("cards refused", extra={"channel": CHANNEL})
        words = tuple(Said(piece) for piece in render.split(card.instead))
        before = tuple(part for part in showing.parts if not isinstance(part, Card))
        showing.parts = (*before[: showing.done], *words, *before[showing.done :])

    async def _send_part(self, chat: Chat, part: Part) -> dict[str, Any]:
        """Send it; a file whose name with the platform has expired is brought once more."""
        try:
            return await self._message(chat, await self._facts(part))
        except Refused as refused:
            if refused.code != NO_MEDIA or not isinstance(part, Paper | Picture):
                raise
        self._media.forget(*_attachment(part))
        return await self._message(chat, await self._facts(part))

    async def _facts(self, part: Part) -> dict[str, Any]:
        match part:
            case Said(text):
                return {"msgtype": "text", "text": {"content": text}}
            case Card(facts):
                return {"msgtype": "template_card", "template_card": facts}
            case Paper() | Picture():
                kind, file = _attachment(part)
                return {"msgtype": kind, kind: {"media_id": await self._media.id(kind, file)}}
            case _:
                assert_never(part)

    async def _message(self, chat: Chat, facts: Mapping[str, Any]) -> dict[str, Any]:
        said = await self._client.post(
            "message/send",
            {
                "touser": chat.member,
                "agentid": self._agent_id,
                "enable_duplicate_check": 1,
                "duplicate_check_interval": SAME_WITHIN,
                **facts,
            },
        )
        if chat.member.casefold() in str(said.get("invaliduser", "")).casefold().split("|"):
            raise Refused(81013)
        return said

    def _stands(self, chat: Chat, part: Part, said: Mapping[str, Any]) -> None:
        if isinstance(part, Card):
            chat.card = str(part.facts["task_id"])
            chat.response = str(said.get("response_code", ""))
            chat.answered = False

    # -- tidying ----------------------------------------------------------------

    def _rest_tapped(self, chat: Chat, heard: Heard) -> None:
        if chat.card == heard.card:
            chat.card = chat.response = ""
        if heard.response:
            words = self._words["zh"]
            said = words["chosen"].format(label=heard.chosen) if heard.chosen else words["over"]
            self._chores.add(self._change_card, chat.member, heard.response, said)

    async def _rest_answered(self, member: str, response: str) -> None:
        await self._change_card(member, response, self._words["zh"]["over"])

    async def _change_card(self, member: str, response: str, said: str) -> None:
        """Instead of the buttons: these words. The code is good for one call and 72 hours (path 94945)."""
        facts = {
            "userids": [member],
            "agentid": self._agent_id,
            "response_code": response,
            "button": {"replace_name": said},
        }
        await self._client.post("message/update_template_card", facts)

    def _take_back_later(self, message: str) -> None:
        timer = asyncio.get_running_loop().call_later(
            RECEIPT_FOR, lambda: self._take_back(message)
        )
        self._receipts[message] = timer, _now()

    def _take_back(self, message: str) -> None:
        self._receipts.pop(message, None)
        self._chores.add(self._client.post, "message/recall", {"msgid": message})

    # -- the platform -----------------------------------------------------------

    async def _introduce(self) -> None:
        """The menu, as soon as the platform can be reached, and for as long as that takes."""
        wait = FIRST_WAIT
        while True:
            try:
                return await hang_menu(self._client, self._agent_id, self._words)
            except Unanswered:
                pass
            except Failed as failed:
                if isinstance(send_failed(failed), Blocked | Rejected):
                    return None
            except Exception:
                log.exception("setting up failed", extra={"channel": CHANNEL})
                return None
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _attachment(part: Paper | Picture) -> tuple[Kind, Upload]:
    match part:
        case Paper(file):
            return "file", Upload(name=file.name, content=file.content)
        case Picture(content):
            return "image", Upload(name="picture.png", content=content)


def _delivery(heard: Heard) -> str:
    return f"{heard.member}\n{heard.incoming.key}"


def _print(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def _mark(number: int) -> str:
    """Something nobody sees, another for each number up to 255, in at most 24 bytes.

    >>> _mark(0), _mark(2)
    ('', '\\u200c\\u200b')
    """
    digits = f"{number % 256:b}" if number else ""
    return digits.replace("1", "\u200c").replace("0", "\u200b")


def _now() -> float:
    return time.monotonic()
