"""Who may read what is said about a leader: over any tree, any roster and any words, never anyone it names."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import may_sit, may_stand_in, named_again, reader
from bot.core.digest.routing import heads
from bot.core.sorting import Leader
from bot.core.sorting.leaders import named

PARENTS = {"district": "", "no1": "district", "no2": "district", "branch": "no1"}


def leader(name, unit, post, *, responsible=False):
    return Leader(name=name, unit=unit, posts=(post,) if post else (), responsible=responsible)


HEAD1 = leader("甲一一", "no1", "校长")
SECRETARY1 = leader("乙二二", "no1", "书记", responsible=True)
SECOND1 = leader("丙三三", "no1", "副校长")
HEAD2 = leader("丁四四", "no2", "校长", responsible=True)
DEAN2 = leader("戊五五", "no2", "教导主任")
DIRECTOR = leader("己六六", "district", "局长", responsible=True)
ROSTER = (HEAD1, SECRETARY1, SECOND1, HEAD2, DEAN2, DIRECTOR)


def goes_to(text, said_in=""):
    found = [one for one, _ in named(ROSTER, text)]
    return reader(ROSTER, PARENTS, named=found, text=text, said_in=said_in)


def test_what_names_a_deputy_goes_to_the_seat_of_that_unit():
    assert goes_to("丙三三从不听课") == "no1"
    assert goes_to("戊五五排课不公") == "no2"


def test_a_deputy_with_name_and_post_is_not_taken_for_the_head():
    assert goes_to("丙三三副校长从不听课") == "no1"
    assert goes_to("丙三三副校长和校长一起吃喝") == "district"


def test_what_names_the_one_who_would_read_it_goes_to_the_level_above():
    assert goes_to("乙二二开会念稿子") == "district"
    assert goes_to("丁四四不到校") == "district"


def test_what_names_the_head_goes_above_though_somebody_else_holds_the_seat():
    assert goes_to("甲一一搞一言堂") == "district"


def test_what_names_leaders_of_two_units_goes_to_the_level_that_holds_both():
    assert goes_to("丙三三和戊五五一起吃喝") == "district"


def test_above_the_top_there_is_the_whole_house_and_nobody_above_that():
    assert goes_to("己六六批示太慢") == ""
    assert reader(ROSTER[:0], {}, named=(), text="校长太忙") is None
    alone = (leader("甲一一", "", "校长", responsible=True),)
    assert reader(alone, {}, named=alone, text="甲一一太忙") is None


def test_a_post_without_a_name_is_that_of_the_unit_it_was_said_in():
    assert goes_to("校长从不听课", "no1") == "district"
    assert goes_to("教导主任排课不公", "no2") == "no2"
    assert goes_to("校长从不听课") == ""  # some school's, nobody knows which
    assert goes_to("局长也不管", "no1") == ""  # not to the director, who is spoken of


def test_where_nobody_knows_who_sits_there_no_leader_of_the_unit_may_be_spoken_of():
    branch = leader("庚七七", "branch", "教导主任")
    assert reader((*ROSTER, branch), PARENTS, named=(branch,), text="庚七七凶人") == "no1"


def test_a_deputy_reads_only_what_names_nobody_of_the_unit():
    assert may_stand_in(ROSTER, "no1", ("戊五五",))
    assert not may_stand_in(ROSTER, "no1", ("丙三三",))


def test_names_come_back_where_they_stood():
    hidden = "〔电话〕的〔姓名〕和〔姓〕老师"
    assert named_again(hidden, [(1, "丙三三")]) == "〔电话〕的丙三三和〔姓〕老师"


def test_a_vice_is_no_head():
    assert not heads(SECOND1)
    assert heads(HEAD1)


UNITS = ("", "u0", "u1", "u2", "u3", "u4", "u5")
NAMES = ("甲一一", "乙二二", "丙三三", "丁四四", "戊五五", "己六六", "庚七七")
POSTS = ("", "校长", "副校长", "书记", "局长", "教导主任", "园长", "工会主席")


@st.composite
def trees(draw):
    order = UNITS[1:]
    return {unit: draw(st.sampled_from(UNITS[: i + 1])) for i, unit in enumerate(order)}


@st.composite
def rosters(draw):
    made = draw(
        st.lists(
            st.builds(
                Leader,
                name=st.sampled_from(NAMES),
                unit=st.sampled_from(UNITS),
                posts=st.sampled_from(POSTS).map(lambda post: (post,) if post else ()),
            ),
            max_size=10,
        )
    )
    seats = draw(st.sets(st.integers(0, 9)))
    taken: set[str] = set()
    roster: list[Leader] = []
    for number, one in enumerate(made):
        sits = number in seats and one.unit not in taken
        taken |= {one.unit} if sits else set()
        roster.append(Leader(name=one.name, unit=one.unit, posts=one.posts, responsible=sits))
    return tuple(roster)


WORDS = st.lists(
    st.sampled_from((*NAMES, *POSTS, "甲校长", "丙书记", "己局长", "食堂", "太凉", "，")),
    min_size=1,
    max_size=6,
).map("".join)


@given(tree=trees(), roster=rosters(), text=WORDS, said_in=st.sampled_from(UNITS))
def test_nobody_it_names_and_no_head_it_names_ever_reads_it(tree, roster, text, said_in):
    found = [one for one, _ in named(roster, text)]
    unit = reader(roster, tree, named=found, text=text, said_in=said_in)
    if unit is None:
        return
    spoken = {one.name for one in found}
    here = [one for one in roster if one.unit == unit]
    sits = [one for one in here if one.responsible]
    assert not [one for one in sits if one.name in spoken]
    assert not [one for one in here if heads(one) and one.name in spoken]
    if not sits:  # whoever they are
        assert not [one for one in here if one.name in spoken]
    for one in (*sits, *filter(heads, here)):
        assert not any(post in _without_deputies(post, text) for post in one.posts)


def _without_deputies(post, text):
    """A 副校长 is no 校长."""
    return text if post.startswith("副") else text.replace("副校长", "　")


@given(tree=trees(), roster=rosters(), text=WORDS)
def test_it_goes_no_lower_than_any_unit_whose_leader_it_names(tree, roster, text):
    found = [one for one, _ in named(roster, text)]
    unit = reader(roster, tree, named=found, text=text)
    for one in found:
        assert unit is None or unit in _path(one.unit, tree)


def _path(unit, tree):
    path = [unit]
    while unit:
        unit = tree.get(unit, "")
        path.append(unit)
    return path


@given(roster=rosters(), unit=st.sampled_from(UNITS), names=st.sets(st.sampled_from(NAMES)))
def test_who_sits_is_never_one_of_the_named(roster, unit, names):
    if may_sit(roster, unit, names):
        assert not any(
            one.responsible and one.unit == unit and one.name in names for one in roster
        )
