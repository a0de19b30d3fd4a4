"""A receipt is looked up or withdrawn, by whoever types the digits.

Everything it may find is looked for, found or not: what waits, what was released, letters of the office, a contact left
with it. One look shows all of that, because the office never writes to anybody unasked.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.core import receipt
from bot.core.dialogue import Replies, Signs, says_reply, says_sign
from bot.core.dialogue import recognise as recognise_dialogue
from bot.core.messages import Address, Button, Incoming, Outgoing
from bot.core.receipt import Held, LooksUp, Withdraws
from bot.core.rectification import Problem
from bot.core.survey import Language
from bot.core.urgent import State
from handlers.receipt.ready import Receipts
from handlers.words import OPEN_SCREEN, Texts, spoken
from storage.database import Database, Raced, StorageFailed, Tx
from storage.dialogue import Opened
from storage.rectification import Fate
from storage.unit_of_work import Work
from storage.vault import Standing

log = logging.getLogger(__name__)

Asked = receipt.Asked | Replies | Signs
Said = tuple[str, Mapping[str, str]]
"""A text's key and what stands in it."""

BUCKETS = 64
"""Buckets looked through by one deed, so that nobody else waits for a look-up."""

TRIES = 3
"""Times a look-up begins anew when a tick has begun meanwhile."""

QUOTED = 30
"""Characters of one's own words that say which of them a letter is about."""

DAY = 86400


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody asks about a receipt."""

    language: Language
    """In which they are answered."""
    first: bool
    """False for a repeated delivery: it was answered before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a receipt has found."""

    period: str
    """In which it was released; empty where it was not."""
    waits: bool
    signed: bool
    letters: tuple[Opened, ...]
    waiting: frozenset[bytes]
    """The names of replies that the next talk tick takes to the office."""
    words: Mapping[bytes, str]
    """What was released of it, by lookup id."""
    apart: frozenset[bytes]
    """Which of it is about one leader, and read by nobody else."""
    became: Mapping[bytes, tuple[Fate, Problem | None]]
    """What became of that, and the problem it went into, by lookup id; as far as anything has."""
    urgent: State | None = None
    """How the part stands that could not wait; None where there was none."""

    @property
    def anything(self) -> bool:
        """It is a receipt, and not withdrawn."""
        return bool(self.period) or self.waits or self.signed or self.urgent is not None


Look = Found | Literal["busy"]


def recognise(typed: str) -> Asked | None:
    """What this message asks of a receipt; None where it is something else, as nearly always."""
    return recognise_dialogue(typed) or receipt.recognise(typed)


def hear(work: Work, incoming: Incoming, asked: Asked, now: float) -> Heard | None:
    """What `recognise` found is taken in. None: it is an answer of the talk in progress, let that hear it."""
    draft = work.drafts.find(incoming.address)
    if isinstance(asked, LooksUp) and asked.bare and draft and draft.session:
        return None
    return Heard(spoken(work, incoming, draft), work.inbox.first(incoming, int(now // DAY)))


async def answer(
    database: Database,
    receipts: Receipts,
    texts: Texts,
    asked: receipt.Asked,
    address: Address,
    language: Language,
) -> Outgoing:
    """What became of it, or the question whether they are sure; to be sent, and kept nowhere."""
    if asked.digits and isinstance(asked, Withdraws) and not asked.sure:
        button = Button(texts.say(language, "receipt.yes"), receipt.confirms(asked.digits))
        return Outgoing(
            address=address,
            text=texts.say(language, "receipt.sure"),
            rows=((button,),),
            screen=OPEN_SCREEN,
            echoes=True,
        )
    (key, params), found = await _settled(database, receipts, asked)
    paragraphs = [texts.say(language, key, **params)] if key else []
    if found is not None and found[1].urgent:
        how = "kept" if isinstance(asked, Withdraws) else found[1].urgent
        paragraphs.append(texts.say(language, f"receipt.urgent_{how}"))
    if found is None or isinstance(asked, Withdraws):
        return Outgoing(address=address, text="\n\n".join(paragraphs))
    held = found[0]
    paragraphs += _became(texts, language, found[1])
    paragraphs += (_letter(texts, language, held, found[1], one) for one in found[1].letters)
    if found[1].signed:
        paragraphs.append(texts.say(language, "receipt.signed"))
    rows = _rows(texts, language, asked.digits, held, found[1])
    return Outgoing(
        address=address,
        text="\n\n".join(paragraphs),
        rows=rows,
        screen=OPEN_SCREEN,
        echoes=True,
    )


def _became(texts: Texts, language: Language, found: Found) -> Iterator[str]:
    """What became of each thing they said, in plain words."""
    for lookup, (fate, problem) in found.became.items():
        said: dict[str, str] = {"about": _quoted(found, lookup), "words": fate.words}
        if problem is None:
            yield texts.say(language, f"became.{fate.way}", **said)
            continue
        due = problem.musts.due
        yield texts.say(
            language,
            "became.problem",
            about=said["about"],
            number=str(problem.number),
            title=problem.title,
            state=texts.say(language, f"state.{problem.state}"),
        )
        if problem.result and problem.finished:
            yield texts.say(language, "became.result", result=problem.result)
        elif due and problem.item:
            yield texts.say(language, "became.due", due=due.isoformat())
    for lookup in sorted(found.words.keys() - found.became.keys()):
        about = _quoted(found, lookup)
        if about and lookup in found.apart:
            yield texts.say(language, "became.apart", about=about)
        elif about:
            yield texts.say(language, "became.waiting", about=about)


def _public(work: Work, number: int) -> Problem | None:
    """That problem as anybody may hear of it; None for a leader's own measures."""
    problem = work.problems.find(number) if number else None
    return None if problem is None or problem.personal else problem


def _quoted(found: Found, lookup: bytes) -> str:
    about = found.words.get(lookup, "")
    return about if len(about) <= QUOTED else f"{about[:QUOTED]}…"


def _letter(texts: Texts, language: Language, held: Held, found: Found, one: Opened) -> str:
    """A letter, and how it stands with an answer to it."""
    quoted = _quoted(found, one.lookup)
    lines = [texts.say(language, f"letter.{one.kind}", about=quoted, text=one.text)]
    if one.replied:
        lines.append(texts.say(language, "letter.replied"))
    elif _name(held, one) in found.waiting:
        lines.append(texts.say(language, "letter.waiting"))
    return "\n".join(lines)


def _rows(
    texts: Texts, language: Language, digits: str, held: Held, found: Found
) -> tuple[tuple[Button, ...], ...]:
    """One letter at a time is there to be answered: the first that has not been."""
    open_ones = (
        one
        for one in found.letters
        if one.kind != "tell" and not one.replied and _name(held, one) not in found.waiting
    )
    rows: list[tuple[Button, ...]] = []
    if first := next(open_ones, None):
        place = (first.piece, first.number)
        if first.kind == "meet":
            rows.append(
                (
                    Button(
                        texts.say(language, "letter.suits"), says_reply(digits, place, "yes")
                    ),
                    Button(
                        texts.say(language, "letter.declines"), says_reply(digits, place, "no")
                    ),
                )
            )
        rows.append((Button(texts.say(language, "letter.answer"), says_reply(digits, place)),))
    how = "off" if found.signed else ""
    key = "receipt.unsign" if found.signed else "receipt.sign"
    rows.append((Button(texts.say(language, key), says_sign(digits, how), quiet=True),))
    return tuple(rows)


def _name(held: Held, one: Opened) -> bytes:
    return held.replies[one.piece][one.number - 1]


async def settle(database: Database, receipts: Receipts, asked: receipt.Asked) -> Said:
    """Look the receipt up, or withdraw it; what is to be said then."""
    said, _ = await _settled(database, receipts, asked)
    return said


async def _settled(
    database: Database, receipts: Receipts, asked: receipt.Asked
) -> tuple[Said, tuple[Held, Found] | None]:
    if not asked.digits:
        return ("receipt.how", {}), None
    take_out = isinstance(asked, Withdraws)
    looked = await shown(database, receipts, asked.digits, take_out=take_out)
    match looked:
        case "busy":
            return ("receipt.busy", {}), None
        case None:
            return ("receipt.unknown", {}), None
        case _, found:
            return _told(found, take_out=take_out), looked


async def shown(
    database: Database, receipts: Receipts, digits: str, *, take_out: bool = False
) -> tuple[Held, Found] | Literal["busy"] | None:
    """What these digits find; None where they find nothing, after which nobody else's turn comes for a while."""
    if receipts.crowded:
        return "busy"
    async with receipts.turn():
        held = await receipts.held(digits)
        found = await _found(database, held, take_out=take_out)
        if found != "busy" and not found.anything:
            await receipts.hold()
            return None
    return "busy" if found == "busy" else (held, found)


async def _found(database: Database, held: Held, *, take_out: bool) -> Look:
    """Look everywhere, found or not; anew, when a tick has moved meanwhile what waits."""
    names = frozenset[bytes]()
    for _ in range(TRIES):
        try:
            seen = await database.write(lambda tx: Work(tx).vault.standing())
            if seen is None:
                break
            for look in _looks(seen, held.names, take_out=take_out):
                names |= await database.write(look)
            return await database.write(_among_rows(seen, held, names, take_out=take_out))
        except Raced:
            continue
        except StorageFailed:
            log.error("a receipt could not be looked up")
            break
    return "busy"


def _told(found: Found, *, take_out: bool) -> Said:
    if found.period:
        key = "receipt.withdrawn_late" if take_out else "receipt.released"
        return key, {"period": found.period}
    if found.waits or take_out:
        return ("receipt.withdrawn" if take_out else "receipt.waiting"), {}
    return "", {}


def _looks(
    seen: Iterable[Standing], names: frozenset[bytes], *, take_out: bool
) -> Iterator[Callable[[Tx], frozenset[bytes]]]:
    """Looks into all buckets, some at a time."""

    def look(each: Standing, start: int) -> Callable[[Tx], frozenset[bytes]]:
        return lambda tx: Work(tx).vault.search(each, start, BUCKETS, names, take_out=take_out)

    for each in seen:
        yield from (look(each, start) for start in range(0, each.answers, BUCKETS))


def _among_rows(
    seen: Iterable[Standing], held: Held, names: frozenset[bytes], *, take_out: bool
) -> Callable[[Tx], Found]:
    lookups = held.lookups

    def look(tx: Tx) -> Found:
        work = Work(tx)
        work.vault.stand(seen)
        found = Found(
            period=work.opinions.period_of(lookups),
            waits=not names.isdisjoint(lookups),
            signed=work.signatures.left(held.signature),
            letters=work.dialogue.opened(held),
            waiting=names - frozenset(lookups),
            became={
                lookup: (fate, _public(work, fate.problem))
                for lookup, fate in work.problems.came_of(lookups).items()
            },
            apart=work.opinions.apart(lookups),
            urgent=work.urgent.state(lookups),
            words={one.lookup: one.text for one in work.opinions.words_of(lookups)},
        )
        if take_out and found.anything:
            work.opinions.withdraw(lookups)
            work.dialogue.withdraw(lookups)
            work.signatures.take_back(held.signature)
        return found

    return look
