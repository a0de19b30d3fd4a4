"""How bot/content/models/topics.npz was made: `python -m tests.language.fit`.

Fitted on all opinions of the evaluation set; `score` never judges this one but a model fitted on the other half.
"""

from pathlib import Path

import numpy as np

from bot.core.sorting.model import fit

from .opinions import read

if __name__ == "__main__":
    opinions = read("dev") + read("test")
    model = fit([one.text for one in opinions], [one.topics[0] for one in opinions])
    arrays = {
        k: v.astype(np.float16) if v.dtype == np.float32 else v
        for k, v in model.arrays().items()
    }
    np.savez_compressed(Path("bot/content/models/topics.npz"), **arrays)
