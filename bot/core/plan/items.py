"""A plan document's dated items: phases, steps and nodes, each with its own words beside it.

Everything dated in the document becomes an item, everything open a question; nothing is spread evenly over a gap,
nothing is mended. A passage that looks back has no items. Dates that hang on an event are worked out where the
document itself gives that event one day.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.core.dates.reading import Reading, read_all
from bot.core.dates.resolve import Answer, Reference
from bot.core.plan.table import Row, names_of, node_rows
from bot.core.plan.text import (
    Block,
    Heading,
    Outline,
    Paragraph,
    Part,
    Table,
    outline,
    unnumbered,
)
from bot.core.plan.words import Words, one_of
from bot.core.workdays import Calendar

Place = Literal["whole", "phase", "step", "row", "node"]
"""What an item is: the campaign as a whole, a phase, a step, a table's row, or a single date in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of the schedule. `answer` holds its days; `words` is where the document says so."""

    place: Place
    phase: str
    step: str
    title: str
    words: str
    text_date: str
    answer: Answer
    responsible: tuple[str, ...] = ()
    submit_to: str = ""
    deliverable: str = ""
    prescribed: bool | None = None
    """规定动作 True, 自选动作 False, not said None."""
    everybody: str = ""
    """Who all have to do it, each for itself (各基层党组织)."""
    tabled: bool = False
    """It stands in a node table."""
    task: str = ""
    """The task cell of a row, to see whether two rows say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something a person has to say. `facts` fill the sentence of that code; `item` is its place in the plan."""

    code: str
    item: int | None
    facts: Mapping[str, str]
    suggest: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Something in the document that does not fit; reported, never mended."""

    code: str
    items: tuple[int, ...]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A document as a schedule."""

    title: str
    issuer: str
    day: date | None
    date_words: str
    year: int | None
    phases: tuple[str, ...]
    items: tuple[Item, ...]
    questions: tuple[Question, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    least_months: int | None = None
    """不少于N个月: the shortest window a unit may have."""


def items_of(
    blocks: Sequence[Block],
    words: Words,
    *,
    year: int | None = None,
    calendar: Calendar | None = None,
) -> tuple[Outline, Plan]:
    """The document's outline and its items, without questions and conflicts (`checks.checked` adds them)."""
    found = outline(blocks, words)
    known = _reference(found, blocks, year)
    when = known if known.year is not None else _STAND_IN
    reader = _Reader(found, when, words, calendar or Calendar())
    items = _anchored(_once(tuple(reader.items())), when, reader.calendar)
    phases = tuple(dict.fromkeys(item.phase for item in items if item.phase))
    plan = Plan(
        title=found.title,
        issuer=found.issuer,
        day=found.day,
        date_words=found.date_words,
        year=known.year,
        phases=phases,
        items=items,
        least_months=_least(found),
    )
    return found, plan


_STAND_IN = Reference(2000)
"""A document without a year is read in this one, a leap year, to see what its dates are and where they disagree;
the dates themselves are taken out again (`without_year`). It lies before any year a plan may write beside one of its
dates: what is written with a year must not look like looking back."""


def without_year(plan: Plan) -> Plan:
    """The plan of a document that names no year: its items keep what they are, and lose their days."""
    return replace(
        plan, items=tuple(replace(item, answer=_dateless(item.answer)) for item in plan.items)
    )


def _dateless(answer: Answer) -> Answer:
    if answer.start is None and answer.end is None and answer.why != "weekday":
        return replace(answer, suggest=None, next=None)
    kind = "point" if answer.why == "weekday" else answer.kind
    return replace(
        answer,
        kind=kind,
        start=None,
        end=None,
        alt_end=None,
        suggest=None,
        next=None,
        confirm=False,
        why="no-year",
    )


def _once(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Without a beginning of the whole that another item has with its end."""
    ended = {i.answer.start for i in items if i.place == "whole" and i.answer.end is not None}
    return tuple(
        i
        for i in items
        if i.place != "whole" or i.answer.end is not None or i.answer.start not in ended
    )


def _reference(found: Outline, blocks: Sequence[Block], year: int | None) -> Reference:
    """When the document was written: as the caller says, as it is dated, or as its own beginning says."""
    known = year or found.year or _written_year(blocks)
    day = found.day if found.day is not None and found.day.year == known else None
    return Reference(known, day, school_year=found.school_year and year in (None, found.year))


def _written_year(blocks: Sequence[Block]) -> int | None:
    """The year a schedule writes out: 自2014年1月开始. None where there are several."""
    years: set[int] = set()
    for block in blocks:
        texts = (
            [block.text]
            if isinstance(block, Paragraph)
            else [cell for row in block.rows for cell in row]
        )
        for text in texts:
            for match in _YEAR_IN_DATE.finditer(text):
                years.add(int(match[1]))
    return years.pop() if len(years) == 1 else None


_YEAR_IN_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年\s*\d{1,2}\s*月")
_LEAST = re.compile(r"时间(?:一般)?不少于\s*(\d+|[一二三四五六七八九十])\s*个月")


def _least(found: Outline) -> int | None:
    for part in found.parts:
        if isinstance(part.block, Paragraph):
            match = _LEAST.search(part.block.text)
            if match is not None:
                return (
                    int(match[1])
                    if match[1].isdigit()
                    else "一二三四五六七八九十".index(match[1]) + 1
                )
    return None


@dataclass(frozen=True, slots=True)
class _Where:
    """The headings above a part, as a schedule sees them."""

    phase: str = ""
    step: str = ""
    scheduled: bool = False
    heads: str = ""
    """What the part itself opens: phase, step or nothing."""
    month: Reading | None = None
    """The month whose heading it stands below."""


class _Reader:
    """Walks an outline once."""

    def __init__(
        self, found: Outline, when: Reference, words: Words, calendar: Calendar
    ) -> None:
        self.found: Outline = found
        self.when: Reference = when
        self.words: Words = words
        self.calendar: Calendar = calendar
        self._phase_cue: re.Pattern[str] = re.compile(one_of(words.phase))
        self._schedule_cue: re.Pattern[str] = re.compile(
            rf"(?:{one_of(words.schedule)})(?:表)?$"
        )
        self._back_cue: re.Pattern[str] = re.compile(one_of(words.looks_back))
        self._everybody_cue: re.Pattern[str] = re.compile(one_of(words.everybody))
        self._own_phase: str = _document_phase(found, self._phase_cue)
        self._parents: frozenset[tuple[str, ...]] = frozenset(
            tuple(h.title for h in part.path[:-1]) for part in found.parts if part.heads
        )

    def items(self) -> Iterable[Item]:
        """Every item, in the document's order."""
        found: list[Item] = []
        said: set[tuple[object, ...]] = set()
        for place, part in enumerate(self.found.parts):
            if self._looks_back(part.path):
                continue
            for item in self._items_at(place, part):
                mine, steps = _said(item), _said_by_step(item)
                if item.place == "node" and not item.tabled and (mine in said or steps in said):
                    continue
                said.add(steps if item.place in ("phase", "step") else mine)
                found.append(item)
        return found

    def _items_at(self, place: int, part: Part) -> list[Item]:
        where = self._where(part)
        if isinstance(part.block, Table):
            return self._rows(part.block, where)
        if where.month is not None:
            return self._in_month(part, part.block.text, where, where.month)
        return self._paragraph(part, part.block.text, where, place)

    # Where a part stands

    def _looks_back(self, path: Sequence[Heading]) -> bool:
        return any(
            (self._back_cue.search(h.title) and not self._phase_cue.search(h.title))
            or self._is_earlier(h)
            for h in path
        )

    def _is_earlier(self, heading: Heading) -> bool:
        years = [int(y) for y in re.findall(r"(?:19|20)\d{2}(?=年)", heading.title)]
        return bool(years) and self.when.year is not None and max(years) < self.when.year

    def _where(self, part: Part) -> _Where:
        """Phase and step, from the headings."""
        path = part.path
        month = next((h for h in path if h.style == "month"), None)
        if month is not None:
            readings = read_all(month.title, self.when, calendar=self.calendar)
            above = [
                name_of(h.title) for h in path if h.depth < month.depth and self._is_phase(h)
            ]
            phase = above[-1] if above else self._own_phase
            return _Where(phase=phase, scheduled=True, month=readings[0] if readings else None)
        start = next((n for n, h in enumerate(path) if self._is_schedule(h)), None)
        first = next((n for n, h in enumerate(path) if self._is_phase(h)), None)
        if first is None and start is not None and len(path) > start + 1:
            child = path[start + 1]
            if tuple(h.title for h in path[: start + 2]) in self._parents:
                first = start + 1
            elif not self._phase_cue.search(child.title):
                return self._below(part, path[start + 1 :], "")
        if first is None:
            step = name_of(path[-1].title) if len(path) > 1 else ""
            return _Where(phase=self._own_phase, step=step, scheduled=start is not None)
        phase = name_of(path[first].title)
        heads = "phase" if part.heads and first == len(path) - 1 else ""
        if heads or len(path) == first + 1:
            return _Where(phase=phase, scheduled=True, heads=heads)
        return self._below(part, path[first + 1 :], phase)

    def _below(self, part: Part, path: Sequence[Heading], phase: str) -> _Where:
        step = name_of(path[0].title)
        if _DATE_FIRST.match(step):
            return _Where(phase=phase or self._own_phase, scheduled=True)
        heads = "step" if part.heads and len(path) == 1 else ""
        return _Where(phase=phase or self._own_phase, step=step, scheduled=True, heads=heads)

    def _is_schedule(self, heading: Heading) -> bool:
        return (
            self._schedule_cue.search(name_of(heading.title)) is not None
            and heading.style != "stage"
        )

    def _is_phase(self, heading: Heading) -> bool:
        """第一阶段…, or a numbered title that ends in 环节 or 阶段, not one that speaks about them."""
        if heading.style == "stage":
            return self._phase_cue.search(heading.title[:8]) is not None
        return re.search(rf"(?:{self._phase_cue.pattern})$", name_of(heading.title)) is not None

    def _body(self, place: int) -> str:
        """All words below the heading at `place`, to see whether a step is dated further down."""
        path = self.found.parts[place].path
        texts: list[str] = []
        for part in self.found.parts[place + 1 :]:
            if part.path[: len(path)] != path:
                break
            texts.append(part.block.text if isinstance(part.block, Paragraph) else "\t")
        return "\n".join(texts)

    # Paragraphs

    def _paragraph(self, part: Part, text: str, where: _Where, place: int) -> list[Item]:
        text = unnumbered(text) if part.heads else text
        head = _head(text) if part.heads else 0
        readings = self._readings(text, where)
        own = [
            r for r in readings if r.end <= head and r.answer.kind not in ("relative", "before")
        ]
        items: list[Item] = []
        if where.heads:
            items += self._opening(text, where, own, readings, self._body(place))
        nodes = [r for r in readings if not (where.heads and r in own)]
        items += self._nodes(text, nodes, where)
        return items

    def _in_month(self, part: Part, text: str, where: _Where, month: Reading) -> list[Item]:
        """What stands below a month is to be done in it, unless it says a day of its own."""
        if part.heads and part.path[-1].style == "month":
            return []
        text = unnumbered(text) if part.heads else text
        start = month.answer.start
        place = (start.year, start.month) if start is not None else None
        found = read_all(text, self.when, calendar=self.calendar, month=place)
        readings = [r for r in found if self._belongs(r, text, where)]
        if readings:
            return self._nodes(text, readings, where)
        title = part.path[-1].title if part.heads else _first_words(text)
        item = self._nodes(text, [Reading(0, 0, month.words, month.answer)], where)[0]
        return [replace(item, title=title, words=text)]

    def _opening(
        self,
        text: str,
        where: _Where,
        own: Sequence[Reading],
        readings: Sequence[Reading],
        body: str,
    ) -> list[Item]:
        """The item of a phase or a step itself; undated only where nothing in it is dated."""
        place: Place = "phase" if where.heads == "phase" else "step"
        title = where.step if place == "step" else where.phase
        base = Item(
            place=place,
            phase=where.phase,
            step=where.step,
            title=title,
            words=text,
            text_date="",
            answer=Answer("ask", why=f"undated-{place}"),
            everybody=self._everybody(text[: _head(text)]) if place == "step" else "",
            prescribed=self._prescribed(title),
        )
        if place == "step":
            what, to = handed_in(text + "\n" + body, self.words)
            base = replace(
                base, deliverable=what, submit_to=to, responsible=responsible_in(text)
            )
        if own:
            return [
                replace(base, text_date=r.words, answer=r.answer)
                for reading in own
                for r in _each(reading)
            ]
        if any(_is_dated(r) for r in readings) or (
            place == "step" and any(r.answer.kind == "ask" for r in readings)
        ):
            return []
        if body and any(
            _is_dated(r) for line in body.split("\n") for r in self._readings(line, where)
        ):
            return [] if place == "step" else [base]
        if body.strip("\n") == "\t":
            return []
        return [base]

    def _nodes(self, text: str, readings: Sequence[Reading], where: _Where) -> list[Item]:
        items: list[Item] = []
        event = ""
        for reading in readings:
            answer = reading.answer
            if answer.kind == "relative":
                event = answer.relative_to or event
                answer = replace(answer, relative_to=event or None)
            clause = _clause(text, reading)
            sentence = _sentence(text, reading)
            what, to = handed_in(clause, self.words)
            title = _title(text, reading) or where.step or self.found.title
            base = Item(
                place="node"
                if where.phase or where.step
                else "whole"
                if _is_long(answer)
                else "node",
                phase=where.phase,
                step=where.step,
                title=title,
                words=sentence,
                text_date=" ".join(reading.words.split()),
                answer=answer,
                responsible=responsible_in(sentence) or responsible_in(text),
                submit_to=to,
                deliverable=what,
                prescribed=self._prescribed(sentence),
                everybody=self._everybody(clause),
            )
            items += [
                replace(base, answer=r.answer) for r in _each(replace(reading, answer=answer))
            ]
        return items

    def _readings(self, text: str, where: _Where) -> list[Reading]:
        """What in a paragraph belongs into a schedule."""
        if not _MAYBE.search(text):
            return []
        found = read_all(text, self.when, calendar=self.calendar)
        return [r for r in found if self._belongs(r, text, where)]

    def _belongs(self, reading: Reading, text: str, where: _Where) -> bool:
        answer = reading.answer
        if re.match(r"[今明后][天日]", reading.words):
            return False
        match answer.kind:
            case "none":
                return False
            case "ask":
                return answer.why != "weak" and (
                    answer.why not in ("term", "which-week") or where.scheduled
                )
            case "relative":
                if answer.offset_days is not None and answer.offset_days > 0:
                    return True
                return len(answer.relative_to or "") > 2 and _begins_clause(text, reading)
            case "before":
                return answer.end is not None or (
                    len(answer.relative_to or "") > 2 and _begins_clause(text, reading)
                )
            case _:
                return True

    def _everybody(self, text: str) -> str:
        match = self._everybody_cue.search(text)
        return match[0] if match is not None else ""

    def _prescribed(self, text: str) -> bool | None:
        given = any(word in text for word in self.words.prescribed)
        free = any(word in text for word in self.words.optional)
        return None if given == free else given

    # Tables

    def _rows(self, table: Table, where: _Where) -> list[Item]:
        rows = node_rows(table, self.words)
        if rows is None:
            items: list[Item] = []
            for row in table.rows:
                for cell in dict.fromkeys(row):
                    items += self._nodes(cell, self._readings(cell, where), where)
            return items
        return [item for row in rows for item in self._row(row, where)]

    def _row(self, row: Row, where: _Where) -> list[Item]:
        phase = name_of(row.phase) or where.phase
        readings = [
            r
            for r in read_all(row.time, self.when, calendar=self.calendar)
            if r.answer.kind != "none"
        ]
        title = row.step or _first_words(row.content)
        what, to = handed_in(row.task or row.content, self.words)
        what = what or handed_in(title, self.words)[0] or handed_in(row.content, self.words)[0]
        base = Item(
            place="row",
            phase=phase,
            step=title,
            title=title,
            words="\n".join(filter(None, (row.content, row.task))) or title,
            text_date=re.sub(r"\s+", "", row.time),
            answer=Answer("ask", why="no-time"),
            responsible=row.responsible,
            submit_to=row.submit or to,
            deliverable=what,
            prescribed=self._prescribed(title + row.content),
            everybody=self._everybody(row.content + row.task),
            tabled=True,
            task=row.task,
        )
        items = [
            replace(base, answer=r.answer) for reading in readings for r in _each(reading)
        ] or [base]
        inner = _Where(phase=phase, step=title, scheduled=True)
        for cell in (title, row.content, row.task):
            nodes = self._nodes(cell, self._readings(cell, inner), inner)
            for node in nodes:
                if not any(_days(node) == _days(item) for item in items):
                    items.append(
                        replace(
                            node,
                            tabled=True,
                            responsible=node.responsible or row.responsible,
                            submit_to=node.submit_to or row.submit,
                        )
                    )
        return items


_MAYBE = re.compile(r"[月日号旬年季周节后前内天时期底每逐]|\d[./-]\d|待定|另行")


def _each(reading: Reading) -> list[Reading]:
    """An enumeration's dates, one by one."""
    head = replace(reading, answer=replace(reading.answer, also=()))
    return [
        head,
        *(
            replace(reading, answer=replace(other, confirm=True, why="several"))
            for other in reading.answer.also
        ),
    ]


def _is_dated(reading: Reading) -> bool:
    answer = reading.answer
    return (
        answer.kind in ("point", "window", "by", "recurring")
        or answer.form is not None
        or answer.end is not None
    )


def _is_long(answer: Answer) -> bool:
    if answer.form == "window":
        return True
    return (
        answer.start is not None
        and answer.kind == "window"
        and (answer.end is None or (answer.end - answer.start).days > 60)
    )


def _days(item: Item) -> tuple[object, ...]:
    """What two items must share to say the same date."""
    answer = item.answer
    dated = answer.start is not None or answer.end is not None
    return answer.kind, answer.start, answer.end, "" if dated else item.text_date


def _said(item: Item) -> tuple[object, ...]:
    """A date with its title: said twice it is one item."""
    return item.phase, item.step, item.title, *_days(item), item.answer.offset_days


def _said_by_step(item: Item) -> tuple[object, ...]:
    """A date as a step's own: a sentence below that only says it again is no item of its own."""
    return item.phase, item.step, *_days(item)


# Words around a date


def name_of(title: str) -> str:
    """A heading's title without its date and the marks at its end.

    >>> name_of("动员部署（3月上旬）"), name_of("第一阶段：宣传发动（3月1日—15日）。")
    ('动员部署', '第一阶段：宣传发动')
    """
    bare = re.sub(
        r"\s*[（(][^（()）]*[）)]?",
        lambda m: "" if _DATE_IN_BRACKETS.search(m[0]) else m[0],
        title,
    )
    bare = (
        re.sub(
            r"[：:，,、\s]*(?:时间[：:]?|\d{4}年|\d{1,2}月|[一二三四五六七八九十]{1,2}月(?!刊)).*$",
            "",
            bare,
        )
        or bare
    )
    return re.sub(r"\s+", "", bare).strip("：:，,。；;、 ")


_DATE_IN_BRACKETS = re.compile(r"[月日旬周年底]|\d[./]\d|待定|学期|适时")


def _head(text: str) -> int:
    """How far the heading reaches into its paragraph: to the first full stop, or to the end of its brackets."""
    match = re.search(r"[。；;\n]", text)
    end = match.start() if match is not None else len(text)
    colon = re.search(r"[：:]", text)
    if colon is not None and colon.start() < end:
        after = read_all(text[colon.end() : end], Reference(2024))
        if not after or after[0].start > 2:
            end = colon.start() if colon.start() > 3 else end
    return min(end, 80)


def _document_phase(found: Outline, cue: re.Pattern[str]) -> str:
    """A document about one phase only: 第二环节, with the name the text gives it."""
    match = re.search(rf"第[一二三四五]个?(?:{cue.pattern})", found.title)
    if match is None:
        return ""
    ordinal = match[0]
    for part in found.parts:
        if isinstance(part.block, Paragraph):
            named = re.search(
                rf"{ordinal}[“\"（(]([^”\"）)]{{2,20}})[”\"）)](?:{cue.pattern})",
                part.block.text,
            )
            if named is not None:
                return f"{ordinal}（{named[1]}）"
    return ordinal


def _sentence(text: str, reading: Reading) -> str:
    start = max(text.rfind(mark, 0, reading.start) for mark in "。；;\n") + 1
    ends = [n for mark in "。；;\n" if (n := text.find(mark, reading.end)) >= 0]
    return text[start : min(ends, default=len(text))].strip()


def _clause(text: str, reading: Reading) -> str:
    """The date's own clause, with the next one where it is only an introduction."""
    start = max(text.rfind(mark, 0, reading.start) for mark in "，。；;\n,") + 1
    ends = sorted(n for mark in "，。；;\n," if (n := text.find(mark, reading.end)) >= 0)
    end = ends[0] if ends else len(text)
    if (
        len(text[start:end].strip()) - (reading.end - reading.start) < 4
        and len(ends) > 1
        and text[end] in "，,"
    ):
        end = next((n for n in ends if n > end), end)
    elif (
        len(text[start:end].strip()) - (reading.end - reading.start) < 4
        and ends
        and text[end] in "，,"
    ):
        end = len(text)
    return text[start:end].strip(" ，,")


_DATE_FIRST = re.compile(
    r"(?:\d{4}年)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})月|[上中下]旬|\d{1,2}[日号]"
)
_LEAD_WORDS = re.compile(
    r"^(?:（[^）]{0,12}）|\([^)]{0,12}\)|[一二三四五六七八九十]+、|\d+[．.、]|[，,：:、\s]|于|在|前|要|应|须|请|自(?![查评学我])|从|拟|将|由(?=[^，]{0,3}$)|安排在|定于|到|之前|以前|期间|完成$)+"
)
_TAIL_WORDS = re.compile(
    r"(?:自|从|于|在|安排在|定于|要在|要于|应于|须于|将于|拟于|完成|开始|召开|举行|进行|[，,：:（(\s]|时间为?)+$"
)


_INTRODUCES = re.compile(r"根据|按照|结合|针对|围绕|为了?|经过?|通过|在")


def _title(text: str, reading: Reading) -> str:
    """What the date is about, in the document's own words."""
    start = max(text.rfind(mark, 0, reading.start) for mark in "，。；;\n,") + 1
    ends = sorted(n for mark in "。；;\n" if (n := text.find(mark, reading.end)) >= 0)
    stop = ends[0] if ends else len(text)
    comma = re.search(r"[，,]", text[reading.end : stop])
    end = reading.end + comma.start() if comma is not None else stop
    lead = _LEAD_WORDS.sub("", text[start : reading.start].strip())
    if (
        re.search(r"(?:安排在|定于|时间[为是]?[:：]?)$", text[start : reading.start].strip())
        and len(lead) < 6
    ):
        return ""
    before = re.sub(r"^.{0,6}是$", "", _TAIL_WORDS.sub("", lead))
    after = _LEAD_WORDS.sub("", text[reading.end : end].strip())
    if len(before) + len(after) < 3 and end < stop:
        after = re.split(r"[，,]", text[end + 1 : stop])[0].strip()
    if _INTRODUCES.match(after) and end < stop:
        after = re.split(r"[，,]", text[end + 1 : stop])[0].strip()
    if re.fullmatch(r"(?:前|要)?(?:基本|全面|全部)?(?:完成|结束)", after):
        after = ""
    title = after if len(before) < 3 else before if len(after) < 4 else before + after
    title = re.sub(r"[（(][^（()）]*[）)]?$", "", title)
    return title.strip("，,。；;：:（）() ")[:60]


def _begins_clause(text: str, reading: Reading) -> bool:
    before = text[: reading.start].rstrip()
    return (
        not before
        or before[-1] in "，。；;：:、\n,.．）)"
        or before.endswith(("在", "于", "待", "自"))
    )


def _first_words(text: str) -> str:
    return re.split(r"[。；;\n，,]", text.strip())[0][:40]


# Who is responsible, what is handed in and to whom

_RESPONSIBLE = re.compile(
    r"(?:责任|牵头|负责|承办|主办)(?:人|单位|部门|领导|科室|处室|校长|同志)?(?:为)?[:：]\s*(?P<a>[^。；;，）)\n]{2,40})"
    r"|由(?P<b>[^，。；;由]{2,20}?)(?:牵头|具体负责|负责(?!同志|人))"
)


def responsible_in(text: str) -> tuple[str, ...]:
    """Who is named as responsible in a sentence: 责任人：…, 由…牵头."""
    found: list[str] = []
    for match in _RESPONSIBLE.finditer(text):
        found += names_of((match["a"] or match["b"]).removesuffix("等"))
    return tuple(dict.fromkeys(found))


_HANDING = re.compile(
    r"(?:报送|上报|呈报|报请|送交|提交|递交|报给|送达|交由|(?<![通汇申举简海情预回警播])报|(?<![移转外社成结公相])交|(?<![护欢])送)"
    r"(?!告|名|道|刊|表|导|酬|到|纸|考|流|谈|心|通|换|叉|接|代|往|教|温暖|达|批|复|关爱|法|歌|健|给他|给我)"
)
_RECEIVER = re.compile(
    r"(?:给|至|到)?(?P<to>[^，。；;、\n]{2,30}?(?:、[^，。；;\n]{2,16}?)*?)(?=审核|审阅|审批|审定|审查|备案|备查|备存|汇总|同意|通过|[，。；;（(\n]|$)"
)


_BEFORE_NAME = re.compile(r"^(?:好|了|一批|本单位|相应的|和?完善|并|和)+")


def handed_in(text: str, words: Words) -> tuple[str, str]:
    """What is handed in, and to whom, as far as the words say: ("专项报告", "局活动办")."""
    made = re.compile(
        rf"(?:将|把|{one_of(words.makes)}|报送|上报|提交)(?:好|了)?(?P<what>[^，。；;、\n将把]{{0,28}}?(?:{one_of(words.deliverable)}))(?![\u4e00-\u9fff]{{0,2}}(?:要求|精神|的))"
    )
    what: list[str] = []
    for match in made.finditer(text):
        name = _BEFORE_NAME.sub("", match["what"])
        # 制度, 清单: so short a word is a thing handed in only where it is said to be.
        if len(name) > 2 or (
            name and match[0].startswith(("将", "把", "报送", "上报", "提交"))
        ):
            what.append(name)
    what = list(dict.fromkeys(what))
    to: list[str] = []
    for match in _HANDING.finditer(text):
        receiver = _RECEIVER.match(text, match.end())
        if receiver is None:
            continue
        name = receiver["to"].strip()
        given = re.search(r"给(?P<to>[^，。；;给]{2,20})$", name)
        if given is not None:
            name = given["to"]
        if _is_receiver(name):
            to.append(name)
    return "、".join(what[:4]), "；".join(dict.fromkeys(to))


_OFFICE = re.compile(
    r"(?:组|办|办公室|委|局|部|处|科|室|领导|员|支部|党组|班子|学校|校长|书记|教育局|工委|纪委|人|长|中心)$"
)


def _is_receiver(name: str) -> bool:
    return _OFFICE.search(name) is not None and len(name) <= 30


# Dates that hang on other items


def _anchored(items: tuple[Item, ...], when: Reference, calendar: Calendar) -> tuple[Item, ...]:
    """Relative items whose event has one day in this very document, worked out."""
    days: dict[str, set[date]] = {}
    for item in items:
        if (
            item.answer.kind == "point"
            and item.answer.start is not None
            and item.place in ("row", "step", "node")
        ):
            days.setdefault(_event_name(item.title), set()).add(item.answer.start)
    return tuple(_on_anchor(item, days, when, calendar) for item in items)


def _event_name(title: str) -> str:
    return re.sub(r"^(?:召开|开展|举行|举办|组织|开好|进行|抓好)+(?:一次)?", "", title)


def _on_anchor(
    item: Item, days: Mapping[str, set[date]], when: Reference, calendar: Calendar
) -> Item:
    answer = item.answer
    event = answer.relative_to or ""
    if answer.kind not in ("relative", "before") or answer.end is not None or len(event) < 2:
        return item
    dates = {
        day
        for name, known in days.items()
        if name == event or name.endswith(event)
        for day in known
    }
    if len(dates) != 1:
        return item
    read = read_all(item.text_date, when, {event: next(iter(dates))}, calendar)
    found = next((r.answer for r in read if r.answer.kind == answer.kind), None)
    return (
        replace(item, answer=replace(found, relative_to=event)) if found is not None else item
    )
