"""谈心谈话 as the office lives it: a pasted list, dates, marks; and a record for the two and the office alone."""

import io

from openpyxl import load_workbook

from bot.core.messages import Address
from bot.core.people import Post, Role
from tests.handlers.test_week import town

LIST = "甲某 校长\n乙某 副校长 分管教务处\n丙某 教务处主任\n丁某 教务处副主任"


async def join(house, who: str, *posts: Post) -> None:
    address = Address(channel="web", id=who)
    await house.do(lambda work: work.staff.join(address, "zh", posts))
    await house.front.look_again()


async def planned(house) -> None:
    await house.hears("office", "谈话")
    await house.taps("office", "四必谈（学校）")
    await house.taps("office", "1 轮")
    await house.hears("office", LIST)
    await house.hears("office", "4月14日至4月18日")


async def first_talk(house, with_: str) -> str:
    kept = await house.do(lambda work: work.talks.of(""))
    return next(k.talk.id for k in kept if with_ in k.talk.names)


async def test_a_pasted_list_becomes_a_dated_plan(tmp_path):
    async with town(tmp_path) as house:
        await planned(house)
        assert "排好了：04-14 到 04-18" in house.last("office")
        kept = await house.do(lambda work: work.talks.of(""))
        assert len(kept) == 4
        assert all(one.talk.day is not None for one in kept)
        await house.hears("office", "谈话")
        assert "第 1 轮：已谈 0，共 4" in house.last("office")


async def test_a_line_nobody_understands_is_named_and_the_list_awaited_again(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "谈话 名单 four 1")
        await house.hears("office", "甲某 校长\n乙某 厨师长")
        assert "第 2 行没看懂职务" in house.last("office")
        await house.hears("office", LIST)
        assert "4 个人，一轮要谈 4 次" in house.last("office")


async def test_the_leaders_of_the_settings_make_a_list_too(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "谈话 名单 four 1")
        labels = [b.label for row in house.sent("office")[-1].rows for b in row]
        assert ("用设置里的领导名单" in labels) == bool(house.app.settings.leaders)


async def test_a_stretch_too_short_says_how_many_have_no_day(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "谈话 名单 four 2")
        await house.hears("office", LIST)
        await house.hears("office", "4月14日")
        assert "还有" in house.last("office")
        await house.hears("office", "谈话 日期")
        await house.hears("office", "随便哪天")
        assert "没看懂是哪几天" in house.last("office")


async def test_each_sees_their_own_talks_marks_them_and_writes_the_record(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "ding", Post(role=Role.NODE, name="丁某"))
        await planned(house)
        await house.hears("ding", "谈话")
        assert "您的谈话" in house.last("ding")
        id = await first_talk(house, "丁某")
        await house.hears("ding", f"谈话 看 {id}")
        await house.taps("ding", "已经谈了")
        assert "2014-03-24 已谈" in house.last("ding")
        await house.taps("ding", "写记录")
        await house.hears("ding", "谈了备课组的事，要多听课。")
        await house.hears("ding", f"谈话 读 {id}")
        assert "多听课" in house.last("ding")
        await house.hears("office", f"谈话 读 {id}")
        assert "多听课" in house.last("office")


async def test_who_is_not_one_of_the_two_never_reads_a_record(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "ding", Post(role=Role.NODE, name="丁某"))
        await join(house, "yi", Post(role=Role.NODE, name="乙某"))
        await join(house, "organiser", Post(role=Role.ORGANISATION))
        await planned(house)
        id = await first_talk(house, "丁某")
        await house.hears("ding", f"谈话 记录 {id}")
        await house.hears("ding", "只有两个人知道的话")
        for who in ("yi", "organiser"):
            for what in ("看", "读", "记录"):
                await house.hears(who, f"谈话 {what} {id}")
                assert "只有两个人知道" not in house.last(who)
        await house.hears("organiser", f"谈话 看 {id}")
        assert "记录已留存" in house.last("organiser")
        await house.hears("yi", f"谈话 看 {id}")
        assert "没有这次谈话" in house.last("yi")


async def test_a_record_lies_sealed_on_disk(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "ding", Post(role=Role.NODE, name="丁某"))
        await planned(house)
        id = await first_talk(house, "丁某")
        await house.hears("ding", f"谈话 记录 {id}")
        await house.hears("ding", "只有两个人知道的话")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert "只有两个人知道".encode() not in content
            assert "丁某".encode() not in content


async def test_the_table_names_talks_and_no_word_of_them(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "ding", Post(role=Role.NODE, name="丁某"))
        await planned(house)
        id = await first_talk(house, "丁某")
        await house.hears("ding", f"谈话 记录 {id}")
        await house.hears("ding", "只有两个人知道的话")
        await house.hears("office", "谈话 表")
        (file,) = house.sent("office")[-1].files
        sheet = load_workbook(io.BytesIO(file.content)).active
        assert sheet is not None
        text = "\n".join(str(c) for row in sheet.iter_rows(values_only=True) for c in row if c)
        assert "丙某" in text
        assert "正职与副职必谈" in text
        assert "只有两个人知道" not in text


async def test_a_new_list_forgets_no_talk_that_was_held(tmp_path):
    async with town(tmp_path) as house:
        await planned(house)
        id = await first_talk(house, "丁某")
        await house.hears("office", f"谈话 完成 {id}")
        await house.hears("office", "谈话 名单 four 1")
        await house.hears("office", "甲某 校长\n乙某 副校长")
        kept = await house.do(lambda work: work.talks.of(""))
        assert [k.talk.done is not None for k in kept if k.talk.id == id] == [True]


async def test_a_schools_office_plans_its_own_talks_and_sees_no_others(tmp_path):
    async with town(tmp_path) as house:
        unit = house.app.settings.units[1].unit.id
        await join(house, "school", Post(role=Role.SCHOOL, units=(unit,)))
        await planned(house)
        await house.hears("school", "谈话 名单 four 1")
        await house.hears("school", "辛某 校长\n壬某 副校长")
        assert len(await house.do(lambda work: work.talks.of(unit))) == 1
        id = await first_talk(house, "丁某")
        await house.hears("school", f"/谈话 看 {id}")
        assert "没有这次谈话" in house.last("school")


async def test_another_day_is_typed_and_nonsense_is_asked_again(tmp_path):
    async with town(tmp_path) as house:
        await planned(house)
        id = await first_talk(house, "丁某")
        await house.hears("office", f"谈话 改期 {id}")
        await house.hears("office", "改天吧")
        assert "没看懂是哪天" in house.last("office")
        await house.hears("office", "4月21日")
        assert "04-21" in house.last("office")


async def test_who_has_no_talk_is_told_so(tmp_path):
    async with town(tmp_path) as house:
        await join(house, "ding", Post(role=Role.NODE, name="丁某"))
        await house.hears("ding", "谈话")
        assert "没有要您谈的话" in house.last("ding")
