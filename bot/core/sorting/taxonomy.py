"""Cues: words that speak for a label, written by people who do not program, and found fast.

A cue is a word, or `A..B`: A followed by B within ten characters of the same sentence; `A$` stands at the end of a
sentence, `^A` at its beginning. Thousands of cues are looked up by their first two characters, so that a message
costs microseconds however long the lists grow. Words are compared on a folded copy: simplified characters, lower
case, a few misspellings mended.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Any, cast

GAP = 10
"""How far A and B of `A..B` may stand apart, in characters."""

_SENTENCE_END = frozenset("。！？；!?;\n")

GROUPS = (
    "topic",
    "sifeng",
    "sizhi",
    "sicha",
    "urgent",
    "grave",
    "ask",
    "kind",
    "tag",
    "elsewhere",
    "abusive",
    "pointing",
    "about",
)

Label = tuple[str, str]
"""A group (`topic`, `sifeng`, …) and a code in it."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A word (or a chain of words) that speaks for the label of that number."""

    label: int
    weight: int
    word: str
    then: tuple[str, ...] = ()
    opens: bool = False
    closes: bool = False
    unless: tuple[str, ...] = ()
    """Longer phrases that take the word back where they contain it."""

    @property
    def plain(self) -> bool:
        """Nothing but its presence matters."""
        return not (self.then or self.opens or self.closes or self.unless)

    def found_in(self, text: str) -> str:
        """The words found, or an empty string."""
        at = text.find(self.word)
        while at >= 0:
            end = at + len(self.word)
            for word in self.then:
                end = _follows(word, text, end)
            if end > 0 and self._stands(text, at, end):
                return "…".join((self.word, *self.then))
            at = text.find(self.word, at + 1)
        return ""

    def _stands(self, text: str, start: int, end: int) -> bool:
        if self.opens and start and text[start - 1] not in "。！？；，!?;,\n ":
            return False
        if self.closes and end < len(text) and text[end] not in _SENTENCE_END:
            return False
        return not any(self._taken_back(text, phrase, start, end) for phrase in self.unless)

    def _taken_back(self, text: str, phrase: str, start: int, end: int) -> bool:
        inside = phrase.find(self.word)
        if inside >= 0:
            return start >= inside and text.startswith(phrase, start - inside)
        last = self.then[-1]
        place = end - len(last) - phrase.find(last)
        return place >= 0 and text.startswith(phrase, place)


def _follows(word: str, text: str, start: int) -> int:
    """Where `word` ends, when it follows soon and in the same sentence; -1 when not."""
    at = text.find(word, start, start + GAP + len(word)) if start >= 0 else -1
    return -1 if at < 0 or not _SENTENCE_END.isdisjoint(text[start:at]) else at + len(word)


Entry = tuple[str, tuple[tuple[int, int], ...], tuple[Cue, ...]]
"""A word, the labels (with weights) it speaks for by its mere presence, and the cues with it that ask for more."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one text."""

    weights: list[int]
    """By label number: what speaks for it."""
    words: list[tuple[int, str]]
    """Label numbers with the words found, in no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Everything `classify` knows, ready to be looked up."""

    labels: tuple[Label, ...]
    """Each label's number is its place here."""
    groups: Mapping[str, tuple[tuple[int, str], ...]]
    """The numbers and codes of each group, in the order of the files."""
    names: Mapping[Label, Mapping[str, str]]
    """How a label is called, by language."""
    over: Mapping[str, tuple[str, ...]]
    """Topics that make others step back."""
    sizhi_of: Mapping[str, str]
    """Which of 四治四兴 answers which of the 四风."""
    greeting: tuple[str, ...]
    school: tuple[str, ...]
    entries: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    """By their first two characters (or the one they have)."""
    openings: frozenset[str] = field(repr=False)
    spellings: Mapping[str, str] = field(repr=False)
    misspelt: frozenset[str] = field(repr=False)
    traditional: Mapping[int, str] = field(repr=False)
    old_forms: re.Pattern[str] = field(repr=False)

    def number(self, group: str, code: str) -> int:
        """The number of a label that is known to exist."""
        return next(number for number, known in self.groups[group] if known == code)

    def fold(self, text: str) -> str:
        """The copy in which cues are looked for, as long as the text itself."""
        folded = text.lower()
        if len(folded) != len(text):
            folded = text
        return folded.translate(self.traditional) if self.old_forms.search(folded) else folded

    def find(self, folded: str) -> tuple[str, Findings]:
        """All cues in a folded text, which is given back with misspellings mended."""
        pairs = set(map(add, folded, folded[1:]))
        if not self.misspelt.isdisjoint(pairs):
            for wrong, right in self.spellings.items():
                folded = folded.replace(wrong, right)
            pairs = set(map(add, folded, folded[1:]))
        pairs.update(folded)
        weights = [0] * len(self.labels)
        words: list[tuple[int, str]] = []
        for opening in self.openings & pairs:
            for word, plain, demanding in self.entries[opening]:
                if word in folded:
                    for label, weight in plain:
                        weights[label] += weight
                        words.append((label, word))
                    for cue in demanding:
                        if found := cue.found_in(folded):
                            weights[cue.label] += cue.weight
                            words.append((cue.label, found))
        return folded, Findings(weights, words)


def taxonomy_from(mapping: Mapping[str, Any]) -> Taxonomy:
    """The taxonomy that these tables describe (see `bot/content/taxonomy/*.toml`, merged into one mapping).

    Raises `ValueError` naming the table and the cue that cannot be read.
    """
    about: Mapping[str, Sequence[str]] = mapping.get("about", {})
    tables = [(group, table) for group, table in _tables(mapping) if table["code"]]
    tables += [
        ("about", {"code": "班子", "weak": about.get("body", ())}),
        (
            "about",
            {
                "code": "post",
                "weak": about.get("posts", ()),
                "not": about.get("not_a_post", ()),
            },
        ),
    ]
    labels = tuple((group, str(table["code"])) for group, table in tables)
    cues = [
        cue
        for number, (_, table) in enumerate(tables)
        for cue in _cues_of(number, labels[number], table)
    ]
    groups: dict[str, list[tuple[int, str]]] = {group: [] for group in GROUPS}
    for number, (group, code) in enumerate(labels):
        groups.setdefault(group, []).append((number, code))
    entries = _entries(cues)
    spellings: Mapping[str, str] = mapping.get("same", {})
    written = [mapping[table] for table in ("traditional", "dialect") if table in mapping]
    traditional = {
        old: new
        for table in written
        for old, new in zip(table["from"], table["to"], strict=True)
    }
    return Taxonomy(
        labels=labels,
        groups={group: tuple(members) for group, members in groups.items()},
        names={
            (group, table["code"]): table.get(
                "name", {"zh": table["code"], "en": table["code"]}
            )
            for group, table in tables
        },
        over={table["code"]: tuple(table["over"]) for _, table in tables if "over" in table},
        sizhi_of={
            fault: table["code"] for _, table in tables for fault in table.get("sifeng", ())
        },
        greeting=tuple(about.get("greeting", ())),
        school=tuple(word for _, table in tables for word in table.get("school", ())),
        entries=entries,
        openings=frozenset(entries),
        spellings=spellings,
        misspelt=frozenset(wrong[:2] for wrong in spellings),
        traditional={ord(old): new for old, new in traditional.items()},
        old_forms=re.compile("[" + "".join(traditional) + "]" if traditional else "(?!)"),
    )


def _tables(mapping: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for group, tables in mapping.items():
        if isinstance(tables, list):
            for table in cast("Sequence[Mapping[str, Any]]", tables):
                yield group, table


_WEIGHTS = {"strong": 3, "cues": 2, "weak": 1}


def _cues_of(number: int, label: Label, table: Mapping[str, Any]) -> Iterable[Cue]:
    unless = (*table.get("not", ()), *table.get("calm", ()))
    seen: set[str] = set()
    for key, weight in _WEIGHTS.items():
        for written in table.get(key, ()):
            if written in seen:
                continue
            seen.add(written)
            word, *then = written.strip("^$").lower().split("..")
            if not word or not all(then):
                raise ValueError(f"{label[0]} {label[1]}: {written!r} is not a cue")
            yield Cue(
                number, weight, word, tuple(then), written.startswith("^"), written.endswith("$"),
                _containing(word, unless) + (_containing(then[-1], unless) if then else ()),
            )  # fmt: skip


def _containing(word: str, phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(phrase for phrase in phrases if word in phrase and phrase != word)


def _entries(cues: Sequence[Cue]) -> dict[str, tuple[Entry, ...]]:
    shared = Counter(part for cue in cues for part in (cue.word, *cue.then))
    by_word: dict[str, list[Cue]] = {}
    for cue in cues:  # a chain is looked up by its rarest part: 老师 is in every second message
        rarest = min((cue.word, *cue.then), key=lambda part: (len(part) == 1, shared[part]))
        by_word.setdefault(rarest, []).append(cue)
    entries: dict[str, list[Entry]] = {}
    for word, same in by_word.items():
        plain = tuple((cue.label, cue.weight) for cue in same if cue.plain)
        demanding = tuple(cue for cue in same if not cue.plain)
        entries.setdefault(word[:2], []).append((word, plain, demanding))
    return {opening: tuple(found) for opening, found in entries.items()}
