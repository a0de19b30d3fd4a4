"""The office and the week's digest: look, take the papers, send."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from bot.channels.base import HOOK
from bot.core.messages import Address, Button, File
from bot.core.people import Deed, may, somewhere
from handlers import digest as closing
from handlers.desk.base import CONFIRM, Answer, Asking, Command, Rows, called, pairs
from handlers.desk.circle import called as circle_called
from handlers.digest import units_seen
from handlers.papers import (
    CHARTS,
    DOCUMENT,
    LEDGER,
    PORTABLE,
    TEAM,
    draw_part,
    draw_register,
    lay,
    pack,
)
from storage.digest import KeptDigest
from storage.outbox import REFUSED, SENT, WAITING

_FIELDS = {
    "标题": "title",
    "按语": "foreword",
    "建议": "suggestions",
    "做法": "practices",
    "更正": "corrections",
    "报": "report_to",
    "送": "copy_to",
    "发": "send_to",
    "份数": "copies",
}
"""What the clerk may write, and the fields of a digest it goes into."""

_BELOW = "说明"
_SECTIONS = {
    "概况": "overview",
    "五问": "dimensions",
    "四风": "sifeng",
    "主题": "topics",
    "典型": "typical",
    "急办": "urgent",
    "重复": "repeated",
    "整改": "rectification",
    "待回复": "replies",
    "去向": "destinations",
    "节点": "nodes",
}
"""Sections below which the clerk may put a sentence."""

_PAPERS = {
    "全文": (DOCUMENT,),
    "PDF": (PORTABLE,),
    "台账": (LEDGER,),
    "图表": CHARTS,
    "通报": (TEAM,),
}
"""What one types for a paper."""

_PACK, _SMS, _REGISTER = "打包", "短信", "登记"

_NOTHING = "无"
"""Typed to take back what stood there."""


def _digest(asking: Asking) -> Answer:
    kept = _wanted(asking)
    if kept is None:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    if not may(asking.member.staff, Deed.SEE_DIGEST):
        return _part(asking, kept)
    asked = next((_PAPERS[word] for word in asking.rest if word in _PAPERS), ())
    if asked and asked[0] in _mine(asking):
        text = asking.say("desk.paper", period=kept.period)
        makes = partial(lay, kept.whole, asked, reviewed=kept.sent)
        return Answer(text=text, rows=_papers(asking, kept.period), makes=makes)
    if {_PACK, _SMS, _REGISTER} & {*asking.rest}:
        return _handed(asking, kept)
    if not kept.sent and "重出" in asking.rest:
        return _again(asking, kept)
    if not kept.sent and "改" in asking.rest:
        return _edit(asking, kept)
    rows = [*_papers(asking, kept.period)]
    if not kept.sent and somewhere(asking.member.staff, Deed.EDIT_DIGEST):
        rows.append(
            (
                asking.button("desk.edit", f"周报 {kept.period} 改"),
                asking.button("desk.again", f"周报 {kept.period} 重出"),
            )
        )
    if not kept.sent and somewhere(asking.member.staff, Deed.SEND_DIGEST):
        rows.append((asking.button("desk.send", f"发送 {kept.period}"),))
    state = "desk.digest_sent" if kept.sent else "desk.digest_draft"
    lines = (asking.say(state), *_to_look_at(asking, kept), kept.screen)
    return Answer(text="\n".join(lines), rows=tuple(rows))


def _ledgers(asking: Asking) -> Answer:
    """The two ledgers there are: what was said, of the newest digest they may see; and what became of problems."""
    kept = _wanted(replace(asking, rest=()))
    buttons: list[Button] = []
    if kept and LEDGER in _mine(asking):
        says = f"周报 {kept.period} 台账"
        buttons.append(asking.button("desk.ledger_said", says, period=kept.period))
    if somewhere(asking.member.staff, Deed.LIST_PROBLEMS):
        buttons.append(asking.button("desk.ledger_done", "问题 台账"))
    if not buttons:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    return Answer(text=asking.say("desk.ledgers"), rows=(tuple(buttons), (asking.back(),)))


def _to_look_at(asking: Asking, kept: KeptDigest) -> list[str]:
    """That something in a draft is to be looked at before it leaves; the first page of its whole text says what."""
    if kept.sent or not kept.check:
        return []
    return [asking.say("desk.check", count=str(kept.check))]


def _wanted(asking: Asking) -> KeptDigest | None:
    """The one they name, else the newest; a draft is for those who write it."""
    digests, writes = asking.work.digests, _writes(asking)
    if asking.rest and asking.rest[0][:1].isdecimal():
        kept = digests.find(asking.rest[0])
        return kept if kept and (kept.sent or writes) else None
    if writes:
        return digests.last()
    sent = digests.sent()
    return digests.find(sent[-1]) if sent else None


def _writes(asking: Asking) -> bool:
    deeds = (Deed.DRAFT_DIGEST, Deed.EDIT_DIGEST, Deed.SEND_DIGEST)
    return any(may(asking.member.staff, deed) for deed in deeds)


def _mine(asking: Asking) -> tuple[str, ...]:
    """The papers of a digest that they may have: the ledger and the team's notice take a right of their own."""
    ledger = (LEDGER,) if may(asking.member.staff, Deed.SEE_LEDGER) else ()
    return (DOCUMENT, PORTABLE, *ledger, CHARTS[0], *((TEAM,) if _writes(asking) else ()))


def _part(asking: Asking, kept: KeptDigest) -> Answer:
    """What it says of their own units; of those where too few wrote, only bands."""
    mine = units_seen(kept, asking.member.staff)
    if "全文" in asking.rest:
        makes = partial(draw_part, kept.whole, mine)
        return Answer(text=asking.say("desk.paper", period=kept.period), makes=makes, menu=True)
    ids = {id for id, _ in mine}
    lines = [
        asking.say("desk.part_line", unit=name, now=str(now), all=str(all))
        for id, name, now, all in kept.units
        if id in ids
    ]
    head = asking.say("desk.part_digest", period=kept.period)
    told = lines or [asking.say("desk.part_few")]
    whole = asking.button("desk.part_whole", f"周报 {kept.period} 全文")
    bands = asking.button("desk.menu_progress", "进度")
    return Answer(text="\n".join((head, *told)), rows=((whole, bands), (asking.back(),)))


def _handed(asking: Asking, kept: KeptDigest) -> Answer:
    """All papers in one archive; the register of meetings and letters; or the text messages, to be copied out."""
    if not may(asking.member.staff, Deed.PACK_PERIOD):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    rows = _papers(asking, kept.period)
    if _PACK in asking.rest:
        makes = partial(
            pack, kept.period, kept.screen, kept.sms, kept.whole, reviewed=kept.sent
        )
        asking.note(Deed.PACK_PERIOD, period=kept.period)
        text = asking.say("desk.packed", period=kept.period)
        return Answer(text=text, rows=rows, makes=makes)
    if _REGISTER in asking.rest:
        text = asking.say("desk.registered", period=kept.period)
        return Answer(text=text, rows=rows, makes=_register(asking, kept.period))
    if not kept.sms:
        return Answer(text=asking.say("desk.sms_none"), rows=rows)
    head = asking.say("desk.sms", count=str(len(kept.sms)))
    return Answer(text="\n\n".join((head, *kept.sms)), rows=rows)


def _register(asking: Asking, period: str) -> Callable[[], tuple[File, ...]]:
    """What came by other ways in that period, a row a batch; every letter that was out by then."""
    from bot.reports.register import Letter, Sitting

    names = {unit.id: unit.name for unit in asking.desk.units}
    groups = {group.id: group.words["zh"] for group in asking.desk.groups}
    sittings = tuple(
        Sitting(
            day=date.fromisoformat(one.facts.day or one.day),
            way=one.source,
            place=one.facts.place,
            host=one.facts.host,
            people=one.facts.people,
            groups=tuple(groups[group] for group in one.facts.groups if group in groups),
            opinions=one.taken,
            by=_writer(asking, one.who),
        )
        for one in asking.work.intakes.of(period)
    )
    letters = tuple(
        Letter(
            unit=names.get(one.unit, one.unit),
            sent=date.fromisoformat(one.sent),
            due=date.fromisoformat(one.due) if one.due else None,
            returned=date.fromisoformat(one.returned) if one.returned else None,
        )
        for one in asking.work.intakes.mailed()
        if one.sent <= period
    )
    return partial(draw_register, period, sittings, letters, date.fromisoformat(period))


def _writer(asking: Asking, label: str) -> str:
    """How an account is called; one that is gone by its label."""
    found = next((m for m in asking.work.staff.every() if str(m.label) == label), None)
    return called(asking, found) if found else label


def _again(asking: Asking, kept: KeptDigest) -> Answer:
    """The draft made anew, and what of it changed."""
    if not somewhere(asking.member.staff, Deed.EDIT_DIGEST):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    changed = closing.remake(asking.work, asking.desk.almanac(), kept)
    if changed is None:
        return _digest(replace(asking, rest=(kept.period,)))
    made = asking.work.digests.find(kept.period) or kept
    asking.note(Deed.DRAFT_DIGEST, period=kept.period, version=made.version)
    said = "\n".join(changed) or asking.say("desk.again_same")
    text = asking.say("desk.again_done", version=str(made.version), changed=said)
    text = "\n".join((text, *_to_look_at(asking, made)))
    rows = (
        *_papers(asking, kept.period),
        (asking.button("desk.look_again", f"周报 {kept.period}"),),
    )
    return Answer(text=text, rows=rows)


def _edit(asking: Asking, kept: KeptDigest) -> Answer:
    """周报 2014-03-28 改 建议 …: the clerk's own words, each field by itself; figures are not to be written."""
    if not somewhere(asking.member.staff, Deed.EDIT_DIGEST):
        return Answer(text=asking.say("desk.not_yours"), menu=True)
    says = f"周报 {kept.period} 改"
    after = asking.rest[asking.rest.index("改") + 1 :]
    if after[:1] == (_BELOW,):
        return _edit_below(asking, kept, says, after[1:])
    named = _FIELDS.get(after[0]) if after else None
    if named is None:
        buttons = [
            asking.button(f"field.{name}", f"{says} {word}") for word, name in _FIELDS.items()
        ]
        buttons.append(asking.button("field.below", f"{says} {_BELOW}"))
        return Answer(text=asking.say("desk.edit_which"), rows=pairs(buttons))
    said_now = asking.free or " ".join(after[1:])
    return _written(
        asking, kept, named, asking.say(f"field.{named}"), f"{says} {after[0]}", said_now
    )


def _edit_below(asking: Asking, kept: KeptDigest, says: str, after: tuple[str, ...]) -> Answer:
    """A sentence of the clerk's below one section."""
    section = _SECTIONS.get(after[0]) if after else None
    if section is None:
        buttons = [
            asking.button(f"section.{name}", f"{says} {_BELOW} {word}")
            for word, name in _SECTIONS.items()
        ]
        return Answer(text=asking.say("desk.edit_below"), rows=pairs(buttons))
    words = asking.free or " ".join(after[1:])
    name, awaits = asking.say(f"section.{section}"), f"{says} {_BELOW} {after[0]}"
    return _written(asking, kept, f"{closing.REMARK}{section}", name, awaits, words)


def _written(
    asking: Asking, kept: KeptDigest, named: str, called: str, awaits: str, words: str
) -> Answer:
    if not words:
        now = asking.work.digests.notes(kept.period).get(named, "")
        text = asking.say(
            "desk.edit_say", field=called, now=now or asking.say("desk.edit_empty")
        )
        return Answer(text=text, awaits=awaits)
    said = "" if words.strip() == _NOTHING else words.strip()
    asking.work.digests.annotate(kept.period, named, said)
    asking.note(Deed.EDIT_DIGEST, period=kept.period, field=named)
    return _again(asking, kept)


def _papers(asking: Asking, period: str) -> Rows:
    names = ("whole", "portable", "ledger", "chart", "team")
    mine = _mine(asking)
    shown = [
        (name, word)
        for name, (word, (first, *_)) in zip(names, _PAPERS.items(), strict=True)
        if first in mine
    ]
    if may(asking.member.staff, Deed.PACK_PERIOD):
        shown += [("pack", _PACK), ("sms_menu", _SMS), ("register", _REGISTER)]
    return pairs([asking.button(f"desk.{key}", f"周报 {period} {word}") for key, word in shown])


def _send(asking: Asking) -> Answer:
    kept = (
        asking.work.digests.find(asking.rest[0]) if asking.rest else asking.work.digests.last()
    )
    if kept is None:
        return Answer(text=asking.say("desk.no_digest"), menu=True)
    if kept.sent:
        return _standing(asking, kept)
    to = _recipients(asking)
    count, seal = str(len(to)), _seal(asking, [address for address, _ in to])
    confirmed = ((str(kept.version), CONFIRM), (str(kept.version), seal, CONFIRM))
    if asking.rest[1:] not in confirmed:
        names = "、".join(name for _, name in to)
        says = f"发送 {kept.period} {kept.version} {seal} {CONFIRM}"
        confirm = Button(asking.say("desk.send_confirm"), says)
        text = asking.say("desk.send_to", names=names, count=count)
        text = "\n".join((text, *_to_look_at(asking, kept), *_apart(asking, kept)))
        return Answer(text=text, rows=((confirm, asking.back()),))
    if not closing.freeze(asking.work, kept.period, kept.version, [one for one, _ in to]):
        return _digest(replace(asking, rest=(kept.period,)))
    asking.work.staff.note(
        asking.member.label, Deed.SEND_DIGEST, asking.now.timestamp(), period=kept.period
    )
    look = asking.button("desk.menu_arrivals", f"送达 {kept.period}")
    text = asking.say("desk.sending", count=count)
    return Answer(text=text, rows=((look,),), menu=True, changed=True)


def _recipients(asking: Asking) -> list[tuple[Address, str]]:
    """Everybody a digest goes to when it is sent, and how they are called: people, group chats, mailboxes, hooks."""
    every = asking.work.staff.every()
    readers = [one for one in every if somewhere(one.staff, Deed.SEE_DIGEST)]
    return [
        *((one.address, called(asking, one)) for one in readers),
        *((one.address, circle_called(asking, one)) for one in asking.work.circles.every()),
        *((address, _outside(address)) for address in asking.desk.outside),
    ]


def _outside(address: Address) -> str:
    """A mailbox by its address; a hook by its host alone: what stands behind that may be a secret of its own."""
    return urlsplit(address.id).netloc if address.channel == HOOK else address.id


def _seal(asking: Asking, to: list[Address]) -> str:
    """Stands for exactly these recipients: whoever confirms has seen them, and nobody besides."""
    marks = "".join(sorted(map(asking.work.parcels.mark, to)))
    return hashlib.sha256(marks.encode()).hexdigest()[:6]


def _arrivals(asking: Asking) -> Answer:
    """送达: where a digest that was sent has arrived, and where it has not."""
    sent = asking.work.digests.last_sent()
    kept = asking.work.digests.find(asking.rest[0]) if asking.rest else sent
    if kept is None or not kept.sent:
        return Answer(text=asking.say("desk.nothing_sent"), menu=True)
    if "再送" in asking.rest:
        again = [
            asking.work.parcels.again("digest", kept.period, address)
            for address, _ in _recipients(asking)
        ]
        return replace(_standing(asking, kept), changed=any(again))
    return _standing(asking, kept)


def _standing(asking: Asking, kept: KeptDigest) -> Answer:
    parcels = asking.work.parcels
    counts = parcels.states("digest", kept.period)
    lines = [
        asking.say(
            "desk.sent_already",
            period=kept.period,
            arrived=str(counts.get(SENT, 0)),
            waiting=str(counts.get(WAITING, 0)),
            refused=str(counts.get(REFUSED, 0)),
        )
    ]
    states = [
        (parcels.state("digest", kept.period, address), name)
        for address, name in _recipients(asking)
    ]
    for state, key in ((REFUSED, "refused"), (WAITING, "waiting"), (SENT, "arrived")):
        if names := "、".join(name for found, name in states if found == state):
            lines.append(asking.say(f"desk.went_{key}", names=names))
    refused = any(found == REFUSED for found, _ in states)
    again = asking.button("desk.send_again", f"送达 {kept.period} 再送")
    return Answer(text="\n".join(lines), rows=((again,),) if refused else (), menu=True)


def _apart(asking: Asking, kept: KeptDigest) -> list[str]:
    """That something goes another way, and how much; never to whom, nor what."""
    number, unread = closing.counted_apart(kept)
    said = [asking.say("desk.send_apart", number=str(number))] if number else []
    return [*said, asking.say("desk.send_unread", number=str(unread))] if unread else said


DIGEST = Command(
    name="digest", words=("周报", "digest"), deed=Deed.SEE_DIGEST, answer=_digest, aloud=True
)
ARRIVALS = Command(
    name="arrivals",
    words=("送达", "arrivals"),
    deed=Deed.SEND_DIGEST,
    answer=_arrivals,
    menu=False,
)
LEDGERS = Command(
    name="ledgers",
    words=("台账", "ledger"),
    deed=Deed.SEE_LEDGER,
    answer=_ledgers,
    menu=False,
)
SEND = Command(
    name="send",
    words=("发送", "send"),
    deed=Deed.SEND_DIGEST,
    answer=_send,
    menu=False,
    aloud=True,
)
