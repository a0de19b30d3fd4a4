"""The office and appraisals (民主评议): who is rated, who votes, the vote itself, paper ballots, the result.

While people vote there is nothing to see of it, not even how many have. Who holds it enters how many should come, how many
came, and the totals of paper ballots; who may see the result stands in the table of rights, and those rated see their own
row where the meeting allows it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.core.appraisal import (
    CHOICES,
    Invalid,
    Meeting,
    Outcome,
    Quorum,
    Rated,
    Row,
    Stage,
    State,
    Unreadable,
    compared,
    of_first,
    read_paper,
    read_rated,
)
from bot.core.cells import K
from bot.core.digest.figures import Tenths
from bot.core.link import Link, write_link
from bot.core.messages import Button
from bot.core.people import Deed, may
from bot.core.survey import Group
from handlers.appraisal import Place, before, draw, open_vote, prepare, result, sheet
from handlers.desk.base import CONFIRM, Answer, Asking, Command, Rows, pairs
from handlers.desk.links import draw_codes

WHOLE = "-"
"""In place of a unit: the house's own team."""

SHOWN = 8
"""Meetings that one message lists, the newest."""

MINUTES = (30, 60, 120, 24 * 60, 3 * 24 * 60)
"""How long a vote may last; a meeting's takes half an hour."""

MOST_PEOPLE = 100_000


def _appraisals(asking: Asking) -> Answer:
    """评议 · 评议 新 · 评议 3 · 评议 名单 3 · 评议 实到 3 …"""
    match asking.rest:
        case ("新", *more):
            return _new(asking, more)
        case ("看" | "文件" as what, number, *_):
            return _seen(asking, what, number)
        case (what, number, *more) if what in _STEPS:
            return _held(asking, what, number, more)
        case _:
            return _overview(asking)


def _held(asking: Asking, what: str, number: str, more: list[str]) -> Answer:
    """One step of preparing or holding it, for whoever holds it."""
    meeting = _find(asking, number)
    if meeting is None or not may(asking.member.staff, Deed.HOLD_APPRAISAL, meeting.unit):
        return Answer(text=asking.say("appraisal.gone"), menu=True)
    wanted, step = _STEPS[what]
    if meeting.state not in wanted:
        return _shown(asking, meeting, asking.say("appraisal.not_now"))
    return step(asking, meeting, more)


def _find(asking: Asking, number: str) -> Meeting | None:
    return asking.work.appraisals.find(int(number)) if number.isdecimal() else None


def _may_see(asking: Asking, meeting: Meeting) -> bool:
    staff = asking.member.staff
    return any(
        may(staff, deed, meeting.unit) for deed in (Deed.SEE_APPRAISAL, Deed.HOLD_APPRAISAL)
    )


def _own_name(asking: Asking, meeting: Meeting) -> str:
    """Under which name of those rated this account may see its own row; empty where it may not."""
    if not meeting.own or meeting.state is not State.COUNTED:
        return ""
    names = [one.name for one in meeting.rated if one.name]
    staff = asking.member.staff
    mine = (post.name for post in staff.posts if post.name)
    return next(
        (n for n in mine if n in names and may(staff, Deed.SEE_OWN_APPRAISAL, named=n)), ""
    )


# --- the list, and a new one ---------------------------------------------------------------------------------------


def _overview(asking: Asking) -> Answer:
    every = asking.work.appraisals.every()
    mine = [one for one in every if _may_see(asking, one) or _own_name(asking, one)]
    buttons = [
        (Button(_titled(asking, one), f"评议 看 {one.number}"),)
        for one in reversed(mine[-SHOWN:])
    ]
    rows: Rows = tuple(buttons)
    if may(asking.member.staff, Deed.HOLD_APPRAISAL):
        rows = (*rows, (asking.button("appraisal.new", "评议 新"),))
    key = "appraisal.list" if mine else "appraisal.none_yet"
    return Answer(text=asking.say(key), rows=(*rows, (asking.back(),)))


def _titled(asking: Asking, meeting: Meeting) -> str:
    return asking.say(
        "appraisal.title",
        number=str(meeting.number),
        body=_body(asking, meeting.unit),
        stage=asking.say(f"appraisal.stage_{meeting.stage}"),
        state=asking.say(f"appraisal.state_{meeting.state}"),
    )


def _body(asking: Asking, unit: str) -> str:
    return next(
        (one.name for one in asking.desk.units if one.id == unit), asking.desk.place.office
    )


def _new(asking: Asking, more: list[str]) -> Answer:
    if not may(asking.member.staff, Deed.HOLD_APPRAISAL):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    known = {WHOLE, *(unit.id for unit in asking.desk.units)}
    match more:
        case (where, *after) if where in known:
            return _begun(asking, "" if where == WHOLE else where, after)
        case _:
            whole = Button(asking.desk.place.office, f"评议 新 {WHOLE}")
            units = [Button(unit.name, f"评议 新 {unit.id}") for unit in asking.desk.units]
            return Answer(
                text=asking.say("appraisal.which_body"),
                rows=((whole,), *pairs(units), (asking.back(),)),
            )


def _begun(asking: Asking, unit: str, after: list[str]) -> Answer:
    """A first one, or a final one that looks back at an earlier one of the same body."""
    earlier = [
        one
        for one in asking.work.appraisals.every()
        if one.unit == unit and one.stage is Stage.FIRST and one.state is State.COUNTED
    ]
    first = next((one for one in earlier if after == [str(one.number)]), None)
    where = unit or WHOLE
    if earlier and first is None and after != ["first"]:
        buttons = [(asking.button("appraisal.as_first", f"评议 新 {where} first"),)]
        buttons += [
            (
                asking.button(
                    "appraisal.as_final",
                    f"评议 新 {where} {one.number}",
                    number=str(one.number),
                ),
            )
            for one in earlier[-SHOWN:]
        ]
        return Answer(
            text=asking.say("appraisal.which_stage"), rows=(*buttons, (asking.back(),))
        )
    made = prepare(asking.work, unit)
    below = () if not unit else (unit, *_below(asking, unit))
    ready = replace(
        made,
        units=below,
        groups=tuple(g.id for g in _voters(asking) if g.audience == "staff" and not g.invited),
    )
    ready = (
        of_first(ready, first) if first else replace(ready, expected=_counted(asking, ready))
    )
    asking.work.appraisals.change(made, ready)
    _note(asking, ready, "new")
    return _shown(asking, ready) if first else _list(asking, ready, [])


def _below(asking: Asking, unit: str) -> tuple[str, ...]:
    parents = {one.id: one.parent for one in asking.desk.units}
    found: list[str] = []
    for id in parents:
        above, seen = parents[id], {id}
        while above and above not in seen:
            if above == unit:
                found.append(id)
                break
            seen.add(above)
            above = parents.get(above, "")
    return tuple(found)


def _voters(asking: Asking) -> tuple[Group, ...]:
    return asking.desk.groups


def _counted(asking: Asking, meeting: Meeting) -> int:
    """How many people have a vote, as far as that is known; 0 where it is not."""
    known = asking.desk.almanac().headcounts
    units = meeting.units or tuple(unit.id for unit in asking.desk.units)
    return sum(known.get((unit, group)) or 0 for unit in units for group in meeting.groups)


# --- preparing ------------------------------------------------------------------------------------------------------


def _list(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    words = f"评议 名单 {meeting.number}"
    match more:
        case ("班子",):
            rated = read_rated("")
        case ("设置",) if asking.desk.leaders:
            rated = read_rated(
                "\n".join(f"{name} {post}" for name, post in asking.desk.leaders)
            )
        case _ if asking.free:
            try:
                rated = read_rated(asking.free)
            except Unreadable as wrong:
                text = asking.say(
                    "appraisal.unreadable", line=str(wrong.line), words=wrong.words[:40]
                )
                return Answer(text=text, rows=((asking.back(),),), awaits=words)
        case _:
            return _wants_list(asking, words)
    ready = replace(meeting, rated=rated)
    asking.work.appraisals.change(meeting, ready)
    _note(asking, ready, "rated")
    return _shown(asking, ready)


def _wants_list(asking: Asking, words: str) -> Answer:
    buttons = [asking.button("appraisal.team_only", f"{words} 班子")]
    if asking.desk.leaders:
        buttons.append(asking.button("appraisal.from_settings", f"{words} 设置"))
    return Answer(
        text=asking.say("appraisal.paste"),
        rows=(*pairs(buttons), (asking.back(),)),
        awaits=words,
        either=True,
    )


def _who(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    """Groups that vote, on and off."""
    known = [group.id for group in _voters(asking)]
    ready = meeting
    if more and more[0] in known:
        chosen = set(meeting.groups) ^ {more[0]}
        ready = replace(meeting, groups=tuple(id for id in known if id in chosen))
        ready = replace(ready, expected=_counted(asking, ready))
        asking.work.appraisals.change(meeting, ready)
        _note(asking, ready, "voters")
    buttons = [
        asking.button(
            "appraisal.votes_on" if group.id in ready.groups else "appraisal.votes_off",
            f"评议 谁 {ready.number} {group.id}",
            group=group.words[asking.member.language],
        )
        for group in _voters(asking)
    ]
    done = asking.button("appraisal.done", f"评议 看 {ready.number}")
    where = _body(asking, ready.unit) if ready.unit else asking.say("desk.all_units")
    return Answer(
        text=asking.say("appraisal.who", where=where, expected=_number(asking, ready.expected)),
        rows=(*pairs(buttons), (done,)),
    )


def _quorum(asking: Asking, meeting: Meeting, _: list[str]) -> Answer:
    other = Quorum.HALF if meeting.quorum is Quorum.TWO_THIRDS else Quorum.TWO_THIRDS
    return _changed(asking, meeting, replace(meeting, quorum=other), "quorum")


def _own(asking: Asking, meeting: Meeting, _: list[str]) -> Answer:
    return _changed(asking, meeting, replace(meeting, own=not meeting.own), "own")


def _expected(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    number = _typed_number(asking, more)
    if number is None:
        return _wants_number(asking, "expected", f"评议 应到 {meeting.number}")
    return _changed(asking, meeting, replace(meeting, expected=number), "expected")


def _present(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    number = _typed_number(asking, more)
    if number is None:
        return _wants_number(asking, "present", f"评议 实到 {meeting.number}")
    return _changed(asking, meeting, replace(meeting, present=number), "present")


def _typed_number(asking: Asking, more: list[str]) -> int | None:
    typed = asking.free or " ".join(more)
    return int(typed) if typed.isdecimal() and 0 < int(typed) < MOST_PEOPLE else None


def _wants_number(asking: Asking, what: str, words: str) -> Answer:
    text = asking.say(f"appraisal.how_many_{what}")
    return Answer(text=text, rows=((asking.back(),),), awaits=words)


def _changed(asking: Asking, was: Meeting, now: Meeting, what: str) -> Answer:
    asking.work.appraisals.change(was, now)
    _note(asking, now, what)
    return _shown(asking, now)


def _drop(asking: Asking, meeting: Meeting, _: list[str]) -> Answer:
    asking.work.appraisals.drop(meeting)
    _note(asking, meeting, "dropped")
    return _overview(asking)


# --- the vote -------------------------------------------------------------------------------------------------------


def _start(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    if not meeting.rated or not meeting.groups:
        return _shown(asking, meeting, asking.say("appraisal.not_ready"))
    if 0 < meeting.expected < K:
        return _shown(asking, meeting, asking.say("appraisal.too_few", k=str(K)))
    match more:
        case (minutes, word) if minutes.isdecimal() and word == CONFIRM:
            return _started(asking, meeting, min(int(minutes), MINUTES[-1]))
        case (minutes,) if minutes.isdecimal():
            sure = asking.button(
                "appraisal.start_yes", f"评议 开始 {meeting.number} {minutes} {CONFIRM}"
            )
            text = f"{_prepared(asking, meeting)}\n{asking.say('appraisal.start_sure')}"
            return Answer(text=text, rows=((sure, asking.back()),))
        case _:
            buttons = [
                asking.button(
                    "appraisal.minutes" if minutes < 24 * 60 else "desk.days",
                    f"评议 开始 {meeting.number} {minutes}",
                    **_lasting(minutes),
                )
                for minutes in MINUTES
            ]
            return Answer(
                text=asking.say("appraisal.how_long"), rows=(*pairs(buttons), (asking.back(),))
            )


def _lasting(minutes: int) -> dict[str, str]:
    days = minutes // (24 * 60)
    return {"days": str(days)} if days else {"minutes": str(minutes)}


def _started(asking: Asking, meeting: Meeting, minutes: int) -> Answer:
    closes = asking.now + timedelta(minutes=minutes)
    body = _body(asking, meeting.unit)
    made = open_vote(asking.work, asking.desk.texts, meeting, body, asking.now, closes)
    _note(asking, made, "opened")
    return replace(_links(asking, made, []), changed=True)


def _links(asking: Asking, meeting: Meeting, _: list[str]) -> Answer:
    """How people come to it: links, and their codes to show on a wall."""
    payload = write_link(Link(round=meeting.round))
    found = asking.desk.links(payload)
    lines = [f"{asking.say(f'links.{channel}')} {url}" for channel, url in found]
    text = asking.say("appraisal.opened", until=_until(asking, meeting), links="\n".join(lines))
    look = asking.button("appraisal.look", f"评议 看 {meeting.number}")
    return Answer(
        text=text.strip(),
        rows=((look, asking.back()),),
        makes=partial(draw_codes, payload, found) if found else None,
    )


def _until(asking: Asking, meeting: Meeting) -> str:
    closes = next(
        (r.closes for r in asking.desk.rounds(asking.work) if r.id == meeting.round), None
    )
    return f"{asking.desk.zone(closes):%m-%d %H:%M}" if closes else ""


def _end(asking: Asking, meeting: Meeting, more: list[str]) -> Answer:
    if more != [CONFIRM]:
        sure = asking.button("appraisal.end_yes", f"评议 结束 {meeting.number} {CONFIRM}")
        return Answer(text=asking.say("appraisal.end_sure"), rows=((sure, asking.back()),))
    asking.work.rounds.stop(meeting.round, int(asking.now.timestamp()))
    _note(asking, meeting, "ended")
    return Answer(text=asking.say("appraisal.ended"), rows=((asking.back(),),), changed=True)


def _paper(asking: Asking, meeting: Meeting, _: list[str]) -> Answer:
    """Paper ballots, counted by hand."""
    words = f"评议 纸票 {meeting.number}"
    if not asking.free:
        # With names: sixteen bare digits would be somebody's receipt.
        noughts = " ".join("0" for _ in CHOICES)
        lines = [
            f"{one.name or asking.say('appraisal.team')} {noughts}" for one in meeting.rated
        ]
        text = asking.say("appraisal.paper_wanted", rated="\n".join(lines))
        return Answer(text=text, rows=((asking.back(),),), awaits=words)
    try:
        entered = read_paper(asking.free, meeting.rated)
    except Unreadable as wrong:
        text = asking.say("appraisal.paper_wrong", line=str(wrong.line), words=wrong.words[:40])
        return Answer(text=text, rows=((asking.back(),),), awaits=words)
    asking.work.appraisals.enter(meeting.number, entered)
    _note(asking, meeting, "paper", ballots=entered.ballots)
    said = asking.say("appraisal.paper_kept", ballots=str(entered.ballots))
    return _shown(asking, meeting, said)


# --- the result -----------------------------------------------------------------------------------------------------


def _seen(asking: Asking, what: str, number: str) -> Answer:
    meeting = _find(asking, number)
    if meeting is None or not (_may_see(asking, meeting) or _own_name(asking, meeting)):
        return Answer(text=asking.say("appraisal.gone"), menu=True)
    if what == "文件" and _may_see(asking, meeting) and meeting.state is State.COUNTED:
        _note(asking, meeting, "taken")
        place = Place(office=asking.desk.place.office, body=_body(asking, meeting.unit))
        made = sheet(asking.work, place, meeting, asking.today)
        return Answer(text=asking.say("appraisal.papers"), makes=partial(draw, made), menu=True)
    return _shown(asking, meeting)


def _shown(asking: Asking, meeting: Meeting, first: str = "") -> Answer:
    """How it stands, with what can be done next."""
    match meeting.state:
        case State.DRAFT:
            text = _prepared(asking, meeting)
        case State.OPEN:
            text = asking.say(
                "appraisal.going",
                title=_titled(asking, meeting),
                until=_until(asking, meeting),
                expected=_number(asking, meeting.expected),
                present=_number(asking, meeting.present),
            )
        case State.COUNTED:
            text = _counted_up(asking, meeting)
    lines = [first] if first else []
    return Answer(
        text="\n".join((*lines, text)), rows=(*_buttons(asking, meeting), (asking.back(),))
    )


def _buttons(asking: Asking, meeting: Meeting) -> Rows:
    number, staff = meeting.number, asking.member.staff
    holds = may(staff, Deed.HOLD_APPRAISAL, meeting.unit)
    common = [
        asking.button("appraisal.expected", f"评议 应到 {number}"),
        asking.button("appraisal.present", f"评议 实到 {number}"),
        asking.button("appraisal.paper", f"评议 纸票 {number}"),
    ]
    match meeting.state:
        case State.DRAFT if holds:
            own = "appraisal.own_on" if meeting.own else "appraisal.own_off"
            buttons = [
                asking.button("appraisal.start", f"评议 开始 {number}"),
                asking.button("appraisal.change_list", f"评议 名单 {number}"),
                asking.button("appraisal.change_voters", f"评议 谁 {number}"),
                common[0],
                asking.button(f"appraisal.{meeting.quorum}", f"评议 法定 {number}"),
                asking.button(own, f"评议 本人 {number}"),
                asking.button("appraisal.drop", f"评议 不要 {number}"),
            ]
        case State.OPEN if holds:
            buttons = [
                asking.button("appraisal.links", f"评议 链接 {number}"),
                *common,
                asking.button("appraisal.end", f"评议 结束 {number}"),
            ]
        case State.COUNTED:
            seen = _may_see(asking, meeting)
            take = asking.button("appraisal.take", f"评议 文件 {number}")
            buttons = [*([take] if seen else []), *(common if holds else [])]
        case _:
            buttons = []
    return pairs(buttons)


def _prepared(asking: Asking, meeting: Meeting) -> str:
    groups = {group.id: group.words[asking.member.language] for group in _voters(asking)}
    return asking.say(
        "appraisal.prepared",
        title=_titled(asking, meeting),
        rated="、".join(_named(asking, one) for one in meeting.rated)
        or asking.say("appraisal.nobody"),
        voters="、".join(groups.get(id, id) for id in meeting.groups)
        or asking.say("appraisal.nobody"),
        expected=_number(asking, meeting.expected),
        quorum=asking.say(f"appraisal.{meeting.quorum}"),
    )


def _counted_up(asking: Asking, meeting: Meeting) -> str:
    found, first = result(asking.work, meeting), before(asking.work, meeting)
    if not _may_see(asking, meeting):
        name = _own_name(asking, meeting)
        found, first = found.only(name), first.only(name) if first else None
    stands = asking.say(f"appraisal.{found.invalid or 'stands'}")
    head = asking.say(
        "appraisal.result",
        title=_titled(asking, meeting),
        expected=_number(asking, meeting.expected),
        present=_number(asking, meeting.present),
        ballots=str(found.ballots),
        online=str(found.online),
        paper=str(found.paper),
        stands=stands,
    )
    if found.invalid is Invalid.FEW:
        return head
    return "\n".join((head, *_lines(asking, found), *_beside(asking, first, found)))


def _lines(asking: Asking, found: Outcome) -> list[str]:
    return [_line(asking, row) for row in found.rows]


def _line(asking: Asking, row: Row) -> str:
    name = _named(asking, row.rated)
    if row.votes is None:
        return asking.say("appraisal.hidden", name=name, k=str(K))
    votes = " ".join(
        f"{asking.say(f'appraisal.{choice}')} {row.votes[choice]}" for choice in CHOICES
    )
    return asking.say(
        "appraisal.line",
        name=name,
        votes=votes,
        blank=str(row.blank),
        content=_percent(row.share("good", "fairly")),
    )


def _beside(asking: Asking, first: Outcome | None, found: Outcome) -> list[str]:
    if found.meeting.stage is not Stage.FINAL:
        return []
    steps = compared(first, found) if first else ()
    if not steps:
        return [asking.say("appraisal.not_beside")]
    lines = [
        asking.say(
            "appraisal.step",
            name=_named(asking, step.rated),
            before=_percent(step.content[0]),
            now=_percent(step.content[1]),
            moved=_points(step.moved),
        )
        for step in steps
    ]
    return [asking.say("appraisal.beside"), *lines]


def _named(asking: Asking, one: Rated) -> str:
    if not one.name:
        return asking.say("appraisal.team")
    return f"{one.name}（{one.post}）" if one.post else one.name


def _number(asking: Asking, number: int) -> str:
    return str(number) if number else asking.say("appraisal.unsaid")


def _percent(tenths: Tenths | None) -> str:
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def _points(tenths: Tenths) -> str:
    sign = "" if tenths == 0 else "-" if tenths < 0 else "+"
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def _note(asking: Asking, meeting: Meeting, what: str, **more: int) -> None:
    asking.note(Deed.HOLD_APPRAISAL, number=meeting.number, what=what, **more)


_Step = Callable[[Asking, Meeting, list[str]], Answer]
_ANY = frozenset(State)
_PREPARING = frozenset({State.DRAFT})
_GOING = frozenset({State.OPEN})
_BEGUN = frozenset({State.OPEN, State.COUNTED})
_STEPS: Mapping[str, tuple[frozenset[State], _Step]] = {
    "名单": (_PREPARING, _list),
    "谁": (_PREPARING, _who),
    "法定": (_PREPARING, _quorum),
    "本人": (_PREPARING, _own),
    "不要": (_PREPARING, _drop),
    "开始": (_PREPARING, _start),
    "应到": (_ANY, _expected),
    "实到": (_BEGUN, _present),
    "纸票": (_BEGUN, _paper),
    "链接": (_GOING, _links),
    "结束": (_GOING, _end),
}
"""Each step, and while the meeting is in which state it can be taken."""

APPRAISALS = Command(
    name="appraisals",
    words=("评议", "民主评议", "appraisal"),
    deed=Deed.SEE_OWN_APPRAISAL,
    answer=_appraisals,
)
