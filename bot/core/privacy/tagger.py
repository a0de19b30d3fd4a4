"""Two small neural readers of Chinese names, run as plain matrix arithmetic.

Their weights come in as arrays (see `bot/content/models` for where they are from). A reader is characters in, a tag
for each character out: two recurrent layers in both directions, a linear layer and transitions between tags. All
sentences of a text are read side by side, both directions at once, because small steps cost more than small sums.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LONGEST = 120
"""Characters read in one go; longer sentences are cut."""
TOGETHER = 64
"""Sentences read side by side."""
FEW = 4
"""Rows up to which a product of a small matrix is taken row by row."""
_ABREAST = 8
"""Stretches whose best paths are looked for side by side: more would not lie in the nearest cache."""
_STRIPS = 8
"""The largest of many rows is found strip by strip: long rows are compared sooner than many."""

_sentence = re.compile(rf"[^。！？!?；;\n]{{1,{LONGEST}}}[。！？!?；;]*")


class Reading(NamedTuple):
    """What one reader makes of a text: where names stand, and how likely each character begins or goes on with one."""

    spans: list[tuple[int, int]]
    begins: list[float]
    goes_on: list[float]


class _Sentence(NamedTuple):
    """Where one stands: in which text, from where to where."""

    text: int
    start: int
    end: int


class _Run(NamedTuple):
    """Steps that the same number of sentences take: where their places begin, how many steps, how many sentences."""

    first: int
    steps: int
    rows: int


class _Table(NamedTuple):
    """How sentences of many lengths lie in one table without gaps: all first characters, all second ones, and so on.

    The longest sentence comes first, so that those that still go on are always the first rows of a step.
    """

    runs: list[_Run]
    places: list[Ints]
    """Where the characters of each sentence lie."""
    letters: Ints
    """Which character of all sentences, written one behind the other, stands at each place."""
    backwards: Ints
    """Which place is the same sentence's as far from its end."""

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "_Table":
        if len(lengths) == 1:
            alone = np.arange(lengths[0], dtype=np.int64)
            return cls([_Run(0, lengths[0], 1)], [alone], alone, alone[::-1])
        sizes = np.array(lengths, np.int64)
        steps: Ints = np.arange(sizes[0], dtype=np.int64)
        going_on = sizes[None, :] > steps[:, None]
        rows = going_on.sum(axis=1)
        first = np.concatenate([[0], rows.cumsum()])
        step, row = going_on.nonzero()
        begins = np.concatenate([[0], sizes.cumsum()])
        runs: list[_Run] = []
        at = 0
        for count, same in groupby(rows.tolist()):
            runs.append(_Run(at, sum(1 for _ in same), count))
            at += runs[-1].steps * count
        return cls(
            runs,
            [first[:size] + at for at, size in enumerate(lengths)],
            begins[row] + step,
            first[sizes[row] - 1 - step] + row,
        )


class _Layer:
    """Both directions of one recurrent layer over a table of sentences.

    A step over a few sentences is a dozen small calls, so it is calls that are spared: gates are quotients (what they
    let through is divided by one and a power, whose sign lies in the weights), what stands side by side is one call
    (characters, gates, directions, width), and where each step reads and writes is laid out before the first.
    """

    def __init__(self, into: Floats, recurrent: Floats, bias: Floats) -> None:
        """The weights of (2, gates, width) each; LSTM: in, forget, cell, out; GRU: update, reset, new."""
        size = recurrent.shape[2]
        self._size = size
        self._cells = recurrent.shape[1] == 4 * size
        into, recurrent, bias = (
            one.reshape(2, -1, size, *one.shape[2:]).swapaxes(0, 1)
            for one in (into, recurrent, bias)
        )
        if self._cells:
            order = [1, 0, 3, 2]
            into, recurrent, bias = into[order], recurrent[order], bias[order]
            self._own = None
        else:  # the reset acts on the finished product (as in cuDNN), so that the new state has a bias of its own
            bias, inner = bias[:3].copy(), bias[3:]
            bias[:2] += inner[:2]
            self._own = np.ascontiguousarray(inner[2])
        sign = np.ones((len(recurrent), 1, 1, 1), np.float32)
        sign[:-1] = -1.0
        into, recurrent, bias = into * sign, recurrent * sign, bias * sign[..., 0]
        if not self._cells:  # the new state first: its own bias stands behind the gates
            into, bias = into[[2, 0, 1]], bias[[2, 0, 1]]
        self._into = np.ascontiguousarray(into.reshape(-1, into.shape[3]).T)
        self._bias = np.ascontiguousarray(bias.reshape(-1))
        self._recurrent = np.ascontiguousarray(recurrent.swapaxes(2, 3))[:, None]

    def given(self, seen: Floats) -> Floats:
        """What the gates make of (places, width) before they hear of what stood before: (places, gates, 2, width)."""
        given = seen @ self._into
        given += self._bias
        return given.reshape(len(seen), -1, 2, self._size)

    def over(self, given: Floats, table: _Table) -> Floats:
        """What the layer makes of it, both directions beside each other: (places, 2 * width)."""
        ways = np.empty((len(given), 2, self._size), np.float32)
        with np.errstate(over="ignore"):  # a gate that is quite shut divides by infinity
            (self._lstm if self._cells else self._gru)(given, ways, table)
        seen = np.empty_like(ways)
        seen[:, 0] = ways[:, 0]
        seen[table.backwards, 1] = ways[:, 1]
        return seen.reshape(len(given), -1)

    def _laid(self, given: Floats, table: _Table, run: _Run) -> Floats:
        """What each step of a run is given: (steps, gates and the own bias, rows, 2, width)."""
        count = given.shape[1]
        here = slice(run.first, run.first + run.steps * run.rows)
        laid = np.empty((run.steps, 4, run.rows, 2, self._size), np.float32)
        ways = laid[:, :count].swapaxes(1, 2)
        shape = run.steps, run.rows, count, self._size
        ways[..., 0, :] = given[here, :, 0].reshape(shape)
        ways[..., 1, :] = given[table.backwards[here], :, 1].reshape(shape)
        if self._own is not None:
            laid[:, count] = self._own
        return laid

    def _gru(self, given: Floats, out: Floats, table: _Table) -> None:
        weights, rows = self._recurrent, table.runs[0].rows
        state = np.zeros((rows, 2, self._size), np.float32)
        for run in table.runs:
            state, fed = (
                state[: run.rows],
                np.empty((3, run.rows, *state.shape[1:]), np.float32),
            )
            gates, (update, reset, new) = fed[:2], fed
            laid, afters = self._laid(given, table, run), _stepwise(out, run)
            states, into = _fed(state, afters, fed)
            for now, own, before, after in zip(
                laid[:, 1:], laid[:, 0], states, afters, strict=True
            ):
                _matmul(before, weights, into)
                _add(fed, now, fed)
                _exp(gates, gates)
                _add(gates, _ONE, gates)
                _divide(new, reset, new)
                _add(new, own, new)
                _tanh(new, new)
                _subtract(state, new, after)
                _divide(after, update, after)
                _add(after, new, after)
                state = after

    def _lstm(self, given: Floats, out: Floats, table: _Table) -> None:
        weights, rows = self._recurrent, table.runs[0].rows
        state = np.zeros((rows, 2, self._size), np.float32)
        pair = np.zeros((2, *state.shape), np.float32)
        for run in table.runs:
            state, pair = state[: run.rows], np.ascontiguousarray(pair[:, : run.rows])
            fed, part = np.empty((4, *state.shape), np.float32), np.empty_like(pair)
            gates, shares, (_, _, shown, fresh) = fed[:3], fed[:2], fed
            (cell, new), (kept, come) = pair, part
            afters = _stepwise(out, run)
            states, into = _fed(state, afters, fed)
            for now, before, after in zip(
                self._laid(given, table, run), states, afters, strict=True
            ):
                _matmul(before, weights, into)
                _add(fed, now, fed)
                _exp(gates, gates)
                _add(gates, _ONE, gates)
                _tanh(fresh, new)
                _divide(pair, shares, part)
                _add(kept, come, cell)
                _tanh(cell, after)
                _divide(after, shown, after)
            state = afters[-1]


def _stepwise(array: Floats, run: _Run) -> Floats:
    """The part of a table that a run goes over: (steps, rows, ...)."""
    here = array[run.first : run.first + run.steps * run.rows]
    return here.reshape(run.steps, run.rows, *array.shape[1:])


def _fed(state: Floats, afters: Floats, fed: Floats) -> tuple[list[Floats], Floats]:
    """What each step of a run multiplies with the weights (gates, 1, 2, width, width), and where the product goes."""
    if len(state) <= FEW:
        return [state[:, :, None], *afters[:-1, :, :, None]], fed[..., None, :]
    turned = [state.swapaxes(0, 1)[None], *afters[:-1].swapaxes(1, 2)[:, None]]
    return turned, fed.swapaxes(1, 2)[:, None]


_ONE = np.array(1.0, np.float32)
_add, _subtract, _divide, _exp, _tanh, _matmul = (
    np.add, np.subtract, np.divide, np.exp, np.tanh, np.matmul,
)  # fmt: skip


class Tagger:
    """Reads names as one model sees them; holds its weights and nothing of what it read."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[Any]],
        *,
        begins: Iterable[str],
        goes_on: Iterable[str],
        eager: float = 0.0,
    ) -> None:
        """`begins` and `goes_on` are the tags of a name's first and of its other characters.

        `eager` is what a name has in advance: readers were taught on newspapers, where names introduce themselves.
        """
        arrays = {
            key: value.astype(np.float32)
            for key, value in weights.items()
            if value.dtype.kind == "f"
        }
        chars = str(weights["chars"])
        tags = [str(tag) for tag in weights["tags"]]
        self._known = len(arrays["embedding"]) - len(chars)
        self._number = {char: index for index, char in enumerate(chars, self._known)}
        wide, narrow = str(weights.get("wide", "")), str(weights.get("narrow", ""))
        for char, plain in zip(wide, narrow, strict=True):  # 。 as . and 師 as 师
            self._number[char] = self._number.get(plain, 0)
        self._first, self._second = (
            _Layer(arrays[f"input{n}"], arrays[f"recurrent{n}"], arrays[f"bias{n}"])
            for n in (0, 1)
        )
        self._given = self._first.given(arrays["embedding"])
        known = len(tags)  # LAC's last layer has room for tags it never learned
        self._output = np.ascontiguousarray(arrays["output"][:, :known])
        self._output_bias = arrays["output_bias"][:known].copy()
        self._path = _Path(
            arrays["transitions"][:known, :known],
            arrays.get("starts", np.zeros(known, np.float32)),
            arrays.get("ends", np.zeros(known, np.float32)),
        )
        self._begins = frozenset(tags.index(tag) for tag in begins)
        self._goes_on = frozenset(tags.index(tag) for tag in goes_on)
        self._output_bias[[*self._begins, *self._goes_on]] += eager
        self._counted = np.zeros((known, 3), np.float32)
        self._counted[[*self._begins], 0] = 1
        self._counted[[*self._goes_on], 1] = 1
        self._counted[:, 2] = 1

    def read(self, text: str) -> Reading:
        """What this reader makes of a text of simplified characters."""
        return self.read_all((text,))[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The same of many texts, side by side: a step over sixty sentences costs little more than over one."""
        sentences = [
            _Sentence(at, *found.span())
            for at, text in enumerate(texts)
            for found in _sentence.finditer(text)
            if found[0].strip()
        ]
        sentences.sort(key=lambda one: one.end - one.start)
        found = [Reading([], [0.0] * len(text), [0.0] * len(text)) for text in texts]
        for first in range(0, len(sentences), TOGETHER):
            self._read(texts, sentences[first : first + TOGETHER], found)
        for reading in found:
            reading.spans.sort()
        return found

    def _read(
        self, texts: Sequence[str], sentences: "Sequence[_Sentence]", found: list[Reading]
    ) -> None:
        sentences = sentences[::-1]  # the longest first
        table = _Table.of([end - start for _, start, end in sentences])
        letters = "".join(
            texts[text][start:end].lower()[: end - start] for text, start, end in sentences
        )
        scores = self._scores(self._numbers(letters)[table.letters], table)
        likely = self._likely(scores)
        tags = self._path.best([scores[here] for here in table.places])
        for mine, here, (text, start, end) in zip(tags, table.places, sentences, strict=True):
            reading = found[text]
            reading.spans.extend(
                (start + first, start + last) for first, last in self._spans(mine)
            )
            begins, goes_on = likely[here].T.tolist()
            reading.begins[start:end] = begins
            reading.goes_on[start:end] = goes_on

    def _likely(self, scores: Floats) -> Floats:
        """How likely each character is the first of a name, and another of one, taken by itself."""
        powers = np.exp(scores - scores.max(axis=1, keepdims=True)) @ self._counted
        return powers[:, :2] / powers[:, 2:]

    def _numbers(self, letters: str) -> Ints:
        numbers = [*map(self._number.get, letters)]
        return np.array(
            [
                self._unknown(char) if number is None else number
                for char, number in zip(letters, numbers, strict=True)
            ]
            if None in numbers
            else numbers,
            np.int64,
        )

    def _unknown(self, char: str) -> int:
        if self._known == 1:
            return 0
        unknown, number_sign, ideograph = 0, 2, 3
        return (
            number_sign
            if char.isdigit()
            else ideograph
            if "\u4e00" <= char <= "\u9fff"
            else unknown
        )

    def _spans(self, tags: list[int]) -> Iterator[tuple[int, int]]:
        if self._begins.isdisjoint(tags):
            return
        start = -1
        for place, tag in enumerate([*tags, -1]):
            if start >= 0 and tag not in self._goes_on:
                yield start, place
                start = -1
            if tag in self._begins:
                start = place

    def _scores(self, ids: Ints, table: _Table) -> Floats:
        seen = self._first.over(self._given[ids], table)
        seen = self._second.over(self._second.given(seen), table)
        return seen @ self._output + self._output_bias


class _Path:
    """The best path through the tags of a sentence (Viterbi), looked for only where it is not plain.

    What the tags beside a character can say for or against its own tag is bounded: a tag that is ahead by more than
    that stands in the best path whatever stands beside it. In nine of ten characters one is; between them lie short
    stretches.
    """

    def __init__(self, transitions: Floats, starts: Floats, ends: Floats) -> None:
        self._starts, self._ends = starts, ends
        self._from = np.ascontiguousarray(transitions)
        self._into = np.ascontiguousarray(transitions.T)
        count = len(transitions)
        self._strips = np.full((-(-count // _STRIPS) * _STRIPS, count), -np.inf, np.float32)
        self._strips[:count] = transitions
        before = max(float(np.ptp(transitions, axis=1).max()), float(np.ptp(starts)))
        behind = max(float(np.ptp(transitions, axis=0).max()), float(np.ptp(ends)))
        self._ahead = np.float32(1.001 * (before + behind))

    def best(self, sentences: Sequence[Floats]) -> list[list[int]]:
        """The tags of these sentences."""
        tags: list[list[int]] = []
        doubtful: list[_Stretch] = []
        for scores in sentences:
            likely = scores >= scores.max(axis=1, keepdims=True) - self._ahead
            mine: list[int] = likely.argmax(axis=1).tolist()
            tags.append(mine)
            for first, last in _stretches((likely.sum(axis=1) > 1).nonzero()[0].tolist()):
                before = self._from[mine[first - 1]] if first else self._starts
                behind = self._into[mine[last]] if last < len(mine) else self._ends
                doubtful.append(_Stretch(mine, first, scores[first:last], before, behind))
        doubtful.sort(key=_length, reverse=True)
        for at in range(0, len(doubtful), _ABREAST):
            self._look(doubtful[at : at + _ABREAST])
        return tags

    def _look(self, stretches: "Sequence[_Stretch]") -> None:
        """Find the tags of these, the longest first; what goes on behind the end of a shorter one is never asked for."""
        rows, (width, count) = len(stretches), self._strips.shape
        scores = np.zeros((len(stretches[0].scores), rows, count), np.float32)
        for row, one in enumerate(stretches):
            scores[: len(one.scores), row] = one.scores
        reached = np.empty((rows, width, count), np.float32)
        strips = reached.reshape(rows, _STRIPS, -1)
        better = np.empty((rows, width // _STRIPS, count), np.float32)
        in_a_row = better.reshape(rows, -1)
        room = np.zeros((len(scores), rows, width), np.float32)
        totals = room[:, :, :count]
        np.add(scores[0], [one.before for one in stretches], totals[0])
        for row, last, total in zip(scores[1:], room[:-1, :, :, None], totals[1:], strict=True):
            np.add(last, self._strips, reached)
            np.maximum.reduce(strips, axis=1, out=in_a_row)
            np.maximum.reduce(better, axis=1, out=total)
            np.add(total, row, total)
        behind = np.array([one.behind for one in stretches])
        going_on = 0
        for step in range(len(scores) - 1, -1, -1):
            while going_on < rows and len(stretches[going_on].scores) > step:
                going_on += 1
            found = (totals[step, :going_on] + behind[:going_on]).argmax(axis=1)
            behind[:going_on] = self._into[found]
            for one, tag in zip(stretches, found.tolist(), strict=False):
                one.tags[one.first + step] = tag


class _Stretch(NamedTuple):
    """Characters side by side whose tags are not plain, in a sentence with these tags."""

    tags: list[int]
    first: int
    scores: Floats
    before: Floats
    """What the tag in front of them makes of each tag for the first."""
    behind: Floats
    """What each tag for the last makes of the tag behind them."""


def _length(stretch: _Stretch) -> int:
    return len(stretch.scores)


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Of places in order, from where to where they lie side by side."""
    start = 0
    for at, place in enumerate(places, 1):
        if at == len(places) or places[at] != place + 1:
            yield places[start], place + 1
            start = at


class ReadAhead:
    """A reader that has read some texts before it is asked, all side by side."""

    def __init__(self, tagger: Tagger, texts: Sequence[str]) -> None:
        self._tagger = tagger
        self._known = dict(zip(texts, tagger.read_all(texts), strict=True))

    def read(self, text: str) -> Reading:
        """What the reader makes of a text, read by now or not."""
        known = self._known.get(text)
        return self._tagger.read(text) if known is None else known
