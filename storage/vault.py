"""The vault: what has been handed in and not released yet, and the tags of those who have finished.

Rows are sealed blocks of one size, each version under a key of its own; what stands in a block is `core.bucket`'s
affair. Handing in rewrites one answer bucket, taken by chance, and one tag bucket, however much waits. Nothing here
counts: a version is named by chance and not by a number, and the number of buckets grows by doubling, a bucket or two
with each submission, so that nobody waits for all of it.

    open      epoch 0   submit, submit, submit ...
    tick      epoch 1   begin: newcomers find fresh buckets, those of epoch 0 stay as they are
                        gather: they are opened, slice by slice; `core.release` decides
                        settle: what stays goes into buckets of epoch 1, those of epoch 0 are nobody's any more
                        sweep: they go, and their keys with them
    close     the last tick; with it the key goes that tags were made with, and the tag buckets

A person counts once. In a standing round, where people come again and again, they count anew once nothing that they
were counted for waits any more (`cleared`): else those who speak every week would never be enough again.

A tick that was broken off is taken up where it stands: until it settles, the buckets it began with are all there.
On PostgreSQL a deed that hands in reads the vault's row FOR SHARE, so that none is under way when a tick begins.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, or_, select, union_all, update

from bot.core.bucket import (
    EMPTY,
    ID,
    NO_TAGS,
    Full,
    Load,
    Mark,
    Piece,
    Record,
    Submission,
    bucket_of,
    crowded,
    holds,
    kept_marks,
    loads,
    mark_of,
    put,
    remove,
    split,
    spread,
    tag_buckets,
    tags_crowded,
    with_mark,
)
from bot.core.cells import Atoms
from bot.core.messages import Address, Redacted
from bot.core.receipt import MOST_PIECES, Receipt
from storage.database import Raced, Tx
from storage.keys import KeyLost, chance, mac, public_of, seal_block, unseal_block
from storage.statement import Params, Row, Statement
from storage.tables import bucket, released, vault

Outcome = Literal["taken", "already", "closed"]
"""Of handing in: it waits; this person has finished the round; the round is over. Only `taken` changed anything."""

TRIES = 8
"""Answer buckets looked at for one with room, before more are wanted."""

STRIDE = 2
"""Answer buckets added with one submission while more are wanted."""

REACH = 128
"""Addresses of one batch of a wave at most: a tag bucket that is not crowded has room for all of them."""

MOST_MARKED = 255
"""The largest number that a mark can hold. Who is marked with it in a standing round is not counted anew."""

_ANSWERS, _TAGS = "answers", "tags"
_OPEN, _CLOSING, _CLOSED = "open", "closing", "closed"
_NO_EPOCH = 0
_KEY_BYTES = 32
_EVERY_WAVE = frozenset(range(1, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer of a submission, masked and sorted, on its way into the vault."""

    question: str
    dimension: str
    options: tuple[str, ...] = ()
    number: int | None = None
    text: Redacted
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick as the bell asks for it."""

    name: str
    """Of its moment as planned, such as 2026-09-25 or 2026-09-25T15:00; a later tick's name sorts behind it."""
    period: str
    """The closing date that what it releases is filed under."""
    last: bool = False
    """The round closes with it."""
    standing: bool = False
    """The round has no end; what waits too long is folded every fourth tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A tick that has begun and not settled."""

    round: str
    tick: Tick
    number: int
    """How manieth of the round, from 1."""
    atoms: Atoms
    released: Mapping[str, int]
    """People whom earlier ticks released, by atom."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Buckets of a tick under way, opened."""

    contents: tuple[bytes, ...]
    """Without the empty end, which `whole` puts back."""
    lost: int
    """Buckets whose key is not there: data without its keys was restored."""


def whole(content: bytes) -> bytes:
    """An opened bucket as it was: what waits for its turn in memory needs no empty slots."""
    return content.ljust(len(EMPTY), b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A vault at rest: what waits stays in the buckets it is in until the next tick begins."""

    round: str
    epoch: int
    answers: int
    """Answer buckets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vault:
    """A row of the table."""

    round: str
    atoms: str
    state: str
    key: int
    epoch: int
    cleared: int
    answers: int
    answers_wanted: int
    tags: int
    tags_wanted: int
    tick: str
    pending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bucket:
    """A row of the table, opened."""

    round: str
    kind: str
    epoch: int
    number: int
    version: bytes
    key: int
    content: bytes


_COLUMNS = (
    vault.c.round,
    vault.c.atoms,
    vault.c.state,
    vault.c.key,
    vault.c.epoch,
    vault.c.cleared,
    vault.c.answers,
    vault.c.answers_wanted,
    vault.c.tags,
    vault.c.tags_wanted,
    vault.c.tick,
    vault.c.pending,
)
_FIND = Statement(select(*_COLUMNS).where(vault.c.round == bindparam("round_")))
_STANDING = Statement(
    select(vault.c.round, vault.c.epoch, vault.c.answers, vault.c.pending)
    .where(vault.c.state != bindparam("closed"))
    .order_by(vault.c.round)
)
_OPENED = Statement(insert(vault))
_MOVE = Statement(
    update(vault)
    .where(
        vault.c.round == bindparam("round_"),
        vault.c.state == bindparam("was_state"),
        vault.c.epoch == bindparam("was_epoch"),
        vault.c.answers == bindparam("was_answers"),
        vault.c.tags == bindparam("was_tags"),
        vault.c.pending == bindparam("was_pending"),
    )
    .values(
        {
            column: bindparam(f"{column.name}_")
            for column in _COLUMNS
            if column.name not in ("round", "atoms")
        }
    )
)
_THIS = (
    bucket.c.round == bindparam("round_"),
    bucket.c.kind == bindparam("kind_"),
    bucket.c.epoch == bindparam("epoch_"),
    bucket.c.number == bindparam("number_"),
)
_READ = Statement(
    select(bucket.c.number, bucket.c.version, bucket.c.key, bucket.c.sealed).where(*_THIS)
)
_ADD = Statement(insert(bucket))
_WRITE = Statement(
    update(bucket)
    .where(*_THIS, bucket.c.version == bindparam("was"))
    .values(version=bindparam("version_"), key=bindparam("key_"), sealed=bindparam("sealed_"))
)
_SLICE = Statement(
    select(bucket.c.number, bucket.c.version, bucket.c.key, bucket.c.sealed)
    .where(
        bucket.c.round == bindparam("round_"),
        bucket.c.kind == bindparam("kind_"),
        bucket.c.epoch == bindparam("epoch_"),
        bucket.c.number >= bindparam("start"),
    )
    .order_by(bucket.c.number)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_IN_USE = (
    bucket.c.round == vault.c.round,
    vault.c.state != bindparam("closed"),
    or_(
        bucket.c.kind == bindparam("tags"),
        bucket.c.epoch == vault.c.epoch,
        (bucket.c.epoch == vault.c.epoch - bindparam("one"))
        & (vault.c.pending != bindparam("none")),
    ),
)
_NAMES = {"closed": _CLOSED, "tags": _TAGS, "one": 1, "none": ""}
_KEYS = Statement(
    union_all(
        select(bucket.c.key), select(vault.c.key).where(vault.c.state != bindparam("closed"))
    )
)
_NOBODYS = ~select(vault.c.round).where(*_IN_USE).exists()
_SPENT = Statement(
    select(bucket.c.kind, bucket.c.epoch, bucket.c.number, bucket.c.key)
    .where(bucket.c.round == bindparam("round_"), _NOBODYS)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_DROP = Statement(delete(bucket).where(*_THIS))
_DROP_ALL = Statement(delete(bucket).where(_NOBODYS))
_RELEASED = Statement(
    select(released.c.atom, released.c.people).where(released.c.round == bindparam("round_"))
)


class Vault:
    """The vaults of all rounds, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- opening --------------------------------------------------------------

    def open(self, round: str, atoms: Atoms, *, people: int = 0) -> bool:
        """Open the round's vault, divided for good; False where it has one. `people` may hand in, 0: not known."""
        if self._find(round):
            return False
        key, _ = self._tx.new_key()
        tags = tag_buckets(people)
        row = _Vault(
            round=round,
            atoms=atoms.as_json(),
            state=_OPEN,
            key=key,
            epoch=0,
            cleared=0,
            answers=1,
            answers_wanted=1,
            tags=tags,
            tags_wanted=tags,
            tick="",
            pending="",
        )
        self._tx.do(_OPENED, asdict(row))
        self._add(row, _ANSWERS, 0, EMPTY)
        for number in range(tags):
            self._add(row, _TAGS, number, NO_TAGS)
        return True

    def atoms(self, round: str) -> Atoms | None:
        """How the round's people are divided; None before it was opened."""
        found = self._find(round)
        return _atoms(found.atoms) if found else None

    # -- those who take part --------------------------------------------------

    def submit(
        self,
        round: str,
        address: Address,
        atom: str,
        pieces: Sequence[Said],
        *,
        most: int | None = 1,
        counted: bool = False,
        receipt: Receipt | None = None,
    ) -> Outcome:
        """Keep what somebody hands in until it is released.

        `most` submissions a person; None in a standing round, which takes any number. `counted`: this person is one
        of the round's people already, by another address. Without a receipt nobody will ever find the pieces again,
        nor those behind the first `MOST_PIECES` with one.
        Raises `LookupError` where the round was never opened.
        """
        found = self._vault(round)
        if found.state != _OPEN:
            return "closed"
        tag = self._tag(found, address)
        mark = self._mark(found, tag)
        if most is not None and mark.finished >= most:
            return "already"
        new = mark.finished <= (found.cleared if most is None else 0)
        found = self._grown(found, STRIDE)
        for load in loads(_records(atom, pieces, first=new and not counted, receipt=receipt)):
            found = self._kept(found, load)
        self._remember(found, replace(mark, finished=_finished(found, mark, most, new=new)))
        return "taken"

    def over(self, round: str) -> bool:
        """Its last tick is done: all that could be let out is out. True also where it never had a vault."""
        found = self._find(round)
        return found is None or found.state == _CLOSED

    def finished(self, round: str, address: Address) -> int:
        """How often this person has handed in; 0 also where the round has no vault, or is over.

        In a standing round only whether something of theirs may be waiting: then it is more than 0.
        """
        found = self._find(round)
        if found is None or found.state == _CLOSED:
            return 0
        mark = self._mark(found, self._tag(found, address))
        return mark.finished if mark.finished > found.cleared else 0

    def reached(
        self, round: str, wave: int, addresses: Sequence[Address]
    ) -> tuple[Address, ...]:
        """Whom of these this wave (1 to 8) is for: not finished, not reached by it before. They are marked with it.

        At most `REACH` at a time; each batch is committed before it is spoken to, so that a crash may skip somebody
        and repeats nobody.
        """
        if len(addresses) > REACH:
            raise ValueError(f"a batch has at most {REACH} addresses")
        found = self._find(round)
        if found is None or found.state != _OPEN:
            return ()
        found = self._grown(found, found.tags)
        chosen: list[Address] = []
        fuller: list[_Bucket] = []
        for taken, people in self._with_their_tags(found, addresses):
            content, here = _with_wave(taken.content, people, wave)
            if here:
                chosen += here
                fuller.append(replace(taken, content=content))
        self._write_all(fuller)
        if any(tags_crowded(each.content) for each in fuller):
            self._wanting(found, _TAGS)
        return tuple(chosen)

    def unreached(
        self, round: str, wave: int, addresses: Sequence[Address]
    ) -> frozenset[Address]:
        """Whom of these, however many, this wave would be for now. Nobody is marked: a wave that goes on after a crash
        passes those it has reached with one look at a page of them, and not by batches."""
        found = self._find(round)
        if found is None or found.state != _OPEN:
            return frozenset()
        return frozenset(
            address
            for taken, people in self._with_their_tags(found, addresses)
            for tag, address in people
            if _is_for(mark_of(taken.content, tag), wave)
        )

    def _with_their_tags(
        self, found: _Vault, addresses: Sequence[Address]
    ) -> Iterator[tuple[_Bucket, list[tuple[bytes, Address]]]]:
        """The tag buckets in which these people are, and who of them."""
        by_bucket: defaultdict[int, list[tuple[bytes, Address]]] = defaultdict(list)
        for address in addresses:
            tag = self._tag(found, address)
            by_bucket[_number(tag, found.tags)].append((tag, address))
        for taken in self._read_all(found, _TAGS, sorted(by_bucket)):
            yield taken, by_bucket[taken.number]

    def decline(self, round: str, address: Address) -> None:
        """No reminders of this round to this person."""
        found = self._vault(round)
        if found.state == _OPEN:
            mark = self._mark(found, self._tag(found, address))
            self._remember(found, replace(mark, waves=_EVERY_WAVE))

    # -- those who hold a receipt -----------------------------------------------

    def standing(self) -> tuple[Standing, ...] | None:
        """All vaults in which something may wait; None while a tick is under way in one of them."""
        rows = self._tx.all(_STANDING, {"closed": _CLOSED})
        if any(pending for *_, pending in rows):
            return None
        return tuple(Standing(round=r, epoch=e, answers=a) for r, e, a, _ in rows)

    def stand(self, seen: Iterable[Standing]) -> None:
        """Raises `Raced` when a tick has begun in one of these vaults since it was seen."""
        now = {each.round: each.epoch for each in self.standing() or ()}
        if any(now.get(each.round) != each.epoch for each in seen):
            raise Raced

    def search(
        self,
        seen: Standing,
        start: int,
        most: int,
        ids: Collection[bytes],
        *,
        take_out: bool = False,
    ) -> frozenset[bytes]:
        """Which of these lookup ids lie in so many buckets, from `start` on; they are taken out if wished.

        Its place in a bucket is free then, and nobody knows whose it was. Raises `Raced` when a tick has begun.
        """
        self.stand((seen,))
        found = frozenset[bytes]()
        for number, version, key, sealed in self._slice(
            seen.round, _ANSWERS, seen.epoch, start, most
        ):
            row = (number, version, key, sealed)
            content = self._opened(seen.round, _ANSWERS, seen.epoch, row)
            here = holds(content, ids) if content is not None else frozenset[bytes]()
            found |= here
            if content is not None and here and take_out:
                self._write(
                    _Bucket(
                        round=seen.round,
                        kind=_ANSWERS,
                        epoch=seen.epoch,
                        number=number,
                        version=version,
                        key=key,
                        content=remove(content, ids),
                    )
                )
        return found

    # -- what waits and is nobody's opinion ---------------------------------------

    def lay(self, round: str, records: Iterable[Record]) -> None:
        """Keep these until the tick, each in place of what waits here under the same id. Nobody is marked.

        It looks into all buckets, in one transaction, so it is for vaults that are emptied often. On PostgreSQL it reads
        the vault's row FOR UPDATE: else two who answer the same thing at once would both find room.
        """
        found = self._vault(round)
        some = tuple(records)
        ids = {record.id for record in some}
        for number in range(found.answers):
            there = self._read(found, _ANSWERS, number)
            if holds(there.content, ids):
                self._write(replace(there, content=remove(there.content, ids)))
        found = self._grown(found, STRIDE)
        for load in loads(some):
            found = self._kept(found, load)

    # -- marks of another kind ------------------------------------------------------

    def mark(self, round: str, names: Iterable[bytes], number: int) -> None:
        """Remember these names with that number (1 to 255), and nothing that would lead back to one of them."""
        found = self._vault(round)
        for name in names:
            self._remember(found, Mark(tag=self._named(found, name), finished=number))
            found = self._vault(round)

    def marked(self, round: str, names: Sequence[bytes]) -> tuple[bool, ...]:
        """Which of these names are remembered."""
        found = self._find(round)
        if found is None:
            return tuple(False for _ in names)
        read: dict[int, bytes] = {}
        known: list[bool] = []
        for name in names:
            tag = self._named(found, name)
            number = _number(tag, found.tags)
            if number not in read:
                read[number] = self._read(found, _TAGS, number).content
            known.append(mark_of(read[number], tag).finished > 0)
        return tuple(known)

    def unmark(self, round: str, names: Iterable[bytes]) -> None:
        """Forget these names."""
        found = self._find(round)
        if found is None:
            return
        by_bucket: defaultdict[int, set[bytes]] = defaultdict(set)
        for name in names:
            tag = self._named(found, name)
            by_bucket[_number(tag, found.tags)].add(tag)
        for number, tags in by_bucket.items():
            taken = self._read(found, _TAGS, number)
            left = kept_marks(taken.content, lambda mark, gone=tags: mark.tag not in gone)
            if left != taken.content:
                self._write(replace(taken, content=left))

    def refresh(self, round: str, number: int, lives: Callable[[int], bool]) -> bool:
        """Give tag bucket `number` a new key, without the marks whose number lives no more; False where there is none."""
        found = self._find(round)
        if found is None or number >= found.tags:
            return False
        taken = self._read(found, _TAGS, number)
        self._write(
            replace(taken, content=kept_marks(taken.content, lambda mark: lives(mark.finished)))
        )
        return True

    def _named(self, found: _Vault, name: bytes) -> bytes:
        return mac(self._tx.keys.key(found.key), name)[:ID]

    # -- the tick -------------------------------------------------------------

    def begin(self, round: str, wish: Tick) -> Going | None:
        """Begin this tick, or take up the one that was broken off; None when it has been, or the round is over."""
        found = self._find(round)
        if found is None or found.state == _CLOSED:
            return None
        if not found.pending:
            if wish.name <= found.tick:
                return None
            begun = replace(
                found,
                state=_CLOSING if wish.last else _OPEN,
                epoch=found.epoch + 1,
                answers=1,
                answers_wanted=1,
                tick=wish.name,
                pending=json.dumps(asdict(wish)),
            )
            self._move(found, begun)
            self._add(begun, _ANSWERS, 0, EMPTY)
            found = begun
        return Going(
            round=round,
            tick=Tick(**json.loads(found.pending)),
            number=found.epoch,
            atoms=_atoms(found.atoms),
            released=self._released(round),
        )

    def gather(self, going: Going, start: int, most: int) -> Opened:
        """Open so many of the buckets that the tick is about, from `start` on; none: that was all."""
        rows = self._slice(going.round, _ANSWERS, going.number - 1, start, most)
        contents = [self._opened(going.round, _ANSWERS, going.number - 1, row) for row in rows]
        found = tuple(content.rstrip(b"\0") for content in contents if content is not None)
        return Opened(found, len(contents) - len(found))

    def renew(self, going: Going, start: int, most: int) -> int:
        """Give so many tag buckets a new key, from `start` on; how many there were.

        In a standing round those are forgotten of whom nothing waits any more.
        """
        cleared = self._vault(going.round).cleared
        rows = self._slice(going.round, _TAGS, _NO_EPOCH, start, most)
        for row in rows:
            content = self._opened(going.round, _TAGS, _NO_EPOCH, row)
            number, version, key, _ = row
            self._write(
                _Bucket(
                    round=going.round,
                    kind=_TAGS,
                    epoch=_NO_EPOCH,
                    number=number,
                    version=version,
                    key=key,
                    content=_without(content or NO_TAGS, cleared),
                )
            )
        return len(rows)

    def settle(self, going: Going, rest: Iterable[Record]) -> bool:
        """The tick is done: what stays waits in fresh buckets. False when somebody else has settled it.

        With the last tick nothing stays, and nobody can be told from a tag any more.
        """
        found = self._vault(going.round)
        if not found.pending or found.epoch != going.number:
            return False
        if going.tick.last:
            self._tx.outlive(found.key)
            self._move(found, replace(found, state=_CLOSED, pending=""))
            return True
        stays = tuple(rest)
        fresh = spread(stays)
        answers = found.answers + len(fresh)
        clear = going.tick.standing and not any(
            isinstance(r, Submission) and r.person for r in stays
        )
        done = replace(
            found,
            cleared=min(going.number, MOST_MARKED - 1) if clear else found.cleared,
            answers=answers,
            answers_wanted=max(found.answers_wanted, answers),
            pending="",
        )
        self._move(found, done)
        for number, content in enumerate(fresh, found.answers):
            self._add(done, _ANSWERS, number, content)
        return True

    def sweep(self, round: str, most: int) -> int:
        """Remove so many buckets that are nobody's any more, and their keys; how many there were."""
        rows = self._tx.all(_SPENT, _NAMES | {"round_": round, "most": most, "skip": 0})
        for kind, epoch, number, key in rows:
            self._tx.do(_DROP, _place(round, kind, epoch, number))
            self._tx.outlive(key)
        return len(rows)

    def tidy(self) -> None:
        """At start, before keys that no row names are burned: remove what a broken off `sweep` left."""
        self._tx.do(_DROP_ALL, _NAMES)

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS, {"closed": _CLOSED})]

    # -- rows of vaults -------------------------------------------------------

    def _find(self, round: str) -> _Vault | None:
        row = self._tx.one(_FIND, {"round_": round})
        if row is None:
            return None
        found = _Vault(
            **dict(zip((column.name for column in _COLUMNS), row, strict=True))  # pyright: ignore[reportArgumentType]
        )
        return (
            found
            if found.state == _CLOSED or self._tx.keys.has(found.key)
            else self._rekeyed(found)
        )

    def _vault(self, round: str) -> _Vault:
        found = self._find(round)
        if found is None:
            raise LookupError(f"the round {round!r} has no vault")
        return found

    def _rekeyed(self, found: _Vault) -> _Vault:
        """The data came without its keys: nobody is known to have finished, and tags are made anew."""
        slot, _ = self._tx.new_key()
        self._move(found, renewed := replace(found, key=slot))
        return renewed

    def _move(self, was: _Vault, now: _Vault) -> None:
        """Raises `Raced` when somebody else moved it first."""
        values = {f"{name}_": value for name, value in asdict(now).items() if name != "atoms"}
        marks = {
            "was_state": was.state,
            "was_epoch": was.epoch,
            "was_answers": was.answers,
            "was_tags": was.tags,
            "was_pending": was.pending,
        }
        if self._tx.do(_MOVE, values | marks) != 1:
            raise Raced

    def _released(self, round: str) -> dict[str, int]:
        counts: defaultdict[str, int] = defaultdict(int)
        for atom, people in self._tx.all(_RELEASED, {"round_": round}):
            counts[atom] += people
        return dict(counts)

    # -- more buckets ---------------------------------------------------------

    def _grown(self, found: _Vault, most: int) -> _Vault:
        """A step towards as many buckets as are wanted."""
        answers = min(found.answers_wanted - found.answers, most)
        tags = min(found.tags_wanted - found.tags, most)
        if answers <= 0 and tags <= 0:
            return found
        for number in range(found.answers, found.answers + answers):
            self._add(found, _ANSWERS, number, EMPTY)
        for number in range(found.tags, found.tags + tags):
            self._split(found, number)
        grown = replace(
            found, answers=found.answers + max(answers, 0), tags=found.tags + max(tags, 0)
        )
        self._move(found, grown)
        return grown

    def _split(self, found: _Vault, number: int) -> None:
        """Make tag bucket `number` of what another one held for it."""
        level = _level(number)
        parted = self._read(found, _TAGS, number - level)
        low, high = split(parted.content, level)
        self._write(replace(parted, content=low))
        self._add(found, _TAGS, number, high)

    def _wanting(self, found: _Vault, kind: str) -> _Vault:
        """As many again are wanted, unless they are on their way."""
        if kind == _ANSWERS and found.answers >= found.answers_wanted:
            more = replace(found, answers_wanted=2 * found.answers)
        elif kind == _TAGS and found.tags >= found.tags_wanted:
            more = replace(found, tags_wanted=2 * _level(found.tags))
        else:
            return found
        self._move(found, more)
        return more

    # -- answers --------------------------------------------------------------

    def _kept(self, found: _Vault, load: Load) -> _Vault:
        """Put a load into a bucket taken by chance, of those with room."""
        crammed: _Bucket | None = None
        for _ in range(TRIES):
            taken = self._read(found, _ANSWERS, _chance(found.answers))
            with suppress(Full):
                fuller = replace(taken, content=put(taken.content, load))
                if not crowded(fuller.content):
                    self._write(fuller)
                    return found
                crammed = fuller
        found = self._wanting(found, _ANSWERS)
        if crammed:
            self._write(crammed)
            return found
        self._add(found, _ANSWERS, found.answers, put(EMPTY, load))
        answers = found.answers + 1
        more = replace(
            found, answers=answers, answers_wanted=max(found.answers_wanted, answers)
        )
        self._move(found, more)
        return more

    # -- tags -----------------------------------------------------------------

    def _tag(self, found: _Vault, address: Address) -> bytes:
        name = f"{address.channel}\0{address.id}".encode()
        return mac(self._tx.keys.key(found.key), name)[:ID]

    def _mark(self, found: _Vault, tag: bytes) -> Mark:
        return mark_of(self._read(found, _TAGS, _number(tag, found.tags)).content, tag)

    def _remember(self, found: _Vault, mark: Mark) -> None:
        while True:
            taken = self._read(found, _TAGS, _number(mark.tag, found.tags))
            try:
                self._marked(found, replace(taken, content=with_mark(taken.content, mark)))
            except Full:  # all others are less than half full: chance does not do this, but it would be a pity
                found = self._grown(self._wanting(found, _TAGS), found.tags)
            else:
                return

    def _marked(self, found: _Vault, marked: _Bucket) -> None:
        self._write(marked)
        if tags_crowded(marked.content):
            self._wanting(found, _TAGS)

    # -- sealed rows ----------------------------------------------------------

    def _read(self, found: _Vault, kind: str, number: int) -> _Bucket:
        epoch = found.epoch if kind == _ANSWERS else _NO_EPOCH
        row = self._tx.one(_READ, _place(found.round, kind, epoch, number))
        if row is None:
            raise LookupError(f"bucket {number} of {found.round!r} is not there")
        return self._taken(found, kind, epoch, row)

    def _read_all(self, found: _Vault, kind: str, numbers: Sequence[int]) -> list[_Bucket]:
        epoch = found.epoch if kind == _ANSWERS else _NO_EPOCH
        places = [_place(found.round, kind, epoch, number) for number in numbers]
        rows = self._tx.each(_READ, places)
        if len(rows) != len(places):
            raise LookupError(f"a bucket of {found.round!r} is not there")
        return [self._taken(found, kind, epoch, row) for row in rows]

    def _taken(self, found: _Vault, kind: str, epoch: int, row: Row) -> _Bucket:
        number, version, key, _ = row
        content = self._opened(found.round, kind, epoch, row)
        if content is None:
            content = EMPTY if kind == _ANSWERS else NO_TAGS
        return _Bucket(
            round=found.round,
            kind=kind,
            epoch=epoch,
            number=number,
            version=version,
            key=key,
            content=content,
        )

    def _write(self, changed: _Bucket) -> None:
        """Its next version. Raises `Raced` when another was written meanwhile."""
        if self._tx.do(_WRITE, self._next(changed)) != 1:
            raise Raced
        self._tx.outlive(changed.key)

    def _write_all(self, changed: Sequence[_Bucket]) -> None:
        """As `_write`, all on one way to the database."""
        if self._tx.many(_WRITE, [self._next(each) for each in changed]) != len(changed):
            raise Raced
        for each in changed:
            self._tx.outlive(each.key)

    def _next(self, changed: _Bucket) -> Params:
        version, slot, sealed = self._sealed(
            changed.round, changed.kind, changed.epoch, changed.number, changed.content
        )
        place = _place(changed.round, changed.kind, changed.epoch, changed.number)
        values = {"was": changed.version, "version_": version, "key_": slot, "sealed_": sealed}
        return place | values

    def _add(self, found: _Vault, kind: str, number: int, content: bytes) -> None:
        epoch = found.epoch if kind == _ANSWERS else _NO_EPOCH
        version, slot, sealed = self._sealed(found.round, kind, epoch, number, content)
        row = {
            "round": found.round,
            "kind": kind,
            "epoch": epoch,
            "number": number,
            "version": version,
            "key": slot,
            "sealed": sealed,
        }
        self._tx.do(_ADD, row)

    def _sealed(
        self, round: str, kind: str, epoch: int, number: int, content: bytes
    ) -> tuple[bytes, int, bytes]:
        version = chance(ID)
        slot, key = self._tx.new_key()
        return (
            version,
            slot,
            seal_block(key, content, _bound(round, kind, epoch, number, version)),
        )

    def _opened(self, round: str, kind: str, epoch: int, row: Row) -> bytes | None:
        number, version, key, sealed = row
        bound = _bound(round, kind, epoch, number, version)
        try:
            return unseal_block(self._tx.keys.key(key), sealed, bound)
        except (
            KeyLost
        ):  # restored from a backup, which never has the keys: what it held is gone
            return None

    def _slice(self, round: str, kind: str, epoch: int, start: int, most: int) -> list[Row]:
        place = {"round_": round, "kind_": kind, "epoch_": epoch}
        return self._tx.all(_SLICE, place | {"start": start, "most": most, "skip": 0})


def _finished(found: _Vault, mark: Mark, most: int | None, *, new: bool) -> int:
    """What a mark says after one submission more: how many; in a standing round, in which epoch the first was."""
    if most is not None:
        return min(mark.finished + 1, MOST_MARKED)
    return min(found.epoch + 1, MOST_MARKED) if new else mark.finished


def _with_wave(
    content: bytes, people: Iterable[tuple[bytes, Address]], wave: int
) -> tuple[bytes, list[Address]]:
    """The tag bucket after this wave, and for whom of these it is."""
    chosen = list[Address]()
    for tag, address in people:
        mark = mark_of(content, tag)
        if _is_for(mark, wave):
            content = with_mark(content, replace(mark, waves=mark.waves | {wave}))
            chosen.append(address)
    return content, chosen


def _is_for(mark: Mark, wave: int) -> bool:
    return not mark.finished and wave not in mark.waves


def _without(content: bytes, cleared: int) -> bytes:
    """A tag bucket without the people of these epochs."""
    return kept_marks(content, lambda mark: mark.finished > cleared) if cleared else content


@lru_cache(maxsize=16)
def _atoms(text: str) -> Atoms:
    return Atoms.from_json(text)


def _records(
    atom: str, pieces: Sequence[Said], *, first: bool, receipt: Receipt | None
) -> list[Record]:
    """A submission and its pieces, with what a receipt finds them by."""
    submission = Submission(
        id=receipt.submission() if receipt else chance(ID),
        atom=atom,
        person=first,
        wrote=any(piece.text for piece in pieces),
    )
    found = receipt.pieces(min(len(pieces), MOST_PIECES)) if receipt else ()
    names = [(h.lookup, public_of(h.reply_seed)) for h in found]
    names += [(chance(ID), chance(_KEY_BYTES)) for _ in pieces[len(found) :]]
    return [
        submission,
        *(_piece(atom, p, *name) for p, name in zip(pieces, names, strict=True)),
    ]


def _piece(atom: str, said: Said, lookup: bytes, reply_key: bytes) -> Piece:
    return Piece(
        id=lookup,
        reply_key=reply_key,
        atom=atom,
        question=said.question,
        dimension=said.dimension,
        options=said.options,
        number=said.number,
        text=said.text,
        labels=said.labels,
    )


def _number(tag: bytes, tags: int) -> int:
    """The bucket of a tag where the number of buckets is on its way from one power of two to the next."""
    level = _level(tags)
    number = bucket_of(tag, 2 * level)
    return number if number < tags else bucket_of(tag, level)


def _level(number: int) -> int:
    """The largest power of two up to this number."""
    return 1 << (number.bit_length() - 1)


def _chance(below: int) -> int:
    return int.from_bytes(chance(8), "big") % below


def _place(round: str, kind: str, epoch: int, number: int) -> dict[str, Any]:
    return {"round_": round, "kind_": kind, "epoch_": epoch, "number_": number}


def _bound(round: str, kind: str, epoch: int, number: int, version: bytes) -> bytes:
    """What a row says in the clear and must not be exchanged."""
    return f"{round}\0{kind}\0{epoch}\0{number}\0".encode() + version
