"""The ledger as xlsx: every opinion in a line, the digest's tables beside it, and their charts.

Nothing in it runs: words are written as text whatever they begin with, and what a spreadsheet would take for a
formula carries the quote prefix (the apostrophe one types oneself), so that the words stay as they are. Rows are
streamed, so memory does not grow with them.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any, Literal, cast

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bot.core.digest import Digest, Entry
from bot.core.digest.model import DESTINATIONS, Material, Rectification, TurnoutRow
from bot.reports.words import Words, four_rates, graded, inert

Cell = str | int | date | None

MOST_ROWS = 1_000_000
"""Rows of one sheet; the format holds 1,048,576 lines, and the rest goes to a second sheet."""

LONGEST_CELL = 32_767
"""Characters; the format's own limit."""

_RUNS = frozenset("=+-@\t\r")
"""What a spreadsheet takes for the beginning of a formula."""

_A4 = 9
_LINE = 17
"""Points."""

_HIGHEST_ROW = 409
"""Points; the format's own limit."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in characters, how its cells stand, what may be chosen in it."""

    head: str
    width: float
    align: Literal["left", "center"] = "center"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the program's own, beside the table: columns counted from 0."""

    kind: Literal["bar", "column", "line"]
    title: str
    labels: int
    values: tuple[int, ...]
    stacked: bool = False
    leave_out: int = 0
    """Rows at the end that are sums."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    chart: Chart | None = None


def workbook(
    digest: Digest, texts: Mapping[str, str], entries: Iterable[Entry] | None = None
) -> bytes:
    """The ledger of a digest, as `write_workbook` writes it."""
    out = io.BytesIO()
    write_workbook(out, digest, texts, entries)
    return out.getvalue()


def write_workbook(
    out: IO[bytes],
    digest: Digest,
    texts: Mapping[str, str],
    entries: Iterable[Entry] | None = None,
) -> None:
    """The ledger of a digest: all opinions, then its tables with their charts. `entries`: where the digest itself does not hold them
    all; each is asked for when its line is written."""
    words = Words(texts)
    tables = (
        _opinions(words, digest, digest.entries if entries is None else entries),
        _turnout(words, "groups", digest.groups, digest),
        _turnout(words, "units", digest.units, digest),
        _coverage(words, digest),
        _topics(words, digest),
        _asks(words, digest),
        _sifeng(words, digest),
        *([_themes(words, digest)] if digest.themes else []),
        *([_tallies(words, digest)] if digest.tallies else []),
        *(_rectification(words, r) if (r := digest.rectification) and r.total else ()),
        _trend(words, digest),
        *([materials(words, digest.materials, digest.key)] if digest.materials else []),
    )
    _bind(out, tables, texts, digest.key)


def ledger(tables: Iterable[Table], texts: Mapping[str, str], *, made: date) -> bytes:
    """Tables as a workbook, one sheet each; the same tables always give the same bytes."""
    out = io.BytesIO()
    _bind(out, tables, texts, made)
    return out.getvalue()


def _bind(
    out: IO[bytes], tables: Iterable[Table], texts: Mapping[str, str], made: date
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(cast(io.BytesIO, out), options)  # whatever a zip can be written to
    moment = datetime(made.year, made.month, made.day)  # noqa: DTZ001 - the format knows no zone
    book.set_properties({"author": "", "created": moment})
    words = Words(texts)
    looks = _Looks(book, words)
    for table in tables:
        _write(book, looks, words, table)
    book.close()


# --- writing ---------------------------------------------------------------------------------------------------


class _Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook, words: Words) -> None:
        font = {"font_name": words.say("font.sheet"), "font_size": 11, "valign": "vcenter"}
        head = {"font_name": words.say("font.sheet_head"), "font_size": 11, "valign": "vcenter"}
        ruled = {"border": 1, "text_wrap": True}
        self.title = book.add_format(
            {**head, "font_size": 16, "align": "center", "text_wrap": True}
        )
        self.head = book.add_format({**head, **ruled, "align": "center", "bg_color": "#E7E6E6"})
        self.plain = {
            align: book.add_format({**font, **ruled, "align": align, "num_format": "@"})
            for align in ("left", "center")
        }
        self.quoted = {
            align: book.add_format(
                {**font, **ruled, "align": align, "num_format": "@", "quote_prefix": True}
            )
            for align in ("left", "center")
        }
        self.number = book.add_format({**font, **ruled, "align": "center", "num_format": "0"})
        self.day = book.add_format(
            {**font, **ruled, "align": "center", "num_format": "yyyy-mm-dd"}
        )


def _write(book: Workbook, looks: _Looks, words: Words, table: Table) -> None:
    """One table on as many sheets as it needs."""
    for part, rows in enumerate(_portions(iter(table.rows)), 1):
        name = table.name if part == 1 else words.say("ledger.more", name=table.name, n=part)
        sheet = book.add_worksheet(name[:31])
        _head(sheet, looks, table)
        count = _rows(sheet, looks, table.columns, rows)
        _finish(sheet, words, table, count)
        if table.chart and table.chart.values and count > table.chart.leave_out:
            _draw(book, sheet, table, table.chart, count)


def _portions(rows: Iterator[Sequence[Cell]]) -> Iterator[Iterable[Sequence[Cell]]]:
    """The rows sheet by sheet; at least one, which may be empty."""
    yield islice(rows, MOST_ROWS)
    for first in rows:
        yield chain((first,), islice(rows, MOST_ROWS - 1))


def _head(sheet: Worksheet, looks: _Looks, table: Table) -> None:
    last = len(table.columns) - 1
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
    sheet.set_row(0, 44)
    sheet.set_row(1, 30)
    if last:
        sheet.merge_range(0, 0, 0, last, inert(table.title), looks.title)
    else:
        sheet.write_string(0, 0, inert(table.title), looks.title)
    for at, column in enumerate(table.columns):
        sheet.write_string(1, at, inert(column.head), looks.head)


def _rows(
    sheet: Worksheet, looks: _Looks, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]
) -> int:
    """Write them; returns how many there were. Nothing is called twice for a cell: there are millions.

    A row's height is forgotten once the row is in its file, or the library would keep a hundred thousand of them.
    """
    plain = [looks.plain[column.align] for column in columns]
    quoted = [looks.quoted[column.align] for column in columns]
    text, number, blank = sheet.write_string, sheet.write_number, sheet.write_blank
    room = [int(column.width) - 1 for column in columns]
    heights, sizes = sheet.row_info, sheet.row_sizes
    at = 1
    for at, row in enumerate(rows, 2):
        lines = 1
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                if not cell:
                    blank(at, place, None, plain[place])
                    continue
                narrow = cell.isascii()
                if len(cell) * (1 if narrow else 2) > room[place]:
                    lines = max(lines, _lines(cell, room[place]))
                words = cell if narrow and cell.isprintable() else inert(cell)
                look = quoted if words[:1] in _RUNS else plain
                text(at, place, words[:LONGEST_CELL], look[place])
            elif isinstance(cell, int):
                number(at, place, cell, looks.number)
            elif cell is None:
                blank(at, place, None, plain[place])
            else:
                sheet.write_datetime(at, place, cell, looks.day)  # pyright: ignore[reportArgumentType] - dates are taken too
        heights.pop(
            at - 1, None
        )  # the row before this one was written with this one's first cell
        sizes.pop(at - 1, None)
        if lines > 1:
            sheet.set_row(at, min(_LINE * lines, _HIGHEST_ROW))
    return at - 1


def _lines(text: str, room: int) -> int:
    """How many lines a text takes in that many half-width characters. Not every program works it out itself."""
    return sum(1 + len(line.encode("gb18030", "replace")) // room for line in text.split("\n"))


def _finish(sheet: Worksheet, words: Words, table: Table, count: int) -> None:
    """What a reader and a printer need: heads that stay, a filter, choices, A4 lying down, page numbers."""
    last = len(table.columns) - 1
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, count + 1, last)
    for at, column in enumerate(table.columns):
        if column.choices and count:
            allowed = {
                "validate": "list",
                "source": list(column.choices),
                "error_type": "warning",
            }
            sheet.data_validation(2, at, count + 1, at, allowed)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    if table.chart:
        sheet.fit_to_pages(1, 1)
    else:
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 1)
    sheet.set_footer("&C" + words.say("ledger.page", page="&P", pages="&N"))


def _draw(book: Workbook, sheet: Worksheet, table: Table, plan: Chart, count: int) -> None:
    options: dict[str, Any] = {"type": plan.kind}
    if plan.stacked:
        options["subtype"] = "stacked"
    chart = book.add_chart(options)
    assert chart is not None
    last = count + 1 - plan.leave_out
    for value in plan.values:
        chart.add_series(
            {
                "name": [sheet.get_name(), 1, value],
                "categories": [sheet.get_name(), 2, plan.labels, last, plan.labels],
                "values": [sheet.get_name(), 2, value, last, value],
            }
        )
    chart.set_title({"name": plan.title, "name_font": {"size": 12, "bold": False}})
    chart.set_legend({"position": "bottom"})
    if plan.kind == "line":
        chart.set_x_axis({"text_axis": True, "num_format": "mm-dd"})
    if plan.kind == "bar":
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 720, "height": 420})
    sheet.insert_chart(count + 3, 0, chart)


# --- the tables ------------------------------------------------------------------------------------------------


def _opinions(words: Words, digest: Digest, entries: Iterable[Entry]) -> Table:
    """The opinions, as office.md 5.1 lists their columns; people's names have none."""
    heads = [
        ("at", 5), ("number", 12), ("received", 11), ("channel", 8), ("group", 10), ("unit", 12), ("dimension", 6),
        ("text", 46), ("summary", 14), ("topic", 12), ("sifeng", 9), ("sizhi", 9), ("about", 6), ("merged", 12),
        ("times", 6), ("urgent", 6), ("destination", 10), ("problem", 7), ("reply", 14), ("replied", 11),
        ("mark", 9), ("remark", 8),
    ]  # fmt: skip
    choices = {
        "sifeng": tuple(count.code for count in digest.sifeng.counts),
        "destination": tuple(_destination(words, code) for code in DESTINATIONS),
    }
    columns = tuple(
        Column(
            words.say(f"ledger_column.{key}"),
            width,
            "left" if key in ("text", "summary", "reply", "remark") else "center",
            choices.get(key, ()),
        )
        for key, width in heads
    )
    title = words.say(
        "ledger.title",
        number=digest.number,
        opens=words.day(digest.opens),
        closes=words.day(digest.closes),
    )
    return Table(words.say("ledger.sheet"), title, columns, _entries(words, entries))


def _entries(words: Words, entries: Iterable[Entry]) -> Iterator[Sequence[Cell]]:
    omitted, urgent = words.say("ledger_value.omitted"), words.say("ledger_value.urgent")
    channels: dict[str, str] = {}
    asks: dict[str, str] = {}
    days: dict[str, date | None] = {"": None}
    destinations = {code: _destination(words, code) for code in DESTINATIONS}
    marks = {"": ""} | {
        code: words.say(f"mark.{code}") for code in ("abusive", "copy", "elsewhere", "early")
    }
    for at, e in enumerate(entries, 1):
        if e.received not in days:
            days[e.received] = date.fromisoformat(e.received)
        if e.replied not in days:
            days[e.replied] = date.fromisoformat(e.replied)
        if e.channel not in channels:
            channels[e.channel] = words.channel(e.channel)
        if e.dimension not in asks:
            asks[e.dimension] = words.named("ask", e.dimension)
        yield (
            at,
            e.number,
            days[e.received],
            _channels(words, channels[e.channel], e.also) if e.also else channels[e.channel],
            e.group,
            e.unit or omitted,
            asks[e.dimension],
            e.words,
            e.summary,
            e.topic,
            words.join(e.sifeng) if e.sifeng else "",
            e.sizhi,
            e.about,
            e.merged,
            e.times,
            urgent if e.urgent else "",
            destinations[e.destination],
            e.problem,
            e.reply,
            days[e.replied],
            marks[e.mark],
            _remark(words, e) if e.origins or e.echoes or e.answers > 1 else "",
        )


def _channels(words: Words, own: str, also: Sequence[str]) -> str:
    """All that brought one matter, its own first."""
    return words.say("ledger_value.and").join((own, *map(words.channel, also)))


def _remark(words: Words, e: Entry) -> str:
    """How many it stands for, which departments handed it on, and how the others put it."""
    many = [words.say("ledger_value.taps", n=e.answers)] if e.answers > 1 else []
    told = [words.say("ledger_value.origins", names=words.join(e.origins), n=len(e.origins))]
    echoes = [words.say("ledger_value.echo", text=text) for text in e.echoes]
    return words.join([*many, *(told if e.origins else ()), *echoes], "semicolon")


def _destination(words: Words, code: str) -> str:
    return words.say(f"ledger_value.{code or 'pending'}")


def _rectification(words: Words, r: Rectification) -> tuple[Table, Table]:
    """Where the list of problems stands, each figure with how it is counted; what those responsible say of their own work
    beside what people say."""
    columns = (
        Column(words.say("rectification.figure"), 30, "left"),
        Column(words.say("rectification.figure_value"), 14),
        Column(words.say("rectification.counted"), 60, "left"),
    )
    kinds = (
        (words.say("rectification.kind_row", kind=words.named("problems_kind", kind.code)), f"{kind.done}/{kind.total}")
        for kind in r.kinds
    )  # fmt: skip
    figures = (
        ("listed", r.total), ("whole", r.whole), ("done", r.done), ("overdue", len(r.overdue)), ("published", r.published),
        ("rework", len(r.rework)), ("recurred", r.recurred), ("shrunk", r.shrunk), ("extended", r.extended), ("help", len(r.help)),
    )  # fmt: skip
    lines: list[Sequence[Cell]] = [
        *(
            (
                words.say(f"rectification.{name}_row"),
                n,
                words.say(f"rectification.{name}_counted"),
            )
            for name, n in figures
        ),
        *((name, value, "") for name, value in kinds),
        *four_rates(words, r),
    ]
    heads = ("grade", "own", "people", "share")
    graded_columns = tuple(Column(words.say(f"rectification.{head}"), 18) for head in heads)
    return (
        Table(words.say("sheet.rectification"), words.say("rectification.title"), columns, lines),
        Table(words.say("sheet.graded"), words.say("rectification.graded"), graded_columns, graded(words, r)),
    )  # fmt: skip


def _turnout(words: Words, table: str, rows: Sequence[TurnoutRow], digest: Digest) -> Table:
    o = digest.overview
    head = words.say("turnout.group" if table == "groups" else "turnout.unit")
    columns = (
        Column(head, 30, "left"),
        *(Column(words.say(f"turnout.{key}"), 12) for key in ("invited", "now", "cumulative", "rate")),
    )  # fmt: skip
    lines: list[Sequence[Cell]] = [
        (words.line(table, row), row.invited, row.now, row.cumulative, words.percent(row.rate))
        for row in rows
    ]
    lines.append(
        (
            words.say("turnout.total"),
            o.invited,
            o.submissions,
            o.cumulative,
            words.percent(o.rate),
        )
    )
    return Table(words.say(f"sheet.{table}"), words.say(f"turnout.{table}"), columns, lines)


def _coverage(words: Words, digest: Digest) -> Table:
    groups = (row for row in digest.groups if row.id)
    columns = (
        Column(words.say("turnout.unit"), 26, "left"),
        *(Column(group.name, 14) for group in groups),
    )
    lines = [(row.unit, *(words.band(band) for band in row.bands)) for row in digest.coverage]
    return Table(words.say("sheet.coverage"), words.say("turnout.coverage"), columns, lines)


def _topics(words: Words, digest: Digest) -> Table:
    columns = (
        Column(words.say("topics.rank"), 7),
        Column(words.say("topics.topic"), 28, "left"),
        Column(words.say("topics.now"), 9),
        Column(words.say("topics.before"), 9),
        Column(words.say("topics.change"), 11),
        Column(words.say("topics.groups"), 22, "left"),
    )
    dash = words.say("list.dash")
    lines: list[Sequence[Cell]] = [
        (rank, row.name, row.now, row.before, words.change(row), words.join(row.groups))
        for rank, row in enumerate(digest.topics, 1)
    ]
    o = digest.other_topics
    lines.append((dash, words.say("topics.others"), o.now, o.before, words.change(o), ""))
    shown = (2,) if o.before is None else (2, 3)
    chart = Chart("bar", words.say("chart.topics"), labels=1, values=shown, leave_out=1)
    title = words.say("topics.table", n=len(digest.topics))
    return Table(words.say("sheet.topics"), title, columns, lines, chart)


def _asks(words: Words, digest: Digest) -> Table:
    names = [words.named("ask", row.code) for row in digest.dimensions]
    columns = (
        Column(words.say("turnout.group"), 22, "left"),
        *(Column(name, 10) for name in names),
        Column(words.say("dimensions.total"), 10),
    )
    lines: list[Sequence[Cell]] = [
        (row.name or words.say("turnout.folded"), *row.numbers, sum(row.numbers))
        for row in digest.asks
    ]
    whole = digest.overview.opinions
    lines.append(
        (words.say("dimensions.total"), *(row.number for row in digest.dimensions), whole)
    )
    shares = (words.percent(row.share) for row in digest.dimensions)
    lines.append(
        (
            words.say("dimensions.share"),
            *shares,
            words.percent(digest.shares if whole else None),
        )
    )
    values = tuple(range(1, len(names) + 1))
    chart = Chart("column", words.say("chart.asks"), 0, values, stacked=True, leave_out=2)
    return Table(words.say("sheet.asks"), words.say("table.asks"), columns, lines, chart)


def _sifeng(words: Words, digest: Digest) -> Table:
    columns = (
        Column(words.say("table.sifeng"), 32),
        Column(words.say("table.sifeng_number"), 32),
    )
    lines: list[Sequence[Cell]] = [
        *((count.code, count.number) for count in digest.sifeng.counts),
        (words.say("sifeng.none"), digest.sifeng.none),
        (words.say("sifeng.merged"), digest.overview.merged),
    ]
    twice = digest.sifeng.twice
    title = words.say("sifeng.table_twice" if twice else "sifeng.table", n=twice)
    return Table(words.say("sheet.sifeng"), title, columns, lines)


def _themes(words: Words, digest: Digest) -> Table:
    heads = (
        ("number", 7), ("title", 28), ("topic", 14), ("opinions", 8), ("copies", 8), ("periods", 8), ("channels", 16),
        ("voice", 50),
    )  # fmt: skip
    columns = tuple(
        Column(
            words.say(f"theme_column.{key}"),
            width,
            "left" if key in ("title", "channels", "voice") else "center",
        )
        for key, width in heads
    )
    lines = [
        (
            theme.number,
            theme.title,
            theme.topic,
            theme.opinions,
            theme.copies,
            theme.periods,
            words.join(
                words.say("theme_column.channel", name=words.channel(c.code), n=c.number)
                for c in theme.channels
            ),
            theme.voice,
        )
        for theme in digest.themes
    ]
    return Table(words.say("sheet.themes"), words.say("table.themes"), columns, lines)


def _tallies(words: Words, digest: Digest) -> Table:
    columns = (
        Column(words.say("table.question"), 40, "left"),
        Column(words.say("table.option"), 24, "left"),
        Column(words.say("table.number"), 10),
    )
    lines = [
        (tally.question, option.code, option.number)
        for tally in digest.tallies
        for option in tally.options
    ]
    return Table(words.say("sheet.tallies"), words.say("table.tallies"), columns, lines)


MATERIALS = (
    ("step", 18), ("what", 30), ("prescribed", 10), ("there", 8), ("number", 8), ("filed", 12), ("missing", 34), ("responsible", 18), ("due", 12),
)  # fmt: skip
"""Columns of the check of the papers and their widths; where a paper is filed is left to be written in."""


def materials(words: Words, found: Iterable[Material], day: date) -> Table:
    """What the plan asks for on paper and what of it is there on that day (台账自查), as inspectors go through it."""
    columns = tuple(
        Column(
            words.say(f"materials_column.{head}"),
            width,
            "left" if head in ("what", "missing") else "center",
        )
        for head, width in MATERIALS
    )
    lines: list[Sequence[Cell]] = [
        (
            one.step,
            one.what,
            prescribed(words, one.prescribed),
            words.say(f"materials.{_there(one)}"),
            one.there,
            "",
            _lacking(words, one),
            words.join(one.responsible),
            one.due if one.there < one.of else None,
        )
        for one in found
    ]
    title = words.say("materials.title", day=words.full_day(day))
    return Table(words.say("materials.sheet"), title, columns, lines)


def _there(one: Material) -> str:
    return "whole" if one.there >= one.of else "some" if one.there else "none"


def _lacking(words: Words, one: Material) -> str:
    """The units that have not handed it in; the paper itself where there is but one."""
    if one.there >= one.of:
        return ""
    return words.join(one.missing) if one.missing else one.what


def prescribed(words: Words, said: bool | None) -> str:
    """规定动作, 自选动作, or that the plan does not say."""
    match said:
        case True:
            return words.say("schedule.prescribed")
        case False:
            return words.say("schedule.optional")
        case None:
            return ""


def _trend(words: Words, digest: Digest) -> Table:
    columns = (
        Column(words.say("table.period"), 20),
        Column(words.say("table.submissions"), 20),
        Column(words.say("table.opinions"), 20),
    )
    o = digest.overview
    lines: list[Sequence[Cell]] = [
        *((past.closes, past.submissions, past.opinions) for past in digest.past),
        (digest.key, o.submissions, o.opinions),
    ]
    chart = Chart("line", words.say("chart.trend"), labels=0, values=(1, 2))
    return Table(words.say("sheet.trend"), words.say("chart.trend"), columns, lines, chart)
