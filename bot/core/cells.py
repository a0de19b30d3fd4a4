"""Which answers may be told apart: atoms fixed when a round opens, released by k people at a time.

An atom is unit × group with at least `K` people on the roster; smaller ones are merged before anybody answers, so the
pattern of merging says nothing about who did. What waits for an atom is released when K of its people wait, all at
once, and is never looked into again: every figure ever published is a sum over such batches, so no difference of two
papers, weeks or margins goes below one.

At a close what is left folds upward, and where it stops is public too:

    per group   a node of the unit tree takes what is left below it, once that is K people
    whole       what is left of all groups, once that is K people
    smallest    fewer even so: they join the smallest batch of this close, and it loses its label
    held        there is none, or its sum would tell that it was one: nothing is published, and the writers are told

Whoever knows this rule knows that an atom not released alone had at most K - 1 people waiting. A fold whose sum is the
most that can have been waiting would give away each of its counts, so such a sum is not published where it stands but
goes on upward; any smaller sum leaves every count at least two values.

So it is with one person who would join batches of exactly K: their sum says that it was one, and they are held.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

K = 5
"""People an atom needs. Configuration may raise it, never lower it; tests may."""

K_WORDS = 8
"""People who must have written words before words carry the name of their unit."""

FOLD_EVERY = 4
"""A standing round folds at every fourth tick."""

NOWHERE = ""
"""As a unit: everywhere, or nobody said where. As a group: everybody."""

Headcounts = Mapping[tuple[str, str], int | None]
"""People on the roster by (unit id, group id); None, or no entry, where nobody knows."""

Parents = Mapping[str, str]
"""Every unit of the round and the unit above it, `NOWHERE` at the top."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A label of the papers: a unit with all below it, and a group."""

    unit: str = NOWHERE
    group: str = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """The smallest set of people that figures are ever given for."""

    id: str
    group: str
    units: tuple[str, ...] = ()
    """One unit, or those merged. Empty: nobody said how many people this group has there, or came by an open link."""
    headcount: int | None = None
    open: bool = False
    """Of open links: people who are on no roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atoms:
    """How a round's people are divided, frozen when it opens."""

    k: int
    parents: Parents
    atoms: tuple[Atom, ...]

    def atom_of(self, unit: str, group: str, *, open: bool = False) -> Atom:
        """Where somebody of this unit and group counts. Whoever fits nowhere counts with their group at large."""
        mine = [a for a in self.atoms if a.open == open and a.group == group]
        at_large = next((a for a in mine if not a.units), None)
        found = next((a for a in mine if unit in a.units), at_large)
        return found or self.atom_of(NOWHERE, NOWHERE, open=open)

    def cell(self, atom: Atom) -> Cell:
        """The label of an atom: the lowest unit that holds all of its units."""
        return Cell(common_unit(atom.units, self.parents), atom.group)

    def as_json(self) -> str:
        """The text that storage keeps with the round."""
        rows = [[a.id, a.group, a.units, a.headcount, a.open] for a in self.atoms]
        return json.dumps([self.k, dict(self.parents), rows], ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Atoms":
        """What `as_json` wrote."""
        k, parents, rows = json.loads(text)
        atoms = tuple(
            Atom(id=id, group=group, units=tuple(units), headcount=headcount, open=open)
            for id, group, units, headcount, open in rows
        )
        return Atoms(k=k, parents=parents, atoms=atoms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many there are of something that waits or is released."""

    people: int = 0
    """Different people (人), as far as the vault can be sure; release depends on these."""
    submissions: int = 0
    """份."""
    writers: int = 0
    """People with words of their own."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            people=self.people + other.people,
            submissions=self.submissions + other.submissions,
            writers=self.writers + other.writers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one tick releases together. From here on it cannot be divided."""

    cell: Cell
    """All that is ever said about where it came from."""
    units: tuple[str, ...]
    """The units it may come from; empty for everywhere."""
    tally: Tally
    guests: int = 0
    """How many of `tally.people` came by an open link: 份, not 人."""
    atoms: tuple[str, ...]
    """Whose answers these are. For taking them out of the vault; never published, never stored with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a tick decided."""

    batches: tuple[Batch, ...]
    held: tuple[str, ...]
    """Atoms of which something stays. At a close: too few even together, not handed on; the round's people are told."""


# --- when a round opens ----------------------------------------------------------------------------------------


def freeze(
    groups: Sequence[str], headcounts: Headcounts, parents: Parents, *, k: int = K
) -> Atoms:
    """The atoms of a round.

    Inside each group the smallest unit that is too small takes the next smallest under the same parent, again and
    again; what is still too small goes up the tree and does the same there. Each group also has an atom at large, for
    people whose unit is not known, has no headcount or was said to have none of them; and one for open links.
    """
    parents = _sound(parents)
    tree = _children(parents)
    divided = [
        Atom(id="", group=group, units=units, headcount=count)
        for group in groups
        for count, units in sorted(
            _settled(NOWHERE, tree, _known(headcounts, group), k), key=_place
        )
    ]
    at_large = [
        Atom(id="", group=group, open=open)
        for open in (False, True)
        for group in (*groups, NOWHERE)
    ]
    atoms = (replace(atom, id=f"a{i}") for i, atom in enumerate([*divided, *at_large]))
    return Atoms(k=k, parents=parents, atoms=tuple(atoms))


_Merged = tuple[int, tuple[str, ...]]


def _settled(
    unit: str, tree: Mapping[str, Sequence[str]], known: Mapping[str, int], k: int
) -> list[_Merged]:
    found = [each for child in tree[unit] for each in _settled(child, tree, known, k)]
    if unit in known:
        found.append((known[unit], (unit,)))
    found.sort()
    while len(found) > 1 and found[0][0] < k:
        (smallest, some), (next_smallest, others) = found[:2]
        merged = (smallest + next_smallest, tuple(sorted(some + others)))
        found = sorted([merged, *found[2:]])
    return found


def _known(headcounts: Headcounts, group: str) -> dict[str, int]:
    return {unit: count for (unit, of), count in headcounts.items() if of == group and count}


def _place(merged: _Merged) -> tuple[str, ...]:
    return merged[1]


# --- at a tick -------------------------------------------------------------------------------------------------


def closes(tick: int, *, last: bool, standing: bool) -> bool:
    """Whether a round's `tick` (counted from 1) folds what is left: its last, or every fourth of a standing round."""
    return last or (standing and tick % FOLD_EVERY == 0)


def release(
    atoms: Atoms,
    waiting: Mapping[str, Tally],
    *,
    closing: bool,
    released: Mapping[str, int] | None = None,
) -> Release:
    """What this tick hands on.

    `waiting` counts by atom id what lies in the vault, `released` the people whom earlier ticks released; with a
    headcount it tells a fold how many could still have been waiting. The order of batches is that of the atoms.
    """
    alone = [
        _lone(atoms, atom, waiting[atom.id])
        for atom in atoms.atoms
        if atom.id in waiting and waiting[atom.id].people >= atoms.k
    ]
    done = {id for batch in alone for id in batch.atoms}
    left = [atom for atom in atoms.atoms if atom.id not in done]
    if not closing:
        return Release(batches=tuple(alone), held=_waiting(left, waiting))
    return _closed(atoms, alone, left, waiting, released or {})


def _lone(atoms: Atoms, atom: Atom, tally: Tally) -> Batch:
    guests = tally.people if atom.open else 0
    return Batch(
        cell=atoms.cell(atom), units=atom.units, tally=tally, guests=guests, atoms=(atom.id,)
    )


def _waiting(left: Iterable[Atom], waiting: Mapping[str, Tally]) -> tuple[str, ...]:
    return tuple(a.id for a in left if a.id in waiting)


# --- at a close ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left below some node: the atoms, their people, and the most that a reader must reckon with."""

    atoms: tuple[Atom, ...]
    people: int
    most: int
    doubtful: int
    """How many of the atoms may have had somebody waiting, for all that a reader knows."""

    def fit(self, k: int) -> bool:
        """Enough people, and not so many that each count is plain."""
        return k <= self.people < self.most

    def unfit(self, k: int) -> "_Rest":
        """The same, seen from above, where the papers show that it did not fit."""
        return replace(self, most=min(self.most, k - 1))


_NOTHING = _Rest((), 0, 0, 0)

_DOUBT = 2
"""As many people, or more, could have joined a batch for all that a reader knows; else its sum would tell that it was one."""


def _closed(
    atoms: Atoms,
    alone: Sequence[Batch],
    left: Sequence[Atom],
    waiting: Mapping[str, Tally],
    released: Mapping[str, int],
) -> Release:
    rests = {a: _leaf(a, waiting.get(a.id, Tally()).people, released, atoms.k) for a in left}
    folds, listed = _folded(atoms, {a: rest for a, rest in rests.items() if not a.open})
    guests = _together([rest for a, rest in rests.items() if a.open])
    batches = [*alone, *(_batch(atoms, cell, members, waiting) for cell, members in folds)]
    # Guests are whoever holds a link, perhaps one person many times: they never make up the number for the listed.
    batches, held = _wholly(atoms, batches, listed, waiting)
    batches, held_guests = _wholly(atoms, batches, guests, waiting)
    return Release(batches=tuple(batches), held=held + held_guests)


def _leaf(atom: Atom, people: int, released: Mapping[str, int], k: int) -> _Rest:
    most = k - 1 if atom.group else 0
    if atom.headcount is not None:
        most = min(most, max(0, atom.headcount - released.get(atom.id, 0)))
    return _Rest((atom,), people, most, int(most > 0))


def _folded(
    atoms: Atoms, rests: Mapping[Atom, _Rest]
) -> tuple[list[tuple[Cell, tuple[Atom, ...]]], _Rest]:
    """The folds inside each group, and what is left of all groups."""
    tree = _children(atoms.parents)
    folds: list[tuple[Cell, tuple[Atom, ...]]] = []
    at: defaultdict[Cell, list[_Rest]] = defaultdict(list)
    for atom, rest in rests.items():
        at[atoms.cell(atom)].append(rest)

    def fold(cell: Cell) -> _Rest:
        below = [fold(Cell(child, cell.group)) for child in tree[cell.unit]]
        rest = _together(below + at[cell])
        if not rest.fit(atoms.k):
            return rest.unfit(atoms.k)
        folds.append((cell, rest.atoms))
        return _NOTHING

    groups = dict.fromkeys(atom.group for atom in rests)
    return folds, _together([fold(Cell(NOWHERE, group)) for group in groups])


def _wholly(
    atoms: Atoms, batches: list[Batch], rest: _Rest, waiting: Mapping[str, Tally]
) -> tuple[list[Batch], tuple[str, ...]]:
    """Put what no group could place with everybody, or into the smallest batch, or leave it."""
    stays = _waiting(rest.atoms, waiting)
    if not stays:
        return batches, ()
    if rest.fit(atoms.k):
        return [*batches, _batch(atoms, _whole(atoms), rest.atoms, waiting)], ()
    hosts = _hosts(batches, rest)
    room = sum(host.tally.people - atoms.k for host in hosts) + rest.people
    plain = rest.people > 0 and min(room, rest.most) < _DOUBT
    if rest.people >= atoms.k or not hosts or plain:
        return batches, stays
    joined = {*stays, *(id for host in hosts for id in host.atoms)}
    members = [a for a in atoms.atoms if a.id in joined]
    others = [b for b in batches if b not in hosts]
    return [*others, _batch(atoms, _whole(atoms), members, waiting)], ()


def _hosts(batches: Iterable[Batch], rest: _Rest) -> list[Batch]:
    """The smallest batch; where that would leave no doubt as to who joined it, the two smallest and all like them."""
    guests = any(a.open for a in rest.atoms)
    able = [b for b in batches if guests or not b.guests]
    able.sort(key=lambda b: (b.tally.people, b.cell.group, b.cell.unit))
    if rest.doubtful > 1:
        return able[:1]
    return [b for b in able if b.tally.people <= able[:2][-1].tally.people]


def _together(rests: Iterable[_Rest]) -> _Rest:
    rests = tuple(rests)
    return _Rest(
        tuple(a for rest in rests for a in rest.atoms),
        sum(rest.people for rest in rests),
        sum(rest.most for rest in rests),
        sum(rest.doubtful for rest in rests),
    )


def _whole(atoms: Atoms) -> Cell:
    groups = {a.group for a in atoms.atoms} - {NOWHERE}
    return Cell(NOWHERE, groups.pop() if len(groups) == 1 else NOWHERE)


def _batch(atoms: Atoms, cell: Cell, of: Iterable[Atom], waiting: Mapping[str, Tally]) -> Batch:
    members = [a for a in of if a.id in waiting]
    return Batch(
        cell=cell,
        units=_below(cell.unit, atoms.parents),
        tally=sum((waiting[a.id] for a in members), Tally()),
        guests=sum(waiting[a.id].people for a in members if a.open),
        atoms=tuple(a.id for a in members),
    )


# --- in the papers ---------------------------------------------------------------------------------------------


def unit_of_words(cell: Cell, writers: int, k: int = K) -> str:
    """The unit that words of this batch may carry; `NOWHERE` where too few of it wrote."""
    return cell.unit if writers >= max(k, K_WORDS) else NOWHERE


def row_of(cell: Cell, rows: Iterable[str], parents: Parents) -> str:
    """The row of a table by units in which a batch counts: the closest that holds all of it, else 其他, `NOWHERE`."""
    rows = frozenset(rows)
    return next((unit for unit in _path(cell.unit, parents) if unit in rows), NOWHERE)


# --- the tree of units -----------------------------------------------------------------------------------------


def common_unit(units: Iterable[str], parents: Parents) -> str:
    """The lowest unit that holds all of these; `NOWHERE` for none, or where only the whole holds them."""
    paths = [_path(unit, parents) for unit in units]
    first = paths[0] if paths else ()
    return next((unit for unit in first if all(unit in path for path in paths)), NOWHERE)


def _sound(parents: Parents) -> dict[str, str]:
    """The tree with what hangs in the air, or in a circle, put at the top."""
    sound = dict.fromkeys(parents, NOWHERE)
    for unit, above in sorted(parents.items()):
        if above in sound and unit not in _path(above, sound):
            sound[unit] = above
    return sound


def _path(unit: str, parents: Parents) -> tuple[str, ...]:
    """A unit and all above it, up to `NOWHERE`."""
    path: list[str] = []
    while unit in parents:
        path.append(unit)
        unit = parents[unit]
    return (*path, NOWHERE)


def _children(parents: Parents) -> dict[str, list[str]]:
    tree: dict[str, list[str]] = {unit: [] for unit in (NOWHERE, *parents)}
    for unit in sorted(parents):
        tree[parents[unit]].append(unit)
    return tree


def _below(unit: str, parents: Parents) -> tuple[str, ...]:
    if unit == NOWHERE:
        return ()
    return tuple(sorted(u for u in parents if unit in _path(u, parents)))
