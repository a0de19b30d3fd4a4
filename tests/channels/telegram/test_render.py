"""Words on Telegram: whole, inert, cut where a reader would pause, buttons within what the platform takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import LONGEST, Words, inert, parts, read_tap, split
from bot.core.messages import Address, Button, Outgoing, Tap

ADDRESS = Address(channel="telegram", id="1")
ALPHABET = st.one_of(
    st.sampled_from("。！？；，、.!? \n\u200d\ufe0f\u0301👩🏽👨🏿💻🇨🇳食堂菜凉ab@_/"),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(ALPHABET, max_size=400)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(TEXTS, st.integers(2, 60))
def test_pieces_fit_and_nothing_but_white_space_is_lost(text: str, longest: int):
    pieces = split(text, longest)

    assert all(0 < units(piece) <= longest for piece in pieces)
    assert bare("".join(pieces)) == bare(text)


@pytest.mark.parametrize(
    ("text", "longest", "pieces"),
    [
        ("", 10, ()),
        ("短的。", 10, ("短的。",)),
        ("第一句。第二句！“第三句？”第四句", 10, ("第一句。第二句！", "“第三句？”第四句")),
        ("一段一段\n\n二段，二段。二段", 10, ("一段一段", "二段，二段。二段")),
        ("没有标点的很长的一句话", 5, ("没有标点的", "很长的一句", "话")),
        ("pi is 3.14159 or so", 14, ("pi is 3.14159", "or so")),
        ("aaaa👩\u200d💻bbbb", 7, ("aaaa", "👩\u200d💻bb", "bb")),
        ("😀" * 5, 4, ("😀😀", "😀😀", "😀")),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(
    text: str, longest: int, pieces: tuple[str, ...]
):
    assert split(text, longest) == pieces


@given(TEXTS)
def test_what_is_sent_cannot_mention_or_hide(text: str):
    said = inert(text)

    assert not re.search(r"(?<![\w.+-])@\w", said)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", said)
    assert inert(said) == said


def shown(*buttons: Button, screen: str = "12", text: str = "?") -> Words:
    (part,) = parts(Outgoing(address=ADDRESS, text=text, rows=(buttons,), screen=screen), "k3")
    assert isinstance(part, Words)
    return part


def labels(part: Words) -> list[str]:
    return (
        [b["text"] for row in part.keyboard["inline_keyboard"] for b in row]
        if part.keyboard
        else []
    )


@pytest.mark.parametrize(
    ("button", "label"),
    [
        (Button("知道了", "1"), "1 知道了"),
        (Button("作业", "+2"), "2 作业"),
        (Button("5", "5"), "5"),
        (Button("选好了", "ok"), "选好了"),
        (Button("跳过", "0", quiet=True), "0 跳过"),
        (Button("", "3"), "3"),
        (Button("很长" * 50, "1"), "1 " + "很长" * 30 + "很…"),
    ],
)
def test_a_button_shows_what_one_may_type_instead(button: Button, label: str):
    assert labels(shown(button)) == [label]


@given(st.text(max_size=12), st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_a_button_says_what_it_was_made_to_say(says: str, screen: str):
    part = shown(Button("x", says), screen=screen)
    if part.keyboard is not None:
        data = part.keyboard["inline_keyboard"][0][0]["callback_data"]

        assert len(data.encode()) <= 64
        assert read_tap(data) == Tap(says, screen)


def test_what_does_not_fit_a_button_is_listed_to_be_typed():
    part = shown(Button("长", "字" * 30), Button("短", "1"))

    assert labels(part) == ["1 短"]
    assert part.text == f"?\n\n长: {'字' * 30}"


@given(st.text(max_size=64))
def test_any_data_is_a_tap_and_only_ours_has_a_screen(data: str):
    tap = read_tap(data)

    assert tap == Tap("", "") or data.startswith("v1|")


def test_a_note_stands_below_and_buttons_below_that():
    outgoing = Outgoing(
        address=ADDRESS, text="长。" * 3000, rows=((Button("好", "1"),),), screen="1"
    )
    made = parts(outgoing, "0", "(a note)")

    assert [bool(part.keyboard) for part in made if isinstance(part, Words)] == [False, True]
    assert made[-1].text.endswith("(a note)")
    assert all(units(part.text) <= LONGEST for part in made if isinstance(part, Words))
