"""From what is to be said to a page: plain HTML that needs no script and no new telephone.

All words are text and are escaped here; the page's own words come from `content/page`. What a screen reader hears comes in
the order it stands in: what was just said, how far one is, the question as the one heading, the answers, a field, the
controls; the switches of the page come last but for the one that makes the letters large.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files

from bot.channels.page.seat import Seat
from bot.channels.pieces import in_chinese
from bot.core.messages import Button, Outgoing

Words = Mapping[str, Mapping[str, str]]
"""Language -> key -> text."""

FILES = files("bot.channels.page") / "files"
TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

_RECEIPT = re.compile(r"\d{4}(?: \d{4}){3}")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What stands on the page until something is done: one message, or several that came together."""

    id: str
    messages: tuple[Outgoing, ...]

    @property
    def last(self) -> Outgoing:
        """The one whose buttons can be tapped."""
        return self.messages[-1]

    @property
    def asks(self) -> bool:
        """A talk stands here and wants an answer."""
        return bool(self.last.heading)

    @property
    def follows(self) -> bool:
        """More comes in a moment: the page fetches it by itself."""
        return self.last.follows


def static() -> dict[str, bytes]:
    """The files beside the page, by name."""
    return {name: (FILES / name).read_bytes() for name in TYPES}


EDITION = sha256(b"".join(static().values())).hexdigest()[:10]
"""In the address of the files: they may be kept for a year, and another release has others."""


class Pages:
    """The pages, with the words of this house."""

    def __init__(self, words: Words) -> None:
        self._words = words

    # -- before and around a talk -------------------------------------------------

    def opening(self, seat: Seat) -> str:
        """How every page of this device begins that is in its own language: sent while the rest is still looked up."""
        return self._opening(seat, self._words[seat.language])

    def door(
        self,
        seat: Seat,
        *,
        link: str,
        challenge: str,
        bits: int,
        standing: str = "new",
        note: str = "",
    ) -> str:
        """Where one begins, goes on, or looks what became of one's words. `standing`: as in `core.link`."""
        said = self._words[seat.language]
        hidden = _hidden(link=link, challenge=challenge)
        work = f' data-work="{bits}"' if bits else ""
        begin = {"going": "resume", "again": "again"}.get(standing, "begin")
        button = f'<button class="go" name="do" value="begin">{escape(said[begin])}</button>'
        personal = _p(said["personal"]) if "." in link else ""
        return self._page(
            seat,
            said,
            title=said[f"door_{standing}"],
            back=f"/q/{link}" if link else "/q",
            main=(
                _note(said[note] if note else "")
                + f'<form method="post" action="/q/begin" id="door"{work}>{hidden}'
                + f"<h1>{escape(said[f'door_{standing}'])}</h1>"
                + _p(said[f"door_{standing}_more"])
                + (button if standing in ("new", "going", "again") else "")
                + '<p id="working" role="status" class="soft" data-says="'
                + f'{escape(said["working"])}"></p>'
                + (f"<noscript>{_p(said['no_script'])}</noscript>" if bits else "")
                + (personal if standing in ("new", "again") else "")
                + (_elsewhere(said) if standing in ("over", "unknown") else "")
                + "</form>"
                + _aside(said, "word", "say", hidden, _AREA.format(id="word"))
                + _aside(said, "receipt", "look", hidden, _DIGITS.format(id="receipt"))
            ),
        )

    def wait(self, seat: Seat, seconds: int, form: Mapping[str, str] | None, text: str) -> str:
        """Come back by itself after so many seconds; or by hand, with what was written."""
        said = self._words[seat.language]
        again = ""
        if form is not None:
            again = (
                f'<form method="post" action="/q/begin">{_hidden(**form)}{_written(said, text)}'
                f'<button class="go">{escape(said["send_again"])}</button></form>'
            )
        more = said["wait_tap" if again else "wait_more"].format(seconds=seconds)
        return self._page(
            seat,
            said,
            title=said["wait"],
            back="/q",
            main=f'<div role="status"><h1>{escape(said["wait"])}</h1></div>{_p(more)}{again}',
        )

    def soon(self, seat: Seat) -> str:
        """The answer is being made."""
        said = self._words[seat.language]
        return self._page(
            seat,
            said,
            title=said["soon"],
            back="/q/now",
            main=f'<div role="status"><h1>{escape(said["soon"])}</h1></div>',
        )

    def sorry(
        self, seat: Seat, key: str, *, again: Mapping[str, str] | None = None, text: str = ""
    ) -> str:
        """Something did not go. `again`: the form once more, with what was written."""
        said = self._words[seat.language]
        form = ""
        if again is not None:
            field = _written(said, text) if text else ""
            form = (
                f'<form method="post" action="/q/now">{_hidden(**again)}{field}'
                f'<button class="go">{escape(said["send_again"])}</button></form>'
            )
        else:
            form = _elsewhere(said)
        return self._page(
            seat,
            said,
            title=said[key],
            back="/q/now" if seat.device else "/q",
            main=f'<div role="alert"><h1>{escape(said[key])}</h1></div>{_p(said[f"{key}_more"])}{form}',
        )

    # -- a talk -------------------------------------------------------------------

    def talk(self, seat: Seat, view: View | None, token: str, standing: str) -> str:
        """What is said to somebody, and what they can do. `standing` matters where nothing is asked."""
        # Their talk's language, which need not be the one this telephone reads.
        chinese = in_chinese(view.last.text) if view else not seat.english
        said = self._words["zh" if chinese else "en"]
        hidden = _hidden(token=token, view=view.id if view else "", screen="")
        if view is None:
            key = "door_going" if standing == "going" else "nothing"
            heading = f"<h1>{escape(said[key])}</h1>{_p(said[f'{key}_more'])}"
            return self._page(
                seat,
                said,
                title=said[key],
                back="/q/now",
                token=token,
                main=self._form(hidden, heading + self._on(said, standing)),
            )
        hidden = _hidden(token=token, view=view.id, screen=view.last.screen)
        before, asked = _split(view)
        heading, below = _asked(asked, view.last.heading)
        body = _lines_with_receipt(below) if view.last.fleeting else _lines(below)
        choices, controls = _sorted(view.last.rows)
        parts = [_note(before), heading, body]
        if choices:
            parts.append(_choices(choices, said["choices"]))
        if view.last.writes or not (view.asks or view.follows):
            counted = bool(choices) and not asked.startswith(view.last.heading)
            label = "write_too" if counted else "write" if view.asks else "write_more"
            parts.append(_field(said[label], said["written"], alone=not choices))
        if controls:
            parts.append(_controls(controls, said["controls"]))
        if not (view.asks or view.follows):
            parts.append(self._on(said, standing))
        title = _title(asked if view.asks else view.last.text)
        return self._page(
            seat,
            said,
            title=title,
            back="/q/now",
            token=token,
            main=self._form(hidden, "".join(parts)),
        )

    def _form(self, hidden: str, content: str) -> str:
        return f'<form method="post" action="/q/now" id="talk">{hidden}{content}</form>'

    def _on(self, said: Mapping[str, str], standing: str) -> str:
        """Where nothing is asked: the way on, where there is one."""
        ways = {"going": ("resume", "go"), "again": ("again", "plain"), "new": ("begin", "go")}
        go = ""
        if standing in ways:
            key, style = ways[standing]
            go = f'<button class="{style}" name="do" value="on">{escape(said[key])}</button>'
        leave = (
            f'<button class="quiet" name="do" value="leave">{escape(said["leave"])}</button>'
        )
        return f"<p>{go}</p><p>{leave}</p>" if go else f"<p>{leave}</p>"

    # -- what all pages have --------------------------------------------------------

    def _page(
        self,
        seat: Seat,
        said: Mapping[str, str],
        *,
        title: str,
        main: str,
        back: str,
        token: str = "",
    ) -> str:
        switch = _hidden(back=back, token=token)
        return (
            f"{self._opening(seat, said)}"
            f"<title>{escape(title)} · {escape(said['brand'])}</title>"
            "</head><body>"
            f'<header><p>{escape(said["brand"])}</p><form method="post" action="/q/look">{switch}'
            f"{_switch('big', said['small' if seat.big else 'big'])}</form></header>"
            f'<main id="main">{main}</main>'
            f'<footer><form method="post" action="/q/look">{switch}'
            f"{_switch('strong', said['plain' if seat.strong else 'strong'])}"
            f"{_switch(said['other'], said['other_name'], lang=said['other_code'])}"
            f"</form><p>{escape(said['phone'])}</p></footer>"
            f'<script src="/q/files/page.js?{EDITION}" '
            f'data-copy="{escape(said["copy"])}" data-copied="{escape(said["copied"])}"></script>'
            "</body></html>"
        )

    def _opening(self, seat: Seat, said: Mapping[str, str]) -> str:
        look = " ".join(name for name, on in (("big", seat.big), ("strong", seat.strong)) if on)
        return (
            f'<!doctype html><html lang="{said["code"]}" class="{look}"><head>'
            '<meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            '<meta name="format-detection" content="telephone=no">'
            f'<link rel="icon" href="/q/files/icon.svg?{EDITION}">'
            f'<link rel="stylesheet" href="/q/files/page.css?{EDITION}">'
        )


def _split(view: View) -> tuple[str, str]:
    """What is only said, and what asks."""
    *others, last = (message.text for message in view.messages)
    at = last.find(view.last.heading) if view.last.heading else -1
    start = last.rfind("\n\n", 0, at) + 2 if at > 0 and "\n\n" in last[:at] else 0
    if at < 0:
        return "\n\n".join(others), last
    return "\n\n".join([*others, *([last[: start - 2]] if start else [])]), last[start:]


def _asked(text: str, heading: str) -> tuple[str, str]:
    """The heading with how far one is above it, and what stands below."""
    if not heading or heading not in text:
        first, _, rest = text.partition("\n")
        return f'<h1 class="said">{_line(first)}</h1>', rest
    above, _, below = text.partition(heading)
    step = f'<p class="step">{_line(above.strip())}</p>' if above.strip() else ""
    return f"{step}<h1>{_line(heading)}</h1>", below


def _receipt(line: str, found: re.Match[str]) -> str:
    """The line with the number large, ready to be marked or copied."""
    before, after = line[: found.start()], line[found.end() :]
    return (
        f'<p class="receipt">{_line(before)}'
        f'<strong id="receipt" tabindex="0">{found[0]}</strong>{_line(after)}</p>'
    )


def _sorted(
    rows: Iterable[tuple[Button, ...]],
) -> tuple[list[Button], list[Button]]:
    every = [button for row in rows for button in row]
    return [b for b in every if not b.quiet], [b for b in every if b.quiet]


def _choices(buttons: list[Button], name: str) -> str:
    items = "".join(f"<li>{_button(button)}</li>" for button in buttons)
    return f'<ul class="choices" aria-label="{escape(name)}">{items}</ul>'


def _button(button: Button) -> str:
    number = button.says if button.says.isdecimal() and len(button.says) <= 2 else ""
    shown = f'<span class="no" aria-hidden="true">{number}</span>' if number else ""
    return f'<button name="says" value="{escape(button.says)}">{shown}{_line(button.label)}</button>'


def _field(label: str, written: str, *, alone: bool) -> str:
    style = "go" if alone else "plain"
    return (
        f'<div class="field"><label for="text">{escape(label)}</label>'
        f'<textarea id="text" name="text" rows="{4 if alone else 2}" autocomplete="off"></textarea>'
        f'<button class="{style}" name="do" value="write">{escape(written)}</button></div>'
    )


_AREA = '<textarea id="{id}-asked" name="text" rows="3" autocomplete="off"></textarea>'
_DIGITS = (
    '<input id="{id}-asked" name="text" autocomplete="off" inputmode="numeric" maxlength="60">'
)


def _aside(said: Mapping[str, str], name: str, do: str, hidden: str, field: str) -> str:
    """What else one may come for; folded away where a telephone can."""
    return (
        f'<details class="aside"><summary>{escape(said[f"{name}_ask"])}</summary>'
        f'<form method="post" action="/q/begin">{hidden}'
        f'<label for="{name}-asked">{escape(said[f"{name}_here"])}</label>{field}'
        f'<button name="do" value="{do}">{escape(said[f"{name}_{do}"])}</button></form></details>'
    )


def _written(said: Mapping[str, str], text: str) -> str:
    """What was written and is not kept yet."""
    return (
        f'<label for="text">{escape(said["write"])}</label>'
        f'<textarea id="text" name="text" rows="4">{escape(text)}</textarea>'
    )


def _controls(buttons: list[Button], name: str) -> str:
    items = "".join(
        f'<li><button class="quiet" name="says" value="{escape(b.says)}">{_line(b.label)}</button></li>'
        for b in buttons
    )
    return f'<ul class="controls" aria-label="{escape(name)}">{items}</ul>'


def _switch(name: str, label: str, *, lang: str = "") -> str:
    spoken = f' lang="{lang}"' if lang else ""
    return (
        f'<button class="quiet" name="switch" value="{name}"{spoken}>{escape(label)}</button>'
    )


def _elsewhere(said: Mapping[str, str]) -> str:
    return f'<p><a class="go" href="/q">{escape(said["elsewhere"])}</a></p>'


def _hidden(**fields: str) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def _note(text: str) -> str:
    return f'<div role="status" class="note">{_lines(text)}</div>' if text else ""


def _title(text: str) -> str:
    """The first line: how far one is, never what somebody wrote."""
    return text.strip().partition("\n")[0]


def _p(text: str) -> str:
    return _lines(text)


def _lines(text: str) -> str:
    return "".join(f"<p>{_line(one)}</p>" for one in text.split("\n") if one.strip())


def _lines_with_receipt(text: str) -> str:
    every = ((one, _RECEIPT.search(one)) for one in text.split("\n") if one.strip())
    return "".join(_receipt(one, found) if found else _lines(one) for one, found in every)


def _line(text: str) -> str:
    return escape(_UNSEEN.sub("", text))
