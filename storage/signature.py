"""Contacts that somebody left on purpose with what they handed in: sealed apart, for the office's desk alone.

A row is named by the receipt (which alone takes it back), sealed under a key of its own in the key directory, and never
read by anything that makes a paper. What it is about are the lookup ids of the pieces, inside the seal.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.core.receipt import LOOKUP, Held
from storage.database import Tx
from storage.keys import KeyLost, seal, unseal
from storage.statement import Statement
from storage.tables import signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One contact."""

    id: bytes
    day: int
    contact: str
    lookups: tuple[bytes, ...]
    """Of the pieces it goes with; some have no row."""


_FIND = Statement(select(signature.c.key).where(signature.c.id == bindparam("id_")))
_LEAVE = Statement(
    insert(signature).on_conflict_do_update(
        index_elements=["id"],
        set_={
            "day": bindparam("day_"),
            "told": 0,
            "key": bindparam("key_"),
            "sealed": bindparam("sealed_"),
        },
    )
)
_ALL = Statement(
    select(signature.c.id, signature.c.day, signature.c.key, signature.c.sealed).order_by(
        signature.c.day.desc(), signature.c.id
    )
)
_KEYS = Statement(select(signature.c.key))
_GO = Statement(delete(signature).where(signature.c.id == bindparam("id_")))
_TOLD = Statement(
    update(signature).where(signature.c.told == bindparam("not_yet")).values(told=1)
)


class Signatures:
    """The contacts, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def leave(self, held: Held, contact: str, day: int) -> None:
        """Keep this contact with the receipt, in place of one it has."""
        before = self._tx.one(_FIND, {"id_": held.signature})
        slot, key = self._tx.new_key()
        plain = [contact, b"".join(held.lookups).hex()]
        sealed = seal(
            key, json.dumps(plain, ensure_ascii=False).encode(errors="replace"), held.signature
        )
        row = {"id": held.signature, "day": day, "told": 0, "key": slot, "sealed": sealed}
        changed = {"day_": day, "key_": slot, "sealed_": sealed}
        self._tx.do(_LEAVE, row | changed)
        if before:
            self._tx.outlive(before[0])

    def left(self, id: bytes) -> bool:
        """Whether there is one of that name."""
        return self._tx.one(_FIND, {"id_": id}) is not None

    def take_back(self, id: bytes) -> bool:
        """It goes, and its key with it; False where there is none."""
        row = self._tx.one(_FIND, {"id_": id})
        if row is None:
            return False
        self._tx.do(_GO, {"id_": id})
        self._tx.outlive(row[0])
        return True

    def every(self) -> list[Signature]:
        """All that can be opened, the newest first; a day's in an order of chance."""
        found: list[Signature] = []
        for id, day, slot, sealed in self._tx.all(_ALL):
            try:
                contact, lookups = json.loads(unseal(self._tx.keys.key(slot), sealed, id))
            except KeyLost:  # data came without its keys
                continue
            found.append(
                Signature(
                    id=id, day=day, contact=contact, lookups=_parts(bytes.fromhex(lookups))
                )
            )
        return found

    def tell(self) -> bool:
        """Whether there are some that the office has not been told of; it has been from now on."""
        return self._tx.do(_TOLD, {"not_yet": 0}) > 0

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]


def _parts(joined: bytes) -> tuple[bytes, ...]:
    """The lookup ids again."""
    parts: Sequence[int] = range(0, len(joined), LOOKUP)
    return tuple(joined[at : at + LOOKUP] for at in parts)
