"""What the office tells those who wished to hear of a topic of a round, and who is being told at the moment.

Who wishes is not here: a wish is a mark in a tag bucket of the vault, which only somebody with the person's address in
hand could find. A row about a person comes to be when enough wish the same, of all of them in one transaction, and it
ends with being told.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from bot.core.messages import Address, Redacted
from bot.core.survey import Language
from storage.database import Tx
from storage.keys import KeyLost, chance, seal, unseal
from storage.statement import Statement
from storage.tables import telling, tiding


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiding:
    """What is to be told."""

    round: str
    topic: str
    day: int
    tried: int
    text: Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One of those who are being told."""

    id: bytes
    address: Address
    language: Language
    topic: str
    """Of the wish it answers; empty where the text stands for itself: a visiting day that was booked."""
    text: str


_COLUMNS = (tiding.c.round, tiding.c.topic, tiding.c.day, tiding.c.tried, tiding.c.text)
_THIS = (tiding.c.round == bindparam("round_"), tiding.c.topic == bindparam("topic_"))
_POST = Statement(
    insert_or(tiding).on_conflict_do_update(
        index_elements=["round", "topic"],
        set_={"day": bindparam("day_"), "tried": 0, "text": bindparam("text_")},
    )
)
_FIND = Statement(select(*_COLUMNS).where(*_THIS))
_ALL = Statement(select(*_COLUMNS).order_by(tiding.c.round, tiding.c.topic))
_TRIED = Statement(update(tiding).where(*_THIS).values(tried=bindparam("tried_")))
_GO = Statement(delete(tiding).where(*_THIS))
_TELL = Statement(insert(telling))
_DUE = Statement(select(telling.c.id, telling.c.key, telling.c.sealed).order_by(telling.c.id))
_DONE = Statement(delete(telling).where(telling.c.id == bindparam("id_")))
_KEYS = Statement(select(telling.c.key))


class Tidings:
    """Tidings, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def post(self, round: str, topic: str, text: Redacted, day: int) -> None:
        """This is to be told; in place of what still waits to be told of the same."""
        row = {"round": round, "topic": topic, "day": day, "tried": 0, "text": text}
        self._tx.do(_POST, row | {"day_": day, "text_": text})

    def find(self, round: str, topic: str) -> Tiding | None:
        """What waits to be told of that."""
        row = self._tx.one(_FIND, {"round_": round, "topic_": topic})
        return Tiding(**dict(zip(_NAMES, row, strict=True))) if row else None

    def every(self) -> tuple[Tiding, ...]:
        """All that waits to be told."""
        return tuple(
            Tiding(**dict(zip(_NAMES, row, strict=True))) for row in self._tx.all(_ALL)
        )

    def tried(self, one: Tiding, day: int) -> None:
        """It was looked that day whether enough wish it, and too few did."""
        self._tx.do(_TRIED, {"round_": one.round, "topic_": one.topic, "tried_": day})

    def drop(self, round: str, topic: str) -> bool:
        """It is told, or taken back; False where it was not there."""
        return self._tx.do(_GO, {"round_": round, "topic_": topic}) == 1

    def tell(self, one: Tiding, people: Iterable[tuple[Address, Language]], day: int) -> None:
        """These are to be told, each once; the tiding itself is done with."""
        rows = [self._told(a, language, one.topic, one.text, day) for a, language in people]
        self._tx.many(_TELL, sorted(rows, key=lambda row: bytes(row["id"])))  # pyright: ignore[reportArgumentType]
        self.drop(one.round, one.topic)

    def say(self, address: Address, language: Language, text: str, day: int) -> None:
        """Somebody is to be told this, as it stands, once."""
        self._tx.many(_TELL, [self._told(address, language, "", text, day)])

    def due(self) -> list[Telling]:
        """Who is still to be told. Of whom the key is lost there is nothing left to tell."""
        found: list[Telling] = []
        for id, slot, sealed in self._tx.all(_DUE):
            try:
                plain = unseal(self._tx.keys.key(slot), sealed, id)
            except KeyLost:
                self._tx.do(_DONE, {"id_": id})
                continue
            channel, name, language, topic, text = json.loads(plain)
            found.append(
                Telling(
                    id=id,
                    address=Address(channel=channel, id=name),
                    language=language,
                    topic=topic,
                    text=text,
                )
            )
        return found

    def forget(self, addresses: Collection[Address]) -> None:
        """Whoever is reached there is told nothing more."""
        self.done(one.id for one in self.due() if one.address in addresses)

    def done(self, ids: Iterable[bytes]) -> None:
        """They are told, or do not want to be, or never can be: nothing of them stays."""
        slots = {id: slot for id, slot, _ in self._tx.all(_DUE)}
        for id in ids:
            if self._tx.do(_DONE, {"id_": id}):
                self._tx.outlive(slots[id])

    def _told(
        self, address: Address, language: Language, topic: str, text: str, day: int
    ) -> dict[str, object]:
        slot, key = self._tx.new_key()
        id = chance(16)
        plain = [address.channel, address.id, language, topic, text]
        sealed = seal(key, json.dumps(plain, ensure_ascii=False).encode(), id)
        return {"id": id, "day": day, "key": slot, "sealed": sealed}

    def keys(self) -> list[int]:
        """The slots that rows name."""
        return [slot for (slot,) in self._tx.all(_KEYS)]


_NAMES = tuple(column.name for column in _COLUMNS)
