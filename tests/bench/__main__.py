"""`./run bench`: the table of figures, each beside its floor, pinned to one processor, medians."""

import argparse
import os
import platform
import sys
from pathlib import Path

from tests.bench import inbound, language, lookup, page, papers, start, wecom, week
from tests.language.score import PARTS


def main() -> int:
    """Measure, print, and write the table where asked."""
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, help="write the table to this file")
    parser.add_argument(
        "--language", action="store_true", help="only how well words are understood"
    )
    given = parser.parse_args()
    os.sched_setaffinity(0, {0})
    if given.language:
        print(_language())
        return 0
    lines = [
        "| what | floor | product | ratio | goal |",
        "|---|---|---|---|---|",
    ]

    def row(*cells: str) -> None:
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], file=sys.stderr)

    goals = {"one after another": "≥ 0.45", "32 in flight": "≥ 0.5"}
    for what, low, high in inbound.rows(given.rounds):
        row(
            f"messages a second, {what}",
            f"{low:,.0f}",
            f"{high:,.0f}",
            f"{high / low:.2f}",
            goals[what],
        )
    waves = sorted(week.wave() for _ in range(given.rounds))[given.rounds // 2]
    row("a wave to 2,000 people given to the channel, s", "", f"{waves:.2f}", "", "≤ 1")
    whole, libraries = sorted(week.digest() for _ in range(given.rounds))[given.rounds // 2]
    row(
        "digest of 100,000 opinions, CPU s (floor: its libraries)",
        f"{libraries:.2f}",
        f"{whole:.2f}",
        f"{whole - libraries:.2f} beyond",
        "≤ 1 beyond",
    )
    small, large = papers.weighed(100_000), papers.weighed(1_000_000)
    row(
        "what a digest asks of 1,000,000 answers, ms (floor: one sum over the table)",
        f"{large.scan * 1000:.0f}",
        f"{large.asked * 1000:.0f}",
        f"{large.asked / large.scan:.2f}",
        "≤ 1.3",
    )
    for many, found in ((100_000, small), (1_000_000, large)):
        row(
            f"the whole digest of {many:,} answers, 2,000 of its week in words, s (floor: its statements and libraries)",
            f"{found.bare:.2f}",
            f"{found.whole:.2f}",
            f"{found.whole / found.bare:.2f}",
            "≤ 1.3",
        )
    row(
        "the same with ten times the data, s",
        f"{small.whole:.2f}",
        f"{large.whole:.2f}",
        f"{large.whole / small.whole:.2f}",
        "≤ 2",
    )
    written = papers.ledger(100_000)
    row(
        "a ledger of 100,000 rows, s (floor: XlsxWriter with the same cells)",
        f"{written.bare:.1f}",
        f"{written.seconds:.1f} (at most {written.peak:.0f} MB, the snapshot among them)",
        f"{written.seconds / written.bare:.2f}",
        "≤ 1.3",
    )
    middle, slowest = lookup.looked_up()
    row(
        "a receipt looked up among 1,000,000 pieces, ms (apart from its deliberate slowness)",
        "",
        f"{middle:.1f} (slowest {slowest:.1f})",
        "",
        "≤ 50",
    )
    begun = start.measured(given.rounds)
    row(
        "start-up until ready, ms (floor: lean imports)",
        f"{begun['lean'] * 1000:.0f}",
        f"{begun['ready'] * 1000:.0f}",
        f"{begun['ready'] / begun['lean']:.2f}",
        "≤ 1.3",
    )
    row("idle memory, MB", "", f"{begun['memory']:.0f}", "", "≤ 90")
    row(
        "`tingwen --help`, ms (floor: bare Python)",
        f"{begun['bare'] * 1000:.0f}",
        f"{begun['help'] * 1000:.0f}",
        f"{begun['help'] / begun['bare']:.1f}",
        "≤ 8",
    )
    low, high = wecom.rows(given.rounds)
    row(
        "WeCom callbacks opened, read and committed a second, 32 in flight",
        f"{low:,.0f}",
        f"{high:,.0f}",
        f"{high / low:.2f}",
        "≥ 0.5",
    )
    slowest, unanswered = wecom.slowest()
    said = f"{slowest:.1f}" + (f", {unanswered} not in time" if unanswered else "")
    row(
        "2,000 members of WeCom write at once, slowest answer, s (two processors)",
        "",
        said,
        "",
        "≤ 3",
    )
    for kind, (_, late, seen, _) in page.rows().items():
        row(
            f"the page, 200 requests at once: {page.CALLED[kind]}, first byte, ms (two processors)",
            "",
            f"{late:.1f} (99 in 100); a telephone waits {seen:.0f}",
            "",
            "≤ 20" if kind != "answer" else "",
        )
    head = f"Python {platform.python_version()}, {os.cpu_count()} processors, pinned to one, medians of {given.rounds}."
    table = "\n".join([head, "", *lines, "", _language()])
    print(table)
    if given.write:
        given.write.write_text(table, encoding="utf-8")
    return 0


def _language() -> str:
    parts = " | ".join(PARTS)
    lines = [f"| words understood | {parts} | goal |", "|---" * (len(PARTS) + 2) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in language.rows()), ""])


if __name__ == "__main__":
    sys.exit(main())
