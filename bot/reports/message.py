"""The digest on one phone screen, for the chat of those in charge: the figures first, what is urgent, what moved.

It never exceeds 500 characters: what matters least is left out first, whole lines, never half a sentence.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.core.digest import Digest, Overdue, TopicRow
from bot.reports.words import Words

LONGEST = 500
"""Characters; a phone shows about as many without scrolling."""

LISTED = 3


def message(digest: Digest, texts: Mapping[str, str]) -> str:
    """The one-screen text."""
    words = Words(texts)
    lines = [line for line in _lines(digest, words) if line[1]]
    while sum(len(text) + 1 for _, text in lines) > LONGEST and len(lines) > 1:
        lines.remove(max(lines, key=lambda line: line[0]))
    return "\n".join(text for _, text in lines)[:LONGEST]


def _lines(digest: Digest, words: Words) -> tuple[tuple[int, str], ...]:
    """The lines in their order, each with how soon it may go: the higher, the sooner."""
    return (
        (0, _head(digest, words)),
        (2, _figures(digest, words)),
        (8, _personal(digest, words)),
        (7, _silent(digest, words)),
        (3, _urgent(digest, words)),
        (6, _topics(digest, words)),
        (5, _moved(digest, words)),
        (7, _repeated(digest, words)),
        (4, _owed(digest, words)),
        (9, words.say("message.files")),
    )


def _head(digest: Digest, words: Words) -> str:
    head = words.say(
        "message.head",
        number=digest.number,
        opens=words.day(digest.opens),
        closes=words.day(digest.closes),
    )
    return head + (words.say("message.simulated") if digest.simulated else "")


def _figures(digest: Digest, words: Words) -> str:
    o = digest.overview
    known = {"now": o.submissions, "total": o.cumulative}
    turnout = (
        words.say("message.turnout_unknown", **known)
        if o.rate is None
        else words.say("message.turnout", **known, rate=words.percent(o.rate))
    )
    said = {"n": o.opinions, "merged": o.merged}
    if o.change is None:
        return turnout + words.say("message.opinions", **said)
    return turnout + words.say("message.opinions_change", **said, change=words.signed(o.change))


def _personal(digest: Digest, words: Words) -> str:
    personal = digest.overview.personal
    return words.say("message.personal", n=personal) if personal else ""


def _silent(digest: Digest, words: Words) -> str:
    """The groups nothing came from; of all of them, nothing needs to be said."""
    silent = [row.name for row in digest.groups if row.id and not row.now]
    if not silent or len(silent) == len(digest.groups):
        return ""
    return words.say("message.silent", names=words.join(silent))


def _urgent(digest: Digest, words: Words) -> str:
    if not digest.urgent:
        return ""
    counts = Counter(matter.state for matter in digest.urgent)
    due = min((m.due for m in digest.urgent if m.due and m.state != "done"), default=None)
    states = [
        words.say(
            "message.urgent_due" if state == "working" and due else "message.urgent_state",
            state=words.say(f"urgent.{state}"),
            n=counts[state],
            day=words.day(due) if due else "",
        )
        for state in ("waiting", "working", "done")
        if counts[state]
    ]
    return words.say("message.urgent", n=len(digest.urgent), states=words.join(states, "comma"))


def _topics(digest: Digest, words: Words) -> str:
    if not digest.topics:
        return ""
    named = [
        words.say("message.topic", name=row.name, n=row.now) for row in digest.topics[:LISTED]
    ]
    return words.say("message.topics", topics=words.join(named, "semicolon"))


def _repeated(digest: Digest, words: Words) -> str:
    """What many say in nearly the same words."""
    named = [
        words.say("message.topic", name=matter.title, n=matter.number)
        for matter in digest.repeated
        if not matter.ranked
    ]
    if not named:
        return ""
    return words.say("message.repeated", themes=words.join(named[:LISTED], "semicolon"))


def _moved(digest: Digest, words: Words) -> str:
    return "".join(
        words.say(
            f"message.{way}",
            topics=words.join(
                (_topic(digest.topic(code), words) for code in codes[:LISTED]), "semicolon"
            ),
        )
        for way, codes in (("rising", digest.rising), ("falling", digest.falling))
        if codes
    )


def _topic(row: TopicRow, words: Words) -> str:
    return words.say("message.topic_change", name=row.name, n=row.now, change=words.change(row))


def _owed(digest: Digest, words: Words) -> str:
    """What is being done, and what is late."""
    problems = digest.rectification
    parts: list[str] = []
    if problems is not None:
        parts.append(
            words.say(
                "message.rectification",
                total=problems.total,
                done=problems.done,
                overdue=len(problems.overdue),
                which=_which(problems.overdue, words),
            )
        )
    if digest.replies.late:
        parts.append(words.say("message.replies", n=digest.replies.late))
    return "".join(parts)


def _which(overdue: Sequence[Overdue], words: Words) -> str:
    """The item that is late, where it is only one."""
    if len(overdue) != 1:
        return ""
    item = overdue[0]
    return words.say("message.which", number=item.number, title=item.title, unit=item.unit)
