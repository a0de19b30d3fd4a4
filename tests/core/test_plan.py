"""From paragraphs and tables to a schedule: what is found, what is asked, what is pointed out.

The documents here are invented. Real ones are read too where `TINGWEN_PLANS` or `../shared/plans` has them.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from bot.content.plan.loader import load_sentences, load_words, sentence
from bot.content.plan.reading import read_text
from bot.core.plan.checks import checked
from bot.core.plan.items import Item, Plan, handed_in, items_of, name_of, responsible_in
from bot.core.plan.table import names_of
from bot.core.plan.text import Paragraph, Table, blocks_of, heading_of
from bot.verbs.plan import read_plan

WORDS = load_words()


def plan_of(text: str, year: int | None = None) -> Plan:
    found, plan = items_of(read_text(text, WORDS), WORDS, year=year)
    return checked(plan, found, WORDS)


def rows(plan: Plan) -> list[tuple[str, str, str, str | None, str | None]]:
    """Phase, title, kind, start, end of each item."""
    return [
        (i.phase, i.title, i.answer.kind, iso(i.answer.start), iso(i.answer.end))
        for i in plan.items
    ]


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def titled(plan: Plan, title: str) -> Item:
    return next(item for item in plan.items if item.title == title)


def codes(plan: Plan) -> list[str]:
    return [conflict.code for conflict in plan.conflicts]


def asked(plan: Plan) -> list[str]:
    return [question.code for question in plan.questions]


STAGES = """江城县教育局文件
江教〔2015〕12号
关于开展师德专项整治的实施方案
各中小学：
根据2014年12月26日全县会议精神和《师德建设意见》（教师〔2014〕10号），制定本方案。
一、重点
重点整治近两年来反映强烈的问题，满意度提高5.2个百分点。
二、实施步骤
本次行动从2015年3月开始，9月结束，大体安排6个月时间，集中整治时间不少于3个月。
（一）宣传发动阶段（2015年3月1日—3月15日）。召开动员会，层层发动。3月10日前，各学校制定工作方案，报局人事科备案。
（二）自查自纠阶段（3月16日—5月15日）
1．开展自查。各学校逐项自查，4月底前上报自查报告。（责任单位：人事科；责任人：王某某、李某）
2．公开承诺。签订承诺书，5月10日（星期六）前完成。
3．督促检查。适时组织抽查。
（三）整改提高阶段（5月10日－8月31日）
整改通知下达后15个工作日内将整改情况书面报监察室。
（四）总结验收阶段（9月）
9月20日前，各学校将总结报告报送县教育局办公室；6月上旬前报送一次简报。
三、要求
每月25日前，各学校报送信息。去年9月的做法继续坚持，已于1月召开了培训会。

江城县教育局
2015年2月26日
抄送：县纪委。
"""


def test_a_document_of_stages_becomes_phases_and_nodes() -> None:
    plan = plan_of(STAGES)
    assert (plan.title, plan.issuer) == ("关于开展师德专项整治的实施方案", "江城县教育局")
    assert (plan.day, plan.year, plan.least_months) == (date(2015, 2, 26), 2015, 3)
    assert rows(plan) == [
        ("", "本次行动", "window", "2015-03-01", "2015-09-30"),
        ("宣传发动阶段", "宣传发动阶段", "window", "2015-03-01", "2015-03-15"),
        ("宣传发动阶段", "各学校制定工作方案", "by", None, "2015-03-10"),
        ("自查自纠阶段", "自查自纠阶段", "window", "2015-03-16", "2015-05-15"),
        ("自查自纠阶段", "上报自查报告", "by", None, "2015-04-30"),
        ("自查自纠阶段", "公开承诺", "ask", None, None),
        ("自查自纠阶段", "组织抽查", "ask", None, None),
        ("整改提高阶段", "整改提高阶段", "window", "2015-05-10", "2015-08-31"),
        ("整改提高阶段", "整改情况书面报监察室", "relative", None, None),
        ("总结验收阶段", "总结验收阶段", "window", "2015-09-01", "2015-09-30"),
        ("总结验收阶段", "各学校将总结报告报送县教育局办公室", "by", None, "2015-09-20"),
        ("总结验收阶段", "报送一次简报", "by", None, "2015-06-10"),
        ("", "各学校报送信息", "recurring", None, None),
    ]


def test_what_is_open_is_asked_and_what_does_not_fit_is_reported() -> None:
    plan = plan_of(STAGES)
    assert asked(plan) == ["weekday", "vague", "which_day", "two_readings"]
    vague = next(q for q in plan.questions if q.code == "vague")
    assert vague.suggest == (date(2015, 3, 16), date(2015, 5, 15))
    assert codes(plan) == ["length", "phases", "weekday"]
    length = plan.conflicts[0]
    assert (
        length.facts == {"words": "大体安排6个月", "count": "7"} or length.facts["count"] == "7"
    )


def test_who_what_and_whereto_are_read_from_the_sentence() -> None:
    plan = plan_of(STAGES)
    check = titled(plan, "上报自查报告")
    assert check.responsible == ("人事科", "王某某", "李某")
    assert check.deliverable == "自查报告"
    scheme = titled(plan, "各学校制定工作方案")
    assert (scheme.deliverable, scheme.submit_to) == ("工作方案", "局人事科")
    report = titled(plan, "各学校将总结报告报送县教育局办公室")
    assert (report.deliverable, report.submit_to, report.everybody) == (
        "总结报告",
        "县教育局办公室",
        "各学校",
    )


def test_every_item_keeps_the_words_it_was_read_from() -> None:
    flat = "".join(STAGES.split())
    for item in plan_of(STAGES).items:
        assert "".join(item.text_date.split()) in flat
        assert "".join(item.words.split()) in flat


GRID = """江城小学第二环节实施办法

江城第一小学

一、方式
1．召开总结会。总结会安排在6月下旬，会期半天。
二、第二环节节点安排

\t序号
\t工作步骤
\t主要内容
\t时间安排
\t具体任务
\t责任人

\t1
\t细化办法
\t起草办法。
\t6月16日
\t完成实施办法
\t甲某某

\t2
\t开展自查
\t1.对照清单自查。

2.形成报告。
\t6月6日至

6月14日
\t6月14日前报送自查报告给局活动办
\t乙某

\t3
\t召开总结会
\t总结工作。
\t6月26
\t6月20日前将会议方案报活动办审定
\t丙某某、

丁某



\t4
\t召开评议会
\t评议工作。
\t6月26
\t6月20日前将会议方案报活动办审定
\t乙某

戊某

\t5
\t通报情况
\t通报。
\t7月上旬至7月中旬
\t总结会后10天内将小结材料报督导员审阅，15天内形成书面报告交局活动办。
\t甲某某
\t
                  江城第一小学谈话登记表
"""


def test_a_table_that_lost_its_grid_becomes_rows_again() -> None:
    plan = plan_of(GRID, 2014)
    table = [
        (i.step, i.answer.kind, iso(i.answer.start), iso(i.answer.end), i.responsible)
        for i in plan.items
        if i.place == "row"
    ]
    assert table == [
        ("细化办法", "point", "2014-06-16", "2014-06-16", ("甲某某",)),
        ("开展自查", "window", "2014-06-06", "2014-06-14", ("乙某",)),
        ("召开总结会", "point", "2014-06-26", "2014-06-26", ("丙某某", "丁某")),
        ("召开评议会", "point", "2014-06-26", "2014-06-26", ("乙某", "戊某")),
        ("通报情况", "window", "2014-07-01", "2014-07-20", ("甲某某",)),
    ]


def test_dates_in_a_task_are_nodes_and_count_from_the_row_they_name() -> None:
    plan = plan_of(GRID, 2014)
    nodes = [
        (i.step, i.answer.kind, iso(i.answer.start), iso(i.answer.end), i.submit_to)
        for i in plan.items
        if i.place == "node" and i.tabled
    ]
    assert nodes == [
        ("开展自查", "by", None, "2014-06-14", "局活动办"),
        ("召开总结会", "by", None, "2014-06-20", "活动办"),
        ("召开评议会", "by", None, "2014-06-20", "活动办"),
        ("通报情况", "relative", "2014-06-27", "2014-07-06", "督导员"),
        ("通报情况", "relative", "2014-06-27", "2014-07-11", "局活动办"),
    ]


@pytest.mark.parametrize("year", [2014, None])
def test_a_tables_own_contradictions_are_reported_with_and_without_a_year(
    year: int | None,
) -> None:
    found = codes(plan_of(GRID, year))
    assert found == [
        "row_order",
        "same_words",
        "same_day",
        "two_dates",
        "no_day_sign",
        "no_day_sign",
    ]


def test_without_a_year_nothing_has_a_date_and_the_year_is_asked_first() -> None:
    plan = plan_of(GRID)
    assert plan.year is None
    assert asked(plan)[0] == "year"
    assert all(i.answer.start is None and i.answer.end is None for i in plan.items)
    assert [i.answer.kind for i in plan.items if i.place == "row"] == [
        "point",
        "window",
        "point",
        "point",
        "window",
    ]


def test_a_document_about_one_phase_gives_it_to_every_item() -> None:
    assert {item.phase for item in plan_of(GRID, 2014).items} == {"第二环节"}


def test_undated_phases_and_steps_are_asked_one_by_one_never_spread() -> None:
    plan = plan_of(
        "关于读书活动的实施方案\n一、主要步骤\n（一）学习发动\n1. 召开大会。要精心组织。\n2. 自学。认真读书。\n"
        "（二）总结提高\n1. 交流。互相学习。\n活动结束时，各单位召开总结会。\n二、要求\n加强领导。\n教育局\n2014年3月1日"
    )
    assert [(i.place, i.title) for i in plan.items] == [
        ("phase", "学习发动"),
        ("step", "召开大会"),
        ("step", "自学"),
        ("phase", "总结提高"),
        ("step", "交流"),
        ("node", "各单位召开总结会"),
    ]
    assert all(i.answer.start is None and i.answer.end is None for i in plan.items)
    assert asked(plan) == [
        "undated_phase",
        "undated_step",
        "undated_step",
        "undated_phase",
        "undated_step",
        "which_day",
    ]


def test_a_step_that_ends_after_the_next_and_a_node_outside_are_reported() -> None:
    plan = plan_of(
        "关于学习活动的实施方案\n一、活动安排\n（一）学习环节（3月上旬至4月下旬）\n1．自学（3月上旬至4月中旬）\n认真自学。\n"
        "2．交流（3月下旬）\n互相交流。5月10日前补课。\n教育局\n2014年3月5日"
    )
    assert codes(plan) == ["order", "outside"]
    assert plan.conflicts[0].facts["name"] == "自学"
    assert plan.conflicts[1].facts["words"] == "5月10日前"


def test_what_was_over_when_the_document_was_written_is_recorded_as_past() -> None:
    plan = plan_of(
        "学习活动方案\n一、安排\n1．轮训。2月22日～3月1日参加轮训班。\n2．自学。4月完成。\n教育局\n2014年3月5日"
    )
    assert titled(plan, "参加轮训班").answer.end == date(2014, 3, 1)
    assert codes(plan) == ["past"]


def test_a_review_of_last_year_has_no_items() -> None:
    plan = plan_of(
        "在工作会议上的报告\n张某\n2014年3月23日\n第一个问题，关于2013年工作回顾\n一、学习。每月开展一次学习，“六一”期间组织比赛。\n"
        "二、走访。春节期间走访62人，3月底前完成轮训。\n第二个问题，关于2014年工作任务\n一、学习\n党支部每月组织一次学习，年内争创品牌。"
    )
    assert rows(plan) == [
        ("", "党支部组织一次学习", "recurring", None, None),
        ("", "争创品牌", "by", None, "2014-12-31"),
    ]


def test_a_month_above_a_list_dates_what_stands_below_it() -> None:
    plan = plan_of(
        "2014年工作安排\n一月份\n1. 召开会议。\n2. 签订责任书。\n三月份\n1. 专题学习。\n2. 20日前上报计划。\n3. 4月5日前验收。"
    )
    assert [(i.title, iso(i.answer.start), iso(i.answer.end)) for i in plan.items] == [
        ("召开会议", "2014-01-01", "2014-01-31"),
        ("签订责任书", "2014-01-01", "2014-01-31"),
        ("专题学习", "2014-03-01", "2014-03-31"),
        ("上报计划", None, "2014-03-20"),
        ("验收", None, "2014-04-05"),
    ]


def test_a_school_years_plan_knows_which_january_it_means() -> None:
    plan = plan_of(
        "江城中学2014—2015学年第一学期活动计划\n第一阶段：准备（9月10日至9月30日）\n第二阶段：总结（1月）\n1月10日前汇总材料。\n学期末评选。"
    )
    assert [(iso(i.answer.start), iso(i.answer.end)) for i in plan.items] == [
        ("2014-09-10", "2014-09-30"),
        ("2015-01-01", "2015-01-31"),
        (None, "2015-01-10"),
        (None, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "通知\n时间\t内容\t责任部门\n3月3日-3月7日\t自查\t各校\n3月10日\t抽查\t甲科、乙科\n3月底前\t整改\t各校",
        "通知\n| 时间 | 内容 | 责任部门 |\n|---|---|---|\n| 3月3日-3月7日 | 自查 | 各校 |\n| 3月10日 | 抽查 | 甲科、乙科 |\n| 3月底前 | 整改 | 各校 |",
        "通知\n序号\n内容\n时间\n责任部门\n1\n自查\n3月3日-\n3月7日\n各校\n2\n抽查\n3月10日\n甲科\n乙科\n3\n整改\n3月底前\n各校",
        "<p>通知</p><table><tr><th>时间</th><th>内容</th><th>责任部门</th></tr><tr><td>3月3日-<br>3月7日</td><td>自查</td><td>各校</td></tr>"
        "<tr><td>3月10日</td><td>抽查</td><td>甲科<br/>乙科</td></tr><tr><td>3月底前</td><td>整改</td><td>各校</td></tr></table>",
    ],
    ids=["tabs", "bars", "lines", "html"],
)
def test_one_table_in_four_clothes_is_the_same_schedule(text: str) -> None:
    plan = plan_of(text, 2014)
    assert [(i.title, i.answer.kind, iso(i.answer.end), i.responsible) for i in plan.items] == [
        ("自查", "window", "2014-03-07", ("各校",)),
        ("抽查", "point", "2014-03-10", ("甲科", "乙科")),
        ("整改", "by", "2014-03-31", ("各校",)),
    ]


def test_a_tables_phases_may_stand_in_a_column_or_in_lines_of_their_own() -> None:
    column = Table(
        (
            ("阶段", "工作", "时间"),
            ("启动", "印发", "4月1日"),
            ("启动", "开会", "4月中旬"),
            ("总结", "报告", "待定"),
        )
    )
    lines = Table(
        (
            ("工作", "时间", "责任人"),
            ("启动", "启动", "启动"),
            ("印发", "4月1日", "甲"),
            ("开会", "4月中旬", ""),
            ("总结", "总结", "总结"),
            ("报告", "待定", ""),
        )
    )
    for table in (column, lines):
        found, plan = items_of([Paragraph("活动方案"), table], WORDS, year=2014)
        assert [(i.phase, i.step) for i in checked(plan, found, WORDS).items] == [
            ("启动", "印发"),
            ("启动", "开会"),
            ("总结", "报告"),
        ]


def test_a_table_without_heads_is_known_by_its_dates() -> None:
    _, plan = items_of(
        [
            Paragraph("安排"),
            Table((("3月5日", "开会"), ("3月8日", "走访"), ("3月底前", "小结"))),
        ],
        WORDS,
        year=2014,
    )
    assert [(i.step, iso(i.answer.end)) for i in plan.items] == [
        ("开会", "2014-03-05"),
        ("走访", "2014-03-08"),
        ("小结", "2014-03-31"),
    ]


def test_a_list_of_names_has_no_items() -> None:
    _, plan = items_of(
        [Paragraph("方案"), Table((("姓名", "职务"), ("甲某", "校长"), ("乙某", "书记")))],
        WORDS,
        year=2014,
    )
    assert plan.items == ()


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("甲某某、\n\n乙某某", ("甲某某", "乙某某")),
        ("甲某某\n乙某", ("甲某某", "乙某")),
        ("甲某某，乙 某；丙某", ("甲某某", "乙某", "丙某")),
        ("甲某某  乙某某", ("甲某某", "乙某某")),
        ("办公室/人事科", ("办公室", "人事科")),
        ("甲某、甲某", ("甲某",)),
        ("—", ()),
        ("", ()),
    ],
)
def test_names_in_a_cell_are_parted(cell: str, names: tuple[str, ...]) -> None:
    assert names_of(cell) == names


@pytest.mark.parametrize(
    ("text", "what", "to"),
    [
        ("4月底前将自查报告报局办公室", "自查报告", "局办公室"),
        ("报送问题清单给活动办", "问题清单", "活动办"),
        ("制定整改方案，报督导组审阅", "整改方案", "督导组"),
        ("完成专项报告交局活动办。", "专项报告", "局活动办"),
        ("经通报会通报后发放给与会人员", "", ""),
        ("开展谈心交心，报告会要开好", "", ""),
        ("加强领导，提高认识", "", ""),
    ],
)
def test_what_is_handed_in_and_to_whom(text: str, what: str, to: str) -> None:
    assert handed_in(text, WORDS) == (what, to)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("责任人：甲某、乙某。", ("甲某", "乙某")),
        ("（牵头单位：人事科，责任单位：各校）", ("人事科", "各校")),
        ("由语文组牵头组织", ("语文组",)),
        ("由主要负责同志主持", ()),
        ("认真负责", ()),
    ],
)
def test_the_responsible_are_read_where_they_are_named(
    text: str, names: tuple[str, ...]
) -> None:
    assert responsible_in(text) == names


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("一、总体要求", ("one", "总体要求")),
        ("（二）谈心谈话（5月上旬）", ("bracket-one", "谈心谈话（5月上旬）")),
        ("3．征求意见。广泛听取。", ("digit", "征求意见")),
        ("4. 召开大会", ("digit", "召开大会")),
        ("（5）小结；", ("bracket-digit", "小结")),
        ("①自学", ("circle", "自学")),
        ("第一阶段：发动（3月）", ("stage", "第一阶段：发动（3月）")),
        ("九月份工作：", ("month", "九月份工作")),
        ("1.5万元用于奖励", None),
        ("第一时间上报", None),
        ("3月5日召开会议", None),
        ("一是加强领导", None),
    ],
)
def test_headings_are_known_by_their_numbers(
    line: str, heading: tuple[str, str] | None
) -> None:
    assert heading_of(line) == heading


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("动员部署（3月上旬）", "动员部署"),
        ("征求意见（3 月上旬至 4 月中旬）", "征求意见"),
        ("自查（含整改）（4月）", "自查（含整改）"),
        ("宣传发动阶段：3月1日—15日", "宣传发动阶段"),
        ("准备阶段(2014年3月)", "准备阶段"),
    ],
)
def test_a_name_is_a_title_without_its_date(title: str, name: str) -> None:
    assert name_of(title) == name


def test_plain_lines_are_paragraphs() -> None:
    assert blocks_of("  一\r\n\r\n\t二 \n", WORDS) == (Paragraph("一"), Paragraph("二"))


def test_both_languages_have_the_same_sentences_with_the_same_holes() -> None:
    zh, en = load_sentences()["zh"], load_sentences()["en"]
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        assert holes(text) == holes(en[key]), key


def holes(text: str) -> set[str]:
    return {piece.split("}")[0] for piece in text.split("{")[1:]}


def test_every_finding_has_its_sentence() -> None:
    for text, year in ((STAGES, None), (GRID, None), (GRID, 2014)):
        plan = plan_of(text, year)
        for finding, group in [(q, "question") for q in plan.questions] + [
            (c, "conflict") for c in plan.conflicts
        ]:
            for language in ("zh", "en"):
                assert "{" not in sentence(language, f"{group}.{finding.code}", **finding.facts)


# Real documents, where they are at hand

PLANS = Path(os.environ.get("TINGWEN_PLANS", Path(__file__).parents[3] / "shared" / "plans"))
real = pytest.mark.skipif(not PLANS.is_dir(), reason="no real plans here")


def real_plan(number: str, year: int | None = None) -> Plan:
    return read_plan(next(PLANS.glob(f"{number}_*")).read_bytes(), year)


def dated(plan: Plan) -> list[tuple[str, str | None, str | None]]:
    return [
        (i.answer.kind, iso(i.answer.start), iso(i.answer.end))
        for i in plan.items
        if i.answer.start or i.answer.end
    ]


@real
def test_the_bureaus_plan_has_its_dates() -> None:
    plan = real_plan("000")
    assert (plan.year, plan.day, len(plan.phases)) == (2014, date(2014, 3, 5), 3)
    assert dated(plan) == [
        ("window", "2014-02-01", "2014-09-30"),
        ("window", "2014-02-21", "2014-04-30"),
        ("window", "2014-03-01", "2014-03-10"),
        ("by", None, "2014-03-31"),
        ("window", "2014-03-01", "2014-04-10"),
        ("window", "2014-03-11", "2014-03-31"),
        ("by", None, "2014-03-31"),
        ("window", "2014-02-22", "2014-03-01"),
        ("window", "2014-03-21", "2014-03-31"),
        ("window", "2014-04-01", "2014-04-10"),
        ("window", "2014-03-01", "2014-04-20"),
        ("window", "2014-05-01", "2014-06-30"),
        ("window", "2014-05-01", "2014-06-10"),
        ("window", "2014-05-01", "2014-06-20"),
        ("window", "2014-06-01", "2014-06-10"),
        ("by", None, "2014-06-10"),
        ("window", "2014-06-11", "2014-06-20"),
        ("window", "2014-06-21", "2014-06-30"),
        ("window", "2014-07-01", "2014-09-30"),
        ("window", "2014-07-01", "2014-07-10"),
        ("window", "2014-07-11", "2014-09-30"),
        ("window", "2014-09-01", "2014-09-30"),
        ("window", "2014-09-11", "2014-09-20"),
        ("by", None, "2014-09-30"),
    ]
    assert {"began_earlier", "past", "order"} <= set(codes(plan))
    assert "two_readings" in asked(plan)


@real
def test_plans_without_dates_get_none() -> None:
    school, province, report = real_plan("001"), real_plan("004"), real_plan("002")
    assert dated(school) == [("window", "2014-03-01", "2014-09-30")]
    assert dated(province) == [("window", "2014-01-01", "2014-09-30")]
    assert dated(report) == [("by", None, "2014-12-31")]
    assert asked(school).count("undated_phase") == asked(province).count("undated_phase") == 3
    assert asked(school).count("undated_step") == 13
    assert "length" in codes(school)
    assert "length" in codes(province)


@real
def test_the_schools_node_table_is_read_whole() -> None:
    plan = real_plan("003", 2014)
    table = [i for i in plan.items if i.place == "row"]
    assert [(iso(i.answer.start), iso(i.answer.end), len(i.responsible)) for i in table] == [
        ("2014-06-16", "2014-06-16", 1),
        ("2014-06-06", "2014-06-14", 1),
        ("2014-06-18", "2014-06-26", 1),
        ("2014-06-18", "2014-06-25", 2),
        ("2014-06-26", "2014-06-26", 1),
        ("2014-06-26", "2014-06-26", 2),
        ("2014-07-01", "2014-07-20", 1),
        ("2014-06-01", "2014-07-31", 3),
    ]
    assert {"row_order", "same_day", "same_words", "two_dates", "no_day_sign"} <= set(
        codes(plan)
    )
    assert asked(real_plan("003"))[0] == "year"


@pytest.mark.parametrize(
    "text",
    [
        "第二环节工作节点安排表（2014年）\n序号\n工作步骤\n时间安排\n责任人\n1\n细化办法\n6月16日\n甲某\n2\n开展自查\n6月26日\n乙某\n",
        "工作安排\n一、动员部署：2014年12月10日前完成。\n二、召开总结会：2015年1月20日。\n",
    ],
)
def test_a_year_written_beside_a_date_does_not_make_a_plan_without_a_year_look_back(
    text: str,
) -> None:
    assert plan_of(text).year is None
    assert len(plan_of(text).items) == 2
    assert all(item.answer.end for item in plan_of(text, 2014).items)
