"""What stands before a recogniser to spare it texts without its shapes changes nothing that is found."""

import re

import pytest

from bot.core.privacy import accounts, addresses, names, structured
from bot.core.privacy.fold import fold
from tests.language.opinions import read
from tests.language.score import PARTS

GATES = (
    (accounts, "_of_an_account"),
    (addresses, "_a_unit"),
    (addresses, "_a_home"),
    (addresses, "_a_village"),
    (addresses, "_a_house"),
    (names, "_sounding_end"),
    (names, "_latin"),
    (structured, "long_number"),
)
SETS = (
    (accounts, "_LATIN"),
    (accounts, "_SPELT"),
    (accounts, "_ADORNED"),
    (names, "_HIDING"),
    (structured, "_LETTERS"),
    (structured, "_DIGITS"),
    (structured, "_CARRIES_A_NUMBER"),
)


class Everything(frozenset):
    """Has something of every text."""

    def isdisjoint(self, _):
        return False


class Open(str):
    """A text of which every gate believes that the character it asks for is there."""

    __slots__ = ()

    def __contains__(self, _):
        return True


def found(text):
    return {*structured.structured(text), *names.by_rules(text)}


@pytest.mark.parametrize("part", PARTS)
def test_gated_and_ungated_find_the_same(part, monkeypatch):
    texts = [fold(one.text).text for one in read(part)]
    gated = [found(text) for text in texts]
    for room, name in GATES:
        monkeypatch.setattr(room, name, re.compile(""))
    for room, name in SETS:
        monkeypatch.setattr(room, name, Everything(getattr(room, name)))
    ungated = [found(Open(text)) for text in texts]
    assert [
        (text, more ^ less)
        for text, less, more in zip(texts, gated, ungated, strict=True)
        if more != less
    ] == []
    assert any(gated)
