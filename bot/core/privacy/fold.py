"""Two ways to look at a text: cleaned for keeping, and folded for recognising.

`clean` is what every other part sees: no control, invisible or direction-changing characters, composed letters,
plain spaces. `fold` makes a shadow for the recognisers: full-width, circled and styled digits become plain ones,
invisible characters vanish, and every shadow character knows where it stood. The kept words are never the shadow.
"""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e01ef\ud800-\udfff"
)
_SPACES = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_unclean = re.compile(f"[{_INVISIBLE}{_SPACES}\u2028\u2029]")
_invisible = re.compile(f"[{_INVISIBLE}]+")
_space = re.compile(f"[{_SPACES}]")


def clean(text: str) -> str:
    """The text as every other part may see it.

    Control, zero-width, direction-changing and variation characters and lone surrogates are dropped, every kind
    of space is a plain one, every kind of line end is `\\n`, and letters are composed (NFC).

    >>> clean("王\\u200b老师\\u3000好\\r\\n")
    '王老师 好\\n'
    """
    if _unclean.search(text):
        text = _invisible.sub("", _space.sub(" ", _BREAKS.sub("\n", text)))
    return (
        text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    )


def _plain() -> dict[int, int]:
    """Look-alikes of the printable ASCII characters, one for one; the marks of Chinese sentences stay."""
    table = {
        code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；！？"
    }
    for zero in (0x0660, 0x06F0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6):
        table |= {zero + n: 48 + n for n in range(10)}
    for one in (0x2460, 0x2474, 0x2776, 0x2780, 0x278A):
        table |= {one + n: 49 + n for n in range(9)}
    for big, small in ((0x1D400, 0x1D41A), (0x1D5D4, 0x1D5EE), (0x1D670, 0x1D68A)):
        table |= {big + n: 65 + n for n in range(26)} | {small + n: 97 + n for n in range(26)}
    for plain, alike in {
        "0": "⓪🄋", " ": "\t\u3000\xa0\u202f", "-": "－–—―‐‑‒─﹣", ".": "．·•・‧∙｡", "@": "﹫", ":": "︰﹕", "(": "【［[｛〔〈",
        ")": "】］]｝〕〉", "X": "Ⅹ×✕", "x": "ⅹ", "_": "＿﹏",
    }.items():  # fmt: skip
        table |= {ord(c): ord(plain) for c in alike}
    return table


_PLAIN = _plain()
_odd = re.compile(
    # One set of the Basic Plane and one range above it: a mixed set is searched ten times slower.
    "[" + "".join(re.escape(chr(code)) for code in sorted(_PLAIN) if code < 0x10000) + "]"
    "|[\U0001d400-\U0001f10b]"
)
_dot_between = re.compile("(?<=[0-9A-Za-z])。(?=[0-9A-Za-z])")
_letter_for_nought = re.compile(r"(?<=[0-9\-])[Oo](?=[0-9\-])")
_vanishing = re.compile(f"[{_INVISIBLE}\u20e3]")


@dataclass(frozen=True, slots=True)
class Shadow:
    """The folded text, and where each of its characters stood (None: at the same place)."""

    text: str
    places: tuple[int, ...] | None = None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """A span of the shadow as a span of the text as given."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Shadow:
    """The shadow in which the recognisers look.

    >>> fold("１３８ ①").text
    '138 1'
    """
    places: tuple[int, ...] | None = None
    if _vanishing.search(text):
        places = tuple(i for i, c in enumerate(text) if not _vanishing.match(c))
        text = "".join(text[i] for i in places)
    if _odd.search(text):
        text = _odd.sub(_plain_one, text)
    if "。" in text:
        text = _dot_between.sub(".", text)
    if "O" in text or "o" in text:
        text = _letter_for_nought.sub("0", text)
    return Shadow(text, places)


NUMERALS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两洞拐勾"
_DIGITS = str.maketrans(NUMERALS, "0012345678911234567892079")


def _plain_one(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(_PLAIN.get(code, code))


def spell_digits(text: str) -> str:
    """Chinese numerals read one by one as digits, one for one.

    >>> spell_digits("幺三八")
    '138'
    """
    return text.translate(_DIGITS)
