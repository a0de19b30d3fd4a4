"""The digest and its ledger, each beside what it is made of: statements, JSON, the libraries that pack the papers.

python -m tests.bench.papers [ANSWERS] [ledger]
"""

import asyncio
import gc
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import insert

from bot.app.derived import almanac_of, headcounts_of
from bot.content.papers import chart_font, papers
from bot.core.digest import from_json
from bot.core.privacy import redact
from bot.reports import workbook
from bot.verbs.opening import sample
from handlers.digest import draft
from handlers.papers import CHART, DOCUMENT, LEDGER, draw
from storage.database import Tx
from storage.statement import Statement
from storage.tables import opinion
from storage.unit_of_work import Work
from tests.bench.inbound import script
from tests.bench.week import house
from tests.vaults import ask

PERIODS = tuple(f"2014-{month:02}-{day:02}" for month, day in (
    (3, 7), (3, 14), (3, 21), (3, 28), (4, 4), (4, 11), (4, 18), (4, 25),
))  # fmt: skip
VERBATIMS = 2_000
"""Words of a period; all other answers are taps."""

_TOPICS = ("fudan", "shitang", "jiancha", "ruxue", "jiesong")
_FILL = Statement(insert(opinion))
_NAMES = tuple(column.name for column in opinion.columns)


class Timed:
    """A transaction that counts the seconds of its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def _timed(self, run: Callable[..., Any], *given: Any) -> Any:
        started = time.perf_counter()
        try:
            return run(*given)
        finally:
            self.seconds += time.perf_counter() - started

    def one(self, *given: Any) -> Any:
        return self._timed(self._tx.one, *given)

    def all(self, *given: Any) -> Any:
        return self._timed(self._tx.all, *given)

    def do(self, *given: Any) -> Any:
        return self._timed(self._tx.do, *given)

    def many(self, *given: Any) -> Any:
        return self._timed(self._tx.many, *given)


class Weighed(NamedTuple):
    """Seconds of a digest, and of what it is made of."""

    scan: float
    asked: float
    whole: float
    parts: dict[str, float]

    @property
    def bare(self) -> float:
        """The sum of the parts."""
        return sum(self.parts.values())


def weighed(answers: int) -> Weighed:
    """A digest of the last of eight periods, with its docx, ledger and picture."""
    return asyncio.run(_weighed(answers))


async def _weighed(answers: int) -> Weighed:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        database, keys = house(Path(folder))
        settings = sample(Path(folder) / "town", {}).settings
        units = [planned.unit.id for planned in settings.units]
        await database.write(lambda tx: _fill(tx, answers, units))
        almanac = almanac_of(settings, {"bench": script()}, headcounts_of(settings))
        closed = almanac.last_closed(datetime(2014, 4, 25, 8, tzinfo=UTC))

        def measured(tx: Tx) -> Weighed:
            scan = "SELECT sum(length(text) + length(labels)) FROM opinion NOT INDEXED"
            scanned = _middle(lambda: ask(tx, scan))
            asked: list[float] = []
            drafted: list[float] = []
            snapshot = ""
            for _ in range(4):  # the first one warms
                timed = Timed(tx)
                started = time.perf_counter()
                assert draft(Work(cast(Tx, timed)), almanac, closed)
                drafted.append(time.perf_counter() - started)
                asked.append(timed.seconds)
                found = Work(tx).digests.find(PERIODS[-1])
                assert found is not None
                snapshot = found.snapshot
                ask(tx, "DELETE FROM digest")
            drawn = _middle(lambda: draw(snapshot, (DOCUMENT, LEDGER, CHART)))
            parts = {"statements": sorted(asked[1:])[1], **_parts(snapshot)}
            return Weighed(scanned, parts["statements"], sorted(drafted[1:])[1] + drawn, parts)

        found = await database.write(measured)
        await database.stop()
        keys.close()
        return found


def _fill(tx: Tx, answers: int, units: list[str]) -> None:
    chance = random.Random(7)
    asks = [q for q in script().survey.questions if q.parent and q.parent.options]
    options = {q.id: [option.id for option in q.parent.options] for q in asks if q.parent}
    texts = [
        redact(f"一个月检查{n}次，每次都要补材料，晚上备课的时间全拿去打印了，这是第{n}件").text
        for n in range(VERBATIMS)
    ]
    for period in PERIODS:
        rows: list[tuple[Any, ...]] = []
        for n in range(answers // len(PERIODS)):
            words = n < VERBATIMS
            question = chance.choice(asks)
            option = chance.choice(options[question.id])
            labels: dict[str, Any] = {
                "topic": chance.choice(_TOPICS) if words else _TOPICS[len(option) % 5]
            }
            if words:
                labels |= {"sifeng": ["形式主义"], "kind": "complaint", "about": "一般", "confidence": chance.random(),
                           "why": {"fudan": ["作业"]}}  # fmt: skip
            rows.append((
                os.urandom(12), "bench", period, "a", chance.choice(units), chance.choice(("parent", "teacher")),
                question.id, question.dimension, "chat", "[]" if words else json.dumps([option]), None,
                texts[n] if words else "", json.dumps(labels, ensure_ascii=False, separators=(",", ":")), 0,
                os.urandom(16), None, 50 if words else 0,
            ))  # fmt: skip
        tx.many(_FILL, [dict(zip(_NAMES, row, strict=True)) for row in sorted(rows)])


def _middle(deed: Callable[[], object], times: int = 3) -> float:
    deed()
    took: list[float] = []
    for _ in range(times):
        gc.collect()
        started = time.perf_counter()
        deed()
        took.append(time.perf_counter() - started)
    return sorted(took)[times // 2]


# -- what it is made of ------------------------------------------------------------------------------------------------


def _parts(snapshot: str) -> dict[str, float]:
    """Seconds of each library alone, with the same words and cells."""
    plain = json.loads(snapshot)
    document, ledger, _ = (file.content for file in draw(snapshot, (DOCUMENT, LEDGER, CHART)))
    paragraphs, grids = _paragraphs(document), list(_grids(ledger))
    return {
        "json": _middle(lambda: json.loads(json.dumps(plain, ensure_ascii=False))),
        "docx": _middle(lambda: _bare_document(paragraphs)),
        "xlsx": _middle(lambda: _bare_ledger(grids)),
        "png": _middle(_bare_picture),
    }


def _paragraphs(content: bytes) -> list[str]:
    from docx import Document
    from docx.oxml.ns import qn

    body = Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


def _bare_document(paragraphs: list[str]) -> None:
    """python-docx, a paragraph copied for each (facts: ten times as fast as its own way)."""
    from docx import Document

    paper = Document()
    pattern = paper.add_paragraph("x", style="List Bullet")._p
    end = paper.element.body[-1]
    for text in paragraphs:
        copied = deepcopy(pattern)
        copied.r_lst[0].text = text
        end.addprevious(copied)
    paper.save(io.BytesIO())


Grid = list[list[object]]


def _grids(content: bytes) -> Iterator[Grid]:
    from openpyxl import load_workbook

    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        yield [[cell.value for cell in row] for row in sheet.iter_rows()]


def _bare_ledger(grids: Iterable[Grid]) -> bytes:
    """XlsxWriter in constant memory, each cell with a format, and nothing else."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(out, options)
    look = book.add_format({"border": 1, "text_wrap": True, "num_format": "@"})
    day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    for grid in grids:
        sheet = book.add_worksheet()
        for at, row in enumerate(grid):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, place, cell, look)
                elif isinstance(cell, datetime):
                    sheet.write_datetime(at, place, cell, day)
                elif cell is None:
                    sheet.write_blank(at, place, None, look)
                else:
                    sheet.write_number(at, place, cast(float, cell), look)
    book.close()
    return out.getvalue()


def _bare_picture() -> bytes:
    """Pillow: the font opened in three sizes, thirty lines, twenty bars, one PNG."""
    from PIL import Image, ImageDraw, ImageFont

    font = chart_font()
    sizes = [ImageFont.truetype(io.BytesIO(font), size) for size in (34, 26, 22)]
    image = Image.new("RGB", (960, 600), "white")
    pen = ImageDraw.Draw(image)
    for n in range(30):
        pen.text((20, 18 * n), f"作业与课业负担{n}", fill="black", font=sizes[n % 3])
    for n in range(20):
        pen.rectangle((300, 28 * n, 300 + 20 * n, 28 * n + 9), fill="#1f4e79")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


# -- the ledger --------------------------------------------------------------------------------------------------------


class Ledger(NamedTuple):
    """One ledger, in a process of its own."""

    seconds: float
    bare: float
    peak: float
    """Megabytes the process took at most, the snapshot with all its words among them."""


def ledger(rows: int) -> Ledger:
    """A ledger of so many rows, and the same cells through the bare library."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "snapshot"
        kept.write_bytes(_snapshot(rows))
        took: dict[str, tuple[float, float]] = {}
        for what in ("product", "bare"):
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.papers", what, str(kept)],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, memory = done.stdout.split()
            took[what] = float(seconds), float(memory)
        return Ledger(took["product"][0], took["bare"][0], took["product"][1])


def _snapshot(rows: int) -> bytes:
    """A digest of so many words, as the press gets it."""
    from bot.core.digest import to_json
    from tests.core.test_digest import digest_of, opinion

    said = [
        opinion(f"{n:08x}", f"食堂的菜老是凉的，能不能热一点，这是第{n}回说了。", unit="u02")
        for n in range(rows)
    ]
    return to_json(digest_of(*said)).encode()


def sample_ledger(rows: int) -> bytes:
    """The product's own ledger of so many words."""
    return workbook.workbook(from_json(_snapshot(rows).decode()), papers("zh"))


def _alone(what: str, kept: Path) -> None:
    """One ledger in this process: its seconds, and how many megabytes it took at most."""
    digest = from_json(kept.read_text())
    if what == "product":
        started = time.perf_counter()
        workbook.workbook(digest, papers("zh"))
        took = time.perf_counter() - started
    else:
        grids = list(_grids(workbook.workbook(digest, papers("zh"))))
        started = time.perf_counter()
        _bare_ledger(grids)
        took = time.perf_counter() - started
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{took:.3f} {int(peak.split()[1]) / 1024:.1f}")


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    match sys.argv[1:]:
        case [("product" | "bare") as what, kept]:
            _alone(what, Path(kept))
        case ["ledger", *rows]:
            print(ledger(int(rows[0]) if rows else 100_000))
        case answers:
            print(weighed(int(answers[0]) if answers else 1_000_000))
