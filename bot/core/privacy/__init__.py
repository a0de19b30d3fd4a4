"""Who somebody is, taken out of what they say: before anyone but the writer reads it.

>>> redact("我电话１３８００１３８０００，找我").text
'我电话〔电话〕，找我'

`redact(text)` follows rules and costs microseconds, on the path of every message. `redact(text, readers=…)` also lets
two neural readers look for names; it runs once per finished text, in a worker.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.privacy.fold import NUMERALS, Shadow, clean, fold, spell_digits
from bot.core.privacy.mask import PLACEHOLDERS, Masked, mask
from bot.core.privacy.spans import Candidate, Span, SpanType, strongest

if TYPE_CHECKING:
    from bot.core.privacy.names import Readers

__all__ = [
    "PLACEHOLDERS",
    "USUAL",
    "Masked",
    "Policy",
    "Span",
    "SpanType",
    "clean",
    "mask",
    "read_ahead",
    "redact",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an office may decide about masking."""

    titled: bool = True
    """王老师 loses its family name (the title stays)."""


USUAL = Policy()


def redact(
    text: str,
    readers: "Readers | None" = None,
    *,
    known: Iterable[str] = (),
    policy: Policy = USUAL,
) -> Masked:
    """The text with every identity found in it replaced by a typed placeholder.

    Offsets count characters of `text`; what is no identity stays verbatim. `known` are names that are always masked
    (the leaders' of the roster). A name broken over two lines is found as one.
    """
    shadow = fold(text)
    found = _candidates(shadow.text, readers)
    for name in known:
        found += [
            Candidate(*one.span(), "name", 3)
            for one in re.finditer(re.escape(name), shadow.text)
        ]
    if not found:
        return mask(text, ())
    if not policy.titled:
        found = [one for one in found if one.type != "titled_name"]
    return mask(text, _spans(shadow, _with_class(shadow.text, strongest(found))))


def read_ahead(texts: Iterable[str], readers: "Readers") -> "Readers":
    """The same readers, which have these texts behind them: read side by side, a text costs a sixth."""
    from bot.core.privacy.tagger import ReadAhead, Tagger
    from bot.core.privacy.weighing import BOOK, as_read

    folded = [as_read(fold(text).text) for text in texts]
    pages = [text for text in dict.fromkeys(folded) if len(text) <= BOOK]
    ahead = tuple(
        ReadAhead(one, pages) if isinstance(one, Tagger) else one for one in readers.taggers
    )
    return replace(readers, taggers=ahead)


def _spans(shadow: Shadow, found: Iterable[Candidate]) -> Iterator[Span]:
    for one in found:
        yield Span(*shadow.back(one.start, one.end), one.type)


_four_digits = re.compile(rf"[0-9{NUMERALS}](?:[ 、，,.\-]{{0,2}}[0-9{NUMERALS}]){{3}}")
_spelled_number = re.compile(
    rf"(?:十?[{NUMERALS}]|(?<![0-9])[0-9]{{1,7}}[ 、，,.\-]{{0,2}}[{NUMERALS}])(?:[ 、，,.\-]{{0,2}}[0-9{NUMERALS}]){{3}}"
)


def _candidates(text: str, readers: "Readers | None") -> list[Candidate]:
    """All that a folded text may give away, still overlapping.

    The patterns are compiled with the first text: a start does not wait for them.
    """
    from bot.core.privacy.names import by_rules, propagated, ruled
    from bot.core.privacy.structured import spelled, structured

    found = list(structured(text))
    if _four_digits.search(text) and _spelled_number.search(text):
        runs = [run.span() for run in _spelled_number.finditer(text)]
        found += [
            one
            for one in spelled(spell_digits(text))
            if any(a < one.end and one.start < b for a, b in runs)
        ]
    if readers:
        from bot.core.privacy.weighing import by_readers

        named = list(by_readers(text, readers, ruled(text, readers.words)))
        joined = _joined(text)
        if joined:
            again = by_readers(joined.text, readers, ruled(joined.text, readers.words))
            named += joined.through(again)
    else:
        named = list(by_rules(text))
    found += propagated(text, strongest(named)) if named else ()
    found += named
    return found


@dataclass(frozen=True, slots=True)
class _Joined:
    """A text without its line breaks and gaps, because a name may be sent in two messages or spelt apart."""

    text: str
    places: tuple[int, ...]

    def through(self, found: Iterable[Candidate]) -> Iterator[Candidate]:
        for one in found:
            start, end = self.places[one.start], self.places[one.end - 1] + 1
            if end - start > one.end - one.start:
                yield Candidate(start, end, one.type, one.strength + 2)


_broken_name = re.compile(
    r"[\u4e00-\u9fff]\n+[\u4e00-\u9fff]{1,2}(?:\n|$|[，。,])|(?:^|\n)[\u4e00-\u9fff]{1,2}\n+[\u4e00-\u9fff]"
    r"|[\u4e00-\u9fff](?P<gap>[ .*_/|-]{1,2})[\u4e00-\u9fff](?P=gap)[\u4e00-\u9fff]"
    r"|(?<![\u4e00-\u9fff])[\u4e00-\u9fff] [\u4e00-\u9fff](?![\u4e00-\u9fff])"
)
_gap = re.compile(r"(?<=[\u4e00-\u9fff])[ .*_/|\n-]{1,3}(?=[\u4e00-\u9fff])")


_AROUND = 30
"""Characters before and behind a gap that are read again."""


def _joined(text: str) -> _Joined | None:
    """What stands around gaps that a name may lie across, without the gaps; a line for each such place."""
    near = [found.span() for found in _broken_name.finditer(text)]
    if not near:
        return None
    gone = {place for found in _gap.finditer(text) for place in range(*found.span())}
    places: list[int] = []
    at = 0
    for start, end in near:
        here = range(max(at, start - _AROUND), min(len(text), end + _AROUND))
        if here and start - _AROUND > at and places:
            places.append(_LINE)
        places += [place for place in here if place not in gone]
        at = max(at, here.stop)
    letters = ("\n" if place == _LINE else text[place] for place in places)
    return _Joined("".join(letters), tuple(places))


_LINE = -1
"""The place of a line end that stands between two stretches and nowhere in the text."""


_between = re.compile(
    r"[ ,，\-—_·]?(?:转学生|插班生|的|学生|同学|孩子|新生|一?[个名位]|(?:班主任|(?:副|正)?班长|团支书|[\u4e00-\u9fff]{1,2}(?:委员|课代表)|辅导员|生活老师|(?:语文|数学|英语|物理|化学|生物|政治|历史|地理|体育|音乐|美术|科学)老师|[男女](?:生|同学|孩)|(?:全体)?(?:学生)?家长(?:代表)?)[ :,，]?)?[ ]?(?:[\u4e00-\u9fff]{2,6}(?:小学|中学|学校|小队|小组)的?)?"
)
_NAMED = ("name", "nickname", "titled_name")
_in_brackets = re.compile(r"[ ]?\((?:[\u4e00-\u9fff]{2,6}(?:小学|中学))?$")
_bare_class = re.compile(
    r"(?:(?<![0-9A-Za-z\u4e00-\u9fff.\-:])[1-9一二三四五六七八九][\-.·][0-9]{1,2})$"
)
"""4-3方圆圆: the word 班 left out."""
_kin = re.compile(
    r"(?:同学|小朋友)?[的嘅]?(?:[他她]?(?:爸爸|妈妈|麻麻|粑粑|妈咪|阿[爸妈]|爸|妈|爹|娘|爷爷|奶奶|外公|外婆|姥姥|姥爷|姑姑|姑妈|姨妈|姨|舅舅|舅|叔叔|叔|[哥姐弟妹伯婶])|媽媽|爺爺|家长|家長|阿[爸妈]|家(?![长長里人乡庭校]))(?!们)"
)


def _with_class(text: str, found: list[Candidate]) -> list[Candidate]:
    """A class, the name right behind it and whose mother that is are one identity."""
    if not any(one.type in _NAMED for one in found) or not _a_class.search(text):
        return found
    from bot.core.privacy.classes import classes, grades, with_school
    from bot.core.privacy.names import TITLED

    names = {one.start for one in found if one.type in _NAMED}
    numbered = list(classes(text, names))
    known = [*grades(text), *numbered]
    ends = {end: start for start, end in known}
    of_teachers = {end for _, end in numbered}
    ends |= {
        place: bare.start()
        for place in names
        if (bare := _bare_class.search(text, max(0, place - 6), place))
    }
    merged: list[Candidate] = []
    for one in found:
        start = next(
            (first for end, first in ends.items() if one.type in _NAMED and end <= one.start <= end + 12
             and (one.type != "titled_name" or end in of_teachers) and _between.fullmatch(text, end, one.start)),
            None,
        )  # fmt: skip
        if start is not None:
            start = with_school(text, start)
            start = min((other.start for other in merged if other.end > start), default=start)
            merged = [other for other in merged if other.end <= start]
            titled = TITLED.match(text, one.end)
            kin = _kin.match(text, titled.end() if titled else one.end)
            end = kin.end() if kin else titled.end() if titled else one.end
            merged.append(Candidate(start, end, "class_identity", one.strength))
        elif merged and one.start < merged[-1].end:
            continue
        elif one.type in _NAMED and (behind := _class_behind(text, one.end, known)):
            merged.append(Candidate(one.start, behind, "class_identity", one.strength))
        else:
            merged.append(one)
    return merged


def _class_behind(text: str, place: int, known: Iterable[tuple[int, int]]) -> int | None:
    """陶然（初一4班）: the class of a name, in brackets."""
    return next(
        (
            end + 1
            for start, end in known
            if place < start
            and _in_brackets.fullmatch(text, place, start)
            and text[end : end + 1] == ")"
        ),
        None,
    )


_a_class = re.compile(r"[班级年]|[0-9一二三四五六七八九][\-.][0-9]")
