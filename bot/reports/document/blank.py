"""An empty paper as GB/T 9704-2012 wants it, and how it becomes the same bytes every time.

Page, margins and the grid of 22 lines by 28 characters are in twips (1/1440 inch) and in 1/4096 points, the
units of the format. Fonts are named, never embedded: `eastAsia` is written beside `ascii`, without which a
Chinese name has no effect, and the font table gives each an `altName`, so that machines without the GB2312
fonts fall back to their successors.
"""

import io
import zipfile
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.document import Document as Paper
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement

from bot.reports.words import Words, inert

TEXT_WIDTH = 8844
"""156 mm: what is left of A4 between 28 mm on the left and 26 mm on the right."""

LINE = 579
"""225 mm in 22 lines."""

_CHARACTER = -848
"""28 characters of 16 points in 156 mm need them this much closer (1/4096 points)."""

# The grid says 22 by 28 to whoever looks at the page set-up. The text itself keeps the measure by exact lines and
# by this spacing (15.75 points a character), because LibreOffice gives a character wider than its cell two cells.
_CLOSER = '<w:spacing w:val="-5"/>'

_SECTION = f"""
<w:sectPr {nsdecls("w", "r")}>
  <w:pgSz w:w="11906" w:h="16838"/>
  <w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"
           w:header="851" w:footer="1417" w:gutter="0"/>
  <w:cols w:space="425"/>
  <w:docGrid w:type="linesAndChars" w:linePitch="{LINE}" w:charSpace="{_CHARACTER}"/>
</w:sectPr>"""

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The oldest moment a zip can hold."""


def blank(words: Words, *, title: str, made: date) -> Paper:
    """A paper without a word in it yet; `made` is the only date that will be found in it."""
    paper = Document()
    _without_traces(paper, title, made)
    _set_styles(paper, words)
    _set_fonts(paper, words)
    _set_settings(paper)
    body = paper.element.body
    for child in list(body):
        body.remove(child)
    body.append(parse_xml(_SECTION))
    _set_page_numbers(paper)
    return paper


def saved(paper: Paper) -> bytes:
    """The file. The same paper always gives the same bytes: no clock and no machine is in it."""
    written, out = io.BytesIO(), io.BytesIO()
    paper.save(written)
    with (
        zipfile.ZipFile(written) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            new.writestr(info, old.read(member))
    return out.getvalue()


def _without_traces(paper: Paper, title: str, made: date) -> None:
    """Drop the template's own picture, program and author."""
    package = paper.part.package
    assert package is not None
    for source, wanted in (
        (package, ("thumbnail", "extended-properties")),
        (paper.part, ("customXml", "stylesWithEffects", "numbering")),
    ):
        for id, relation in list(source.rels.items()):
            if relation.reltype.rsplit("/", 1)[-1] in wanted:
                del source.rels[id]
    properties = paper.core_properties
    for child in list(properties._element):  # pyright: ignore[reportPrivateUsage] - no public way to remove one
        properties._element.remove(child)  # pyright: ignore[reportPrivateUsage]
    properties.title = inert(title)[:255]
    properties.created = properties.modified = datetime(made.year, made.month, made.day)  # noqa: DTZ001 - python-docx wants it naive


# --- styles ----------------------------------------------------------------------------------------------------


def _set_styles(paper: Paper, words: Words) -> None:
    """Only the styles the papers use; the rest of the template's hundred go."""
    root = paper.styles.element
    for child in list(root):
        root.remove(child)
    root.append(parse_xml(_defaults(words)))
    for xml in _styles(words):
        root.append(parse_xml(xml))


def _styles(words: Words) -> tuple[str, ...]:
    body, heading, second = (_fonts(words, name) for name in ("body", "heading", "second"))
    title, page = _fonts(words, "title"), _fonts(words, "page")
    grid = f'<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>'
    indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    red = '<w:color w:val="FF0000"/>'
    small = '<w:snapToGrid w:val="0"/><w:spacing w:before="20" w:after="20" w:line="400" w:lineRule="exact"/>'
    line = (
        '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="FF0000"/></w:pBdr>'
        f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    )
    caption = (
        '<w:keepNext/><w:snapToGrid w:val="0"/>'
        '<w:spacing w:before="160" w:after="60" w:line="440" w:lineRule="exact"/><w:jc w:val="center"/>'
    )
    masthead = (
        '<w:snapToGrid w:val="0"/>'
        '<w:spacing w:before="1740" w:after="120" w:line="1000" w:lineRule="exact"/><w:jc w:val="center"/>'
    )
    name = '<w:keepNext/><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="720" w:lineRule="exact"/><w:jc w:val="center"/>'
    return (
        _style("Normal", f'{grid}<w:jc w:val="both"/>', body + _CLOSER + _size(32), default=True),
        _style("BodyText", indent, "", name="Body Text"),
        _style("Title", name, title + _size(44)),
        _style("Masthead", masthead, title + red + _size(72)),
        _style("Issue", '<w:jc w:val="center"/>', ""),
        _style("RedLine", f'<w:keepNext/>{line}', ""),
        _style("Heading1", f'<w:keepNext/>{indent}<w:outlineLvl w:val="0"/>', heading, name="heading 1"),
        _style("Heading2", f'<w:keepNext/>{indent}<w:outlineLvl w:val="1"/>', second, name="heading 2"),
        _style("Caption", caption, heading + _size(24), name="caption"),
        _style("Cell", small, _size(24)),
        _style("CellHead", f'<w:keepNext/>{small}<w:jc w:val="center"/>', heading + _size(24)),
        _style("Note", f'{small}<w:ind w:firstLineChars="200" w:firstLine="480"/>', _size(24)),
        _style("Verbatim", '<w:spacing w:before="0" w:after="60" w:line="460" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="560"/>', _size(28)),
        _style("Attached", '<w:ind w:leftChars="500" w:left="1575" w:hangingChars="300" w:hanging="945"/>', ""),
        _style("AttachedNext", '<w:ind w:leftChars="500" w:left="1575"/>', ""),
        _style("Mark", '<w:jc w:val="center"/>', second + _size(28)),
        _style("AnnexMark", "<w:keepNext/>", heading),
        _style("Colophon", '<w:snapToGrid w:val="0"/><w:spacing w:before="40" w:after="40" w:line="480" w:lineRule="exact"/><w:ind w:left="280" w:right="280"/>', _size(28)),
        _style("Publisher", f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH - 400}"/></w:tabs>', "", based="Colophon"),
        _style("Copies", '<w:jc w:val="right"/>', "", based="Colophon"),
        _style("Anchor", '<w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/>', _size(2)),
        _style("Warning", f"{indent}", heading + red),
        _style("Footer", '<w:snapToGrid w:val="0"/><w:spacing w:line="320" w:lineRule="exact"/>', page + _size(28), name="footer"),
    )  # fmt: skip


def _style(
    id: str,
    paragraph: str,
    run: str,
    *,
    name: str = "",
    based: str = "Normal",
    default: bool = False,
) -> str:
    parent = "" if default else f'<w:basedOn w:val="{based}"/>'
    first = ' w:default="1"' if default else ""
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph"{first} w:styleId="{id}">'
        f'<w:name w:val="{name or id}"/>{parent}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _defaults(words: Words) -> str:
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>{_fonts(words, 'body')}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )


def _fonts(words: Words, use: str) -> str:
    """Chinese characters in the font of that use; Latin letters and figures in one font everywhere but page numbers."""
    chinese = quoteattr(words.say(f"font.{use}"))
    latin = chinese if use == "page" else quoteattr(words.say("font.latin"))
    return f"<w:rFonts w:ascii={latin} w:hAnsi={latin} w:eastAsia={chinese} w:cs={latin}/>"


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


# --- parts -----------------------------------------------------------------------------------------------------


def _set_fonts(paper: Paper, words: Words) -> None:
    """Name each font once, with what to use where it is missing."""
    known = "".join(
        f"<w:font w:name={quoteattr(words.say(f'font.{use}'))}>"
        f"<w:altName w:val={quoteattr(words.say(f'font.{use}_alt'))}/>"
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
        for use in ("title", "body", "heading", "second", "page")
    )
    latin = escape(words.say("font.latin"))
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:fonts {nsdecls("w")}>{known}<w:font w:name="{latin}"><w:charset w:val="00"/>'
        '<w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>'
    )
    table = next(
        r.target_part for r in paper.part.rels.values() if r.reltype.endswith("/fontTable")
    )
    table._blob = xml.encode()  # pyright: ignore[reportPrivateUsage] - python-docx keeps this part as bytes


def _set_settings(paper: Paper) -> None:
    """Odd and even pages differ; a line that somebody ended is not stretched to the margin; nothing tells of the
    machine the template was made on."""
    paper.settings.odd_and_even_pages_header_footer = True
    root = paper.settings.element
    compatible = root.find(qn("w:compat"))
    assert compatible is not None
    compatible.insert(0, OxmlElement("w:doNotExpandShiftReturn"))
    for gone in (
        "w:rsids",
        "w:savePreviewPicture",
        "w:proofState",
        "w:shapeDefaults",
        "w:zoom",
    ):
        for child in root.findall(qn(gone)):
            root.remove(child)
    for child in list(root):
        if child.tag.endswith("}docId"):
            root.remove(child)
    languages = root.find(qn("w:themeFontLang"))
    if languages is not None:
        languages.set(qn("w:eastAsia"), "zh-CN")


def _set_page_numbers(paper: Paper) -> None:
    """Figures between two dashes, on the outer side: odd pages right, even pages left, one character in."""
    section = paper.sections[0]
    outer = (
        (section.footer, '<w:ind w:rightChars="100" w:right="280"/><w:jc w:val="right"/>'),
        (
            section.even_page_footer,
            '<w:ind w:leftChars="100" w:left="280"/><w:jc w:val="left"/>',
        ),
    )
    for footer, side in outer:
        footer.is_linked_to_previous = False
        root: BaseOxmlElement = footer._element  # pyright: ignore[reportPrivateUsage]
        for child in list(root):
            root.remove(child)
        root.append(parse_xml(_page_number(side)))


def _page_number(side: str) -> str:
    return (
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="Footer"/>{side}</w:pPr>'
        '<w:r><w:t xml:space="preserve">\u2014 </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:r><w:t xml:space="preserve"> \u2014</w:t></w:r></w:p>'
    )
