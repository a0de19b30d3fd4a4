"""The office and what becomes of each opinion: one after another, until every one has its way."""

import json
from collections.abc import Mapping

from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.rectification import Problem, State
from handlers.desk.base import Answer, Asking, Command, pairs
from handlers.rectification import judge, put_on_list
from storage.opinion import Kept
from storage.rectification import Fate, Way

A_PAGE = 8
"""Problems on one screen."""

LONGEST_BODY = 60
"""Characters that may name the body a clue was handed to."""

_WAYS: Mapping[str, Way] = {
    "答复": "answered",
    "转办": "forwarded",
    "移交": "handed",
    "不采纳": "declined",
}


def _ways(asking: Asking) -> Answer:
    """去向: one opinion after another, until each has its way."""
    match asking.rest:
        case [id, "归入", number] if (kept := _opinion(asking, id)) and number.isdecimal():
            return _went(asking, kept, Fate(way="known", problem=int(number), day=asking.today))
        case [id, "归入"] if kept := _opinion(asking, id):
            return _into(asking, kept)
        case [id, "新列", *title] if kept := _opinion(asking, id):
            said = " ".join(title) or asking.free
            if not said:
                return Answer(text=asking.say("ways.title_wanted"), awaits=f"去向 {id} 新列")
            topic = _labelled(kept)
            made = put_on_list(
                asking.work, said, asking.today, str(asking.member.label), topic=topic
            )
            return _went(asking, kept, Fate(way="new", problem=made.number, day=asking.today))
        case [id, word, *said] if (kept := _opinion(asking, id)) and word in _WAYS:
            words = " ".join(said) or asking.free
            if not words:
                return Answer(
                    text=asking.say(f"ways.wanted_{_WAYS[word]}"), awaits=f"去向 {id} {word}"
                )
            return _went(asking, kept, Fate(way=_WAYS[word], words=words, day=asking.today))
        case ["待复"]:
            return _owed(asking)
        case _:
            return _queue(asking)


def _owed(asking: Asking) -> Answer:
    """What other departments have, the longest waiting first: one after another, until each has its answer."""
    waiting = asking.work.problems.forwarded()
    if not waiting:
        return Answer(text=asking.say("ways.owed_none"), menu=True)
    id, fate = waiting[0]
    kept = asking.work.opinions.find(id)
    text = asking.say(
        "ways.owed",
        left=str(len(waiting)),
        text=kept.text if kept else "",
        to=fate.words,
        day=fate.day.isoformat(),
        days=str((asking.today - fate.day).days),
    )
    answered = asking.button("ways.answered", f"去向 {id.hex()} 答复")
    declined = asking.button("ways.declined", f"去向 {id.hex()} 不采纳")
    return Answer(text=text, rows=((answered, declined), (asking.back(),)))


def _queue(asking: Asking, before: str = "") -> Answer:
    """The next opinion that nobody has judged, of the newest period that has any."""
    for period in reversed(asking.work.digests.periods()):
        waiting = asking.work.opinions.unjudged(period, 200)
        if waiting:
            return _ask_way(asking, period, waiting, before)
    text = "\n".join(t for t in (before, asking.say("ways.none")) if t)
    owed = asking.work.problems.forwarded()
    button = asking.button("ways.owed_button", "去向 待复", count=str(len(owed)))
    return Answer(text=text, rows=((button,),) if owed else (), menu=True)


def _ask_way(asking: Asking, period: str, waiting: list[Kept], before: str) -> Answer:
    kept = waiting[0]
    says = f"去向 {kept.id}"
    many = f"{len(waiting)}+" if len(waiting) == 200 else str(len(waiting))
    text = asking.say("ways.next", period=period, left=many, text=kept.text)
    buttons = [
        asking.button("ways.known", f"{says} 归入"),
        asking.button("ways.new", f"{says} 新列"),
        asking.button("ways.answered", f"{says} 答复"),
        asking.button("ways.forwarded", f"{says} 转办"),
        asking.button("ways.handed", f"{says} 移交"),
        asking.button("ways.declined", f"{says} 不采纳"),
    ]
    shown = "\n\n".join(part for part in (before, text) if part)
    return Answer(text=shown, rows=(*pairs(buttons), (asking.back(),)))


def _into(asking: Asking, kept: Kept) -> Answer:
    """Which problem: those of its topic first."""
    topic = _labelled(kept)
    going = [p for p in asking.work.problems.every() if _takes(p, topic)]
    going.sort(key=lambda p: (p.topic != topic, not p.open, p.number))
    says = f"去向 {kept.id}"
    buttons = [
        Button(f"{p.number} {p.title}"[:14], f"{says} 归入 {p.number}") for p in going[:A_PAGE]
    ]
    buttons.append(asking.button("ways.new", f"{says} 新列"))
    return Answer(
        text=asking.say("ways.which", text=kept.text),
        rows=pairs(buttons),
        awaits=f"{says} 归入",
    )


def _takes(problem: Problem, topic: str) -> bool:
    """What is open; and of what is closed, what was about the same: it may have come back."""
    same = problem.state is State.CLOSED and problem.topic == topic
    return (problem.open or same) and not problem.personal


def _went(asking: Asking, kept: Kept, fate: Fate) -> Answer:
    id = bytes.fromhex(kept.id)
    if number := asking.work.clues.of(id):
        return _queue(asking, asking.say("ways.handed_already", number=str(number)))
    if fate.way == "handed":
        asking.work.clues.hand_over(
            id, fate.words[:LONGEST_BODY], fate.day, str(asking.member.label)
        )
        asking.note(Deed.HAND_ON, clue=asking.work.clues.of(id))
    if fate.problem and asking.work.problems.find(fate.problem) is None:
        return _into(asking, kept)
    again = judge(asking.work, id, fate)
    asking.note(Deed.LIST_PROBLEMS, way=fate.way)
    done = asking.say("ways.done", way=asking.say(f"way.{fate.way}"))
    back = asking.say("ways.back", number=str(fate.problem)) if again else ""
    return _queue(asking, "\n".join(said for said in (done, back) if said))


def _opinion(asking: Asking, id: str) -> Kept | None:
    try:
        return asking.work.opinions.find(bytes.fromhex(id))
    except ValueError:
        return None


def _labelled(kept: Kept) -> str:
    labels = json.loads(kept.labels or "{}")
    return str(labels.get("topic", ""))


WAYS = Command(
    name="ways", words=("去向", "ways"), deed=Deed.LIST_PROBLEMS, answer=_ways, menu=False
)
