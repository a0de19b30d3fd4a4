"""What a link or a printed code says before anybody has typed: a round, a unit, a group. Never a class.

`r_spring-u_school3-g_parent` fits what every platform allows in a start parameter (64 of A-Za-z0-9_-). Anybody can
type one, so it chooses what is asked and proves nothing.

A *personal* link is a round and a secret: `spring.kT0…`. It goes to one person, opens the page as theirs as long as the
round is open, and stands nowhere as it is: what is kept is its digest, as an address of that person in the sealed roster.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from bot.core.messages import PAGE, Address

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


_PERSONAL = re.compile(rf"({ID.pattern})\.([A-Za-z0-9_-]{{24}})")

Standing = Literal["new", "going", "again", "done", "over", "unknown"]
"""How it stands with somebody on the page: nothing begun; in the middle; handed in, once more may be; handed in; the round is
not open (any more); their link is nobody's."""


def personal(round: str, secret: bytes) -> str:
    """The personal link that this secret (18 bytes) makes.

    >>> personal("spring", bytes(18))
    'spring.AAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return f"{round}.{urlsafe_b64encode(secret).decode()}"


LINKS = "page links"
"""What the key is derived for that personal links are made with."""


def drawn(key: bytes, person: Address, round: str) -> str:
    """The personal link of that person for that round: the same each time, and nobody's without the key."""
    name = f"{person.channel}\0{person.id}\0{round}"
    return personal(round, hmac.digest(key, name.encode(), "sha256")[:18])


def secret_of(link: str) -> str:
    """What of a personal link nobody can guess.

    >>> secret_of("spring.AAAAAAAAAAAAAAAAAAAAAAAA")
    'AAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return link.partition(".")[2]


def own_page(link: str, device: str = "") -> Address | None:
    """Where whoever holds a personal link answers, on that device; None where it is no such link."""
    found = _PERSONAL.fullmatch(link)
    if found is None:
        return None
    id = f"{found[1]}.{_digest(link)}"
    return Address(channel=PAGE, id=f"{id}/{_digest(device)}" if device else id)


def open_page(device: str) -> Address:
    """Where somebody answers who came by no personal link, on that device."""
    return Address(channel=PAGE, id=_digest(device))


def round_of(page: Address) -> str:
    """The round of the personal link that opened this page; empty where none did."""
    return page.id.partition(".")[0] if "." in page.id else ""


def _digest(secret: str) -> str:
    return urlsafe_b64encode(sha256(secret.encode()).digest()[:18]).decode()
