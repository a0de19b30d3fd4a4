"""Several digests in a row as one: the figures of a report at the end of a phase, and what a leading team was told.

A report counts what was published, never the rows again: whoever adds up the digests comes to its figures, and what was
withdrawn since lowers none of them. Only the words follow what happened since: what was withdrawn is not quoted again,
and what was handed over to the body in charge of discipline stands in no report.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core.digest.counting import about_of, carried_by, cured_by, in_order, many
from bot.core.digest.figures import counted, share
from bot.core.digest.model import (
    DESTINATIONS,
    FOLDED,
    Agreement,
    Count,
    Destination,
    Digest,
    Entry,
    GridRow,
    Labels,
    Meetings,
    Notes,
    Overview,
    Repeated,
    Share,
    Tally,
    TopicRow,
    TurnoutRow,
    Urgent,
    WindowRow,
)
from bot.core.digest.voices import typical_of

RANKED = 10
"""Topics in the ranking of a report."""

HANDED: Destination = "handed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened to the opinions of sent digests since: their random ids, and what became of each.

    An opinion that is not in `still` was withdrawn.
    """

    still: frozenset[str]
    ways: Mapping[str, Destination]

    def there(self, entry: Entry) -> bool:
        """Whether it may be shown again. Taps are figures: a line of them has no words that somebody took back."""
        return not entry.text or entry.id in self.still


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    """One digest in the report's list of them."""

    number: int
    closes: date
    submissions: int
    opinions: int
    merged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A node of the plan within the report's days, and how it stands."""

    title: str
    when: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Digests in a row, added up."""

    name: str
    """Of the phase; empty where it is a span of weeks."""
    whole: Digest
    """All of them as one: what it calls the period is all the periods. Nothing is compared with what was before."""
    issues: tuple[IssueRow, ...]
    handed: int
    """Merged ones that went to the body in charge of discipline; counted, shown nowhere."""
    milestones: tuple[Milestone, ...]


def report_of(
    digests: Sequence[Digest],
    since: Since,
    *,
    name: str = "",
    milestones: tuple[Milestone, ...] = (),
) -> Report:
    """The report over these digests, oldest first and at least one."""
    last = digests[-1]
    entries = [entry for digest in digests for entry in _now(digest, since)]
    merged = _merged(entries)
    personal, handed = _apart(digests, since)
    apart = personal + handed
    opinions = sum(digest.overview.opinions for digest in digests)
    dimensions = _dimensions(digests, opinions)
    topics, others = _topics(digests, entries, opinions)
    shown = [digest.notes for digest in digests]
    whole = replace(
        last,
        opens=digests[0].opens,
        simulated=any(digest.simulated for digest in digests),
        overview=_overview(digests, entries, merged, personal, handed),
        channels=_counts(count for digest in digests for count in digest.channels),
        meetings=_meetings(digests),
        groups=_turnout(digests, lambda digest: digest.groups),
        units=_turnout(digests, lambda digest: digest.units),
        dimensions=dimensions,
        asks=_asks(digests, dimensions),
        sifeng=_labels(list(map(carried_by, merged)), _codes(digests, "sifeng"), apart),
        sizhi=_labels(list(map(cured_by, merged)), _codes(digests, "sizhi"), apart),
        topics=topics,
        other_topics=TopicRow(code="", name="", now=others, before=None, change=None),
        rising=(),
        falling=(),
        typical=_typical(digests, entries, topics, since),
        urgent=_urgent(digests),
        repeated=_repeated(digests),
        destinations=_destinations(merged, personal, handed),
        tallies=_tallies(digests),
        notes=Notes(
            practices=_said(notes.practices for notes in shown),
            suggestions=_said(notes.suggestions for notes in shown),
            corrections=_said(notes.corrections for notes in shown),
        ),
        entries=tuple(entry for entry in entries if since.there(entry)),
        themes=(),
        marks=_counts(count for digest in digests for count in digest.marks),
        agreement=Agreement(
            looked_at=sum(digest.agreement.looked_at for digest in digests),
            same=sum(digest.agreement.same for digest in digests),
        ),
        windows=_windows(digests),
        past=(),
    )
    return Report(
        name=name,
        whole=whole,
        issues=tuple(map(_issue, digests)),
        handed=handed,
        milestones=milestones,
    )


def team_entries(
    digests: Sequence[Digest], since: Since, units: frozenset[str] | None = None
) -> tuple[Entry, ...]:
    """What was said about the leading team (班子), word for word, with the numbers of the digests.

    `units`: names of the units whose team it is; an opinion belongs to one where it carries its unit, which it does
    only where enough of the unit wrote. None: every team's, as the whole house's office sees it.
    """
    return tuple(
        entry
        for digest in digests
        for entry in _now(digest, since)
        if entry.about == "班子"
        and entry.mark not in FOLDED
        and since.there(entry)
        and (units is None or entry.unit in units)
    )


def _now(digest: Digest, since: Since) -> list[Entry]:
    """The opinions that were shown, as they stand now; without those handed over since."""
    ways = since.ways
    found: list[Entry] = []
    for entry in digest.entries:
        destination = ways.get(entry.id, entry.destination)
        if destination == HANDED:
            continue
        same = destination == entry.destination
        found.append(entry if same else entry._replace(destination=destination))
    return found


def _merged(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Opinions that say the same, over all the periods: one theme, one option of one question, or one of its own."""
    found: defaultdict[object, list[Entry]] = defaultdict(list)
    for entry in entries:
        plain = (entry.question, entry.choice) if entry.choice and not entry.text else None
        found[entry.summary or plain or entry.merged].append(entry)
    return list(found.values())


def _apart(digests: Sequence[Digest], since: Since) -> tuple[int, int]:
    """Merged opinions that are counted and never shown: about one leader; handed over, then or since."""
    personal = sum(digest.overview.personal for digest in digests)
    handed = 0
    for digest in digests:
        shown = {entry.merged for entry in digest.entries}
        left = {entry.merged for entry in _now(digest, since)}
        before = digest.overview.merged - digest.overview.personal - len(shown)
        handed += before + len(shown - left)
    return personal, handed


def _overview(
    digests: Sequence[Digest],
    entries: Sequence[Entry],
    merged: Sequence[Sequence[Entry]],
    personal: int,
    handed: int,
) -> Overview:
    last = digests[-1].overview
    submissions = sum(digest.overview.submissions for digest in digests)
    opinions = sum(digest.overview.opinions for digest in digests)
    about = Counter(about_of(members) for members in merged)
    return Overview(
        submissions=submissions,
        cumulative=last.cumulative,
        invited=last.invited,
        rate=share(submissions, last.invited) if last.invited else None,
        opinions=opinions,
        before=None,
        change=None,
        merged=len(merged) + personal + handed,
        team=about["班子"],
        personal=personal,
        general=about["一般"] + handed,
        withheld=opinions - many(entries),
    )


def _urgent(digests: Sequence[Digest]) -> tuple[Urgent, ...]:
    """Each matter as the last digest had it; one that is still open stands in several."""
    found: dict[tuple[date, str], Urgent] = {}
    for digest in digests:
        found.update(((one.received, one.matter), one) for one in digest.urgent)
    return tuple(sorted(found.values(), key=lambda one: (one.received, one.matter)))


def _issue(digest: Digest) -> IssueRow:
    o = digest.overview
    return IssueRow(
        number=digest.number,
        closes=digest.key,
        submissions=o.submissions,
        opinions=o.opinions,
        merged=o.merged,
    )


def _counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    found: Counter[str] = Counter()
    for count in counts:
        found[count.code] += count.number
    return tuple(Count(code, number) for code, number in found.items())


def _meetings(digests: Sequence[Digest]) -> Meetings | None:
    held = [digest.meetings for digest in digests if digest.meetings]
    if not held:
        return None
    return Meetings(
        sessions=sum(one.sessions for one in held), people=sum(one.people for one in held)
    )


def _turnout(
    digests: Sequence[Digest], rows: Callable[[Digest], tuple[TurnoutRow, ...]]
) -> tuple[TurnoutRow, ...]:
    """The lines of the last digest, which has all there ever were, with what came in these periods."""
    now: Counter[str] = Counter()
    for digest in digests:
        for row in rows(digest):
            now[row.id] += row.now
    latest = rows(digests[-1])
    listed = {row.id for row in latest}
    stray = sum(number for id, number in now.items() if id not in listed)
    found = [
        replace(
            row,
            now=now[row.id],
            rate=share(now[row.id], row.invited) if row.invited else None,
        )
        for row in latest
    ]
    if stray:  # a line that is gone counts under the last, which holds all without one
        found.append(
            TurnoutRow(id="", name="", invited=None, now=stray, cumulative=stray, rate=None)
        )
    return tuple(found)


def _dimensions(digests: Sequence[Digest], opinions: int) -> tuple[Share, ...]:
    found = _counts(Count(row.code, row.number) for d in digests for row in d.dimensions)
    ordered = sorted(found, key=lambda count: not count.code)  # what answers no ask comes last
    return tuple(Share(c.code, c.number, share(c.number, opinions)) for c in ordered)


def _asks(digests: Sequence[Digest], dimensions: Sequence[Share]) -> tuple[GridRow, ...]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for digest in digests:
        for row in digest.asks:
            for column, number in zip(digest.dimensions, row.numbers, strict=True):
                found[row.name][column.code] += number
    return tuple(
        GridRow(name, tuple(numbers[column.code] for column in dimensions))
        for name, numbers in sorted(found.items(), key=lambda pair: not pair[0])
    )


def _codes(digests: Sequence[Digest], which: str) -> tuple[str, ...]:
    """The labels the digests had columns for, in their order."""
    labels: Iterable[Labels] = (getattr(digest, which) for digest in digests)
    return tuple(dict.fromkeys(count.code for one in labels for count in one.counts))


def _labels(carried: Sequence[Sequence[str]], order: Sequence[str], unsorted: int) -> Labels:
    found = Counter(label for labels in carried for label in labels)
    return Labels(
        counts=tuple(Count(code, found[code]) for code in in_order(found, order)),
        none=sum(not labels for labels in carried) + unsorted,
        twice=sum(len(labels) > 1 for labels in carried),
    )


def _topics(
    digests: Sequence[Digest], entries: Iterable[Entry], opinions: int
) -> tuple[tuple[TopicRow, ...], int]:
    """The ranking of whatever was ranked in any digest, and the number of all the rest."""
    codes = {row.name: row.code for digest in digests for row in digest.topics}
    groups = {row.name: row.groups for digest in digests for row in digest.topics}
    counts = counted((e.topic, e.answers) for e in entries if e.topic in codes)
    ranking = sorted(counts, key=lambda name: (-counts[name], name))[:RANKED]
    rows = tuple(
        TopicRow(
            code=codes[name], name=name, now=counts[name], before=None, change=None,
            groups=groups[name],
        )
        for name in ranking
    )  # fmt: skip
    return rows, opinions - sum(row.now for row in rows)


def _windows(digests: Sequence[Digest]) -> tuple[WindowRow, ...]:
    found: dict[str, WindowRow] = {}
    for digest in digests:
        for row in digest.windows:
            was = found.get(row.unit)
            found[row.unit] = row if was is None else _both(was, row)
    return tuple(found.values())


def _both(was: WindowRow, row: WindowRow) -> WindowRow:
    topics = _counts((*was.topics, *row.topics))
    told = [one.opinions for one in (was, row) if one.opinions is not None]
    return WindowRow(
        unit=row.unit,
        submissions=was.submissions + row.submissions,
        opinions=sum(told) if told else None,
        praise=was.praise + row.praise,
        topics=tuple(sorted(topics, key=lambda count: (-count.number, count.code))),
    )


def _typical(
    digests: Sequence[Digest],
    entries: Sequence[Entry],
    topics: Sequence[TopicRow],
    since: Since,
) -> tuple[Entry, ...]:
    """Quoted before they may be quoted again, as chosen then; else chosen anew."""
    quoted = {entry.id for digest in digests for entry in digest.typical}
    there = [entry for entry in entries if since.there(entry)]
    chosen = [entry for entry in there if entry.id in quoted]
    return typical_of(chosen or there, topics, set())


def _repeated(digests: Sequence[Digest]) -> tuple[Repeated, ...]:
    """Each matter as the last digest had it that spoke of it, with all that was said of it."""
    found: dict[tuple[str, bool], Repeated] = {}
    for digest in digests:
        for one in digest.repeated:
            was = found.get((one.title, one.ranked))
            more = was.number if was else 0
            found[one.title, one.ranked] = replace(one, number=one.number + more)
    return tuple(sorted(found.values(), key=lambda one: (-one.number, one.title)))


def _destinations(
    merged: Sequence[Sequence[Entry]], personal: int, handed: int
) -> tuple[Count, ...]:
    found: Counter[str] = Counter(
        next((e.destination for e in members if e.destination), "") for members in merged
    )
    found[""] += personal
    found[HANDED] += handed
    return tuple(Count(code, found[code]) for code in DESTINATIONS if found[code])


def _tallies(digests: Sequence[Digest]) -> tuple[Tally, ...]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for digest in digests:
        for tally in digest.tallies:
            for option in tally.options:
                found[tally.question][option.code] += option.number
    return tuple(
        Tally(question, tuple(Count(code, n) for code, n in options.most_common()))
        for question, options in sorted(found.items())
    )


def _said(points: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(point for some in points for point in some))
