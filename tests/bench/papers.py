"""The digest and its ledger, each beside what it is made of: statements, JSON, the libraries that pack the papers.

python -m tests.bench.papers [ANSWERS] [ledger [ROWS] [postgres]] [late [WORDS]]
"""

import asyncio
import gc
import io
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import nullcontext
from copy import deepcopy
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import insert

from bot.app.derived import almanac_of, headcounts_of
from bot.content.papers import chart_font
from bot.core.digest import in_portions
from bot.core.privacy import redact
from bot.verbs.opening import sample
from handlers.digest import draft
from handlers.papers import CHART, DOCUMENT, FIGURES, LEDGER, PAPERS, Press, draw
from storage.database import Tx
from storage.portions import Snapshot
from storage.statement import Statement
from storage.tables import opinion
from storage.unit_of_work import Work
from tests.bench.inbound import script
from tests.bench.ledger import bare_ledger, grids_of
from tests.bench.week import house
from tests.places import on_postgres
from tests.vaults import ask, opened

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

        def measured(tx: Tx) -> tuple[float, float, float]:
            scan = "SELECT sum(length(text) + length(labels)) FROM opinion NOT INDEXED"
            scanned = _middle(lambda: ask(tx, scan))
            asked: list[float] = []
            drafted: list[float] = []
            for _ in range(4):  # the first one warms
                ask(tx, "DELETE FROM digest")
                ask(tx, "DELETE FROM digest_portion")
                timed = Timed(tx)
                started = time.perf_counter()
                assert draft(Work(cast(Tx, timed)), almanac, closed)
                drafted.append(time.perf_counter() - started)
                asked.append(timed.seconds)
            return scanned, sorted(asked[1:])[1], sorted(drafted[1:])[1]

        scanned, asked, drafted = await database.write(measured)
        found = await database.write(lambda tx: Work(tx).digests.find(PERIODS[-1]))
        assert found is not None
        drawn = _middle(lambda: draw(found.whole, (DOCUMENT, LEDGER, CHART)))
        parts = {"statements": asked, **_parts(found.whole)}
        await database.stop()
        keys.close()
        return Weighed(scanned, asked, drafted + drawn, parts)


def _fill(
    tx: Tx,
    answers: int,
    units: list[str],
    periods: Sequence[str] = PERIODS,
    words: int = VERBATIMS,
) -> None:
    """So many answers over these periods; of each, the first ones in words."""
    chance = random.Random(7)
    asks = [q for q in script().survey.questions if q.parent and q.parent.options]
    options = {q.id: [option.id for option in q.parent.options] for q in asks if q.parent}
    texts = [
        redact(f"一个月检查{n}次，每次都要补材料，晚上备课的时间全拿去打印了，这是第{n}件").text
        for n in range(words)
    ]
    for period in periods:
        rows: list[tuple[Any, ...]] = []
        for n in range(answers // len(periods)):
            said = n < words
            question = chance.choice(asks)
            option = chance.choice(options[question.id])
            labels: dict[str, Any] = {
                "topic": chance.choice(_TOPICS) if said else _TOPICS[len(option) % 5]
            }
            if said:
                labels |= {"sifeng": ["形式主义"], "kind": "complaint", "about": "一般", "confidence": chance.random(),
                           "why": {"fudan": ["作业"]}}  # fmt: skip
            rows.append((
                os.urandom(12), "bench", period, "a", chance.choice(units), chance.choice(("parent", "teacher")),
                question.id, question.dimension, "chat", "[]" if said else json.dumps([option]), None,
                texts[n] if said else "", json.dumps(labels, ensure_ascii=False, separators=(",", ":")), 0,
                os.urandom(16), None, 50 if said else 0,
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


def _parts(snapshot: Snapshot) -> dict[str, float]:
    """Seconds of each library alone, with the same words and cells."""
    plain = [json.loads(text) for text in (snapshot.head, *snapshot.read())]
    document, ledger, _ = (file.content for file in draw(snapshot, (DOCUMENT, LEDGER, CHART)))
    paragraphs, grids = _paragraphs(document), list(grids_of(ledger))
    return {
        "json": _middle(lambda: json.loads(json.dumps(plain, ensure_ascii=False))),
        "docx": _middle(lambda: _bare_document(paragraphs)),
        "xlsx": _middle(lambda: bare_ledger(grids)),
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


# -- how long nobody is answered --------------------------------------------------------------------------------------


class Late(NamedTuple):
    """The longest, in seconds, that the loop could do nothing else, by what was done meanwhile."""

    draft: float
    papers: float
    ledger: float

    @property
    def most(self) -> float:
        """Of all."""
        return max(self)


WEEK = 100_000
"""Opinions of that week."""


async def late(words: int = VERBATIMS, week: int = WEEK) -> Late:
    """How late the loop of a service is while a week of 100,000 opinions becomes a draft and the draft papers; so many of them in
    words, all others taps."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        database, keys = house(Path(folder))
        settings = sample(Path(folder) / "town", {}).settings
        units = [planned.unit.id for planned in settings.units]
        for period in PERIODS[-2:]:
            await database.write(
                partial(_fill, answers=week, units=units, periods=(period,), words=words)
            )
        almanac = almanac_of(settings, {"bench": script()}, headcounts_of(settings))
        before = almanac.last_closed(datetime(2014, 4, 18, 8, tzinfo=UTC))
        closed = almanac.last_closed(datetime(2014, 4, 25, 8, tzinfo=UTC))
        await database.write(lambda tx: draft(Work(tx), almanac, before))
        press = Press()

        async def drafted() -> None:
            assert await database.write(lambda tx: draft(Work(tx), almanac, closed))

        async def drawn(wanted: tuple[str, ...]) -> None:
            kept = await database.write(lambda tx: Work(tx).digests.find(PERIODS[-1]))
            assert kept is not None
            assert all(paper.content for paper in await press.papers(kept.whole, wanted))

        found = Late(
            await _longest(drafted()),
            await _longest(drawn((*PAPERS, FIGURES))),
            await _longest(drawn((LEDGER,))),
        )
        await database.stop()
        keys.close()
        return found


async def _longest(deed: Coroutine[Any, Any, None]) -> float:
    """The longest the loop did not come back to somebody who asks every millisecond."""
    task, longest = asyncio.create_task(deed), 0.0
    while not task.done():
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - before - 0.001)
    await task
    return longest


# -- the ledger --------------------------------------------------------------------------------------------------------


class Ledger(NamedTuple):
    """One ledger, read from the database in a process of its own."""

    seconds: float
    bare: float
    peak: float
    """Megabytes its process took at most."""


def ledger(rows: int) -> Ledger:
    """A ledger of so many rows, and the same cells through the bare library."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TINGWEN_BENCH_DIR")) as folder:
        kept = Path(folder) / "snapshot"
        kept.write_bytes(pickle.dumps(_kept(Path(folder), rows)))
        product, bare = (
            _printed("-m", "tests.bench.ledger", what, str(kept))
            for what in ("product", "bare")
        )
        return Ledger(product[0], bare[0], product[1])


def _printed(*given: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, *given], capture_output=True, text=True, check=True)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def _kept(folder: Path, rows: int) -> Snapshot:
    """A digest of so many words, kept as the press finds it."""
    from tests.core.test_digest import digest_of, opinion

    said = [
        opinion(f"{n:08x}", f"食堂的菜老是凉的，能不能热一点，这是第{n}回说了。", unit="u02")
        for n in range(rows)
    ]
    head, portions = in_portions(digest_of(*said))
    face = json.dumps({"portions": len(portions)})
    with opened(folder) as work:
        work.digests.draft(PERIODS[3], head, face, (), portions)
        found = work.digests.find(PERIODS[3])
    assert found is not None
    return found.whole


def sample_ledger(rows: int) -> bytes:
    """The product's own ledger of so many words."""
    with tempfile.TemporaryDirectory() as folder:
        [ledger] = draw(_kept(Path(folder), rows), (LEDGER,), reviewed=True)
        return ledger.content


if __name__ == "__main__":
    os.sched_setaffinity(0, {0})
    match sys.argv[1:]:
        case ["ledger", *more]:
            rows = int(next((one for one in more if one.isdecimal()), 100_000))
            with on_postgres() if "postgres" in more else nullcontext():
                print(ledger(rows))
        case ["late", *words]:
            print(asyncio.run(late(int(words[0]) if words else VERBATIMS)))
        case answers:
            print(weighed(int(answers[0]) if answers else 1_000_000))
