"""The office and clues of breaches of discipline: what was handed over, to whom, and whether they have acknowledged it.

An opinion becomes a clue where it is given its way (`去向`, 移交), once. It stands in no digest, notice or report; the list here
is for the body that takes it, and so is made for whoever may hand on, in their own chat.
"""

from functools import partial

from bot.core.people import Deed, Label, Role
from handlers.desk.base import Answer, Asking, Command, pairs
from handlers.papers import Handed, draw_clues
from storage.clues import KeptClue

SHOWN = 12
"""Clues in one message."""

OPEN, ALL = "待签收", "全部"
LONGEST = 60
"""Characters that may say who acknowledged it."""


def _clues(asking: Asking) -> Answer:
    kept = asking.work.clues.every()
    match asking.rest:
        case ["清单", *which]:
            return _list(asking, kept, only_open=which[:1] != [ALL])
        case [number, "签收", *said] if one := _one(kept, number):
            return _received(asking, one, asking.free or " ".join(said))
        case [number] if one := _one(kept, number):
            return _show(asking, one)
        case _:
            return _overview(asking, kept)


def _one(kept: tuple[KeptClue, ...], number: str) -> KeptClue | None:
    return next((one for one in kept if str(one.number) == number), None)


def _overview(asking: Asking, kept: tuple[KeptClue, ...], before: str = "") -> Answer:
    waiting = [one for one in kept if one.received is None]
    if not kept:
        ways = asking.button("clues.to_ways", "去向")
        return Answer(text=asking.say("clues.none"), rows=((ways, asking.back()),))
    text = asking.say("clues.standing", count=str(len(kept)), waiting=str(len(waiting)))
    buttons = [
        asking.button(
            "clues.one", f"移交 {one.number}", number=str(one.number), body=one.body[:8]
        )
        for one in waiting[:SHOWN]
    ]
    papers = [asking.button("clues.paper_all", f"移交 清单 {ALL}")]
    if waiting:
        papers.insert(0, asking.button("clues.paper_open", f"移交 清单 {OPEN}"))
    shown = "\n".join(part for part in (before, text) if part)
    return Answer(text=shown, rows=(*pairs(buttons), tuple(papers), (asking.back(),)))


def _show(asking: Asking, one: KeptClue) -> Answer:
    text = asking.say(
        "clues.shown",
        number=str(one.number),
        text=asking.say("clues.gone") if one.text is None else one.text,
        body=one.body,
        day=one.day.isoformat(),
        by=_named(asking, one.who),
        state=asking.say("clues.received", day=one.received.isoformat(), who=one.receiver)
        if one.received
        else asking.say("clues.waiting"),
    )
    sign = () if one.received else (asking.button("clues.sign", f"移交 {one.number} 签收"),)
    return Answer(text=text, rows=((*sign, asking.button("clues.back", "移交")),))


def _received(asking: Asking, one: KeptClue, who: str) -> Answer:
    if one.received:
        return _show(asking, one)
    if not who.strip():
        return Answer(
            text=asking.say("clues.who_signed", number=str(one.number)),
            rows=((asking.back(),),),
            awaits=f"移交 {one.number} 签收",
        )
    label = str(asking.member.label)
    if asking.work.clues.receive(one.number, who.strip()[:LONGEST], asking.today, label):
        asking.note(Deed.HAND_ON, clue=one.number, received=asking.today.isoformat())
    done = asking.say("clues.signed", number=str(one.number))
    return _overview(asking, asking.work.clues.every(), done)


def _list(asking: Asking, kept: tuple[KeptClue, ...], *, only_open: bool) -> Answer:
    chosen = [one for one in kept if one.received is None or not only_open]
    if not chosen:
        return _overview(asking, kept)
    handed = tuple(
        Handed(
            number=one.number,
            text=one.text,
            to=one.body,
            day=one.day,
            by=_named(asking, one.who),
            received=one.received,
            receiver=one.receiver,
        )
        for one in chosen
    )
    office = asking.desk.almanac().office
    makes = partial(draw_clues, office, handed, asking.today)
    text = asking.say("clues.paper", count=str(len(chosen)))
    return Answer(text=text, rows=((asking.button("clues.back", "移交"),),), makes=makes)


def _named(asking: Asking, label: str) -> str:
    """办公室1, for an account's label."""
    role, _, number = label.rpartition("-")
    return f"{asking.say(f'role.{Label(Role(role), int(number)).role}')}{number}"


CLUES = Command(name="clues", words=("移交", "clues"), deed=Deed.HAND_ON, answer=_clues)
