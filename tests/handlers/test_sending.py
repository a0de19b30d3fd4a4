"""A digest leaves the house: who gets it is shown first, each gets it once, and a server that fails keeps nobody else waiting."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from bot.app.wiring import App
from bot.channels.base import Blocked, Throttled, Unreachable
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.core.survey import Unit
from bot.settings import Digest, Hook, Mail, PlannedUnit
from bot.verbs.opening import sample
from handlers.papers import Press
from tests.fakes import FakeChannel, FixedClock
from tests.handlers.test_week import OFFICE, SPRING, ZONE, Town

BOXES = ("head@school.example", "bureau@city.example")
URL = "https://hooks.example/in/0123"
FRIDAY = "2014-03-28"


def below_one(units: tuple[PlannedUnit, ...]) -> tuple[PlannedUnit, ...]:
    """The town's units, and the bureau above them all."""
    bureau = PlannedUnit(unit=Unit(id="city", name="江城市"))
    below = (
        one if one.unit.parent else replace(one, unit=replace(one.unit, parent="city"))
        for one in units
    )
    return (bureau, *below)


@asynccontextmanager
async def posted(folder, boxes=BOXES, urls=(URL,), moment=f"{FRIDAY} 14:00"):
    """A town whose digest also goes to mailboxes and a hook."""
    clock = FixedClock(datetime.fromisoformat(moment).replace(tzinfo=ZONE).timestamp())
    loaded = sample(folder, {})
    settings = replace(
        loaded.settings,
        rounds=(SPRING,),
        units=below_one(loaded.settings.units),
        digest=Digest(recipients=boxes),
        mail=Mail(host="mail.example", sender="office@school.example"),
        hook=Hook(urls=urls),
    )
    app = App(settings, loaded.secrets, clock)
    chats, mail, hook = (FakeChannel(name) for name in ("web", "mail", "hook"))
    async with app.running(chats, mail, hook) as front:
        await app.bell.ring()
        house = Town(app, front, chats, clock)
        house.mail, house.hook = mail, hook
        await house.do(lambda work: work.staff.join(OFFICE, "zh", (Post(role=Role.OFFICE),)))
        await front.look_again()
        yield house


async def closed(house) -> None:
    await house.parents(6)
    await house.at(f"{FRIDAY} 15:00")
    await house.rest()


async def carried(house) -> None:
    """The bell rings, and all that servers take now has gone: they are served beside all else."""
    await house.app.bell.ring()
    async with asyncio.timeout(30):
        await house.app.carrier.idle()


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """Snapshots that were drawn; each costs its first drawing only."""
    known: dict[str, object] = {}
    asked: list[str] = []
    papers = Press.papers

    async def remembered(self, snapshot, *wanted):
        asked.append(snapshot)
        if snapshot not in known:
            known[snapshot] = await papers(self, snapshot, *wanted)
        return known[snapshot]

    monkeypatch.setattr(Press, "papers", remembered)
    return asked


async def send(house) -> None:
    await house.hears("office", f"发送 {FRIDAY}")
    await house.taps("office", "确认发送")


async def test_who_gets_it_is_shown_and_each_gets_it_once(tmp_path, drawn):
    async with posted(tmp_path) as house:
        await closed(house)
        await house.hears("office", f"发送 {FRIDAY}")
        shown = house.last("office")
        assert (
            "要发给这 4 处：办公室1、head@school.example、bureau@city.example、hooks.example。"
            in shown
        )
        assert "0123" not in shown
        assert house.mail.sent == house.hook.sent == []

        await house.taps("office", "确认发送")
        await carried(house)
        await house.at(f"{FRIDAY} 16:00")
        await house.hears("office", f"发送 {FRIDAY}")
        assert [
            one.address.id for one in sorted(house.mail.sent, key=lambda o: o.address.id)
        ] == [
            "bureau@city.example",
            "head@school.example",
        ]
        assert [one.address.id for one in house.hook.sent] == [URL]
        assert "收到 4，在路上 0，退回 0" in house.last("office")
        letter, told = house.mail.sent[0], house.hook.sent[0]
        assert {"digest.docx", "ledger.xlsx"} <= {file.name for file in letter.files}
        assert letter.picture
        assert letter.text == told.text
        assert json.loads(told.facts)["submissions"] == 6
        assert len({one.once for one in (*house.mail.sent, told)}) == 3


async def test_the_papers_are_drawn_once_for_all(tmp_path, drawn):
    async with posted(tmp_path) as house:
        await closed(house)
        await send(house)
        await carried(house)
        assert len(house.mail.sent) == 2
    assert len(drawn) == 2  # for people's chats, and for servers


async def test_who_came_to_the_recipients_meanwhile_is_shown_before_it_is_sent(tmp_path):
    async with posted(tmp_path) as house:
        await closed(house)
        await house.hears("office", f"发送 {FRIDAY}")
        newcomer = Address(channel="web", id="leader")
        await house.do(lambda work: work.staff.join(newcomer, "zh", (Post(role=Role.LEADING),)))
        await house.taps("office", "确认发送")
        assert "要发给这 5 处" in house.last("office")
        assert not (await house.do(lambda work: work.digests.find(FRIDAY))).sent


async def test_a_server_that_fails_is_tried_ever_more_seldom_and_keeps_nobody_waiting(
    tmp_path, drawn
):
    async with posted(tmp_path, boxes=BOXES[:1], urls=()) as house:
        await closed(house)
        house.mail.broken = Unreachable("SMTPConnectError")
        house.channel.sent.clear()
        await send(house)
        await carried(house)
        assert [one.text for one in house.sent("office") if one.files]  # people have it

        tries = []
        for minute in range(1, 40):
            await house.at(f"{FRIDAY} 15:{minute:02}")
            await carried(house)
            tries.append(house.mail.tried(BOXES[0]))
        assert [tries.index(n) + 1 for n in (2, 3, 4, 5)] == [1, 3, 7, 15]

        await house.hears("office", "送达")
        assert f"在路上（没送到会自动再送）：{BOXES[0]}" in house.last("office")
        house.mail.broken = None
        house.clock.push(3600)
        await carried(house)
        await house.hears("office", f"送达 {FRIDAY}")
        assert f"收到：办公室1、{BOXES[0]}" in house.last("office")


async def test_a_server_that_hangs_holds_up_neither_the_bell_nor_the_office(tmp_path, drawn):
    hanging, goes_on = asyncio.Event(), asyncio.Event()

    async with posted(tmp_path, urls=()) as house:
        await closed(house)

        async def hang(outgoing):
            hanging.set()
            await goes_on.wait()

        house.mail.send = hang
        await send(house)
        async with asyncio.timeout(120):
            await hanging.wait()
            await house.at(f"{FRIDAY} 15:01")
        assert [one for one in house.sent("office") if one.files]
        goes_on.set()


async def test_a_server_that_asks_to_wait_is_left_in_peace_until_then(tmp_path, drawn):
    async with posted(tmp_path, boxes=(), urls=(URL,)) as house:
        await closed(house)
        house.hook.will_fail(Throttled(600))
        await send(house)
        await carried(house)
        house.clock.push(500)
        await carried(house)
        assert house.hook.tried(URL) == 1
        house.clock.push(101)
        await carried(house)


async def test_what_came_back_is_told_and_can_be_tried_again(tmp_path, drawn):
    async with posted(tmp_path, boxes=BOXES[:1], urls=()) as house:
        await closed(house)
        house.mail.will_fail(Blocked())
        await send(house)
        await carried(house)
        await house.hears("office", "送达")
        assert "退回 1" in house.last("office")
        assert BOXES[0] in house.last("office")

        await house.taps("office", "退回的再送一次")
        await carried(house)
        await house.hears("office", "送达")
        assert "收到 2，在路上 0，退回 0" in house.last("office")


async def test_a_mailbox_taken_out_of_the_setting_gets_nothing_that_still_waits(
    tmp_path, drawn
):
    async with posted(tmp_path, urls=()) as house:
        await closed(house)
        house.mail.broken = Unreachable("down")
        await send(house)
        await carried(house)
    async with posted(tmp_path, boxes=BOXES[:1], urls=(), moment=f"{FRIDAY} 16:00") as house:
        await carried(house)
        assert [one.address.id for one in house.mail.sent] == [BOXES[0]]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.SUPERVISOR, Role.DUTY])
async def test_only_who_may_send_sees_where_it_went(tmp_path, drawn, role):
    async with posted(tmp_path) as house:
        await closed(house)
        await send(house)
        other = Address(channel="web", id="other")
        await house.do(lambda work: work.staff.join(other, "zh", (Post(role=role),)))
        await house.front.look_again()
        await house.hears("other", "送达")
        assert BOXES[0] not in house.last("other")


# --- nobody reviews ----------------------------------------------------------------------------------------------

UNSENT = "还没有发出"


async def employed(house, who: str, role: Role, *units: str) -> None:
    address = Address(channel="web", id=who)
    await house.do(lambda work: work.staff.join(address, "zh", (Post(role=role, units=units),)))
    await house.front.look_again()
    await house.hears(who, "菜单")  # the roll is read again when somebody new speaks


async def test_at_five_the_office_and_its_deputy_are_told_once_that_nobody_sent_the_draft(
    tmp_path,
):
    async with posted(tmp_path) as house:
        await employed(house, "deputy", Role.DEPUTY, "city")
        await employed(house, "school", Role.DEPUTY, "newtown")
        await employed(house, "reader", Role.LEADING)
        await closed(house)
        await house.at(f"{FRIDAY} 16:59")
        assert not any(UNSENT in one.text for one in house.channel.sent)
        await house.at(f"{FRIDAY} 17:00")
        await house.at(f"{FRIDAY} 17:01")
        await house.at("2014-03-31 17:00")
        told = [one.address.id for one in house.channel.sent if UNSENT in one.text]
        assert sorted(told) == ["deputy", "office"]
        assert house.mail.sent == house.hook.sent == []
        await house.taps("deputy", "看初稿")
        assert "周报" in house.last("deputy")


async def test_nobody_is_told_where_it_was_sent_in_time(tmp_path, drawn):
    async with posted(tmp_path) as house:
        await closed(house)
        await send(house)
        await house.at(f"{FRIDAY} 17:00")
        await house.at("2014-03-31 17:00")
        assert not any(UNSENT in one.text for one in house.channel.sent)


async def test_after_a_stop_over_five_they_are_told_at_that_hour_of_the_next_working_day(
    tmp_path,
):
    async with posted(tmp_path) as house:
        await closed(house)
        for moment in ("2014-03-29 17:30", "2014-03-31 09:00"):  # a Saturday; Monday morning
            await house.at(moment)
            assert not any(UNSENT in one.text for one in house.channel.sent)
        await house.at("2014-03-31 17:00")
        assert [one.address.id for one in house.channel.sent if UNSENT in one.text] == [
            "office"
        ]


async def test_before_a_holiday_it_is_the_drafts_own_day(tmp_path):
    async with posted(tmp_path, moment="2014-04-30 14:00") as house:
        await house.parents(6)
        await house.at("2014-04-30 15:00")  # a Wednesday: Friday is within the holiday
        assert "2014-04-30" in await house.do(lambda work: work.digests.periods())
        await house.at("2014-04-30 17:00")
        assert [one.address.id for one in house.channel.sent if UNSENT in one.text] == [
            "office"
        ]
