"""A person wrote: their talk moves one step, within one unit of work.

The deeds here are plain functions of a unit of work. They open the draft, let the engine step, keep the draft and
whatever was handed in, and return the draft whose words are to be spoken once all of it is committed.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import assert_never

from bot.core.appraisal import BODY, votes_in
from bot.core.cells import Atoms, Headcounts, K, freeze
from bot.core.engine import (
    Ask,
    Close,
    Confirmed,
    Effect,
    Event,
    Expired,
    Keep,
    Returned,
    Rewrote,
    Say,
    SentMedia,
    Settled,
    Stale,
    Step,
    Wrote,
    awaits,
    begin,
    due,
    handed_in,
    offer,
    step,
)
from bot.core.link import Link, read_link
from bot.core.messages import Address, Arrived, Edited, Incoming, Media, Tap, Text
from bot.core.privacy import clean
from bot.core.reading import Finding, Read, Reading, findings, finished, masked, placed
from bot.core.receipt import MOST_PIECES, Receipt, written
from bot.core.reply import command, read
from bot.core.round import PARENTS_MOST, Round, open_round
from bot.core.session import MASKS, Part, Session
from bot.core.survey import APPRAISAL, RATING, Language, Script
from bot.core.urgent import Matter
from bot.core.wish import UNSORTED, says
from handlers.reading import NotRead
from handlers.words import OPEN_SCREEN, WISH, spoken
from storage.draft import SCREEN, Draft
from storage.opinion import PUPIL
from storage.unit_of_work import Work
from storage.vault import Outcome, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What may be asked at present, and what deeds need to know of the house."""

    rounds: tuple[Round, ...]
    word: Round
    """The standing round that takes what is said outside rounds."""
    pins: Mapping[str, str]
    """Round id to its script's digest; the scripts are kept already."""
    scripts: dict[str, Script]
    """Scripts by digest, filled as talks are opened."""
    period: Callable[[datetime], str]
    """The closing date of the period that is open at a moment."""
    read: Read
    """The reading of a finished text; it may raise that it is not read yet."""
    receipt: Callable[[], Receipt | None]
    """One for who hands in; None where it is to follow. It may raise that none is ready."""
    headcounts: Headcounts = field(default_factory=dict[tuple[str, str], int | None])
    """By unit and group, as far as they are known when a round opens: its atoms are cut by them."""
    open_people: bool = False
    """Whoever starts without a code counts as a person too, and not only as a submission."""
    k: int = K
    """People an atom needs before anything of it is released."""
    day: Callable[[datetime], str] = lambda moment: moment.date().isoformat()
    """The day of a moment, YYYY-MM-DD, where the office is."""


class ForReceipt(Exception):
    """These words belong to a receipt that was shown, not to a talk: nothing was taken in, let whoever knows receipts."""


NOTHING = Reading()
"""Of an answer without words."""

SOON = "handing.soon"
"""What a person hears whose receipt is still being made."""

NOT_TAKEN: Mapping[Outcome, str] = {"already": "said.already", "closed": "said.closed"}
"""What a person hears who handed in, and it was not taken."""

CALLED = "urgent.told"
"""What a person hears who called for somebody."""


def hear(work: Work, agenda: Agenda, incoming: Incoming, now: float) -> Draft | None:
    """One thing a person did. None when it was a repeat or needs no words. Raises `ForReceipt`."""
    if not work.inbox.first(incoming, _day(now)):
        return None
    draft = work.drafts.find(incoming.address)
    if draft and draft.visit:
        if draft.visit.takes(incoming.body, now):
            raise ForReceipt
        draft = replace(draft, visit=None)  # they have turned to something else
    if draft is None or draft.session is None:
        return _hear_outside(work, agenda, draft, incoming, now)
    if isinstance(incoming.body, Arrived):  # they may have shut us out meanwhile
        work.identity.remember(incoming.address, draft.language)
    script = _script(work, agenda, draft)
    if script is None:
        return _keep(work, draft.moved(None, (("draft.lost", {}),), now=now))
    made = Step(draft.session)
    for event in _events(agenda, script, draft.session, incoming):
        then = step(script, made.session, event, now) if made.session else Step(None)
        made = Step(then.session, (*made.effects, *then.effects))
    return _apply(work, agenda, draft, script, made, now)


def strike(work: Work, agenda: Agenda, address: Address, now: float) -> Draft | None:
    """A deadline has come: the quiet gap's end, the one question, the draft's end, or that of a receipt's ten minutes."""
    draft = work.drafts.find(address)
    if draft and draft.visit and draft.visit.until <= now:
        draft = _keep(work, replace(draft, visit=None).moved(draft.session, now=now))
    if draft is None or draft.session is None or not due(draft.session, now):
        return draft
    script = _script(work, agenda, draft)
    if script is None:
        return None
    event = Settled() if draft.session.writing else Expired()
    return _apply(work, agenda, draft, script, step(script, draft.session, event, now), now)


def hand_in(work: Work, agenda: Agenda, address: Address, now: float) -> Draft | None:
    """What waited for its receipt goes into the vault. None where nothing waits (any more)."""
    draft = work.drafts.find(address)
    if draft is None or draft.session is None or not draft.session.handed:
        return None
    script = _script(work, agenda, draft)
    if script is None:
        return None
    rest = replace(draft, lines=tuple(line for line in draft.lines if line.key != SOON))
    made = Step(None, (handed_in(draft.session), Close()))
    return _apply(work, agenda, rest, script, made, now)


def _hear_outside(
    work: Work, agenda: Agenda, over: Draft | None, incoming: Incoming, now: float
) -> Draft | None:
    """No talk is in progress: one begins, or a word is offered to be kept."""
    address = incoming.address
    draft = over or Draft(address=address, language=spoken(work, incoming, over))
    match incoming.body:
        case Arrived(link):
            return _begin(work, agenda, draft, read_link(link), now)
        case Tap(says, screen) if screen == OPEN_SCREEN:
            return _text_outside(work, agenda, draft, Part(incoming.message, says), now)
        case Tap():
            return _say(work, draft, "stale.over", now)
        case Edited():
            return _say(work, draft, "edit.gone", now)
        case Media(what, caption):
            said = _say(work, draft, f"media.{what}", now)
            text = clean(caption)
            return (
                _offer(work, agenda, said, Part(incoming.message, text), now) if text else said
            )
        case Text(text, whole):
            part = Part(incoming.message, clean(text))
            return _text_outside(work, agenda, draft, part, now, whole=whole)
        case _:
            assert_never(incoming.body)


def _text_outside(
    work: Work, agenda: Agenda, draft: Draft, part: Part, now: float, *, whole: bool = False
) -> Draft | None:
    match command(part.text):
        case "start", link:
            work.identity.hush(draft.address, quiet=False)
            return _begin(work, agenda, draft, read_link(link), now)
        case "stop", _:
            work.identity.hush(draft.address, quiet=True)
            return _say(work, draft, "stopped.plain", now)
        case "language", language:
            spoken: Language = "en" if language == "en" else "zh"
            work.identity.remember(draft.address, spoken)
            return _say(work, replace(draft, language=spoken), "language.changed", now)
        case "signs", _:
            return _say(work, draft, "media.signs", now)
        case "appraise", _:
            return _vote(work, agenda, draft, now)
        case "rate", _:
            return _rate(work, agenda, draft, now)
        case ("help" | "hotline") as key, _:
            return _say(work, draft, f"said.{key}", now)
        case _:
            return _offer(work, agenda, draft, part, now, whole=whole)


def _begin(work: Work, agenda: Agenda, draft: Draft, link: Link, now: float) -> Draft:
    chosen = open_round(agenda.rounds, _moment(now), link.round)
    if chosen is None:
        return _say(work, draft, "round.none", now)
    group, unit = _place(work, draft.address, link)
    if chosen.script.survey.id == APPRAISAL:
        group, unit = BODY, ""
        if not _has_vote(work, chosen.script, draft.address):
            return _say(work, draft, "appraisal.no_vote", now)
    if _finished(work, chosen.script, draft.address, group):
        return _say(work, draft, "said.already", now)
    first = begin(chosen.script, language=draft.language, now=now, group=group, unit=unit)
    return _start(work, agenda, draft, chosen, first, now)


def _vote(work: Work, agenda: Agenda, draft: Draft, now: float) -> Draft:
    """They want to vote: in the appraisal that is open to them and that they have not voted in."""
    going = [
        one
        for one in agenda.rounds
        if one.script.survey.id == APPRAISAL
        and one.open(_moment(now))
        and _has_vote(work, one.script, draft.address)
    ]
    left = [one for one in going if not _finished(work, one.script, draft.address, BODY)]
    if not left:
        return _say(work, draft, "said.already" if going else "appraisal.no_vote", now)
    return _begin(work, agenda, draft, Link(round=left[0].id), now)


def _rate(work: Work, agenda: Agenda, draft: Draft, now: float) -> Draft:
    """They want to say what they think of what was done: of the oldest notice that is up for them and that they have not
    rated."""
    group, unit = _place(work, draft.address, Link())
    going = [
        one
        for one in agenda.rounds
        if one.script.survey.id == RATING
        and one.open(_moment(now))
        and (not unit or any(there.id == unit for there in one.script.units))
    ]
    left = [one for one in going if not _finished(work, one.script, draft.address, group)]
    if not left:
        return _say(work, draft, "rating.already" if going else "rating.none", now)
    return _begin(work, agenda, draft, Link(round=min(one.id for one in left)), now)


def _has_vote(work: Work, script: Script, address: Address) -> bool:
    """Whether this person is one of those who vote there: by what a code or a directory told, never by a link."""
    meeting, entry = work.appraisals.of_round(script.round), work.identity.find(address)
    return (
        meeting is not None
        and entry is not None
        and votes_in(meeting, entry.group, entry.unit, known=entry.known)
    )


def _finished(work: Work, script: Script, address: Address, group: str) -> bool:
    """Nothing more would be taken from this person: said before they answer once more, not after."""
    times = work.vault.finished(script.round, work.identity.main(address))
    known = script.group(group)
    staff = known is not None and known.audience == "staff"
    return times >= PARENTS_MOST or (staff and times > 0)


def _offer(
    work: Work, agenda: Agenda, draft: Draft, part: Part, now: float, *, whole: bool = False
) -> Draft:
    group, unit = _place(work, draft.address, Link())
    first = offer(
        agenda.word.script, part, language=draft.language, now=now, group=group, unit=unit
    )
    if whole and first.session:
        then = step(agenda.word.script, first.session, Settled(), now)
        first = Step(then.session, (*first.effects, *then.effects))
    return _start(work, agenda, draft, agenda.word, first, now)


def _place(work: Work, address: Address, link: Link) -> tuple[str, str]:
    """Group and unit that need not be asked: by the code somebody joined with, else by the link they came by."""
    entry = work.identity.find(address)
    return (entry.group if entry else "") or link.group, (
        entry.unit if entry else ""
    ) or link.unit


def _start(
    work: Work, agenda: Agenda, draft: Draft, chosen: Round, first: Step, now: float
) -> Draft:
    work.identity.remember(draft.address, draft.language)
    pinned = replace(draft, script=agenda.pins[chosen.id])
    return _apply(work, agenda, pinned, chosen.script, first, now)


def _events(
    agenda: Agenda, script: Script, session: Session, incoming: Incoming
) -> tuple[Event, ...]:
    """What happened: one thing, or a picture and the words below it."""
    listed = _findings(agenda, session)
    first = _event(script, session, incoming, listed)
    if first == Confirmed():
        first = Confirmed(_pressing(agenda, session))
    if isinstance(first, Wrote) and isinstance(incoming.body, Text) and incoming.body.whole:
        return first, Settled()
    if isinstance(incoming.body, Media) and (caption := clean(incoming.body.caption)):
        return first, read(script, session, caption, incoming.message, listed)
    return (first,)


def _pressing(agenda: Agenda, session: Session) -> tuple[str, ...]:
    """The questions whose answers say something that may not wait."""
    _all_read(agenda, session)
    return tuple(
        answer.question
        for answer in session.answers
        if answer.parts and agenda.read(answer.text).dangers
    )


def _findings(agenda: Agenda, session: Session) -> tuple[Finding, ...]:
    if session.place != MASKS:
        return ()
    _all_read(agenda, session)
    return findings(session, agenda.read)


def _all_read(agenda: Agenda, session: Session) -> None:
    """Raises `NotRead` with all that is missing, so that one wait is enough."""
    missing: list[str] = []
    for text in finished(session):
        try:
            agenda.read(text)
        except NotRead as not_yet:
            missing += not_yet.texts
    if missing:
        raise NotRead(missing)


def _event(
    script: Script, session: Session, incoming: Incoming, listed: tuple[Finding, ...]
) -> Event:
    match incoming.body:
        case Text(text):
            if (said := command(text)) and said[0] == "start":
                return Returned()
            return read(script, session, clean(text), incoming.message, listed)
        case Tap(says, screen):
            return (
                read(script, session, says, incoming.message, listed)
                if screen == session.screen
                else Stale()
            )
        case Edited(text):
            return Rewrote(incoming.message, clean(text))
        case Media(what):
            return SentMedia(what)
        case Arrived():
            return Returned()
        case _:
            assert_never(incoming.body)


def _apply(
    work: Work, agenda: Agenda, draft: Draft, script: Script, made: Step, now: float
) -> Draft:
    said = [words for effect in made.effects if (words := _words(effect))]
    language = made.session.language if made.session else draft.language
    for effect in made.effects:
        if isinstance(effect, Keep):
            told = _submit(work, agenda, script, draft.address, effect, now)
            if told is None:
                return _keep(work, draft.moved(awaits(effect), [*said, (SOON, {})], now=now))
            said += told
    if language != draft.language:
        work.identity.remember(draft.address, language)
    if any(key.startswith("stopped.") for key, _ in said):
        work.identity.hush(draft.address, quiet=True)
    return _keep(work, draft.moved(made.session, said, now=now, language=language))


def _words(effect: Effect) -> tuple[str, Mapping[str, str]] | None:
    match effect:
        case Say(key, params):
            return key, params
        case Ask():
            return SCREEN, {}
        case Keep() | Close():
            return None
        case _:
            assert_never(effect)


def _say(work: Work, draft: Draft, key: str, now: float) -> Draft:
    return _keep(work, draft.moved(draft.session, ((key, {}),), now=now))


def _keep(work: Work, draft: Draft) -> Draft:
    """Keep the draft while it has a talk or words to say; else it is gone at once."""
    if draft.over and not draft.waiting:
        if draft.revision:
            work.drafts.drop(draft)
        return draft
    return work.drafts.keep(draft)


def _submit(
    work: Work, agenda: Agenda, script: Script, address: Address, keep: Keep, now: float
) -> list[tuple[str, Mapping[str, str]]] | None:
    """Hand the answers in: they wait in the vault, apart from whoever gave them. One voice, on all their channels.

    What is to be said then: thanks, with the receipt, which lies in the sealed draft alone until it is said, and the offer
    to be told what became of it. What the writer calls somebody for goes its own way, whether the rest is taken or not.
    None where a receipt is still to be made: nothing is handed in yet.
    """
    session = keep.session
    atoms = open_vault(work, agenda, script)
    said = _said(agenda, script, session)
    entry, most = work.identity.find(address), _most(agenda, script, session)
    elsewhere = [
        a for a in work.identity.addresses(address) if a != work.identity.main(address)
    ]
    before = sum(work.vault.finished(script.round, a) for a in elsewhere)
    if most is not None and before >= most:
        return [*_called(work, agenda, keep, said, None, now), (NOT_TAKEN["already"], {})]
    voting = script.survey.id == APPRAISAL
    if voting and not _has_vote(work, script, address):
        return [("appraisal.no_vote", {})]
    # A vote has none: nobody can be made to show how they voted, and what was counted stays counted.
    receipt = None if voting else agenda.receipt()
    if receipt is None and not voting:
        return None
    guest = not agenda.open_people and not (entry and entry.known)
    outcome = work.vault.submit(
        script.round,
        work.identity.main(address),
        atoms.atom_of(session.unit, session.group, open=guest).id,
        _left(keep, said),
        most=most if most is None else most - before,
        counted=before > 0,
        receipt=receipt,
    )
    if outcome != "taken":
        return [*_called(work, agenda, keep, said, None, now), (NOT_TAKEN[outcome], {})]
    if receipt is None:
        return [("appraisal.thanks", {})]
    called = _called(work, agenda, keep, said, receipt, now)
    return [
        *called,
        ("thanks.receipt", {"receipt": written(receipt.digits)}),
        *([_offer_to_tell(script, said)] if entry or not address.passing else []),
    ]


def _offer_to_tell(script: Script, said: Iterable[Said]) -> tuple[str, Mapping[str, str]]:
    """Of the topics they spoke of."""
    spoken = dict.fromkeys(str(one.labels["topic"]) for one in said if "topic" in one.labels)
    topics = [topic for topic in spoken if topic != UNSORTED]
    return "thanks.may_wish", {WISH: says(script.round, topics)}


def _left(keep: Keep, said: Iterable[Said]) -> tuple[Said, ...]:
    """What waits in the vault: all but what goes at once. What speaks of a leader does both: its reader is another."""
    return tuple(piece for piece in said if piece.question not in keep.calls or _apart(piece))


def _called(
    work: Work,
    agenda: Agenda,
    keep: Keep,
    said: Iterable[Said],
    receipt: Receipt | None,
    now: float,
) -> list[tuple[str, Mapping[str, str]]]:
    """What may not wait leaves at once: masked words, the day, and the unit only where the writer's tap says so."""
    calls = [piece for piece in said if piece.question in keep.calls and piece.text]
    # The last of a receipt's ids: the first are those of what waits in the vault.
    handles = (
        reversed(receipt.pieces(MOST_PIECES)) if receipt and calls else itertools.repeat(None)
    )
    moment = _moment(now)
    for piece, handle in zip(calls, handles, strict=False):
        work.urgent.add(
            piece.text,
            Matter(unit=keep.session.unit if keep.here else "", apart=_apart(piece)),
            period=agenda.period(moment),
            day=agenda.day(moment),
            now=now,
            lookup=handle.lookup if handle else None,
        )
    return [(CALLED, {})] if calls else []


def _apart(piece: Said) -> bool:
    return piece.labels.get("about") == "个人"


def open_vault(work: Work, agenda: Agenda, script: Script) -> Atoms:
    """How the round's people are divided: for good from the moment its vault is opened.

    The bell does it when a round opens; whoever hands in first does it where nobody has.
    """
    if known := work.vault.atoms(script.round):
        return known
    parents = {unit.id: unit.parent for unit in script.units}
    mine = {
        (unit, group): count
        for (unit, group), count in agenda.headcounts.items()
        if unit in parents and script.group(group)
    }
    atoms = freeze([group.id for group in script.groups], mine, parents, k=agenda.k)
    work.vault.open(script.round, atoms, people=sum(n or 0 for n in mine.values()))
    return atoms


def _said(agenda: Agenda, script: Script, session: Session) -> tuple[Said, ...]:
    """The answers that were given, masked as their writer saw them, and sorted."""
    _all_read(agenda, session)
    pieces: list[Said] = []
    for answer in session.answers:
        question = script.question(answer.question)
        if question is None or answer.empty:
            continue
        reading = agenda.read(answer.text) if answer.parts else NOTHING
        shown = masked(answer.text, reading, session)
        text, labels = shown.text, dict(reading.labels)
        if reading.leaders:
            labels["leaders"] = placed(answer.text, shown, reading.leaders)
        if session.hidden and "why" in labels:
            labels["why"] = _still_there(labels["why"], text)
        pieces.append(
            Said(
                question=question.id,
                dimension=question.dimension,
                options=answer.options,
                number=answer.number,
                text=text,
                labels=labels | {PUPIL: True} if session.pupil else labels,
            )
        )
    return tuple(pieces)


def _still_there(why: Mapping[str, Sequence[str]], text: str) -> dict[str, tuple[str, ...]]:
    """The reasons without words that the writer has masked since."""
    return {
        label: tuple(word for word in words if all(part in text for part in word.split("…")))
        for label, words in why.items()
    }


def _most(agenda: Agenda, script: Script, session: Session) -> int | None:
    """How often one person may hand in; outside rounds as often as they have something to say."""
    if script.round == agenda.word.id:
        return None
    group = script.group(session.group)
    return PARENTS_MOST if group and group.audience == "parent" else 1


def _script(work: Work, agenda: Agenda, draft: Draft) -> Script | None:
    known = agenda.scripts.get(draft.script)
    if known is None and (kept := work.scripts.find(draft.script)):
        known = agenda.scripts[draft.script] = kept
    return known


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def _day(now: float) -> int:
    return int(now // 86400)
