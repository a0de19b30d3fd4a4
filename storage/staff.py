"""Staff: accounts with their posts, the codes that let somebody in, and the trail of what staff did.

An account is found by a MAC of its address, so a participant's message is told from a clerk's without a query: `Roll`
holds the MACs in memory. What could lead to a person (address, posts with names) is sealed under the master key and
gone once the account is retired; its label stays, so that the trail never speaks of two people by one label.

A code is kept as a MAC until it is used, and then not at all: nowhere does it say who used which. The trail takes ids,
dates and numbers and nothing else, so no participant can get into it.
"""

import hmac
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from bot.core.messages import Address
from bot.core.people import Deed, Label, Post, Role, Staff, new_code
from bot.core.people.rights import SEATS
from bot.core.survey import Language
from storage.database import Raced, Tx
from storage.keys import derive, mac, seal, unseal
from storage.statement import Statement
from storage.tables import invitation, seat, staff, trail

SERVER = "server"
"""Who did what was done at the server's own terminal."""

MINUTE = 60

_HARMLESS = re.compile(r"[A-Za-z0-9_.,:+-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account, opened."""

    address: Address
    language: Language
    staff: Staff
    tag: bytes

    @property
    def label(self) -> Label:
        """How it is called where no name may stand."""
        return self.staff.label


@dataclass(frozen=True, slots=True, kw_only=True)
class ForStaff:
    """A code that gives posts; with `replaces` all those of that account, which is retired in the same breath."""

    posts: tuple[Post, ...]
    replaces: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPeople:
    """A code that puts somebody into a group, a unit, or both."""

    group: str = ""
    unit: str = ""


Invitation = ForStaff | ForPeople


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the trail."""

    at: int
    """Seconds since 1970, of the minute it was done in."""
    who: str
    deed: Deed
    params: Mapping[str, str]


class SeatTaken(Exception):
    """Somebody else holds this post of this unit."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post.role} of {post.units[0]}")
        self.post = post


class Roll:
    """Who is staff, as the front asks it for each message: a MAC and a look into a set.

    It may hold an account that has been retired since (then the query finds nothing and nobody is harmed); one that has
    joined is added at once.
    """

    def __init__(self, master: bytes, tags: Iterable[bytes] = ()) -> None:
        self._key = _index_key(master)
        self._tags = set(tags)

    def __contains__(self, address: object) -> bool:
        return isinstance(address, Address) and _tag(self._key, address) in self._tags

    def add(self, address: Address) -> None:
        """They have joined."""
        self._tags.add(_tag(self._key, address))


_FIND = Statement(
    select(staff.c.role, staff.c.number, staff.c.sealed).where(
        staff.c.tag == bindparam("tag_"), staff.c.active == 1
    )
)
_ACTIVE = Statement(
    select(staff.c.tag, staff.c.role, staff.c.number, staff.c.sealed)
    .where(staff.c.active == 1)
    .order_by(staff.c.role, staff.c.number)
)
_TAGS = Statement(select(staff.c.tag).where(staff.c.active == 1))
_BY_LABEL = Statement(
    select(staff.c.tag, staff.c.role, staff.c.number, staff.c.sealed).where(
        staff.c.role == bindparam("role_"),
        staff.c.number == bindparam("number_"),
        staff.c.active == 1,
    )
)
_EVER = Statement(select(func.count()).select_from(staff))
_LAST = Statement(select(func.max(staff.c.number)).where(staff.c.role == bindparam("role_")))
_JOIN = Statement(insert_or(staff).on_conflict_do_nothing())
_RESEAL = Statement(
    update(staff).where(staff.c.tag == bindparam("tag_")).values(sealed=bindparam("sealed_"))
)
_RETIRE = Statement(
    update(staff)
    .where(staff.c.tag == bindparam("tag_"), staff.c.active == 1)
    .values(tag=bindparam("nobody"), active=0, sealed=b"")
)
_HOLDER = Statement(
    select(seat.c.tag).where(
        seat.c.role == bindparam("role_"), seat.c.unit == bindparam("unit_")
    )
)
_SIT = Statement(insert_or(seat).on_conflict_do_nothing())
_RISE = Statement(delete(seat).where(seat.c.tag == bindparam("tag_")))
_INVITE = Statement(insert(invitation))
_LOOK = Statement(
    select(invitation.c.unit, invitation.c.grp, invitation.c.sealed).where(
        invitation.c.mac == bindparam("mac_"), invitation.c.expires >= bindparam("today")
    )
)
_SPEND = Statement(delete(invitation).where(invitation.c.mac == bindparam("mac_")))
_STALE = Statement(delete(invitation).where(invitation.c.expires < bindparam("today")))
_NOTE = Statement(
    insert(trail).values({name: bindparam(name) for name in ("at", "who", "deed", "params")})
)
_TRAIL = Statement(
    select(trail.c.at, trail.c.who, trail.c.deed, trail.c.params)
    .where(trail.c.at >= bindparam("since"))
    .order_by(trail.c.id.desc())
    .limit(bindparam("most"))
)
_FADE = Statement(delete(trail).where(trail.c.at < bindparam("before")))


class Members:
    """The accounts, the codes and the trail, within one transaction. Days count from 1970."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # -- accounts -----------------------------------------------------------------------------------------------

    def tags(self) -> frozenset[bytes]:
        """The MACs of all accounts."""
        return frozenset(tag for (tag,) in self._tx.all(_TAGS))

    def roll(self) -> Roll:
        """The roll for the front to hold."""
        return Roll(self._tx.keys.master, self.tags())

    def find(self, address: Address) -> Member | None:
        """The account of that address."""
        tag = self._tag(address)
        row = self._tx.one(_FIND, {"tag_": tag})
        return self._opened((tag, *row)) if row else None

    def by_label(self, label: Label) -> Member | None:
        """The account of that label."""
        row = self._tx.one(_BY_LABEL, {"role_": label.role.value, "number_": label.number})
        return self._opened(row) if row else None

    def every(self) -> tuple[Member, ...]:
        """All accounts, by label."""
        return tuple(self._opened(row) for row in self._tx.all(_ACTIVE))

    def holding(self, role: Role, unit: str = "") -> tuple[Member, ...]:
        """The accounts with a post of that role; of that very unit where one is named."""
        return tuple(
            member
            for member in self.every()
            if any(p.role is role and (not unit or unit in p.units) for p in member.staff.posts)
        )

    def named(self, name: str) -> tuple[Member, ...]:
        """The accounts bound to that name of a plan."""
        return tuple(m for m in self.every() if any(p.name == name for p in m.staff.posts))

    def seated(self, post: Post) -> bytes | None:
        """The tag of who holds this seat; None where it is free or no seat at all."""
        if post.role not in SEATS:
            return None
        row = self._tx.one(_HOLDER, {"role_": post.role.value, "unit_": post.units[0]})
        return row[0] if row else None

    def ever(self) -> int:
        """Accounts there are or have been."""
        (count,) = self._tx.one(_EVER, {}) or (0,)
        return count

    def join(self, address: Address, language: Language, posts: Sequence[Post]) -> Member:
        """Give the address these posts, beside those it has.

        Raises `SeatTaken`, before anything is changed, and `Raced` when another account took label or seat meanwhile.
        """
        tag = self._tag(address)
        for post in posts:
            if self.seated(post) not in (None, tag):
                raise SeatTaken(post)
        known = self.find(address)
        if known:
            held = {(p.role, p.units, p.name) for p in known.staff.posts}
            new = [p for p in posts if (p.role, p.units, p.name) not in held]
            member = self._renewed(known, language, (*known.staff.posts, *new))
        else:
            member = self._first(tag, address, language, tuple(posts))
        for post in posts:
            self._sit(post, tag)
        return member

    def speak(self, member: Member, language: Language) -> None:
        """They want the other language."""
        self._renewed(member, language, member.staff.posts)

    def retire(self, member: Member) -> None:
        """The account is none from now on, and nothing leads to its address any more. Raises `Raced` when it was none already."""
        nobody = os.urandom(len(member.tag))
        if self._tx.do(_RETIRE, {"tag_": member.tag, "nobody": nobody}) != 1:
            raise Raced
        self._tx.do(_RISE, {"tag_": member.tag})

    def _first(
        self, tag: bytes, address: Address, language: Language, posts: tuple[Post, ...]
    ) -> Member:
        role = posts[0].role
        (last,) = self._tx.one(_LAST, {"role_": role.value}) or (0,)
        label = Label(role, (last or 0) + 1)
        member = Member(address=address, language=language, staff=Staff(label, posts), tag=tag)
        row = {
            "tag": tag,
            "role": role.value,
            "number": label.number,
            "active": 1,
            "sealed": self._sealed(member),
        }
        if self._tx.do(_JOIN, row) != 1:  # another replica gave this label out first
            raise Raced
        return member

    def _renewed(self, member: Member, language: Language, posts: tuple[Post, ...]) -> Member:
        renewed = Member(
            address=member.address,
            language=language,
            staff=Staff(member.label, posts),
            tag=member.tag,
        )
        if self._tx.do(_RESEAL, {"tag_": member.tag, "sealed_": self._sealed(renewed)}) != 1:
            raise Raced
        return renewed

    def _sit(self, post: Post, tag: bytes) -> None:
        if post.role in SEATS and self.seated(post) != tag:
            row = {"role": post.role.value, "unit": post.units[0], "tag": tag}
            if self._tx.do(_SIT, row) != 1:  # another replica seated somebody first
                raise Raced

    # -- codes --------------------------------------------------------------------------------------------------

    def invite(self, code: str, invited: Invitation, expires: int) -> None:
        """Let this code be used until the end of that day."""
        self.invite_many((code,), invited, expires)

    def invite_many(self, codes: Iterable[str], invited: Invitation, expires: int) -> None:
        """The same for each of many codes."""
        people = invited if isinstance(invited, ForPeople) else ForPeople()
        rows: list[dict[str, Any]] = [
            {
                "mac": (mac := self._mac(code)),
                "expires": expires,
                "unit": people.unit,
                "grp": people.group,
                "sealed": self._sealed_posts(invited, mac),
            }
            for code in codes
        ]
        self._tx.many(_INVITE, rows)

    def invited(self, code: str, today: int) -> Invitation | None:
        """What the code gives; None where there is no such code, or none any more."""
        mac = self._mac(code)
        row = self._tx.one(_LOOK, {"mac_": mac, "today": today})
        if row is None:
            return None
        unit, group, sealed = row
        if not sealed:
            return ForPeople(group=group, unit=unit)
        posts, replaces = json.loads(unseal(self._seal_key(), sealed, mac))
        return ForStaff(
            posts=_posts(posts),
            replaces=Label(Role(replaces[0]), replaces[1]) if replaces else None,
        )

    def spend(self, code: str) -> None:
        """The code is gone. Raises `Raced` when somebody else was first."""
        if self._tx.do(_SPEND, {"mac_": self._mac(code)}) != 1:
            raise Raced

    def first_code(self, expires: int) -> str | None:
        """A code for the first account of the office, the same at every start until it is used; None once there is one."""
        if self.holding(Role.OFFICE):
            return None
        code = new_code(_chance(derive(self._tx.keys.master, f"first office {self.ever()}")))
        self._tx.do(_SPEND, {"mac_": self._mac(code)})
        self.invite(code, ForStaff(posts=(Post(role=Role.OFFICE),)), expires)
        return code

    def drop_codes(self, today: int) -> int:
        """Drop the codes whose day is over; how many."""
        return self._tx.do(_STALE, {"today": today})

    # -- the trail ----------------------------------------------------------------------------------------------

    def note(self, who: Label | None, deed: Deed, now: float, **params: str | int) -> None:
        """Remember that this account did this; None: it was done at the server. Raises `ValueError` where a parameter is
        more than an id, a date or a number."""
        plain = {name: str(value) for name, value in params.items()}
        for name, value in plain.items():
            if not _HARMLESS.fullmatch(value):
                raise ValueError(f"{name} does not belong in the trail")
        row = {
            "at": int(now) // MINUTE * MINUTE,
            "who": str(who) if who else SERVER,
            "deed": deed.value,
            "params": json.dumps(plain),
        }
        self._tx.do(_NOTE, row)

    def trail(self, since: float = 0, most: int = 1000) -> tuple[Step, ...]:
        """What was done since then, the latest first."""
        rows = self._tx.all(_TRAIL, {"since": since, "most": most})
        return tuple(
            Step(at=at, who=who, deed=Deed(deed), params=json.loads(params))
            for at, who, deed, params in rows
        )

    def drop_trail(self, before: float) -> int:
        """Drop what was done before; how many lines."""
        return self._tx.do(_FADE, {"before": before})

    # -- sealing ------------------------------------------------------------------------------------------------

    def _tag(self, address: Address) -> bytes:
        return _tag(_index_key(self._tx.keys.master), address)

    def _mac(self, code: str) -> bytes:
        key = derive(self._tx.keys.master, "invitation")
        return hmac.digest(key, code.encode(), "sha256")[:16]

    def _seal_key(self) -> bytes:
        return derive(self._tx.keys.master, "staff seal")

    def _sealed(self, member: Member) -> bytes:
        address = member.address
        plain = [address.channel, address.id, member.language, _plain(member.staff.posts)]
        return seal(self._seal_key(), _written(plain), member.tag)

    def _sealed_posts(self, invited: Invitation, mac: bytes) -> bytes:
        if isinstance(invited, ForPeople):
            return b""
        replaces = invited.replaces
        plain = [_plain(invited.posts), [replaces.role, replaces.number] if replaces else None]
        return seal(self._seal_key(), _written(plain), mac)

    def _opened(self, row: Sequence[Any]) -> Member:
        tag, role, number, sealed = row
        plain = unseal(self._seal_key(), sealed, tag)
        channel, id, language, posts = json.loads(plain)
        return Member(
            address=Address(channel=channel, id=id),
            language=language,
            staff=Staff(Label(Role(role), number), _posts(posts)),
            tag=tag,
        )


def _chance(key: bytes) -> Callable[[int], bytes]:
    """Bytes that only who has the key can tell."""
    turns = itertools.count()
    return lambda size: hmac.digest(key, str(next(turns)).encode(), "sha256")[:size]


def _index_key(master: bytes) -> bytes:
    return derive(master, "staff index")  # another than the roster's: the two cannot be joined


def _tag(key: bytes, address: Address) -> bytes:
    return mac(key, f"{address.channel}\0{address.id}".encode())[:16]


def _plain(posts: Iterable[Post]) -> list[Any]:
    return [[post.role, post.units, post.name] for post in posts]


def _posts(plain: Iterable[Any]) -> tuple[Post, ...]:
    return tuple(
        Post(role=Role(role), units=tuple(units), name=name) for role, units, name in plain
    )


def _written(plain: object) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
