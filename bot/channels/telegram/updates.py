"""A platform's update -> what somebody did. Pure: no network, no clock, no rule of a talk.

The key of a message is its update's id, which a repeat has too. A tap that the platform repeats may come as a new
update (tdlib/telegram-bot-api#699), so its key is the message and the button: each showing of a button has a mark
of its own (`render.parts`, `nonce`), and pressing the very same one twice is one tap.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Document,
    Message,
    Update,
)

from bot.channels.telegram.render import echoing, read_tap
from bot.core.messages import (
    Address,
    Arrived,
    Body,
    Edited,
    InCircle,
    Incoming,
    Media,
    Medium,
    Sent,
    Text,
)

CHANNEL = "telegram"
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates we ask for; the platform remembers them between calls."""

_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@\w+)?\s*", re.IGNORECASE)
_NAMED = re.compile(r"/\w+@(\w+)")
_TYPED = frozenset({"skip", "back", "submit", "stop", "help", "hotline"})
"""Commands that say what the same word without a slash says."""

_MEDIA: tuple[tuple[str, Medium], ...] = (
    ("photo", "photo"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),  # before document: an animation carries both
    ("document", "file"),
    ("sticker", "sticker"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
)
"""What a message may carry instead of words, the first that is there."""


class Unreadable(Exception):
    """Not an update as the platform describes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody did something in a private chat."""

    chat: int
    incoming: Incoming
    typed: int = 0
    """The message to be deleted once it is taken in; 0 where there is none."""
    tapped: int = 0
    """The message whose button was pressed."""
    echo: bool = False
    """That message repeats what they said, and is not to stay."""
    query: str = ""
    """The tap's name, to be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardInGroup:
    """Somebody gave a command in a group, or pressed a button there."""

    chat: int
    said: InCircle
    named: str = ""
    """The bot the command names, in small letters: `/start@tingwen_bot`."""
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A group has become a supergroup and has a new id."""

    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """We have come into a group, or are not in it any more."""

    chat: int
    inside: bool


def who(raw: Mapping[str, Any]) -> int:
    """Whose order an update belongs to: its chat; 0 where it does not say."""
    for kind in WANTED:
        match raw.get(kind):
            case {"message": {"chat": {"id": int(chat)}}} | {"chat": {"id": int(chat)}}:
                return chat
            case {"from": {"id": int(person)}}:
                return person
            case _:
                pass
    return 0


def read(raw: Mapping[str, Any]) -> Heard | HeardInGroup | Moved | Seated | None:
    """What this update says; None where it is nothing a person did to us. Raises `Unreadable`."""
    return in_private(raw) or by_types(raw)


def in_private(raw: Mapping[str, Any]) -> Heard | None:
    """What nearly every update is, words or a tap in a private chat; None where it is not, or not quite.

    Read straight from the answer: python-telegram-bot's types spend a fifth of all the time between an update and its
    commit on the hundred attributes of a message that are not there.
    """
    match raw:
        case {
            "update_id": int(id),
            "message": {
                "message_id": int(message),
                "date": int(),
                "chat": {"id": int(chat), "type": Chat.PRIVATE},
                "from": {"is_bot": False},
                "text": str(text),
            },
        }:
            return _said(chat, message, _text(_whole(text)), f"u{id}", text)
        case {
            "callback_query": {
                "id": str(query),
                "from": {"is_bot": False},
                "message": {
                    "message_id": int(message),
                    "chat": {"id": int(chat), "type": Chat.PRIVATE},
                },
                "data": str(data),
            },
        }:
            return _tapped(chat, message, _whole(data), query)
        case _:
            return None


def by_types(raw: Mapping[str, Any]) -> Heard | HeardInGroup | Moved | Seated | None:
    """The same by python-telegram-bot's types, which know every shape. Raises `Unreadable`."""
    try:
        update = Update.de_json(cast(dict[str, Any], raw))
        if update.callback_query is not None:
            return _tap(update.callback_query)
        if update.message is not None:
            return _message(update.message, f"u{update.update_id}")
        if update.edited_message is not None:
            return _edit(update.edited_message, f"u{update.update_id}")
        if update.my_chat_member is not None:
            return _seated(update.my_chat_member)
    except Exception as error:  # PTB raises whatever a strange shape makes it raise
        raise Unreadable from error
    return None


def address_of(chat: int) -> Address:
    """The address of a private chat or a group."""
    return Address(channel=CHANNEL, id=str(chat))


def _message(message: Message, key: str) -> Heard | HeardInGroup | Moved | None:
    if message.migrate_to_chat_id:
        return Moved(old=message.chat.id, new=message.migrate_to_chat_id)
    body = _body(message)
    return None if body is None else _heard(message, body, key)


def _edit(message: Message, key: str) -> Heard | HeardInGroup | None:
    text = message.text if message.text is not None else message.caption
    if text is None or message.chat.type != Chat.PRIVATE:
        return None  # a live location moves, a poll counts: nobody wrote anything
    return _heard(message, Edited(_whole(text)), key)


def _seated(change: ChatMemberUpdated) -> Seated | None:
    if change.chat.type not in (Chat.GROUP, Chat.SUPERGROUP):
        return None
    before, after = (_inside(one) for one in (change.old_chat_member, change.new_chat_member))
    return Seated(chat=change.chat.id, inside=after) if before != after else None


def _inside(seat: ChatMember) -> bool:
    if isinstance(seat, ChatMemberRestricted):
        return seat.is_member
    return seat.status not in (ChatMember.LEFT, ChatMember.BANNED)


def _heard(message: Message, body: Body, key: str) -> Heard | HeardInGroup | None:
    if message.from_user is not None and message.from_user.is_bot:
        return None
    private = _said(message.chat.id, message.message_id, body, key, message.text or "")
    if message.chat.type == Chat.PRIVATE:
        return private
    said = private.incoming
    group = message.chat.type in (Chat.GROUP, Chat.SUPERGROUP)
    if group and (message.text or "").startswith("/") and message.from_user is not None:
        circle = InCircle(
            incoming=said,
            member=address_of(message.from_user.id),
            title=_whole(message.chat.title or ""),
        )
        named = _NAMED.match(message.text or "")
        return HeardInGroup(
            chat=message.chat.id, said=circle, named=named[1].casefold() if named else ""
        )
    return None


def _tap(query: CallbackQuery) -> Heard | HeardInGroup | None:
    message = query.message
    if message is None or query.from_user.is_bot:
        return None
    data = _whole(query.data or "")
    if message.chat.type == Chat.PRIVATE:
        return _tapped(message.chat.id, message.message_id, data, query.id)
    circle = InCircle(
        incoming=_pressed(message.chat.id, message.message_id, data, f"{query.from_user.id}:"),
        member=address_of(query.from_user.id),
        title=_whole(message.chat.title or ""),
    )
    return HeardInGroup(chat=message.chat.id, said=circle, query=query.id)


def _said(chat: int, message: int, body: Body, key: str, text: str) -> Heard:
    incoming = Incoming(address=address_of(chat), key=key, body=body, message=str(message))
    typed = 0 if isinstance(body, Arrived) or text.startswith("/") else message
    return Heard(chat=chat, incoming=incoming, typed=typed)


def _tapped(chat: int, message: int, data: str, query: str) -> Heard:
    incoming = _pressed(chat, message, data)
    return Heard(chat=chat, incoming=incoming, tapped=message, echo=echoing(data), query=query)


def _pressed(chat: int, message: int, data: str, by: str = "") -> Incoming:
    return Incoming(
        address=address_of(chat),
        key=f"t{message}:{by}{data}",
        body=read_tap(data),
        message=str(message),
    )


def _body(message: Message) -> Body | None:
    if message.text is not None:
        return _text(_whole(message.text))
    for attribute, medium in _MEDIA:
        if getattr(message, attribute):
            file = _file(message.document) if medium == "file" else None
            return Media(medium, _whole(message.caption or ""), file)
    # A poll, a game, or a kind younger than this program; what is left are notes of the platform itself
    # ("pinned a message"), which nobody said.
    if message.effective_attachment is not None or message.api_kwargs:
        return Media("other", _whole(message.caption or ""))
    return None


def _file(document: Document | None) -> Sent | None:
    if document is None:
        return None
    name = _whole(document.file_name or "")
    return Sent(name=name, handle=document.file_id, size=document.file_size or 0)


def _text(text: str) -> Body:
    if start := _START.fullmatch(text):
        return Arrived(start[1] or "")
    if command := _COMMAND.fullmatch(text):
        name = command[1].lower()
        return Text(name if name in _TYPED else f"/{name}")
    return Text(text)


def _whole(text: str) -> str:
    """Half an emoji (a lone surrogate, which JSON can carry) cannot be stored; the rest of the words can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
