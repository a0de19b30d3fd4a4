"""The office and its rounds: start one, see how it goes, remind those who have not finished, stop it early."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.messages import Button
from bot.core.people import Deed, may
from bot.core.round import MOST_WAVES, Round, clashes
from bot.core.survey import Script
from handlers.desk.base import CONFIRM, Answer, Asking, Command, Desk, pairs
from handlers.round import GOING, affordable
from storage.digest import KeptDigest
from storage.round import KeptRound, Wave
from storage.staff import Member

_DAYS = (7, 14, 21, 30)

ON_A_SCREEN = 12
"""Units on one screen."""


def _open(asking: Asking) -> Answer:
    """发起 → which questions → which units → how long → confirm."""
    match asking.rest:
        case [survey, where, days, *more] if survey in asking.desk.surveys and days.isdecimal():
            return _plan(asking, survey, where, int(days), more)
        case [survey, where] if survey in asking.desk.surveys:
            buttons = [
                Button(asking.say("desk.days", days=str(d)), f"发起 {survey} {where} {d}")
                for d in _DAYS
            ]
            return Answer(text=asking.say("desk.how_long"), rows=pairs(buttons))
        case [survey, *_] if survey in asking.desk.surveys:
            every = asking.button("desk.all_units", f"发起 {survey} all")
            units = [Button(u.name, f"发起 {survey} {u.id}") for u in asking.desk.units]
            return Answer(text=asking.say("desk.which_units"), rows=((every,), *pairs(units)))
        case _:
            buttons = [
                Button(survey.words[asking.member.language], f"发起 {id}")
                for id, survey in asking.desk.surveys.items()
                if len(survey.questions) > 1
            ]
            return Answer(text=asking.say("desk.which_survey"), rows=pairs(buttons))


def _plan(asking: Asking, survey: str, where: str, days: int, more: list[str]) -> Answer:
    units = tuple(u for u in asking.desk.units if where in ("all", u.id))
    if not 1 <= days <= 366 or (asking.desk.units and not units):
        return _open(replace(asking, rest=(survey,)))
    id = f"{survey}_{asking.desk.zone(asking.now):%m%d}"
    planned = Round(
        id=id,
        script=Script(
            round=id, survey=asking.desk.surveys[survey], groups=asking.desk.groups, units=units
        ),
        opens=asking.now,
        closes=_day_end(asking.desk.zone(asking.now) + timedelta(days=days)),
    )
    if more[:1] == [CONFIRM]:
        return _planned(asking, planned)
    found = clashes(planned, asking.desk.rounds(asking.work))
    warned = [
        asking.say("desk.clash", round=clash.round, days=str(clash.days)) for clash in found
    ]
    text = asking.say(
        "desk.plan",
        survey=planned.script.survey.words[asking.member.language],
        units=asking.say("desk.all_units") if where == "all" else units[0].name,
        closes=f"{_last_day(asking.desk, planned):%m-%d}",
    )
    confirm = Button(asking.say("desk.confirm"), f"发起 {survey} {where} {days} {CONFIRM}")
    return Answer(text="\n".join((text, *warned)), rows=((confirm, asking.back()),))


def _planned(asking: Asking, planned: Round) -> Answer:
    digest = asking.work.scripts.pin(planned.script)
    kept = KeptRound(
        id=planned.id,
        script=digest,
        opens=int(planned.opens.timestamp()) if planned.opens else None,
        closes=int(planned.closes.timestamp()) if planned.closes else None,
        reminders=planned.reminders,
    )
    key = "desk.opened" if asking.work.rounds.plan(kept) else "desk.opened_already"
    asking.work.staff.note(
        asking.member.label, Deed.OPEN_ROUND, asking.now.timestamp(), round=planned.id
    )
    closes = f"{_last_day(asking.desk, planned):%m-%d}"
    return Answer(text=asking.say(key, closes=closes), menu=True, changed=True)


def _stop(asking: Asking) -> Answer:
    going = [
        r
        for r in asking.desk.rounds(asking.work)
        if r.open(asking.now) and r.closes is not None
    ]
    chosen = next((r for r in going if asking.rest[:1] == (r.id,)), None)
    if not going:
        return Answer(text=asking.say("desk.no_round"), menu=True)
    if chosen is None:
        buttons = [Button(_named(asking.member, r), f"停收 {r.id}") for r in going]
        return Answer(text=asking.say("desk.stop_which"), rows=pairs(buttons))
    if asking.rest[1:2] != (CONFIRM,):
        confirm = Button(asking.say("desk.stop_confirm"), f"停收 {chosen.id} {CONFIRM}")
        text = asking.say("desk.stop_sure", round=_named(asking.member, chosen))
        return Answer(text=text, rows=((confirm, asking.back()),))
    asking.work.rounds.stop(chosen.id, int(asking.now.timestamp()))
    asking.work.staff.note(
        asking.member.label, Deed.CLOSE_ROUND, asking.now.timestamp(), round=chosen.id
    )
    text = asking.say("desk.stopped", round=_named(asking.member, chosen))
    return Answer(text=text, menu=True, changed=True)


def _remind(asking: Asking) -> Answer:
    """One wave, now: to all who have not finished, never to a name. The scheduled one of that number falls away."""
    rounds = asking.desk.rounds(asking.work)
    going = [r for r in rounds if r.open(asking.now) and r.closes is not None]
    chosen = next((r for r in going if asking.rest[:1] == (r.id,)), None)
    if not going:
        return Answer(text=asking.say("desk.no_round"), menu=True)
    if chosen is None:
        buttons = [Button(_named(asking.member, r), f"提醒 {r.id}") for r in going]
        return Answer(text=asking.say("desk.remind_which"), rows=pairs(buttons))
    taken = asking.work.rounds.waves()
    used = {w.number for w in taken if w.round == chosen.id}
    left = [number for number in range(1, MOST_WAVES + 1) if number not in used]
    if not left or not affordable(chosen, rounds, taken, asking.now):
        return Answer(text=asking.say("desk.remind_enough"), menu=True)
    if not asking.desk.awake(chosen, asking.now):
        return Answer(text=asking.say("desk.remind_quiet"), menu=True)
    if asking.rest[1:2] != (CONFIRM,):
        confirm = Button(asking.say("desk.remind_confirm"), f"提醒 {chosen.id} {CONFIRM}")
        text = asking.say(
            "desk.remind_sure", round=_named(asking.member, chosen), left=str(len(left))
        )
        return Answer(text=text, rows=((confirm, asking.back()),))
    asking.work.rounds.claim(Wave(chosen.id, left[0], int(asking.now.timestamp()), GOING))
    asking.work.staff.note(
        asking.member.label,
        Deed.OPEN_ROUND,
        asking.now.timestamp(),
        round=chosen.id,
        wave=left[0],
    )
    text = asking.say("desk.reminding")
    return Answer(text=text, menu=True, changed=True)


def _progress(asking: Asking) -> Answer:
    """The last tick's figures: groups in their order, units × groups in bands in the order of their number, never ranked."""
    last = asking.work.digests.last()
    if last is None:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    if not may(asking.member.staff, Deed.SEE_PROGRESS):
        return _bands(asking, last, "desk.progress_part", 0)
    if asking.rest[:1] == ("单位",):
        page = int(asking.rest[1]) if asking.rest[1:] and asking.rest[1].isdecimal() else 0
        return _bands(asking, last, "desk.progress_every", page)
    lines = [
        asking.say(
            "desk.progress_line",
            group=name,
            week=str(now),
            all=str(cumulative),
            share=_share(asking, cumulative, invited),
        )
        for name, now, cumulative, invited in last.groups
    ]
    head = asking.say("desk.progress", period=last.period)
    note = asking.say("desk.progress_note")
    units = asking.button("desk.progress_units", "进度 单位")
    return Answer(text="\n".join((head, *lines, note)), rows=((units,),), menu=True)


def _bands(asking: Asking, last: KeptDigest, head: str, page: int) -> Answer:
    """Those of the units they may see, a few on a screen."""
    staff = asking.member.staff
    names = {u.name for u in asking.desk.units if may(staff, Deed.SEE_PROGRESS, u.id)}
    rows = [row for row in last.coverage if row[0] in names]
    groups = [name for name, *_ in last.groups]
    shown = rows[page * ON_A_SCREEN : (page + 1) * ON_A_SCREEN]
    lines = [
        asking.say("desk.progress_unit", unit=unit, bands=_cells(asking, groups, bands))
        for unit, bands in shown
    ]
    more = rows[(page + 1) * ON_A_SCREEN :]
    next_page = asking.button("desk.progress_more", f"进度 单位 {page + 1}")
    buttons = ((next_page,),) if more else ()
    text = "\n".join((asking.say(head, period=last.period), *lines))
    return Answer(text=text, rows=buttons, menu=not more)


def _cells(asking: Asking, groups: Sequence[str], bands: Sequence[str]) -> str:
    told = [
        asking.say("desk.progress_cell", group=group, band=_band(asking, band))
        for group, band in zip(groups, bands, strict=False)
        if band != "absent"
    ]
    return asking.say("desk.progress_cells").join(told)


def _band(asking: Asking, band: str) -> str:
    if not band.isdigit():
        return asking.say(f"desk.band_{band}")
    low = 10 * int(band)
    return asking.say("desk.band_step", low=str(low), high=str(low + 10))


def _share(asking: Asking, part: int, whole: int | None) -> str:
    """The ten-point step a participation falls into; nothing where nobody knows of how many."""
    if not whole:
        return ""
    from bot.core.digest.figures import band

    low = 10 * int(band(part, whole))
    return asking.say("desk.progress_share", low=str(low), high=str(low + 10))


def _named(member: Member, round: Round) -> str:
    return f"{round.script.survey.words[member.language]} {round.id}"


def _day_end(moment: datetime) -> datetime:
    return (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _last_day(desk: Desk, round: Round) -> datetime:
    if round.closes is None:
        raise ValueError("a round of the desk has an end")
    return desk.zone(round.closes - timedelta(seconds=1))


OPEN = Command(
    name="open", words=("发起", "open", "新一轮"), deed=Deed.OPEN_ROUND, answer=_open
)
PROGRESS = Command(
    name="progress",
    words=("进度", "progress", "status"),
    deed=Deed.SEE_PROGRESS,
    answer=_progress,
    aloud=True,
)
REMIND = Command(
    name="remind", words=("提醒", "催办", "remind"), deed=Deed.OPEN_ROUND, answer=_remind
)
STOP = Command(name="stop", words=("停收", "close"), deed=Deed.CLOSE_ROUND, answer=_stop)
