"""The office and the week's digest: look, take the papers, send."""

from dataclasses import replace
from functools import partial

from bot.core.messages import Button
from bot.core.people import Deed, somewhere
from handlers import digest as closing
from handlers.desk.base import CONFIRM, Answer, Asking, Command, called
from handlers.desk.circle import called as circle_called
from handlers.papers import CHART, DOCUMENT, LEDGER, draw
from storage.digest import KeptDigest


def _digest(asking: Asking) -> Answer:
    kept = (
        asking.work.digests.find(asking.rest[0])
        if asking.rest and asking.rest[0][:1].isdecimal()
        else asking.work.digests.last()
    )
    if kept is None:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    wanted = {"全文": DOCUMENT, "台账": LEDGER, "图表": CHART}
    asked = next((wanted[word] for word in asking.rest if word in wanted), "")
    if asked:
        text = asking.say("desk.paper", period=kept.period)
        makes = partial(draw, kept.snapshot, (asked,))
        return Answer(text=text, rows=(_papers(asking, kept.period),), makes=makes)
    rows = [_papers(asking, kept.period)]
    if not kept.sent and somewhere(asking.member.staff, Deed.SEND_DIGEST):
        rows.append((asking.button("desk.send", f"发送 {kept.period}"),))
    state = "desk.digest_sent" if kept.sent else "desk.digest_draft"
    return Answer(text=f"{asking.say(state)}\n{kept.screen}", rows=tuple(rows))


def _papers(asking: Asking, period: str) -> tuple[Button, ...]:
    return (
        asking.button("desk.whole", f"周报 {period} 全文"),
        asking.button("desk.ledger", f"周报 {period} 台账"),
        asking.button("desk.chart", f"周报 {period} 图表"),
    )


def _send(asking: Asking) -> Answer:
    kept = (
        asking.work.digests.find(asking.rest[0]) if asking.rest else asking.work.digests.last()
    )
    if kept is None:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    if kept.sent:
        states = asking.work.parcels.states("digest", kept.period)
        text = asking.say(
            "desk.sent_already",
            arrived=str(states.get(1, 0)),
            waiting=str(states.get(0, 0)),
            refused=str(states.get(2, 0)),
        )
        return Answer(text=text, menu=True)
    readers = [
        one for one in asking.work.staff.every() if somewhere(one.staff, Deed.SEE_DIGEST)
    ]
    circles = asking.work.circles.every()
    count = str(len(readers) + len(circles))
    if asking.rest[1:] != (str(kept.version), CONFIRM):
        everyone = [called(asking, one) for one in readers]
        names = "、".join([*everyone, *(circle_called(asking, one) for one in circles)])
        confirm = Button(
            asking.say("desk.send_confirm"),
            f"发送 {kept.period} {kept.version} {CONFIRM}",
        )
        text = asking.say("desk.send_to", names=names, count=count)
        text = "\n".join((text, *_apart(asking, kept)))
        return Answer(text=text, rows=((confirm, asking.back()),))
    to = (*(one.address for one in readers), *(one.address for one in circles))
    if not closing.freeze(asking.work, kept.period, kept.version, to):
        return _digest(replace(asking, rest=(kept.period,)))
    asking.work.staff.note(
        asking.member.label, Deed.SEND_DIGEST, asking.now.timestamp(), period=kept.period
    )
    text = asking.say("desk.sending", count=count)
    return Answer(text=text, menu=True, changed=True)


def _apart(asking: Asking, kept: KeptDigest) -> list[str]:
    """That something goes another way, and how much; never to whom, nor what."""
    number, unread = closing.counted_apart(kept)
    said = [asking.say("desk.send_apart", number=str(number))] if number else []
    return [*said, asking.say("desk.send_unread", number=str(unread))] if unread else said


DIGEST = Command(
    name="digest", words=("周报", "digest"), deed=Deed.SEE_DIGEST, answer=_digest, aloud=True
)
SEND = Command(
    name="send",
    words=("发送", "send"),
    deed=Deed.SEND_DIGEST,
    answer=_send,
    menu=False,
    aloud=True,
)
