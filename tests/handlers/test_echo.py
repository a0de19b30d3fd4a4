"""An answer goes back to where it was raised: to everybody there, once, and to nobody elsewhere."""

from datetime import date

from bot.core.messages import Address
from bot.core.rectification import Move
from handlers.rectification import act, answer_all, judge, put_on_list
from storage.rectification import Fate
from tests.handlers.test_rectification import COLD, _item, _parents
from tests.handlers.test_week import town

DAY = date(2014, 4, 1)


async def _roster(house):
    """Parents of two schools, of whom slips have told where they belong; and somebody who came by a link."""
    for who, unit in (("mum", "newtown"), ("dad", "newtown"), ("aunt", "shiyan")):
        address = Address(channel="web", id=who)
        await house.do(lambda w, a=address, u=unit: w.identity.place(a, "zh", "parent", u))
    await house.hears("passer", "开始", "停", "恢复提醒")
    house.channel.sent.clear()


async def _closed(house, *, voices=9):
    """So many parents of one school complain of the same thing; it is dealt with."""
    await _parents(house, voices)
    await house.at("2014-03-28 15:00")
    await _item(house)

    def judged(work):
        ids = [bytes.fromhex(one.id) for one in work.opinions.unjudged("2014-03-28", 99)]
        fate = Fate(way="known", problem=1, day=DAY)
        judge(work, ids, fate, house.app.almanac({}).period_of)
        for move, words in (
            (Move.FINISH, "每班一个保温箱"),
            (Move.PUBLISH, ""),
            (Move.CLOSE, "饭菜到班温热"),
        ):
            values = {"batch": "b"} if move is Move.PUBLISH else {"unrated": "1"}
            act(work, 1, move, DAY, "office-1", words, **values)

    await house.do(judged)


async def _rings(house, *moments):
    for moment in moments:
        await house.at(moment)
    await house.rest()


async def test_everybody_of_the_school_is_told_once_and_nobody_elsewhere(tmp_path):
    async with town(tmp_path) as house:
        await _closed(house)
        await _roster(house)
        await _rings(house, "2014-04-02 12:00", "2014-04-02 12:01", "2014-04-03 12:00")
        assert [("饭菜到班温热" in one.text) for one in house.sent("mum")] == [True]
        assert "食堂饭菜偏凉" in house.last("dad")
        assert COLD not in house.last("dad")
        for who in ("aunt", "passer", "parent0"):
            assert not any("温热" in one.text for one in house.sent(who)), who


async def test_it_is_said_in_waking_hours_of_all_and_not_to_those_who_want_quiet(tmp_path):
    async with town(tmp_path) as house:
        await _closed(house)
        await _roster(house)
        mum = Address(channel="web", id="mum")
        await house.do(lambda work: work.identity.hush(mum, quiet=True))
        await _rings(house, "2014-04-02 22:00")
        assert house.sent("dad") == []
        await _rings(house, "2014-04-03 12:00")
        assert len(house.sent("dad")) == 1
        assert house.sent("mum") == []


async def test_who_is_in_the_middle_of_a_talk_is_told_afterwards(tmp_path):
    async with town(tmp_path) as house:
        await _closed(house)
        await _roster(house)
        await house.hears("mum", "开始")
        await _rings(house, "2014-04-02 12:00")
        assert "温热" not in house.last("mum")
        await house.hears("mum", "停", "恢复提醒")
        await _rings(house, "2014-04-02 12:05")
        assert "温热" in house.last("mum")


async def test_things_of_one_week_are_told_together(tmp_path):
    async with town(tmp_path) as house:
        await _closed(house)
        await _roster(house)
        await _rings(house, "2014-04-02 12:00")
        ids = await house.do(
            lambda w: [bytes.fromhex(one.id) for one in w.opinions.of("2014-03-28") if one.text]
        )
        for title in ("校门口太堵", "作业太多"):
            await house.do(
                lambda w, t=title: answer_all(w, t, ids, "已经改了", date(2014, 4, 3))
            )
        house.channel.sent.clear()
        await _rings(house, "2014-04-04 12:00")
        assert not any("有回音了" in one.text for one in house.sent("mum"))
        await _rings(house, "2014-04-09 12:00")
        [one] = [one for one in house.sent("mum") if "有回音了" in one.text]
        assert "校门口太堵" in one.text
        assert "作业太多" in one.text


async def test_what_few_raised_is_told_to_nobody_of_its_own(tmp_path):
    async with town(tmp_path) as house:
        await _roster(house)

        def few(work):
            put_on_list(work, "一件小事", DAY, "office-1")
            for field, value in (
                ("goal", "好"),
                ("measures", "改"),
                ("unit", "newtown"),
                ("person", "某科"),
                ("due", "2014-05-01"),
            ):
                act(work, 1, Move.SET, DAY, "office-1", value, field=field)
            act(work, 1, Move.OPEN, DAY, "office-1")
            act(work, 1, Move.FINISH, DAY, "office-1", "改了")
            act(work, 1, Move.PUBLISH, DAY, "office-1", batch="b")
            act(work, 1, Move.CLOSE, DAY, "office-1", "改好了", unrated="1")
            return work.echoes.waiting()

        assert await house.do(few) == ()


async def test_who_has_blocked_us_is_left_alone_from_then_on(tmp_path):
    async with town(tmp_path) as house:
        await _closed(house)
        await _roster(house)
        house.channel.blocks("mum")
        await _rings(house, "2014-04-02 12:00")
        reachable = await house.do(lambda work: dict(work.identity.reachable()))
        assert Address(channel="web", id="mum") not in reachable
        assert Address(channel="web", id="dad") in reachable
