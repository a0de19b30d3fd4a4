"""What could not wait, at the desk: who has it, what became of it. The first who takes it has it; others see who that is."""

from dataclasses import replace

from bot.core.messages import Button
from bot.core.people import Deed, Label, Role, Staff, placed
from bot.core.privacy import redact
from bot.core.urgent import sees
from handlers.desk.base import Answer, Asking, Command, Rows, called, pairs
from handlers.urgent import noted
from storage.staff import Member
from storage.urgent import UrgentMatter

SHOWN = 12
"""Matters listed in one message."""

LONGEST = 300
"""Characters that may say what was done."""


def _urgent(asking: Asking) -> Answer:
    """急办 → which one → take it, pass it on, say what was done."""
    number = asking.rest[0] if asking.rest else ""
    one = asking.work.urgent.find(int(number)) if number.isdecimal() else None
    if one is None or not sees(_here(asking, asking.member), one.matter):
        return _list(asking)
    match asking.rest[1:]:
        case ("接" | "take", *_):
            return _take(asking, one)
        case ("转" | "pass",):
            return _to_whom(asking, one)
        case ("转" | "pass", to, *_):
            return _pass_on(asking, one, to)
        case ("办结" | "done", *words):
            return _end(asking, one, " ".join(words))
        case _:
            return _show(asking, one)


def _list(asking: Asking) -> Answer:
    me = _here(asking, asking.member)
    found = [one for one in asking.work.urgent.open() if sees(me, one.matter)][:SHOWN]
    if not found:
        return Answer(text=asking.say("urgent.none"), menu=True)
    lines = [f"{one.number} {one.day} {_state(asking, one)}" for one in found]
    buttons = [Button(str(one.number), f"急办 {one.number}") for one in found]
    return Answer(text="\n".join((asking.say("urgent.list"), *lines)), rows=pairs(buttons))


def _show(asking: Asking, one: UrgentMatter, head: str = "") -> Answer:
    where = _named(asking, one.matter.unit) or asking.say("urgent.nowhere")
    text = asking.say(
        "urgent.one",
        number=str(one.number),
        day=one.day,
        unit=where,
        state=_state(asking, one),
        words=one.text,
    )
    return Answer(text="\n".join(filter(None, (head, text))), rows=_moves(asking, one))


def _moves(asking: Asking, one: UrgentMatter) -> Rows:
    if one.state == "waiting":
        return ((asking.button("urgent.take", f"急办 {one.number} 接"), asking.back()),)
    if one.state == "taken" and one.holder == str(asking.member.label):
        done = asking.button("urgent.end", f"急办 {one.number} 办结")
        return ((done, asking.button("urgent.pass", f"急办 {one.number} 转")), (asking.back(),))
    return ((asking.back(),),)


def _take(asking: Asking, one: UrgentMatter) -> Answer:
    """The other one is whoever else presses at the same moment: one of them has it."""
    if asking.work.urgent.take(one.number, str(asking.member.label)):
        asking.note(Deed.CLAIM_URGENT, matter=one.number)
        return _again(asking, one, "urgent.taken")
    return _again(asking, one, "")


def _to_whom(asking: Asking, one: UrgentMatter) -> Answer:
    others = [
        member
        for member in asking.work.staff.every()
        if member.label != asking.member.label and sees(_here(asking, member), one.matter)
    ]
    if one.holder != str(asking.member.label) or not others:
        return _again(asking, one, "urgent.nobody" if not others else "")
    buttons = [Button(called(asking, m), f"急办 {one.number} 转 {m.label}") for m in others]
    return Answer(text=asking.say("urgent.to_whom"), rows=(*pairs(buttons), (asking.back(),)))


def _pass_on(asking: Asking, one: UrgentMatter, to: str) -> Answer:
    me = str(asking.member.label)
    member = next((m for m in asking.work.staff.every() if str(m.label) == to), None)
    if member is None or not sees(_here(asking, member), one.matter):
        return _to_whom(asking, one)
    if not asking.work.urgent.pass_on(one.number, me, to):
        return _again(asking, one, "")
    asking.note(Deed.CLAIM_URGENT, matter=one.number, to=to)
    minute = int(asking.now.timestamp() // 60)
    ref = f"{one.day}:urgent-{one.number}-to-{minute}"
    note = noted(one, _named(asking, one.matter.unit), "urgent.yours")
    asking.work.parcels.put(
        "note", ref, member.address, replace(note, buttons=note.buttons[1:])
    )
    return replace(_again(asking, one, "urgent.passed"), changed=True)


def _end(asking: Asking, one: UrgentMatter, words: str) -> Answer:
    if one.state != "taken" or one.holder != str(asking.member.label):
        return _again(asking, one, "")
    if asking.text and not asking.text.startswith(str(one.number)):
        words = asking.text
    if not words:
        return Answer(
            text=asking.say("urgent.end_how"),
            rows=((asking.back(),),),
            awaits=f"急办 {one.number} 办结",
        )
    handling = redact(words.strip()[:LONGEST]).text
    day = asking.desk.zone(asking.now).date().isoformat()
    if asking.work.urgent.end(one.number, str(asking.member.label), handling, day):
        asking.note(Deed.CLAIM_URGENT, matter=one.number, ended=day)
    return _again(asking, one, "urgent.ended")


def _again(asking: Asking, one: UrgentMatter, key: str) -> Answer:
    """How it stands now."""
    head = asking.say(key) if key else ""
    return _show(asking, asking.work.urgent.find(one.number) or one, head)


def _state(asking: Asking, one: UrgentMatter) -> str:
    return asking.say(
        f"urgent.is_{one.state}", holder=_holder(asking, one.holder), handling=one.handling
    )


def _holder(asking: Asking, label: str) -> str:
    role, _, number = label.rpartition("-")
    if not role:
        return ""
    return f"{asking.say(f'role.{Label(Role(role), int(number)).role}')}{number}"


def _named(asking: Asking, unit: str) -> str:
    return next((u.name for u in asking.desk.units if u.id == unit), "")


def _here(asking: Asking, member: Member) -> Staff:
    parents = {unit.id: unit.parent for unit in asking.desk.units}
    return placed(member.staff, parents)


URGENT = Command(
    name="urgent", words=("急办", "urgent"), deed=Deed.CLAIM_URGENT, answer=_urgent
)
