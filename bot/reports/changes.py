"""What changed from one draft to the next, figure by figure, for the clerk who had the old one on the desk."""

from collections.abc import Iterable, Mapping

from bot.core.digest import Difference
from bot.reports.words import Words


def changes(found: Iterable[Difference], texts: Mapping[str, str]) -> tuple[str, ...]:
    """A line for each figure."""
    words = Words(texts)
    return tuple(
        words.say(f"changed.{one.what}", name=_named(one, words), old=one.old, new=one.new)
        for one in found
    )


def _named(one: Difference, words: Words) -> str:
    """What the papers call it."""
    match one.what:
        case "channel":
            return words.channel(one.name)
        case "ask":
            return words.named("ask", one.name)
        case "way":
            return words.say(f"ledger_value.{one.name or 'pending'}")
        case "sifeng":
            return one.name or words.say("sifeng.none")
        case "topic":
            return one.name or words.say("topics.others")
        case "group" | "group_all":
            return one.name or words.say("turnout.folded")
        case "unit" | "unit_all":
            return one.name or words.say("changed.rest")
        case _:
            return one.name
