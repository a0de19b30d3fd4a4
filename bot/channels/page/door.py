"""What it costs to begin on a link that is for everybody: about a second of an old phone's work.

The page carries a *challenge*, signed, good for half an hour and once. A script finds numbers whose hashes begin with
zeros: sixteen small puzzles instead of a big one, so that luck evens out and nobody waits long. Checking costs sixteen
hashes. Without scripts one waits instead: a *turn* is handed out every few seconds to everybody together, so a thousand
ballots take hours however many machines ask for them. Nothing here knows who anybody is, and nothing is remembered of
them; that a challenge is good once is a row of the inbox.

A *pass* is what one gets for it: the device's name, signed, in the session's cookie.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

PUZZLES = 16
EASIEST, HARDEST = 5, 22
"""Bits of work; a bit more doubles it."""
GOOD_FOR = 1800
"""Seconds for which a challenge is good."""
WAIT, TURN_EVERY, LONGEST_QUEUE = 12, 3, 300
"""Seconds one waits at least without scripts; between two turns; of waiting that nobody is asked for."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{44}")
_PASS = re.compile(r"[A-Za-z0-9_-]{32}")
_PROOF = re.compile(rf"\d{{1,9}}(?:\.\d{{1,9}}){{{PUZZLES - 1}}}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One, read and found to be ours."""

    token: str
    bits: int
    """0: nothing is asked."""
    at: int
    """When it was made, or when the turn comes; seconds since 1970."""
    name: str
    """Good once: of a challenge and of the turns one gets for it."""


class Door:
    """Challenges, turns and passes under one secret, so that all replicas take each other's."""

    def __init__(
        self, secret: bytes, clock: Callable[[], float], random: Callable[[int], bytes]
    ) -> None:
        """`clock`: seconds since 1970."""
        self._secret = secret
        self._clock = clock
        self._random = random
        self._next_turn = 0.0

    def challenge(self, bits: int) -> str:
        """A new one, of so much work."""
        return self._token(b"c", bits, int(self._clock()), self._random(12))

    def read(self, token: str) -> Challenge | None:
        """The challenge, where it is ours and not too old."""
        found = self._read(b"c", token)
        return found if found and -60 <= self._clock() - found.at <= GOOD_FOR else None

    def solved(self, challenge: Challenge, proof: str) -> bool:
        """The work has been done."""
        if challenge.bits == 0:
            return True
        if not _PROOF.fullmatch(proof):
            return False
        zeros = 256 - puzzle_bits(challenge.bits)
        return all(
            int.from_bytes(sha256(f"{challenge.token}.{i}.{found}".encode()).digest(), "big")
            >> zeros
            == 0
            for i, found in enumerate(proof.split("."))
        )

    def turn(self, challenge: Challenge) -> str | None:
        """A turn instead of work; None where too many wait. The same challenge is good for one of its turns."""
        now = self._clock()
        mine = max(challenge.at + WAIT, now + 1, self._next_turn)
        if mine - now > LONGEST_QUEUE:
            return None
        self._next_turn = mine + TURN_EVERY
        return self._token(b"t", 0, int(mine), bytes.fromhex(challenge.name))

    def wait(self, turn: str) -> tuple[str, float] | None:
        """A turn's name and the seconds until it comes; None where it is not ours or long past."""
        found = self._read(b"t", turn)
        if found is None or self._clock() - found.at > GOOD_FOR:
            return None
        return found.name, max(0.0, found.at - self._clock())

    def admit(self, link: str) -> str:
        """A pass for a device that has paid, or came by a link of its own."""
        name = self._random(12)
        return urlsafe_b64encode(name + self._sign(b"p" + link.encode(), name)).decode()

    def knows(self, device: str, link: str) -> bool:
        """It is a pass of ours, for that link."""
        if not _PASS.fullmatch(device):
            return False
        plain = urlsafe_b64decode(device)
        return hmac.compare_digest(plain[12:], self._sign(b"p" + link.encode(), plain[:12]))

    def _token(self, kind: bytes, bits: int, at: int, name: bytes) -> str:
        content = bytes([bits]) + at.to_bytes(4, "big") + name
        return urlsafe_b64encode(content + self._sign(kind, content) + bytes(4)).decode()

    def _read(self, kind: bytes, token: str) -> Challenge | None:
        if not _TOKEN.fullmatch(token):
            return None
        plain = urlsafe_b64decode(token)
        if not hmac.compare_digest(plain[17:29], self._sign(kind, plain[:17])):
            return None
        return Challenge(token, plain[0], int.from_bytes(plain[1:5], "big"), plain[5:17].hex())

    def _sign(self, kind: bytes, content: bytes) -> bytes:
        return hmac.digest(self._secret, kind + b"\0" + content, "sha256")[:12]


def puzzle_bits(bits: int) -> int:
    """Zeros that each puzzle's hash begins with, so that all together are worth `bits`."""
    return max(bits - PUZZLES.bit_length() + 1, 1)
