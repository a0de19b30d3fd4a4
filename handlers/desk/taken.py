"""What was taken in by other ways: what may be one matter told twice, what cannot wait, and what was a mistake.

The machine proposes, a tap decides. Words that came by the chat are never made one with others: it would say who wrote them.
"""

import json
from datetime import date

from bot.core.messages import Button
from bot.core.people import Deed, may
from handlers import digest as closing
from handlers import intake
from handlers.desk.base import CONFIRM, Answer, Asking, Command
from storage.intake import Batch
from storage.opinion import Kept

LISTED = 8
MOST = 1000
"""Matters that may wait to be asked about."""
CUT = 300
"""Characters of an opinion that are shown."""


# -- one matter told twice ---------------------------------------------------------------------------------------------


def _merge(asking: Asking) -> Answer:
    """合并: one pair after another, the most alike first."""
    match asking.rest:
        case (one, other, "是"):
            both = _open(asking, one), _open(asking, other)
            done = all(both) and intake.make_one(asking.work, one, other)
            if done:
                asking.note(Deed.SORT, merged="two")
            return _next_pair(asking, asking.say("twins.merged") if done else "")
        case (one, other, "不是"):
            asking.work.intakes.are_two(one, other)
            return _next_pair(asking, asking.say("twins.apart"))
        case _:
            return _next_pair(asking)


def _next_pair(asking: Asking, head: str = "") -> Answer:
    for pair in asking.work.intakes.twins(50):
        one, other = _open(asking, pair.one), _open(asking, pair.other)
        if one is None or other is None:
            continue
        text = asking.say(
            "twins.pair",
            left=str(asking.work.intakes.many_twins()),
            percent=str(pair.likeness),
            one=_shown(one),
            source=_sources(asking, one),
            other=_shown(other),
            other_source=_sources(asking, other),
        )
        says = f"合并 {pair.one} {pair.other}"
        buttons = (
            asking.button("twins.same", f"{says} 是"),
            asking.button("twins.two", f"{says} 不是"),
        )
        shown = "\n\n".join(filter(None, (head, text)))
        return Answer(text=shown, rows=(buttons, (asking.back(),)))
    return Answer(text="\n".join(filter(None, (head, asking.say("twins.none")))), menu=True)


def _open(asking: Asking, id: str) -> Kept | None:
    """An opinion of a period whose digest has not been sent, which the office may read."""
    kept = _kept(asking, id)
    if kept is None or json.loads(kept.labels or "{}").get("about") == intake.PERSONAL:
        return None
    digest = asking.work.digests.find(kept.period)
    return None if digest and digest.sent else kept


def _kept(asking: Asking, id: str) -> Kept | None:
    try:
        return asking.work.opinions.find(bytes.fromhex(id))
    except ValueError:
        return None


def _sources(asking: Asking, kept: Kept) -> str:
    codes = asking.work.intakes.source_of(bytes.fromhex(kept.id))
    return "＋".join(asking.say(f"intake.source_{code}") for code in codes)


# -- what cannot wait --------------------------------------------------------------------------------------------------


def urgent(asking: Asking, rest: list[str]) -> Answer:
    """录入 急: one after another, of what words say that it may not wait."""
    match rest:
        case [id, "办"] if id in _waiting(asking, MOST):
            now = asking.now.timestamp()
            done = intake.call(asking.work, id, asking.today.isoformat(), now)
            if done:
                asking.note(Deed.TAKE_IN, called="urgent")
            said = asking.say("intake.urgent_called") if done else ""
            return _next_urgent(asking, said, changed=done)
        case [id, "缓"] if id in _waiting(asking, MOST):
            intake.can_wait(asking.work, id)
            return _next_urgent(asking)
        case _:
            return _next_urgent(asking)


def _next_urgent(asking: Asking, head: str = "", *, changed: bool = False) -> Answer:
    waiting = [kept for id in _waiting(asking, 1) if (kept := _kept(asking, id))]
    if not waiting:
        text = "\n".join(filter(None, (head, asking.say("intake.urgent_none"))))
        return Answer(text=text, menu=True, changed=changed)
    kept = waiting[0]
    text = asking.say(
        "intake.urgent_next",
        left=str(asking.work.intakes.to_ask(_whose(asking))),
        source=_sources(asking, kept),
        text=_shown(kept),
    )
    says = f"录入 急 {kept.id}"
    buttons = (
        asking.button("intake.urgent_yes", f"{says} 办"),
        asking.button("intake.urgent_no", f"{says} 缓"),
    )
    shown = "\n\n".join(filter(None, (head, text)))
    return Answer(text=shown, rows=(buttons, (asking.back(),)), changed=changed)


def _waiting(asking: Asking, most: int) -> list[str]:
    """Ids of what they are to be asked about: all of it, or what they entered themselves."""
    return asking.work.intakes.urgent(_whose(asking), most)


def _whose(asking: Asking) -> str:
    return "" if may(asking.member.staff, Deed.TAKE_IN) else str(asking.member.label)


# -- what was a mistake ------------------------------------------------------------------------------------------------


def _undo(asking: Asking) -> Answer:
    """撤回误导入: which batch → sure? → all of it goes."""
    number = asking.rest[0] if asking.rest else ""
    batch = asking.work.intakes.find(int(number)) if number.isdecimal() else None
    mine = _mine(asking)
    if batch is None or batch.number not in [one.number for one in mine]:
        return _which(asking, mine)
    digest = asking.work.digests.find(batch.period)
    sent = digest is not None and digest.sent
    if asking.rest[1:] != (CONFIRM,):
        key = "intake.undo_sent" if sent else "intake.undo_sure"
        text = asking.say(key, batch=_called(asking, batch), count=str(batch.taken))
        sure = asking.button("intake.undo_yes", f"撤回误导入 {batch.number} {CONFIRM}")
        return Answer(text=text, rows=((sure, asking.back()),))
    gone = intake.undo(asking.work, batch)
    if gone is None:
        return _which(asking, _mine(asking))
    asking.note(Deed.UNDO_IMPORT, batch=batch.number, opinions=gone)
    if sent:
        _correct(asking, batch)
    elif digest is not None:
        closing.remake(asking.work, asking.desk.almanac(), digest)
    key = "intake.undone_sent" if sent else "intake.undone"
    return Answer(text=asking.say(key, count=str(gone)), menu=True)


def _correct(asking: Asking, batch: Batch) -> None:
    """A sent digest never changes: the next one says what it had wrong."""
    period = asking.desk.almanac().current(asking.now).name.isoformat()
    line = asking.desk.texts.say(
        "zh",
        "intake.correction",
        period=_day(batch.period),
        source=asking.desk.texts.say("zh", f"intake.source_{batch.source}"),
        count=str(batch.taken),
    )
    before = asking.work.digests.notes(period).get("corrections", "")
    said = "\n".join(filter(None, (before, line)))
    asking.work.digests.annotate(period, "corrections", said)


def _day(period: str) -> str:
    closed = date.fromisoformat(period)
    return f"{closed.year}-{closed.month}-{closed.day}"


def _mine(asking: Asking) -> list[Batch]:
    """What they may take back: all of it, or what they entered for their own units."""
    staff, label = asking.member.staff, str(asking.member.label)
    everywhere = may(staff, Deed.UNDO_IMPORT)
    return [one for one in asking.work.intakes.newest(40) if everywhere or one.who == label][
        :LISTED
    ]


def _which(asking: Asking, mine: list[Batch]) -> Answer:
    if not mine:
        return Answer(text=asking.say("intake.undo_none"), menu=True)
    buttons = [Button(_called(asking, one), f"撤回误导入 {one.number}") for one in mine]
    return Answer(
        text=asking.say("intake.undo_which"),
        rows=(*((button,) for button in buttons), (asking.back(),)),
    )


def _called(asking: Asking, batch: Batch) -> str:
    source = asking.say(f"intake.source_{batch.source}")
    return asking.say(
        "intake.batch", day=batch.day, source=source, count=str(batch.taken), file=batch.file
    )[:60]


def _shown(kept: Kept) -> str:
    return kept.text if len(kept.text) <= CUT else f"{kept.text[:CUT]}…"


MERGE = Command(
    name="merge", words=("合并", "merge"), deed=Deed.SORT, answer=_merge, menu=False
)
UNDO = Command(
    name="undo",
    words=("撤回误导入", "撤回导入", "undo"),
    deed=Deed.UNDO_IMPORT,
    answer=_undo,
    menu=False,
)
