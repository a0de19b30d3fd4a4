"""Letters that ask institutions for their opinions (征求意见函): to whom one went, which came back, what they said."""

from bot.core.intake.model import LETTER
from bot.core.messages import Button
from bot.core.people import Deed, may
from bot.core.survey import Unit
from handlers.desk.base import CONFIRM, Answer, Asking, Command, pairs
from handlers.desk.intake import WORDS, entering
from storage.intake import Mailed

A_PAGE = 30
"""Units on one screen."""

_ALL = "全部"


def _letter(asking: Asking) -> Answer:
    """函: what is out; or the opinions of one that came back, pasted."""
    match asking.rest:
        case ("发出", *units):
            return _send(asking, list(units))
        case ("收回", *units):
            return _back(asking, list(units))
        case ("意见",):
            return _enter(asking)
        case () if not asking.text.strip():
            return _stand(asking)
        case _:
            return entering(LETTER)(asking)


def _enter(asking: Asking) -> Answer:
    """What one says that came back: pasted next, like any other words."""
    if asking.free:
        return entering(LETTER)(asking)
    text = asking.say("intake.send", source=asking.say("intake.source_letter"))
    return Answer(text=text, rows=((asking.back(),),), awaits="函 意见")


def _stand(asking: Asking, head: str = "") -> Answer:
    out = asking.work.intakes.mailed()
    missing = [_name(asking, one) for one in out if not one.returned]
    text = asking.say(
        "mailing.stands",
        sent=str(len(out)),
        returned=str(len(out) - len(missing)),
        missing="、".join(missing) or asking.say("mailing.none"),
    )
    buttons = [
        asking.button("mailing.enter", f"{WORDS[LETTER][0]} 意见"),
        asking.button("mailing.send", "函 发出"),
        *([asking.button("mailing.back", "函 收回")] if missing else []),
    ]
    shown = "\n".join(filter(None, (head, text)))
    return Answer(text=shown, rows=(*pairs(buttons), (asking.back(),)))


def _send(asking: Asking, units: list[str]) -> Answer:
    """函 发出 一中 二中: to whom it goes; each unit once a day."""
    mine = [u for u in asking.desk.units if may(asking.member.staff, Deed.TAKE_IN, u.id)]
    sure, named = units[-1:] == [CONFIRM], [u for u in units if u != CONFIRM]
    chosen = mine if named == [_ALL] else [u for u in mine if u.id in named]
    if sure and chosen:
        today = asking.today.isoformat()
        made = [asking.work.intakes.mail(unit.id, today, "") for unit in chosen]
        asking.note(Deed.TAKE_IN, letters=sum(made))
        return _stand(asking, asking.say("mailing.sent", count=str(sum(made))))
    ids = [unit.id for unit in chosen]
    buttons = [_toggle(asking, unit, ids) for unit in mine[:A_PAGE]]
    if named != [_ALL]:
        buttons.append(asking.button("mailing.all", f"函 发出 {_ALL}"))
    rows = pairs(buttons)
    if chosen:
        says = " ".join(("函 发出", *(named if named == [_ALL] else ids), CONFIRM))
        rows = ((asking.button("mailing.sure", says, count=str(len(ids))),), *rows)
    return Answer(text=asking.say("mailing.to_whom"), rows=(*rows, (asking.back(),)))


def _toggle(asking: Asking, unit: Unit, ids: list[str]) -> Button:
    there = unit.id in ids
    after = [id for id in ids if id != unit.id] if there else [*ids, unit.id]
    label = asking.say("choice.ticked", label=unit.name) if there else unit.name
    return Button(label[:16], " ".join(("函 发出", *after)))


def _back(asking: Asking, units: list[str]) -> Answer:
    """函 收回 一中: it came back without words, or its words come by themselves."""
    if units:
        done = asking.work.intakes.came_back(units[0], asking.today.isoformat())
        if done:
            asking.note(Deed.TAKE_IN, returned=units[0])
        return _stand(asking, asking.say("mailing.returned") if done else "")
    waiting = [one for one in asking.work.intakes.mailed() if not one.returned]
    buttons = [Button(_name(asking, one)[:16], f"函 收回 {one.unit}") for one in waiting]
    return Answer(text=asking.say("mailing.which"), rows=(*pairs(buttons), (asking.back(),)))


def _name(asking: Asking, one: Mailed) -> str:
    return next((u.name for u in asking.desk.units if u.id == one.unit), one.unit)


MAILING = Command(
    name="from_letter", words=WORDS[LETTER], deed=Deed.TAKE_IN, answer=_letter, menu=False
)
