"""What a phrase means in days, once it is known when the document was written.

The product's rules, each with its place in the code: 前 after a day, a 旬 or a month's end includes it (`by`), after a
whole month or a festival it does not (`before`); 上旬前 could also mean before the 旬, so it is solved by its end and
marked `confirm` with the other reading in `alt_end`; 年内 ends on 31 December; 前夕 is the day before; a range whose
end month lies before its start month runs into the next year, to be confirmed; a range reversed inside a month or with
both years written, a weekday that does not fit, a day that does not exist, a month nobody wrote: `ask`. So many days
after something begin on the next day and end on the n-th.
"""

import itertools
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from bot.core.dates.grammar import (
    Before,
    Dated,
    Day,
    End,
    Festival,
    FromToday,
    InMonth,
    InWeek,
    InYear,
    Loose,
    Lunar,
    Moment,
    Nth,
    Phrase,
    Piece,
    Recurring,
    Relative,
    Rule,
    Stretch,
    Unclear,
    Vague,
    What,
    Whole,
    Year,
)
from bot.core.dates.lunar import FESTIVALS, HOLIDAYS, lunar_day
from bot.core.workdays import Calendar

Kind = Literal["point", "window", "by", "before", "relative", "recurring", "ask", "none"]

FAR_BACK = 7
"""Months: a month that lies so long before the document is taken for the next year's, to be confirmed."""


@dataclass(frozen=True, slots=True)
class Reference:
    """When the text was written: the day where it is known, else the year, else nothing.

    `school_year`: the document plans the year from August to July that begins in `year`.
    """

    year: int | None = None
    day: date | None = None
    school_year: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a phrase means. Which fields are filled depends on `kind` as design and `docs` say."""

    kind: Kind
    start: date | None = None
    end: date | None = None
    confirm: bool = False
    why: str = ""
    """The question's code where `kind` is ask or `confirm` is set."""
    suggest: tuple[date, date] | None = None
    alt_end: date | None = None
    time: str | None = None
    rrule: str | None = None
    next: date | None = None
    direction: str | None = None
    relative_to: str | None = None
    offset_days: int | None = None
    workdays: bool = False
    form: Kind | None = None
    """Of an ask for want of a year: what it will be when the year is known."""
    also: tuple["Answer", ...] = ()
    """The other dates of an enumeration."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days. `moved`: the year was chosen, not written."""

    start: date
    end: date
    moved: bool = False
    precise: bool = True
    """False where a bound was chosen (月初 inside a range)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a moment has no days, and what might have been meant."""

    why: str
    suggest: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """All a phrase may need to know: when it was written, what dates its events have, which days are worked."""

    reference: Reference
    anchors: Mapping[str, date] = field(default_factory=dict[str, date])
    calendar: Calendar = field(default_factory=Calendar)
    month: tuple[int, int] | None = None
    """Year and month of the phrase before in the same sentence, for a day without month."""


def resolve(phrase: Phrase, context: Context) -> Answer:
    """The days of a phrase, or the question it leaves."""
    match phrase:
        case Dated():
            return _dated(phrase, context)
        case Relative():
            return _relative(phrase, context)
        case Before(event):
            return _before_event(event, context)
        case Recurring():
            return _recurring(phrase, context)
        case Vague(_, weak):
            return Answer("ask", why="weak" if weak else "vague")
        case _:
            assert_never(phrase)


# Moments


def span(moment: Moment, context: Context, *, near: Span | None = None) -> Span | Trouble:
    """The days of one moment; `near` is the start of the range it ends."""
    match moment.what:
        case InMonth() as what:
            found = _in_month(what, context, near)
        case InYear() as what:
            found = _in_year(what, context, near)
        case Festival() as what:
            found = _festival(what, context, near)
        case Lunar() as what:
            found = _lunar(what, context)
        case InWeek() as what:
            found = _in_week(what, context)
        case FromToday(days):
            today = context.reference.day
            found = _one(today + timedelta(days=days)) if today else Trouble("no-day")
        case Unclear(why):
            found = Trouble(why)
        case _:
            assert_never(moment.what)
    match found:
        case Span(start, end) if start == end and moment.weekday not in (None, start.weekday()):
            return Trouble("weekday", (start, end))
        case _:
            return found


def _one(day: date) -> Span:
    return Span(day, day)


def year_of(
    year: Year | None, month: int | None, context: Context, near: Span | None
) -> tuple[int | None, bool]:
    """The year meant, and whether it was chosen rather than written."""
    reference = context.reference
    if year is not None and year.number is not None:
        return year.number, False
    if year is not None:
        base = near.start.year if near is not None and year.shift == 1 else reference.year
        return (base + year.shift, False) if base is not None else (None, False)
    if near is not None:
        return near.start.year, near.moved
    if reference.year is None:
        return None, False
    if reference.school_year and month is not None:
        return reference.year + (month < 8), False
    if (
        reference.day is not None
        and month is not None
        and reference.day.month - month >= FAR_BACK
    ):
        return reference.year + 1, True
    return reference.year, False


def _month_of(
    what: InMonth, context: Context, near: Span | None
) -> tuple[int, int, bool] | Trouble:
    """Year and month meant."""
    if what.shift is not None:
        today = context.reference.day
        if today is None:
            return Trouble("no-month")
        count = today.year * 12 + today.month - 1 + what.shift
        return count // 12, count % 12 + 1, False
    month = what.month
    if month is None:
        if near is not None:
            return near.start.year, near.start.month, near.moved
        if context.month is not None:
            return *context.month, False
        today = context.reference.day
        if today is None:
            return Trouble("no-month")
        days = _piece(today.year, today.month, what.piece, context.calendar)
        return Trouble("no-month", (days.start, days.end) if isinstance(days, Span) else None)
    if not 1 <= month <= 12:
        return Trouble("no-such-day")
    year, moved = year_of(what.year, month, context, near)
    if year is None:
        return Trouble("no-year")
    if near is not None and what.year is None and month < near.start.month:
        return year + 1, month, True
    return year, month, moved


def _in_month(what: InMonth, context: Context, near: Span | None) -> Span | Trouble:
    place = _month_of(what, context, near)
    if isinstance(place, Trouble):
        return place
    year, month, moved = place
    if not 1900 <= year <= 2200:
        return Trouble("no-such-day")
    found = _piece(year, month, what.piece, context.calendar)
    return replace(found, moved=moved) if isinstance(found, Span) else found


def _piece(year: int, month: int, piece: Piece, calendar: Calendar) -> Span | Trouble:
    last = monthrange(year, month)[1]

    def days(first: int, end: int) -> Span:
        return Span(date(year, month, first), date(year, month, min(end or last, last)))

    match piece:
        case Day(day):
            if 1 <= day <= last:
                return days(day, day)
            close = date(year, month, last)
            return Trouble("no-such-day", (close, close) if last < day <= 31 else None)
        case Stretch(first, end):
            return days(first, end)
        case End():
            return days(last, last)
        case Whole():
            return days(1, last)
        case Loose(first, end):
            return replace(days(min(first, last), end), precise=False)
        case Nth(which, weekday):
            fitting = [
                d
                for n in range(1, last + 1)
                if _fits(d := date(year, month, n), weekday, calendar)
            ]
            place = which - 1 if which > 0 else which
            if which == 0 or not -len(fitting) <= place < len(fitting):
                return Trouble("no-such-day")
            return _one(fitting[place])
        case _:
            assert_never(piece)


def _fits(day: date, weekday: int | None, calendar: Calendar) -> bool:
    return calendar.is_workday(day) if weekday is None else day.weekday() == weekday


def _in_year(what: InYear, context: Context, near: Span | None) -> Span | Trouble:
    year, moved = year_of(what.year, None, context, near)
    if year is None:
        return Trouble("no-year")
    start, end = (
        date(year, what.first, 1),
        date(year, what.last, monthrange(year, what.last)[1]),
    )
    match what.piece:
        case End():
            return Span(end, end, moved)
        case Whole():
            return Span(start, end, moved)
        case Loose(first, last):
            return Span(
                start.replace(day=first),
                end.replace(day=min(last, end.day)),
                moved,
                precise=False,
            )
        case _:
            assert_never(what.piece)


def _festival(what: Festival, context: Context, near: Span | None) -> Span | Trouble:
    year, moved = year_of(what.year, None, context, near)
    if year is None:
        return Trouble("no-year")
    day = FESTIVALS[what.name](year)
    if (
        context.reference.school_year
        and what.year is None
        and near is None
        and day is not None
        and day.month < 8
    ):
        day = FESTIVALS[what.name](year + 1)
    if near is not None and what.year is None and day is not None and day < near.start:
        day, moved = FESTIVALS[what.name](year + 1), True
    return replace(_one(day), moved=moved) if day is not None else Trouble("no-year")


def _lunar(what: Lunar, context: Context) -> Span | Trouble:
    year, moved = year_of(what.year, None, context, None)
    if year is None:
        return Trouble("no-year")
    if not what.day:
        return Trouble("term")
    day = lunar_day(year, what.month, what.day)
    today = context.reference.day
    if what.year is None and today is not None and day is not None:
        # The lunar year runs late: its twelfth month mostly lies in our next January.
        before = lunar_day(year - 1, what.month, what.day)
        if before is not None and before >= today:
            day = before
        elif day < today:
            day, moved = lunar_day(year + 1, what.month, what.day), True
    return replace(_one(day), moved=moved) if day is not None else Trouble("no-such-day")


def _in_week(what: InWeek, context: Context) -> Span | Trouble:
    today = context.reference.day
    if today is None:
        return Trouble("no-day")
    monday = today - timedelta(days=today.weekday())
    if what.shift is None:
        if what.weekday is None:
            return Trouble("no-day")
        ahead = today + timedelta(days=(what.weekday - today.weekday()) % 7)
        return Trouble("which-week", (ahead, ahead))
    monday += timedelta(weeks=what.shift)
    if what.weekday is None:
        return Span(monday, monday + timedelta(days=6))
    return _one(monday + timedelta(days=what.weekday))


# Dated phrases


def _dated(phrase: Dated, context: Context) -> Answer:
    first = span(phrase.first, context)
    time = phrase.first.time or (phrase.last.time if phrase.last else None)
    if isinstance(first, Trouble):
        return _ask(first, phrase, context)
    if phrase.last is not None:
        return replace(_range(phrase, first, phrase.last, context), time=time)
    if phrase.several:
        return replace(_several(phrase, first, context), time=time)
    return replace(_single(phrase, first, context), time=time)


def _ask(trouble: Trouble, phrase: Dated, context: Context) -> Answer:
    suggest = trouble.suggest
    last = phrase.last
    if (
        trouble.why == "no-month"
        and last is not None
        and suggest is not None
        and last.what != phrase.first.what
    ):
        end = span(last, context, near=Span(*suggest))
        suggest = (
            (suggest[0], end.end) if isinstance(end, Span) and end.end >= suggest[0] else None
        )
    if trouble.why == "no-such-day" and last is not None:
        suggest = None
    form: Kind | None = None
    if trouble.why == "no-year":
        # A leap year on purpose: whatever the phrase can mean, it means in one.
        form = _dated(phrase, replace(context, reference=Reference(year=2024))).kind
    return Answer("ask", why=trouble.why, suggest=suggest, form=form)


def _range(phrase: Dated, first: Span, last: Moment, context: Context) -> Answer:
    second = span(last, context, near=first)
    if isinstance(second, Trouble):
        return Answer("ask", why=second.why)
    if phrase.choice:
        return Answer("ask", why="choice", suggest=(first.start, max(first.end, second.end)))
    if phrase.tail == "about":
        return Answer("ask", why="about", suggest=(first.start, second.end))
    if second.end < first.start:
        return Answer("ask", why="reversed", suggest=_swapped(first, second, last))
    if second.start < first.start and second.end < first.end:
        return Answer("ask", why="reversed")
    loose = first.moved or second.moved or not (first.precise and second.precise)
    why = "year-chosen" if first.moved or second.moved else "loose" if loose else ""
    return Answer("window", first.start, second.end, confirm=loose, why=why)


def _swapped(first: Span, second: Span, last: Moment) -> tuple[date, date] | None:
    written = isinstance(last.what, InMonth | InYear) and last.what.year is not None
    if written:
        return None
    return second.start, first.end


def _several(phrase: Dated, first: Span, context: Context) -> Answer:
    """3月5日、6日: one window where the days touch, else the first with the others beside it."""
    spans = [first]
    for moment in phrase.several:
        near = None if isinstance(moment.what, Festival) else spans[-1]
        found = span(moment, context, near=near)
        if isinstance(found, Trouble):
            return Answer("ask", why=found.why)
        spans.append(found)
    moved = any(s.moved for s in spans)
    touching = all(b.start == a.end + timedelta(days=1) for a, b in itertools.pairwise(spans))
    if touching and phrase.tail in ("", "during"):
        return Answer(
            "window",
            spans[0].start,
            spans[-1].end,
            confirm=moved,
            why="year-chosen" if moved else "",
        )
    head, *others = (_single(replace(phrase, first=m, several=()), s, context)
                     for m, s in zip((phrase.first, *phrase.several), spans, strict=True))  # fmt: skip
    return replace(head, confirm=True, why=head.why or "several", also=tuple(others))


def _single(phrase: Dated, found: Span, context: Context) -> Answer:
    answer = _meant(phrase, found, context)
    if found.moved and answer.kind not in ("ask", "none"):
        return replace(answer, confirm=True, why=answer.why or "year-chosen")
    return answer


def _meant(phrase: Dated, found: Span, context: Context) -> Answer:
    what = phrase.first.what
    if phrase.tail == "about":
        return Answer("ask", why="about", suggest=(found.start, found.end))
    if isinstance(what, Festival):
        return _around_festival(phrase, what, found, context)
    if not found.precise:
        return Answer("ask", why="loose", suggest=(found.start, found.end))
    match phrase.tail:
        case "by" | "within":
            return _ends(phrase, what, found, context)
        case "before":
            return Answer("before", None, found.start - timedelta(days=1))
        case "eve":
            return _point(found.start - timedelta(days=1))
        case "from" | "after":
            return _begins(phrase, found, after=phrase.tail == "after")
        case "during" | "":
            return (
                _point(found.start)
                if found.start == found.end
                else Answer("window", found.start, found.end)
            )
        case _:
            assert_never(phrase.tail)


def _point(day: date) -> Answer:
    return Answer("point", day, day)


def _ends(phrase: Dated, what: What, found: Span, context: Context) -> Answer:
    """An end: with the moment itself, or without it."""
    until = Answer("by", None, found.end)
    previous = found.start - timedelta(days=1)
    two_readings = replace(until, confirm=True, why="two-readings", alt_end=previous)
    match what:
        case InMonth(piece=Stretch()) if phrase.excluding:
            return two_readings
        case InYear(piece=Whole(), first=first, last=last) if (
            phrase.excluding and last - first < 11
        ):
            return two_readings
        case InMonth(piece=Whole(), year=year) | InYear(piece=Whole(), year=year) if (
            phrase.excluding
        ):
            return _before_all(found, context, written=year is not None)
        case InWeek(weekday=None) if phrase.tail == "within":
            friday = found.end - timedelta(days=2)
            return replace(until, confirm=True, why="week-end", alt_end=friday)
        case _:
            return until


def _before_all(found: Span, context: Context, *, written: bool) -> Answer:
    """Before a whole month or year. Before January, in a plan for the year, means before the next one."""
    end = found.start - timedelta(days=1)
    year = context.reference.year
    if year is None or end.year >= year:
        return Answer("before", None, end)
    if written:
        return Answer("ask", why="past")
    later = found.start.replace(year=found.start.year + 1) - timedelta(days=1)
    return Answer("before", None, later, confirm=True, why="year-chosen")


def _begins(phrase: Dated, found: Span, *, after: bool) -> Answer:
    start = found.end + timedelta(days=1) if after else found.start
    if phrase.lasting is not None:
        count, unit = phrase.lasting
        end = add_units(start - timedelta(days=1), count, unit, Calendar())
        return Answer("window", start, end, confirm=True, why="length")
    return Answer("window", start, None)


def _around_festival(phrase: Dated, what: Festival, found: Span, context: Context) -> Answer:
    day = found.start
    free = days_off(day, context.calendar) if what.name in HOLIDAYS else None
    match phrase.tail:
        case "by" if phrase.excluding:
            ahead = _before_festival(what, day, context)
            if what.dotted and ahead.end is not None:
                return replace(
                    ahead,
                    confirm=True,
                    why="two-readings",
                    alt_end=ahead.end + timedelta(days=1),
                )
            return ahead
        case "by" | "within":
            return Answer("by", None, day)
        case "eve":
            ahead = _before_festival(what, day, context)
            return replace(ahead, kind="point", start=ahead.end)
        case "from":
            return Answer("window", day, None)
        case "after" if what.name in HOLIDAYS:
            first = (free[1] if free else day) + timedelta(days=1)
            return Answer("ask", why="after-festival", suggest=(first, first))
        case "after":
            return Answer("window", day + timedelta(days=1), None)
        case "during":
            if free is not None:
                return Answer("window", *free, confirm=True, why="festival-days")
            return Answer("ask", why="festival-days", suggest=(day, day))
        case _:
            return _point(day)


def _before_festival(what: Festival, day: date, context: Context) -> Answer:
    """Before a festival; before this year's, once it is over, means the next one."""
    reference = context.reference
    if what.year is None and not reference.school_year and reference.year is not None:
        over = reference.day is not None and day <= reference.day
        if over or (reference.day is None and day == date(reference.year, 1, 1)):
            later = FESTIVALS[what.name](day.year + 1)
            if later is not None:
                sure = what.name == "元旦" and over
                end = later - timedelta(days=1)
                return Answer(
                    "before", None, end, confirm=not sure, why="" if sure else "year-chosen"
                )
    return Answer("before", None, day - timedelta(days=1))


def days_off(day: date, calendar: Calendar) -> tuple[date, date] | None:
    """The free days around a festival, where that year's holidays are known."""
    if not calendar.known(day.year) or calendar.is_workday(day):
        return None
    first = last = day
    while not calendar.is_workday(first - timedelta(days=1)) and (day - first).days < 8:
        first -= timedelta(days=1)
    while not calendar.is_workday(last + timedelta(days=1)) and (last - day).days < 10:
        last += timedelta(days=1)
    return first, last


# Relative phrases


def add_units(day: date, count: int, unit: str, calendar: Calendar) -> date:
    """`count` units after `day`; a month is calendar months."""
    match unit.removeprefix("个"):
        case "工作日":
            return calendar.add_workdays(day, count)
        case "月":
            months = day.year * 12 + day.month - 1 + count
            if (day + timedelta(days=1)).month != day.month:
                return date(
                    months // 12, months % 12 + 1, monthrange(months // 12, months % 12 + 1)[1]
                )
            return date(
                months // 12,
                months % 12 + 1,
                min(day.day, monthrange(months // 12, months % 12 + 1)[1]),
            )
        case "周" | "星期":
            return day + timedelta(weeks=count)
        case "年":
            return add_units(day, 12 * count, "月", calendar)
        case _:
            return day + timedelta(days=count)


def _relative(phrase: Relative, context: Context) -> Answer:
    working = phrase.unit == "工作日"
    factor = {"周": 7, "月": 30}.get(phrase.unit, 1)
    offset = phrase.count * factor if phrase.count is not None else None
    name, anchor = _anchor(phrase, context)
    answer = Answer(
        "relative",
        relative_to=name or None,
        offset_days=offset,
        direction=phrase.direction,
        workdays=working,
    )
    if anchor is None:
        return answer
    if isinstance(anchor, Trouble):
        return replace(answer, kind="ask", why=anchor.why)
    if offset is None:
        return replace(answer, start=anchor + timedelta(days=1))
    sign = 1 if phrase.direction == "after" else -1
    if working:
        far = context.calendar.add_workdays(anchor, sign * offset)
    else:
        far = anchor + timedelta(days=sign * offset)
    near = anchor + timedelta(days=sign)
    if phrase.direction == "before":
        return replace(
            answer, start=far, end=near if phrase.within or phrase.unit in ("周", "月") else far
        )
    if phrase.exact or offset == 0:
        return replace(answer, start=far, end=far)
    return replace(answer, start=near, end=far)


def _anchor(phrase: Relative, context: Context) -> tuple[str, date | Trouble | None]:
    """The event's name as it is to be called, and its date where it has one."""
    event = phrase.event
    if phrase.moment is not None:
        found = span(phrase.moment, context)
        if isinstance(found, Trouble):
            return event, found
        what = phrase.moment.what
        if isinstance(what, Festival) and what.name in HOLIDAYS and phrase.direction == "after":
            free = days_off(found.start, context.calendar)
            return event, Trouble("after-festival", (free[1], free[1]) if free else None)
        if found.start != found.end:
            return event, None
        return event, found.end if phrase.direction == "after" else found.start
    return anchored(event, context)


def anchored(event: str, context: Context) -> tuple[str, date | None]:
    """The anchor an event names: the same words, or words of which one holds the other, or the only one there is."""
    anchors = context.anchors
    if event in anchors:
        return event, anchors[event]
    near = [
        name
        for name in anchors
        if event
        and (event.endswith(name) or name.endswith(event) or name in event or event in name)
    ]
    if len(near) == 1:
        return near[0], anchors[near[0]]
    if not event and len(anchors) == 1:
        name = next(iter(anchors))
        return name, anchors[name]
    return event, None


def _before_event(event: str, context: Context) -> Answer:
    name, day = anchored(event, context)
    return Answer(
        "before",
        end=day - timedelta(days=1) if day else None,
        relative_to=name,
        direction="before",
    )


# Recurring phrases

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rrule(rule: Rule) -> str:
    """The rule as RFC 5545 writes it."""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.months:
        parts.append("BYMONTH=" + ",".join(map(str, rule.months)))
    if rule.weekdays:
        parts.append(
            "BYDAY=" + ",".join(f"{n or ''}{WEEKDAYS[day]}" for n, day in rule.weekdays)
        )
    if rule.days:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.days)))
    if rule.place:
        parts.append(f"BYSETPOS={rule.place}")
    return ";".join(parts)


def occurrences(rule: Rule, since: date, days: int = 800) -> Iterator[date]:
    """The rule's days from `since` on. None where it does not say which days, or counts from an unknown one."""
    if rule.interval != 1 or not (rule.weekdays or rule.days or rule.frequency == "DAILY"):
        return
    for n in range(days):
        day = since + timedelta(days=n)
        if _matches(rule, day) and (not rule.place or _is_in_place(rule, day)):
            yield day


def _is_in_place(rule: Rule, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    fitting = [d for n in range(1, last + 1) if _matches(rule, d := day.replace(day=n))]
    place = rule.place - 1 if rule.place > 0 else rule.place
    return -len(fitting) <= place < len(fitting) and fitting[place] == day


def _matches(rule: Rule, day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if rule.months and day.month not in rule.months:
        return False
    if rule.days and day.day not in rule.days and day.day - last - 1 not in rule.days:
        return False
    if not rule.weekdays:
        return True
    nth, from_end = (day.day + 6) // 7, -((last - day.day) // 7 + 1)
    return any(day.weekday() == wd and n in (0, nth, from_end) for n, wd in rule.weekdays)


def _recurring(phrase: Recurring, context: Context) -> Answer:
    if phrase.rule is None:
        return Answer("ask", why="how-often")
    today = context.reference.day
    following = next(occurrences(phrase.rule, today), None) if today is not None else None
    return Answer(
        "recurring",
        rrule=rrule(phrase.rule),
        next=following,
        time=phrase.time,
        confirm=phrase.loose,
        why="loose" if phrase.loose else "",
    )
