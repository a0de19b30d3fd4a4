"""The one cookie: which pass and link this device has, and how it likes the page to look. It ends with the session of the
browser, or after three days like any draft."""

import re
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from bot.core.link import open_page, own_page
from bot.core.messages import Address

COOKIE = "tingwen"
LASTS = 72 * 3600
"""Seconds; as long as a draft."""

_VALUE = re.compile(r"([A-Za-z0-9_-]{0,32})~([A-Za-z0-9_.-]{0,60})~([bse]{0,3})")

Switch = Literal["big", "strong", "zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One device. Without a pass it only looks at the door."""

    device: str = ""
    link: str = ""
    """The personal link it came by; empty: one that is for everybody."""
    big: bool = False
    strong: bool = False
    english: bool = False

    @property
    def address(self) -> Address:
        """Where whoever sits here is reached."""
        return own_page(self.link, self.device) or open_page(self.device)

    @property
    def language(self) -> Literal["zh", "en"]:
        """Of the page's own words."""
        return "en" if self.english else "zh"

    def switched(self, switch: Switch) -> "Seat":
        """With larger letters, stronger contrast, or without; in the other language."""
        match switch:
            case "big":
                return replace(self, big=not self.big)
            case "strong":
                return replace(self, strong=not self.strong)
            case "zh" | "en":
                return replace(self, english=switch == "en")


def seat_of(request: Request) -> Seat:
    """What the cookie says; a bare one where there is none or it is not ours."""
    found = _VALUE.fullmatch(request.cookies.get(COOKIE, ""))
    if found is None:
        return Seat(english=_prefers_english(request))
    look = found[3]
    return Seat(
        device=found[1],
        link=found[2],
        big="b" in look,
        strong="s" in look,
        english="e" in look,
    )


def seated(response: Response, seat: Seat, *, secure: bool) -> Response:
    """The answer with this cookie."""
    look = "b" * seat.big + "s" * seat.strong + "e" * seat.english
    cookie = SimpleCookie({COOKIE: f"{seat.device}~{seat.link}~{look}"})
    said = cookie[COOKIE]
    said["path"], said["max-age"], said["httponly"], said["samesite"] = "/q", LASTS, True, "Lax"
    said["secure"] = secure
    response.raw_headers.append((b"set-cookie", said.OutputString().encode()))
    return response


def _prefers_english(request: Request) -> bool:
    spoken = request.headers.get("accept-language", "").casefold()
    return spoken.startswith("en") and "zh" not in spoken
