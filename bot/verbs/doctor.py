"""`tingwen doctor`: what is wrong with a running installation, in plain words, each with what to do about it.

It reads and asks, and changes nothing; run it as the user the service runs as, beside the service. A line for each thing
that was looked at, or one for each thing that is wrong with it. What is promised to people is `tingwen audit`'s question.
"""

import http.client
import json
import os
import socket
import ssl
import stat
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from bot.content.loader import load_explanations
from bot.health import LEAST_FREE
from bot.settings import Settings
from bot.settings.problem import Problem
from bot.settings.reading import load
from bot.settings.secret import Secrets
from bot.settings.workdays import calendar_of
from bot.verbs.backup import COPIED
from bot.verbs.check import explain, find, where

LITTLE = 1 << 30
"""Bytes left on a disk that are few enough to say so; below `LEAST_FREE` they are too few to work with."""
COPY_DAYS = 8
"""Days after which a copy is old: a weekly one may be a day late."""
CERTIFICATE_DAYS = 14
"""Days before its end at which a certificate should long have been renewed."""
SKEW = 300.0
"""Seconds by which a file may be younger than the clock."""
WITHIN = 5.0
"""Seconds an answer may take."""
NEXT_YEAR = 12
"""The month in which next year's holidays should be known; they are published in November."""
DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at."""

    settings: Settings
    secrets: Secrets
    environment: Mapping[str, str]
    config: Path
    now: datetime


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen doctor`."""
    where(parser)


def run(args: Namespace) -> int:
    """Prints what is wrong, subject by subject; 0 where nothing but warnings is."""
    from bot.app.clock import Clock  # the one clock

    loaded = load(args.config, os.environ)
    patient = Patient(
        settings=loaded.settings,
        secrets=loaded.secrets,
        environment=os.environ,
        config=args.config,
        now=Clock().moment(),
    )
    words, grave = load_explanations(), 0
    for subject, look in SUBJECTS.items():
        found = tuple(look(patient))
        grave += sum(not problem.warning for problem in found)
        if not found:
            well = words.say(
                args.lang, "doctor.well", subject=words.say(args.lang, f"doctor.{subject}")
            )
            sys.stdout.write(f"{well}\n")
        sys.stdout.writelines(f"{explain(problem, words, args.lang)}\n" for problem in found)
    sys.stdout.write(f"{words.say(args.lang, 'doctor.ill' if grave else 'doctor.sound')}\n")
    return int(bool(grave))


# -- what is looked at ------------------------------------------------------------------------------------------------


def _configuration(patient: Patient) -> Iterator[Problem]:
    yield from find(patient.config, patient.environment)


def _modes(patient: Patient) -> Iterator[Problem]:
    storage = patient.settings.storage
    keys, data = storage.key_dir, storage.data_dir
    private = [keys, *sorted(keys.glob("*"))] if keys.is_dir() else []
    if isinstance(storage.place, Path):
        private += sorted(data.glob(f"{storage.place.name}*"))
    for path in private:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            wanted = "700" if path.is_dir() else "600"
            yield _found(str(path), "audit_mode", mode=f"{mode:o}", wanted=wanted)
    for folder in (keys, data):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            yield _found(str(folder), "doctor_not_ours")


def _disk(patient: Patient) -> Iterator[Problem]:
    from storage.checkup import left

    storage = patient.settings.storage
    for folder in (storage.data_dir, storage.key_dir):
        if (free := left(folder)) < LITTLE:
            fault = "doctor_disk_full" if free < LEAST_FREE else "doctor_disk_low"
            yield _found(str(folder), fault, warning=free >= LEAST_FREE, free=free >> 20)


def _memory(patient: Patient) -> Iterator[Problem]:
    from bot.app.derived import master_of
    from storage.checkup import checkup
    from storage.schema import HEAD, exists

    storage = patient.settings.storage
    shown = str(storage.place) if isinstance(storage.place, Path) else "storage.url"
    if not exists(storage.place):
        yield _found(shown, "doctor_no_database", warning=True)
        return
    made = storage.key_dir / "master"
    master = master_of(patient.secrets) or (made.read_bytes() if made.is_file() else None)
    found = checkup(storage.place, storage.key_dir, master)
    if found.unreadable:
        yield _found(shown, "doctor_unreadable", error=found.unreadable)
    if not found.whole:
        yield _found(shown, "doctor_damaged")
    if found.version > HEAD:
        yield _found(shown, "doctor_newer", version=found.version, head=HEAD)
    elif found.version < HEAD:
        yield _found(shown, "doctor_older", warning=True, version=found.version, head=HEAD)
    if found.lost:
        yield _found(str(storage.key_dir), "doctor_keys_lost", count=found.lost)
    if found.shut or master is None:
        yield _found(str(made), "doctor_master", count=found.shut)


def _clock(patient: Patient) -> Iterator[Problem]:
    """A file of ours that was written in the future says that the clock was turned back, or was wrong then."""
    storage = patient.settings.storage
    files = [
        path for folder in (storage.data_dir, storage.key_dir) for path in folder.glob("*")
    ]
    ahead = max((path.stat().st_mtime for path in files), default=0.0) - patient.now.timestamp()
    if ahead > SKEW:
        yield _found("", "doctor_clock", minutes=round(ahead / 60))
    told = Path("/run/systemd/timesync")
    if told.is_dir() and not (told / "synchronized").exists():
        yield _found("", "doctor_clock_alone", warning=True)


def _service(patient: Patient) -> Iterator[Problem]:
    web = patient.settings.web
    line = http.client.HTTPConnection(web.host, web.port, timeout=WITHIN)
    key = "web.listen"
    try:
        line.request("GET", "/readyz")
        answer = line.getresponse()
        parts = json.loads(answer.read(64 * 1024))
        failing = sorted(part for part, well in parts.items() if well != "ok")
    except ConnectionRefusedError:
        yield _found(patient.settings.file, "doctor_not_running", key=key, port=web.port)
    except (OSError, http.client.HTTPException):
        yield _found(patient.settings.file, "doctor_silent", key=key, port=web.port)
    except (ValueError, AttributeError):
        yield _found(patient.settings.file, "doctor_another", key=key, port=web.port)
    else:
        for part in failing:
            fault = "doctor_bell_failing" if part == "bell" else "doctor_failing"
            yield _found(f"/readyz: {part}", fault)
    finally:
        line.close()


def _door(patient: Patient) -> Iterator[Problem]:
    """What stands in front of it, as the world sees it."""
    public = patient.settings.web.public_url
    if not public:
        return
    parts = urlsplit(public)
    host, port = parts.hostname or "", parts.port or 443
    file, key = patient.settings.file, "web.public_url"
    try:
        with (
            socket.create_connection((host, port), timeout=WITHIN) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as line,
        ):
            if (days := days_left(line.getpeercert() or {}, patient.now)) < CERTIFICATE_DAYS:
                yield _found(file, "doctor_certificate_ends", key=key, warning=True, days=days)
            line.sendall(
                f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
            )
            answer = http.client.HTTPResponse(line)
            answer.begin()
            if answer.status != HTTPStatus.OK:
                yield _found(file, "doctor_door_closed", key=key, status=answer.status)
    except ssl.SSLError as error:
        yield _found(
            file, "doctor_certificate", key=key, error=error.reason or type(error).__name__
        )
    except (OSError, http.client.HTTPException) as error:
        yield _found(file, "doctor_door_shut", key=key, error=type(error).__name__)


def days_left(certificate: Mapping[str, object], now: datetime) -> int:
    """Days until it ends; many where it does not say."""
    ends = certificate.get("notAfter")
    if not isinstance(ends, str):
        return 10 * CERTIFICATE_DAYS
    return int((ssl.cert_time_to_seconds(ends) - now.timestamp()) // DAY)


def _copies(patient: Patient) -> Iterator[Problem]:
    storage = patient.settings.storage
    noted = storage.data_dir / COPIED
    if isinstance(
        storage.place, str
    ):  # any of its machines may make them, or the server's own tools
        return
    if not noted.exists():
        yield _found(str(storage.place), "doctor_no_copy", warning=True)
    elif (days := (patient.now.timestamp() - noted.stat().st_mtime) / DAY) > COPY_DAYS:
        yield _found(str(storage.place), "doctor_old_copy", warning=True, days=int(days))


def _calendar(patient: Patient) -> Iterator[Problem]:
    today = patient.now.astimezone(patient.settings.office.timezone).date()
    known = calendar_of(patient.settings).known
    for year in (today.year, *([today.year + 1] if today.month >= NEXT_YEAR else [])):
        if not known(year):
            file, key = patient.settings.file, f"holidays.{year}"
            yield _found(file, "doctor_holidays", key=key, warning=True, year=year)


def _font(_: Patient) -> Iterator[Problem]:
    from PIL import ImageFont

    from bot.content.papers import font_file

    try:
        ImageFont.truetype(str(font_file()), 20)
    except OSError:
        yield _found(str(font_file()), "doctor_font")


SUBJECTS: Mapping[str, Callable[[Patient], Iterator[Problem]]] = {
    "configuration": _configuration,
    "modes": _modes,
    "disk": _disk,
    "memory": _memory,
    "clock": _clock,
    "service": _service,
    "door": _door,
    "copies": _copies,
    "calendar": _calendar,
    "font": _font,
}
"""In this order: what comes first is often why the rest is ill."""


def _found(
    file: str, fault: str, *, key: str = "", warning: bool = False, **facts: object
) -> Problem:
    told = tuple((name, str(value)) for name, value in facts.items())
    return Problem(file=file, key=key, fault=fault, facts=told, warning=warning)
