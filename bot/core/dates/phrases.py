"""The phrases that are no plain dates: what comes again, what hangs on something else, what nobody fixed yet.

recurring := 每 (天 | 工作日 | [N] 周 [五] | [N] 月 [piece] | 季度 [末] | 年 [month] | 学期) | 一月一次 | 按月 …
relative  := event (后 | 起) N unit [内] | event 前 N unit [内] | event (当天 | 次日) | N unit 内
before    := event 前
vague     := 适时 择日 待定 …
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, assert_never

from bot.core.dates.grammar import (
    MONDAY_FIRST,
    Before,
    Dated,
    Day,
    End,
    Found,
    Loose,
    Moment,
    N,
    Nth,
    Recurring,
    Relative,
    Rule,
    Scan,
    Stretch,
    Vague,
    Whole,
    read_dated,
    read_piece,
    read_time,
    weekday,
)
from bot.core.dates.numerals import number

_UNIT = r"(?P<u>个?工作日|天|日(?!程|常|报)|个?(?:星期|礼拜)|周(?!年|期|边|岁)|个月(?!份|度|考)|个?小时)"
_COUNT = rf"(?P<n>{N}|半)(?P<half>个半)?"
_WITHIN = r"(?P<in>之内|以内|内)"
_TIME = re.compile(
    r"(?P<p>上午|下午|晚上?)?(?:(?P<h>[01]?\d|2[0-4])[::](?P<m>[0-5]\d)|(?P<h2>\d{1,2})[点时](?P<half>半)?)"
)

_MEETING = (
    r"(?:会议|大会|全会|年会|例会|现场会|推进会|座谈会|会(?!计|员|场|务|址)|活动|培训|考试|高考|中考|会考|检查|督查|验收|评议|评估|考核|"
    r"公示|公示期|调研|竞赛|比赛|典礼|仪式|[艺科读体]\w节|选举|换届|结束|开始|启动|开学|放假|报到|毕业|开班|寒假|暑假|假期|新学期|学期|期满|终了)"
)
_AFTER = re.compile(
    rf"(?:(?:之日)?(?:起|开始)|(?:以|之)?(?<![今此先前落然随最其善往午身背])后|次日起|之日)(?:的|算起|计算)?,?(?:第)?(?:不超过|最多)?{_COUNT}{_UNIT}{_WITHIN}?"
)
_AHEAD = re.compile(
    rf"(?:(?:以|之)?(?<![提目此先从空])前)(?:的|至少|不少于)?{_COUNT}{_UNIT}{_WITHIN}?"
)
_ALONE = re.compile(rf"{_COUNT}{_UNIT}{_WITHIN}(?!容|部)")
_LATER = re.compile(rf"{_COUNT}{_UNIT}(?:之|以)?后(?!勤|备|续|进|期|台)")
_SINCE = re.compile(
    r"(?:结束|通知书?|召开|下发|印发|收到|期满|发布|公布|批准|受理|开学|会议|大会|生活会)$"
)
_LONGEST_EVENT = 40
_CONSENT = re.compile(r"(?:同意|批准|审核|审定|审阅)$")
"""After such a word 后 is a condition, not a time."""
_EARLIER = re.compile(rf"提前(?:至少|不少于)?{_COUNT}{_UNIT}(?!完成)")
_SAME_DAY = re.compile(
    rf"(?P<e>{_MEETING}|召开|举行)(?:(?:之|以)?后的?(?=次日|第二天|翌日))?(?:(?P<same>当[天日晚])|(?P<next>次日|第二天|翌日|隔天))"
)
_AFTERWARDS = re.compile(
    rf"(?P<e>{_MEETING})(?:(?:以|之)?后(?!勤|备|续|进|期|台|面|三|两|次日|第二天|翌日|第?{N}(?:个|天|日|周|月|工))|(?<=结束)时)"
)
_BEFOREHAND = re.compile(
    rf"(?P<e>{_MEETING}|召开|举行)(?:(?:以|之)?前(?!期|后|列|段|端|提|任|述|面|台|夕|的?{N}(?:个|天|日|周|月|工)))"
)
_NOT_ALONE = re.compile(
    r"(?:近|连续|在|每|满|过去|最近|未来|前|头|任期|不足|超过|累计|第|不少于|至少|最近|这|[\d.])$"
)

_EVENT_STARTS = re.compile(
    r".*(?:(?<![存现所实正好内])在|(?<!关|对|由|基|属|处|勇|善|敢|便|利|等|大|小)于|自(?!查|评|学|我|选|身|觉|主|愿)|从(?!事|严)|待|(?<![收接得达看听直])到|须|(?<![必主重纲需])要(?!求|点)|应(?!急|用)|由|将)"
)
_EVENT_TRIM = re.compile(
    r"(?:召开|举行|举办|开完)$|^(?:并|且|则|请|各|经|如|及|和)+(?=.{2})|^[\"()]+"
)

_WEEKDAYS = re.compile(
    rf"(?P<a>[{MONDAY_FIRST}天])(?![次报测练考评查课歌星题文书主小](?!送|到|名|备))"
    rf"(?P<to>[至到-](?:周|星期)?(?P<b>[{MONDAY_FIRST}天]))?(?P<more>(?:[、和及,](?:每?周|星期)?[{MONDAY_FIRST}天](?!次))*)"
)
_EVERY_DAY = re.compile(r"(?:每个?(?P<w>工作日)|(?:每|逐)[天日](?!常)|天天)")
_EVERY_WEEK = re.compile(
    rf"每[隔逢]?(?P<n>{N}(?=个?(?:周|星期))|双|单)?个?(?:周|星期|礼拜)(?!年|期)(?:的)?|(?P<other>隔周(?:周|的周)?|逢?[单双]周周?)|(?P<by>(?:按|逐|分)周)"
)
_EVERY_MONTH = re.compile(
    rf"每(?:隔)?(?:(?P<n>{N})个)?个?月(?:度)?(?:的)?|(?P<by>(?:按|逐|分)月(?:度)?|月月)"
)
_EVERY_QUARTER = re.compile(r"每个?季度?(?!节)(?:的)?|(?P<by>按季度?|逐季度?)")
_EVERY_YEAR = re.compile(
    r"每(?P<half>半)?年(?:的)?(?!级|轻|龄)|(?P<by>逐年|按年度?)(?!提|增|下|减|递)"
)
_EVERY_TERM = re.compile(r"每个?(?:学期|学年|期末|届)(?:初|末)?")
_ONE_A = re.compile(
    r"(?P<n>[一两二半三])个?(?P<u>周|月|季度?|年|学期|日|天)(?:一|1)(?:次|报|汇总|调度|通报|会商|督查|例会|研判|总结|主题|讲评)"
)
_DEAL = re.compile(
    r"[^。;,\n]{0,12}(?:报|汇总|召开|开展|组织|统计|通报|调度|检查|公布|公示|更新|上传|一次)"
)
_QUARTER_MONTH = re.compile(rf"(?:(?P<l>最后|末)一?个?月|第(?P<n>{N})个?月|(?P<f>首)月)")
_A_DAY = re.compile(rf"{N}[日号]")
_QUARTER_END = re.compile(r"[末底]")
_BEFORE_TAIL = re.compile(r"(?:(?:以|之)?前(?!期|后)|截止|止)")
_QUOTA = re.compile(
    r"[^。;\n,]{0,24}?(?:不少于|不低于|不超过|至少|不得少于|不多于|累计|人均|投入|补助|补贴|发放)[^。;\n,]{0,8}?(?:■|[一二三四五六七八九十\d]+"
    r"(?:篇|小时|学时|课时|节|天|万|元|分钟|人|名|%|件|条|本|字|个(?!月)))"
)

_VAGUE = re.compile(
    r"(?P<strong>适时|择[日期机](?=.)|另行(?:通知|安排|确定|公布|部署)|另定|待定|待(?:后)?通知|时间未定|(?:时间|日期)(?:根据|视|以)[^,。;]{0,12}(?:确定|而定|为准|安排)|条件成熟(?:时|后)|时机成熟)"
    r"|(?P<weak>尽[快早](?!地?了)|及早|近期(?!目标|工作回顾)|近日(?!来)|不久|日内(?!瓦)|抓紧时间|定期|不定期|届时|有计划地|合适时间|适当时[候间机]|年度内)"
)


def other_phrases(text: str) -> Iterator[Found]:
    """The recurring, relative and vague phrases of a text, in no order."""
    yield from _recurring(text)
    yield from _relative(text)
    yield from _vague(text)


# What comes again


def _recurring(text: str) -> Iterator[Found]:
    for match in re.finditer(
        r"每|逐|隔周|(?<![每隔])逢?[单双]周|按[周月季年]|分[周月]|月月|天天", text
    ):
        scan = Scan(text, match.start())
        phrase = _every(scan)
        if phrase is not None and not _QUOTA.match(text, scan.place):
            yield Found(match.start(), scan.place, phrase)
    for match in _ONE_A.finditer(text):
        yield Found(match.start(), match.end(), Recurring(_one_a(match["n"], match["u"])))


def _one_a(count: str, unit: str) -> Rule | None:
    n = 1 if count in "一半" else number(count) or 1
    match unit[0]:
        case "周":
            return Rule("WEEKLY", n)
        case "月":
            return Rule("MONTHLY", n) if count != "半" else Rule("WEEKLY", 2)
        case "季":
            return Rule("MONTHLY", 3 * n)
        case "日" | "天":
            return Rule("DAILY", n)
        case "年":
            return Rule("YEARLY", n) if count != "半" else Rule("MONTHLY", 6)
        case _:
            return None


def _every(scan: Scan) -> Recurring | None:
    match = scan.take(_EVERY_DAY)
    if match is not None:
        rule = (
            Rule("WEEKLY", weekdays=tuple((0, n) for n in range(5)))
            if match["w"]
            else Rule("DAILY")
        )
        return _timed(scan, rule)
    if scan.take(_EVERY_TERM):
        return Recurring(None)
    match = scan.take(_EVERY_WEEK)
    if match is not None:
        return _weekly(scan, match) if not match["by"] or scan.sees(_DEAL) else None
    match = scan.take(_EVERY_MONTH)
    if match is not None:
        if match["by"] and not scan.sees(_DEAL):
            return None
        return _monthly(scan, number(match["n"] or "1") or 1)
    match = scan.take(_EVERY_QUARTER)
    if match is not None:
        return _quarterly(scan) if not match["by"] or scan.sees(_DEAL) else None
    match = scan.take(_EVERY_YEAR)
    if match is not None:
        if match["by"] and not scan.sees(_DEAL):
            return None
        return _timed(scan, Rule("MONTHLY", 6)) if match["half"] else _yearly(scan)
    return None


def _weekly(scan: Scan, every: re.Match[str]) -> Recurring:
    interval = (
        2 if every["other"] or every["n"] in ("双", "单") else number(every["n"] or "1") or 1
    )
    if every[0].startswith("每隔") and every["n"]:
        interval += 1
    match = scan.take(_WEEKDAYS)
    if match is None:
        if scan.text.startswith("末", scan.place):
            scan.place += 1
            return _timed(scan, Rule("WEEKLY", interval, ((0, 5), (0, 6))))
        return _timed(scan, Rule("WEEKLY", interval))
    first = weekday(match["a"])
    days = {first}
    if match["b"]:
        days = set(range(first, weekday(match["b"]) + 1)) or {first}
    days |= {weekday(word) for word in match["more"] if word in MONDAY_FIRST + "天"}
    return _timed(scan, Rule("WEEKLY", interval, tuple((0, n) for n in sorted(days))))


def _monthly(scan: Scan, interval: int, months: tuple[int, ...] = ()) -> Recurring:
    """Each month, or each year in these months: on which days of them."""
    rule = Rule("YEARLY" if months else "MONTHLY", interval, months=months)
    piece = read_piece(scan)
    if piece is None:
        return _timed(scan, rule)
    days: list[int] = []
    while (more := scan.take(_ANOTHER_DAY)) is not None:
        days.append(number(more["d"]) or 0)
    time = read_time(scan)
    until = scan.take(_UNTIL_DAY) is not None
    before = scan.take(_BEFORE_TAIL) is not None
    match piece:
        case Day(day):
            every = (day, *days)
            if not all(1 <= n <= 31 for n in every):
                return Recurring(None)
            return Recurring(replace(rule, days=every), time, loose=until)
        case End():
            return Recurring(replace(rule, days=(-1,)), time)
        case Stretch(first, last):
            return Recurring(
                replace(rule, days=((last or -1) if before else first,)), time, loose=True
            )
        case Nth(0, _):
            return Recurring(None)
        case Nth(which, None):
            # Which days are worked only the calendar knows: Monday to Friday stand in for them.
            weekdays = tuple((0, n) for n in range(5))
            return Recurring(replace(rule, weekdays=weekdays, place=which), time, loose=True)
        case Nth(which, day):
            return Recurring(replace(rule, weekdays=((which, day),)), time)
        case Loose():
            return Recurring(rule, time, loose=True)
        case Whole():
            return Recurring(rule, time)
        case _:
            assert_never(piece)


_ANOTHER_DAY = re.compile(rf"[、和及,](?P<d>{N})[日号]")
_UNTIL_DAY = re.compile(rf"(?:-|至|到)(?:{N}[日号]|月?[底末])")


def _quarterly(scan: Scan) -> Recurring:
    match = scan.take(_QUARTER_MONTH)
    if match is None and scan.take(_QUARTER_END):
        if scan.sees(_A_DAY):
            return _monthly(scan, 1, (3, 6, 9, 12))
        _ = scan.take(_BEFORE_TAIL)
        return _timed(scan, Rule("YEARLY", days=(-1,), months=(3, 6, 9, 12)))
    if match is None:
        return _timed(scan, Rule("MONTHLY", 3))
    which = 3 if match["l"] else 1 if match["f"] else number(match["n"]) or 1
    return _monthly(scan, 1, tuple(range(which, 13, 3)))


def _yearly(scan: Scan) -> Recurring:
    months: list[int] = []
    month = re.compile(rf"(?P<m>{N})月(?:份|底|末)?[、和及,](?=\d{{1,2}}月)")
    while (match := scan.take(month)) is not None:
        months.append(number(match["m"]) or 0)
    match = scan.take(re.compile(rf"(?P<m>{N})月(?:份)?"))
    if match is None:
        if scan.take(re.compile(r"[年]?[底末]")):
            _ = scan.take(_BEFORE_TAIL)
            return Recurring(Rule("YEARLY", days=(-1,), months=(12,)))
        return _timed(scan, Rule("YEARLY"))
    months.append(number(match["m"]) or 0)
    if not all(1 <= m <= 12 for m in months):
        return Recurring(None)
    return _monthly(scan, 1, tuple(months))


def _timed(scan: Scan, rule: Rule) -> Recurring:
    match = scan.take(_TIME)
    _ = scan.take(_BEFORE_TAIL)
    if match is None:
        return Recurring(rule)
    hour = int(match["h"] or match["h2"])
    if match["p"] and match["p"] != "上午" and hour < 12:
        hour += 12
    return Recurring(rule, f"{hour:02}:{30 if match['half'] else int(match['m'] or 0):02}")


# What hangs on something else


def _relative(text: str) -> Iterator[Found]:
    yield from _counted(text, _AFTER, "after")
    yield from _counted(text, _AHEAD, "before")
    for match in _EARLIER.finditer(text):
        ahead = Relative("", *_amount(match), "before", within=False)
        yield Found(match.start(), match.end(), ahead)
    yield from _without_after(text)
    yield from _uncounted(text)


def _counted(
    text: str, pattern: re.Pattern[str], direction: Literal["before", "after"]
) -> Iterator[Found]:
    """X后10天内, X起5个工作日内, X前3天."""
    for match in pattern.finditer(text):
        event, start = _event(text, match.start())
        only_a_day = match["u"] == "日" and not match["in"] and match[0].startswith("起")
        if not event or only_a_day:
            continue
        start, moment = _dated_event(text, start, event)
        phrase = Relative(
            event,
            *_amount(match),
            direction,
            within=bool(match["in"]),
            exact="第" in match[0],
            moment=moment,
        )
        yield Found(start, match.end(), phrase)


def _without_after(text: str) -> Iterator[Found]:
    """15天内, 一周后: counted from an event named just before, or from one that another sentence names."""
    for pattern, within in ((_ALONE, True), (_LATER, False)):
        for match in pattern.finditer(text):
            if _NOT_ALONE.search(text, max(0, match.start() - 4), match.start()):
                continue
            event, start = "", match.start()
            if _SINCE.search(text, 0, match.start()):
                event, start = _event(text, match.start())
            phrase = Relative(event, *_amount(match), "after", within=within, exact=not within)
            yield Found(start, match.end(), phrase)


def _uncounted(text: str) -> Iterator[Found]:
    """会议当天, 会后次日, 民主评议结束后, 通报会前."""
    for match in _SAME_DAY.finditer(text):
        event, start = _event(text, match.end("e"))
        count = 0 if match["same"] else 1
        yield Found(
            start, match.end(), Relative(event, count, "天", "after", within=False, exact=True)
        )
    for match in _AFTERWARDS.finditer(text):
        event, start = _event(text, match.end("e"))
        count = 0 if match[0].endswith("时") else None
        if event and not _CONSENT.search(event):
            yield Found(
                start, match.end(), Relative(event, count, "天", "after", within=count is None)
            )
    for match in _BEFOREHAND.finditer(text):
        event, start = _event(text, match.end("e"))
        if event and event not in ("启动", "结束", "开始"):
            yield Found(start, match.end(), Before(event))


def _amount(match: re.Match[str]) -> tuple[int, str]:
    """How many of which unit: 天, 工作日, 周, 月."""
    unit = match["u"].removeprefix("个")
    word = match["n"]
    if word == "半":
        return (15, "天") if unit == "月" else (6, "天")
    count = number(word) or 0
    match unit:
        case "工作日":
            return count, "工作日"
        case "星期" | "礼拜" | "周":
            return count, "周"
        case "月":
            return (count, "月") if not match["half"] else (30 * count + 15, "天")
        case "小时":
            return -(-count // 24), "天"
        case _:
            return count, "天"


def _event(text: str, end: int) -> tuple[str, int]:
    """The words before `end` that name what happened, and where they begin."""
    begins = max((text.rfind(mark, 0, end) for mark in ",。;、:\n()?!"), default=-1) + 1
    start = max(begins, end - _LONGEST_EVENT)
    lead = _EVENT_STARTS.match(text, start, end)
    if lead is not None and lead.end() < end:
        start = lead.end()
    event = text[start:end]
    for _ in range(3):
        trimmed = _EVENT_TRIM.sub("", event)
        if trimmed == event:
            break
        if event.endswith(trimmed):
            start += len(event) - len(trimmed)
        event = trimmed
    return event.strip('"'), start


def _dated_event(text: str, start: int, event: str) -> tuple[int, Moment | None]:
    """Where an event carries its own date (3月10日动员会): that date, and where it begins."""
    end = start + len(event)
    for place in range(start, end):
        found = read_dated(text[:end], place)
        match found.phrase if found is not None else None:
            case Dated(first=first, last=None, tail="" | "from" | "after"):
                return place, first
            case _:
                pass
    return start, None


def _vague(text: str) -> Iterator[Found]:
    for match in _VAGUE.finditer(text):
        yield Found(match.start(), match.end(), Vague(match[0], weak=match["weak"] is not None))
