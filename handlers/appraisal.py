"""Appraisals (民主评议): the vote is a round like any other, for those alone who have a vote; then it is counted.

Who voted how is known nowhere: each person's rating is a piece apart in the vault, and all of them are let out together
when the vote is over. What is counted is what was let out, and the paper ballots the office entered.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.core.appraisal import (
    BODY,
    CHOICES,
    PREFIX,
    Meeting,
    Outcome,
    Rated,
    State,
    compared,
    outcome,
)
from bot.core.cells import freeze
from bot.core.messages import Address, File
from bot.core.survey import (
    APPRAISAL,
    LANGUAGES,
    Form,
    Group,
    Language,
    Option,
    Question,
    Script,
    Survey,
)
from handlers.words import Texts
from storage.outbox import Note
from storage.round import KeptRound
from storage.unit_of_work import Work

if TYPE_CHECKING:  # papers are drawn elsewhere, and seldom: not at the start
    from bot.reports.appraisal import Sheet

HEADED = "效"
"""The dimension ratings count under: what was done, and did it help."""


def prepare(work: Work, unit: str) -> Meeting:
    """A new meeting, still empty."""
    known = work.appraisals.every()
    planned = {one.id for one in work.rounds.all()}
    number = max((one.number for one in known), default=0) + 1
    while f"{PREFIX}{number}" in planned:
        number += 1
    made = Meeting(number=number, unit=unit)
    work.appraisals.prepare(made)
    return made


def open_vote(
    work: Work, texts: Texts, was: Meeting, body: str, now: datetime, closes: datetime
) -> Meeting:
    """The vote begins now, and ends then; `body` is what those who meet are called. Raises `Raced`."""
    script = voting(texts, was, body)
    made = replace(was, state=State.OPEN, round=script.round)
    work.appraisals.change(was, made)
    work.vault.open(script.round, freeze((BODY,), {}, {}), people=made.expected)
    work.rounds.plan(
        KeptRound(
            id=script.round,
            script=work.scripts.pin(script),
            opens=int(now.timestamp()),
            closes=int(closes.timestamp()),
            reminders=0,
        )
    )
    return made


def voting(texts: Texts, meeting: Meeting, body: str) -> Script:
    """The questions of the vote: the team, then each person. Those who vote are one group: no figures for parts of them."""
    named = _in_both(texts, "appraisal.name", body=body)
    return Script(
        round=f"{PREFIX}{meeting.number}",
        survey=Survey(
            id=APPRAISAL,
            words=named,
            questions=tuple(_question(texts, one) for one in meeting.rated),
        ),
        groups=(Group(id=BODY, words=_in_both(texts, "appraisal.body")),),
        units=(),
    )


def _question(texts: Texts, one: Rated) -> Question:
    who = {"name": one.name, "post": one.post}
    form = Form(
        kind="single",
        words=_in_both(texts, "appraisal.rate_person", **who)
        if one.name
        else _in_both(texts, "appraisal.rate_team"),
        options=tuple(Option(c, _in_both(texts, f"appraisal.{c}")) for c in CHOICES),
    )
    name = (
        _in_both(texts, "appraisal.person", name=one.name)
        if one.name
        else _in_both(texts, "appraisal.team")
    )
    return Question(id=one.id, dimension=HEADED, staff=form, parent=form, name=name)


def _in_both(texts: Texts, key: str, **params: str) -> Mapping[Language, str]:
    return {language: texts.say(language, key, **params) for language in LANGUAGES}


def result(work: Work, meeting: Meeting) -> Outcome:
    """What came of it, as far as it may be said."""
    online = sum(
        each.submissions for each in work.opinions.turnout() if each.round == meeting.round
    )
    chosen = work.opinions.chosen(meeting.round) if meeting.round else {}
    return outcome(meeting, online, chosen, work.appraisals.paper(meeting.number))


def before(work: Work, meeting: Meeting) -> Outcome | None:
    """The result of the first meeting, where this is the final one."""
    first = work.appraisals.find(meeting.after) if meeting.after else None
    return result(work, first) if first and first.state is State.COUNTED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the paper says of the house."""

    office: str
    body: str


def sheet(work: Work, place: Place, meeting: Meeting, made: date) -> "Sheet":
    """The result as its paper wants it."""
    from bot.reports.appraisal import Sheet

    found, first = result(work, meeting), before(work, meeting)
    return Sheet(
        office=place.office,
        body=place.body,
        outcome=found,
        first=first,
        steps=compared(first, found) if first else (),
        made=made,
    )


def draw(made: "Sheet") -> tuple[File, ...]:
    """The result as an office paper, and as a table."""
    from bot.content.papers import papers
    from bot.reports.appraisal import paper, table

    texts = papers("zh")
    number = made.outcome.meeting.number
    return (
        File(f"appraisal-{number}.docx", paper(made, texts)),
        File(f"appraisal-{number}.xlsx", table(made, texts)),
    )


def count(work: Work, entitled: Callable[[str], Iterable[Address]], today: date) -> int:
    """Appraisals whose vote is over and out: whoever may see the result is told, each once. How many there were."""
    done = 0
    for meeting in work.appraisals.every():
        if meeting.state is not State.OPEN or not work.vault.over(meeting.round):
            continue
        work.appraisals.change(
            meeting, replace(meeting, state=State.COUNTED), today.isoformat()
        )
        done += 1
        note = Note(
            key="appraisal.counted",
            buttons=(("appraisal.look", f"评议 看 {meeting.number}"),),
        )
        for address in entitled(meeting.unit):
            work.parcels.put("appraised", f"{today}:{meeting.round}", address, note)
    return done
