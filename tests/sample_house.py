"""The made-up week of `sample_week`, lived in a whole house: 1,752 questionnaires handed in, and each other way as it comes.

The sample gives totals alone. Who of which unit handed in, and who said what, is filled in here so that all of them come
out; texts are put together from parts, so that no two are the same. What only a person decides (labels, what is one
matter, which way it goes) is decided here as the sample has it.
"""

import io
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from openpyxl import Workbook

from bot.app import wiring as roof
from bot.app.library import library_of
from bot.app.wiring import App
from bot.content.taxonomy import load_taxonomy
from bot.core.cells import Atom, Atoms
from bot.core.digest import Digest, from_json, to_json
from bot.core.digest.model import TopicRow
from bot.core.messages import Address, Redacted
from bot.core.people import Post, Role
from bot.core.rectification import Event, replay
from bot.core.survey import Unit
from bot.core.urgent import Matter
from bot.scheduler import Bell
from bot.settings import PlannedRound, PlannedUnit
from bot.verbs.opening import sample
from handlers.digest import remake
from handlers.papers import Press
from storage.rectification import Fate
from storage.themes import KeptTheme
from storage.vault import Said
from tests.core.test_digest import digest_of
from tests.fakes import FakeChannel, FixedClock
from tests.handlers.test_intake import Clerk, meeting
from tests.handlers.test_week import OFFICE, ZONE, Town
from tests.sample_week import BEFORE, DESK, INVITED, NOTES, NOW, PAST, SMALL, UNITS, opinions

FRIDAY, LAST = "2014-03-28", "2014-03-21"
GROUPS = ("party", "masses", "teacher", "elder", "nonparty", "parent")
"""As the product's own list calls the six of the sample."""
ROUND = PlannedRound(
    id="spring",
    survey="kunshan",
    units=(),
    groups=GROUPS,
    opens=datetime(2014, 3, 10, 9, tzinfo=ZONE),
    closes=datetime(2014, 4, 19, tzinfo=ZONE),
    reminders=0,
)
AREA = Unit(id="area", name="片区")
"""Above the six small units: what is too small for itself counts together there."""

_WHO = ("操场边", "三楼走廊", "校门口", "图书角", "食堂北窗", "传达室", "实验楼", "办事大厅", "美术教室", "自行车棚", "体育馆", "后勤窗口")  # fmt: skip
_WHAT = (
    "灯一直不亮", "东西坏了没有人修", "要排很长的队", "通知总是来得太晚", "要的材料太多", "地面又湿又滑",
    "声音太吵", "开放的时间太短", "牌子写得看不明白", "来的人没有地方坐", "同一件事要跑几趟", "登记的表要填三遍",
    "说好的事情没有下文",
)  # fmt: skip
_WISH = (
    "希望早点解决", "请派人看一看", "能不能改一改", "望给一个说法", "这样下去不方便大家", "去年也说过一次",
    "请先问问用的人", "几个人都这么说", "改了请告诉我们", "愿意帮着出主意", "拖了有一阵子了",
)  # fmt: skip


def words(n: int) -> Redacted:
    """The nth opinion: no two of 1,716 are the same."""
    return Redacted(f"{_WHO[n % 12]}{_WHAT[n % 13]}，{_WISH[n % 11]}。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One of the 522, as it is to come out."""

    text: Redacted
    channel: str
    group: str
    topic: str
    dimension: str
    theme: str
    about: str
    sifeng: tuple[str, ...]
    sizhi: str
    way: str

    @property
    def labels(self) -> dict[str, object]:
        """As the sorting keeps them."""
        return {
            "topic": self.topic, "topics": [self.topic], "sifeng": list(self.sifeng),
            "sizhi": [self.sizhi] if self.sizhi else [], "about": self.about, "kind": "complaint", "confidence": 1,
        }  # fmt: skip


_CALLED = {"staff": "masses", "retired": "elder", "outside": "nonparty"}
_FEW = (*range(106, 114), 129)
"""Themes of the sample: those given to other departments, of which each is one opinion here; and the dear food."""


def said() -> list[Opinion]:
    """All of them. What is one matter is dealt out anew: of what went to other departments each is owed one answer."""
    found = opinions()
    themes = [f"t{n:03}" if n < 129 else "price" for n in range(130)]
    of = {o.theme: o for o in found if o.theme}
    plain = [n for n in range(514) if found[n].theme != "price"]
    alone = dict(zip(plain[-8:], (themes[n] for n in _FEW[:8]), strict=True))
    others = [theme for n, theme in enumerate(themes) if n not in _FEW]
    rest = {n: others[at * len(others) // len(plain[:-8])] for at, n in enumerate(plain[:-8])}
    made: list[Opinion] = []
    for n, o in enumerate(found):
        theme = o.theme if o.theme in ("", "price") else alone.get(n) or rest[n]
        like = of.get(theme, o)
        group = _CALLED.get(o.group, o.group)
        if o.topic == "qita" and o.channel == "chat":
            group = ("party", "parent", "teacher")[n % 3]
        made.append(
            Opinion(
                text=words(n), channel={"visitor": "mail" if n % 2 else "caller"}.get(o.channel, o.channel), group=group,
                topic=o.topic, dimension=o.dimension, theme=theme, about=like.about, sifeng=like.sifeng,
                sizhi=like.sizhi, way=like.destination,
            )
        )  # fmt: skip
    return made


def shared(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """A table with those sums, each cell near its share of both."""
    whole = sum(rows)
    cells = [[row * column // whole for column in columns] for row in rows]
    down = [row - sum(cells[at]) for at, row in enumerate(rows)]
    right = [column - sum(line[at] for line in cells) for at, column in enumerate(columns)]
    for at, line in enumerate(cells):
        for place in range(len(columns)):
            more = min(down[at], right[place])
            line[place] += more
            down[at] -= more
            right[place] -= more
    return cells


def one_person() -> Atoms:
    """How the sample divides its people: the six small units are one for each group, and one person is enough."""
    known = headcounts()
    atoms = [
        Atom(
            id=f"{units[0]}/{group}",
            group=group,
            units=units,
            headcount=sum(known[unit, group] for unit in units),
        )
        for group in GROUPS
        for units in (*((unit.id,) for unit in UNITS[:6]), SMALL)
    ]
    parents = {unit.id: "area" if unit.id in SMALL else "" for unit in UNITS} | {"area": ""}
    return Atoms(k=1, parents=parents, atoms=tuple(atoms))


def headcounts() -> dict[tuple[str, str], int]:
    """Units × groups; the small units' people are divided among the six."""
    counts = {
        (UNITS[unit].id, GROUPS[group]): count
        for unit, line in enumerate(shared(*INVITED))
        for group, count in enumerate(line)
    }
    small = {group: counts.pop((SMALL[0], group)) for group in GROUPS}
    return counts | {
        (unit, group): count // 6 + (at < count % 6)
        for group, count in small.items()
        for at, unit in enumerate(SMALL)
    }


class City(Town):
    """The sample's city, and a clerk of its office."""

    def __init__(self, app: App, front, channel: FakeChannel, clock: FixedClock) -> None:
        super().__init__(app, front, channel, clock)
        self.clerk = Clerk(self)

    async def digest(self) -> Digest:
        """The one that was made last."""
        kept = await self.do(lambda work: work.digests.last())
        assert kept
        return from_json(kept.snapshot)


@asynccontextmanager
async def city(folder: Path, moment: str, k: int, monkeypatch):
    """The city's house at that moment, with so many people an answer waits for."""
    monkeypatch.setattr(roof, "Agenda", partial(roof.Agenda, k=k))
    monkeypatch.setattr(Press, "lasting", here)
    for where, rings in (
        (App, "_ring_soon"),
        (Bell, "_hang"),
    ):  # it rings when the test says so
        monkeypatch.setattr(where, rings, lambda _: None)
    loaded = sample(folder, {})
    units = [
        PlannedUnit(unit=Unit(id=one.id, name=one.name, parent="area" if one.id in SMALL else ""))
        for one in UNITS
    ]  # fmt: skip
    settings = replace(
        loaded.settings,
        office=replace(loaded.settings.office, name="江城市教育局活动领导小组办公室"),
        units=(*units, PlannedUnit(unit=AREA)),
        rounds=(ROUND,),
        leaders=(),
    )
    clock = FixedClock(datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp())
    app, channel = App(settings, loaded.secrets, clock), FakeChannel()
    app.headcounts = dict(headcounts())
    async with app.running(channel) as front:
        made = City(app, front, channel, clock)
        await made.do(lambda work: work.staff.join(OFFICE, "zh", (Post(role=Role.OFFICE),)))
        await front.look_again()
        yield made


@asynccontextmanager
async def here(self: Press, workers: int, begin, *arguments):
    """What a press does in processes of its own, done here: seven files need not start fourteen of them."""
    begin(*arguments)

    async def working(work, *plain):
        return work(*plain)

    yield working


# -- by other ways than the chat -----------------------------------------------------------------------------------


def table(rows: Sequence[tuple[Opinion, dict[str, str]]]) -> bytes:
    """A clerk's xlsx of these, with what else a row says by the head of its column."""
    named = load_taxonomy().names
    more = sorted({head for _, cells in rows for head in cells})
    book = Workbook()
    book.active.append(["意见原文", "群体", "维度", "主题", "四风", "四治四兴", "涉及", *more])
    for one, cells in rows:
        topic, sizhi = (
            named["topic", one.topic]["zh"],
            named["sizhi", one.sizhi]["zh"] if one.sizhi else "",
        )
        line = [
            one.text,
            one.group,
            one.dimension,
            topic,
            "、".join(one.sifeng),
            sizhi,
            one.about,
        ]
        book.active.append([*line, *(cells.get(head, "") for head in more)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def imported(
    clerk: Clerk, name: str, rows: Sequence[tuple[Opinion, dict[str, str]]]
) -> None:
    """A file is sent whose name says where it comes from, and taken in."""
    await clerk.says("导入")
    await clerk.sends(name, table(rows))
    await clerk.taps(f"收下 {len(rows)} 条")
    assert f"收下 {len(rows)} 条" in clerk.sees


async def fed(house: City) -> None:
    """Wednesday: all that came by other ways; two meetings, letters, tickets, people who wrote or came, the guidance groups."""
    by_channel: defaultdict[str, list[Opinion]] = defaultdict(list)
    for one in said():
        by_channel[one.channel].append(one)
    clerk = house.clerk
    read = library_of(house.app.settings)().read
    pasted = [
        one
        for one in by_channel["meeting"]
        if read(one.text).labels["ask"]
        == f"问{one.dimension}"  # nobody says it of what is pasted
    ]
    assert pasted
    await meeting(clerk, "\n".join(f"{n}. {one.text}" for n, one in enumerate(pasted, 1)))
    await clerk.taps(f"收下 {len(pasted)} 条")

    typed = [(one, {}) for one in by_channel["meeting"] if one not in pasted]
    await clerk.says("导入")
    await clerk.sends("座谈会记录.xlsx", table(typed))
    await clerk.taps("多少人")
    await clerk.says("20")
    await clerk.taps(f"收下 {len(typed)} 条")

    answering = [unit for unit in UNITS if unit.id not in ("u07", "u10", "u11")]
    await house.do(
        lambda work: [work.intakes.mail(unit.id, "2014-03-20", "2014-03-26") for unit in UNITS]
    )
    await house.do(
        lambda work: [
            work.intakes.mail(unit.id, "2014-03-24", "2014-03-28") for unit in UNITS[:2]
        ]
    )
    letters = [
        (one, {"单位": answering[n % 9].name}) for n, one in enumerate(by_channel["letter"])
    ]
    await imported(clerk, "征求意见函.xlsx", letters)

    owed = iter(
        (
            ("2014-03-22", "人事科，职称问答"),
            ("2014-03-25", ""),
            ("2014-03-26", ""),
            ("2014-03-31", ""),
        )
    )
    tickets = [
        (
            one,
            {
                "工单号": f"00120140325{n:05}",
                "收到日期": "2014-03-12",
                "办理时限": due,
                "来源部门": by,
            },
        )
        for n, one in enumerate(by_channel["12345"])
        for due, by in (next(owed, ("", "")) if one.way in ("", "known", "new") else ("", ""),)
    ]
    assert next(owed, None) is None
    await imported(clerk, "12345导出.xlsx", tickets)
    for name, channel in (
        ("来信.xlsx", "mail"),
        ("来访.xlsx", "caller"),
        ("指导组.xlsx", "guide"),
    ):
        await imported(
            clerk, name, [(one, {"收到日期": "2014-03-25"}) for one in by_channel[channel]]
        )


# -- by the chat ---------------------------------------------------------------------------------------------------


async def handed_in(
    house: City, sums, pieces: Sequence[Opinion] = (), *, begin: int = 0
) -> None:
    """So many of each unit and group hand in, and between them they say this. Straight into the vault: what a talk asks and
    masks is told elsewhere."""
    cells = [
        (unit, group)
        for unit, line in enumerate(shared(*sums))
        for group, count in enumerate(line)
        for _ in range(count)
    ]
    of_group: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, group) in enumerate(cells):
        of_group[GROUPS[group]].append(number)
    says: defaultdict[int, list[Said]] = defaultdict(list)
    turn: Counter[str] = Counter()
    for one in pieces:
        number = of_group[one.group][turn[one.group] % len(of_group[one.group])]
        turn[one.group] += 1
        says[number].append(
            Said(
                question=f"q{len(says[number])}",
                dimension=one.dimension,
                text=one.text,
                labels=one.labels,
            )
        )

    def submit(work) -> None:
        atoms = work.vault.atoms("spring")
        for number, (unit, group) in enumerate(cells):
            # The six small units are one row of the sample: those who hand in there are of each in turn.
            of = UNITS[unit].id if unit < 6 else SMALL[number % 6]
            atom = atoms.atom_of(of, GROUPS[group])
            person = Address(channel="web", id=f"person{begin + number}")
            assert work.vault.submit("spring", person, atom.id, says[number]) == "taken"

    await house.do(submit)


# -- what a person decides -------------------------------------------------------------------------------------------


async def decided(house: City) -> None:
    """Labels where nobody gave any, one matter or not, the way of each; then the draft is made anew."""
    wanted = {str(one.text): one for one in said()}

    def decide(work) -> None:
        kept = work.opinions.of(FRIDAY)
        there = work.themes.of(FRIDAY)
        themes: defaultdict[str, list[str]] = defaultdict(list)
        for each in kept:
            one = wanted[str(each.text)]
            work.opinions.label(bytes.fromhex(each.id), one.labels, looked_at=True)
            if one.theme:
                themes[one.theme].append(each.id)
            if one.way:
                fate = Fate(
                    way=one.way,
                    problem=0,
                    words="公安局" if one.way == "forwarded" else "",
                    day=date(2014, 3, 28),
                )
                work.problems.give(bytes.fromhex(each.id), fate)
        for name, ids in sorted(themes.items()):
            _one_matter(work, name, ids, {each.id: str(each.text) for each in kept}, there)

    await house.do(decide)
    await remade(house)


def _one_matter(work, name: str, ids: list[str], texts: dict[str, str], there) -> None:
    ids.sort(key=texts.__getitem__)
    number = work.themes.last() + 1
    title = "食堂调价未告知" if name == "price" else f"同类意见{name[1:]}"
    made = KeptTheme(
        number=number, topic="qita", title=title, named=True, opinions=len(ids), latest=FRIDAY,
        representative=ids[0], sketch=(),
    )  # fmt: skip
    work.themes.keep(made)
    work.themes.belong(number, dict.fromkeys([id for id in ids if id not in there], False))
    for old in {there[id][0] for id in ids if id in there}:
        work.themes.split(old, [id for id in ids if there.get(id, (0, False))[0] == old], made)


async def remade(house: City) -> None:
    """重出."""
    almanac = house.app.almanac(house.front.agenda.scripts)
    await house.do(lambda work: remake(work, almanac, work.digests.last()))


# -- what the weeks before left ------------------------------------------------------------------------------------------


async def remembered(house: City) -> None:
    """Two digests that were sent."""
    codes = {count.code: count.number for count in PAST[1].topics}
    quiet = digest_of()
    before = replace(
        quiet,
        overview=replace(quiet.overview, submissions=714, opinions=478),
        topics=tuple(TopicRow(code=code, name=code, now=codes[code], before=None, change=None) for code in PAST[1].ranked),
        topic_counts=PAST[1].topics,
        past=(PAST[0],),
    )  # fmt: skip

    def keep(work) -> None:
        work.digests.draft("2014-03-14", to_json(quiet), "{}", [])
        work.digests.send("2014-03-14", 1)
        made = work.digests.find(LAST)
        work.digests.again(
            made, to_json(replace(before, next_closes=date(2014, 3, 28))), "{}", []
        )
        work.digests.send(LAST, made.version + 1)

    await house.do(keep)


async def worked(house: City) -> None:
    """46 problems, three urgent matters, and what the clerk writes."""

    def work_out(work) -> None:
        for number, history in enumerate(histories(), 1):
            for line, event in enumerate(history, 1):
                work.problems.add(line, event, replay(number, history[:line]))
        for one in DESK.urgent:
            day = one.received.isoformat()
            number = work.urgent.add(
                Redacted(one.matter), Matter(unit="", apart=False), period=FRIDAY, day=day,
                now=house.clock.now, lookup=None,
            )  # fmt: skip
            work.urgent.take(number, "office1")
            if one.state == "done":
                work.urgent.end(number, "office1", Redacted(one.handling), day)
        for field in ("report_to", "copy_to", "send_to", "suggestions"):
            work.digests.annotate(FRIDAY, field, "\n".join(getattr(NOTES, field)))
        for remark in NOTES.remarks:
            work.digests.annotate(FRIDAY, f"remark.{remark.section}", remark.text)
        work.digests.annotate(FRIDAY, "title", NOTES.title)
        work.digests.annotate(FRIDAY, "copies", "15")

    await house.do(work_out)


def histories() -> list[list[Event]]:
    """18 at once, 21 by a date, 7 for long; 17 done with; five lack a must, one is late, two wait for help from above.

    The sample has 11 published of which 17 are done; here nothing is done before it was published and rated.
    """
    made: list[list[Event]] = []
    kinds = ["now"] * 18 + ["term"] * 21 + ["long"] * 7
    lacking = {34: ("due",), 35: ("due",), 36: ("due",), 40: ("person",), 41: ("person",)}
    closed = [*range(11), 12, 13, *range(18, 22)]
    good, fair, poor = [3] * 16 + [9], [1] * 16 + [4], [0] * 16 + [9]
    for n, kind in enumerate(kinds):
        title = {11: "食堂价格公示", 30: "暂住年限认定口径", 31: "城东路施工护学岗警力"}.get(
            n, f"问题{n + 1}"
        )
        musts = {"goal": "群众满意", "measures": "公开、听取、改正", "unit": "u01", "person": "科长",
                 "due": "2014-03-24" if n == 11 else "2014-06-30"}  # fmt: skip
        lines = [_did("list", title, sources="masses", kind=kind)]
        lines += [
            _did("set", value, field=name)
            for name, value in musts.items()
            if name not in lacking.get(n, ())
        ]
        if n not in lacking:
            lines.append(_did("open"))
        if n in closed:
            at = closed.index(n)
            rated = {"good": f"{good[at]}", "fair": f"{fair[at]}", "poor": f"{poor[at]}"}
            lines += [
                _did("finish", "已改"),
                _did("publish", batch="2014-1"),
                _did("rate", **rated),
                _did("close", "已解决"),
            ]
        if n in (30, 31):
            lines.append(_did("ask_above", "请上级帮助"))
        made.append(lines)
    return made


def _did(move: str, words: str = "", **values: str) -> Event:
    return Event(day=date(2014, 3, 20), who="office-1", move=move, words=words, values=values)


# -- the whole week --------------------------------------------------------------------------------------------------


async def lived(folder: Path, wednesday: Path, k: int, monkeypatch):
    """The week in a house where so many people are enough: its digest, as the clerk has put it right."""
    shutil.copytree(wednesday, folder)
    async with city(folder, f"{LAST} 10:00", k, monkeypatch) as house:
        if k == 1:
            await house.do(lambda work: work.vault.open("spring", one_person(), people=6820))
        await house.app.bell.ring()
        await handed_in(house, BEFORE)
        await house.at(f"{LAST} 15:00")
        await remembered(house)
        chat = [one for one in said() if one.channel == "chat"]
        await handed_in(house, NOW, chat, begin=10_000)
        await house.at(f"{FRIDAY} 15:00")
        await worked(house)
        await decided(house)
        return await house.digest()
