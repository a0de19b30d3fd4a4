"""The calendar as something to take along: a picture for the group, the node table, a calendar file, an address to subscribe to.

Each is drawn from what lives now. An address shows the whole calendar to whoever has it: it is shown once, and all of them
can be taken back at once.
"""

from functools import partial
from typing import TYPE_CHECKING

from bot.core.messages import Button
from bot.core.people import Deed, may
from handlers.campaign import schedules
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from handlers.papers import CHART, DATES, NODES, draw_schedule

if TYPE_CHECKING:
    from bot.core.campaign.schedule import Schedule

KINDS = {"图": CHART, "表": NODES, "历": DATES}
"""What a command types for each."""


def _sheets(asking: Asking) -> Answer:
    match asking.rest:
        case ("订阅", *more):
            return _feeds(asking, tuple(more))
        case (id, kind) if kind in KINDS:
            return _sheet(asking, id, KINDS[kind])
        case _:
            return _which(asking)


def _known(asking: Asking) -> "tuple[Schedule, ...]":
    """The plans they see as a whole."""
    staff = asking.member.staff
    mine = next((u.id for u in asking.desk.units if may(staff, Deed.SEE_CALENDAR, u.id)), None)
    if not may(staff, Deed.SEE_CALENDAR) and mine is None:
        return ()
    unit = None if may(staff, Deed.SEE_CALENDAR) else mine
    return schedules(asking.work, asking.desk.units, asking.today, unit)


def _which(asking: Asking) -> Answer:
    known = _known(asking)
    if not known:
        return Answer(text=asking.say("sheets.none"), menu=True)
    rows: list[tuple[Button, ...]] = []
    for one in known:
        if len(known) > 1:
            rows.append((Button(one.title[:24], f"日程表 {one.id} 图"),))
        rows.append(
            (
                asking.button("sheets.picture", f"日程表 {one.id} 图"),
                asking.button("sheets.table", f"日程表 {one.id} 表"),
                asking.button("sheets.file", f"日程表 {one.id} 历"),
            )
        )
    if may(asking.member.staff, Deed.EDIT_PLAN) and asking.spot is None:
        rows.append((asking.button("sheets.feed", "日程表 订阅"),))
    return Answer(text=asking.say("sheets.which"), rows=(*rows, (asking.back(),)))


def _sheet(asking: Asking, id: str, kind: str) -> Answer:
    found = next((one for one in _known(asking) if one.id == id), None)
    if found is None:
        return _which(asking)
    zone = str(asking.desk.zone(asking.now).tzinfo)
    return Answer(
        text=asking.say("sheets.here", title=found.title[:60]),
        makes=partial(draw_schedule, found, kind, zone, asking.now),
    )


def _feeds(asking: Asking, more: tuple[str, ...]) -> Answer:
    if asking.spot is not None:  # others would read the address
        return Answer(text=asking.say("circle.private"))
    if not may(asking.member.staff, Deed.EDIT_PLAN):
        return Answer(text=asking.say("sheets.not_yours"), menu=True)
    if not asking.desk.place.site:
        return Answer(text=asking.say("sheets.no_site"), menu=True)
    feeds, label = asking.work.feeds, asking.member.label
    match more:
        case ("新",):
            token = feeds.make(str(label), asking.today)
            _noted(asking, "feed_made")
            address = f"{asking.desk.place.site}/calendar/{token}.ics"
            return Answer(text=asking.say("sheets.made", address=address), menu=True)
        case ("撤", *sure) if sure == [CONFIRM]:
            count = feeds.clear()
            _noted(asking, "feeds_cleared")
            return Answer(text=asking.say("sheets.cleared", count=str(count)), menu=True)
        case ("撤", *_):
            sure = asking.button("sheets.clear_yes", f"日程表 订阅 撤 {CONFIRM}")
            text = asking.say("sheets.clear_sure", count=str(feeds.count()))
            return Answer(text=text, rows=((sure, asking.back()),))
        case _:
            buttons = [asking.button("sheets.make", "日程表 订阅 新")]
            if feeds.count():
                buttons.append(asking.button("sheets.clear", "日程表 订阅 撤"))
            text = asking.say("sheets.feeds", count=str(feeds.count()))
            return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _noted(asking: Asking, what: str) -> None:
    at = asking.now.timestamp()
    asking.work.staff.note(asking.member.label, Deed.EDIT_PLAN, at, what=what)


SHEETS = Command(
    name="sheets",
    words=("日程表", "节点表", "sheets"),
    deed=Deed.SEE_CALENDAR,
    answer=_sheets,
    aloud=True,
)
