"""What finds names beyond the rules (two small models, a list of words) and topics beyond the cues. See NOTICE.txt for whose they are.

They are read from disk at the first call (a fifth of a second), not when the product starts.
"""

import os
from functools import cache
from importlib.resources import files
from io import BytesIO

# One thread each: the sums are small, and two pools of threads on two cores are ten times slower than none.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.core.privacy.names import Readers
from bot.core.privacy.tagger import Tagger
from bot.core.sorting.model import Model, model_from

EAGER = 0.6
"""What a name has in advance with both readers; more finds few names that are right (docs/decisions/language.md)."""


@cache
def load_readers() -> Readers:
    """Both readers and the words, ready."""
    words = files(__name__).joinpath("words.txt").read_text(encoding="utf-8").split()
    taggers = (
        _read("lac.npz", ("PER-B",), ("PER-I",)),
        _read("cutword.npz", ("B_PERSON", "S_PERSON"), ("M_PERSON", "E_PERSON")),
    )
    return Readers(taggers, frozenset(words), _lexicon(), _worth())


def _lexicon() -> dict[str, str]:
    lines = files(__name__).joinpath("lexicon.txt").read_text(encoding="utf-8").splitlines()
    sorts = [line.split(" ") for line in lines]
    return {word: sort for sort, *words in sorts for word in words}


def _worth() -> dict[str, float]:
    import numpy as np

    with np.load(BytesIO(files(__name__).joinpath("names.npz").read_bytes())) as arrays:
        witnesses = str(arrays["witnesses"]).split("\t")
        return dict(zip(witnesses, arrays["worth"].astype(float).tolist(), strict=True))


@cache
def load_model() -> Model:
    """The linear model of topics that comes with the product; the office's decisions may take its place."""
    import numpy as np

    with np.load(BytesIO(files(__name__).joinpath("topics.npz").read_bytes())) as arrays:
        return model_from(dict(arrays.items()))


def _read(name: str, begins: tuple[str, ...], goes_on: tuple[str, ...]) -> Tagger:
    import numpy as np  # here, so that nothing but the readers waits for it

    with np.load(BytesIO(files(__name__).joinpath(name).read_bytes())) as weights:
        return Tagger(dict(weights.items()), begins=begins, goes_on=goes_on, eager=EAGER)
