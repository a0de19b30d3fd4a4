"""The digest's figures as JSON, for programs of the office's own: what the papers print, and nothing besides.

No words of anybody: these stand in the papers that go with it. Shares are percent with one decimal.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.digest import Digest, TurnoutRow
from bot.core.digest.figures import Tenths
from bot.reports.words import Words


def figures(digest: Digest, texts: Mapping[str, str]) -> str:
    """One object; the same digest always gives the same text."""
    words, o, problems = Words(texts), digest.overview, digest.rectification
    return json.dumps(
        {
            "period": digest.key.isoformat(),
            "number": digest.number,
            "title": words.title(digest),
            "office": digest.office,
            "opens": digest.opens.isoformat(),
            "closes": digest.closes.isoformat(),
            "simulated": digest.simulated,
            "submissions": o.submissions,
            "submissions_so_far": o.cumulative,
            "invited": o.invited,
            "rate": _percent(o.rate),
            "opinions": o.opinions,
            "opinions_before": o.before,
            "merged": o.merged,
            "groups": list(_turnout(words, "groups", digest.groups)),
            "units": list(_turnout(words, "units", digest.units)),
            "asks": {words.named("ask", row.code): row.number for row in digest.dimensions},
            "topics": [
                {"name": row.name, "opinions": row.now, "before": row.before}
                for row in (*digest.topics, digest.other_topics)
            ],
            "urgent": len(digest.urgent),
            "problems": None
            if problems is None
            else {
                "total": problems.total,
                "done": problems.done,
                "overdue": len(problems.overdue),
            },
            "next_closes": digest.next_closes.isoformat(),
        },
        ensure_ascii=False,
    )


def _turnout(
    words: Words, table: str, rows: Iterable[TurnoutRow]
) -> Iterable[Mapping[str, Any]]:
    return (
        {
            "name": words.line(table, row),
            "invited": row.invited,
            "submissions": row.now,
            "submissions_so_far": row.cumulative,
        }
        for row in rows
    )


def _percent(tenths: Tenths | None) -> float | None:
    return None if tenths is None else tenths / 10
