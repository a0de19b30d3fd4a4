"""Atoms, release and fold, and two readers who try to get below an atom (`oracle`)."""

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cells import (
    NOWHERE,
    Atoms,
    Batch,
    Cell,
    Release,
    Tally,
    closes,
    freeze,
    release,
    row_of,
    unit_of_words,
)
from tests.core.oracle import Equation, bounds, laid_bare, solved

TOWN = {"east": "", "west": "", "e1": "east", "e2": "east", "e3": "east", "w1": "west"}


def people(**counts: int) -> dict[tuple[str, str], int | None]:
    return {(unit, "teacher"): count for unit, count in counts.items()}


def divided(atoms: Atoms) -> list[tuple[str, ...]]:
    return sorted(a.units for a in atoms.atoms if a.units)


def waits(**counts: int) -> dict[str, Tally]:
    return {atom: Tally(people=n, submissions=n) for atom, n in counts.items()}


def labels(decided: Release) -> list[tuple[str, str, int]]:
    return [(b.cell.unit, b.cell.group, b.tally.people) for b in decided.batches]


# --- when a round opens ---


@pytest.mark.parametrize(
    ("headcounts", "expected"),
    [
        pytest.param(people(e1=5, e2=9), [("e1",), ("e2",)], id="five are enough"),
        pytest.param(
            people(e1=40, e2=2, e3=3), [("e1",), ("e2", "e3")], id="small ones together"
        ),
        pytest.param(
            people(e1=40, e2=2, e3=7), [("e1",), ("e2", "e3")], id="the smallest takes the next"
        ),
        pytest.param(
            people(e1=2, e2=3, e3=4, w1=9),
            [("e1", "e2", "e3"), ("w1",)],
            id="until none is small",
        ),
        pytest.param(
            people(e1=4, w1=6, west=30), [("e1", "w1"), ("west",)], id="up the tree when alone"
        ),
        pytest.param(people(e1=1, w1=2), [("e1", "w1")], id="all of them too few"),
        pytest.param(people(e1=6, e2=0), [("e1",)], id="nobody is no unit"),
        pytest.param({("e1", "teacher"): None}, [], id="unknown is the group at large"),
    ],
)
def test_small_units_merge_with_the_next_smallest_under_the_same_parent(
    headcounts: Mapping[tuple[str, str], int | None], expected: list[tuple[str, ...]]
):
    assert divided(freeze(["teacher"], headcounts, TOWN)) == expected


def test_whoever_fits_no_atom_counts_with_the_group_at_large():
    atoms = freeze(["teacher", "parent"], people(e1=9), TOWN)

    assert atoms.atom_of("e1", "teacher").units == ("e1",)
    assert atoms.atom_of("e2", "teacher").units == ()
    assert atoms.atom_of("e2", "teacher").group == "teacher"
    assert atoms.atom_of("e1", "parent") == atoms.atom_of("", "parent")
    assert atoms.atom_of("e1", "gardener").group == NOWHERE


def test_open_links_never_share_an_atom_with_the_roster():
    atoms = freeze(["teacher"], people(e1=9), TOWN)

    guest = atoms.atom_of("e1", "teacher", open=True)

    assert guest.open
    assert guest != atoms.atom_of("e1", "teacher")
    assert atoms.atom_of("w1", "teacher", open=True) == guest


def test_atoms_are_the_same_in_whatever_order_the_configuration_comes():
    some = freeze(["teacher"], people(e1=2, e2=3, w1=8), TOWN)
    other = freeze(["teacher"], people(w1=8, e2=3, e1=2), dict(reversed(TOWN.items())))

    assert some.atoms == other.atoms


def test_atoms_come_back_from_storage_as_they_were():
    atoms = freeze(["teacher", "parent"], people(e1=2, e2=3, w1=8), TOWN)

    assert Atoms.from_json(atoms.as_json()) == atoms


@pytest.mark.parametrize(
    "parents", [{"a": "b", "b": "a"}, {"a": "a", "b": ""}, {"a": "gone", "b": "gone"}]
)
def test_a_tree_that_is_none_still_gives_every_unit_its_atom(parents: dict[str, str]):
    atoms = freeze(["teacher"], people(a=9, b=2), parents)

    assert atoms.atom_of("b", "teacher").units == ("a", "b")
    assert release(atoms, waits(a0=6), closing=True).batches[0].atoms == ("a0",)


rosters = st.dictionaries(
    st.tuples(st.sampled_from(sorted(TOWN)), st.sampled_from(["teacher", "parent", "old"])),
    st.none() | st.integers(0, 40),
)


@given(rosters)
def test_an_atom_is_small_only_where_its_whole_group_is(
    headcounts: dict[tuple[str, str], int | None],
):
    atoms = freeze(["teacher", "parent", "old"], headcounts, TOWN)

    for atom in atoms.atoms:
        known = sum(n or 0 for (_, group), n in headcounts.items() if group == atom.group)
        assert atom.headcount is None or atom.headcount >= 5 or atom.headcount == known
    homes = [(unit, atom.group) for atom in atoms.atoms for unit in atom.units]
    assert sorted(homes) == sorted(place for place, n in headcounts.items() if n)


# --- at a tick ---

PAIR = freeze(
    ["teacher", "parent"],
    dict.fromkeys(product(("e1", "e2", "w1"), ("teacher", "parent")), 40),
    TOWN,
)
"""a0 to a2 are the teachers of e1, e2, w1; a3 to a5 the parents; a6, a7 and a8 are at large, a9 to a11 came by links."""


def test_an_atom_is_released_once_five_of_its_people_wait_and_not_before():
    decided = release(PAIR, waits(a0=5, a1=4), closing=False)

    assert labels(decided) == [("e1", "teacher", 5)]
    assert decided.batches[0].atoms == ("a0",)
    assert decided.held == ("a1",)


def test_two_submissions_of_one_account_are_one_person():
    decided = release(PAIR, {"a3": Tally(people=4, submissions=8)}, closing=False)

    assert decided == Release(batches=(), held=("a3",))


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        pytest.param(waits(a0=3, a1=4), [("east", "teacher", 7)], id="siblings"),
        pytest.param(waits(a0=1, a1=2, a2=4), [("", "teacher", 7)], id="up the tree"),
        pytest.param(
            waits(a0=3, a1=1, a6=2), [("", "teacher", 6)], id="with the group at large"
        ),
        pytest.param(
            waits(a0=4, a1=4, a2=1), [("", "teacher", 9)], id="the most there can be goes on up"
        ),
        pytest.param(waits(a0=3, a3=3), [("", "", 6)], id="all groups together"),
        pytest.param(
            waits(a0=7, a1=2, a2=6),
            [("e1", "teacher", 7), ("", "", 8)],
            id="too few of all join the smallest batch",
        ),
    ],
)
def test_at_the_close_the_rest_folds_upward(
    waiting: dict[str, Tally], expected: list[tuple[str, str, int]]
):
    decided = release(PAIR, waiting, closing=True)

    assert labels(decided) == expected
    assert not decided.held


def test_a_fold_says_no_more_of_where_it_came_from_than_its_label():
    (batch,) = release(PAIR, waits(a0=3, a1=4), closing=True).batches

    assert batch.units == ("e1", "e2", "e3", "east")


def test_fewer_than_five_in_all_are_held_and_said_to_be():
    assert release(PAIR, waits(a0=3, a3=1), closing=True) == Release(
        batches=(), held=("a0", "a3")
    )


def test_guests_never_make_up_the_number_for_people_of_the_roster():
    stuffed = release(PAIR, waits(a0=1, a9=4), closing=True)
    alone = release(PAIR, waits(a0=1, a9=20), closing=True)

    assert stuffed.batches == ()
    assert [b.atoms for b in alone.batches] == [("a9",)]
    assert alone.held == ("a0",)


def test_guests_too_few_for_themselves_join_people_of_the_roster():
    (batch,) = release(PAIR, waits(a0=6, a9=2), closing=True).batches

    assert (batch.cell, batch.tally.people, batch.guests) == (Cell(), 8, 2)


def test_words_of_an_atom_without_a_counted_person_are_not_lost():
    """The first of two submissions was withdrawn, the second does not count as a person."""
    decided = release(PAIR, waits(a0=6) | {"a1": Tally(submissions=1)}, closing=True)

    assert {id for batch in decided.batches for id in batch.atoms} == {"a0", "a1"}


def test_a_standing_round_folds_at_every_fourth_tick():
    assert [t for t in range(1, 10) if closes(t, last=False, standing=True)] == [4, 8]
    assert not closes(4, last=False, standing=False)
    assert closes(3, last=True, standing=False)


# --- in the papers ---


def test_words_carry_their_unit_only_where_eight_people_of_it_wrote():
    assert unit_of_words(Cell("e1", "teacher"), 8) == "e1"
    assert unit_of_words(Cell("e1", "teacher"), 7) == NOWHERE
    assert unit_of_words(Cell("e1", "teacher"), 9, k=10) == NOWHERE


def test_a_batch_counts_in_the_closest_row_that_holds_all_of_it():
    assert row_of(Cell("e1"), ["east", "e1"], TOWN) == "e1"
    assert row_of(Cell("east"), ["e1", "e2"], TOWN) == NOWHERE
    assert row_of(Cell("e2"), ["east", "e1"], TOWN) == "east"


# --- readers ---

Arrival = tuple[str, str, int]
"""People of a unit and a group who handed in before a tick."""


class History:
    """A round played tick by tick, and what a reader of all its papers holds in the end."""

    def __init__(self, atoms: Atoms, ticks: int) -> None:
        self.atoms, self.ticks = atoms, ticks
        self.batches: list[tuple[int, Batch]] = []
        self.parts: list[frozenset[Arrival]] = []
        """For each batch the (unit, group, tick of arrival) that it is the sum of."""
        self.arrived: dict[Arrival, int] = {}
        self.small: dict[tuple[int, str], int] = {}
        """Atoms with somebody waiting at a tick, too few to be released alone."""
        self.held = 0
        self._waiting: dict[str, Tally] = {}
        self._released: dict[str, int] = {}
        self._since: dict[str, set[Arrival]] = {}

    def tick(self, now: int, arrivals: Mapping[tuple[str, str], int]) -> None:
        for (unit, group), n in arrivals.items():
            atom = self.atoms.atom_of(unit, group).id
            self._since.setdefault(atom, set()).add((unit, group, now))
            self.arrived[unit, group, now] = n
            if n:
                more = Tally(people=n, submissions=n)
                self._waiting[atom] = self._waiting.get(atom, Tally()) + more
        decided = release(
            self.atoms, self._waiting, closing=now == self.ticks, released=self._released
        )
        for atom, tally in self._waiting.items():
            if tally.people < self.atoms.k:
                self.small[now, atom] = tally.people
        for batch in decided.batches:
            self.batches.append((now, batch))
            self.parts.append(
                frozenset[Arrival]().union(*(self._since[a] for a in batch.atoms))
            )
            for atom in batch.atoms:
                tally = self._waiting.pop(atom)
                self._released[atom] = self._released.get(atom, 0) + tally.people
                self._since[atom] = set()
        self.held = sum(t.people for t in self._waiting.values())
        assert set(self._waiting) == set(decided.held)

    def papers(self) -> tuple[tuple[object, ...], ...]:
        """What is printed: which tick, which label, how many; never which atoms."""
        printed = [
            (now, b.cell.unit, b.cell.group, b.units, b.tally.people) for now, b in self.batches
        ]
        return tuple(sorted(printed))


def random_history(seed: int) -> History:
    chance = Random(seed)
    units = [f"u{i}" for i in range(chance.randint(2, 12))]
    parents = {u: chance.choice(["", *units[:i][:3]]) for i, u in enumerate(units)}
    groups = ["g", "h", "i"][: chance.randint(1, 3)]
    headcounts: dict[tuple[str, str], int | None] = {
        (u, g): chance.choice([None, 0, *[chance.randint(1, 30)] * 6])
        for u, g in product(units, groups)
    }
    left = {place: 30 if n is None else n for place, n in headcounts.items()}
    history = History(freeze(groups, headcounts, parents), chance.randint(1, 5))
    eager = chance.choice([0.05, 0.2, 0.5])
    for now in range(1, history.ticks + 1):
        arrivals = {
            place: sum(chance.random() < eager for _ in range(n)) for place, n in left.items()
        }
        left = {place: left[place] - n for place, n in arrivals.items()}
        history.tick(now, arrivals)
    return history


@pytest.mark.parametrize("seed", range(240))
def test_no_cell_of_one_to_four_people_follows_from_all_figures_of_all_weeks(seed: int):
    history = random_history(seed)
    equations: list[Equation] = [
        (parts, batch.tally.people)
        for parts, (_, batch) in zip(history.parts, history.batches, strict=True)
    ]
    equations += tables(history)
    k = history.atoms.k

    assert all(value >= k for _, value in equations)
    arrivals = list(history.arrived)
    cells = {
        place: frozenset(a for a in arrivals if a[:2] == place)
        for place in {a[:2] for a in arrivals}
    }
    wanted = [frozenset([a]) for a in arrivals] + list(cells.values())
    wanted += [p & ticks for p in history.parts for ticks in cells.values()]
    found = solved(equations, [w for w in wanted if w])
    assert [(cell, n) for cell, n in found.items() if 0 < n < k] == []
    narrow = [(a, low, high) for a, (low, high) in bounds(equations, []).items() if low == high]
    assert [n for n in narrow if 0 < n[1] < k] == []


def tables(history: History) -> list[Equation]:
    """Every margin a paper could print: by tick, unit and group, and up to each tick."""
    rows: dict[tuple[int | str, ...], list[int]] = {}
    for i, (now, batch) in enumerate(history.batches):
        units = [
            u for u in history.atoms.parents if row_of(batch.cell, [u], history.atoms.parents)
        ]
        for unit, group in product([NOWHERE, *units], {NOWHERE, batch.cell.group}):
            rows.setdefault((now, unit, group), []).append(i)
            for until in range(now, history.ticks + 1):
                rows.setdefault(("until", until, unit, group), []).append(i)
    return [
        (
            frozenset[Arrival]().union(*(history.parts[i] for i in members)),
            sum(history.batches[i][1].tally.people for i in members),
        )
        for members in rows.values()
    ]


@pytest.mark.parametrize("seed", range(240))
def test_everybody_is_released_once_or_held(seed: int):
    history = random_history(seed)

    released = sum(batch.tally.people for _, batch in history.batches)
    assert released + history.held == sum(history.arrived.values())
    taken = [part for parts in history.parts for part in parts]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize(
    ("parents", "headcounts", "ticks", "most"),
    [
        pytest.param(
            {"a": "", "b": ""}, {"ag": 99, "bg": 99, "g": None}, 1, 16, id="two units"
        ),
        pytest.param(
            {"d": "", "a": "d", "b": "d", "c": ""},
            {"ag": 99, "bg": 99, "cg": 99, "g": None},
            1,
            13,
            id="a district and a school",
        ),
        pytest.param(
            {"d": "", "a": "d", "b": "d", "c": ""},
            {"ag": 4, "bg": 5, "cg": 6, "g": None},
            1,
            18,
            id="headcounts that bind",
        ),
        pytest.param(
            {"d": "", "a": "d", "b": "d"},
            {"ag": 99, "bg": 99, "ah": 99, "g": None, "h": None},
            1,
            10,
            id="two groups",
        ),
        pytest.param(
            {"d": "", "a": "d", "b": "d", "e": "", "c": "e", "f": "e"},
            {"ag": 99, "bg": 99, "cg": 99, "fg": 99, "g": None},
            1,
            13,
            id="two districts",
        ),
        pytest.param(
            {"a": "", "b": ""},
            {"ag": 99, "bg": 99, "g": None, "h": None},
            1,
            15,
            id="a group at large beside units",
        ),
        pytest.param({}, {"g": None, "h": None, "i": None}, 1, 16, id="groups at large only"),
        pytest.param({"a": "", "b": ""}, {"ag": 6, "bg": 7, "g": None}, 2, 9, id="two weeks"),
        pytest.param(
            {"d": "", "a": "d", "b": "d"},
            {"ag": 4, "bg": 5, "dg": 2, "g": None},
            2,
            8,
            id="merged, two weeks",
        ),
    ],
)
def test_not_even_who_knows_the_rule_can_tell_how_many_of_a_small_cell_took_part(
    parents: dict[str, str], headcounts: dict[str, int | None], ticks: int, most: int
):
    """Every possible world of up to `most` people is played, with k = 3 so that extremes are met often.

    Papers that show nearly all of those people are not judged: their other worlds have more people than are played.
    """
    places = {(name[:-1], name[-1]): n for name, n in headcounts.items()}
    atoms = freeze(sorted({g for _, g in places}), places, parents, k=3)
    seen: dict[tuple[int, ...], History] = {}

    def played(world: tuple[int, ...]) -> History:
        if world not in seen:
            seen[world] = history = History(atoms, ticks)
            for now in range(ticks):
                part = world[now * len(places) : (now + 1) * len(places)]
                history.tick(now + 1, dict(zip(places, part, strict=True)))
        return seen[world]

    worlds = [
        world
        for world in sums_up_to(most, len(places) * ticks)
        if all(
            n is None or sum(world[i :: len(places)]) <= n
            for i, n in enumerate(places.values())
        )
    ]
    bare = laid_bare(
        worlds, lambda w: played(w).papers(), lambda w: dict(played(w).small), range(1, 3)
    )

    assert len(worlds) > 100
    assert [b for b in bare if sum(row[-1] for row in b[0]) <= most - 4] == []


def sums_up_to(most: int, parts: int) -> Iterator[tuple[int, ...]]:
    if not parts:
        yield ()
        return
    for first in range(most + 1):
        for rest in sums_up_to(most - first, parts - 1):
            yield (first, *rest)


def test_the_readers_do_find_what_is_printed_carelessly():
    """An oracle that finds nothing anywhere would prove nothing."""
    a, b, c = (frozenset([x]) for x in "abc")
    assert solved([(a | b | c, 12), (a | b, 9)], [c, a]) == {c: 3}
    assert bounds([(a | b, 8)], [(a, 4), (b, 4)])["a"] == (4, 4)
    counts = {"x": 2}
    assert laid_bare([(1,)], lambda w: w, lambda _: counts, range(1, 5)) == [((1,), "x", 2)]
