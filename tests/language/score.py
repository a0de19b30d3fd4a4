"""How well words are understood: `python -m tests.language.score [dev|test|...|postbox] [--fast] [--cues] [--errors]`.

Prints a table by type of identity, then the sorting figures. `--fast` masks by rules alone, `--cues` sorts without the
learned part, as on the path of a message; without them the name readers read too, as for a finished text. The learned
part is always one that has not seen what it is judged on. `./run bench` prints all parts side by side.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bot.content.taxonomy import load_taxonomy
from bot.core.privacy import Masked, redact
from bot.core.sorting import Labels, classify
from bot.core.sorting.model import Model

from . import fit_names
from .fit import ALL, OTHERS, fitted
from .opinions import FAULTS, SOFT, Opinion, read

PARTS = (
    "dev",
    "test",
    "blind",
    "fresh",
    "parents",
    "teachers",
    "letters",
    "varied",
    "homes",
    "staff",
    "tickets",
    "examiner",
    "dev2",
    "judge",
    "dense",
    "inbox",
    "postbox",
    "places",
    "drill",
    "voices",
    "riddles",
    "queue",
    "accents",
    "jury",
)


def main(arguments: Sequence[str]) -> None:
    part = next((one for one in PARTS if one in arguments), "dev")
    opinions = read(part)
    readers = None if "--fast" in arguments else fit_names.unseen(part)
    errors = "--errors" in arguments
    print(
        f"{part}: {len(opinions)} opinions, {sum(len(one.spans) for one in opinions)} identities"
    )
    model = None if "--cues" in arguments else unseen(part)
    figures = masking(opinions, lambda text: redact(text, readers), errors=errors)
    for name, value in (figures | sorting(opinions, model, errors=errors)).items():
        print(f"  {name:24} {value:.3f}")


def unseen(part: str) -> Model:
    """A model fitted on everything another hand wrote; of the builders' own parts, on what was there before."""
    return fitted(*before(part))


def before(part: str) -> tuple[str, ...]:
    """What a part may be judged by."""
    earlier = {
        "dev": ("test",),
        "test": ("dev",),
        "blind": ("dev", "test"),
        "fresh": ("dev", "test", "blind"),
    }
    if part in earlier:
        return (*earlier[part], "examples", *OTHERS)
    return tuple(one for one in ALL if one != part)


def masking(
    opinions: Sequence[Opinion], masked: Callable[[str], Masked], *, errors: bool
) -> dict[str, float]:
    """Cover: every character of an identity is masked. Precision: a masked stretch touches one. Times in ms of CPU."""
    wanted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    found = right = clean = touched = over = characters = 0
    times: list[float] = []
    for one in opinions:
        start = time.process_time()
        spans = masked(one.text).spans
        times.append(1000 * (time.process_time() - start))
        taken = {place for span in spans for place in range(span.start, span.end)}
        gold = {place for start_, end, _ in one.spans for place in range(start_, end)}
        over += len(taken - gold)
        characters += len(one.text)
        clean += not one.spans
        touched += not one.spans and bool(spans)
        for start_, end, type in one.spans:
            wanted[type] += 1
            covered[type] += taken.issuperset(range(start_, end))
            if errors and not taken.issuperset(range(start_, end)):
                print("  missed", type, one.text[start_:end], "|", one.text)
        for span in spans:
            hit = any(span.start < end and start_ < span.end for start_, end, _ in one.spans)
            found += hit or span.type not in SOFT
            right += hit
            if errors and not hit:
                print("  wrong ", span.type, one.text[span.start : span.end], "|", one.text)
    hard = [type for type in wanted if type not in SOFT]
    times.sort()
    return {
        "hard cover": sum(covered[t] for t in hard) / sum(wanted[t] for t in hard),
        **{f"cover of {type}": covered[type] / wanted[type] for type in sorted(wanted)},
        "precision": right / max(1, found),
        "clean texts touched": touched / max(1, clean),
        "over-masked characters": over / characters,
        "masking p50, ms": times[len(times) // 2],
        "masking p95, ms": times[int(len(times) * 0.95)],
    }


def sorting(
    opinions: Sequence[Opinion], model: Model | None, *, errors: bool
) -> dict[str, float]:
    """Shares and F1 of each label."""
    taxonomy = load_taxonomy()
    pairs = [(one, classify(taxonomy, one.text, model)) for one in opinions]
    if errors:
        for one, label in pairs:
            _complain(one, label)
    codes = sorted({one.topics[0] for one in opinions})
    f1 = [
        _f1([(one.topics[0] == code, label.topic == code) for one, label in pairs])
        for code in codes
    ]
    urgent = [(one.urgent, label.urgent) for one, label in pairs]
    leader = [(one.leader, label.leader_mention) for one, label in pairs]
    faults = [
        (fault in one.sifeng, fault in label.sifeng)
        for one, label in pairs
        for fault in FAULTS.values()
    ]
    return {
        "topic accuracy": _share(one.topics[0] == label.topic for one, label in pairs),
        "topic macro-F1": sum(f1) / len(f1),
        "topic in first two": _share(one.topics[0] in label.topics for one, label in pairs),
        "kind": _share(one.kind == label.kind for one, label in pairs),
        "ask": _share(one.ask == label.ask for one, label in pairs),
        "urgent recall": _recall(urgent),
        "urgent precision": _precision(urgent),
        "sifeng micro-F1": _f1(faults),
        "leader F1": _f1(leader),
    }


def _complain(one: Opinion, label: Labels) -> None:
    wrong = [
        f"{name} {gold} != {said}"
        for name, gold, said in (
            ("topic", one.topics[0], label.topic), ("kind", one.kind, label.kind), ("ask", one.ask, label.ask),
            ("urgent", one.urgent, label.urgent), ("leader", one.leader, label.leader_mention),
            ("sifeng", sorted(one.sifeng), sorted(label.sifeng)),
        )
        if gold != said
    ]  # fmt: skip
    if wrong:
        print("  ", "; ".join(wrong), "|", one.text, "|", dict(label.why))


def _share(hits: Iterable[bool]) -> float:
    all = list(hits)
    return sum(all) / len(all)


def _recall(pairs: Sequence[tuple[bool, bool]]) -> float:
    return sum(a and b for a, b in pairs) / max(1, sum(a for a, _ in pairs))


def _precision(pairs: Sequence[tuple[bool, bool]]) -> float:
    return sum(a and b for a, b in pairs) / max(1, sum(b for _, b in pairs))


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    recall, precision = _recall(pairs), _precision(pairs)
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
