"""A round: groups × units × questions × window. Which ones are open is asked of the clock's word, not of a flag."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.survey import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round. `opens` inclusive, `closes` exclusive, both aware; None where it has no bound."""

    id: str
    script: Script
    opens: datetime | None = None
    closes: datetime | None = None

    def open(self, now: datetime) -> bool:
        """Answers are taken now."""
        return (self.opens is None or self.opens <= now) and (
            self.closes is None or now < self.closes
        )


def open_round(rounds: tuple[Round, ...], now: datetime, named: str = "") -> Round | None:
    """The round meant: the named one where it is open, else the open one that closes first."""
    going = [r for r in rounds if r.open(now)]
    if chosen := next((r for r in going if r.id == named), None):
        return chosen
    bounded = [r for r in going if r.closes is not None]
    return min(bounded, key=lambda r: r.closes or now) if bounded else next(iter(going), None)
