"""How well and how fast words are understood, by type: the parts of the evaluation set side by side.

`dev` is what the rules were written on; the others were judged before they were read (docs/decisions/language.md tells
how well they did then). Each is judged by a scale of names and a model of topics that were fitted without it. Bulk figures are on all of them, in seconds of one processor.
"""

import time
from collections.abc import Iterator

from bot.content.models import load_model, load_readers
from bot.content.taxonomy import load_taxonomy
from bot.core.privacy import redact
from bot.core.sorting import classify
from bot.core.themes import ALIKE
from tests.language import fit_names
from tests.language.opinions import read
from tests.language.score import PARTS, masking, sorting, unseen
from tests.language.score_themes import figures as theme_figures

GOALS = {
    "hard cover": "≥ .95", "cover of name": "≥ .92", "cover of class_identity": "≥ .95", "precision": "≥ .95",
    "clean texts touched": "≤ .024", "over-masked characters": "≤ .005", "masking p50, ms": "≤ 5",
    "masking p95, ms": "≤ 15", "topic macro-F1": "≥ .78", "topic in first two": "≥ .88", "kind": "≥ .88",
    "ask": "≥ .65", "urgent recall": "≥ .97", "urgent precision": "≥ .6", "sifeng micro-F1": "≥ .75",
}  # fmt: skip
_STRUCTURED = (
    "phone id_card bank_card email qq wechat plate address url handle".split()  # noqa: SIM905 - reads as words
)


def rows() -> Iterator[tuple[str, ...]]:
    """What, its figure on each part, the goal."""
    measured: list[dict[str, float]] = []
    for part in PARTS:
        opinions, readers = read(part), fit_names.unseen(part)
        found = masking(
            opinions, lambda text, readers=readers: redact(text, readers), errors=False
        )
        measured.append(found | sorting(opinions, unseen(part), errors=False))
    for name in dict.fromkeys(name for one in measured for name in one):
        goal = GOALS.get(name, "≥ .99" if name.removeprefix("cover of ") in _STRUCTURED else "")
        figures = (f"{one[name]:.3f}" if name in one else "" for one in measured)
        yield (name, *figures, goal)
    purity, recall, _ = theme_figures(ALIKE)
    yield ("theme purity", f"{purity:.3f}", "", "", "", "≥ .9")
    yield ("theme pair recall", f"{recall:.3f}", "", "", "", "≥ .75")
    for what, seconds, goal in _bulk():
        yield (what, f"{seconds:.1f}", "", "", "", goal)


def _bulk() -> Iterator[tuple[str, float, str]]:
    taxonomy, model, readers = load_taxonomy(), load_model(), load_readers()
    texts = [one.text for part in PARTS for one in read(part)]
    start = time.process_time()
    for text in texts:
        redact(text, readers)
        classify(taxonomy, text, model)
    spent = time.process_time() - start
    yield "10,000 opinions masked and sorted, CPU s", spent / len(texts) * 10_000, "≤ 60"
    book = "。".join(texts * 20)[:100_000]
    start = time.process_time()
    redact(book, readers)
    classify(taxonomy, book, model)
    yield "a text of 100,000 characters, CPU s", time.process_time() - start, "≤ 2"
