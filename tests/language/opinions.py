"""Reads the evaluation set: opinions written for this project, with what should be found in them."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
KINDS = {"c": "complaint", "s": "suggestion", "q": "question", "p": "praise"}
FAULTS = {"形": "形式主义", "官": "官僚主义", "享": "享乐主义", "奢": "奢靡之风"}
SOFT = {"titled_name", "nickname", "other_id"}
"""Masked or not: a matter of policy."""

_marked = re.compile(r"\{([^|{}]*)\|([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    text: str
    spans: tuple[tuple[int, int, str], ...]
    topics: tuple[str, ...]
    kind: str
    ask: str
    sifeng: frozenset[str]
    urgent: bool
    leader: bool


def read(part: str) -> list[Opinion]:
    """`dev` (rules were written on it), `test`, `blind`, `fresh` (judged first, read later) or `examples` (to learn from)."""
    lines = (HERE / f"{part}.txt").read_text(encoding="utf-8").splitlines()
    return [_opinion(line) for line in lines if line and not line.startswith("#")]


def _opinion(line: str) -> Opinion:
    head, _, marked = line.replace("⏎", "\n").partition(" :: ")
    topics, kind, ask, flags = head.split()
    text, spans, at = "", [], 0
    for found in _marked.finditer(marked):
        text += marked[at : found.start()]
        spans.append((len(text), len(text) + len(found[1]), found[2]))
        text += found[1]
        at = found.end()
    return Opinion(
        text=text + marked[at:],
        spans=tuple(spans),
        topics=tuple(topics.split("+")),
        kind=KINDS[kind],
        ask="问" + ask,
        sifeng=frozenset(FAULTS[flag] for flag in flags if flag in FAULTS),
        urgent="u" in flags,
        leader="l" in flags,
    )


def phrases() -> list[Opinion]:
    """Turns of speech of phrases.txt, as opinions whose kind and ask nobody said."""
    lines = (HERE / "phrases.txt").read_text(encoding="utf-8").splitlines()
    said: list[Opinion] = []
    for line in lines:
        if line and not line.startswith("#"):
            head, _, row = line.partition(" :: ")
            topic, flags = head.split()
            said += [_opinion(f"{topic} c 怨 {flags} :: {text}") for text in row.split("｜")]
    return said
