"""The office and its visiting days (校长接待日): publish one by a line, see who comes, move it, call it off.

A line says all of it (10月8日 14:00-16:00，校长室，校长; or 每月第一个周三下午2点到4点 …); nothing is published before it was looked
at. Whoever comes is shown by time, with a name only where they gave one.
"""

from dataclasses import replace
from datetime import date

from bot.core.appointment import AHEAD, LENGTHS, Hours, State, VisitingDay, clock, read_hours
from bot.core.intake.model import Facts
from bot.core.messages import Button
from bot.core.people import Deed, may, within
from handlers.appointment import SERIES, House, about, call_off, extend, move
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from handlers.desk.intake import begin
from storage.appointment import Booking

WHOLE = "-"
"""In place of a unit: the house's own days."""

SHOWN = 12
"""Days that one message lists."""

DAY = 86400


def _visits(asking: Asking) -> Answer:
    """接待日 · 接待日 新 · 接待日 写 newtown (then a line) · 接待日 看 abcdef · 接待日 改 abcdef …"""
    match asking.rest:
        case ("新", *_):
            return _which_unit(asking)
        case ("写", unit, *_) if unit in _offering(asking):
            return _line(asking, unit)
        case ("看", id, *_):
            return _seen(asking, id)
        case ("记", id, *_):
            return _recorded(asking, id)
        case (what, id, *more) if what in ("发布", "时长", "不要", "改", "停", "取消"):
            return _changed(asking, what, id, more)
        case _:
            return _overview(asking)


def _offering(asking: Asking) -> tuple[str, ...]:
    """Units whose days they may publish; `WHOLE` for the house's own."""
    known = (unit.id for unit in asking.desk.units)
    whole = (WHOLE,) if may(asking.member.staff, Deed.OFFER_HOURS) else ()
    return (*whole, *within(asking.member.staff, Deed.OFFER_HOURS, known))


def _house(asking: Asking) -> House:
    return House(
        texts=asking.desk.texts,
        units=asking.desk.units,
        zone=asking.desk.zone,
        calendar=asking.desk.calendar,
        office=asking.desk.place.office,
    )


def _overview(asking: Asking) -> Answer:
    days = [
        one
        for one in asking.work.visits.days()
        if one.day >= asking.today
        and one.state is State.UP
        and may(asking.member.staff, Deed.SEE_VISITS, one.unit)
    ]
    buttons = [(Button(_titled(asking, one), f"接待日 看 {one.id}"),) for one in days[:SHOWN]]
    new = (asking.button("visits.new", "接待日 新"),) if _offering(asking) else ()
    key = "visits.list" if days else "visits.none"
    rows = (*buttons, *([new] if new else []), (asking.back(),))
    return Answer(text=asking.say(key), rows=rows)


def _titled(asking: Asking, one: VisitingDay) -> str:
    number = len(asking.work.visits.taken(one.id))
    said = about(_house(asking), one, asking.member.language)
    return asking.say("visits.title", number=str(number), of=str(len(one.slots)), **said)


def _which_unit(asking: Asking) -> Answer:
    mine = _offering(asking)
    if not mine:
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    if len(mine) == 1:
        return _line(asking, mine[0])
    names = {unit.id: unit.name for unit in asking.desk.units}
    office = asking.desk.place.office
    buttons = [Button(names.get(id, office), f"接待日 写 {id}") for id in mine]
    return Answer(
        text=asking.say("visits.which_unit"), rows=(*pairs(buttons), (asking.back(),))
    )


# --- a new day -----------------------------------------------------------------------------------------------------


def _line(asking: Asking, unit: str) -> Answer:
    words = f"接待日 写 {unit}"
    if not asking.free:
        return Answer(text=asking.say("visits.line"), rows=((asking.back(),),), awaits=words)
    hours = read_hours(asking.free)
    when = _when(asking, hours) if hours else None
    if hours is None or when is None or not hours.place or not hours.host:
        text = asking.say("visits.unread")
        return Answer(text=text, rows=((asking.back(),),), awaits=words)
    day, rule = when
    id = asking.work.visits.new_id()
    made = VisitingDay(
        id=id,
        unit="" if unit == WHOLE else unit,
        day=day,
        starts=hours.starts,
        ends=hours.ends,
        length=hours.length,
        place=hours.place,
        host=hours.host,
        series=id if rule else "",
        rule=rule,
    )
    asking.work.visits.add(made)
    return _drafted(asking, made)


def _when(asking: Asking, hours: Hours) -> tuple[date, str] | None:
    """The day, or the first working day of a rule with the rule; None where neither stands there, or it is past."""
    from bot.core.campaign.standing import read_rule
    from bot.core.dates.reading import read
    from bot.core.dates.resolve import Reference, occurrences

    today, calendar = asking.today, asking.desk.calendar
    said = read(hours.rest, Reference(today.year, today), calendar=calendar)
    if said.kind == "recurring" and said.rrule and (rule := read_rule(said.rrule)):
        coming = (d for d in occurrences(rule, today, AHEAD) if calendar.is_workday(d))
        first = next(coming, None)
        return (first, said.rrule) if first else None
    if said.kind != "point" or said.start is None or said.start != (said.end or said.start):
        return None
    return (said.start, "") if said.start >= today else None


def _drafted(asking: Asking, one: VisitingDay) -> Answer:
    said = about(_house(asking), one, asking.member.language)
    text = asking.say(
        "visits.draft", length=str(one.length), number=str(len(one.slots)), **said
    )
    lines = [text]
    if one.rule:
        lines.append(asking.say("visits.again", series=str(SERIES)))
    if not asking.desk.calendar.is_workday(one.day):
        lines.append(asking.say("visits.day_off"))
    lengths = [
        asking.button("visits.length", f"接待日 时长 {one.id} {minutes}", minutes=str(minutes))
        for minutes in LENGTHS
        if minutes != one.length and minutes <= one.ends - one.starts
    ]
    publish = asking.button("visits.publish", f"接待日 发布 {one.id}")
    drop = asking.button("visits.drop", f"接待日 不要 {one.id}")
    return Answer(text="\n".join(lines), rows=((publish,), *pairs(lengths), (drop,)))


def _changed(asking: Asking, what: str, id: str, more: list[str]) -> Answer:
    one = asking.work.visits.find(id)
    if one is None or not may(asking.member.staff, Deed.OFFER_HOURS, one.unit):
        return Answer(text=asking.say("visits.gone"), menu=True)
    match what, one.state:
        case "时长", State.DRAFT if more and more[0].isdecimal() and int(more[0]) in LENGTHS:
            changed = replace(one, length=int(more[0]))
            asking.work.visits.change(one, changed)
            return _drafted(asking, changed)
        case "发布", State.DRAFT:
            return _published(asking, one)
        case "不要", State.DRAFT:
            asking.work.visits.drop(one)
            return _overview(asking)
        case "改", State.UP:
            return _moved(asking, one)
        case "停", State.UP if one.rule:
            asking.work.visits.end_series(one.series)
            _note(asking, one, "no_further")
            return Answer(text=asking.say("visits.stopped"), menu=True)
        case "取消", State.UP:
            return _called_off(asking, one, more)
        case _:
            return Answer(text=asking.say("visits.gone"), menu=True)


def _published(asking: Asking, one: VisitingDay) -> Answer:
    up = replace(one, state=State.UP)
    asking.work.visits.change(one, up)
    extend(asking.work, (up,), asking.today, asking.desk.calendar)
    _note(asking, one, "published")
    days = [d for d in asking.work.visits.days() if d.id == one.id or d.series == one.id != ""]
    listed = "\n".join(_titled(asking, d) for d in days)
    return Answer(text=asking.say("visits.published", days=listed), menu=True, changed=True)


# --- a day that is published -----------------------------------------------------------------------------------------


def _seen(asking: Asking, id: str) -> Answer:
    one = asking.work.visits.find(id)
    if one is None or not may(asking.member.staff, Deed.SEE_VISITS, one.unit):
        return Answer(text=asking.say("visits.gone"), menu=True)
    if one.state is State.DRAFT:
        return _drafted(asking, one)
    _note(asking, one, "looked_at")
    coming = asking.work.visits.of(one.id)
    lines = [_titled(asking, one), *(_comes(asking, known) for known in coming)]
    if len(lines) == 1:
        lines.append(asking.say("visits.nobody"))
    buttons: list[Button] = []
    if one.state is State.UP and may(asking.member.staff, Deed.OFFER_HOURS, one.unit):
        buttons = [
            asking.button("visits.move", f"接待日 改 {id}"),
            asking.button("visits.call_off", f"接待日 取消 {id}"),
        ]
        if one.rule:
            buttons.append(asking.button("visits.stop", f"接待日 停 {id}"))
    if _can_record(asking, one) and one.day <= asking.today:
        buttons.append(asking.button("visits.record", f"接待日 记 {id}"))
    return Answer(text="\n".join(lines), rows=(*pairs(buttons), (asking.back(),)))


def _comes(asking: Asking, known: Booking) -> str:
    return asking.say(
        "visits.comes",
        time=clock(known.slot),
        name=known.name or asking.say("visits.no_name"),
        topic=known.topic if known.sure else asking.say("visits.no_topic"),
    )


def _can_record(asking: Asking, one: VisitingDay) -> bool:
    return one.state is State.UP and may(asking.member.staff, Deed.TAKE_IN, one.unit)


def _recorded(asking: Asking, id: str) -> Answer:
    """What was said on that day becomes opinions of visitors. Of the bookings nothing goes along: who came stays theirs."""
    one = asking.work.visits.find(id)
    if one is None or not _can_record(asking, one):
        return Answer(text=asking.say("visits.gone"), menu=True)
    if one.day > asking.today:
        return Answer(text=asking.say("visits.not_yet"), menu=True)
    facts = Facts(unit=one.unit, day=one.day.isoformat(), place=one.place, host=one.host)
    return begin(asking, "caller", facts)


def _moved(asking: Asking, one: VisitingDay) -> Answer:
    words = f"接待日 改 {one.id}"
    if not asking.free:
        return Answer(text=asking.say("visits.move_to"), rows=((asking.back(),),), awaits=words)
    hours = read_hours(asking.free)
    when = _when(asking, hours) if hours else None
    if hours is None or when is None or when[1]:
        text = asking.say("visits.unread_move")
        return Answer(text=text, rows=((asking.back(),),), awaits=words)
    changed = replace(
        one,
        day=when[0],
        starts=hours.starts,
        ends=hours.ends,
        place=hours.place or one.place,
        host=hours.host or one.host,
    )
    stay, lost = move(asking.work, _house(asking), one, changed, _day(asking))
    _note(asking, one, "moved")
    return Answer(
        text=asking.say("visits.moved", stay=str(stay), lost=str(lost)), menu=True, changed=True
    )


def _called_off(asking: Asking, one: VisitingDay, more: list[str]) -> Answer:
    if more[:1] != [CONFIRM]:
        number = str(len(asking.work.visits.taken(one.id)))
        sure = asking.button("visits.call_off_yes", f"接待日 取消 {one.id} {CONFIRM}")
        text = asking.say("visits.call_off_sure", number=number)
        return Answer(text=text, rows=((sure, asking.back()),))
    told = call_off(asking.work, _house(asking), one, _day(asking))
    _note(asking, one, "called_off")
    return Answer(
        text=asking.say("visits.called_off", number=str(told)), menu=True, changed=True
    )


def _day(asking: Asking) -> int:
    return int(asking.now.timestamp() // DAY)


def _note(asking: Asking, one: VisitingDay, what: str) -> None:
    asking.note(Deed.OFFER_HOURS, day=one.day.isoformat(), unit=one.unit, what=what)


VISITS = Command(
    name="visits",
    words=("接待日", "预约", "visits"),
    deed=Deed.SEE_VISITS,
    answer=_visits,
)
