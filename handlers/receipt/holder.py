"""Who holds a receipt answers a letter of the office, or leaves a contact on purpose; from any account.

Each step shows what the next one will do: a reply is shown masked before it is handed in, a contact is asked for twice.
What is handed in waits in the vault until the talk tick, like everybody's of that day.
"""

import logging
from collections.abc import Callable
from typing import Literal, TypeVar, assert_never

from bot.core.dialogue import (
    ATOMS,
    LONGEST,
    VAULT,
    Place,
    Replies,
    Reply,
    Says,
    Signs,
    Visit,
    laid,
    leaves_it,
    says_reply,
    says_sign,
    visit,
)
from bot.core.messages import Address, Button, Incoming, Outgoing, Redacted
from bot.core.privacy import redact
from bot.core.receipt import Held, LooksUp, Withdraws
from bot.core.survey import Language
from handlers.receipt.look import Asked, Found, answer, shown
from handlers.receipt.ready import Receipts
from handlers.receipt.visits import put, writing
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Raced, StorageFailed, Tx
from storage.dialogue import Opened
from storage.draft import Draft
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

DAY = 86400

T = TypeVar("T")
Follow = Callable[[Draft], None]
"""What is to be done with a draft that has moved: its alarm is set."""

TRIES = 4
"""Times a deed steps again whose draft another one moved first."""

Rows = tuple[tuple[Button, ...], ...]


class Holder:
    """Whoever shows a receipt: where they write, in which language, and what is at hand to answer them."""

    def __init__(
        self,
        database: Database,
        receipts: Receipts,
        texts: Texts,
        address: Address,
        language: Language,
        now: float,
        follow: Follow,
    ) -> None:
        self._follow = follow
        self._database = database
        self._receipts = receipts
        self._texts = texts
        self._address = address
        self._language: Language = language
        self._now = now
        self._moved: Draft | None = None

    async def hear(self, asked: Replies | Signs) -> Outgoing:
        """What they ask for is done, and answered."""
        match asked:
            case Replies(how="ok"):
                return await self._confirmed(asked)
            case Replies():
                return await self._replies(asked)
            case Signs(how="ok"):
                return await self._signed(asked)
            case Signs(how="off"):
                return await self._takes_back(asked)
            case Signs():
                return await self._signs(asked)
            case _:
                assert_never(asked)

    # -- letters ------------------------------------------------------------------

    async def _replies(self, asked: Replies) -> Outgoing:
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        held, found = looked
        letter = _letter(found, asked)
        if letter is None:
            return self._says("letter.none")
        if letter.replied:
            return self._says("letter.replied")
        if asked.how in ("yes", "no") and letter.kind == "meet":
            return await self._hand_in(held, letter, asked.how, "")
        begun = visit(asked.digits, asked.place, self._now)
        if await self._surely(lambda tx: self._put(tx, begun)) is None:
            return self._says("receipt.busy")
        return self._says("letter.write", text=letter.text)

    async def _confirmed(self, asked: Replies) -> Outgoing:
        written = await self._written(asked.digits, asked.place)
        if written is None:
            again = self._button("letter.answer", says_reply(asked.digits, asked.place))
            return self._says("letter.forgotten", ((again,),))
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        letter = _letter(looked[1], asked)
        if letter is None:
            return self._says("letter.none")
        return await self._hand_in(looked[0], letter, "words", written.text)

    async def _hand_in(self, held: Held, letter: Opened, kind: Says, text: str) -> Outgoing:
        """It waits with everybody's for the talk tick; another one to the same letter takes its place until then."""
        reply = Reply(
            name=held.replies[letter.piece][letter.number - 1],
            lookup=letter.lookup,
            number=letter.number,
            kind=kind,
            asked=letter.text,
            text=redact(text).text,
        )

        def lay(tx: Tx) -> Literal["busy", "gone", "replied", "done"]:
            work = Work(tx)
            work.vault.open(VAULT, ATOMS)
            if work.vault.standing() is None:
                return "busy"
            there = [one for one in work.dialogue.opened(held) if one.lookup == letter.lookup]
            same = next((one for one in there if one.number == letter.number), None)
            if same is None:
                return "gone"
            if same.replied:
                return "replied"
            work.vault.lay(VAULT, (laid(reply),))
            if kind == "words":
                self._put(tx, None)
            return "done"

        match await self._surely(lay):
            case "done":
                return self._says("letter.done")
            case "gone":
                return self._says("letter.none")
            case "replied":
                return self._says("letter.replied")
            case "busy" | None:
                return self._says("receipt.busy")

    # -- a contact ------------------------------------------------------------------

    async def _signs(self, asked: Signs) -> Outgoing:
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        if asked.how == "yes":
            begun = visit(asked.digits, None, self._now)
            if await self._surely(lambda tx: self._put(tx, begun)) is None:
                return self._says("receipt.busy")
            return self._says("receipt.sign_write")
        yes = self._button("receipt.sign_yes", says_sign(asked.digits, "yes"))
        return self._says("receipt.sign_sure", ((yes,),))

    async def _signed(self, asked: Signs) -> Outgoing:
        written = await self._written(asked.digits, None)
        if written is None:
            again = self._button("receipt.sign", says_sign(asked.digits))
            return self._says("letter.forgotten", ((again,),))
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        held = looked[0]

        def leave(tx: Tx) -> Draft:
            Work(tx).signatures.leave(held, written.text, int(self._now // DAY))
            return self._put(tx, None)

        off = self._button("receipt.unsign", says_sign(asked.digits, "off"), quiet=True)
        if await self._surely(leave) is None:
            return self._says("receipt.busy")
        return self._says("receipt.sign_done", ((off,),))

    async def _takes_back(self, asked: Signs) -> Outgoing:
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        held = looked[0]

        def take_back(tx: Tx) -> Literal["done"]:
            Work(tx).signatures.take_back(held.signature)
            return "done"

        done = await self._surely(take_back)
        return self._says("receipt.unsigned" if done else "receipt.busy")

    # -- saying it --------------------------------------------------------------------

    def _put(self, tx: Tx, begun: Visit | None) -> Draft:
        """They are writing this from now on, or nothing any more; followed once that is committed."""
        self._moved = put(Work(tx), self._address, self._language, begun, self._now)
        return self._moved

    async def _written(self, digits: str, place: Place | None) -> Visit | None:
        """What they have written for this and were shown."""
        found = await self._surely(lambda tx: (writing(Work(tx), self._address, self._now),))
        one = found[0] if found else None
        return one if one and one.text and (one.digits, one.place) == (digits, place) else None

    async def _surely(self, deed: Callable[[Tx], T]) -> T | None:
        """The deed, again where a race was lost; None where it could not be done."""
        for _ in range(TRIES):
            self._moved = None
            try:
                done = await self._database.write(deed)
            except Raced:
                continue
            except StorageFailed:
                break
            if self._moved is not None:
                self._follow(self._moved)
            return done
        log.error("what a holder said could not be kept")
        return None

    def _not_found(self, looked: Literal["busy"] | None) -> Outgoing:
        return self._says("receipt.busy" if looked == "busy" else "receipt.unknown")

    def _button(self, key: str, says: str, *, quiet: bool = False) -> Button:
        return Button(self._texts.say(self._language, key), says, quiet)

    def _says(self, key: str, rows: Rows = (), **params: str) -> Outgoing:
        return Outgoing(
            address=self._address,
            text=self._texts.say(self._language, key, **params),
            rows=rows,
            screen=OPEN_SCREEN if rows else "",
            echoes=bool(params),
        )


def _letter(found: Found, asked: Replies) -> Opened | None:
    """The letter meant, where it wants an answer."""
    return next(
        (
            one
            for one in found.letters
            if (one.piece, one.number) == asked.place and one.kind != "tell"
        ),
        None,
    )


async def respond(
    database: Database,
    receipts: Receipts,
    texts: Texts,
    asked: Asked,
    address: Address,
    language: Language,
    now: float,
    follow: Follow,
) -> Outgoing:
    """What somebody asks of a receipt is done; what is to be said is sent, and kept nowhere."""
    match asked:
        case LooksUp() | Withdraws():
            return await answer(database, receipts, texts, asked, address, language)
        case Replies() | Signs():
            holder = Holder(database, receipts, texts, address, language, now, follow)
            return await holder.hear(asked)
        case _:
            assert_never(asked)


def take_words(
    work: Work, texts: Texts, incoming: Incoming, words: str, masked: Redacted, now: float
) -> tuple[Draft, Outgoing | None] | None:
    """What they have written with a receipt in hand, kept for them to confirm as it is shown; `masked`, where it is a reply.

    None where they are not writing any more; no words to say where this is a repeat. Raises `Raced`.
    """
    address = incoming.address
    draft, found = work.drafts.find(address), writing(work, address, now)
    if draft is None or found is None:
        return None
    if not work.inbox.first(incoming, int(now // DAY)):
        return draft, None

    def says(key: str, rows: Rows = (), **params: str) -> Outgoing:
        text = texts.say(draft.language, key, **params)
        screen = OPEN_SCREEN if rows else ""
        return Outgoing(
            address=address, text=text, rows=rows, screen=screen, echoes=bool(params)
        )

    def button(key: str, typed: str, *, quiet: bool = False) -> Button:
        return Button(texts.say(draft.language, key), typed, quiet)

    if leaves_it(words):
        return put(work, address, draft.language, None, now), says("letter.left")
    if len(words) > LONGEST:
        return draft, says("letter.too_long", most=str(LONGEST))
    text = words if found.place is None else masked
    kept = put(work, address, draft.language, found.wrote(text, now), now)
    cancel = button("letter.leave", "/cancel", quiet=True)
    if found.place is None:
        yes = button("receipt.sign_ok", says_sign(found.digits, "ok"))
        return kept, says("receipt.sign_check", ((yes,), (cancel,)), contact=words)
    yes = button("letter.ok", says_reply(found.digits, found.place, "ok"))
    return kept, says("letter.check", ((yes,), (cancel,)), text=masked)
