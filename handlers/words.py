"""From keys to words: a draft's waiting lines and its screen become one message in the person's language."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from bot.core.messages import PAGE, Address, Button, Fleeting, Incoming, Outgoing
from bot.core.reading import Read, finished
from bot.core.screen import Choice, Label, Phrase, Screen, screen, writes
from bot.core.session import CHANGE, CONSENT, MASKS, PREVIEW, URGENT, Session
from bot.core.survey import LANGUAGES, Language, Script
from storage.draft import RECEIPT, SCREEN, Draft, Line
from storage.unit_of_work import Work

OPEN_SCREEN = "open"
"""The screen of buttons outside any talk: a tap on them is worth what it says, whenever it comes."""

WISH = "wish"
"""The parameter of a line that offers to tell what became of it: what its button says."""

HANDING = "handing."
"""What begins like this is said to somebody whose receipt is still being made."""

READ_BY = ("telegram", "wecom", PAGE)
"""Channels of which can be said who besides us reads what passes through them."""

SHORT = 7
"""Labels of at most so many characters stand two in a row."""


class Texts(Protocol):
    """The catalogue."""

    def say(self, language: Language, key: str, /, **params: object) -> str:
        """The sentence of that key."""
        ...


class House:
    """The catalogue as this house speaks it: the office's name and telephones stand wherever a text wants them."""

    def __init__(
        self, texts: Texts, office: str = "", phone: str = "", duty_phone: str = ""
    ) -> None:
        self._texts = texts
        known = {"office": office, "phone": phone, "duty_phone": duty_phone}
        self._own: dict[Language, dict[str, str]] = {
            language: {
                name: value or texts.say(language, f"house.{name}")
                for name, value in known.items()
            }
            for language in LANGUAGES
        }

    def say(self, language: Language, key: str, /, **params: object) -> str:
        """The sentence of that key."""
        return self._texts.say(language, key, **self._own[language], **params)

    @property
    def office(self) -> str:
        """What the papers call the office."""
        return self._own["zh"]["office"]

    @property
    def phone(self) -> str:
        """The office's telephone, as the papers have it."""
        return self._own["zh"]["phone"]


def spoken(work: Work, incoming: Incoming, draft: Draft | None) -> Language:
    """In which whoever did this is answered: that of their talk, the one they are known by, the one they were reading."""
    known = draft.language if draft else work.identity.language(incoming.address)
    return known or incoming.language or "zh"


def to_be_read(draft: Draft) -> tuple[str, ...]:
    """The finished texts that the message shows, masked: they are read before it is made."""
    session = draft.session
    shows = session is not None and session.place in (PREVIEW, CHANGE, MASKS, URGENT)
    return finished(session) if shows and session else ()


def message(texts: Texts, script: Script | None, draft: Draft, read: Read) -> Outgoing:
    """All that waits to be said, as one message; the screen, where one is wanted, comes last."""
    session = draft.session
    lines = [line for line in draft.waiting if line.key != SCREEN]
    says = [texts.say(draft.language, line.key, **line.params) for line in lines]
    if len(lines) < len(draft.waiting) and script is not None and session is not None:
        shown = _here(texts, draft, screen(script, session, read))
        return replace(
            _with_screen(texts, shown, session, draft, says),
            opening=script.round if session.place == CONSENT else "",
            writes=writes(script, session),
        )
    wishes = [line.params[WISH] for line in lines if WISH in line.params]
    rows = ((Button(texts.say(draft.language, "thanks.wish"), wishes[-1]),),) if wishes else ()
    return Outgoing(
        address=draft.address,
        text="\n\n".join(says),
        rows=rows,
        screen=OPEN_SCREEN if rows else "",
        fleeting=_fleeting(texts, draft.language, lines),
        follows=any(line.key.startswith(HANDING) for line in lines),
    )


def _fleeting(texts: Texts, language: Language, lines: list[Line]) -> Fleeting | None:
    """Where a receipt is among what is said: the receipt alone, and all the rest."""
    receipts = [line for line in lines if RECEIPT in line.params]
    if not receipts:
        return None
    rest = [
        texts.say(language, "thanks.shown")
        if line in receipts
        else texts.say(language, line.key, **line.params)
        for line in lines
    ]
    shown = texts.say(language, "thanks.in_passing", **receipts[-1].params)
    return Fleeting(shown=shown, stays="\n\n".join(rest))


def plain(texts: Texts, address: Address, language: Language, key: str) -> Outgoing:
    """One sentence outside any talk."""
    return Outgoing(address=address, text=texts.say(language, key))


def _here(texts: Texts, draft: Draft, shown: Screen) -> Screen:
    """The screen knowing where it stands: who else can read along there, and what the draft is tied to."""
    channel = draft.address.channel
    reads = channel if channel in READ_BY else "chat"
    tie = "page" if draft.address.passing else "chat"
    told = {
        "reads": texts.say(draft.language, f"reads.{reads}"),
        "tie": texts.say(draft.language, f"tie.{tie}"),
    }
    return replace(shown, params={**told, **shown.params})


def _with_screen(
    texts: Texts, shown: Screen, session: Session, draft: Draft, says: list[str]
) -> Outgoing:
    says.append(_text(texts, draft.language, shown))
    return Outgoing(
        address=draft.address,
        text="\n\n".join(says),
        rows=tuple(_rows(texts, draft.language, shown)),
        screen=session.screen,
        echoes=bool(shown.lines),
        heading=_heading(texts, draft.language, shown),
    )


def _heading(texts: Texts, language: Language, shown: Screen) -> str:
    """The question in its own words; else the first line."""
    if shown.wording:
        return shown.wording[language]
    return texts.say(language, shown.key, **shown.params).partition("\n")[0]


def _text(texts: Texts, language: Language, shown: Screen) -> str:
    parts = [texts.say(language, shown.key, **shown.params)]
    if shown.wording:
        parts.append(shown.wording[language])
    for name, said in shown.lines:
        words = texts.say(language, "preview.join").join(
            _label(texts, language, s) for s in said
        )
        parts.append(
            texts.say(language, "preview.line", name=_label(texts, language, name), said=words)
        )
    parts += [_label(texts, language, note) for note in shown.notes]
    return "\n".join(parts)


def _rows(texts: Texts, language: Language, shown: Screen) -> Iterator[tuple[Button, ...]]:
    buttons = [_button(texts, language, choice) for choice in shown.choices]
    while buttons:
        pair = buttons[:2]
        if len(pair) == 2 and all(len(b.label) <= SHORT for b in pair):
            buttons = buttons[2:]
            yield tuple(pair)
        else:
            yield (buttons.pop(0),)
    if shown.controls:
        yield tuple(_button(texts, language, choice, quiet=True) for choice in shown.controls)


def _button(texts: Texts, language: Language, choice: Choice, *, quiet: bool = False) -> Button:
    label = _label(texts, language, choice.label)
    if choice.ticked:
        label = texts.say(language, "choice.ticked", label=label)
    return Button(label, choice.says, quiet)


def _label(texts: Texts, language: Language, label: Label) -> str:
    match label:
        case str():
            return texts.say(language, label)
        case Phrase(key, params):
            return texts.say(language, key, **params)
        case _:
            return label[language]
