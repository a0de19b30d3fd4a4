"""The subjects of the bench, in their order: each finds the rows that bear its name, in full or, for the tests, in small."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench import (
    claims,
    commits,
    inbound,
    lookup,
    opinions,
    page,
    papers,
    peer,
    pictures,
    sheets,
    start,
    telegram,
    wecom,
    week,
)
from tests.bench.rows import Found


@dataclass(frozen=True, slots=True)
class Size:
    """How many rounds, and how much of what there is to do: 1 for all of it."""

    rounds: int = 5
    share: float = 1.0

    def of(self, count: int, least: int = 1) -> int:
        return max(least, round(count * self.share))


TINY = Size(rounds=1, share=0.001)
"""For the tests: does it run at all?"""


def _inbound(size: Size) -> Iterator[Found]:
    return inbound.rows(size.rounds, size.of(inbound.PEOPLE, 2))


def _commit(size: Size) -> Iterator[Found]:
    return commits.rows(size.rounds, size.of(commits.WRITES, 40), size.of(inbound.PEOPLE, 2))


def _words(size: Size) -> Iterator[Found]:
    return opinions.rows(size.rounds, size.of(10_000, 20))


def _wecom(size: Size) -> Iterator[Found]:
    low, high = wecom.rows(size.rounds, size.of(4000, 20))
    yield Found("wecom.callback", f"{low:,.0f}", f"{high:,.0f}", high / low)
    slowest, unanswered = wecom.slowest(size.of(wecom.PEOPLE, 3))
    said = f"{slowest:.1f}" + (f", {unanswered} not in time" if unanswered else "")
    yield Found("wecom.slowest", "", said, slowest)


def _broadcast(size: Size) -> Iterator[Found]:
    with all_processors():  # the platform is no part of what is measured
        yield from telegram.rows(28 * size.share if size.share == 1 else 1.5)


def _claims(size: Size) -> Iterator[Found]:
    return claims.rows(size.rounds, size.of(claims.PEOPLE, 40), size.of(claims.INSERTS, 10))


def _wave(size: Size) -> Iterator[Found]:
    took = _middle(week.wave(size.of(week.PEOPLE, 5)) for _ in range(size.rounds))
    yield Found("wave.given", "", f"{took:.2f}", took)


def _digest(size: Size) -> Iterator[Found]:
    million, thousands = size.of(1_000_000), size.of(100_000)
    found = {"thousands": papers.weighed(thousands), "million": papers.weighed(million)}
    for name, one in found.items():
        ratio = one.asked / one.scan
        yield Found(f"asked.{name}", f"{1000 * one.scan:.0f}", f"{1000 * one.asked:.0f}", ratio)
    for name, one in found.items():
        yield Found(
            f"digest.{name}", f"{one.bare:.2f}", f"{one.whole:.2f}", one.whole / one.bare
        )
    small, large = found["thousands"].whole, found["million"].whole
    yield Found("digest.tenfold", f"{small:.2f}", f"{large:.2f}", large / small)
    whole, libraries = sorted(week.digest(thousands) for _ in range(size.rounds))[
        size.rounds // 2
    ]
    yield Found("digest.counting", f"{libraries:.2f}", f"{whole:.2f}", whole - libraries)


def _ledger(size: Size) -> Iterator[Found]:
    return sheets.rows(min(size.rounds, 3), size.of(sheets.ROWS, 20))


def _held(size: Size) -> Iterator[Found]:
    week = size.of(papers.WEEK, 40)
    with all_processors():  # the press has a process of its own, as it would have
        for key, words in (("few", min(papers.VERBATIMS, week // 2)), ("many", week)):
            waited = asyncio.run(papers.late(words, week))
            most = 1000 * waited.most
            yield Found(f"held.{key}", "", f"{most:.0f}", most)


def _chart(size: Size) -> Iterator[Found]:
    return pictures.rows(4 * size.rounds + 1)


def _start(size: Size) -> Iterator[Found]:
    return start.rows(size.rounds, warm=size.share == 1)


def _lookup(size: Size) -> Iterator[Found]:
    middle, slowest = lookup.looked_up(size.of(lookup.PIECES, 20_000))
    yield Found("lookup.middle", "", f"{middle:.1f} (slowest {slowest:.1f})", middle)


def _page(size: Size) -> Iterator[Found]:
    seconds, flying = (page.SECONDS, page.FLYING) if size.share == 1 else (0.2, 2)
    for kind, (_, late, _, seen) in page.rows(seconds, flying).items():
        yield Found(f"page.{kind}", "", f"{late:.1f}; a telephone waits {seen:.0f}", late)


def _peer(size: Size) -> Iterator[Found]:
    return peer.feeding(size.rounds, size.of(peer.PEOPLE, 2))


def _killed(size: Size) -> Iterator[Found]:
    with all_processors():  # the people are in this process
        if size.share == 1:
            yield from peer.killing()
        else:
            yield from peer.killing(people=1, kills=1, pace=(0.0, 0.1))


SUBJECTS: Mapping[str, Callable[[Size], Iterator[Found]]] = {
    "inbound": _inbound,
    "commit": _commit,
    "words": _words,
    "wecom": _wecom,
    "broadcast": _broadcast,
    "claims": _claims,
    "wave": _wave,
    "digest": _digest,
    "ledger": _ledger,
    "held": _held,
    "chart": _chart,
    "start": _start,
    "lookup": _lookup,
    "page": _page,
    "peer": _peer,
    "killed": _killed,
}


def _middle(values: Iterator[float]) -> float:
    found = sorted(values)
    return found[len(found) // 2]


@contextmanager
def all_processors() -> Iterator[None]:
    """For what needs somebody at the other end."""
    pinned = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, pinned)
