"""Who holds a receipt answers a letter of the office, or leaves a contact on purpose; from any account.

Each step shows what the next one will do: a reply is shown masked before it is handed in, a contact is asked for twice.
What is handed in waits in the vault until the talk tick, like everybody's of that day.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar, assert_never

from bot.core.dialogue import (
    ATOMS,
    LONGEST,
    VAULT,
    Replies,
    Reply,
    Says,
    Signs,
    Writes,
    laid,
    leaves_it,
    says_reply,
    says_sign,
)
from bot.core.messages import Address, Button, Outgoing, Redacted
from bot.core.privacy import clean, redact
from bot.core.receipt import Held, LooksUp, Withdraws
from bot.core.survey import Language
from handlers.receipt.look import Asked, Found, answer, shown
from handlers.receipt.ready import Receipts
from handlers.receipt.visits import Visit
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database, Raced, StorageFailed, Tx
from storage.dialogue import Opened
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

DAY = 86400

Outcome = TypeVar("Outcome", bound=str)
Mask = Callable[[str], Awaitable[Redacted]]
"""How a text is masked as its writer is shown it: by all that finds names here."""

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
        mask: Mask,
    ) -> None:
        self._mask = mask
        self._database = database
        self._receipts = receipts
        self._texts = texts
        self._address = address
        self._language: Language = language
        self._now = now

    async def hear(self, asked: Replies | Signs | Writes) -> Outgoing:
        """What they ask for is done, and answered."""
        match asked:
            case Writes(text):
                return await self._wrote(text)
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

    # -- words ------------------------------------------------------------------

    async def _wrote(self, text: str) -> Outgoing:
        visits, words = self._receipts.visits, clean(text)
        visit = visits.of(self._address, self._now)
        if visit is None or leaves_it(words):
            visits.end(self._address)
            return self._says("letter.left")
        if len(words) > LONGEST:
            return self._says("letter.too_long", most=str(LONGEST))
        cancel = self._button("letter.leave", "/cancel", quiet=True)
        if visit.letter is None:
            visits.wrote(self._address, visit, words, self._now)
            yes = self._button("receipt.sign_ok", says_sign(visit.digits, "ok"))
            return self._says("receipt.sign_check", ((yes,), (cancel,)), contact=words)
        masked = await self._mask(words)
        visits.wrote(self._address, visit, masked, self._now)
        place = (visit.letter.piece, visit.letter.number)
        yes = self._button("letter.ok", says_reply(visit.digits, place, "ok"))
        return self._says("letter.check", ((yes,), (cancel,)), text=masked)

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
        self._receipts.visits.begin(self._address, asked.digits, held, letter, self._now)
        return self._says("letter.write", text=letter.text)

    async def _confirmed(self, asked: Replies) -> Outgoing:
        visit = self._writing(asked.digits)
        letter = visit.letter if visit else None
        if visit is None or letter is None or (letter.piece, letter.number) != asked.place:
            again = self._button("letter.answer", says_reply(asked.digits, asked.place))
            return self._says("letter.forgotten", ((again,),))
        self._receipts.visits.end(self._address)
        return await self._hand_in(visit.held, letter, "words", visit.text)

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
            return "done"

        match await self._surely(lay):
            case "done":
                return self._says("letter.done")
            case "gone":
                return self._says("letter.none")
            case "replied":
                return self._says("letter.replied")
            case "busy":
                return self._says("receipt.busy")

    # -- a contact ------------------------------------------------------------------

    async def _signs(self, asked: Signs) -> Outgoing:
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        if asked.how == "yes":
            self._receipts.visits.begin(self._address, asked.digits, looked[0], None, self._now)
            return self._says("receipt.sign_write")
        yes = self._button("receipt.sign_yes", says_sign(asked.digits, "yes"))
        return self._says("receipt.sign_sure", ((yes,),))

    async def _signed(self, asked: Signs) -> Outgoing:
        visit = self._writing(asked.digits)
        if visit is None or visit.letter is not None:
            again = self._button("receipt.sign", says_sign(asked.digits))
            return self._says("letter.forgotten", ((again,),))
        self._receipts.visits.end(self._address)

        def leave(tx: Tx) -> Literal["busy", "done"]:
            Work(tx).signatures.leave(visit.held, visit.text, int(self._now // DAY))
            return "done"

        off = self._button("receipt.unsign", says_sign(asked.digits, "off"), quiet=True)
        if await self._surely(leave) == "done":
            return self._says("receipt.sign_done", ((off,),))
        return self._says("receipt.busy")

    async def _takes_back(self, asked: Signs) -> Outgoing:
        looked = await shown(self._database, self._receipts, asked.digits)
        if not isinstance(looked, tuple):
            return self._not_found(looked)
        held = looked[0]

        def take_back(tx: Tx) -> Literal["busy", "done"]:
            Work(tx).signatures.take_back(held.signature)
            return "done"

        done = await self._surely(take_back) == "done"
        return self._says("receipt.unsigned" if done else "receipt.busy")

    # -- saying it --------------------------------------------------------------------

    def _writing(self, digits: str) -> Visit | None:
        """What they have written for this receipt and were shown."""
        visit = self._receipts.visits.of(self._address, self._now)
        return visit if visit and visit.text and visit.digits == digits else None

    async def _surely(self, deed: Callable[[Tx], Outcome]) -> Outcome | Literal["busy"]:
        try:
            return await self._database.write(deed)
        except (Raced, StorageFailed):
            log.error("what a holder said could not be kept")
            return "busy"

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
    mask: Mask,
) -> Outgoing:
    """What somebody asks of a receipt is done; what is to be said is sent, and kept nowhere."""
    match asked:
        case LooksUp() | Withdraws():
            return await answer(database, receipts, texts, asked, address, language)
        case Replies() | Signs() | Writes():
            holder = Holder(database, receipts, texts, address, language, now, mask)
            return await holder.hear(asked)
        case _:
            assert_never(asked)
