"""`./run faults [COUNT] [--seed N] [--deaths SHARE] [--database postgres]`: so many faults, a line each, and a table at the end."""

import argparse
import asyncio
import contextlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from tests import postgres
from tests.faults.siege import RECOVERS_WITHIN, Report, besieged


def main() -> int:
    """0 where nothing was lost or doubled and all recovered in time."""
    parser = argparse.ArgumentParser(prog="./run faults")
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--deaths", type=float, default=0.4, help="how many of them are kill -9"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    print(
        f"seed {asked.seed}, {platform.machine()}, {os.cpu_count()} processors, {asked.database}",
        flush=True,
    )
    elsewhere = (
        postgres.database() if asked.database == "postgres" else contextlib.nullcontext("")
    )
    with tempfile.TemporaryDirectory(prefix="faults-at-tingwen-") as folder, elsewhere as url:
        report = asyncio.run(
            besieged(
                Path(folder),
                asked.count,
                seed=asked.seed,
                deaths=asked.deaths,
                url=url,
                say=_say,
            )
        )
    told(report)
    return int(not report.sound or bool(report.late))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def told(report: Report) -> None:
    """The table, as docs/operations.md has it."""
    print("| fault | times | recovered, median | longest |\n|---|---|---|---|")
    for name, times in sorted(report.took.items()):
        times = sorted(times)
        print(f"| {name} | {len(times)} | {times[len(times) // 2]:.1f} s | {times[-1]:.1f} s |")
    everything = sorted(one for times in report.took.values() for one in times)
    print(
        f"\n{len(everything)} faults in {report.seconds:.0f} s; {report.people} people, "
        f"{report.waiting} of them still waiting; of {2 * report.people} sentences lost {report.lost}, doubled "
        f"{report.doubled}; handed in {report.handed_in}; load {os.getloadavg()[0]:.1f}\n"
        f"recovered: median {everything[len(everything) // 2]:.1f} s, 99 of 100 within "
        f"{everything[int(len(everything) * 0.99)]:.1f} s, longest {everything[-1]:.1f} s "
        f"(promised {RECOVERS_WITHIN:.0f} s); later than that: {report.late or 'none'}"
    )


if __name__ == "__main__":
    sys.exit(main())
