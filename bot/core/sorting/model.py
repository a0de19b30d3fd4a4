"""What the office's decisions teach: a linear model over characters, fitted in seconds, beside the cues.

It knows single characters, pairs and triples (hashed) and gives each topic a share. Cues stay in front, because they
can be read and changed; the model speaks where few or no cues do. Fitting is plain gradient descent on a convex loss:
the same examples give the same model.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WIDTH = 8192
STEPS = 600
RATE = 5.0
RESTRAINT = 1e-3
"""How strongly weights are held near zero: few examples must not shout."""

_not_han = re.compile(r"〔[^〕]{1,8}〕|[^\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Model:
    """Fitted weights; as arrays they can be stored and read back."""

    codes: tuple[str, ...]
    rarity: Floats
    weights: Floats

    def shares(self, text: str) -> dict[str, float]:
        """How likely each topic is, together 1."""
        row = _scaled(_counted([text]), self.rarity)[0]
        seen = np.flatnonzero(row)
        powers = np.exp(_level(row[seen] @ self.weights[seen]))
        return dict(zip(self.codes, (powers / powers.sum()).tolist(), strict=True))

    def words(self, text: str, code: str) -> tuple[str, ...]:
        """The three pairs or triples of characters that speak most for that topic."""
        column = self.codes.index(code)
        body = _not_han.sub("", text)[:400]
        pieces = {body[i : i + size] for size in (2, 3) for i in range(len(body) - size + 1)}
        worth = {piece: self._worth(piece, column) for piece in pieces}
        best = sorted(worth, key=lambda piece: (-worth[piece], piece))[:3]
        return tuple(piece for piece in best if worth[piece] > 0)

    def _worth(self, piece: str, column: int) -> float:
        place = crc32(piece.encode()) % WIDTH
        return float(self.weights[place, column] * self.rarity[place])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For storing; `model_from` reads them."""
        return {"codes": np.array(self.codes), "rarity": self.rarity, "weights": self.weights}


def model_from(arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model that `arrays` of an earlier one describe."""
    codes = tuple(str(code) for code in arrays["codes"])
    return Model(
        codes, arrays["rarity"].astype(np.float32), arrays["weights"].astype(np.float32)
    )


def fit(texts: Sequence[str], topics: Sequence[str]) -> Model:
    """A model of these decisions: `topics[i]` is what a person said `texts[i]` is about."""
    codes = tuple(sorted(set(topics)))
    counted = _counted(texts)
    rarity = (np.log((1 + len(texts)) / (1 + (counted > 0).sum(axis=0))) + 1).astype(np.float32)
    rows = _scaled(counted, rarity)
    wanted = np.zeros((len(texts), len(codes)), np.float32)
    wanted[range(len(texts)), [codes.index(topic) for topic in topics]] = 1
    weights = np.zeros((WIDTH, len(codes)), np.float32)
    for _ in range(STEPS):
        powers = np.exp(_level(rows @ weights))
        gap = powers / powers.sum(axis=-1, keepdims=True) - wanted
        weights = weights - RATE * (rows.T @ gap / len(texts) + RESTRAINT * weights)
    return Model(codes, rarity, weights.astype(np.float32))


def _level(scores: Floats) -> Floats:
    return scores - scores.max(axis=-1, keepdims=True)


def _counted(texts: Sequence[str]) -> Floats:
    rows = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in enumerate(texts):
        body = _not_han.sub("", text)[:400]
        for size in (1, 2, 3):
            for start in range(len(body) - size + 1):
                rows[row, crc32(body[start : start + size].encode()) % WIDTH] += 1
    return np.log1p(rows)


def _scaled(rows: Floats, rarity: Floats) -> Floats:
    weighed = rows * rarity
    lengths = np.linalg.norm(weighed, axis=1, keepdims=True)
    return (weighed / np.where(lengths > 0, lengths, 1)).astype(np.float32)
