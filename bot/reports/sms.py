"""The digest as text messages, for who has nothing but a telephone: pieces that fit one message each, to be copied out.

A message with Chinese in it holds 70 units of UTF-16 (3GPP TS 23.038). Each piece stands by itself and says which it is,
because a telephone may bring them in any order.
"""

from collections.abc import Iterator, Mapping

from bot.core.digest import Digest
from bot.reports.words import Words

LONGEST = 70
"""Units of UTF-16 in one message."""

TOPICS = 5


def pieces(digest: Digest, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The text messages, in their order."""
    words = Words(texts)
    room = LONGEST - _size(words.say("sms.mark", at=99, all=99))
    packed: list[str] = []
    for sentence in _sentences(digest, words):
        for part in _cut(sentence, room):
            if packed and _size(packed[-1] + part) <= room:
                packed[-1] += part
            else:
                packed.append(part)
    if len(packed) == 1:
        return tuple(packed)
    return tuple(
        words.say("sms.mark", at=at, all=len(packed)) + piece
        for at, piece in enumerate(packed, 1)
    )


def _sentences(digest: Digest, words: Words) -> Iterator[str]:
    o, problems = digest.overview, digest.rectification
    yield words.say(
        "sms.head",
        number=digest.number,
        opens=words.day(digest.opens),
        closes=words.day(digest.closes),
    )
    if digest.simulated:
        yield words.say("sms.simulated")
    yield words.say("sms.figures", now=o.submissions, n=o.opinions, merged=o.merged)
    if digest.urgent:
        open_ = sum(matter.state != "done" for matter in digest.urgent)
        yield words.say("sms.urgent", n=len(digest.urgent), open=open_)
    if digest.topics:
        named = [
            words.say("message.topic", name=row.name, n=row.now)
            for row in digest.topics[:TOPICS]
        ]
        yield words.say("sms.topics", topics=words.join(named))
    if problems is not None:
        yield words.say(
            "sms.rectification",
            total=problems.total,
            done=problems.done,
            overdue=len(problems.overdue),
        )
    if digest.replies.late:
        yield words.say("message.replies", n=digest.replies.late)


def _cut(sentence: str, room: int) -> Iterator[str]:
    """The sentence, in parts that fit; never within a character."""
    part = ""
    for mark in sentence:
        if _size(part + mark) > room:
            yield part
            part = ""
        part += mark
    yield part


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
