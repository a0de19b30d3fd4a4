"""The press: a snapshot in, papers out; and the other way, a file in and what it holds out. Everything here is plain and
slow, and runs in a process of its own. Text, bytes and plain values pass between the processes.
"""

import io
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from bot.core.messages import File, Redacted

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

    from bot.core.campaign.schedule import Schedule
    from bot.core.digest import Digest, Problem, Since
    from bot.core.digest.model import Destination
    from bot.reports.document.report import Kind
    from bot.reports.register import Letter, Sitting
    from storage.portions import Snapshot

T = TypeVar("T")

DOCUMENT, LEDGER, CHART = "digest.docx", "ledger.xlsx", "chart.png"
FIGURES = "figures.json"
"""For programs; people have it in the papers."""
PORTABLE = "digest.pdf"
ASKS, TREND = "chart-asks.png", "chart-trend.png"
CHARTS = (CHART, ASKS, TREND)
PAPERS = (DOCUMENT, PORTABLE, LEDGER, CHART)
"""What a reader of the digest gets; on the office's own table lie further ones."""
TEAM = "team.docx"
"""The notice for all members of the leading team."""
NODES, DATES = "nodes.xlsx", "dates.ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What happened to the opinions of a sent digest since: which are still there, and what became of some."""

    still: frozenset[str]
    ways: "Mapping[str, Destination]"


class Handed(NamedTuple):
    """One clue of the hand-over list."""

    number: int
    text: Redacted | None
    to: str
    day: date
    by: str
    received: date | None
    receiver: str


class Laid(NamedTuple):
    """A paper that nobody held as a whole while it was made: it lies in the press's folder."""

    name: str
    place: Path


class Press:
    """Makes papers off the event loop. The process is started with the first paper and gone after the last."""

    async def papers(
        self, snapshot: "Snapshot", wanted: Sequence[str] = PAPERS
    ) -> tuple[File, ...]:
        """These papers of a digest that was sent."""
        return await self.make(partial(lay, snapshot, tuple(wanted), reviewed=True))

    async def personal(self, files: Sequence[str]) -> tuple[File, ...]:
        """The personal files, one paper each, named by the unit's id."""
        return await self._elsewhere(draw_personal, tuple(files))

    async def make(self, makes: Callable[[], tuple[File | Laid, ...]]) -> tuple[File, ...]:
        """Whatever papers that call of plain values makes."""
        import asyncio  # as in `lasting`

        async with self.lasting(1, _nothing) as working:
            made = await working(makes)
            return await asyncio.to_thread(lambda: tuple(map(_taken_up, made)))

    async def read(
        self, reads: Callable[[str, bytes], object], name: str, content: bytes
    ) -> object:
        """What somebody's file holds."""
        return await self._elsewhere(reads, name, content)

    async def work_out(self, work: Callable[..., T], *arguments: object) -> T:
        """What that module's function makes of plain values."""
        return await self._elsewhere(work, *arguments)

    @asynccontextmanager
    async def lasting(
        self, workers: int, begin: Callable[..., None], *arguments: object
    ) -> AsyncGenerator[Callable[..., Awaitable[Any]]]:
        """As `apart`, with a folder for what does not fit into memory; it goes with them."""
        with TemporaryDirectory(prefix=f"{_APART}{os.getpid()}-") as folder:
            async with apart(workers, _into, folder, begin, *arguments) as working:
                yield working

    async def _elsewhere(self, make: Callable[..., T], *arguments: object) -> T:
        async with self.lasting(1, _nothing) as working:
            return await working(make, *arguments)


@asynccontextmanager
async def apart(
    workers: int, begin: Callable[..., None], *arguments: object
) -> AsyncGenerator[Callable[..., Awaitable[Any]]]:
    """Processes for much work of one kind, prepared once by `begin`: each call of what is given here runs in one."""
    import asyncio  # those processes read this file too; they have no loop, and no memory to spare for one

    pool = await asyncio.to_thread(_pool, workers, _begun, begin, *arguments)
    loop = asyncio.get_running_loop()

    def working(work: Callable[..., Any], *plain: object) -> Awaitable[Any]:
        return loop.run_in_executor(pool, work, *plain)

    try:
        yield working
    finally:
        # Waiting for a process to end is waiting too.
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


def _taken_up(made: File | Laid) -> File:
    if isinstance(made, File):
        return made
    content = made.place.read_bytes()
    made.place.unlink()
    return File(made.name, content)


def _pool(
    workers: int, begin: Callable[..., None], *arguments: object
) -> "ProcessPoolExecutor":
    """Started and prepared: to begin a process takes longer than anybody may wait on the loop.

    Each process has one thread to reckon with: small matrices on several only wait for each other, ten times as long where
    the machine has other work. OpenBLAS reads this when numpy is loaded (https://github.com/OpenMathLib/OpenBLAS#usage).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=begin, initargs=arguments
    )
    for started in [pool.submit(_nothing) for _ in range(workers)]:
        started.result()
    return pool


def _nothing() -> None:
    """What a process does that has only to be there."""


_APART = "tingwen-press-"
"""Where a press puts down what does not fit into memory; the number of its process follows."""


def _begun(begin: Callable[..., None], *arguments: object) -> None:
    import logging
    from multiprocessing import parent_process
    from signal import SIG_IGN, SIGINT, signal
    from threading import Thread

    from bot.logs import set_up

    signal(
        SIGINT, SIG_IGN
    )  # a terminal sends it to all; the service ends its own, in its order
    set_up(logging.ERROR)
    for secret in [name for name in os.environ if name.startswith("TINGWEN_")]:
        del os.environ[secret]
    if (parent := parent_process()) is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()
    begin(*arguments)


def _into(folder: str, begin: Callable[..., None], *arguments: object) -> None:
    tempfile.tempdir = folder
    begin(*arguments)


def _end_with(parent: "BaseProcess") -> None:
    # A pool waits for its next task for ever, also when nobody is left who could give it one: people's words in hand.
    parent.join()
    os._exit(1)


def tidy() -> None:
    """Remove what a press left lying about that was killed: words may be in it. Called once, at the start."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_APART}*"):
        number = folder.name.removeprefix(_APART).split("-")[0]
        if number == str(os.getpid()) or not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def draw(
    snapshot: "Snapshot", wanted: tuple[str, ...], *, reviewed: bool = False
) -> tuple[File, ...]:
    """The papers of one digest, from its snapshot alone. Those of a draft begin with what is to be looked at, if there is
    anything; once it is `reviewed` and sent, that is nobody's business any more."""
    writers, drawn = _writers(snapshot, reviewed), list[File]()
    for name in wanted:
        out = io.BytesIO()
        writers[name](out)
        drawn.append(File(name, out.getvalue()))
    return tuple(drawn)


def lay(
    snapshot: "Snapshot", wanted: tuple[str, ...], *, reviewed: bool = False
) -> tuple[Laid, ...]:
    """The same papers for the press to take up: not even the bytes of a long ledger are held where it is made."""
    writers, laid = _writers(snapshot, reviewed), list[Laid]()
    for name in wanted:
        with NamedTemporaryFile(delete=False) as out:
            writers[name](out)
        laid.append(Laid(name, Path(out.name)))
    return tuple(laid)


def _writers(
    snapshot: "Snapshot", reviewed: bool
) -> Mapping[str, Callable[[IO[bytes]], object]]:
    """The ledger takes its lines as they come from the database; who prints words takes them all."""
    from bot.content.papers import chart_font, font_file, papers
    from bot.core.digest import from_json

    digest, texts = from_json(snapshot.head), papers("zh")
    worded = cache(lambda: _whole(snapshot))
    problems = cache(lambda: () if reviewed else _to_look_at(worded()))
    return {
        DOCUMENT: lambda out: out.write(_document(worded(), texts, problems())),
        PORTABLE: lambda out: out.write(_portable(worded(), texts, font_file(), problems())),
        LEDGER: lambda out: _ledger(out, snapshot, digest, texts),
        CHART: lambda out: out.write(_chart("topics", digest, texts, chart_font())),
        ASKS: lambda out: out.write(_chart("asks", digest, texts, chart_font())),
        TREND: lambda out: out.write(_chart("trend", digest, texts, chart_font())),
        TEAM: lambda out: out.write(_team(worded(), texts)),
        FIGURES: lambda out: out.write(_figures(digest, texts)),
    }


# What makes pages and pictures is imported by whoever wants some: a ledger has to fit into little memory.


def _ledger(
    out: IO[bytes], snapshot: "Snapshot", digest: "Digest", texts: Mapping[str, str]
) -> None:
    from bot.core.digest import all_entries
    from bot.reports.workbook import write_workbook

    write_workbook(out, digest, texts, all_entries(digest, snapshot.read()))


def _chart(
    which: Literal["topics", "asks", "trend"],
    digest: "Digest",
    texts: Mapping[str, str],
    font: bytes,
) -> bytes:
    from bot.reports import chart

    drawn = {"topics": chart.topics, "asks": chart.asks, "trend": chart.trend}
    return drawn[which](digest, texts, font)


def _figures(digest: "Digest", texts: Mapping[str, str]) -> bytes:
    from bot.reports.figures import figures

    return figures(digest, texts).encode()


def _document(
    digest: "Digest", texts: Mapping[str, str], problems: "tuple[Problem, ...]"
) -> bytes:
    from bot.reports.document.weekly import weekly

    return weekly(digest, texts, problems)


def _portable(
    digest: "Digest", texts: Mapping[str, str], font: Path, problems: "tuple[Problem, ...]"
) -> bytes:
    from bot.reports.document.weekly import portable

    return portable(digest, texts, font, problems)


def _team(digest: "Digest", texts: Mapping[str, str]) -> bytes:
    from bot.reports.document.apart import team

    return team(digest, texts)


def _whole(snapshot: "Snapshot") -> "Digest":
    from bot.core.digest import all_entries, from_json

    digest = from_json(snapshot.head)
    if not snapshot.portions:
        return digest
    return replace(digest, entries=tuple(all_entries(digest, snapshot.read())))


def _to_look_at(digest: "Digest") -> "tuple[Problem, ...]":
    from bot.core.digest import office_words, self_check
    from bot.core.privacy import redact

    naming = [e.number for e in digest.entries if redact(e.text).spans]
    naming += [where for where, text in office_words(digest) if redact(text).spans]
    return self_check(digest, still_naming=frozenset(naming))


def draw_part(snapshot: "Snapshot", units: tuple[tuple[str, str], ...]) -> tuple[File, ...]:
    """What a digest says of these units, id and name each."""
    from bot.content.papers import papers
    from bot.core.digest import part_of
    from bot.reports.document.part import part

    made = part_of(_whole(snapshot), dict(units))
    return (File("units.docx", part(made, papers("zh"))),)


def draw_report(
    snapshots: "tuple[Snapshot, ...]",
    after: tuple[After, ...],
    kind: "Kind",
    name: str,
    nodes: tuple[tuple[str, str, str], ...],
) -> tuple[File, ...]:
    """The report over these digests, oldest first. `nodes`: what, when, and how it stands."""
    from bot.content.papers import papers
    from bot.core.digest import Milestone, report_of
    from bot.reports.document.report import report

    digests, since = _read_all(snapshots, after)
    milestones = tuple(Milestone(title=t, when=w, state=s) for t, w, s in nodes)
    made = report_of(digests, since, name=name, milestones=milestones)
    return (File(f"report-{kind}.docx", report(made, kind, papers("zh"))),)


def draw_checkup(
    snapshots: "tuple[Snapshot, ...]", after: tuple[After, ...], unit: str
) -> tuple[File, ...]:
    """The frame of a leading team's material with what was said about it. `unit`: its name; empty for the whole house's."""
    from bot.content.papers import papers
    from bot.core.digest import team_entries
    from bot.reports.document.checkup import Checkup, checkup

    digests, since = _read_all(snapshots, after)
    units = frozenset({unit}) if unit else None
    made = Checkup(
        office=digests[-1].office,
        unit=unit,
        opens=digests[0].opens,
        closes=digests[-1].closes,
        simulated=any(digest.simulated for digest in digests),
        entries=team_entries(digests, since, units),
    )
    return (File("checkup.docx", checkup(made, papers("zh"))),)


def draw_clues(office: str, handed: tuple[Handed, ...], day: date) -> tuple[File, ...]:
    """The list of clues that go to the body in charge of discipline."""
    from bot.content.papers import papers
    from bot.reports.document.clues import Clue, clue_list

    clues = [Clue(**one._asdict()) for one in handed]
    return (File("handed-over.docx", clue_list(office, clues, papers("zh"), day)),)


def draw_register(
    period: str, sittings: "tuple[Sitting, ...]", letters: "tuple[Letter, ...]", day: date
) -> tuple[File, ...]:
    """The register of what came by other ways in a period, and of letters."""
    from bot.content.papers import papers
    from bot.reports.register import register

    content = register(sittings, letters, papers("zh"), day)
    return (File(f"register-{period}.xlsx", content),)


def _read_all(
    snapshots: "tuple[Snapshot, ...]", after: tuple[After, ...]
) -> "tuple[list[Digest], Since]":
    from bot.core.digest import Since

    still = frozenset(id for one in after for id in one.still)
    ways: dict[str, Destination] = {}
    for one in after:
        ways.update(one.ways)
    return [_whole(one) for one in snapshots], Since(still=still, ways=ways)


def pack(
    period: str, screen: str, sms: tuple[str, ...], snapshot: "Snapshot", *, reviewed: bool
) -> tuple[File, ...]:
    """Everything of one period that is no personal file, in one archive."""
    from bot.reports.package import package

    words = {"digest.txt": screen, "sms.txt": "\n".join(sms)}
    plain = {name: f"{text}\n".encode() for name, text in words.items() if text}
    drawn = draw(snapshot, (*PAPERS, ASKS, TREND, TEAM, FIGURES), reviewed=reviewed)
    papers = {paper.name: paper.content for paper in drawn}
    return (File(f"digest-{period}.zip", package(plain | papers)),)


def draw_schedule(
    schedule: "Schedule", wanted: str, zone: str, now: datetime
) -> tuple[File, ...]:
    """The calendar as a node table, as a file for calendar programs, or (`CHART`) as a picture."""
    from zoneinfo import ZoneInfo

    from bot.content.papers import chart_font, papers

    texts = papers("zh")
    match wanted:
        case _ if wanted == NODES:
            from bot.reports.nodes import nodes

            return (File(NODES, nodes(schedule, texts)),)
        case _ if wanted == DATES:
            from bot.reports.calendar import calendar

            content = calendar([schedule], schedule.title, texts, ZoneInfo(zone), now)
            return (File(DATES, content),)
        case _:
            from bot.reports.gantt import gantt

            return (File(CHART, gantt(schedule, texts, chart_font())),)


def draw_personal(files: tuple[str, ...]) -> tuple[File, ...]:
    """The personal files."""
    from bot.content.papers import papers
    from bot.core.digest import personal_from_json
    from bot.reports.document.apart import personal

    read = [personal_from_json(text) for text in files]
    return tuple(File(personal_name(one.unit), personal(one, papers("zh"))) for one in read)


def personal_name(unit: str) -> str:
    """What the personal file of a unit is called; the whole house has none."""
    return f"personal-{unit}.docx"
