"""The office and whoever holds the receipt of an opinion: 回访 asks, offers a time or only says something, and shows what
they replied. Who it is the desk knows as little as anybody.
"""

from dataclasses import replace

from bot.core.dialogue import LONGEST, Kind
from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.privacy import clean, redact
from bot.core.receipt import MOST_LETTERS
from handlers.desk.base import Answer, Asking, Command, Rows, pairs
from storage.dialogue import Reply
from storage.opinion import Addressed

A_PAGE = 6
"""Opinions or replies on one screen."""

SHORT = 24
"""Characters of an opinion on a button."""

DAY = 86400

_KINDS: dict[str, Kind] = {"问": "ask", "约": "meet", "答": "tell"}
_REPLIES, _VOICES, _BACK = "回音", "意见", "收回"


def _dialogue(asking: Asking) -> Answer:
    match asking.rest:
        case [] | ["?"]:
            return _begin(asking)
        case [word, *more] if word == _REPLIES:
            return _replies(asking, _skip(more))
        case [word, *more] if word == _VOICES:
            return _voices(asking, "", _skip(more))
        case [code, *more] if found := asking.work.opinions.coded(code):
            return _one(asking, found, more)
        case [*words, last] if words and last.startswith("+"):
            return _voices(asking, " ".join(words), _skip([last]))
        case words:
            return _voices(asking, " ".join(words), 0)


def _begin(asking: Asking) -> Answer:
    buttons = [
        asking.button("desk.talk_replies", f"回访 {_REPLIES}"),
        asking.button("desk.talk_voices", f"回访 {_VOICES}"),
    ]
    text = asking.say("desk.talk", most=str(MOST_LETTERS))
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _voices(asking: Asking, word: str, skip: int) -> Answer:
    """Opinions of the last period in which there are any with that word; personal matters are never among them."""
    for period in asking.work.opinions.periods():
        found = asking.work.opinions.voices(period, word, skip, A_PAGE + 1)
        if found:
            break
    else:
        return Answer(text=asking.say("desk.talk_no_voices"), rows=((asking.back(),),))
    rows = [(Button(_short(one.text), f"回访 {one.code}"),) for one in found[:A_PAGE]]
    if len(found) > A_PAGE:
        more = f"回访 {word or _VOICES} +{skip + A_PAGE}"
        rows.append((asking.button("desk.talk_more", more),))
    return Answer(text=asking.say("desk.talk_which", period=period), rows=tuple(rows))


def _replies(asking: Asking, skip: int) -> Answer:
    found = asking.work.dialogue.newest(skip, A_PAGE + 1)
    if not found:
        return Answer(text=asking.say("desk.talk_no_replies"), rows=((asking.back(),),))
    known = {
        one.lookup: one for one in asking.work.opinions.words_of_any({r.lookup for r in found})
    }
    shown = found[:A_PAGE]
    text = "\n\n".join(_told(asking, one, known.get(one.lookup)) for one in shown)
    rows: list[tuple[Button, ...]] = [
        (Button(_short(there.text), f"回访 {there.code}"),)
        for there in dict.fromkeys(known[r.lookup] for r in shown if r.lookup in known)
    ]
    if len(found) > A_PAGE:
        more = f"回访 {_REPLIES} +{skip + A_PAGE}"
        rows.append((asking.button("desk.talk_more", more),))
    return Answer(text=text, rows=(*rows, (asking.back(),)))


def _told(asking: Asking, one: Reply, of: Addressed | None) -> str:
    about = of.text if of else asking.say("desk.talk_withdrawn")
    said = one.text if one.kind == "words" else asking.say(f"letter.said_{one.kind}")
    return asking.say("desk.talk_reply", about=_short(about), asked=one.asked, said=said)


def _one(asking: Asking, found: Addressed, more: list[str]) -> Answer:
    match more:
        case [word, *words] if word in _KINDS:
            completing = asking.text.split() != list(asking.rest)
            said = asking.text if completing else " ".join(words)
            if said.strip():
                return _write(asking, found, word, said)
            text = asking.say(f"desk.talk_write_{_KINDS[word]}", most=str(LONGEST))
            return Answer(
                text=text, rows=((asking.back(),),), awaits=f"回访 {found.code} {word}"
            )
        case [word, number] if word == _BACK and number.isdecimal():
            done = asking.work.dialogue.take_back(found.lookup, int(number))
            key = "desk.talk_taken_back" if done else "desk.talk_not_taken_back"
            return Answer(text=asking.say(key), rows=((asking.back(),),))
        case _:
            return _shown(asking, found)


def _shown(asking: Asking, found: Addressed) -> Answer:
    """The opinion, what its holder replied, and what can be written to them."""
    said = [_told(asking, one, found) for one in asking.work.dialogue.to(found.lookup)]
    left = MOST_LETTERS - asking.work.dialogue.letters(found.lookup)
    head = asking.say("desk.talk_one", period=found.period, text=found.text)
    text = "\n\n".join((head, *said, asking.say("desk.talk_left", left=str(left))))
    if not left:
        return Answer(text=text, rows=((asking.back(),),))
    buttons = [
        asking.button("desk.talk_ask", f"回访 {found.code} 问"),
        asking.button("desk.talk_meet", f"回访 {found.code} 约"),
        asking.button("desk.talk_tell", f"回访 {found.code} 答"),
    ]
    return Answer(text=text, rows=(*pairs(buttons), (asking.back(),)))


def _write(asking: Asking, found: Addressed, word: str, said: str) -> Answer:
    """Masked, sealed for the receipt, and from then on the desk can read it as little as anybody: so it is shown now."""
    words = clean(said)
    if len(words) > LONGEST:
        text = asking.say("letter.too_long", most=str(LONGEST))
        return Answer(text=text, rows=((asking.back(),),), awaits=f"回访 {found.code} {word}")
    masked = redact(words).text
    day = int(asking.now.timestamp() // DAY)
    number = asking.work.dialogue.write(
        found.lookup, found.reply_key, _KINDS[word], masked, day
    )
    if number is None:
        return _shown(replace(asking, rest=(found.code,)), found)
    asking.work.staff.note(
        asking.member.label, Deed.TALK, asking.now.timestamp(), period=found.period
    )
    back: Rows = (
        (asking.button("desk.talk_take_back", f"回访 {found.code} {_BACK} {number}"),),
        (asking.back(),),
    )
    return Answer(text=asking.say("desk.talk_written", text=masked), rows=back)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT else f"{line[:SHORT]}…"


def _skip(more: list[str]) -> int:
    word = more[0] if more else ""
    return int(word[1:]) if word[:1] == "+" and word[1:].isdecimal() else 0


TALK = Command(
    name="talk", words=("回访", "问询", "followup"), deed=Deed.TALK, answer=_dialogue
)
