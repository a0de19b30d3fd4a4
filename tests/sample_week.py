"""A made-up week of a made-up city, whose tables were added up by hand (docs: the office's sample digest).

370 questionnaires, 522 opinions from six channels, merged into 138. Only the totals were given; the cells are
filled so that every one of them comes out, which is what the golden tests look at.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from itertools import cycle

from bot.core.digest import (
    Count,
    DaysOff,
    Desk,
    Digest,
    Letters,
    Meetings,
    Name,
    Names,
    Node,
    Notes,
    Opinion,
    Overdue,
    Past,
    Progress,
    Ratings,
    Rectification,
    Remark,
    Replies,
    Turnout,
    Urgent,
    digest_from,
)
from bot.core.messages import Redacted
from bot.core.periods import Issue, Period

ZONE = timezone(timedelta(hours=8))
FRIDAYS = [
    datetime.combine(date(2014, 3, 21) + timedelta(days=7 * n), time(15), ZONE)
    for n in range(3)
]
PERIOD = Period(opens=FRIDAYS[0], closes=FRIDAYS[1])
NEXT = Period(opens=FRIDAYS[1], closes=FRIDAYS[2])

GROUPS = (
    Name("party", "普通党员"),
    Name("staff", "群众（教辅、后勤）", "群众"),
    Name("teacher", "一线教师"),
    Name("retired", "老同志"),
    Name("outside", "党外人士"),
    Name("parent", "学生家长", "家长"),
)
UNITS = (
    Name("u01", "局机关"),
    Name("u02", "第一中学"),
    Name("u03", "第二中学"),
    Name("u04", "实验小学"),
    Name("u05", "城东小学"),
    Name("u06", "新城小学"),
    Name("u07", "城西小学"),
    Name("u08", "城南小学"),
    Name("u09", "第一幼儿园"),
    Name("u10", "第二幼儿园"),
    Name("u11", "教师发展中心"),
    Name("u12", "青少年活动中心"),
)
SMALL = tuple(unit.id for unit in UNITS[6:])
TOPICS = (
    ("fudan", "作业与课业负担", 74, 66, ("parent",)),
    ("shitang", "食堂饭菜与价格", 58, 31, ("parent", "parent", "teacher")),
    ("jianfu", "检查评比、填表过多", 52, 49, ("teacher",)),
    ("suiqian", "外来务工子女入学材料", 47, 52, ("parent",)),
    ("kehou", "课后接送与延时", 39, 44, ("parent",)),
    ("xiaoche", "校门口交通安全", 33, 18, ("parent", "parent", "staff")),
    ("zhicheng", "职称与绩效公开", 29, 30, ("teacher",)),
    ("buke", "违规补课、有偿家教", 17, 21, ("parent",)),
    ("qita", "其他", 165, 0, ("party", "retired", "outside")),
)
SIFENG = ("形式主义", "官僚主义", "享乐主义", "奢靡之风")
SIZHI = ("脱离群众", "不负责任", "懈怠自满", "铺张浪费")
NAMES = Names(
    units=UNITS,
    groups=GROUPS,
    topics=tuple(Name(code, name) for code, name, *_ in TOPICS),
    themes={"price": "食堂调价未告知"} | {f"t{n:03}": f"同类意见{n:03}" for n in range(129)},
    dimensions=("效", "怨", "症", "需", "策"),
    sifeng=SIFENG,
    sizhi=SIZHI,
    channels=("chat", "meeting", "letter", "12345", "visitor", "guide"),
)

QUOTES = {
    ("jianfu", "teacher", "怨"): "一个月光是上面来的检查就有七次，每次都要补材料，晚上备课的时间全拿去打印了。能不能几个检查并在一起来？",
    ("kehou", "parent", "需"): "我和孩子爸都在厂里上班，六点半才下班，学校四点二十放学，孩子没人接。哪怕交点钱也行，让他在学校写作业。",
    ("shitang", "parent", "怨"): "食堂的菜老是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲。",
    ("suiqian", "parent", "需"): "报名要的暂住证要满一年，我们是换了房东重新办的，日子就不够了，能不能看以前的老证。",
    ("zhicheng", "teacher", "策"): "绩效方案每年都是期末才看到。建议开学就公布，教代会先讨论，大家心里有数。",
    ("qita", "retired", "效"): "比前几年好，去局里办事有人给倒水，材料一次讲清楚了。这个要坚持。",
    ("qita", "party", "症"): "有的同志开会讲得好，下到学校转一圈、拍张照就走了，没有坐下来听过一节课。",
    ("qita", "outside", "策"): "征求意见之后怎么处理的，希望也给我们一个回音，不然下次大家就不写了。",
}  # fmt: skip


def sample_week() -> Digest:
    """The finished digest of that week."""
    return digest_from(
        opinions(),
        turnout(),
        office="江城市教育局活动领导小组办公室",
        issue=Issue(number=3, total=3),
        period=PERIOD,
        next_period=NEXT,
        moved=False,
        headcounts=headcounts(),
        names=NAMES,
        desk=DESK,
        notes=NOTES,
        past=PAST,
    )


def opinions() -> list[Opinion]:
    """522 of them."""
    channels = _spread((446, 31, 19, 7, 5, 14), NAMES.channels)
    dimensions = _spread((61, 148, 97, 131, 85), NAMES.dimensions)
    merged = _merged()
    units = cycle(unit.id for unit in UNITS)
    found: list[Opinion] = []
    for n, (topic, group, channel, dimension) in enumerate(
        zip(_topics(), _groups(), channels, _shuffled(dimensions), strict=True)
    ):
        theme, about, sifeng, sizhi, destination = merged[n]
        unit = (
            next(units)
            if topic not in _UNITS_OF
            else _UNITS_OF[topic][n % len(_UNITS_OF[topic])]
        )
        found.append(
            Opinion(
                id=f"{(n * 7919) % 522:04x}",
                round="2014-03",
                unit=["u04", "u05", "u06"][n % 3] if theme == "price" else unit,
                group=group,
                question="",
                dimension=dimension,
                choice="",
                text=Redacted(
                    QUOTES.get(
                        (topic, group, dimension), f"第{n}条意见，说的是{topic}这件事情。"
                    )
                ),
                topic=topic,
                sifeng=sifeng,
                sizhi=sizhi,
                kind="praise" if dimension == "效" else "complaint",
                about=about,
                channel=channel,
                theme=theme,
                destination=destination,
                received="2014-03-25" if channel != "chat" else "",
            )
        )
    return found


_UNITS_OF = {
    "jianfu": ["u02", "u03", "u04", "u05", "u06", "u07", "u08", "u09", "u10"],
    "suiqian": ["u04", "u05", "u06", "u07", "u08"],
}


def _topics() -> list[str]:
    """By topic; the last eight are about a leader or were handed over, whatever they speak of."""
    return [code for code, _, now, *_ in TOPICS for _ in range(now)] + ["buke"] * 8


def _groups() -> Iterator[str]:
    for code, _, now, _, groups in TOPICS:
        extra = 8 if code == "qita" else 0
        yield from (groups[n % len(groups)] for n in range(now + extra))


def _merged() -> list[tuple[str, str, tuple[str, ...], str, str]]:
    """For each opinion: theme, about, labels. 130 common themes, six leaders' matters, two handed over."""
    labels = (
        [(SIFENG[:2], "脱离群众")] * 11
        + [(SIFENG[:1], "脱离群众")] * 26
        + [(SIFENG[:1], "不负责任")] * 4
        + [(SIFENG[1:2], "不负责任")] * 22
        + [(SIFENG[2:3], "不负责任")] * 3
        + [(SIFENG[2:3], "懈怠自满")] * 6
        + [(SIFENG[3:], "铺张浪费")] * 4
        + [((), "")] * 54
    )
    destinations = _spread((71, 9, 26, 8, 16), ("known", "new", "answered", "forwarded", ""))
    common = [
        (
            "price" if n == 129 else f"t{n:03}",
            "班子" if n % 130 < 35 else "一般",
            *labels[n],
            destinations[n],
        )
        for n in range(130)
    ]
    shitang = range(74, 74 + 31)
    left = [n for n in range(514) if n not in shitang]
    of = {n: at * 129 // len(left) for at, n in enumerate(left)} | dict.fromkeys(shitang, 129)
    leaders = [("", "个人", SIFENG[:1], "脱离群众", "")] * 6
    handed = [("", "一般", (), "", "handed")] * 2
    return [common[of[n]] for n in range(514)] + leaders + handed


def _spread(numbers: Sequence[int], codes: Sequence[str]) -> list[str]:
    return [code for code, number in zip(codes, numbers, strict=True) for _ in range(number)]


def _shuffled(codes: list[str]) -> list[str]:
    return [codes[(n * 7919) % len(codes)] for n in range(len(codes))]


INVITED = (120, 980, 900, 1150, 1020, 870, 1780), (310, 240, 860, 150, 60, 5200)
NOW = (19, 61, 48, 72, 55, 44, 71), (28, 17, 96, 9, 6, 214)
BEFORE = (59, 240, 166, 330, 233, 87, 267), (143, 49, 316, 29, 23, 822)


def headcounts() -> dict[tuple[str, str], int | None]:
    """Units × groups with the sums of the sample; the small units' people are all counted in one."""
    return {
        (UNITS[unit].id, GROUPS[group].id): count for unit, group, count in _cells(*INVITED)
    } | {(unit, "parent"): 0 for unit in SMALL[1:]}


def turnout() -> list[Turnout]:
    """This week's and last week's questionnaires; the six small units were merged when the round opened."""
    weeks = ((FRIDAYS[1], NOW), (FRIDAYS[0], BEFORE))
    return [
        Turnout(
            period=closes.date(),
            units=SMALL if unit == 6 else (UNITS[unit].id,),
            group=GROUPS[group].id,
            people=count,
            submissions=count,
        )
        for closes, sums in weeks
        for unit, group, count in _cells(*sums)
    ]


def _cells(rows: Sequence[int], columns: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Cells with those sums, filled from the upper left."""
    down, right = list(rows), list(columns)
    row = column = 0
    while row < len(down) and column < len(right):
        count = min(down[row], right[column])
        if count:
            yield row, column, count
        down[row] -= count
        right[column] -= count
        if down[row] == 0:
            row += 1
        else:
            column += 1


DESK = Desk(
    urgent=(
        Urgent(
            received=date(2014, 3, 24),
            matter="家长反映低年级学生被教师推搡（不点名）",
            handling="转值班负责人；当日到校核实",
            state="working",
            due=date(2014, 3, 31),
        ),
        Urgent(
            received=date(2014, 3, 25),
            matter="食堂菜中有异物",
            handling="通知学校停供该菜、留样",
            state="done",
        ),
        Urgent(
            received=date(2014, 3, 27),
            matter="校门口施工无围挡，放学时段有车辆逆行",
            handling="转城管、交警；学校增派护学岗",
            state="done",
        ),
    ),
    meetings=Meetings(sessions=2, people=41),
    letters=Letters(sent=14, returned=11, missing=("城西小学", "教师发展中心", "第二幼儿园")),
    rectification=Rectification(
        kinds=(Progress("now", 18, 13), Progress("term", 21, 4), Progress("long", 7, 0)),
        whole=41,
        missing=(Count("when", 3), Count("who", 2)),
        overdue=(Overdue("12", "食堂价格公示", "后勤科", 4),),
        published=11,
        ratings=Ratings(good=57, fair=20, poor=9),
        help=("暂住年限认定口径", "城东路施工护学岗警力"),
    ),
    replies=Replies(within=9, late=3, longest_days=6, longest_by="人事科，职称问答"),
    nodes=(
        Node(day=date(2014, 3, 31), what="基层党组织动员大会截止", note="尚有2个单位未报"),
        Node(day=date(2014, 3, 31), what="各基层党组织集中学习截止"),
        Node(day=None, when="4月上旬", what="第二次交流讨论会"),
    ),
    days_off=(DaysOff(date(2014, 4, 5), date(2014, 4, 7), "清明"),),
)

NOTES = Notes(
    title="关于第三周“五听五问”意见建议征集情况的报告",
    remarks=(
        Remark("overview", "老同志以电话代录为主（本周9份中7份）。"),
        Remark("topics", "食堂与3月17日调价有关；交通与城东路施工有关。"),
    ),
    suggestions=(
        "建议合并4月份对学校的检查，由办公室统一排期，先与督导室、安全科会商。",
        "食堂调价请后勤科3日内在校内公示成本构成，并向家长说明。",
        "新城小学家长参与偏低，建议由联系教师在家长会上当面扫码，并提供语音作答。",
    ),
    report_to=("市委活动领导小组办公室", "市委第七督导组"),
    copy_to=("局领导班子成员",),
    send_to=("各直属学校（单位）党组织",),
    copies=15,
)

PAST = (
    Past(
        closes=date(2014, 3, 14),
        submissions=668,
        opinions=431,
        topics=(Count("jianfu", 41), Count("suiqian", 55)),
        ranked=("suiqian", "jianfu"),
        concentrated=(),
    ),
    Past(
        closes=date(2014, 3, 21),
        submissions=714,
        opinions=478,
        topics=tuple(Count(code, before) for code, _, _, before, _ in TOPICS if before),
        ranked=tuple(code for code, _, _, before, _ in TOPICS if before),
        concentrated=(),
    ),
)
