"""The forms under which somebody's id may lie about, and the search for all of them at once.

For `tingwen audit`: an id counts as found whether it stands there in clear, in another encoding, as a binary number or
as a hash that anybody could work out again. Short ids would be found everywhere by chance and are left out; the audit
says how many. Nothing here says whose trace was found: a finding must not become what it warns of.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030")
HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b")

SHORTEST, SHORTEST_NUMBER = 6, 8
"""Characters below which an id, or one of digits alone, is not looked for in clear."""

PREFIX = 12
"""Bytes of a hash that are looked for: whoever cuts hashes short seldom keeps fewer."""

_WINDOW = 6
_CHUNK = 1 << 20
_BITS = 24
_SPREAD = 0x9E3779B97F4A7C15


class Trace(NamedTuple):
    """A form of somebody's id."""

    needle: bytes
    form: str
    """What it is, without saying whose: `utf-16-le`, `sha256 hex`."""


class Sighting(NamedTuple):
    """Something that was looked for and found."""

    form: str
    offset: int


def searchable(id: str) -> bool:
    """Whether an id is long enough not to be found by chance.

    >>> searchable("7318204956"), searchable("1234567"), searchable("lili")
    (True, False, False)
    """
    return len(id) >= (SHORTEST_NUMBER if id.isdigit() else SHORTEST)


def clear(id: str) -> Iterator[Trace]:
    """The id as text and as a number."""
    if not searchable(id):
        return
    for encoding in ENCODINGS:
        yield Trace(id.encode(encoding), encoding)
    plain = id.encode()
    yield Trace(id[::-1].encode(), "reversed")
    yield from _texts(plain, "")
    escaped = "".join(f"\\u{ord(char):04x}" for char in id)
    yield Trace(escaped.encode(), "json")
    partly = "".join(c if c.isascii() and c.isalnum() else _percent(c) for c in id)
    yield Trace(partly.encode(), "url")
    yield Trace(_percent(id).encode(), "url")
    if id.isascii() and id.isdigit() and 1 << 31 <= int(id) < 1 << 48:
        for size in (6, 8):
            yield Trace(int(id).to_bytes(size, "big"), f"int{8 * size} big-endian")
            yield Trace(int(id).to_bytes(size, "little"), f"int{8 * size} little-endian")


def spellings(channel: str, id: str) -> tuple[bytes, ...]:
    """How an address may be written before it is hashed."""
    joined = (
        (f"{channel}{mark}{id}".encode() for mark in ("\0", ":", "/", "")) if channel else ()
    )
    return (id.encode(), *joined)


def hashed(channel: str, id: str, keys: Mapping[str, bytes]) -> Iterator[Trace]:
    """Hashes of the address without salt, and MACs of it under keys that are known by a name."""
    for plain in spellings(channel, id):
        for name in HASHES:
            yield from digests(hashlib.new(name, plain, usedforsecurity=False).digest(), name)
        for name, key in keys.items():
            yield from digests(hmac.digest(key, plain, "sha256"), f"hmac {name}")


def digests(digest: bytes, form: str) -> Iterator[Trace]:
    """A hash or a key as bytes and as text, cut to its beginning."""
    start = digest[:PREFIX]
    yield Trace(start, form)
    yield Trace(start.hex().encode(), f"{form} hex")
    yield Trace(start.hex().upper().encode(), f"{form} hex")
    yield Trace(base64.b64encode(start), f"{form} base64")
    yield Trace(base64.urlsafe_b64encode(start), f"{form} base64")


def secret(value: bytes, form: str) -> Iterator[Trace]:
    """Something that stands nowhere but in its own place."""
    yield Trace(value, form)
    yield from _texts(value, f"{form} ")


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _texts(plain: bytes, form: str) -> Iterator[Trace]:
    yield Trace(plain.hex().encode(), f"{form}hex")
    yield Trace(plain.hex().upper().encode(), f"{form}hex")
    for shift in range(3):
        # What lies before and behind it changes the first and the last characters; those between are its own.
        coded = base64.b64encode(bytes(shift) + plain)
        own = coded[(0, 2, 3)[shift] : (len(plain) + shift) * 8 // 6]
        yield Trace(own, f"{form}base64")
        yield Trace(own.translate(bytes.maketrans(b"+/", b"-_")), f"{form}base64")


class Search:
    """Many needles at once. Those shorter than six bytes are left out."""

    def __init__(self, wanted: Iterable[Trace]) -> None:
        self._by_start: dict[int, list[Trace]] = {}
        known: set[bytes] = set()
        for trace in wanted:
            if len(trace.needle) >= _WINDOW and trace.needle not in known:
                known.add(trace.needle)
                start = int.from_bytes(trace.needle[:_WINDOW], "little")
                self._by_start.setdefault(start, []).append(trace)
        self._longest = max((len(t.needle) for t in self._every()), default=0)
        import numpy as np  # here, so that a start does not wait for what only the audit wants

        self._maybe = np.zeros(1 << _BITS, dtype=np.bool_)
        starts = np.fromiter(self._by_start, dtype=np.uint64, count=len(self._by_start))
        self._maybe[_spread(starts)] = True

    def _every(self) -> Iterator[Trace]:
        return chain.from_iterable(self._by_start.values())

    def __call__(self, content: bytes) -> Iterator[Sighting]:
        """Where something of it stands; each form once."""
        seen: set[str] = set()
        for base in range(0, len(content), _CHUNK):
            chunk = content[base : base + _CHUNK + self._longest]
            for trace, offset in self._in(chunk):
                if trace.form not in seen:
                    seen.add(trace.form)
                    yield Sighting(trace.form, base + offset)

    def _in(self, chunk: bytes) -> Iterator[tuple[Trace, int]]:
        many = len(chunk) - _WINDOW + 1
        if many <= 0 or not self._by_start:
            return
        import numpy as np

        octets = np.frombuffer(chunk, dtype=np.uint8)
        windows = np.zeros(many, dtype=np.uint64)
        for place in range(_WINDOW):
            windows |= octets[place : place + many].astype(np.uint64) << np.uint64(8 * place)
        for offset in map(int, np.flatnonzero(self._maybe[_spread(windows)])):
            for trace in self._by_start.get(int(windows[offset]), ()):
                if chunk.startswith(trace.needle, offset):
                    yield trace, offset


def _spread(windows: "np.ndarray") -> "np.ndarray":
    import numpy as np

    return (windows * np.uint64(_SPREAD)) >> np.uint64(64 - _BITS)
