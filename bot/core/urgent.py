"""What cannot wait until Friday: who is told, and who is told next when nobody takes it.

It leaves the vault on the writer's tap alone, masked, with the day and with the unit only where the tap says so. The
persons on duty hear of it first, else the office; after `LATE` seconds without anybody the office and the deputies. What
speaks of a leader goes to nobody whose post is tied to a unit: they may be the one it speaks of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.core.people.rights import RIGHTS, Deed, Post, Role, Scope, Staff

State = Literal["waiting", "taken", "done"]

LATE = 600
"""Seconds after which others are told too that nobody has taken it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who may hear of one."""

    unit: str = ""
    """Where it is, if its writer said so."""
    apart: bool = False
    """It speaks of a leader."""


def sees(staff: Staff, matter: Matter) -> bool:
    """Whether this one may hear of it and take it. `staff` is placed in the tree of units."""
    return any(_sees(post, matter) for post in staff.posts)


def told(everybody: Iterable[Staff], matter: Matter, *, late: bool) -> tuple[Staff, ...]:
    """Whom to tell: first those on duty, where there are none the office; when it is late the office and the deputies."""
    able = [staff for staff in everybody if sees(staff, matter)]
    if not late and (duty := _holding(able, matter, Role.DUTY)):
        return duty
    office = _holding(able, matter, *((Role.OFFICE, Role.DEPUTY) if late else (Role.OFFICE,)))
    return office or tuple(able)


def _holding(able: Iterable[Staff], matter: Matter, *roles: Role) -> tuple[Staff, ...]:
    return tuple(
        staff
        for staff in able
        if any(post.role in roles and _sees(post, matter) for post in staff.posts)
    )


def _sees(post: Post, matter: Matter) -> bool:
    match RIGHTS[post.role].get(Deed.CLAIM_URGENT):
        case Scope.WHOLE:
            return True
        case Scope.OWN:
            everywhere = not post.units or "" in post.units
            here = bool(matter.unit) and (
                matter.unit in post.units or matter.unit in post.below
            )
            return everywhere or (here and not matter.apart)
        case _:
            return False
