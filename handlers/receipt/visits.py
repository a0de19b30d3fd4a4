"""Whose next words belong to a receipt they have just shown: in memory, for ten minutes, and nowhere else.

A row would join an account to what it once handed in, which nothing kept may do. So a restart forgets it; then the
person is told so and writes again. Where several replicas share one database, a chat keeps coming to the same one.
"""

from dataclasses import dataclass

from bot.core.dialogue import WITHIN
from bot.core.messages import Address
from bot.core.receipt import Held
from storage.dialogue import Opened

MOST = 1000
"""Visits at a time; the oldest makes room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody is writing: a reply to `letter`, or a contact where there is none."""

    digits: str
    held: Held
    letter: Opened | None
    until: float
    text: str = ""
    """As shown and not confirmed yet; empty before they have written."""


class Visits:
    """All visits."""

    def __init__(self) -> None:
        self._by: dict[Address, Visit] = {}

    def begin(
        self, address: Address, digits: str, held: Held, letter: Opened | None, now: float
    ) -> None:
        """Their next words are for this."""
        self._by.pop(address, None)
        while len(self._by) >= MOST:
            del self._by[next(iter(self._by))]
        self._by[address] = Visit(digits=digits, held=held, letter=letter, until=now + WITHIN)

    def of(self, address: Address, now: float) -> Visit | None:
        """What they are writing; None where they are not, or have taken too long."""
        visit = self._by.get(address)
        if visit is not None and visit.until < now:
            self.end(address)
            return None
        return visit

    def wrote(self, address: Address, visit: Visit, text: str, now: float) -> None:
        """They have written it; it is theirs to confirm."""
        self._by[address] = Visit(
            digits=visit.digits,
            held=visit.held,
            letter=visit.letter,
            until=now + WITHIN,
            text=text,
        )

    def end(self, address: Address) -> None:
        """It is done with."""
        self._by.pop(address, None)
