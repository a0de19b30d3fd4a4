"""How well words are understood: `python -m tests.language.score [dev|test|blind] [--fast] [--cues] [--errors]`.

Prints a table by type of identity, then the sorting figures beside what they should reach. `--fast` masks by rules
alone, `--cues` sorts without the learned part, as on the path of a message; without it the name readers read too, as for a finished text.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from bot.content.models import load_readers
from bot.content.taxonomy import load_taxonomy
from bot.core.privacy import Masked, redact
from bot.core.sorting import classify
from bot.core.sorting.model import Model

from .fit import fitted
from .opinions import FAULTS, SOFT, Opinion, read


def main(arguments: Sequence[str]) -> None:
    part = next((one for one in ("test", "blind") if one in arguments), "dev")
    opinions = read(part)
    readers = None if "--fast" in arguments else load_readers()
    print(
        f"{part}: {len(opinions)} opinions, {sum(len(one.spans) for one in opinions)} identities"
    )
    masking(opinions, lambda text: redact(text, readers), errors="--errors" in arguments)
    seen = {"dev": ("test", "examples"), "test": ("dev", "examples")}
    unseen = seen.get(part, ("dev", "test", "examples"))
    model = None if "--cues" in arguments else fitted(*unseen)
    sorting(opinions, model, errors="--errors" in arguments)


def masking(
    opinions: Sequence[Opinion], masked: Callable[[str], Masked], *, errors: bool
) -> dict[str, float]:
    """Cover: every character of an identity is masked. Precision: a masked stretch touches one."""
    wanted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    found = right = clean = touched = over = characters = 0
    times: list[float] = []
    for one in opinions:
        start = time.perf_counter()
        spans = masked(one.text).spans
        times.append(time.perf_counter() - start)
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
    for type in sorted(wanted):
        print(
            f"  {type:15} {covered[type]:3} of {wanted[type]:3}  {covered[type] / wanted[type]:.3f}"
        )
    hard = [type for type in wanted if type not in SOFT]
    times.sort()
    figures = {
        "hard cover": sum(covered[t] for t in hard) / sum(wanted[t] for t in hard),
        "precision": right / max(1, found),
        "clean touched": touched / max(1, clean),
        "over-masked": over / characters,
    }
    print(
        "  " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()),
        f"({touched} of {clean} clean texts)",
    )
    print(
        f"  p50 {1e3 * times[len(times) // 2]:.2f} ms, p95 {1e3 * times[int(len(times) * 0.95)]:.2f} ms"
    )
    return figures


def sorting(
    opinions: Sequence[Opinion], model: Model | None, *, errors: bool
) -> dict[str, float]:
    taxonomy = load_taxonomy()
    labels = [classify(taxonomy, one.text, model) for one in opinions]
    pairs = list(zip(opinions, labels, strict=True))
    if errors:
        for one, label in pairs:
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
                print(
                    "  ",
                    "; ".join(wrong),
                    "|",
                    one.text,
                    "|",
                    {k: v for k, v in label.why.items() if len(k) > 2 or k},
                )
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
    figures = {
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
    for name, value in figures.items():
        print(f"  {name:20} {value:.3f}")
    return figures


def _share(hits: object) -> float:
    all = list(hits)  # type: ignore[call-overload]
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
