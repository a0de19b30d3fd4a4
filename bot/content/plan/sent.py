"""What somebody sent as a plan, read in one go and in a process of its own: a file's bytes or pasted text in, a plan
out, or the fault that stands for one clear sentence.

A document that names no year is handed back beside its plan, so that it can be read again once somebody has said it.
This is imported where nobody reads a plan yet; what reading takes is imported with the first one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.plan.items import Plan
    from bot.core.plan.text import Block

_AGAIN = '{"a plan to be read again": '
"""How a document begins that was handed back; nobody's own file does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document's schedule. `source` holds the document where its year has to be asked."""

    plan: "Plan"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """No document. Its sentence is `fault.FAULT` of the content, filled with `facts` and the file's name."""

    fault: str
    facts: Mapping[str, str]


def read(_: str, content: bytes) -> Found | Unreadable:
    """The plan of a txt, HTML or docx file, of pasted text, or of a document handed back with its year."""
    from bot.content.plan.loader import load_words
    from bot.content.plan.reading import NotReadable, read_document
    from bot.core.plan.checks import checked
    from bot.core.plan.items import items_of

    words = load_words()
    try:
        if content.startswith(_AGAIN.encode()):
            year, blocks = _unpacked(content.decode())
        else:
            year, blocks = None, read_document(content, words)
    except NotReadable as refusal:
        facts = {name: str(fact) for name, fact in refusal.facts.items()}
        return Unreadable(fault=refusal.fault, facts=facts)
    found, plan = items_of(blocks, words, year=year)
    plan = checked(plan, found, words)
    return Found(plan=plan, source="" if plan.year else _packed(blocks))


def in_year(source: str, year: int) -> str:
    """The document that was handed back, to be read as of that year."""
    return f"{source[:-1]}, {json.dumps('year')}: {year}}}"


def _packed(blocks: "Sequence[Block]") -> str:
    from bot.core.plan.text import Paragraph

    plain = [block.text if isinstance(block, Paragraph) else block.rows for block in blocks]
    return f"{_AGAIN}{json.dumps(plain, ensure_ascii=False)}}}"


def _unpacked(text: str) -> "tuple[int | None, Sequence[Block]]":
    from bot.core.plan.text import Paragraph, Table

    read = json.loads(text)
    plain: list[str | list[list[str]]] = next(iter(read.values()))
    return read.get("year"), [
        Paragraph(one) if isinstance(one, str) else Table(tuple(map(tuple, one)))
        for one in plain
    ]
