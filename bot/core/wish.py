"""A wish to be told: of a round and a topic, never of a piece.

A wish is kept as a mark whose name only this person's address gives (`name`), under a key that lies apart: nobody can
list who wishes, one can only try an address one has. What is told goes to all who wish the same, once there are enough,
and their wishes end with it; one that nothing came of ends after a year.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.cells import freeze
from bot.core.messages import Address

VAULT = "/wishes"
"""What a round cannot be called: the name of the vault that marks wishes."""

ATOMS = freeze((), {}, {})
"""Nobody is counted there."""

MOST_TOPICS = 2
"""Topics one tap may name."""

LONGEST = 48
"""Characters that a button says: Telegram takes 64 bytes of one, our own marks included."""

UNSORTED = "qita"
"""The topic of what the sorting has no suggestion for."""

MONTH = 30
"""Days."""

LIVES = 13
"""Months for which a wish is kept at the most."""

_AGES = 250


@dataclass(frozen=True, slots=True)
class Wishes:
    """To be told, or not any more, what became of these topics of a round."""

    round: str
    topics: tuple[str, ...]
    off: bool = False


_FORM = re.compile(
    r"/(?P<what>tellme|telloff) (?P<round>[A-Za-z0-9_]{1,20}) (?P<topics>[a-z,]{2,30})"
)


def recognise(text: str) -> Wishes | None:
    """What a button says about a wish; None where it is something else, as nearly always.

    >>> recognise("/tellme spring shitang,buke")
    Wishes(round='spring', topics=('shitang', 'buke'), off=False)
    """
    found = _FORM.fullmatch(text) if text.startswith("/tell") else None
    if found is None:
        return None
    topics = tuple(found["topics"].split(","))[:MOST_TOPICS]
    return Wishes(found["round"], topics, off=found["what"] == "telloff")


def says(round: str, topics: Iterable[str], *, off: bool = False) -> str:
    """What the button says: as many of the topics as fit."""
    chosen: list[str] = []
    for topic in topics:
        if len(chosen) < MOST_TOPICS and len(_said(round, (*chosen, topic), off)) <= LONGEST:
            chosen.append(topic)
    return _said(round, chosen or [UNSORTED], off)


def _said(round: str, topics: Iterable[str], off: bool) -> str:
    return f"/{'telloff' if off else 'tellme'} {round} {','.join(topics)}"


def name(round: str, topic: str, address: Address) -> bytes:
    """The name of a wish, to be hidden under a key."""
    return f"{round}\0{topic}\0{address.channel}\0{address.id}".encode()


def names(
    rounds: Iterable[str], topics: Iterable[str], addresses: Iterable[Address]
) -> list[bytes]:
    """The names of all wishes these addresses may have."""
    every = tuple(topics)
    places = tuple(addresses)
    return [name(r, topic, a) for r in rounds for topic in every for a in places]


def age(day: int) -> int:
    """What is kept of when a wish was made: a month, as a number from 1 on that comes round again."""
    return day // MONTH % _AGES + 1


def lives(made: int, day: int) -> bool:
    """Whether a wish of that age is still kept.

    >>> lives(age(20000), 20300), lives(age(20000), 20500)
    (True, False)
    """
    return (age(day) - made) % _AGES <= LIVES
