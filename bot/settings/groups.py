"""A group of people written as TOML, the same in a preset and in config.toml; and what fits on a button."""

from typing import cast, get_args

from bot.core.survey import LANGUAGES, Audience, Group, Words
from bot.settings.table import Table

AUDIENCES: tuple[Audience, ...] = get_args(Audience)

LONGEST_LABEL = 20
"""Characters that stay readable on a button of an old phone."""
LONGEST_LABEL_BYTES = 60
"""Bytes (UTF-8) some platforms cut a button's label at."""


def read_group(table: Table) -> Group:
    """One group; its id must be its own among its neighbours, which the caller sees to."""
    with table:
        group = Group(
            id=table.identity(),
            words=read_words(table),
            audience=cast(Audience, table.choice("audience", "staff", AUDIENCES)),
            common=table.text("common"),
            invited=table.flag("invited"),
        )
        check_label(table, group.words)
    return group


def read_words(table: Table) -> Words:
    """The table's wording in every language."""
    return {language: table.needed(language) for language in LANGUAGES}


def check_label(table: Table, words: Words) -> None:
    """A label is a problem where it is too long to read, a warning where it is only too many bytes."""
    for language, label in words.items():
        size = len(label.encode())
        if len(label) > LONGEST_LABEL:
            facts = {"count": str(len(label)), "most": str(LONGEST_LABEL)}
            table.wrong(language, "label_too_long", **facts)
        elif size > LONGEST_LABEL_BYTES:
            facts = {"count": str(size), "most": str(LONGEST_LABEL_BYTES)}
            table.doubtful(language, "label_too_heavy", **facts)
