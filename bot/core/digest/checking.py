"""The look a careful clerk gives a draft before it leaves: do the sums agree, is anything in it that must not be.

A problem names itself by a code and a place; the papers' words say it in a sentence.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.core.digest.model import Digest, Section

Trouble = Literal["totals", "names", "personal", "handed", "empty"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at before the draft leaves."""

    trouble: Trouble
    where: str
    """The section or table, or the number of the entry."""
    found: int = 0
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is another in the newer draft of the same period."""

    what: str
    """`submissions`, `opinions`, `group`, `unit`, `topic`, `problems` …"""
    name: str
    """Which group, unit, topic or label; empty where there is one alone, or for the rest."""
    old: int
    new: int


def self_check(digest: Digest, *, still_naming: Collection[str] = ()) -> tuple[Problem, ...]:
    """Everything wrong with a digest. `still_naming`: numbers of the entries, or sections of the clerk's notes,
    in which the redactor, asked again, still finds somebody."""
    return (
        *_totals(digest),
        *(Problem("names", where) for where in sorted(still_naming)),
        *(Problem("personal", e.number) for e in digest.entries if e.about == "个人"),
        *(Problem("handed", e.number) for e in digest.entries if e.destination == "handed"),
        *(Problem("empty", section) for section in _empty(digest)),
    )


def office_words(digest: Digest) -> Iterator[tuple[str, str]]:
    """What stands in the papers that no writer of an opinion wrote, each with the section it stands in."""
    notes, problems = digest.notes, digest.rectification
    yield "notes", notes.title
    yield "notes", notes.foreword
    for remark in notes.remarks:
        yield remark.section, remark.text
    for text in (*notes.practices, *notes.suggestions, *notes.corrections):
        yield "notes", text
    for matter in digest.urgent:
        yield "urgent", f"{matter.matter} {matter.handling}"
    for late in problems.overdue if problems else ():
        yield "rectification", late.title
    for text in problems.help if problems else ():
        yield "rectification", text


def differences(old: Digest, new: Digest) -> tuple[Difference, ...]:
    """The figures that changed from one draft to the next, for the one who had the old one on the desk."""
    before, after = _figures(old), _figures(new)
    return tuple(
        Difference(*key, before.get(key, 0), after.get(key, 0))
        for key in dict.fromkeys((*before, *after))
        if before.get(key, 0) != after.get(key, 0)
    )


def _totals(digest: Digest) -> list[Problem]:
    """Sums that must agree, told with both figures where they do not."""
    o = digest.overview
    sums = (
        ("groups", sum(row.now for row in digest.groups), o.submissions),
        ("units", sum(row.now for row in digest.units), o.submissions),
        ("groups.cumulative", sum(row.cumulative for row in digest.groups), o.cumulative),
        ("units.cumulative", sum(row.cumulative for row in digest.units), o.cumulative),
        ("channels", sum(count.number for count in digest.channels), o.opinions),
        ("dimensions", sum(row.number for row in digest.dimensions), o.opinions),
        ("asks", sum(sum(row.numbers) for row in digest.asks), o.opinions),
        ("topics", sum(r.now for r in digest.topics) + digest.other_topics.now, o.opinions),
        ("ledger", sum(e.answers for e in digest.entries) + o.withheld, o.opinions),
        ("about", o.team + o.personal + o.general, o.merged),
        ("destinations", sum(count.number for count in digest.destinations), o.merged),
    )
    return [
        Problem("totals", where, found, right) for where, found, right in sums if found != right
    ]


def _empty(digest: Digest) -> list[Section]:
    """Sections that say there is nothing, though something was heard."""
    return ["typical"] if digest.entries and not digest.typical else []


def _figures(digest: Digest) -> dict[tuple[str, str], int]:
    """Every figure that the papers print of a period, by what it is and of which group, unit, topic or label."""
    o, problems, owed = digest.overview, digest.rectification, digest.replies
    letters, meetings = digest.letters, digest.meetings
    return {
        ("submissions", ""): o.submissions,
        ("cumulative", ""): o.cumulative,
        ("opinions", ""): o.opinions,
        ("merged", ""): o.merged,
        ("team", ""): o.team,
        ("personal", ""): o.personal,
        **{("channel", count.code): count.number for count in digest.channels},
        ("meetings", ""): meetings.people if meetings else 0,
        ("letters", ""): letters.returned if letters else 0,
        **{("group", row.name): row.now for row in digest.groups},
        **{("group_all", row.name): row.cumulative for row in digest.groups},
        **{("unit", row.name): row.now for row in digest.units},
        **{("unit_all", row.name): row.cumulative for row in digest.units},
        **{("window", row.unit): row.opinions or 0 for row in digest.windows},
        **{("ask", row.code): row.number for row in digest.dimensions},
        **{("sifeng", count.code): count.number for count in digest.sifeng.counts},
        ("sifeng", ""): digest.sifeng.none,
        **{("sizhi", count.code): count.number for count in digest.sizhi.counts},
        **{("topic", row.name): row.now for row in (*digest.topics, digest.other_topics)},
        **{("repeated", matter.title): matter.number for matter in digest.repeated},
        ("urgent", ""): len(digest.urgent),
        ("urgent_done", ""): sum(matter.state == "done" for matter in digest.urgent),
        ("problems", ""): problems.total if problems else 0,
        ("solved", ""): problems.done if problems else 0,
        ("overdue", ""): len(problems.overdue) if problems else 0,
        ("published", ""): problems.published if problems else 0,
        ("rated", ""): problems.ratings.total if problems else 0,
        ("owed", ""): owed.within + owed.late,
        ("late", ""): owed.late,
        **{("way", count.code): count.number for count in digest.destinations},
        ("nodes", ""): len(digest.nodes),
    }
