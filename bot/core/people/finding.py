"""Groups and units as people meet them: which a person may pick, and how a unit is found by two typed characters."""

from bot.core.survey import Audience, Group, Script, Unit


def open_groups(script: Script, audience: Audience | None) -> tuple[Group, ...]:
    """The groups anyone may pick; of one audience where it is known. Invited groups are not shown."""
    return tuple(
        g
        for g in script.groups
        if not g.invited and (audience is None or g.audience == audience)
    )


def audiences(script: Script) -> frozenset[Audience]:
    """Who is spoken to in this round."""
    return frozenset(g.audience for g in script.groups if not g.invited)


def find_units(units: tuple[Unit, ...], typed: str) -> tuple[Unit, ...]:
    """The units that what was typed may mean, best first; all of them, in their order, when nothing was typed.

    A unit is found by its name or another name of it, by any part, or by letters that stand in it in this order:

    >>> schools = (Unit(id="1", name="第一中学"), Unit(id="2", name="新城小学"))
    >>> [u.name for u in find_units(schools, "一中")]
    ['第一中学']
    """
    wanted = "".join(typed.split()).casefold()
    if not wanted:
        return units
    ranked = [(rank, unit) for unit in units if (rank := _closeness(unit, wanted)) is not None]
    return tuple(unit for _, unit in sorted(ranked, key=lambda pair: pair[0]))


def _closeness(unit: Unit, wanted: str) -> int | None:
    ranks = [_rank(name.casefold(), wanted) for name in (unit.name, *unit.also)]
    return min((rank for rank in ranks if rank is not None), default=None)


def _rank(name: str, wanted: str) -> int | None:
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if wanted in name:
        return 2
    letters = iter(name)
    return 3 if all(letter in letters for letter in wanted) else None
