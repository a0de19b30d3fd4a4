"""The office and what becomes of each opinion: one after another, or all that say the same at once, until every one has its way.

What a command is about is the id of an opinion, or `t12`: theme 12, of which all that have no way yet get the same one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.rectification import Problem, State
from handlers.desk.base import Answer, Asking, Command, pairs
from handlers.rectification import answer_all, judge, put_on_list
from storage.opinion import PERSONAL, Kept
from storage.rectification import Fate, Way
from storage.themes import KeptTheme

A_PAGE = 8
"""Problems on one screen."""

LONGEST_BODY = 60
"""Characters that may name the body a clue was handed to."""

SHOWN = 5
"""Opinions of a theme that are shown with the question what becomes of them all."""

CUT = 60
"""Characters of each."""

_WAYS: Mapping[str, Way] = {
    "答复": "answered",
    "转办": "forwarded",
    "移交": "handed",
    "不采纳": "declined",
}
_THEME = "t"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What is being judged: one opinion, or all of a theme that nobody has judged."""

    name: str
    """As commands have it."""
    ids: tuple[bytes, ...]
    text: str
    topic: str
    title: str = ""
    """A theme's."""
    likely: int = 0
    """The problem into which most went that say the same."""


def _ways(asking: Asking) -> Answer:
    """去向: one opinion after another, until each has its way."""
    match asking.rest:
        case [name, "归入", number] if (aim := _aim(asking, name)) and number.isdecimal():
            return _went(asking, aim, Fate(way="known", problem=int(number), day=asking.today))
        case [name, "归入"] if aim := _aim(asking, name):
            return _into(asking, aim)
        case [name, "新列", *title] if aim := _aim(asking, name):
            return _listed(asking, aim, " ".join(title) or asking.free)
        case [name, word, *said] if (aim := _aim(asking, name)) and word in _WAYS:
            words = " ".join(said) or asking.free
            if not words:
                return Answer(
                    text=asking.say(f"ways.wanted_{_WAYS[word]}"), awaits=f"去向 {name} {word}"
                )
            fate = Fate(way=_WAYS[word], words=asking.masked(words), day=asking.today)
            return _went(asking, aim, fate)
        case ["待复"]:
            return _owed(asking)
        case [name] if aim := _aim(asking, name):
            return _ask_way(asking, aim, aim.text)
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
    for period in asking.work.opinions.periods():
        waiting = asking.work.opinions.unjudged(period, 200)
        if waiting and (aim := _aim(asking, waiting[0].id)):
            many = f"{len(waiting)}+" if len(waiting) == 200 else str(len(waiting))
            text = asking.say("ways.next", period=period, left=many, text=aim.text)
            return _ask_way(asking, aim, "\n\n".join(t for t in (before, text) if t))
    text = "\n".join(t for t in (before, asking.say("ways.none")) if t)
    owed = asking.work.problems.forwarded()
    button = asking.button("ways.owed_button", "去向 待复", count=str(len(owed)))
    return Answer(text=text, rows=((button,),) if owed else (), menu=True)


def _ask_way(asking: Asking, aim: _Aim, text: str) -> Answer:
    says = f"去向 {aim.name}"
    buttons = [
        asking.button("ways.known", f"{says} 归入"),
        asking.button("ways.new", f"{says} 新列"),
        asking.button("ways.answered", f"{says} 答复"),
        asking.button("ways.forwarded", f"{says} 转办"),
        asking.button("ways.handed", f"{says} 移交"),
        asking.button("ways.declined", f"{says} 不采纳"),
    ]
    rows = pairs(buttons)
    if not aim.title and (theme := asking.work.themes.of_opinion(aim.ids[0])):
        alike = len(asking.work.problems.unjudged_of(theme.number))
        if alike > 1:
            together = asking.button(
                "ways.together", f"去向 {_THEME}{theme.number}", count=str(alike)
            )
            rows = ((together,), *rows)
    return Answer(text=text, rows=(*rows, (asking.back(),)))


def _into(asking: Asking, aim: _Aim) -> Answer:
    """Which problem: the one into which went what says the same, then those of its topic."""
    going = [p for p in asking.work.problems.every() if _takes(p, aim)]
    going.sort(
        key=lambda p: (p.number != aim.likely, p.topic != aim.topic, not p.open, p.number)
    )
    says = f"去向 {aim.name}"
    buttons = [
        Button(f"{p.number} {p.title}"[:14], f"{says} 归入 {p.number}") for p in going[:A_PAGE]
    ]
    buttons.append(asking.button("ways.new", f"{says} 新列"))
    return Answer(
        text=asking.say("ways.which", text=aim.text),
        rows=pairs(buttons),
        awaits=f"{says} 归入",
    )


def _takes(problem: Problem, aim: _Aim) -> bool:
    """What is open; and of what is closed, what was about the same: it may have come back."""
    same = problem.topic == aim.topic or problem.number == aim.likely
    return (problem.open or (problem.state is State.CLOSED and same)) and not problem.personal


def _listed(asking: Asking, aim: _Aim, title: str) -> Answer:
    """A new problem of it; a theme's title will do where nobody says another."""
    if not title.strip():
        awaits = f"去向 {aim.name} 新列"
        rows = ((Button(aim.title, f"{awaits} {aim.title}"),),) if aim.title else ()
        return Answer(text=asking.say("ways.title_wanted"), rows=rows, awaits=awaits)
    if handed := _handed(asking, aim):
        return handed
    who, said = str(asking.member.label), asking.masked(title)
    made = put_on_list(asking.work, said, asking.today, who, topic=aim.topic)
    return _went(asking, aim, Fate(way="new", problem=made.number, day=asking.today))


def _went(asking: Asking, aim: _Aim, fate: Fate) -> Answer:
    if handed := _handed(asking, aim):
        return handed
    problem = asking.work.problems.find(fate.problem) if fate.problem else None
    if fate.problem and (problem is None or problem.personal):
        return _into(asking, aim)
    for id in aim.ids if fate.way == "handed" else ():
        asking.work.clues.hand_over(
            id, fate.words[:LONGEST_BODY], fate.day, str(asking.member.label)
        )
        asking.note(Deed.HAND_ON, clue=asking.work.clues.of(id))
    was = asking.work.problems.fate(aim.ids[0]) if len(aim.ids) == 1 else None
    period_of = asking.desk.almanac().period_of
    again = judge(asking.work, aim.ids, fate, period_of)
    asking.note(
        Deed.LIST_PROBLEMS, way=fate.way, number=len(aim.ids), was=was.way if was else ""
    )
    if fate.way == "answered" and aim.title:
        answer_all(asking.work, aim.title, aim.ids, fate.words, asking.today)
    done = asking.say("ways.done", way=asking.say(f"way.{fate.way}"))
    if len(aim.ids) > 1:
        done = asking.say(
            "ways.done_all", way=asking.say(f"way.{fate.way}"), count=str(len(aim.ids))
        )
    back = asking.say("ways.back", number=str(fate.problem)) if again else ""
    return _queue(asking, "\n".join(said for said in (done, back) if said))


def _handed(asking: Asking, aim: _Aim) -> Answer | None:
    """What was handed over stays so. Of a theme, what was handed over has its way and is not asked about."""
    number = asking.work.clues.of(aim.ids[0]) if len(aim.ids) == 1 else 0
    said = asking.say("ways.handed_already", number=str(number))
    return _queue(asking, said) if number else None


def _aim(asking: Asking, name: str) -> _Aim | None:
    if name.startswith(_THEME) and name[1:].isdecimal():
        theme = asking.work.themes.find(int(name[1:]))
        return _theme(asking, name, theme) if theme else None
    try:
        kept = asking.work.opinions.find(bytes.fromhex(name))
    except ValueError:
        return None
    labels: dict[str, Any] = json.loads(kept.labels or "{}") if kept else {}
    return _opinion(asking, kept, labels) if kept and labels.get("about") != PERSONAL else None


def _opinion(asking: Asking, kept: Kept, labels: Mapping[str, object]) -> _Aim:
    id = bytes.fromhex(kept.id)
    theme = asking.work.themes.of_opinion(id)
    return _Aim(
        name=kept.id,
        ids=(id,),
        text=kept.text,
        topic=str(labels.get("topic", "")),
        likely=asking.work.problems.of_theme(theme.number) if theme else 0,
    )


def _theme(asking: Asking, name: str, theme: KeptTheme) -> _Aim | None:
    waiting = asking.work.problems.unjudged_of(theme.number)
    if not waiting:
        return None
    voices = [f"· {_cut(text)}" for _, text in waiting[:SHOWN]]
    head = asking.say(
        "ways.theme", number=str(theme.number), title=theme.title, count=str(len(waiting))
    )
    return _Aim(
        name=name,
        ids=tuple(id for id, _ in waiting),
        text="\n".join((head, *voices)),
        topic=theme.topic,
        title=theme.title,
        likely=asking.work.problems.of_theme(theme.number),
    )


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[:CUT]}…"


WAYS = Command(
    name="ways", words=("去向", "ways"), deed=Deed.LIST_PROBLEMS, answer=_ways, menu=False
)
