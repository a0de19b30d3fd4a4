"""From a document's paragraphs to its outline: title, issuer, date, and what stands below which heading.

Headings are known by their numbers (一、 （一） 1. （1） 第一阶段); which number stands below which is learnt from the
document itself, since every office nests them its own way. A table pasted from Word that lost its grid becomes a
table again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.core.dates.reading import reference
from bot.core.plan.words import Words, one_of

_N = "一二三四五六七八九十百"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph's words."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a cell over several rows stands in each of them."""

    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered line: how it is numbered, its title, and how deep it stands (1 the outermost)."""

    title: str
    depth: int
    style: str


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph or a table with the headings above it, its own included."""

    block: Block
    path: tuple[Heading, ...]
    heads: bool = False
    """The paragraph is itself the last heading of its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document taken apart."""

    title: str
    issuer: str
    day: date | None
    year: int | None
    """From its date, its title or its number."""
    date_words: str
    school_year: bool
    parts: tuple[Part, ...] = field(default=())


def blocks_of(text: str, words: Words) -> tuple[Block, ...]:
    """The paragraphs and tables of plain text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks: list[Block] = []
    place = 0
    while place < len(lines):
        grid = _lost_grid(lines, place, words) or _ruled(lines, place)
        if grid is not None:
            table, place = grid
            blocks.append(table)
            continue
        if lines[place].strip():
            blocks.append(Paragraph(lines[place].strip()))
        place += 1
    return tuple(blocks)


# Tables in text


def _ruled(lines: Sequence[str], place: int) -> tuple[Table, int] | None:
    """Rows of one line each, their cells parted by tabs or bars."""
    rows: list[tuple[str, ...]] = []
    while place < len(lines):
        cells = _cells(lines[place])
        if cells is None:
            break
        if any(cell.strip("-: ") for cell in cells):
            rows.append(cells)
        place += 1
    return (Table(tuple(rows)), place) if len(rows) > 1 else None


def _cells(line: str) -> tuple[str, ...] | None:
    bare = line.strip()
    if bare.count("|") > 1:
        return tuple(cell.strip() for cell in bare.strip("|").split("|"))
    if line.strip(" \u3000\n").strip("\t").count("\t") > 1:
        return tuple(cell.strip() for cell in line.strip("\n").split("\t"))
    return None


def _lost_grid(lines: Sequence[str], place: int, words: Words) -> tuple[Table, int] | None:
    """A table of which only the cells are left, one after another, each perhaps of several lines."""
    if not lines[place].strip():
        return None
    heads: list[str] = []
    after = place
    while after < len(lines):
        bare = lines[after].strip()
        if bare and (
            words.column(bare) is None
            or _cells(lines[after]) is not None
            or _NUMBERED.match(bare)
        ):
            break
        if bare:
            heads.append(bare)
        elif (
            heads
            and lines[after] == ""
            and len(heads) > 2
            and _starts_row(lines, after + 1, "1")
        ):
            break
        after += 1
    known = [words.column(head) for head in heads]
    if len(heads) < 3 or known[0] != "number" or "time" not in known:
        return None
    rows, end = (_tabbed if lines[place].startswith("\t") else _bare)(lines, after, known)
    return (Table((tuple(heads), *rows)), end) if rows else None


_NUMBERED = re.compile(rf"(?:[{_N}]+[、．]|[（(][{_N}]+[）)])\s*\S")
_DATE_LINE = re.compile(
    r"[\d０-９〇零一二三四五六七八九十年月日号上中下旬底末初至到前后起内—–－～~〜\-.、/\s（）()周星期]+$|待定$|适时$|全年$|长期$"
)


def _starts_row(lines: Sequence[str], place: int, number: str) -> bool:
    bare = next((line.strip() for line in lines[place : place + 3] if line.strip()), "")
    return bare == number


def _tabbed(
    lines: Sequence[str], place: int, known: Sequence[str | None]
) -> tuple[list[tuple[str, ...]], int]:
    """A tab begins each cell; other lines go on with the cell before."""
    rows: list[list[str]] = []
    while place < len(lines):
        line = lines[place]
        bare = line.strip()
        if line.startswith("\t") and (bare or not rows or len(rows[-1]) < len(known)):
            if bare == str(len(rows) + 1) and (not rows or len(rows[-1]) >= len(known) - 1):
                rows.append([])
            if not rows:
                return [], place
            rows[-1].append(bare)
        elif bare and rows:
            if _ends_table(line, rows[-1], known):
                break
            rows[-1][-1] += "\n" + bare
        place += 1
    return [_fitted(row, len(known)) for row in rows], place


def _ends_table(line: str, row: Sequence[str], known: Sequence[str | None]) -> bool:
    """What stands after the last cell of a row and cannot belong to it."""
    bare = line.strip()
    if len(row) < len(known):
        return False
    indented = len(line) - len(line.lstrip()) >= 4
    long = len(bare) > 15 and known[len(row) - 1] == "responsible"
    return indented or long or _NUMBERED.match(bare) is not None


def _fitted(row: Sequence[str], width: int) -> tuple[str, ...]:
    """The row in as many cells as there are columns; what is too much joins the last but one."""
    if len(row) <= width:
        return (*row, *[""] * (width - len(row)))
    extra = len(row) - width
    middle = "\n".join(row[width - 2 : width - 1 + extra])
    return (*row[: width - 2], middle, row[-1])


def _bare(
    lines: Sequence[str], place: int, known: Sequence[str | None]
) -> tuple[list[tuple[str, ...]], int]:
    """Nothing but lines: the running number begins a row, the lines of dates stand in the time column."""
    rows: list[list[str]] = []
    while place < len(lines):
        bare = lines[place].strip()
        if bare == str(len(rows) + 1):
            rows.append([])
        elif bare and rows:
            if _NUMBERED.match(bare):
                break
            rows[-1].append(bare)
        elif bare:
            return [], place
        place += 1
    return [_by_dates(str(n), row, known) for n, row in enumerate(rows, 1)], place


def _by_dates(
    number: str, lines: Sequence[str], known: Sequence[str | None]
) -> tuple[str, ...]:
    time = known.index("time")
    before, after = time - 1, len(known) - time - 1
    dates = [
        n
        for n, line in enumerate(lines)
        if n >= before and _DATE_LINE.match(line) and re.search(r"[月旬年日定时期]", line)
    ]
    first = dates[0] if dates else min(before, len(lines))
    last = first
    while last + 1 in dates and re.search(r"[至到—–～~\-、]$", lines[last]):
        last += 1
    head, when, tail = (
        list(lines[:first]),
        list(lines[first : last + 1]) if dates else list[str](),
        list(lines[last + 1 :] if dates else lines[first:]),
    )
    cells = [number, *_spread(head, before), "\n".join(when)]
    return (*cells, *_spread_back(tail, after))


def _spread(lines: list[str], width: int) -> list[str]:
    """One line a cell, the rest in the last."""
    if width <= 0:
        return []
    cells = [*lines[: width - 1], "\n".join(lines[width - 1 :])]
    return cells + [""] * (width - len(cells))


def _spread_back(lines: list[str], width: int) -> list[str]:
    """Short lines at the end are the last column's (names), the rest the columns' before."""
    if width <= 0:
        return []
    if width == 1 or not lines:
        return ["\n".join(lines), *[""] * (width - 1)]
    split = len(lines) - 1
    while (
        split > 1
        and len(lines[split - 1]) <= 5
        and not re.search(r"[。；;]$", lines[split - 1])
    ):
        split -= 1
    return [*_spread(lines[:split], width - 1), "\n".join(lines[split:])]


# The outline

_MONTH = re.compile(
    rf"[(（]?(?:(?:19|20)\d{{2}}年)?(?:\d{{1,2}}|[{_N}]{{1,3}})月(?:份)?(?:[上中下]旬)?(?:(?:主要|重点)?工作)?(?:安排)?[)）]?[：:]?"
)
"""A line that is only a month: what stands below it is to be done in it."""
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "stage",
        re.compile(
            rf"第[{_N}\d]+(?:个)?(?:阶段|环节|步骤?|部分|章|问题|方面)(?=[:：，,、\s（(]|[^的中内里时])[:：，,、\s]*"
        ),
    ),
    ("one", re.compile(rf"[{_N}]{{1,3}}\s*[、．]\s*")),
    ("bracket-one", re.compile(rf"[（(]\s*[{_N}]{{1,3}}\s*[）)]\s*[、．.]?\s*")),
    ("digit", re.compile(r"[0-9０-９]{1,2}\s*(?:[．、]|\.(?!\d))\s*")),
    ("bracket-digit", re.compile(r"[（(]\s*[0-9０-９]{1,2}\s*[）)]\s*[、．.]?\s*")),
    ("circle", re.compile(r"[①-⑳]\s*")),
)
_HEAD_END = re.compile(r"[。；;！\n]")
_LONGEST_TITLE = 60


def heading_of(text: str) -> tuple[str, str] | None:
    """How the line is numbered and the title it bears, where it is a heading."""
    bare = re.sub(r"\s+", "", text)
    unnumbered = re.sub(rf"^(?:[{_N}]+、|[（(][{_N}]+[）)])", "", bare)
    if _MONTH.fullmatch(unnumbered):
        return "month", unnumbered.strip("（）()：:")
    for style, pattern in _STYLES:
        match = pattern.match(text)
        if match is not None:
            title = text if style == "stage" else text[match.end() :]
            title = _HEAD_END.split(title, maxsplit=1)[0].strip()
            return (
                (style, title)
                if (title and len(title) <= _LONGEST_TITLE) or (style != "digit" and title)
                else None
            )
    return None


def unnumbered(text: str) -> str:
    """A heading's line without the number before it, which is no part of any date in it."""
    for style, pattern in _STYLES:
        match = pattern.match(text)
        if match is not None:
            return text if style == "stage" else text[match.end() :]
    return text


def outline(blocks: Sequence[Block], words: Words) -> Outline:
    """The document's title, issuer and date, and its parts."""
    texts = [block.text if isinstance(block, Paragraph) else "" for block in blocks]
    title, first = _title(texts, words)
    day, date_words, year, signed = _signature(texts, first, words)
    own = re.match(r"(?:19|20)\d{2}", date_words) or re.search(
        r"((?:19|20)\d{2})(?=年|[—–－-])", title
    )
    number = _own_number(texts[: first + 3])
    year = year or (int(own[0]) if own else None) or number
    school = re.search(r"((?:19|20)\d{2})\s*[—–－~～至-]+\s*(?:19|20)?\d{2}\s*学年", title)
    return Outline(
        title=title,
        issuer=_issuer(texts, first, signed, title, words),
        day=day,
        year=int(school[1]) if school else year,
        date_words=date_words,
        school_year=school is not None,
        parts=tuple(_parts(blocks, first, signed, words)),
    )


def _title(texts: Sequence[str], words: Words) -> tuple[str, int]:
    """The title, and the place of the first block after it."""
    ending = re.compile(rf"(?:{one_of(words.title)})(?:[（(][^）)]*[）)])?$")
    lines: list[str] = []
    for place, text in enumerate(texts[:12]):
        bare = re.sub(r"\s+", " ", text).strip()
        if not bare:
            if lines:
                break
            continue
        if _NUMBER_LINE.match(bare):
            # Above a document's number stands the red head, not the title.
            lines.clear()
            continue
        if (
            heading_of(bare) is not None
            or len(bare) > 80
            or bare.endswith(("。", "：", ":", "；"))
        ):
            break
        lines.append(bare)
        if ending.search(bare):
            return _joined(lines), place + 1
    return (
        (lines[0], next((n for n, t in enumerate(texts) if t.strip()), 0) + 1)
        if lines
        else ("", 0)
    )


_NUMBER_LINE = re.compile(r"^\S{1,10}[〔\[（(](?:19|20)\d{2}[〕\]）)]\s*\d+号$")


def _joined(lines: Sequence[str]) -> str:
    title = lines[0]
    for line in lines[1:]:
        apart = not line.startswith(("—", "-", "（", "(")) and "关于" not in title
        title += (" " if apart else "") + line
    return title


_FULL_DATE = re.compile(
    r"^[（(]?((?:19|20)\d{2}|[二〇○零一九][〇○零一二三四五六七八九]{3})\s*年\s*[\d一二三四五六七八九十]{1,2}\s*月(?:\s*[\d一二三四五六七八九十]{1,3}\s*日)?[）)]?(?:印发)?$"
)


def _signature(
    texts: Sequence[str], first: int, words: Words
) -> tuple[date | None, str, int | None, int | None]:
    """The document's date: the last line that is only a date, else one below the title. And where that line stands."""
    flat = ["".join(text.split()) for text in texts]
    dated = [n for n, text in enumerate(flat) if _FULL_DATE.match(text)]
    if not dated:
        return None, "", None, None
    head = [n for n in dated if n <= first + 4]
    tail = [n for n in dated if n > first + 4]
    place = tail[-1] if tail else head[0]
    text = flat[place].strip("（）()").removesuffix("印发")
    when = reference(text)
    return when.day, text, when.year, place if tail else None


def _own_number(texts: Sequence[str]) -> int | None:
    """The year of the document's own number, 〔2014〕4号, where that stands alone in a line."""
    for text in texts:
        if _NUMBER_LINE.match(text.strip()):
            match = re.search(r"(?:19|20)\d{2}", text)
            return int(match[0]) if match else None
    return None


def _issuer(
    texts: Sequence[str], first: int, signed: int | None, title: str, words: Words
) -> str:
    """Who issued it: the line above the date, the line below the title, or the beginning of the title."""
    office = re.compile(rf"^[^，。；：:]{{2,40}}(?:{one_of(words.issuer)})$")
    if signed is not None:
        for text in reversed(texts[max(first, signed - 3) : signed]):
            bare = "".join(text.split())
            if bare:
                if office.match(bare):
                    return bare
                break
    for text in texts[first : first + 3]:
        bare = "".join(text.split())
        if office.match(bare):
            return bare
    match = re.match(
        rf"(.{{2,30}}?(?:{one_of(words.issuer)}))(?:关于|深入|开展|印发|20\d\d)", title
    )
    if match is not None:
        return match[1]
    match = re.search(
        r"在?(?:\d{4}年)?([\u4e00-\u9fff]{2,12}?(?:局|党委|小学|中学|学校|大学))(?=党|教育|工作|会议|系统|第)",
        title,
    )
    return match[1] if match is not None else ""


def _parts(
    blocks: Sequence[Block], first: int, signed: int | None, words: Words
) -> Iterator[Part]:
    """Each block after the title with the headings above it, up to the signature."""
    nesting: list[Heading] = []
    closing = re.compile(rf"^(?:{one_of(words.closing)})\s*[:：]")
    for place, block in enumerate(blocks[first:], first):
        if signed is not None and place == signed:
            # What follows a signature is an annex: its headings begin anew.
            nesting = []
            continue
        if isinstance(block, Table):
            yield Part(block, tuple(nesting))
            continue
        if closing.match(block.text) or _FULL_DATE.match("".join(block.text.split())):
            continue
        found = heading_of(block.text)
        if found is None:
            yield Part(block, tuple(nesting))
            continue
        style, title = found
        while any(h.style == style for h in nesting):
            _ = nesting.pop()
        nesting.append(Heading(title, len(nesting) + 1, style))
        yield Part(block, tuple(nesting), heads=True)
