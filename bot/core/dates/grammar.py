"""How plan documents write dates, as data: moments, what may stand around them, and the phrases they make.

    phrase   := relative | recurring | vague | dated
    dated    := [lead] moment [connector moment] [tail]
    moment   := [year] (month [piece] | quarter | half | year's end | festival | week day | lunar day | term) [weekday] [time]
    piece    := day | 上旬 中旬 下旬 (and joined ones) | 底 | 初 | 中 | 上半月 下半月 | 第二个周三
    connector:= - 至 到 | 、 和 及 (several) | 或 (a choice nobody has made)
    lead     := 自 从 (a beginning) | 至 到 截至 最迟 不迟于 (an end) | 于 在
    tail     := 前 (an end, or before) | 内 | 起 | 前夕 | 期间 | 后 | 左右 | 止

The rules are those of the genre: 上旬 is the 1st to the 10th, 中旬 the 11th to the 20th, 下旬 the 21st to the month's
end; figures may be Arabic, full-width or Chinese. This module only reads; what a phrase means in days is `resolve`.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.core.dates.numerals import NUMERALS, number

N = rf"(?:\d{{1,2}}|[{NUMERALS}]{{1,3}})"
MONDAY_FIRST = "一二三四五六日"


# What a moment is made of


@dataclass(frozen=True, slots=True)
class Year:
    """A year as written: a number, or so many years from the document's own."""

    number: int | None = None
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month."""

    day: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days of a month; `last` 0 is its end."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class End:
    """底, 末: the last day."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of it."""


@dataclass(frozen=True, slots=True)
class Loose:
    """初, 中, 第一周: a part whose bounds nobody defined. Around these days, for a suggestion."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Nth:
    """第二个周三, 最后一个工作日: `which` counts from 1, -1 is the last; `weekday` 0 is Monday, None a working day."""

    which: int
    weekday: int | None


Piece = Day | Stretch | End | Whole | Loose | Nth


@dataclass(frozen=True, slots=True)
class InMonth:
    """A part of a month. `month` None: not written; `shift` 0 本月, 1 下月, -1 上月 where written so."""

    year: Year | None
    month: int | None
    piece: Piece
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class InYear:
    """Months `first` to `last` of a year, or the last day of them (`piece` End)."""

    year: Year | None
    first: int
    last: int
    piece: End | Whole | Loose


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival by its name in `FESTIVALS`."""

    year: Year | None
    name: str
    dotted: bool = False
    """Written as 7.1, which may also be the mere date."""


@dataclass(frozen=True, slots=True)
class Lunar:
    """A day of the lunar calendar; `day` 0: only the month was said."""

    year: Year | None
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class InWeek:
    """A day of a week counted from the document's own; `weekday` None is the whole week, `shift` None not written."""

    shift: int | None
    weekday: int | None


@dataclass(frozen=True, slots=True)
class FromToday:
    """So many days after the document's own date."""

    days: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something only the school knows (学期末, 暑假) or a blank left open (×月×日)."""

    why: str


What = InMonth | InYear | Festival | Lunar | InWeek | FromToday | Unclear


@dataclass(frozen=True, slots=True)
class Moment:
    """One date expression, and what is written beside it."""

    what: What
    weekday: int | None = None
    time: str | None = None


# What phrases there are

Tail = Literal["", "by", "before", "eve", "from", "after", "within", "during", "about"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment or two, with how they are meant."""

    first: Moment
    last: Moment | None = None
    tail: Tail = ""
    excluding: bool = False
    """前 was written: of a whole month or a festival the days before it are meant."""
    choice: bool = False
    """或: one of the two, nobody said which."""
    several: tuple[Moment, ...] = ()
    """Further moments of an enumeration."""
    lasting: tuple[int, str] | None = None
    """自…起，为期…: how long it goes on."""


@dataclass(frozen=True, slots=True)
class Relative:
    """So long before or after something."""

    event: str
    count: int | None
    unit: str
    direction: Literal["before", "after"]
    within: bool
    exact: bool = False
    """第三天: that day alone."""
    moment: Moment | None = None
    """Where the event itself is dated: 3月10日起5日内."""


@dataclass(frozen=True, slots=True)
class Before:
    """Before something that has no date of its own: 通报会前."""

    event: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What comes again. Days by weekday (`None` any; with a number, that one of the month), by day of month, by month."""

    frequency: Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    """(which of the month or 0, weekday)."""
    days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    place: int = 0
    """Of all these days in a month only the first (1), the last (-1) and so on; 0 all of them."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Every so often; without a rule, nobody said how often exactly."""

    rule: Rule | None
    time: str | None = None
    loose: bool = False
    """The rule names a beginning or an end chosen for a stretch of days."""


@dataclass(frozen=True, slots=True)
class Vague:
    """适时, 待定, 尽快. Weak ones are a manner of speaking rather than an open date."""

    why: str
    weak: bool = False


Phrase = Dated | Relative | Before | Recurring | Vague


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase and where it stands in the plain text."""

    start: int
    end: int
    phrase: Phrase


# Reading


class Scan:
    """A place in a text that moves on over what it has understood."""

    def __init__(self, text: str, place: int = 0) -> None:
        self.text: str = text
        self.place: int = place

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move over the pattern, if it stands here."""
        match = pattern.match(self.text, self.place)
        if match is not None:
            self.place = match.end()
        return match

    def sees(self, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern stands here."""
        return pattern.match(self.text, self.place) is not None


_YEAR = re.compile(
    rf"(?P<number>(?:19|20)\d{{2}}|[{NUMERALS}]{{4}})年度?(?:的)?|(?P<short>\d{{2}})年(?={N}月)"
    r"|(?P<word>今|本|当|明|来|次|翌|去|上|前|同)年度?(?:的)?|(?P<next>下一?)年度?"
)
_WORDS = {
    "今": 0,
    "本": 0,
    "当": 0,
    "同": 0,
    "明": 1,
    "来": 1,
    "次": 1,
    "翌": 1,
    "去": -1,
    "上": -1,
    "前": -2,
}
_NUMERIC = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?P<s>[-/.])(?P<m>\d{1,2})(?:(?P=s)(?P<d>\d{1,2}))?日?(?![\d.])"
)
_COMPACT = re.compile(r"(?P<y>20\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_DOTTED = re.compile(
    r"(?P<m>1[0-2]|0?[1-9])[./·](?P<d>3[01]|[12]\d|0?[1-9])日?"
    r"(?=\"?(?:前(?![期后列段提述置言面])|之前|以前|起|期间|当天|至|到|-|\)|截止|节|\"?[\u4e00-\u9fff]{2,10}日(?:前|当天))|\"|$|[,;。、](?![\d.]*%))(?!\.\d)"
)
_WEEKDAY_FIRST = re.compile(rf"[本这下]?(?:周|星期|礼拜)(?P<w>[{MONDAY_FIRST}天])\(")
_TWO_DAYS = re.compile(rf"(?P<a>{N})(?:-|至|到)(?P<b>{N})[日号](?!内|以内|之内|后|龄|游|线|楼)")
_CLOSING = re.compile(r"\)")
_MONTH_BESIDE = re.compile(rf"{N}月(?:份)?[上中下初]")
_AS_FESTIVAL = re.compile(r"\"?节?\"?(?=(?:之|以)?前(?![期后列段])|期间)")
_MONTH = re.compile(rf"(?P<m>{N}|元)月(?:份)?(?!龄|饼|嫂|薪|革命)")
_THIS_MONTH = re.compile(r"(?P<w>本|当|这个|下下?个?|次|上个?)月(?:份)?")
_BLANK = re.compile(
    r"(?:\d{4}|[xX×*_○□ ]{1,6})?年?[xX×*_○□]{1,6}月(?:[xX×*_○□]{1,6}[日号]|[上中下]旬|底)?|[xX×*_○□]{2,6}日(?=前)"
)
_STRETCH = re.compile(r"(?:的)?(?P<a>[上中下])(?:旬?[、和及与至到-]?(?P<b>[上中下]))?旬")
_HALF = re.compile(r"(?:的)?(?P<h>[上下])半月")
_LAST = re.compile(r"(?:的)?(?:[底末](?!线)|最后一[天日])")
_EARLY = re.compile(r"(?:的)?初(?!中|[一二三级步审选稿赛查])")
_MIDDLE = re.compile(r"中(?=前|期?$|[,。)、;至到-]|召开|完成|组织|开展|举行|进行)")
_NTH = re.compile(
    rf"(?:的)?(?:第(?P<n>{N})|(?P<l>最后一?))个?(?:(?:周|星期|礼拜)(?P<w>[{MONDAY_FIRST}天])|(?P<work>工作日))"
)
_NTH_WEEK = re.compile(rf"(?:的)?(?:第(?P<n>{N})个?|(?P<l>最后一?个?))(?:周|星期)")
_DAY = re.compile(
    rf"(?P<d>{N})(?:[日号]|(?=\.?(?:前(?!期|后)|之前|以前|起|至|到|-|[,;。)、\n]|$|\(|上午|下午|召开|举行)))(?!文件|令)"
)
_BARE_DAY = re.compile(rf"(?P<d>{N})[日号](?!文|令|楼|线|院|店|公|馆|展|机)")
_QUARTER = re.compile(r"第?(?P<q>[一二三四1-4])季度?(?P<end>[末底]|最后一天)?(?P<early>初)?")
_THREE_QUARTERS = re.compile(r"前(?P<q>[二两三23])个?季度")
_HALF_YEAR = re.compile(r"(?P<h>[上下])半年(?P<end>[末底])?")
_YEAR_END = re.compile(r"年?[底末](?!线)")
_BARE_YEAR_END = re.compile(r"(?:全|岁)?年[底末](?!线)")
_THIS_YEAR = re.compile(r"年度?(?=(?:之|以)?内(?!容))")
_YEAR_LOOSE = re.compile(
    r"年?(?:(?P<early>初(?!中|[一二三级]))|(?P<middle>中(?![小学考华国央等期共])))"
)
_BARE_YEAR_LOOSE = re.compile(r"(?P<early>年初)|(?P<middle>年中(?!国))")
_BARE_MONTH_LOOSE = re.compile(
    r"月(?:(?P<early>初)|(?P<middle>中(?!旬|国|学))|(?P<end>[底末]))"
)
_FESTIVAL_NAMES = {
    "元旦": "元旦", "新年": "元旦", "春节": "春节", "除夕": "除夕", "元宵": "元宵", "三八": "三八", "妇女节": "三八",
    "三八妇女节": "三八", "植树节": "植树节", "清明": "清明", "五一": "五一", "劳动节": "五一", "五一劳动节": "五一",
    "五一国际劳动节": "五一", "五四": "五四", "青年节": "五四", "五四青年节": "五四", "六一": "六一", "儿童节": "六一",
    "六一儿童节": "六一", "六一国际儿童节": "六一", "端午": "端午", "七一": "七一", "建党节": "七一", "党的生日": "七一",
    "七一建党节": "七一", "八一": "八一", "建军节": "八一", "八一建军节": "八一", "教师节": "教师节", "中秋": "中秋",
    "国庆": "国庆", "十一国庆": "国庆", "十一": "国庆", "重阳": "重阳", "一二九": "一二九", "一二·九": "一二九",
    "冬至": "冬至", "三八国际妇女节": "三八", "国际劳动节": "五一", "建党■": "七一", "建军■": "八一", "国庆■": "国庆",
    "新中国成立■": "国庆",
}  # fmt: skip
_FESTIVAL = re.compile(
    r"\"?(?P<f>"
    + "|".join(sorted(map(re.escape, _FESTIVAL_NAMES), key=len, reverse=True))
    + r")■*\"?(?:华诞|纪念日|节日|节)?\"?"
)
_LUNAR = re.compile(
    rf"(?:农历|阴历)(?P<m>{N}|正|腊|冬)月(?:初?(?P<d>{N})日?)?|(?P<m2>正|腊)月(?:初?(?P<d2>{N})日?)?|八月十五(?!日)|大年初(?P<d3>[{NUMERALS}])"
)
_WEEK = re.compile(
    rf"(?P<s>本|这|下下个?|下一?个?|上个?)(?:周|星期|礼拜)(?P<w>[{MONDAY_FIRST}天](?!个|次|期))?(?P<e>周?末)?"
)
_WEEKDAY = re.compile(rf"(?:周|星期|礼拜)(?P<w>[{MONDAY_FIRST}天])(?!次|年)")
_TODAY = re.compile(r"(?P<w>今[天日]|明[天日]|后天|即日|现在|目前|当前)")
_TERM = re.compile(
    r"(?:本|上|下|这|新|第[一二])?个?学期(?:期?末|初|中|开学初)|学期(?:期?末|初)|学年(?:末|底|初)"
    r"|期[末中](?=前|之前|以前|$|[,。;)])|(?:寒|暑)假(?:期间|里|中|,|$)|暑期(?!工|档|班|学校|社会)"
    r"|(?:开学|放假)(?:初|期间|时|第一周|之初)|农闲|[春秋]季?学期|(?:两会|[高中]考|会考|学业水平考试|运动会|军训)期间|节[前后](?!约|能|省)|假期(?:期间|里|中)"
    rf"|第{N}(?:教学)?周(?:周?[{MONDAY_FIRST}])?"
)
_BESIDE_WEEKDAY = re.compile(
    rf"\(?,?(?:周|星期|礼拜)(?P<w>[{MONDAY_FIRST}天])(?P<more>(?:[至、和-](?:周|星期)?[{MONDAY_FIRST}天])*)\)?"
)
_PART_OF_DAY = re.compile(
    r",?\(?(?P<p>上午|下午|中午|正午|晚上|晚|早上|早晨|早|凌晨|傍晚|全天|当天)"
)
_TIME = re.compile(
    rf"(?P<h>[01]?\d|2[0-4])[::](?P<min>[0-5]\d)|(?P<h2>\d{{1,2}}|[{NUMERALS}]{{1,3}})[点时](?:(?P<half>半)|整|(?P<min2>{N})分?)?(?!间|段|期)"
)
_UNTIL_TIME = re.compile(r"-(?:(?:[01]?\d|2[0-4])[::][0-5]\d|\d{1,2}[点时]半?)|下班|\)")
_AFTERNOON = ("下午", "晚上", "晚", "傍晚")

_MONTHS = re.compile(
    rf"(?P<a>{N})(?:月份?)?(?:-|至|到|、|和|,(?=\d{{1,2}}月))(?P<b>{N})月(?:份)?(?!{N}[日号]|[上中下底末初龄]|\d)"
)
_CONNECTOR = re.compile(
    r"(?P<to>(?:起|开始|启动)?,?(?:-{1,2}|至|到|直至|直到)|起,?至)|(?P<and>[、和及与](?:于)?|,(?=\d{1,2}[日号]))|(?P<or>或者?(?:是)?)"
)

_BEFORE = (
    r"(?:(?:以|之)?前(?!期|后|列|段|端|提|任|述|景|沿|茅|置|身|言|往|来|进|瞻|面|不久|台|三季|两季|一阶段)"
    r"|(?:为?止|截止|截至|之内|以内|(?<!年)内(?!容|部|涵|控|外|设|在|地|审|审|蒙)|为限|为截止日期?))"
)
_TAILS: tuple[tuple[Tail, re.Pattern[str]], ...] = (
    ("eve", re.compile(r"(?:的)?(?:节?前夕|前[一1][天日]|的?前夜)")),
    ("about", re.compile(r"(?:左右|前后|上下(?!半|级|联)|许(?!可|多)|附近)")),
    ("during", re.compile(r"(?:放?假?期间|假期(?!前|后)|小长假|黄金周|长假(?!前|后)|前后)")),
    ("within", re.compile(r"(?:以|之)?内(?!容|部|涵|控|外|设|在|地|审|蒙)")),
    ("by", re.compile(_BEFORE)),
    ("from", re.compile(r"(?:起(?!草|点|步|来|到)|开始|以?起,?(?=实施|施行|执行))")),
    ("after", re.compile(r"(?:节|假)?(?:以|之)?后(?!勤|备|续|进|期|台|面|三|两)")),
)  # fmt: skip
_LEADS: tuple[tuple[Tail, re.Pattern[str]], ...] = (
    ("by", re.compile(r"(?:截至|截止到?|截止(?:时间|日期)?[::为是]*|直到|(?<![从自起开始直以达收得看])到|(?<!甚|以|直|乃|起|始)至|最迟(?:于|至|到)?|最晚(?:于|至)?|不迟于|不晚于|不得?迟于|不得?晚于|不超过)$")),
    ("from", re.compile(r"(?:(?<![来])自|从|不早于)$")),
)  # fmt: skip
_AT = re.compile(r"(?:(?<![存现所])在|于|定为|定在|时间[::为是]*)\"?$")
_FOLLOWS_FESTIVAL = re.compile(
    r"(?:当[天日晚]|上午|下午|晚|$|[,。;)]|召开|举行|举办|组织|开展|节日|之际|来临|到来|至|到|-|集中|走访|前|后|期间|起|假)"
)
_FREE_DAYS = re.compile(r"(?:放假|假期|小?长假|节日|假)(?=(?:以|之)?[前后](?!期|勤|备|续))")
_DAY_NAME = re.compile(r"\"?[\u4e00-\u9fff]{2,10}?日(?=(?:之|以)?前(?!期|后)|前夕|当天)")
_CLOSED_BEFORE = re.compile(r"\)(?=(?:之|以)?前(?!期)|左右)")
_INCLUDED = re.compile(r"\((?:含|包含|包括)[^)]{0,6}\)")
_DAY_FESTIVALS = {
    (1, 1): "元旦", (3, 8): "三八", (5, 1): "五一", (5, 4): "五四", (6, 1): "六一", (7, 1): "七一", (8, 1): "八一", (10, 1): "国庆",
}  # fmt: skip
"""Days that are festivals when written with a dot: 7.1, 3·8."""
_DONE_BY = re.compile(
    r"(?:前)?(?:要|将|应)?(?:基本|全面|全部|正式|如期)?(?:完成|结束|截止|告一段落|收官)"
)
_LASTING = re.compile(
    rf"[^。;\n]{{0,10}}?,?(?:为期|历时|持续|利用|时间为?|共)约?(?P<n>{N}|半)(?P<half>个半)?个?(?P<u>工作日|天|日|周|星期|月|年)(?:左右)?(?:的?时间)?"
)


def read_moment(scan: Scan, *, short: bool = False) -> Moment | None:
    """The moment that stands here, if any. `short`: the second of a range, where bare words like 月底 are enough."""
    start = scan.place
    what = _what(scan, short=short)
    if what is None:
        scan.place = start
        return None
    return _beside(scan, what)


def _what(scan: Scan, *, short: bool) -> What | None:
    if scan.take(_BLANK):
        return Unclear("blank")
    if scan.sees(_NUMERIC) or scan.sees(_COMPACT):
        match = scan.take(_NUMERIC) or scan.take(_COMPACT)
        if match is not None:
            day = match["d"]
            return InMonth(
                Year(int(match["y"])), int(match["m"]), Day(int(day)) if day else Whole()
            )
    term = scan.take(_TERM)
    if term is not None:
        scan.place -= term[0].endswith(",")
        return Unclear("term")
    lunar = scan.take(_LUNAR)
    if lunar is not None:
        return _lunar(lunar, None)
    year = _year(scan)
    if year is not None:
        lunar = scan.take(_LUNAR)
        if lunar is not None:
            return _lunar(lunar, year)
    return (
        _in_month(scan, year, short=short)
        or _in_year(scan, year)
        or _other(scan, year, short=short)
    )


def _year(scan: Scan) -> Year | None:
    match = scan.take(_YEAR)
    if match is None:
        return None
    if match["word"]:
        return Year(shift=_WORDS[match["word"]])
    if match["next"]:
        return Year(shift=1)
    value = number(match["number"] or match["short"])
    if value is None:
        return None
    return Year(value if value > 100 else 2000 + value)


def _lunar(match: re.Match[str], year: Year | None) -> What:
    if match[0] == "八月十五":
        return Lunar(year, 8, 15)
    if match["d3"]:
        return Lunar(year, 1, number(match["d3"]) or 0)
    word = match["m"] or match["m2"]
    month = {"正": 1, "腊": 12, "冬": 11}.get(word) or number(word) or 0
    day = match["d"] or match["d2"]
    return Lunar(year, month, (number(day) or 0) if day else 0)


def _in_month(scan: Scan, year: Year | None, *, short: bool) -> What | None:
    this = scan.take(_THIS_MONTH)
    if this is not None:
        shift = {"本": 0, "当": 0, "这": 0, "下": 1, "次": 1, "上": -1}[this["w"][0]] + this[
            "w"
        ].startswith("下下")
        return InMonth(year, None, read_piece(scan) or Whole(), shift)
    match = scan.take(_MONTH)
    if match is not None:
        month = 1 if match["m"] == "元" else number(match["m"])
        return InMonth(year, month, read_piece(scan) or Whole()) if month is not None else None
    dotted = scan.take(_DOTTED) if year is None else None
    if dotted is not None:
        day = int(dotted["m"]), int(dotted["d"])
        if day in _DAY_FESTIVALS and scan.take(_AS_FESTIVAL):
            return Festival(None, _DAY_FESTIVALS[day], dotted="." in dotted[0])
        return InMonth(None, int(dotted["m"]), Day(int(dotted["d"])))
    loose = scan.take(_BARE_MONTH_LOOSE)
    if loose is not None:
        piece: Piece = (
            End() if loose["end"] else Loose(1, 10) if loose["early"] else Loose(11, 20)
        )
        return InMonth(year, None, piece)
    for pattern in (_STRETCH, _HALF):
        if scan.sees(pattern):
            piece = read_piece(scan) or Whole()
            return InMonth(year, None, piece)
    day = scan.take(_BARE_DAY) or (scan.take(_DAY) if short else None)
    if day is not None:
        return InMonth(year, None, Day(number(day["d"]) or 0))
    return None


def read_piece(scan: Scan) -> Piece | None:
    """What part of a month is meant, after the month."""
    match = scan.take(_STRETCH)
    if match is not None:
        order = "上中下"
        first, last = order.index(match["a"]), order.index(match["b"] or match["a"])
        first, last = min(first, last), max(first, last)
        if scan.sees(_LAST) and not match["b"]:
            _ = scan.take(_LAST)
            return Day((10, 20, 0)[last]) if last < 2 else End()
        return Stretch((1, 11, 21)[first], (10, 20, 0)[last])
    half = scan.take(_HALF)
    if half is not None:
        return Stretch(1, 15) if half["h"] == "上" else Stretch(16, 0)
    nth = scan.take(_NTH)
    if nth is not None:
        which = -1 if nth["l"] else number(nth["n"]) or 0
        return Nth(which, None if nth["work"] else weekday(nth["w"]))
    week = scan.take(_NTH_WEEK)
    if week is not None:
        which = -1 if week["l"] else number(week["n"]) or 1
        return Loose(25, 31) if which == -1 else Loose(7 * which - 6, 7 * which)
    if scan.take(_LAST):
        return End()
    if scan.take(_EARLY):
        return Loose(1, 10)
    day = scan.take(_DAY)
    if day is not None:
        return Day(number(day["d"]) or 0)
    if scan.take(_MIDDLE):
        return Loose(11, 20)
    return None


def _in_year(scan: Scan, year: Year | None) -> What | None:
    match = scan.take(_THREE_QUARTERS)
    if match is not None:
        return InYear(year, 1, 3 * (number(match["q"]) or 3), Whole())
    match = scan.take(_QUARTER)
    if match is not None:
        last = 3 * (number(match["q"]) or 1)
        if match["early"]:
            return InYear(year, last - 2, last - 2, Loose(1, 10))
        return InYear(year, last - 2, last, End() if match["end"] else Whole())
    match = scan.take(_HALF_YEAR)
    if match is not None:
        first = 1 if match["h"] == "上" else 7
        return InYear(year, first, first + 5, End() if match["end"] else Whole())
    if scan.take(_YEAR_END if year else _BARE_YEAR_END):
        return InYear(year, 1, 12, End())
    if year is None and scan.take(_THIS_YEAR):
        return InYear(None, 1, 12, Whole())
    match = scan.take(_YEAR_LOOSE if year else _BARE_YEAR_LOOSE)
    if match is not None:
        month = 1 if match["early"] else 6
        return InYear(year, month, month, Loose(1, 31))
    return None


def _other(scan: Scan, year: Year | None, *, short: bool) -> What | None:
    match = scan.take(_FESTIVAL)
    if match is not None:
        return Festival(year, _FESTIVAL_NAMES[match["f"]])
    if year is not None:
        return InYear(year, 1, 12, Whole())
    match = scan.take(_WEEK)
    if match is not None:
        word = match["s"]
        shift = (
            -1
            if word.startswith("上")
            else 2
            if word.startswith("下下")
            else 1
            if word.startswith("下")
            else 0
        )
        return InWeek(shift, weekday(match["w"]) if match["w"] else 4 if match["e"] else None)
    match = scan.take(_WEEKDAY)
    if match is not None:
        return InWeek(None, weekday(match["w"]))
    match = scan.take(_TODAY)
    if match is not None and (
        short or match["w"] not in ("现在", "目前", "当前") or scan.sees(_CONNECTOR)
    ):
        return FromToday({"明": 1, "后": 2}.get(match["w"][0], 0))
    return None


def _beside(scan: Scan, what: What) -> Moment:
    """The weekday and the time written beside a date."""
    day: int | None = None
    if not isinstance(what, InWeek) and scan.sees(_BESIDE_WEEKDAY):
        start = scan.place
        match = scan.take(_BESIDE_WEEKDAY)
        if match is not None:
            day = None if match["more"] else weekday(match["w"])
            if match[0].startswith(",") or (
                isinstance(what, InMonth) and not isinstance(what.piece, Day | Nth)
            ):
                day, scan.place = None, start
    return Moment(what, day, read_time(scan))


def read_time(scan: Scan) -> str | None:
    """The time of day that stands here, HH:MM; parts of a day without a figure are passed over."""
    start = scan.place
    part = scan.take(_PART_OF_DAY)
    match = scan.take(_TIME)
    if match is None:
        if part is not None and part[0][0] in ",(":
            scan.place = start
        _ = (
            scan.take(_UNTIL_TIME)
            if part is not None and scan.text.startswith("下班", scan.place)
            else None
        )
        if part is None and scan.text.startswith("下班前", scan.place):
            scan.place += 2
        return (
            "12:00"
            if part is not None
            and part["p"] in ("中午", "正午")
            and scan.text.startswith("前", scan.place)
            else None
        )
    hour = number(match["h"] or match["h2"]) or 0
    minute = 30 if match["half"] else number(match["min"] or match["min2"] or "0") or 0
    if part is not None and part["p"] in _AFTERNOON and hour < 12:
        hour += 12
    elif part is not None and part["p"] in ("晚上", "晚") and hour == 12:
        hour = 24
    if hour > 24 or minute > 59:
        scan.place = start
        return None
    while scan.take(_UNTIL_TIME):
        pass
    return f"{hour:02}:{minute:02}"


def weekday(word: str) -> int:
    """0 for 一 to 6 for 日 and 天."""
    return 6 if word == "天" else MONDAY_FIRST.index(word)


def read_dated(text: str, place: int) -> Found | None:
    """The dated phrase that begins at `place`, if one does."""
    if not _may_begin(text, place):
        return None
    scan = Scan(text, place)
    phrase = _months(scan) or _days(scan) or _moments(scan)
    if phrase is None:
        return None
    phrase = _tailed(scan, phrase, place)
    return Found(place, scan.place, phrase) if phrase is not None else None


_LIST_NUMBER = re.compile(r"(?:^|(?<=\n))\d{1,2}\.$")
_MONTH_FIGURE = re.compile(r"\d{1,2}月")
_IN_TIME = re.compile(r"\d:$")


def _may_begin(text: str, place: int) -> bool:
    """Not in the middle of a number, a version, a sum or a name."""
    before, here = text[place - 1 : place], text[place]
    if _LIST_NUMBER.search(text, max(0, place - 4), place):
        return _MONTH_FIGURE.match(text, place) is not None
    if here.isdigit():
        return not before or not (
            before.isdigit()
            or before in NUMERALS + "./第〔"
            or (before.isascii() and before.isalpha())
            or _IN_TIME.search(text, max(0, place - 3), place)
        )
    if here in NUMERALS:
        return not before or not (before.isdigit() or before in NUMERALS + "第")
    if here == "节":
        return not before or before in ",.;:。、(\n在于"
    if here in "年月季":
        return not before or not (
            before.isdigit() or before in NUMERALS + "每近多半整几全周个■岁学壮青少老往历当"
        )
    return True


def _months(scan: Scan) -> Dated | None:
    """3-4月, 3月和4月: whole months, the first perhaps without its 月."""
    start = scan.place
    year = _year(scan)
    match = scan.take(_MONTHS)
    if match is None:
        scan.place = start
        return None
    first, last = number(match["a"]), number(match["b"])
    listed = any(c in match[0] for c in "、和,")
    if first is None or last is None or (listed and last != first + 1):
        scan.place = start
        return None
    return Dated(Moment(InMonth(year, first, Whole())), Moment(InMonth(None, last, Whole())))


def _days(scan: Scan) -> Dated | None:
    """25-28日: two days, their month not written."""
    match = _TWO_DAYS.match(scan.text, scan.place)
    if match is None:
        return None
    first, last = number(match["a"]), number(match["b"])
    if first is None or last is None or not 0 < first < last <= 31:
        return None
    scan.place = match.end()
    return Dated(
        Moment(InMonth(None, None, Day(first))),
        Moment(InMonth(None, None, Day(last)), time=read_time(scan)),
    )


def _moments(scan: Scan) -> Dated | None:
    first = _weekday_first(scan) or read_moment(scan)
    if first is None:
        return None
    phrase = Dated(first)
    while True:
        start = scan.place
        if phrase.last is None and not phrase.several:
            joined = _finished(scan, phrase)
            if joined is not None:
                return joined
        beside = _beside_month(scan, phrase)
        if beside is not None:
            return beside
        connector = scan.take(_CONNECTOR)
        next_ = read_moment(scan, short=True) if connector is not None else None
        if connector is None or next_ is None or not _joins(phrase.last or phrase.first, next_):
            scan.place = start
            return phrase
        if connector["or"]:
            return replace(phrase, last=next_, choice=True)
        if connector["to"] and phrase.last is None and not phrase.several:
            phrase = replace(phrase, last=next_)
        elif connector["and"] and phrase.last is None:
            phrase = replace(phrase, several=(*phrase.several, next_))
        else:
            scan.place = start
            return phrase


def _weekday_first(scan: Scan) -> Moment | None:
    """周五(3月21日): the date in brackets, the weekday before it."""
    start = scan.place
    match = scan.take(_WEEKDAY_FIRST)
    if match is not None:
        moment = read_moment(scan)
        if moment is not None and isinstance(moment.what, InMonth) and scan.take(_CLOSING):
            return replace(moment, weekday=weekday(match["w"]))
    scan.place = start
    return None


def _beside_month(scan: Scan, phrase: Dated) -> Dated | None:
    """3月下旬4月上旬 is a range whose dash was saved; 3月底4月初 is nobody's date."""
    start = scan.place
    if not scan.sees(_MONTH_BESIDE) or phrase.last is not None or phrase.several:
        return None
    last = read_moment(scan)
    match phrase.first.what, last.what if last is not None else None:
        case InMonth(piece=Stretch() | Whole()), InMonth(piece=Stretch()):
            return replace(phrase, last=last)
        case InMonth(piece=End() | Loose() | Stretch()), InMonth(piece=Loose() | Stretch()):
            return replace(phrase, last=last, choice=True)
        case _:
            scan.place = start
            return None


def _joins(first: Moment, second: Moment) -> bool:
    """A bare weekday or a whole year is no partner of a dated moment."""
    match second.what:
        case InWeek(shift=None):
            return isinstance(first.what, InWeek)
        case _:
            return True


_SPAN_ENDS = re.compile(r"起|开始|启动")


def _finished(scan: Scan, phrase: Dated) -> Dated | None:
    """自2月开始，9月基本完成: a beginning and, after a comma, the end of the same thing."""
    lead = scan.text[: scan.place]
    start = scan.place
    if not scan.take(_SPAN_ENDS):
        return None
    began = re.search(r"(?:自|从)[^,。;\n]*$", lead) is not None
    match = re.compile(r"[^,。;\n]{0,12},").match(scan.text, scan.place)
    if began and match is not None:
        scan.place = match.end()
        _ = scan.take(re.compile(r"(?:到|至|于|计划|预计)+"))
        last = read_moment(scan)
        if last is not None and scan.take(_DONE_BY):
            return replace(phrase, last=last)
    scan.place = start
    return None


def _tailed(scan: Scan, phrase: Dated, place: int) -> Dated | None:
    """What follows and what leads decide how the moment is meant."""
    lead = _lead(scan.text, place)
    _ = scan.take(_INCLUDED) or (_names_a_day(phrase) and scan.take(_DAY_NAME))
    if scan.text[place - 1 : place] == "(":
        _ = scan.take(_CLOSED_BEFORE)
    tail: Tail = ""
    excluding = False
    if isinstance(phrase.first.what, Festival):
        _ = scan.take(_FREE_DAYS)
    if scan.text.startswith('"', scan.place) and scan.text[place : scan.place].count('"') % 2:
        scan.place += 1
    for name, pattern in _TAILS:
        match = scan.take(pattern)
        if match is not None:
            tail, excluding = name, "前" in match[0]
            break
    if tail == "from" and phrase.last is None and not phrase.several:
        match = _LASTING.match(scan.text, scan.place)
        if match is not None:
            scan.place = match.end()
            count = 0 if match["n"] == "半" else number(match["n"]) or 0
            if count:
                phrase = replace(phrase, lasting=(count, match["u"]))
    if phrase.last is not None and tail == "by":
        tail = ""
    if not tail and phrase.last is None:
        tail = lead
    if isinstance(phrase.first.what, Festival) and not _meant(scan, phrase, tail, place):
        return None
    if isinstance(phrase.first.what, InYear) and not _year_is_meant(phrase, tail):
        return None
    if isinstance(phrase.first.what, InMonth) and not _bare_day_is_meant(
        scan, phrase, tail, place
    ):
        return None
    if (
        isinstance(phrase.first.what, InWeek)
        and phrase.first.what.shift is None
        and not tail
        and phrase.last is None
    ) and (
        not _AT.search(scan.text, 0, place)
        and scan.text[place : scan.place] != scan.text
        and phrase.first.time is None
    ):
        return None
    return replace(phrase, tail=tail, excluding=excluding)


def _names_a_day(phrase: Dated) -> bool:
    """6月26日国际禁毒日前: the day has a name beside its date."""
    match phrase:
        case Dated(first=Moment(what=InMonth(piece=Day(), month=int())), last=None):
            return True
        case _:
            return False


def _lead(text: str, place: int) -> Tail:
    for name, pattern in _LEADS:
        if pattern.search(text, max(0, place - 8), place):
            return name
    return ""


def _meant(scan: Scan, phrase: Dated, tail: Tail, place: int) -> bool:
    """A festival is a date where it is used as one, not where it names a school, a prize or a show."""
    if tail or phrase.last is not None:
        return True
    what = phrase.first.what
    alone = scan.text.strip('"。,') == scan.text[place : scan.place].strip('"。,')
    dated = isinstance(what, Festival) and what.year is not None
    led = _AT.search(scan.text, 0, place) is not None or dated
    return alone or (led and scan.sees(_FOLLOWS_FESTIVAL))


def _year_is_meant(phrase: Dated, tail: Tail) -> bool:
    """A whole year alone is a label, not a date."""
    match phrase.first.what:
        case InYear(first=1, last=12, piece=Whole()):
            return tail in ("by", "within", "before") or (
                phrase.last is not None and not isinstance(phrase.last.what, InYear)
            )
        case _:
            return True


def _bare_day_is_meant(scan: Scan, phrase: Dated, tail: Tail, place: int) -> bool:
    """15日 without a month is a date only where something makes it one: 15日前, 于15日, 10日至15日."""
    match phrase.first.what:
        case InMonth(month=None, shift=None, piece=Day()):
            if tail == "within" or tail == "after":
                return False
            if tail or phrase.last is not None or phrase.first.time is not None:
                return True
            alone = scan.text.strip() == scan.text[place : scan.place]
            return alone or _AT.search(scan.text, 0, place) is not None
        case _:
            return True
