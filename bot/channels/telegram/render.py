"""Outgoing -> the parts of a message, within what the platform takes.

Plain text only: no parse mode, so nothing somebody wrote can become markup. What the platform's apps would make of
plain text by themselves is defused too: mentions are broken, link previews are off, control characters are gone.

Limits (core.telegram.org/bots/api): text 4096, callback data 64 bytes. The official server counts code points,
others UTF-16 units; parts are cut by UTF-16 units, which is safe under both.
"""

import re
from dataclasses import dataclass

from bot.channels import pieces
from bot.core.messages import Button, File, Outgoing, Tap

LONGEST = 4096
"""UTF-16 units of one message."""
LONGEST_DATA = 64
"""Bytes of callback data."""
LONGEST_PAYLOAD = 64
"""Characters of a start parameter (core.telegram.org/bots/features#deep-linking)."""
LONGEST_LABEL = 64
"""Characters of a button; more would not be shown anyway."""
MOST_BUTTONS, WIDEST = 100, 8
"""Buttons below a message, and in a row; more are refused (BUTTON_COUNT_INVALID) or not shown."""
HEAVIEST, FRAME = 9000, 40
"""Bytes of all buttons together, of which a button takes so many beside label and data; the platform refuses what is
heavier than about 10,000 (REPLY_MARKUP_TOO_LONG; where exactly is not published)."""
LARGEST_PICTURE = 10 << 20
"""Bytes of a photo; larger ones go as files."""
LONGEST_ALERT = 200
"""Characters of an alert."""
VERSION = "v1"
"""Of callback data. Buttons of another version are answered as stale ones are."""
ECHO = "E"
"""Ends the mark of buttons on a message that is not to stay, so that a tap says so even after a restart."""
AGAIN = Tap("again", "@")
"""A tap that the channel answers itself: what was shown in passing is to be seen once more."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MENTION = re.compile(r"(?<![\w.+-])@(?=\w)")


Keyboard = dict[str, list[list[dict[str, str]]]]
"""An InlineKeyboardMarkup as the platform takes it (core.telegram.org/bots/api#inlinekeyboardmarkup). PTB's objects for it are
a tenth of what a send costs."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text message."""

    text: str
    keyboard: Keyboard | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One document."""

    file: File


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo."""

    content: bytes


Part = Words | Paper | Picture


def parts(outgoing: Outgoing, nonce: str, note: str = "") -> tuple[Part, ...]:
    """The messages this is on Telegram, in order; the one with buttons is last, so that they stay in sight.

    `nonce` tells this showing of the buttons from every other; `note` is said below the text.
    """
    keyboard, unfit = _keyboard(outgoing, nonce)
    listed = "\n".join(f"{button.label}: {button.says}" for button in unfit)
    text = inert("\n\n".join(filter(None, (outgoing.text, listed, note))))
    cut = split(text)
    words = [Words(piece) for piece in cut[:-1]]
    words += [Words(cut[-1], keyboard)] if cut else []
    papers: list[Part] = [Picture(outgoing.picture)] if outgoing.picture else []
    papers += [Paper(file) for file in outgoing.files]
    return (*papers, *words) if keyboard else (*words, *papers)


def inert(text: str) -> str:
    """Text that does nothing but be read.

    >>> inert("ask @somebody, a@b.cn\\u202e")
    'ask \\uff20somebody, a@b.cn'
    """
    return _MENTION.sub("\uff20", _UNSEEN.sub("", text))


def split(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """The text in pieces of at most so many UTF-16 units."""
    return pieces.split(text, longest, pieces.utf16)


def echoing(data: str) -> bool:
    """The button stands on a message that is not to stay.

    >>> echoing("v1|k3E|12|1"), echoing("v1|k3|12|E")
    (True, False)
    """
    match data.split("|", 3):
        case [version, mark, _, _]:
            return version == VERSION and mark.endswith(ECHO)
        case _:
            return False


def read_tap(data: str) -> Tap:
    """The tap that callback data means; forged and foreign data is a tap on no screen of ours.

    >>> read_tap("v1|k3|12|+1"), read_tap("v0|x"), read_tap("")
    (Tap(says='+1', screen='12'), Tap(says='', screen=''), Tap(says='', screen=''))
    """
    match data.split("|", 3):
        case [version, _, screen, says] if version == VERSION:
            return Tap(says, screen)
        case _:
            return Tap("", "")


def _keyboard(outgoing: Outgoing, nonce: str) -> tuple[Keyboard | None, list[Button]]:
    """The buttons, and those for which there is no room: they are listed to be typed. Controls always have theirs."""
    room, weight = MOST_BUTTONS - sum(b.quiet for row in outgoing.rows for b in row), HEAVIEST
    unfit: list[Button] = []
    rows: list[list[dict[str, str]]] = []
    for row in outgoing.rows:
        keys: list[dict[str, str]] = []
        for button in row:
            label, data = _label(button), f"{VERSION}|{nonce}|{outgoing.screen}|{button.says}"
            weight -= _bytes(label) + _bytes(data) + FRAME
            room -= not button.quiet
            crowded = not button.quiet and (room < 0 or weight < 0)
            if crowded or _bytes(data) > LONGEST_DATA:
                unfit.append(button)
            else:
                keys.append({"text": label, "callback_data": data})
        rows += [keys[at : at + WIDEST] for at in range(0, len(keys), WIDEST)]
    return ({"inline_keyboard": rows} if rows else None), unfit


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _label(button: Button) -> str:
    """The label, behind the digit one may type for it."""
    digit = button.says.removeprefix("+")
    label = inert(button.label).strip()
    numbered = digit.isdecimal() and digit != label
    shown = f"{digit} {label}".rstrip() if numbered else label or digit
    return shown if len(shown) <= LONGEST_LABEL else f"{shown[: LONGEST_LABEL - 1]}\u2026"
