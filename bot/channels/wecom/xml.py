"""The platform's XML as plain values. Strangers may write what arrives here: no DTD, no entity, no depth.

A message is a flat list of names, and a tapped card has one branch more (`SelectedItems`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


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
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Broken(type(error).__name__) from error
    values: dict[str, str] = {}
    for child in root:
        if not len(child):
            values.setdefault(child.tag, child.text or "")
    return Read(values, tuple(_selected(root)))


def _selected(root: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    for item in root.iterfind("SelectedItems/SelectedItem"):
        options = tuple(option.text or "" for option in item.iterfind("OptionIds/OptionId"))
        yield item.findtext("QuestionKey") or "", options
