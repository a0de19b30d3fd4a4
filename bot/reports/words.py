"""How the papers speak: sentences by key, with figures and dates put in the way the language writes them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.digest import Digest, TopicRow, TurnoutRow
from bot.core.digest.figures import FEW, Tenths, share
from bot.core.digest.model import Rectification

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # what turns or hides the words beside it
    "\ud800-\udfff\ufffe\uffff]"  # what XML cannot hold
)


def inert(text: str) -> str:
    """The text without characters that do something instead of being read; XML and a terminal can hold it.

    >>> inert("a\\x00b\\u202ec")
    'abc'
    """
    return _UNPRINTABLE.sub("", text)


@dataclass(frozen=True, slots=True)
class Words:
    """The papers' sentences in one language."""

    texts: Mapping[str, str]

    def say(self, key: str, /, **fields: object) -> str:
        """The sentence of that key with its holes filled. What is filled in is never looked at again."""
        return self.texts[key].format_map(
            {name: _shown(value) for name, value in fields.items()}
        )

    def named(self, table: str, code: str) -> str:
        """What the papers call a code; a code nobody foresaw stands for itself."""
        return self.texts.get(f"{table}.{code or 'none'}", code)

    def channel(self, code: str) -> str:
        """Where an opinion came from; a channel nobody foresaw is one of the others."""
        return self.texts.get(f"channel_name.{code}") or self.say("channel_name.other")

    def join(self, parts: Iterable[str], by: str = "and") -> str:
        """A list as the language writes it."""
        return self.say(f"list.{by}").join(parts)

    def percent(self, tenths: Tenths | None) -> str:
        """A share, one decimal; a dash where there is none."""
        if tenths is None:
            return self.say("list.dash")
        return self.say("number.percent", value=_decimal(tenths))

    def signed(self, tenths: Tenths) -> str:
        """A change, with its sign."""
        sign = "minus" if tenths < 0 else "plus"
        return self.say(f"number.{sign}", value=_decimal(abs(tenths)))

    def change(self, row: TopicRow) -> str:
        """How a topic moved: percent, new, or a dash where a percentage would say nothing."""
        if row.before == 0 and row.now:
            return self.say("number.new")
        return self.say("list.dash") if row.change is None else self.signed(row.change)

    def before(self, row: TopicRow) -> str:
        """Last period's figure; a dash in the first period."""
        return self.say("list.dash") if row.before is None else str(row.before)

    def day(self, day: date) -> str:
        """Month and day."""
        return self.say("date.day", month=self._month(day), day=day.day)

    def full_day(self, day: date) -> str:
        """Year, month and day; the standard writes no leading zeros."""
        return self.say("date.full", year=day.year, month=self._month(day), day=day.day)

    def moment(self, moment: datetime) -> str:
        """A closing, to the hour or the minute."""
        key = "date.minute" if moment.minute else "date.hour"
        return self.say(
            key,
            month=self._month(moment),
            day=moment.day,
            hour=moment.hour,
            minute=moment.minute,
        )

    def span(self, first: date, last: date) -> str:
        """From one day to another."""
        return self.say("date.span", first=self.day(first), last=self.day(last))

    def numeral(self, number: int) -> str:
        """The numeral of a section; figures where there are too many."""
        numerals = self.say("digest.numerals").split()
        return numerals[number - 1] if number <= len(numerals) else str(number)

    def line(self, table: str, row: TurnoutRow) -> str:
        """What a line of a turnout table (`groups`, `units`) is called; the last one stands for several."""
        if row.id:
            return row.name
        if table == "groups":
            return self.say("turnout.folded")
        return (
            self.say("turnout.others", n=row.merged)
            if row.merged
            else self.say("turnout.apart")
        )

    def band(self, band: str) -> str:
        """A ten-point step of participation, or why there is none."""
        if not band.isdigit():
            return self.say(f"band.{band}")
        low = 10 * int(band)
        return self.say("band.top" if low == 90 else "band.band", low=low, high=low + 10)

    def title(self, digest: Digest) -> str:
        """The clerk's title, or the usual one."""
        return digest.notes.title or self.say("digest.title", number=digest.number)

    def _month(self, day: date) -> str:
        names = self.say("date.months").split()
        return names[day.month - 1] if names else str(day.month)


def graded(words: Words, r: Rectification) -> list[tuple[str, str, str, str]]:
    """Grade by grade what those responsible say of their own work, beside what people say; too few of these say nothing."""
    said = r.ratings.total >= FEW
    none = words.say("rectification.no_rate")
    own = (r.own.good, r.own.fair, r.own.poor)
    people = (r.ratings.good, r.ratings.fair, r.ratings.poor)
    return [
        (
            words.say(f"rectification.{grade}"),
            str(mine),
            str(theirs) if said else none,
            words.percent(share(theirs, r.ratings.total)) if said else none,
        )
        for grade, mine, theirs in zip(("good", "fair", "poor"), own, people, strict=True)
    ]


def four_rates(words: Words, r: Rectification) -> list[tuple[str, str, str]]:
    """见面 办结 规范 满意: its name, how high it is, how it is counted."""
    rates = r.rates
    return [
        (
            words.say(f"rectification.{name}"),
            words.say("rectification.no_rate") if rate is None else words.percent(rate),
            words.say(f"rectification.{name}_counted"),
        )
        for name, rate in (
            ("met", rates.met),
            ("finished", rates.finished),
            ("in_order", rates.in_order),
            ("content", rates.content),
        )
    ]


def _shown(value: object) -> object:
    return inert(value) if isinstance(value, str) else value


def _decimal(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"
