"""What a person has to be asked about a plan, and what in it does not fit together.

Each finding is a code with the facts its sentence needs; the sentences live in content. A contradiction is only
reported: which side is right is for a person to say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from bot.core.dates.resolve import Answer
from bot.core.plan.items import Conflict, Item, Plan, Question, without_year
from bot.core.plan.text import Outline, Paragraph
from bot.core.plan.words import Words

_ASKED = frozenset(
    {"vague", "term", "how-often", "which-week", "two-readings", "year-chosen", "loose", "about", "choice", "several",
     "blank", "no-month", "no-day", "weekday", "no-such-day", "reversed", "past", "festival-days", "after-festival",
     "length", "week-end", "undated-phase", "undated-step", "no-time"}
)  # fmt: skip
_NEED_A_YEAR = frozenset({"past", "began_earlier", "weekday", "no_such_day", "years"})
"""Conflicts nobody can see in a document without a year."""
_CONTRADICTIONS = ("weekday", "no-such-day", "reversed")


def checked(plan: Plan, found: Outline, words: Words) -> Plan:
    """The plan with its questions and conflicts."""
    conflicts = (
        *_past(plan),
        *_length(plan, found),
        *_order(plan),
        *_phases(plan),
        *_outside(plan),
        *_rows(plan),
        *_two_dates(plan),
        *_own(plan),
        *_years(plan, found),
        *_roles(found, words),
    )
    if plan.year is None:
        plan = without_year(plan)
        conflicts = tuple(c for c in conflicts if c.code not in _NEED_A_YEAR)
    return replace(plan, questions=tuple(_questions(plan)), conflicts=conflicts)


# Questions


def _questions(plan: Plan) -> Iterator[Question]:
    if plan.year is None and any(item.answer.why == "no-year" for item in plan.items):
        yield Question(code="year", item=None, facts={})
    asked: set[str] = set()
    frames = _frames(plan)
    for place, item in enumerate(plan.items):
        answer = item.answer
        code = answer.why
        if code in _ASKED and (answer.kind == "ask" or answer.confirm):
            yield Question(
                code=code.replace("-", "_"),
                item=place,
                facts=_facts(item),
                suggest=_suggested(plan, item, frames),
            )
        elif (
            answer.kind in ("relative", "before")
            and answer.end is None
            and not answer.start
            and answer.relative_to
        ) and answer.relative_to not in asked:
            asked.add(answer.relative_to)
            yield Question(
                code="which_day",
                item=place,
                facts={**_facts(item), "event": answer.relative_to},
                suggest=_event_days(plan, answer.relative_to),
            )


def _facts(item: Item) -> dict[str, str]:
    answer = item.answer
    return {
        "name": item.title or item.step or item.phase,
        "words": item.text_date,
        "date": said(answer) or said_days(answer.suggest),
        "other": answer.alt_end.isoformat() if answer.alt_end else "",
    }


def _suggested(
    plan: Plan, item: Item, frames: Mapping[tuple[str, str, str], int]
) -> tuple[date, date] | None:
    """What the words suggest, else the days of the step or phase the item stands in."""
    if item.answer.suggest is not None:
        return item.answer.suggest
    if item.answer.confirm and item.answer.end is not None:
        return item.answer.start or item.answer.end, item.answer.end
    if item.answer.why not in ("vague", "undated-step", "no-time"):
        return None
    for key in (("step", item.phase, item.step), ("phase", item.phase, "")):
        frame = plan.items[frames[key]].answer if key in frames else None
        if frame is not None and frame.start and frame.end:
            return frame.start, frame.end
    return None


def _event_days(plan: Plan, event: str) -> tuple[date, date] | None:
    """The window in which the document itself puts an event."""
    for item in plan.items:
        days = item.answer
        if (
            item.title.endswith(event)
            and days.kind in ("point", "window")
            and days.start
            and days.end
        ):
            return days.start, days.end
    return None


def said(answer: Answer) -> str:
    """An answer's days in ISO form."""
    if answer.end is None:
        return answer.start.isoformat() if answer.start else ""
    return said_days((answer.start or answer.end, answer.end))


def said_days(days: tuple[date, date] | None) -> str:
    """One day, or two with a dash."""
    if days is None:
        return ""
    return (
        days[0].isoformat()
        if days[0] == days[1]
        else f"{days[0].isoformat()} – {days[1].isoformat()}"
    )


# Conflicts


def _pair(code: str, plan: Plan, one: int, two: int, **facts: str) -> Conflict:
    a, b = plan.items[one], plan.items[two]
    return Conflict(
        code=code,
        items=(one, two),
        facts={
            "name": a.title,
            "words": a.text_date,
            "other": b.title,
            "other_words": b.text_date,
            **facts,
        },
    )


def _past(plan: Plan) -> Iterator[Conflict]:
    """What was over when the document was written is recorded, not reminded."""
    if plan.day is None:
        return
    for place, item in enumerate(plan.items):
        answer = item.answer
        facts = {"name": item.title, "words": item.text_date, "date": plan.day.isoformat()}
        if (
            answer.end is not None
            and answer.end < plan.day
            and answer.kind in ("point", "window", "by", "before")
        ):
            yield Conflict(code="past", items=(place,), facts=facts)
        elif (
            item.place == "whole"
            and answer.start is not None
            and answer.start.replace(day=1) < plan.day.replace(day=1)
        ):
            yield Conflict(code="began_earlier", items=(place,), facts=facts)


_LENGTH = re.compile(
    r"(?:大体|大致|总共|共|一般|计划|为期|历时)(?:安排)?(?:约)?\s*(\d+|[一二三四五六七八九十]+)\s*个月(?:的?时间)?"
)
_COUNT = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def _length(plan: Plan, found: Outline) -> Iterator[Conflict]:
    """大体安排6个月 beside March to September."""
    whole = next(
        (
            n
            for n, item in enumerate(plan.items)
            if item.place == "whole" and item.answer.start and item.answer.end
        ),
        None,
    )
    if whole is None:
        return
    start, end = plan.items[whole].answer.start, plan.items[whole].answer.end
    if start is None or end is None:
        return
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    for part in found.parts:
        match = _LENGTH.search(part.block.text) if isinstance(part.block, Paragraph) else None
        if match is not None:
            said_months = int(match[1]) if match[1].isdigit() else _COUNT.get(match[1], 0)
            if said_months and said_months != months:
                yield Conflict(
                    code="length",
                    items=(whole,),
                    facts={"words": match[0], "count": str(months)},
                )
    if plan.least_months is not None and months < plan.least_months:
        item = plan.items[whole]
        facts = {"name": item.title, "words": item.text_date, "count": str(plan.least_months)}
        yield Conflict(code="too_short", items=(whole,), facts=facts)


def _order(plan: Plan) -> Iterator[Conflict]:
    """A step that ends after the one that follows it."""
    steps = [
        (n, i)
        for n, i in enumerate(plan.items)
        if i.place == "step" and i.answer.end is not None
    ]
    for (one, a), (two, b) in pairwise(steps):
        if a.phase == b.phase and a.answer.end and b.answer.end and a.answer.end > b.answer.end:
            yield _pair("order", plan, one, two)


def _phases(plan: Plan) -> Iterator[Conflict]:
    phases = [(n, i) for n, i in enumerate(plan.items) if i.place == "phase"]
    for (one, a), (two, b) in pairwise(phases):
        if a.answer.end and b.answer.start and a.answer.end >= b.answer.start:
            yield _pair("phases", plan, one, two)


def _outside(plan: Plan) -> Iterator[Conflict]:
    """A date outside its step or its phase."""
    frames = _frames(plan)
    for place, item in enumerate(plan.items):
        if item.answer.kind not in ("point", "window", "by") or item.place in (
            "whole",
            "phase",
        ):
            continue
        keys = [("phase", item.phase, "")]
        if item.place == "node":
            keys.append(("step", item.phase, item.step))
        for key in keys:
            frame = frames.get(key)
            if frame is None or not _sticks_out(item.answer, plan.items[frame].answer):
                continue
            yield _pair("outside", plan, place, frame)
            break


def _frames(plan: Plan) -> dict[tuple[str, str, str], int]:
    """The first window of each phase and of each step, by kind, phase and step."""
    frames: dict[tuple[str, str, str], int] = {}
    for place, item in enumerate(plan.items):
        if item.place in ("phase", "step") and item.answer.start and item.answer.end:
            _ = frames.setdefault((item.place, item.phase, item.step), place)
    return frames


def _sticks_out(inner: Answer, outer: Answer) -> bool:
    early = inner.start is not None and outer.start is not None and inner.start < outer.start
    late = inner.end is not None and outer.end is not None and inner.end > outer.end
    return early or late


def _rows(plan: Plan) -> Iterator[Conflict]:
    """Within a table: order, one day for two meetings, a copied task."""
    rows = [(n, i) for n, i in enumerate(plan.items) if i.place == "row"]
    for (one, a), (two, b) in pairwise(rows):
        first, second = a.answer.start or a.answer.end, b.answer.start or b.answer.end
        if first and second and first > second and (b.answer.end or second) < first:
            yield _pair("row_order", plan, one, two)
        if a.task and len(a.task) > 8 and _bare(a.task) == _bare(b.task):
            yield _pair("same_words", plan, one, two, words=_bare(a.task)[:60])
    on_day: dict[date, int] = {}
    for place, item in rows:
        day = item.answer.start
        if item.answer.kind != "point" or day is None or not _MEETS.search(item.step):
            continue
        earlier = on_day.setdefault(day, place)
        if plan.items[earlier].step != item.step:
            yield _pair("same_day", plan, earlier, place, date=item.text_date)


_MEETS = re.compile(r"会(?!计)|考试|竞赛|比赛|典礼|培训|评议")
"""A deed for which people come together: two of them on one day need room."""


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _two_dates(plan: Plan) -> Iterator[Conflict]:
    """The same step dated in the text and in the table, differently."""
    rows = [(n, i) for n, i in enumerate(plan.items) if i.place == "row" and i.answer.end]
    others = [
        (n, i)
        for n, i in enumerate(plan.items)
        if i.place in ("step", "node") and i.answer.kind in ("point", "window") and not i.tabled
    ]
    for one, a in others:
        for two, b in rows[:_MOST_ROWS]:
            if (_alike(a.step, b.step) or _alike(a.title, b.step)) and (
                a.answer.start,
                a.answer.end,
            ) != (b.answer.start, b.answer.end):
                finer = min((b, a), key=_width)
                yield _pair("two_dates", plan, one, two, finer=finer.text_date)
                break


_MOST_ROWS = 200
"""A table longer than any plan's is not compared with the whole text."""


def _width(item: Item) -> int:
    start, end = item.answer.start, item.answer.end
    return (end - start).days if start and end else 999


def _alike(one: str, two: str) -> bool:
    """Whether two titles name the same deed: most pairs of characters of the shorter are in the longer."""
    a, b = _pairs(one), _pairs(two)
    return len(a) > 2 and len(b) > 2 and len(a & b) >= 0.75 * min(len(a), len(b))


@lru_cache(maxsize=4096)
def _pairs(title: str) -> frozenset[str]:
    return frozenset(x + y for x, y in pairwise(re.sub(r"[^\u4e00-\u9fff]", "", title)))


_NO_DAY_SIGN = re.compile(r"^\d{1,2}月\d{1,2}$")


def _own(plan: Plan) -> Iterator[Conflict]:
    """What is wrong with a date by itself."""
    for place, item in enumerate(plan.items):
        facts = {"name": item.title, "words": item.text_date, "date": said(item.answer)}
        if item.answer.why in _CONTRADICTIONS:
            yield Conflict(code=item.answer.why.replace("-", "_"), items=(place,), facts=facts)
        if _NO_DAY_SIGN.match(re.sub(r"\s+", "", item.text_date)):
            yield Conflict(code="no_day_sign", items=(place,), facts=facts)


def _years(plan: Plan, found: Outline) -> Iterator[Conflict]:
    match = re.search(r"((?:19|20)\d{2})年", found.title)
    if match is not None and plan.day is not None and int(match[1]) < plan.day.year:
        yield Conflict(
            code="years", items=(), facts={"words": match[1], "other": str(plan.day.year)}
        )


def _roles(found: Outline, words: Words) -> Iterator[Conflict]:
    """One role under several names."""
    text = "\n".join(p.block.text if isinstance(p.block, Paragraph) else "\n".join(c for r in p.block.rows for c in r)
                     for p in found.parts)  # fmt: skip
    for names in words.roles.values():
        used = [name for name in names if name in text]
        if len(used) > 2:
            yield Conflict(code="role_names", items=(), facts={"words": "、".join(used)})
