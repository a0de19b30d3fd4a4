"""What is measured: every row of the table, in its order, with its goal. A subject finds figures, this page says what they mean.

Goals are ratios to a floor measured in the same run on the same processor, so that they hold on any machine; the ambition is
what we would be proud of. Where a row has no goal it is there to be known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """How large a figure may be, or has to be, and what would be better still."""

    bound: float
    ambition: float | None = None
    least: bool = False

    def reached(self, figure: float) -> bool:
        return self._within(figure, self.bound)

    def surpassed(self, figure: float) -> bool:
        return self.ambition is not None and self._within(figure, self.ambition)

    def share(self, figure: float) -> float:
        """1 where the goal is just reached, less where it is surpassed, whichever way it points."""
        return self.bound / figure if self.least else figure / self.bound

    def _within(self, figure: float, bound: float) -> bool:
        return figure >= bound if self.least else figure <= bound


def at_least(bound: float, ambition: float | None = None) -> Goal:
    return Goal(bound, ambition, least=True)


def at_most(bound: float, ambition: float | None = None) -> Goal:
    return Goal(bound, ambition)


@dataclass(frozen=True, slots=True)
class Told:
    """A row in words; `unit` of the figure that is judged, empty for a ratio."""

    en: str
    zh: str
    goal: Goal | None = None
    unit: str = ""
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A row in figures: its floor, the product's own, and the one that is judged."""

    key: str
    floor: str
    product: str
    figure: float


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong together."""

    en: str
    zh: str
    rows: Mapping[str, Told]


PARTS: Sequence[Part] = (
    Part(
        "A message, from finger to disk",
        "一条消息，从手指到磁盘",
        {
            "inbound.one": Told(
                "messages a second, one after another; floor A: a plain thread that masks, sorts, seals and writes the same, "
                "one transaction each",
                "每秒消息数，一条接一条；底线 A：一个线程做同样的遮盖、归类、封存、写入，每条一个事务",
                at_least(0.40, 0.55),
            ),
            "inbound.many": Told(
                "the same with 32 people in flight, as plain values; floor B: the plain thread, 32 a transaction",
                "同上，32 人同时，普通数据；底线 B：那个线程，32 条一个事务",
                at_least(0.5, 0.8),
            ),
            "inbound.telegram": Told(
                "the same with 32 people in flight, as Telegram's JSON through PTB's objects; floor B",
                "同上，32 人同时，从 Telegram 的 JSON 经 PTB 的对象；底线 B",
                at_least(0.15, 0.20),
            ),
            "inbound.telegram_a": Told(
                "the same beside floor A", "同上，与底线 A 相比", at_least(1.5, 1.7)
            ),
            "commit.middle": Told(
                "a row on its way to the disk through the one writer, 32 in flight, p50, ms; floor: one commit with "
                "synchronous=FULL",
                "一行经唯一的写线程落盘，32 个同时，中位数，毫秒；底线：一次 synchronous=FULL 的提交",
                at_most(4, 2),
            ),
            "commit.late": Told("the same, p99", "同上，百分之九十九位", at_most(40, 25)),
            "commit.message": Told(
                "a whole message, 32 in flight, p99, ms; the same floor",
                "一整条消息，32 个同时，百分之九十九位，毫秒；同一底线",
                digits=0,
            ),
            "words.opinion": Told(
                "an opinion masked and sorted by rules, µs; floor: `str.translate` over the same text",
                "一条意见按规则遮盖并归类，微秒；底线：同样的字 `str.translate` 一遍",
                at_most(4, 2),
                digits=0,
            ),
            "wecom.callback": Told(
                "WeCom callbacks opened, read and committed a second, 32 in flight; floor: a plain thread, 32 a transaction",
                "每秒解密、读出、提交的企业微信回调，32 个同时；底线：一个线程，32 个一个事务",
                at_least(0.5, 0.8),
            ),
            "wecom.slowest": Told(
                "2,000 members of WeCom write at once: slowest answer (two processors)",
                "2,000 名企业微信成员同时写来：最慢的应答（两个处理器）",
                at_most(3, 1),
                unit="s",
                digits=1,
            ),
        },
    ),
    Part(
        "Speaking to many",
        "对许多人说话",
        {
            "broadcast.rate": Told(
                "a broadcast on Telegram, 28 s, 4 s idle, 28 s: share of the allowed 30 a second",
                "Telegram 群发，28 秒、停 4 秒、再 28 秒：占允许的每秒 30 条的几成",
                at_least(0.94, 0.97),
                digits=3,
            ),
            "broadcast.most": Told(
                "the same: most that arrive in any one second, also after the idle pause",
                "同上：任一秒内到达最多几条，停过之后也算",
                at_most(30, 30),
                unit="messages",
                digits=0,
            ),
            "claims.rate": Told(
                "people of a wave claimed a second on PostgreSQL, 32 a batch as it goes, 1 replica; floor: asyncpg, one row a commit",
                "PostgreSQL 上每秒认领的提醒对象，照常 32 人一批，一个副本；底线：asyncpg 一行一提交",
                at_least(3, 6),
            ),
            "claims.four": Told(
                "the same by 4 replicas at once",
                "同上，4 个副本同时",
                at_least(3, 6),
            ),
            "claims.twice": Told(
                "people claimed twice by them, or by nobody",
                "被认领两次、或没有人认领的人数",
                at_most(0, 0),
                unit="people",
                digits=0,
            ),
            "wave.given": Told(
                "a wave to 2,000 people marked, put into words and given to the channel",
                "对 2,000 人的一轮提醒：记下、成文、交给渠道",
                at_most(1, 0.5),
                unit="s",
            ),
        },
    ),
    Part(
        "Papers",
        "材料",
        {
            "asked.million": Told(
                "what a digest asks of 1,000,000 answers, ms; floor: one sum over the whole table",
                "一期综述向 1,000,000 条回答查的东西，毫秒；底线：全表求一次和",
                at_most(2, 1.3),
            ),
            "asked.thousands": Told("the same of 100,000", "同上，100,000 条", at_most(5, 3.5)),
            "digest.million": Told(
                "the whole digest of 1,000,000 answers, 2,000 of its week in words, with docx, ledger and picture, s; floor: "
                "its statements, and its libraries with the same words and cells",
                "1,000,000 条回答的整期综述，其中当周 2,000 条有话，含 docx、台账、图，秒；底线：它的查询，加同样的字和格子走一遍它的库",
                at_most(2, 1.3),
            ),
            "digest.thousands": Told(
                "the same of 100,000", "同上，100,000 条", at_most(2, 1.3)
            ),
            "digest.tenfold": Told(
                "the whole digest, 1,000,000 beside 100,000, s",
                "整期综述，1,000,000 条与 100,000 条相比，秒",
                at_most(3, 2),
            ),
            "digest.counting": Told(
                "a digest of 100,000 opinions all in words, snapshot and draft, CPU s; floor: rows fetched, labels and "
                "snapshot as JSON; the figure is what goes beyond",
                "100,000 条全都有话的一期，快照和草稿，处理器秒；底线：取行、标签和快照过 JSON；数是多出来的",
                at_most(1),
                unit="s",
                digits=1,
            ),
            "ledger.raw": Told(
                "a ledger of 100,000 rows, s; floor: the same cells as raw sheet XML streamed into a zip",
                "100,000 行的台账，秒；底线：同样的格子写成表格 XML 直接流进压缩包",
                at_most(6.5, 2),
            ),
            "ledger.library": Told(
                "the same; floor: bare XlsxWriter in constant memory with the same cells",
                "同上；底线：只用 XlsxWriter 的恒定内存写同样的格子",
                at_most(1.3, 1.1),
            ),
            "ledger.memory": Told(
                "the most memory its process takes beyond a bare Python",
                "它的进程比空的 Python 最多多占的内存",
                at_most(40),
                unit="MB",
                digits=0,
            ),
            "ledger.flat": Told(
                "the same memory beside that of 10,000 rows, MB",
                "同上，与 10,000 行相比，MB",
                at_most(1.2, 1.05),
            ),
            "held.few": Told(
                "longest that nobody is answered while a week of 100,000 opinions, 2,000 of them in words, becomes a draft and its papers",
                "一周 100,000 条意见（其中 2,000 条有话）成为草稿和材料时，最久多长时间谁也得不到回音",
                at_most(50, 20),
                unit="ms",
                digits=0,
            ),
            "held.many": Told(
                "the same, all of them in words",
                "同上，全都有话",
                at_most(50, 20),
                unit="ms",
                digits=0,
            ),
            "chart.next": Told(
                "a chart after the first, ms; floor: Pillow, as much text and as many bars",
                "第一张之后的一张图，毫秒；底线：Pillow 写同样多的字、画同样多的条",
                at_most(8, 2),
            ),
        },
    ),
    Part(
        "Starting, idling, looking things up",
        "启动、空闲、查询",
        {
            "start.ready": Told(
                "start-up until ready, with Telegram, on a schema at head, ms; floor: a process that imports telegram.ext and "
                "SQLAlchemy's asyncio",
                "启动到就绪，带 Telegram，库表已是最新，毫秒；底线：只导入 telegram.ext 和 SQLAlchemy 异步部分的进程",
                at_most(1.5, 1.2),
            ),
            "start.own": Told(
                "start-up until ready, the page alone, ms; floor: a process that imports what it stands on",
                "启动到就绪，只有网页，毫秒；底线：只导入它所依赖的库的进程",
                at_most(1.5, 1.3),
            ),
            "start.help": Told(
                "`tingwen --help`, ms; floor: bare Python",
                "`tingwen --help`，毫秒；底线：空的 Python",
                at_most(8, 5),
                digits=1,
            ),
            "start.idle": Told(
                "idle memory with Telegram, MB; floor: the process with the same imports as above",
                "带 Telegram 时空闲的内存，MB；底线：上面那个只导入的进程",
                at_most(1.4, 1.2),
            ),
            "lookup.middle": Told(
                "a receipt looked up among 1,000,000 pieces, apart from its deliberate slowness, p50",
                "在 1,000,000 条里查一张回执，不算有意放慢的部分，中位数",
                at_most(50, 5),
                unit="ms",
                digits=1,
            ),
            "page.door": Told(
                "the page, 200 requests at once, first byte, p99 (two processors): a link for everybody",
                "网页，200 个请求同时，首字节，百分之九十九位（两个处理器）：公用链接",
                at_most(20, 5),
                unit="ms",
                digits=1,
            ),
            "page.own": Told(
                "a personal link", "个人链接", at_most(20, 5), unit="ms", digits=1
            ),
            "page.talk": Told(
                "a question as it stands", "正在答的那一问", at_most(20, 5), unit="ms", digits=1
            ),
            "page.answer": Told(
                "a tap, once it is committed (a telephone waits for a batch of 200)",
                "点一下，提交之后（手机等的是 200 人的一批）",
                unit="ms",
                digits=0,
            ),
        },
    ),
    Part(
        "Beside a bot as one usually writes it",
        "与常见写法的机器人并排",
        {
            "peer.rate": Told(
                "messages of a talk heard and kept a second, 32 people in flight",
                "每秒听到并存下的消息，32 人同时",
            ),
            "peer.late": Told(
                "until one of them is kept, p99, ms", "一条消息到存下，百分之九十九位，毫秒"
            ),
            "peer.memory": Told("memory of the process then, MB", "那时进程的内存，MB"),
            "peer.lost": Told(
                "60 people talk, killed (-9) 8 times: answers taken off the platform and kept nowhere",
                "60 人在答，杀掉（-9）8 次：已从平台取走、却哪里也没存下的回答",
                at_most(0, 0),
                unit="answers",
                digits=0,
            ),
            "peer.twice": Told(
                "answers kept twice", "存了两遍的回答", at_most(0, 0), unit="answers", digits=0
            ),
            "peer.anew": Told(
                "people who heard nothing for 20 s and began anew",
                "20 秒没有回音、只好从头来的人",
                at_most(0, 0),
                unit="people",
                digits=0,
            ),
            "peer.finished": Told(
                "people who got to the end",
                "走到最后的人",
                at_least(60, 60),
                unit="people",
                digits=0,
            ),
        },
    ),
)

ROWS: Mapping[str, Told] = {key: told for part in PARTS for key, told in part.rows.items()}
