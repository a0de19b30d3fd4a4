"""The channel: hears what people do, says what the deeds want said, and tidies the chat behind itself.

Hearing: an update is taken in by `receive` and confirmed after that (`polling`, `webhook`). What cannot be read is
confirmed and counted; nothing of it is logged. What makes the program fail three times is given up and its writer is
told, or it would come back for ever.

Speaking: one message at a time for each chat, paced; a message of several parts that broke off goes on where it
broke. A screen shown again (an option ticked) changes the message in place; otherwise the old buttons go away once
the new ones stand. A send whose answer got lost may be repeated: the platform has no key against it
(tdlib/telegram-bot-api#126).

Tidying (`tidy`): what somebody typed is deleted from the chat once it has been answered, and they are told so; so is
what we said where it repeats their words. A receipt is shown in an alert, in answer to the tap that handed in, and for
ten minutes once more on asking; where nobody tapped it is a message that goes after as long.
"""

import asyncio
import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, TypeVar, assert_never

from starlette.routing import BaseRoute
from telegram.error import TelegramError
from telegram.helpers import create_deep_linked_url

from bot.channels import pieces
from bot.channels.base import (
    Blocked,
    Circles,
    NotStored,
    Receive,
    Rejected,
    SendFailed,
    Shift,
    Throttled,
    Unreachable,
)
from bot.channels.telegram import render
from bot.channels.telegram.api import LONG, Api
from bot.channels.telegram.chats import Chat, Chats, Glimpse, Half
from bot.channels.telegram.chores import Chores
from bot.channels.telegram.failures import send_failed, wrong_token
from bot.channels.telegram.pacing import Pacing
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.profile import Words, introduce
from bot.channels.telegram.render import Paper, Part, Picture
from bot.channels.telegram.request import Lines, Refused
from bot.channels.telegram.updates import (
    CHANNEL,
    WANTED,
    Heard,
    HeardInGroup,
    Moved,
    Seated,
    Unreadable,
    address_of,
    read,
    who,
)
from bot.channels.telegram.webhook import PATH, Door, secret
from bot.core.messages import Address, Button, Outgoing, Sent

log = logging.getLogger(__name__)

LINES = 48
"""Connections to the platform at a time."""
OWED = 30.0
"""Seconds for which somebody who wrote waits for an answer."""
RUSH = 8
"""Messages on their way at a time, from which on tidying stands back."""
SPIN = 2.0
"""Seconds a tap may spin at most; mostly its answer stops it, or is shown in an alert."""
GLIMPSE = 600.0
"""Seconds for which a receipt can be seen once more."""
UNTIDY = 30.0
"""Seconds after which typed words are deleted even if no answer went out."""
FAILURES = 3
"""Times a message may make the program fail before it is given up."""
LARGEST_FILE = 20 << 20
"""Bytes of a file that the platform hands on (core.telegram.org/bots/api#getfile)."""
HINT_EVERY = 3600.0
"""Seconds between two hints to the same group that surveys are held in private."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
"""Seconds between two tries to introduce the bot."""

K = TypeVar("K")
V = TypeVar("V")


class Telegram:
    """The channel `telegram`. After `run` has ended it can still send what is left; `close` ends it."""

    name = CHANNEL

    def __init__(
        self,
        token: str,
        words: Words,
        *,
        api_base_url: str = "https://api.telegram.org",
        mode: Literal["polling", "webhook"] = "polling",
        public_url: str = "",
        tidy: bool = True,
        circles: Circles | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self._words = words
        self._mode = mode
        self._public_url = public_url
        self._tidy = tidy
        self.circles = circles
        self.shift = Shift()
        self._lines = Lines(api_base_url, count=LINES)
        self._ear = Lines(api_base_url, count=2, patience=LONG + 10.0)
        self._bot = Api(
            token,
            f"{api_base_url}/bot",
            request=self._lines,
            get_updates_request=self._ear,
        )
        self._secret = secret(token)
        self._door = Door(token, self._knocked)
        self._pacing = pacing or Pacing()
        self._chats = Chats()
        self._saying = 0
        self._chores = Chores(rush=lambda: self._saying > RUSH)
        self._receive: Receive | None = None
        self._marks = itertools.count()
        self._moved: dict[int, int] = {}
        self._failed: OrderedDict[object, int] = OrderedDict()
        self._hinted: OrderedDict[int, float] = OrderedDict()
        self._unreadable = 0
        self._username = ""

    def routes(self) -> tuple[BaseRoute, ...]:
        """What the listener must open."""
        return (self._door.route(),) if self._mode == "webhook" else ()

    def link(self, payload: str) -> str:
        """The address that opens the chat with this start payload.

        Empty until the platform was reached once, and for what it would not take (more than 64 characters).
        """
        if not self._username or len(payload) > render.LONGEST_PAYLOAD:
            return ""
        return create_deep_linked_url(self._username, payload or None)

    async def run(self, receive: Receive) -> None:
        """Hand on what comes in, until cancelled. Needs no network to start."""
        self._receive = receive
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._introduce())
                if self._mode == "polling":
                    tasks.create_task(self.shift.during(self._poll))
                else:
                    tasks.create_task(asyncio.Event().wait())
        finally:
            self._receive = None
            for chat in self._chats:
                self._tidy_up(chat)

    async def _poll(self) -> None:
        await Poller(self._bot, self._hear).run()

    async def fetch(self, sent: Sent) -> bytes:
        """The bytes of a file that was sent to us. Raises `Rejected` where it is gone or too large, else as sending does."""
        if sent.size > LARGEST_FILE:
            raise Rejected("too large")
        try:
            return await self._lines.download(await self._bot.where(sent.handle), LARGEST_FILE)
        except Refused as refused:
            if refused.code == 404:
                raise Rejected("gone") from refused
            if "temporarily" in refused.said:
                raise Unreachable("file") from refused
            raise send_failed(refused) from refused
        except TelegramError as error:
            raise send_failed(error) from error

    async def send(self, outgoing: Outgoing) -> None:
        """Bring one message to its chat, or raise `SendFailed`."""
        chat = self._chat(outgoing.address)
        if not outgoing.tidy:
            chat.typed.clear()
        self._saying += 1
        try:
            async with chat.speaking:
                await self._say(chat, outgoing)
        finally:
            self._saying -= 1
        self._tidy_up(chat)

    async def close(self) -> None:
        """End what is still being tidied, and hang up."""
        await self._chores.finish(1.0)
        await self._lines.shutdown()
        await self._ear.shutdown()

    # -- hearing ----------------------------------------------------------------

    async def _knocked(self, raw: Mapping[str, Any]) -> None:
        if self._receive is None:
            raise NotStored("not running")
        async with self._chats[who(raw)].hearing:
            await self._hear(raw)

    async def _hear(self, raw: Mapping[str, Any]) -> None:
        """Take one update in; returns when it may be confirmed. Raises `NotStored`."""
        try:
            await self._take(raw)
        except NotStored:
            raise
        except Unreadable:
            self._unreadable += 1
            extra = {"channel": CHANNEL, "count": self._unreadable}
            log.warning("update unreadable", extra=extra)
        except Exception as error:
            log.exception("update failed", extra={"channel": CHANNEL})
            if self._failures(raw.get("update_id")) < FAILURES:
                raise NotStored from error
            await self._give_up(raw)

    async def _take(self, raw: Mapping[str, Any]) -> None:
        match read(raw):
            case None:
                pass
            case Heard() as heard:
                await self._take_in(heard)
            case HeardInGroup() as heard:
                await self._take_in_group(heard)
            case Moved(old=old, new=new):
                await self._note_moved(old, new)
            case Seated(chat=chat, inside=inside):
                await self._note_seated(chat, inside=inside)

    async def _take_in(self, heard: Heard) -> None:
        if self._receive is None:
            raise NotStored("not running")
        chat = self._chats[heard.chat]
        chat.owed_until = _now() + OWED
        if chat.query not in ("", heard.query):
            self._answer_query(chat.query)
        if heard.incoming.body == render.AGAIN:
            self._show_again(chat, heard.query)
            return
        chat.tapped, chat.query = heard.tapped, heard.query
        if heard.echo:
            chat.echoes.add(heard.tapped)
        try:
            await self._receive(heard.incoming)
        finally:
            if heard.query:
                self._chores.later(SPIN, self._stop_spinning, chat, heard.query)
        if self._tidy and heard.typed:
            chat.typed.append(heard.typed)
            if len(chat.typed) == 1:
                asyncio.get_running_loop().call_later(UNTIDY, self._tidy_up, chat)

    async def _take_in_group(self, heard: HeardInGroup) -> None:
        """A command of the office is its desk's; all else is told once that surveys are held in private."""
        if self._username and heard.named not in ("", self._username.casefold()):
            return  # another bot is meant
        ours = self.circles is not None and await self.circles.heard_in_circle(heard.said)
        if heard.query:
            self._answer_query(heard.query, "" if ours else "group_not_yours")
        elif not ours:
            self._hint(heard.chat, "group_hint")

    def _hint(self, group: int, key: str) -> None:
        if _now() - self._hinted.get(group, -HINT_EVERY) >= HINT_EVERY:
            _remember(self._hinted, group, _now())
            self._chores.add(self._speak_plainly, group, key)

    async def _note_seated(self, group: int, *, inside: bool) -> None:
        if inside:
            self._hint(group, "group_hello")
        elif new := await self._new_id(group):
            await self._note_moved(group, new)
        elif self.circles is not None:
            await self.circles.circle_left(address_of(group))

    async def _new_id(self, group: int) -> int:
        """A group that has become a supergroup looks like one that was left: its new id; 0 where it was left. Raises
        `NotStored` where the platform does not say."""
        try:
            await self._bot.look_at(group)
        except Refused as refused:
            if refused.code == 429:
                raise NotStored from refused
            return refused.moved_to
        except TelegramError as error:
            raise NotStored from error
        return 0

    async def _note_moved(self, old: int, new: int) -> None:
        """The platform has told that a group has another id. Raises `NotStored`."""
        if self.circles is not None and self._moved.get(old) != new:
            await self.circles.circle_moved(address_of(old), address_of(new))
        self._moved[old] = new

    def _failures(self, update: object) -> int:
        count = self._failed.pop(update, 0) + 1
        if count < FAILURES:
            _remember(self._failed, update, count)
        return count

    async def _give_up(self, raw: Mapping[str, Any]) -> None:
        """It would fail for ever. Its writer is told, so that nothing is lost in silence."""
        log.error("update given up", extra={"channel": CHANNEL})
        if (chat := who(raw)) > 0:
            self._chores.add(self._speak_plainly, chat, "lost")

    # -- speaking ---------------------------------------------------------------

    async def _say(self, chat: Chat, outgoing: Outgoing) -> None:
        if outgoing.fleeting is not None:
            outgoing = await self._shown_in_passing(chat, outgoing)
        if chat.query:
            query, chat.query = chat.query, ""
            self._answer_query(query)
        note = self._note(chat, outgoing)
        mark = _mark(next(self._marks)) + (render.ECHO if outgoing.echoes else "")
        parts = render.parts(outgoing, mark, note)
        sent = list(chat.half.sent) if chat.half and chat.half.outgoing == outgoing else []
        spent = {chat.tapped, chat.keyboard} if outgoing.rows else {chat.tapped}
        begun = len(sent)
        try:
            for at, part in enumerate(parts[begun:], begun):
                if not at and await self._redrawn(chat, outgoing, parts):
                    sent.append(chat.keyboard)
                else:
                    sent.append(await self._put(chat, part, further=at > begun))
                    self._stands(chat, outgoing, part, sent[-1])
        except BaseException:
            chat.half = Half(outgoing, tuple(sent)) if sent else None
            raise
        chat.half = None
        chat.owed_until = 0.0
        chat.tapped = 0
        chat.told = chat.told or bool(note)
        gone = self._forget_echoes(chat, outgoing, sent)
        spent -= {chat.keyboard} if outgoing.rows else set()
        self._take_buttons_away(chat, spent - gone)

    async def _shown_in_passing(self, chat: Chat, outgoing: Outgoing) -> Outgoing:
        """The message as it may stand in the chat: without what could be shown in passing."""
        fleeting = outgoing.fleeting
        assert fleeting is not None
        words = self._words[_language(outgoing.text)]
        known = chat.glimpse is not None and chat.glimpse.outgoing == outgoing
        if known or await self._whisper(chat, fleeting.shown):
            chat.glimpse = glimpse = Glimpse(outgoing, fleeting.shown)
            asyncio.get_running_loop().call_later(GLIMPSE, _forget_glimpse, chat, glimpse)
            again = Button(words["again"], render.AGAIN.says)
            rows = (*outgoing.rows, (again,))
            screen = render.AGAIN.screen
            return replace(
                outgoing, text=fleeting.stays, rows=rows, screen=screen, fleeting=None
            )
        fades = words["fades"] if self._tidy else ""
        return replace(outgoing, text="\n\n".join(filter(None, (outgoing.text, fades))))

    async def _whisper(self, chat: Chat, text: str) -> bool:
        """Show this in an alert, in answer to the tap just made. False where no tap waits or it did not go."""
        query, chat.query = chat.query, ""
        if not query or len(text) > render.LONGEST_ALERT:
            chat.query = query
            return False
        try:
            await self._bot.answer_callback_query(query, text=text, show_alert=True)
        except TelegramError:
            return False
        return True

    def _show_again(self, chat: Chat, query: str) -> None:
        if chat.glimpse is not None:
            text = chat.glimpse.shown
        else:
            text = "\n".join(said["again_gone"] for said in self._words.values())
        self._chores.add(self._bot.answer_callback_query, query, text, True)

    def _forget_echoes(self, chat: Chat, outgoing: Outgoing, sent: list[int]) -> set[int]:
        """What repeated their words goes, now that something else is said. Which messages these are."""
        if not self._tidy:
            return set()
        gone = chat.echoes - set(sent)
        chat.keyboard = 0 if chat.keyboard in gone else chat.keyboard
        chat.echoes = set(sent) if outgoing.echoes else set()
        for message in gone:
            self._chores.add(self._bot.delete_message, chat.id, message)
        if outgoing.fleeting is not None:
            for message in sent:
                self._chores.later(GLIMPSE, self._bot.delete_message, chat.id, message)
        return gone

    def _take_buttons_away(self, chat: Chat, messages: set[int]) -> None:
        if chat.keyboard in messages:
            chat.keyboard = 0
        for message in messages - {0}:
            self._chores.add(self._bot.strip, chat.id, message)

    def _note(self, chat: Chat, outgoing: Outgoing) -> str:
        """With the first screen in a chat: that what is typed here is deleted."""
        if not (self._tidy and outgoing.tidy and outgoing.rows) or chat.told or chat.id < 0:
            return ""
        return self._words[_language(outgoing.text)]["note"]

    async def _redrawn(self, chat: Chat, outgoing: Outgoing, parts: tuple[Part, ...]) -> bool:
        """The same screen again, and its own button pressed: the message is changed where it stands."""
        match parts:
            case (render.Words(text, keyboard),) if keyboard is not None:
                same = outgoing.screen == chat.screen and chat.tapped == chat.keyboard != 0
            case _:
                return False
        if not same:
            return False
        turn = await self._pacing.turn(chat.id, answer=self._owed(chat), edit=True)
        passed = False
        try:
            await self._bot.redraw(chat.id, chat.keyboard, text, keyboard)
            passed = True
        except Refused as refused:
            if refused.code == 400:
                if "message is not modified" in refused.said:
                    return True
                chat.keyboard = 0  # it is gone, or too old: sent anew
                return False
            raise self._failed_to_send(chat, refused) from refused
        except TelegramError as error:
            raise send_failed(error) from error
        finally:
            self._pacing.ended(turn, passed=passed)
        return True

    def _stands(self, chat: Chat, outgoing: Outgoing, part: Part, message: int) -> None:
        if isinstance(part, render.Words) and part.keyboard is not None:
            chat.keyboard, chat.screen = message, outgoing.screen

    async def _put(self, chat: Chat, part: Part, *, further: bool) -> int:
        """One part, when its turn has come; follows a group to its new address. Returns its message id."""
        turn = await self._pacing.turn(
            self._at(chat.id), answer=self._owed(chat), further=further
        )
        message, passed = 0, False
        try:
            message = await self._call(self._at(chat.id), part)
            passed = True
        except Refused as refused:
            if not refused.moved_to or refused.moved_to == self._at(chat.id):
                raise self._failed_to_send(chat, refused) from refused
            await self._follow(chat.id, refused.moved_to)
        except TelegramError as error:
            raise send_failed(error) from error
        finally:
            self._pacing.ended(turn, passed=passed)
        return message if passed else await self._put(chat, part, further=True)

    async def _follow(self, old: int, new: int) -> None:
        """What is sent goes to the group's new id, even if that cannot be kept now: then it is told again."""
        try:
            await self._note_moved(old, new)
        except NotStored:
            self._moved[old] = new
            log.warning("a group's move could not be kept", extra={"channel": CHANNEL})

    async def _call(self, chat: int, part: Part) -> int:
        match part:
            case render.Words(text, keyboard):
                return await self._bot.say(chat, text, keyboard)
            case Paper(file):
                return await self._bot.hand_over(chat, file.name, file.content)
            case Picture(content):
                return await self._picture(chat, content)
            case _:
                assert_never(part)

    async def _picture(self, chat: int, content: bytes) -> int:
        """A picture to look at; where the platform will not show it, as a file."""
        if len(content) <= render.LARGEST_PICTURE:
            try:
                return await self._bot.show(chat, content)
            except Refused as refused:
                said = refused.said.upper()
                if refused.code not in (400, 413) or not ("PHOTO_" in said or "IMAGE_" in said):
                    raise
        return await self._bot.hand_over(chat, "picture.png", content)

    async def _speak_plainly(self, chat: int, key: str) -> None:
        """Words of the channel's own, outside any talk: in both languages, for nobody has chosen one."""
        text = "\n".join(said[key] for said in self._words.values())
        with suppress(Throttled):
            turn = await self._pacing.turn(chat, answer=True, further=True)
            await self._bot.say(chat, text)
            self._pacing.ended(turn, passed=True)

    def _failed_to_send(self, chat: Chat, refused: Refused) -> SendFailed:
        if wrong_token(refused):
            log.error("token refused", extra={"channel": CHANNEL})
        flooded = refused.code == 429
        everyone = flooded and self._pacing.refused(self._at(chat.id), refused.after)
        return send_failed(refused, everyone=everyone)

    def _chat(self, address: Address) -> Chat:
        try:
            return self._chats[int(address.id)]
        except ValueError as error:
            raise Blocked("not an address of this platform") from error

    def _at(self, chat: int) -> int:
        return self._moved.get(chat, chat)

    def _owed(self, chat: Chat) -> bool:
        return _now() < chat.owed_until

    # -- tidying ----------------------------------------------------------------

    def _tidy_up(self, chat: Chat) -> None:
        typed, chat.typed = chat.typed, []
        for message in typed:
            self._chores.add(self._bot.delete_message, chat.id, message)

    async def _stop_spinning(self, chat: Chat, query: str) -> None:
        if chat.query == query:
            chat.query = ""
            await self._bot.answer_callback_query(query)

    def _answer_query(self, query: str, key: str = "") -> None:
        """Stop the spinner; with words of the channel's own in an alert."""
        text = "\n".join(said[key] for said in self._words.values()) if key else None
        self._chores.add(self._bot.answer_callback_query, query, text, bool(key))

    # -- the platform -----------------------------------------------------------

    async def _introduce(self) -> None:
        """Webhook, name, commands: as soon as the platform can be reached, and for as long as that takes."""
        steps = [self._learn_name, self._show_profile]
        if self._mode == "webhook":
            steps.insert(0, self._hang_webhook)
        for step in steps:
            wait = FIRST_WAIT
            while (asked := await self._try(step)) is not None:
                await asyncio.sleep(max(asked, wait))
                wait = min(wait * 2, LONGEST_WAIT)

    async def _try(self, step: Callable[[], Awaitable[None]]) -> float | None:
        """None when the step is done, or will never be; else the seconds it should at least be left."""
        try:
            await step()
        except Refused as refused:
            extra = {
                "channel": CHANNEL,
                "reason": step.__name__.strip("_"),
                "code": refused.code,
            }
            log.warning("platform refused", extra=extra)
            once = refused.code == 400 and step != self._hang_webhook
            return None if once else max(refused.after, LONGEST_WAIT)
        except TelegramError:
            return 0.0
        except Exception:
            log.exception("setting up failed", extra={"channel": CHANNEL})
        return None

    async def _hang_webhook(self) -> None:
        await self._bot.set_webhook(
            f"{self._public_url}{PATH}", allowed_updates=WANTED, secret_token=self._secret
        )

    async def _learn_name(self) -> None:
        self._username = (await self._bot.get_me()).username or ""

    async def _show_profile(self) -> None:
        await introduce(self._bot, self._words)


def _now() -> float:
    return time.monotonic()


def _language(text: str) -> str:
    """In which language the deeds speak to this chat."""
    return "zh" if pieces.in_chinese(text) else "en"


def _forget_glimpse(chat: Chat, glimpse: Glimpse) -> None:
    if chat.glimpse is glimpse:
        chat.glimpse = None


def _mark(number: int) -> str:
    """A short name for one showing of buttons."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    mark = ""
    while number or not mark:
        number, digit = divmod(number, 36)
        mark = digits[digit] + mark
    return mark


def _remember(some: OrderedDict[K, V], key: K, value: V) -> None:
    some[key] = value
    if len(some) > 1000:
        some.popitem(last=False)
