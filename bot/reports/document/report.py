"""What is made at the end of a phase from the digests that were sent: 征求意见情况报告, and the report on the phase.

Both are written with the sections of the weekly digest; what those say of a week, `report_as` says of the whole.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from bot.core.digest import Digest, Report
from bot.reports.document.weekly import SHARED, title
from bot.reports.document.writing import Column, Writing
from bot.reports.words import Words

Kind = Literal["situation", "phase"]

Body = Callable[[Writing, Words, Report], None]

_OTHERWISE = "report_as."


def report(made: Report, kind: Kind, texts: Mapping[str, str]) -> bytes:
    """The report as docx."""
    words = Words(_Otherwise(texts))
    whole = made.whole
    days = words.say(
        "report.span", opens=words.day(whole.opens), closes=words.day(whole.closes)
    )
    name = words.say(f"report.{kind}_title", name=made.name or days)
    paper = Writing(words, title=name, made=whole.key)
    paper.add("Normal")
    if whole.simulated:
        paper.add("Mark", words.say("digest.simulated"))
    title(paper, words, name)
    day = words.full_day(whole.key)
    paper.add("Mark", words.say("report.from", office=whole.office, day=day))
    paper.add("Normal")
    shown = [section for section in _sections(words, made, kind) if section[2]]
    for number, (head, bodies, _) in enumerate(shown, 1):
        numbered = words.say("digest.section", number=words.numeral(number), title=head)
        paper.add("Heading1", numbered)
        for body in bodies:
            body(paper, words, made)
    _basis(paper, words, made)
    printed = words.say("colophon.printed", day=day)
    paper.colophon([], f"{whole.office}\t{printed}", "")
    return paper.bytes()


class _Otherwise(Mapping[str, str]):
    """The papers' words, with what a report calls otherwise."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        otherwise = _OTHERWISE + key
        return self._texts[otherwise if otherwise in self._texts else key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _sections(
    words: Words, made: Report, kind: Kind
) -> tuple[tuple[str, tuple[Body, ...], bool], ...]:
    """Head, bodies, and whether it appears."""
    whole = made.whole
    groups, units = _shared("groups"), _shared("units", shown=bool(whole.units))
    after = (_shared("destinations"), _urgent, *_put_right(whole))
    suggestions = (
        words.say("report.next"),
        (_shared("suggestions"),),
        bool(whole.notes.suggestions),
    )
    practices = (
        words.say("practices.title"),
        (_shared("practices"),),
        bool(whole.notes.practices),
    )
    repeated = (words.say("report.repeated"), (_shared("repeated"),), True)
    if kind == "situation":
        return (
            (words.say("report.basics"), (_heard, _shared("channels"), groups, units), True),
            (
                words.say("report.classified"),
                (_about, _shared("dimensions"), _shared("sifeng"), _topics, _shared("windows")),
                True,
            ),
            repeated,
            (words.say("report.typical"), (_shared("typical"),), True),
            (words.say("report.after"), after, True),
            practices,
            suggestions,
        )
    return (
        (words.say("report.work"), (_milestones, _issues), True),
        (
            words.say("report.heard"),
            (_heard, _shared("channels"), groups, _about, _shared("dimensions"), _topics),
            True,
        ),
        repeated,
        (words.say("report.after"), after, True),
        practices,
        suggestions,
    )


def _shared(name: str, *, shown: bool = True) -> Body:
    """A section of the weekly digest."""

    def body(paper: Writing, words: Words, made: Report) -> None:
        if shown:
            SHARED[name](paper, words, made.whole)

    return body


def _put_right(whole: Digest) -> tuple[Body, ...]:
    return (_shared("rectification"),) if whole.rectification else ()


def _heard(paper: Writing, words: Words, made: Report) -> None:
    whole, o = made.whole, made.whole.overview
    key = "report.turnout_unknown" if o.rate is None else "report.turnout"
    said = words.say(
        key,
        opens=words.moment(whole.opens),
        closes=words.moment(whole.closes),
        n=len(made.issues),
        now=o.submissions,
        rate=words.percent(o.rate),
    )
    if o.opinions:
        channels = words.join(words.channel(c.code) for c in whole.channels if c.number)
        said += words.say("report.opinions", channels=channels, n=o.opinions, merged=o.merged)
    else:
        said += words.say("report.opinions_none")
    paper.add("BodyText", said)


def _about(paper: Writing, words: Words, made: Report) -> None:
    o = made.whole.overview
    if not o.merged:
        return
    key = "report.about_personal" if o.personal else "report.about"
    said = words.say(key, merged=o.merged, team=o.team, personal=o.personal, general=o.general)
    if made.handed:
        said += words.say("report.handed", n=made.handed)
    paper.add("BodyText", said)


def _topics(paper: Writing, words: Words, made: Report) -> None:
    whole = made.whole
    if not whole.topics:
        paper.add("BodyText", words.say("topics.none"))
        return
    dash = words.say("list.dash")
    paper.add("Caption", words.say("report.topics", n=len(whole.topics)))
    rows = [
        (str(rank), row.name, str(row.now), words.join(row.groups) or dash)
        for rank, row in enumerate(whole.topics, 1)
    ]
    rows.append((dash, words.say("report.others"), str(whole.other_topics.now), dash))
    columns = (
        Column(words.say("report.ranked"), 10),
        Column(words.say("report.topic"), 46, "left"),
        Column(words.say("report.number"), 14),
        Column(words.say("report.groups"), 30, "left"),
    )
    paper.table(columns, rows)


def _urgent(paper: Writing, words: Words, made: Report) -> None:
    """How many could not wait; what they were stands in the digests."""
    matters = made.whole.urgent
    if matters:
        done = sum(matter.state == "done" for matter in matters)
        paper.add("BodyText", words.say("report.urgent", n=len(matters), done=done))


def _milestones(paper: Writing, words: Words, made: Report) -> None:
    paper.add("Caption", words.say("report.milestones"))
    if not made.milestones:
        paper.add("BodyText", words.say("report.milestones_none"))
        return
    columns = (
        Column(words.say("report_column.title"), 52, "left"),
        Column(words.say("report_column.when"), 30),
        Column(words.say("report_column.state"), 18),
    )
    rows = [(m.title, m.when, words.say(f"node_state.{m.state}")) for m in made.milestones]
    paper.table(columns, rows)


def _issues(paper: Writing, words: Words, made: Report) -> None:
    paper.add("Caption", words.say("report.issues"))
    keys = ("issue", "closes", "submissions", "opinions", "merged")
    columns = [Column(words.say(f"report_column.{key}"), 20) for key in keys]
    rows = [
        (
            str(one.number),
            words.day(one.closes),
            str(one.submissions),
            str(one.opinions),
            str(one.merged),
        )
        for one in made.issues
    ]
    paper.table(columns, rows)


def _basis(paper: Writing, words: Words, made: Report) -> None:
    """From which digests the figures are, so that anybody can add them up."""
    first, last = made.issues[0].number, made.issues[-1].number
    key = "report.basis_one" if len(made.issues) == 1 else "report.basis"
    paper.add("Normal")
    paper.add("Note", words.say(key, first=first, last=last))
