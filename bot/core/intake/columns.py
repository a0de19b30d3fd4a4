"""Rows of somebody's table read as opinions: which column is what, and what is wrong with a row.

The guess is by the words above the columns, and by length where no word says which holds the opinion. It is shown and
put right by a person before a row is taken. What a row says of day, unit and group is read, never guessed at; a row that
cannot be read is handed back with the reason, and the others are taken.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.core.intake.model import LONGEST, Facts, Row
from bot.core.survey import DIMENSIONS, Group, Unit

Cells = Sequence[str]

Field = Literal[
    "text", "ticket", "day", "due", "unit", "group", "dimension", "origin", "topic", "sifeng", "sizhi", "about",
]  # fmt: skip

FIELDS: tuple[Field, ...] = (
    "text", "ticket", "day", "due", "unit", "group", "dimension", "origin", "topic", "sifeng", "sizhi", "about",
)  # fmt: skip

Mapped = Mapping[Field, int]
"""Which column holds it, counted from 0; a field that no column holds is absent."""

Fault = Literal["no_text", "too_long", "bad_day", "later_day", "bad_due"]

HEADS_WITHIN = 10
"""Rows among which the head is looked for."""

LOOKED_AT = 50
"""Rows below the head whose lengths say which column holds the words."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not be taken, and why."""

    fault: Fault
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What cells are understood by."""

    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    topics: Mapping[str, str]
    """Codes by the names people read."""
    sifeng: frozenset[str] = frozenset()
    sizhi: Mapping[str, str]
    today: date


def head_of(rows: Sequence[Cells], cues: Mapping[Field, Sequence[str]]) -> int:
    """The row that names the columns; -1 where none does. One name alone is a head only where there is one column alone: above
    several it is a title."""
    best, found = 0, -1
    one_column = all(sum(map(bool, map(folded, row))) < 2 for row in rows[:HEADS_WITHIN])
    for at, row in enumerate(rows[:HEADS_WITHIN]):
        cells = [cell for cell in map(folded, row) if cell]
        known = {field for cell in cells for field in cues if _says(cell, cues[field])}
        if (one_column or len(cells) > 1) and len(known) > best:
            best, found = len(known), at
    return found


def guess(
    head: Cells, rows: Sequence[Cells], cues: Mapping[Field, Sequence[str]]
) -> dict[Field, int]:
    """Which column is what: an exact name first, then one that holds the word; the words are the longest column left."""
    names = [folded(cell) for cell in head]
    found: dict[Field, int] = {}
    for exact in (True, False):
        for field in FIELDS:
            free = [at for at in range(len(names)) if at not in found.values()]
            for cue in cues.get(field, ()) if field not in found else ():
                at = next((i for i in free if _fits(names[i], folded(cue), exact)), None)
                if at is not None:
                    found[field] = at
                    break
    if "text" not in found and (longest := _longest(rows, set(found.values()))) is not None:
        found["text"] = longest
    return found


def header_key(head: Cells) -> str:
    """The same for tables with the same head."""
    return "|".join(folded(cell) for cell in head)


def read_row(cells: Cells, mapped: Mapped, facts: Facts, house: House) -> Row | Bad | None:
    """One row; None where it is empty."""
    said: dict[Field, str] = {field: _cell(cells, at) for field, at in mapped.items()}
    text = said.get("text", "").strip()
    if not any(cell.strip() for cell in cells):
        return None
    if not text:
        return Bad("no_text")
    if len(text) > LONGEST:
        return Bad("too_long", f"{len(text)}")
    day = read_day(said.get("day", ""), house.today)
    due = read_day(said.get("due", ""), house.today, ahead=True)
    if day is None:
        return Bad("bad_day", said["day"].strip())
    if due is None:
        return Bad("bad_due", said["due"].strip())
    if day > house.today.isoformat():
        return Bad("later_day", day)
    named = said.get("unit", "").strip()
    unit = unit_of(named, house.units)
    return Row(
        text=text,
        ticket=said.get("ticket", "").strip(),
        day=day or facts.day,
        due=due,
        unit=unit or ("" if named else facts.unit),
        group=group_of(said.get("group", ""), house.groups) or facts.group,
        dimension=_dimension(said.get("dimension", "")),
        origin=said.get("origin", "").strip() or facts.origin,
        given=_given(said, house) or None,
        strange=bool(named) and not unit,
    )


def _given(said: Mapping[Field, str], house: House) -> dict[str, object]:
    """Labels that the table has; of words nobody knows the sorting's own stand."""
    given: dict[str, object] = {}
    topic = folded(said.get("topic", ""))
    if code := next((c for name, c in house.topics.items() if folded(name) == topic), ""):
        given |= {"topic": code, "topics": [code], "confidence": 1}
    if "sifeng" in said and (written := said["sifeng"].strip()):
        given["sifeng"] = [one for one in sorted(house.sifeng) if one in written]
    if "sizhi" in said and (written := said["sizhi"].strip()):
        short = (
            code for name, code in house.sizhi.items() if name in written or code in written
        )
        given["sizhi"] = [*short]
    if (about := said.get("about", "").strip()[:2]) in ("班子", "个人", "一般"):
        given["about"] = about
    return given


# -- single cells -------------------------------------------------------------------------------------------------

_DAY = re.compile(
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?(?:[T\s].*)?"
)
_DIGITS = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:\d{6})?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar, counted as all of them do since 1 March 1900."""


def read_day(cell: str, today: date, *, ahead: bool = False) -> str | None:
    """The ISO date that stands there; empty for an empty cell, None for what is no date.

    Without a year it is the last such day that is over: nothing is received in days to come. What is due (`ahead`) has to
    name its year, but for those within half a year.
    """
    written = unicodedata.normalize("NFKC", cell).strip()
    if not written or written in ("-", "/", "无"):
        return ""
    if plain := _DIGITS.fullmatch(written):
        return _date(*map(int, plain.groups()))
    if _SERIAL.fullmatch(written):
        return (_EPOCH + timedelta(days=int(float(written)))).isoformat()
    found = _DAY.fullmatch(written)
    if found is None:
        return None
    month, day = int(found["month"]), int(found["day"])
    if found["year"]:
        return _date(int(found["year"]), month, day)
    near = [_date(year, month, day) for year in (today.year + 1, today.year, today.year - 1)]
    bound = (today + timedelta(days=183 if ahead else 0)).isoformat()
    return next((one for one in near if one is not None and one <= bound), None)


def _date(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def unit_of(cell: str, units: Iterable[Unit]) -> str:
    """The unit that is meant: by id or name, or the only one whose name stands in the cell, or that has it in its name."""
    wanted = folded(cell)
    if len(wanted) < 2:
        return ""
    names = [(folded(name), unit.id) for unit in units for name in (unit.name, *unit.also)]
    exact = {id for name, id in names if name == wanted} | {
        unit.id for unit in units if unit.id.casefold() == wanted
    }
    inside = {id for name, id in names if len(name) > 1 and name in wanted}
    around = {id for name, id in names if wanted in name}
    found = exact or inside or around
    return found.pop() if len(found) == 1 else ""


def group_of(cell: str, groups: Iterable[Group]) -> str:
    """The group that is meant, by its id or by its name."""
    wanted = folded(cell)
    if len(wanted) < 2:
        return ""
    names = [(folded(word), group.id) for group in groups for word in group.words.values()]
    exact = {id for name, id in names if name == wanted} | {
        group.id for group in groups if group.id.casefold() == wanted
    }
    near = {id for name, id in names if wanted in name or name in wanted}
    found = exact or near
    return found.pop() if len(found) == 1 else ""


def folded(cell: str) -> str:
    """As names are compared: without blanks, marks at the end, and width."""
    plain = unicodedata.normalize("NFKC", cell)
    return "".join(plain.split()).strip(":：*＊()").casefold()


def _dimension(cell: str) -> str:
    asked = cell.strip().removeprefix("问")
    return asked if asked in DIMENSIONS else ""


def _says(cell: str, cues: Iterable[str]) -> bool:
    return any(folded(cue) == cell for cue in cues)


def _fits(name: str, cue: str, exact: bool) -> bool:
    return name == cue if exact else len(name) <= 14 and cue in name


def _longest(rows: Sequence[Cells], taken: set[int]) -> int | None:
    """The column whose cells are longest, and long enough to be words."""
    width = max((len(row) for row in rows), default=0)
    some = rows[:LOOKED_AT]
    lengths = {
        at: sum(len(_cell(row, at)) for row in some) / max(1, len(some))
        for at in range(width)
        if at not in taken
    }
    best = max(lengths, key=lambda at: lengths[at], default=None)
    return best if best is not None and lengths[best] >= 4 else None


def _cell(cells: Cells, at: int) -> str:
    return cells[at] if 0 <= at < len(cells) else ""
