"""How bot/content/models/topics.npz was made: `python -m tests.language.fit`.

Fitted on all texts. `score` judges each part by a model that has not seen it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.content.taxonomy import load_taxonomy
from bot.core.sorting import cues_in
from bot.core.sorting.labels import URGENT
from bot.core.sorting.model import Model, fit

from .opinions import Opinion, phrases, read

A_PHRASE = 0.5
"""What a turn of speech weighs beside an opinion."""
_NONE = ("",)
OTHERS = ("parents", "teachers", "letters", "varied", "homes", "staff", "tickets")
"""Each by a hand of its own."""
EXAMINERS = (
    "examiner",
    "dev2",
    "judge",
    "dense",
    "inbox",
    "postbox",
    "drill",
    "voices",
    "riddles",
    "queue",
    "accents",
)
"""As real inboxes, by hands of their own; each was measured before it was read."""
ALL = ("dev", "test", "blind", "fresh", "examples", *OTHERS, *EXAMINERS)


def fitted(*parts: str) -> Model:
    """A model of these parts and of phrases.txt."""
    opinions = [one for part in parts for one in read(part)]
    short = phrases()
    texts = opinions + short
    taxonomy = load_taxonomy()
    return fit(
        [taxonomy.fold(one.text) for one in texts],
        [one.topics[0] for one in texts],
        [cues_in(taxonomy, one.text) for one in texts],
        {
            "kind": [(one.kind,) for one in opinions] + [()] * len(short),
            "ask": [(one.ask,) for one in opinions] + [()] * len(short),
            "sifeng": [tuple(sorted(one.sifeng)) or _NONE for one in texts],
            "urgent": [(URGENT,) if one.urgent else _NONE for one in texts],
        },
        _worth(opinions, short),
    )


def _worth(opinions: Sequence[Opinion], short: Sequence[Opinion]) -> list[float]:
    return [1.0] * len(opinions) + [A_PHRASE] * len(short)


if __name__ == "__main__":
    arrays = {
        key: value.astype(np.float16) if value.dtype == np.float32 else value
        for key, value in fitted(*ALL).arrays().items()
    }
    np.savez_compressed(Path("bot/content/models/topics.npz"), **arrays)
