"""What came by other ways is taken in: rows are masked and sorted in processes of their own, and kept portion by portion.

A portion is taken with the row that says it waits, in one transaction: whoever is killed in between goes on where the rows
are. Nothing raw outlives its portion; rows that could not be read go back to whoever brought them, and then they are gone
as well. Then whatever may be one matter told twice is looked for, and the office is asked.
"""

import asyncio
import hashlib
import json
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.channels.base import Channel, Present, SendFailed, Throttled, Unreachable
from bot.core.intake.columns import Bad, House, Mapped, read_row
from bot.core.intake.model import ENOUGH, LETTER, ROUND, Facts, Row, is_early, place_of
from bot.core.messages import Address, Button, File, Outgoing, Redacted
from bot.core.survey import DIMENSIONS, Group, Language, Unit
from bot.core.urgent import Matter
from handlers.papers import Press
from handlers.words import OPEN_SCREEN, Texts
from storage.database import Database
from storage.intake import BACK, DONE, GOING, HANDED_BACK, TOLD, Batch, Twins
from storage.opinion import PERSONAL, Kept, Written
from storage.rectification import Fate
from storage.unit_of_work import Work

if TYPE_CHECKING:  # what reads comes with the process that reads
    from bot.core.reading import Library

log = logging.getLogger(__name__)

WORKERS = min(4, os.cpu_count() or 1)
"""Processes that read at a time."""

AHEAD = 3
"""Portions for each of them that are read before the first is kept."""

MOST_EXAMPLES = 3000
"""Decisions of the office that reading knows, the newest."""

MANY = 300
"""Rows from which it is said how far it is."""

STEPS = 5
"""How often that is said."""

ALIKE = 4000
"""Opinions of one topic that are compared with each other; of more, the newest."""

MOST_TWINS = 500
"""Pairs the office is asked about, the most alike."""

ORIGIN = 20
"""Characters of a department's name."""

LEADERS = "leaders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the importer has to know of the house."""

    texts: Texts
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    load: "Callable[[], Library]"
    """What reads: a picklable call, made once in each process."""
    zone: Callable[[datetime], datetime]
    headcounts: Callable[[], Mapping[tuple[str, str], int | None]]
    enough: int = ENOUGH
    """People from whom words may carry their unit's name."""


class Taken(NamedTuple):
    """One row, read: nothing in it is raw but what is kept anyway."""

    mark: str
    """The ticket, or a digest of the words."""
    ticketed: bool
    row: Row
    """Without its text."""
    text: Redacted
    labels: dict[str, Any]
    urgent: bool


class HandedBack(NamedTuple):
    """A row that could not be taken."""

    number: int
    cells: tuple[str, ...]
    fault: str
    value: str


class Read(NamedTuple):
    """A portion, read."""

    taken: tuple[Taken, ...]
    bad: tuple[HandedBack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What a portion is read by."""

    mapped: Mapped
    facts: Facts
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    today: str
    """ISO date."""


# -- in a process of its own -------------------------------------------------------------------------------------------

_library: "list[Library]" = []


def begin(load: "Callable[[], Library]", examples: Sequence[tuple[str, str]]) -> None:
    """Make what reads, with all that the office has decided."""
    _library[:] = [load().learned(examples)]


def read_portion(portion: bytes, how: How) -> Read:
    """Its rows, masked and sorted."""
    from bot.content.intake.sent import unpacked

    house = _house(how)
    rows: list[Row] = []
    bad: list[HandedBack] = []
    for number, cells in unpacked(portion):
        row = read_row(cells, how.mapped, how.facts, house)
        if isinstance(row, Bad):
            bad.append(HandedBack(number, cells, row.fault, row.value))
        elif row is not None:
            rows.append(row)
    words = [words for row in rows for words in (row.text, row.origin[:ORIGIN])]
    library = _library[0].ahead(words)
    return Read(tuple(_read(library, row) for row in rows), tuple(bad))


def _house(how: How) -> House:
    from bot.content.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    named = {
        field: {taxonomy.names[field, code]["zh"]: code for _, code in taxonomy.groups[field]}
        for field in ("topic", "sizhi")
    }
    return House(
        units=how.units,
        groups=how.groups,
        topics=named["topic"],
        sifeng=frozenset(code for _, code in taxonomy.groups["sifeng"]),
        sizhi=named["sizhi"],
        today=date.fromisoformat(how.today),
    )


def _read(library: "Library", row: Row) -> Taken:
    from bot.core.privacy import mask
    from bot.core.reading import placed

    reading = library.read(row.text)
    shown = mask(row.text, reading.spans)
    labels: dict[str, Any] = {**reading.labels, **(row.given or {})}
    if reading.leaders:
        labels[LEADERS] = placed(row.text, shown, reading.leaders)
        labels["about"] = PERSONAL
    why = labels.get("why", {})
    asked = str(labels.get("ask", "")).removeprefix("问")
    return Taken(
        mark=row.ticket or _digest(row),
        ticketed=bool(row.ticket),
        row=replace(
            row,
            text="",
            dimension=row.dimension or (asked if asked in DIMENSIONS else ""),
            origin=_plain(library, row.origin),
        ),
        text=shown.text,
        labels=labels,
        urgent=any(why.get(danger) for danger in reading.dangers),
    )


def _plain(library: "Library", origin: str) -> str:
    """A department's name; a person's stays out."""
    short = origin[:ORIGIN]
    return "" if short and library.read(short).spans else short


def _digest(row: Row) -> str:
    words = "\0".join((row.unit, row.group, row.day, "".join(row.text.split())))
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()


def find_twins(
    said: Sequence[tuple[str, str, str]], whence: Mapping[str, str]
) -> list[tuple[str, str, int]]:
    """Pairs that may be one, topic by topic: of ids, topics and texts. Runs in a process of its own."""
    from bot.core.themes import Said, twins

    by_topic: defaultdict[str, list[Said]] = defaultdict(list)
    for id, topic, text in said:
        by_topic[topic].append(Said(id=id, topic=topic, text=text))
    found = [
        pair
        for some in by_topic.values()
        if len(some) > 1
        for pair in twins(some[-ALIKE:], whence)
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair))[:MOST_TWINS]


# -- deeds -------------------------------------------------------------------------------------------------------------


def since(
    work: Work, now: datetime, today: str, rounds: Iterable[tuple[datetime, datetime | None]]
) -> str:
    """The ISO date at which what is under way began: the plan's phase that today lies in; else the earliest open round."""
    phases = [
        node.start.isoformat()
        for kept in work.campaigns.living()
        if not kept.campaign.unit
        for node in kept.campaign.nodes
        if node.place == "phase" and node.start and node.end
        if node.start.isoformat() <= today <= node.end.isoformat()
    ]
    if phases:
        return min(phases)
    opened = [o for o, closes in rounds if o <= now and (closes is None or now < closes)]
    return min(opened).date().isoformat() if opened else ""


def confirm(work: Work, batch: Batch, period: str, began: str) -> bool:
    """It is taken in from now on; what was typed waits like rows of a file. False where it was confirmed before."""
    intakes, facts = work.intakes, batch.facts
    if batch.lines:
        from bot.content.intake.sent import packed

        rows = [(at, (line,)) for at, line in enumerate(batch.lines, 1)]
        intakes.wait(batch.number, "rows", packed(rows))
    confirmed = replace(
        batch,
        state=GOING,
        period=period,
        since=began,
        many=len(batch.lines) or batch.many,
        mapped=batch.mapped if not batch.lines else {"text": 0},
        lines=(),
        shown=(),
        facts=facts,
    )
    return intakes.save(confirmed)


def take(
    work: Work,
    batch: Batch,
    at: int,
    read: Read,
    asked: Mapping[tuple[str, str], int | None],
    enough: int,
    today: str,
) -> bool:
    """Keep one portion; False where it was kept before, or the batch was taken back meanwhile."""
    intakes = work.intakes
    current = intakes.find(batch.number)
    if current is None or current.state != GOING or not intakes.took(batch.number, at):
        return False
    known = 0
    for one in read.taken:
        mac = _mac(work, batch, one)
        if mac is None:
            known += 1
            continue
        unit = place_of(one.row.unit, one.row.group, asked, enough=enough)
        written = Written(
            channel=batch.source,
            text=one.text,
            labels=one.labels,
            unit=unit,
            group=one.row.group,
            dimension=one.row.dimension,
            sure=bool(one.row.given and "topic" in one.row.given),
        )
        opinion = work.opinions.enter(ROUND, current.period, written)
        intakes.enter(
            mac,
            batch.number,
            opinion,
            received=one.row.day or batch.day,
            due=one.row.due,
            origin=one.row.origin,
            early=is_early(one.row.day, batch.since),
            urgent=one.urgent,
        )
        if batch.facts.answer and one.labels.get("about") != PERSONAL:
            answered = date.fromisoformat(batch.facts.day or today)
            words = batch.facts.answer
            work.problems.give(opinion, Fate(way="answered", words=words, day=answered))
        if batch.source == LETTER and one.row.unit:
            intakes.came_back(one.row.unit, one.row.day or today)
    if read.bad:
        written_bad = json.dumps(read.bad, ensure_ascii=False).encode(errors="replace")
        intakes.wait(batch.number, HANDED_BACK, [written_bad], first=at)
    taken = len(read.taken) - known
    intakes.count(batch.number, taken=taken, known=known, bad=len(read.bad))
    return True


def _mac(work: Work, batch: Batch, one: Taken) -> bytes | None:
    """What the row is known by; None where it was brought before.

    Without a ticket equal words of one file are so many opinions; words that another file brought are the same again. What
    somebody typed and confirmed is never known from elsewhere.
    """
    if one.ticketed:
        mac = work.intakes.mac(batch.source, "ticket", one.mark)
        return None if work.intakes.whose(mac) is not None else mac
    place = "" if batch.file else f"{batch.number}"
    for time in range(batch.many + 1):
        mac = work.intakes.mac(batch.source, "words", place, one.mark, f"{time}")
        whose = work.intakes.whose(mac)
        if whose is None:
            return mac
        if whose != batch.number:
            return None
    return None


def make_one(work: Work, one: str, other: str) -> bool:
    """Two are one matter: it keeps the words of the one that came first, and counts once with all that brought it. False
    where one of them is not there any more."""
    first, second = (
        work.opinions.find(bytes.fromhex(one)),
        work.opinions.find(bytes.fromhex(other)),
    )
    if first is None or second is None or first.period != second.period:
        return False
    work.intakes.make_one(
        bytes.fromhex(second.id),
        bytes.fromhex(first.id),
        {
            "text": second.text,
            "labels": json.loads(second.labels or "{}"),
            "unit": second.unit,
            "group": second.group,
            "dimension": second.dimension,
            "channel": second.channel,
        },
    )
    work.problems.gone(bytes.fromhex(second.id), into=bytes.fromhex(first.id))
    return work.opinions.drop(bytes.fromhex(second.id))


def undo(work: Work, batch: Batch) -> int | None:
    """All of it goes; how many opinions it was. None where it was taken back before.

    A matter that another batch brought too stays that one's, in that one's words. What a sent digest said stays said: a line
    of the next one corrects it.
    """
    if not work.intakes.move(batch.number, batch.state, BACK):
        return None
    work.intakes.clear(batch.number)
    gone, stay = work.intakes.take_back(batch.number)
    for id in gone:
        work.problems.gone(id)
        work.opinions.drop(id)
    for id, had in stay.items():
        written = Written(
            channel=had["channel"],
            text=had["text"],  # it was masked when it came in
            labels=had["labels"],
            unit=had["unit"],
            group=had["group"],
            dimension=had["dimension"],
        )
        work.opinions.restore(id, written)
    return len(gone)


def call(work: Work, id: str, day: str, now: float) -> bool:
    """Somebody of the office says that it cannot wait: those on duty hear of it. False where that was said before."""
    kept = work.opinions.find(bytes.fromhex(id))
    if kept is None or not work.intakes.asked(bytes.fromhex(id)):
        return False
    apart = json.loads(kept.labels or "{}").get("about") == PERSONAL
    work.urgent.add(
        kept.text,
        Matter(unit=kept.unit, apart=apart),
        period=kept.period,
        day=day,
        now=now,
        lookup=None,
    )
    _calm(work, kept)
    return True


def can_wait(work: Work, id: str) -> bool:
    """Somebody of the office looked, and it can wait."""
    kept = work.opinions.find(bytes.fromhex(id))
    if kept is None or not work.intakes.asked(bytes.fromhex(id)):
        return False
    _calm(work, kept)
    return True


def _calm(work: Work, kept: Kept) -> None:
    """It does not head the list a second time."""
    labels = json.loads(kept.labels or "{}") | {"urgent": False}
    work.opinions.label(bytes.fromhex(kept.id), labels, looked_at=False)


# -- the importer ------------------------------------------------------------------------------------------------------


class Importer:
    """Takes confirmed batches in, one after another."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        press: Press,
        ground: Ground,
        clock: Callable[[], float],
        done: Callable[[], None] = lambda: None,
        *,
        often: int = STEPS,
        language: Language = "zh",
    ) -> None:
        """`done` is called when something was taken in: the bell may have something to do. How far it is, is said so
        `often`; who brought it and is no staff (a terminal) is spoken to in `language`."""
        self._database = database
        self._channels = channels
        self._press = press
        self._ground = ground
        self._clock = clock
        self._done = done
        self._turn = asyncio.Lock()
        self._often = often
        self._unknown: Language = language
        self._stopping = False

    def stop(self) -> None:
        """Let go at the next portion; the next start goes on there."""
        self._stopping = True

    async def resume(self) -> None:
        """Take up what the last run left."""
        for batch in await self._database.write(lambda tx: Work(tx).intakes.unfinished()):
            await self.run(batch.number)

    async def tell(self) -> None:
        """Say what became of a file where nobody was there to hear it: rows that could not be read are in that message alone."""
        if self._turn.locked():
            return
        for batch in await self._database.write(lambda tx: Work(tx).intakes.unfinished()):
            if batch.state == TOLD and self._hears(batch.address):
                await self.run(batch.number)

    def _hears(self, address: Address) -> bool:
        channel = self._channels.get(address.channel)
        return not isinstance(channel, Present) or channel.hears(address)

    async def run(self, number: int) -> None:
        """Take that batch in, and say so."""
        async with self._turn:
            batch = await self._found(number)
            if batch is not None and batch.state == GOING:
                await self._through(batch)
                batch = await self._found(number)
            told = batch is not None and batch.state == TOLD and not self._stopping
            if batch is not None and told and await self._finished(batch):
                self._done()

    async def _found(self, number: int) -> Batch | None:
        return await self._database.write(lambda tx: Work(tx).intakes.find(number))

    async def _through(self, batch: Batch) -> None:
        """All portions: so many are being read, and the next is kept in its turn."""
        portions, examples = await self._database.write(
            lambda tx: (
                Work(tx).intakes.portions(batch.number),
                Work(tx).decisions.examples(MOST_EXAMPLES),
            )
        )
        how, steps = self._how(batch), _Steps(batch, len(portions), self._often)
        asked, enough = self._ground.headcounts(), self._ground.enough
        today = self._today()
        workers = min(WORKERS, max(1, len(portions)))
        async with self._press.lasting(workers, begin, self._ground.load, examples) as working:
            ahead: list[tuple[int, asyncio.Future[Read]]] = []
            left = iter(portions)
            while not self._stopping:
                while len(ahead) < workers * AHEAD and (at := next(left, None)) is not None:
                    raw = await self._database.write(
                        lambda tx, at=at: Work(tx).intakes.portion(batch.number, at)
                    )
                    reading = working(read_portion, raw or b"[]", how)
                    ahead.append((at, asyncio.ensure_future(reading)))
                if not ahead:
                    break
                at, reading = ahead.pop(0)
                read = await reading
                kept = await self._database.write(
                    lambda tx, at=at, read=read: take(
                        Work(tx), batch, at, read, asked, enough, today
                    )
                )
                if kept and (percent := steps.after_one()):
                    await self._say(batch, "intake.going", percent=str(percent))
            for _, reading in ahead:
                reading.cancel()
        if not self._stopping:
            await self._look_for_twins(batch)
            await self._database.write(
                lambda tx: Work(tx).intakes.move(batch.number, GOING, TOLD)
            )

    def _how(self, batch: Batch) -> How:
        return How(
            mapped=batch.mapped,  # pyright: ignore[reportArgumentType] - fields of our own
            facts=batch.facts,
            units=self._ground.units,
            groups=self._ground.groups,
            today=self._today(),
        )

    async def _finished(self, batch: Batch) -> bool:
        """Hand back what could not be read, and say what became of the rest. False where nobody was there to hear it: it is
        said again (`tell`), and what could not be read is kept until then."""
        bad = await self._handed_back(batch)
        files: tuple[File, ...] = ()
        if bad:
            makes = partial(draw_handed_back, batch.head, bad, self._today())
            files = await self._press.make(makes)
        twins, urgent = await self._database.write(
            lambda tx: (Work(tx).intakes.many_twins(), Work(tx).intakes.to_ask(batch.who))
        )
        if not await self._report(batch, files, twins, urgent):
            return False

        def done(work: Work) -> None:
            if work.intakes.move(batch.number, TOLD, DONE):
                work.intakes.clear(batch.number)

        await self._database.write(lambda tx: done(Work(tx)))
        return True

    async def _look_for_twins(self, batch: Batch) -> None:
        def gathered(work: Work) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
            said: list[tuple[str, str, str]] = []
            for kept in work.opinions.entered(batch.period):
                labels = json.loads(kept.labels or "{}")
                if kept.text:
                    said.append((kept.id, str(labels.get("topic", "")), kept.text))
            return said, work.intakes.whence(batch.period)

        said, whence = await self._database.write(lambda tx: gathered(Work(tx)))
        if len(set(whence.values())) < 2:
            return
        pairs = await self._press.work_out(find_twins, said, whence)
        found = [Twins(*pair) for pair in pairs]
        await self._database.write(lambda tx: Work(tx).intakes.propose(found))

    async def _handed_back(self, batch: Batch) -> tuple[HandedBack, ...]:
        def waiting(work: Work) -> list[bytes]:
            places = work.intakes.portions(batch.number, HANDED_BACK)
            found = (work.intakes.portion(batch.number, at, HANDED_BACK) for at in places)
            return [one for one in found if one]

        portions = await self._database.write(lambda tx: waiting(Work(tx)))
        return tuple(
            HandedBack(number, tuple(cells), fault, value)
            for portion in portions
            for number, cells, fault, value in json.loads(portion)
        )

    async def _report(
        self, batch: Batch, files: tuple[File, ...], twins: int, urgent: int
    ) -> bool:
        language = await self._language(batch)
        said = partial(self._ground.texts.say, language)
        source = said(f"intake.source_{batch.source}")
        key = "intake.done" if batch.taken else "intake.done_none"
        lines = [said(key, source=source, taken=str(batch.taken))]
        if batch.known:
            lines.append(said("intake.done_known", count=str(batch.known)))
        if batch.bad:
            lines.append(said("intake.done_bad", count=str(batch.bad)))
        rows: list[tuple[Button, ...]] = []
        if urgent:
            lines.append(said("intake.done_urgent", count=str(urgent)))
            rows.append((Button(said("intake.look_urgent"), "录入 急"),))
        if twins:
            lines.append(said("intake.done_twins", count=str(twins)))
            rows.append((Button(said("intake.look_twins"), "合并"),))
        if batch.taken:
            rows.append((Button(said("intake.undo"), f"撤回误导入 {batch.number}"),))
        return await self._send(batch, "\n".join(lines), tuple(rows), files)

    async def _say(self, batch: Batch, key: str, **params: str) -> None:
        language = await self._language(batch)
        await self._send(batch, self._ground.texts.say(language, key, **params))

    async def _language(self, batch: Batch) -> Language:
        member = await self._database.write(lambda tx: Work(tx).staff.find(batch.address))
        return member.language if member else self._unknown

    async def _send(
        self,
        batch: Batch,
        text: str,
        rows: tuple[tuple[Button, ...], ...] = (),
        files: tuple[File, ...] = (),
    ) -> bool:
        """To whoever brought it. False where it may be tried again."""
        channel = self._channels.get(batch.address.channel)
        if channel is None:
            return True
        outgoing = Outgoing(
            address=batch.address,
            text=text,
            rows=rows,
            screen=OPEN_SCREEN,
            files=files,
            tidy=False,
        )
        try:
            await channel.send(outgoing)
        except (Unreachable, Throttled):
            return False
        except SendFailed:
            log.warning("what became of an import did not arrive")
        return True

    def _today(self) -> str:
        moment = datetime.fromtimestamp(self._clock(), UTC)
        return self._ground.zone(moment).date().isoformat()


class _Steps:
    """How far a batch is, said a few times."""

    def __init__(self, batch: Batch, portions: int, often: int) -> None:
        self._often = often
        self._many = batch.many if batch.many >= MANY else 0
        self._portions = portions
        self._through = 0
        self._said = 0

    def after_one(self) -> int:
        """The percentage to be said now; 0 for nothing."""
        self._through += 1
        step = self._often * self._through // max(1, self._portions)
        if not self._many or step <= self._said or step >= self._often:
            return 0
        self._said = step
        return step * 100 // self._often


def draw_handed_back(
    head: tuple[str, ...], bad: tuple[HandedBack, ...], today: str
) -> tuple[File, ...]:
    """The rows that could not be taken, each with its reason beside it. Runs in a process of its own."""
    from bot.content.papers import papers
    from bot.reports.intake import handed_back

    rows = [(one.number, one.fault, one.value, one.cells) for one in bad]
    made = handed_back(head, rows, papers("zh"), datetime.fromisoformat(today).date())
    return (File("handed-back.xlsx", made),)
