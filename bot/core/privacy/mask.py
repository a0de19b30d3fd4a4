"""The one place where words become `Redacted`: what was found is replaced, everything else stays to the character."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.messages import Redacted
from bot.core.privacy.spans import Span, SpanType

PLACEHOLDERS: dict[SpanType, str] = {
    "name": "〔姓名〕",
    "phone": "〔电话〕",
    "id_card": "〔证件号〕",
    "bank_card": "〔银行卡〕",
    "email": "〔邮箱〕",
    "qq": "〔QQ〕",
    "wechat": "〔微信〕",
    "plate": "〔车牌〕",
    "address": "〔住址〕",
    "url": "〔网址〕",
    "handle": "〔网名〕",
    "class_identity": "〔班级和人〕",
    "titled_name": "〔姓〕",
    "nickname": "〔昵称〕",
    "other_id": "〔编号〕",
    "chosen": "〔遮住〕",
}
"""What stands in the text instead; part of the stored format."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Words without identities, and what was taken out, counted in the text as given."""

    text: Redacted
    spans: tuple[Span, ...]


def mask(text: str, spans: Iterable[Span]) -> Masked:
    """Replace these spans (in order, not overlapping) by their placeholders."""
    kept = tuple(spans)
    pieces: list[str] = []
    at = 0
    for span in kept:
        pieces += text[at : span.start], PLACEHOLDERS[span.type]
        at = span.end
    pieces.append(text[at:])
    return Masked(Redacted("".join(pieces)), kept)
