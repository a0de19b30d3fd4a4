"""The office at the end of a phase: 征求意见情况报告, the report on the phase, and what a leading team needs to examine itself.

All three are made from digests that were sent, so that nobody finds two figures for one thing. A week belongs to the phase
that holds its middle, and so to one phase only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.core.messages import Button
from bot.core.people import Deed, may, within
from handlers.campaign import schedules
from handlers.desk.base import Answer, Asking, Command, Rows, pairs
from handlers.papers import After, draw_checkup, draw_report
from storage.digest import KeptDigest

if TYPE_CHECKING:
    from bot.core.campaign.schedule import Row
    from bot.reports.document.report import Kind

KINDS: "Mapping[str, Kind]" = {"情况": "situation", "阶段": "phase"}
ALL, LATEST, HOUSE = "全部", "近四期", "本级"
FEW = 4
_HALF = timedelta(days=3)
"""From a closing back to the middle of its week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Weeks in a row: from the first day to the last, both closings included."""

    name: str
    first: date
    last: date


def _report(asking: Asking) -> Answer:
    match asking.rest:
        case [kind, *said] if kind in KINDS:
            span = _span(asking, said)
            if span is None:
                return _when(asking, f"报告 {kind}")
            return _made(asking, kind, span)
        case _:
            buttons = [asking.button(f"report.{KINDS[k]}", f"报告 {k}") for k in KINDS]
            if _teams(asking):
                buttons.append(asking.button("desk.menu_checkup", "对照"))
            return Answer(
                text=asking.say("report.which"), rows=(*pairs(buttons), (asking.back(),))
            )


def _made(asking: Asking, kind: str, span: _Span) -> Answer:
    sent = _sent(asking, span)
    if not sent:
        return _nothing(asking)
    after = tuple(_after(asking, one) for one in sent)
    nodes = [
        (row.title, row.text_date or _days(row), str(row.state))
        for row in _nodes(asking)
        if row.place not in ("whole", "phase") and _meets(row, span)
    ]
    asking.note(Deed.MAKE_REPORT, kind=KINDS[kind], until=sent[-1].period)
    name = span.name
    text = asking.say("report.here", count=str(len(sent)), last=sent[-1].period)
    snapshots = tuple(one.whole for one in sent)
    makes = partial(draw_report, snapshots, after, KINDS[kind], name, tuple(nodes))
    return Answer(text=text, rows=((asking.back(),),), makes=makes)


# --- 对照检查 --------------------------------------------------------------------------------------------------------


def _checkup(asking: Asking) -> Answer:
    teams = _teams(asking)
    match asking.rest:
        case [whose, *said] if whose in teams:
            span = _span(asking, said)
            if span is None:
                return _when(asking, f"对照 {whose}")
            return _frame(asking, whose, span)
        case _ if len(teams) == 1:
            return _when(asking, f"对照 {teams[0]}")
        case _:
            names = {unit.id: unit.name for unit in asking.desk.units}
            buttons = [
                asking.button("report.house", f"对照 {team}")
                if team == HOUSE
                else Button(names[team], f"对照 {team}")
                for team in teams
            ]
            return Answer(
                text=asking.say("report.whose"), rows=(*pairs(buttons), (asking.back(),))
            )


def _teams(asking: Asking) -> tuple[str, ...]:
    """Whose material they may ask for: the house's, those of their units."""
    staff = asking.member.staff
    units = within(staff, Deed.MAKE_CHECKUP, [unit.id for unit in asking.desk.units])
    return (HOUSE, *units) if may(staff, Deed.MAKE_CHECKUP) else units


def _frame(asking: Asking, whose: str, span: _Span) -> Answer:
    sent = _sent(asking, span)
    if not sent:
        return _nothing(asking)
    names = {unit.id: unit.name for unit in asking.desk.units}
    after = tuple(_after(asking, one) for one in sent)
    asking.note(Deed.MAKE_CHECKUP, whose=whose, until=sent[-1].period)
    snapshots = tuple(one.whole for one in sent)
    makes = partial(draw_checkup, snapshots, after, names.get(whose, ""))
    text = asking.say("report.checkup_here", count=str(len(sent)), last=sent[-1].period)
    return Answer(text=text, rows=((asking.back(),),), makes=makes)


# --- which weeks -----------------------------------------------------------------------------------------------------


def _when(asking: Asking, says: str) -> Answer:
    """Buttons for the phases of the plan that weeks were sent of, for all weeks, and for the last few."""
    sent = _periods(asking)
    if not sent:
        return _nothing(asking)
    rows: list[tuple[Button, ...]] = [
        (Button(row.title[:24], f"{says} {row.id}"),)
        for row in _nodes(asking)
        if row.place == "phase" and (span := _of_phase(row)) and _among(sent, span)
    ]
    latest = asking.button("report.latest", f"{says} {LATEST}", count=str(FEW))
    every = asking.button("report.all", f"{says} {ALL}", count=str(len(sent)))
    buttons: Rows = (*rows, (every, latest), (asking.back(),))
    return Answer(
        text=asking.say("report.when", last=sent[-1]), rows=buttons, awaits=says, either=True
    )


def _span(asking: Asking, said: Sequence[str]) -> _Span | None:
    sent = _periods(asking)
    match said:
        case [word] if word == ALL and sent:
            return _Span(
                name="", first=date.fromisoformat(sent[0]), last=date.fromisoformat(sent[-1])
            )
        case [word] if word == LATEST and sent:
            some = sent[-FEW:]
            return _Span(
                name="", first=date.fromisoformat(some[0]), last=date.fromisoformat(some[-1])
            )
        case [first, last]:
            try:
                return _Span(
                    name="", first=date.fromisoformat(first), last=date.fromisoformat(last)
                )
            except ValueError:
                return None
        case [id]:
            phase = next((row for row in _nodes(asking) if row.id == id), None)
            return _of_phase(phase) if phase and phase.place == "phase" else None
        case _:
            return None


def _of_phase(row: "Row") -> _Span | None:
    first, last = row.days
    if first is None or last is None:
        return None
    return _Span(name=row.title, first=first + _HALF, last=last + _HALF)


def _among(periods: Sequence[str], span: _Span) -> list[str]:
    return [p for p in periods if span.first <= date.fromisoformat(p) <= span.last]


def _periods(asking: Asking) -> tuple[str, ...]:
    return asking.work.digests.sent()


def _sent(asking: Asking, span: _Span) -> list[KeptDigest]:
    found = (asking.work.digests.find(p) for p in _among(_periods(asking), span))
    return [one for one in found if one]


def _nothing(asking: Asking) -> Answer:
    return Answer(text=asking.say("report.nothing_sent"), menu=True)


def _after(asking: Asking, one: KeptDigest) -> After:
    """What happened to a digest's opinions since it was sent."""
    ways = asking.work.problems.ways(one.period)
    return After(
        still=asking.work.opinions.ids(one.period),
        ways={id.hex(): fate.way for id, fate in ways.items()},
    )


def _nodes(asking: Asking) -> "list[Row]":
    plans = schedules(asking.work, asking.desk.units, asking.today)
    return [row for plan in plans for row in plan.rows]


def _meets(row: "Row", span: _Span) -> bool:
    first, last = row.days
    begins, ends = first or last, last or first
    if begins is None or ends is None:
        return False
    return begins <= span.last and ends >= span.first - 2 * _HALF


def _days(row: "Row") -> str:
    return "—".join(f"{day:%m-%d}" for day in row.days if day)


REPORT = Command(name="report", words=("报告", "report"), deed=Deed.MAKE_REPORT, answer=_report)
CHECKUP = Command(
    name="checkup",
    words=("对照", "checkup"),
    deed=Deed.MAKE_CHECKUP,
    answer=_checkup,
)
