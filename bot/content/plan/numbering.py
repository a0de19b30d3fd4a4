"""The numbers Word puts before paragraphs by itself: they stand in no text, and a plan's order hangs on them.

ECMA-376 part 1, 17.9: a paragraph names a list and a level, itself or through its style; the list names an abstract
list, whose levels say how they count (`numFmt`) and what stands around the count (`lvlText`, "（%1）").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

_CHINESE = "".join(
    map(chr, (0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D))
)
_TEN = chr(0x5341)
_CHINESE_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
    }
)


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


class Numbering:
    """Counts as it is asked, paragraph by paragraph in the document's order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._styles: dict[str, tuple[str, int]] = {}
        for child in numbering if numbering is not None else ():
            if _name(child) == "abstractNum":
                self._levels[_get(child, "abstractNumId") or ""] = dict(_levels(child))
            elif _name(child) == "num":
                abstract = next((c for c in child if _name(c) == "abstractNumId"), None)
                if abstract is not None:
                    self._lists[_get(child, "numId") or ""] = _get(abstract, "val") or ""
        for style in styles if styles is not None else ():
            named = _numbered(next((c for c in style if _name(c) == "pPr"), None))
            if _name(style) == "style" and named is not None:
                self._styles[_get(style, "styleId") or ""] = named

    def mark(self, paragraph: Element) -> str:
        """The number before this paragraph, counted on; empty where it has none."""
        properties = next((c for c in paragraph if _name(c) == "pPr"), None)
        named = _numbered(properties)
        if named is None and properties is not None:
            style = next((c for c in properties if _name(c) == "pStyle"), None)
            named = self._styles.get(_get(style, "val") or "") if style is not None else None
        if named is None:
            return ""
        abstract = self._lists.get(named[0])
        level = self._levels.get(abstract or "", {}).get(named[1])
        if abstract is None or level is None or level.form in ("bullet", "none"):
            return ""
        counts = self._counts.setdefault(abstract, {})
        counts[named[1]] = counts.get(named[1], level.start - 1) + 1
        for deeper in [n for n in counts if n > named[1]]:
            del counts[deeper]
        return self._written(abstract, named[1], counts)

    def _written(self, abstract: str, level: int, counts: dict[int, int]) -> str:
        text = self._levels[abstract][level].text
        for n in range(level + 1):
            known = self._levels[abstract].get(n)
            if known is not None:
                text = text.replace(f"%{n + 1}", _count(counts.get(n, known.start), known.form))
        return text


def _levels(abstract: Element) -> Iterator[tuple[int, _Level]]:
    for child in abstract:
        if _name(child) != "lvl":
            continue
        known = {_name(c): _get(c, "val") or "" for c in child}
        start = known.get("start", "1")
        place = _get(child, "ilvl") or "0"
        if place.isdigit():
            level = _Level(
                known.get("numFmt", "decimal"),
                known.get("lvlText", ""),
                int(start) if start.isdigit() else 1,
            )
            yield int(place), level


def _numbered(properties: Element | None) -> tuple[str, int] | None:
    """List and level, where the properties name a list."""
    for child in properties if properties is not None else ():
        if _name(child) == "numPr":
            known = {_name(c): _get(c, "val") or "" for c in child}
            level = known.get("ilvl", "0")
            return (
                (known["numId"], int(level) if level.isdigit() else 0)
                if known.get("numId")
                else None
            )
    return None


def _count(number: int, form: str) -> str:
    if form in _CHINESE_FORMATS and 0 < number < 100:
        tens, ones = divmod(number, 10)
        return (
            ("" if tens < 2 else _CHINESE[tens])
            + (_TEN if tens else "")
            + (_CHINESE[ones] if ones else "")
        )
    if form == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _get(element: Element, name: str) -> str | None:
    """An attribute by its local name: transitional and strict files differ only in the namespace."""
    return next(
        (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None
    )
