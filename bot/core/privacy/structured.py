"""Identities that have a shape: numbers, accounts, addresses of every kind, and a class together with a child or a parent.

Each recogniser reads the shadow of a text (see `fold`) and yields candidates. A cheap gate stands before each
group, because most messages hold nothing of the kind. Every repetition has a bound, so that no text, however
made, takes more than linear time.
"""

import re
from collections.abc import Callable

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

_letter = re.compile(r"[A-Za-z@]")
_handle_gate = re.compile(
    r"[0-9名号@]|昵称|抖音|快手|微博|小红书|小紅書|知乎|贴吧|钉钉|直播|闲鱼|卖家|[Bb]站|视频号|自称|群里|群主|战队|[_の丶ツ灬℡]|博主|主播|网友|头像|马甲|群名片"
)


def structured(text: str) -> Found:
    """Candidates in a folded text."""
    numbers = long_number.search(text)
    if numbers:
        for recogniser in _WITH_NUMBERS:
            yield from recogniser(text)
    if _letter.search(text):
        for recogniser in _WITH_LETTERS:
            yield from recogniser(text)
    elif "_" in text:
        yield from wechats(text)
    if not _letter.search(text) and _handle_gate.search(text):
        yield from handles(text)
    yield from addresses(text)
    yield from class_identities(text)


_ten_for_one = re.compile(r"十(?=[3-9](?:[ \-]{0,2}[0-9]){9})")
"""十八八 七四二六 〇三九五: so some read the three digits in front."""
_comma_between = re.compile("(?<=[0-9])[，,](?=[0-9])")


def spelled(text: str) -> Found:
    """Candidates in a text whose Chinese numerals were read as digits."""
    text = _ten_for_one.sub("1", _comma_between.sub("-", text))
    for recogniser in (phones, id_cards, bank_cards, qqs, wechats, plates):
        yield from recogniser(text)


_WITH_NUMBERS: tuple[Callable[[str], Found], ...] = (
    phones,
    id_cards,
    bank_cards,
    qqs,
    wechats,
    other_ids,
)
_WITH_LETTERS: tuple[Callable[[str], Found], ...] = (
    emails,
    urls,
    plates,
    handles,
    wechats,
)
