"""The office's desk, in chat: start a round, see how it goes, review and send the digest, stop, hand over.

Every command is a few words, in Chinese or with a slash, and each button says the whole command one could have typed:
the desk remembers nothing between two messages. A command without arguments answers with buttons, never with a
usage text. What a role may do stands in one table (`core.people`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.core.messages import Address, Button
from bot.core.people import Deed, somewhere
from bot.core.round import MOST_WAVES, Round, clashes
from bot.core.survey import Group, Language, Script, Survey, Unit
from handlers import digest as closing
from handlers.papers import CHART, DOCUMENT, LEDGER
from handlers.round import GOING, affordable
from storage.round import KeptRound, Wave
from storage.staff import Member
from storage.unit_of_work import Work

Rows = tuple[tuple[Button, ...], ...]


class Texts(Protocol):
    """The catalogue."""

    def say(self, language: Language, key: str, /, **params: object) -> str:
        """The sentence of that key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk needs to know of the house."""

    texts: Texts
    surveys: Mapping[str, Survey]
    groups: tuple[Group, ...]
    units: tuple[Unit, ...]
    rounds: Callable[[Work], tuple[Round, ...]]
    """The rounds as they are kept now."""
    awake: Callable[[Round, datetime], bool]
    """Whether a round's people may be spoken to unasked at that moment."""
    zone: Callable[[datetime], datetime]
    """A moment in the office's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the desk says, and which papers go with it."""

    text: str
    rows: Rows = ()
    snapshot: str = ""
    papers: tuple[str, ...] = ()
    changed: bool = False
    """Something was done that the bell looks after: rounds to be read again, parcels to be handed over."""


def hear(work: Work, desk: Desk, member: Member, typed: str, now: float) -> Answer:
    """One command of the office."""
    words = typed.strip().lstrip("/").split()
    verb, rest = (_VERBS.get(words[0].casefold(), ""), words[1:]) if words else ("", [])
    moment = datetime.fromtimestamp(now, UTC)
    match verb:
        case "open" if somewhere(member.staff, Deed.OPEN_ROUND):
            return _open(work, desk, member, rest, moment)
        case "progress" if somewhere(member.staff, Deed.SEE_PROGRESS):
            return _progress(work, desk, member)
        case "digest" if somewhere(member.staff, Deed.SEE_DIGEST):
            return _digest(work, desk, member, rest)
        case "send" if somewhere(member.staff, Deed.SEND_DIGEST):
            return _send(work, desk, member, rest, moment)
        case "stop" if somewhere(member.staff, Deed.CLOSE_ROUND):
            return _stop(work, desk, member, rest, moment)
        case "remind" if somewhere(member.staff, Deed.OPEN_ROUND):
            return _remind(work, desk, member, rest, moment)
        case "":
            return _menu(desk, member)
        case _:
            return Answer(
                text=_say(desk, member, "desk.not_yours"), rows=_menu(desk, member).rows
            )


_VERBS = {
    **dict.fromkeys(("发起", "open", "新一轮"), "open"),
    **dict.fromkeys(("进度", "progress", "status"), "progress"),
    **dict.fromkeys(("周报", "digest"), "digest"),
    **dict.fromkeys(("发送", "send"), "send"),
    **dict.fromkeys(("停收", "close"), "stop"),
    **dict.fromkeys(("提醒", "催办", "remind"), "remind"),
}
_MENU = (
    ("open", "发起", Deed.OPEN_ROUND),
    ("progress", "进度", Deed.SEE_PROGRESS),
    ("digest", "周报", Deed.SEE_DIGEST),
    ("remind", "提醒", Deed.OPEN_ROUND),
    ("stop", "停收", Deed.CLOSE_ROUND),
    ("handover", "交接", Deed.INVITE_STAFF),
)
_CONFIRM = "确认"
_DAYS = (7, 14, 21, 30)


def _menu(desk: Desk, member: Member) -> Answer:
    buttons = [
        Button(_say(desk, member, f"desk.menu_{name}"), says)
        for name, says, deed in _MENU
        if somewhere(member.staff, deed)
    ]
    return Answer(
        text=_say(desk, member, "desk.menu", label=_called(desk, member)), rows=_pairs(buttons)
    )


# --- rounds ----------------------------------------------------------------------------------------------------


def _open(work: Work, desk: Desk, member: Member, rest: list[str], now: datetime) -> Answer:
    """发起 → which questions → which units → how long → confirm."""
    match rest:
        case [survey, where, days, *more] if survey in desk.surveys and days.isdecimal():
            return _plan(work, desk, member, survey, where, int(days), more, now)
        case [survey, where] if survey in desk.surveys:
            buttons = [
                Button(
                    _say(desk, member, "desk.days", days=str(d)), f"发起 {survey} {where} {d}"
                )
                for d in _DAYS
            ]
            return Answer(text=_say(desk, member, "desk.how_long"), rows=_pairs(buttons))
        case [survey, *_] if survey in desk.surveys:
            every = Button(_say(desk, member, "desk.all_units"), f"发起 {survey} all")
            units = [Button(u.name, f"发起 {survey} {u.id}") for u in desk.units]
            return Answer(
                text=_say(desk, member, "desk.which_units"), rows=((every,), *_pairs(units))
            )
        case _:
            buttons = [
                Button(survey.words[member.language], f"发起 {id}")
                for id, survey in desk.surveys.items()
                if len(survey.questions) > 1
            ]
            return Answer(text=_say(desk, member, "desk.which_survey"), rows=_pairs(buttons))


def _plan(
    work: Work,
    desk: Desk,
    member: Member,
    survey: str,
    where: str,
    days: int,
    more: list[str],
    now: datetime,
) -> Answer:
    units = tuple(u for u in desk.units if where in ("all", u.id))
    if not 1 <= days <= 366 or (desk.units and not units):
        return _open(work, desk, member, [survey], now)
    id = f"{survey}_{desk.zone(now):%m%d}"
    planned = Round(
        id=id,
        script=Script(round=id, survey=desk.surveys[survey], groups=desk.groups, units=units),
        opens=now,
        closes=_day_end(desk.zone(now) + timedelta(days=days)),
    )
    if more[:1] == [_CONFIRM]:
        return _planned(work, desk, member, planned, now)
    found = clashes(planned, desk.rounds(work))
    warned = [
        _say(desk, member, "desk.clash", round=clash.round, days=str(clash.days))
        for clash in found
    ]
    text = _say(
        desk,
        member,
        "desk.plan",
        survey=planned.script.survey.words[member.language],
        units=_say(desk, member, "desk.all_units") if where == "all" else units[0].name,
        closes=f"{_last_day(desk, planned):%m-%d}",
    )
    confirm = Button(
        _say(desk, member, "desk.confirm"), f"发起 {survey} {where} {days} {_CONFIRM}"
    )
    return Answer(text="\n".join((text, *warned)), rows=((confirm, _back(desk, member)),))


def _planned(work: Work, desk: Desk, member: Member, planned: Round, now: datetime) -> Answer:
    digest = work.scripts.pin(planned.script)
    kept = KeptRound(
        id=planned.id,
        script=digest,
        opens=int(planned.opens.timestamp()) if planned.opens else None,
        closes=int(planned.closes.timestamp()) if planned.closes else None,
        reminders=planned.reminders,
    )
    key = "desk.opened" if work.rounds.plan(kept) else "desk.opened_already"
    work.staff.note(member.label, Deed.OPEN_ROUND, now.timestamp(), round=planned.id)
    closes = f"{_last_day(desk, planned):%m-%d}"
    return Answer(
        text=_say(desk, member, key, closes=closes), rows=_menu(desk, member).rows, changed=True
    )


def _stop(work: Work, desk: Desk, member: Member, rest: list[str], now: datetime) -> Answer:
    going = [r for r in desk.rounds(work) if r.open(now) and r.closes is not None]
    chosen = next((r for r in going if rest[:1] == [r.id]), None)
    if not going:
        return Answer(text=_say(desk, member, "desk.no_round"), rows=_menu(desk, member).rows)
    if chosen is None:
        buttons = [Button(_named(member, r), f"停收 {r.id}") for r in going]
        return Answer(text=_say(desk, member, "desk.stop_which"), rows=_pairs(buttons))
    if rest[1:2] != [_CONFIRM]:
        confirm = Button(
            _say(desk, member, "desk.stop_confirm"), f"停收 {chosen.id} {_CONFIRM}"
        )
        text = _say(desk, member, "desk.stop_sure", round=_named(member, chosen))
        return Answer(text=text, rows=((confirm, _back(desk, member)),))
    work.rounds.stop(chosen.id, int(now.timestamp()))
    work.staff.note(member.label, Deed.CLOSE_ROUND, now.timestamp(), round=chosen.id)
    text = _say(desk, member, "desk.stopped", round=_named(member, chosen))
    return Answer(text=text, rows=_menu(desk, member).rows, changed=True)


def _remind(work: Work, desk: Desk, member: Member, rest: list[str], now: datetime) -> Answer:
    """One wave, now: to all who have not finished, never to a name. The scheduled one of that number falls away."""
    rounds = desk.rounds(work)
    going = [r for r in rounds if r.open(now) and r.closes is not None]
    chosen = next((r for r in going if rest[:1] == [r.id]), None)
    if not going:
        return Answer(text=_say(desk, member, "desk.no_round"), rows=_menu(desk, member).rows)
    if chosen is None:
        buttons = [Button(_named(member, r), f"提醒 {r.id}") for r in going]
        return Answer(text=_say(desk, member, "desk.remind_which"), rows=_pairs(buttons))
    taken = work.rounds.waves()
    used = {w.number for w in taken if w.round == chosen.id}
    left = [number for number in range(1, MOST_WAVES + 1) if number not in used]
    if not left or not affordable(chosen, rounds, taken, now):
        return Answer(
            text=_say(desk, member, "desk.remind_enough"), rows=_menu(desk, member).rows
        )
    if not desk.awake(chosen, now):
        return Answer(
            text=_say(desk, member, "desk.remind_quiet"), rows=_menu(desk, member).rows
        )
    if rest[1:2] != [_CONFIRM]:
        confirm = Button(
            _say(desk, member, "desk.remind_confirm"), f"提醒 {chosen.id} {_CONFIRM}"
        )
        text = _say(
            desk, member, "desk.remind_sure", round=_named(member, chosen), left=str(len(left))
        )
        return Answer(text=text, rows=((confirm, _back(desk, member)),))
    work.rounds.claim(Wave(chosen.id, left[0], int(now.timestamp()), GOING))
    work.staff.note(
        member.label, Deed.OPEN_ROUND, now.timestamp(), round=chosen.id, wave=left[0]
    )
    text = _say(desk, member, "desk.reminding")
    return Answer(text=text, rows=_menu(desk, member).rows, changed=True)


# --- the week --------------------------------------------------------------------------------------------------


def _progress(work: Work, desk: Desk, member: Member) -> Answer:
    """The last tick's figures, groups in their order, shares in bands; units in the ledger, never ranked."""
    last = work.digests.last()
    if last is None:
        return Answer(text=_say(desk, member, "desk.no_digest"), rows=_menu(desk, member).rows)
    lines = [
        _say(
            desk,
            member,
            "desk.progress_line",
            group=name,
            week=str(now),
            all=str(cumulative),
            share=_share(desk, member, cumulative, invited),
        )
        for name, now, cumulative, invited in last.groups
    ]
    head = _say(desk, member, "desk.progress", period=last.period)
    note = _say(desk, member, "desk.progress_note")
    return Answer(text="\n".join((head, *lines, note)), rows=_menu(desk, member).rows)


def _share(desk: Desk, member: Member, part: int, whole: int | None) -> str:
    """The ten-point step a participation falls into; nothing where nobody knows of how many."""
    if not whole:
        return ""
    from bot.core.digest.figures import band

    low = 10 * int(band(part, whole))
    return _say(desk, member, "desk.progress_share", low=str(low), high=str(low + 10))


def _digest(work: Work, desk: Desk, member: Member, rest: list[str]) -> Answer:
    kept = (
        work.digests.find(rest[0]) if rest and rest[0][:1].isdecimal() else work.digests.last()
    )
    if kept is None:
        return Answer(text=_say(desk, member, "desk.no_digest"), rows=_menu(desk, member).rows)
    wanted = {"全文": DOCUMENT, "台账": LEDGER, "图表": CHART}
    asked = next((wanted[word] for word in rest if word in wanted), "")
    if asked:
        text = _say(desk, member, "desk.paper", period=kept.period)
        return Answer(text=text, snapshot=kept.snapshot, papers=(asked,))
    rows: list[tuple[Button, ...]] = [
        (
            Button(_say(desk, member, "desk.whole"), f"周报 {kept.period} 全文"),
            Button(_say(desk, member, "desk.ledger"), f"周报 {kept.period} 台账"),
            Button(_say(desk, member, "desk.chart"), f"周报 {kept.period} 图表"),
        )
    ]
    if not kept.sent and somewhere(member.staff, Deed.SEND_DIGEST):
        rows.append((Button(_say(desk, member, "desk.send"), f"发送 {kept.period}"),))
    state = "desk.digest_sent" if kept.sent else "desk.digest_draft"
    return Answer(text=f"{_say(desk, member, state)}\n{kept.screen}", rows=tuple(rows))


def _send(work: Work, desk: Desk, member: Member, rest: list[str], now: datetime) -> Answer:
    kept = work.digests.find(rest[0]) if rest else work.digests.last()
    if kept is None:
        return Answer(text=_say(desk, member, "desk.no_digest"), rows=_menu(desk, member).rows)
    if kept.sent:
        states = work.parcels.states("digest", kept.period)
        text = _say(
            desk,
            member,
            "desk.sent_already",
            arrived=str(states.get(1, 0)),
            waiting=str(states.get(0, 0)),
            refused=str(states.get(2, 0)),
        )
        return Answer(text=text, rows=_menu(desk, member).rows)
    readers = [one for one in work.staff.every() if somewhere(one.staff, Deed.SEE_DIGEST)]
    if rest[1:] != [str(kept.version), _CONFIRM]:
        names = "、".join(_called(desk, one) for one in readers)
        confirm = Button(
            _say(desk, member, "desk.send_confirm"),
            f"发送 {kept.period} {kept.version} {_CONFIRM}",
        )
        text = _say(desk, member, "desk.send_to", names=names, count=str(len(readers)))
        return Answer(text=text, rows=((confirm, _back(desk, member)),))
    if not closing.freeze(work, kept.period, kept.version, _addresses(readers)):
        return _digest(work, desk, member, [kept.period])
    work.staff.note(member.label, Deed.SEND_DIGEST, now.timestamp(), period=kept.period)
    text = _say(desk, member, "desk.sending", count=str(len(readers)))
    return Answer(text=text, rows=_menu(desk, member).rows, changed=True)


def _addresses(readers: Iterable[Member]) -> tuple[Address, ...]:
    return tuple(one.address for one in readers)


# --- words -----------------------------------------------------------------------------------------------------


def _say(desk: Desk, member: Member, key: str, **params: str) -> str:
    return desk.texts.say(member.language, key, **params)


def _called(desk: Desk, member: Member) -> str:
    role = desk.texts.say(member.language, f"role.{member.label.role}")
    return f"{role}{member.label.number}"


def _back(desk: Desk, member: Member) -> Button:
    return Button(_say(desk, member, "desk.back"), "?", quiet=True)


def _named(member: Member, round: Round) -> str:
    return f"{round.script.survey.words[member.language]} {round.id}"


def _pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def _day_end(moment: datetime) -> datetime:
    return (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _last_day(desk: Desk, round: Round) -> datetime:
    if round.closes is None:
        raise ValueError("a round of the desk has an end")
    return desk.zone(round.closes - timedelta(seconds=1))
