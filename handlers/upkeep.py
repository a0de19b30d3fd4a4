"""What the house owes its promises: letting go in time, and looking whether they are kept.

The audit reads the operator's own files as whoever finds them one day would, and says what it found, where, and what
to do. It says of nobody that it was them: a finding names a file and a form, never an id. What it could not look at it
says as well; silence about a place must not be taken for a clean bill.
"""

import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.cells import K
from bot.core.digest.snapshot import NotASnapshot, from_json
from bot.core.link import LINKS, drawn, round_of, secret_of
from bot.core.messages import Address
from bot.core.traces import Search, Trace, clear, hashed, searchable, secret
from bot.settings import MOVED
from bot.settings.problem import Problem
from storage import audit as evidence
from storage.database import Tx
from storage.keys import INBOX_DAYS, KEY, derive
from storage.retention import Retention

if TYPE_CHECKING:
    from storage.mirror import Seen

DAY = 86400

MOST_AT_ONCE = 2000
"""People looked for in one go through the files: each is some hundred needles."""

UNPACKED = 256 << 20
"""Bytes of a packed file that are looked into."""

SHORT_SECRET = 8

_SQLITE = b"SQLite format 3\0"
_INBOX = re.compile(r"inbox-(\d+)")
_KEY_FILES = frozenset({"master", "tag", "slots", MOVED})


def purge(tx: Tx, now: float, *, dry: bool = False) -> Mapping[str, int]:
    """End what is past its time; how many rows, by table. `dry`: only count them."""
    kept = Retention(tx)
    return kept.overdue(now) if dry else kept.end(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is audited, and with what in hand."""

    place: Path | str
    """The database: a file, or PostgreSQL's address."""
    data_dir: Path
    key_dir: Path
    master: bytes | None
    """None where neither the environment nor the key directory has it: nobody can be looked for then."""
    secrets: tuple[tuple[str, str], ...] = ()
    """Name and value of each secret of the environment."""
    logs: tuple[Path, ...] = ()
    also: tuple[Path, ...] = ()
    """Folders and files that things went to: exports, backups, mail spools."""
    wanted: tuple[str, ...] = ()
    """Further ids and phrases to look for, such as those of people who have left."""
    temporary: Path
    now: float

    @property
    def name(self) -> str:
        """What the database is called in a finding."""
        if isinstance(self.place, Path):
            return self.place.name
        return f"PostgreSQL {urlsplit(self.place).path.strip('/')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit has to say."""

    findings: tuple[Problem, ...]
    looked: Mapping[str, int]
    """How much was looked at: people, files, bytes."""
    unchecked: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """What was not, by name, with what goes into its sentence."""


def audit(ground: Ground) -> Report:
    """Look at everything. Raises `storage.audit.NoDatabase` or `OutOfReach`; changes nothing anywhere."""
    server = _seen(ground.place) if isinstance(ground.place, str) else None
    with closing(server.db if server else evidence.opened(Path(ground.place))) as db:
        files = Files(ground, db)
        known = (
            evidence.known(db, ground.master, _slots(ground))
            if ground.master
            else evidence.Known((), 0)
        )
        findings = [
            *_traces(ground, files, db, known.addresses),
            *_keys(ground, db),
            *_modes(ground),
            *_schema(ground, db),
            *(_server(ground, server) if server else _file(ground, Path(ground.place), db)),
            *_published(ground, db),
            *_ordered(ground, db),
        ]
    if known.shut:
        findings.append(_found(ground.name, "audit_roster", count=known.shut))
    findings += [
        _found(name, "audit_unreadable", error=error) for name, error in files.unreadable
    ]
    looked = {"people": len(known.addresses), "files": files.seen, "bytes": files.size}
    return Report(
        findings=tuple(dict.fromkeys(findings)),
        looked=looked,
        unchecked=tuple(_unchecked(ground, known.addresses)),
    )


def _seen(url: str) -> "Seen":
    from storage.mirror import seen  # with a driver that SQLite does not need

    return seen(url)


def _found(where: str, fault: str, **facts: object) -> Problem:
    given = tuple((name, str(value)) for name, value in facts.items())
    return Problem(file=where, key="", fault=fault, facts=given)


# -- every file ---------------------------------------------------------------------------------------------------


class Files:
    """All files that may hold something, packed ones unpacked, and each column of a server as if it were one; what could
    not be read is remembered."""

    def __init__(self, ground: Ground, db: evidence.Db) -> None:
        self._ground = ground
        self._db = db
        self.seen = 0
        self.size = 0
        self.unreadable: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each."""
        self.seen = self.size = 0
        self.unreadable.clear()
        for path in self._paths():
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # a log of SQLite's that has been tidied away meanwhile
                continue
            except OSError as error:
                self.unreadable.append((str(path), type(error).__name__))
                continue
            self.seen += 1
            self.size += len(content)
            yield str(path), content
            yield from self._unpacked(path, content)
        for place in evidence.places(self._db) if isinstance(self._ground.place, str) else ():
            for content in evidence.column(self._db, place):
                self.size += len(content)
                yield f"{self._ground.name} {place}", content

    def _paths(self) -> Iterator[Path]:
        ground = self._ground
        beside = _beside(ground)
        folders = (ground.data_dir, *ground.logs, *ground.also)
        left = [p for mark in ("etilqs_*", "tingwen-*") for p in ground.temporary.glob(mark)]
        every = (*beside, *(path for folder in (*folders, *left) for path in _below(folder)))
        own = ground.key_dir.resolve()
        for path in dict.fromkeys(path.resolve() for path in every if path.is_file()):
            if own not in path.parents:  # keys may lie in their own place
                yield path

    def _unpacked(self, path: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
        try:
            if content.startswith(b"\x1f\x8b"):
                with gzip.open(io.BytesIO(content)) as packed:
                    yield f"{path}!", packed.read(UNPACKED)
            elif content.startswith(b"PK\x03\x04"):
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    for one in packed.infolist():
                        with packed.open(one) as member:
                            yield f"{path}!{one.filename}", member.read(UNPACKED)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            self.unreadable.append((str(path), type(error).__name__))


def _beside(ground: Ground) -> list[Path]:
    """The database's files; a server's are its own."""
    file = ground.place
    return sorted(file.parent.glob(f"{file.name}*")) if isinstance(file, Path) else []


def _below(place: Path) -> Iterator[Path]:
    return place.rglob("*") if place.is_dir() else iter((place,))


def _traces(
    ground: Ground, files: Files, db: evidence.Db, addresses: Sequence[Address]
) -> Iterator[Problem]:
    """Ids, hashes of ids, the product's own names of people where they do not belong, and secrets."""
    keys = {"master": ground.master} if ground.master else {}
    secrets = Search(_secrets(ground, db))
    tag = _tag(ground)
    own = [*evidence.marks(tuple(addresses), ground.master, tag)] if ground.master else []
    marks = Search(mark.trace for mark in own)
    wanted = [Address(channel="", id=one) for one in ground.wanted]
    rounds = {round_of(address.person) for address in addresses if address.passing} - {""}
    for first in range(0, max(1, len(addresses) + len(wanted)), MOST_AT_ONCE):
        some = [*addresses, *wanted][first : first + MOST_AT_ONCE]
        plain = Search(trace for a in some for trace in clear(a.id))
        hashes = Search(trace for a in some for trace in hashed(a.channel, a.id, keys))
        links = Search(_links(ground, some, rounds))
        for name, content in files:
            searches = [(plain, "audit_id"), (hashes, "audit_hash"), (links, "audit_link")]
            if first == 0:
                searches.append((secrets, "audit_secret"))
                if not _of_database(ground, name, content):
                    searches.append((marks, "audit_mark"))
            for search, fault in searches:
                for sighting in search(content):
                    yield _found(name, fault, form=sighting.form, offset=sighting.offset)
    for place in evidence.places(db) if own else ():
        at_home = any(place in mark.places for mark in own)
        away = (mark.trace for mark in own if place not in mark.places)
        astray = Search(away) if at_home else marks
        for content in evidence.column(db, place):
            for sighting in astray(content):
                where = f"{ground.name} {place}"
                yield _found(where, "audit_mark", form=sighting.form, offset=sighting.offset)


def _secrets(ground: Ground, db: evidence.Db) -> Iterator[Trace]:
    for name, value in ground.secrets:
        if len(value) >= SHORT_SECRET:
            yield from secret(value.encode(), name)
    if ground.master:
        yield from secret(ground.master, "master")
    if tag := _tag(ground):
        yield from secret(tag, "tag")
    live = _slots(ground)
    for slot in evidence.named_slots(db):
        if key := live.get(slot):
            yield from secret(key, "slot")


def _links(ground: Ground, people: Iterable[Address], rounds: Iterable[str]) -> Iterator[Trace]:
    """Personal links of these people: who holds one answers as them. The cookie of whoever came by one holds it too."""
    if ground.master:
        key = derive(ground.master, LINKS)
        for person in people:
            for round in rounds if person.channel and not person.passing else ():
                yield from clear(secret_of(drawn(key, person, round)))


def _of_database(ground: Ground, name: str, content: bytes) -> bool:
    """Whether the product's own names of people may lie in this file's pages: the database, or a copy of it."""
    if content.startswith(_SQLITE):
        return True
    if isinstance(ground.place, str):
        return name.startswith(f"{ground.name} ")
    path = Path(name)
    return path.parent == ground.place.resolve().parent and path.name.startswith(ground.name)


# -- keys and modes -----------------------------------------------------------------------------------------------


def _tag(ground: Ground) -> bytes | None:
    file = ground.key_dir / "tag"
    return file.read_bytes() if file.is_file() else None


def _slots(ground: Ground) -> dict[int, bytes]:
    """The slots that hold a key."""
    file = ground.key_dir / "slots"
    content = file.read_bytes() if file.is_file() else b""
    keys = (content[at : at + KEY] for at in range(0, len(content), KEY))
    return {slot: key for slot, key in enumerate(keys) if any(key)}


def _keys(ground: Ground, db: evidence.Db) -> Iterator[Problem]:
    keys, data = ground.key_dir.resolve(), ground.data_dir.resolve()
    where = str(ground.key_dir)
    if data == keys or data in keys.parents or keys in data.parents:
        yield _found(where, "audit_keys_inside", data=data)
    if not ground.key_dir.is_dir():
        yield _found(where, "audit_no_keys")
        return
    today = int(ground.now // DAY)
    for path in sorted(ground.key_dir.iterdir()):
        inbox = _INBOX.fullmatch(path.name)
        if not path.is_file() or (path.name not in _KEY_FILES and not inbox):
            yield _found(str(path), "audit_stray")
        elif inbox and int(inbox[1]) < today - INBOX_DAYS - 1:
            yield _found(str(path), "audit_old_key", days=INBOX_DAYS)
    slots = ground.key_dir / "slots"
    if slots.is_file() and slots.stat().st_size % KEY:
        yield _found(str(slots), "audit_slots_cut")
    # A key is written before its row is committed and burned after: look again at what may be on its way.
    unnamed = _slots(ground).keys() - evidence.named_slots(db)
    if unnamed and (still := unnamed & (_slots(ground).keys() - _named_by_now(ground, db))):
        yield _found(str(slots), "audit_unnamed", count=len(still))


def _named_by_now(ground: Ground, db: evidence.Db) -> set[int]:
    if isinstance(ground.place, Path):
        return evidence.named_slots(db)
    with closing(_seen(ground.place).db) as later:
        return evidence.named_slots(later)


def _modes(ground: Ground) -> Iterator[Problem]:
    private = [ground.key_dir, *ground.key_dir.glob("*")] if ground.key_dir.is_dir() else []
    private += _beside(ground)
    for path in private:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            wanted = "700" if path.is_dir() else "600"
            yield _found(str(path), "audit_mode", mode=f"{mode:o}", wanted=wanted)


# -- the database -------------------------------------------------------------------------------------------------


def _schema(ground: Ground, db: evidence.Db) -> Iterator[Problem]:
    where = ground.name
    for name in evidence.strangers(db):
        yield _found(where, "audit_stranger", name=name)
    for name in evidence.fine_times(db):
        yield _found(where, "audit_time", name=name)
    if shared := evidence.shared(db):
        yield _found(where, "audit_shared", count=shared)


def _server(ground: Ground, server: "Seen") -> Iterator[Problem]:
    for name in server.things:
        yield _found(ground.name, "audit_stranger", name=name)
    for name in server.counting:
        yield _found(ground.name, "audit_counting", name=name)
    for name, value in server.telling:
        yield _found(ground.name, "audit_server", name=name, value=value)


def _file(ground: Ground, file: Path, db: evidence.Db) -> Iterator[Problem]:
    where = ground.name
    content = file.read_bytes()
    for name in evidence.counting(db):
        yield _found(where, "audit_counting", name=name)
    if evidence.unsound(db):
        yield _found(where, "audit_unsound")
    if not evidence.journal_is_wal(content):
        yield _found(where, "audit_no_wal")
    if file.with_name(f"{where}-journal").exists():
        yield _found(f"{where}-journal", "audit_journal")
    if not _wal(ground) and (pages := evidence.free_pages_with_words(content)):
        yield _found(where, "audit_free_pages", count=pages)
    for name in evidence.settings_refused():
        yield _found(where, "audit_setting", name=name)


def _wal(ground: Ground) -> bool:
    """Whether changes wait in the write-ahead log, so that the main file alone is half a picture."""
    if isinstance(ground.place, str):
        return False
    wal = ground.place.with_name(f"{ground.name}-wal")
    return wal.exists() and wal.stat().st_size > 0


# -- what was published -------------------------------------------------------------------------------------------


def _published(ground: Ground, db: evidence.Db) -> Iterator[Problem]:
    where = ground.name
    for round, atoms in evidence.divisions(db).items():
        if atoms.k < K:
            yield _found(where, "audit_k", round=round, k=atoms.k, needed=K)
    for fault, found in (
        ("audit_small", evidence.small_cells(db, K)),
        ("audit_words", evidence.words_of_few(db)),
    ):
        for small in found:
            yield _found(
                where,
                fault,
                round=small.round,
                period=small.period,
                atom=small.atom,
                number=small.number,
                needed=small.needed,
            )
    for round, period in evidence.uncounted(db):
        yield _found(where, "audit_uncounted", round=round, period=period)
    for period, snapshot in evidence.digests_kept(db):
        yield from _digest(where, period, snapshot)


def _digest(where: str, period: str, snapshot: str) -> Iterator[Problem]:
    """No figure of those who took part is of one to four."""
    try:
        digest = from_json(snapshot)
    except NotASnapshot:
        yield _found(where, "audit_snapshot", period=period)
        return
    overview = digest.overview
    figures = {
        "overview": (overview.submissions, overview.cumulative),
        **{f"group {row.id}": (row.now, row.cumulative) for row in digest.groups},
        **{f"unit {row.id}": (row.now, row.cumulative) for row in digest.units},
    }
    for name, numbers in figures.items():
        for number in numbers:
            if 0 < number < K:
                yield _found(
                    where,
                    "audit_small_digest",
                    period=period,
                    name=name,
                    number=number,
                    needed=K,
                )


# -- order --------------------------------------------------------------------------------------------------------

STANDARD_DEVIATIONS = 4.5
"""Beyond these an order is none of chance: one audit in a hundred thousand would say so of an innocent one."""

FEWEST = 12
"""Rows below which an order says nothing either way."""


def _ordered(ground: Ground, db: evidence.Db) -> Iterator[Problem]:
    where = ground.name
    file = ground.place
    content = file.read_bytes() if isinstance(file, Path) else evidence.pages(db)
    for order in evidence.orders(db, content):
        bound = STANDARD_DEVIATIONS * evidence.spread(order.rows)
        if order.rows >= FEWEST and abs(order.tau) > bound:
            yield _found(
                where,
                "audit_order",
                round=order.round,
                period=order.period,
                what=order.what,
                tau=f"{order.tau:.2f}",
            )
    for name, rows in evidence.uneven(db):
        yield _found(where, "audit_uneven", name=name, count=rows)


# -- what was not looked at ---------------------------------------------------------------------------------------


def _unchecked(
    ground: Ground, addresses: Iterable[Address]
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    every = ["memory", "platforms", "code", "words", "elsewhere", "gone", "order", "pictures"]
    if not ground.logs:
        every.append("logs")
    if not ground.also:
        every.append("exports")
    if _wal(ground):
        every.append("free")
    if isinstance(ground.place, str):
        every.append("server")
    if ground.master is None:
        every.append("master")
    for name in every:
        yield name, ()
    if short := sum(not searchable(address.id) for address in addresses):
        yield "short", (("count", str(short)),)
