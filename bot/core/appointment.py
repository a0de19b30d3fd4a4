"""Days on which one may come and talk (校长接待日): their times, how the office writes them, what people ask of them.

A booking is identity and nothing else: it says who comes when, stands apart from everything anybody ever answered, and is
gone after its day. What one wishes to talk of, and how one wants to be called, is told only by who likes to.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LENGTHS = (10, 15, 20, 30)
"""Minutes a talk may take."""

USUAL = 15

AHEAD = 62
"""Days ahead for which days of a rule are published, and shown."""

MOST_SLOTS = 40

LONGEST_WORDS = 200
"""Characters of what one wishes to talk of."""

LONGEST_NAME = 20
"""Characters of how one wants to be called, of a place, of who receives."""

DAY_MINUTES = 24 * 60


class State(StrEnum):
    """Of a day."""

    DRAFT = "draft"
    """The office looks at it."""
    UP = "up"
    OFF = "off"
    """Called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitingDay:
    """A day, its times in minutes since midnight."""

    id: str
    unit: str
    """Empty: the whole house's."""
    day: date
    starts: int
    ends: int
    length: int = USUAL
    place: str = ""
    host: str = ""
    """Who receives, by post."""
    series: str = ""
    """The id of the first day of its rule; empty where it has none."""
    rule: str = ""
    """As an RRULE; empty where no further day follows of itself."""
    state: State = State.DRAFT

    @property
    def slots(self) -> tuple[int, ...]:
        """When talks begin."""
        return tuple(range(self.starts, self.ends - self.length + 1, self.length))[:MOST_SLOTS]


def clock(minutes: int) -> str:
    """As one writes it.

    >>> clock(14 * 60 + 5)
    '14:05'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


def free(one: VisitingDay, taken: Iterable[int], *, after: int = -1) -> tuple[int, ...]:
    """The times nobody has taken; `after`: only those behind that minute of the day."""
    gone = frozenset(taken)
    return tuple(slot for slot in one.slots if slot not in gone and slot > after)


def shifted(
    was: VisitingDay, now: VisitingDay, taken: Iterable[int]
) -> Mapping[int, int | None]:
    """Where each time goes when a day is moved: as far from the beginning as it was; None where there is no such time.

    >>> from dataclasses import replace
    >>> was = VisitingDay(id="a", unit="", day=date(2026, 10, 7), starts=840, ends=900)
    >>> shifted(was, replace(was, starts=600, ends=630), [840, 870])
    {840: 600, 870: None}
    """
    there = frozenset(now.slots)
    moved = {slot: now.starts + (slot - was.starts) for slot in taken}
    return {slot: to if to in there else None for slot, to in moved.items()}


# --- what the office types -----------------------------------------------------------------------------------------

_NUMBER = r"(\d{1,2}|十[一二]?|[一二两三四五六七八九])"
_TIME = rf"(上午|早上|下午|中午|晚上)?\s*{_NUMBER}\s*(?:[:：]\s*(\d{{2}})|[点时]\s*(半|\d{{1,2}})?分?)"
_SPAN = re.compile(rf"{_TIME}\s*(?:-+|—+|–|~|～|至|到)\s*{_TIME}")
_EACH = re.compile(r"(?:每|一)?\s*(?:人|位|个|次)?\s*(\d{1,2})\s*分钟(?:一[个位次人])?")
_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_AFTER_NOON = frozenset({"下午", "晚上"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What a line says beside its date."""

    starts: int
    ends: int
    length: int
    place: str
    host: str
    rest: str
    """The line without its times: the date, or the rule, stands in it."""


def read_hours(line: str) -> Hours | None:
    """From when to when, how long each, where, who receives; None where no times, or no possible ones, stand in it.

    >>> said = read_hours("每月第一个周三下午2点半到4点，校长室，甲校长，每人20分钟")
    >>> said.starts, said.ends, said.length, said.place, said.host, said.rest
    (870, 960, 20, '校长室', '甲校长', '每月第一个周三')
    """
    folded = unicodedata.normalize("NFKC", line).strip()
    span = _SPAN.search(folded)
    if span is None:
        return None
    part, starts = _minutes(span[1], span[2], span[3], span[4], 0)
    _, ends = _minutes(span[5] or part, span[6], span[7], span[8], starts)
    each = _EACH.search(folded)
    length = int(each[1]) if each else USUAL
    if not (0 <= starts < ends <= DAY_MINUTES and 5 <= length <= ends - starts):
        return None
    before = folded[: span.start()]
    bare = folded[span.end() :] if each is None else _EACH.sub("", folded[span.end() :])
    rest = [part.strip() for part in re.split(r"[,、;\n]", bare) if part.strip()]
    return Hours(
        starts=starts,
        ends=ends,
        length=length,
        place=rest[0][:LONGEST_NAME] if rest else "",
        host=rest[1][:LONGEST_NAME] if len(rest) > 1 else "",
        rest=before.strip(" ,、;\n"),
    )


def _minutes(
    part: str | None, hours: str, colon: str | None, half: str | None, after: int
) -> tuple[str | None, int]:
    hour = int(hours) if hours.isdecimal() else _numeral(hours)
    minute = 30 if half == "半" else int(colon or half or 0)
    if hour < 12 and (part in _AFTER_NOON or (part == "中午" and hour < 3)):
        hour += 12
    if hour < 12 and hour * 60 + minute <= after:
        hour += 12
    return part, hour * 60 + minute if minute < 60 else -1


def _numeral(text: str) -> int:
    return sum(_NUMERALS[c] for c in text)


# --- what people ask -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looks:
    """Which days are there?"""


@dataclass(frozen=True, slots=True)
class Picks:
    """The times of one day; `day` is its id, or its date as MM-DD."""

    day: str


@dataclass(frozen=True, slots=True)
class Books:
    """That time."""

    day: str
    slot: int


@dataclass(frozen=True, slots=True)
class Cancels:
    """Not coming after all; empty: which?"""

    day: str = ""


@dataclass(frozen=True, slots=True)
class Tells:
    """What they wish to talk of."""

    words: str


@dataclass(frozen=True, slots=True)
class Names:
    """How they want to be called."""

    name: str


@dataclass(frozen=True, slots=True)
class Keeps:
    """What they wish to talk of is right as it was shown; or, not `sure`, they would rather not say."""

    day: str
    sure: bool


Asked = Looks | Picks | Books | Cancels | Tells | Names | Keeps

_LOOKS = frozenset(
    {"预约", "接待日", "校长接待日", "约校长", "/visit", "visit", "book", "booking"}
)
_CANCELS = frozenset({"取消预约", "/visit off"})
_FORM = re.compile(
    r"(?:预约|/visit) (?P<day>[a-z]{6}|\d{1,2}[-月]\d{1,2}日?)(?: (?P<more>\S{1,8}))?"
)
_TELLS = re.compile(r"\s*(?:想谈|/topic)[\s:：,，]+(\S.*)", re.DOTALL)
_NAMES = re.compile(r"\s*(?:称呼|/name)[\s:：,，]+(\S.*)", re.DOTALL)
_SLOT = re.compile(r"(\d{1,2}):(\d{2})")
SHORT = 32
"""Characters of anything but words for a booking."""


def recognise(text: str) -> Asked | None:
    """What a text asks of visiting days; None where it is something else, as nearly always.

    >>> recognise("预约 10-07 14:00"), recognise("想谈：作业"), recognise("食堂的菜太凉")
    (Books(day='10-07', slot=840), Tells(words='作业'), None)
    """
    if told := _TELLS.fullmatch(text):
        return Tells(told[1].strip())
    if len(text) > SHORT:
        return None
    if called := _NAMES.fullmatch(text):
        return Names(" ".join(called[1].split())[:LONGEST_NAME])
    short = unicodedata.normalize("NFKC", text).strip().casefold().rstrip("。.!")
    if short in _LOOKS:
        return Looks()
    if short in _CANCELS:
        return Cancels()
    found = _FORM.fullmatch(short)
    return _of_day(found["day"], found["more"]) if found else None


def _of_day(typed: str, more: str | None) -> Asked:
    day = re.sub(r"(\d+)[-月](\d+)日?", _month_and_day, typed)
    match more:
        case "off" | "取消":
            return Cancels(day)
        case "ok" | "blank":
            return Keeps(day, sure=more == "ok")
        case str() if slot := _SLOT.fullmatch(more):
            return Books(day, int(slot[1]) * 60 + int(slot[2]))
        case _:
            return Picks(day)


def says(day: str, more: str = "") -> str:
    """What a button types."""
    return f"/visit {day} {more}".strip()


def _month_and_day(found: re.Match[str]) -> str:
    return f"{int(found[1]):02}-{int(found[2]):02}"


def named(days: Iterable[VisitingDay], called: str) -> tuple[VisitingDay, ...]:
    """Those of that id, or on that date."""
    return tuple(d for d in days if called in (d.id, f"{d.day:%m-%d}"))
