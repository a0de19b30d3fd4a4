"""The sealed roster: where a person can be reached, in which language, and what a code or a directory has told of them.
Opened with the master key alone.

It knows nothing of rounds, answers or drafts, and no time. A reminder goes to all of it that wants reminders; who has
finished is known elsewhere, and not by name. A person who has bound two channels has an entry for each; one of them is
the main one: there reminders go, and under its address the person counts.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from bot.core.messages import Address
from bot.core.survey import Language
from storage.database import Tx
from storage.keys import derive, mac, seal, unseal
from storage.statement import Statement
from storage.tables import person


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of somebody at one address."""

    address: Address
    language: Language = "zh"
    group: str = ""
    """Told by a code or a directory; empty where a talk is to ask."""
    unit: str = ""
    known: bool = False
    """A person for sure: entered with a code of their own, or by a directory. Others count as a 份, not as a 人."""
    quiet: bool = False
    """No reminders."""
    main: bool = True
    gone: bool = False
    """Nothing can be sent there: they have blocked us, or left the platform. Until they write again."""
    others: tuple[Address, ...] = ()
    """The same person elsewhere."""

    @property
    def reminded(self) -> bool:
        """They may be spoken to unasked: here, and they have not asked for quiet."""
        return self.main and not (self.quiet or self.gone)


PAGE = 500
"""Entries opened by one deed."""

_FIND = Statement(select(person.c.sealed).where(person.c.slot == bindparam("slot_")))
_PUT = insert(person)
_KEEP = Statement(
    _PUT.on_conflict_do_update(index_elements=["slot"], set_={"sealed": _PUT.excluded.sealed})
)
_FORGET = Statement(delete(person).where(person.c.slot == bindparam("slot_")))
_ALL = Statement(select(person.c.slot, person.c.sealed).order_by(person.c.slot))
_SOME = Statement(
    select(person.c.slot, person.c.sealed)
    .where(person.c.slot > bindparam("after"))
    .order_by(person.c.slot)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT = Statement(select(func.count()).select_from(person))


class Identity:
    """The roster, within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def find(self, address: Address) -> Entry | None:
        """What is known of that address."""
        slot = self._slot(address)
        row = self._tx.one(_FIND, {"slot_": slot})
        return _read(unseal(self._seal_key(), row[0], slot)) if row else None

    def keep(self, entry: Entry) -> None:
        """Know this, in place of what was known of the address."""
        slot = self._slot(entry.address)
        sealed = seal(self._seal_key(), _written(entry), slot)
        self._tx.do(_KEEP, {"slot": slot, "sealed": sealed})

    def language(self, address: Address) -> Language | None:
        """The language they speak with us; None where they are not known."""
        entry = self.find(address)
        return entry.language if entry else None

    def remember(self, address: Address, language: Language) -> Entry:
        """Know this address, and the language to use; they have just written. Writes only where something is new."""
        known = self.find(address)
        if known is not None and known.language == language and not known.gone:
            return known
        entry = replace(known or Entry(address=address.person), language=language, gone=False)
        if known is not None or not address.passing:
            self.keep(entry)
        return entry

    def place(self, address: Address, language: Language, group: str, unit: str) -> Entry:
        """A code or a directory has told who this is; what it left open stays as it was."""
        known = self.find(address) or Entry(address=address.person, language=language)
        entry = replace(known, group=group or known.group, unit=unit or known.unit, known=True)
        self.keep(entry)
        return entry

    def hush(self, address: Address, quiet: bool) -> None:
        """No reminders to this person any more, or reminders again. Nothing to know of somebody not known."""
        for one in self.addresses(address):
            entry = self.find(one)
            if entry is not None and entry.quiet != quiet:
                self.keep(replace(entry, quiet=quiet))

    def leave_alone(self, address: Address) -> None:
        """Know of this address that it is to be left alone, and nothing else."""
        self.keep(Entry(address=address.person, quiet=True))

    def lose(self, address: Address) -> None:
        """Nothing can be sent there any more. Nothing to know of somebody not known."""
        entry = self.find(address)
        if entry is not None and not entry.gone:
            self.keep(replace(entry, gone=True))

    def bind(self, here: Address, there: Address, language: Language) -> Entry:
        """The two are one person; `here` is the main address from now on, in `language` where it is new: unless nobody can be
        written to there."""
        here, there = here.person, there.person
        main = there if here.passing else here
        mine = self.find(here) or Entry(address=here, language=language)
        theirs = self.find(there) or Entry(address=there, language=language)
        everywhere = dict.fromkeys((here, there, *mine.others, *theirs.others))
        told = next((entry for entry in (mine, theirs) if entry.known), mine)
        for address in everywhere:
            known = {here: mine, there: theirs}.get(address) or self.find(address)
            self.keep(
                replace(
                    known or Entry(address=address, language=language),
                    group=told.group,
                    unit=told.unit,
                    known=told.known,
                    quiet=mine.quiet,
                    main=address == main,
                    others=tuple(other for other in everywhere if other != address),
                )
            )
        return self.find(here) or mine

    def lend(self, address: Address, passing: Address) -> None:
        """Another address of this person, at which they may answer and cannot be written to. Nothing to do for somebody
        not known."""
        entry = self.find(address)
        if entry is None or passing in entry.others:
            return
        everywhere = (*self.addresses(address), passing)
        for one in everywhere:
            known = self.find(one) or replace(entry, address=one, main=False)
            others = tuple(other for other in everywhere if other != one)
            self.keep(replace(known, group=entry.group, unit=entry.unit, others=others))

    def take_back(
        self, over: Callable[[Address], bool], after: bytes, most: int = PAGE
    ) -> bytes | None:
        """Forget lent addresses that are over, of so many entries behind `after`; behind which to go on, None: that was all."""
        key = self._seal_key()
        rows = self._tx.all(_SOME, {"after": after, "most": most, "skip": 0})
        for slot, sealed in rows:
            entry = _read(unseal(key, sealed, slot))
            if entry.address.passing and not entry.main and over(entry.address):
                self._tx.do(_FORGET, {"slot_": slot})
            elif any(other.passing and over(other) for other in entry.others):
                left = tuple(o for o in entry.others if not (o.passing and over(o)))
                self.keep(replace(entry, others=left))
        return rows[-1][0] if len(rows) == most else None

    def addresses(self, address: Address) -> tuple[Address, ...]:
        """All addresses of this person, the main one first."""
        entry = self.find(address)
        if entry is None or not entry.others:
            return (address.person,)
        every = (entry.address, *entry.others)
        return tuple(sorted(every, key=lambda one: not self._is_main(one)))

    def main(self, address: Address) -> Address:
        """The address under which this person counts."""
        entry = self.find(address)
        return self.main_of(entry) if entry else address.person

    def main_of(self, entry: Entry) -> Address:
        """The same, of an entry at hand."""
        if entry.main:
            return entry.address
        return next(filter(self._is_main, entry.others), entry.address)

    def forget(self, address: Address) -> tuple[Address, ...]:
        """Remove this person for good, at all their addresses; which these were."""
        every = self.addresses(address)
        for one in every:
            self._tx.do(_FORGET, {"slot_": self._slot(one)})
        return every

    def reachable(self) -> list[tuple[Address, Language]]:
        """Everybody who wants reminders and can be reached, once; in an order that says nothing."""
        found: list[tuple[Address, Language]] = []
        after: bytes | None = b""
        while after is not None:
            some, after = self.some_reachable(after)
            found += some
        return found

    def some_reachable(
        self, after: bytes, most: int = PAGE
    ) -> tuple[list[tuple[Address, Language]], bytes | None]:
        """The same, of so many entries behind `after`; and behind which to go on, None where that was all.

        Opening thousands takes the writer a quarter of a second, and somebody is always talking.
        """
        entries, last = self.some(after, most)
        return [(e.address, e.language) for e in entries if e.reminded], last

    def some(self, after: bytes, most: int = PAGE) -> tuple[list[Entry], bytes | None]:
        """So many entries behind `after`, whoever they are; and behind which to go on."""
        key = self._seal_key()
        rows = self._tx.all(_SOME, {"after": after, "most": most, "skip": 0})
        entries = [_read(unseal(key, sealed, slot)) for slot, sealed in rows]
        return entries, rows[-1][0] if len(rows) == most else None

    def everybody(self) -> list[tuple[tuple[Address, ...], Language]]:
        """Each person once: all their addresses, the one they are reached at first, and their language. Also who wants no
        reminders: this is for what they have asked to be told."""
        key = self._seal_key()
        entries = (_read(unseal(key, sealed, slot)) for slot, sealed in self._tx.all(_ALL))
        return [((e.address, *e.others), e.language) for e in entries if e.main]

    def count(self) -> int:
        """Entries."""
        (entries,) = self._tx.one(_COUNT, {}) or (0,)
        return entries

    def _is_main(self, address: Address) -> bool:
        entry = self.find(address)
        return entry is not None and entry.main

    def _slot(self, address: Address) -> bytes:
        person = address.person
        name = f"{person.channel}\0{person.id}".encode()
        return mac(derive(self._tx.keys.master, "roster index"), name)[:16]

    def _seal_key(self) -> bytes:
        return derive(self._tx.keys.master, "roster seal")


def _written(entry: Entry) -> bytes:
    whole = [
        _pair(entry.address),
        entry.language,
        entry.group,
        entry.unit,
        entry.known,
        entry.quiet,
        entry.main,
        entry.gone,
        [_pair(other) for other in entry.others],
    ]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _read(plain: bytes) -> Entry:
    address, language, group, unit, known, quiet, main, *gone, others = json.loads(plain)
    return Entry(
        address=_address(address),
        language=language,
        group=group,
        unit=unit,
        known=known,
        quiet=quiet,
        main=main,
        gone=any(gone),  # older entries do not say
        others=tuple(_address(other) for other in others),
    )


def _pair(address: Address) -> tuple[str, str]:
    return address.channel, address.id


def _address(pair: Iterable[str]) -> Address:
    channel, id = pair
    return Address(channel=channel, id=id)
