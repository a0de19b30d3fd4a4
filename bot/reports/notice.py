"""A public notice (公示): one static page for old phones and for paper.

No script, no picture from elsewhere, no font to fetch; 18 pixels and black on white; it prints as it looks. What stands in it
is what the office wrote: no opinion's words, no leader's own matters, nothing about fewer people than may be told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

import segno

from bot.reports.words import Words, inert


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item, as people see it."""

    number: int
    title: str
    goal: str
    measures: str
    unit: str
    person: str
    """The post of who is responsible, never a name of the list of leaders."""
    due: date | None
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """A batch on show."""

    office: str
    phone: str
    batch: str
    opens: date
    closes: date
    workdays: int
    """Working days from the first to the last, both counted."""
    scope: tuple[str, ...]
    """Names of the units it is for; empty for everybody."""
    rows: tuple[Row, ...]
    address: str = ""
    mailbox: str = ""
    rate_at: str = ""
    """Where people rate it; empty where no address leads to us."""


_STYLE = """
body{margin:0;padding:16px;max-width:760px;margin-inline:auto;background:#fff;color:#000;
font:18px/1.7 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:26px;line-height:1.4;text-align:center;margin:8px 0 16px}
h2{font-size:20px;margin:0 0 4px}
section{border:1px solid #000;padding:12px;margin:0 0 12px;page-break-inside:avoid;break-inside:avoid}
dl{margin:0}dt{font-weight:bold}dd{margin:0 0 6px}
.facts{margin:0 0 16px}.rate{text-align:center;border:2px solid #000;padding:12px;margin:16px 0}
.rate a{display:inline-block;padding:12px 24px;border:2px solid #000;font-weight:bold;color:#000;text-decoration:none}
.rate svg{display:block;margin:12px auto 0;width:160px;height:160px}
@page{size:A4;margin:18mm}
@media print{body{padding:0;max-width:none}.rate a{border:0;padding:0}}
"""


def notice(poster: Poster, texts: Mapping[str, str]) -> bytes:
    """The page as UTF-8 HTML; the same poster always gives the same bytes."""
    words = Words(texts)
    title = words.say("notice.title")
    body = [
        f"<h1>{_safe(title)}</h1>",
        f'<p class="facts">{_facts(words, poster)}</p>',
        *(_section(words, row) for row in poster.rows),
        _rate(words, poster),
        f"<p>{'<br>'.join(_safe(line) for line in _contact(words, poster))}</p>",
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{_safe(title)}</title><style>{_STYLE}</style>'
    )
    page = f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{"".join(body)}</body></html>'
    return page.encode()


def _facts(words: Words, poster: Poster) -> str:
    scope = words.join(poster.scope, "and") if poster.scope else words.say("notice.everybody")
    said = words.say(
        "notice.facts",
        batch=poster.batch,
        office=poster.office,
        opens=words.full_day(poster.opens),
        closes=words.full_day(poster.closes),
        workdays=poster.workdays,
        scope=scope,
    )
    return "<br>".join(_safe(line) for line in said.strip().splitlines())


def _section(words: Words, row: Row) -> str:
    said = (
        ("goal", row.goal),
        ("measures", row.measures),
        ("who", f"{row.unit} {row.person}".strip()),
        ("due", words.full_day(row.due) if row.due else ""),
        ("result", row.result),
    )
    pairs = "".join(
        f"<dt>{_safe(words.say(f'notice.{key}'))}</dt><dd>{_safe(value)}</dd>"
        for key, value in said
        if value
    )
    head = words.say("notice.item", number=row.number, title=row.title)
    return f"<section><h2>{_safe(head)}</h2><dl>{pairs}</dl></section>"


def _rate(words: Words, poster: Poster) -> str:
    if not poster.rate_at:
        return f'<p class="rate">{_safe(words.say("notice.rate_elsewhere"))}</p>'
    code = qr_svg(poster.rate_at)
    return (
        f'<div class="rate"><p>{_safe(words.say("notice.rate"))}</p>'
        f'<a href="{escape(poster.rate_at)}">{_safe(words.say("notice.rate_here"))}</a>{code}</div>'
    )


def _contact(words: Words, poster: Poster) -> Iterator[str]:
    yield words.say("notice.contact", office=poster.office, phone=poster.phone)
    if poster.address:
        yield words.say("notice.address", address=poster.address)
    if poster.mailbox:
        yield words.say("notice.mailbox", mailbox=poster.mailbox)
    yield words.say("notice.visits")


def qr_svg(text: str) -> str:
    """A QR code as an SVG to stand in a page; medium error correction, quiet zone included."""
    return segno.make(text, error="m", micro=False).svg_inline(scale=4, border=4, omitsize=True)


def _safe(text: str) -> str:
    return escape(inert(text)).replace("\n", "<br>")
