"""What reads people's words, as the settings want it. Whoever reads begins with this alone, in a process without the rest."""

import re

from bot.content.taxonomy import load_taxonomy
from bot.core import sorting
from bot.core.privacy import Policy
from bot.core.reading import Library
from bot.settings import Settings

POSTS = "[、，,/ ]+"
"""Between the posts of one leader."""


def library_of(settings: Settings) -> Library:
    """What free words are read with, on the way in and wherever else they come from. It takes a fifth of a second."""
    from bot.content.models import load_model, load_readers  # numpy

    return Library(
        taxonomy=load_taxonomy(),
        readers=load_readers(),
        model=load_model(),
        roster=roster_of(settings),
        policy=Policy(titled=settings.privacy.mask_titles),
    )


def roster_of(settings: Settings) -> tuple[sorting.Leader, ...]:
    """The leaders as the configuration has them."""
    return tuple(
        sorting.Leader(
            name=leader.name,
            unit=leader.unit,
            posts=tuple(filter(None, re.split(POSTS, leader.post))),
            spellings=leader.spellings,
            responsible=leader.responsible,
        )
        for leader in settings.leaders
    )
