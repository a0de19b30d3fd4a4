"""The office tells those who wished to hear of a topic of a round: 告知. Who they are, and how many, it does not learn."""

from bot.core.cells import K
from bot.core.dialogue import LONGEST
from bot.core.messages import Button
from bot.core.people import Deed
from bot.core.privacy import clean, redact
from handlers.desk.base import Answer, Asking, Command, pairs
from handlers.wish import topics

MOST_ROUNDS = 8
"""Rounds offered, the last ones first."""

DAY = 86400

_BACK = "收回"


def _tell(asking: Asking) -> Answer:
    """Which round → which topic → the words."""
    rounds = _rounds(asking)
    known = topics(asking.member.language)
    match asking.rest:
        case [round, topic, *more] if round in rounds and topic in known:
            return _words(asking, round, topic, more)
        case [round, *_] if round in rounds:
            buttons = [Button(title, f"告知 {round} {code}") for code, title in known.items()]
            return Answer(text=asking.say("desk.tell_topic"), rows=pairs(buttons))
        case _:
            buttons = [Button(title, f"告知 {id}") for id, title in rounds.items()]
            return Answer(text=asking.say("desk.tell_round"), rows=pairs(buttons))


def _words(asking: Asking, round: str, topic: str, more: list[str]) -> Answer:
    command = f"告知 {round} {topic}"
    if more == [_BACK]:
        done = asking.work.tidings.drop(round, topic)
        key = "desk.tell_taken_back" if done else "desk.tell_not_there"
        return Answer(text=asking.say(key), menu=True)
    completing = asking.text.split() != list(asking.rest)
    said = clean(asking.text if completing else " ".join(more))
    back = asking.button("desk.tell_take_back", f"{command} {_BACK}")
    if not said.strip() or len(said) > LONGEST:
        waiting = asking.work.tidings.find(round, topic)
        parts = [asking.say("desk.tell_write", most=str(LONGEST))]
        if waiting:
            parts.append(asking.say("desk.tell_waiting", text=waiting.text))
        rows = ((back,),) if waiting else ()
        return Answer(
            text="\n\n".join(parts), rows=(*rows, (asking.back(),)), awaits=command, either=True
        )
    masked, at = redact(said).text, asking.now.timestamp()
    asking.work.tidings.post(round, topic, masked, int(at // DAY))
    asking.work.staff.note(
        asking.member.label, Deed.ANSWER_WRITERS, at, round=round, topic=topic
    )
    text = asking.say("desk.tell_kept", text=masked, k=str(K))
    return Answer(text=text, rows=((back,), (asking.back(),)))


def _rounds(asking: Asking) -> dict[str, str]:
    """Ids and names, what was said outside rounds first."""
    kept = asking.desk.rounds(asking.work)
    last = sorted(kept, key=lambda one: one.opens or asking.now, reverse=True)[:MOST_ROUNDS]
    named = {one.id: one.script.survey.words[asking.member.language] for one in last}
    return {asking.desk.standing: asking.say("desk.tell_standing")} | {
        id: f"{title} {id}" for id, title in named.items()
    }


TELL = Command(name="tell", words=("告知", "tell"), deed=Deed.ANSWER_WRITERS, answer=_tell)
