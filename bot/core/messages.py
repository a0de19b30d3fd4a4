"""What passes between a channel and the deeds: what came in, what goes out.

A channel turns a platform's message into `Incoming` and an `Outgoing` into the platform's call. It adds no
rule of its own. A tap is worth what one would have typed instead (`Tap.says`), so that a person with nothing
but digits can do all that a person with buttons can.
"""

from dataclasses import dataclass
from typing import Literal, NewType

Redacted = NewType("Redacted", str)
"""Words that no longer say who somebody is. Only `core.privacy` makes one."""

PAGE = "page"
"""The channel whose people come, answer and go: nothing can be sent to them later."""

COUNTING = frozenset({"wecom"})
"""Channels that show each choice's place before it where typing the place chooses it (`Outgoing.counted`)."""

Medium = Literal["photo", "voice", "video", "file", "sticker", "location", "contact", "other"]
"""What can arrive instead of words; each has its own kind reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one person (or one office chat) is reached. Never stored unsealed, never in papers."""

    channel: str
    """The channel's name: `web`, `console`, `telegram`, `wecom`."""
    id: str
    """The platform's own id for the private chat. Where one link may be opened on several devices, the device stands
    behind a slash: each has a talk of its own, and all are one person."""

    @property
    def person(self) -> "Address":
        """As the roster knows them: without the device."""
        id, slash, _ = self.id.partition("/")
        return Address(channel=self.channel, id=id) if slash else self

    @property
    def passing(self) -> bool:
        """Nobody can be written to there unasked: the roster keeps no such address unless it is part of a person."""
        return self.channel == PAGE


@dataclass(frozen=True, slots=True)
class Text:
    """Words somebody typed."""

    text: str
    whole: bool = False
    """All of it has been said, as in a form that was sent: nothing more is waited for."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button pressed: what typing would have said, and the screen it stood on."""

    says: str
    screen: str
    """The token of the screen (`Outgoing.screen`); another than today's means a stale button."""


@dataclass(frozen=True, slots=True)
class Edited:
    """An earlier message, changed. `Incoming.message` names which."""

    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A file somebody sent, not fetched: only the office's are (`Channel.fetch`)."""

    name: str
    handle: str
    """The platform's name for it."""
    size: int
    """Bytes; 0 where the platform does not say."""


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is not words."""

    what: Medium
    caption: str = ""
    file: Sent | None = None
    """What could be fetched, where the platform named it."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody opened the chat or the page, perhaps by a link that names a round, a unit or a group."""

    link: str = ""


Body = Text | Tap | Edited | Media | Arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing a person did in a chat."""

    address: Address
    key: str
    """The platform's name for this delivery; a repeat has the same one."""
    body: Body
    message: str = ""
    """The platform's name for the message, the same when it is edited."""
    language: Literal["", "zh", "en"] = ""
    """In which they were reading already, where the channel knows; who is known speaks as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InCircle:
    """Something said to us in a group chat, where others read along."""

    incoming: Incoming
    """Its address is the group chat."""
    member: Address
    """Who said it: the address of their own chat with us."""
    title: str
    """What the group chat is called."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice one can tap; `says` is what typing would say: a digit where it has one.

    A channel shows the digit beside the label, or lists both below the text where it has no buttons.
    """

    label: str
    says: str
    quiet: bool = False
    """A control (skip, back, stop) rather than an answer: shown smaller, several in a row."""


@dataclass(frozen=True, slots=True)
class File:
    """A paper to hand over: its name as shown, and where its bytes lie."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Fleeting:
    """The same message for a chat that keeps what is said in it, where something can be shown in passing."""

    shown: str
    """What must not stay, such as a receipt: shown once."""
    stays: str
    """The text without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message for one address, with rows of buttons or none."""

    address: Address
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    screen: str = ""
    """Goes with each button, comes back in `Tap.screen`."""
    files: tuple[File, ...] = ()
    picture: bytes | None = None
    tidy: bool = True
    """What its reader typed before it may go from the chat; not at the desk, where they work with it."""
    echoes: bool = False
    """It repeats what the person said: where a chat can be tidied, it goes once the next thing is said."""
    fleeting: Fleeting | None = None
    """For a channel that can show something in passing; `text` has it all for the others."""
    once: str = ""
    """Names this very message, the same when it is tried again, for platforms that know a repeat by it."""
    facts: str = ""
    """What it says, as JSON, where a program reads along."""
    opening: str = ""
    """The round that is to begin, where nothing has been asked yet: where there is another way to answer, this is the
    moment to offer it."""
    heading: str = ""
    """What of `text` asks, where it asks: a heading, for a channel that has any."""
    writes: bool = False
    """Words or a number are an answer here: a field to write in, for a channel without one."""
    counted: bool = False
    """Typing a choice's place among all of them chooses it, as the desk remembers what stood there last."""
    follows: bool = False
    """More is said in a moment without their doing: a channel nobody can be written to on comes back for it."""


def choices(rows: tuple[tuple[Button, ...], ...]) -> tuple[str, ...]:
    """What the choices say, each once, in the order in which they are counted.

    >>> choices(((Button("Yes", "y"), Button("No", "n")), (Button("Yes!", "y"),)))
    ('y', 'n')
    """
    return tuple(dict.fromkeys(button.says for row in rows for button in row))
