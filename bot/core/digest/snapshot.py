"""A digest as JSON and back, to the last character: the database keeps this, and papers are drawn from it.

How each class is written follows from its fields' types, worked out once. A class changed later must still read
old snapshots: new fields get a default, old ones are never given another meaning.

A large week's lines do not stand in one text with the rest: nobody wants a hundred thousand of them in memory to print one.
What is more than `PORTION` lies beside it in portions, JSON each, in their order.
"""

import json
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

from bot.core.digest.model import Digest, Entry, PersonalFile

FORMAT = 1

PORTION = 1_000
"""Lines of opinions that the snapshot itself holds, and each portion beside it."""

Read = Callable[[Any], Any]


class NotASnapshot(ValueError):
    """This JSON was not written by `to_json`, or by a later version of it."""


def to_json(digest: Digest | PersonalFile) -> str:
    """The snapshot. The same digest always gives the same text."""
    return json.dumps(
        {"format": FORMAT, "digest": digest},
        default=_plain,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def in_portions(digest: Digest) -> tuple[str, tuple[str, ...]]:
    """The snapshot with the first lines of opinions, and all others in portions."""
    held, rest = digest.entries[:PORTION], digest.entries[PORTION:]
    if not rest:
        return to_json(digest), ()
    portions = [rest[at : at + PORTION] for at in range(0, len(rest), PORTION)]
    return to_json(replace(digest, entries=held)), tuple(map(_portion, portions))


def entries_in(portion: str) -> list[Entry]:
    """The lines of one portion. Raises `NotASnapshot`."""
    try:
        return list(map(_entry, json.loads(portion)))
    except (IndexError, TypeError, ValueError) as cause:
        raise NotASnapshot(str(cause)) from cause


def all_entries(digest: Digest, portions: Iterable[str]) -> Iterator[Entry]:
    """The lines of a digest one after the other: those it holds, then those of its portions as they come."""
    yield from digest.entries
    for portion in portions:
        yield from entries_in(portion)


def _portion(entries: tuple[Entry, ...]) -> str:
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Digest:
    """The digest of that snapshot. Raises `NotASnapshot`."""
    return cast(Digest, _read(text, Digest))


def personal_from_json(text: str) -> PersonalFile:
    """The personal file of that snapshot. Raises `NotASnapshot`."""
    return cast(PersonalFile, _read(text, PersonalFile))


def _read(text: str, kind: type) -> object:
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise NotASnapshot(f"format {found['format']}, this is {FORMAT}")
        return _reader(kind)(found["digest"])
    except (KeyError, TypeError, ValueError) as cause:
        raise cause if isinstance(cause, NotASnapshot) else NotASnapshot(str(cause)) from cause


def _plain(value: object) -> object:
    """What JSON has no word for."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def _same(value: Any) -> Any:
    return value


@cache
def _reader(kind: Any) -> Read:
    """How a value of that type is made from JSON; `_same` where JSON's own will do."""
    if kind is Entry:
        return _entry
    if kind is datetime or kind is date:
        return kind.fromisoformat
    if is_dataclass(kind):
        return _dataclass_reader(cast(type, kind))
    if get_origin(kind) is tuple:
        return _tuple_reader(_reader(get_args(kind)[0]))
    if get_origin(kind) is types.UnionType:
        (inner,) = (a for a in get_args(kind) if a is not types.NoneType)
        return _optional_reader(_reader(inner))
    return _same


def _dataclass_reader(kind: type) -> Read:
    hints = get_type_hints(kind)
    readers = [(f.name, _reader(hints[f.name])) for f in fields(kind)]
    special = [(name, read) for name, read in readers if read is not _same]

    def read(value: dict[str, Any]) -> Any:
        for name, reader in special:
            if name in value:
                value[name] = reader(value[name])
        return kind(**value)

    return read


def _tuple_reader(read: Read) -> Read:
    return tuple if read is _same else lambda value: tuple([read(one) for one in value])


def _optional_reader(read: Read) -> Read:
    return _same if read is _same else lambda value: None if value is None else read(value)


_SIFENG = Entry._fields.index("sifeng")
_ALSO, _ECHOES = Entry._fields.index("also"), Entry._fields.index("echoes")
"""From the one to the other there are tuples; what was written before there were any ends here."""


def _entry(row: list[Any]) -> Entry:
    row[_SIFENG] = tuple(row[_SIFENG])
    if len(row) > _ALSO:
        row[_ALSO : _ECHOES + 1] = map(tuple, row[_ALSO : _ECHOES + 1])
    return Entry(*row)
