"""What is to be handed to the office's people and chats: each thing once to each, until it has arrived.

A row is keyed by what it is and for whom (a MAC), so asking twice queues once. What has arrived leaves its key and nothing
else. Participants' words are not here: they wait in their drafts.
"""

import hmac
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Address
from storage.database import Tx
from storage.keys import derive, seal, unseal
from storage.statement import Statement
from storage.tables import outbox

WAITING, SENT, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something short for somebody of the staff: a sentence of the catalogue, with buttons where there is something to do."""

    key: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    buttons: tuple[tuple[str, str], ...] = ()
    """Each label's key, and what it types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing for one address."""

    key: str
    kind: str
    ref: str
    """Of what it speaks: a day, YYYY-MM-DD, and after it what else makes it this very thing."""
    address: Address
    note: Note | None = None
    """For what is said in a sentence; papers are made anew from what `ref` names."""


_PUT = Statement(insert(outbox).on_conflict_do_nothing())
_DUE = Statement(
    select(outbox.c.key, outbox.c.kind, outbox.c.ref, outbox.c.sealed)
    .where(outbox.c.state == WAITING)
    .order_by(outbox.c.key)
)
_MARK = Statement(
    update(outbox)
    .where(outbox.c.key == bindparam("key_"), outbox.c.state == WAITING)
    .values(state=bindparam("state_"), sealed=b"")
)
_READDRESS = Statement(
    update(outbox)
    .where(outbox.c.key == bindparam("key_"), outbox.c.state == WAITING)
    .values(sealed=bindparam("sealed_"))
)
_AGAIN = Statement(
    update(outbox)
    .where(outbox.c.key == bindparam("key_"), outbox.c.state == REFUSED)
    .values(state=WAITING, sealed=bindparam("sealed_"))
)
_WITHDRAW = Statement(
    delete(outbox).where(outbox.c.key == bindparam("key_"), outbox.c.state == WAITING)
)
_SINCE = Statement(
    select(outbox.c.key, outbox.c.ref).where(
        outbox.c.kind == bindparam("kind_"), outbox.c.ref >= bindparam("since")
    )
)
_STATE = Statement(select(outbox.c.state).where(outbox.c.key == bindparam("key_")))
_STATES = Statement(
    select(outbox.c.state, func.count())
    .where(outbox.c.kind == bindparam("kind_"), outbox.c.ref == bindparam("ref_"))
    .group_by(outbox.c.state)
)


class Parcels:
    """The outbox, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def put(self, kind: str, ref: str, address: Address, note: Note | None = None) -> bool:
        """Queue it; False where this address has got, or will get, this very thing."""
        key = f"{kind}:{ref}:{self.mark(address)}"
        row = {
            "key": key,
            "kind": kind,
            "ref": ref,
            "sealed": self._sealed(key, address, note),
            "state": WAITING,
        }
        return self._tx.do(_PUT, row) == 1

    def said(self, kind: str, ref: str, address: Address) -> bool:
        """Note that this has been said to them, within something else; False where it was, or will be."""
        row = {
            "key": f"{kind}:{ref}:{self.mark(address)}",
            "kind": kind,
            "ref": ref,
            "sealed": b"",
            "state": SENT,
        }
        return self._tx.do(_PUT, row) == 1

    def known(self, kind: str, since: str) -> dict[tuple[str, str], str]:
        """What was queued or said since that day: the newest day, by what stands behind it in `ref` and by whose mark."""
        found: dict[tuple[str, str], str] = {}
        for key, ref in self._tx.all(_SINCE, {"kind_": kind, "since": since}):
            day, _, what = ref.partition(" ")
            place = (what, key.rpartition(":")[2])
            found[place] = max(day, found.get(place, day))
        return found

    def withdraw(self, kind: str, but: Set[str]) -> int:
        """Take back what waits of that kind, except for these refs, as if it had never been queued; how much it was."""
        waiting = [(key, ref) for key, ref, mine, _ in self._waiting() if mine == kind]
        gone = [key for key, ref in waiting if ref not in but]
        return sum(self._tx.do(_WITHDRAW, {"key_": key}) for key in gone)

    def mark(self, address: Address) -> str:
        """What stands for that address in a key."""
        who = f"{address.channel}\0{address.id}".encode()
        return hmac.digest(derive(self._tx.keys.master, "outbox"), who, "sha256")[:12].hex()

    def due(self) -> tuple[Parcel, ...]:
        """What has not arrived yet."""
        found: list[Parcel] = []
        for key, ref, kind, sealed in self._waiting():
            channel, id, said = json.loads(unseal(self._key(), sealed, key.encode()))
            address = Address(channel=channel, id=id)
            found.append(Parcel(key=key, kind=kind, ref=ref, address=address, note=_note(said)))
        return tuple(found)

    def readdress(self, old: Address, new: Address) -> None:
        """What waits for the one address goes to the other. It stays the same parcel: it may be on its way just now."""
        for parcel in self.due():
            if parcel.address == old:
                sealed = self._sealed(parcel.key, new, parcel.note)
                self._tx.do(_READDRESS, {"key_": parcel.key, "sealed_": sealed})

    def give_up(self, address: Address) -> None:
        """Nothing can be brought there any more."""
        for parcel in self.due():
            if parcel.address == address:
                self.refused(parcel.key)

    def _waiting(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Key, ref, kind and what is sealed."""
        return ((key, ref, kind, sealed) for key, kind, ref, sealed in self._tx.all(_DUE))

    def arrived(self, key: str) -> None:
        """It was handed over."""
        self._tx.do(_MARK, {"key_": key, "state_": SENT})

    def refused(self, key: str) -> None:
        """It will never be taken."""
        self._tx.do(_MARK, {"key_": key, "state_": REFUSED})

    def state(self, kind: str, ref: str, address: Address) -> int | None:
        """How it stands with what that address was to get; None where it was to get nothing, or that is long ago."""
        found = self._tx.one(_STATE, {"key_": f"{kind}:{ref}:{self.mark(address)}"})
        return None if found is None else int(found[0])

    def again(self, kind: str, ref: str, address: Address) -> bool:
        """What was refused there is tried once more, as the same parcel; False where it was not refused."""
        key = f"{kind}:{ref}:{self.mark(address)}"
        row = {"key_": key, "sealed_": self._sealed(key, address, None)}
        return self._tx.do(_AGAIN, row) == 1

    def states(self, kind: str, ref: str) -> dict[int, int]:
        """How many wait, arrived, were refused."""
        return dict(self._tx.all(_STATES, {"kind_": kind, "ref_": ref}))  # pyright: ignore[reportArgumentType]

    def _sealed(self, key: str, address: Address, note: Note | None) -> bytes:
        said = [note.key, dict(note.params), note.buttons] if note else None
        plain = json.dumps([address.channel, address.id, said]).encode()
        return seal(self._key(), plain, key.encode())

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "outbox address")


def _note(said: list[Any] | None) -> Note | None:
    if said is None:
        return None
    key, params, buttons = said
    return Note(key=key, params=params, buttons=tuple((label, says) for label, says in buttons))
