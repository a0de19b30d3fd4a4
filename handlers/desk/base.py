"""What every subject of the desk is made of: commands, what they are told, what they answer.

A command is a few words, in Chinese or with a slash, and each button says the whole command one could have typed. What
cannot be said by a button (a date, a title, thirty pasted lines) is typed or sent after it: an answer may name the
command that the next free words, or the next file, complete (`Answer.awaits`). That the desk remembers, and, for channels
where digits must be enough, which buttons it showed last; nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.core.messages import Address, Button, File, Redacted
from bot.core.people import Deed
from bot.core.privacy import clean, redact
from bot.core.round import Round
from bot.core.survey import Group, Language, Survey, Unit
from bot.core.workdays import Calendar
from handlers.digest import Almanac
from handlers.papers import Laid
from handlers.rectification import Place
from storage.staff import Member
from storage.unit_of_work import Work

Rows = tuple[tuple[Button, ...], ...]

CONFIRM = "确认"
"""The last word of a command that changes something: its button stands where one has read what it does."""

_FULL = frozenset({4095, 4096, 5999, 6000})
"""Characters after which Telegram (4096, https://core.telegram.org/bots/api#message) and our own page (6000) cut."""
_FULL_BYTES = frozenset({2046, 2047, 2048})
"""Bytes after which WeCom does (2048, https://developer.work.weixin.qq.com/document/path/90236)."""


class Texts(Protocol):
    """The catalogue."""

    def say(self, language: Language, key: str, /, **params: object) -> str:
        """The sentence of that key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk needs to know of the house."""

    texts: Texts
    surveys: Mapping[str, Survey]
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]
    rounds: Callable[[Work], tuple[Round, ...]]
    """The rounds as they are kept now."""
    awake: Callable[[Round, datetime], bool]
    """Whether a round's people may be spoken to unasked at that moment."""
    zone: Callable[[datetime], datetime]
    """A moment in the office's time zone."""
    almanac: Callable[[], Almanac]
    """What the papers need to know of the house."""
    place: Place
    """What notices, cards and links say of it."""
    standing: str = "word"
    """The round of what is said without being asked."""
    links: Callable[[str], tuple[tuple[str, str], ...]] = lambda _: ()
    """A link's text as addresses: each channel's name and where it leads there."""
    leaders: tuple[tuple[str, str], ...] = ()
    """Names and posts of the configuration."""
    outside: tuple[Address, ...] = ()
    """Mailboxes and hooks that get a digest besides people and group chats."""

    @property
    def calendar(self) -> Calendar:
        """Which days are worked."""
        return self.place.calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the desk says, and which papers go with it."""

    text: str
    rows: Rows = ()
    menu: bool = False
    """The menu's buttons go below it."""
    awaits: str = ""
    """The command, with all its words so far, that the next free words or file complete."""
    either: bool = False
    """Words are awaited, and a number alone can be none of them: it names a choice."""
    counted: bool = False
    """A number names a choice: its place is to be shown."""
    makes: Callable[[], tuple[File | Laid, ...]] | None = None
    """Papers to go with it: a picklable call of plain values, run in a process of its own."""
    errand: int | None = None
    """A file to be fetched and read first; what it holds is answered then."""
    imports: int | None = None
    """A batch to be taken in."""
    teaches: bool = False
    """The sorting has something to learn."""
    changed: bool = False
    """Something was done that the bell looks after: rounds to be read again, parcels to be handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The group chat in which a command was given."""

    address: Address
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One command, as somebody gives it."""

    work: Work
    desk: Desk
    member: Member
    """Their posts are placed in the tree of units, ready for `may`."""
    now: datetime
    rest: tuple[str, ...] = ()
    """The words after the command's own."""
    text: str = ""
    """What was typed after the command, as it was typed; or the free words that completed it."""
    found: object = None
    """What the command's `reads` made of the file that completed it; None where none did."""
    file: str = ""
    """That file's name."""
    spot: Spot | None = None
    """Where others read along; None in somebody's own chat."""

    def say(self, key: str, **params: str) -> str:
        """A sentence in their language."""
        return self.desk.texts.say(self.member.language, key, **params)

    def button(self, key: str, says: str, **params: str) -> Button:
        """A button that types this."""
        return Button(self.say(key, **params), says)

    @property
    def free(self) -> str:
        """The free words that completed a command; empty where all of it was typed or tapped at once."""
        return "" if self.text.split() == list(self.rest) else self.text.strip()

    @property
    def today(self) -> date:
        """The day it is at the office."""
        return self.desk.zone(self.now).date()

    def masked(self, words: str) -> Redacted:
        """Words of theirs that others are to read: without anybody's name, telephone or address."""
        return redact(clean(words).strip(), known=(name for name, _ in self.desk.leaders)).text

    def note(self, deed: Deed, **params: str | int) -> None:
        """Leave a line in the trail."""
        self.work.staff.note(self.member.label, deed, self.now.timestamp(), **params)

    def back(self) -> Button:
        """The button to the menu."""
        return Button(self.say("desk.back"), "?", quiet=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing the office can say to the desk."""

    name: str
    """Its button on the menu is called `desk.menu_<name>`."""
    words: tuple[str, ...]
    """What one types; buttons type the first."""
    deed: Deed
    """The right it takes, somewhere at least; where exactly is for the answer to ask."""
    answer: Callable[[Asking], Answer]
    reads: Callable[[str, bytes], object] | None = None
    """For commands that a file may complete: its name and bytes in, what is in it out; or a value that says what is wrong
    with it. A module's function, run in a process of its own; what it returns is picklable."""
    knows: Callable[[str], bool] | None = None
    """Recognises words that begin with no command and that nobody awaits, and are meant for this one all the same."""
    menu: bool = True
    aloud: bool = False
    """It may be given in a group chat of the office, where others read the answer."""


def pairs(buttons: list[Button]) -> Rows:
    """Two in a row."""
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def called(asking: Asking, one: Member) -> str:
    """How an account is called where no name may stand: 办公室2."""
    return f"{asking.say(f'role.{one.label.role}')}{one.label.number}"


def glued(before: str, length: int, piece: str) -> str:
    """A piece that a platform cut off goes on where it was cut; others begin a line of their own."""
    if not before or before.endswith(("\n", " ")):
        return before + piece
    size = len(before[-length:].encode()) if length else 0
    cut_off = length in _FULL or size in _FULL_BYTES
    return before + ("" if cut_off else "\n") + piece
