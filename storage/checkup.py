"""How a memory is, asked from outside and beside the running service: nothing in it changes.

For `tingwen doctor`. What it promises about people is the audit's question, not this one's.
"""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage import audit
from storage.keys import KEY
from storage.schema import HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found; what could not be looked at is as if it were well."""

    whole: bool = True
    """SQLite's own look at its pages and indexes found nothing."""
    unreadable: str = ""
    """Why nothing could be looked at: the kind of error."""
    version: str = HEAD
    """Of its tables; empty where it has none yet."""
    lost: int = 0
    """Sealed rows whose key is not in the key directory."""
    shut: int = 0
    """Rows that this master key does not open."""


def checkup(place: Path | str, key_dir: Path, master: bytes | None) -> Checkup:
    """Look at it. Without a master key nothing is said of the roster."""
    if isinstance(place, str):
        return _server(place)
    try:
        with closing(audit.reading(place)) as db:
            row = db.execute("PRAGMA quick_check(1)").fetchone()
            if row != ("ok",):
                return Checkup(whole=False)
            known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
            if known.fetchone() is None:
                return Checkup(version="")
            (version,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
            if version != HEAD:
                return Checkup(version=version)
            return Checkup(
                lost=len(_lost(db, key_dir)),
                shut=audit.known(db, master, {}).shut if master else 0,
            )
    except sqlite3.DatabaseError as error:
        damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
        return Checkup(whole=not damaged, unreadable="" if damaged else type(error).__name__)


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _lost(db: audit.Db, key_dir: Path) -> set[int]:
    """Slots that rows name and that hold no key; twice, for the service goes on meanwhile."""
    first = audit.named_slots(db) - _held(key_dir)
    return first & (audit.named_slots(db) - _held(key_dir)) if first else first


def _held(key_dir: Path) -> set[int]:
    """Slots in which there is a key."""
    try:
        content = (key_dir / "slots").read_bytes()
    except FileNotFoundError:
        return set()
    keys = (content[at : at + KEY] for at in range(0, len(content), KEY))
    return {slot for slot, key in enumerate(keys) if any(key)}


def _server(url: str) -> Checkup:
    """A server's pages are its own affair: whether it answers, and of which version its tables are."""
    from storage.postgres import Unfit, version_of  # its driver is imported where it is used

    try:
        with ThreadPoolExecutor(1) as apart:
            return Checkup(version=apart.submit(version_of, url).result())
    except (Unfit, OSError) as error:
        return Checkup(unreadable=type(error.__cause__ or error).__name__)


def left(folder: Path) -> int:
    """Bytes of its disk that are left for us."""
    there = next(one for one in (folder, *folder.resolve().parents) if one.exists())
    disk = os.statvfs(there)
    return disk.f_bavail * disk.f_frsize
