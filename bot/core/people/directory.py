"""Somebody as a directory knows them, and which of our units is meant by where they stand in it.

A directory's departments are not our units: a class, a grade, a campus, a school lie one in another. The innermost one
that is called like a unit counts; where none is, the person is asked when a talk begins.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.messages import Address
from bot.core.survey import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody who stands in a directory."""

    address: Address
    places: tuple[tuple[str, ...], ...] = ()
    """Names of where they belong, each from the innermost outwards: a parent may have children in two schools."""
    parent: bool = False


def unit_of(listed: Listed, units: Iterable[Unit]) -> str:
    """The id of the unit they belong to; empty where none or more than one is meant.

    >>> from bot.core.survey import Unit
    >>> units = (Unit(id="a", name="First School", also=("1st",)), Unit(id="b", name="Second"))
    >>> where = Address(channel="w", id="x")
    >>> unit_of(Listed(address=where, places=(("Class 3", "1ST"), ("Choir",))), units)
    'a'
    >>> unit_of(Listed(address=where, places=(("First School",), ("Second",))), units)
    ''
    """
    called = {_folded(name): unit.id for unit in units for name in (*unit.also, unit.name)}
    found = {unit for place in listed.places if (unit := _innermost(place, called))}
    return found.pop() if len(found) == 1 else ""


def _innermost(place: Sequence[str], called: dict[str, str]) -> str:
    return next((called[name] for name in map(_folded, place) if name in called), "")


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
