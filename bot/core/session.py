"""One conversation as a value: where it stands and what has been said so far.

The session is the draft. It is kept sealed and nowhere else; no other row knows what a person is in the middle of.
It holds messages in the words they were written in, because only the writer sees them; masking happens when a
preview is shown and again when the answers are handed in.
"""

from dataclasses import dataclass
from typing import Any

from bot.core.survey import Audience, Language, Script

Place = str
"""Where a talk stands: a name below, or `q:` and a question's id."""

CONSENT, PRIVACY, GROUP, UNIT = "consent", "privacy", "group", "unit"
OFFER, PREVIEW, CHANGE, LEAVE, URGENT = "offer", "preview", "change", "leave", "urgent"
MASKS, BARE = "masks", "bare"


def question_place(question: str) -> Place:
    """The place where that question is asked."""
    return f"q:{question}"


def question_at(place: Place) -> str:
    """The question asked at a place, or nothing."""
    return place[2:] if place.startswith("q:") else ""


@dataclass(frozen=True, slots=True)
class Part:
    """One message, or a piece of an answer: an edit finds it by the platform's name for the message."""

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to one question: options tapped, a number given, words written, or several of these."""

    question: str
    options: tuple[str, ...] = ()
    number: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The words, messages joined as lines."""
        return "\n".join(part.text for part in self.parts)

    @property
    def empty(self) -> bool:
        """Nothing was said."""
        return not self.options and self.number is None and not self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A talk in progress. Times are seconds since 1970, UTC."""

    language: Language
    place: Place
    turn: int = 0
    """Grows with each change of place; buttons carry it, so that an old one is known."""
    audience: Audience | None = None
    group: str = ""
    unit: str = ""
    """Empty: not told."""
    given: tuple[str, ...] = ()
    """Places that a link has already answered (`group`, `unit`) and that are not asked."""
    answers: tuple[Answer, ...] = ()
    ticked: tuple[str, ...] = ()
    """Options ticked so far where several may be."""
    writing: tuple[Part, ...] = ()
    """Messages of the answer being written: more may follow within the quiet gap."""
    writing_since: float = 0
    search: str = ""
    page: int = 0
    pupil: bool = False
    """A parent speaks for the child."""
    returning: bool = False
    """Changing one answer: afterwards back to the preview."""
    behind: Place = ""
    """Where a card laid on top (privacy, leaving) returns to."""
    touched: float = 0
    warned: bool = False
    """The one question before the draft's end has been asked."""
    bared: tuple[str, ...] = ()
    """Words that would be masked, and that the writer wants to be read."""
    hidden: tuple[str, ...] = ()
    """Words the writer wants masked besides."""
    asking: str = ""
    """The words of which it is asked whether they are to be read."""
    urgent: tuple[str, ...] = ()
    """The questions whose answers may not wait, once the writer wants to hand in."""
    handed: bool = False
    """Handed in; it goes into the vault as soon as there is a receipt for it. `urgent` are told to who is on duty then."""
    here: bool = False
    """With the unit, where somebody is told."""

    def answer(self, question: str) -> Answer | None:
        """What was said to that question."""
        return next((a for a in self.answers if a.question == question), None)

    @property
    def screen(self) -> str:
        """The token its buttons carry."""
        return f"{self.turn}"


def audience_of(script: Script, session: Session) -> Audience:
    """Whose wording this talk uses; staff's where nothing is known yet."""
    if session.audience:
        return session.audience
    group = script.group(session.group)
    return group.audience if group else "staff"


def to_plain(session: Session) -> list[Any]:
    """The session as JSON-ready lists, in field order (half the size of names and values)."""
    return [
        session.language, session.place, session.turn, session.audience, session.group, session.unit,
        session.given,
        [[a.question, a.options, a.number, [[p.message, p.text] for p in a.parts]] for a in session.answers],
        session.ticked,
        [[p.message, p.text] for p in session.writing],
        session.writing_since, session.search, session.page, session.pupil, session.returning,
        session.behind, session.touched, session.warned, session.bared, session.hidden, session.asking, session.urgent,
        session.handed, session.here,
    ]  # fmt: skip


def from_plain(plain: list[Any]) -> Session:
    """The session that `to_plain` wrote; an earlier version of it may have written less."""
    (
        language, place, turn, audience, group, unit, given, answers, ticked, writing, writing_since,
        search, page, pupil, returning, behind, touched, warned, *decided,
    ) = plain  # fmt: skip
    bared, hidden, asking, *later = decided or ((), (), "")
    urgent, *waits = later or ((),)
    handed, here = waits or (False, False)
    return Session(
        language=language,
        place=place,
        turn=turn,
        audience=audience,
        group=group,
        unit=unit,
        given=tuple(given),
        answers=tuple(
            Answer(question, tuple(options), number, tuple(Part(*part) for part in parts))
            for question, options, number, parts in answers
        ),
        ticked=tuple(ticked),
        writing=tuple(Part(*part) for part in writing),
        writing_since=writing_since,
        search=search,
        page=page,
        pupil=pupil,
        returning=returning,
        behind=behind,
        touched=touched,
        warned=warned,
        bared=tuple(bared),
        hidden=tuple(hidden),
        asking=asking,
        urgent=tuple(urgent),
        handed=handed,
        here=here,
    )
