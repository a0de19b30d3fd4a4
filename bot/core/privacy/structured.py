"""Identities that have a shape: numbers, accounts, addresses of every kind, and a class together with a child or a parent.

Each recogniser reads the shadow of a text (see `fold`) and yields candidates. A cheap gate stands before each
group, because most messages hold nothing of the kind. Every repetition has a bound, so that no text, however
made, takes more than linear time.
"""

import re

from bot.core.privacy.accounts import emails, handles, qqs, urls, wechats
from bot.core.privacy.addresses import addresses
from bot.core.privacy.classes import class_identities
from bot.core.privacy.numbers import (
    bank_cards,
    id_cards,
    long_number,
    other_ids,
    phones,
    plates,
)
from bot.core.privacy.spans import Found

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@")
_DIGITS = frozenset("0123456789")
_CARRIES_A_NUMBER = frozenset("号號证照牌卡通本")
"""One of these is in every word for a number of the office: 学号, 工牌, 护照."""


def structured(text: str) -> Found:
    """Candidates in a folded text."""
    present = frozenset(text)
    numbers = not _DIGITS.isdisjoint(present)
    letters = not _LETTERS.isdisjoint(present)
    if numbers and long_number.search(text):
        for recogniser in (phones, id_cards, bank_cards, qqs):
            yield from recogniser(text)
    if numbers and not _CARRIES_A_NUMBER.isdisjoint(present):
        yield from other_ids(text)
    if letters:
        for recogniser in (emails, urls, plates):
            yield from recogniser(text)
    if numbers or letters or "_" in present:
        yield from wechats(text)
    yield from handles(text)
    yield from addresses(text)
    yield from class_identities(text)


_ten_for_one = re.compile(r"十(?=[3-9](?:[ \-]{0,2}[0-9]){9})")
"""十八八 七四二六 〇三九五: so some read the three digits in front."""
_comma_between = re.compile("(?<=[0-9])[，,、](?=[0-9])")


def spelled(text: str) -> Found:
    """Candidates in a text whose Chinese numerals were read as digits."""
    text = _ten_for_one.sub("1", _comma_between.sub("-", text))
    for recogniser in (phones, id_cards, bank_cards, qqs, wechats, plates):
        yield from recogniser(text)
