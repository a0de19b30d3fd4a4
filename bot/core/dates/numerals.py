"""Numbers as plans write them, and text made plain enough for a grammar.

Full-width figures, Chinese figures and figures with spaces between them all mean the same. `plain` keeps where each
character came from, so that the original words can stand beside every date.
"""

import re
from dataclasses import dataclass

_DIGITS = {c: n for n, group in enumerate(("零〇○", "一壹元", "二贰两", "三叁", "四肆", "五伍",
                                           "六陆", "七柒", "八捌", "九玖")) for c in group}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30}

NUMERALS = "零〇○一二三四五六七八九十廿卅两壹贰叁肆伍陆柒捌玖拾"
"""The characters a Chinese number is made of."""

_DASHES = "—–－‐‑‒―−─━﹣～〜∼˜﹏"
_ALIKE = (
    (_DASHES, "-" * len(_DASHES)),
    ("~０１２３４５６７８９", "-0123456789"),
    ("（）．：／＊＿Ｘ，；！？［］【】", "().:/*_X,;!?[][]"),
    ("・•‧∙", "····"),
    ("“”‘’「」『』＂＇\"'", '""""""""""""'),
    ("週號個後於從開禮點時間結節慶陽", "周号个后于从开礼点时间结节庆阳"),
)
_FLAT = {
    ord(a): b for alike, plain_ones in _ALIKE for a, b in zip(alike, plain_ones, strict=True)
}

_GOES_ON = "至到-、,("
"""After these a line break is only the width of a cell."""
_SPACE = re.compile(r"\s|[\u200b\ufeff\u3000\xa0]")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with one form for each sign and no spaces; `places[i]` is where character i stood before."""

    text: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text that `[start, end)` of the plain one stands for."""
        if start >= end:
            return (
                (self.places[start], self.places[start]) if start < len(self.places) else (0, 0)
            )
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    """The text in one form. A space stays only between two figures or after a number's full stop; a line's end stays but after a dash.

    >>> plain("３ 月　上旬～ 4月").text
    '3月上旬-4月'
    """
    flat = text.translate(_FLAT)
    letters: list[str] = []
    places: list[int] = []
    gap = ""
    for place, letter in enumerate(flat):
        if letter == "\n" and letters and letters[-1] in _GOES_ON:
            continue
        if letter == "\n" or not _SPACE.match(letter):
            figures = (
                bool(letters)
                and (letters[-1].isdigit() or letters[-1] == ".")
                and letter.isdigit()
            )
            if gap and figures:
                letters.append(gap)
                places.append(place - 1)
            gap = ""
            letters.append(letter)
            places.append(place)
        elif not gap:
            gap = " "
    return Plain("".join(letters), tuple(places))


def number(word: str) -> int | None:
    """The number a word says, or None.

    >>> number("二十三"), number("廿五"), number("二〇一四"), number("07"), number("十")
    (23, 25, 2014, 7, 10)
    """
    if word.isascii():
        return int(word) if word.isdigit() else None
    if not any(c in _TENS for c in word):
        figures = [_DIGITS.get(c) for c in word]
        return int("".join(map(str, figures))) if None not in figures else None
    total, unit = 0, 0
    for place, letter in enumerate(word):
        if letter in _TENS and not total:
            total += _TENS[letter] * (unit or 1) if place else _TENS[letter]
            unit = 0
        elif letter in _DIGITS and not unit:
            unit = _DIGITS[letter]
        else:
            return None
    return total + unit
