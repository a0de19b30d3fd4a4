"""The press: a snapshot in, papers out; and the other way, a file in and what it holds out. Everything here is plain and
slow, and runs in a process of its own. Text, bytes and plain values pass between the processes.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from bot.core.messages import File

if TYPE_CHECKING:
    from bot.core.campaign.schedule import Schedule

T = TypeVar("T")

DOCUMENT, LEDGER, CHART = "digest.docx", "ledger.xlsx", "chart.png"
PAPERS = (DOCUMENT, LEDGER, CHART)
NODES, DATES = "nodes.xlsx", "dates.ics"


class Press:
    """Makes papers off the event loop. The process is started with the first paper and gone after the last."""

    async def papers(self, snapshot: str, wanted: Sequence[str] = PAPERS) -> tuple[File, ...]:
        """These papers of one digest."""
        return await self._elsewhere(draw, snapshot, tuple(wanted))

    async def personal(self, files: Sequence[str]) -> tuple[File, ...]:
        """The personal files, one paper each, named by the unit's id."""
        return await self._elsewhere(draw_personal, tuple(files))

    async def make(self, makes: Callable[[], tuple[File, ...]]) -> tuple[File, ...]:
        """Whatever papers that call of plain values makes."""
        return await self._elsewhere(makes)

    async def read(
        self, reads: Callable[[str, bytes], object], name: str, content: bytes
    ) -> object:
        """What somebody's file holds."""
        return await self._elsewhere(reads, name, content)

    async def work_out(self, work: Callable[..., T], *arguments: object) -> T:
        """What that module's function makes of plain values."""
        return await self._elsewhere(work, *arguments)

    async def _elsewhere(self, make: Callable[..., T], *arguments: object) -> T:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return await asyncio.get_running_loop().run_in_executor(pool, make, *arguments)


def draw(snapshot: str, wanted: tuple[str, ...]) -> tuple[File, ...]:
    """The papers of one digest, from its snapshot alone."""
    from bot.content.papers import chart_font, papers
    from bot.core.digest import from_json, self_check
    from bot.core.privacy import redact
    from bot.reports import chart
    from bot.reports.document.weekly import weekly
    from bot.reports.workbook import workbook

    digest, texts = from_json(snapshot), papers("zh")
    naming = [entry.number for entry in digest.entries if redact(entry.text).spans]
    problems = self_check(digest, still_naming=naming)
    makers = {
        DOCUMENT: lambda: weekly(digest, texts, problems),
        LEDGER: lambda: workbook(digest, texts),
        CHART: lambda: chart.topics(digest, texts, chart_font()),
    }
    return tuple(File(name, makers[name]()) for name in wanted)


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
