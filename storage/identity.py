"""The sealed roster: where a person can be reached, and in which language. Opened with the master key alone.

It knows nothing of rounds, answers or drafts. A reminder goes to all of it; who has finished is known elsewhere, and
not by name.
"""

import hmac
import json

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Address
from bot.core.survey import Language
from storage.database import Statement, Tx
from storage.keys import derive, seal, unseal
from storage.tables import person

_FIND = Statement(select(person.c.sealed).where(person.c.slot == bindparam("slot_")))
_PUT = insert(person)
_REMEMBER = Statement(
    _PUT.on_conflict_do_update(index_elements=["slot"], set_={"sealed": _PUT.excluded.sealed})
)
_FORGET = Statement(delete(person).where(person.c.slot == bindparam("slot_")))


class Identity:
    """The roster, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def language(self, address: Address) -> Language | None:
        """The language they speak with us; None where they are not known."""
        slot = self._slot(address)
        row = self._tx.one(_FIND, {"slot_": slot})
        if row is None:
            return None
        return json.loads(unseal(self._seal_key(), row[0], slot))[2]

    def remember(self, address: Address, language: Language) -> None:
        """Know this address, and the language to use."""
        slot = self._slot(address)
        plain = json.dumps([address.channel, address.id, language]).encode()
        self._tx.do(_REMEMBER, {"slot": slot, "sealed": seal(self._seal_key(), plain, slot)})

    def forget(self, address: Address) -> None:
        """Remove this address for good."""
        self._tx.do(_FORGET, {"slot_": self._slot(address)})

    def _slot(self, address: Address) -> bytes:
        name = f"{address.channel}\0{address.id}".encode()
        return hmac.digest(derive(self._tx.keys.master, "roster index"), name, "sha256")[:16]

    def _seal_key(self) -> bytes:
        return derive(self._tx.keys.master, "roster seal")
