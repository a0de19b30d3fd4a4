"""What lies in the vault's buckets: finished answers, and the tags of those who have finished.

A bucket is always `SIZE` bytes, whether it holds one answer or is full. What it holds is kept sorted by values that
a MAC made (lookup ids, tags), so its bytes depend on *what* is in it and never on the order in which it came: an
order as good as shuffled, with no chance needed. Taking something out leaves what would be there had it never come.

    answer bucket   32 slots of 512 bytes; a record takes as many as it needs, its parts find each other by their id
    tag bucket      512 entries of 32 bytes; the tag itself says in which bucket it lies, so one look is enough

Records of one submission share no value, but they arrive in one bucket together: whoever holds one image of data
*and* keys may guess that neighbours in a bucket belong together until the tick spreads what stays anew. Sealing,
choosing a bucket at random and counting buckets are storage's; this file knows neither keys nor rows.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, cast

from bot.core.cells import Tally
from bot.core.messages import Redacted

SIZE = 16 * 1024
"""Bytes of every bucket before it is sealed."""

SLOT = 512
SLOTS = SIZE // SLOT
MOST_SLOTS = SLOTS * 7 // 10
"""70 %: beyond this a bucket counts as crowded, and no load is longer than this."""

ENTRY = 32
ENTRIES = SIZE // ENTRY
MOST_ENTRIES = ENTRIES * 7 // 10

ID = 16
"""Bytes of a lookup id and of a tag."""

EMPTY = bytes(SIZE)
"""An answer bucket with nothing in it."""

NO_TAGS = b"\xff" * SIZE
"""A tag bucket with nobody in it: free entries sort behind every tag."""

Load = tuple[bytes, ...]
"""Slots that go into one bucket in one rewrite; never more than `MOST_SLOTS`."""

_HEAD = Struct(
    f">{ID}sHHH"
)  # id, part, parts, bytes used: big-endian, so that slots sort by id and part
_BODY = SLOT - _HEAD.size
_FREE = bytes(ID)
_PIECE, _SUBMISSION = b"\x01", b"\x02"
_REPLY_KEY = 32
_NO_WORDS = cast(Redacted, "")


class Full(Exception):
    """It does not fit here: take another bucket, or add as many empty ones again."""


# --- what is kept ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One answer to one question (条). Nothing in it says with which others it came, or when."""

    id: bytes
    """Its lookup id, `ID` bytes, known to the receipt's holder alone."""
    reply_key: bytes
    """The public half of its reply key, 32 bytes: what the office answers is sealed for it."""
    atom: str
    """The atom it counts in; the true unit of a small atom is written nowhere."""
    question: str
    dimension: str
    options: tuple[str, ...] = ()
    number: int | None = None
    text: Redacted = _NO_WORDS
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What sorting made of the words; anything JSON can say."""

    def __post_init__(self) -> None:
        if len(self.id) != ID or len(self.reply_key) != _REPLY_KEY:
            raise ValueError("a piece needs an id of 16 bytes and a reply key of 32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One 份: that somebody of this atom handed in, without what. Counting people rests on these alone."""

    id: bytes
    """The receipt's lookup id number 0; withdrawing takes it out with the pieces."""
    atom: str
    person: bool = True
    """The first of its account in this round. Later ones count as 份, never as one more person."""
    wrote: bool = False
    """Words of its own were among the answers."""

    def __post_init__(self) -> None:
        if len(self.id) != ID:
            raise ValueError("a submission needs an id of 16 bytes")


Record = Piece | Submission


@dataclass(frozen=True, slots=True)
class Pool:
    """All that waits in a vault, in the order of the lookup ids, which is no order at all."""

    pieces: tuple[Piece, ...] = ()
    submissions: tuple[Submission, ...] = ()
    torn: int = 0
    """Records of which a part is missing: a bucket could not be opened. They cannot be released."""

    def tallies(self) -> dict[str, Tally]:
        """How many wait, by atom; every atom of which anything waits has an entry."""
        counts = {piece.atom: Tally() for piece in self.pieces}
        for s in self.submissions:
            counts[s.atom] = counts.get(s.atom, Tally()) + Tally(
                people=int(s.person), submissions=1, writers=int(s.person and s.wrote)
            )
        return counts


# --- answer buckets --------------------------------------------------------------------------------------------


def loads(records: Iterable[Record]) -> tuple[Load, ...]:
    """The slots of one submission, cut into loads: nearly always one, more only for very long words.

    Each load goes whole into one bucket; several loads may go into different ones.
    """
    slots = [slot for record in records for slot in _slots(record)]
    return tuple(tuple(slots[i : i + MOST_SLOTS]) for i in range(0, len(slots), MOST_SLOTS))


def put(content: bytes, load: Load) -> bytes:
    """The bucket with that load in it. Raises `Full` when the room does not suffice."""
    slots = [*_used(content), *load]
    if len(slots) > SLOTS:
        raise Full
    return _packed(slots)


def remove(content: bytes, ids: Collection[bytes]) -> bytes:
    """The bucket without the records of these lookup ids; the same bytes when none of them lies here."""
    slots = _used(content)
    left = [slot for slot in slots if slot[:ID] not in ids]
    return content if len(left) == len(slots) else _packed(left)


def holds(content: bytes, ids: Collection[bytes]) -> frozenset[bytes]:
    """Which of these lookup ids lie here."""
    return frozenset(content[at : at + ID] for at in range(0, SIZE, SLOT)).intersection(ids)


def filled(content: bytes) -> int:
    """How many of its `SLOTS` are taken."""
    return len(_used(content))


def crowded(content: bytes) -> bool:
    """At 70 %: as many empty buckets again are to be added."""
    return filled(content) > MOST_SLOTS


def pool(contents: Iterable[bytes]) -> Pool:
    """Everything that lies in these buckets, put together again."""
    parts: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for content in contents:
        for slot in _used(content):
            parts[slot[:ID]].append(slot)
    pieces: list[Piece] = []
    submissions: list[Submission] = []
    torn = 0
    for id in sorted(parts):
        match _record(sorted(parts[id])):
            case Piece() as piece:
                pieces.append(piece)
            case Submission() as submission:
                submissions.append(submission)
            case None:
                torn += 1
    return Pool(tuple(pieces), tuple(submissions), torn)


def spread(records: Iterable[Record]) -> tuple[bytes, ...]:
    """Fresh buckets for what stays after a tick: at most 35 % full, and nobody's records side by side any more.

    Their number is a power of two, at least one.
    """
    slots = sorted(slot for record in records for slot in _slots(record))
    buckets = 1
    while len(slots) * 2 > buckets * MOST_SLOTS:
        buckets *= 2
    return tuple(_packed(slots[i::buckets]) for i in range(buckets))


def _used(content: bytes) -> list[bytes]:
    slots = [content[at : at + SLOT] for at in range(0, SIZE, SLOT)]
    return [slot for slot in slots if slot[:ID] != _FREE]


def _packed(slots: list[bytes]) -> bytes:
    return b"".join(sorted(slots)).ljust(SIZE, b"\0")


def _slots(record: Record) -> list[bytes]:
    body = _piece_body(record) if isinstance(record, Piece) else _submission_body(record)
    chunks = [body[at : at + _BODY] for at in range(0, len(body), _BODY)]
    return [
        (_HEAD.pack(record.id, part, len(chunks), len(chunk)) + chunk).ljust(SLOT, b"\0")
        for part, chunk in enumerate(chunks)
    ]


def _record(slots: list[bytes]) -> Record | None:
    heads = [_HEAD.unpack_from(slot) for slot in slots]
    id, _, parts, _ = heads[0]
    if [part for _, part, _, _ in heads] != list(range(parts)):
        return None
    body = b"".join(
        slot[_HEAD.size : _HEAD.size + used]
        for slot, (_, _, _, used) in zip(slots, heads, strict=True)
    )
    return _piece(id, body) if body[:1] == _PIECE else _submission(id, body)


def _piece_body(piece: Piece) -> bytes:
    fields = [
        piece.atom,
        piece.question,
        piece.dimension,
        piece.options,
        piece.number,
        piece.text,
        dict(piece.labels),
    ]
    said = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    # A platform may hand over half a surrogate pair; it must not be what loses an answer.
    return _PIECE + piece.reply_key + said.encode("utf-8", "surrogatepass")


def _piece(id: bytes, body: bytes) -> Piece:
    atom, question, dimension, options, number, text, labels = json.loads(
        body[1 + _REPLY_KEY :].decode("utf-8", "surrogatepass")
    )
    return Piece(
        id=id,
        reply_key=body[1 : 1 + _REPLY_KEY],
        atom=atom,
        question=question,
        dimension=dimension,
        options=tuple(options),
        number=number,
        text=cast(Redacted, text),  # it was when it went in
        labels=labels,
    )


def _submission_body(submission: Submission) -> bytes:
    flags = submission.person | submission.wrote << 1
    return _SUBMISSION + bytes([flags]) + submission.atom.encode()


def _submission(id: bytes, body: bytes) -> Submission:
    return Submission(
        id=id, person=bool(body[1] & 1), wrote=bool(body[1] & 2), atom=body[2:].decode()
    )


# --- tag buckets -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the vault knows about the person behind a tag; nothing about what they said."""

    tag: bytes
    """`ID` bytes: a MAC over round and person, under a key from the key directory. Never all 0xff."""
    finished: int = 0
    """Submissions in this round: 0, 1, and 2 where an account may hand in twice."""
    waves: frozenset[int] = frozenset()
    """The reminder waves (1 to 8) that have reached them; who declines is marked as reached by all."""


def bucket_of(tag: bytes, buckets: int) -> int:
    """Which of that many tag buckets (a power of two) holds this tag."""
    return int.from_bytes(tag[:8], "big") & (buckets - 1)


def tag_buckets(people: int) -> int:
    """How many tag buckets a round for that many people opens with: a power of two, at most 35 % full."""
    buckets = 1
    while people * 2 > buckets * MOST_ENTRIES:
        buckets *= 2
    return buckets


def mark_of(content: bytes, tag: bytes) -> Mark:
    """The mark of this tag; a blank one where it is not here."""
    at = _place(content, tag)
    return _mark(content[at : at + ENTRY]) if content[at : at + ID] == tag else Mark(tag=tag)


def with_mark(content: bytes, mark: Mark) -> bytes:
    """The bucket with this mark in place of the tag's earlier one. Raises `Full`; then `split` all and try again."""
    at = _place(content, mark.tag)
    if content[at : at + ID] == mark.tag:
        return content[:at] + _entry(mark) + content[at + ENTRY :]
    if content[-ENTRY:] != NO_TAGS[:ENTRY]:
        raise Full
    return content[:at] + _entry(mark) + content[at:-ENTRY]


def marks(content: bytes) -> Iterator[Mark]:
    """All marks of a bucket, in the order of their tags."""
    for at in range(0, SIZE, ENTRY):
        if content[at : at + ID] == NO_TAGS[:ID]:
            return
        yield _mark(content[at : at + ENTRY])


def kept_marks(content: bytes, keep: Callable[[Mark], bool]) -> bytes:
    """The bucket with those marks alone that are to be kept."""
    entries = b"".join(_entry(mark) for mark in marks(content) if keep(mark))
    return entries.ljust(SIZE, b"\xff")


def tags_crowded(content: bytes) -> bool:
    """At 70 %: all tag buckets are to be split."""
    at = MOST_ENTRIES * ENTRY
    return content[at : at + ID] != NO_TAGS[:ID]


def split(content: bytes, buckets: int) -> tuple[bytes, bytes]:
    """One of `buckets` tag buckets as two: what stays at its number, and what goes to number + `buckets`."""
    halves: tuple[list[bytes], list[bytes]] = ([], [])
    for mark in marks(content):
        halves[bucket_of(mark.tag, 2 * buckets) >= buckets].append(_entry(mark))
    low, high = (b"".join(half).ljust(SIZE, b"\xff") for half in halves)
    return low, high


def _place(content: bytes, tag: bytes) -> int:
    at = bisect_left(range(ENTRIES), tag, key=lambda i: content[i * ENTRY : i * ENTRY + ID])
    return min(at, ENTRIES - 1) * ENTRY


def _entry(mark: Mark) -> bytes:
    waves = sum(1 << (wave - 1) for wave in mark.waves)
    return (mark.tag + bytes([mark.finished, waves])).ljust(ENTRY, b"\0")


def _mark(entry: bytes) -> Mark:
    waves = frozenset(wave for wave in range(1, 9) if entry[ID + 1] >> (wave - 1) & 1)
    return Mark(tag=entry[:ID], finished=entry[ID], waves=waves)
