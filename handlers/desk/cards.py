"""The office prints cards: a big sentence, a code that leads to a school, a telephone. Never to a class."""

from datetime import date
from functools import partial

from bot.core.link import Link, write_link
from bot.core.messages import Button, File
from bot.core.people import Deed, within
from bot.core.survey import Unit
from handlers.desk.base import Answer, Asking, Command, pairs

EACH = 8
"""Cards of one unit: a sheet."""


def _cards(asking: Asking) -> Answer:
    """联系卡 · 联系卡 newtown · 联系卡 all"""
    ids = within(asking.member.staff, Deed.PRINT_CARDS, (u.id for u in asking.desk.units))
    mine = [unit for unit in asking.desk.units if unit.id in ids]
    if not asking.desk.place.site:
        return Answer(text=asking.say("cards.no_site"), menu=True)
    match asking.rest:
        case ["all"]:
            chosen = mine
        case [id] if any(unit.id == id for unit in mine):
            chosen = [unit for unit in mine if unit.id == id]
        case _:
            every = asking.button("cards.all", "联系卡 all")
            buttons = [Button(unit.name, f"联系卡 {unit.id}") for unit in mine]
            return Answer(text=asking.say("cards.which"), rows=((every,), *pairs(buttons)))
    parents = next((g.id for g in asking.desk.groups if g.audience == "parent"), "")
    return Answer(
        text=asking.say("cards.done", count=str(len(chosen))),
        makes=partial(
            draw_cards,
            tuple(chosen),
            parents,
            asking.desk.place.site,
            asking.desk.place.phone,
            asking.today,
        ),
        menu=True,
    )


def draw_cards(
    units: tuple[Unit, ...], group: str, site: str, phone: str, made: date
) -> tuple[File, ...]:
    """A sheet of cards for each unit, in one paper."""
    from bot.content.papers import papers
    from bot.reports.card import Card, sheets
    from bot.reports.words import Words

    texts = papers("zh")
    words = Words(texts)
    cards = [
        Card(
            head=words.say("card.head"),
            name=unit.name,
            link=f"{site}/q/{write_link(Link(unit=unit.id, group=group))}",
            foot=words.say("card.foot", phone=phone),
        )
        for unit in units
        for _ in range(EACH)
    ]
    paper = sheets(cards, texts, title=words.say("card.title"), made=made)
    return (File("contact-cards.docx", paper),)


CARDS = Command(name="cards", words=("联系卡", "cards"), deed=Deed.PRINT_CARDS, answer=_cards)
