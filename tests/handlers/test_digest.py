"""A large week becomes a draft beside the people who are writing."""

import sys
from collections import Counter
from datetime import UTC, datetime
from gc import get_objects
from pathlib import Path
from types import FrameType
from typing import Any

from bot.app.derived import almanac_of, headcounts_of
from bot.core.digest.model import Entry, Opinion
from bot.core.privacy import redact
from bot.verbs.opening import sample
from handlers import digest
from storage.opinion import Kept, sliced
from storage.unit_of_work import Work
from tests.builders import freed
from tests.vaults import opened

PERIOD = "2014-03-28"
MANY = 3_000


def release(work: Work, many: int) -> None:
    text = redact("一个月检查七次，每次都要补材料，晚上备课的时间全拿去打印了").text
    labels = {"topic": "fudan", "kind": "complaint", "about": "一般"}
    some = [freed(text, labels, question="grievance", unit="u01") for _ in range(many)]
    [whole] = sliced(some, 1)
    work.opinions.release("bench", PERIOD, whole)


def test_a_draft_lets_go_of_its_opinions_a_few_at_a_time(tmp_path: Path) -> None:
    """What is left when the deed returns is freed in one step, in which the event loop can answer nobody."""
    left: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code in whole_deeds:
            of = Counter(type(one).__name__ for one in get_objects() if type(one) in held)
            left.update({kind: many - before[kind] for kind, many in of.items()})

    settings = sample(tmp_path / "town", {}).settings
    almanac = almanac_of(settings, {}, headcounts_of(settings))
    period = almanac.last_closed(datetime(2014, 3, 28, 8, tzinfo=UTC))
    held = (Kept, Opinion, Entry)
    whole_deeds = (digest.draft.__code__, digest._drawn.__code__)  # pyright: ignore[reportPrivateUsage]
    with opened(tmp_path) as work:
        release(work, MANY)
        before = Counter(type(one).__name__ for one in get_objects() if type(one) in held)
        sys.setprofile(look)
        try:
            assert digest.draft(work, almanac, period)
        finally:
            sys.setprofile(None)
        kept = work.digests.find(PERIOD)
    assert kept is not None
    assert kept.whole.portions == 2
    assert sum(left.values()) < 100, left
