"""A wish to be told is a mark nobody can list; enough of them are told together, once, and it is over."""

from contextlib import asynccontextmanager

from bot.channels.base import Blocked, Unreachable
from bot.core.messages import Address
from bot.core.wish import VAULT, name
from storage.tables import metadata
from tests.handlers.test_dialogue import Office
from tests.handlers.test_week import town
from tests.places import held

WISH = "/tellme spring shitang"


@asynccontextmanager
async def wishing(folder, count: int):
    """So many people who wish to hear of the canteen, and an office that can speak."""
    async with town(folder) as made:
        made.__class__ = Office
        for number in range(count):
            await made.hears(f"w{number}", "开始", "停")
            await made.hears(f"w{number}", WISH)
        made.channel.sent.clear()
        yield made


async def tell(house, text: str = "食堂换了保温桶") -> None:
    await house.hears("office", "告知 spring shitang")
    await house.hears("office", text)


def told(house, text: str = "食堂换了保温桶") -> list[str]:
    return sorted(one.address.id for one in house.channel.sent if one.text.endswith(text))


async def test_the_thanks_offer_it_with_one_tap_and_name_round_and_topic(tmp_path):
    async with town(tmp_path) as house:
        house.__class__ = Office
        await house.hears("anna", "1", "0", "食堂的饭菜又贵又凉", link="u_newtown-g_teacher")
        house.clock.push(4)
        await house.front.ring(Address(channel="web", id="anna"))
        await house.hears("anna", "88", "1")
        assert house.labels("anna") == [house.say("thanks.wish")]
        says = house.sent("anna")[-1].rows[0][0].says
        assert says.startswith("/tellme spring ")
        await house.taps("anna", "办好了告诉我")
        assert "够五个" in house.last("anna")


async def test_five_who_wish_it_are_told_together_the_next_morning_and_once(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await tell(house)
        assert told(house) == []
        await house.at("2014-03-25 07:59")
        assert told(house) == []
        await house.at("2014-03-25 12:10")
        assert told(house) == [f"w{n}" for n in range(5)]
        await house.at("2014-03-26 12:10")
        await tell(house)
        await house.at("2014-03-27 12:10")
        assert told(house) == [f"w{n}" for n in range(5)]


async def test_four_wait_and_the_desk_is_told_as_much_as_of_none(tmp_path):
    async with wishing(tmp_path, 4) as house:
        await tell(house)
        said = house.last("office")
        await house.at("2014-03-25 12:10")
        assert told(house) == []
        await house.hears("office", "告知 spring buke")
        await house.hears("office", "食堂换了保温桶")
        assert house.last("office") == said
        await house.hears("w4", "开始", "停")
        await house.hears("w4", WISH)
        await house.at("2014-03-26 12:10")
        assert told(house) == [f"w{n}" for n in range(5)]


async def test_a_second_tap_and_a_second_channel_are_the_same_wish(tmp_path):
    async with wishing(tmp_path, 4) as house:
        await house.hears("w0", WISH)
        here, there = (Address(channel="web", id=id) for id in ("w0", "w0-phone"))
        await house.do(lambda work: work.identity.bind(there, here, "zh"))
        await house.hears("w0-phone", WISH)
        await tell(house)
        await house.at("2014-03-25 12:10")
        assert told(house) == []
        await house.hears("w4", "开始", "停")
        await house.hears("w4", WISH)
        await house.at("2014-03-26 12:10")
        assert told(house) == ["w0-phone", "w1", "w2", "w3", "w4"]


async def test_a_wish_may_be_taken_back(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await house.hears("w0", WISH)
        await house.taps("w0", "不用告诉了")
        await tell(house)
        await house.at("2014-03-25 12:10")
        assert told(house) == []


async def test_who_deletes_their_data_wishes_nothing_any_more(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await house.hears("w0", "确认删除")
        await house.hears("w0", "开始", "停")  # known again, and a stranger
        await tell(house)
        await house.at("2014-03-25 12:10")
        assert told(house) == []


async def test_who_deletes_their_data_while_being_told_is_told_nothing(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await tell(house)
        house.channel.broken = Unreachable()
        await house.at("2014-03-25 12:10")
        house.channel.broken = None
        await house.hears("w0", "确认删除")
        await house.at("2014-03-25 12:20")
        assert told(house) == ["w1", "w2", "w3", "w4"]


async def test_who_cannot_be_reached_is_tried_again_and_nobody_twice(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await tell(house)
        house.channel.will_fail(Unreachable(), Blocked())
        await house.at("2014-03-25 12:10")
        assert len(told(house)) == 3
        await house.at("2014-03-25 12:11")
        await house.at("2014-03-25 12:12")
        assert len(told(house)) == 4
        assert await house.rows("SELECT count(*) FROM telling") == [(0,)]


async def test_nothing_of_a_wish_can_be_read_and_no_row_is_about_somebody(tmp_path):
    async with wishing(tmp_path, 0) as house:
        await house.hears("anna", "开始", "停")
        await house.hears("ben", "开始", "停")
        before = await counts(house)
        await house.hears("anna", WISH)
        after = await counts(house)
        grown = {table: after[table] - before[table] for table in after}
        # The vault of all wishes is opened with the first one.
        assert {table: more for table, more in grown.items() if more} == {
            "bucket": 2,
            "vault": 1,
            "inbox": 1,
        }
        await house.hears("ben", WISH)
        assert (await counts(house))["bucket"] == after["bucket"]
        content = held(house.app.memory)
        assert name("spring", "shitang", Address(channel="web", id="anna")) not in content
        assert b"shitang" not in content


async def counts(house) -> dict[str, int]:
    return {
        name: (await house.rows(f'SELECT count(*) FROM "{name}"'))[0][0]
        for name in metadata.tables
    }


async def test_a_wish_nothing_came_of_is_forgotten_after_a_year(tmp_path):
    async with wishing(tmp_path, 5) as house:
        mark = name("spring", "shitang", Address(channel="web", id="w0"))
        await house.at("2015-02-20 12:10")
        assert await house.do(lambda work: work.vault.marked(VAULT, [mark])) == (True,)
        await house.at("2015-06-20 12:10")
        assert await house.do(lambda work: work.vault.marked(VAULT, [mark])) == (False,)


async def test_a_wish_of_what_is_not_there_is_not_kept(tmp_path):
    async with wishing(tmp_path, 0) as house:
        for typed in ("/tellme nowhere shitang", "/tellme spring nothing"):
            await house.hears("anna", typed)
            assert house.last("anna") == house.say("wish.unknown")


async def test_the_office_may_take_it_back_until_the_morning(tmp_path):
    async with wishing(tmp_path, 5) as house:
        await tell(house)
        await house.taps("office", "收回")
        await house.at("2014-03-25 12:10")
        assert told(house) == []
