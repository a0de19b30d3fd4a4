"""Every paper that can be made of a digest, by name: what must hold of all of them is asked of each."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date

from bot.content.papers import chart_font
from bot.core.digest import (
    Digest,
    Milestone,
    PersonalMatter,
    Problem,
    Since,
    part_of,
    personal_files,
    report_of,
    team_entries,
)
from bot.core.messages import Redacted
from bot.reports import chart
from bot.reports.document.apart import personal, team
from bot.reports.document.checkup import Checkup, checkup
from bot.reports.document.clues import Clue, clue_list
from bot.reports.document.part import part
from bot.reports.document.report import report
from bot.reports.document.weekly import weekly
from bot.reports.message import message
from bot.reports.register import Sitting, register
from bot.reports.workbook import workbook

COMMON = (
    "message", "weekly", "team", "ledger", "situation", "phase", "checkup", "checkup of a unit", "part",
    "ledger of the phase", "register",
)  # fmt: skip
"""Papers that several people read."""
APART = ("personal", "clues")
"""Papers for one reader."""
PICTURES = ("topics", "asks", "trend")


def every_paper(
    digest: Digest,
    words: Mapping[str, str],
    *,
    problems: tuple[Problem, ...] = (),
    matters: tuple[PersonalMatter, ...] = (),
    handed: tuple[str, ...] = (),
) -> dict[str, bytes]:
    """All of them; the pictures too."""
    since = Since(still=frozenset(e.id for e in digest.entries), ways={})
    nodes = (Milestone(title="动员部署", when="3月上旬", state="done"),)
    made = report_of([digest], since, name="第一环节", milestones=nodes)
    unit = digest.units[0] if digest.units else None
    met = Sitting(
        date(2014, 3, 25), "meeting", "会议室", "分管副局长", 21, ("一线教师",), 3, "办公室1"
    )
    papers = {
        "message": message(digest, words).encode(),
        "weekly": weekly(digest, words, problems),
        "team": team(digest, words),
        "ledger": workbook(digest, words),
        "situation": report(made, "situation", words),
        "phase": report(made, "phase", words),
        "checkup": checkup(_frame(digest, since, ""), words),
        "checkup of a unit": checkup(
            _frame(digest, since, unit.name if unit else "一中"), words
        ),
        "part": part(part_of(digest, {unit.id: unit.name} if unit else {"x": "一中"}), words),
        "ledger of the phase": workbook(made.whole, words),
        "register": register([met], [], words, digest.key),
        "clues": clue_list(digest.office, _clues(handed), words, digest.key),
    }
    files = personal_files(
        matters, office=digest.office, closes=digest.key, units={"u02": "一中"}
    )
    for file in files:
        papers["personal"] = personal(file, words)
    for name in PICTURES:
        papers[name] = getattr(chart, name)(digest, words, chart_font())
    return papers


def _frame(digest: Digest, since: Since, unit: str) -> Checkup:
    return Checkup(
        office=digest.office,
        unit=unit,
        opens=digest.opens,
        closes=digest.closes,
        simulated=digest.simulated,
        entries=team_entries([digest], since, frozenset({unit}) if unit else None),
    )


def _clues(handed: tuple[str, ...]) -> list[Clue]:
    """One for each text; the first is acknowledged, and one has been taken back by its writer."""
    day = date(2014, 3, 28)
    texts: list[Redacted | None] = [*map(Redacted, handed), None] if handed else []
    return [
        Clue(
            number=number,
            text=text,
            to="纪检组",
            day=day,
            by="办公室1",
            received=day if number == 1 else None,
            receiver="乙某" if number == 1 else "",
        )
        for number, text in enumerate(texts, 1)
    ]


def parts(content: bytes) -> dict[str, str]:
    """The files within an office file, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name: package.read(name).decode("utf-8", "replace") for name in package.namelist()
        }


def is_package(content: bytes) -> bool:
    """Whether it is a docx or xlsx."""
    return content[:2] == b"PK"
