"""Copies of the database that can be put away: whole, checked, and without anything the keys would open.

A copy is made of one moment while the service goes on. What only the keys could open (talks in progress, the vault's
waiting answers, deliveries of the last days) is taken out of it: where the keys are burned it could not be read, and
where they are not it should not be. The shells of the buckets stay, so that rounds go on under the division they were
opened with. A copy is always a SQLite file, whichever database it was made of, and comes back into either.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from storage.audit import known
from storage.keys import derive, seal
from storage.schema import HEAD
from storage.strongbox import NotOpened, is_sealed, open_file, seal_file

Say = Callable[[str], None]
"""Told the name of each step as it begins."""

_EMPTIED = (
    "draft",
    "inbox",
    "signature",
    "telling",
    "answer",
    "booking",
    "awaited",
    "errand",
    "keyring",  # whose keys a database is opened with is known where it is opened
)
_BLANK = "bucket.sealed"
_ROSTER = ("person", "staff", "seat", "invitation", "outbox")


class NotCopied(Exception):
    """Why there is no copy; `reason` is one of: exists, no_folder, in_keys, no_database, ticking, damaged, newer, not_empty,
    other_master, sealed, not_opened, failed, runs_there, differs, unreachable; with the last ones comes `what`."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what


def backup(
    database: Path | str,
    out: Path,
    key_dir: Path,
    say: Say,
    *,
    passphrase: bytes = b"",
) -> int:
    """Put a copy of the database at `out`; its size in bytes. Raises `NotCopied`, and then leaves nothing behind.

    `passphrase`: seal it; then nothing of it lies open beside `out`, not even while it is made.
    """
    if out.exists():
        raise NotCopied("exists")
    if not out.parent.is_dir():
        raise NotCopied("no_folder")
    if key_dir.resolve() in (out.resolve(), *out.resolve().parents):
        raise NotCopied("in_keys")
    if isinstance(database, Path) and not database.exists():
        raise NotCopied("no_database")
    part = out.with_name(f".{out.name}.part")
    try:
        with _aside(database) as folder:
            clear = folder / f".{out.name}.clear" if passphrase else part
            with _private(clear):
                say("copying")
                _taken(database, clear)
                say("emptying")
                _empty(clear)
                say("checking")
                _checked(clear)
                if passphrase:
                    say("sealing")
                    with _private(part):
                        seal_file(clear, part, passphrase)
                        _put(part, out)
                else:
                    _put(part, out)
    except (sqlite3.Error, OSError) as error:
        raise NotCopied("failed") from error
    return out.stat().st_size


def _put(part: Path, out: Path) -> None:
    _durable(part)
    if out.exists():
        raise NotCopied("exists")
    part.rename(out)
    _durable(out.parent)


@contextmanager
def _aside(database: Path | str) -> Generator[Path]:
    """A folder where what the copy holds may lie open for a moment: with the database, or one that is made for it."""
    if isinstance(database, Path):
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield database.parent
        return
    with tempfile.TemporaryDirectory(prefix="tingwen-") as made:
        yield Path(made)


def _taken(database: Path | str, clear: Path) -> None:
    """One moment of the database, as a file."""
    if isinstance(database, Path):
        with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as db:
            db.execute("VACUUM INTO ?", (str(clear),))
        return
    from storage import mirror  # with a driver that SQLite does not need

    try:
        mirror.copied(database, clear, but=_EMPTIED, blank=(_BLANK,))
    except mirror.Later as error:
        raise NotCopied("newer") from error
    except mirror.OutOfReach as error:
        raise NotCopied("unreachable", str(error)) from error


def restore(
    copy: Path,
    database: Path | str,
    master: bytes,
    say: Say,
    *,
    forget_roster: bool = False,
    passphrase: bytes = b"",
) -> None:
    """Put a copy in place, where no database is. Raises `NotCopied`, and then leaves nothing behind.

    `forget_roster`: the master key it was made under is lost, and with it everybody's addresses.
    `passphrase`: what it was sealed under, if it was.
    """
    data_dir = database.parent if isinstance(database, Path) else None
    if data_dir and data_dir.exists() and any(data_dir.iterdir()):
        raise NotCopied("not_empty", str(data_dir))
    if not copy.is_file():
        raise NotCopied("no_database")
    sealed = is_sealed(copy)
    if sealed and not passphrase:
        raise NotCopied("sealed")
    say("checking")
    try:
        with _aside(database) as folder, _private(folder / ".restored.part") as part:
            say("copying")
            if sealed:
                open_file(copy, part, passphrase)
            else:
                shutil.copyfile(copy, part)
            _checked(part)
            _known(part)
            if forget_roster:
                _forgotten(part, master)
            _opens(part, master)
            if isinstance(database, str):
                _brought(part, database)
            else:
                _logged_ahead(part)
                _durable(part)
                part.rename(database)
                _durable(folder)
    except NotOpened as error:
        raise NotCopied("not_opened") from error
    except (sqlite3.Error, OSError) as error:
        raise NotCopied("damaged") from error


def _brought(part: Path, url: str) -> None:
    """Every row into an empty server, checked there, all of them or none."""
    from storage.move import NotMoved, brought  # with a driver that SQLite does not need

    try:
        brought(part, url, _silent, anew=True)
    except NotMoved as error:
        raise NotCopied(error.reason, error.what) from error


def _silent(table: str, rows: int) -> None:
    """A copy tells its steps, and not its tables."""


@contextmanager
def _private(part: Path) -> Generator[Path]:
    """An empty file that nobody else may open, from its first byte on; one that was broken off is begun anew. It is gone
    afterwards unless it was given another name."""
    with suppress(FileNotFoundError):
        part.unlink()
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            with suppress(FileNotFoundError):
                left.unlink()


def _empty(part: Path) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        for pragma in ("journal_mode=MEMORY", "secure_delete=ON", "temp_store=MEMORY"):
            db.execute(f"PRAGMA {pragma}")
        if db.execute("SELECT 1 FROM vault WHERE pending != ''").fetchone():
            raise NotCopied("ticking")  # half a tick would come out without having been counted
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        for table in tables.intersection(_EMPTIED):  # a database may be older than a table
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above
        table, _, column = _BLANK.partition(".")
        db.execute(f"UPDATE {table} SET {column} = x''")  # noqa: S608
        db.execute("VACUUM")


def _checked(part: Path) -> None:
    with closing(sqlite3.connect(part)) as db:
        if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise NotCopied("damaged")


def _known(part: Path) -> None:
    with closing(sqlite3.connect(part)) as db:
        (version,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
    if version > HEAD:
        raise NotCopied("newer")


def _opens(part: Path, master: bytes) -> None:
    """Whether what is sealed under the master key was sealed under this one."""
    with closing(sqlite3.connect(part)) as db:
        if known(db, master, {}).shut:
            raise NotCopied("other_master")


def _logged_ahead(part: Path) -> None:
    with closing(sqlite3.connect(part)) as db:
        db.execute("PRAGMA journal_mode=WAL")


def _forgotten(part: Path, master: bytes) -> None:
    """Take out what nobody can open any more. The personal files of old digests go with it."""
    with closing(sqlite3.connect(part)) as db, db:
        db.execute("PRAGMA secure_delete=ON")
        for table in _ROSTER:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above
        key = derive(master, "personal files")
        for (period,) in db.execute("SELECT period FROM digest").fetchall():
            none = seal(key, b"[]", period.encode()).hex()
            db.execute("UPDATE digest SET personal = ? WHERE period = ?", (none, period))


def _durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
