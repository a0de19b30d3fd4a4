"""What reads people's words, as the settings want it. Whoever reads begins with this alone, in a process without the rest."""

import re
from collections.abc import Callable
from functools import partial

from bot.content.taxonomy import load_taxonomy
from bot.core import sorting
from bot.core.privacy import Policy
from bot.core.reading import Library
from bot.settings import Settings

POSTS = "[、，,/ ]+"
"""Between the posts of one leader."""


def library_of(settings: Settings) -> Callable[[], Library]:
    """What loads what free words are read with, on the way in and wherever else they come from: it takes a fifth of a second.
    It goes to another process, so it holds no more of the settings than reading takes."""
    return partial(_loaded, roster_of(settings), Policy(titled=settings.privacy.mask_titles))


def _loaded(roster: tuple[sorting.Leader, ...], policy: Policy) -> Library:
    from bot.content.models import load_model, load_readers  # numpy

    return Library(
        taxonomy=load_taxonomy(),
        readers=load_readers(),
        model=load_model(),
        roster=roster,
        policy=policy,
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
