"""`tingwen import FILE`: opinions from other channels into the open period, with a report of what became of the rows.

What may be done in chat, for whoever has the file on the server. It may run beside the service. Killed, it goes on
where it was when it is called again with the same file: rows that are in stay in, and are known again. What could not
be read comes back as a table beside the file, with the reason in each row.
"""

import asyncio
import hashlib
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.app.derived import groups_of, units_of
from bot.app.wiring import App
from bot.channels.base import Receive, Rejected
from bot.content.intake.sent import LinesFound, TableFound, Unreadable, read
from bot.content.loader import load_explanations, load_texts
from bot.core.intake.columns import FIELDS
from bot.core.intake.model import DICTATED, LONGEST, MEETING, SOURCES, Facts
from bot.core.intake.splitting import split
from bot.core.messages import Address, Outgoing, Sent
from bot.core.people import Deed
from bot.core.survey import Language
from bot.verbs.check import report, spoken
from bot.verbs.opening import opened
from handlers import intake
from handlers.desk.intake import WORDS
from handlers.round import kept
from storage.intake import ROWS, Batch
from storage.schema import prepare
from storage.unit_of_work import Work

DONE, INPUT_AT_FAULT = 0, 1

HERE = Address(channel="terminal", id="")
"""Where a batch is spoken of that no chat brought."""

WAYS = {"phone": "intake.by_phone", "person": "intake.in_person"}
"""How words were taken down for somebody, and what the desk calls it."""

OFTEN = 20
"""How often it is said how far it is."""


class Wrong(Exception):
    """What stands in the way, in a sentence or two."""


def arguments(parser: ArgumentParser) -> None:
    """What may follow `tingwen import`."""
    words, language = load_explanations(), spoken(os.environ)

    def said(key: str) -> str:
        return words.say(language, f"import.help_{key}")

    parser.add_argument("file", type=Path, metavar="FILE", help="xlsx, csv, docx, txt")
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--source", choices=SOURCES, help=said("source"))
    parser.add_argument(
        "--column", action="append", default=[], metavar="FIELD=HEAD", help=said("column")
    )
    parser.add_argument("--unit", default="", help=said("unit"))
    parser.add_argument("--group", action="append", default=[], help=said("group"))
    parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    parser.add_argument("--people", type=int, help=said("people"))
    parser.add_argument("--by", choices=tuple(WAYS), help=said("by"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=said("out"))
    parser.add_argument("--dry-run", action="store_true", help=said("dry"))


def run(args: Namespace) -> int:
    """Take the file in; 1 where there is nothing in it to take in, said in a sentence."""
    language = spoken(os.environ)
    loaded, problems = opened(args.config, os.environ)
    if loaded is None:
        sys.stderr.writelines(f"{line}\n" for line in report(problems, language))
        return INPUT_AT_FAULT
    app = App(loaded.settings, loaded.secrets)
    try:
        return asyncio.run(_Bringing(app, args, language).through())
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return INPUT_AT_FAULT


class _Bringing:
    """One file on its way in."""

    def __init__(self, app: App, args: Namespace, language: Language) -> None:
        self._app = app
        self._args = args
        self._language: Language = language
        self._texts, self._words = load_texts(), load_explanations()
        self._moment = datetime.fromtimestamp(app.clock(), UTC)
        zone = app.settings.office.timezone
        self._today = self._moment.astimezone(zone).date().isoformat()

    def _say(self, key: str, **params: object) -> str:
        """A sentence of the desk's, with which it tells the same in chat."""
        return self._texts.say(self._language, f"intake.{key}", **params)

    def _wrong(self, key: str, **params: object) -> Wrong:
        return Wrong(self._words.say(self._language, f"import.{key}", **params))

    async def through(self) -> int:
        """Read, shown, taken in."""
        content, found = self._read()
        source, facts = self._source(), self._facts()
        async with self._memory():
            made = await self._app.database.write(
                lambda tx: self._made(Work(tx), source, facts, content, found)
            )
            for line in self._shown(made):
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            if fault := self._missing(made):
                raise fault
            if self._args.dry_run:
                return DONE
            number = await self._app.database.write(
                lambda tx: self._begun(Work(tx), made, found)
            )
            file: Path = self._args.file
            terminal = _Terminal(self._args.out or file.parent, file.stem)
            importer = self._app.importer({HERE.channel: terminal}, OFTEN, self._language)
            await importer.run(number)
            batch = await self._app.database.write(lambda tx: Work(tx).intakes.find(number))
        if terminal.wrote is not None:
            sys.stdout.write(
                f"{self._words.say(self._language, 'import.bad', file=terminal.wrote)}\n"
            )
        return DONE if batch and batch.taken + batch.known else INPUT_AT_FAULT

    @asynccontextmanager
    async def _memory(self) -> AsyncGenerator[None]:
        prepare(self._app.memory)
        self._app.database.start()
        try:
            yield
        finally:
            await self._app.database.stop()
            self._app.keys.close()

    def _read(self) -> tuple[str, TableFound | LinesFound]:
        """A digest of the file, and what it holds."""
        file: Path = self._args.file
        try:
            content = file.read_bytes()
        except OSError as error:
            raise self._wrong("unreadable", file=file, error=error.strerror) from error
        found = read(file.name, content)
        if isinstance(found, Unreadable):
            raise Wrong(self._say(f"fault_{found.fault}", file=file.name))
        return hashlib.sha256(content).hexdigest(), found

    def _source(self) -> str:
        """As it was named, or as the file's name has it."""
        words = ((code, word) for code, known in WORDS.items() for word in known)
        guess = next((code for code, word in words if word in self._args.file.name), "")
        if source := self._args.source or guess:
            return source
        known = ", ".join(f"{code} {self._say(f'source_{code}')}" for code in SOURCES)
        raise self._wrong("no_source", known=known)

    def _facts(self) -> Facts:
        args, settings = self._args, self._app.settings
        self._among(
            "unit", [args.unit] if args.unit else [], [u.id for u in units_of(settings)]
        )
        self._among("group", args.group, [group.id for group in groups_of(settings)])
        return Facts(
            unit=args.unit,
            groups=tuple(args.group),
            people=args.people,
            day=args.day.isoformat() if args.day else "",
            place=self._texts.say("zh", WAYS[args.by]) if args.by else "",
        )

    def _among(self, what: str, asked: Sequence[str], known: Sequence[str]) -> None:
        if unknown := next((one for one in asked if one not in known), ""):
            raise self._wrong(f"no_{what}", given=unknown, known=", ".join(known))

    def _made(
        self,
        work: Work,
        source: str,
        facts: Facts,
        content: str,
        found: TableFound | LinesFound,
    ) -> Batch:
        """What was left in the middle of this file; else a batch that has no number yet."""
        half = (one for one in work.intakes.unfinished() if one.content == content)
        if known := next(half, None):
            return known
        shown = Batch(
            number=0,
            source=source,
            day=self._today,
            who="",
            address=HERE,
            facts=facts,
            file=self._args.file.name,
            content=content,
        )
        if isinstance(found, LinesFound):
            parts = split(found.text)
            lines, left = parts.opinions, "; ".join(parts.left_out)
            if left:
                sys.stdout.write(f"{self._say('left_out', lines=left[:200])}\n")
            if long := next((one for one in lines if len(one) > LONGEST), ""):
                raise self._wrong("too_long", begins=long[:24], most=LONGEST)
            dated = replace(facts, day=facts.day or self._today)
            return replace(shown, lines=lines, facts=dated, many=len(lines))
        width = max(*map(len, found.shown), 1 + max(found.mapped.values(), default=0), 1)
        head = found.head or tuple(f"{at}" for at in range(1, 1 + width))
        guess = {**found.mapped}
        mapped = self._put_right(work.intakes.mapped(source, found.key) or guess, head)
        return replace(shown, head=head, shown=found.shown, mapped=mapped, many=found.many)

    def _put_right(self, mapped: Mapping[str, int], head: Sequence[str]) -> dict[str, int]:
        """The columns, with what was said of some of them."""
        right = dict(mapped)
        names = {self._say(f"field_{field}"): field for field in FIELDS}
        for given in self._args.column:
            field, _, column = str(given).partition("=")
            code: str = names.get(field, field)
            if code not in FIELDS:
                raise self._wrong("no_field", given=field, known=", ".join(FIELDS))
            typed = int(column) - 1 if column.isdecimal() else -1
            at = head.index(column) if column in head else typed
            if column != "-" and not 0 <= at < len(head):
                raise self._wrong(
                    "no_column", given=column, known="、".join(filter(None, head))
                )
            right = {f: c for f, c in right.items() if f != code and c != at}
            right |= {code: at} if at >= 0 else {}
        return right

    def _shown(self, made: Batch) -> Iterator[str]:
        """What was found: which column is taken for what, or how many opinions."""
        if made.number:
            yield self._words.say(self._language, "import.goes_on", rows=made.many)
            return
        if not made.head:
            yield self._words.say(self._language, "import.opinions", count=made.many)
            return
        yield self._say("rows", count=made.many, file=made.file)
        first = made.shown[0]
        for field in FIELDS:
            if (at := made.mapped.get(field)) is not None:
                yield "  " + self._say(
                    "column_line",
                    field=self._say(f"field_{field}"),
                    column=made.head[at],
                    example=" ".join(first[at].split())[:24] if at < len(first) else "",
                )
        used = made.mapped.values()
        unused = [name for at, name in enumerate(made.head) if name.strip() and at not in used]
        if unused:
            yield "  " + self._say("columns_unused", names="、".join(unused))

    def _missing(self, made: Batch) -> Wrong | None:
        """What has to be said before it can be taken in."""
        if made.number:
            return None
        if made.head and "text" not in made.mapped:
            return self._wrong("no_text", known="、".join(filter(None, made.head)))
        if made.source == MEETING and not made.facts.groups and "group" not in made.mapped:
            return self._wrong("need_groups")
        if made.source == DICTATED and not made.facts.place:
            return self._wrong("need_way")
        return None

    def _begun(self, work: Work, made: Batch, found: TableFound | LinesFound) -> int:
        """It is taken in from here on."""
        if made.number:
            return made.number
        batch = work.intakes.begin(made.source, made.day, made.who, HERE)
        if isinstance(found, TableFound):
            work.intakes.wait(batch.number, ROWS, found.portions)
            work.intakes.remember(made.source, found.key, made.mapped)
        batch = replace(made, number=batch.number)
        work.intakes.save(batch)
        period = self._app.almanac({}).current(self._moment).name.isoformat()
        rounds = [(one.opens, one.closes) for one, _ in kept(work) if one.opens]
        began = intake.since(work, self._moment, self._today, rounds)
        intake.confirm(work, batch, period, began)
        work.staff.note(
            None,
            Deed.IMPORT,
            self._app.clock(),
            batch=batch.number,
            source=made.source,
            rows=made.many,
        )
        return batch.number


class _Terminal:
    """Says how far it is: in one line that grows where somebody looks on, line by line elsewhere."""

    name = HERE.channel

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder = folder
        self._stem = stem
        self.wrote: Path | None = None

    async def run(self, receive: Receive) -> None:
        """Nobody speaks here."""

    async def send(self, outgoing: Outgoing) -> None:
        """A line; files are written beside the one that was brought."""
        for file in outgoing.files:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.wrote = self._folder / f"{self._stem}-{file.name}"
            self.wrote.write_bytes(file.content)
        growing = sys.stdout.isatty() and not outgoing.rows
        sys.stdout.write(f"\r{outgoing.text}" if growing else f"{outgoing.text}\n")
        sys.stdout.flush()

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing is sent here."""
        raise Rejected(sent.name)
