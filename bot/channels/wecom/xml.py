"""The platform's XML as plain values. Strangers may write what arrives here: no DTD, no entity, no depth.

A message is a flat list of names, and a tapped card has one branch more (`SelectedItems`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Never
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate


class Broken(Exception):
    """Not XML as the platform writes it."""


@dataclass(frozen=True, slots=True)
class Read:
    """One element with everything in it."""

    values: Mapping[str, str]
    """Name -> text, of the children without children. A name that stands twice has its first text."""
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What was chosen on a card: each question's key, and the ids of its options."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def read(content: bytes) -> Read:
    """The values of an XML document. Raises `Broken`."""
    parser, tree = ParserCreate(), TreeBuilder()
    parser.StartElementHandler = tree.start
    parser.CharacterDataHandler = tree.data
    parser.EndElementHandler = tree.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (ExpatError, ValueError, LookupError) as error:
        raise Broken(type(error).__name__) from error
    root = tree.close()
    values: dict[str, str] = {}
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    for child in root:
        if not len(child):
            values.setdefault(child.tag, child.text or "")
        elif child.tag == "SelectedItems":
            selected = tuple(_question(item) for item in child.iterfind("SelectedItem"))
    return Read(values, selected)


def _refuse(*_: object) -> Never:
    """A document type begins. Only in there entities can be declared, so none is ever filled in or fetched; the parser
    stops at once."""
    raise Broken("doctype")


def _question(item: Element) -> tuple[str, tuple[str, ...]]:
    options = tuple(option.text or "" for option in item.iterfind("OptionIds/OptionId"))
    return item.findtext("QuestionKey") or "", options
