"""One node in chat: look at it, say that it is done or needs more time, change it, hang a round on it.

What a reminder's buttons type is answered here: `节点 3-1a2b3c4d 完成`, `… 延期`, `… 原文`. Whoever may approve plans moves a
node by two taps, having read what moves with it; everybody else's wish for more time is brought to those.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.core.campaign.editing import (
    Edit,
    NotPossible,
    Typed,
    dropped,
    edited,
    redated,
    typed_days,
)
from bot.core.campaign.model import FRAMES, Completion, Days
from bot.core.campaign.standing import Reports, State, days_due, state
from bot.core.messages import Button
from bot.core.people import Deed, may
from bot.core.round import CLASH_WITHIN, Clash, Round, clashes
from bot.core.survey import Script
from handlers import plan
from handlers.desk.base import CONFIRM, Answer, Asking, pairs
from handlers.desk.days import (
    Here,
    around,
    days,
    find,
    moved_lines,
    own_units,
    stands,
    unit_name,
    when,
    who,
)
from handlers.desk.review import changed, fault, may_change, may_move
from handlers.round import affordable
from storage.outbox import Note
from storage.round import KeptRound

ALL = "all"
"""In a command: not one unit, but once for all."""

HISTORY = 3
"""Changes shown beside a node."""

MOST_MISSING = 12
"""Units named; of more, how many."""

BACK_TO = timedelta(days=60)
"""How far back the last time of what comes again is looked for."""


def node(asking: Asking) -> Answer:
    """节点: one of them, and what is to be done with it."""
    here = find(asking, asking.rest[0]) if asking.rest else None
    if here is None:
        return Answer(text=asking.say("node.gone"), menu=True)
    words = list(asking.rest[2:])
    match asking.rest[1:]:
        case ("原文", *_):
            return _words(asking, here)
        case ("完成", *_):
            return _done(asking, here, words)
        case ("没完成", *_):
            return _undone(asking, here, words)
        case ("延期", *_):
            return _later(asking, here)
        case ("改期", *_):
            return _redate(asking, here, words)
        case ("征求", *_):
            return _round(asking, here, words)
        case (verb, *_) if verb in ("日期", "题目", "责任", "成果", "报送", "删", "改"):
            if not may_change(asking, here.kept):
                return Answer(text=asking.say("desk.not_yours"), menu=True)
            return _change(asking, here, verb, words)
        case _:
            return view(asking, here)


def view(asking: Asking, here: Here, before: str = "") -> Answer:
    """All there is to say about a node, and what may be done."""
    known = plan.standing(asking.work, here.kept, asking.desk.units)
    lines = filter(None, (before, *_told(asking, here, known)))
    return Answer(text="\n".join(lines), rows=tuple(_deeds(asking, here, known)))


def _told(asking: Asking, here: Here, known: Reports) -> Iterator[str]:
    one = here.node
    yield asking.say("node.head", title=one.title, place=asking.say(f"place.{one.place}"))
    yield " › ".join(filter(None, (one.phase, one.step if one.step != one.title else "")))
    said = stands(asking, here, known) if here.kept.lives else ""
    yield "　".join(filter(None, (when(asking, one), said)))
    if one.was is not None:
        yield asking.say("node.was", days=days(asking, one.was))
    if names := who(asking, one):
        yield asking.say("calendar.who", names=names)
    if one.deliverable:
        yield asking.say("calendar.deliverable", what=one.deliverable)
    if one.submit_to:
        yield asking.say("calendar.submit", to=one.submit_to)
    if here.kept.lives:
        yield _missing(asking, here, known)
    if one.survey:
        survey = asking.desk.surveys.get(one.survey)
        name = survey.words[asking.member.language] if survey else one.survey
        yield asking.say("node.has_round", survey=name)
    if one.words:
        yield f"> {around(one)}"
    for at, label, params in [*plan.history(asking.work, here.kept, one.id)][:HISTORY]:
        day = asking.desk.zone(datetime.fromtimestamp(at, UTC)).date()
        yield asking.say(
            "node.change",
            day=days(asking, (day, day)),
            who=label,
            what=asking.say(f"trail.{params.get('what', 'changed')}"),
        )


def _missing(asking: Asking, here: Here, known: Reports) -> str:
    """The units that have not reported it, for those who look after them all; each other unit sees itself."""
    missing = known.progress(here.node).missing
    if not may(asking.member.staff, Deed.SEE_CALENDAR, here.kept.campaign.unit):
        own = own_units(asking, Deed.SEE_CALENDAR)
        missing = tuple(unit for unit in missing if unit in own)
    if not here.node.everybody or not missing:
        return ""
    names = [unit_name(asking, unit) for unit in missing[:MOST_MISSING]]
    if len(missing) > MOST_MISSING:
        names.append("…")
    return asking.say(
        "node.missing", count=str(len(missing)), names=asking.say("calendar.join").join(names)
    )


def _deeds(asking: Asking, here: Here, known: Reports) -> Iterator[tuple[Button, ...]]:
    one, staff = here.node, asking.member.staff
    buttons: list[Button] = []
    if here.kept.lives and one.place not in FRAMES:
        if _may_report(asking, here):
            if state(one, known, asking.today) is State.DONE:
                buttons.append(asking.button("node.undone", f"节点 {here.ref} 没完成"))
            else:
                buttons.append(asking.button("node.done", f"节点 {here.ref} 完成"))
                if not one.rrule:
                    buttons.append(asking.button("node.later", f"节点 {here.ref} 延期"))
        if (
            not one.survey
            and may(staff, Deed.OPEN_ROUND)
            and plan.round_window(one, asking.now, asking.desk.zone)
        ):
            buttons.append(asking.button("node.round", f"节点 {here.ref} 征求"))
    if one.words:
        buttons.append(asking.button("node.words", f"节点 {here.ref} 原文"))
    if may_change(asking, here.kept):
        buttons.append(asking.button("node.edit", f"节点 {here.ref} 改"))
    yield from pairs(buttons)
    yield (_to_plan(asking, here), asking.back())


def _to_plan(asking: Asking, here: Here) -> Button:
    if here.kept.lives:
        return asking.button("desk.menu_schedule", "日程")
    return asking.button("plan.to_plan", f"方案 {here.kept.id}d")


def _words(asking: Asking, here: Here) -> Answer:
    one = here.node
    text = asking.say("node.words_head", title=one.title)
    back = asking.button("node.open", f"节点 {here.ref}")
    return Answer(text=f"{text}\n> {' '.join(one.words.split())}", rows=((back,),))


# -- done --------------------------------------------------------------------------------------------------------------


def _may_report(asking: Asking, here: Here) -> bool:
    return _whole(asking, here) or bool(_own(asking, here))


def _whole(asking: Asking, here: Here) -> bool:
    """Whether they may say that it is done once for all."""
    staff = asking.member.staff
    return may(staff, Deed.REPORT_NODE, here.kept.campaign.unit) or any(
        may(staff, Deed.REPORT_NODE, named=name) for name in here.node.responsible
    )


def _own(asking: Asking, here: Here) -> tuple[str, ...]:
    """The units for which they may report it, of a node for every unit."""
    if not here.node.everybody:
        return ()
    unit = here.kept.campaign.unit
    return tuple(u for u in own_units(asking, Deed.REPORT_NODE) if unit in ("", u))


def _done(asking: Asking, here: Here, words: list[str]) -> Answer:
    if not here.kept.lives or here.node.place in FRAMES or not _may_report(asking, here):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    unit = _meant(asking, here, words)
    if unit is None:
        return _who_is_done(asking, here)
    done = _completion(asking, here, unit)
    new = plan.report(asking.work, here.kept, done, asking.member.label, asking.now)
    key = "node.noted" if new else "node.noted_already"
    name = unit_name(asking, unit) if unit else asking.say("node.for_all")
    said = asking.say(key, title=here.node.title, unit=name)
    undo = asking.button("node.undone", f"节点 {here.ref} 没完成 {unit or ALL}")
    left = plan.standing(asking.work, here.kept, asking.desk.units).progress(here.node)
    more = (
        asking.say("calendar.missing", count=str(len(left.missing)))
        if left.missing and _whole(asking, here)
        else ""
    )
    rows = ((undo, asking.button("desk.menu_schedule", "日程")),)
    return Answer(text="\n".join(filter(None, (said, more))), rows=rows, changed=True)


def _meant(asking: Asking, here: Here, words: list[str]) -> str | None:
    """The unit a command names, empty for all; None where it has to be asked, or is not theirs."""
    own, whole = _own(asking, here), _whole(asking, here)
    if words:
        if words[0] == ALL:
            return "" if whole else None
        return words[0] if words[0] in own else None
    if not here.node.everybody or not asking.desk.units:
        return "" if whole else None
    if not whole and len(own) == 1:
        return own[0]
    return None


def _who_is_done(asking: Asking, here: Here) -> Answer:
    known = plan.standing(asking.work, here.kept, asking.desk.units)
    missing = known.progress(here.node).missing
    units = [unit for unit in _own(asking, here) if unit in missing]
    buttons = [
        Button(unit_name(asking, unit), f"节点 {here.ref} 完成 {unit}") for unit in units
    ]
    rows = list(pairs(buttons))
    if _whole(asking, here):
        rows.insert(0, (asking.button("node.all_done", f"节点 {here.ref} 完成 {ALL}"),))
    return Answer(
        text=asking.say("node.who_is_done", title=here.node.title),
        rows=(*rows, (asking.button("node.open", f"节点 {here.ref}"),)),
    )


def _completion(asking: Asking, here: Here, unit: str) -> Completion:
    return Completion(
        node=here.node.id, day=asking.today, unit=unit, occurrence=_occurrence(asking, here)
    )


def _occurrence(asking: Asking, here: Here) -> date | None:
    """Of what comes again, the last time that was due, or the next where there was none."""
    if not here.node.rrule:
        return None
    past = days_due(here.node, asking.today - BACK_TO, asking.today)
    coming = days_due(here.node, asking.today, asking.today + timedelta(days=400))
    return past[-1] if past else next(iter(coming), None)


def _undone(asking: Asking, here: Here, words: list[str]) -> Answer:
    if not _may_report(asking, here):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    own = {"" if unit == ALL else unit for unit in words} or {"", *_own(asking, here)}
    allowed = {*_own(asking, here), *([""] if _whole(asking, here) else [])}
    gone = [
        plan.unreport(
            asking.work,
            here.kept,
            _completion(asking, here, unit),
            asking.member.label,
            asking.now,
        )
        for unit in sorted(own & allowed)
    ]
    key = "node.taken_back" if any(gone) else "node.never_said"
    return replace(view(asking, here, asking.say(key)), changed=any(gone))


# -- another day -------------------------------------------------------------------------------------------------------


def _later(asking: Asking, here: Here) -> Answer:
    """More time: two suggestions, or a typed date."""
    if not here.kept.lives or here.node.place in FRAMES:
        return view(asking, here)
    if not (_may_report(asking, here) or may_move(asking, here.kept)):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    one, calendar = here.node, asking.desk.calendar
    if asking.free:
        try:
            typed = typed_days(asking.free, here.kept.campaign, asking.today, calendar)
        except NotPossible as refusal:
            return _which_day(asking, here, fault(asking, refusal))
        start, end = typed.days
        if start == end and one.start and end and one.start < end and one.end != one.start:
            typed = replace(typed, kind="window", days=(one.start, end))
        return _proposed(asking, here, typed)
    return _which_day(asking, here)


def _which_day(asking: Asking, here: Here, before: str = "") -> Answer:
    one, calendar = here.node, asking.desk.calendar
    last = max(one.end or one.start or asking.today, asking.today)
    suggested = dict.fromkeys(
        (calendar.add_workdays(last, 3), calendar.next_workday(last + timedelta(days=6)))
    )
    window = one.start is not None and one.end is not None and one.start < one.end
    start = one.start.isoformat() if one.start and window else ""
    buttons = tuple(
        Button(
            days(asking, (day, day)),
            f"节点 {here.ref} 改期 {start or (day.isoformat() if one.start else '')}:{day}",
        )
        for day in suggested
    )
    text = asking.say("node.which_day", title=one.title, when=when(asking, one))
    return Answer(
        text="\n".join(filter(None, (before, text))),
        rows=(buttons, (asking.button("node.open", f"节点 {here.ref}"),)),
        awaits=f"节点 {here.ref} 延期",
        either=True,
    )


def _redate(asking: Asking, here: Here, words: list[str]) -> Answer:
    span = _span(words[0]) if words else None
    if span is None:
        return _later(asking, here)
    start, end = span
    kind = "by" if start is None else "point" if start == end else "window"
    return _proposed(asking, here, Typed(kind, span), tuple(words[1:]))


def _span(text: str) -> Days | None:
    try:
        start, _, end = text.partition(":")
        return (date.fromisoformat(start) if start else None), date.fromisoformat(end or start)
    except ValueError:
        return None


def _proposed(asking: Asking, here: Here, typed: Typed, seen: tuple[str, ...] = ()) -> Answer:
    """What would move, for whoever may say yes; everybody else's wish goes to those."""
    kept, one, calendar = here.kept, here.node, asking.desk.calendar
    try:
        edit = redated(kept.campaign, one.id, typed, asking.today, calendar)
    except NotPossible as refusal:
        return view(asking, here, fault(asking, refusal))
    if not may_move(asking, kept):
        return _wished(asking, here, typed)
    confirmed = seen == (str(kept.revision), CONFIRM)
    if kept.lives and not confirmed and not typed.rrule:
        said = ":".join(day.isoformat() if day else "" for day in typed.days)
        sure = asking.button(
            "node.move_yes", f"节点 {here.ref} 改期 {said} {kept.revision} {CONFIRM}"
        )
        others = moved_lines(asking, plan.moved_with(edit, one.id))
        also = [asking.say("node.moves_too"), *others] if others else []
        text = asking.say(
            "node.move_sure",
            title=one.title,
            was=when(asking, one),
            now=days(asking, typed.days),
        )
        leave = asking.button("node.leave", f"节点 {here.ref}")
        return Answer(text="\n".join((text, *also)), rows=((sure, leave),))
    made = changed(asking, kept, edit, one.id, "moved")
    now = Here(kept=made, node=made.campaign.node(one.id) or one)
    others = moved_lines(asking, plan.moved_with(edit, one.id))
    said = "\n".join((asking.say("node.moved"), *others))
    return replace(view(asking, now, said), changed=kept.lives)


def _wished(asking: Asking, here: Here, typed: Typed) -> Answer:
    """Somebody responsible needs more time: those who may say so are asked, once a day for the same day."""
    if not _may_report(asking, here) or typed.rrule:
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    said = ":".join(day.isoformat() if day else "" for day in typed.days)
    label = asking.member.label
    note = Note(
        key="node.wish",
        params={
            "who": asking.desk.texts.say("zh", f"role.{label.role}") + str(label.number),
            "title": here.node.title,
            "was": when(asking, here.node),
            "now": days(asking, typed.days),
        },
        buttons=(
            ("node.wish_look", f"节点 {here.ref} 改期 {said}"),
            ("node.open", f"节点 {here.ref}"),
        ),
    )
    what = f"later:{here.ref}:{said}:{label}"
    plan.tell(asking.work, Deed.APPROVE_PLAN, asking.today, what, note)
    asking.work.staff.note(
        label,
        Deed.REPORT_NODE,
        asking.now.timestamp(),
        plan=here.kept.id,
        node=here.node.id,
        what="wished",
        to=said,
    )
    return replace(view(asking, here, asking.say("node.wished")), changed=True)


# -- other changes -----------------------------------------------------------------------------------------------------


def _change(asking: Asking, here: Here, verb: str, words: list[str]) -> Answer:
    match verb:
        case "改":
            return _what_to_change(asking, here)
        case "删":
            return _drop(asking, here, words)
        case "日期" if asking.free:
            return _typed_date(asking, here)
        case _ if asking.free:
            return _edited(asking, here, verb, " ".join(asking.free.split()))
        case _:
            back = asking.button("node.open", f"节点 {here.ref}")
            text = _say_what(asking, verb, here)
            return Answer(text=text, rows=((back,),), awaits=f"节点 {here.ref} {verb}")


def _say_what(asking: Asking, verb: str, here: Here) -> str:
    title = here.node.title
    match verb:
        case "日期":
            return asking.say("node.say_date", title=title)
        case "题目":
            return asking.say("node.say_title", title=title)
        case "责任":
            return asking.say("node.say_who", title=title)
        case "成果":
            return asking.say("node.say_deliverable", title=title)
        case _:
            return asking.say("node.say_submit", title=title)


def _what_to_change(asking: Asking, here: Here) -> Answer:
    at = f"节点 {here.ref}"
    rows = (
        (
            asking.button("node.edit_date", f"{at} 日期"),
            asking.button("node.edit_title", f"{at} 题目"),
        ),
        (
            asking.button("node.edit_who", f"{at} 责任"),
            asking.button("node.edit_deliverable", f"{at} 成果"),
        ),
        (
            asking.button("node.edit_submit", f"{at} 报送"),
            asking.button("node.drop", f"{at} 删"),
        ),
        (asking.button("node.open", at),),
    )
    return Answer(text=asking.say("node.edit_what", title=here.node.title), rows=rows)


def _typed_date(asking: Asking, here: Here) -> Answer:
    try:
        typed = typed_days(asking.free, here.kept.campaign, asking.today, asking.desk.calendar)
    except NotPossible as refusal:
        text = "\n".join(
            (fault(asking, refusal), asking.say("node.say_date", title=here.node.title))
        )
        return Answer(text=text, awaits=f"节点 {here.ref} 日期")
    return _proposed(asking, here, typed)


def _edited(asking: Asking, here: Here, verb: str, said: str) -> Answer:
    names = tuple(filter(None, said.replace("，", "、").replace(",", "、").split("、")))
    campaign, id = here.kept.campaign, here.node.id
    try:
        match verb:
            case "题目":
                after = edited(campaign, id, title=said)
            case "责任":
                after = edited(campaign, id, responsible=tuple(n.strip() for n in names))
            case "成果":
                after = edited(campaign, id, deliverable=said)
            case _:
                after = edited(campaign, id, submit_to=said)
    except NotPossible as refusal:
        return view(asking, here, fault(asking, refusal))
    made = changed(asking, here.kept, Edit(after), id, "reworded")
    now = Here(kept=made, node=made.campaign.node(id) or here.node)
    return replace(view(asking, now, asking.say("node.changed")), changed=made.lives)


def _drop(asking: Asking, here: Here, words: list[str]) -> Answer:
    if words[:1] != [CONFIRM]:
        sure = asking.button("node.drop_yes", f"节点 {here.ref} 删 {CONFIRM}")
        leave = asking.button("node.leave", f"节点 {here.ref}")
        text = asking.say("node.drop_sure", title=here.node.title)
        return Answer(text=text, rows=((sure, leave),))
    after = dropped(here.kept.campaign, here.node.id)
    made = changed(asking, here.kept, Edit(after), here.node.id, "dropped")
    text = asking.say("node.dropped", title=here.node.title)
    return Answer(
        text=text, rows=((_to_plan(asking, here), asking.back()),), changed=made.lives
    )


# -- a round that hangs on it ------------------------------------------------------------------------------------------


def _round(asking: Asking, here: Here, words: list[str]) -> Answer:
    """Which questions → what it would fall over → confirm. It opens and closes with the node."""
    window = plan.round_window(here.node, asking.now, asking.desk.zone)
    if not may(asking.member.staff, Deed.OPEN_ROUND):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    if not here.kept.lives or window is None or here.node.survey:
        return view(asking, here)
    if not words or words[0] not in asking.desk.surveys:
        buttons = [
            Button(survey.words[asking.member.language], f"节点 {here.ref} 征求 {id}")
            for id, survey in asking.desk.surveys.items()
            if len(survey.questions) > 1
        ]
        return Answer(text=asking.say("desk.which_survey"), rows=pairs(buttons))
    planned = _planned(asking, here, words[0], window)
    if words[1:2] != [CONFIRM]:
        return _sure_of_round(asking, here, planned)
    return _opened(asking, here, planned, words[0])


def _planned(
    asking: Asking, here: Here, survey: str, window: tuple[datetime, datetime]
) -> Round:
    desk, unit = asking.desk, here.kept.campaign.unit
    id = plan.round_of(replace(here.node, survey=survey))
    units = tuple(u for u in desk.units if unit in ("", u.id))
    script = Script(round=id, survey=desk.surveys[survey], groups=desk.groups, units=units)
    return Round(id=id, script=script, opens=window[0], closes=window[1])


def _sure_of_round(asking: Asking, here: Here, planned: Round) -> Answer:
    rounds = asking.desk.rounds(asking.work)
    found = clashes(planned, rounds)
    lines = [
        asking.say("desk.clash", round=clash.round, days=str(clash.days)) for clash in found
    ]
    if found:
        lines.append(_free_from(asking, found, rounds))
    if not affordable(planned, rounds, asking.work.rounds.waves(), asking.now):
        lines.append(asking.say("node.round_tired"))
    unit = here.kept.campaign.unit
    text = asking.say(
        "node.round_sure",
        survey=planned.script.survey.words[asking.member.language],
        units=unit_name(asking, unit) if unit else asking.say("desk.all_units"),
        days=days(asking, (_local(asking, planned.opens), here.node.end)),
    )
    sure = asking.button(
        "desk.confirm", f"节点 {here.ref} 征求 {planned.script.survey.id} {CONFIRM}"
    )
    leave = asking.button("node.leave", f"节点 {here.ref}")
    return Answer(text="\n".join((text, *lines)), rows=((sure, leave),))


def _local(asking: Asking, moment: datetime | None) -> date | None:
    return asking.desk.zone(moment).date() if moment else None


def _free_from(asking: Asking, found: tuple[Clash, ...], rounds: tuple[Round, ...]) -> str:
    """The first day on which nothing would be in the way."""
    named = {clash.round for clash in found}
    ends = [
        max(filter(None, (one.closes, one.opens + CLASH_WITHIN if one.opens else None)))
        for one in rounds
        if one.id in named and (one.closes or one.opens)
    ]
    day = asking.desk.zone(max(ends)).date()
    return asking.say("node.round_free", day=days(asking, (day, day)))


def _opened(asking: Asking, here: Here, planned: Round, survey: str) -> Answer:
    if planned.opens is None or planned.closes is None:
        raise ValueError("a round that hangs on a node has its window")
    pin = asking.work.scripts.pin(planned.script)
    new = asking.work.rounds.plan(
        KeptRound(
            id=planned.id,
            script=pin,
            opens=int(planned.opens.timestamp()),
            closes=int(planned.closes.timestamp()),
            reminders=planned.reminders,
        )
    )
    asking.work.staff.note(
        asking.member.label, Deed.OPEN_ROUND, asking.now.timestamp(), round=planned.id
    )
    try:
        after = edited(here.kept.campaign, here.node.id, survey=survey)
    except NotPossible as refusal:
        return view(asking, here, fault(asking, refusal))
    made = changed(asking, here.kept, Edit(after), here.node.id, "round")
    now = Here(kept=made, node=made.campaign.node(here.node.id) or here.node)
    key = "node.round_opened" if new else "desk.opened_already"
    return replace(view(asking, now, asking.say(key)), changed=True)
