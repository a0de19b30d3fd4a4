"""What is to be handed to the office's people and chats: each thing once to each, until it has arrived.

A row is keyed by what it is and for whom (a MAC), so asking twice queues once. Participants' words are not here:
they wait in their drafts.
"""

import hmac
import json
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Address
from storage.database import Statement, Tx
from storage.keys import derive, seal, unseal
from storage.tables import outbox

WAITING, SENT, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing for one address."""

    key: str
    kind: str
    ref: str
    address: Address


_PUT = Statement(insert(outbox).on_conflict_do_nothing())
_DUE = Statement(
    select(outbox.c.key, outbox.c.kind, outbox.c.ref, outbox.c.sealed)
    .where(outbox.c.state == WAITING)
    .order_by(outbox.c.key)
)
_MARK = Statement(
    update(outbox)
    .where(outbox.c.key == bindparam("key_"), outbox.c.state == WAITING)
    .values(state=bindparam("state_"))
)
_STATES = Statement(
    select(outbox.c.state, func.count())
    .where(outbox.c.kind == bindparam("kind_"), outbox.c.ref == bindparam("ref_"))
    .group_by(outbox.c.state)
)


class Parcels:
    """The outbox, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def put(self, kind: str, ref: str, address: Address) -> bool:
        """Queue it; False where this address has got, or will get, this very thing."""
        who = f"{address.channel}\0{address.id}".encode()
        mark = hmac.digest(derive(self._tx.keys.master, "outbox"), who, "sha256")[:12].hex()
        key = f"{kind}:{ref}:{mark}"
        plain = json.dumps([address.channel, address.id]).encode()
        row = {
            "key": key,
            "kind": kind,
            "ref": ref,
            "sealed": seal(self._key(), plain, key.encode()),
            "state": WAITING,
        }
        return self._tx.do(_PUT, row) == 1

    def due(self) -> tuple[Parcel, ...]:
        """What has not arrived yet."""
        found: list[Parcel] = []
        for key, kind, ref, sealed in self._tx.all(_DUE):
            channel, id = json.loads(unseal(self._key(), sealed, key.encode()))
            address = Address(channel=channel, id=id)
            found.append(Parcel(key=key, kind=kind, ref=ref, address=address))
        return tuple(found)

    def arrived(self, key: str) -> None:
        """It was handed over."""
        self._tx.do(_MARK, {"key_": key, "state_": SENT})

    def refused(self, key: str) -> None:
        """It will never be taken."""
        self._tx.do(_MARK, {"key_": key, "state_": REFUSED})

    def states(self, kind: str, ref: str) -> dict[int, int]:
        """How many wait, arrived, were refused."""
        return dict(self._tx.all(_STATES, {"kind_": kind, "ref_": ref}))  # pyright: ignore[reportArgumentType]

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "outbox address")
