"""What a digest says of some units, for those who see these and no others."""

from collections.abc import Mapping

from bot.core.digest import Part
from bot.reports.document.weekly import title, verbatim
from bot.reports.document.writing import Column, Writing
from bot.reports.words import Words


def part(made: Part, texts: Mapping[str, str]) -> bytes:
    """The units' share as docx."""
    words = Words(texts)
    name = words.say("part.title", number=made.number)
    paper = Writing(words, title=name, made=made.key)
    paper.add("Normal")
    if made.simulated:
        paper.add("Mark", words.say("digest.simulated"))
    title(paper, words, name)
    day = words.full_day(made.key)
    paper.add("Mark", words.say("report.from", office=made.office, day=day))
    opens, closes = words.moment(made.opens), words.moment(made.closes)
    units = words.join(made.units)
    paper.add("BodyText", words.say("part.intro", units=units, opens=opens, closes=closes))
    _turnout(paper, words, made)
    _coverage(paper, words, made)
    if made.topics:
        named = words.join(
            words.say("windows.topic", name=c.code, n=c.number) for c in made.topics
        )
        paper.add("BodyText", words.say("part.topics", topics=named))
    if made.few:
        paper.add("Note", words.say("part.few", units=words.join(made.few)))
    if made.entries:
        paper.add("Normal")
        paper.add("AnnexMark", words.say("part.words"))
        verbatim(paper, words, made.entries)
    return paper.bytes()


def _turnout(paper: Writing, words: Words, made: Part) -> None:
    if not made.rows:
        return
    paper.add("Caption", words.say("part.turnout"))
    keys = ("unit", "invited", "now", "cumulative", "rate")
    dash = words.say("list.dash")
    paper.table(
        [Column(words.say(f"turnout.{key}"), 20) for key in keys],
        [
            (
                row.name,
                dash if row.invited is None else str(row.invited),
                str(row.now) if row.now else words.say("turnout.nothing"),
                str(row.cumulative),
                words.percent(row.rate),
            )
            for row in made.rows
        ],
    )


def _coverage(paper: Writing, words: Words, made: Part) -> None:
    if not made.coverage:
        return
    paper.add("Caption", words.say("part.coverage"))
    columns = [Column(words.say("turnout.unit"), 2, "left")]
    columns += [Column(name, 2) for name in made.group_names]
    dash = words.say("list.dash")
    rows = [
        (row.unit, *(words.band(band) or dash for band in row.bands)) for row in made.coverage
    ]
    paper.table(columns, rows)
