"""《对照检查》: the frame of the material a leading team writes about itself, and what people said about that team.

What has to be written stays empty: a machine examines nobody. What names one person is not in it; the person responsible
speaks to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.digest import Entry
from bot.reports.document.weekly import title
from bot.reports.document.writing import Column, Writing
from bot.reports.words import Words

SECTIONS = ("discipline", "conduct", "problems", "causes", "measures")
"""The five the campaign plans ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What a leading team is handed."""

    office: str
    unit: str
    """Whose team; empty for the whole house's."""
    opens: datetime
    closes: datetime
    simulated: bool
    entries: tuple[Entry, ...]
    """What was said about the team."""

    @property
    def made(self) -> date:
        """The last closing it goes back to."""
        return self.closes.date()


def checkup(one: Checkup, texts: Mapping[str, str]) -> bytes:
    """The material's frame as docx; under the third head, the opinions."""
    words = Words(texts)
    whose = (
        words.say("checkup.whose_unit", unit=one.unit)
        if one.unit
        else words.say("checkup.whose_house")
    )
    name = words.say("checkup.title", whose=whose)
    paper = Writing(words, title=name, made=one.made)
    paper.add("Normal")
    if one.simulated:
        paper.add("Mark", words.say("digest.simulated"))
    title(paper, words, name)
    opens, closes = words.full_day(one.opens), words.full_day(one.closes)
    paper.add("Mark", words.say("checkup.period", opens=opens, closes=closes))
    for number, section in enumerate(SECTIONS, 1):
        head = words.say(f"checkup.{section}")
        numbered = words.say("digest.section", number=words.numeral(number), title=head)
        paper.add("Heading1", numbered)
        paper.add("BodyText", words.say("checkup.to_write"))
        if section == "problems":
            _voices(paper, words, one)
    _items(paper, words, one)
    _answers(paper, words, one.entries)
    return paper.bytes()


def _voices(paper: Writing, words: Words, one: Checkup) -> None:
    paper.add("Heading2", words.say("checkup.voices"))
    for entry in one.entries:
        parts = (entry.group, words.named("ask", entry.dimension), entry.topic)
        source = words.join((part for part in parts if part), "comma")
        told = words.say("checkup.voice", number=entry.number, source=source, text=entry.words)
        paper.add("Verbatim", told)
    if not one.entries:
        paper.add("BodyText", words.say("checkup.voices_none"))
    if one.unit:
        paper.add("Note", words.say("checkup.voices_few"))
    paper.add("Note", words.say("checkup.personal"))


def _items(paper: Writing, words: Words, one: Checkup) -> None:
    """What has to be explained: which opinions speak of each, by their numbers."""
    paper.add("Heading1", words.say("checkup.items"))
    which = words.say("checkup_which.school" if one.unit else "checkup_which.office")
    for item in which.split():
        cues = words.say(f"checkup_words.{item}").split()
        found = [e.number for e in one.entries if any(cue in e.words for cue in cues)]
        name = words.say(f"checkup_item.{item}")
        key = "checkup.item" if found else "checkup.item_none"
        paper.add("BodyText", words.say(key, name=name, numbers=words.join(found)))


def _answers(paper: Writing, words: Words, entries: Sequence[Entry]) -> None:
    """Each opinion's number beside what became of it."""
    if not entries:
        return
    paper.add("Heading1", words.say("checkup.answers"))
    columns = (
        Column(words.say("checkup.answer_number"), 20),
        Column(words.say("checkup.answer_way"), 24),
        Column(words.say("checkup.answer_problem"), 12),
        Column(words.say("checkup.answer_words"), 44, "left"),
    )
    dash = words.say("list.dash")
    paper.table(
        columns,
        [
            (
                entry.number,
                words.say(f"ledger_value.{entry.destination or 'pending'}"),
                entry.problem or dash,
                entry.reply or dash,
            )
            for entry in entries
        ],
    )
