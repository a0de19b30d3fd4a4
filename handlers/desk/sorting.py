"""The office and the labels of opinions: the doubtful ones first, put right by a tap, and learned from.

What somebody says of a label goes before what the sorting said, in a draft that is not sent yet and in what comes after;
a digest that was sent stays what it was. An opinion about one leader is in no queue: it is for one person to read.
"""

import json
from typing import Any

from bot.content.taxonomy import load_taxonomy
from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.sorting import Taxonomy
from handlers.desk.base import Answer, Asking, Command, pairs
from storage.opinion import PERSONAL, UNCLASSIFIED, Kept
from storage.sorting import TOPIC

SHOWN = 600
"""Characters of an opinion that chat shows; the ledger has all of it."""

KINDS = ("complaint", "suggestion", "question", "praise")
ABOUT = ("班子", "个人", "一般")

_YES, _LATER = "对", "先放着"
_FIELDS = {"主题": TOPIC, "四风": "sifeng", "类型": "kind", "急办": "urgent", "对象": "about"}

Labels = dict[str, Any]


def _sort(asking: Asking) -> Answer:
    """归类: one opinion after another, until all were looked at."""
    match asking.rest:
        case [id, *rest] if kept := _opinion(asking, id):
            return _one(asking, kept, rest)
        case _:
            return _queue(asking)


def _one(asking: Asking, kept: Kept, rest: list[str]) -> Answer:
    labels, taxonomy = _labels(kept), load_taxonomy()
    match rest:
        case []:
            return _show(asking, kept)
        case [word] if word == _YES:
            return _right(asking, kept, labels)
        case [word] if word == _LATER:
            asking.work.opinions.later(bytes.fromhex(kept.id))
            return _queue(asking)
        case ["主题", code] if ("topic", code) in taxonomy.names:
            topics = [code, *(other for other in labels.get("topics", ()) if other != code)][:2]
            return _corrected(asking, kept, TOPIC, labels | {"topic": code, "topics": topics})
        case ["四风", code] if ("sifeng", code) in taxonomy.names:
            return _corrected(asking, kept, "sifeng", labels | {"sifeng": _other(labels, code)})
        case ["类型", kind] if kind in KINDS:
            return _corrected(asking, kept, "kind", labels | {"kind": kind})
        case ["急办"]:
            urgent = not labels.get("urgent")
            return _corrected(asking, kept, "urgent", labels | {"urgent": urgent})
        case ["对象", about] if about in ABOUT:
            return _corrected(asking, kept, "about", labels | {"about": about})
        case [word, *_] if word in _FIELDS:
            return _choose(asking, kept, word, taxonomy)
        case _:
            return _show(asking, kept)


def _queue(asking: Asking, before: str = "") -> Answer:
    """The next one that nobody looked at, of the newest period whose digest is not sent."""
    for period in asking.work.opinions.periods():
        drafted = asking.work.digests.find(period)
        if drafted is not None and drafted.sent:
            continue
        if waiting := asking.work.opinions.doubtful(period, 1):
            return _show(asking, waiting[0], before)
    text = "\n".join(part for part in (before, asking.say("sorting.none")) if part)
    return Answer(text=text, menu=True)


def _show(asking: Asking, kept: Kept, before: str = "") -> Answer:
    labels, taxonomy = _labels(kept), load_taxonomy()
    topic = str(labels.get("topic", UNCLASSIFIED))
    text = asking.say(
        "sorting.next",
        period=kept.period,
        left=str(asking.work.opinions.doubts(kept.period)),
        text=_short(kept.text),
        topic=_named(asking, taxonomy, "topic", topic),
        why=_why(asking, labels, topic),
        sifeng="、".join(labels.get("sifeng", ())) or asking.say("sorting.nothing"),
        kind=asking.say(f"kinds.{labels.get('kind') or 'complaint'}"),
        about=str(labels.get("about", ABOUT[-1])),
        urgent=asking.say("sorting.urgent") if labels.get("urgent") else "",
    )
    says = f"归类 {kept.id}"
    other = next((code for code in labels.get("topics", ()) if code != topic), "")
    quick = [
        Button(
            asking.say("sorting.rather", topic=_named(asking, taxonomy, "topic", other)),
            f"{says} 主题 {other}",
        )
    ]
    buttons = [
        asking.button("sorting.right", f"{says} {_YES}"),
        *(quick if other else ()),
        asking.button("sorting.topic", f"{says} 主题"),
        asking.button("sorting.sifeng", f"{says} 四风"),
        asking.button("sorting.kind", f"{says} 类型"),
        asking.button("sorting.about", f"{says} 对象"),
        asking.button(
            "sorting.not_urgent" if labels.get("urgent") else "sorting.is_urgent",
            f"{says} 急办",
        ),
        asking.button("sorting.later", f"{says} {_LATER}"),
    ]
    shown = "\n\n".join(part for part in (before, text) if part)
    return Answer(text=shown, rows=(*pairs(buttons), (asking.back(),)))


def _why(asking: Asking, labels: Labels, topic: str) -> str:
    """The words that caused the topic, and how sure the sorting is."""
    words = "、".join(labels.get("why", {}).get(topic, ()))
    sure = str(round(100 * float(labels.get("confidence", 0))))
    if not words:
        return asking.say("sorting.unsure")
    return asking.say("sorting.because", words=words, sure=sure)


def _choose(asking: Asking, kept: Kept, word: str, taxonomy: Taxonomy) -> Answer:
    """All that this label may be."""
    says, labels = f"归类 {kept.id} {word}", _labels(kept)
    match word:
        case "主题":
            choices = [
                (_named(asking, taxonomy, "topic", code), code)
                for _, code in taxonomy.groups["topic"]
            ]
        case "四风":
            mine = labels.get("sifeng", ())
            choices = [
                (asking.say("choice.ticked", label=code) if code in mine else code, code)
                for _, code in taxonomy.groups["sifeng"]
            ]
        case "类型":
            choices = [(asking.say(f"kinds.{kind}"), kind) for kind in KINDS]
        case _:
            choices = [(about, about) for about in ABOUT]
    buttons = [Button(label, f"{says} {code}") for label, code in choices]
    text = asking.say("sorting.which", text=_short(kept.text))
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _right(asking: Asking, kept: Kept, labels: Labels) -> Answer:
    """Somebody looked, and the topic is what the sorting said."""
    topic = str(labels.get("topic", UNCLASSIFIED))
    id = bytes.fromhex(kept.id)
    asking.work.decisions.keep(id, TOPIC, topic, topic)
    asking.work.opinions.label(id, labels, looked_at=True)
    return _after(asking, kept, TOPIC, asking.say("sorting.agreed"))


def _corrected(asking: Asking, kept: Kept, field: str, labels: Labels) -> Answer:
    """One label is another: kept beside what was said, and in its place."""
    id, before = bytes.fromhex(kept.id), _labels(kept)
    was, now = _written(before.get(field)), _written(labels[field])
    asking.work.decisions.keep(id, field, was, now)
    done = field == TOPIC or labels.get("about") == PERSONAL
    asking.work.opinions.label(id, labels, looked_at=done)
    if done:
        return _after(asking, kept, field, asking.say("sorting.corrected"))
    _noted(asking, kept, field)
    again = asking.work.opinions.find(id) or kept
    return _show(asking, again, asking.say("sorting.corrected"))


def _after(asking: Asking, kept: Kept, field: str, said: str) -> Answer:
    _noted(asking, kept, field)
    answer = _queue(asking, said)
    return Answer(text=answer.text, rows=answer.rows, menu=answer.menu, teaches=field == TOPIC)


def _noted(asking: Asking, kept: Kept, field: str) -> None:
    """The trail says what was done, and not to which opinion."""
    asking.note(Deed.SORT, field=field, period=kept.period)


def _other(labels: Labels, code: str) -> list[str]:
    """Ticked or unticked."""
    mine: list[str] = list(labels.get("sifeng", ()))
    return [one for one in mine if one != code] if code in mine else [*mine, code]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named(asking: Asking, taxonomy: Taxonomy, group: str, code: str) -> str:
    names = taxonomy.names.get((group, code), {})
    return names.get(asking.member.language, code)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _labels(kept: Kept) -> Labels:
    return json.loads(kept.labels or "{}")


def _opinion(asking: Asking, id: str) -> Kept | None:
    """A released opinion that the office may read."""
    try:
        kept = asking.work.opinions.find(bytes.fromhex(id))
    except ValueError:
        return None
    return kept if kept and _labels(kept).get("about") != PERSONAL else None


SORT = Command(name="sort", words=("归类", "sort"), deed=Deed.SORT, answer=_sort)
