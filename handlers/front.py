"""The front door: what comes in becomes a deed, the deed is committed, and only then anybody speaks.

This is the one place that knows every deed. A message of the staff goes to the desk, everybody else's to their talk;
who is staff is a look into memory, so that nobody's message pays for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.channels.base import (
    Channel,
    NotStored,
    Present,
    SendFailed,
    Throttled,
    Unreachable,
)
from bot.core.appointment import Tells
from bot.core.appointment import recognise as recognise_visit
from bot.core.engine import deadline, due
from bot.core.messages import (
    COUNTING,
    Address,
    Arrived,
    InCircle,
    Incoming,
    Media,
    Outgoing,
    Redacted,
    Sent,
    Tap,
    Text,
)
from bot.core.people import Deed, Role, may, recognise, somewhere
from bot.core.privacy import clean, mask
from bot.core.reading import Read, finished
from bot.core.receipt import Receipt
from bot.core.reply import digits
from bot.core.round import Round
from bot.core.survey import Language
from bot.core.wish import recognise as recognise_wish
from handlers import appointment, people, receipt, survey, wish
from handlers import desk as office
from handlers.alarm import Alarms
from handlers.desk import Answer, Desk, Spot
from handlers.intake import Importer
from handlers.outbox import Outbox
from handlers.papers import CHART, Press, tidy
from handlers.people import Registry
from handlers.reading import NotRead, Readings, Unread
from handlers.receipt import Asked, NoneReady, Receipts
from handlers.round import kept
from handlers.survey import CALLED, Agenda, ForReceipt
from handlers.words import OPEN_SCREEN, Texts, plain
from storage.database import Database, Raced, StorageFailed, Tx
from storage.draft import Draft
from storage.errand import Errand
from storage.staff import Member
from storage.unit_of_work import Work

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 8
"""Times a lost race is stepped again before the message is left to be delivered again."""

DAY = 86400

HAND_IN_WAIT = 5.0
"""Seconds between tries to keep what was handed in."""

MOST_DIGITS = 3
"""Of a number that names a choice."""

FETCH_WAITS = (1.0, 5.0, 20.0)
"""Seconds between tries to fetch a file of the office."""


class Front:
    """Incoming to deed. `receive` is what channels are given."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        texts: Texts,
        agenda: Agenda,
        clock: Callable[[], float],
        receipts: Receipts,
        readings: Readings,
        *,
        desk: Desk | None = None,
        registry: Registry | None = None,
        press: Press | None = None,
        importer: Importer | None = None,
        visiting: appointment.House | None = None,
        after: Callable[[], None] = lambda: None,
        speaks_to: Callable[[Address], bool] | None = None,
    ) -> None:
        """`after`: something was changed that the bell, or another replica, looks after. `speaks_to`: whose words are said
        here and not by another replica; None where there is no other."""
        self._database = database
        self._channels = channels
        self._texts = texts
        self._clock = clock
        self._desk = desk
        self._registry = registry
        self._press = press or Press()
        self._importer = importer
        self._visiting = visiting
        self._after = after
        self._speaks_to = speaks_to
        self._seen: dict[bytes, tuple[int, bool]] = {}
        self._saying: set[bytes] = set()
        self._members: dict[Address, Member] = {}
        self._circles: dict[Address, Language] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._handing: dict[Address, asyncio.Task[None]] = {}
        self.agenda = agenda
        self.receipts = receipts
        self.readings = readings
        self.outbox = Outbox(database, channels, texts, agenda.scripts, readings, speaks_to)
        self.alarms = Alarms(clock, self.ring)

    async def start(self, *, alone: bool = True) -> None:
        """Burn the keys that no row names, remove what a killed press left, and take up what the last run left.

        Where there may be replicas it could be what they are at: then whoever keeps the watch takes it up.
        """
        await self._database.write(_swept)
        tidy()
        await (self.take_up() if alone else self.refresh())

    async def refresh(self) -> None:
        """Who is staff, the group chats and the rounds, as they are now."""

        def found(tx: Tx) -> tuple[dict[Address, Member], tuple[tuple[Round, str], ...]]:
            self._learn_circles(tx)
            return _members(Work(tx)), kept(Work(tx))

        members, rounds = await self._database.write(found)
        self._know(members)
        self.rounds_are(rounds)

    async def take_up(self) -> None:
        """What the last run left, or a replica that is no more."""
        await self.look_again()
        if self._registry is not None and self._desk is not None:
            for errand in await self._database.write(lambda tx: Work(tx).errands.every()):
                self._later(self._run(self._registry, self._desk, errand.number))
        if self._importer is not None:
            self._later(self._importer.resume())

    def tell_importers(self) -> None:
        """Those who brought a file and were not there when it was through."""
        if self._importer is not None:
            self._later(self._importer.tell())

    async def look_again(self) -> None:
        """Words not yet said, deadlines not yet reached, and who is staff now."""
        drafts, members = await self._database.write(_found)
        await self._database.write(self._learn_circles)
        self._know(members)
        for draft in drafts:
            self._follow(draft)

    async def look(self, *, all: bool) -> None:
        """Follow the talks that others have moved and that are ours to follow: of those who are here, and `all` the rest where
        one replica does. Give the answers that others have left for us to give."""
        here = [
            address
            for channel in self._channels.values()
            if isinstance(channel, Present)
            for address in channel.present()
        ]

        seen, saying, speaking = self._seen, tuple(self._saying), self.outbox.speaking()

        def looked(tx: Tx) -> tuple[Mapping[bytes, int], list[Draft], dict[bytes, Outgoing]]:
            work = Work(tx)
            unsaid = work.drafts.unsaid()
            names = {work.drafts.name(address) for address in here} if unsaid else set[bytes]()
            wanted = [
                tag
                for tag, revision in unsaid.items()
                if speaking.get(tag, 0) < revision
                and _to_be_opened(seen.get(tag), revision, here=tag in names, all=all)
            ]
            found = [draft for tag in wanted if (draft := work.drafts.named(tag)) is not None]
            return unsaid, found, work.answers.waiting(saying) if all else {}

        unsaid, drafts, answers = await self._database.write(looked)
        self._seen = {tag: known for tag, known in seen.items() if tag in unsaid}
        for draft in drafts:
            self._seen[draft.tag] = (draft.revision, bool(draft.waiting))
            self._follow(draft)
        for id, outgoing in answers.items():
            self._saying.add(id)
            self._later(self._answer_for_another(id, outgoing))

    async def _answer_for_another(self, id: bytes, outgoing: Outgoing) -> None:
        try:
            if channel := self._channels.get(outgoing.address.channel):
                await channel.send(outgoing)
        finally:
            await self._database.write(lambda tx: Work(tx).answers.done(id))
            self._saying.discard(id)

    def _know(self, members: Mapping[Address, Member]) -> None:
        self._members = dict(members)
        if self._registry is not None:
            for address in members:
                self._registry.roll.add(address)

    async def stop(self, within: float) -> None:
        """Let what is being said arrive. What waits for a receipt is taken up by the next start."""
        for task in self._handing.values():
            task.cancel()
        speaking = asyncio.create_task(self.outbox.stop(within))
        if self._answering:
            await asyncio.wait(self._answering, timeout=within)
        await speaking

    async def receive(self, incoming: Incoming) -> None:
        """Take in one message; returns once it is kept. Raises `NotStored`."""
        try:
            incoming = await self._chosen(incoming)
            if not (
                await self._receive_own(incoming)
                or await self._receive_receipt(incoming)
                or await self._receive_wish(incoming)
                or await self._receive_visit(incoming)
            ):
                await self._receive_rest(incoming)
        except StorageFailed as failed:
            log.error("a message could not be kept", extra={"reason": str(failed)})
            await self._excuse(incoming.address)
            raise NotStored from failed

    async def ring(self, address: Address) -> None:
        """A deadline of this person's talk has come."""
        try:
            draft = await self._stepping(
                lambda tx: survey.strike(Work(tx), self.agenda, address, self._clock())
            )
        except (StorageFailed, NotStored):
            log.error("a deadline could not be kept")  # the bell will look again
            return
        if draft is not None:
            self._follow(draft)

    def rounds_are(self, found: Iterable[tuple[Round, str]]) -> None:
        """The rounds as they are kept now, each with its script's digest."""
        rounds = tuple((one, pin) for one, pin in found if one.id != self.agenda.word.id)
        self.agenda.scripts.update({pin: one.script for one, pin in rounds})
        pins = {one.id: pin for one, pin in rounds}
        word = self.agenda.word.id
        self.agenda = replace(
            self.agenda,
            rounds=tuple(one for one, _ in rounds),
            pins={**pins, word: self.agenda.pins[word]},
        )

    def drafters(self) -> tuple[Address, ...]:
        """Who of the staff is told that a draft is ready."""
        return tuple(
            a for a, m in self._members.items() if somewhere(m.staff, Deed.SEND_DIGEST)
        )

    def works_here(self, address: Address) -> bool:
        """Whether this is somebody of the staff: only their files are read."""
        return self._registry is not None and address in self._registry.roll

    def holding(self, role: Role) -> tuple[Address, ...]:
        """Whoever of the staff holds a post of that role."""
        return tuple(
            a for a, m in self._members.items() if any(p.role is role for p in m.staff.posts)
        )

    def may(self, deed: Deed, unit: str | None = None) -> tuple[Address, ...]:
        """Who of the staff may do this to that unit; somewhere, where none is named."""
        return tuple(
            a
            for a, m in self._members.items()
            if (somewhere(m.staff, deed) if unit is None else may(m.staff, deed, unit))
        )

    def over(self, unit: str, deed: Deed) -> tuple[Address, ...]:
        """Who of the staff may do this to that unit, or to the whole house."""
        return tuple(
            address
            for address, member in self._members.items()
            if may(member.staff, deed) or may(member.staff, deed, unit)
        )

    def language(self, address: Address) -> Language:
        """The language of somebody of the staff, or of one of the office's group chats."""
        member = self._members.get(address)
        return member.language if member else self._circles.get(address, "zh")

    # -- choices of the office, by their number ----------------------------------

    async def _chosen(self, incoming: Incoming) -> Incoming:
        """A number that somebody of the staff types for a choice of theirs is that choice, as if tapped. A repeat may find
        other choices there: it ends at the inbox all the same."""
        body, registry = incoming.body, self._registry
        number = digits(body.text) if isinstance(body, Text) else None
        if number is None or len(number) > MOST_DIGITS or registry is None:
            return incoming
        if not self._counts(incoming.address):
            return incoming
        now = self._clock()

        def said(tx: Tx) -> str:
            work = Work(tx)
            member = people.find(work, registry, incoming.address)
            if member is None or receipt.expects(work, incoming, now):
                return ""
            return work.errands.chosen(member.tag, int(number))

        says = await self._stepping(said)
        return replace(incoming, body=Tap(says, OPEN_SCREEN)) if says else incoming

    def _counts(self, address: Address) -> bool:
        return address.channel in COUNTING and self.works_here(address)

    def _uncount(self, tx: Tx, address: Address) -> None:
        """Something else stands there now: no number names a choice of before."""
        if self._counts(address) and (member := Work(tx).staff.find(address)):
            Work(tx).errands.awaits(member.tag, "", int(self._clock() // DAY))

    # -- about oneself ----------------------------------------------------------

    async def _receive_own(self, incoming: Incoming) -> bool:
        """A code, quiet, erasure, binding, accounts: done, and answered. False where it is none of these."""
        registry = self._registry
        asked = recognise(_typed(incoming)) if isinstance(incoming.body, Text | Tap) else None
        if asked is None or registry is None:
            return False

        def heard(tx: Tx) -> tuple[tuple[Outgoing, ...] | None, bool, dict[Address, Member]]:
            work = Work(tx)
            said = people.hear(work, registry, incoming, asked, self._clock())
            return said, work.drafts.find(incoming.address) is None, _members(work)

        said, talkless, members = await self._stepping(heard)
        if said is None:
            return False
        if members != self._members:
            self._after()
        self._know(members)
        if talkless:
            self.alarms.set(incoming.address, None)
        for outgoing in said:
            self._later(self._answer(outgoing))
        return True

    # -- wishes to be told ------------------------------------------------------

    async def _receive_wish(self, incoming: Incoming) -> bool:
        """The tap after handing in. False where it is none."""
        asked = recognise_wish(_typed(incoming))
        if asked is None:
            return False
        now, rounds = self._clock(), self.agenda.pins
        heard = await self._stepping(
            lambda tx: wish.hear(Work(tx), self._texts, rounds, incoming, asked, now)
        )
        if heard.outgoing is not None:
            self._later(self._answer(heard.outgoing))
        return True

    # -- visiting days ----------------------------------------------------------

    async def _receive_visit(self, incoming: Incoming) -> bool:
        """A time is asked for, taken or let go. False where it is none of these; staff do that at the desk."""
        typed, house = _typed(incoming), self._visiting
        asked = recognise_visit(typed) if house is not None else None
        if asked is None or house is None or self.works_here(incoming.address):
            return False
        words = clean(asked.words) if isinstance(asked, Tells) else ""
        masked = await self._masked(words)
        moment = datetime.fromtimestamp(self._clock(), UTC)
        said = await self._stepping(
            lambda tx: appointment.hear(Work(tx), house, incoming, asked, moment, masked)
        )
        for outgoing in said or ():
            self._later(self._answer(outgoing))
        return said is not None

    # -- receipts ---------------------------------------------------------------

    async def _receive_receipt(self, incoming: Incoming) -> bool:
        """One is looked up or withdrawn, wherever it was given out. False where the text is about none."""
        now = self._clock()
        asked = receipt.recognise(_typed(incoming))
        if asked is None:
            return False

        def taken(tx: Tx) -> receipt.Heard | None:
            self._uncount(tx, incoming.address)
            return receipt.hear(Work(tx), incoming, asked, now)

        heard = await self._stepping(taken)
        if heard is None:
            return False
        if heard.first:
            self._later(self._answer_receipt(incoming.address, heard.language, asked, now))
        return True

    async def _answer_receipt(
        self, address: Address, language: Language, asked: Asked, now: float
    ) -> None:
        await self._answer(
            await receipt.respond(
                self._database,
                self.receipts,
                self._texts,
                asked,
                address,
                language,
                now,
                self._follow,
            )
        )

    async def _receive_words(self, incoming: Incoming) -> bool:
        """What somebody writes with a receipt in hand. False where that has ended meanwhile."""
        now, words = self._clock(), clean(_typed(incoming))
        masked = await self._masked(words)
        heard = await self._stepping(
            lambda tx: receipt.take_words(Work(tx), self._texts, incoming, words, masked, now)
        )
        if heard is None:
            return False
        draft, outgoing = heard
        self._follow(draft)
        if outgoing is not None:
            self._later(self._answer(outgoing))
        return True

    async def _masked(self, text: str) -> Redacted:
        """A text outside any talk, masked as one inside would be."""
        try:
            reading = (await self.readings.of((text,)))[text]
        except Unread as failed:
            log.error("a text could not be read", extra={"code": failed.code})
            raise NotStored from failed
        return mask(text, reading.spans).text

    # -- group chats ------------------------------------------------------------

    async def heard_in_circle(self, said: InCircle) -> bool:
        """Take in a command somebody of the staff gave in a group chat. False where it is none: nothing of it is kept.

        Raises `NotStored`.
        """
        registry, desk = self._registry, self._desk
        typed = _aloud(said.incoming)
        if registry is None or desk is None or not typed or said.member not in registry.roll:
            return False
        now, spot = self._clock(), Spot(address=said.incoming.address, title=said.title)

        def heard(tx: Tx) -> tuple[Member | None, Answer | None]:
            work = Work(tx)
            member = people.find(work, registry, said.member)
            if member is None or not work.inbox.first(said.incoming, int(now // DAY)):
                return member, None
            return member, office.hear_aloud(work, desk, member, spot, typed, now)

        member, answer = await self._kept(self._database.write(heard))
        if answer is not None:
            await self._kept(self._database.write(self._learn_circles))
            self._answered(registry, desk, spot.address, answer)
        return member is not None

    async def circle_moved(self, old: Address, new: Address) -> None:
        """A group chat has another address from now on. Raises `NotStored`."""

        def moved(tx: Tx) -> None:
            work = Work(tx)
            if work.circles.move(old, new):
                work.parcels.readdress(old, new)
            self._learn_circles(tx)

        await self._kept(self._database.write(moved))

    async def circle_left(self, circle: Address) -> None:
        """We are not in that group chat any more. Raises `NotStored`."""

        def left(tx: Tx) -> None:
            work = Work(tx)
            if work.circles.let_go(circle):
                work.parcels.give_up(circle)
            self._learn_circles(tx)

        await self._kept(self._database.write(left))

    def _learn_circles(self, tx: Tx) -> None:
        self._circles = {one.address: one.language for one in Work(tx).circles.every()}

    async def _kept(self, writing: Awaitable[T]) -> T:
        try:
            return await writing
        except StorageFailed as failed:
            log.error("a message could not be kept", extra={"reason": str(failed)})
            raise NotStored from failed

    # -- everybody else -----------------------------------------------------------

    async def _receive_rest(self, incoming: Incoming) -> None:
        for _ in range(TRIES):
            try:
                return await self._receive_other(incoming)
            except ForReceipt:
                if await self._receive_words(incoming):
                    return None
        raise NotStored("neither words for a receipt nor others")

    async def _receive_other(self, incoming: Incoming) -> None:
        registry, desk = self._registry, self._desk
        if registry is not None and desk is not None and incoming.address in registry.roll:
            await self._receive_office(registry, desk, incoming)
        else:
            await self._receive_talk(incoming)

    # -- talks ------------------------------------------------------------------

    async def _receive_talk(self, incoming: Incoming) -> None:
        agenda = self.agenda
        if self.receipts.rushed:
            agenda = replace(agenda, receipt=self.receipts.spare)
        draft = await self._heard(
            agenda, lambda work, agenda: survey.hear(work, agenda, incoming, self._clock())
        )
        if draft is not None:
            self._follow(draft)

    async def _heard(
        self, agenda: Agenda, deed: Callable[[Work, Agenda], Draft | None]
    ) -> Draft | None:
        """The deed, again with whatever was not ready when it was run: a text that nobody had read, a receipt."""
        for _ in range(TRIES):
            try:
                return await self._stepping(lambda tx, known=agenda: deed(Work(tx), known))
            except NotRead as not_yet:
                agenda = replace(agenda, read=await self._read(not_yet.texts))
            except NoneReady:
                made = await self.receipts.next()
                agenda = replace(agenda, receipt=lambda made=made: made)
        raise NotStored("never ready")

    async def _hand_in(self, address: Address, receipt: Awaitable[Receipt]) -> None:
        """What somebody has handed in goes into the vault, as soon as there is a receipt for it."""
        try:
            made = await receipt
            agenda = replace(self.agenda, receipt=lambda: made)
            draft = await self._surely_heard(
                agenda,
                lambda work, agenda: survey.hand_in(work, agenda, address, self._clock()),
            )
        finally:
            del self._handing[address]
        if draft is not None:
            self._follow(draft)

    async def _surely_heard(
        self, agenda: Agenda, deed: Callable[[Work, Agenda], Draft | None]
    ) -> Draft | None:
        while True:
            try:
                return await self._heard(agenda, deed)
            except (StorageFailed, NotStored):
                log.error("what was handed in could not be kept")
                await asyncio.sleep(HAND_IN_WAIT)

    async def _read(self, texts: Sequence[str]) -> Read:
        """Wait until these are read: nothing is taken in unmasked."""
        try:
            found = await self.readings.of(texts)
        except Unread as failed:
            log.error("a text could not be read", extra={"code": failed.code})
            raise NotStored from failed
        return lambda text: found.get(text) or self.readings.find(text)

    async def _stepping(self, deed: Callable[[Tx], T]) -> T:
        """Run the deed; when another replica moved the talk first, step again on what it left."""
        for _ in range(TRIES):
            with suppress(Raced):
                return await self._database.write(deed)
        raise NotStored("lost every race")

    def _follow(self, draft: Draft) -> None:
        """A talk has moved: what comes next of itself, and what is said now."""
        session, address = draft.session, draft.address
        self.alarms.set(address, _due(draft, self._clock()))
        self.receipts.expect(len(self.alarms))
        if session is not None:
            self.readings.ahead(finished(session))
        if session is not None and session.handed and address not in self._handing:
            receipt = self.receipts.make() if session.urgent else self.receipts.next()
            self._handing[address] = asyncio.create_task(
                self._surely(self._hand_in(address, receipt))
            )
        self.outbox.say(draft)
        if any(line.key == CALLED for line in draft.waiting):
            self._after()  # whoever is on duty hears of it before the minute is over

    # -- the office -------------------------------------------------------------

    async def _receive_office(self, registry: Registry, desk: Desk, incoming: Incoming) -> None:
        now = self._clock()

        def heard(tx: Tx) -> Answer | None:
            work = Work(tx)
            member = people.find(work, registry, incoming.address)
            if member is None or not work.inbox.first(incoming, int(now // DAY)):
                return None
            if receipt.expects(work, incoming, now):
                raise ForReceipt
            match incoming.body:
                case Media(_, caption, Sent() as sent):
                    return office.hear_file(work, desk, member, sent, caption, now)
                case body:
                    typed, tapped = _typed(incoming), isinstance(body, Tap)
                    return office.hear(work, desk, member, typed, now, tapped=tapped)

        answer = await self._database.write(heard)
        if answer is not None:
            self._answered(registry, desk, incoming.address, answer)

    def _answered(
        self, registry: Registry, desk: Desk, address: Address, answer: Answer
    ) -> None:
        if answer.teaches:
            self.readings.decided()
        if answer.changed:
            self._after()
        self._later(self._answer_office(address, answer))
        if answer.errand is not None:
            self._later(self._run(registry, desk, answer.errand))
        if answer.imports is not None and self._importer is not None:
            self._later(self._importer.run(answer.imports))

    async def _run(self, registry: Registry, desk: Desk, number: int) -> None:
        """Fetch a file of the office, read it, and answer what is in it."""
        errand = await self._database.write(lambda tx: Work(tx).errands.find(number))
        reads = office.reading(errand) if errand else None
        if errand is None or reads is None:
            return
        try:
            content = await self._fetched(errand)
            found = await self._press.read(reads, errand.sent.name, content)
        except Exception as failed:  # whatever a stranger's file does to its reader
            if not isinstance(failed, SendFailed):
                log.exception("a file could not be read")
            key = "desk.file_gone" if isinstance(failed, SendFailed) else "desk.file_broken"
            await self._database.write(lambda tx: Work(tx).errands.done(number))
            language = self.language(errand.address)
            await self._answer(plain(self._texts, errand.address, language, key))
            return

        def taken(tx: Tx) -> Answer | None:
            work = Work(tx)
            member = people.find(work, registry, errand.address)
            if member is None:
                return None
            return office.take(work, desk, member, errand, found, self._clock())

        answer = await self._stepping(taken)
        if answer is not None:
            self._answered(registry, desk, errand.address, answer)

    async def _fetched(self, errand: Errand) -> bytes:
        """The file's bytes; the network gets a few tries. What was pasted is here already."""
        if errand.pasted:
            return errand.pasted.encode()
        channel = self._channels.get(errand.address.channel)
        if channel is None:
            raise Unreachable
        for wait in FETCH_WAITS:
            try:
                return await channel.fetch(errand.sent)
            except Throttled as asked:
                await asyncio.sleep(asked.after)
            except Unreachable:
                await asyncio.sleep(wait)
        return await channel.fetch(errand.sent)

    async def _answer_office(self, address: Address, answer: Answer) -> None:
        try:
            papers = await self._press.make(answer.makes) if answer.makes else ()
        except Exception:  # whatever the press runs into, the office is not left waiting
            log.exception("an answer could not be given")
            language = self.language(address)
            await self._answer(plain(self._texts, address, language, "desk.failed"))
            return
        await self._answer(
            Outgoing(
                address=address,
                text=answer.text,
                rows=answer.rows,
                screen=OPEN_SCREEN,
                counted=answer.counted,
                files=tuple(paper for paper in papers if paper.name != CHART),
                picture=next((paper.content for paper in papers if paper.name == CHART), None),
                tidy=False,
            )
        )

    async def _answer(self, outgoing: Outgoing) -> None:
        """Say this to whoever has just written; it is not kept, for they can ask again. Where another replica speaks, it is
        left for that one."""
        channel = self._channels.get(outgoing.address.channel)
        if channel is None:
            return
        if isinstance(channel, Present) or self._speaks_here(outgoing.address):
            await channel.send(outgoing)
        else:
            day = int(self._clock() // DAY)
            await self._database.write(lambda tx: Work(tx).answers.put(outgoing, day))

    def _speaks_here(self, address: Address) -> bool:
        return self._speaks_to is None or self._speaks_to(address)

    def later(self, deed: Coroutine[Any, Any, None]) -> None:
        """Do this beside all else; what it runs into is logged."""
        self._later(deed)

    def _later(self, saying: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._surely(saying))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _surely(self, saying: Coroutine[Any, Any, None]) -> None:
        try:
            await saying
        except SendFailed:
            log.warning("an answer did not arrive")
        except Exception:
            log.exception("an answer could not be given")

    async def _excuse(self, address: Address) -> None:
        """Nothing was kept; say so kindly, without keeping that either."""
        channel = self._channels.get(address.channel)
        if channel is not None and self._speaks_here(address):
            with suppress(SendFailed):
                await channel.send(plain(self._texts, address, "zh", "storage.failed"))


def _to_be_opened(
    seen: tuple[int, bool] | None, revision: int, *, here: bool, all: bool
) -> bool:
    """Not what was opened before, unless it has words for somebody who is here now."""
    before, words = seen or (0, False)
    return (here and words) or ((here or all) and before < revision)


def _due(draft: Draft, now: float) -> float | None:
    """When something happens by itself."""
    session = draft.session
    times = [now if due(session, now) else deadline(session)] if session else []
    return min([*times, draft.visit.until] if draft.visit else times, default=None)


def _typed(incoming: Incoming) -> str:
    match incoming.body:
        case Text(text):
            return text
        case Tap(says):
            return says
        case Arrived():
            return ""
        case _:
            return "?"


def _aloud(incoming: Incoming) -> str:
    """The command that is given in a group chat; empty where people only talk."""
    match incoming.body:
        case Text(text) if text.startswith("/"):
            return text
        case Tap(says, screen) if screen == OPEN_SCREEN:
            return says
        case Arrived():
            return "/office"
        case _:
            return ""


def _swept(tx: Tx) -> None:
    work = Work(tx)
    work.vault.tidy()
    tx.keys.keep_only(work.slots())


def _found(tx: Tx) -> tuple[list[Draft], dict[Address, Member]]:
    work = Work(tx)
    return work.drafts.every(), _members(work)


def _members(work: Work) -> dict[Address, Member]:
    return {member.address: member for member in work.staff.every()}
