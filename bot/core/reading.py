"""One finished text, read once: what in it is an identity, what it is about, and what its writer decides of that.

Reading is slow (two models look for names), so it is done in a worker and comes in here as a value. Everything behind
it is pure: the writer's decisions lie in the session as words, never as places, so that an answer that is edited keeps
what still applies. What is shown in the preview and what is handed in are made by the same function, `masked`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from bot.core.privacy import (
    PLACEHOLDERS,
    USUAL,
    Masked,
    Policy,
    Span,
    SpanType,
    clean,
    mask,
    read_ahead,
    redact,
)
from bot.core.session import Session
from bot.core.sorting import Labels, Leader, Taxonomy, classify, named
from bot.core.sorting.taxonomy import GAP

if TYPE_CHECKING:  # so that a start does not wait for numpy
    from bot.core.privacy.names import Readers
    from bot.core.sorting.model import Model

MOST_FINDINGS = 18
"""Findings one may tap; what is beyond is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found in one text."""

    spans: tuple[Span, ...] = ()
    """What is masked unless its writer says otherwise, in the order of the text."""
    leaders: tuple[Leader, ...] = ()
    """Leaders of the roster it speaks of. Their names cannot be unmasked: such an opinion goes another way."""
    pointing: tuple[str, ...] = ()
    """Words, as they stand in the text, by which its writer may be recognised."""
    dangers: tuple[str, ...] = ()
    """What makes it urgent, as `sorting` calls it."""
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the sorting suggests for the masked text, ready for JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All that reading takes."""

    taxonomy: Taxonomy
    readers: "Readers | None" = None
    model: "Model | None" = None
    roster: tuple[Leader, ...] = ()
    policy: Policy = USUAL

    def read(self, text: str) -> Reading:
        """One text. Only its masked form is sorted, so that no reason given for a label holds a name."""
        forms = [form for leader in self.roster for form in leader.forms]
        readers = self.readers if _HAN.search(text) else None  # they read Chinese names
        return self._sorted(text, redact(text, readers, known=forms, policy=self.policy))

    def again(self, text: str, reading: Reading) -> Reading:
        """What another library has read, sorted as this one sorts. What was masked stays masked."""
        return self._sorted(text, mask(text, reading.spans))

    def _sorted(self, text: str, found: Masked) -> Reading:
        labels = classify(self.taxonomy, clean(found.text), self.model)
        leaders = tuple(leader for leader, _ in named(self.roster, text))
        if leaders:
            labels = replace(labels, about="个人", leader_mention=True)
        return Reading(
            spans=found.spans,
            leaders=leaders,
            pointing=_widest(_verbatim(text, labels.pointing)),
            dangers=labels.dangers,
            labels=_kept(labels),
        )

    def ahead(self, texts: Sequence[str]) -> "Library":
        """The same, with these texts read for names already, side by side: for many at once."""
        chinese = [text for text in texts if _HAN.search(text)]
        if self.readers is None or not chinese:
            return self
        return replace(self, readers=read_ahead(chinese, self.readers))

    def learned(self, examples: Sequence[tuple[str, str]]) -> "Library":
        """With these decisions (masked texts and their right topics) added to what the model knew. It takes seconds."""
        if self.model is None or not examples:
            return self
        from bot.core.sorting.labels import cues_in
        from bot.core.sorting.model import taught

        texts = [clean(text) for text, _ in examples]
        cues = [cues_in(self.taxonomy, text) for text in texts]
        return replace(self, model=taught(self.model, texts, [t for _, t in examples], cues))


_HAN = re.compile(r"[\u3400-\u9fff]")


def _kept(labels: Labels) -> dict[str, Any]:
    """What lies beside a released opinion. Whom it names is told apart, and what points to its writer to nobody."""
    apart = ("leaders", "pointing")
    return {name: value for name, value in labels.as_plain().items() if name not in apart}


def _verbatim(text: str, cues: Iterable[str]) -> Iterator[str]:
    """The words of the text that these cues (`A…B`) were found in."""
    for cue in cues:
        between = rf"[^。！？；!?;\n]{{0,{GAP}}}?"
        if found := re.search(
            between.join(map(re.escape, cue.split("…"))), text, re.IGNORECASE
        ):
            yield found[0]


def _widest(found: Iterable[str]) -> tuple[str, ...]:
    """Without those that are part of another."""
    words = tuple(dict.fromkeys(found))
    return tuple(one for one in words if not any(one != w and one in w for w in words))


Read = Callable[[str], Reading]
"""A finished text to its reading. Where it is not ready, it raises what its caller knows how to answer."""

FindingKind = SpanType | Literal["pointing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the answers that is masked, or could be."""

    words: str
    kind: FindingKind
    masked: bool


def masked(text: str, reading: Reading, session: Session) -> Masked:
    """The text as others may read it, by what was found and what its writer decided."""
    return mask(text, _decided(text, reading, session))


def placed(text: str, shown: Masked, leaders: Sequence[Leader]) -> list[tuple[str, int]]:
    """Which placeholder (counted from 0) stands for which leader, so that the one person who may read it can be told."""
    found: list[tuple[str, int]] = []
    grown = 0
    for span in shown.spans:
        words, sign = text[span.start : span.end], PLACEHOLDERS[span.type]
        number = len(_SIGN.findall(shown.text, 0, span.start + grown))
        grown += len(sign) - len(words)
        found += [
            (leader.key, number) for leader in leaders if any(f in words for f in leader.forms)
        ]
    return found


_SIGN = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))
"""A placeholder. Somebody may have typed one; it counts too, because it looks the same to whoever counts later."""


def findings(session: Session, read: Read) -> tuple[Finding, ...]:
    """All that may be tapped, in the order of the answers; the same words once."""
    found: dict[str, Finding] = {}
    for text in finished(session):
        reading = read(text)
        spans = [s for s in reading.spans if not _fixed(text, s, reading)]
        mine = [Finding(text[s.start : s.end], s.type, True) for s in spans]
        mine += [Finding(words, "chosen", True) for words in session.hidden if words in text]
        mine += [Finding(words, "pointing", False) for words in reading.pointing]
        for one in mine:
            found.setdefault(one.words, one)
    return tuple(_as_decided(one, session) for one in found.values())[:MOST_FINDINGS]


def numbered(text: str, reading: Reading, session: Session, places: Mapping[str, int]) -> str:
    """The masked text for its writer's eyes, with the number to tap in each placeholder."""
    pieces: list[str] = []
    at = 0
    for span in _decided(text, reading, session):
        number = places.get(text[span.start : span.end])
        sign = PLACEHOLDERS[span.type]
        shown = sign if number is None else f"{sign[0]}{number} {sign[1:]}"
        pieces += text[at : span.start], shown
        at = span.end
    return "".join((*pieces, text[at:]))


def pointing(session: Session, read: Read) -> tuple[str, ...]:
    """Words that may give the writer away and are still to be read."""
    words = [
        words
        for text in finished(session)
        for words in read(text).pointing
        if not any(words in hidden for hidden in session.hidden)
    ]
    return tuple(dict.fromkeys(words))


def dangers(session: Session, read: Read) -> frozenset[str]:
    """What words of the answers, and not a model alone, give away to be urgent."""
    readings = [read(text) for text in finished(session)]
    return frozenset(d for r in readings for d in r.dangers if r.labels.get("why", {}).get(d))


def finished(session: Session) -> tuple[str, ...]:
    """The texts of all answers: each is to be read before it is shown or handed in."""
    return tuple(dict.fromkeys(a.text for a in session.answers if a.parts))


def _as_decided(one: Finding, session: Session) -> Finding:
    if one.words in session.bared:
        return Finding(one.words, one.kind, False)
    return Finding(one.words, one.kind, one.masked or one.words in session.hidden)


def _fixed(text: str, span: Span, reading: Reading) -> bool:
    words = text[span.start : span.end]
    return any(form in words for leader in reading.leaders for form in leader.forms)


def _decided(text: str, reading: Reading, session: Session) -> tuple[Span, ...]:
    kept = [
        span
        for span in reading.spans
        if text[span.start : span.end] not in session.bared or _fixed(text, span, reading)
    ]
    return tuple(_joined([*kept, *_hidden(text, session.hidden)]))


def _hidden(text: str, hidden: Iterable[str]) -> Iterable[Span]:
    for words in hidden:
        at = text.find(words)
        while words and at >= 0:
            yield Span(at, at + len(words), "chosen")
            at = text.find(words, at + len(words))


def _joined(spans: list[Span]) -> list[Span]:
    """In the order of the text; what overlaps is one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if joined and span.start < joined[-1].end:
            last = joined.pop()
            covered = span.end <= last.end
            span = last if covered else Span(last.start, span.end, "chosen")
        joined.append(span)
    return joined
