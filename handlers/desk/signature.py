"""The office and contacts that somebody left on purpose: 留名 shows them, and lets go of one that is done with.

They are shown here and nowhere else; no paper, file or parcel carries one.
"""

from bot.core.messages import Button
from bot.core.people import Deed
from handlers.desk.base import CONFIRM, Answer, Asking, Command
from storage.retention import SIGNED

A_PAGE = 5
"""Contacts on one screen."""

_DONE = "办完"


def _signed(asking: Asking) -> Answer:
    match asking.rest:
        case [word, name, *more] if word == _DONE:
            return _done(asking, name, more)
        case [word, *_] if word[:1] == "+" and word[1:].isdecimal():
            return _listed(asking, int(word[1:]))
        case _:
            return _listed(asking, 0)


def _listed(asking: Asking, skip: int) -> Answer:
    """Each with what it was left with, as far as that has been released."""
    every = asking.work.signatures.every()
    asking.work.staff.note(asking.member.label, Deed.SEE_SIGNED, asking.now.timestamp())
    if not every[skip:]:
        return Answer(text=asking.say("desk.signed_none"), menu=True)
    parts: list[str] = []
    rows: list[tuple[Button, ...]] = []
    for number, one in enumerate(every[skip : skip + A_PAGE], skip + 1):
        words = [w.text for w in asking.work.opinions.words_of(one.lookups) if w.text]
        about = "\n".join(f"「{text}」" for text in words) or asking.say("desk.signed_not_yet")
        parts.append(
            asking.say("desk.signed_one", number=str(number), contact=one.contact, about=about)
        )
        done = f"留名 {_DONE} {one.id.hex()[:8]}"
        rows.append((asking.button("desk.signed_done", done, number=str(number)),))
    if len(every) > skip + A_PAGE:
        rows.append((asking.button("desk.talk_more", f"留名 +{skip + A_PAGE}"),))
    head = asking.say("desk.signed_head", days=str(SIGNED))
    return Answer(text="\n\n".join((head, *parts)), rows=(*rows, (asking.back(),)))


def _done(asking: Asking, name: str, more: list[str]) -> Answer:
    found = [one for one in asking.work.signatures.every() if one.id.hex()[:8] == name]
    if len(found) != 1:
        return _listed(asking, 0)
    if more != [CONFIRM]:
        says = f"留名 {_DONE} {name} {CONFIRM}"
        confirm = asking.button("desk.signed_done_yes", says)
        text = asking.say("desk.signed_done_sure", contact=found[0].contact)
        return Answer(text=text, rows=((confirm, asking.back()),))
    asking.work.signatures.take_back(found[0].id)
    return Answer(text=asking.say("desk.signed_gone"), menu=True)


CONTACTS = Command(
    name="signed", words=("留名", "signed"), deed=Deed.SEE_SIGNED, answer=_signed
)
