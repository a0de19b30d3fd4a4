"""The office and the talks that leaders have with each other (谈心谈话).

A pasted list of posts becomes the plan; dates are typed as a stretch; each talk is marked when it was held. What was said
in a talk is kept for the two of it and the office, and for nobody else: others see that it was held. Who plans sees the
plan; whoever is named in it sees their own talks.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from bot.core.messages import Button, File
from bot.core.people import Deed, may
from bot.core.talks import (
    NotAList,
    Rules,
    Talk,
    dated,
    read_list,
    renewed,
    seats_of,
    talks,
    uncovered,
)
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from handlers.desk.days import typed_days
from storage.talks import KeptTalk

SHOWN = 8
"""Talks that one message lists."""
LONGEST = 60
"""Days a window may have."""
ROUNDS = (("1", ""), ("2", ""), ("2", "together"))
"""How many rounds one may ask for: of pairs, and whether the team sits down together at the end."""


def _talks(asking: Asking) -> Answer:
    unit = _unit(asking)
    match asking.rest:
        case ("规则", ("four" | "three") as rules, *_) if unit is not None:
            return _which_rounds(asking, rules)
        case ("名单", ("four" | "three") as rules, rounds, *more) if unit is not None:
            return _list(asking, unit, rules, int(rounds) if rounds.isdecimal() else 1, more)
        case ("新",) if unit is not None:
            return _which_rules(asking)
        case ("日期", *_) if unit is not None:
            return _dates(asking, unit)
        case ("表",) if unit is not None:
            return _paper(asking, unit)
        case ("未谈", *_) if unit is not None:
            return _open(asking, unit)
        case (("看" | "完成" | "改期" | "记录" | "读") as what, id, *_):
            return _one(asking, what, id)
        case _:
            return _overview(asking, unit)


def _unit(asking: Asking) -> str | None:
    """Whose plan they make: the whole house's, or that of their first unit; None where they make none."""
    if may(asking.member.staff, Deed.PLAN_TALKS):
        return ""
    places = [unit for post in asking.member.staff.posts for unit in post.units]
    return next((u for u in places if may(asking.member.staff, Deed.PLAN_TALKS, u)), None)


# --- the plan --------------------------------------------------------------------------------------------------------


def _overview(asking: Asking, unit: str | None) -> Answer:
    mine = _mine(asking)
    if unit is None:
        if not mine:
            return Answer(text=asking.say("talks.none_of_yours"), menu=True)
        return _listed(asking, asking.say("talks.yours"), [kept for _, kept in mine])
    planned = asking.work.talks.of(unit)
    if not planned:
        return _which_rules(asking)
    lines = [_round_line(asking, number, planned) for number in _rounds(planned)]
    undated = sum(1 for kept in planned if kept.talk.day is None and kept.talk.done is None)
    if undated:
        lines.append(asking.say("talks.undated", count=str(undated)))
    buttons = [
        asking.button("talks.open", "谈话 未谈"),
        asking.button("talks.dates", "谈话 日期"),
        asking.button("talks.paper", "谈话 表"),
        asking.button("talks.new", "谈话 新"),
    ]
    return Answer(text="\n".join(lines), rows=(*pairs(buttons), (asking.back(),)))


def _rounds(planned: tuple[KeptTalk, ...]) -> list[int]:
    return sorted({kept.talk.round for kept in planned})


def _round_line(asking: Asking, number: int, planned: tuple[KeptTalk, ...]) -> str:
    of = [kept.talk for kept in planned if kept.talk.round == number]
    done = sum(1 for talk in of if talk.done)
    return asking.say("talks.round", round=str(number), done=str(done), all=str(len(of)))


def _which_rules(asking: Asking) -> Answer:
    buttons = [
        asking.button("talks.four", "谈话 规则 four"),
        asking.button("talks.three", "谈话 规则 three"),
    ]
    return Answer(
        text=asking.say("talks.which_rules"), rows=(*pairs(buttons), (asking.back(),))
    )


def _which_rounds(asking: Asking, rules: Rules) -> Answer:
    buttons = [
        Button(
            asking.say("talks.rounds_together" if together else "talks.rounds", count=count),
            f"谈话 名单 {rules} {count} {together}".strip(),
        )
        for count, together in ROUNDS
    ]
    return Answer(
        text=asking.say("talks.which_rounds"),
        rows=(*((one,) for one in buttons), (asking.back(),)),
    )


def _list(asking: Asking, unit: str, rules: Rules, rounds: int, more: list[str]) -> Answer:
    """Wait for the list; then make the plan of it."""
    words = " ".join(("谈话 名单", rules, str(rounds), *more))
    together = "together" in more
    from_settings = CONFIRM in more
    if not from_settings and not _completed(asking):
        rows = (asking.button("talks.from_settings", f"{words} {CONFIRM}"),)
        known = (rows,) if asking.desk.leaders else ()
        text = asking.say("talks.paste")
        return Answer(text=text, rows=(*known, (asking.back(),)), awaits=words, either=True)
    try:
        seats = seats_of(asking.desk.leaders) if from_settings else read_list(asking.text)
        planned = talks(seats, rules, rounds, together=together)
    except NotAList as wrong:
        text = asking.say(
            f"namelist.{wrong.fault}", line=str(wrong.line), words=wrong.words[:40]
        )
        return Answer(text=text, rows=((asking.back(),),), awaits=words)
    before = tuple(kept.talk for kept in asking.work.talks.of(unit))
    asking.work.talks.plan(unit, renewed(before, planned))
    _note(asking, Deed.PLAN_TALKS, unit)
    lines = [asking.say("talks.planned", count=str(len(planned)), people=str(len(seats)))]
    counted = Counter(why for talk in planned if talk.round == 1 for why in talk.why)
    lines += [asking.say(f"must.{why}", count=str(count)) for why, count in counted.items()]
    if left := uncovered(seats, planned):
        names = "、".join(seat.name for seat in left)
        lines.append(asking.say("talks.uncovered", names=names))
    lines.append(asking.say("talks.when"))
    return Answer(text="\n".join(lines), rows=((asking.back(),),), awaits="谈话 日期")


def _dates(asking: Asking, unit: str) -> Answer:
    planned = tuple(kept.talk for kept in asking.work.talks.of(unit))
    if not planned:
        return _which_rules(asking)
    if not _completed(asking):
        return Answer(
            text=asking.say("talks.when"), rows=((asking.back(),),), awaits="谈话 日期"
        )
    window = _window(asking)
    if window is None:
        text = asking.say("talks.not_a_window")
        return Answer(text=text, rows=((asking.back(),),), awaits="谈话 日期")
    days = [day for day in window if asking.desk.calendar.is_workday(day)]
    made = dated(planned, days)
    asking.work.talks.plan(unit, made)
    _note(asking, Deed.PLAN_TALKS, unit)
    left = sum(1 for talk in made if talk.day is None)
    key = "talks.too_few_days" if left else "talks.dated"
    first, last = f"{window[0]:%m-%d}", f"{window[-1]:%m-%d}"
    text = asking.say(key, first=first, last=last, left=str(left), count=str(len(made)))
    buttons = [
        asking.button("talks.paper", "谈话 表"),
        asking.button("talks.dates", "谈话 日期"),
    ]
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)), changed=True)


def _window(asking: Asking) -> tuple[date, ...] | None:
    days = typed_days(asking.text, _today(asking), asking.desk.calendar)
    if days is None or (days[1] - days[0]).days > LONGEST:
        return None
    return tuple(days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1))


def _open(asking: Asking, unit: str) -> Answer:
    waiting = [kept for kept in asking.work.talks.of(unit) if kept.talk.done is None]
    waiting.sort(key=lambda kept: kept.talk.day or date.max)
    if not waiting:
        return Answer(text=asking.say("talks.all_held"), menu=True)
    return _listed(asking, asking.say("talks.waiting", count=str(len(waiting))), waiting)


def _listed(asking: Asking, head: str, listed: list[KeptTalk]) -> Answer:
    buttons = [
        Button(_named(asking, kept.talk), f"谈话 看 {kept.talk.id}") for kept in listed[:SHOWN]
    ]
    return Answer(text=head, rows=(*((one,) for one in buttons), (asking.back(),)))


def _named(asking: Asking, talk: Talk) -> str:
    names = "—".join(talk.names) if talk.other else asking.say("talks.team")
    day = f"{talk.day:%m-%d}" if talk.day else asking.say("talks.no_day")
    return f"{day} {names}"


def _paper(asking: Asking, unit: str) -> Answer:
    planned = asking.work.talks.of(unit)
    if not planned:
        return _which_rules(asking)
    rows = tuple((kept.talk, kept.recorded) for kept in planned)
    made = partial(draw_talks, rows, _today(asking))
    return Answer(text=asking.say("talks.here_is_the_paper"), makes=made)


def draw_talks(rows: tuple[tuple[Talk, bool], ...], today: date) -> tuple[File, ...]:
    """The plan as xlsx, without a word of what was said."""
    from bot.content.papers import papers
    from bot.reports.talks import talks_table

    return (File("plan-of-talks.xlsx", talks_table(rows, papers("zh"), today)),)


# --- one talk --------------------------------------------------------------------------------------------------------


def _mine(asking: Asking) -> list[tuple[str, KeptTalk]]:
    """The talks whose record they may see: their own; for the office, all."""
    store = asking.work.talks
    return [
        (unit, kept)
        for unit in store.units()
        for kept in store.of(unit)
        if _of_theirs(asking, unit, kept.talk)
    ]


def _of_theirs(asking: Asking, unit: str, talk: Talk) -> bool:
    """They are one of the two, or the office whose plan it is."""
    staff = asking.member.staff
    return any(may(staff, Deed.RECORD_TALK, unit, name) for name in talk.names)


def _one(asking: Asking, what: str, id: str) -> Answer:
    unit = _unit(asking)
    visible = dict.fromkeys(_mine(asking))
    if unit is not None:
        visible |= dict.fromkeys((unit, kept) for kept in asking.work.talks.of(unit))
    found = next(((u, kept) for u, kept in visible if kept.talk.id == id), None)
    if found is None:
        return Answer(text=asking.say("talks.gone"), menu=True)
    place, kept = found
    theirs = _of_theirs(asking, place, kept.talk)
    match what:
        case "完成":
            asking.work.talks.held(place, id, _today(asking))
            _note(asking, Deed.RECORD_TALK if theirs else Deed.PLAN_TALKS, place)
            again = next(k for k in asking.work.talks.of(place) if k.talk.id == id)
            return replace(_shown(asking, again, theirs=theirs), changed=True)
        case "改期":
            return _moved(asking, place, kept, theirs=theirs)
        case "记录" if theirs:
            return _recorded(asking, place, kept)
        case "读" if theirs:
            words = asking.work.talks.words(place, id) or asking.say("talks.no_record")
            _note(asking, Deed.RECORD_TALK, place)
            return Answer(
                text=f"{_named(asking, kept.talk)}\n{words}", rows=((asking.back(),),)
            )
        case "记录" | "读":
            return Answer(text=asking.say("talks.not_yours"), menu=True)
        case _:
            return _shown(asking, kept, theirs=theirs)


def _shown(asking: Asking, kept: KeptTalk, *, theirs: bool) -> Answer:
    talk = kept.talk
    why = "；".join(asking.say(f"reason.{one}") for one in talk.why)
    lines = [_named(asking, talk), asking.say("talks.about", round=str(talk.round), why=why)]
    buttons: list[Button] = []
    if talk.done is None:
        buttons += [
            asking.button("talks.held", f"谈话 完成 {talk.id}"),
            asking.button("talks.move", f"谈话 改期 {talk.id}"),
        ]
    else:
        lines.append(asking.say("talks.held_on", day=talk.done.isoformat()))
    if theirs:
        buttons.append(asking.button("talks.record", f"谈话 记录 {talk.id}"))
        if kept.recorded:
            buttons.append(asking.button("talks.read", f"谈话 读 {talk.id}"))
    elif kept.recorded:
        lines.append(asking.say("talks.recorded"))
    return Answer(text="\n".join(lines), rows=(*pairs(buttons), (asking.back(),)))


def _moved(asking: Asking, unit: str, kept: KeptTalk, *, theirs: bool) -> Answer:
    awaits = f"谈话 改期 {kept.talk.id}"
    days = (
        typed_days(asking.text, _today(asking), asking.desk.calendar)
        if _completed(asking)
        else None
    )
    if days is None or days[0] != days[1]:
        key = "talks.not_a_day" if _completed(asking) else "talks.which_day"
        return Answer(text=asking.say(key), rows=((asking.back(),),), awaits=awaits)
    asking.work.talks.move(unit, kept.talk.id, days[0])
    _note(asking, Deed.RECORD_TALK if theirs else Deed.PLAN_TALKS, unit)
    moved = replace(kept, talk=replace(kept.talk, day=days[0]))
    return replace(_shown(asking, moved, theirs=theirs), changed=True)


def _recorded(asking: Asking, unit: str, kept: KeptTalk) -> Answer:
    if not _completed(asking):
        awaits = f"谈话 记录 {kept.talk.id}"
        return Answer(text=asking.say("talks.write"), rows=((asking.back(),),), awaits=awaits)
    asking.work.talks.record(unit, kept.talk.id, asking.text)
    _note(asking, Deed.RECORD_TALK, unit)
    return Answer(text=asking.say("talks.written"), menu=True)


# --- small -----------------------------------------------------------------------------------------------------------


def _completed(asking: Asking) -> bool:
    """Free words completed the command: they are not the command's own."""
    return bool(asking.text.strip()) and asking.text.split() != list(asking.rest)


def _today(asking: Asking) -> date:
    return asking.desk.zone(asking.now).date()


def _note(asking: Asking, deed: Deed, unit: str) -> None:
    asking.work.staff.note(asking.member.label, deed, asking.now.timestamp(), unit=unit)


TALKS = Command(name="talks", words=("谈话", "talks"), deed=Deed.SEE_TALKS, answer=_talks)
