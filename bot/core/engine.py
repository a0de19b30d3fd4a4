"""How a talk moves on: `step(script, session, event)` gives the next session and what is to be done.

Everything that moves a talk stands in this file. It asks no clock and no database: time arrives in the event,
wishes leave as effects. The same session and event always give the same step, so a race that was lost is simply
stepped again.

    events   what happened        Agreed  ChoseGroup  ChoseUnit  Searched  TurnedPage  Wrote  Rewrote  Settled
                                  Chose  Gave  Ticked  Skipped  WentBack  FinishedEarly  Confirmed  WantsChange
                                  PickedAnswer  WantsMasks  Hid  Bared  CalledDuty  MayWait  Stopped  Discarded  ...
    effects  what is to be done   Say (a sentence)  Ask (show where we are)  Keep (hand the answers in)  Close

The way through a talk is `path`: consent, group, unit, the questions that apply, the preview. Cards that lie on
top of it (privacy, change, leave) remember in `behind` where they return to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from bot.core.people import find_units, open_groups
from bot.core.reading import Finding
from bot.core.session import (
    BARE,
    CHANGE,
    CONSENT,
    GROUP,
    LEAVE,
    MASKS,
    OFFER,
    PREVIEW,
    PRIVACY,
    UNIT,
    URGENT,
    Answer,
    Part,
    Place,
    Session,
    audience_of,
    question_at,
    question_place,
)
from bot.core.survey import Audience, Form, Language, Question, Script

UNITS_A_PAGE = 6
"""Digits 1 to 6 pick a unit, 7 turns the page."""

QUIET_GAP = 3.0
"""Seconds of silence after which messages in a row are one answer."""

FLOOD, FLOOD_WINDOW, FLOOD_GAP = 20, 60.0, 15.0
"""This many messages within so many seconds are still all kept, but the reply waits longer."""

LONG = 2000
"""Characters from which the writer is told that a long text was taken whole."""

WARN_AFTER, EXPIRE_AFTER = 48 * 3600.0, 72 * 3600.0
"""Seconds of silence until the one question, and until the draft is gone. Two days later is the same time of day:
an hour at which this person was awake."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The consent card was accepted; with two doors, as whom."""

    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class WantsPrivacy:
    """Who will see this? The longer promise is shown."""


@dataclass(frozen=True, slots=True)
class ChoseGroup:
    """Who one is."""

    group: str


@dataclass(frozen=True, slots=True)
class ChoseUnit:
    """Where one is; empty: not told."""

    unit: str


@dataclass(frozen=True, slots=True)
class Searched:
    """Some characters of a unit's name."""

    typed: str


@dataclass(frozen=True, slots=True)
class TurnedPage:
    """More units, please."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A message that is an answer or a part of one."""

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Rewrote:
    """An earlier message was edited."""

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The quiet gap is over: what was written is one answer."""


@dataclass(frozen=True, slots=True)
class Chose:
    """Options picked, and words typed behind the digit."""

    options: tuple[str, ...]
    words: Part | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """One option of several, ticked or unticked."""

    option: str


@dataclass(frozen=True, slots=True)
class Gave:
    """A rating or a number."""

    number: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """This question is passed over."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """One place back."""


@dataclass(frozen=True, slots=True)
class FinishedEarly:
    """Hand in what is answered."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The preview was accepted; with the questions whose answers may not wait."""

    urgent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalledDuty:
    """Tell who is on duty, now; with the unit, or without."""

    here: bool


@dataclass(frozen=True, slots=True)
class MayWait:
    """It was not so urgent: like all others, then."""


@dataclass(frozen=True, slots=True)
class WantsChange:
    """One answer is to be changed."""


@dataclass(frozen=True, slots=True)
class PickedAnswer:
    """Which one."""

    question: str


@dataclass(frozen=True, slots=True)
class WantsMasks:
    """What is masked is to be looked at, one by one."""


@dataclass(frozen=True, slots=True)
class PickedFinding:
    """One of the things that are masked, or could be."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Hid:
    """Words that are to be masked too."""

    words: str


@dataclass(frozen=True, slots=True)
class Bared:
    """Yes, these words are to be read."""


@dataclass(frozen=True, slots=True)
class SpokeForPupil:
    """A parent marks, or unmarks, that the child speaks."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Enough."""


@dataclass(frozen=True, slots=True)
class Discarded:
    """Throw away what was said."""


@dataclass(frozen=True, slots=True)
class KeptForLater:
    """Leave it for now; it stays as it is."""


@dataclass(frozen=True, slots=True)
class AskedElsewhere:
    """Something of a menu that begins when no talk is under way: a vote, a rating. It is no answer."""


@dataclass(frozen=True, slots=True)
class AskedHotline:
    """Other ways to be heard."""


@dataclass(frozen=True, slots=True)
class ChoseLanguage:
    """The other catalogue, please."""

    language: Language


@dataclass(frozen=True, slots=True)
class SentMedia:
    """A picture, a voice message, an emoji: not words."""

    what: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Cannot be an answer here."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A button of a screen that is gone."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The chat was opened again."""


@dataclass(frozen=True, slots=True)
class Expired:
    """The draft's deadline, first (a question) or last, has come."""


Event = (
    Agreed | WantsPrivacy | ChoseGroup | ChoseUnit | Searched | TurnedPage | Wrote | Rewrote | Settled
    | Chose | Ticked | Gave | Skipped | WentBack | FinishedEarly | Confirmed | CalledDuty | MayWait | WantsChange
    | PickedAnswer    | WantsMasks | PickedFinding | Hid | Bared | SpokeForPupil | Stopped | Discarded | KeptForLater | AskedHotline | AskedElsewhere | ChoseLanguage | SentMedia
    | Unclear | Stale | Returned | Expired
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Say:
    """Say the sentence of that key. The parameters are harmless: never words of the person."""

    key: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Ask:
    """Show where the talk stands."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Hand the answers in; those of `calls` go to who is on duty at once."""

    session: Session
    calls: tuple[str, ...] = ()
    here: bool = False
    """With the unit."""


@dataclass(frozen=True, slots=True)
class Close:
    """The draft is gone."""


Effect = Say | Ask | Keep | Close


@dataclass(frozen=True, slots=True)
class Step:
    """What an event made of a session; `session` is None when the talk is over."""

    session: Session | None
    effects: tuple[Effect, ...] = ()


def begin(
    script: Script, *, language: Language, now: float, group: str = "", unit: str = ""
) -> Step:
    """A new talk; a link may already have told the group or the unit."""
    given = _given(script, group, unit)
    session = Session(
        language=language,
        place=CONSENT,
        group=group if GROUP in given else "",
        unit=unit if UNIT in given else "",
        given=given,
        touched=now,
    )
    return Step(session, (Ask(),))


def offer(
    script: Script,
    message: Part,
    *,
    language: Language,
    now: float,
    group: str = "",
    unit: str = "",
) -> Step:
    """Somebody said a thing without being asked: once they pause, it is offered to be kept."""
    given = _given(script, group, unit)
    session = Session(
        language=language,
        place=question_place(script.survey.questions[0].id),
        group=group if GROUP in given else "",
        unit=unit if UNIT in given else "",
        given=(CONSENT, *given),  # the offer says what consent says, in the same breath
        writing=(message,),
        writing_since=now,
        touched=now,
    )
    return Step(session)


def _given(script: Script, group: str, unit: str) -> tuple[Place, ...]:
    return (*([GROUP] if script.group(group) else []), *([UNIT] if script.unit(unit) else []))


def deadline(session: Session) -> float:
    """When something happens by itself: the quiet gap's end, the one question, or the draft's end."""
    if session.writing:
        flooded = (
            len(session.writing) >= FLOOD
            and session.touched - session.writing_since < FLOOD_WINDOW
        )
        return session.touched + (FLOOD_GAP if flooded else QUIET_GAP)
    return session.touched + (EXPIRE_AFTER if session.warned else WARN_AFTER)


def due(session: Session, now: float) -> bool:
    """Whether that moment has come. It has for what is being written while the clock was turned back: how long the
    writer has been silent is not known then, and nobody waits for an hour to come a second time."""
    return deadline(session) <= now or bool(session.writing and session.touched > now)


def path(script: Script, session: Session) -> tuple[Place, ...]:
    """The places of this talk from first to last, as far as they apply to what was said."""
    questions = tuple(question_place(q.id) for q in asked(script, session))
    doors: list[Place] = [] if CONSENT in session.given else [CONSENT]
    if CONSENT in session.given:  # an offered word stands before the doors
        return (*questions, OFFER, *_doors(script, session), PREVIEW)
    return (*doors, *_doors(script, session), *questions, PREVIEW)


def asked(script: Script, session: Session) -> tuple[Question, ...]:
    """The questions put to this person, conditions considered."""
    audience = audience_of(script, session)
    return tuple(
        q
        for q in script.survey.questions
        if q.form(audience) is not None and _applies(q, session)
    )


def form_at(script: Script, session: Session) -> Form | None:
    """How the question at this place is put; None where no question is."""
    question = script.question(question_at(session.place))
    return question.form(audience_of(script, session)) if question else None


def page_of_units(script: Script, session: Session) -> tuple[tuple[str, ...], bool]:
    """The ids of the units on the page shown, and whether there are more."""
    found = find_units(script.units, session.search)
    start = session.page * UNITS_A_PAGE
    return tuple(u.id for u in found[start : start + UNITS_A_PAGE]), len(found) > UNITS_A_PAGE


def step(script: Script, session: Session, event: Event, now: float) -> Step:
    """What that event makes of the session."""
    if session.handed:
        return _wait(session, event, now)
    match event:
        case Wrote() | Rewrote():
            return _write(script, replace(session, touched=now, warned=False), event, now)
        case Expired():
            return _expire(session, now)
        case Settled():
            return _settle(script, session) if session.writing else Step(session)
        case SentMedia(what):
            return Step(session, (Say(f"media.{what}"),))
        case ChoseLanguage(language):
            return Step(
                replace(session, language=language, touched=now),
                (Say("language.changed"), Ask()),
            )
        case AskedElsewhere():
            return Step(session, (Say("said.first_finish"), Ask()))
        case AskedHotline():
            return Step(session, (Say("said.hotline"), Ask()))
        case Stale():
            return Step(session, (Say("stale.screen"), Ask()))
        case Returned():
            return Step(session, (Ask(),))
        case _:
            return _decide(script, replace(session, touched=now, warned=False), event)


def awaits(keep: Keep) -> Session:
    """Handed in, and there is no receipt yet: the talk as it is kept until there is one."""
    return replace(keep.session, handed=True, urgent=keep.calls, here=keep.here)


def handed_in(session: Session) -> Keep:
    """What `awaits` kept."""
    return Keep(session, session.urgent, session.here)


def _wait(session: Session, event: Event, now: float) -> Step:
    """It is on its way; what comes meanwhile is no part of it, and its writer is told so."""
    match event:
        case Expired() | Settled():
            return Step(replace(session, touched=now))
        case _:
            return Step(session, (Say("handing.wait"),))


def _decide(script: Script, session: Session, event: Event) -> Step:
    """A choice was made. What was being written is an answer first: nothing is lost to an early tap."""
    if not session.writing:
        return _move(script, session, event)
    if isinstance(event, Chose) and question_at(session.place):
        words = (*session.writing, *([event.words] if event.words else []))
        return _answer(
            script,
            replace(session, writing=()),
            Answer(question_at(session.place), event.options, parts=words),
        )
    settled = _settle(script, session)
    if settled.session is None or isinstance(event, Skipped | Unclear):
        return settled
    then = _move(script, settled.session, event)
    said = tuple(effect for effect in settled.effects if isinstance(effect, Say))
    return Step(then.session, (*said, *then.effects))


def _move(script: Script, session: Session, event: Event) -> Step:
    match event:
        case Agreed(audience):
            return _agree(script, session, audience)
        case WantsPrivacy():
            return _lay(session, PRIVACY)
        case ChoseGroup(group):
            return _on(script, replace(session, group=group))
        case ChoseUnit(unit):
            return _on(script, replace(session, unit=unit, search="", page=0))
        case Searched(typed):
            return _search(script, session, typed)
        case TurnedPage():
            return _turn_page(script, session)
        case Chose(options, words):
            parts = (words,) if words else ()
            return _answer(
                script, session, Answer(question_at(session.place), options, parts=parts)
            )
        case Gave(number):
            return _answer(script, session, Answer(question_at(session.place), number=number))
        case Ticked(option):
            return _tick(session, option)
        case Skipped():
            return _skip(script, session)
        case WentBack():
            return _back(script, session)
        case FinishedEarly():
            return _finish(script, session)
        case Confirmed(urgent):
            return _confirm(script, session, urgent)
        case CalledDuty(here):
            return Step(None, (Keep(session, session.urgent, here), Close()))
        case MayWait():
            return _hand_in(script, session)
        case WantsChange():
            return _lay(session, CHANGE)
        case PickedAnswer(question):
            return _to(replace(session, returning=True, behind=""), question_place(question))
        case WantsMasks():
            return _lay(session, MASKS)
        case PickedFinding(finding):
            return _pick(session, finding)
        case Hid(words):
            return _hide(session, words)
        case Bared():
            bared = (*session.bared, session.asking)
            return _to(replace(session, bared=bared, asking=""), MASKS)
        case SpokeForPupil():
            return Step(replace(session, pupil=not session.pupil), (Ask(),))
        case Stopped():
            return _leave(session)
        case Discarded():
            return _decline(session)
        case KeptForLater():
            return Step(_under(session), (Say("said.kept_for_later"),))
        case Unclear():
            return Step(session, (Say(_unclear(script, session)), Ask()))
        case (
            Wrote() | Rewrote() | Settled() | SentMedia() | ChoseLanguage() | AskedHotline() | AskedElsewhere() | Stale()
            | Returned() | Expired()
        ):  # fmt: skip
            raise AssertionError(event)  # `step` has answered these
        case _:
            assert_never(event)


def _agree(script: Script, session: Session, audience: Audience | None) -> Step:
    groups = open_groups(script, audience)
    only = groups[0].id if audience and len(groups) == 1 else session.group
    place = session.behind or session.place
    return _on(script, replace(session, place=place, behind="", audience=audience, group=only))


def _write(script: Script, session: Session, event: Wrote | Rewrote, now: float) -> Step:
    part = Part(event.message, event.text)
    if isinstance(event, Rewrote):
        return _rewrite(session, part)
    session = _under(session)
    writing = (*session.writing, part)
    since = session.writing_since if session.writing else now
    flood = len(writing) == FLOOD and now - since < FLOOD_WINDOW
    says = (Say("said.flood"),) if flood else ()
    return Step(replace(session, writing=writing, writing_since=since), says)


def _rewrite(session: Session, part: Part) -> Step:
    """An edit replaces what the message said, wherever in the draft that is."""
    if any(p.message == part.message for p in session.writing):
        return Step(replace(session, writing=_exchange(session.writing, part)))
    answers = tuple(replace(a, parts=_exchange(a.parts, part)) for a in session.answers)
    if answers == session.answers:
        return Step(session, (Say("edit.late"),))
    after = (Ask(),) if session.place in (PREVIEW, OFFER, CHANGE, URGENT) else ()
    return Step(replace(session, answers=answers), (Say("edit.done"), *after))


def _exchange(parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    return tuple(part if p.message == part.message else p for p in parts)


def _settle(script: Script, session: Session) -> Step:
    written = replace(session, writing=())
    if session.place == OFFER:  # one more message behind an offered word belongs to it
        word = script.survey.questions[0].id
        earlier = session.answer(word) or Answer(word)
        answer = replace(earlier, parts=(*earlier.parts, *session.writing))
        return Step(replace(written, answers=(answer,)), (Ask(),))
    answer = Answer(question_at(session.place), session.ticked, parts=session.writing)
    says = (Say("said.long"),) if len(answer.text) > LONG else ()
    then = _answer(script, written, answer)
    return Step(then.session, (*says, *then.effects))


def _answer(script: Script, session: Session, answer: Answer) -> Step:
    kept = tuple(a for a in session.answers if a.question != answer.question)
    order = [q.id for q in script.survey.questions]
    answers = tuple(sorted((*kept, answer), key=lambda a: order.index(a.question)))
    return _on(script, replace(session, answers=answers, ticked=()))


def _tick(session: Session, option: str) -> Step:
    ticked = session.ticked
    ticked = tuple(t for t in ticked if t != option) if option in ticked else (*ticked, option)
    return Step(replace(session, ticked=ticked), (Ask(),))


def _on(script: Script, session: Session) -> Step:
    """To the next place; after a change, back to the preview."""
    if session.returning:
        return _to(_forget_moot(script, replace(session, returning=False)), PREVIEW)
    way = path(script, session)
    return _to(_forget_moot(script, session), way[way.index(session.place) + 1])


def _forget_moot(script: Script, session: Session) -> Session:
    """Answers to questions that no longer apply are not handed in behind the writer's back."""
    applies = {q.id for q in asked(script, session)}
    return replace(session, answers=tuple(a for a in session.answers if a.question in applies))


def _pick(session: Session, finding: Finding) -> Step:
    """Masked or read, the other way round; to be read takes a second word."""
    words = finding.words
    if words in session.hidden:
        return _to(replace(session, hidden=_without(session.hidden, words)), MASKS)
    if finding.masked:
        return _to(replace(session, asking=words), BARE)
    if words in session.bared:
        return _to(replace(session, bared=_without(session.bared, words)), MASKS)
    return _to(replace(session, hidden=(*session.hidden, words)), MASKS)


def _hide(session: Session, words: str) -> Step:
    if not any(words in answer.text for answer in session.answers):
        return Step(session, (Say("masks.not_there"), Ask()))
    known = _without(session.hidden, words)
    bared = _without(session.bared, words)
    return _to(replace(session, hidden=(*known, words), bared=bared), MASKS)


def _without(those: tuple[str, ...], words: str) -> tuple[str, ...]:
    return tuple(one for one in those if one != words)


def _back(script: Script, session: Session) -> Step:
    if session.place == BARE:
        return _to(replace(session, asking=""), MASKS)
    if session.behind or session.returning:
        return _to(replace(session, returning=False, behind=""), session.behind or PREVIEW)
    way = path(script, session)
    here = way.index(session.place)
    if here == 0:
        return Step(session, (Say("said.nothing_before"), Ask()))
    return _to(session, way[here - 1])


def _skip(script: Script, session: Session) -> Step:
    question = question_at(session.place)
    if session.place == UNIT:
        return _on(script, replace(session, unit="", search="", page=0))
    if session.place in (CONSENT, OFFER, PRIVACY):
        return _decline(session)
    if not question:
        return Step(session, (Say(_unclear(script, session)), Ask()))
    kept = tuple(a for a in session.answers if a.question != question)
    then = _on(script, replace(session, answers=kept, ticked=()))
    return Step(then.session, (Say("said.skipped"), *then.effects))


def _finish(script: Script, session: Session) -> Step:
    if not session.answers:
        return Step(session, (Say("said.nothing_yet"), Ask()))
    return _to(
        _forget_moot(script, replace(session, behind="", returning=False, ticked=())), PREVIEW
    )


def _confirm(script: Script, session: Session, urgent: tuple[str, ...]) -> Step:
    """What may not wait is not handed in before its writer was asked whether somebody is to be told now."""
    if urgent and session.answers:
        return _lay(replace(session, urgent=urgent), URGENT)
    return _hand_in(script, session)


def _hand_in(script: Script, session: Session) -> Step:
    if not session.answers:
        return Step(
            _step_to(session, path(script, session)[0]), (Say("said.nothing_yet"), Ask())
        )
    return Step(None, (Keep(session), Close()))


def _decline(session: Session) -> Step:
    gone = "stopped.discarded" if session.answers else "stopped.plain"
    return Step(None, (Say(gone), Close()))


def _leave(session: Session) -> Step:
    if session.place == OFFER or not session.answers:
        return _decline(session)
    return _lay(session, LEAVE)


def _expire(session: Session, now: float) -> Step:
    if not session.warned and now < session.touched + EXPIRE_AFTER:
        warned = replace(session, warned=True)
        return _lay(warned, LEAVE) if session.answers else Step(warned)
    return Step(None, (*([Say("said.expired")] if session.answers else []), Close()))


def _search(script: Script, session: Session, typed: str) -> Step:
    if not find_units(script.units, typed):
        return Step(replace(session, search="", page=0), (Say("unit.none"), Ask()))
    return _to(replace(session, search=typed, page=0), UNIT)


def _turn_page(script: Script, session: Session) -> Step:
    found = find_units(script.units, session.search)
    pages = -(-len(found) // UNITS_A_PAGE)
    return _to(replace(session, page=(session.page + 1) % max(pages, 1)), UNIT)


def _lay(session: Session, card: Place) -> Step:
    """Lay a card on top; another card already there makes way."""
    return _to(replace(session, behind=session.behind or session.place), card)


def _under(session: Session) -> Session:
    """The session with the card on top taken away."""
    return _step_to(replace(session, behind=""), session.behind) if session.behind else session


def _to(session: Session, place: Place) -> Step:
    return Step(_step_to(session, place), (Ask(),))


def _step_to(session: Session, place: Place) -> Session:
    return replace(session, place=place, turn=session.turn + 1)


def _unclear(script: Script, session: Session) -> str:
    form = form_at(script, session)
    if form and form.kind in ("rating", "number"):
        return "unclear.number"
    return "unclear.choose"


def _applies(question: Question, session: Session) -> bool:
    if question.when is None:
        return True
    earlier = session.answer(question.when.question)
    return earlier is not None and any(o in question.when.options for o in earlier.options)


def _doors(script: Script, session: Session) -> tuple[Place, ...]:
    """Group and unit, unless a link or the consent card has told them, or there is nothing to choose."""
    groups = open_groups(script, session.audience)
    ask_group = GROUP not in session.given and len(groups) > 1
    ask_unit = UNIT not in session.given and bool(script.units)
    return (*([GROUP] if ask_group else []), *([UNIT] if ask_unit else []))
