"""Two small neural readers of Chinese names, run as plain matrix arithmetic.

Their weights come in as arrays (see `bot/content/models` for where they are from). A reader is characters in, a tag
for each character out: two recurrent layers in both directions, a linear layer and transitions between tags. All
sentences of a text are read side by side, both directions at once, because small steps cost more than small sums.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
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


class _Table(NamedTuple):
    """How sentences of many lengths lie in one table without gaps: all first characters, all second ones, and so on.

    The longest sentence comes first, so that those that still go on are always the first rows of a step.
    """

    first: Ints
    """Where the characters of each step begin, and where the last ones end."""
    letters: Ints
    """Which character of all sentences, written one behind the other, stands at each place."""
    backwards: Ints
    """Which place is the same sentence's as far from its end."""

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "_Table":
        sizes = np.array(lengths, np.int64)
        steps: Ints = np.arange(sizes[0], dtype=np.int64)
        going_on = sizes[None, :] > steps[:, None]
        first = np.concatenate([[0], going_on.sum(axis=1).cumsum()])
        step, row = going_on.nonzero()
        begins = np.concatenate([[0], sizes.cumsum()])
        return cls(first, begins[row] + step, first[sizes[row] - 1 - step] + row)

    def steps(self) -> list[tuple[int, int]]:
        """From where to where each step lies."""
        return list(pairwise(self.first.tolist()))


class _Layer:
    """Both directions of one recurrent layer over a table of sentences.

    A gate is half a tangent more than a half; its weights are halved once, so that one call serves all gates of a step.
    What a step touches lies side by side (characters, gates, directions, width), and is written where it lay: a call on
    such an array costs a third.
    """

    def __init__(self, into: Floats, recurrent: Floats, bias: Floats) -> None:
        """The weights of (2, gates, width) each; LSTM: in, forget, cell, out; GRU: update, reset, new."""
        size = recurrent.shape[2]
        count = recurrent.shape[1] // size
        self._size = size
        self._cells = count == 4
        into, recurrent, bias = (
            one.reshape(2, -1, size, *one.shape[2:]).swapaxes(0, 1)
            for one in (into, recurrent, bias)
        )
        if self._cells:
            order = [0, 1, 3, 2]
            into, recurrent, bias = into[order], recurrent[order], bias[order]
        else:  # the reset acts on the finished product (as in cuDNN), so that the new state has a bias of its own
            bias, inner = bias[:3].copy(), bias[3:]
            bias[:2] += inner[:2]
            self._own = np.ascontiguousarray(inner[2])
        half = np.full((count, 1, 1), 0.5, np.float32)
        half[-1] = 1.0
        self._into = np.ascontiguousarray((into * half[..., None]).swapaxes(2, 3))
        self._recurrent = np.ascontiguousarray((recurrent * half[..., None]).swapaxes(2, 3))
        self._bias = bias * half

    def given(self, ways: Floats) -> Floats:
        """What the gates make of (rows, 2, width) before they hear of what stood before."""
        given = np.empty((len(ways), *self._bias.shape), np.float32)
        np.matmul(ways.swapaxes(0, 1), self._into, out=given.transpose(1, 2, 0, 3))
        given += self._bias
        return given

    def over(self, given: Floats, steps: Sequence[tuple[int, int]]) -> Floats:
        """What the layer makes of it: (rows, 2, width)."""
        out = np.empty((len(given), 2, self._size), np.float32)
        (self._lstm if self._cells else self._gru)(given, out, steps)
        return out

    def _feed(self, state: Floats, fed: Floats) -> None:
        if len(state) <= FEW:
            np.matmul(state[:, None, :, None], self._recurrent, out=fed[..., None, :])
        else:
            np.matmul(state.swapaxes(0, 1), self._recurrent, out=fed.transpose(1, 2, 0, 3))

    def _gru(self, given: Floats, out: Floats, steps: Sequence[tuple[int, int]]) -> None:
        own = self._own
        state = np.zeros((steps[0][1], 2, self._size), np.float32)
        room = np.empty((len(state), *self._bias.shape), np.float32)
        for first, last in steps:
            now, after, fed = given[first:last], out[first:last], room[: last - first]
            state = state[: last - first]
            self._feed(state, fed)
            gates, new = fed[:, :2], fed[:, 2]
            np.add(gates, now[:, :2], out=gates)
            np.tanh(gates, out=gates)
            np.multiply(gates, _HALF, out=gates)
            np.add(gates, _HALF, out=gates)
            np.add(new, own, out=new)
            np.multiply(new, gates[:, 1], out=new)
            np.add(new, now[:, 2], out=new)
            np.tanh(new, out=new)
            np.subtract(state, new, out=after)
            np.multiply(after, gates[:, 0], out=after)
            np.add(after, new, out=after)
            state = after

    def _lstm(self, given: Floats, out: Floats, steps: Sequence[tuple[int, int]]) -> None:
        state = np.zeros((steps[0][1], 2, self._size), np.float32)
        cells = np.zeros_like(state)
        room = np.empty((len(state), *self._bias.shape), np.float32)
        for first, last in steps:
            cell, after, fed = cells[: last - first], out[first:last], room[: last - first]
            self._feed(state[: last - first], fed)
            gates, new = fed[:, :3], fed[:, 3]
            np.add(fed, given[first:last], out=fed)
            np.tanh(fed, out=fed)
            np.multiply(gates, _HALF, out=gates)
            np.add(gates, _HALF, out=gates)
            np.multiply(cell, gates[:, 1], out=cell)
            np.multiply(new, gates[:, 0], out=new)
            np.add(cell, new, out=cell)
            np.tanh(cell, out=after)
            np.multiply(after, gates[:, 2], out=after)
            state = after


_HALF = np.array(0.5, np.float32)


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
        self._layers = tuple(
            _Layer(arrays[f"input{n}"], arrays[f"recurrent{n}"], arrays[f"bias{n}"])
            for n in (0, 1)
        )
        self._embedding = arrays["embedding"]
        known = len(tags)  # LAC's last layer has room for tags it never learned
        self._output, self._output_bias = (
            np.ascontiguousarray(arrays["output"][:, :known]),
            arrays["output_bias"][:known],
        )
        self._transitions = np.ascontiguousarray(arrays["transitions"][:known, :known])
        self._into = np.ascontiguousarray(self._transitions.T)
        self._starts = arrays.get("starts", np.zeros(len(self._output_bias), np.float32))
        self._ends = arrays.get("ends", np.zeros(len(self._output_bias), np.float32))
        self._begins = frozenset(tags.index(tag) for tag in begins)
        self._goes_on = frozenset(tags.index(tag) for tag in goes_on)
        self._output_bias = self._output_bias.copy()
        self._output_bias[[*self._begins, *self._goes_on]] += eager

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
        scores = self._scores(
            np.array([self._of(char) for char in letters], np.int64)[table.letters], table
        )
        tags = self._best(scores, table)
        begins, goes_on = self._likely(scores)
        for row, (text, start, end) in enumerate(sentences):
            here = table.first[: end - start] + row
            spans = self._spans(tags[here].tolist())
            reading = found[text]
            reading.spans.extend((start + first, start + last) for first, last in spans)
            reading.begins[start:end] = begins[here].tolist()
            reading.goes_on[start:end] = goes_on[here].tolist()

    def _likely(self, scores: Floats) -> tuple[Floats, Floats]:
        """How likely each character is the first of a name, and another of one, taken by itself."""
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        powers /= powers.sum(axis=1, keepdims=True)
        return powers[:, [*self._begins]].sum(axis=1), powers[:, [*self._goes_on]].sum(axis=1)

    def _of(self, char: str) -> int:
        number = self._number.get(char)
        if number is not None:
            return number
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
        start = -1
        for place, tag in enumerate([*tags, -1]):
            if start >= 0 and tag not in self._goes_on:
                yield start, place
                start = -1
            if tag in self._begins:
                start = place

    def _scores(self, ids: Ints, table: _Table) -> Floats:
        first, second = self._layers
        steps, turned = table.steps(), table.backwards
        letters, places = np.unique(ids, return_inverse=True)
        seen = self._embedding[letters]
        once = first.given(np.stack([seen, seen], axis=1))  # a letter says the same everywhere
        given = once[places]
        given[:, :, 1] = once[places[turned], :, 1]
        ways = first.over(given, steps)
        seen = np.concatenate([ways[:, 0], ways[turned, 1]], axis=1)
        ways = second.over(second.given(np.stack([seen, seen[turned]], axis=1)), steps)
        seen = np.concatenate([ways[:, 0], ways[turned, 1]], axis=1)
        return seen @ self._output + self._output_bias

    def _best(self, scores: Floats, table: _Table) -> Ints:
        """The best path through the tags of each sentence (Viterbi)."""
        steps = table.steps()
        total = scores[slice(*steps[0])] + self._starts
        totals = [total]
        for first, last in steps[1:]:
            reached = total[: last - first].T[:, :, None] + self._transitions[:, None]
            total = np.maximum.reduce(reached, axis=0)
            total += scores[first:last]
            totals.append(total)
        tags = np.empty(len(scores), np.int64)
        here = np.empty(0, np.int64)
        for (first, last), total in zip(reversed(steps), reversed(totals), strict=True):
            going_on = len(here)
            come = (total[:going_on] + self._into[here]).argmax(axis=1)
            ending = (total[going_on:] + self._ends).argmax(axis=1)
            here = np.concatenate([come, ending])
            tags[first:last] = here
        return tags


class ReadAhead:
    """A reader that has read some texts before it is asked, all side by side."""

    def __init__(self, tagger: Tagger, texts: Sequence[str]) -> None:
        self._tagger = tagger
        self._known = dict(zip(texts, tagger.read_all(texts), strict=True))

    def read(self, text: str) -> Reading:
        """What the reader makes of a text, read by now or not."""
        known = self._known.get(text)
        return self._tagger.read(text) if known is None else known
