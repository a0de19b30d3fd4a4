"""What examples and the office's decisions teach: linear models over characters, beside the cues.

They know single characters and pairs (hashed), once for the whole text, once for the first clause, where people say what
it is about, and once for where they stand (what people want, they say last), and which labels cues were found for; of these
they give each code of a group (topics, and the ways something is said) a share. So cues keep their say, because they can be read and
changed, and are outvoted where they stand in the wrong company.
A model carries what it was fitted on, as hashed pieces and never as text, so that a few decisions of an office are
added to what it knew instead of taking its place (`taught`). Fitting is plain gradient descent on a convex loss: the
same examples give the same model.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WIDTH = 16384
OPENED = 2 * WIDTH
PLACED = 3 * WIDTH
"""Below `WIDTH` stand pieces of the whole text, from there to `OPENED` the same by their place, from there to here those
of the first clause, then the cue labels."""
STEPS = 100
"""Steps are taken with momentum (Nesterov), so that dozens do what took hundreds."""
RESTRAINT = 3e-5
"""How strongly weights are held near zero: few examples must not shout."""
LOOKED_AT = 400
"""Characters of a text that are read."""
PLACES = 0.45
"""How much what stands last and at the edges of clauses weighs beside all characters of a text."""
OPENING = 0.77
"""How much the first clause weighs beside them, for what it is about is said there."""
EDGE = 24
"""Characters of the first and of the last clause that are read by their place."""
CUES = 0.3
"""How much all cues of a text weigh beside all its characters."""
DECIDED = 3
"""How many of our examples one decision of the office weighs."""
SIDE_BY_SIDE = 4000
"""Examples and decisions laid side by side when an office teaches: what each two have in common takes 64 MB."""

TOPIC = "topic"
"""The group of the topics among the others."""
ALWAYS = ""
"""A label every text has, so that a model knows what is usual: where nothing speaks, the usual is said."""
_ALWAYS_COUNTS = 3.0

_PARTS = ((0, WIDTH, 1.0), (WIDTH, OPENED, PLACES), (OPENED, PLACED, OPENING))
"""Where the parts of a row begin and end, and how long each is made."""

_mask = re.compile(r"〔[^〕]{1,8}〕")
_not_han = re.compile(r"〔[^〕]{1,8}〕|[^\u4e00-\u9fff]")
_clause_end = re.compile(r"[。！？；!?;\n，,、 …：:~～]+")

Cues = Mapping[str, float]
"""Labels that cues were found for (`topic:shitang`), and what speaks for each."""

Codes = tuple[str, ...]
"""The codes of one group that apply to a text; `("",)` where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Texts as counted pieces and cues, one behind the other, and the topics a person gave them."""

    ends: Ints
    """Where the pieces of each text end."""
    pieces: Ints
    counts: Floats
    topics: Codes
    worth: Floats
    """What each weighs beside the others."""


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted weights; as arrays they can be stored and read back."""

    codes: Codes
    """The topics, in the order of the columns of `weights`."""
    rarity: Floats
    weights: Floats
    """A row for each hashed piece, then one for each of `labels`."""
    labels: Codes = ()
    """The cue labels it knows."""
    cue_scale: float = 1.0
    ways: Mapping[str, tuple[Codes, Floats]] = field(
        default_factory=dict[str, tuple[Codes, Floats]]
    )
    """Other groups (`kind`, `ask`, `sifeng`, `urgent`): their codes and weights."""
    examples: Examples | None = None

    def shares(self, text: str, cues: Cues | None = None) -> dict[str, float]:
        """How likely each topic is, together 1."""
        return self.read(text, cues)[TOPIC]

    def read(self, text: str, cues: Cues | None = None) -> dict[str, dict[str, float]]:
        """The same for every group the model knows, topics under `topic`."""
        counted = _counted(text, self.labels, cues or {})
        keys: Ints = np.array(list(counted), np.int64)
        row = np.log1p(np.array(list(counted.values()), np.float32))
        spoken = keys < PLACED
        row[~spoken] *= self.cue_scale
        row[spoken] *= self.rarity[keys[spoken]]
        for first, last, part in _PARTS:
            here = (keys >= first) & (keys < last)
            row[here] = part * _scaled(row[here])
        groups = {TOPIC: (self.codes, self.weights), **self.ways}
        return {
            group: _shares(codes, row @ weights[keys])
            for group, (codes, weights) in groups.items()
        }

    def words(self, text: str, code: str) -> tuple[str, ...]:
        """The three pairs of characters that speak most for that topic."""
        column = self.codes.index(code)
        body = _not_han.sub("", text)[:LOOKED_AT]
        pieces = {body[i : i + 2] for i in range(len(body) - 1)}
        worth = {piece: self._worth(piece, column) for piece in pieces}
        best = sorted(worth, key=lambda piece: (-worth[piece], piece))[:3]
        return tuple(piece for piece in best if worth[piece] > 0)

    def _worth(self, piece: str, column: int) -> float:
        place = crc32(piece.encode()) % WIDTH
        return float(self.weights[place, column] * self.rarity[place])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For storing; `model_from` reads them."""
        arrays: dict[str, NDArray[Any]] = {
            "codes": np.array(self.codes), "rarity": self.rarity, "weights": self.weights,
            "labels": np.array(self.labels), "cue_scale": np.array(self.cue_scale),
        }  # fmt: skip
        for group, (codes, weights) in self.ways.items():
            arrays |= {f"{group}.codes": np.array(codes), f"{group}.weights": weights}
        if self.examples:
            arrays |= {
                "examples.ends": self.examples.ends.astype(np.uint32),
                "examples.pieces": self.examples.pieces.astype(np.uint16),
                "examples.counts": self.examples.counts.astype(np.uint8),
                "examples.topics": np.array(self.examples.topics),
                "examples.worth": self.examples.worth,
            }
        return arrays


def model_from(arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model that `arrays` of an earlier one describe."""
    groups = [name.removesuffix(".weights") for name in arrays if name.endswith(".weights")]
    return Model(
        _codes(arrays["codes"]),
        arrays["rarity"].astype(np.float32),
        arrays["weights"].astype(np.float32),
        _codes(arrays["labels"]),
        float(arrays["cue_scale"]),
        {
            group: (
                _codes(arrays[f"{group}.codes"]), arrays[f"{group}.weights"].astype(np.float32),
            )
            for group in groups
        },
        Examples(
            ends=arrays["examples.ends"].astype(np.int64),
            pieces=arrays["examples.pieces"].astype(np.int64),
            counts=arrays["examples.counts"].astype(np.float32),
            topics=_codes(arrays["examples.topics"]),
            worth=arrays["examples.worth"].astype(np.float32),
        )
        if "examples.ends" in arrays
        else None,
    )  # fmt: skip


def _codes(array: NDArray[Any]) -> Codes:
    return tuple(str(code) for code in array)


def fit(
    texts: Sequence[str],
    topics: Sequence[str],
    cues: Sequence[Cues] = (),
    ways: Mapping[str, Sequence[Codes]] | None = None,
    worth: Sequence[float] = (),
) -> Model:
    """A model of these decisions: `topics[i]` is what a person said `texts[i]` is about.

    `cues[i]` is what cues say of it (`cues_in`). `ways[group][i]` are the codes of other groups that apply to it: where
    several do, they share it evenly, and an empty tuple means that nobody said. `worth[i]` is what it weighs (1).
    """
    labels = (ALWAYS, *sorted({label for some in cues for label in some}))
    examples = _examples(texts, topics, labels, cues, worth)
    spoken, found = examples.pieces < PLACED, examples.pieces > PLACED
    held = np.bincount(examples.pieces[spoken], minlength=PLACED)
    rarity = (np.log((1 + len(texts)) / (1 + held)) + 1).astype(np.float32)
    usual = float(np.sqrt((np.log1p(examples.counts[found]) ** 2).sum() / max(1, len(texts))))
    empty = Model(
        (), rarity, np.zeros((0, 0), np.float32), labels, CUES / usual if usual else 1.0
    )
    rows = _weighed(empty, [examples])
    wanted = {TOPIC: [(topic,) for topic in topics], **(ways or {})}
    others = _fitted(rows, rows.alike(), wanted, examples.worth)
    codes, weights = others.pop(TOPIC)
    return replace(empty, codes=codes, weights=weights, ways=others, examples=examples)


def taught(
    model: Model, texts: Sequence[str], topics: Sequence[str], cues: Sequence[Cues] = ()
) -> Model:
    """The model with these decisions added to the examples it was fitted on; seconds, so not on the loop.

    Its own examples stay what they were: teaching it anew from all decisions so far begins with the same `model`.
    A model that carries no examples learns from the decisions alone.
    """
    if model.examples is None:
        return replace(fit(texts, topics, cues), ways=model.ways)
    own = _examples(texts, topics, model.labels, cues, [DECIDED] * len(texts))
    known = _thinned(model.examples, max(SIDE_BY_SIDE - len(texts), SIDE_BY_SIDE // 4))
    wanted = [(topic,) for topic in (*known.topics, *topics)]
    worth = np.concatenate([known.worth, own.worth])
    rows = _weighed(model, [known, own])
    codes, weights = _fitted(rows, rows.alike(), {TOPIC: wanted}, worth)[TOPIC]
    return replace(model, codes=codes, weights=weights)


def _thinned(examples: Examples, most: int) -> Examples:
    """So many of them at most, from all over: beside an office's many decisions fewer of ours are needed."""
    total = len(examples.ends)
    if total <= most:
        return examples
    kept: Ints = np.arange(most, dtype=np.int64) * total // most
    sizes = np.diff(examples.ends, prepend=0)
    stays = np.zeros(total, bool)
    stays[kept] = True
    pieces = np.repeat(stays, sizes)
    return Examples(
        ends=np.cumsum(sizes[kept]),
        pieces=examples.pieces[pieces],
        counts=examples.counts[pieces],
        topics=tuple(examples.topics[int(row)] for row in kept),
        worth=examples.worth[kept],
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Weighed examples, most of whose places are empty: a list of what is there, by piece."""

    row: Ints
    piece: Ints
    value: Floats
    height: int
    width: int

    def alike(self) -> Floats:
        """What each two rows have in common. Most pieces stand in few rows: they are added pair by pair."""
        alike: Floats = np.zeros((self.height, self.height), np.float32)
        edges = np.searchsorted(self.piece, np.arange(self.width + 1))
        often: list[int] = []
        for piece in np.flatnonzero(np.diff(edges)).tolist():
            first, last = int(edges[piece]), int(edges[piece + 1])
            if last - first > self.height // 16:
                often.append(piece)
                continue
            rows, value = self.row[first:last], self.value[first:last]
            alike[np.ix_(rows, rows)] += np.outer(value, value)
        for start in range(0, len(often), _AT_ONCE):
            some = often[start : start + _AT_ONCE]
            block = np.zeros((self.height, len(some)), np.float32)
            for column, piece in enumerate(some):
                here = slice(int(edges[piece]), int(edges[piece + 1]))
                block[self.row[here], column] = self.value[here]
            for top in range(
                0, self.height, _AT_ONCE
            ):  # in strips: all at once is as large again
                alike[top : top + _AT_ONCE] += block[top : top + _AT_ONCE] @ block.T
        return alike

    def weighed_by(self, held: Floats) -> Floats:
        """The sum of all rows, each as often as `held` says; a row for each piece."""
        weights: Floats = np.zeros((self.width, held.shape[1]), np.float32)
        for start in range(0, len(self.row), _AT_ONCE * 64):
            here = slice(start, start + _AT_ONCE * 64)
            np.add.at(weights, self.piece[here], held[self.row[here]] * self.value[here, None])
        return weights


_AT_ONCE = 1024


def _weighed(model: Model, parts: Sequence[Examples]) -> _Rows:
    sizes = np.concatenate([np.diff(part.ends, prepend=0) for part in parts])
    row: Ints = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    piece = np.concatenate([part.pieces for part in parts])
    value = np.log1p(np.concatenate([part.counts for part in parts]))
    spoken = piece < PLACED
    value[spoken] *= model.rarity[piece[spoken]]
    for first, last, part in _PARTS:
        here = (piece >= first) & (piece < last)
        lengths = np.sqrt(np.bincount(row[here], value[here] ** 2, len(sizes)))
        value[here] *= part / np.where(lengths > 0, lengths, 1)[row[here]]
    value[~spoken] *= model.cue_scale
    order = np.argsort(piece, kind="stable")
    width = PLACED + len(model.labels)
    return _Rows(row[order], piece[order], value[order].astype(np.float32), len(sizes), width)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one group should learn: its codes, how they are shared by each row, what each row is worth."""

    codes: Codes
    columns: slice
    target: Floats
    own: Floats
    rate: float


def _wanted(some: Sequence[Codes], alike: Floats, worth: Floats, first: int) -> _Wanted:
    codes = tuple(sorted({code for one in some for code in one}))
    target = np.zeros((len(some), len(codes)), np.float32)
    for row, one in enumerate(some):
        target[row, [codes.index(code) for code in one]] = 1 / max(1, len(one))
    said = np.array([bool(one) for one in some])
    own = np.where(said, worth, 0).astype(np.float32)[:, None]
    own /= own.sum()
    columns = slice(first, first + len(codes))
    # the loss bends at most half as much as the rows alone
    return _Wanted(codes, columns, target, own, 2 / _steepest(alike, own))


def _fitted(
    rows: _Rows, alike: Floats, ways: Mapping[str, Sequence[Codes]], worth: Floats
) -> dict[str, tuple[Codes, Floats]]:
    """Weights as sums of rows: descending in how much of each row they hold costs rows², not rows times pieces.

    All groups descend side by side, so that what rows have in common is gone through once a step.
    """
    groups: dict[str, _Wanted] = {}
    width = 0
    for group, some in ways.items():
        groups[group] = _wanted(some, alike, worth, width)
        width = groups[group].columns.stop
    held: Floats = np.zeros((rows.height, width), np.float32)
    ahead = held
    for step in range(STEPS):
        scores = (alike @ ahead).astype(np.float32)
        moved = np.empty_like(held)
        for one in groups.values():
            powers = np.exp(_level(scores[:, one.columns]))
            gap = powers / powers.sum(axis=-1, keepdims=True) - one.target
            here = ahead[:, one.columns]
            moved[:, one.columns] = here - one.rate * (gap * one.own + RESTRAINT * here)
        ahead = (moved + step / (step + 3) * (moved - held)).astype(np.float32)
        held = moved
    weights = rows.weighed_by(held)
    return {
        group: (one.codes, np.ascontiguousarray(weights[:, one.columns]))
        for group, one in groups.items()
    }


def _steepest(alike: Floats, own: Floats) -> float:
    """The largest eigenvalue of the weighed rows, by a few rounds of multiplying."""
    way: Floats = np.ones((len(alike), 1), np.float32)
    size = 1.0
    for _ in range(12):
        way = (alike @ (own * way)).astype(np.float32)
        size = float(np.abs(way).max()) or 1.0
        way /= size
    return 1.1 * size + RESTRAINT


def _shares(codes: Codes, scores: Floats) -> dict[str, float]:
    powers = np.exp(_level(scores))
    return dict(zip(codes, (powers / powers.sum()).tolist(), strict=True))


def _level(scores: Floats) -> Floats:
    return scores - scores.max(axis=-1, keepdims=True)


def _counted(text: str, labels: Codes, cues: Cues) -> dict[int, float]:
    counted: dict[int, float] = {}
    _count(counted, _pieces(_not_han.sub("", text)[:LOOKED_AT]), 0)
    clauses = [_not_han.sub("", clause) for clause in _clause_end.split(_mask.sub("", text))]
    clauses = [clause for clause in clauses if clause]
    if clauses:
        _count(counted, _pieces(clauses[0][:EDGE]), OPENED)
        _count(counted, ["$" + one for one in _pieces(clauses[-1][-EDGE:])], WIDTH)
    edges = [
        edge
        for clause in clauses[:LOOKED_AT]
        for size in (1, 2, 3)
        for edge in ("<" + clause[:size], ">" + clause[-size:])
    ]
    _count(counted, edges, WIDTH)
    for place, label in enumerate(labels, PLACED):
        if label == ALWAYS:
            counted[place] = _ALWAYS_COUNTS
        elif label in cues:
            counted[place] = min(cues[label], 255.0)
    return counted


def _pieces(body: str) -> list[str]:
    return [*body, *map(add, body, body[1:])]


def _count(counted: dict[int, float], pieces: Iterable[str], start: int) -> None:
    for piece in pieces:
        key = start + crc32(piece.encode()) % WIDTH
        counted[key] = counted.get(key, 0.0) + 1.0


def _examples(
    texts: Sequence[str],
    topics: Sequence[str],
    labels: Codes,
    cues: Sequence[Cues],
    worth: Sequence[float],
) -> Examples:
    none: Cues = {}
    found = cues or [none] * len(texts)
    counted = [_counted(text, labels, some) for text, some in zip(texts, found, strict=True)]
    return Examples(
        ends=np.cumsum([len(one) for one in counted], dtype=np.int64),
        pieces=np.array([key for one in counted for key in one], np.int64),
        counts=np.array([min(n, 255) for one in counted for n in one.values()], np.float32),
        topics=tuple(topics),
        worth=np.array(worth or [1.0] * len(texts), np.float32),
    )


def _scaled(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
