"""What says nearly the same is one theme, and keeps its number."""

import pytest

from bot.core.themes import Said, gather, merged, renamed, split

FOOD = [
    "食堂的菜又贵又难吃，一个月吃不到几次肉",
    "食堂饭菜太贵了，还难吃，肉很少",
    "食堂的菜难吃，价格还贵，没有什么肉",
]
GATE = ["校门口没有红绿灯，放学车很多很危险", "校门口放学时车多，没有红绿灯，太危险了"]


def said(texts, topic="x", first=0):
    return [Said(id=f"o{first + n}", topic=topic, text=text) for n, text in enumerate(texts)]


def test_what_says_the_same_is_together_and_what_does_not_is_apart():
    themes = gather(said(FOOD + GATE))
    assert [set(theme.ids) for theme in themes] == [{"o0", "o1", "o2"}, {"o3", "o4"}]


def test_topics_are_never_mixed():
    themes = gather(said(FOOD[:1], "a") + said(FOOD[1:2], "b", first=1))
    assert len(themes) == 2


def test_a_theme_keeps_its_number_when_it_grows():
    first = gather(said(FOOD[:2] + GATE))
    number = {id: theme.number for theme in first for id in theme.ids}
    second = gather(said(FOOD[:2] + GATE + FOOD[2:] + ["操场跑道起皮，一直没人修"]), first)
    grown = next(theme for theme in second if "o4" in theme.ids)
    assert grown.number == number["o0"]
    assert {theme.number for theme in second if "o5" in theme.ids} == {max(number.values()) + 1}


def test_the_title_is_of_its_own_words():
    theme = gather(said(FOOD))[0]
    assert any(theme.title.rstrip("…") in text for text in FOOD)
    assert theme.representative in theme.ids


def test_placeholders_glue_nothing_together():
    themes = gather(said(["〔姓名〕〔电话〕作业多", "〔姓名〕〔电话〕停车难"]))
    assert len(themes) == 2


def test_pasted_copies_are_found_apart():
    theme = gather(said([FOOD[0], FOOD[0] + "！！", FOOD[1]]))[0]
    assert theme.copies == (("o0", "o1"),)


def test_a_person_may_merge_split_and_rename():
    one, other = gather(said(FOOD + GATE))
    both = merged(one, other)
    assert (both.number, len(both.ids)) == (one.number, 5)
    rest, out = split(both, other.ids, 9)
    assert (set(rest.ids), set(out.ids), out.number) == (set(one.ids), set(other.ids), 9)
    assert renamed(one, "伙食").title == "伙食"
    with pytest.raises(ValueError, match="both sides"):
        split(one, one.ids, 3)


def test_nothing_and_blanks_are_no_trouble():
    assert gather([]) == ()
    assert len(gather(said(["", "？？", "。"]))) == 3


def test_a_theme_is_known_again_after_its_opinions_were_let_go():
    first = gather(said(FOOD + GATE))
    number = {id: theme.number for theme in first for id in theme.ids}
    later = gather(
        said(
            ["食堂的饭菜难吃又贵，肉没几块", "校门口车多，没有红绿灯", "职称名额太少"], first=20
        ),
        first,
    )
    mine = {id: theme.number for theme in later for id in theme.ids}
    assert (mine["o20"], mine["o21"]) == (number["o0"], number["o3"])
    assert mine["o22"] == max(number.values()) + 1
    assert len(next(t for t in later if t.number == number["o0"]).ids) == 4


def test_the_number_of_a_theme_merged_away_is_never_given_again():
    one, other = gather(said(FOOD + GATE))
    both = merged(one, other)
    later = gather(said(["职称名额太少，轮不到一线"], first=9), [both], last=other.number)
    assert max(theme.number for theme in later) == other.number + 1


def test_what_a_person_merged_and_split_stays_so():
    one, other = gather(said(FOOD + GATE))
    both = renamed(merged(one, other), "两件事")
    again = gather(said(FOOD + GATE), [both])
    assert [(theme.number, theme.title, len(theme.ids)) for theme in again] == [
        (1, "两件事", 5)
    ]
    rest, out = split(one, ["o0"], 9)
    again = gather(said(FOOD + GATE), [rest, out, other])
    assert {theme.number: set(theme.ids) for theme in again} == {
        1: {"o1", "o2"}, 9: {"o0"}, other.number: {"o3", "o4"},
    }  # fmt: skip
    assert next(theme.title for theme in again if theme.number == 9)
