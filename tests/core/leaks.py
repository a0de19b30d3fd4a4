"""A reader with a linear program: all papers of all weeks as equations, the rule as inequalities, each small cell's range.

`Weeks` plays a round week by week through the very code a tick and a digest run through (`hand_over`, `digest_from`) with
random units, groups, headcounts, arrivals, second submissions, guests, words, withdrawals. Every printed number becomes an
equation over the unknown arrivals; what the rule of release tells (an atom that was not released alone had fewer than k
waiting) becomes an inequality. `exposed` asks for the least and the most that each cell of 1 to k - 1 people can have had.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from itertools import product
from random import Random
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from bot.core.bucket import Piece, Pool, Submission
from bot.core.cells import Atom, Atoms, Batch, K, Release, closes, freeze, release
from bot.core.digest import Digest, Name, Names, Opinion, Turnout, digest_from
from bot.core.messages import Redacted
from bot.core.periods import Issue, Period
from bot.core.release import Handover, _label, hand_over

ZONE = timezone(timedelta(hours=8))
MANY = 1000
"""More people than any unit has."""
GUESSES = 8
FIRST = date(2014, 3, 7)


class Arrival(NamedTuple):
    """Unknown: how many people of here came in that week (`again`: a second time; `guest`: by an open link)."""

    unit: str
    group: str
    week: int
    again: bool = False
    guest: bool = False


@dataclass
class Known:
    """What a reader holds in the end."""

    equal: list[tuple[frozenset[Arrival], int]] = field(default_factory=list)
    most: list[tuple[frozenset[Arrival], int]] = field(default_factory=list)
    least: list[tuple[frozenset[Arrival], int]] = field(default_factory=list)


class Weeks:
    """A round's weeks, and the papers of each."""

    def __init__(self, seed: int) -> None:
        chance = self._chance = Random(seed)
        self.units = [f"u{i}" for i in range(chance.randint(2, 7))]
        self.parents = {
            u: chance.choice(["", *self.units[:i][:3]]) for i, u in enumerate(self.units)
        }
        self.groups = ["teacher", "parent", "elder"][: chance.randint(1, 3)]
        self.headcounts: dict[tuple[str, str], int | None] = {
            (u, g): chance.choice([None, 0, *[chance.randint(1, 25)] * 6])
            for u, g in product(self.units, self.groups)
        }
        self.atoms: Atoms = freeze(self.groups, self.headcounts, self.parents)
        self.weeks = chance.randint(1, 5)
        self.standing = chance.random() < 0.3
        self.eager = chance.choice([0.05, 0.15, 0.4])
        self.known, self.truth = Known(), defaultdict[Arrival, int](int)
        self.digests: list[Digest] = []
        self.places = {p: 25 if n is None else n for p, n in self.headcounts.items()}
        for group in (
            self.groups
        ):  # whoever does not say where they are counts with their group at large
            self.places["", group] = chance.choice((0, 0, 0, 3, 12))
        self._since: defaultdict[str, set[Arrival]] = defaultdict(set)
        self._pool = Pool()
        self.withdrawals = chance.choice((0.0, 0.0, 0.1, 0.3))
        """How likely somebody takes back what waits, or was released, in a week."""
        self.withdrawn = 0
        self._whose: dict[bytes, tuple[Arrival, tuple[bytes, ...]]] = {}
        self._released: defaultdict[str, int] = defaultdict(int)
        self._printed: list[tuple[Turnout, frozenset[Arrival]]] = []
        self._ids = iter(range(1, 10**9))
        self._came = defaultdict[tuple[str, str], int](int)
        for week in range(1, self.weeks + 1):
            self._arrive(week)
            self._withdraw()
            self._tick(week)
        for place, n in self.headcounts.items():
            if n is not None:
                everyone = frozenset(Arrival(*place, w) for w in range(1, self.weeks + 1))
                self.known.most.append((everyone, n))

    # -- a week --------------------------------------------------------------------

    def _arrive(self, week: int) -> None:
        said: list[Submission | Piece] = []
        for (unit, group), left in self.places.items():
            new = sum(self._chance.random() < self.eager for _ in range(left))
            self.places[unit, group] = left - new
            self._count(said, Arrival(unit, group, week), new)
            self._came[unit, group] += new
            if group == "parent":
                again = sum(self._chance.random() < 0.2 for _ in range(new))
                self._count(said, Arrival(unit, group, week, again=True), again)
            if self._chance.random() < 0.2:
                self._count(
                    said, Arrival(unit, group, week, guest=True), self._chance.randint(0, 3)
                )
        pieces = [one for one in said if isinstance(one, Piece)]
        handed = [one for one in said if isinstance(one, Submission)]
        self._pool = Pool((*self._pool.pieces, *pieces), (*self._pool.submissions, *handed))

    def _count(self, said: list[Submission | Piece], arrival: Arrival, n: int) -> None:
        atom = self.atoms.atom_of(arrival.unit, arrival.group, open=arrival.guest).id
        self._since[atom].add(arrival)
        self.truth[arrival] += n
        for _ in range(n):
            wrote = self._chance.random() < 0.7
            handed = Submission(id=self._id(), atom=atom, person=not arrival.again, wrote=wrote)
            pieces = [self._piece(atom, question, wrote) for question in ("q1", "q2")]
            self._whose[handed.id] = arrival, (handed.id, *(one.id for one in pieces))
            said += (handed, *pieces)

    def _withdraw(self) -> None:
        """Some take back what still waits: submission and pieces, by receipt. Nobody is told that it was so."""
        gone: set[bytes] = set()
        for handed in self._pool.submissions:
            if self._chance.random() < self.withdrawals:
                arrival, ids = self._whose[handed.id]
                self.truth[arrival] -= 1
                self.withdrawn += 1
                gone |= {*ids}
        self._pool = Pool(
            tuple(p for p in self._pool.pieces if p.id not in gone),
            tuple(s for s in self._pool.submissions if s.id not in gone),
        )

    def _piece(self, atom: str, question: str, wrote: bool) -> Piece:
        text = (
            Redacted(self._chance.choice(("太吵", "饭凉", "会多"))) if wrote else Redacted("")
        )
        return Piece(
            id=self._id(), reply_key=bytes(32), atom=atom, question=question, dimension="怨",
            options=() if wrote else ("a",), text=text,
        )  # fmt: skip

    def _id(self) -> bytes:
        return next(self._ids).to_bytes(16, "big")

    def _tick(self, week: int) -> None:
        last = week == self.weeks and not self.standing
        closing = closes(week, last=last, standing=self.standing)
        waiting = {a: t.people for a, t in self._pool.tallies().items()}
        released = dict(self._released)
        handed = hand_over(self.atoms, self._pool, closing=closing, released=released)
        tallies = self._pool.tallies()
        decided = release(self.atoms, tallies, closing=closing, released=released)
        self._learn(waiting)
        self._read(week, handed, self._parts(decided, closing=closing))
        self._pool = Pool(
            tuple(r for r in handed.rest if isinstance(r, Piece)),
            tuple(r for r in handed.rest if isinstance(r, Submission)),
        )

    def _learn(self, waiting: dict[str, int]) -> None:
        """What the rule tells whoever sees which atoms were released with a label of their own."""
        for atom in self.atoms.atoms:
            people = frozenset(a for a in self._since[atom.id] if not a.again)
            if not people:
                continue
            enough = waiting.get(atom.id, 0) >= K
            (self.known.least if enough else self.known.most).append(
                (people, K if enough else K - 1)
            )

    def _read(self, week: int, handed: Handover, parts: dict[str, frozenset[Arrival]]) -> None:
        """The digest of this week; each of its figures as an equation."""
        friday = FIRST + timedelta(weeks=week)
        for counted in handed.counted:
            t = Turnout(
                period=friday, units=counted.units, group=counted.group,
                people=counted.people, submissions=counted.submissions,
            )  # fmt: skip
            self._released[counted.atom] += counted.people
            self._printed.append((t, parts[counted.atom]))
        freed = [self._opinion(i, one) for i, one in enumerate(handed.freed)]
        left = [one for one in freed if self._chance.random() >= self.withdrawals]
        for opinions in (freed, left):  # the draft made anew after some took theirs back
            made = digest_from(
                opinions, [t for t, _ in self._printed],
                office="局办", issue=Issue(week, week), period=_period(friday),
                next_period=_period(friday + timedelta(weeks=1)), moved=False,
                headcounts=self.headcounts, names=self._names(),
            )  # fmt: skip
            self.digests.append(made)
            self.known.equal += [
                (frozenset[Arrival]().union(*(p for _, p in those)), figure)
                for figure, those in self._figures(made, friday)
            ]

    def _parts(self, decided: Release, *, closing: bool) -> dict[str, frozenset[Arrival]]:
        """Which arrivals each label of this tick is the sum of, for all that a reader can tell.

        At a close an atom of which nobody waited folded with the others: that it was nobody is not printed.
        """
        parts: defaultdict[str, frozenset[Arrival]] = defaultdict(frozenset)
        for batch in decided.batches:
            parts[_label(self.atoms, batch)] |= self._gone(batch.atoms)
        done = {atom for batch in decided.batches for atom in batch.atoms} | {*decided.held}
        for atom in self.atoms.atoms:
            if closing and atom.id not in done:
                folds = [b for b in decided.batches if self._took(b, atom)]
                folds.sort(key=lambda b: (not b.units, len(b.units), not b.cell.group))
                for batch in folds[:1]:
                    parts[_label(self.atoms, batch)] |= self._gone((atom.id,))
        return parts

    def _gone(self, atoms: Iterable[str]) -> frozenset[Arrival]:
        """All that came for these since they were last released."""
        return frozenset[Arrival]().union(*(self._since.pop(atom, ()) for atom in atoms))

    def _took(self, batch: Batch, atom: Atom) -> bool:
        """Whether this batch is a fold that holds what the atom had, had it had anything."""
        label = _label(self.atoms, batch)
        folded = all(label != a.id for a in self.atoms.atoms)
        mine = batch.cell.group in ("", atom.group) and (batch.guests > 0 or not atom.open)
        below = not batch.units or (bool(atom.units) and {*atom.units} <= {*batch.units})
        return folded and mine and below

    def _opinion(self, number: int, freed) -> Opinion:
        return Opinion(
            f"{number:06}", "r", freed.unit, freed.group, freed.piece.question, "怨",
            "" if freed.piece.text else "甲", freed.piece.text, "qita",
        )  # fmt: skip

    def _names(self) -> Names:
        return Names(
            units=tuple(Name(u, u) for u in self.units),
            groups=tuple(Name(g, g) for g in self.groups),
            topics=(),
        )

    def _figures(self, made: Digest, friday: date):
        """Every number of 份 that is printed, with what it was the sum of."""
        now = [one for one in self._printed if one[0].period == friday]
        yield made.overview.submissions, now
        yield made.overview.cumulative, self._printed
        groups, units = set(self.groups), {row.id for row in made.units if row.id}
        for row in made.groups:
            mine = [
                o
                for o in self._printed
                if (o[0].group == row.id) or (not row.id and o[0].group not in groups)
            ]
            yield row.cumulative, mine
            yield row.now, [o for o in mine if o in now]
        for row in made.units:
            mine = [
                o
                for o in self._printed
                if (o[0].unit == row.id if row.id else o[0].unit not in units)
            ]
            yield row.cumulative, mine
            yield row.now, [o for o in mine if o in now]


def _period(friday: date) -> Period:
    closes_at = datetime(friday.year, friday.month, friday.day, 15, tzinfo=ZONE)
    return Period(opens=closes_at - timedelta(weeks=1), closes=closes_at)


def exposed(weeks: Weeks) -> list[tuple[frozenset[Arrival], int]]:
    """Cells of 1 to k - 1 people that can have had no other number."""
    polytope = _Polytope(weeks)
    left = _cells(weeks)
    chance = Random(0)
    for _ in range(GUESSES):  # another world with these papers clears many cells at a time
        if not left:
            return []
        aim = np.array([chance.choice((-1.0, -0.1, 0.1, 1.0)) for _ in polytope.unknowns])
        other = polytope.solve(aim).x
        left = {c: n for c, n in left.items() if abs(other[polytope.of(c)].sum() - n) < 0.99}
    found = []
    for cell, people in left.items():
        aim = np.zeros(len(polytope.unknowns))
        aim[polytope.of(cell)] = 1
        low, high = polytope.least(aim), -polytope.least(-aim)
        if low > people - 0.99 and high < people + 0.99:
            found.append((cell, people))
    return found


class _Polytope:
    """All worlds that have these papers."""

    def __init__(self, weeks: Weeks) -> None:
        self.unknowns = sorted(weeks.truth)
        self._at = {a: i for i, a in enumerate(self.unknowns)}
        known = weeks.known
        # nobody comes a second time who has not come once; but the first may have been taken back
        again = [a for a in self.unknowns if a.again and not weeks.withdrawals]
        second = np.zeros((len(again), len(self.unknowns)))
        for i, a in enumerate(again):
            second[i, self._at[a]], second[i, self._at[a._replace(again=False)]] = 1, -1
        equal, self._is = self._rows(known.equal)
        most, limit = self._rows(known.most)
        least, floor = self._rows(known.least)
        self._equal = csr_array(equal)
        self._upper = csr_array(np.vstack([most, -least, second]))
        self._bound = np.concatenate([limit, -floor, np.zeros(len(again))])

    def of(self, cell: frozenset[Arrival]) -> list[int]:
        """Where these unknowns stand."""
        return [self._at[a] for a in cell if a in self._at]

    def solve(self, aim):
        """The world that has least of this."""
        done = linprog(
            aim, A_ub=self._upper, b_ub=self._bound, A_eq=self._equal, b_eq=self._is,
            bounds=(0, MANY), method="highs",
        )  # fmt: skip
        assert done.status == 0, done.message  # the true world is one of them
        return done

    def least(self, aim) -> float:
        """The least that this can have been."""
        return float(self.solve(aim).fun)

    def _rows(self, facts: list[tuple[frozenset[Arrival], int]]):
        distinct = sorted(set(facts), key=repr)
        matrix = np.zeros((len(distinct), len(self.unknowns)))
        for i, (parts, _) in enumerate(distinct):
            matrix[i, self.of(parts)] = 1
        return matrix, np.array([value for _, value in distinct], dtype=float)


def all_came(weeks: Weeks, cell: frozenset[Arrival]) -> bool:
    """Whether everybody of that atom took part: then the papers say so (docs/decisions/vault.md says why)."""
    unit, group = next(iter(cell))[:2]
    atom = weeks.atoms.atom_of(unit, group)
    came = sum(
        n for a, n in weeks.truth.items()
        if not a.again and not a.guest and weeks.atoms.atom_of(a.unit, a.group) == atom
    )  # fmt: skip
    return atom.headcount == came


def _cells(weeks: Weeks) -> dict[frozenset[Arrival], int]:
    """Everything with 1 to k - 1 people that one would like to know: a unit and a group, in a week or up to one."""
    cells: dict[frozenset[Arrival], int] = {}
    for place in weeks.places:
        for until in range(1, weeks.weeks + 1):
            for since in {1, until}:
                span = range(since, until + 1)
                cell = frozenset(Arrival(*place, w) for w in span)
                cells[cell] = sum(weeks.truth[a] for a in cell)
    return {cell: n for cell, n in cells.items() if 0 < n < K}
