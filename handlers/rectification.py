"""What becomes of opinions: deeds on the problem list, notices that people rate, and what the clock does with both.

A notice's rating is a round like any other: one vote a person, unlinked, let out from so many people on. When its time is
over and its last tick is done, each item is rated by what was let out, and goes back where people were not content.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.link import Link, write_link
from bot.core.messages import Address, File
from bot.core.people import Role
from bot.core.rectification import (
    GRADES,
    TERMS,
    Event,
    Move,
    Problem,
    State,
    after,
    overdue,
)
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
from handlers.words import Texts
from storage.outbox import Note
from storage.rectification import Fate, Notice
from storage.round import KeptRound
from storage.unit_of_work import Work

if TYPE_CHECKING:  # papers are drawn elsewhere, and seldom: not at the start
    from bot.reports.notice import Poster
    from bot.reports.problems import Answered

MOST_IN_A_NOTICE = 10
"""Items of one notice: so many taps are enough for anybody."""

CONTENT = 600
"""Tenths of a percent of 满意 and 基本满意 from which on an item is not sent back."""


COMES_BACK = 3
"""Opinions that go into a closed problem until it counts as having come back (复发)."""

HEADED = "效"
"""The dimension ratings count under: what was done, and did it help."""


def act(
    work: Work, number: int, move: Move, today: date, who: str, words: str = "", **values: str
) -> Problem:
    """One more thing is done to a problem. Raises `core.rectification.Refused`, with nothing changed, and `Raced`."""
    stands, lines = work.problems.kept(number)
    event = Event(day=today, who=who, move=move, words=words, values=values)
    changed = after(stands or Problem(number=number), event)
    work.problems.add(lines, event, changed)
    if changed.state is State.DROPPED and changed.into:
        work.problems.follow(number, changed.into)
    return changed


def put_on_list(
    work: Work, title: str, today: date, who: str, *, sources: str = "masses", topic: str = ""
) -> Problem:
    """A new problem. Raises `Refused` where it has no title."""
    number = work.problems.next_number()
    return act(work, number, Move.LIST, today, who, title, sources=sources, topic=topic)


def judge(work: Work, opinion: bytes, fate: Fate) -> bool:
    """What becomes of an opinion. True where a closed problem has come back by it."""
    work.problems.give(opinion, fate)
    problem = work.problems.find(fate.problem) if fate.problem else None
    if problem is None or problem.closed is None:
        return False
    if work.problems.since(problem.number, problem.closed) < COMES_BACK:
        return False
    act(work, problem.number, Move.RECUR, fate.day, "")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """Who can be asked what they think of a notice, and in which words."""

    texts: Texts
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]


def put_up(
    work: Work,
    public: Public,
    problems: Iterable[Problem],
    units: tuple[str, ...],
    now: datetime,
    closes: datetime,
    who: str,
) -> Notice | None:
    """Publish these finished items; people can rate them until the end of `closes`. None where there is none to publish."""
    today = now.date()
    chosen = [p for p in problems if p.state is State.DONE and not p.personal]
    if not chosen:
        return None
    batch = f"{today:%y%m%d}"
    taken = {one.batch for one in work.problems.notices()}
    batch = next(b for n in range(len(taken) + 1) if (b := f"{batch}{_letter(n)}") not in taken)
    script = rating(public, batch, chosen[:MOST_IN_A_NOTICE], units)
    for problem in chosen[:MOST_IN_A_NOTICE]:
        act(work, problem.number, Move.PUBLISH, today, who, batch=batch)
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
    )
    work.problems.put_up(made)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a notice says of the house."""

    office: str
    phone: str
    site: str
    """Where the world reaches our pages, without a slash at the end; empty where it does not."""
    units: Mapping[str, str]
    """Names by id."""
    calendar: Calendar


def poster(work: Work, place: Place, batch: str) -> "Poster | None":
    """What is on show under that batch; None where it is down, or never was."""
    from bot.reports.notice import Poster, Row

    made = next((n for n in work.problems.notices() if n.batch == batch and not n.down), None)
    if made is None:
        return None
    days = (made.closes - made.opens).days + 1
    rows = tuple(
        Row(
            number=p.number,
            title=p.title,
            goal=p.musts.goal,
            measures=p.musts.measures,
            unit=place.units.get(p.musts.unit, p.musts.unit),
            person=p.musts.person,
            due=p.musts.due,
            result=p.result,
        )
        for p in work.problems.of_batch(batch)
        if not p.personal
    )
    return Poster(
        office=place.office,
        phone=place.phone,
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
    return f"{site}/chat?link={write_link(Link(round=round))}" if site else ""


def draw_wall(made: "Poster") -> tuple[File, ...]:
    """The notice to put on a wall, and its page to keep."""
    from bot.content.papers import papers
    from bot.reports.card import Card, wall
    from bot.reports.notice import notice
    from bot.reports.words import Words

    texts = papers("zh")
    words = Words(texts)
    card = Card(
        head=words.say("notice.wall_head"),
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


def draw_ledger(
    problems: tuple[Problem, ...],
    weights: Mapping[int, int],
    units: Mapping[str, str],
    answers: "tuple[Answered, ...]",
    made: date,
) -> tuple[File, ...]:
    """The ledger of the list, with the table of answers."""
    from bot.content.papers import papers
    from bot.reports.problems import problems_ledger

    content = problems_ledger(problems, weights, units, answers, papers("zh"), made)
    return (File(f"problems-{made}.xlsx", content),)


def answers(work: Work) -> "tuple[Answered, ...]":
    """Every opinion that has its way, with it."""
    from bot.reports.problems import Answered

    return tuple(
        Answered(
            period=period,
            words=words,
            way=fate.way,
            problem=fate.problem,
            answer=fate.words,
            day=fate.day,
        )
        for period, words, fate in work.problems.answered()
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


# -- the clock struck -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Followed:
    """What the clock did with the list; for the tests, and for nobody's log."""

    down: tuple[str, ...] = ()
    rated: tuple[int, ...] = ()
    nudged: int = 0


def follow_up(
    work: Work,
    today: date,
    *,
    awake: bool,
    first_of_week: Callable[[date], bool],
    offices: Iterable[Address],
) -> Followed:
    """Take down what is past its time, rate what people have rated, remind those who owe something."""
    down = [n for n in work.problems.notices() if not n.down and n.closes < today]
    rated: list[int] = []
    done: list[str] = []
    for notice in down:
        if not work.vault.over(notice.round):
            continue  # the last tick has not let the ratings out yet
        rated += _rate(work, notice, today)
        work.problems.take_down(notice.batch)
        done.append(notice.batch)
    nudged = _nudge(work, today, first_of_week, tuple(offices)) if awake else 0
    return Followed(tuple(done), tuple(rated), nudged)


def _rate(work: Work, notice: Notice, today: date) -> list[int]:
    """Each item of the notice by what was let out of its round; nothing where too few rated it."""
    tallies = work.opinions.chosen(notice.round)
    rated: list[int] = []
    for problem in work.problems.of_batch(notice.batch):
        if problem.state is not State.PUBLISHED:
            continue
        good, fair, poor = (tallies.get((f"p{problem.number}", grade), 0) for grade in GRADES)
        if not (said := good + fair + poor):
            continue
        act(
            work, problem.number, Move.RATE, today, "",
            good=str(good), fair=str(fair), poor=str(poor),
        )  # fmt: skip
        rated.append(problem.number)
        if 1000 * (good + fair) < CONTENT * said:
            due = today + timedelta(days=TERMS[problem.kind])
            share = str(round(100 * (good + fair) / said))
            act(
                work, problem.number, Move.SEND_BACK, today, "", f"{share}%",
                due=due.isoformat(),
            )  # fmt: skip
    return rated


def _nudge(
    work: Work,
    today: date,
    first_of_week: Callable[[date], bool],
    offices: tuple[Address, ...],
) -> int:
    """Once a week to whoever an item is owed by; once to the office when it is late."""
    sent = 0
    for problem in work.problems.every():
        if not problem.item or not problem.owed or not problem.musts.due:
            continue
        said = {
            "number": str(problem.number),
            "title": problem.title,
            "due": problem.musts.due.isoformat(),
        }
        button = (("rectification.look", f"问题 {problem.number}"),)
        if first_of_week(today):
            note = Note(key="rectification.nudge", params=said, buttons=button)
            for address in responsible(work, problem, offices):
                ref = f"{today}:{problem.number}"
                sent += work.parcels.put("nudge", ref, address, note)
        if days := overdue(problem, today):
            params = {**said, "days": str(days), "unit": problem.musts.unit}
            note = Note(key="rectification.late", params=params, buttons=button)
            for address in offices:
                ref = f"{problem.musts.due}:late:{problem.number}"
                sent += work.parcels.put("late", ref, address, note)
    return sent


def responsible(
    work: Work, problem: Problem, offices: tuple[Address, ...]
) -> tuple[Address, ...]:
    """Whose item it is: the person it names, else the office of its unit, else the office."""
    named = work.staff.named(problem.musts.person)
    there = named or work.staff.holding(Role.SCHOOL, problem.musts.unit)
    return tuple(one.address for one in there) or offices
