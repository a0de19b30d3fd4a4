"""The office's group chats: which they are, and how a chat becomes one or is let go.

It is made one from inside, by somebody who may: only there both the chat and who wants it are certain. What is sent goes
there too, and everybody in it can read that, so it is asked once more. Who may look, send or stop is decided for each
person by the one table, in a group chat as anywhere.
"""

from bot.core.messages import Button
from bot.core.people import Deed
from handlers.desk.base import Answer, Asking, Command, Spot, pairs
from storage.circle import Circle

YES, GO = "yes", "go"


def _circles(asking: Asking) -> Answer:
    return _here(asking, asking.spot) if asking.spot else _list(asking)


def _here(asking: Asking, spot: Spot) -> Answer:
    """In the chat itself: make it one of the office's, or let go of it."""
    known = asking.work.circles.find(spot.address)
    match asking.rest:
        case ("yes",):
            made = asking.work.circles.admit(spot.address, spot.title, asking.member.language)
            _note(asking, "admit", made)
            text = asking.say("circle.admitted", number=str(made.number))
            return Answer(text=text, menu=True, changed=True)
        case ("go",) if known is not None:
            return _let_go(asking, known)
        case _ if known is None:
            yes = asking.button("circle.yes", f"office {YES}")
            return Answer(text=asking.say("circle.ask"), rows=((yes,),))
        case _:
            go = asking.button("circle.go", f"office {GO}")
            text = asking.say("circle.here", number=str(known.number))
            return Answer(text=text, rows=((go,),), menu=True)


def _list(asking: Asking) -> Answer:
    """In somebody's own chat: all of them, each with a button to let it go."""
    every = asking.work.circles.every()
    chosen = next((one for one in every if asking.rest == (str(one.number), GO)), None)
    if chosen is not None:
        return _let_go(asking, chosen)
    if not every:
        return Answer(text=asking.say("circle.none"), menu=True)
    lines = [called(asking, one) for one in every]
    buttons = [
        Button(asking.say("circle.go_one", number=str(one.number)), f"群 {one.number} {GO}")
        for one in every
    ]
    text = asking.say("circle.list", circles="\n".join(lines))
    return Answer(text=text, rows=pairs(buttons), menu=True)


def _let_go(asking: Asking, one: Circle) -> Answer:
    asking.work.circles.let_go(one.address)
    asking.work.parcels.give_up(one.address)
    _note(asking, "let_go", one)
    text = asking.say("circle.gone", circle=called(asking, one))
    return Answer(text=text, menu=asking.spot is None, changed=True)


def called(asking: Asking, one: Circle) -> str:
    """How a group chat is called: its number, which the trail has too, and its title."""
    return asking.say("circle.called", number=str(one.number), title=one.title)


def _note(asking: Asking, what: str, one: Circle) -> None:
    asking.work.staff.note(
        asking.member.label,
        Deed.KEEP_CIRCLES,
        asking.now.timestamp(),
        circle=one.number,
        what=what,
    )


CIRCLE = Command(
    name="circle",
    words=("群", "office", "circle"),
    deed=Deed.KEEP_CIRCLES,
    answer=_circles,
    aloud=True,
)
