"""Cards: whatever is to be chosen, the platform takes it, every choice can be reached, and digits are always enough."""

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import pieces
from bot.channels.wecom.cards import BUTTON, VOTE, read_tap
from bot.channels.wecom.render import LONGEST, Card, Paper, Picture, Said, inert, parts, split
from bot.content.wecom import words
from bot.core.messages import Address, Button, File, Outgoing, Tap, choices
from tests.channels.wecom.platform import check_card

WHO = Address(channel="wecom", id="a")
QUESTION = "第 2 问，共 5 问（点一个，或写一句）\n有什么事让你不满意？"
CONTROLS = (
    Button("跳过", "0", quiet=True),
    Button("返回", "9", quiet=True),
    Button("先交", "88", quiet=True),
    Button("停", "00", quiet=True),
)


def numbered(*labels: str) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label, str(n)),) for n, label in enumerate(labels, 1))


def shown(
    rows: Any, text: str = QUESTION, **more: Any
) -> tuple[list[str], dict[str, Any] | None]:
    """What is said before the card, and the card, which the platform takes."""
    made = parts(
        Outgoing(address=WHO, text=text, rows=rows, screen="7"), words(), "t-1", **more
    )
    *before, last = made
    said = [part.text for part in made if isinstance(part, Said)]
    if not isinstance(last, Card):
        return said, None
    assert all(isinstance(part, Said) for part in before)
    check_card(last.facts)
    return said, last.facts


def test_few_short_choices_are_buttons_and_the_question_stands_on_the_card():
    said, card = shown((*numbered("作业太多", "食堂", "没有"), CONTROLS[:2]))
    assert said == []
    assert card is not None
    assert card["main_title"]["title"] == "第 2 问，共 5 问（点一个，或写一句）"
    assert card["sub_title_text"].startswith("有什么事让你不满意？\n")
    assert "回复前面的数字" in card["sub_title_text"]
    assert [button["text"] for button in card["button_list"]] == [
        "1 作业太多", "2 食堂", "3 没有", "0 跳过", "9 返回",
    ]  # fmt: skip


def test_controls_that_find_no_room_are_named_in_words():
    said, card = shown(
        (
            *numbered("作业太多", "食堂", "接送不方便", "收费不清楚", "老师态度", "没有"),
            CONTROLS,
        )
    )
    assert card is not None
    assert said == []
    assert len(card["button_list"]) == 6
    assert "0 跳过 · 9 返回 · 88 先交 · 00 停" in card["sub_title_text"]


def test_labels_a_little_too_long_lose_their_digit_and_not_their_words():
    _, card = shown(numbered("我是家长，请开始吧", "我是教职工等，开始", "以后"))
    assert card is not None
    assert [button["text"] for button in card["button_list"]] == [
        "我是家长，请开始吧",
        "我是教职工等，开始",
        "以后",
    ]
    assert "1—3" in card["sub_title_text"]


def test_many_or_longer_choices_are_a_vote():
    _, card = shown(numbered(*(f"第{n}所学校的名字" for n in range(12))))
    assert card is not None
    assert card["card_type"] == "vote_interaction"
    assert card["checkbox"]["mode"] == 0
    assert len(card["checkbox"]["option_list"]) == 12


def test_labels_that_would_be_cut_are_listed_in_words_and_the_card_shows_their_digits():
    long = ["江城市经济技术开发区第一实验小学东校区", "江城市经济技术开发区第一实验小学西校区"]
    said, card = shown(numbered(*long))
    assert card is not None
    whole = "\n".join([*said, str(card)])
    assert all(f"{n} {name}" in whole for n, name in enumerate(long, 1))
    texts = [option["text"] for option in card["checkbox"]["option_list"]]
    assert texts == [
        "1",
        "2",
    ]  # labels that differ only beyond 17 characters would look the same


def test_more_than_twenty_stand_in_drop_downs_that_begin_with_please_choose():
    _, card = shown(numbered(*(f"学校{n}" for n in range(1, 26))))
    assert card is not None
    assert card["card_type"] == "multiple_interaction"
    assert [box["option_list"][0]["text"] for box in card["select_list"]] == ["请选择"] * 3
    key = card["submit_button"]["key"]
    nothing = [(box["question_key"], ("-",)) for box in card["select_list"]]
    assert read_tap(key, nothing)[0] == Tap("", "7")
    assert read_tap(key, [*nothing[:2], ("q2", ("25",))])[0] == Tap("25", "7")
    assert read_tap(key, [("q0", ("3",)), ("q1", ("12",)), nothing[2]])[0] == Tap("", "7")


def test_even_more_are_said_in_words():
    said, card = shown(numbered(*(f"学校{n}" for n in range(1, 40))))
    assert card is None
    assert all(f"{n} 学校{n}" in "\n".join(said) for n in range(1, 40))


def test_several_may_be_chosen_where_the_screen_ticks():
    rows = (
        *((Button(label, f"+{n}"),) for n, label in enumerate(("作业", "检查", "会议"), 1)),
        (Button("选好了", "ok"),),
        CONTROLS,
    )
    _, card = shown(rows)
    assert card is not None
    assert card["checkbox"]["mode"] == 1
    assert [option["text"] for option in card["checkbox"]["option_list"]] == [
        "1 作业",
        "2 检查",
        "3 会议",
    ]
    key = card["submit_button"]["key"]
    assert read_tap(key, [("q", ("+1", "+3"))])[0] == Tap("1 3", "7")
    assert read_tap(key, [("q", ())])[0] == Tap("ok", "7")


def test_buttons_of_the_desk_say_whole_commands():
    rows = (
        (Button("看全文", "周报 2027-03-05 全文"), Button("发送", "发送 2027-03-05 2 确认")),
    )
    _, card = shown(rows, "周报 3 月 5 日\n已截稿")
    assert card is not None
    assert [read_tap(button["key"], ())[0].says for button in card["button_list"]] == [
        "周报 2027-03-05 全文", "发送 2027-03-05 2 确认",
    ]  # fmt: skip


def test_where_places_are_counted_each_choice_of_the_desk_has_its_number():
    rows = (
        (Button("看全文", "周报 2027-03-05 全文"), Button("发送", "发送 2027-03-05 2 确认")),
        (Button("12 食堂", "问题 12"), Button("回到菜单", "?", quiet=True)),
    )
    outgoing = Outgoing(address=WHO, text="周报", rows=rows, screen="open", counted=True)
    card = parts(outgoing, words(), "t-1")[-1]
    assert isinstance(card, Card)
    check_card(card.facts)
    labels = ["1 看全文", "2 发送", "3) 12 食堂", "4 回到菜单"]
    assert [button["text"] for button in card.facts["button_list"]] == labels
    assert "回复前面的数字" in card.facts["sub_title_text"]
    assert choices(rows) == tuple(
        read_tap(button["key"], ())[0].says for button in card.facts["button_list"]
    )
    (said,) = parts(outgoing, words(), "t-1", with_cards=False)
    assert isinstance(said, Said)
    assert said.text.split("\n")[1:5] == labels


def test_what_has_no_number_says_what_to_type():
    _, card = shown(((Button("接着答", "/start r_spring"), Button("别再提醒", "别再提醒")),))
    assert card is not None
    assert "接着答：回复“/start r_spring”" in card["sub_title_text"]


def test_a_long_text_goes_before_the_card():
    text = "很长。" * 200
    said, card = shown(numbered("好", "不好"), text)
    assert "".join(said).startswith("很长。很长。")
    assert card is not None
    assert card["main_title"]["title"] == "请选择"


LABELS = st.text(
    string.ascii_letters + string.digits + " |，。、中文标题很长" + "😀",
    min_size=1,
    max_size=30,
).map(lambda text: text.strip() or "x")
BUTTONS = st.builds(
    Button, LABELS, st.text("0123456789+周报 abc|", min_size=1, max_size=60), st.booleans()
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(BUTTONS, min_size=1, max_size=35),
    st.text("第一问\n，。x😀 ", max_size=400),
    st.sampled_from(["", "https://ask.example"]),
)
def test_whatever_is_to_be_chosen_the_platform_takes_it_and_each_choice_can_be_reached(
    buttons: list[Button], text: str, page: str
):
    rows = tuple((button,) for button in buttons)
    outgoing = Outgoing(address=WHO, text=text, rows=rows, screen="7")
    made = parts(outgoing, words(), "t-1", page=page)
    said = "\n".join(part.text for part in made if isinstance(part, Said))
    assert all(len(part.text.encode()) <= LONGEST for part in made if isinstance(part, Said))
    reached: set[str] = set()
    for part in made:
        if isinstance(part, Card):
            check_card(part.facts)
            said += "\n" + str(part.facts["main_title"]) + part.facts.get("sub_title_text", "")
            for button in part.facts.get("button_list", ()):
                if "key" in button:
                    reached.add(read_tap(button["key"], ())[0].says)
            submit = part.facts.get("submit_button", {"key": ""})
            reached.add(read_tap(submit["key"], ())[0].says)
            boxes = [*part.facts.get("select_list", ()), part.facts.get("checkbox")]
            reached |= {option["id"] for box in boxes if box for option in box["option_list"]}
    for button in buttons:
        assert button.says in reached or " ".join(button.says.split()) in " ".join(said.split())


@given(st.text(max_size=3000))
def test_no_text_is_longer_than_the_platform_takes_and_no_word_is_lost(text: str):
    text = inert(text)
    pieces = split(text)
    assert all(len(piece.encode()) <= LONGEST for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_at_the_end_of_a_sentence():
    sentence = "这一句话一共有十五个字，加上标点。"
    pieces = split(sentence * 100)
    assert len(pieces) > 2
    assert all(piece.endswith("。") for piece in pieces)


def test_what_somebody_wrote_does_nothing():
    harmful = '<a href="http://x">点我</a>\u202eabc\x00 <script>'
    (part,) = parts(Outgoing(address=WHO, text=harmful), words(), "t")
    assert isinstance(part, Said)
    assert part.text == '＜a href="http://x">点我＜/a>abc ＜script>'


def test_papers_go_first_where_something_is_to_be_chosen_and_else_last():
    outgoing = Outgoing(
        address=WHO,
        text="周报",
        files=(File("a.docx", b"x"),),
        picture=b"p",
        rows=numbered("好"),
    )
    kinds = [type(part) for part in parts(outgoing, words(), "t")]
    assert kinds == [Picture, Paper, Card]
    bare = Outgoing(address=WHO, text="周报", files=(File("a.docx", b"x"),))
    assert [type(part) for part in parts(bare, words(), "t")] == [Said, Paper]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_of_the_menu_and_of_cards_fit(language: str):
    said = words()[language]
    assert all(len(said[key]) <= BUTTON for key in ("page", "submit"))
    assert len(said["choose"]) <= VOTE
    assert all(len(said[f"menu_{key}"].encode()) <= 16 for key in ("start", "hotline", "more"))
    assert all(len(said[f"menu_{key}"].encode()) <= 40 for key in ("bind", "stop", "zh", "en"))
    assert pieces.in_chinese(said["over"]) == (language == "zh")
