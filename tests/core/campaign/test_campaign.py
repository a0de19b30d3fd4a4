"""From a document to a campaign that a person works with, and from one version of it to the next."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.plan.loader import load_words
from bot.content.plan.reading import read_text
from bot.core.campaign.drafting import draft
from bot.core.campaign.editing import (
    NotPossible,
    accepted,
    added,
    answered,
    approved,
    dropped,
    edited,
    redated,
    typed_days,
)
from bot.core.campaign.model import Campaign, Node
from bot.core.campaign.snapshot import NotACampaign, from_json, to_json
from bot.core.campaign.versions import renewed
from bot.core.plan.checks import checked
from bot.core.plan.items import items_of
from bot.core.workdays import Calendar

PLAN = """江城市教育局关于开展作风建设活动的实施方案
2014年3月3日
三、方法步骤
（一）学习教育、听取意见环节（3月上旬至4月下旬）
1．动员部署（3月上旬）。3月底前，各基层党组织要召开一次动员大会。
2．征求意见（3月10日至4月20日）。形成征求意见情况报告，报局活动办。
（二）查摆问题环节（5月上旬至6月下旬）
1．谈心谈话（5月上旬至6月上旬）。适时召开座谈会。
2．召开专题民主生活会（6月16日）。专题民主生活会后10天内形成专项报告，报局活动办。
3．召开通报会（6月下旬）。
"""
TODAY = date(2014, 3, 5)
CALENDAR = Calendar()


def campaign(text: str = PLAN, year: int | None = None) -> Campaign:
    words = load_words()
    found, plan = items_of(read_text(text, words), words, year=year)
    return draft(checked(plan, found, words), "spring")


def named(of: Campaign, title: str) -> Node:
    return next(node for node in of.nodes if title in node.title)


def test_a_document_becomes_nodes_with_their_own_words_beside_them() -> None:
    found = campaign()
    assert (found.title, found.year, found.day) == (
        "江城市教育局关于开展作风建设活动的实施方案",
        2014,
        date(2014, 3, 3),
    )
    talk = named(found, "动员大会")
    assert talk.words.startswith("3月底前，各基层党组织")
    assert (talk.kind, talk.end, talk.everybody) == ("by", date(2014, 3, 31), "各基层党组织")
    assert len({node.id for node in found.nodes}) == len(found.nodes)
    assert found.since is None


def test_nothing_of_it_lives_before_a_person_approved_it() -> None:
    assert approved(campaign(), TODAY).since == TODAY


def test_what_is_over_when_it_is_approved_is_recorded() -> None:
    late = approved(campaign(), date(2014, 4, 1))
    assert named(late, "动员大会").recorded
    assert not named(late, "谈心谈话").recorded


def test_a_later_version_does_not_record_what_lived_and_became_overdue() -> None:
    first = approved(campaign(), TODAY)
    again, _ = renewed(first, campaign(), CALENDAR)
    late = approved(again, date(2014, 4, 2), first)
    assert not named(late, "动员大会").recorded
    assert late.since == TODAY
    assert late.version == 2


def test_an_open_question_is_answered_by_a_typed_date() -> None:
    found = campaign()
    ask = next(ask for ask in found.asks if ask.code == "vague")
    edit = answered(found, ask.node, "5月20日", TODAY, CALENDAR)
    node = edit.campaign.node(ask.node)
    assert node is not None
    assert node.days == (date(2014, 5, 20), date(2014, 5, 20))
    assert not edit.campaign.asks_of(ask.node)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("适时", "vague"), ("你好", "no-date"), ("", "no-date"), ("6月9日至6月3日", "reversed")],
)
def test_an_answer_that_is_no_date_is_not_taken(typed: str, fault: str) -> None:
    found = campaign()
    node = next(ask for ask in found.asks if ask.code == "vague").node
    with pytest.raises(NotPossible) as refusal:
        answered(found, node, typed, TODAY, CALENDAR)
    assert refusal.value.fault == fault


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("2014-05-20", (date(2014, 5, 20), date(2014, 5, 20))),
        ("5.20", (date(2014, 5, 20), date(2014, 5, 20))),
        ("5月上旬", (date(2014, 5, 1), date(2014, 5, 10))),
        ("5月3日至5月9日", (date(2014, 5, 3), date(2014, 5, 9))),
        ("5月底前", (None, date(2014, 5, 31))),
    ],
)
def test_dates_are_typed_as_offices_type_them(
    typed: str, days: tuple[date | None, date | None]
) -> None:
    assert typed_days(typed, campaign(), TODAY, CALENDAR).days == days


def test_the_event_of_a_relative_date_moves_it_along_and_says_so() -> None:
    found = approved(campaign(), TODAY)
    report = named(found, "专项报告")
    assert report.days == (date(2014, 6, 17), date(2014, 6, 26))
    meeting = next(n for n in found.nodes if n.place == "step" and "专题民主生活会" in n.title)
    typed = typed_days("6月18日", found, TODAY, CALENDAR)
    edit = redated(found, meeting.id, typed, TODAY, CALENDAR)
    moved = edit.campaign.node(report.id)
    assert moved is not None
    assert moved.days == (date(2014, 6, 19), date(2014, 6, 28))
    assert moved.was == report.days
    assert [move.node for move in edit.moves] == [meeting.id, report.id]


def test_what_is_moved_back_counts_as_never_moved() -> None:
    found = approved(campaign(), TODAY)
    meeting = next(n for n in found.nodes if n.place == "step" and "专题民主生活会" in n.title)
    there = redated(
        found, meeting.id, typed_days("6月18日", found, TODAY, CALENDAR), TODAY, CALENDAR
    ).campaign
    back = redated(
        there, meeting.id, typed_days("6月16日", there, TODAY, CALENDAR), TODAY, CALENDAR
    ).campaign
    assert all(node.was is None for node in back.nodes)


def test_each_move_is_one_revision_more() -> None:
    found = approved(campaign(), TODAY)
    meeting = next(n for n in found.nodes if n.place == "step" and "专题民主生活会" in n.title)
    for said, revision in (("6月18日", 1), ("6月18日", 1), ("6月19日", 2)):
        typed = typed_days(said, found, TODAY, CALENDAR)
        found = redated(found, meeting.id, typed, TODAY, CALENDAR).campaign
        assert {named(found, t).revision for t in ("专题民主生活会", "专项报告")} == {revision}
    again, _ = renewed(found, campaign(PLAN.replace("（6月16日）", "（6月20日）")), CALENDAR)
    assert named(again, "专项报告").revision == 3
    assert named(again, "谈心谈话").revision == 0


def test_a_node_whose_days_a_person_set_follows_no_event_any_more() -> None:
    found = approved(campaign(), TODAY)
    report = named(found, "专项报告")
    fixed = redated(
        found, report.id, typed_days("7月1日", found, TODAY, CALENDAR), TODAY, CALENDAR
    ).campaign
    meeting = next(n for n in fixed.nodes if n.place == "step" and "专题民主生活会" in n.title)
    edit = redated(
        fixed, meeting.id, typed_days("6月18日", fixed, TODAY, CALENDAR), TODAY, CALENDAR
    )
    assert named(edit.campaign, "专项报告").end == date(2014, 7, 1)


def test_the_day_of_an_event_nobody_dated_dates_all_that_count_from_it() -> None:
    text = PLAN.replace("（6月16日）", "（6月中旬）")
    found = campaign(text)
    ask = next(ask for ask in found.asks if ask.event)
    edit = answered(found, ask.node, "6月12日", TODAY, CALENDAR)
    assert named(edit.campaign, "专项报告").end == date(2014, 6, 22)
    assert not [open for open in edit.campaign.asks if open.event == ask.event]


def test_a_stretch_is_no_day_of_an_event() -> None:
    found = campaign(PLAN.replace("（6月16日）", "（6月中旬）"))
    ask = next(ask for ask in found.asks if ask.event)
    assert ask.offered is None
    with pytest.raises(NotPossible):
        answered(found, ask.node, "6月12日至13日", TODAY, CALENDAR)


def test_a_reading_that_was_taken_is_confirmed_by_a_tap() -> None:
    found = campaign(PLAN.replace("（5月上旬至6月上旬）", "（6月上旬前）"))
    ask = next(ask for ask in found.asks if ask.code == "two_readings")
    edit = accepted(found, ask.node, TODAY, CALENDAR)
    assert edit.moves == ()
    node = edit.campaign.node(ask.node)
    assert node is not None
    assert node.end == date(2014, 6, 10)
    assert not edit.campaign.asks_of(ask.node)


def test_nodes_are_added_changed_and_dropped_by_hand() -> None:
    found = campaign()
    more, one = added(
        found, "家长座谈会", typed_days("4月8日", found, TODAY, CALENDAR), place="meeting"
    )
    named_so = edited(more, one.id, responsible=("甲某",), deliverable="座谈记录")
    held = named_so.node(one.id)
    assert held is not None
    assert (held.responsible, held.deliverable) == (("甲某",), "座谈记录")
    assert dropped(named_so, one.id).node(one.id) is None


@pytest.mark.parametrize("title", ["", "  "])
def test_a_node_without_a_name_is_not_added(title: str) -> None:
    found = campaign()
    with pytest.raises(NotPossible, match="no-title"):
        added(found, title, typed_days("4月8日", found, TODAY, CALENDAR))


def test_a_round_hangs_only_on_what_begins_and_ends() -> None:
    found = campaign()
    with pytest.raises(NotPossible, match="no-window"):
        edited(found, named(found, "动员大会").id, survey="kunshan")
    hung = edited(found, named(found, "征求意见").id, survey="kunshan")
    assert named(hung, "征求意见").survey == "kunshan"


# --- the next version ------------------------------------------------------------------------------------------------


def test_the_same_document_again_changes_nothing() -> None:
    old = approved(campaign(), TODAY)
    again, difference = renewed(old, campaign(), CALENDAR)
    assert not difference
    assert [n.id for n in again.nodes] == [n.id for n in old.nodes]


def test_a_changed_document_says_what_was_added_dropped_moved_and_reworded() -> None:
    old = approved(campaign(), TODAY)
    changed = (
        PLAN.replace("（6月16日）", "（6月19日）")
        .replace("3．召开通报会（6月下旬）。\n", "3．编写工作总结材料（6月下旬）。\n")
        .replace("形成征求意见情况报告，报局活动办", "形成征求意见情况报告，报县活动办")
    )
    made, difference = renewed(old, campaign(changed), CALENDAR)
    assert [n.title for n in difference.added] == ["编写工作总结材料"]
    assert [n.title for n in difference.dropped] == ["召开通报会"]
    assert {m.title for m in difference.moved} == {"召开专题民主生活会", "形成专项报告"}
    assert [(a.submit_to, b.submit_to) for a, b in difference.reworded] == [
        ("局活动办", "县活动办")
    ]
    assert made.version == 2
    assert made.since is None


def test_what_the_office_decided_stays_where_the_document_says_the_same() -> None:
    old = campaign()
    ask = next(ask for ask in old.asks if ask.code == "vague")
    old = answered(old, ask.node, "5月20日", TODAY, CALENDAR).campaign
    old, mine = added(old, "家长座谈会", typed_days("4月8日", old, TODAY, CALENDAR))
    made, difference = renewed(
        old, campaign(PLAN.replace("（6月16日）", "（6月19日）")), CALENDAR
    )
    answer = made.node(ask.node)
    assert answer is not None
    assert answer.start == date(2014, 5, 20)
    assert not made.asks_of(ask.node)
    assert made.node(mine.id) is not None
    assert mine.id not in {node.id for node in (*difference.added, *difference.dropped)}


def test_a_title_said_in_other_words_is_the_same_node() -> None:
    old = approved(campaign(), TODAY)
    made, difference = renewed(
        old, campaign(PLAN.replace("召开通报会", "召开情况通报会")), CALENDAR
    )
    assert not difference.added
    assert not difference.dropped
    assert named(made, "情况通报会").id == named(old, "召开通报会").id


# --- as JSON ---------------------------------------------------------------------------------------------------------


def test_a_campaign_comes_back_from_json_as_it_was() -> None:
    found = approved(campaign(), TODAY)
    found = redated(
        found,
        named(found, "谈心谈话").id,
        typed_days("5月9日", found, TODAY, CALENDAR),
        TODAY,
        CALENDAR,
    ).campaign
    assert from_json(to_json(found)) == found


@given(
    prescribed=st.sampled_from([True, False, None]),
    start=st.none() | st.dates(),
    names=st.lists(st.text(max_size=8), max_size=3),
)
def test_a_node_of_any_kind_comes_back(
    prescribed: bool | None, start: date | None, names: list[str]
) -> None:
    node = Node(
        id="1", place="node", title="t", prescribed=prescribed, start=start,
        responsible=tuple(names), was=(start, None),
    )  # fmt: skip
    held = Campaign(id="a", title="b", nodes=(node, replace(node, id="2", recorded=True)))
    assert from_json(to_json(held)) == held


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":2,"campaign":{}}'])
def test_what_is_no_campaign_is_not_read_as_one(text: str) -> None:
    with pytest.raises(NotACampaign):
        from_json(text)
