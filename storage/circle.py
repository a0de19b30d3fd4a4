"""Group chats of the office: where what is sent goes besides to people.

Somebody of the staff made each of them one; who is in it the platform knows and we do not. Address and title are sealed
under the master key and gone once the chat is let go; its number stays, so that the trail never means two by one.
"""

import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bot.core.messages import Address
from bot.core.survey import Language
from storage.database import Tx
from storage.keys import derive, seal, unseal
from storage.statement import Statement
from storage.tables import circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """One group chat, opened."""

    address: Address
    title: str
    language: Language
    number: int


_FIND = Statement(
    select(circle.c.tag, circle.c.number, circle.c.sealed).where(
        circle.c.tag == bindparam("tag_")
    )
)
_EVERY = Statement(
    select(circle.c.tag, circle.c.number, circle.c.sealed)
    .where(circle.c.sealed != bindparam("nothing"))
    .order_by(circle.c.number)
)
_LAST = Statement(select(func.max(circle.c.number)))
_ADMIT = Statement(insert(circle))
_RENAME = Statement(
    update(circle)
    .where(circle.c.tag == bindparam("tag_"))
    .values(tag=bindparam("new"), sealed=bindparam("sealed_"))
)


class Circles:
    """The office's group chats, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def find(self, address: Address) -> Circle | None:
        """The group chat of that address, where it is one of the office's."""
        row = self._tx.one(_FIND, {"tag_": self._tag(address)})
        return self._opened(row) if row else None

    def every(self) -> tuple[Circle, ...]:
        """All of them, by number."""
        return tuple(self._opened(row) for row in self._tx.all(_EVERY, {"nothing": b""}))

    def admit(self, address: Address, title: str, language: Language) -> Circle:
        """It is the office's from now on; what it is called and spoken to in may be new."""
        known = self.find(address)
        if known is not None:
            renewed = replace(known, title=title, language=language)
            self._keep(self._tag(address), renewed)
            return renewed
        (last,) = self._tx.one(_LAST, {}) or (0,)
        made = Circle(address=address, title=title, language=language, number=(last or 0) + 1)
        tag = self._tag(address)
        self._tx.do(
            _ADMIT, {"tag": tag, "number": made.number, "sealed": self._sealed(tag, made)}
        )
        return made

    def let_go(self, address: Address) -> bool:
        """It is not the office's any more, and nothing leads to it; False where it was not."""
        if self.find(address) is None:
            return False
        nobody = os.urandom(16)
        row = {"tag_": self._tag(address), "new": nobody, "sealed_": b""}
        return self._tx.do(_RENAME, row) == 1

    def move(self, old: Address, new: Address) -> bool:
        """It has another address; False where it is none of the office's."""
        known = self.find(old)
        if known is None:
            return False
        self.let_go(new)
        self._keep(self._tag(old), replace(known, address=new))
        return True

    def _keep(self, tag: bytes, one: Circle) -> None:
        new = self._tag(one.address)
        self._tx.do(_RENAME, {"tag_": tag, "new": new, "sealed_": self._sealed(new, one)})

    def _tag(self, address: Address) -> bytes:
        key = derive(self._tx.keys.master, "circle index")
        return hmac.digest(key, f"{address.channel}\0{address.id}".encode(), "sha256")[:16]

    def _seal_key(self) -> bytes:
        return derive(self._tx.keys.master, "circle seal")

    def _sealed(self, tag: bytes, one: Circle) -> bytes:
        plain = [one.address.channel, one.address.id, one.title, one.language]
        return seal(self._seal_key(), json.dumps(plain, ensure_ascii=False).encode(), tag)

    def _opened(self, row: Sequence[Any]) -> Circle:
        tag, number, sealed = row
        channel, id, title, language = json.loads(unseal(self._seal_key(), sealed, tag))
        return Circle(
            address=Address(channel=channel, id=id),
            title=title,
            language=language,
            number=number,
        )
