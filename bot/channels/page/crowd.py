"""How many come from one place, without knowing which place: counted in memory, by a hash whose salt is thrown away.

A place is an address of the network; a school's Wi-Fi and a telephone company are one place each, so limits are wide. The
salt is drawn at the start and anew every hour; with it everything counted is forgotten. Nothing is written anywhere.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

HOUR = 3600.0
MOST_PLACES = 50_000
AT_EASE = 64
"""Beginnings an hour from one place before each doubling makes the work twice as hard."""
HARDER = 4
"""Bits it becomes harder by at most."""


@dataclass(slots=True)
class _Place:
    left: float
    at: float
    begun: int = 0


class Crowd:
    """A bucket of requests for each place: so many at once, so many a second."""

    def __init__(
        self,
        now: Callable[[], float],
        random: Callable[[int], bytes],
        *,
        burst: float = 900,
        a_second: float = 30,
    ) -> None:
        self._now = now
        self._random = random
        self._burst = burst
        self._a_second = a_second
        self._places: dict[bytes, _Place] = {}
        self._forget()

    def passes(self, host: str) -> bool:
        """One more request from there may be answered."""
        place = self._place(host)
        if place.left < 1:
            return False
        place.left -= 1
        return True

    def begins(self, host: str) -> None:
        """One more has begun there."""
        self._place(host).begun += 1

    def harder(self, host: str) -> int:
        """Bits by which the work is harder there, because so many begin."""
        return min((self._place(host).begun // AT_EASE).bit_length(), HARDER)

    def _place(self, host: str) -> _Place:
        now = self._now()
        if now - self._since >= HOUR or len(self._places) >= MOST_PLACES:
            self._forget()
        name = hmac.digest(self._salt, _network(host), "sha256")[:12]
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = _Place(self._burst, now)
        place.left = min(self._burst, place.left + (now - place.at) * self._a_second)
        place.at = now
        return place

    def _forget(self) -> None:
        self._salt, self._since = self._random(32), self._now()
        self._places.clear()


def _network(host: str) -> bytes:
    """The address; of the newer kind only the half that one customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return b"?"
    return address.packed if address.version == 4 else address.packed[:8]
