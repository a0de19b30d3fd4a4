"""Reads one TOML table key by key, and notes everything that is wrong with it.

A value of the wrong kind becomes a `Problem` and the default is used instead, so that reading always reaches the
end of the file. What nobody asked for is an unknown key: said when the `with` block closes, with the nearest
known name.

    with root.table("office") as office:
        name = office.text("name", "")
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import TracebackType
from typing import Self, TypeGuard, TypeVar, cast

from bot.settings.problem import Problem

T = TypeVar("T")

LONGEST_SHOWN = 60
"""Characters of a wrong value that are repeated in the message."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,17}")
"""`r_`, `u_`, `g_` with three of them and the `-` between fit into a Telegram deep link (64 characters)."""


class Wrong(ValueError):
    """What a parser raises: the fault's name, and the facts its sentences need."""

    def __init__(self, fault: str, **facts: str) -> None:
        super().__init__(fault)
        self.fault: str = fault
        self.facts: Mapping[str, str] = facts


def parse_toml(file: str, text: str, problems: list[Problem]) -> dict[str, object]:
    """The document as plain values; an empty one, and a problem noted, where it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = place.groups() if place else (str(text.count("\n") + 1), "1")
        facts = (("line", line), ("column", column), ("error", str(error)))
        problems.append(Problem(file=file, key="", fault="not_toml", facts=facts))
        return {}


class Table:
    """One table of a document that is being read."""

    def __init__(
        self, file: str, values: Mapping[str, object], problems: list[Problem], path: str = ""
    ) -> None:
        self.file: str = file
        self.path: str = path
        self._values: Mapping[str, object] = values
        self._problems: list[Problem] = problems
        self._known: dict[str, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._note_unknown()

    # What is there

    def has(self, key: str) -> bool:
        """Whether the key is written at all; asking makes it known."""
        self._known[key] = None
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Every key that is written, for tables whose keys are free (years, groups)."""
        return iter(self._values)

    # Values

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        return self._value(key, default, "text", _is_text)

    def needed(self, key: str) -> str:
        """A string that must be there and not empty; empty, and a problem noted, where it is not."""
        if not self.has(key):
            self.wrong(key, "missing")
            return ""
        value = self.text(key)
        if not value.strip() and _is_text(self._values[key]):
            self.wrong(key, "empty")
        return value

    def identity(self) -> str:
        """The table's `id`, which travels in links, buttons and file names."""
        written = self.needed("id")
        if written and not ID.fullmatch(written):
            self.wrong("id", "bad_id", value=written)
        return written

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return self._value(key, default, "flag", _is_flag)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        value = self._value(key, default, "number", _is_number)
        if low <= value <= high:
            return value
        self.wrong(key, "out_of_range", value=str(value), low=str(low), high=str(high))
        return default

    def choice(self, key: str, default: str, among: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value in among:
            return value
        self.wrong(key, "not_among", value=value, among=", ".join(among))
        return default

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of strings."""
        if not self.has(key):
            return default
        value = self._values[key]
        if isinstance(value, list) and all(_is_text(one) for one in cast(list[object], value)):
            return tuple(cast(list[str], value))
        self._wrong_kind(key, "texts")
        return default

    def counts(self, key: str) -> dict[str, int]:
        """An inline table of numbers that are not negative."""
        counted: dict[str, int] = {}
        with self.table(key) as inner:
            for name in inner:
                counted[name] = inner.number(name, 0, 0, 10_000_000)
        return counted

    def parsed(self, key: str, default: T, parse: Callable[[object], T]) -> T:
        """A value that `parse` understands; it raises `Wrong` where it does not."""
        if not self.has(key):
            return default
        try:
            return parse(self._values[key])
        except Wrong as wrong:
            self.wrong(key, wrong.fault, **wrong.facts)
            return default

    # Tables inside

    def table(self, key: str) -> "Table":
        """The table of that name, empty where it is not written."""
        value: object = self._values[key] if self.has(key) else {}
        if not _is_table(value):
            self._wrong_kind(key, "table")
            return Table(self.file, {}, self._problems, self._path(key))
        return Table(self.file, value, self._problems, self._path(key))

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of a list (`[[key]]`), one after another."""
        if not self.has(key):
            return
        value = self._values[key]
        tables = cast(list[object], value) if isinstance(value, list) else []
        if not isinstance(value, list) or not all(_is_table(one) for one in tables):
            self._wrong_kind(key, "tables")
            return
        for place, one in enumerate(cast(list[dict[str, object]], value), 1):
            yield Table(self.file, one, self._problems, f"{self._path(key)}[{place}]")

    # Problems

    def wrong(self, key: str, fault: str, **facts: str) -> None:
        """Notes a problem with a key of this table (or with the table itself: an empty key)."""
        self._problems.append(self._problem(key, fault, facts, warning=False))

    def doubtful(self, key: str, fault: str, **facts: str) -> None:
        """Notes a warning: it works all the same."""
        self._problems.append(self._problem(key, fault, facts, warning=True))

    def _problem(
        self, key: str, fault: str, facts: Mapping[str, str], *, warning: bool
    ) -> Problem:
        return Problem(
            file=self.file,
            key=self._path(key),
            fault=fault,
            facts=tuple((n, shortened(v) if n == "value" else v) for n, v in facts.items()),
            warning=warning,
        )

    def _note_unknown(self) -> None:
        known = ", ".join(self._known)
        for key in self._values:
            if key in self._known:
                continue
            near = get_close_matches(key, self._known, 1)
            if near:
                self.wrong(key, "unknown_key_near", near=near[0])
            else:
                self.wrong(key, "unknown_key", known=known)

    def _value(
        self, key: str, default: T, kind: str, fits: Callable[[object], TypeGuard[T]]
    ) -> T:
        if not self.has(key):
            return default
        value = self._values[key]
        if fits(value):
            return value
        self._wrong_kind(key, kind)
        return default

    def _wrong_kind(self, key: str, kind: str) -> None:
        self.wrong(key, f"not_{kind}", value=str(self._values[key]))

    def _path(self, key: str) -> str:
        return ".".join(filter(None, (self.path, key)))


def check_distinct(tables: Iterable[Table], key: str, values: Iterable[str]) -> None:
    """Each value once; the second one is told where the first one stands."""
    first: dict[str, Table] = {}
    for table, value in zip(tables, values, strict=True):
        if value and value in first:
            table.wrong(key, "repeated", value=value, first=first[value].path)
        first[value] = first.get(value, table)


def shortened(value: str) -> str:
    """As much of a value as fits into a message, on one line."""
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_flag(value: object) -> TypeGuard[bool]:
    return isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
