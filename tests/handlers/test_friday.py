"""A clerk's Friday, from the first import to the correction in the next digest: the whole house, every way out on loopback.

Three imports, two matters that came twice, one that could not wait, one vice-principal by name, and a holiday next Friday.
"""

import io
import zipfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime

from docx import Document
from openpyxl import load_workbook

from bot.app.wiring import App
from bot.channels.hook import Hooks
from bot.channels.mail import Letters
from bot.channels.wecom.client import Client
from bot.channels.wecom.robot import Robots
from bot.core.digest import from_json
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.settings import Digest, Hook, Leader, Mail, PlannedRound
from bot.verbs.opening import sample
from handlers.papers import Press
from tests.channels.postoffice import listening, post_office
from tests.channels.telegram.botapi import BotApi
from tests.channels.telegram.house import speaking as on_telegram
from tests.channels.test_hook import SECRET
from tests.channels.wecom.house import speaking as on_wecom
from tests.channels.wecom.platform import Platform
from tests.fakes import FakeChannel, FixedClock
from tests.handlers.test_intake import Clerk, xlsx
from tests.handlers.test_sending import below_one
from tests.handlers.test_week import OFFICE, ZONE, Town
from tests.reports.test_portable import text_of
from tests.sample_house import here

FRIDAY, NEXT = "2014-04-25", "2014-04-30"
"""1 to 3 May are holidays: what would close on Friday the 2nd closes on Wednesday."""

ROUND = PlannedRound(
    id="spring", survey="kunshan", units=(), groups=(), reminders=0,
    opens=datetime(2014, 4, 21, 9, tzinfo=ZONE), closes=datetime(2014, 5, 20, tzinfo=ZONE),
)  # fmt: skip
HEAD = Leader(name="甲一一", post="校长", unit="no1")
DEPUTY = Leader(name="乙二二", post="副校长", unit="no1")
SECRETARY = Leader(name="丙三三", post="书记", unit="no1", responsible=True)
BOX, KEY = "head@school.example", "k" * 20

COLD = "食堂的饭菜端上来总是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲"
GATE = "放学时校门口车辆乱停，家长的车和班车挤在一起，希望派人管一管"
CHECKS = "一个月来了七次检查，每次都要补材料，晚上备课的时间全拿去打印了"
LOUD = "体育馆的门下午四点就关了，孩子们没有地方打球，希望开到六点"
NAMED = "第一中学乙二二副校长从来不听课，开会只念稿子"
BEATEN = "孩子在学校被老师打了，脸上都是伤"


class House(Town):
    """The town, and all that a digest goes out by."""

    telegram: BotApi
    wecom: Platform
    mail: list
    hooks: list


@asynccontextmanager
async def house(folder, monkeypatch):
    monkeypatch.setattr(Press, "lasting", here)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        office, there = await enter(post_office()), await enter(listening())
        api, platform = await enter(BotApi()), await enter(Platform())
        platform.robots[KEY] = []
        clock = FixedClock(at("2014-04-23 10:00"))
        loaded = sample(folder, {})
        settings = replace(
            loaded.settings,
            rounds=(ROUND,),
            units=below_one(loaded.settings.units),
            leaders=(HEAD, DEPUTY, SECRETARY),
            digest=Digest(recipients=(BOX,)),
            mail=Mail(
                host="127.0.0.1",
                port=office.port,
                security="none",
                sender="office@school.example",
            ),
            hook=Hook(urls=(there.url,), allow=("127.0.0.0/8",)),
        )
        app = App(settings, replace(loaded.secrets, wecom_robots=f"园长群 {KEY}"), clock)
        client = Client("", "", api_base_url=platform.base)
        channels = (
            (chats := FakeChannel("web")),
            await enter(on_telegram(api)),
            await enter(on_wecom(platform)),
            Robots(client, {"园长群": KEY}),
            Letters(settings.mail, "", clock),
            Hooks(settings.hook, SECRET, clock),
        )
        stack.push_async_callback(client.close)
        front = await enter(app.running(*channels))
        made = House(app, front, chats, clock)
        made.telegram, made.wecom, made.mail, made.hooks = (
            api,
            platform,
            office.taken,
            there.came,
        )
        await made.do(employed)
        await front.look_again()
        await app.bell.ring()
        yield made


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp()


def employed(work) -> None:
    for address, post in (
        (OFFICE, Post(role=Role.OFFICE)),
        (Address(channel="web", id="duty"), Post(role=Role.DUTY)),
        (Address(channel="web", id="seat"), Post(role=Role.RESPONSIBLE, units=("no1",))),
        (Address(channel="telegram", id="7"), Post(role=Role.LEADING)),
        (Address(channel="wecom", id="ZhangSan"), Post(role=Role.LEADING)),
    ):
        work.staff.join(address, "zh", (post,))
    work.circles.admit(Address(channel="telegram", id="-77"), "办公室群", "zh")


async def rings(house, times=3) -> None:
    for _ in range(times):
        await house.app.bell.ring()
        await house.app.carrier.idle()
    await house.rest()


async def digest(house, period=FRIDAY):
    return from_json((await house.do(lambda work: work.digests.find(period))).snapshot)


def told(content: bytes) -> str:
    """Every word of a paper, whatever kind of file it is."""
    if content[:4] == b"%PDF":
        return text_of(content)
    if content[:2] != b"PK":
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(told(package.read(name)) for name in package.namelist())


async def test_a_clerks_friday(tmp_path, monkeypatch):
    async with house(tmp_path, monkeypatch) as home:
        clerk = Clerk(home)
        person, group, member = (
            home.telegram.person(7),
            home.telegram.group(-77),
            home.wecom.member("ZhangSan"),
        )

        # Wednesday: three imports, and two matters that came twice.
        await clerk.says("座谈", f"1. {COLD}\n2. {GATE}\n3. {CHECKS}")
        await clerk.taps("哪些人")
        await clerk.taps("一线教师")
        await clerk.taps("好了")
        await clerk.taps("多少人")
        await clerk.says("12")
        await clerk.taps("收下 3 条")
        await clerk.says("导入")
        tickets = (("工单号", "来电内容"), ("0042301", COLD + "。"), ("0042302", GATE + "！"))
        await clerk.sends("12345导出.xlsx", xlsx(*tickets))
        await clerk.taps("收下 2 条")
        assert "有 2 对像是同一件事" in clerk.sees
        for _ in range(2):
            await clerk.says("合并")
            await clerk.taps("是同一件")
        await clerk.says("导入")
        await clerk.sends(
            "来信.xlsx",
            xlsx(("日期", "意见内容"), ("", NAMED), ("2014-04-02", LOUD), ("", BEATEN)),
        )
        await clerk.taps("收下 3 条")

        # One of them cannot wait: a tap, and whoever is on duty has it.
        assert "有 1 条像急事" in clerk.sees
        await clerk.taps("看像急事的")
        await clerk.taps("马上告诉")
        await rings(home, 1)
        assert BEATEN in home.last("duty")
        await home.taps("duty", "我来接")

        so_far = len(home.channel.sent)  # until here the clerk saw what the clerk had sent

        # Friday: the draft, and the office's own words by reply.
        await home.parents(6)
        await home.at(f"{FRIDAY} 15:00")
        await rings(home, 1)
        assert "周报初稿" in clerk.sees
        made = await digest(home)
        counts = {count.code: count.number for count in made.channels if count.number}
        assert (
            counts.pop("meeting", 0) + counts.pop("12345", 0) == 3
        )  # five, of which two came twice
        assert counts == {"chat": 12, "mail": 3}
        assert sum(bool(entry.also) for entry in made.entries) == 2
        assert made.overview.personal == 1
        assert {c.code: c.number for c in made.marks} == {"early": 1}  # before the round began
        assert [(m.received.isoformat(), m.state) for m in made.urgent] == [
            ("2014-04-23", "working")
        ]
        assert [off.name for off in made.days_off] == ["劳动节"]
        assert made.next_closes.isoformat() == NEXT
        await clerk.says(f"周报 {FRIDAY} 改 建议")
        await clerk.says("请后勤科公示成本。")
        assert "数字没有变" in clerk.sees

        # What the clerk takes back before it is sent is told figure by figure.
        await clerk.says("座谈", LOUD + "，周末也一样")
        await clerk.taps("哪些人")
        await clerk.taps("学生家长")
        await clerk.taps("好了")
        await clerk.taps("收下 1 条")
        await clerk.says(f"周报 {FRIDAY} 重出")
        assert "数字没有变" in clerk.sees  # it came after the closing: it is next week's
        await home.do(
            lambda work: work.opinions.drop(
                bytes.fromhex(next(e.id for e in made.entries if LOUD in e.text))
            )
        )
        await clerk.says(f"周报 {FRIDAY} 重出")
        for line in ("征集意见：18 → 17 条", "渠道 来信：3 → 2 条"):
            assert line in clerk.sees
        made = await digest(home)
        assert made.notes.suggestions == ("请后勤科公示成本。",)

        # Who gets it is shown, and confirmed; nothing has left before.
        await clerk.says(f"发送 {FRIDAY}")
        assert "要发给这 8 处" in clerk.sees
        assert BOX in clerk.sees
        assert "涉及个人的 1 条" in clerk.sees
        assert home.mail == home.hooks == home.wecom.robots[KEY] == []
        await clerk.taps("确认发送")
        await rings(home)

        # Each has it, and each once.
        head = "【意见征集周报 第1期】"
        assert sum(head in shown.text for shown in person.heard) == 1
        assert sum(head in shown.text for shown in group.heard) == 1
        assert sum(head in shown.text for shown in member.heard) == 1
        assert [one["msgtype"] for one in home.wecom.robots[KEY]].count("markdown_v2") == 1
        assert [box for box, _ in home.mail] == [BOX]
        assert len(home.hooks) == 1
        await clerk.says(f"送达 {FRIDAY}")
        assert "收到 8，在路上 0，退回 0" in clerk.sees

        # The register has the meeting with its people, and each batch that was taken.
        await clerk.says(f"周报 {FRIDAY} 登记")
        await home.rest()
        [register] = home.sent("office")[-1].files
        rows = list(
            load_workbook(io.BytesIO(register.content)).active.iter_rows(
                min_row=3, values_only=True
            )
        )
        assert [(row[2], row[5], row[6], row[7], row[9]) for row in rows] == [
            ("座谈会", 12, "一线教师", 3, "办公室1"),
            ("12345", None, None, 2, "办公室1"),
            ("来信", None, None, 3, "办公室1"),
        ]

        # The vice-principal's matter is in the one file of the one who may read it, and nowhere else.
        sealed = [
            file for one in home.sent("seat") for file in one.files if "personal" in file.name
        ]
        assert [file.name for file in sealed] == ["personal-no1.docx"]
        words = "\n".join(p.text for p in Document(io.BytesIO(sealed[0].content)).paragraphs)
        assert "乙二二副校长从来不听课" in words
        everything = [told(file.content) for one in home.sent("office") for file in one.files]
        everything += [one.text for one in home.channel.sent[so_far:]]
        everything += [
            told(a.get_content()) for _, letter in home.mail for a in letter.iter_attachments()
        ]
        everything += [told(content) for *_, content, _ in home.wecom.media.values()]
        everything += [body.decode() for *_, body in home.hooks]
        everything += [str(home.wecom.robots[KEY])]
        shown = [one for one in everything if "乙二二" in one or "从来不听课" in one]
        assert shown == []

        # A batch that was a mistake: the sent digest stays, the next one says so, on the last working day.
        before = await home.do(lambda work: work.digests.find(FRIDAY))
        await clerk.says("撤回误导入")
        await clerk.taps(next(label for label in clerk.labels if "来信" in label))
        assert "已经在发出的周报里" in clerk.sees
        await clerk.taps("确认撤回")
        await home.at(f"{NEXT} 15:00")
        await home.at("2014-05-02 15:00")
        await home.rest()
        assert await home.do(lambda work: work.digests.find(FRIDAY)) == before
        assert (await home.do(lambda work: work.digests.periods()))[-1] == NEXT
        after = await digest(home, NEXT)
        assert after.notes.corrections == ("2014-4-25一期误计入来信3条，已撤回。",)
        assert (after.key.isoformat(), after.number) == (NEXT, 2)
        await clerk.says(f"周报 {NEXT} 全文")
        paper = home.sent("office")[-1].files[0].content
        lines = [p.text for p in Document(io.BytesIO(paper)).paragraphs]
        at_ = next(n for n, line in enumerate(lines) if line.endswith("、更正"))
        assert lines[at_ + 1] == "（一）2014-4-25一期误计入来信3条，已撤回。"
