"""The calendar on one screen, and the look back: what is due, what is late, what was handed in and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.core.campaign.standing import (
    Agenda,
    Entry,
    Look,
    LookBack,
    Reports,
    State,
    agenda,
    look_back,
    state,
)
from bot.core.messages import Button
from bot.core.people import Deed, may, somewhere
from handlers import plan
from handlers.desk.base import CONFIRM, Answer, Asking, called
from handlers.desk.days import (
    Here,
    cut,
    day,
    own_units,
    sees,
    stands,
    unit_name,
    when,
)
from handlers.desk.rectification import due_to_look, listed_between
from storage.campaign import KeptCampaign
from storage.outbox import Note

A_SECTION = 6
"""Entries of each section; of more, how many."""

STEPS_A_SCREEN = 10
LOOKS_A_SCREEN = 10
MOST_NAMED = 6
"""Units named beside a thing that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    here: Here
    entry: Entry


# -- 日程 --------------------------------------------------------------------------------------------------------------


def schedule(asking: Asking) -> Answer:
    """日程: overdue, this week, next week, of all plans that live, as far as this account sees them."""
    living = asking.work.campaigns.living()
    drafts = _waiting(asking)
    if not living:
        rows = [*drafts]
        if may(asking.member.staff, Deed.IMPORT_PLAN):
            rows.append((asking.button("desk.menu_import_plan", "导入方案"),))
        return Answer(text=asking.say("schedule.none"), rows=(*rows, (asking.back(),)))
    late: list[_Due] = []
    now: list[_Due] = []
    next_: list[_Due] = []
    running: list[str] = []
    open_ = 0
    for kept in living:
        known = plan.standing(asking.work, kept, asking.desk.units)
        found = agenda(kept.campaign, known, asking.today)
        running += _running(asking, kept, known, found)
        for section, entries in (
            (late, found.overdue),
            (now, found.this_week),
            (next_, found.next_week),
        ):
            section += [_due(kept, one) for one in entries if sees(asking, kept, one.node)]
        open_ += sum(sees(asking, kept, node) for node in found.open)
    lines, buttons = _sections(asking, late, now, next_)
    if running:
        shown = asking.say("calendar.join").join(running[:A_SECTION])
        lines.append(asking.say("schedule.running", names=shown))
    if open_:
        lines.append(asking.say("schedule.open", count=str(open_)))
    foot = [asking.button("plan.all", "方案")]
    if somewhere(asking.member.staff, Deed.LOOK_BACK):
        foot.insert(0, asking.button("desk.menu_look_back", "回头看"))
    rows = (*_in_sixes(buttons), *drafts, tuple(foot), (asking.back(),))
    return Answer(text="\n".join(lines), rows=rows)


def _running(
    asking: Asking, kept: KeptCampaign, known: Reports, found: Agenda
) -> Iterator[str]:
    """What goes on and is not due in these two weeks: until when."""
    due = {one.node.id for one in (*found.overdue, *found.this_week, *found.next_week)}
    for node in kept.campaign.deeds():
        begun = node.start is not None and node.start <= asking.today and node.id not in due
        if not (begun and node.end and sees(asking, kept, node)):
            continue
        if state(node, known, asking.today) is State.RUNNING:
            until = asking.say("calendar.until", day=day(asking, node.end))
            yield f"{cut(node.title, 20)} {until}"


def _due(kept: KeptCampaign, entry: Entry) -> _Due:
    return _Due(here=Here(kept=kept, node=entry.node), entry=entry)


def _sections(
    asking: Asking, late: list[_Due], now: list[_Due], next_: list[_Due]
) -> tuple[list[str], list[Button]]:
    lines = [asking.say("schedule.head", day=day(asking, asking.today))]
    buttons: list[Button] = []
    heads = (
        asking.say("schedule.late", count=str(len(late))),
        asking.say("schedule.this_week", count=str(len(now))),
        asking.say("schedule.next_week", count=str(len(next_))),
    )
    for head, section in zip(heads, (late, now, next_), strict=True):
        lines.append(head if section else f"{head} {asking.say('schedule.nothing')}")
        section.sort(key=lambda one: (one.entry.day, one.entry.node.time))
        for one in section[:A_SECTION]:
            buttons.append(Button(f"{len(buttons) + 1}", f"节点 {one.here.ref}", quiet=True))
            lines.append(_line(asking, len(buttons), one))
        if len(section) > A_SECTION:
            lines.append(asking.say("plan.more", count=str(len(section) - A_SECTION)))
    return lines, buttons


def _line(asking: Asking, number: int, one: _Due) -> str:
    node, entry = one.here.node, one.entry
    names = asking.say("calendar.join").join(node.responsible)
    told = [
        asking.say("calendar.who", names=cut(names, 16)) if names else "",
        asking.say("calendar.missing", count=str(len(entry.progress.missing)))
        if node.everybody and entry.progress.missing
        else "",
    ]
    clock = f" {node.time}" if node.time else ""
    line = f"{number}. {day(asking, entry.day)}{clock} {cut(node.title, 26)}"
    return " · ".join(filter(None, (line, *told)))


def _in_sixes(buttons: list[Button]) -> Iterator[tuple[Button, ...]]:
    for first in range(0, len(buttons), 6):
        yield tuple(buttons[first : first + 6])


def _waiting(asking: Asking) -> tuple[tuple[Button, ...], ...]:
    """Drafts, for those who may approve them."""
    if not may(asking.member.staff, Deed.APPROVE_PLAN):
        return ()
    return tuple(
        (
            asking.button(
                "plan.waiting",
                f"方案 {one.id}d",
                title=cut(one.campaign.title or asking.say("plan.untitled"), 24),
            ),
        )
        for one in asking.work.campaigns.drafts()
    )


# -- 回头看 ------------------------------------------------------------------------------------------------------------


def look(asking: Asking) -> Answer:
    """回头看: every step, or one of them with what was handed in and what is missing."""
    living = asking.work.campaigns.living()
    match asking.rest:
        case (id, place, *more) if place.isdecimal():
            kept = next((one for one in living if one.id == id), None)
            steps = _steps(asking, kept) if kept else ()
            if kept and int(place) < len(steps):
                return _step(asking, kept, steps, int(place), tuple(more))
        case _:
            pass
    return _every_step(asking, living)


def _steps(asking: Asking, kept: KeptCampaign) -> tuple[LookBack, ...]:
    """The steps of a plan with the nodes this account sees."""
    known = plan.standing(asking.work, kept, asking.desk.units)
    found = look_back(kept.campaign, known, asking.today)
    seen = (
        LookBack(
            phase=one.phase,
            step=one.step,
            looks=tuple(look for look in one.looks if sees(asking, kept, look.node)),
        )
        for one in found
    )
    return tuple(one for one in seen if one.looks)


def _every_step(asking: Asking, living: tuple[KeptCampaign, ...]) -> Answer:
    lines = [asking.say("look.head")]
    rows: list[tuple[Button, ...]] = []
    row: list[Button] = []
    for kept in living:
        steps = _steps(asking, kept)
        if steps and len(living) > 1:
            lines.append(f"【{cut(kept.campaign.title, 30)}】")
        for place, one in enumerate(steps):
            row.append(Button(f"{len(row) + 1}", f"回头看 {kept.id} {place}", quiet=True))
            lines.append(
                asking.say(
                    "look.step",
                    number=str(len(row)),
                    step=cut(_named(asking, one), 26),
                    count=str(len(one.looks)),
                    done=str(one.done),
                    missing=str(len(one.missing)),
                )
            )
    due = due_to_look(asking)
    again = asking.button("look.problems_due", "问题 回看", count=str(len(due)))
    if not row:
        rows = [(again,)] if due else []
        return Answer(text=asking.say("schedule.none"), rows=tuple(rows), menu=True)
    rows += [*_in_sixes(row), *([(again,)] if due else [])]
    back = (asking.button("desk.menu_schedule", "日程"), asking.back())
    return Answer(text="\n".join(lines), rows=(*rows, back))


def _named(asking: Asking, one: LookBack) -> str:
    return one.step or one.phase or asking.say("look.no_step")


def _step(
    asking: Asking,
    kept: KeptCampaign,
    steps: tuple[LookBack, ...],
    place: int,
    more: tuple[str, ...],
) -> Answer:
    one = steps[place]
    calls = somewhere(asking.member.staff, Deed.CALL_LOOK_BACK)
    if more[:1] == ("发起",) and calls:
        return _called_for(asking, kept, one, place, confirmed=more[1:2] == (CONFIRM,))
    head = asking.say(
        "look.step_head",
        step=_named(asking, one),
        count=str(len(one.looks)),
        done=str(one.done),
        missing=str(len(one.missing)),
    )
    shown = one.looks[:LOOKS_A_SCREEN]
    lines = [_looked_at(asking, kept, n, place_) for n, place_ in enumerate(shown, 1)]
    if len(one.looks) > LOOKS_A_SCREEN:
        lines.append(asking.say("plan.more", count=str(len(one.looks) - LOOKS_A_SCREEN)))
    opens = [
        Button(f"{n}", f"节点 {Here(kept=kept, node=look.node).ref}", quiet=True)
        for n, look in enumerate(shown, 1)
    ]
    rows: list[tuple[Button, ...]] = [*_in_sixes(opens)]
    if then := _problems_then(asking, kept, one):
        rows.append((then,))
    if calls:
        rows.append((asking.button("look.call", f"回头看 {kept.id} {place} 发起"),))
    rows.append((asking.button("desk.menu_look_back", "回头看"), asking.back()))
    return Answer(text="\n".join((head, *lines)), rows=tuple(rows))


def _problems_then(asking: Asking, kept: KeptCampaign, one: LookBack) -> Button | None:
    """To the problems that were put on the list in the days of that step; None where its days are not known, or none were."""
    first, last = _days_of(kept, one)
    if first is None or last is None:
        return None
    listed = listed_between(asking, first, last)
    count = str(len(listed))
    typed = f"问题 那时 {first} {last}"
    return asking.button("look.problems_then", typed, count=count) if listed else None


def _days_of(kept: KeptCampaign, one: LookBack) -> tuple[date | None, date | None]:
    """The days of a step: as the plan gives them, else those of what had to be done in it."""
    own = [
        node
        for node in kept.campaign.nodes
        if node.place == "step" and (node.phase, node.title) == (one.phase, one.step)
    ]
    nodes = [node for node in own if node.end] or [look.node for look in one.looks]
    ends = [node.end for node in nodes if node.end]
    starts = [node.start or node.end for node in nodes if node.end]
    return min(filter(None, starts), default=None), max(ends, default=None)


def _looked_at(asking: Asking, kept: KeptCampaign, number: int, one: Look) -> str:
    """What was to be handed in, and whether it was."""
    node, here = one.node, Here(kept=kept, node=one.node)
    sign = "✓" if one.state is State.DONE else "✗" if one.missing else "·"
    told = [stands(asking, here), when(asking, node)]
    if one.state is State.DONE and one.handed_in:
        told = [asking.say("look.handed_in", day=day(asking, one.handed_in))]
    if node.deliverable:
        told.append(asking.say("calendar.deliverable", what=cut(node.deliverable, 24)))
    units = _missing_here(asking, kept, one) if one.missing else ()
    if units:
        names = [unit_name(asking, unit) for unit in units[:MOST_NAMED]]
        names += ["…"] if len(units) > MOST_NAMED else []
        told.append(asking.say("look.missing", names=asking.say("calendar.join").join(names)))
    return f"{number}. {sign} {cut(node.title, 26)}\n　{'　'.join(told)}"


def _missing_here(asking: Asking, kept: KeptCampaign, one: Look) -> tuple[str, ...]:
    """The units that have not handed it in: all, or those this account looks after."""
    if may(asking.member.staff, Deed.LOOK_BACK, kept.campaign.unit):
        return one.progress.missing
    own = own_units(asking, Deed.LOOK_BACK)
    return tuple(unit for unit in one.progress.missing if unit in own)


def _called_for(
    asking: Asking, kept: KeptCampaign, one: LookBack, place: int, *, confirmed: bool
) -> Answer:
    """督导 and 指导组 ask for a look back at a step: the office hears of it, once a day."""
    step, at = _named(asking, one), f"回头看 {kept.id} {place}"
    if not confirmed:
        sure = asking.button("look.call_yes", f"{at} 发起 {CONFIRM}")
        leave = asking.button("node.leave", at)
        return Answer(text=asking.say("look.call_sure", step=step), rows=((sure, leave),))
    staff = asking.member.staff
    whole = may(staff, Deed.CALL_LOOK_BACK, kept.campaign.unit)
    names = [unit_name(asking, unit) for unit in own_units(asking, Deed.CALL_LOOK_BACK)]
    units = asking.say("desk.all_units") if whole else asking.say("calendar.join").join(names)
    note = Note(
        key="look.called",
        params={
            "who": called(asking, asking.member),
            "step": step,
            "units": units,
            "missing": str(len(one.missing)),
        },
        buttons=(("look.open", at),),
    )
    what = f"look:{kept.id}:{place}:{asking.member.label}"
    told = plan.tell(asking.work, Deed.EDIT_PLAN, asking.today, what, note)
    if told:
        asking.work.staff.note(
            asking.member.label,
            Deed.CALL_LOOK_BACK,
            asking.now.timestamp(),
            plan=kept.id,
            step=place,
        )
    text = asking.say("look.call_done", step=step, count=str(told))
    return Answer(text=text, rows=((asking.back(),),), changed=True)
