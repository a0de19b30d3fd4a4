"""How the small written forms are understood: `Fri 15:00`, `11:40-13:30`, a day, a time zone, an address.

Each takes what TOML holds and raises `Wrong` with the fault's name.
"""

import re
from datetime import date, datetime, time
from ipaddress import ip_network
from typing import cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from bot.settings import Span, Weekly
from bot.settings.table import Wrong

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

HERE = ("localhost", "127.0.0.1", "::1")
"""This very machine."""

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def clock(value: object) -> time:
    """`15:00`, or TOML's own 15:00:00."""
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    found = _CLOCK.fullmatch(_text(value, "bad_clock"))
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise Wrong("bad_clock", value=str(value))


def weekly(value: object) -> Weekly:
    """`Fri 15:00`; the day may be written out."""
    day, _, at = _text(value, "bad_weekly").strip().partition(" ")
    if day[:3].casefold() not in DAYS:
        raise Wrong("bad_weekly", value=str(value))
    return Weekly(weekday=DAYS.index(day[:3].casefold()), at=clock(at.strip()))


def span(value: object) -> Span:
    """`11:40-13:30`."""
    start, dash, end = _text(value, "bad_span").replace("–", "-").partition("-")
    if not dash:
        raise Wrong("bad_span", value=str(value))
    read = Span(start=clock(start.strip()), end=clock(end.strip()))
    if read.start == read.end:
        raise Wrong("bad_span", value=str(value))
    return read


def spans(value: object) -> tuple[Span, ...]:
    """A list of `11:40-13:30`."""
    return tuple(span(one) for one in _list(value, "bad_span"))


def zone(value: object) -> ZoneInfo:
    """A name of the time zone database."""
    name = _text(value, "bad_zone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown · outside the database · a folder of it
        raise Wrong("bad_zone", value=name) from None


def day(value: object) -> date:
    """`2027-03-01`, in quotes or not."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(_text(value, "bad_day"))
    except ValueError:
        raise Wrong("bad_day", value=str(value)) from None


MOST_DAYS = 31


def day_counts(value: object) -> tuple[int, ...]:
    """Numbers of days, such as 3, 1 and 0; none is never."""
    found = tuple(
        one
        for one in _list(value, "bad_day_counts")
        if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= MOST_DAYS
    )
    if len(found) != len(_list(value, "bad_day_counts")):
        raise Wrong("bad_day_counts", value=str(value))
    return tuple(dict.fromkeys(found))


def days(value: object) -> tuple[date, ...]:
    """A list of days."""
    return tuple(day(one) for one in _list(value, "bad_day"))


def day_or_moment(value: object) -> date | datetime:
    """A day, or a day and a time; without a zone where none is written."""
    if isinstance(value, date):
        return value
    written = _text(value, "bad_moment").strip()
    try:
        return (
            date.fromisoformat(written)
            if len(written) <= 10
            else datetime.fromisoformat(written)
        )
    except ValueError:
        raise Wrong("bad_moment", value=written) from None


def base_url(value: object) -> str:
    """`https://host[:port]`, without a path: the channel adds the platform's own paths."""
    written = _text(value, "bad_base_url").rstrip("/")
    parts = _split(written, "bad_base_url")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query:
        raise Wrong("bad_base_url", value=written)
    return written


def public_url(value: object) -> str:
    """`https://host[/path]` without a slash at the end, or empty."""
    written = _text(value, "bad_public_url").rstrip("/")
    parts = _split(written, "bad_public_url")
    if written and (parts.scheme not in ("https", "http") or not parts.hostname or parts.query):
        raise Wrong("bad_public_url", value=written)
    return written


def listen(value: object) -> tuple[str, int]:
    """`127.0.0.1:8750` or `[::1]:8750`: host and port."""
    written = _text(value, "bad_listen")
    parts = _split(f"//{written}", "bad_listen")
    try:
        port = parts.port
    except ValueError:
        port = None
    if not parts.hostname or port is None or parts.path or parts.username:
        raise Wrong("bad_listen", value=written)
    return parts.hostname, port


def database_url(value: object) -> str:
    """One of the two databases; a password does not belong in the file."""
    written = _text(value, "bad_database")
    parts = _split(written, "bad_database")
    if parts.scheme not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise Wrong("bad_database", value=parts.scheme)
    if parts.password:
        raise Wrong("password_in_url")
    if parts.scheme == "postgresql+asyncpg" and not parts.path.strip("/"):
        raise Wrong("bad_database", value=parts.scheme)
    if parts.scheme == "sqlite+aiosqlite" and parts.netloc:
        raise Wrong("bad_database", value=written)
    return written


def hook_urls(value: object) -> tuple[str, ...]:
    """A list of addresses programs listen at: https, or http on this very machine; without a password in them."""
    return tuple(map(_hook_url, _list(value, "bad_hook")))


def _hook_url(value: object) -> str:
    written = _text(value, "bad_hook").strip()
    parts = _split(written, "bad_hook")
    try:
        _ = parts.port
    except ValueError:
        raise Wrong("bad_hook", value=written) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    if not safe or not parts.hostname or parts.username is not None or parts.fragment:
        raise Wrong("bad_hook", value=written)
    return written


def networks(value: object) -> tuple[str, ...]:
    """Networks such as `10.0.0.0/8`, or single addresses."""
    found: list[str] = []
    for one in _list(value, "bad_network"):
        try:
            found.append(str(ip_network(_text(one, "bad_network"))))
        except ValueError:
            raise Wrong("bad_network", value=str(one)) from None
    return tuple(found)


def mail_addresses(value: object) -> tuple[str, ...]:
    """A list of mail addresses."""
    return tuple(mail_address(one) for one in _list(value, "bad_mail"))


def mail_address(value: object) -> str:
    """Something before and after one @; the mail server is the judge of the rest."""
    written = _text(value, "bad_mail").strip()
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", written):
        raise Wrong("bad_mail", value=written)
    return written


def mail_address_or_none(value: object) -> str:
    """A mail address, or an empty string."""
    return mail_address(value) if value != "" else ""


def _text(value: object, fault: str) -> str:
    if isinstance(value, str):
        return value
    raise Wrong(fault, value=str(value))


def _list(value: object, fault: str) -> list[object]:
    if isinstance(value, list):
        return cast(list[object], value)
    raise Wrong(fault, value=str(value))


def _split(written: str, fault: str) -> SplitResult:
    try:
        return urlsplit(written)
    except ValueError:
        raise Wrong(fault, value=written) from None
