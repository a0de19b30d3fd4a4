"""Notices: finished items go up for people to see and rate, on a page, on a wall and in their chats.

A notice's rating is a round like any other: one vote a person, unlinked, let out from so many people on. Closed items that are
looked back at go up once more in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.echo import scope
from bot.core.link import Link, write_link
from bot.core.messages import File
from bot.core.privacy import redact
from bot.core.rectification import GRADES, Move, Problem, State
from bot.core.survey import (
    LANGUAGES,
    RATING,
    RATINGS,
    Form,
    Group,
    Option,
    Question,
    Script,
    Survey,
    Unit,
    Words,
)
from bot.core.workdays import Calendar
from handlers.rectification.deeds import act
from handlers.words import Texts
from storage.rectification import Notice
from storage.round import KeptRound
from storage.unit_of_work import Work

if TYPE_CHECKING:  # papers are drawn elsewhere, and seldom: not at the start
    from bot.reports.notice import Poster

MOST_IN_A_NOTICE = 10
"""Items of one notice: so many taps are enough for anybody."""

HEADED = "效"
"""The dimension ratings count under: what was done, and did it help."""


_SHOWN: Mapping[State, Move] = {State.DONE: Move.PUBLISH, State.CLOSED: Move.SHOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """Who can be asked what they think of a notice, and in which words."""

    texts: Texts
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]
    hidden: tuple[str, ...] = ()
    """Names that stand on no page: of the list of leaders."""


def put_up(
    work: Work,
    public: Public,
    problems: Iterable[Problem],
    units: tuple[str, ...],
    now: datetime,
    closes: datetime,
    who: str,
) -> Notice | None:
    """Show these items, finished or looked back at; people can rate them until the end of `closes`. None where there are none."""
    today = now.date()
    shown = [p for p in problems if p.state in _SHOWN and not p.personal][:MOST_IN_A_NOTICE]
    if not shown:
        return None
    batch = f"{today:%y%m%d}"
    taken = {one.batch for one in work.problems.notices()}
    batch = next(b for n in range(len(taken) + 1) if (b := f"{batch}{_letter(n)}") not in taken)
    script = rating(public, batch, shown, units)
    for problem in shown:
        act(work, problem.number, _SHOWN[problem.state], today, who, batch=batch)
    work.rounds.plan(
        KeptRound(
            id=script.round,
            script=work.scripts.pin(script),
            opens=int(now.timestamp()),
            closes=int(closes.timestamp()),
            reminders=0,
        )
    )
    made = Notice(
        batch=batch,
        opens=today,
        closes=(closes - timedelta(seconds=1)).date(),
        units=units,
        round=script.round,
        shown=tuple(_frozen(public, problem) for problem in shown),
    )
    work.problems.put_up(made)
    return made


def take_down(work: Work, batch: str, words: str, now: datetime, who: str) -> bool:
    """What stands on it is wrong: it is gone at once and nobody can rate it any more; it stays in the archive. Its items are
    finished, as before it went up. False where it is down."""
    up = (n for n in work.problems.notices() if n.batch == batch and not n.down)
    made = next(up, None)
    if made is None or not work.problems.take_down(batch):
        return False
    for problem in work.problems.of_batch(batch):
        if problem.state is State.PUBLISHED:
            act(work, problem.number, Move.TAKE_DOWN, now.date(), who, words)
    work.rounds.stop(made.round, int(now.timestamp()))
    return True


def _frozen(public: Public, problem: Problem) -> dict[str, str]:
    """One item as people see it; what is published is not changed any more."""
    musts = problem.musts
    units = {unit.id: unit.name for unit in public.units}
    return {
        "number": str(problem.number),
        "title": problem.title,
        "goal": musts.goal,
        "measures": musts.measures,
        "unit": units.get(musts.unit, musts.unit),
        "person": redact(musts.person, known=public.hidden).text,
        "due": musts.due.isoformat() if musts.due else "",
        "result": problem.result,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a notice says of the house."""

    office: str
    phone: str
    address: str
    mailbox: str
    site: str
    """Where the world reaches our pages, without a slash at the end; empty where it does not."""
    units: Mapping[str, str]
    """Names by id."""
    calendar: Calendar


def raised_in(work: Work, problems: Iterable[Problem]) -> tuple[str, ...]:
    """The units that raised these, where all of it came from some that may be named; else none, which is everybody."""
    found: set[str] = set()
    for problem in problems:
        found |= {unit for unit, _ in scope(work.problems.voices(problem.number)).cells} or {""}
    return () if "" in found else tuple(sorted(found))


def poster(work: Work, place: Place, batch: str, *, kept: bool = False) -> "Poster | None":
    """What is on show under that batch; None where it is down, or never was. `kept`: also one that is down, from the archive."""
    from bot.reports.notice import Poster, Row

    found = (n for n in work.problems.notices() if n.batch == batch and (kept or not n.down))
    made = next(found, None)
    if made is None:
        return None
    days = (made.closes - made.opens).days + 1
    rows = tuple(
        Row(
            number=int(one["number"]),
            title=one["title"],
            goal=one["goal"],
            measures=one["measures"],
            unit=one["unit"],
            person=one["person"],
            due=date.fromisoformat(one["due"]) if one["due"] else None,
            result=one["result"],
        )
        for one in made.shown
    )
    return Poster(
        office=place.office,
        phone=place.phone,
        address=place.address,
        mailbox=place.mailbox,
        batch=batch,
        opens=made.opens,
        closes=made.closes,
        workdays=sum(
            place.calendar.is_workday(made.opens + timedelta(days=n)) for n in range(days)
        ),
        scope=tuple(place.units.get(unit, unit) for unit in made.units),
        rows=rows,
        rate_at=rate_at(place.site, made.round),
    )


def rate_at(site: str, round: str) -> str:
    """Where a round's questions begin on our own pages; empty where the world does not reach them."""
    return f"{site}/q/{write_link(Link(round=round))}" if site else ""


def draw_wall(made: "Poster") -> tuple[File, ...]:
    """The notice to put on a wall, and its page to keep."""
    from bot.content.papers import papers
    from bot.reports.card import Card, wall
    from bot.reports.notice import notice
    from bot.reports.words import Words

    texts = papers("zh")
    words = Words(texts)
    card = Card(
        head=words.say("notice.wall_head" if made.rate_at else "notice.wall_head_chat"),
        name=made.office,
        link=made.rate_at,
        foot=words.say("notice.wall_foot", phone=made.phone),
    )
    lines = [
        words.say("notice.wall_line", number=row.number, title=row.title, result=row.result)
        for row in made.rows
    ]
    return (
        File(f"notice-{made.batch}.docx", wall(card, texts, lines=lines, made=made.opens)),
        File(f"notice-{made.batch}.html", notice(made, texts)),
    )


def rating(
    public: Public, batch: str, problems: Iterable[Problem], units: tuple[str, ...]
) -> Script:
    """The questions of a notice: one an item, three grades or a sentence of one's own."""
    say = public.texts.say
    survey = Survey(
        id=RATING,
        words={language: say(language, "rating.name", batch=batch) for language in LANGUAGES},
        questions=tuple(_question(public.texts, problem) for problem in problems),
    )
    return Script(
        round=f"{RATINGS}{batch}",
        survey=survey,
        groups=tuple(group for group in public.groups if not group.invited),
        units=tuple(unit for unit in public.units if not units or unit.id in units),
    )


def _question(texts: Texts, problem: Problem) -> Question:
    said = {"number": str(problem.number), "title": problem.title, "result": problem.result}
    form = Form(
        kind="single",
        words={lang: texts.say(lang, "rating.question", **said) for lang in LANGUAGES},
        options=tuple(
            Option(g, {lang: texts.say(lang, f"rating.{g}") for lang in LANGUAGES})
            for g in GRADES
        ),
        own_words=True,
    )
    name: Words = {lang: texts.say(lang, "rating.item", **said) for lang in LANGUAGES}
    return Question(
        id=f"p{problem.number}", dimension=HEADED, staff=form, parent=form, name=name
    )


def _letter(number: int) -> str:
    return "" if number == 0 else chr(ord("a") + number - 1) if number < 27 else f"_{number}"
