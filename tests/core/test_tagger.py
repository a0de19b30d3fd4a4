"""The readers' arithmetic, against the same written out step by step: sentences side by side change nothing."""

import numpy as np
import pytest

from bot.core.privacy.tagger import FEW, LONGEST, Tagger

CHARS = "天地玄黄宇宙洪荒"
TAGS = ("O", "B", "I", *"abcdefgh")
"""More than a strip of them; those behind the third are no name's."""
WIDTH, SIZE = 6, 5


def weights(gates):
    """Of a reader with two layers of so many gates: four are a long memory, three a short one."""
    chance = np.random.default_rng(gates)

    def some(*shape):
        return chance.normal(size=shape).astype(np.float32)

    biases = gates if gates == 4 else 2 * gates
    return {
        "chars": np.array(CHARS),
        "tags": np.array(TAGS),
        "embedding": some(len(CHARS) + 1, WIDTH),
        "input0": some(2, gates * SIZE, WIDTH),
        "recurrent0": some(2, gates * SIZE, SIZE),
        "bias0": some(2, biases * SIZE),
        "input1": some(2, gates * SIZE, 2 * SIZE),
        "recurrent1": some(2, gates * SIZE, SIZE),
        "bias1": some(2, biases * SIZE),
        "output": 4 * some(2 * SIZE, len(TAGS)),
        "output_bias": some(len(TAGS)),
        "transitions": some(len(TAGS), len(TAGS)),
        "starts": some(len(TAGS)),
        "ends": some(len(TAGS)),
    }


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def long_memory(given, w, bias):
    state = cell = np.zeros(SIZE)
    for one in given:
        into, forget, new, out = np.split(one + w @ state + bias, 4)
        cell = sigmoid(forget) * cell + sigmoid(into) * np.tanh(new)
        state = sigmoid(out) * np.tanh(cell)
        yield state


def short_memory(given, w, bias):
    state = np.zeros(SIZE)
    for one in given:
        update, reset, new = np.split(one + bias[: 3 * SIZE], 3)
        fed = np.split(w @ state + bias[3 * SIZE :], 3)
        new = np.tanh(new + sigmoid(reset + fed[1]) * fed[2])
        update = sigmoid(update + fed[0])
        state = update * state + (1 - update) * new
        yield state


def plainly(w, sentence):
    """Begins, goes on, and the best path, one sentence alone and one number after another."""
    seen = w["embedding"][[CHARS.index(char) + 1 for char in sentence]]
    memory = long_memory if w["bias0"].shape == w["input0"].shape[:2] else short_memory
    for layer in "01":
        ways = []
        for way, turn in ((0, 1), (1, -1)):
            given = seen[::turn] @ w["input" + layer][way].T
            states = list(memory(given, w["recurrent" + layer][way], w["bias" + layer][way]))
            ways.append(states[::turn])
        seen = np.hstack(ways)
    scores = seen @ w["output"] + w["output_bias"]
    paths = {tag: (scores[0][tag] + w["starts"][tag], [tag]) for tag in range(len(TAGS))}
    for row in scores[1:]:
        paths = {
            tag: max(
                (worth + w["transitions"][last, tag] + row[tag], [*path, tag])
                for last, (worth, path) in paths.items()
            )
            for tag in paths
        }
    best = max((worth + w["ends"][tag], path) for tag, (worth, path) in paths.items())[1]
    powers = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return powers[:, 1], powers[:, 2], best


def names(path):
    """What a path through the tags calls names."""
    text = "".join(("OBI" + "O" * 8)[tag] for tag in path) + "O"
    starts = [at for at, tag in enumerate(text) if tag == "B"]
    return [
        (start, next(end for end in range(start + 1, len(text)) if text[end] != "I"))
        for start in starts
    ]


@pytest.mark.parametrize("gates", [3, 4])
@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 70])
def test_many_sentences_are_read_as_each_would_be_alone(gates, count):
    w = weights(gates)
    chance = np.random.default_rng(count)
    sizes = [LONGEST, *chance.integers(1, 40, size=count - 1)]
    sentences = ["".join(chance.choice(list(CHARS), size=size)) for size in sizes]
    text = "".join(one + "\n" for one in sentences)
    reading = Tagger(w, begins=("B",), goes_on=("I",)).read(text)
    at, spans = 0, []
    for one in sentences:
        begins, goes_on, path = plainly(w, one)
        here = slice(at, at + len(one))
        assert reading.begins[here] == pytest.approx(begins, abs=1e-4)
        assert reading.goes_on[here] == pytest.approx(goes_on, abs=1e-4)
        spans += [(at + start, at + end) for start, end in names(path)]
        at += len(one) + 1
    assert reading.spans == spans
    assert spans
