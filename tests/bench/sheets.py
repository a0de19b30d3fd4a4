"""A ledger beside the least one could do: the same cells as sheet XML, streamed into a zip by hand, with nothing kept.

Each side has a process of its own, so that the most memory it ever took can be told apart.
"""

import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from tests.bench import papers
from tests.bench.ledger import Grid, grids_of
from tests.bench.rows import Found

ROWS = 100_000

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
_DAY_ONE = datetime(1899, 12, 30)  # noqa: DTZ001 - the format knows no zone
"""A workbook counts days from here."""


def raw(grids: list[Grid], file: Path) -> None:
    """One sheet after the other, a row at a time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for number, grid in enumerate(grids, 1):
            with package.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
                sheet.write(_HEAD.encode())
                for row in grid:
                    sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                sheet.write(b"</sheetData></worksheet>")


def _cell(value: object) -> str:
    match value:
        case None:
            return "<c/>"
        case str():
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        case datetime():
            return f"<c><v>{(value - _DAY_ONE).days}</v></c>"
        case _:
            return f"<c><v>{value}</v></c>"


def rows(rounds: int, many: int = ROWS) -> Iterator[Found]:
    """Seconds and megabytes, medians of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.xlsx"
        ledger.write_bytes(papers.sample_ledger(many))
        low = [_elsewhere(ledger) for _ in range(rounds)]
    high = [papers.ledger(many) for _ in range(rounds)]
    small = papers.ledger(many // 10)
    floor, took = median(low), median(one.seconds for one in high)
    bare, peak = median(one.bare for one in high), median(one.peak for one in high)
    yield Found("ledger.raw", f"{floor:.2f}", f"{took:.2f}", took / floor)
    yield Found("ledger.library", f"{bare:.2f}", f"{took:.2f}", took / bare)
    empty = _empty()
    yield Found("ledger.memory", f"{empty:.0f}", f"{peak:.0f}", peak - empty)
    yield Found("ledger.flat", f"{small.peak:.0f}", f"{peak:.0f}", peak / small.peak)


def _elsewhere(ledger: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.sheets", str(ledger)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _empty() -> float:
    """Megabytes of a Python that does nothing."""
    asked = "print(open('/proc/self/status').read())"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    found = re.search(r"VmHWM:\s+(\d+)", done.stdout)
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    cells = list(grids_of(Path(sys.argv[1]).read_bytes()))
    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        raw(cells, Path(place) / "raw.zip")
        print(f"{time.perf_counter() - started:.3f}")
