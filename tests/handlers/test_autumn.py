"""Three people's autumn: the parent who complained of cold food, the canteen manager who must act, the clerk who closes it too
early and gets it back. The whole house, a pushed clock, and each of them only in chat.
"""

import re

from bot.core.messages import Address
from bot.core.people import Post, Role
from tests.handlers.test_rectification import _parents
from tests.handlers.test_week import town

LINK = "r_{round}-u_newtown-g_parent"


async def _stand_at_the_stove(house):
    """The canteen manager has an account of the staff; the parents' slips have told where they belong."""
    cook = Address(channel="web", id="cook")
    posts = (Post(role=Role.NODE, name="食堂主管"),)
    await house.do(lambda work: work.staff.join(cook, "zh", posts))
    for i in range(9):
        parent = Address(channel="web", id=f"parent{i}")
        await house.do(lambda w, a=parent: w.identity.place(a, "zh", "parent", "newtown"))
    await house.front.look_again()


async def _rate(house, grades, batch):
    for i, grade in enumerate(grades):
        await house.hears(f"{batch}rater{i}", "1", grade, "1", link=LINK.format(round=batch))


async def _last_round(house):
    return (await house.do(lambda work: work.problems.notices()))[-1].round


async def _problem(house):
    return await house.do(lambda work: work.problems.find(1))


async def test_three_peoples_autumn(tmp_path):
    async with town(tmp_path, "2014-09-01 09:30") as house:
        await _stand_at_the_stove(house)

        # The parent complains, and keeps a receipt; eight others say the same.
        await _parents(house, 9)
        receipt = re.search(r"\d{4} \d{4} \d{4} \d{4}", house.last("parent0")).group()
        await house.at("2014-09-05 15:00")
        await house.hears("parent0", f"查 {receipt}")
        assert "还没有定怎么办" in house.last("parent0")

        # The clerk makes one problem of them all, and an item of the problem.
        await house.hears("office", "去向")
        await house.taps("office", "9 条一起")
        await house.taps("office", "新列问题")
        await house.hears("office", "食堂饭菜偏凉")
        for says in (
            "目标 饭菜到班不凉",
            "措施 加保温箱，错峰送餐",
            "单位 newtown",
            "责任人 食堂主管",
            "时限 9月26日",
            "立项",
        ):
            await house.hears("office", f"问题 1 {says}")
        assert "未动" in house.last("office")
        await house.hears("parent0", f"查 {receipt}")
        assert "归入第 1 号问题“食堂饭菜偏凉”，现在未动" in house.last("parent0")
        assert "2014-09-26" in house.last("parent0")

        # The manager is told on Monday, asks for more time in vain, and acts.
        await house.at("2014-09-15 12:30")
        assert "归您办" in house.last("cook")
        await house.hears("cook", "问题 1 延期 10月20日 箱子没到")
        assert (await _problem(house)).extended == 0
        await house.hears("cook", "问题 1 进展 保温箱订了十个")
        await house.hears("cook", "问题 1 完成 十个保温箱到位")
        assert (await _problem(house)).finished.isoformat() == "2014-09-15"

        # The clerk shows it to the school, and closes it before anybody has rated it.
        await house.hears("office", "问题 1 销号 保温箱到位")
        assert "还没有公示" in house.last("office")
        await house.hears("office", "公示 newtown 7 确认")
        await house.app.bell.ring()
        first = await _last_round(house)
        await house.hears("office", "问题 1 自评 满意")
        await house.taps("office", "销号")
        assert "群众还没有评完" in house.last("office")
        await house.hears("office", "保温箱到位")
        assert (await _problem(house)).state == "closed"
        assert "还没有群众评价" in house.last("office")

        # The parents are told what was done about what they raised. It is still cold.
        await house.at("2014-09-16 12:30")
        told = [one.text for one in house.sent("parent3") if "有回音了" in one.text]
        assert len(told) == 1
        assert "食堂饭菜偏凉：保温箱到位" in told[0]
        await _rate(house, ["3", "3", "3", "3", "1", "2"], first)

        # The clerk gets it back, with a new date, and so does the manager.
        await house.at("2014-09-24 15:00")
        await house.at("2014-09-25 09:30")
        problem = await _problem(house)
        assert (problem.state, problem.closed, problem.reworked) == ("rework", None, 1)
        assert problem.musts.due.isoformat() == "2014-10-24"
        for who in ("office", "cook"):
            assert any("满意率 33%" in one.text for one in house.sent(who)), who
        await house.hears("parent0", f"查 {receipt}")
        assert "现在返工" in house.last("parent0")
        await house.at("2014-09-26 15:00")
        week = await house.do(lambda work: work.digests.find("2014-09-26"))
        assert '"rework":["食堂饭菜偏凉"]' in week.snapshot

        # This time it is right, and people say so.
        await house.hears("cook", "问题 1 完成 送餐车加了电加热，到班六十度")
        await house.hears("office", "公示 newtown 7 确认")
        await house.app.bell.ring()
        second = await _last_round(house)
        assert second != first
        await _rate(house, ["1", "1", "1", "2", "1", "3"], second)
        await house.at("2014-10-08 15:00")
        await house.at("2014-10-09 09:30")
        assert (await _problem(house)).state == "rated"
        await house.hears("office", "问题 1 销号 送餐车电加热，到班六十度以上")
        await house.hears("parent0", f"查 {receipt}")
        assert "已销号" in house.last("parent0")
        assert "六十度以上" in house.last("parent0")
        await house.at("2014-10-10 12:30")
        assert "六十度以上" in house.last("parent5")

        # A month later it is looked back at; nothing of all this was erased.
        await house.at("2014-11-10 12:30")
        assert "销号满 1 个月" in house.sent("cook")[-1].text
        await house.hears("cook", "问题 1 回看 每天测温，都合格")
        await house.hears("office", "问题 1 历史")
        history = await house.do(lambda work: work.problems.history(1))
        assert [
            event.move for event in history if event.move in ("close", "send_back", "look")
        ] == [
            "close",
            "send_back",
            "close",
            "look",
        ]
        for words in (
            "填写 目标：饭菜到班不凉",
            "返工 2014-10-24：33%",
            "责任人1 回看",
            "满意4，基本满意1，不满意1",
        ):
            assert words in house.last("office"), words
        assert "office" in {event.who.partition("-")[0] for event in history}
