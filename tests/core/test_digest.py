"""What a digest counts, what it leaves out, and that it comes back from its snapshot as it was."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import (
    Count,
    Digest,
    NotASnapshot,
    Notes,
    Opinion,
    PersonalMatter,
    Turnout,
    differences,
    digest_from,
    from_json,
    past_with,
    personal_files,
    personal_from_json,
    self_check,
    to_json,
)
from bot.core.digest.figures import band, change, share
from bot.core.digest.snapshot import PORTION, all_entries, entries_in, in_portions
from bot.core.messages import Redacted
from bot.core.periods import Issue
from tests.sample_week import NAMES, NEXT, PERIOD, headcounts, opinions, sample_week, turnout


def digest_of(*said: Opinion, heard: tuple[Turnout, ...] = (), **more: object) -> Digest:
    settings: dict[str, object] = {
        "office": "江城市教育局",
        "issue": Issue(1, 1),
        "period": PERIOD,
        "next_period": NEXT,
        "moved": False,
        "headcounts": headcounts(),
        "names": NAMES,
    }
    return digest_from(said, heard, **(settings | more))  # pyright: ignore[reportArgumentType]


def opinion(id: str, text: str = "食堂的菜老是凉的，能不能热一点。", **more: object) -> Opinion:
    plain = Opinion(
        id=id,
        round="r",
        unit="u02",
        group="parent",
        question="",
        dimension="怨",
        choice="",
        text=Redacted(text),
        topic="shitang",
    )
    return plain._replace(**more)


def heard(
    submissions: int, *units: str, group: str = "parent", period: date = PERIOD.name
) -> Turnout:
    return Turnout(
        period=period, units=units, group=group, people=submissions, submissions=submissions
    )


# --- the sample week --------------------------------------------------------------------------------------------


def test_the_sample_week_gives_its_first_paragraph() -> None:
    o = sample_week().overview

    assert (o.submissions, o.cumulative, o.invited, o.rate) == (370, 1752, 6820, 257)
    assert (o.opinions, o.before, o.change, o.merged) == (522, 478, 92, 138)
    assert (o.team, o.personal, o.general) == (35, 6, 97)


def test_the_sample_week_gives_its_channels() -> None:
    numbers = [(count.code, count.number) for count in sample_week().channels]

    assert numbers == [
        ("chat", 446),
        ("meeting", 31),
        ("letter", 19),
        ("12345", 7),
        ("visitor", 5),
        ("guide", 14),
    ]


def test_the_sample_week_gives_table_1() -> None:
    rows = [(r.name, r.invited, r.now, r.cumulative, r.rate) for r in sample_week().groups]

    assert rows == [
        ("普通党员", 310, 28, 171, 552),
        ("群众（教辅、后勤）", 240, 17, 66, 275),
        ("一线教师", 860, 96, 412, 479),
        ("老同志", 150, 9, 38, 253),
        ("党外人士", 60, 6, 29, 483),
        ("学生家长", 5200, 214, 1036, 199),
    ]


def test_the_sample_week_gives_table_2_with_the_merged_units_last() -> None:
    rows = [
        (r.name, r.merged, r.invited, r.now, r.cumulative, r.rate) for r in sample_week().units
    ]

    assert rows == [
        ("局机关", 0, 120, 19, 78, 650),
        ("第一中学", 0, 980, 61, 301, 307),
        ("第二中学", 0, 900, 48, 214, 238),
        ("实验小学", 0, 1150, 72, 402, 350),
        ("城东小学", 0, 1020, 55, 288, 282),
        ("新城小学", 0, 870, 44, 131, 151),
        ("", 6, 1780, 71, 338, 190),
    ]


def test_the_sample_week_gives_table_3() -> None:
    digest = sample_week()

    assert [(r.code, r.number, r.share) for r in digest.dimensions] == [
        ("效", 61, 117),
        ("怨", 148, 284),
        ("症", 97, 186),
        ("需", 131, 251),
        ("策", 85, 163),
    ]
    assert digest.shares == 1001


def test_the_sample_week_gives_table_4() -> None:
    digest = sample_week()

    assert [count.number for count in digest.sifeng.counts] == [41, 33, 9, 4]
    assert (digest.sifeng.none, digest.sifeng.twice) == (62, 11)
    assert [count.number for count in digest.sizhi.counts] == [37, 29, 6, 4]
    assert digest.sizhi.none == 62


def test_the_sample_week_gives_table_5() -> None:
    digest = sample_week()
    rows = [(r.name, r.now, r.before, r.change, r.groups) for r in digest.topics]
    others = digest.other_topics

    assert rows == [
        ("作业与课业负担", 74, 66, 121, ("家长",)),
        ("食堂饭菜与价格", 58, 31, 871, ("家长", "一线教师")),
        ("检查评比、填表过多", 52, 49, 61, ("一线教师",)),
        ("外来务工子女入学材料", 47, 52, -96, ("家长",)),
        ("课后接送与延时", 39, 44, -114, ("家长",)),
        ("校门口交通安全", 33, 18, 833, ("家长", "群众")),
        ("职称与绩效公开", 29, 30, -33, ("一线教师",)),
        ("违规补课、有偿家教", 17, 21, -190, ("家长",)),
    ]
    assert (others.now, others.before, others.change) == (173, 167, 36)
    assert (digest.rising, digest.falling) == (("shitang", "xiaoche"), ("buke",))


def test_the_sample_week_gives_what_many_speak_of() -> None:
    rows = [(r.title, r.number, r.units, r.periods) for r in sample_week().repeated]

    assert rows == [
        ("检查评比、填表过多", 52, 9, 3),
        ("外来务工子女入学材料", 47, 5, 3),
        ("食堂调价未告知", 31, 3, 1),
    ]


def test_the_sample_week_gives_the_problem_list_and_where_opinions_went() -> None:
    digest = sample_week()
    problems = digest.rectification

    assert problems is not None
    assert (problems.total, problems.whole, problems.done, problems.rate) == (46, 41, 17, 370)
    assert (problems.ratings.total, share(57, 86), share(20, 86), share(9, 86)) == (
        86,
        663,
        233,
        105,
    )
    assert [(c.code, c.number) for c in digest.destinations] == [
        ("known", 71),
        ("new", 9),
        ("answered", 26),
        ("forwarded", 8),
        ("handed", 2),
        ("", 22),
    ]


def test_the_sample_week_adds_up() -> None:
    assert self_check(sample_week()) == ()


# --- what is left out -------------------------------------------------------------------------------------------


def test_what_concerns_one_leader_is_counted_and_shown_nowhere() -> None:
    digest = digest_of(
        opinion("a"),
        opinion(
            "b", "副校长从来不听课，也不见家长。", about="个人", topic="shide", theme="price"
        ),
    )

    assert digest.overview.opinions == 2
    assert (digest.overview.personal, digest.overview.withheld) == (1, 1)
    assert "副校长" not in to_json(digest)
    assert [row.code for row in digest.topics] == ["shitang"]
    assert digest.other_topics.now == 1
    assert self_check(digest) == ()


def test_what_was_handed_over_is_counted_and_shown_nowhere() -> None:
    digest = digest_of(opinion("a"), opinion("b", "收了红包，有转账。", destination="handed"))

    assert "红包" not in to_json(digest)
    assert Count("handed", 1) in digest.destinations


def test_a_leaders_matter_never_merges_with_a_common_one_of_the_same_theme() -> None:
    digest = digest_of(opinion("a", theme="price"), opinion("b", theme="price", about="个人"))

    assert digest.overview.merged == 2
    assert digest.entries[0].times == 1


def test_words_carry_their_unit_only_where_eight_of_it_wrote() -> None:
    said = opinion("a", unit="u02"), opinion("b", unit="u03"), opinion("c", unit="")

    digest = digest_of(*said, heard=(heard(7, "u02"), heard(8, "u03"), heard(90, "u04", "u05")))

    assert {e.id: e.unit for e in digest.entries} == {"a": "", "b": "第二中学", "c": ""}


def test_units_at_a_window_have_a_table_of_their_own_and_say_more_where_eight_wrote() -> None:
    digest = digest_of(
        opinion("a", unit="u02"),
        opinion("b", "办事的人很客气，一次就办好了。", unit="u02", kind="praise"),
        opinion("c", unit="u03"),
        names=replace(NAMES, windows=frozenset({"u02", "u03", "u05"})),
        heard=(heard(9, "u02"), heard(7, "u03")),
    )

    assert [(r.unit, r.submissions, r.opinions, r.praise) for r in digest.windows] == [
        ("第一中学", 9, 2, 1),
        ("第二中学", 7, None, 0),
        ("城东小学", 0, None, 0),
    ]
    assert digest.windows[1].topics == ()


def test_what_was_said_before_the_phase_began_is_counted_and_told_apart() -> None:
    digest = digest_of(opinion("a"), opinion("b", mark="early"), opinion("c", mark="early"))

    assert digest.overview.opinions == 3
    assert digest.marks == (Count("early", 2),)
    assert sum(entry.mark == "early" for entry in digest.entries) == 2
    assert not [entry for entry in digest.typical if entry.mark]


def test_last_weeks_writers_do_not_help_to_name_a_unit() -> None:
    earlier = heard(50, "u02", period=date(2014, 3, 21))

    digest = digest_of(opinion("a", unit="u02"), heard=(earlier, heard(7, "u02")))

    assert digest.entries[0].unit == ""


def test_a_unit_without_an_atom_of_its_own_stands_in_the_last_line() -> None:
    digest = digest_of(heard=(heard(20, "u02"), heard(9, "u07", "u08"), heard(6)))

    assert [(row.name, row.now) for row in digest.units] == [("第一中学", 20), ("", 15)]
    assert self_check(digest) == ()


def test_every_group_has_its_line_even_when_nothing_came() -> None:
    digest = digest_of(heard=(heard(20, "u02"),))

    assert [(row.id, row.now) for row in digest.groups] == [
        ("party", 0),
        ("staff", 0),
        ("teacher", 0),
        ("retired", 0),
        ("outside", 0),
        ("parent", 20),
    ]


def test_an_unknown_headcount_gives_no_rate_and_no_band() -> None:
    known: dict[tuple[str, str], int | None] = {("u02", "parent"): None, ("u03", "parent"): 100}

    digest = digest_of(heard=(heard(20, "u02"), heard(37, "u03")), headcounts=known)

    assert [(row.name, row.rate) for row in digest.units] == [
        ("第一中学", None),
        ("第二中学", 370),
    ]
    assert digest.overview.rate is None
    assert [row.bands[-1] for row in digest.coverage] == ["unknown", "3"]


def test_coverage_tells_bands_and_hints_and_keeps_the_order_of_the_units() -> None:
    asked: dict[tuple[str, str], int | None] = {
        ("u02", "teacher"): 40,
        ("u02", "parent"): 100,
        ("u03", "teacher"): 60,
        ("u04", "parent"): 20,
        ("u05", "parent"): 20,
    }
    came = heard(38, "u02", group="teacher"), heard(15, "u02"), heard(12, "u04", "u05")

    digest = digest_of(heard=came, headcounts=asked)

    bands = {row.unit: (row.bands[2], row.bands[5]) for row in digest.coverage}
    assert bands == {
        "第一中学": ("9", "1"),
        "第二中学": ("none", "absent"),
        "实验小学": ("absent", "merged"),
        "城东小学": ("absent", "merged"),
    }
    assert [(w.unit, w.group, w.band) for w in digest.weak] == [
        ("第一中学", "学生家长", "1"),
        ("第二中学", "一线教师", "none"),
    ]


# --- words and numbers ------------------------------------------------------------------------------------------


def test_words_are_kept_to_the_character_and_numbered_in_reading_order() -> None:
    odd = "  =1+1 “引号” 𠮷野家\n第二行\t尾部空格 "

    digest = digest_of(
        opinion("c", odd, dimension="策"),
        opinion("a"),
        opinion("b", urgent=True, dimension="策"),
    )

    assert [(e.number, e.id) for e in digest.entries] == [
        ("Y0328-001", "b"),
        ("Y0328-002", "a"),
        ("Y0328-003", "c"),
    ]
    assert digest.entries[2].text == odd
    assert from_json(to_json(digest)).entries[2].text == odd


def test_the_same_option_counts_as_one_merged_opinion() -> None:
    tapped = [opinion(id, "", question="不满意什么", choice="食堂") for id in "abc"]
    with_words = opinion("d", "菜老是凉的", question="不满意什么", choice="食堂")

    digest = digest_of(*tapped, with_words)

    assert (digest.overview.opinions, digest.overview.merged) == (4, 2)
    assert [(t.question, t.options) for t in digest.tallies] == [
        ("不满意什么", (Count("食堂", 4),))
    ]


def test_taps_that_are_counted_give_the_figures_that_each_of_them_would_give() -> None:
    taps = {
        "question": "不满意什么",
        "choice": "食堂",
        "kind": "praise",
        "sifeng": ("官僚主义",),
    }
    others = [
        opinion("x", about="班子"),
        opinion("y", "作业太多了，写到很晚。", topic="zuoye", sizhi="脱离群众"),
    ]
    each = [opinion(f"{n}", "", **taps) for n in range(7)] + [
        opinion(f"t{n}", "", **taps, group="teacher", about="班子") for n in range(3)
    ]
    together = [
        opinion("a", "", **taps, answers=7),
        opinion("b", "", **taps, group="teacher", about="班子", answers=3),
    ]

    listed, counted = digest_of(*each, *others), digest_of(*together, *others)

    assert replace(counted, entries=(), typical=()) == replace(listed, entries=(), typical=())
    assert counted.overview.opinions == 12
    assert sum(entry.answers for entry in counted.entries) == len(listed.entries) == 12
    assert self_check(counted) == ()
    assert from_json(to_json(counted)) == counted


def test_an_urgent_one_that_waited_heads_the_list_with_the_date_only() -> None:
    digest = digest_of(opinion("a"), opinion("b", "孩子昨天被打了。", urgent=True))

    assert [(u.received, u.matter) for u in digest.urgent] == [
        (date(2014, 3, 28), "Y0328-001 孩子昨天被打了。")
    ]


def test_quotations_speak_of_many_things_and_not_only_of_grievances() -> None:
    said = [
        opinion(f"{n:03}", f"关于这件事情我有第{n}个想法要说。", topic=NAMES.topics[n % 8].id)
        for n in range(80)
    ]
    thanks = opinion("999", "今年办事方便多了，这个要坚持下去。", topic="fudan", kind="praise")

    digest = digest_of(*said, thanks)

    assert len(digest.typical) == 8
    assert max(Counter(e.topic for e in digest.typical).values()) <= 2
    assert thanks.id in {e.id for e in digest.typical}


def test_a_topic_three_periods_in_the_ranking_is_called_repeated() -> None:
    first = digest_of(opinion("a"))
    second = digest_of(opinion("b"), past=past_with(first))
    third = digest_of(opinion("c"), past=past_with(second))

    assert (first.repeated, second.repeated) == ((), ())
    assert [(r.title, r.periods) for r in third.repeated] == [("食堂饭菜与价格", 3)]


def test_the_first_week_compares_with_nothing_and_an_empty_one_is_a_digest_too() -> None:
    first = digest_of(opinion("a"))
    empty = digest_of(past=past_with(first))

    assert (first.overview.before, first.overview.change) == (None, None)
    assert (empty.overview.opinions, empty.overview.before, empty.overview.change) == (
        0,
        1,
        None,
    )
    assert self_check(empty) == ()
    assert from_json(to_json(empty)) == empty


def test_the_past_is_remembered_for_twelve_periods() -> None:
    digest = digest_of(opinion("a"))
    for _ in range(14):
        digest = digest_of(opinion("a"), past=past_with(digest))

    assert len(digest.past) == 12


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param(58, 31, 871, id="half up"),
        pytest.param(47, 52, -96, id="down"),
        pytest.param(49, 40, 225, id="exact"),
        pytest.param(9, 4, None, id="too few to compare"),
        pytest.param(9, 0, None, id="new"),
        pytest.param(9, None, None, id="the first period"),
    ],
)
def test_change_is_told_in_tenths_where_it_says_something(
    now: int, before: int | None, expected: int | None
) -> None:
    assert change(now, before) == expected


@given(whole=st.integers(1, 10**6), part=st.integers(0, 10**6))
def test_a_share_is_the_nearest_tenth_of_a_percent(whole: int, part: int) -> None:
    found = share(part, whole)

    assert found is not None
    assert abs(found * whole - 1000 * part) * 2 <= whole


@given(part=st.integers(0, 500), whole=st.integers(1, 500))
def test_a_band_holds_its_share(part: int, whole: int) -> None:
    tens = int(band(part, whole))

    assert tens == 9 or tens * whole <= 10 * part < (tens + 1) * whole


@given(seed=st.randoms(use_true_random=False), keep=st.integers(0, 522))
def test_whatever_came_adds_up_in_any_order(seed: Random, keep: int) -> None:
    some = seed.sample(opinions(), keep)
    came = seed.sample(turnout(), seed.randint(0, len(turnout())))

    digest = digest_of(*some, heard=tuple(came))

    assert [p for p in self_check(digest) if p.trouble == "totals"] == []
    assert digest == digest_of(*reversed(some), heard=tuple(reversed(came)))


# --- the snapshot -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "portions"),
    [
        pytest.param(PORTION, 0, id="as many as the snapshot holds"),
        pytest.param(PORTION + 1, 1, id="one more"),
        pytest.param(3 * PORTION, 2, id="full portions"),
    ],
)
def test_a_large_digest_comes_back_from_its_portions_as_it_was(
    lines: int, portions: int
) -> None:
    [entry, *_] = sample_week().entries
    digest = replace(
        sample_week(), entries=tuple(entry._replace(number=str(n)) for n in range(lines))
    )

    head, rest = in_portions(digest)

    assert len(rest) == portions
    assert tuple(all_entries(from_json(head), rest)) == digest.entries
    assert replace(from_json(head), entries=digest.entries) == digest


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"a": 1}'])
def test_a_broken_portion_is_no_portion(broken: str) -> None:
    with pytest.raises(NotASnapshot):
        entries_in(broken)


def test_a_digest_comes_back_from_its_snapshot_as_it_was() -> None:
    digest = sample_week()

    assert from_json(to_json(digest)) == digest
    assert to_json(from_json(to_json(digest))) == to_json(digest)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="another thing"),
        pytest.param('{"format":2,"digest":{}}', id="from the future"),
        pytest.param('{"format":1,"digest":{"office":"x"}}', id="half of it"),
    ],
)
def test_what_is_not_a_snapshot_is_refused(text: str) -> None:
    with pytest.raises(NotASnapshot):
        from_json(text)


def test_a_snapshot_holds_no_time_finer_than_the_period() -> None:
    rows = json.loads(to_json(sample_week()))["digest"]["entries"]

    from_chat = [row for row in rows if row[3] == "chat"]
    assert {row[2] for row in from_chat} == {"2014-03-28"}


# --- before it leaves -------------------------------------------------------------------------------------------


def test_the_check_tells_which_total_is_off() -> None:
    digest = sample_week()
    wrong = replace(digest, overview=replace(digest.overview, submissions=371))

    assert {(p.where, p.found, p.expected) for p in self_check(wrong)} == {
        ("groups", 370, 371),
        ("units", 370, 371),
    }


@pytest.mark.parametrize(
    ("where", "broken"),
    [
        ("groups", lambda d: replace(d, groups=_more(d.groups, "now"))),
        ("units", lambda d: replace(d, units=_more(d.units, "now"))),
        ("groups.cumulative", lambda d: replace(d, groups=_more(d.groups, "cumulative"))),
        ("units.cumulative", lambda d: replace(d, units=_more(d.units, "cumulative"))),
        ("channels", lambda d: replace(d, channels=_more(d.channels, "number"))),
        ("dimensions", lambda d: replace(d, dimensions=_more(d.dimensions, "number"))),
        ("asks", lambda d: replace(d, asks=d.asks[1:])),
        ("topics", lambda d: replace(d, topics=_more(d.topics, "now"))),
        ("ledger", lambda d: replace(d, entries=d.entries[1:])),
        ("about", lambda d: replace(d, overview=replace(d.overview, team=34))),
        ("destinations", lambda d: replace(d, destinations=_more(d.destinations, "number"))),
    ],
)
def test_the_check_looks_at_every_sum_by_itself(where: str, broken) -> None:
    assert [(p.trouble, p.where) for p in self_check(broken(sample_week()))] == [
        ("totals", where)
    ]


def _more(rows, field: str):
    """The first of them one higher."""
    first, *rest = rows
    return (replace(first, **{field: getattr(first, field) + 1}), *rest)


def test_what_was_handed_over_is_found_among_the_words() -> None:
    digest = sample_week()
    entry = digest.entries[3]
    wrong = replace(
        digest,
        entries=(
            *digest.entries[:3],
            entry._replace(destination="handed"),
            *digest.entries[4:],
        ),
    )

    assert [(p.trouble, p.where) for p in self_check(wrong)] == [("handed", entry.number)]


def test_the_check_tells_of_personal_matters_names_and_missing_quotations() -> None:
    digest = sample_week()
    entry = digest.entries[0]
    wrong = replace(
        digest, entries=(entry._replace(about="个人"), *digest.entries[1:]), typical=()
    )

    found = {(p.trouble, p.where) for p in self_check(wrong, still_naming=["Y0328-017"])}

    assert found == {("personal", entry.number), ("names", "Y0328-017"), ("empty", "typical")}


def test_a_newer_draft_tells_which_figures_changed() -> None:
    old = digest_of(opinion("a"))
    new = digest_of(opinion("a"), opinion("b"), notes=Notes(foreword="按语"), version=2)

    assert {(d.what, d.name, d.old, d.new) for d in differences(old, new)} == {
        ("opinions", "", 1, 2),
        ("merged", "", 1, 2),
        ("channel", "chat", 1, 2),
        ("ask", "怨", 1, 2),
        ("sifeng", "", 1, 2),
        ("topic", "食堂饭菜与价格", 1, 2),
        ("way", "", 1, 2),
    }


def test_every_figure_of_the_papers_is_looked_at_for_changes() -> None:
    old = sample_week()
    new = replace(
        old,
        letters=replace(old.letters, returned=12) if old.letters else None,
        groups=_more(old.groups, "now"),
        units=_more(old.units, "cumulative"),
        channels=_more(old.channels, "number"),
        dimensions=_more(old.dimensions, "number"),
        sifeng=replace(old.sifeng, none=61),
        destinations=_more(old.destinations, "number"),
        replies=replace(old.replies, late=4),
        urgent=old.urgent[1:],
        nodes=(),
    )

    assert [(d.what, d.name, d.old, d.new) for d in differences(old, new)] == [
        ("channel", "chat", 446, 447),
        ("letters", "", 11, 12),
        ("group", "普通党员", 28, 29),
        ("unit_all", "局机关", 78, 79),
        ("ask", "效", 61, 62),
        ("sifeng", "", 62, 61),
        ("urgent", "", 3, 2),
        ("owed", "", 12, 13),
        ("late", "", 3, 4),
        ("way", "known", 71, 72),
        ("nodes", "", 3, 0),
    ]


# --- personal files ---------------------------------------------------------------------------------------------


def test_each_responsible_person_gets_one_file_with_words_and_nothing_else() -> None:
    matters = [
        PersonalMatter("3", "u02", "甲校长", "甲校长开会总是念稿子。"),
        PersonalMatter("1", "u02", "甲校长", "甲校长从来不听课。"),
        PersonalMatter("2", "u02", "甲校长", "甲校长办事公道。"),
        PersonalMatter("4", "u03", "乙校长", "乙校长很少到校。"),
    ]

    files = personal_files(
        matters, office="局办", closes=PERIOD.name, units={"u02": "第一中学", "u03": "第二中学"}
    )

    assert [(f.unit, f.unit_name, len(f.texts)) for f in files] == [
        ("u02", "第一中学", 3),
        ("u03", "第二中学", 1),
    ]
    assert files[0].texts[0] == "甲校长从来不听课。"
    assert (files[0].often, files[1].often) == ((Count("甲校长", 3),), ())
    assert personal_from_json(to_json(files[0])) == files[0]
