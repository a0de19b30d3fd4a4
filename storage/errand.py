"""What the desk must not forget between two messages of the staff: the command that their next words complete, the choices
that a number names, and the files that wait to be fetched and read.

All are sealed under the master key and all are short-lived: a command and choices wait until something else is said, a file
until it has been read. A file's row goes in the transaction that takes what was in it, so that it is taken once.
"""

import json
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from bot.core.messages import Address, Sent
from storage.database import Tx
from storage.keys import derive, seal, unseal
from storage.statement import Statement
from storage.tables import awaited, errand

DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A file, whose it is, and the command it completes; no words yet where the desk has asked what it is."""

    number: int
    address: Address
    sent: Sent
    words: str
    pasted: str = ""
    """What was pasted instead of a file; then there is nothing to fetch."""


_AWAITS = Statement(
    insert_or(awaited).on_conflict_do_update(
        index_elements=["tag"],
        set_={"day": bindparam("day_"), "sealed": bindparam("sealed_")},
    )
)
_AWAITED = Statement(select(awaited.c.sealed).where(awaited.c.tag == bindparam("tag_")))
_FORGET = Statement(delete(awaited).where(awaited.c.tag == bindparam("tag_")))
_TAKE_UP = Statement(insert(errand))
_LAST = Statement(select(errand.c.number).order_by(errand.c.number.desc()).limit(1))
_FIND = Statement(select(errand.c.sealed).where(errand.c.number == bindparam("number_")))
_EVERY = Statement(select(errand.c.number, errand.c.sealed).order_by(errand.c.number))
_MEANT = Statement(
    update(errand)
    .where(errand.c.number == bindparam("number_"))
    .values(sealed=bindparam("sealed_"))
)
_DONE = Statement(delete(errand).where(errand.c.number == bindparam("number_")))


class Errands:
    """What the desk remembers, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def awaits(self, tag: bytes, words: str, day: int, choices: tuple[str, ...] = ()) -> None:
        """The next free words of this account complete that command; none do where there is no command. A number names one
        of `choices`."""
        if not words and not choices:
            if self._waiting(tag):
                self._tx.do(_FORGET, {"tag_": tag})
            return
        sealed = seal(self._key(), json.dumps([words, *choices]).encode(), tag)
        self._tx.do(
            _AWAITS, {"tag": tag, "day": day, "sealed": sealed, "day_": day, "sealed_": sealed}
        )

    def awaited(self, tag: bytes) -> str:
        """The command that this account's next free words complete."""
        return (self._waiting(tag) or [""])[0]

    def chosen(self, tag: bytes, number: int) -> str:
        """What the choice of that number says, among those shown last; empty where there is none."""
        return dict(enumerate(self._waiting(tag))).get(number, "") if number else ""

    def _waiting(self, tag: bytes) -> list[str]:
        """The command, and the choices behind it."""
        row = self._tx.one(_AWAITED, {"tag_": tag})
        plain = unseal(self._key(), row[0], tag).decode() if row else "[]"
        # Before choices were kept the command stood there as it is; none begins like this.
        return json.loads(plain) if plain.startswith("[") else [plain]

    def take_up(
        self, address: Address, sent: Sent, words: str, now: float, pasted: str = ""
    ) -> int:
        """A file came, or the first piece of something pasted; its number."""
        (last,) = self._tx.one(_LAST, {}) or (0,)
        made = Errand(number=last + 1, address=address, sent=sent, words=words, pasted=pasted)
        self._tx.do(
            _TAKE_UP,
            {"number": made.number, "day": int(now // DAY), "sealed": self._sealed(made)},
        )
        return made.number

    def find(self, number: int) -> Errand | None:
        """That file; None where it has been read, or was never there."""
        row = self._tx.one(_FIND, {"number_": number})
        return self._opened(number, row[0]) if row else None

    def meant(self, number: int, address: Address, words: str) -> bool:
        """This is what that file is for. False where there is none of theirs."""
        known = self.find(number)
        if known is None or known.address != address:
            return False
        return self._changed(replace(known, words=words))

    def longer(self, number: int, address: Address, pasted: str) -> bool:
        """All that was pasted so far, another piece at its end. False where there is none of theirs."""
        known = self.find(number)
        if known is None or known.address != address:
            return False
        return self._changed(replace(known, pasted=pasted))

    def forget(self, tag: bytes, address: Address) -> None:
        """Nothing is remembered of this account any more."""
        self._tx.do(_FORGET, {"tag_": tag})
        for number, sealed in self._tx.all(_EVERY):
            if self._opened(number, sealed).address == address:
                self.done(number)

    def _changed(self, made: Errand) -> bool:
        row = {"number_": made.number, "sealed_": self._sealed(made)}
        return self._tx.do(_MEANT, row) == 1

    def every(self) -> tuple[Errand, ...]:
        """All files whose command is known: what a start takes up again."""
        opened = (self._opened(number, sealed) for number, sealed in self._tx.all(_EVERY))
        return tuple(one for one in opened if one.words)

    def done(self, number: int) -> bool:
        """It has been read, or never will be. False where it was done before."""
        return self._tx.do(_DONE, {"number_": number}) == 1

    def _sealed(self, made: Errand) -> bytes:
        at, sent = made.address, made.sent
        plain = json.dumps(
            [at.channel, at.id, sent.name, sent.handle, sent.size, made.words, made.pasted]
        )
        return seal(self._key(), plain.encode(), b"%d" % made.number)

    def _opened(self, number: int, sealed: bytes) -> Errand:
        channel, id, name, handle, size, words, *pasted = json.loads(
            unseal(self._key(), sealed, b"%d" % number)
        )
        return Errand(
            number=number,
            address=Address(channel=channel, id=id),
            sent=Sent(name, handle, size),
            words=words,
            pasted="".join(pasted),
        )

    def _key(self) -> bytes:
        return derive(self._tx.keys.master, "errands")
