"""What came by other ways, as a clerk enters it: pasted, sent as a file, merged, taken back. The whole house."""

import io
import json
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook

from bot.channels.base import Unreachable
from bot.core.digest import from_json
from bot.core.messages import Address, Incoming, Media, Sent
from storage.intake import DONE, GOING
from tests.handlers.test_week import town

FRIDAY = "2014-03-28"
MEETING = """3月25日座谈会记录：
1. 检查太多，一个月来了七次，晚上备课的时间全拿去打印了
2. 食堂的饭菜打到手里总是凉的，上个礼拜又涨了一块钱
3、张伟老师13812345678说职称评审要公开
"""


class Clerk:
    """Somebody of the office at their phone."""

    def __init__(self, house, who="office"):
        self.house, self.who = house, who
        self._files = {}
        self._number = 0

    async def says(self, *texts):
        await self.house.hears(self.who, *texts)
        return self.sees

    async def taps(self, label):
        await self.house.taps(self.who, label)
        return self.sees

    async def sends(self, name, content, caption=""):
        self._number += 1
        handle = f"{self.who}-{self._number}"
        self.house.channel.shelf[handle] = content
        body = Media("file", caption, Sent(name, handle, len(content)))
        await self.house.front.receive(
            Incoming(address=Address(channel="web", id=self.who), key=handle, body=body)
        )
        await self.house.rest()
        return self.sees

    @property
    def sees(self):
        return self.house.last(self.who)

    @property
    def labels(self):
        return [b.label for row in self.house.sent(self.who)[-1].rows for b in row]

    @property
    def paper(self):
        return self.house.sent(self.who)[-1].files


def xlsx(*rows):
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value):
        cell.data_type = "s"  # words, also those that begin like a formula
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def entered(house, period=FRIDAY):
    return await house.do(lambda work: work.opinions.entered(period))


async def meeting(clerk, text=MEETING):
    await clerk.says("座谈")
    await clerk.says(text)
    await clerk.taps("哪些人")
    await clerk.taps("一线教师")
    await clerk.taps("好了")
    await clerk.taps("多少人")
    await clerk.says("21")
    return clerk


async def test_a_meeting_is_pasted_split_confirmed_and_counts_with_its_people(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = await meeting(Clerk(house))
        assert "座谈会 还没有收下" in clerk.sees
        assert "21人" in clerk.sees
        assert await entered(house) == []
        await clerk.taps("收下 3 条")
        assert "座谈会收下 3 条" in clerk.sees
        texts = [one.text for one in await entered(house)]
        assert len(texts) == 3
        assert not any("张伟" in text or "138" in text for text in texts)
        await house.at("2014-03-28 15:00")
        kept = await house.do(lambda work: work.digests.find(FRIDAY))
        made = from_json(kept.snapshot)
        assert {c.code: c.number for c in made.channels}["meeting"] == 3
        assert made.meetings is not None
        assert (made.meetings.sessions, made.meetings.people) == (1, 21)
        assert {entry.channel for entry in made.entries} == {"meeting"}
        assert {entry.received for entry in made.entries} == {"2014-03-26"}


async def meetings_told(house, period):
    kept = await house.do(lambda work: work.digests.find(period))
    made = from_json(kept.snapshot)
    sessions = made.meetings.sessions if made.meetings else 0
    return sessions, {c.code: c.number for c in made.channels}.get("meeting", 0)


async def test_a_week_that_closes_meanwhile_leaves_people_and_words_together_to_the_next(
    tmp_path,
):
    """Confirmed a moment before three: what was not in by then was in no digest at all, while its people were in the old."""
    async with town(tmp_path, "2014-03-28 14:59") as house:
        clerk = await meeting(Clerk(house))
        importer = house.front._importer
        importer.stop()
        await clerk.taps("收下 3 条")
        await house.at("2014-03-28 15:00")
        assert await meetings_told(house, FRIDAY) == (0, 0)
        importer._stopping = False
        await importer.resume()
        await house.rest()
        assert "座谈会收下 3 条" in clerk.sees
        await house.at("2014-04-04 15:00")
        assert await meetings_told(house, "2014-04-04") == (1, 3)


async def test_words_of_a_meeting_that_is_half_in_wait_for_the_others(tmp_path):
    async with town(tmp_path, "2014-03-28 14:50") as house:
        clerk = await meeting(Clerk(house))
        await clerk.taps("收下 3 条")
        await clerk.says("来信", "操场的灯坏了半个月，天黑了看不见")
        await clerk.taps("收下 1 条")
        moved = await house.do(lambda work: work.intakes.move(1, DONE, GOING))
        assert moved
        await house.at("2014-03-28 15:00")
        assert await meetings_told(house, FRIDAY) == (0, 0)
        assert [one.channel for one in await entered(house)] == ["mail"]
        assert len(await entered(house, "2014-04-04")) == 3


TICKETS = (
    ("工单号", "来电时间", "来电内容", "单位", "群体"),
    ("0012014032500017", "2014-03-25", "新城小学门口放学时车辆乱停，孩子过马路很危险，希望派人管一管", "新城小学", "学生家长"),
    ("0012014032500018", "2014-03-25", "=cmd|' /C calc'!A0 食堂涨价没有通知家长", "", ""),
    ("0012014032500019", "3月40日", "学校收费不清楚，请公开", "", ""),
    ("0012014032500020", "2014-03-26", "", "", ""),
)  # fmt: skip


async def test_a_table_is_read_with_its_columns_guessed_and_bad_rows_come_back_with_reasons(
    tmp_path,
):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("导入")
        await clerk.sends("12345导出.xlsx", xlsx(*TICKETS))
        assert "意见内容 ← 来电内容" in clerk.sees
        assert "工单号、编号 ← 工单号" in clerk.sees
        assert "12345 还没有收下" in clerk.sees
        await clerk.taps("收下 4 条")
        assert "12345收下 2 条" in clerk.sees
        assert "有 2 行没有收下" in clerk.sees
        sheet: Any = load_workbook(io.BytesIO(clerk.paper[0].content)).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        assert [row[0] for row in rows] == [4, 5]
        assert "收到日期看不懂：3月40日" in rows[0][1]
        assert "没有意见内容" in rows[1][1]
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)

        await clerk.says("导入")
        await clerk.sends("12345导出.xlsx", xlsx(*TICKETS))
        assert "上次您这样对应过" in clerk.sees
        await clerk.taps("收下 4 条")
        assert "没有新的意见要记" in clerk.sees
        assert not any("撤回" in label for label in clerk.labels)
        assert "2 行以前收过" in clerk.sees
        assert len(await entered(house)) == 2


async def test_rows_that_could_not_be_read_wait_for_a_clerk_who_was_not_there(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("导入")
        await clerk.sends("12345导出.xlsx", xlsx(*TICKETS))
        house.channel.broken = Unreachable()
        await clerk.taps("收下 4 条")
        await house.at("2014-03-26 10:01")
        assert clerk.paper == ()

        house.channel.broken = None
        await house.at("2014-03-26 10:02")
        await house.rest()
        assert "有 2 行没有收下" in clerk.sees
        assert [file.name for file in clerk.paper] == ["handed-back.xlsx"]
        said = len(house.sent("office"))
        await house.at("2014-03-26 10:03")
        assert len(house.sent("office")) == said


async def test_one_column_under_its_name_is_a_table_too(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("导入")
        await clerk.sends("来信.xlsx", xlsx(("意见",), ("菜凉了",), ("作业太多，写到十点",)))
        assert "意见内容 ← 意见" in clerk.sees
        assert "来信 还没有收下" in clerk.sees
        await clerk.taps("收下 2 条")
        assert sorted(one.text for one in await entered(house)) == [
            "作业太多，写到十点",
            "菜凉了",
        ]


async def test_a_visit_is_entered_with_its_place_and_its_host(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("走访")
        await clerk.says("1. 家门口的路灯坏了三个月\n2. 老师上门很耐心，希望常来")
        assert "走访 还没有收下" in clerk.sees
        await clerk.taps("在哪里")
        await clerk.says("新城花园")
        await clerk.taps("谁主持")
        await clerk.says("分管副局长")
        assert "新城花园" in clerk.sees
        assert "分管副局长" in clerk.sees
        await clerk.taps("收下 2 条")
        assert "走访收下 2 条" in clerk.sees
        await house.at("2014-03-28 15:00")
        made = from_json((await house.do(lambda work: work.digests.find(FRIDAY))).snapshot)
        assert {c.code: c.number for c in made.channels}["visit"] == 2
        await clerk.says("周报 登记")
        [row] = list(sheet_of(clerk.paper[0]).iter_rows(min_row=3, values_only=True))
        assert row[2:5] == ("走访", "新城花园", "分管副局长")


async def test_what_the_supervisors_heard_is_entered_as_theirs(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("指导组")
        await clerk.says("学校反映检查太多，能不能并在一起")
        assert "指导组 还没有收下" in clerk.sees
        await clerk.taps("收下 1 条")
        assert "指导组收下 1 条" in clerk.sees
        [one] = await entered(house)
        assert (one.channel, one.text) == ("guide", "学校反映检查太多，能不能并在一起")


async def test_what_is_taken_down_for_somebody_says_how_and_waits_until_it_does(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("代录")
        await clerk.says("我眼睛不好，请人代写：老干部活动室暖气不热，找李建国 13812345678")
        assert not any("收下 1" in label for label in clerk.labels)
        await clerk.taps("怎么录的")
        await clerk.taps("电话")
        await clerk.taps("收下 1 条")
        assert "代录收下 1 条" in clerk.sees
        [one] = await entered(house)
        assert one.channel == "dictated"
        assert "暖气不热" in one.text
        assert "13812345678" not in one.text


def sheet_of(file) -> Any:
    return load_workbook(io.BytesIO(file.content)).worksheets[0]


async def test_what_is_typed_can_be_joined_split_and_dropped_before_it_is_taken(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("来信")
        await clerk.says("食堂菜凉。校门口堵车！", "作业太多", "写到很晚", "删掉的")
        assert "一共 4 条" in clerk.sees
        await clerk.taps("拆开一条")
        await clerk.says("1")
        assert "#1 食堂菜凉。\n#2 校门口堵车！\n#3 作业太多" in clerk.sees
        await clerk.taps("合成一条")
        await clerk.says("3")
        await clerk.taps("删掉一条")
        await clerk.says("4")
        await clerk.taps("收下 3 条")
        texts = {one.text for one in await entered(house)}
        assert texts == {"食堂菜凉。", "校门口堵车！", "作业太多\n写到很晚"}


async def test_one_matter_from_two_sources_is_one_after_a_tap_and_two_again_when_taken_back(
    tmp_path,
):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        same = "食堂的饭菜打到手里总是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲"
        await clerk.says("来信", same)
        await clerk.taps("收下 1 条")
        await clerk.says("热线", same + "。")
        await clerk.taps("收下 1 条")
        assert "有 1 对像是同一件事" in clerk.sees
        await clerk.taps("看重复的")
        assert "来信：" in clerk.sees
        await clerk.taps("是同一件")
        kept = await entered(house)
        assert len(kept) == 1
        came = await house.do(lambda work: work.intakes.came(FRIDAY))
        assert set(came[kept[0].id].sources) == {"mail", "hotline"}
        assert len(came[kept[0].id].words) == 1
        first = kept[0].channel
        await clerk.says("撤回误导入")
        mine = next(
            one for one in clerk.labels if {"mail": "来信", "hotline": "热线"}[first] in one
        )
        await clerk.taps(mine)
        await clerk.taps("确认撤回")
        left = await entered(house)
        assert [one.channel for one in left] == [{"mail": "hotline", "hotline": "mail"}[first]]
        assert left[0].text.rstrip("。") == same


async def test_one_matter_of_two_has_the_way_that_either_had(tmp_path):
    same = "食堂的饭菜打到手里总是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲"
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("来信", same)
        await clerk.taps("收下 1 条")
        await clerk.says("热线", same + "。")
        await clerk.taps("当场答复了")
        await clerk.says("本周起加保温箱")
        await clerk.taps("收下 1 条")
        await clerk.taps("看重复的")
        await clerk.taps("是同一件")
        [left] = await entered(house)
        fate = await house.do(lambda work: work.problems.fate(bytes.fromhex(left.id)))
        assert (fate.way, fate.words) == ("answered", "本周起加保温箱")
        assert await house.do(lambda work: work.problems.judged()) == {"answered": 1}


async def test_what_sounds_urgent_is_asked_of_the_office_and_called_by_a_tap(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("来访", "孩子在学校被老师打了，脸上都是伤")
        await clerk.taps("收下 1 条")
        assert "有 1 条像急事" in clerk.sees
        assert await house.do(lambda work: work.urgent.open()) == ()
        await clerk.taps("看像急事的")
        await clerk.taps("马上告诉")
        assert len(await house.do(lambda work: work.urgent.open())) == 1
        labels = json.loads((await entered(house))[0].labels)
        assert labels["urgent"] is False


async def test_what_stands_in_a_sent_digest_is_corrected_by_a_line_of_the_next(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("来信", "食堂的饭菜总是凉的，要保温")
        await clerk.taps("收下 1 条")
        await house.at("2014-03-28 15:00")
        await clerk.says("发送")
        await clerk.taps("确认发送")
        before = await house.do(lambda work: work.digests.find(FRIDAY))
        await clerk.says("撤回误导入 1")
        assert "已经在发出的周报里" in clerk.sees
        await clerk.taps("确认撤回")
        assert await entered(house) == []
        assert await house.do(lambda work: work.digests.find(FRIDAY)) == before
        await house.at("2014-04-04 15:00")
        made = from_json((await house.do(lambda work: work.digests.last())).snapshot)
        assert made.notes.corrections == ("2014-3-28一期误计入来信1条，已撤回。",)
        assert made.key == date(2014, 4, 4)


async def test_letters_that_went_out_are_counted_until_they_come_back(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await clerk.says("函")
        await clerk.taps("登记发出")
        await clerk.taps("全部单位")
        count = len(house.app.settings.units)
        await clerk.taps(f"登记发给这 {count} 个单位")
        assert f"发出 {count} 份，收回 0 份" in clerk.sees
        await clerk.taps("录一份回函")
        await clerk.says("我校建议减少检查，把几个检查并在一起")
        await clerk.taps("哪个单位")
        await clerk.says("新城小学")
        await clerk.taps("收下 1 条")
        assert "征求意见函收下 1 条" in clerk.sees
        await house.at("2014-03-28 15:00")
        made = from_json((await house.do(lambda work: work.digests.last())).snapshot)
        assert made.letters is not None
        assert (made.letters.sent, made.letters.returned) == (count, 1)
        assert "新城小学" not in made.letters.missing


async def imported(clerk, name, *rows):
    await clerk.says("导入")
    return await clerk.sends(name, xlsx(*rows))


async def test_a_column_that_was_taken_for_the_wrong_thing_is_put_right_by_button_and_remembered(
    tmp_path,
):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        rows = (
            ("办件流水", "来电内容", "市民原话"),
            ("甲", "咨询", "食堂的饭菜打到手里总是凉的"),
        )
        await imported(clerk, "热线.xlsx", *rows)
        assert "意见内容 ← 来电内容" in clerk.sees
        await clerk.taps("改对应的列")
        await clerk.taps("意见内容")
        await clerk.taps("市民原话")
        assert "意见内容 ← 市民原话" in clerk.sees
        assert "没有用到的列：办件流水、来电内容" in clerk.sees
        await clerk.taps("改对应的列")
        await clerk.taps("工单号、编号")
        await clerk.taps("办件流水")
        await clerk.taps("收下 1 条")
        assert [one.text for one in await entered(house)] == ["食堂的饭菜打到手里总是凉的"]

        again = (rows[0], ("乙", "咨询", "校门口车辆乱停，孩子过马路危险"), rows[1])
        await imported(clerk, "热线4月.xlsx", *again)
        assert "上次您这样对应过" in clerk.sees
        assert "意见内容 ← 市民原话" in clerk.sees
        await clerk.taps("收下 2 条")
        assert "1 行以前收过" in clerk.sees
        assert len(await entered(house)) == 2


async def test_a_ticket_is_the_same_again_though_its_words_were_edited(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        head = ("工单号", "来电内容")
        await imported(clerk, "12345.xlsx", head, ("0017", "食堂的饭菜打到手里总是凉的"))
        await clerk.taps("收下 1 条")
        await imported(
            clerk,
            "12345.xlsx",
            head,
            ("0017", "食堂饭菜凉，市民再次来电催办"),
            ("17", "作业太多"),
        )
        await clerk.taps("收下 2 条")
        assert "收下 1 条" in clerk.sees
        assert {one.text for one in await entered(house)} == {
            "食堂的饭菜打到手里总是凉的",
            "作业太多",
        }


async def test_what_was_said_before_the_round_began_is_marked_and_counts(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        head = ("工单号", "来电时间", "来电内容")
        await imported(
            clerk,
            "12345.xlsx",
            head,
            ("0001", "2013-11-05", "食堂的饭菜打到手里总是凉的"),
            ("0002", "2014-03-25", "校门口车辆乱停，孩子过马路危险"),
        )
        await clerk.taps("收下 2 条")
        await house.at("2014-03-28 15:00")
        made = from_json((await house.do(lambda work: work.digests.find(FRIDAY))).snapshot)
        marks = {entry.text[:2]: entry.mark for entry in made.entries}
        assert marks == {"食堂": "early", "校门": ""}
        assert [(count.code, count.number) for count in made.marks] == [("early", 1)]
        assert made.overview.opinions == 2


async def test_a_ticket_that_must_be_answered_by_a_day_is_owed_until_it_is(tmp_path):
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        await imported(
            clerk,
            "12345.xlsx",
            ("工单号", "来电内容", "办理时限", "承办单位"),
            ("0001", "食堂的饭菜打到手里总是凉的", "2014-03-24", "后勤科"),
            ("0002", "校门口车辆乱停，孩子过马路危险", "2014-04-10", "安全科"),
            ("0003", "作业太多", "", ""),
        )
        assert "办理时限 ← 办理时限" in clerk.sees
        await clerk.taps("收下 3 条")
        await house.at("2014-03-28 15:00")
        replies = from_json(
            (await house.do(lambda work: work.digests.find(FRIDAY))).snapshot
        ).replies
        assert (replies.within, replies.late, replies.longest_days) == (1, 1, 4)


async def test_one_matter_of_three_departments_counts_once_with_all_that_handed_it_on(tmp_path):
    """D4: each brings its own table; what they share is one opinion, with the departments beside it."""
    same = "食堂的饭菜打到手里总是凉的，上个礼拜又涨了一块钱，涨价也没有跟家长讲"
    async with town(tmp_path, "2014-03-26 10:00") as house:
        clerk = Clerk(house)
        for word, department in (("来信", "信访科"), ("热线", "工会"), ("网络", "组织科")):
            await imported(clerk, f"{word}.xlsx", ("意见", "来源部门"), (same, department))
            await clerk.taps("收下 1 条")
        assert "像是同一件事" in clerk.sees
        assert len(await entered(house)) == 3
        await clerk.says("合并")
        while "是同一件" in clerk.labels:
            await clerk.taps("是同一件")
        assert len(await entered(house)) == 1
        await house.at("2014-03-28 15:00")
        made = from_json((await house.do(lambda work: work.digests.find(FRIDAY))).snapshot)
        (entry,) = made.entries
        assert made.overview.opinions == 1
        assert set(entry.origins) == {"信访科", "工会", "组织科"}
        assert {entry.channel, *entry.also} == {"mail", "hotline", "web"}
        assert len(entry.echoes) == 2
