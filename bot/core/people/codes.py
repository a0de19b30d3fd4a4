"""One-time codes: twelve characters one reads from a slip and types on a phone.

    7K3M-9QXT-2B4H     eleven of chance (55 bits), the last one checks them

The alphabet has no I, L, O and U (Crockford's), and what looks alike is read alike. Every code has a digit from 2 to 9
and a letter in it and the check fits once in 31 times, so that hardly any word, number or account name is taken for
one. Nobody needs to be slowed down: with two thousand codes out, one try in 2**44 would find one.
"""

import re
import unicodedata
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
LONGEST = 20
"""Characters of a code as somebody may type it."""

_VALUES = {char: value for value, char in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SHAPE = re.compile(r"[0-9A-TV-Z]{4}([-‐‑–— ]?)[0-9A-TV-Z]{4}\1[0-9A-TV-Z]{4}")


def new_code(random: Callable[[int], bytes]) -> str:
    """A code, from a source of random bytes."""
    while True:
        chance = int.from_bytes(random(7), "big")
        body = "".join(ALPHABET[chance >> 5 * place & 31] for place in range(LENGTH - 1))
        code = body + _check(body)
        if _mixed(code):
            return code


def written(code: str) -> str:
    """As shown: three groups of four.

    >>> written("7K3M9QXT2B4H")
    '7K3M-9QXT-2B4H'
    """
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def read_code(typed: str) -> str | None:
    """The code that a text is, however it was typed; None where it is none, "" where it is one with a slip in it."""
    if len(typed) > LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", typed).strip().upper()
    found = _SHAPE.fullmatch(folded)
    if not found:
        return None
    code = "".join(ALPHABET[_VALUES[char]] for char in folded if char in _VALUES)
    if not _mixed(code):
        return None
    if _check(code[:-1]) == code[-1]:
        return code
    return "" if found[1] else None


def _mixed(code: str) -> bool:
    """A digit that no letter looks like, and a letter."""
    return any(char in "23456789" for char in code) and any(map(str.isalpha, code))


def _check(body: str) -> str:
    """A weighted sum modulo a prime: one wrong character, or two exchanged, do not fit."""
    return ALPHABET[sum(place * _VALUES[char] for place, char in enumerate(body, 2)) % 31]
