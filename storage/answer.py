"""Answers that another replica is to give: whoever heard the message does not speak on that channel.

Most of what is said waits in drafts. What is answered at the desk, to a receipt, a code or a wish waits nowhere where one
process hears and speaks; between two it passes through here, sealed under a key that burns as soon as it is said.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.core.messages import Address, Button, File, Fleeting, Outgoing
from storage.database import Tx
from storage.keys import KeyLost, chance, seal, unseal
from storage.statement import Statement
from storage.tables import answer

_PUT = Statement(insert(answer))
_IDS = Statement(select(answer.c.id))
_FIND = Statement(select(answer.c.key, answer.c.sealed).where(answer.c.id == bindparam("id_")))
_DONE = Statement(delete(answer).where(answer.c.id == bindparam("id_")))
_KEYS = Statement(select(answer.c.key))


class Answers:
    """Answers on their way from one replica to another, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def put(self, outgoing: Outgoing, day: int) -> None:
        """This is to be said by whoever speaks on that channel."""
        slot, key = self._tx.new_key()
        id = chance(16)
        sealed = seal(key, json.dumps(_plain(outgoing), ensure_ascii=False).encode(), id)
        self._tx.do(_PUT, {"id": id, "day": day, "key": slot, "sealed": sealed})

    def waiting(self, known: Collection[bytes]) -> dict[bytes, Outgoing]:
        """What is to be said, without what is known. Of what the key is lost nothing is left to say."""
        found: dict[bytes, Outgoing] = {}
        for (name,) in self._tx.all(_IDS):
            id = bytes(name)
            row = None if id in known else self._tx.one(_FIND, {"id_": id})
            if row is None:
                continue
            try:
                found[id] = _opened(json.loads(unseal(self._tx.keys.key(row[0]), row[1], id)))
            except KeyLost:
                self._tx.do(_DONE, {"id_": id})
        return found

    def done(self, id: bytes) -> None:
        """It is said, or cannot be."""
        row = self._tx.one(_FIND, {"id_": id})
        if row is not None and self._tx.do(_DONE, {"id_": id}):
            self._tx.outlive(row[0])

    def forget(self, addresses: Collection[Address]) -> None:
        """Whoever is reached there is answered nothing more."""
        for id, one in self.waiting(()).items():
            if one.address in addresses:
                self.done(id)

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]


def _plain(outgoing: Outgoing) -> list[Any]:
    address, shown = outgoing.address, outgoing.fleeting
    said: dict[str, Any] = {
        "text": outgoing.text,
        "rows": [[[b.label, b.says, b.quiet] for b in row] for row in outgoing.rows],
        "files": [[file.name, b64encode(file.content).decode()] for file in outgoing.files],
        "picture": b64encode(outgoing.picture).decode() if outgoing.picture else None,
        "fleeting": [shown.shown, shown.stays] if shown else None,
        "screen": outgoing.screen,
        "tidy": outgoing.tidy,
        "echoes": outgoing.echoes,
        "once": outgoing.once,
        "facts": outgoing.facts,
        "opening": outgoing.opening,
        "heading": outgoing.heading,
        "writes": outgoing.writes,
    }
    return [address.channel, address.id, said]


def _opened(plain: Sequence[Any]) -> Outgoing:
    channel, id, said = plain
    rest = dict(said)
    rows, files = rest.pop("rows"), rest.pop("files")
    picture, fleeting = rest.pop("picture"), rest.pop("fleeting")
    return Outgoing(
        address=Address(channel=channel, id=id),
        rows=tuple(tuple(Button(*button) for button in row) for row in rows),
        files=tuple(File(name, b64decode(content)) for name, content in files),
        picture=b64decode(picture) if picture else None,
        fleeting=Fleeting(*fleeting) if fleeting else None,
        **rest,
    )
