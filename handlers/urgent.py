"""What could not wait: those on duty are told at once, and others when nobody has taken it within ten minutes.

Rows say what is to be told to whom; a note is queued once for each, and whoever rings twice tells nobody twice. Quiet
hours do not hold: somebody may be in danger.
"""

from collections.abc import Mapping

from bot.core.people import placed
from bot.core.urgent import LATE, told
from storage.outbox import Note
from storage.staff import Member
from storage.unit_of_work import Work
from storage.urgent import NOBODY, OFFICE_TOO, ON_DUTY, UrgentMatter

Parents = Mapping[str, str]
"""Every unit and the one above it."""


def call(work: Work, parents: Parents, units: Mapping[str, str], now: float) -> bool:
    """Tell whoever is to be told by now; whether anybody was. `units`: what they are called."""
    found = False
    for one in work.urgent.untold(NOBODY, now):
        found |= _tell(work, parents, units, one, ON_DUTY)
    for one in work.urgent.untold(ON_DUTY, now - LATE):
        found |= _tell(work, parents, units, one, OFFICE_TOO)
    return found


def noted(one: UrgentMatter, unit: str, key: str) -> Note:
    """What somebody is told of it, with the buttons to look and to take it."""
    look, take = f"urgent {one.number}", f"urgent {one.number} take"
    return Note(
        key=key,
        params={"number": str(one.number), "unit": unit, "words": one.text},
        buttons=(("urgent.take", take), ("urgent.look", look)),
    )


def _tell(
    work: Work, parents: Parents, units: Mapping[str, str], one: UrgentMatter, step: int
) -> bool:
    everybody = {m.label: m for m in work.staff.every()}
    members = [placed(m.staff, parents) for m in everybody.values()]
    to = told(members, one.matter, late=step == OFFICE_TOO)
    if not to or not work.urgent.tell(one, step):
        return False
    note = noted(
        one, units.get(one.matter.unit, ""), "urgent.new" if step == ON_DUTY else "urgent.late"
    )
    for staff in to:
        _put(work, one, f"{step}", everybody[staff.label], note)
    return True


def _put(work: Work, one: UrgentMatter, step: str, to: Member, note: Note) -> None:
    work.parcels.put("note", f"{one.day}:urgent-{one.number}-{step}", to.address, note)
