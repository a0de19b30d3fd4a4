"""The office and its notices: finished items go up for people to see and rate."""

from datetime import timedelta
from functools import partial

from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.rectification import Problem, State
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from handlers.rectification import (
    MOST_IN_A_NOTICE,
    Public,
    draw_wall,
    poster,
    put_up,
    raised_in,
    take_down,
)

MOST_KEPT = 12
"""Batches of the archive on one screen, the last ones."""

NOTICE_DAYS = 7
"""How long a notice is up where nobody says otherwise."""


_AGAIN = "回看"
"""Before the place: closed items go up once more, for people to say whether they hold."""

_KEPT = "存档"
"""Before a batch: one that was up once, with its papers."""

_DOWN = "撤下"
"""Before a batch: something on it is wrong, it goes before its time."""

_RAISED = "raised"
"""As a place: where it was raised."""


def _notices(asking: Asking) -> Answer:
    """公示: what is finished goes up, for everybody or for one unit; people see and rate it. 公示 回看: what is closed, again."""
    if asking.rest[:1] == (_KEPT,):
        return _kept(asking)
    if asking.rest[:1] == (_DOWN,):
        return _pulled(asking)
    again = asking.rest[:1] == (_AGAIN,)
    rest = asking.rest[1:] if again else asking.rest
    ready = _ready(asking, again=again)
    up = [n for n in asking.work.problems.notices() if not n.down]
    head = [asking.say("notices.up", batch=n.batch, closes=n.closes.isoformat()) for n in up]
    also = [asking.button("notices.kept", f"公示 {_KEPT}")]
    if up:
        also.append(asking.button("notices.pull", f"公示 {_DOWN}"))
    if not ready:
        none = asking.say("notices.none_again" if again else "notices.none")
        return Answer(text="\n".join((*head, none)), rows=pairs(also), menu=True)
    says = f"公示 {_AGAIN}" if again else "公示"
    match rest:
        case [where, days, word] if days.isdecimal() and word == CONFIRM:
            return _put_up(asking, ready, where, int(days))
        case [where] if where in ("all", _RAISED) or any(
            u.id == where for u in asking.desk.units
        ):
            lines = [f"{p.number} {p.title}：{p.result}" for p in ready]
            sure = asking.button(
                "notices.confirm",
                f"{says} {where} {NOTICE_DAYS} {CONFIRM}",
                days=str(NOTICE_DAYS),
            )
            text = asking.say("notices.sure", days=str(NOTICE_DAYS), items="\n".join(lines))
            return Answer(text=text, rows=((sure, asking.back()),))
        case _:
            places = [asking.button("desk.all_units", f"{says} all")]
            if raised_in(asking.work, ready):
                places.insert(0, asking.button("notices.raised", f"{says} {_RAISED}"))
            units = [Button(u.name, f"{says} {u.id}") for u in asking.desk.units]
            key = "notices.ready_again" if again else "notices.ready"
            text = "\n".join((*head, asking.say(key, number=str(len(ready)))))
            return Answer(text=text, rows=(*pairs(places), *pairs(units), *pairs(also)))


def _kept(asking: Asking) -> Answer:
    """The archive: every batch there has been, each with its page and its poster as they were."""
    batch = asking.rest[1] if asking.rest[1:] else ""
    if shown := poster(asking.work, asking.desk.place, batch, kept=True):
        text = asking.say("notices.kept_one", batch=batch, closes=shown.closes.isoformat())
        return Answer(text=text, rows=((asking.back(),),), makes=partial(draw_wall, shown))
    every = asking.work.problems.notices()[-MOST_KEPT:]
    buttons = [Button(one.batch, f"公示 {_KEPT} {one.batch}") for one in reversed(every)]
    key = "notices.kept_which" if every else "notices.none_kept"
    return Answer(text=asking.say(key), rows=(*pairs(buttons), (asking.back(),)))


def _pulled(asking: Asking) -> Answer:
    """Something on it is wrong: why is asked for, and kept with each of its items."""
    batch, words = asking.rest[1] if asking.rest[1:] else "", asking.free.strip()
    up = [one.batch for one in asking.work.problems.notices() if not one.down]
    if batch not in up:
        buttons = [Button(one, f"公示 {_DOWN} {one}") for one in up]
        key = "notices.pull_which" if up else "notices.none_up"
        return Answer(text=asking.say(key), rows=(*pairs(buttons), (asking.back(),)))
    if not words:
        text = asking.say("notices.pull_why", batch=batch)
        return Answer(text=text, rows=((asking.back(),),), awaits=f"公示 {_DOWN} {batch}")
    local, who = asking.desk.zone(asking.now), str(asking.member.label)
    take_down(asking.work, batch, asking.masked(words), local, who)
    asking.note(Deed.PUBLISH_NOTICE, batch=batch, what="taken_down")
    return Answer(text=asking.say("notices.pulled", batch=batch), menu=True, changed=True)


def _ready(asking: Asking, *, again: bool) -> list[Problem]:
    problems = asking.work.problems
    found = problems.to_look_back(asking.today) if again else problems.at(State.DONE)
    return [p for p in found if not p.personal][:MOST_IN_A_NOTICE]


def _put_up(asking: Asking, ready: list[Problem], where: str, days: int) -> Answer:
    public = Public(
        texts=asking.desk.texts,
        groups=asking.desk.groups,
        units=asking.desk.units,
        hidden=tuple(name for name, _ in asking.desk.leaders),
    )
    local = asking.desk.zone(asking.now)
    end = (local + timedelta(days=min(days, 60))).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    units = raised_in(asking.work, ready) if where == _RAISED else (where,)
    units = () if where == "all" else units
    made = put_up(asking.work, public, ready, units, local, end, str(asking.member.label))
    if made is None:
        return _notices(asking)
    asking.note(Deed.PUBLISH_NOTICE, batch=made.batch)
    remind = asking.button("notices.tell", f"提醒 {made.round}")
    text = asking.say("notices.done", batch=made.batch, closes=made.closes.isoformat())
    shown = poster(asking.work, asking.desk.place, made.batch)
    return Answer(
        text=text,
        rows=((remind, asking.back()),),
        makes=partial(draw_wall, shown) if shown else None,
        changed=True,
    )


NOTICES = Command(
    name="notices",
    words=("公示", "notice"),
    deed=Deed.PUBLISH_NOTICE,
    answer=_notices,
    menu=False,
)
