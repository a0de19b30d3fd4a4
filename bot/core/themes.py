"""Opinions that say nearly the same become one theme, with a number it keeps from week to week.

Within a topic, texts are compared by their characters and pairs of characters (hashed, weighed by rarity) and joined
by average linkage: chains of half-alike texts do not run together. A known theme takes new opinions that are like
its own; it never loses a number, and what a person merged, split or renamed stays so. It carries a sketch of its words, so
it is recognised even after its opinions were let go. A title is a clause of the theme's own words. Placeholders of
masked identities are dropped first: they glue nothing together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

WIDTH = 4096
ALIKE = 0.14
"""Mean likeness from which two groups of texts are one theme; set on this project's own groups."""
COPY = 0.7
"""Share of common three-character pieces from which two texts are copies."""
TWIN = 0.55
"""Likeness from which somebody is asked whether two opinions from different places are one matter."""
TOGETHER = 512
"""Rows compared with all others at a time."""
LOOKED_AT = 120
"""Characters of each text that are compared; the matter is told at the beginning."""
LONGEST_TITLE = 24
SKETCHED = 96
"""Pieces a sketch holds: enough to know a theme again, too few to read what anyone wrote."""

Sketch = tuple[tuple[int, float], ...]
"""Hashed pieces of a theme's texts with their mean weights, the heaviest first; plain JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One masked opinion."""

    id: str
    topic: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Opinions that say the same."""

    number: int
    topic: str
    title: str
    ids: tuple[str, ...]
    representative: str
    """The id of the opinion most like all the others."""
    copies: tuple[tuple[str, ...], ...] = ()
    """Ids of opinions that are nearly letter for letter alike: pasted, not said again."""
    named: bool = False
    """A person gave it the title."""
    sketch: Sketch = ()
    """What it is recognised by when its opinions are no longer at hand."""


def gather(
    said: Sequence[Said],
    known: Sequence[Theme] = (),
    *,
    alike: float = ALIKE,
    last: int = 0,
) -> tuple[Theme, ...]:
    """All themes of these opinions, the largest first.

    `known` are the themes as they stood; they keep their numbers, their titles and the ids they had, whether those
    opinions are among `said` or not. New themes are numbered on from the highest, and from `last`: the highest
    number ever given, so that the number of a theme that was merged away is never given again.
    """
    counted = [_pieces(one.text) for one in said]
    rarity = _rarity(counted)
    vectors = _vectors(counted, rarity)
    place = {one.id: index for index, one in enumerate(said)}
    members = [[place[id] for id in theme.ids if id in place] for theme in known]
    homeless = _settle(said, vectors, known, members, alike, rarity)
    themes = [
        _grown(theme, said, counted, vectors, rows)
        for theme, rows in zip(known, members, strict=True)
    ]
    number = max(last, *(theme.number for theme in known)) if known else last
    fresh: list[list[int]] = []
    for topic in dict.fromkeys(said[row].topic for row in homeless):
        rows = [row for row in homeless if said[row].topic == topic]
        fresh += [[rows[i] for i in group] for group in _linked(vectors[rows], alike)]
    for rows in sorted(fresh, key=lambda rows: (-len(rows), rows[0])):
        number += 1
        new = Theme(
            number=number, topic=said[rows[0]].topic, title="", ids=(), representative=""
        )
        themes.append(_grown(new, said, counted, vectors, rows))
    return tuple(sorted(themes, key=lambda theme: (-len(theme.ids), theme.number)))


def twins(said: Sequence[Said], whence: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Pairs that are so alike that they may be one matter told twice, with their likeness in percent, the most alike first.

    `whence` says where each came from: two of one place are two, for whoever wrote them down there knew them apart. Each
    is paired with the one most like it.
    """
    vectors = _vectors(counted := [_pieces(one.text) for one in said], _rarity(counted))
    places = np.unique([whence[one.id] for one in said], return_inverse=True)[1]
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(said), TOGETHER):
        some = slice(start, start + TOGETHER)
        likeness = vectors[some] @ vectors.T
        likeness[places[some, None] == places[None, :]] = 0.0
        best: list[int] = likeness.argmax(axis=1).tolist()
        for row, column in enumerate(best):
            if likeness[row, column] >= TWIN:
                one, other = sorted((said[start + row].id, said[column].id))
                found[one, other] = round(100 * float(likeness[row, column]))
    pairs = [(one, other, percent) for (one, other), percent in found.items()]
    return sorted(pairs, key=lambda pair: (-pair[2], pair))


def merged(into: Theme, other: Theme) -> Theme:
    """One theme of two; it keeps the number, the topic and the title of the first."""
    return replace(
        into,
        ids=(*into.ids, *(id for id in other.ids if id not in into.ids)),
        copies=into.copies + other.copies,
        sketch=_mean((into.sketch, len(into.ids)), (other.sketch, len(other.ids))),
    )


def split(theme: Theme, ids: Iterable[str], number: int) -> tuple[Theme, Theme]:
    """Take these opinions out of a theme into a new one of that number. Raises `ValueError` where nothing would stay.

    Both wait for the next `gather` to be sketched anew; it also finds the new one's title.
    """
    wanted = set(ids)
    out = tuple(id for id in theme.ids if id in wanted)
    rest = tuple(id for id in theme.ids if id not in wanted)
    if not out or not rest:
        raise ValueError("a split needs opinions on both sides")
    staying = theme.representative if theme.representative in rest else rest[0]
    return replace(theme, ids=rest, representative=staying, copies=(), sketch=()), replace(
        theme, number=number, title="", ids=out, representative=out[0], named=False, copies=(),
        sketch=(),
    )  # fmt: skip


def renamed(theme: Theme, title: str) -> Theme:
    """The theme under a title a person gave it."""
    return replace(theme, title=title, named=True)


def _settle(
    said: Sequence[Said],
    vectors: Vectors,
    known: Sequence[Theme],
    members: list[list[int]],
    alike: float,
    rarity: Vectors,
) -> list[int]:
    """Add each new opinion to the known theme it is most like; give back those that are like none."""
    taken = {row for rows in members for row in rows}
    topics: dict[str, list[int]] = {}
    centres = np.zeros((len(known), WIDTH), np.float32)
    for index, (theme, rows) in enumerate(zip(known, members, strict=True)):
        centres[index] = _centre(theme, vectors, rows, rarity)
        topics.setdefault(theme.topic, []).append(index)
    homeless: list[int] = []
    for row in range(len(said)):
        if row in taken:
            continue
        near = topics.get(said[row].topic, [])
        scores = centres[near] @ vectors[row]
        if near and float(scores.max()) >= alike:
            members[near[int(scores.argmax())]].append(row)
        else:
            homeless.append(row)
    return homeless


def _centre(theme: Theme, vectors: Vectors, rows: list[int], rarity: Vectors) -> Vectors:
    """The mean of the opinions at hand and, for those that are gone, of the sketch."""
    gone = len(theme.ids) - len(rows)
    if not gone or not theme.sketch:
        return vectors[rows].mean(axis=0) if rows else np.zeros(WIDTH, np.float32)
    sketched = np.zeros(WIDTH, np.float32)
    for key, weight in theme.sketch:
        sketched[key] = weight
    sketched *= rarity
    sketched /= max(float(np.linalg.norm(sketched)), 1e-6)
    if not rows:
        return sketched * _TIGHT
    return (sketched * _TIGHT * gone + vectors[rows].sum(axis=0)) / len(theme.ids)


_TIGHT = 0.6
"""About how long the mean of alike texts is; a sketch is of length one, and would draw too much to itself."""


def _grown(
    theme: Theme,
    said: Sequence[Said],
    counted: Sequence[Mapping[int, float]],
    vectors: Vectors,
    rows: list[int],
) -> Theme:
    if not rows:
        return theme
    centre = vectors[rows].mean(axis=0)
    middle = max(rows, key=lambda row: (float(vectors[row] @ centre), -row))
    title = theme.title if theme.named or theme.title else _title(said[middle].text, centre)
    kept = tuple(said[row].id for row in rows)
    at_hand = set(kept)
    gone = tuple(id for id in theme.ids if id not in at_hand)
    sketch = _sketched([counted[row] for row in rows])
    return replace(
        theme, title=title, ids=gone + kept, representative=said[middle].id,
        copies=_copies([said[row] for row in rows]),
        sketch=_mean((theme.sketch, len(gone)), (sketch, len(kept))) if gone else sketch,
    )  # fmt: skip


def _sketched(counted: Sequence[Mapping[int, float]]) -> Sketch:
    return _mean(*((tuple((k, 1 + log(n)) for k, n in one.items()), 1) for one in counted))


def _mean(*parts: tuple[Sketch, int]) -> Sketch:
    """The heaviest pieces of sketches that stand for so many opinions each."""
    total: dict[int, float] = {}
    for sketch, count in parts:
        for key, weight in sketch:
            total[key] = total.get(key, 0.0) + weight * count
    whole = sum(count for _, count in parts) or 1
    heaviest = sorted(total.items(), key=lambda piece: (-piece[1], piece[0]))[:SKETCHED]
    return tuple((key, round(weight / whole, 3)) for key, weight in heaviest)


_clause = re.compile(r"[^，。！？；：、,.!?;:\s…—]{2,}(?:、[^，。！？；：、,.!?;:\s…—]{1,6})*")


def _title(text: str, centre: Vectors) -> str:
    """The clause nearest to what the whole theme says, verbatim, shortened at the end if it must be."""
    clauses = [found[0] for found in _clause.finditer(_placeholder.sub("", text))] or [
        text.strip() or "…"
    ]
    best = max(
        clauses,
        key=lambda clause: float(_pieces_of(clause) @ centre) * min(1.0, len(clause) / 6),
    )
    return best if len(best) <= LONGEST_TITLE else best[: LONGEST_TITLE - 1] + "…"


_placeholder = re.compile(r"〔[^〕]{1,8}〕")
_silent = re.compile(r"[^\u3400-\u9fffA-Za-z0-9]+")


def _essence(text: str) -> str:
    return _silent.sub("", _placeholder.sub("", text)).lower()


_EMPTY = frozenset(
    "的了是在我你他她它们不有和就都也又还很太这那个把被给让到去来要会能可说没为与及等着过吗呢吧啊一上下里什么时候"
) | frozenset(
    "我们 希望 学校 老师 孩子 就是 一个 什么 没有 可以 这个 那个 现在 因为 所以 但是 还是 已经 自己 大家 问题 建议 领导 请问 能不 不能 一下 时候 家长 学生 教师 "  # noqa: SIM905 - reads as words
    "的时 们的 了一 是不 有的 都是 也不 不是 这样 为什 怎么 是一 说是 我家 他们 应该 家里".split()
)


def _pieces(text: str) -> dict[int, float]:
    """Hashed single characters and pairs, and how often they stand there. Pairs alone miss 饭菜 against 菜."""
    body = _essence(text)[:LOOKED_AT]
    counted: dict[int, float] = {}
    for size in (1, 2):
        for start in range(len(body) - size + 1):
            piece = body[start : start + size]
            if piece not in _EMPTY:
                key = crc32(piece.encode()) % WIDTH
                counted[key] = counted.get(key, 0.0) + 1.0
    return counted


def _pieces_of(text: str) -> Vectors:
    vector = np.zeros(WIDTH, np.float32)
    for key, count in _pieces(text).items():
        vector[key] = 1.0 + np.log(max(count, 1.0))
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _rarity(counted: Sequence[Mapping[int, float]]) -> Vectors:
    seen = np.zeros(WIDTH, np.float32)
    for row in counted:
        seen[list(row)] += 1
    return (np.log((1 + len(counted)) / (1 + seen)) + 1).astype(np.float32)


def _vectors(counted: Sequence[Mapping[int, float]], rarity: Vectors) -> Vectors:
    """A row of length one (or zero) for each text, weighed by how rare its pieces are among all of them."""
    vectors = np.zeros((len(counted), WIDTH), np.float32)
    for index, row in enumerate(counted):
        if row:
            keys = list(row)
            often = np.maximum(list(row.values()), 1)
            vectors[index, keys] = (1 + np.log(often)) * rarity[keys]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _linked(vectors: Vectors, alike: float) -> list[list[int]]:
    """Average linkage by nearest-neighbour chains, cut where the mean likeness falls below `alike`."""
    count = len(vectors)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1.0)
    groups: dict[int, list[int]] = {index: [index] for index in range(count)}
    sizes = np.ones(count, np.float32)
    chain: list[int] = []
    done: list[list[int]] = []
    while groups:
        if not chain:
            chain.append(next(iter(groups)))
        tip = chain[-1]
        nearest = int(likeness[tip].argmax())
        best = float(likeness[tip, nearest])
        if best < alike:
            done.append(sorted(groups.pop(tip)))
            likeness[tip, :] = likeness[:, tip] = -1.0
            chain.pop()
        elif len(chain) > 1 and likeness[tip, chain[-2]] >= best:
            other = chain[-2]
            del chain[-2:]
            keep, drop = min(tip, other), max(tip, other)
            together = (sizes[keep] * likeness[keep] + sizes[drop] * likeness[drop]) / (
                sizes[keep] + sizes[drop]
            )
            together[likeness[keep] < 0] = -1.0
            together[keep] = together[drop] = -1.0
            likeness[keep, :] = likeness[:, keep] = together
            likeness[drop, :] = likeness[:, drop] = -1.0
            sizes[keep] += sizes[drop]
            groups[keep] += groups.pop(drop)
        else:
            chain.append(nearest)
    return sorted(done)


def _copies(said: Sequence[Said]) -> tuple[tuple[str, ...], ...]:
    """Groups of at least two texts that share most of their pieces."""
    shapes = [(one.id, _shape(one.text)) for one in said]
    groups: list[tuple[frozenset[str], list[str]]] = []
    for id, shape in shapes:
        home = next((group for first, group in groups if _jaccard(first, shape) >= COPY), None)
        if home is None:
            groups.append((shape, [id]))
        else:
            home.append(id)
    return tuple(tuple(group) for _, group in groups if len(group) > 1)


def _shape(text: str) -> frozenset[str]:
    body = _essence(text)
    return frozenset(body[start : start + 3] for start in range(max(1, len(body) - 2)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
