"""Long words in pieces: cut at paragraphs, lines, sentences, clauses, and never inside one character as people see it.

Each platform counts in its own way (characters, UTF-16 units, bytes); how is an argument.
"""

import re
from collections.abc import Callable, Iterator

WIDEST = 4
"""The most that any measure counts for one character."""
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[\u3002\uff01\uff1f!?\u2026][\u201d\u2019\u300d\u300f\uff09)]*|\.(?=\s)"),
    re.compile(r"[\uff1b;\uff0c,\u3001]|\s"),
)
"""Where a text is best cut: paragraphs, lines, sentences, clauses and spaces."""
_JOINED = re.compile(
    r"[\u200d\ufe00-\ufe0f\u0300-\u036f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""Characters that belong to the one before: an emoji must not be cut in two."""


def utf16(character: str) -> int:
    """UTF-16 units of one character."""
    return 2 if character > "\uffff" else 1


def utf8(character: str) -> int:
    """Bytes of one character."""
    return len(character.encode("utf-8", "replace"))


def split(text: str, longest: int, size: Callable[[str], int]) -> tuple[str, ...]:
    """The text in pieces of at most so much, each character counted by `size`.

    >>> split("One. Two. Three.", 10, utf16)
    ('One. Two.', 'Three.')
    """
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        end = _fitting(rest, longest, size)
        if end < len(rest):
            end = _cut(rest, end)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(piece for piece in pieces if piece)


def _fitting(text: str, longest: int, size: Callable[[str], int]) -> int:
    """How many characters of the text fit."""
    if len(text) * WIDEST <= longest:
        return len(text)
    taken = 0
    for at, character in enumerate(text):
        taken += size(character)
        if taken > longest:
            return at
    return len(text)


def _cut(text: str, end: int) -> int:
    """The best place to cut at or before `end`, not leaving less than half."""
    for breaks in _BREAKS:
        found = _last(breaks.finditer(text, end // 2, end))
        if found is not None:
            return found
    while end > 1 and (_JOINED.match(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return max(end, 1)


def _last(found: Iterator[re.Match[str]]) -> int | None:
    last = None
    for match in found:
        last = match.end()
    return last


_ADDRESS = re.compile(r"https?://\S+")
_HAN, _LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]")


def in_chinese(text: str) -> bool:
    """Whether this is said in Chinese, names in other letters or not; a character weighs as much as three letters.

    >>> in_chinese("Hello, this is the box of \u5e02\u6559\u80b2\u5c40"), in_chinese("\u53d1 no"), in_chinese("ok")
    (False, True, False)
    """
    said = _ADDRESS.sub("", text)
    return len(_HAN.findall(said)) * 3 > len(_LATIN.findall(said))
