"""Who was heard: questionnaires by group and by unit, and where few or none came from.

Only released atoms are counted. A unit without an atom of its own has no line: it stands in the last one with
the others, so that the lines always make the whole. Units come in the order of their number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.core.digest.figures import band, share
from bot.core.digest.model import CoverageRow, Name, Names, Turnout, TurnoutRow, Weak

Headcounts = Mapping[tuple[str, str], int | None]
"""How many are asked, by unit id and group id; None where nobody knows, absent where nobody is asked."""


_WINDOW = ("窗口", "window", "counter")


def at_a_window(type: str) -> bool:
    """Whether a unit of that type, in the operator's own word, serves people at a window.

    >>> at_a_window("窗口单位"), at_a_window("学校")
    (True, False)
    """
    return any(word in type.lower() for word in _WINDOW)


def groups_heard(
    here: Sequence[Turnout],
    turnout: Sequence[Turnout],
    headcounts: Headcounts,
    names: Names,
) -> tuple[TurnoutRow, ...]:
    """A line for every group there is, heard or not, and a last one for what was folded to everybody."""
    now = _submissions((t.group, t) for t in here)
    total = _submissions((t.group, t) for t in turnout)
    invited = asked((group, count) for (_, group), count in headcounts.items())
    known = {group.id for group in names.groups}
    rows = [
        _turnout_row(g.id, g.name, invited.get(g.id, 0), now[g.id], total[g.id])
        for g in names.groups
    ]
    folded = [group for group in total if group not in known]
    if folded:
        rows.append(
            _turnout_row("", "", 0, sum(now[g] for g in folded), sum(total[g] for g in folded))
        )
    return tuple(rows)


def units_heard(
    here: Sequence[Turnout],
    turnout: Sequence[Turnout],
    headcounts: Headcounts,
    names: Names,
) -> tuple[TurnoutRow, ...]:
    """A line for every unit that has an atom of its own, in the order of their number; the rest in the last."""
    now = _submissions((t.unit, t) for t in here)
    total = _submissions((t.unit, t) for t in turnout)
    invited = asked((unit, count) for (unit, _), count in headcounts.items())
    shown = [unit for unit in names.units if total[unit.id]]
    rows = [
        _turnout_row(u.id, u.name, invited.get(u.id, 0), now[u.id], total[u.id]) for u in shown
    ]
    rest = [unit for unit in names.units if unit not in shown and unit.id in invited]
    listed = {unit.id for unit in shown}
    apart = [unit for unit in total if unit not in listed]
    if rest or any(total[unit] for unit in apart):
        counts = [invited[unit.id] for unit in rest]
        rows.append(
            _turnout_row(
                "",
                "",
                None if not counts or None in counts else sum(count or 0 for count in counts),
                sum(now[unit] for unit in apart),
                sum(total[unit] for unit in apart),
                merged=len(rest),
            )
        )
    return tuple(rows)


def _turnout_row(
    unit_or_group: str, name: str, invited: int | None, now: int, total: int, *, merged: int = 0
) -> TurnoutRow:
    rate = share(total, invited) if invited else None
    return TurnoutRow(
        id=unit_or_group,
        name=name,
        merged=merged,
        invited=invited,
        now=now,
        cumulative=total,
        rate=rate,
    )


def _submissions(rows: Iterable[tuple[str, Turnout]]) -> Counter[str]:
    """Questionnaires by key."""
    found: Counter[str] = Counter()
    for key, turnout in rows:
        found[key] += turnout.submissions
    return found


def asked(rows: Iterable[tuple[str, int | None]]) -> dict[str, int | None]:
    """Headcounts by key; one that is not known makes the sum unknown."""
    found: dict[str, int | None] = {}
    for key, count in rows:
        so_far = found.get(key, 0)
        found[key] = None if count is None or so_far is None else so_far + count
    return found


def covered(
    turnout: Sequence[Turnout], headcounts: Headcounts, names: Names
) -> tuple[CoverageRow, ...]:
    """Units × groups in ten-point bands of the cumulative participation."""
    alone: Counter[tuple[str, str]] = Counter()
    shared: set[tuple[str, str]] = set()
    for t in turnout:
        if len(t.units) == 1:
            alone[t.units[0], t.group] += t.submissions
        else:
            shared.update((unit, t.group) for unit in t.units)

    def cell(unit: Name, group: Name) -> str:
        at = (unit.id, group.id)
        if headcounts.get(at, 0) == 0:
            return "absent"
        if at in shared:
            return "merged"
        if not alone[at]:
            return "none"
        count = headcounts[at]
        return band(alone[at], count) if count else "unknown"

    asked = {unit for unit, _ in headcounts}
    return tuple(
        CoverageRow(unit.name, tuple(cell(unit, group) for group in names.groups))
        for unit in names.units
        if unit.id in asked
    )


def weak_places(coverage: Sequence[CoverageRow], names: Names) -> tuple[Weak, ...]:
    """Where nothing, or less than twenty percent, has been heard."""
    return tuple(
        Weak(row.unit, group.name, cell)
        for row in coverage
        for group, cell in zip(names.groups, row.bands, strict=True)
        if cell in ("none", "0", "1")
    )
