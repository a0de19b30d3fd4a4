"""How bot/content/models/names.npz was made: `python -m tests.language.fit_names`.

What each witness of a name (`bot/core/privacy/evidence.py`) is worth, learned from all texts; `score` judges each part
by a scale that has not seen it. Each text with names is read again with other names in their places, so that what
stands around a name is learned and not the names: a third of these are names of other texts, some are everyday words, the rest are
put together.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.content.models import load_readers
from bot.core.privacy import read_ahead
from bot.core.privacy.evidence import weighable
from bot.core.privacy.fold import fold
from bot.core.privacy.names import Readers, ruled
from bot.core.privacy.surnames import COMMON, COMPOUND, GIVEN, PEOPLES, RARE, USUAL_FAMILIES
from bot.core.privacy.weighing import laid_out

from .fit import ALL
from .opinions import Opinion, phrases, read

PARTS = tuple(dict.fromkeys((*ALL, "judge", "dense", "inbox", "postbox", "places")))
"""What the scale is learned from: also the hands that came last."""
AGAIN = 4
"""How often a text is read with other names."""
WORTH_AGAIN = 0.25
SELDOM = 5
"""Witnesses who spoke fewer times are not heard."""
RESTRAINT = 2.0
STEPS = 300
LEAST = 0.01
"""Witnesses worth less are left out."""
_SINGLE = 3.0
"""How much more those are restrained that are single characters: there are many of them."""


Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A place that might be a name, and whether it is one."""

    place: tuple[int, int]
    is_name: bool
    worth: float
    witnesses: tuple[str, ...]


def rows(opinion: Opinion, readers: Readers) -> list[Row]:
    """All places of one text; those inside other identities teach nothing."""
    shadow = fold(opinion.text)
    page, _, _ = laid_out(shadow.text, readers, ruled(shadow.text, readers.words))
    names = _names(opinion)
    return [
        Row(
            given,
            given in names,
            1.0 if given in names else _worth(opinion, *given),
            tuple(page.witnesses(*place)),
        )
        for place in page.places()
        for given in (shadow.back(*place),)
    ]


_child = re.compile(
    r"[班级岁部](?:[)）\-— 的，]{0,2}(?:学生|同学|孩子)?)(?P<own>[\u4e00-\u9fff]{2,4}?)(?:同学|小朋友)?(?:的?(?:[他她]?(?:爸爸|妈妈|爸|妈|爷爷|奶奶|外婆|外公|姥姥|家长|爹|娘)))?$"
)


def _names(opinion: Opinion) -> set[tuple[int, int]]:
    """Every name, also that of a child of a class."""
    children = (
        (start + found.start("own"), start + found.end("own"))
        for start, end, type in opinion.spans
        if type == "class_identity" and (found := _child.search(opinion.text[start:end]))
    )
    return {(a, b) for a, b, type in opinion.spans if type in ("name", "nickname")} | {
        *children
    }


def _worth(opinion: Opinion, start: int, end: int) -> float:
    touched = {type for a, b, type in opinion.spans if a < end and start < b}
    return 0.0 if touched & {"class_identity", "handle", "address"} else 1.0


def renamed(
    opinions: Sequence[Opinion], chance: random.Random, words: Sequence[str]
) -> list[Opinion]:
    """The same texts about other people."""
    pool = [
        one.text[a:b]
        for one in opinions
        for a, b, type in one.spans
        if type == "name" and weighable(one.text[a:b])
    ]
    named = [one for one in opinions if any(type == "name" for *_, type in one.spans)]
    return [_renamed(one, pool, chance, words) for _ in range(AGAIN) for one in named]


def _renamed(
    opinion: Opinion, pool: Sequence[str], chance: random.Random, words: Sequence[str]
) -> Opinion:
    text, spans, at = "", [], 0
    for start, end, type in opinion.spans:
        text += opinion.text[at:start]
        word = opinion.text[start:end]
        if type == "name" and weighable(word):
            word = _another(pool, chance, words)
        spans.append((len(text), len(text) + len(word), type))
        text += word
        at = end
    return replace(opinion, text=text + opinion.text[at:], spans=tuple(spans))


def _another(pool: Sequence[str], chance: random.Random, words: Sequence[str]) -> str:
    way = chance.random()
    if way < 0.42:
        return chance.choice(pool if way < 0.34 else words)
    if way > 0.94:
        return "".join(chance.sample(sorted(PEOPLES), 1 + (chance.random() < 0.3)))
    families = (
        USUAL_FAMILIES
        if way < 0.75
        else COMMON
        if way < 0.88
        else COMPOUND
        if way < 0.91
        else RARE
    )
    size = 1 + (chance.random() < 0.75)
    given = (
        "".join(chance.choice(sorted(GIVEN)) for _ in range(size))
        if chance.random() < 0.6
        else chance.choice(pool)[-size:]
    )
    return chance.choice(sorted(families)) + given


def fitted(rows: Sequence[Row]) -> dict[str, float]:
    """What each witness is worth: logistic, held near zero."""
    rows = [row for row in rows if row.worth]
    times = Counter(one for row in rows for one in set(row.witnesses))
    known = sorted(one for one, n in times.items() if n >= SELDOM)
    number = {one: place for place, one in enumerate(known)}
    spoken = [[number[one] for one in row.witnesses if one in number] for row in rows]
    of_row = np.repeat(np.arange(len(rows)), [len(some) for some in spoken])
    column = np.array([place for some in spoken for place in some])
    wanted = np.array([row.is_name for row in rows], float)
    worth = np.array([row.worth for row in rows])
    restraint = RESTRAINT * np.array([_SINGLE if _is_single(one) else 1.0 for one in known])

    def loss(held: Floats) -> tuple[float, Floats]:
        scores = np.bincount(of_row, held[column], len(rows))
        gaps = worth * (1 / (1 + np.exp(-scores)) - wanted)
        missed = worth * (np.logaddexp(0, scores) - wanted * scores)
        return (
            float(missed.sum() + 0.5 * (restraint * held**2).sum()),
            np.bincount(column, gaps[of_row], len(known)) + restraint * held,
        )

    held = minimize(
        loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    ).x
    return {
        one: float(value) for one, value in zip(known, held, strict=True) if abs(value) > LEAST
    }


def _is_single(witness: str) -> bool:
    return witness[0] in "+-" or (len(witness) <= 3 and witness[0] in "fge")


def nameless() -> list[Opinion]:
    """What the product itself says, its handbooks and turns of speech: nobody is named, save where a teacher is addressed."""
    files = ("texts", "problems", "papers")
    paths = [Path("bot/content") / one / "zh.toml" for one in files]
    lines = [
        line
        for path in (*paths, *sorted(Path("docs").glob("*.zh-CN.md")))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search("[\u4e00-\u9fff]{6}", line) and "老师" not in line
    ]
    some = phrases()
    return [replace(some[0], text=line, spans=()) for line in lines] + some


@cache
def _rows_of(part: str) -> tuple[Row, ...]:
    """Of all texts of a part, as they are and some times with other names."""
    readers = load_readers()
    words = sorted(word for word in readers.words if len(word) == 2 and word[0] in COMMON)
    plain = nameless() if part == _NAMELESS else read(part)
    again = renamed(plain, random.Random(part), words)  # the same names each time
    ahead = read_ahead([one.text for one in (*plain, *again)], readers)
    return (
        *(row for one in plain for row in rows(one, ahead)),
        *(
            row._replace(worth=row.worth * WORTH_AGAIN)
            for one in again
            for row in rows(one, ahead)
        ),
    )


_NAMELESS = "nameless"


def unseen(part: str) -> Readers:
    """The readers with a scale that knows nothing of this part."""
    return replace(load_readers(), worth=_learned(one for one in PARTS if one != part))


def _learned(parts: Iterable[str]) -> dict[str, float]:
    return fitted([row for part in (*parts, _NAMELESS) for row in _rows_of(part)])


if __name__ == "__main__":
    worth = _learned(PARTS)
    np.savez_compressed(
        Path("bot/content/models/names.npz"),
        witnesses=np.array("\t".join(worth)),
        worth=np.array([*worth.values()], np.float16),
    )
