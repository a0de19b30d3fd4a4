"""Two small neural readers of Chinese names, run as plain matrix arithmetic.

Their weights come in as arrays (see `bot/content/models` for where they are from). A reader is characters in, a tag
for each character out: two recurrent layers in both directions, a linear layer and transitions between tags. All
sentences of a text are read side by side, both directions at once, because small steps cost more than small sums.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LONGEST = 120
"""Characters read in one go; longer sentences are cut."""
TOGETHER = 64
"""Sentences read side by side."""

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
        self._embedding = arrays["embedding"]
        self._layers = [
            (
                arrays[f"input{n}"].transpose(0, 2, 1),
                arrays[f"recurrent{n}"].transpose(0, 2, 1),
                arrays[f"bias{n}"],
            )
            for n in (0, 1)
        ]
        self._hidden = arrays["recurrent0"].shape[2]
        known = len(tags)  # LAC's last layer has room for tags it never learned
        self._output, self._output_bias = (
            arrays["output"][:, :known],
            arrays["output_bias"][:known],
        )
        self._transitions = arrays["transitions"][:known, :known]
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
        lengths = np.array([end - start for _, start, end in sentences])
        ids = np.zeros((len(sentences), int(lengths.max())), np.int64)
        for row, (text, start, end) in enumerate(sentences):
            ids[row, : end - start] = [
                self._of(char) for char in texts[text][start:end].lower()[: end - start]
            ]
        scores = self._scores(ids, lengths)
        tags = self._best(scores, lengths)
        begins, goes_on = self._likely(scores)
        for row, (text, start, end) in enumerate(sentences):
            length = end - start
            spans = self._spans(tags[row, :length].tolist())
            reading = found[text]
            reading.spans.extend((start + first, start + last) for first, last in spans)
            reading.begins[start:end] = begins[row, :length].tolist()
            reading.goes_on[start:end] = goes_on[row, :length].tolist()

    def _likely(self, scores: Floats) -> tuple[Floats, Floats]:
        """How likely each character is the first of a name, and another of one, taken by itself."""
        powers = np.exp(scores - scores.max(axis=2, keepdims=True))
        powers /= powers.sum(axis=2, keepdims=True)
        return powers[:, :, [*self._begins]].sum(axis=2), powers[:, :, [*self._goes_on]].sum(
            axis=2
        )

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

    def _scores(self, ids: Ints, lengths: Ints) -> Floats:
        batch, longest = ids.shape
        steps: Ints = np.arange(longest, dtype=np.int64)
        ends = lengths[:, None]
        backwards: Ints = np.where(steps < ends, ends - 1 - steps, steps)
        rows: Ints = np.arange(batch, dtype=np.int64)[:, None]
        seen = self._embedding[ids]
        for layer in self._layers:
            ways = np.stack([seen, seen[rows, backwards]])
            there, back = self._layer(ways, *layer)
            seen = np.concatenate([there, back[rows, backwards]], axis=2)
        return (seen @ self._output + self._output_bias).astype(np.float32)

    def _layer(self, ways: Floats, into: Floats, recurrent: Floats, bias: Floats) -> Floats:
        """Both directions of one layer over (2, batch, time, width)."""
        _, batch, longest, width = ways.shape
        size = recurrent.shape[2]
        given = np.matmul(ways.reshape(2, batch * longest, width), into).reshape(
            2, batch, longest, size
        )
        step = self._lstm if size == 4 * self._hidden else self._gru
        return step(given, recurrent, bias)

    def _gru(self, given: Floats, recurrent: Floats, bias: Floats) -> Floats:
        """Gates in the order update, reset, new; the reset acts on the finished product (as in cuDNN)."""
        size = self._hidden
        given = given + bias[:, None, None, : 3 * size]
        own = bias[:, None, 3 * size :]
        state = np.zeros((2, given.shape[1], size), np.float32)
        out = np.empty((2, given.shape[1], given.shape[2], size), np.float32)
        for t in range(given.shape[2]):
            now = given[:, :, t]
            fed = np.matmul(state, recurrent) + own
            gates = _sigmoid(now[..., : 2 * size] + fed[..., : 2 * size])
            new = np.tanh(now[..., 2 * size :] + gates[..., size:] * fed[..., 2 * size :])
            state = new + gates[..., :size] * (state - new)
            out[:, :, t] = state
        return out

    def _lstm(self, given: Floats, recurrent: Floats, bias: Floats) -> Floats:
        """Gates in the order in, forget, cell, out."""
        size = self._hidden
        given = given + bias[:, None, None, :]
        state = np.zeros((2, given.shape[1], size), np.float32)
        cell = np.zeros_like(state)
        out = np.empty((2, given.shape[1], given.shape[2], size), np.float32)
        for t in range(given.shape[2]):
            gates = given[:, :, t] + np.matmul(state, recurrent)
            some = _sigmoid(gates)
            cell = some[..., size : 2 * size] * cell + some[..., :size] * np.tanh(
                gates[..., 2 * size : 3 * size]
            )
            state = some[..., 3 * size :] * np.tanh(cell)
            out[:, :, t] = state
        return out

    def _best(self, scores: Floats, lengths: Ints) -> Ints:
        """The best path through the tags of each sentence (Viterbi)."""
        batch, longest, _ = scores.shape
        total = scores[:, 0] + self._starts
        before: Ints = np.zeros((longest, *total.shape), np.int64)
        turned = np.ascontiguousarray(self._transitions.T)
        for t in range(1, longest):
            reached = total[:, None, :] + turned
            best = reached.argmax(axis=2)
            before[t] = best
            moved = np.take_along_axis(reached, best[:, :, None], 2)[:, :, 0] + scores[:, t]
            total = np.where((t < lengths)[:, None], moved, total)
        tags = np.zeros((batch, longest), np.int64)
        here = cast(Ints, (total + self._ends).argmax(axis=1))
        for t in range(longest - 1, -1, -1):
            inside = t < lengths
            tags[:, t] = np.where(inside, here, 0)
            here = cast(
                Ints, np.where(inside & (t > 0), before[t][np.arange(batch), here], here)
            )
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


def _sigmoid(x: Floats) -> Floats:
    return (0.5 * np.tanh(0.5 * x) + 0.5).astype(np.float32)
