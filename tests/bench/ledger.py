"""One ledger in a process of its own, with nothing imported but what the press imports: its seconds and its memory.

python -m tests.bench.ledger (product | bare) SNAPSHOT
"""

import io
import pickle
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

from handlers.papers import LEDGER, Press, draw, lay
from storage.portions import Snapshot

Grid = list[list[object]]


def grids_of(content: bytes) -> Iterator[Grid]:
    from openpyxl import load_workbook

    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        yield [[cell.value for cell in row] for row in sheet.iter_rows()]


def bare_ledger(grids: Iterable[Grid]) -> bytes:
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


def _drawn(snapshot: Snapshot) -> tuple[float, float]:
    """As the press does it, in its process: how long it took, and the megabytes that process had at most."""
    started = time.perf_counter()
    lay(snapshot, (LEDGER,), reviewed=True)
    took = time.perf_counter() - started
    return took, highest()


def highest() -> float:
    """Megabytes this process had at most. `getrusage` would tell of whoever started it, too."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def _bare(snapshot: Snapshot) -> tuple[float, float]:
    grids = list(grids_of(draw(snapshot, (LEDGER,), reviewed=True)[0].content))
    started = time.perf_counter()
    bare_ledger(grids)
    return time.perf_counter() - started, 0.0


def main() -> None:
    """One of both."""
    import asyncio  # the press has none in its processes

    what, kept = sys.argv[1:]
    snapshot: Snapshot = pickle.loads(Path(kept).read_bytes())
    work = _drawn if what == "product" else _bare
    print(*asyncio.run(Press().work_out(work, snapshot)))


if __name__ == "__main__":
    main()
