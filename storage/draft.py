"""Talks in progress, sealed: who, which script, where they stand, and what is still to be said to them.

One row is all that is known of somebody between the first question and the last, or in the few minutes in which they
write with a receipt in hand; it names no one without the key directory. Each version has a key of its own, which is burned when the next version is committed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, insert, select, update

from bot.core.dialogue import Visit
from bot.core.messages import Address
from bot.core.session import Session, from_plain, to_plain
from bot.core.survey import Language
from storage.database import Raced, Tx
from storage.keys import KeyLost, Keyring, seal, unseal
from storage.statement import Params, Row, Statement
from storage.tables import draft


@dataclass(frozen=True, slots=True)
class Line:
    """Something still to be said: a text's key and harmless parameters."""

    key: str
    params: Mapping[str, str]
    revision: int
    """Of the draft that wanted it said."""


RECEIPT = "receipt"
"""The parameter of a line that shows a receipt. Once it has been said nothing of it stays, even where a talk goes on."""

SCREEN = "screen"
"""The key of the line that shows where the talk stands; it is drawn from the draft when it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One talk as it is kept."""

    address: Address
    language: Language
    script: str = ""
    """The digest of the script it follows."""
    session: Session | None = None
    """None once it is over and only words are left to be said."""
    lines: tuple[Line, ...] = ()
    revision: int = 0
    """0: not kept yet."""
    spoken: int = 0
    key: int = -1
    tag: bytes = b""
    """Its name in the table; set once it is kept."""

    since: float = 0
    """When this version was made, in seconds since 1970."""
    visit: Visit | None = None
    """They are writing with a receipt in hand."""

    @property
    def over(self) -> bool:
        """Only words are left to be said, or nothing."""
        return self.session is None and self.visit is None

    @property
    def waiting(self) -> tuple[Line, ...]:
        """What is still to be said."""
        return tuple(line for line in self.lines if line.revision > self.spoken)

    def moved(
        self,
        session: Session | None,
        said: Sequence[tuple[str, Mapping[str, str]]] = (),
        *,
        now: float,
        language: Language | None = None,
    ) -> "Draft":
        """The draft where the talk stands now, with more to be said; of several screens only the last counts."""
        lines = (*self.waiting, *(Line(key, params, self.revision + 1) for key, params in said))
        last = max((i for i, line in enumerate(lines) if line.key == SCREEN), default=-1)
        return replace(
            self,
            session=session,
            language=language or self.language,
            lines=tuple(li for i, li in enumerate(lines) if li.key != SCREEN or i == last),
            since=now,
        )


_FIND = Statement(
    select(draft.c.revision, draft.c.spoken, draft.c.key, draft.c.sealed).where(
        draft.c.tag == bindparam("tag_")
    )
)
_ALL = Statement(
    select(draft.c.tag, draft.c.revision, draft.c.spoken, draft.c.key, draft.c.sealed)
)
_UNSAID = Statement(
    select(draft.c.tag, draft.c.revision).where(draft.c.spoken < draft.c.revision)
)
_KEYS = Statement(select(draft.c.key))
_INSERT = Statement(insert(draft))
_UPDATE = Statement(
    update(draft)
    .where(draft.c.tag == bindparam("tag_"), draft.c.revision == bindparam("was"))
    .values(
        revision=bindparam("revision_"),
        spoken=bindparam("spoken_"),
        key=bindparam("key_"),
        sealed=bindparam("sealed_"),
    )
)
_SPOKEN = Statement(
    update(draft)
    .where(draft.c.tag == bindparam("tag_"), draft.c.spoken < bindparam("revision_"))
    .values(spoken=bindparam("revision_"))
)
_RESEAL = Statement(
    update(draft)
    .where(
        draft.c.tag == bindparam("tag_"),
        draft.c.revision == bindparam("was"),
        draft.c.key == bindparam("was_key"),
    )
    .values(key=bindparam("key_"), sealed=bindparam("sealed_"))
)
_DELETE = Statement(
    delete(draft).where(draft.c.tag == bindparam("tag_"), draft.c.revision == bindparam("was"))
)


class Drafts:
    """The drafts, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def find(self, address: Address) -> Draft | None:
        """The talk with that address, if one is in progress."""
        tag = _tag(self._tx.keys, address)
        row = self._tx.one(_FIND, {"tag_": tag})
        return _opened(self._tx.keys, tag, row) if row else None

    def every(self) -> list[Draft]:
        """All of them: for the alarms and the words that wait, after a start."""
        rows = self._tx.all(_ALL)
        drafts: list[Draft] = []
        for tag, *row in rows:
            try:
                drafts.append(_opened(self._tx.keys, tag, tuple(row)))
            except (
                KeyLost
            ):  # restored from a backup: its key is burned, so it is nobody's any more
                self._tx.do(_DELETE, {"tag_": tag, "was": row[0]})
        return drafts

    def talking(self, addresses: Iterable[Address]) -> frozenset[Address]:
        """Which of these are in the middle of a talk. It costs as much as they are many, however many others talk."""
        found = ((one, self.named(self.name(one))) for one in addresses)
        return frozenset(one for one, talk in found if talk is not None and talk.session)

    def unsaid(self) -> dict[bytes, int]:
        """The names of those that have moved since something was said in them, and their revisions."""
        return {bytes(tag): revision for tag, revision in self._tx.all(_UNSAID)}

    def named(self, tag: bytes) -> Draft | None:
        """The talk of that name; None where it has ended, or its key is lost."""
        row = self._tx.one(_FIND, {"tag_": tag})
        try:
            return _opened(self._tx.keys, tag, row) if row else None
        except KeyLost:
            return None

    def name(self, address: Address) -> bytes:
        """What a talk with that address is called."""
        return _tag(self._tx.keys, address)

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]

    def keep(self, kept: Draft) -> Draft:
        """Keep the next version. Raises `Raced` when another was kept meanwhile."""
        tag = kept.tag or _tag(self._tx.keys, kept.address)
        revision = kept.revision + 1
        slot, key = self._tx.new_key()
        values = {
            "revision": revision,
            "spoken": kept.spoken,
            "key": slot,
            "sealed": seal(key, _plain(kept), _bound(tag, revision)),
        }
        if kept.revision == 0:
            self._tx.do(_INSERT, {"tag": tag, **values})
        else:
            marked = {f"{name}_": value for name, value in values.items()}
            if self._tx.do(_UPDATE, {"tag_": tag, "was": kept.revision, **marked}) != 1:
                raise Raced
            self._tx.outlive(kept.key)
        return replace(kept, revision=revision, key=slot, tag=tag)

    def drop(self, gone: Draft) -> None:
        """The talk is over and all is said. Raises `Raced` when it went on meanwhile."""
        if self._tx.do(_DELETE, {"tag_": gone.tag, "was": gone.revision}) != 1:
            raise Raced
        self._tx.outlive(gone.key)

    def spoken(self, *said: Draft) -> None:
        """Their words have been sent. A talk that is over is dropped with them, unless it went on meanwhile."""
        going_on: list[Draft] = []
        for one in said:
            if any(RECEIPT in line.params for line in one.lines):
                self._forget_receipt(one)
            elif not self._ended(one):
                going_on.append(one)
        if going_on:
            self._tx.many(_SPOKEN, [_said(one) for one in going_on])

    def _ended(self, said: Draft) -> bool:
        ended = (
            said.over and self._tx.do(_DELETE, {"tag_": said.tag, "was": said.revision}) == 1
        )
        if ended:
            self._tx.outlive(said.key)
        return ended

    def _forget_receipt(self, said: Draft) -> None:
        """As `spoken`, and where the talk went on, its version is sealed anew without the receipt that was shown.

        The version keeps its revision, for nothing in it is to be said that was not; only its key is another, so the
        key is taken from the row and never from memory.
        """
        row = self._tx.one(_FIND, {"tag_": said.tag})
        if row is None:
            return
        kept = _opened(self._tx.keys, said.tag, row)
        if not self._ended(replace(said, key=kept.key)):
            self._tx.do(_SPOKEN, _said(said))
        left = tuple(
            line
            for line in kept.lines
            if line.revision > said.revision or RECEIPT not in line.params
        )
        if left == kept.lines or (said.over and said.revision == kept.revision):
            return
        slot, key = self._tx.new_key()
        sealed = seal(key, _plain(replace(kept, lines=left)), _bound(kept.tag, kept.revision))
        named = {"tag_": kept.tag, "was": kept.revision, "was_key": kept.key}
        changed = self._tx.do(_RESEAL, {**named, "key_": slot, "sealed_": sealed})
        self._tx.outlive(kept.key if changed else slot)


def _tag(keys: Keyring, address: Address) -> bytes:
    return keys.tag(f"{address.channel}\0{address.id}".encode())


def _said(said: Draft) -> Params:
    return {"tag_": said.tag, "revision_": said.revision}


def _bound(tag: bytes, revision: int) -> bytes:
    return tag + revision.to_bytes(8, "big")


def _plain(kept: Draft) -> bytes:
    session = to_plain(kept.session) if kept.session else None
    lines = [[line.key, line.params, line.revision] for line in kept.lines]
    address, visit = kept.address, kept.visit
    whole = [
        address.channel,
        address.id,
        kept.language,
        kept.script,
        session,
        lines,
        [visit.digits, visit.place, visit.until, visit.text] if visit else None,
        kept.since,  # the last: retention reads no more than that
    ]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _opened(keys: Keyring, tag: bytes, row: Row) -> Draft:
    revision, spoken, slot, sealed = row
    plain = unseal(keys.key(slot), sealed, _bound(tag, revision))
    channel, id, language, script, session, lines, *visit, since = json.loads(plain)
    return Draft(
        address=Address(channel=channel, id=id),
        language=language,
        script=script,
        session=from_plain(session) if session else None,
        lines=tuple(Line(*line) for line in lines),
        visit=_visit(*visit),
        since=since,
        revision=revision,
        spoken=spoken,
        key=slot,
        tag=tag,
    )


def _visit(plain: tuple[str, Sequence[int] | None, float, str] | None = None) -> Visit | None:
    """What `_plain` wrote of it; an earlier version wrote nothing."""
    if plain is None:
        return None
    digits, place, until, text = plain
    at = (place[0], place[1]) if place else None
    return Visit(digits=digits, place=at, until=until, text=text)
