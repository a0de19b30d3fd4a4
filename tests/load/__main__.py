"""`./run load [evening|broadcast] ...`: a county's evening, or a reminder to all of it; a line now and then, a table at the end.

./run load --families 60000 --teachers 10000 --updates 1000000 --rate 300
./run load broadcast --people 70000 --allowed 300 --replicas 2 --kills 3 --database postgres
./run load broadcast --people 4000 --allowed 30 --seconds 120
"""

import argparse
import asyncio
import contextlib
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.load.broadcast import SHARE, TAKEN_OVER, Told, broadcast
from tests.load.evening import RATE, WITHIN, Place, Report, evening


def main() -> int:
    """0 where nothing was lost or doubled and every limit was kept."""
    asked = _asked()
    print(f"{platform.machine()}, {os.cpu_count()} processors, {asked.database}", flush=True)
    elsewhere = (
        postgres.database() if asked.database == "postgres" else contextlib.nullcontext("")
    )
    with tempfile.TemporaryDirectory(prefix="load-of-tingwen-") as folder, elsewhere as url:
        place = Place(Path(folder), url)
        if asked.what == "broadcast":
            if asked.replicas > 1 and not url:
                sys.exit("several replicas need --database postgres")
            return int(not _told(_broadcast(place, asked)))
        return int(not _counted(_evening(place, asked), asked.light))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run load")
    parser.add_argument("what", nargs="?", choices=("evening", "broadcast"), default="evening")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--families", type=int, default=60_000)
    parser.add_argument("--teachers", type=int, default=10_000)
    parser.add_argument(
        "--updates",
        type=int,
        default=0,
        help="stop at about so many; 0: when each has answered once",
    )
    parser.add_argument(
        "--rate", type=float, default=RATE, help="updates a second; 0: as fast as it goes"
    )
    parser.add_argument(
        "--light", action="store_true", help="receipts that are not slow on purpose"
    )
    parser.add_argument("--people", type=int, default=70_000)
    parser.add_argument(
        "--allowed", type=int, default=30, help="messages the platform allows in any one second"
    )
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument(
        "--kills", type=int, default=0, help="how often whoever speaks dies in the middle"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="break off after so many; 0: to the end"
    )
    return parser.parse_args()  # fmt: skip


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _evening(place: Place, asked: argparse.Namespace) -> Report:
    return asyncio.run(
        evening(
            place,
            families=asked.families,
            teachers=asked.teachers,
            updates=asked.updates,
            rate=asked.rate,
            light=asked.light,
            say=_say,
        )
    )


def _counted(report: Report, light: bool) -> bool:
    found = report.found
    assert found is not None
    print("| updates | MiB in memory | MiB on disk |\n|---|---|---|")
    for done, memory, disk in report.memory:
        print(f"| {done} | {memory:.0f} | {disk:.0f} |")
    in_time = report.wait(0.99) <= WITHIN
    print(
        f"\n{report.done} updates of {report.talks} talks in {report.seconds:.0f} s ({report.done / report.seconds:.0f}/s), "
        f"receipts {'light' if light else 'in full'}\n"
        f"answers: median {1000 * report.wait(0.5):.0f} ms, 99 of 100 within {1000 * report.wait(0.99):.0f} ms "
        f"(promised {1000 * WITHIN:.0f}: {'kept' if in_time else 'NOT kept'}), 999 of 1000 within "
        f"{1000 * report.wait(0.999):.0f} ms\n"
        f"handed in {found.submissions}, thanked {report.talks - report.waiting}, still waiting {report.waiting}\n"
        f"sentences {len(found.texts)}: lost {report.lost}, doubled {report.doubled}; taps {found.taps.total()}: lost "
        f"{report.taps_lost}, doubled {report.taps_doubled}; screens nobody asked for {report.unasked}; left unsaid "
        f"{found.unsaid}; deliveries to be repeated {report.refused}; not understood {dict(report.puzzled) or 'nothing'}\n"
        f"of a processor: service {report.service:.2f}, platform and people {report.driver:.2f}; stopping took "
        f"{report.stopping:.1f} s, letting all of it out {report.counting:.0f} s; load {os.getloadavg()[0]:.1f}"
    )
    return report.sound


def _broadcast(place: Place, asked: argparse.Namespace) -> Told:
    return asyncio.run(
        broadcast(
            place,
            people=asked.people,
            allowed=asked.allowed,
            count=asked.replicas,
            kills=asked.kills,
            seconds=asked.seconds,
            say=_say,
        )
    )


def _told(told: Told) -> bool:
    waits = sorted(told.waits) or [0.0]
    print(
        f"{told.reminded} of {told.people} reminded in {told.seconds:.0f} s; {told.share:.3f} of {told.allowed}/s used "
        f"(wanted {SHARE}), most in any one second {told.most}, refused {told.refused}\n"
        f"reminded twice {told.twice}, left out {told.never}; killed {told.kills} times, went on after "
        f"{', '.join(f'{gap:.1f}' for gap in told.gaps) or 'none'} s (promised {TAKEN_OVER:.0f})\n"
        f"meanwhile {told.finished} people handed in, still waiting {told.waiting}, said twice {told.unasked}; answers: "
        f"median {1000 * waits[len(waits) // 2]:.0f} ms, 99 of 100 within {1000 * waits[int(len(waits) * 0.99)]:.0f} ms; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return told.sound


if __name__ == "__main__":
    sys.exit(main())
