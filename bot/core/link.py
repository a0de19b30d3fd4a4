"""What a link or a printed code says before anybody has typed: a round, a unit, a group. Never a class.

`r_spring-u_school3-g_parent` fits what every platform allows in a start parameter (64 of A-Za-z0-9_-). Anybody can
type one, so it chooses what is asked and proves nothing.
"""

import re
from dataclasses import dataclass

ID = re.compile(r"[A-Za-z0-9_]{1,32}")
"""What ids of rounds, units and groups look like."""

_LINK = re.compile(rf"(?:[rug]_{ID.pattern})(?:-[rug]_{ID.pattern}){{0,2}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Ids that may or may not exist; empty where nothing was said."""

    round: str = ""
    unit: str = ""
    group: str = ""


def read_link(text: str) -> Link:
    """The link that a text is; an empty one where it is none.

    >>> read_link("u_school3-g_parent")
    Link(round='', unit='school3', group='parent')
    """
    if len(text) > 64 or not _LINK.fullmatch(text):
        return Link()
    said = {part[0]: part[2:] for part in text.split("-")}
    return Link(round=said.get("r", ""), unit=said.get("u", ""), group=said.get("g", ""))


def write_link(link: Link) -> str:
    """The text of a link."""
    named = (("r", link.round), ("u", link.unit), ("g", link.group))
    return "-".join(f"{kind}_{id}" for kind, id in named if id)
