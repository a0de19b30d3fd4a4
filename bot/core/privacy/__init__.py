"""Who somebody is, taken out of what they say: before anyone but the writer reads it.

>>> redact("我电话１３８００１３８０００，找我").text
'我电话〔电话〕，找我'
"""

import re

from bot.core.privacy.fold import Shadow, clean, fold, spell_digits
from bot.core.privacy.mask import PLACEHOLDERS, Masked, mask
from bot.core.privacy.spans import Candidate, Span, SpanType, strongest
from bot.core.privacy.structured import spelled, structured

__all__ = ["PLACEHOLDERS", "Masked", "Span", "SpanType", "clean", "redact"]


def redact(text: str) -> Masked:
    """The text with every identity found in it replaced by a typed placeholder.

    Offsets count characters of `text`; what is no identity stays verbatim.
    """
    shadow = fold(text)
    found = candidates(shadow.text)
    if not found:
        return mask(text, ())
    return mask(text, _spans(shadow, strongest(found)))


def _spans(shadow: Shadow, found: list[Candidate]) -> list[Span]:
    return [Span(*shadow.back(one.start, one.end), one.type) for one in found]


_spelled_number = re.compile(
    r"[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖](?:[ 、.\-]{0,2}[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]){5}"
)
_gate = re.compile(
    r"[0-9A-Za-z@班住址籍昵]|[〇零一二三四五六七八九十幺](?:[〇零一二三四五六七八九幺、 ]{4}|栋|幢|单元|号|组|队|室)|(?:[户租]|老家|房子|家)在|网名|用户名"
)


def candidates(text: str) -> list[Candidate]:
    """All that a folded text may give away, still overlapping."""
    if not _gate.search(text):
        return []
    found = list(structured(text))
    if _spelled_number.search(text):
        runs = [run.span() for run in _spelled_number.finditer(text)]
        found += [
            one
            for one in spelled(spell_digits(text))
            if any(a < one.end and one.start < b for a, b in runs)
        ]
    return found
