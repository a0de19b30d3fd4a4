"""What a tick hands on, from what waits: the pieces with the labels they may carry, and the counts beside them.

`cells` decides which atoms are released together; this file carries it out on what lies in the vault. It keeps nothing
that would tell atoms of one fold apart, and no piece says with which others it came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from bot.core.bucket import Piece, Pool, Record
from bot.core.cells import NOWHERE, Atoms, Batch, Tally, release, unit_of_words


class Freed(NamedTuple):
    """A piece that leaves the vault, and all that is said about where it came from.

    A named tuple, because a tick makes a hundred thousand of them.
    """

    piece: Piece
    atom: str
    """The label of what it counts with: an atom's id, `unit/group` of a fold, `/group` for words of too few writers."""
    unit: str
    """Empty where it may come from more than one."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many took part in one of the batches of a tick."""

    atom: str
    units: tuple[str, ...]
    """The units it may come from; empty for everywhere."""
    group: str
    people: int
    """Persons on the roster (人); never those who came by an open link."""
    guests: int
    submissions: int
    """份."""
    writers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What one tick hands on, and what stays."""

    freed: tuple[Freed, ...]
    counted: tuple[Counted, ...]
    rest: tuple[Record, ...]
    """It waits for the next tick; after the last one it is not handed on at all."""


def hand_over(
    atoms: Atoms, pool: Pool, *, closing: bool, released: Mapping[str, int]
) -> Handover:
    """Carry out what this tick releases. `released` are the people whom earlier ticks released, by atom label."""
    decided = release(atoms, pool.tallies(), closing=closing, released=released)
    batch_of = {atom: batch for batch in decided.batches for atom in batch.atoms}
    labels = {batch.atoms: _label(atoms, batch) for batch in decided.batches}
    words = {batch.atoms: _of_words(atoms, batch, labels) for batch in decided.batches}
    freed: list[Freed] = []
    rest: list[Record] = [s for s in pool.submissions if s.atom not in batch_of]
    for piece in pool.pieces:
        batch = batch_of.get(piece.atom)
        if batch is None:
            rest.append(piece)
            continue
        label, unit = words[batch.atoms] if piece.text else (labels[batch.atoms], _unit(batch))
        freed.append(Freed(piece, label, unit, batch.cell.group))
    return Handover(
        freed=tuple(freed), counted=_counted(decided.batches, labels), rest=tuple(rest)
    )


def _label(atoms: Atoms, batch: Batch) -> str:
    """What a batch is called: several of one name are one in the papers."""
    lone = next((a for a in atoms.atoms if (a.id,) == batch.atoms), None)
    if lone and (lone.units, atoms.cell(lone)) == (batch.units, batch.cell):
        return lone.id
    return f"{batch.cell.unit}/{batch.cell.group}"


def _of_words(
    atoms: Atoms, batch: Batch, labels: Mapping[tuple[str, ...], str]
) -> tuple[str, str]:
    """Label and unit of its words: where too few of it wrote, neither says which unit."""
    if batch.cell.unit == NOWHERE and not batch.units:
        return labels[batch.atoms], NOWHERE
    if unit_of_words(batch.cell, batch.tally.writers, atoms.k) == NOWHERE:
        return f"/{batch.cell.group}", NOWHERE
    return labels[batch.atoms], _unit(batch)


def _unit(batch: Batch) -> str:
    return batch.units[0] if len(batch.units) == 1 else NOWHERE


def _counted(
    batches: Iterable[Batch], labels: Mapping[tuple[str, ...], str]
) -> tuple[Counted, ...]:
    named = sorted((labels[batch.atoms], i, batch) for i, batch in enumerate(batches))
    rows: list[Counted] = []
    for label, same in groupby(named, key=lambda each: each[0]):
        together = [batch for _, _, batch in same]
        tally = sum((batch.tally for batch in together), Tally())
        guests = sum(batch.guests for batch in together)
        rows.append(
            Counted(
                atom=label,
                units=together[0].units,
                group=together[0].cell.group,
                people=tally.people - guests,
                guests=guests,
                submissions=tally.submissions,
                writers=tally.writers,
            )
        )
    return tuple(rows)
