"""From cues to labels, each with its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.models import load_model
from bot.content.taxonomy import load_taxonomy, tables
from bot.core.sorting import Leader, classify, cues_in, taxonomy_from
from bot.core.sorting.model import fit, model_from, taught


def labels(text):
    return classify(load_taxonomy(), text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("食堂的菜太咸了", "shitang"),
        ("职称指标都给了行政", "zhicheng"),
        ("外地户口怎么积分入学", "suiqian"),
        ("幼儿园小班人太多", "xueqian"),
        ("補課費一節兩百", "buke"),
        ("校车超载", "xiaoche"),
        ("补可收钱", "buke"),
        ("今天天气很好", "qita"),
        ("", "qita"),
    ],
)
def test_topics(text, topic):
    assert labels(text).topic == topic


def test_each_label_says_which_words_caused_it():
    found = labels("天天填表迎检，台账堆成山，没时间备课")
    assert found.topic == "jianfu"
    assert set(found.why["jianfu"]) >= {"填表", "迎检", "台账"}
    assert "台账" in found.why["形式主义"]


def test_single_characters_are_no_reason_beside_words():
    assert "会" not in labels("会太多，天天填表").why["jianfu"]
    assert labels("今天会真长").why["jianfu"] == ("会",)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("孩子说不想活了", "self_harm"),
        ("他被几个同学堵在厕所打", "bullying"),
        ("老师打了他两个耳光", "abuse"),
        ("栏杆松了，三楼", "safety"),
        ("后勤吃回扣，我有转账记录", "corruption"),
    ],
)
def test_what_cannot_wait_is_urgent(text, danger):
    assert labels(text).urgent
    assert danger in labels(text).dangers


@pytest.mark.parametrize(
    "text",
    [
        "食堂的饭菜打到手里总是凉的",
        "菜打到碗里只有一点点",
        "热水打到壶里是温的",
        "打饭要排半小时",
    ],
)
def test_what_a_kitchen_hands_out_is_no_blow(text):
    assert not labels(text).urgent


@pytest.mark.parametrize(
    "text",
    [
        "把孩子打到住院",
        "把他打到流血",
        "几个人把他打到地上，饭菜打到碗里也吃不下",
        "被打到手里都是血",
    ],
)
def test_a_blow_stays_one_beside_what_a_kitchen_hands_out(text):
    assert "bullying" in labels(text).dangers


@pytest.mark.parametrize("text", ["累死了，作业太多", "老师打电话通知家长会", "建议开展防溺水讲座", "食堂阿姨很热情"])  # fmt: skip
def test_harmless_words_are_not_urgent(text):
    assert not labels(text).urgent


@pytest.mark.parametrize(
    ("text", "kind", "ask"),
    [
        ("请问几号报名？", "question", "问需"),
        ("建议取消周考", "suggestion", "问策"),
        ("感谢老师，孩子进步很大", "praise", "问效"),
        ("凭什么强制我们交钱", "complaint", "问怨"),
    ],
)
def test_how_it_is_said(text, kind, ask):
    assert (labels(text).kind, labels(text).ask) == (kind, ask)


def test_leaders_are_spoken_of_but_not_when_only_greeted():
    assert labels("校长一言堂，谁的话都不听").leader_mention
    assert labels("校长一言堂").about == "个人"
    assert labels("领导班子不团结").about == "班子"
    assert not labels("尊敬的校长，食堂太贵").leader_mention
    assert not labels("班主任很负责").leader_mention


@pytest.mark.parametrize(
    "said", ["陈一舟不听意见", "陈校长太霸道", "陈校说话不算", "老陈头说了算"]
)
def test_a_leader_of_the_roster_makes_it_personal(said):
    leader = Leader(name="陈一舟", unit="s1", posts=("校长",), spellings=("老陈头",))
    found = classify(load_taxonomy(), said, roster=[leader])
    assert (found.leaders, found.about, found.leader_mention) == ((leader,), "个人", True)
    assert not classify(load_taxonomy(), "作业太多", roster=[leader]).leaders


def test_what_is_no_matter_of_schools_is_passed_on():
    assert labels("小区物业乱停车没人管").elsewhere
    assert not labels("学校门口的小区乱停车").elsewhere


@pytest.mark.parametrize(
    "text",
    ["我是全校唯一的美术老师", "我们年级就我一个女老师", "我是刚从二小调来的", "上周我跟校长吵了一架", "只有我家孩子坐轮椅"],
)  # fmt: skip
def test_words_that_point_to_the_writer_are_shown(text):
    assert labels(text).pointing


@pytest.mark.parametrize("text", ["唯一的办法是多招老师", "我是普通教师，作业太多", "老师不够", "只有一个厕所"])  # fmt: skip
def test_words_that_everybody_may_say_point_to_nobody(text):
    assert not labels(text).pointing


def test_an_empty_scheme_is_no_label_and_a_filled_one_is():
    assert not load_taxonomy().groups["sicha"]
    filled = taxonomy_from(tables() | {"sicha": [{"code": "查作风", "cues": ["拖拉"]}]})
    assert "查作风" in classify(filled, "办事拖拉").tags


def test_what_is_only_a_wish_is_not_urgent_though_a_cue_stands_in_it():
    wish = "请问孩子对牛奶过敏，食堂可以单独做吗？"
    assert labels(wish).urgent
    assert not classify(load_taxonomy(), wish, load_model()).urgent


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("谢谢你们听我说，这是最后一次写东西了，明天就不用上学了", "self_harm"),
        ("全班都不跟她说话，连值日也没人搭", "bullying"),
        ("放学三个钟头了，孩子还没到家，求大家留意", "safety"),
        ("班里好几个孩子中午吃完就吐了", "safety"),
        ("采购有两本账，都在我这里", "corruption"),
    ],
)
def test_what_is_grave_is_urgent_whatever_a_model_thinks(text, danger):
    harmless = fit(["甲", "乙"], ["a", "b"], ways={"urgent": [("",), ("",)]})
    found = classify(load_taxonomy(), text, harmless)
    assert found.urgent
    assert danger in found.dangers
    assert found.why[danger]
    assert not classify(load_taxonomy(), "栏杆松了", harmless).urgent


def test_a_model_hears_what_stands_in_the_first_clause():
    texts = ["操场，还有食堂", "食堂，还有操场"] * 4
    model = fit(texts, ["a", "b"] * 4)
    assert model.shares("操场，还有食堂")["a"] > 0.6
    assert model.shares("食堂，还有操场")["b"] > 0.6


def test_a_model_hears_how_something_is_pointed():
    taxonomy = load_taxonomy()
    asked, said = cues_in(taxonomy, "校服几套？"), cues_in(taxonomy, "校服两套。")
    assert asked["mark:asks last"]
    assert "mark:asks last" not in said
    assert "mark:not pointed" in cues_in(taxonomy, "校服两套")
    assert "mark:lists" in cues_in(taxonomy, "1、校服 2、书包")


def test_the_first_clause_is_heard_beside_a_long_text():
    rest = "，后来又说了操场说了宿舍说了食堂说了校车说了作业"
    model = fit([f"操场{rest}", f"食堂{rest}"] * 4, ["a", "b"] * 4)
    assert model.shares(f"操场{rest}")["a"] > 0.6
    assert model.shares(f"食堂{rest}")["b"] > 0.6


def test_a_model_hears_who_wants_somebody_to_come_and_who_says_that_nothing_happened():
    taxonomy = load_taxonomy()
    pleads, calms = cues_in(taxonomy, "求求你们快派人来"), cues_in(taxonomy, "摔了一跤，没受伤")
    assert pleads["mark:pleads"] > 2
    assert "mark:calms" not in pleads
    assert calms["mark:calms"]
    assert "mark:pleads" not in calms


def test_a_weak_word_of_danger_is_only_heard_by_a_model():
    assert not labels("流水席照着办").urgent
    harmful = fit(["甲", "乙"], ["a", "b"], ways={"urgent": [("yes",), ("yes",)]})
    found = classify(load_taxonomy(), "流水席照着办", harmful)
    assert found.dangers == ("corruption",)


def test_cantonese_is_read_as_what_it_means():
    taxonomy = load_taxonomy()
    assert taxonomy.fold("佢哋唔俾") == "他们不给"


def test_a_cue_may_be_a_chain_within_a_sentence_and_may_be_taken_back():
    taxonomy = taxonomy_from(
        {
            "topic": [{"code": "a", "strong": ["老师..打"], "not": ["打电话"]}],
            **{
                group: [{"code": code} for code in codes]
                for group, codes in {
                    "kind": ("praise", "question", "suggestion", "complaint"),
                    "ask": ("问效", "问怨", "问症", "问需", "问策"),
                    "sifeng": (), "sizhi": (), "urgent": (), "tag": (),
                    "elsewhere": ("elsewhere",), "abusive": ("abusive",), "pointing": ("pointing",),
                }.items()
            },
        }
    )  # fmt: skip
    assert classify(taxonomy, "老师把他打了").topic == "a"
    assert classify(taxonomy, "老师来了。别打").topic == "qita"
    assert classify(taxonomy, "老师给我打电话").topic == "qita"


def test_a_broken_cue_is_named():
    with pytest.raises(ValueError, match="topic a"):
        taxonomy_from({"topic": [{"code": "a", "cues": ["一.."]}]})


def test_a_model_learns_from_decisions_and_can_be_stored():
    texts = ["桌子摇晃", "椅子摇晃", "歌声好听", "琴声好听"]
    model = fit(texts, ["tiaojian", "tiaojian", "jiaoxue", "jiaoxue"])
    again = model_from(model.arrays())
    assert again.shares("黑板摇晃") == model.shares("黑板摇晃")
    assert model.shares("黑板摇晃")["tiaojian"] > 0.6
    found = classify(load_taxonomy(), "那个摇晃", model)
    assert found.topic == "tiaojian"
    assert "摇晃" in found.why["tiaojian"]
    assert sum(model.shares("").values()) == pytest.approx(1, abs=1e-5)


def test_what_the_office_decides_is_added_to_what_the_model_knew():
    texts = ["桌子摇晃", "椅子摇晃", "歌声好听", "琴声好听"]
    model = fit(texts, ["tiaojian", "tiaojian", "jiaoxue", "jiaoxue"])
    wiser = taught(model, ["笛声好听", "琴房钥匙丢了"], ["kehou", "kehou"])
    assert wiser.shares("琴房钥匙")["kehou"] > 0.5
    assert wiser.shares("黑板摇晃")["tiaojian"] > 0.5
    assert model.codes == ("jiaoxue", "tiaojian")
    again = taught(model_from(model.arrays()), ["笛声好听", "琴房钥匙丢了"], ["kehou", "kehou"])
    assert again.shares("琴房钥匙") == pytest.approx(wiser.shares("琴房钥匙"), abs=1e-4)


def test_beside_many_decisions_some_of_what_it_was_fitted_on_is_enough(monkeypatch):
    monkeypatch.setattr("bot.core.sorting.model.SIDE_BY_SIDE", 12)
    old = [("桌子摇晃", "tiaojian"), ("歌声好听", "jiaoxue")] * 20
    model = fit([text for text, _ in old], [topic for _, topic in old])
    wiser = taught(model, ["琴房钥匙丢了"] * 6, ["kehou"] * 6)

    assert wiser.shares("琴房钥匙")["kehou"] > 0.5
    assert wiser.shares("桌子摇晃")["tiaojian"] > 0.5
    assert wiser.examples is model.examples


def test_a_model_hears_cues_beside_the_words():
    cues = [{"topic:a": 3.0}, {"topic:a": 3.0}, {"topic:b": 3.0}, {"topic:b": 3.0}]
    model = fit(["一", "二", "三", "四"], ["a", "a", "b", "b"], cues)
    assert model.shares("五", {"topic:a": 3.0})["a"] > 0.6 > model.shares("五")["a"]


def test_the_model_that_comes_with_the_product_knows_its_groups():
    model = load_model()
    assert {"kind", "ask", "sifeng", "urgent"} == set(model.ways)
    assert model.examples is not None
    assert classify(load_taxonomy(), "他们把我锁在储物间不让出来", model).urgent
    assert classify(load_taxonomy(), "秧歌队排练占了操场", model).topic in model.codes


@given(st.text(max_size=200))
def test_anything_can_be_sorted(text):
    found = labels(text)
    assert found.topics[0] == found.topic
    assert found.urgent == bool(found.dangers)


@pytest.mark.parametrize("text", ["", "……", "123", "OK"])
def test_where_there_is_nothing_to_read_the_model_says_nothing(text):
    found = classify(load_taxonomy(), text, load_model())
    assert (found.topic, found.sifeng, found.urgent) == ("qita", (), False)
