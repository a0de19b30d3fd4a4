"""What a digest says of some units: for the office of a school, or a group sent to a few, who see these and no others.

Nothing is counted anew: these are lines of the digest. Words and topics are told of a unit only where the digest names it
beside words, which takes enough of it to have written; of any other its people could be guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.digest.figures import counted
from bot.core.digest.model import Count, CoverageRow, Digest, Entry, TurnoutRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some units' share of a digest."""

    office: str
    number: int
    opens: datetime
    closes: datetime
    simulated: bool
    units: tuple[str, ...]
    """Their names, in the order of their number."""
    group_names: tuple[str, ...]
    rows: tuple[TurnoutRow, ...]
    coverage: tuple[CoverageRow, ...]
    topics: tuple[Count, ...]
    """By name, what is said most first."""
    entries: tuple[Entry, ...]
    few: tuple[str, ...]
    """Units of which too few wrote for anything but a band."""

    @property
    def key(self) -> date:
        """The closing date."""
        return self.closes.date()


def part_of(digest: Digest, units: Mapping[str, str]) -> Part:
    """The digest's lines about these units: id and name, in the order of their number."""
    names = frozenset(units.values())
    entries = tuple(entry for entry in digest.entries if entry.unit in names)
    told = {entry.unit for entry in entries}
    topics = counted((entry.topic, entry.answers) for entry in entries if entry.topic)
    return Part(
        office=digest.office,
        number=digest.number,
        opens=digest.opens,
        closes=digest.closes,
        simulated=digest.simulated,
        units=tuple(units.values()),
        group_names=tuple(row.name for row in digest.groups if row.id),
        rows=tuple(row for row in digest.units if row.id in units),
        coverage=tuple(row for row in digest.coverage if row.unit in names),
        topics=tuple(
            Count(*pair)
            for pair in sorted(topics.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        entries=entries,
        few=tuple(name for name in units.values() if name not in told),
    )
