"""A directory has been read: everybody in it becomes a sealed roster entry, known as a person (design: one voice each).

Only what is new is written, so reading it every day costs little, and the roster tells nothing of who takes part: all
are in it before anybody has answered. Who is in it no more stays until they ask to be deleted: they get nothing, for
the platform lets nothing through to them.
"""

from collections.abc import Iterable, Sequence

from bot.core.people.directory import Listed, unit_of
from bot.core.survey import Group, Unit
from storage.unit_of_work import Work


def enrol(
    work: Work, found: Iterable[Listed], units: Sequence[Unit], groups: Sequence[Group]
) -> int:
    """Place them; how many were new or have moved. What a directory does not tell is asked when a talk begins."""
    parents = [group.id for group in groups if group.audience == "parent" and not group.invited]
    group_of_parents = parents[0] if len(parents) == 1 else ""
    changed = 0
    for listed in found:
        group = group_of_parents if listed.parent else ""
        unit = unit_of(listed, units)
        known = work.identity.find(listed.address)
        if known and known.quiet and not known.known:
            continue  # they asked to be deleted, or to be left alone before anybody had placed them
        if known and known.known and group in ("", known.group) and unit in ("", known.unit):
            continue
        work.identity.place(listed.address, known.language if known else "zh", group, unit)
        changed += 1
    return changed
