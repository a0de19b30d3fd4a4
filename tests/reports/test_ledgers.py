"""The five kinds of ledgers an office keeps, held against the columns inspectors know; each read back as a reader's program would."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.content.papers import papers
from bot.core.campaign.model import Campaign, Completion, Node
from bot.core.campaign.schedule import schedule
from bot.core.campaign.standing import reports
from bot.core.digest import from_json, to_json
from bot.core.digest.model import Material
from bot.core.rectification import Musts, Problem, State
from bot.core.talks import Talk, Why
from bot.reports.nodes import nodes
from bot.reports.problems import problems_ledger
from bot.reports.register import register
from bot.reports.talks import talks_table
from bot.reports.workbook import workbook
from tests.sample_week import sample_week

ZH = papers("zh")
DAY = date(2014, 3, 28)
DONE = Problem(
    number=12,
    title="食堂价格没有公示",
    sources=("masses",),
    kind="now",
    musts=Musts(goal="公示", measures="贴出来", unit="u02", person="后勤科长", due=DAY),
    state=State.CLOSED,
    promised=date(2014, 3, 3),
    latest="已经贴出",
    moved_on=date(2014, 3, 26),
    closed=date(2014, 3, 26),
)


def book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def heads(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[2]]


def rows(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(min_row=3, values_only=True))


def problems(closers: Mapping[int, str]) -> openpyxl.Workbook:
    made = problems_ledger([DONE], {12: 3}, {"u02": "第一中学"}, (), closers, ZH, DAY)
    return book(made)


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        pytest.param(
            "序号 意见编号 收到日期 渠道 群体 单位 维度 意见原文（去身份） 概括 主题 四风 四治四兴 涉及 归并号 同类次数 急办 去向"
            " 对应问题号 回应 回应日期 备注",
            lambda: heads(book(workbook(sample_week(), ZH))["意见汇总"]),
            id="opinions",
        ),
        pytest.param(
            "问题号 问题表述 来源 对应意见（条） 类别 整改目标 整改措施 责任单位 责任人 完成时限 四有齐否 进展 状态 完成日期 公示日期 满意 基本满意"
            " 不满意 销号人 备注",
            lambda: [head for sheet in problems({}).worksheets[:2] for head in heads(sheet)],
            id="problems and what is done about them, on two sheets",
        ),
        pytest.param(
            "序号 日期 方式 地点 主持人或到访人 参加人数 参加类别 意见条数 起止意见号 记录人 附件",
            lambda: heads(book(register([], [], ZH, DAY)).worksheets[0]),
            id="meetings and visits",
        ),
        pytest.param(
            "发出单位 发出日期 应回日期 回收日期 是否催办",
            lambda: heads(book(register([], [], ZH, DAY)).worksheets[1]),
            id="letters",
        ),
        pytest.param(
            "序号 类别 谈话人 被谈人 轮次 计划日期 实际日期 地点 要点 对己意见 是否需跟进 双方确认",
            lambda: heads(book(talks_table([], ZH, DAY)).worksheets[0]),
            id="talks",
        ),
        pytest.param(
            "步骤 应有材料 规定/自选 有无 份数 存放编号 缺什么 责任人 补齐日期",
            lambda: heads(checked().worksheets[-1]),
            id="what has to be there on paper",
        ),
    ],
)
def test_it_has_the_columns_inspectors_know_in_their_order(asked, there) -> None:
    wanted = asked.split()

    assert [head for head in dict.fromkeys(there()) if head in wanted] == wanted


def test_the_ledger_of_problems_says_who_closed_it_when_it_last_moved_and_lets_one_choose_a_state() -> (
    None
):
    listed, done, _ = problems({12: "办公室1"}).worksheets

    assert rows(listed)[0][11:] == ("已经贴出（3月26日）", "已销号")
    assert rows(done)[0][-2:] == ("办公室1", None)
    (choice,) = listed.data_validations.dataValidation
    assert str(choice.sqref) == "M3"
    assert "已销号" in choice.formula1


def test_the_plan_of_talks_leaves_what_was_said_to_the_pen() -> None:
    talk = Talk(
        id="1", one="甲某", other="乙某", why=(Why.TEAM,), day=DAY, done=date(2014, 3, 27)
    )

    (row,) = rows(book(talks_table([(talk, True)], ZH, DAY)).worksheets[0])
    assert row[:5] == (1, "班子成员之间必谈", "甲某", "乙某", 1)
    assert row[5:7] == (datetime(2014, 3, 28), datetime(2014, 3, 27))  # noqa: DTZ001
    assert row[7:] == (None, None, None, None, "有", None)


# --- what has to be there on paper -------------------------------------------------------------------------------

PLAN = Campaign(
    id="2014",
    title="活动方案",
    nodes=(
        Node(id="p", place="phase", title="第一环节", deliverable="不单列"),
        Node(id="a", place="node", title="谈心", step="谈心谈话", deliverable="谈话记录", prescribed=True,
             responsible=("甲某",), end=date(2014, 3, 26)),
        Node(id="b", place="node", title="学习", phase="第一环节", deliverable="学习记录", everybody="各党组织",
             end=date(2014, 4, 10)),
        Node(id="c", place="node", title="动员", phase="第一环节", deliverable="会议记录", prescribed=False),
        Node(id="d", place="node", title="没有要交的"),
    ),
)  # fmt: skip
HANDED_IN = (
    Completion(node="b", unit="u02", day=DAY),
    Completion(node="c", unit="", day=DAY),
)


def checked() -> openpyxl.Workbook:
    """The node table of that plan."""
    units = {"u02": "第一中学", "u03": "第二中学"}
    return book(
        nodes(schedule(PLAN, reports(HANDED_IN, [*units]), date(2014, 3, 30), units), ZH)
    )


CHECK = [
    ("谈心谈话", "谈话记录", "规定", "无", 0, None, "谈话记录", "甲某", datetime(2014, 3, 26)),  # noqa: DTZ001
    ("第一环节", "学习记录", None, "部分", 1, None, "第二中学", None, datetime(2014, 4, 10)),  # noqa: DTZ001
    ("第一环节", "会议记录", "自选", "有", 1, None, None, None, None),
]


def test_the_node_table_says_which_papers_are_there_and_what_lacks() -> None:
    assert rows(checked()["台账自查"]) == CHECK


def test_the_ledger_of_a_digest_has_the_same_check_from_its_snapshot() -> None:
    units = {"u02": "第一中学", "u03": "第二中学"}
    found = schedule(PLAN, reports(HANDED_IN, [*units]), date(2014, 3, 30), units).materials
    kept = from_json(to_json(replace(sample_week(), materials=found)))

    sheet = book(workbook(kept, ZH))["台账自查"]
    assert rows(sheet) == CHECK
    assert sheet.auto_filter.ref == "A2:I5"
    assert "台账自查" not in book(workbook(sample_week(), ZH)).sheetnames


def test_a_snapshot_from_before_there_was_such_a_check_is_read() -> None:
    old = to_json(sample_week()).replace(',"materials":[]', "")

    assert old != to_json(sample_week())
    assert from_json(old).materials == ()


def test_a_paper_of_the_plan_that_nobody_has_to_hand_in_twice_counts_once() -> None:
    one = Material(step="", what="方案", prescribed=None, there=1, of=1)

    sheet = book(workbook(replace(sample_week(), materials=(one,)), ZH))["台账自查"]
    assert rows(sheet)[0][1:7] == ("方案", None, "有", 1, None, None)
