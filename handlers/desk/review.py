"""A plan in chat: taken in as a file or pasted, looked at beside its own words, its questions answered, approved.

    导入方案 → (which year?) → (a new plan, or a new version of which?) → 方案 3d → look · answer · change → approve

`3d` is the draft of plan 3, `3` is what lives of it. What a button does to a draft names what it saw, so that nobody
approves what they did not see.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bot.content.plan.loader import sentence
from bot.content.plan.sent import Found, Unreadable, in_year
from bot.core.campaign.editing import (
    Edit,
    NotPossible,
    accepted,
    added,
    answered,
    entry,
    typed_days,
)
from bot.core.campaign.model import FRAMES, Ask, Campaign, Node
from bot.core.campaign.schedule import schedule
from bot.core.campaign.standing import MONTHS, State, state, too_short
from bot.core.dates.reading import read_all
from bot.core.dates.resolve import Reference
from bot.core.messages import Button, Sent
from bot.core.people import Deed, may, somewhere
from handlers import plan
from handlers.desk.base import CONFIRM, Answer, Asking, Rows, glued, pairs
from handlers.desk.days import (
    around,
    cut,
    days,
    doubts,
    moved_lines,
    question,
    ref,
    unit_name,
    when,
    who,
)
from handlers.papers import CHART, DATES, NODES, draw_schedule
from storage.campaign import KeptCampaign
from storage.outbox import Note

A_SCREEN = 5
"""Nodes shown at a time, each beside its own words."""

DOUBTS_A_SCREEN = 8

LONGEST = 1_000_000
"""Characters that may be pasted, as in a file."""

_THATS_ALL = frozenset({"好了", "完了", "没有了", "就这些", "发完了", "done"})


# -- taking in ---------------------------------------------------------------------------------------------------------


def take_in(asking: Asking) -> Answer:
    """导入方案: a file, or text in one piece or several."""
    if isinstance(asking.found, Unreadable):
        return _refused(asking, asking.found)
    if isinstance(asking.found, Found):
        return _taken(asking, asking.found)
    match asking.rest:
        case ("好了", number) if number.isdecimal():
            return _finished(asking, int(number))
        case ("贴", number, length) if asking.free and number.isdecimal():
            return _piece(asking, int(number), int(length), asking.text)
        case () if asking.free:
            return _piece(asking, 0, 0, asking.text, "plan.is_it_one")
        case ():
            return _invited(asking, "plan.send")
        case ("贴", *_):
            return _invited(asking, "plan.send")
        case _:
            return _piece(asking, 0, 0, asking.text)


def _invited(asking: Asking, key: str) -> Answer:
    text = asking.say("plan.send") if key == "plan.send" else asking.say("plan.send_again")
    return Answer(text=text, rows=((asking.back(),),), awaits="导入方案 贴 0 0")


def _piece(
    asking: Asking, number: int, length: int, piece: str, key: str = "plan.piece"
) -> Answer:
    """One more piece of what is pasted; nobody knows by itself which is the last."""
    if piece.strip().casefold() in _THATS_ALL:
        return _finished(asking, number) if number else _invited(asking, "plan.send_again")
    errands, address = asking.work.errands, asking.member.address
    known = errands.find(number) if number else None
    before = known.pasted if known and known.address == address else ""
    whole = glued(before, length, piece)
    if len(whole) > LONGEST:
        most = str(LONGEST // 10_000)
        return _refused(asking, Unreadable(fault="too_long", facts={"most": most}))
    if not (before and errands.longer(number, address, whole)):
        sent = Sent(asking.say("plan.pasted"), "", 0)
        number = errands.take_up(address, sent, "", asking.now.timestamp(), pasted=whole)
    done = asking.button("plan.thats_all", f"导入方案 好了 {number}")
    return Answer(
        text=asking.say(key, letters=str(len(whole))),
        rows=((done, asking.back()),),
        awaits=f"导入方案 贴 {number} {len(piece)}",
    )


def _finished(asking: Asking, number: int) -> Answer:
    if not asking.work.errands.meant(number, asking.member.address, "导入方案"):
        return _invited(asking, "plan.send_again")
    return Answer(text=asking.say("desk.file_reading"), errand=number)


def _refused(asking: Asking, found: Unreadable) -> Answer:
    facts = {"file": asking.file or asking.say("plan.pasted"), **found.facts}
    said = sentence(asking.member.language, f"fault.{found.fault}", **facts)
    return Answer(text=said, rows=((asking.back(),),), awaits="导入方案 贴 0 0")


def _taken(asking: Asking, found: Found) -> Answer:
    """It has been read: kept as a draft before anything is asked."""
    if not found.plan.items:
        return Answer(
            text=asking.say("plan.nothing"),
            rows=((asking.back(),),),
            awaits="导入方案 贴 0 0",
        )
    again = asking.rest[1] if asking.rest[:1] == ("年",) and len(asking.rest) > 1 else ""
    kept = plan.read_again(asking.work, again, found) if again else None
    if kept is None:
        kept = plan.begin(asking.work, found)
    asking.work.staff.note(
        asking.member.label, Deed.IMPORT_PLAN, asking.now.timestamp(), plan=kept.id
    )
    return _year(asking, kept) if kept.source else _placed(asking, kept)


def _year(asking: Asking, kept: KeptCampaign) -> Answer:
    this = asking.today.year
    buttons = [Button(f"{year}", f"方案 {_of(kept)} 年 {year}") for year in (this, this + 1)]
    return Answer(
        text=asking.say("plan.year", title=cut(_title(asking, kept.campaign), 40)),
        rows=(tuple(buttons),),
        awaits=f"方案 {_of(kept)} 年",
    )


def _in_year(asking: Asking, kept: KeptCampaign, said: str) -> Answer:
    digits = "".join(letter for letter in said if letter.isdecimal() and letter.isascii())
    if not (kept.source and len(digits) == 4 and digits.startswith(("19", "20", "21"))):
        return _year(asking, kept) if kept.source else _overview(asking, kept)
    number = asking.work.errands.take_up(
        asking.member.address,
        Sent(asking.say("plan.pasted"), "", 0),
        f"导入方案 年 {kept.id}",
        asking.now.timestamp(),
        pasted=in_year(kept.source, int(digits)),
    )
    return Answer(text=asking.say("desk.file_reading"), errand=number)


def _placed(asking: Asking, kept: KeptCampaign) -> Answer:
    """A plan of its own, or the next version of one that is there."""
    others = {
        one.id: one
        for one in (*asking.work.campaigns.drafts(), *asking.work.campaigns.living())
        if one.id != kept.id
    }
    if not others:
        return _overview(asking, kept)
    new = asking.button("plan.is_new", f"方案 {_of(kept)}")
    versions = [
        asking.button(
            "plan.is_version",
            f"方案 {_of(kept)} 接 {one.id}",
            title=cut(_title(asking, one.campaign), 24),
        )
        for one in others.values()
    ]
    return Answer(
        text=asking.say("plan.new_or_version", title=cut(_title(asking, kept.campaign), 40)),
        rows=((new,), *((one,) for one in versions[-6:])),
    )


# -- one plan ----------------------------------------------------------------------------------------------------------


def plans(asking: Asking) -> Answer:
    """方案: those that are there, or one of them and what to do with it."""
    kept = _found(asking, asking.rest[0]) if asking.rest else None
    if kept is None:
        return _every(asking)
    match asking.rest[1:]:
        case ("看", *page):
            return _page(asking, kept, _number(page))
        case ("疑", *page):
            return _doubts(asking, kept, _number(page))
        case ("差", *_):
            return _difference(asking, kept)
        case ("文件", wanted) if wanted in _PAPERS and _sees_all(asking, kept):
            return _paper(asking, kept, _PAPERS[wanted])
        case ("请批", *_):
            return _please(asking, kept)
        case ("批准", *seen) if may(asking.member.staff, Deed.APPROVE_PLAN):
            return _approve(asking, kept, tuple(seen))
        case (verb, *words) if verb in _CHANGES and may_change(asking, kept):
            return _CHANGES[verb](asking, kept, words)
        case ():
            return _overview(asking, kept)
        case _:
            return Answer(text=asking.say("desk.not_yours"), menu=True)


def may_change(asking: Asking, kept: KeptCampaign) -> bool:
    """A draft is changed by whoever edits plans; what lives, only by those who may approve it too."""
    staff = asking.member.staff
    return may(staff, Deed.EDIT_PLAN) and (not kept.lives or may(staff, Deed.APPROVE_PLAN))


def may_move(asking: Asking, kept: KeptCampaign) -> bool:
    """Whoever approves plans may also say yes to another day."""
    return may_change(asking, kept) or (
        kept.lives and may(asking.member.staff, Deed.APPROVE_PLAN)
    )


def _found(asking: Asking, named: str) -> KeptCampaign | None:
    """`3` lives, `3d` is its draft; `3` is the draft too where nothing lives yet."""
    staff, known = asking.member.staff, asking.work.campaigns
    number = named.removesuffix("d")
    alive = None if named.endswith("d") else known.alive(number)
    if alive is not None:
        return alive if may(staff, Deed.SEE_CALENDAR, alive.campaign.unit) else None
    return known.draft(number) if _sees_drafts(asking) else None


def _sees_drafts(asking: Asking) -> bool:
    staff = asking.member.staff
    return may(staff, Deed.EDIT_PLAN) or may(staff, Deed.APPROVE_PLAN)


def _every(asking: Asking) -> Answer:
    drafts = asking.work.campaigns.drafts() if _sees_drafts(asking) else ()
    rows = [
        (asking.button("plan.waiting", f"方案 {_of(one)}", title=_short(asking, one)),)
        for one in drafts
    ]
    rows += [
        (Button(_short(asking, one), f"方案 {one.id}"),)
        for one in asking.work.campaigns.living()
        if _sees_all(asking, one)
    ]
    some = bool(rows)
    if may(asking.member.staff, Deed.IMPORT_PLAN):
        rows.append((asking.button("desk.menu_import_plan", "导入方案"),))
    text = asking.say("plan.which") if some else asking.say("plan.none")
    return Answer(text=text, rows=(*rows, (asking.back(),)))


def _overview(asking: Asking, kept: KeptCampaign) -> Answer:
    if kept.source:
        return _year(asking, kept)
    of, campaign = _of(kept), kept.campaign
    lines = [*_about(asking, kept), *_counted(asking, kept)]
    change = may_change(asking, kept)
    every = str(len(campaign.nodes))
    buttons = [asking.button("plan.look", f"方案 {of} 看", count=every)]
    if change and campaign.asks:
        count = str(len(campaign.asks))
        buttons.insert(0, asking.button("plan.answer", f"方案 {of} 问 0", count=count))
    if campaign.doubts:
        count = str(len(campaign.doubts))
        buttons.append(asking.button("plan.doubts", f"方案 {of} 疑", count=count))
    if plan.changes(asking.work, kept):
        buttons.append(asking.button("plan.difference", f"方案 {of} 差"))
    if change:
        buttons.append(asking.button("plan.add", f"方案 {of} 加"))
        if asking.desk.units:
            buttons.append(asking.button("plan.unit", f"方案 {of} 单位"))
        buttons.append(asking.button("plan.drop", f"方案 {of} 不要"))
    rows = [*pairs(buttons)]
    if not kept.lives:
        rows.insert(0, (_to_approve(asking, kept),))
    elif _sees_all(asking, kept):
        rows.insert(
            0,
            (
                asking.button("plan.table", f"方案 {of} 文件 表"),
                asking.button("plan.dates", f"方案 {of} 文件 历"),
                asking.button("plan.picture", f"方案 {of} 文件 图"),
            ),
        )
    if kept.lives:
        rows.insert(0, (asking.button("desk.menu_schedule", "日程"),))
    return Answer(text="\n".join(lines), rows=(*rows, (asking.back(),)))


_PAPERS = {"表": NODES, "历": DATES, "图": CHART}


def _sees_all(asking: Asking, kept: KeptCampaign) -> bool:
    return kept.lives and may(asking.member.staff, Deed.SEE_CALENDAR, kept.campaign.unit)


def _paper(asking: Asking, kept: KeptCampaign, wanted: str) -> Answer:
    """The calendar to take along: a table, a file for calendar programs, a picture for the group."""
    known = plan.standing(asking.work, kept, asking.desk.units)
    names = {unit.id: unit.name for unit in asking.desk.units}
    drawn = schedule(kept.campaign, known, asking.today, names)
    zone = str(asking.desk.zone(asking.now).tzinfo)
    return Answer(
        text=asking.say("plan.paper", title=_title(asking, kept.campaign)),
        rows=((asking.button("plan.to_plan", f"方案 {_of(kept)}"),),),
        makes=partial(draw_schedule, drawn, wanted, zone, asking.now),
    )


def _to_approve(asking: Asking, kept: KeptCampaign) -> Button:
    if may(asking.member.staff, Deed.APPROVE_PLAN):
        return asking.button("plan.approve", f"方案 {_of(kept)} 批准 {kept.revision}")
    return asking.button("plan.please", f"方案 {_of(kept)} 请批")


def _about(asking: Asking, kept: KeptCampaign) -> Iterator[str]:
    campaign = kept.campaign
    title = _title(asking, campaign)
    key = "plan.head_alive" if kept.lives else "plan.head_draft"
    yield asking.say(key, title=title)
    written = days(asking, (campaign.day, campaign.day)) if campaign.day else ""
    yield asking.say(
        "plan.about",
        issuer=campaign.issuer or asking.say("plan.not_written"),
        day=written or asking.say("plan.not_written"),
        year=str(campaign.year or asking.say("plan.not_written")),
    )
    if campaign.unit:
        yield asking.say("plan.of_unit", unit=unit_name(asking, campaign.unit))


def _counted(asking: Asking, kept: KeptCampaign) -> Iterator[str]:
    campaign = kept.campaign
    deeds = list(campaign.deeds())
    yield asking.say(
        "plan.counts",
        phases=str(len(campaign.phases)),
        count=str(len(deeds)),
        dated=str(sum(node.dated for node in deeds)),
    )
    if _too_short(campaign):
        yield asking.say("plan.too_short", months=str(campaign.least_months or MONTHS))
    if campaign.asks:
        yield asking.say("plan.to_ask", count=str(len(campaign.asks)))
    if campaign.doubts:
        yield asking.say("plan.to_doubt", count=str(len(campaign.doubts)))
    if found := plan.changes(asking.work, kept):
        yield asking.say(
            "plan.changes",
            added=str(len(found.added)),
            dropped=str(len(found.dropped)),
            moved=str(len(found.moved)),
            reworded=str(len(found.reworded)),
        )
    if not kept.lives:
        yield asking.say("plan.sleeps")


def _too_short(campaign: Campaign) -> bool:
    """A unit's own plan, or one that tells of its whole course: a single phase's may be as short as it likes."""
    tells = (
        campaign.unit
        or campaign.least_months
        or any(node.place == "whole" for node in campaign.nodes)
    )
    return bool(tells) and too_short(campaign)


# -- looking at it -----------------------------------------------------------------------------------------------------


def _page(asking: Asking, kept: KeptCampaign, page: int) -> Answer:
    nodes = kept.campaign.nodes
    last = max(0, (len(nodes) - 1) // A_SCREEN)
    page = min(max(page, 0), last)
    first = page * A_SCREEN
    shown = nodes[first : first + A_SCREEN]
    head = asking.say("plan.page", page=str(page + 1), of=str(last + 1))
    lines = [_entry(asking, kept, n, node) for n, node in enumerate(shown, first + 1)]
    opens = tuple(
        Button(f"{n}", f"节点 {ref(kept, node.id)}", quiet=True)
        for n, node in enumerate(shown, first + 1)
    )
    return Answer(
        text="\n".join((head, *lines)),
        rows=(opens, *_turning(asking, f"方案 {_of(kept)} 看", page, last, kept)),
    )


def _entry(asking: Asking, kept: KeptCampaign, number: int, node: Node) -> str:
    """When, what, who, what is handed in; below it the document's own words."""
    more = [
        asking.say("calendar.who", names=who(asking, node)) if who(asking, node) else "",
        asking.say("calendar.deliverable", what=cut(node.deliverable, 24))
        if node.deliverable
        else "",
        asking.say("calendar.submit", to=cut(node.submit_to, 16)) if node.submit_to else "",
        asking.say("plan.has_question") if kept.campaign.asks_of(node.id) else "",
    ]
    place = asking.say(f"place.{node.place}")
    line = asking.say(
        "plan.entry",
        number=str(number),
        when=when(asking, node),
        title=cut(node.title, 40),
        place=place,
    )
    told = "　".join(filter(None, more))
    words = f"> {around(node)}" if node.words else ""
    return "\n".join(filter(None, (line, told, words)))


def _turning(
    asking: Asking, command: str, page: int, last: int, kept: KeptCampaign
) -> Iterator[tuple[Button, ...]]:
    turn: list[Button] = []
    if page > 0:
        turn.append(asking.button("plan.before", f"{command} {page - 1}"))
    if page < last:
        turn.append(asking.button("plan.next", f"{command} {page + 1}"))
    if turn:
        yield tuple(turn)
    yield (asking.button("plan.to_plan", f"方案 {_of(kept)}"),)


def _doubts(asking: Asking, kept: KeptCampaign, page: int) -> Answer:
    found = list(doubts(asking, kept.campaign))
    last = max(0, (len(found) - 1) // DOUBTS_A_SCREEN)
    page = min(max(page, 0), last)
    first = page * DOUBTS_A_SCREEN
    lines = [
        f"{n}. {text}"
        for n, text in enumerate(found[first : first + DOUBTS_A_SCREEN], first + 1)
    ]
    head = asking.say("plan.doubts_head") if found else asking.say("plan.no_doubts")
    rows = _turning(asking, f"方案 {_of(kept)} 疑", page, last, kept)
    return Answer(text="\n".join((head, *lines)), rows=tuple(rows))


def _difference(asking: Asking, kept: KeptCampaign) -> Answer:
    found = plan.changes(asking.work, kept)
    if not found:
        return _overview(asking, kept)
    lines = [
        *(
            asking.say("plan.diff_added", title=n.title, when=when(asking, n))
            for n in found.added
        ),
        *(asking.say("plan.diff_dropped", title=n.title) for n in found.dropped),
        *moved_lines(asking, found.moved),
        *(
            asking.say("plan.diff_reworded", was=_worded(asking, a), now=_worded(asking, b))
            for a, b in found.reworded
        ),
    ]
    head, most = asking.say("plan.diff_head"), 24
    if len(lines) > most:
        lines = [*lines[:most], asking.say("plan.more", count=str(len(lines) - most))]
    rows = ((_to_approve(asking, kept), asking.button("plan.to_plan", f"方案 {_of(kept)}")),)
    return Answer(text="\n".join((head, *lines)), rows=rows)


def _worded(asking: Asking, node: Node) -> str:
    told = (node.title, who(asking, node), node.deliverable, node.submit_to)
    return cut("，".join(filter(None, told)), 60)


# -- its questions -----------------------------------------------------------------------------------------------------


def _ask(
    asking: Asking, kept: KeptCampaign, words: list[str], before: tuple[str, ...] = ()
) -> Answer:
    """One question after the other: by a tap on the suggestion, by typing a date, or later."""
    asks, place = kept.campaign.asks, _number(words)
    if place >= len(asks):
        made = _overview(asking, kept)
        return replace(made, text="\n".join((*before, made.text)))
    ask = asks[place]
    if asking.free and not before:
        return _tried(asking, kept, place, ask, asking.free)
    if words[1:3] == ["就按", ask.node]:
        return _tried(asking, kept, place, ask, "")
    return _asked(asking, kept, place, before)


def _asked(
    asking: Asking, kept: KeptCampaign, place: int, before: tuple[str, ...] = ()
) -> Answer:
    ask = kept.campaign.asks[place]
    node = kept.campaign.node(ask.node)
    head = asking.say(
        "plan.ask",
        number=str(place + 1),
        of=str(len(kept.campaign.asks)),
        text=question(asking, ask),
    )
    words = f"> {around(node)}" if node and node.words else ""
    of = _of(kept)
    taken = ask.offered or (node.days if node and node.dated and not ask.event else None)
    first: list[Button] = []
    if taken and taken != (None, None):
        says = f"方案 {of} 问 {place} 就按 {ask.node}"
        first.append(asking.button("plan.take_it", says, days=days(asking, taken)))
    later = asking.button("plan.later", f"方案 {of} 问 {place + 1}")
    return Answer(
        text="\n".join(filter(None, (*before, head, words, asking.say("plan.ask_how")))),
        rows=(
            *((button,) for button in first),
            (later, asking.button("plan.to_plan", f"方案 {of}")),
        ),
        awaits=f"方案 {of} 问 {place}",
        either=True,
    )


def _tried(asking: Asking, kept: KeptCampaign, place: int, ask: Ask, typed: str) -> Answer:
    """Take the answer, say what moved with it, and ask the next."""
    calendar, today = asking.desk.calendar, asking.today
    try:
        edit = (
            answered(kept.campaign, ask.node, typed, today, calendar)
            if typed
            else accepted(kept.campaign, ask.node, today, calendar)
        )
    except NotPossible as refusal:
        return _asked(asking, kept, place, (fault(asking, refusal),))
    made = changed(asking, kept, edit, ask.node, "answered")
    node = made.campaign.node(ask.node)
    taken = asking.say("plan.taken", title=node.title, when=when(asking, node)) if node else ""
    others = moved_lines(asking, plan.moved_with(edit, ask.node))
    return _ask(asking, made, [str(place)], (taken, *others))


def fault(asking: Asking, refusal: NotPossible) -> str:
    """Why it cannot be done so, and what to do."""
    return asking.say(f"denied.{refusal.fault.replace('-', '_')}")


def changed(
    asking: Asking, kept: KeptCampaign, edit: Edit, node: str, what: str
) -> KeptCampaign:
    """Keep a change of this account."""
    return plan.change(
        asking.work,
        kept,
        edit,
        node,
        what,
        asking.member.label,
        asking.now,
        asking.desk.zone,
    )


# -- changes of the whole ----------------------------------------------------------------------------------------------


def _add(asking: Asking, kept: KeptCampaign, words: list[str]) -> Answer:
    """What first, then when; or both in one line."""
    of, typed = _of(kept), asking.free
    title = " ".join(words)
    if not typed:
        return Answer(
            text=asking.say("plan.add_what"),
            rows=((asking.button("plan.to_plan", f"方案 {of}"),),),
            awaits=f"方案 {of} 加",
        )
    if not title:
        title, typed = _apart(asking, kept.campaign, typed)
        if not typed:
            return _add_when(asking, kept, title)
    try:
        days_ = typed_days(typed, kept.campaign, asking.today, asking.desk.calendar)
        after, node = added(kept.campaign, title, days_, place=entry(title, days_))
    except NotPossible as refusal:
        return _add_when(asking, kept, title, fault(asking, refusal))
    made = changed(asking, kept, Edit(after), node.id, "added")
    said = asking.say("plan.added", title=node.title, when=when(asking, node))
    more = asking.button("plan.add", f"方案 {of} 加")
    opens = asking.button("plan.open_node", f"节点 {ref(made, node.id)}")
    to = asking.button("plan.to_plan", f"方案 {of}")
    return Answer(text=said, rows=((more, opens), (to,)), changed=made.lives)


def _add_when(asking: Asking, kept: KeptCampaign, title: str, before: str = "") -> Answer:
    text = asking.say("plan.add_when", title=title)
    return Answer(
        text="\n".join(filter(None, (before, text))),
        rows=((asking.button("plan.to_plan", f"方案 {_of(kept)}"),),),
        awaits=f"方案 {_of(kept)} 加 {title}",
    )


def _apart(asking: Asking, campaign: Campaign, typed: str) -> tuple[str, str]:
    """A title and, where the line holds one, the words of its date."""
    year = campaign.year or asking.today.year
    found = read_all(typed, Reference(year), calendar=asking.desk.calendar)
    if len(found) != 1:
        return " ".join(typed.split()), ""
    (date_,) = found
    title = (typed[: date_.start] + typed[date_.end :]).strip(" ,，:：;；、\u3000")
    return (" ".join(title.split()), date_.words) if title else (typed, "")


def _unit(asking: Asking, kept: KeptCampaign, words: list[str]) -> Answer:
    of, known = _of(kept), {unit.id for unit in asking.desk.units}
    if words and (words[0] == "all" or words[0] in known):
        unit = "" if words[0] == "all" else words[0]
        edit = Edit(replace(kept.campaign, unit=unit))
        return _overview(asking, changed(asking, kept, edit, "", "unit"))
    every = asking.button("desk.all_units", f"方案 {of} 单位 all")
    units = [Button(u.name, f"方案 {of} 单位 {u.id}") for u in asking.desk.units]
    return Answer(text=asking.say("plan.which_unit"), rows=((every,), *pairs(units)))


def _drop(asking: Asking, kept: KeptCampaign, words: list[str]) -> Answer:
    of = _of(kept)
    if words[:1] != [CONFIRM]:
        key = "plan.end_sure" if kept.lives else "plan.drop_sure"
        sure = asking.button("plan.drop_yes", f"方案 {of} 不要 {CONFIRM}")
        return Answer(
            text=asking.say(key, title=_title(asking, kept.campaign)),
            rows=((sure, asking.button("plan.to_plan", f"方案 {of}")),),
        )
    known = asking.work.campaigns
    if not (known.end(kept.id) if kept.lives else known.discard(kept.id)):
        return _every(asking)
    asking.work.staff.note(
        asking.member.label,
        Deed.EDIT_PLAN,
        asking.now.timestamp(),
        plan=kept.id,
        what="ended" if kept.lives else "discarded",
    )
    return Answer(text=asking.say("plan.dropped"), menu=True, changed=True)


def _onto(asking: Asking, kept: KeptCampaign, words: list[str]) -> Answer:
    made = (
        plan.follow(asking.work, kept.id, words[0], asking.desk.calendar)
        if words and not kept.lives
        else None
    )
    if made is None:
        return _overview(asking, kept)
    return _difference(asking, made) if plan.changes(asking.work, made) else _same(asking, made)


def _same(asking: Asking, kept: KeptCampaign) -> Answer:
    made = _overview(asking, kept)
    return replace(made, text="\n".join((asking.say("plan.no_changes"), made.text)))


def _say_year(asking: Asking, kept: KeptCampaign, words: list[str]) -> Answer:
    return _in_year(asking, kept, asking.free or (words[0] if words else ""))


_CHANGES = {
    "问": _ask,
    "加": _add,
    "单位": _unit,
    "不要": _drop,
    "接": _onto,
    "年": _say_year,
}


# -- approving ---------------------------------------------------------------------------------------------------------


def _please(asking: Asking, kept: KeptCampaign) -> Answer:
    """Whoever may not approve asks those who may, once a day."""
    note = Note(
        key="plan.wanted",
        params={"title": _title(asking, kept.campaign)},
        buttons=(("plan.see", f"方案 {_of(kept)}"),),
    )
    what = f"approve:{kept.id}:{kept.revision}"
    told = plan.tell(
        asking.work,
        Deed.APPROVE_PLAN,
        asking.today,
        what,
        note,
        but=asking.member.address,
    )
    text = asking.say("plan.asked_for", count=str(told))
    return Answer(text=text, rows=((asking.back(),),), changed=True)


def _approve(asking: Asking, kept: KeptCampaign, seen: tuple[str, ...]) -> Answer:
    of = _of(kept)
    if kept.lives or kept.source:
        return _overview(asking, kept)
    if seen != (str(kept.revision), CONFIRM):
        sure = asking.button("plan.approve_yes", f"方案 {of} 批准 {kept.revision} {CONFIRM}")
        return Answer(
            text="\n".join(_what_lives(asking, kept)),
            rows=((sure, asking.button("plan.to_plan", f"方案 {of}")),),
        )
    made = plan.approve(asking.work, kept, asking.member.label, asking.now, asking.desk.zone)
    calendar = asking.button("desk.menu_schedule", "日程")
    return Answer(
        text=asking.say("plan.approved", title=_title(asking, made.campaign)),
        rows=(*_offers(asking, made), (calendar, asking.back())),
        changed=True,
    )


def _what_lives(asking: Asking, kept: KeptCampaign) -> Iterator[str]:
    """What approving does, in numbers."""
    campaign, nothing = kept.campaign, plan.standing(asking.work, kept, asking.desk.units)
    deeds = list(campaign.deeds())
    open_ = sum(state(node, nothing, asking.today) is State.OPEN for node in deeds)
    over = sum(
        node.recorded or state(node, nothing, asking.today) is State.OVERDUE for node in deeds
    )
    yield asking.say("plan.approve_sure", title=_title(asking, campaign), count=str(len(deeds)))
    if over:
        yield asking.say("plan.approve_over", count=str(over))
    if open_:
        yield asking.say("plan.approve_open", count=str(open_))
    if campaign.doubts:
        yield asking.say("plan.approve_doubts", count=str(len(campaign.doubts)))
    if _too_short(campaign):
        yield asking.say("plan.too_short", months=str(campaign.least_months or MONTHS))


def _offers(asking: Asking, kept: KeptCampaign) -> Rows:
    """Where people are to be asked (征求意见, 听取意见), a round with that window is one tap away."""
    if not somewhere(asking.member.staff, Deed.OPEN_ROUND):
        return ()
    asks = [
        node
        for node in kept.campaign.nodes
        if node.place not in FRAMES
        and any(cue in node.title for cue in ("征求意见", "听取意见", "征集意见"))
        and "报告" not in node.title
        and plan.round_window(node, asking.now, asking.desk.zone)
        and not node.survey
    ]
    return tuple(
        (
            asking.button(
                "node.round_for", f"节点 {ref(kept, n.id)} 征求", title=cut(n.title, 16)
            ),
        )
        for n in asks[:2]
    )


# -- small -------------------------------------------------------------------------------------------------------------


def _of(kept: KeptCampaign) -> str:
    return f"{kept.id}{'' if kept.lives else 'd'}"


def _title(asking: Asking, campaign: Campaign) -> str:
    return campaign.title or asking.say("plan.untitled")


def _short(asking: Asking, kept: KeptCampaign) -> str:
    return cut(_title(asking, kept.campaign), 28)


def _number(words: list[str]) -> int:
    return int(words[0]) if words and words[0].isdecimal() and len(words[0]) < 6 else 0
