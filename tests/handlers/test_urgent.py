"""What cannot wait: asked at the preview, told on the tap alone, taken by one, escalated after ten minutes."""

import asyncio
import re

import pytest

from bot.core.messages import Address
from bot.core.people import Post, Role
from tests.handlers.test_week import town
from tests.vaults import ask

BEATEN = "1 操场上有人体罚学生，打得住院了，找13912345678"
CALM = "1"


@pytest.fixture
async def house(tmp_path):
    async with town(tmp_path) as made:
        await employ(made, "duty", Post(role=Role.DUTY))
        made.channel.sent.clear()
        yield made


async def employ(house, who, *posts):
    address = Address(channel="web", id=who)
    await house.do(lambda work: work.staff.join(address, "zh", posts))
    await house.front.look_again()


async def says(house, who, words=BEATEN, unit="newtown"):
    """A parent says this to the first question, and looks at the preview."""
    await house.hears(who, "1", words, "88", link=f"u_{unit}-g_parent")


async def rings(house, times=2):
    for _ in range(times):
        await house.app.bell.ring()
    await house.rest()


async def matters(house):
    return await house.do(lambda work: work.urgent.open())


async def test_the_writer_is_asked_before_it_is_handed_in_with_what_comes_of_it(house):
    await says(house, "mum")
    await house.hears("mum", "1")
    asked = house.last("mum")
    assert "可能是急事" in asked
    assert "110" in asked
    assert "0000-0110" in asked
    assert "收不回来" in asked
    assert "打得住院了，找〔电话〕" in asked
    labels = [b.label for row in house.sent("mum")[-1].rows for b in row]
    assert labels == [
        "马上告诉，写明是新城小学",
        "马上告诉，不写单位",
        "先不用，一起等汇总",
        "返回",
    ]
    assert await matters(house) == ()


async def test_what_is_not_urgent_is_handed_in_without_a_question(house):
    await says(house, "mum", CALM)
    await house.hears("mum", "1")
    assert "收到了" in house.last("mum")


async def test_on_the_tap_it_reaches_the_one_on_duty_masked_and_without_who(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    assert "已经告诉值班的人" in house.last("mum")
    assert re.search(r"\d{4} \d{4} \d{4} \d{4}", house.last("mum"))
    await rings(house)
    (told,) = house.sent("duty")
    assert "新城小学" in told.text
    assert "体罚学生，打得住院了，找〔电话〕" in told.text
    assert "家长" not in told.text
    assert house.sent("office") == []


async def test_without_the_place_where_the_tap_says_so(house):
    await says(house, "mum")
    await house.hears("mum", "1", "2")
    await rings(house)
    assert "新城小学" not in house.last("duty")


async def test_without_the_tap_it_waits_like_all_others_and_nobody_is_told(house):
    for number in range(6):
        await says(house, f"mum{number}", BEATEN if number == 3 else CALM)
        await house.hears(f"mum{number}", *(("1", "3") if number == 3 else ("1",)))
    await rings(house)
    assert house.sent("duty") == []
    assert await matters(house) == ()
    await house.at("2014-03-28 15:00")
    kept = await house.do(lambda work: work.digests.find("2014-03-28"))
    assert "体罚学生，打得住院了" in kept.snapshot


async def test_nobody_is_told_twice_however_often_the_bell_rings(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    await rings(house, 5)
    assert len(house.sent("duty")) == 1


async def test_the_first_who_takes_it_has_it_and_the_others_see_who_that_is(house):
    await employ(house, "second", Post(role=Role.DUTY))
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    await rings(house)
    (one,) = await matters(house)
    await asyncio.gather(
        house.hears("duty", f"急办 {one.number} 接"),
        house.hears("second", f"急办 {one.number} 接"),
    )
    (taken,) = await matters(house)
    winner, other = ("duty", "second") if taken.holder == "duty-1" else ("second", "duty")
    assert "您接下了" in house.last(winner)
    assert "您接下了" not in house.last(other)
    assert f"值班{taken.holder[-1]} 在办" in house.last(other)


async def test_after_ten_minutes_without_anybody_the_office_hears_too_and_only_once(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    await house.at("2014-03-24 09:39")
    await rings(house)
    assert house.sent("office") == []
    await house.at("2014-03-24 09:41")
    await rings(house, 4)
    (late,) = house.sent("office")
    assert "10 分钟没有人接" in late.text
    (one,) = await matters(house)
    assert one.at == 0  # nobody needs the minute any more


async def test_what_was_taken_in_time_is_not_escalated(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    await rings(house)
    await house.taps("duty", "我来接")
    await house.at("2014-03-24 09:50")
    await rings(house)
    assert house.sent("office") == []


async def test_where_nobody_is_on_duty_the_office_hears_at_once(tmp_path):
    async with town(tmp_path) as bare:
        bare.channel.sent.clear()
        await says(bare, "mum")
        await bare.hears("mum", "1", "1")
        await rings(bare)
        assert "急办" in bare.last("office")


async def test_it_is_handed_on_and_done_and_the_papers_give_the_date_only(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    await rings(house)
    await house.taps("duty", "我来接")
    await house.taps("duty", "转给别人")
    await house.taps("duty", "办公室1")
    assert "已经转过去" in house.last("duty")
    await rings(house)
    assert "转给您" in house.last("office")
    await house.taps("office", "看一看")
    await house.taps("office", "办结")
    await house.hears("office", "已到校处置，联系家长13912345678")
    assert "已办：已到校处置，联系家长〔电话〕" in house.last("office")
    assert await matters(house) == ()
    await house.parents(6)
    await house.at("2014-03-28 15:00")
    kept = await house.do(lambda work: work.digests.find("2014-03-28"))
    assert "新城小学：操场上有人体罚学生" in kept.snapshot
    assert "已到校处置" in kept.snapshot
    assert '"received":"2014-03-24"' in kept.snapshot
    assert kept.snapshot.count("打得住院了") == 1  # not in the ledger a second time


async def test_the_receipt_says_how_it_stands_and_that_it_cannot_be_taken_back(house):
    await says(house, "mum")
    await house.hears("mum", "1", "1")
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", house.last("mum"))[0]
    await house.hears("dad", f"查 {code}")
    assert "还没有人接" in house.last("dad")
    await rings(house)
    await house.taps("duty", "我来接")
    await house.hears("dad", f"查 {code}")
    assert "已经接下" in house.last("dad")
    await house.parents(6)
    await house.at("2014-03-28 15:00")
    await house.hears("dad", f"查 {code}")
    assert "已经接下" in house.last("dad")
    await house.hears("dad", f"撤回 {code}")
    await house.taps("dad", "确认撤回")
    assert "收不回来" in house.last("dad")


async def test_the_row_holds_no_group_no_person_and_nothing_of_the_other_answers(house):
    await says(house, "mum")
    await house.hears("mum", "1", "2")
    rows = await house.do(lambda work: ask(work._tx, "SELECT * FROM urgent"))
    (row,) = rows
    assert "parent" not in repr(row)
    assert "newtown" not in repr(row)
    assert "mum" not in repr(row)


async def test_a_writer_may_say_by_themselves_that_it_cannot_wait(house):
    await says(house, "mum", "1 明天上午全校断水")
    await house.hears("mum", "急")
    assert "可能是急事" in house.last("mum")
    await house.hears("mum", "9")
    assert "名字和电话已经遮住" in house.last("mum")


async def test_what_speaks_of_a_leader_is_in_no_paper_and_its_own_reader_gets_it_too(house):
    await says(house, "mum", "1 校长把我孩子打得住院了")
    await house.hears("mum", "1", "1")
    await house.parents(8)
    await house.at("2014-03-28 15:00")
    kept = await house.do(lambda work: work.digests.find("2014-03-28"))
    assert "打得住院了" not in kept.snapshot
    assert any("打得住院了" in file for file in kept.personal)
