"""The way in: a text, and when it was written, to the dates it holds.

What is no schedule is left out here: document numbers and titles are covered before the grammar sees them, and a
phrase that looks back (召开了, 已完成, 去年, 以来) or only names an earlier paper is dropped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.core.dates.grammar import (
    Dated,
    Festival,
    Found,
    InMonth,
    InWeek,
    InYear,
    Lunar,
    Moment,
    Recurring,
    Relative,
    Vague,
    Year,
    read_dated,
)
from bot.core.dates.numerals import number, plain
from bot.core.dates.phrases import other_phrases
from bot.core.dates.resolve import Answer, Context, Reference, Span, resolve, span
from bot.core.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Reading:
    """One date of a text: what it means and which words say it."""

    start: int
    end: int
    words: str
    answer: Answer


def reference(value: object) -> Reference:
    """When a text was written, from what a caller may know: a date, a year and month, a year, or nothing.

    >>> reference("2014-03-05").day, reference("2014年3月").year, reference(2014).year
    (datetime.date(2014, 3, 5), 2014, 2014)
    """
    if isinstance(value, date):
        return Reference(value.year, value)
    figures = [
        number(word)
        for word in re.findall(r"\d+|[〇○零一二三四五六七八九十]+", str(value or ""))
    ]
    match figures:
        case [int(year), int(month), int(day), *_] if 1900 < year < 2200:
            try:
                return Reference(year, date(year, month, day))
            except ValueError:
                return Reference(year)
        case [int(year), *_] if 1900 < year < 2200:
            return Reference(year)
        case _:
            return Reference()


def read(
    text: str,
    when: Reference,
    anchors: Mapping[str, date] | None = None,
    calendar: Calendar | None = None,
) -> Answer:
    """What one phrase means; `none` where it is no schedule. Of several dates the first one, before what is vague."""
    found = read_all(text, when, anchors, calendar)
    for wanted in (_dated, _open, _weak):
        for reading in found:
            if wanted(reading.answer):
                return reading.answer
    return Answer("none")


def _dated(answer: Answer) -> bool:
    return answer.why not in ("vague", "weak", "term", "how-often", "which-week")


def _open(answer: Answer) -> bool:
    return answer.why != "weak"


def _weak(answer: Answer) -> bool:
    return answer.kind == "ask"


def read_all(
    text: str,
    when: Reference,
    anchors: Mapping[str, date] | None = None,
    calendar: Calendar | None = None,
    *,
    month: tuple[int, int] | None = None,
) -> tuple[Reading, ...]:
    """Every date of a text in its order, with the words that say it.

    `month`: year and month that a heading above the text gives to days without one.
    """
    flat = plain(text)
    known = Context(when, anchors or {}, calendar or Calendar(), month)
    readings: list[Reading] = []
    for begins, piece in _sentences(flat.text):
        context = known
        for found in _phrases(piece):
            if _is_past(piece, found, context):
                continue
            answer = resolve(found.phrase, _since(context, found, readings))
            context = replace(context, month=_month(found, context) or context.month)
            start, end = flat.original(begins + found.start, begins + found.end)
            readings.append(Reading(start, end, text[start:end], answer))
    return _bounded(readings, text)


_SENTENCE = re.compile(
    r"[^。;!?\n]{0,300}[。;!?\n]|[^。;!?\n]{1,300}(?:$|(?<=,))|[^。;!?\n]{1,300}"
)
"""To its end, or to 300 characters: a stranger's text must not make the grammar look back over pages."""


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences with what is no schedule covered, and where each begins."""
    for match in _SENTENCE.finditer(text):
        yield match.start(), _cover(match[0])


def _since(context: Context, found: Found, readings: list[Reading]) -> Context:
    """4月8日起每周二: what comes again is counted from a beginning written before it."""
    start = readings[-1].answer.start if readings else None
    if not isinstance(found.phrase, Recurring) or start is None:
        return context
    today = context.reference.day
    later = start if today is None or start > today else today
    return replace(context, reference=replace(context.reference, year=later.year, day=later))


def _bounded(readings: list[Reading], text: str) -> tuple[Reading, ...]:
    """3月至9月每周五: what comes again, within a window written before it."""
    kept: list[Reading] = []
    for reading in readings:
        window = kept[-1] if kept else None
        if (
            window is not None
            and reading.answer.kind == "recurring"
            and window.answer.kind == "window"
            and len(text[window.end : reading.start].strip(" ,，")) <= 2
        ):
            start, end = window.answer.start, window.answer.end
            rule = (
                reading.answer.rrule
                if end is None
                else f"{reading.answer.rrule};UNTIL={end:%Y%m%d}"
            )
            answer = replace(
                reading.answer, start=start, end=end, rrule=rule, confirm=window.answer.confirm
            )
            kept[-1] = Reading(
                window.start, reading.end, text[window.start : reading.end], answer
            )
        else:
            kept.append(reading)
    return tuple(kept)


def _phrases(text: str) -> tuple[Found, ...]:
    """The phrases of a text, none overlapping: what hangs on an event or comes again takes its words first."""
    candidates = [*other_phrases(text), *_dated_phrases(text)]
    taken: list[Found] = []
    used = bytearray(len(text))
    for found in sorted(candidates, key=lambda f: (_rank(f), f.start, -f.end)):
        if not any(used[found.start : found.end]):
            used[found.start : found.end] = b"\x01" * (found.end - found.start)
            taken.append(found)
    return tuple(sorted(taken, key=lambda f: f.start))


def _rank(found: Found) -> int:
    match found.phrase:
        case Recurring():
            return 0
        case Relative(count=int(), event=event) if event:
            return 0
        case Dated():
            return 1
        case Vague():
            return 3
        case _:
            return 2


def _dated_phrases(text: str) -> list[Found]:
    found: list[Found] = []
    place = 0
    while place < len(text):
        phrase = read_dated(text, place) if text[place] in _BEGINNINGS else None
        if phrase is not None:
            found.append(phrase)
            place = max(phrase.end, place + 1)
        else:
            place += 1
    return found


_BEGINNINGS = frozenset(
    "0123456789零〇○一二三四五六七八九十廿卅元今本当明来次翌去上前同下中月年全岁第这周星礼即后现目新春除妇植清"
    '劳青儿端建党教国重冬正腊农阴大学期寒暑开放假两会运军节高秋xX×*_□"'
)
"""Characters a date can begin with; all others are passed over at once."""


def _month(found: Found, context: Context) -> tuple[int, int] | None:
    """Year and month a following bare day takes over."""
    match found.phrase:
        case Dated(first=Moment(what=InMonth(month=int()) | InMonth(shift=int()))):
            days = span(found.phrase.last or found.phrase.first, context)
            return (days.end.year, days.end.month) if isinstance(days, Span) else None
        case _:
            return None


# What is no schedule

_COVERED = re.compile(
    r"《[^》]*》"
    r"|[〔\[(](?:19|20)\d{2}[〕\])]第?(?:[\d零一二三四五六七八九十]+号)?"
    r"|(?:19|20)\d{2}(?:年度?)?(?:-|至)(?:19|20)?\d{2,4}(?:年度|学年度?|年(?!\d|[一二三四五六七八九十]))(?:第?[一二]学期)?"
    r"|(?:19|20)\d{2}[级届](?!人民)"
    r"|第[\d零一二三四五六七八九十百]+(?:号|期|批|条|款|项|章|届|个(?!周|星期|礼拜|工作日|月)|次|名|版|卷|集|轮|辑|季(?!度)|中学|小学)"
    r"|[A-Za-z][\w.+-]*@[\w.-]+|https?://\S+"
    r"|(?<![\d./-])0\d{2,3}-\d{7,8}|(?<!\d)\d{9,}(?!\d)|(?<!\d)\d{3,4}-\d{3,4}-?\d{4}(?!\d)"
    r"|\d+(?:\.\d+)+(?=[%万亿元分米倍个千公℃度版])|\d+(?:-\d+)?(?:%|‰|万|亿|元|人|名|件|篇|岁|倍|学时|课时|分钟|小时(?!内|后|前)|场|份|公里|平方|周年|周岁|年级|楼|班|号线|号楼|号文)"
    r"|\d+年(?:来|以上|以下|多|教龄|级|制|期(?!末))"
    r"|[一二三四五六七八九十两几数]+年(?:来|级|制|教龄|规划)|十[一二三四]五|[\d一二三四五六七八九十]+个?月(?:龄|大)"
    r"|有效期[^,。;]*|任期[^,。;]*|出生于[^,。;]*|工龄[^,。;]*"
)
_TITLE_OR_NUMBER = "■"


def _cover(text: str) -> str:
    """The text with document numbers, titles, sums and the like blotted out, no place moved."""
    return _COVERED.sub(lambda match: _TITLE_OR_NUMBER * len(match[0]), text)


_DONE = re.compile(
    r"(?<![为除到罢忘免得不])了(?!解|结|却|如|望|不起|[^,。;]{0,12}(?:基础上|之后|以后|的同时))"
    r"|(?<!业)已(?:经|于|在|全部|全面|基本|圆满|顺利|完成|召开|印发|下发|结束|举办|开展|制定|形成|收到|组织|启动|成立|建成|发放|举行|报送|上报|有\d)(?![^,。;]{1,8}的(?!通知|基础))"
    r"|(?:召开|举办|开展|组织|进行|参加)过|荣获|获评|获得|被评为|评为|被授予|共(?:收到|征求|征集|计|查摆|整改|完成|召开|开展|有|走访|慰问|发放|梳理)|累计(?!不)|先后"
    r"|取得(?:了|较|良|显|明|圆)|受到(?:好评|表彰)|圆满|共[^,。;]{0,6}■|率(?:为|达|是)|近■+[次个人]?|\d+万?[多余][名人个家次件场]|顺利(?:完成|通过)|喜获|曾"
)
_DONE_BEFORE = re.compile(
    r"(?:早在|曾于?|曾在|已于|已在|已经在?于?|早已|回顾|截至|截止到?|自从)$"
)
_SINCE = re.compile(r"\"?(?:份|以|年)?(?:以来|至今|来,|迄今)")
_PLANNED = re.compile(
    r"(?:(?<![主必重纲简摘需])要(?!求|点|闻)|应(?:当|该|于|在)?|(?<!必)须|需要?|拟(?!订)|计划|务必|力争|确保|争取|请|将(?:于|在|召|开展|组|举|进|启|对)|预计|必须)"
)
_NAMED_PAPER = re.compile(
    r"[^,。;]{0,14}?(?:(?:下发|印发|发布|颁布|召开|通过|举行|发出|公布|出台|签订|制定)的(?!准备)|(?:会议|全会|大会|座谈会|文件|讲话|通知|批示|决定)(?:的)?(?:精神|要求|部署|讲话|规定|决议)|(?:印发|发布|公布)$)"
)
_QUOTING = re.compile(
    r"(?:根据|按照|依据|落实|贯彻|传达|学习|对照|结合|参照|执行|按)[^,。;]{0,12}$"
)
_COUNTED = re.compile(
    r"[^。;]{0,30}?(?:走访|慰问|发放|捐款|募集|培训|评选|办理|接待|受理|晋升|发展)[^。;,]{0,14}?(?:\d|■)"
)


def _is_past(text: str, found: Found, context: Context) -> bool:
    """Whether the phrase looks back or only names an earlier paper."""
    before = re.split(r"[,]", text[: found.start])[-1]
    after = re.split(r"[。;!?\n]", text[found.end :], maxsplit=1)[0]
    clause = after.split(",", 1)[0]
    if _is_earlier_year(found, context.reference) or _LABEL.match(after):
        return True
    if _SINCE.match(after) or (re.search(r"自[^,]*$", before) and "以来" in clause):
        return True
    if _NAMED_PAPER.match(after) and (
        _QUOTING.search(before) or not isinstance(found.phrase, Vague)
    ):
        if _QUOTING.search(before) or re.match(
            r"[^,。;]{0,14}?(?:印发|下发|发布|颁布|召开|通过|举行|发出|公布|出台|签订)的(?!准备|筹备|各项)",
            after,
        ):
            return True
        if clause in ("印发", "发布", "公布"):
            return True
    done = _DONE.search(after)
    strict = isinstance(found.phrase, Dated) and found.phrase.tail in ("by", "within", "eve")
    if _DONE_BEFORE.search(before) and (
        not before.endswith(("截至", "截止", "截止到")) or done
    ):
        return True
    if done is None:
        return bool(_COUNTED.match(after)) and _is_during(found) and not _PLANNED.search(after)
    reach = clause if strict else after
    done = _DONE.search(reach)
    return (
        done is not None
        and not _PLANNED.search(before)
        and not _PLANNED.search(reach[: done.start()])
    )


_LABEL = re.compile(
    r"(?:之?前|以前|之后|以后)?出生|参加工作|入党|入职|\"?[^,。;]{0,8}为契机|[^,。;]{0,10}?(?:讨论|审议|表决)?通过\)?$|\"?[^,。;]{0,8}刊登"
)
"""After these a date says who or which, not when something is to be done."""


def _is_during(found: Found) -> bool:
    return isinstance(found.phrase, Dated) and found.phrase.tail == "during"


def _is_earlier_year(found: Found, when: Reference) -> bool:
    """A year before the document's, written out."""
    if not isinstance(found.phrase, Dated):
        return False
    moments = [found.phrase.last or found.phrase.first, *found.phrase.several]
    return all(_earlier(moment, when) for moment in moments)


def _earlier(moment: Moment, when: Reference) -> bool:
    match moment.what:
        case InMonth(shift=int(shift)) | InWeek(shift=int(shift)) if shift < 0:
            return True
        case (
            InMonth(year=Year() as year)
            | InYear(year=Year() as year)
            | Festival(year=Year() as year)
            | Lunar(year=Year() as year)
        ):
            if year.number is None:
                return year.shift < 0
            return when.year is not None and year.number < when.year
        case _:
            return False


def as_json(id: object, answer: Answer) -> dict[str, object]:
    """The answer as a line of JSON says it: id, start, end and kind always, the rest where there is something to say."""
    line: dict[str, object] = {
        "id": id,
        "start": _iso(answer.start),
        "end": _iso(answer.end),
        "kind": answer.kind,
    }
    if answer.kind == "relative" or answer.relative_to is not None:
        line["relative_to"] = answer.relative_to
        line["offset_days"] = answer.offset_days
    optional: dict[str, object] = {
        "confirm": answer.confirm,
        "why": answer.why,
        "suggest": as_days(answer.suggest),
        "alt_end": _iso(answer.alt_end),
        "time": answer.time,
        "rrule": answer.rrule,
        "next": _iso(answer.next),
        "direction": answer.direction,
        "workdays": answer.workdays,
        "also": [
            {k: v for k, v in as_json(None, other).items() if k != "id"}
            for other in answer.also
        ],
    }
    return line | {key: value for key, value in optional.items() if value}


def as_days(days: tuple[date, date] | None) -> str | None:
    """A day, or `start/end`, as ISO 8601 writes them."""
    if days is None:
        return None
    start, end = days
    return start.isoformat() if start == end else f"{start.isoformat()}/{end.isoformat()}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
