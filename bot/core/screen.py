"""What a person sees at the place where a talk stands: a text's key, its parameters, the choices below it.

A `Screen` is still without language: labels are keys of the texts or the survey's own words. Each choice says what
typing would say, so a channel without buttons loses nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.core.engine import asked, form_at, page_of_units
from bot.core.people import open_groups
from bot.core.privacy import PLACEHOLDERS
from bot.core.reading import (
    Finding,
    Read,
    dangers,
    findings,
    finished,
    masked,
    numbered,
    pointing,
)
from bot.core.reply import (
    BACK,
    DONE,
    HAND_IN,
    MORE_UNITS,
    SKIP,
    STOP,
    finding_number,
    takes_words,
    two_doors,
)
from bot.core.session import MASKS, UNIT, Answer, Session, audience_of, question_at
from bot.core.survey import APPRAISAL, Form, Question, Script, Words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key of the texts, with what stands in it: of the person's own words, or the product's."""

    key: str
    params: Mapping[str, str]


Label = str | Words | Phrase
"""A key of the texts, bare or with what stands in it, or words in each language."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tap, and what one types for it."""

    says: str
    label: Label
    ticked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One message that asks."""

    key: str
    """The text's key; the wording itself where a question is put."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    wording: Words | None = None
    """The question in its own words, shown below the text of `key`."""
    lines: tuple[tuple[Label, tuple[Label, ...]], ...] = ()
    """What was answered: the question's name, then what was said."""
    notes: tuple[Label, ...] = ()
    """What its writer should know of it before it is handed in."""
    choices: tuple[Choice, ...] = ()
    """Numbered choices, listed in the text as well."""
    controls: tuple[Choice, ...] = ()
    """Skip, back, hand in, stop: on buttons, and in one hint line."""


def screen(script: Script, session: Session, read: Read) -> Screen:
    """What is shown at this place. `read` knows what is to be masked in what was written."""
    tone = audience_of(script, session)
    match session.place:
        case "consent" if two_doors(script, session):
            return _card("consent.open", "parent", "staff", "privacy", "decline")
        case "consent" if script.survey.id == APPRAISAL:
            return _card("consent.vote", "agree", "privacy", "decline")
        case "consent":
            return _card(f"consent.{tone}", "agree", "privacy", "decline")
        case "privacy":
            back = Choice(BACK, "control.back")
            if session.behind == "consent" and not session.group:
                return Screen(key="privacy.staff", controls=(back,))
            kept = "vote" if script.survey.id == APPRAISAL else tone
            return Screen(
                key=f"privacy.{kept}", choices=(Choice("1", "choice.agree"),), controls=(back,)
            )
        case "offer":
            return _card("offer.card", "keep", "privacy", "drop")
        case "group":
            return _group(script, session)
        case "unit":
            return _unit(script, session, tone)
        case "preview":
            return _preview(script, session, read)
        case "change":
            return _change(script, session, read)
        case "masks":
            return _masks(script, session, read)
        case "bare":
            return _card("masks.sure", "bare", "stay_masked")
        case "urgent":
            return _urgent(script, session, read)
        case "leave":
            return _card(
                "leave.asked" if session.warned else "leave.card", "hand_in", "later", "discard"
            )
        case _:
            return _question(script, session)


def writes(script: Script, session: Session) -> bool:
    """Words or a number are an answer at this place."""
    form = form_at(script, session)
    number = form is not None and form.kind == "number"
    return number or session.place in (UNIT, MASKS) or takes_words(session, form)


def _card(key: str, *choices: str) -> Screen:
    return Screen(
        key=key, choices=tuple(Choice(str(i), f"choice.{c}") for i, c in enumerate(choices, 1))
    )


def _group(script: Script, session: Session) -> Screen:
    groups = open_groups(script, session.audience)
    return Screen(
        key="group.card",
        choices=tuple(Choice(str(i), g.words) for i, g in enumerate(groups, 1)),
        controls=(Choice(BACK, "control.back"), Choice(STOP, "control.stop")),
    )


def _unit(script: Script, session: Session, tone: str) -> Screen:
    page, more = page_of_units(script, session)
    units = [script.unit(id) for id in page]
    named = tuple(Choice(str(i), _both(u.name)) for i, u in enumerate(units, 1) if u)
    turn = (Choice(MORE_UNITS, "choice.more_units"),) if more else ()
    return Screen(
        key=f"unit.found_{tone}" if session.search else f"unit.{tone}",
        choices=(*named, *turn, Choice(SKIP, "choice.no_unit")),
        controls=(Choice(BACK, "control.back"), Choice(STOP, "control.stop")),
    )


def _question(script: Script, session: Session) -> Screen:
    question = script.question(question_at(session.place))
    form = form_at(script, session)
    if question is None or form is None:
        raise LookupError(session.place)
    questions = asked(script, session)
    number, total = questions.index(question) + 1, len(questions)
    done = (Choice(DONE, "choice.done"),) if form.kind == "multiple" else ()
    return Screen(
        key=f"question.{_manner(session, form)}",
        params={
            "number": str(number),
            "total": str(total),
            "low": str(form.low),
            "high": str(form.high),
        },
        wording=form.words,
        choices=(*_options(session, form), *done),
        controls=_controls(session, form),
    )


def _manner(session: Session, form: Form) -> str:
    if form.kind in ("single", "multiple") and takes_words(session, form):
        return f"{form.kind}_or_words"
    return form.kind


def _options(session: Session, form: Form) -> tuple[Choice, ...]:
    if form.kind == "rating":
        return tuple(Choice(str(n), _both(str(n))) for n in range(form.low, form.high + 1))
    return tuple(
        Choice(
            f"+{i}" if form.kind == "multiple" else str(i),
            o.words,
            ticked=o.id in session.ticked,
        )
        for i, o in enumerate(form.options, 1)
    )


def _controls(session: Session, form: Form) -> tuple[Choice, ...]:
    skip, back, hand_in = (SKIP, BACK, HAND_IN)
    if form.kind == "number":
        skip, back, hand_in = ("000", "099", "088")
    early = (Choice(hand_in, "control.hand_in"),) if session.answers or session.writing else ()
    return (
        Choice(skip, "control.skip"),
        Choice(back, "control.back"),
        *early,
        Choice(STOP, "control.stop"),
    )


def _preview(script: Script, session: Session, read: Read) -> Screen:
    pupil: tuple[Choice, ...] = ()
    tone = audience_of(script, session)
    if tone == "parent":
        pupil = (Choice("4", "choice.for_pupil", ticked=session.pupil),)
    written = any(answer.parts for answer in session.answers)
    masks = (Choice("5", "choice.masks"),) if written else ()
    what = "vote" if script.survey.id == APPRAISAL else tone
    shown = _card(f"preview.{what}", "submit", "change", "discard")
    return Screen(
        key=shown.key,
        lines=_lines(script, session, read),
        notes=tuple(_notes(session, read)),
        choices=(*shown.choices, *pupil, *masks),
        controls=(Choice(BACK, "control.back"),),
    )


def _notes(session: Session, read: Read) -> Iterator[Label]:
    if words := pointing(session, read):
        yield Phrase("preview.pointing", {"words": "”“".join(words)})
    if "corruption" in dangers(session, read):
        yield "preview.corruption"


def _masks(script: Script, session: Session, read: Read) -> Screen:
    """The answers with a number in each placeholder, and what a tap on each would change."""
    found = findings(session, read)
    places = {one.words: finding_number(at) for at, one in enumerate(found)}
    answers = {text: numbered(text, read(text), session, places) for text in finished(session)}
    return Screen(
        key="masks.card",
        lines=_lines(script, session, read, answers),
        choices=tuple(_finding_choice(one, places[one.words]) for one in found),
        controls=(Choice(BACK, "control.back"),),
    )


def _finding_choice(one: Finding, number: int) -> Choice:
    if not one.masked:
        words = Phrase("masks.mask", {"number": str(number), "words": one.words})
        return Choice(str(number), words)
    kind = PLACEHOLDERS[one.kind if one.kind != "pointing" else "chosen"]
    return Choice(str(number), Phrase("masks.bare", {"number": str(number), "kind": kind}))


def _urgent(script: Script, session: Session, read: Read) -> Screen:
    """Words that may not wait, and what comes of either answer."""
    unit = script.unit(session.unit)
    labels: list[Label] = ["choice.tell_bare" if unit else "choice.tell", "choice.may_wait"]
    if unit:
        labels.insert(0, Phrase("choice.tell_here", {"unit": unit.name}))
    mine = replace(
        session, answers=tuple(a for a in session.answers if a.question in session.urgent)
    )
    return Screen(
        key="urgent.card",
        lines=_lines(script, mine, read),
        choices=tuple(Choice(str(i), label) for i, label in enumerate(labels, 1)),
        controls=(Choice(BACK, "control.back"),),
    )


def _change(script: Script, session: Session, read: Read) -> Screen:
    lines = _lines(script, session, read)
    return Screen(
        key="change.card",
        choices=tuple(Choice(str(i), name) for i, (name, _) in enumerate(lines, 1)),
        controls=(Choice(BACK, "control.back"),),
    )


def _lines(
    script: Script, session: Session, read: Read, shown: Mapping[str, str] | None = None
) -> tuple[tuple[Label, tuple[Label, ...]], ...]:
    audience = audience_of(script, session)
    lines: list[tuple[Label, tuple[Label, ...]]] = []
    for answer in session.answers:
        question = script.question(answer.question)
        form = question.form(audience) if question else None
        if question and form:
            words = _words(answer, session, read, shown)
            lines.append((_name(question, form), _said(form, answer, words)))
    return tuple(lines)


def _name(question: Question, form: Form) -> Label:
    return form.name or question.name or form.words


def _words(
    answer: Answer, session: Session, read: Read, shown: Mapping[str, str] | None
) -> str:
    if not answer.parts:
        return ""
    return shown[answer.text] if shown else masked(answer.text, read(answer.text), session).text


def _said(form: Form, answer: Answer, written: str) -> tuple[Label, ...]:
    options = tuple(option.words for id in answer.options if (option := form.option(id)))
    number = (_both(str(answer.number)),) if answer.number is not None else ()
    words = (_both(written),) if answer.parts else ()
    return (*options, *number, *words)


def _both(text: str) -> Words:
    return {"zh": text, "en": text}
