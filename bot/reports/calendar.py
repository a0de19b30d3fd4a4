"""The schedule for calendar programs: an iCalendar file (RFC 5545), the same bytes for a download and for a feed.

An event keeps its UID as long as its node lives; each move raises SEQUENCE, so that programs take the newer days.
A thing to be done by a day stands on that day; one with a time stands in the office's zone, whose rules come along
(VTIMEZONE), because no program need know them. Undated things and those that were over at the start are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.campaign.schedule import Row, Schedule
from bot.core.campaign.standing import State
from bot.reports.words import Words

MOST_OCTETS = 75
"""Of a line without its end; a longer one goes on in the next, after a space (RFC 5545 3.1)."""

_HIDDEN = frozenset({State.OPEN, State.RECORDED})


def calendar(
    schedules: Sequence[Schedule],
    name: str,
    texts: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
) -> bytes:
    """One file of all these plans, under a name. `now` is when it was made: each event carries it as DTSTAMP."""
    words = Words(texts)
    shown = [
        (schedule, row)
        for schedule in schedules
        for row in schedule.rows
        if row.state not in _HIDDEN and _first(row)
    ]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tingwen//Tingwen//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        f"X-WR-TIMEZONE:{zone.key}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    timed = [day for _, row in shown if row.time and (day := _first(row)) is not None]
    if timed:
        lines += _zone(zone, min(timed), max(timed) + timedelta(days=366))
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for schedule, row in shown:
        lines += _event(row, schedule, words, zone, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(
    row: Row, schedule: Schedule, words: Words, zone: ZoneInfo, stamp: str
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{row.id}.{schedule.id}@tingwen"
    yield f"DTSTAMP:{stamp}"
    yield f"SEQUENCE:{row.revision}"
    yield from _when(row, zone)
    yield f"SUMMARY:{_text(_summary(row, words))}"
    if about := _about(row, words):
        yield f"DESCRIPTION:{_text(about)}"
    if row.phase:
        yield f"CATEGORIES:{_text(row.phase)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _when(row: Row, zone: ZoneInfo) -> Iterator[str]:
    first = _first(row)
    if first is None:
        return
    if row.time and row.days[0] in (None, row.days[1]):
        hour, minute = (int(part) for part in row.time.split(":")[:2])
        begins = datetime.combine(first, time(hour, minute))
        yield f"DTSTART;TZID={zone.key}:{begins:%Y%m%dT%H%M%S}"
    else:
        last = row.days[1] or first
        yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"  # the day after (3.6.1)
    if row.rrule:
        yield f"RRULE:{row.rrule}"


def _first(row: Row) -> date | None:
    """The day it begins, or by which it is done; of what comes again, the next time."""
    return row.following if row.rrule else row.days[0] or row.days[1]


def _summary(row: Row, words: Words) -> str:
    ends_only = row.days[0] is None and not row.rrule
    key = "schedule.until_title" if ends_only else "schedule.plain_title"
    title = words.say(key, title=row.title)
    return words.say("schedule.done_title", title=title) if row.state is State.DONE else title


def _about(row: Row, words: Words) -> str:
    lines = [
        words.say("schedule.responsible", names=words.join(row.responsible))
        if row.responsible
        else "",
        words.say("schedule.deliverable", what=row.deliverable) if row.deliverable else "",
        words.say("schedule.submit", to=row.submit_to) if row.submit_to else "",
        row.words if row.words != row.title else "",
    ]
    return "\n".join(filter(None, lines))


# --- how it is written -----------------------------------------------------------------------------------------------


def _text(value: str) -> str:
    """A value of type TEXT (3.3.11): backslash, comma, semicolon and line ends are escaped, control characters gone."""
    clean = "".join(c for c in value if c >= " " or c in "\n\t").replace("\x7f", "")
    escaped = clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line with its CRLF, broken so that no piece is longer than allowed and no character is torn."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        room = MOST_OCTETS - bool(pieces)  # the space counts
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join((*pieces, piece)) + b"\r\n"


# --- the zone --------------------------------------------------------------------------------------------------------


def _zone(zone: ZoneInfo, first: date, last: date) -> Iterator[str]:
    """The zone's rules from the first day to the last: how it stands at first, and each change."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    start = datetime(first.year, 1, 1, tzinfo=UTC)
    yield from _observance(zone, start, start)
    for change in _changes(zone, start, datetime(last.year, 12, 31, tzinfo=UTC)):
        yield from _observance(zone, change - timedelta(seconds=1), change)
    yield "END:VTIMEZONE"


def _observance(zone: ZoneInfo, before: datetime, onset: datetime) -> Iterator[str]:
    earlier, now = before.astimezone(zone), onset.astimezone(zone)
    name = "DAYLIGHT" if now.dst() else "STANDARD"
    begins = (onset + (earlier.utcoffset() or timedelta())).replace(tzinfo=None)
    yield f"BEGIN:{name}"
    yield f"DTSTART:{begins:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(earlier)}"
    yield f"TZOFFSETTO:{_offset(now)}"
    yield f"TZNAME:{now.tzname()}"
    yield f"END:{name}"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments at which the zone's offset changes, to the minute."""
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            low, high = day, following
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == day.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high.replace(second=0, microsecond=0)
        day = following


def _offset(moment: datetime) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
