"""The office hands out links: to a group, a unit, a round, each with its QR code, on every channel that has addresses.

Whoever comes by one is asked less. It proves nothing and leads to no class, and the same one is for everybody.
"""

from datetime import datetime
from functools import partial

from bot.core.link import Link, write_link
from bot.core.messages import Button, File
from bot.core.people import Deed, may, within
from bot.core.round import Round
from handlers.desk.base import Answer, Asking, Command, pairs

ANY = "-"
"""In place of an id: not told by the link."""


def _links(asking: Asking) -> Answer:
    """链接 · 链接 teacher · 链接 teacher newtown · 链接 teacher newtown spring"""
    rounds = _open(asking, asking.now)
    match asking.rest:
        case (group, unit, *more) if _group(asking, group) and _unit(asking, unit):
            if not more and len(rounds) > 1:
                return _which_round(asking, group, unit, rounds)
            chosen = more[0] if more and any(one.id == more[0] for one in rounds) else ""
            return _made(asking, Link(round=chosen, unit=_id(unit), group=_id(group)))
        case (group, *_) if _group(asking, group):
            return _which_unit(asking, group)
        case _:
            every = asking.button("links.any_group", f"链接 {ANY}")
            groups = [
                Button(g.words[asking.member.language], f"链接 {g.id}")
                for g in asking.desk.groups
                if not g.invited
            ]
            return Answer(text=asking.say("links.which_group"), rows=(*pairs(groups), (every,)))


def _which_unit(asking: Asking, group: str) -> Answer:
    every = asking.button("links.any_unit", f"链接 {group} {ANY}")
    units = [
        Button(u.name, f"链接 {group} {u.id}") for u in asking.desk.units if _unit(asking, u.id)
    ]
    rows = (*pairs(units), (every,)) if _unit(asking, ANY) else pairs(units)
    return Answer(text=asking.say("links.which_unit"), rows=rows)


def _which_round(asking: Asking, group: str, unit: str, rounds: tuple[Round, ...]) -> Answer:
    every = asking.button("links.any_round", f"链接 {group} {unit} {ANY}")
    named = [
        Button(
            f"{one.script.survey.words[asking.member.language]} {one.id}",
            f"链接 {group} {unit} {one.id}",
        )
        for one in rounds
    ]
    return Answer(text=asking.say("links.which_round"), rows=(*pairs(named), (every,)))


def _made(asking: Asking, link: Link) -> Answer:
    payload = write_link(link)
    found = asking.desk.links(payload)
    if not found:
        return Answer(text=asking.say("links.none"), menu=True)
    lines = "\n".join(f"{asking.say(f'links.{channel}')} {url}" for channel, url in found)
    return Answer(
        text=asking.say("links.done", links=lines),
        makes=partial(draw_codes, payload, found),
        menu=True,
    )


def draw_codes(payload: str, links: tuple[tuple[str, str], ...]) -> tuple[File, ...]:
    """A QR code of each link, as a picture to print."""
    from bot.reports.card import qr_png

    name = payload or "all"
    return tuple(File(f"{channel}-{name}.png", qr_png(url)) for channel, url in links)


def _open(asking: Asking, now: datetime) -> tuple[Round, ...]:
    return tuple(one for one in asking.desk.rounds(asking.work) if one.open(now))


def _group(asking: Asking, id: str) -> bool:
    return id == ANY or any(g.id == id and not g.invited for g in asking.desk.groups)


def _unit(asking: Asking, id: str) -> bool:
    if id == ANY:
        return may(asking.member.staff, Deed.PRINT_CARDS)
    known = (unit.id for unit in asking.desk.units)
    return id in within(asking.member.staff, Deed.PRINT_CARDS, known)


def _id(word: str) -> str:
    return "" if word == ANY else word


LINKS = Command(
    name="links", words=("链接", "二维码", "link", "qr"), deed=Deed.PRINT_CARDS, answer=_links
)
