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
