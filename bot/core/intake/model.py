"""Where opinions came from when they did not come by the chat, and what is known of one."""

from collections.abc import Mapping
from dataclasses import dataclass

MEETING, LETTER, DICTATED = "meeting", "letter", "dictated"

SOURCES = (
    MEETING, LETTER, "visit", "mail", "caller", "hotline", "12345", "web", "guide", DICTATED,
)  # fmt: skip
"""座谈会 函 走访 来信 来访 热线 12345 网络 指导组 代录, in the order the papers list them."""

FACE_TO_FACE = frozenset({"visit", "caller", "hotline", DICTATED})
"""Sources at which somebody speaks with somebody, and may answer at once."""

ROUND = "intake"
"""The round of what was entered: nobody was asked a question."""

LONGEST = 4000
"""Characters of one opinion; what is longer is more than one."""

ENOUGH = 8
"""People who are asked in a unit and group from whom words may carry the unit's name (design 5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a whole batch: who was heard, where and when."""

    unit: str = ""
    groups: tuple[str, ...] = ()
    people: int | None = None
    """How many took part; None where nobody said."""
    day: str = ""
    """ISO date; empty where nobody said."""
    place: str = ""
    host: str = ""
    origin: str = ""
    """The department that hands it on: 信访科, 工会."""
    answer: str = ""
    """What was answered there and then, masked; empty where nothing was."""

    @property
    def group(self) -> str:
        """Whose words they are, where all are of one group."""
        return self.groups[0] if len(self.groups) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One opinion as it came in, before anybody read it."""

    text: str
    ticket: str = ""
    day: str = ""
    """ISO date it was received; empty where nobody knows."""
    due: str = ""
    """ISO date by which it has to be answered."""
    unit: str = ""
    group: str = ""
    dimension: str = ""
    origin: str = ""
    given: Mapping[str, object] | None = None
    """Labels that the office had given already; they go before what the sorting says."""
    strange: bool = False
    """It names a unit that nobody knows."""


def place_of(
    unit: str, group: str, asked: Mapping[tuple[str, str], int | None], *, enough: int = ENOUGH
) -> str:
    """The unit that the words may carry: only where enough people may have said them, or nobody knows how many there are
    and no group narrows it down."""
    if not unit:
        return ""
    if group:
        many = asked.get((unit, group))
        return unit if many is not None and many >= enough else ""
    counts = [many for (one, _), many in asked.items() if one == unit and many is not None]
    return unit if not counts or sum(counts) >= enough else ""


def is_early(day: str, since: str) -> bool:
    """Whether it was said before what is under way began. Both are ISO dates; unknown ones are never early."""
    return bool(day) and bool(since) and day < since
