"""What must hold at every step of a talk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.engine import Keep, Settled, begin, deadline, path, step
from bot.core.reading import Reading
from bot.core.reply import read
from bot.core.screen import screen
from bot.core.session import from_plain, to_plain
from tests.builders import a_round, choices, open_form, question, script
from tests.chat import Home

STEPS = {
    "consent": ("开始",),
    "group": ("开始", "2"),
    "unit": ("开始", "2", "2"),
    "question": ("开始", "2", "2", "0"),
    "second question": ("开始", "2", "2", "0", "检查太多"),
    "preview": ("开始", "2", "2", "0", "检查太多", "88"),
    "change": ("开始", "2", "2", "0", "检查太多", "88", "2"),
    "leaving": ("开始", "2", "2", "0", "检查太多", "停"),
}


@pytest.fixture
async def home(tmp_path):
    async with Home(tmp_path) as home:
        yield home


@pytest.mark.parametrize(
    ("channel", "reader", "tied"),
    [
        ("telegram", "Telegram 自己能看到", "和这个聊天连着"),
        ("wecom", "企业微信自己能看到", "和这个聊天连着"),
        ("page", "打开这一页的软件（比如微信）可能看到", "和打开的这一页连着"),
        ("another", "聊天平台自己能看到", "和这个聊天连着"),
    ],
)
async def test_who_reads_along_is_named_as_it_is_where_one_is(tmp_path, channel, reader, tied):
    home = Home(tmp_path)
    home.channel.name = channel
    async with home:
        anna = home.person("anna")
        await anna.arrives()
        assert reader in anna.sees
        assert tied in anna.sees
        await anna.taps("谁会看到")
        assert reader in anna.sees
        assert tied in anna.sees


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
async def test_other_ways_to_be_heard_are_told_at_every_step_and_the_talk_stays_where_it_is(
    home, steps
):
    anna = home.person("anna")
    await anna.says(*steps)
    before = anna.last
    await anna.says("热线")
    assert "12345" in anna.sees
    assert anna.labels == [b.label for row in before.rows for b in row]


@pytest.mark.parametrize("link", ["", "g_teacher", "g_party", "g_parent"])
async def test_the_card_of_every_group_leads_to_who_will_see_it(home, link):
    """What nothing of ours can change is said before the first question: the platform reads along."""
    anna = home.person("anna")
    await anna.arrives(link)
    await anna.taps(
        next(label for label in anna.labels if "谁会看到" in label or "保密" in label)
    )

    assert "能看到" in anna.sees
    assert "聊天平台" in anna.sees
    if link != "g_parent":
        assert "企业微信由单位管理" in anna.sees


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
async def test_one_may_stop_at_every_step(home, steps):
    anna = home.person("anna")
    await anna.says(*steps)
    await anna.says("00")
    assert "停在这里" in anna.sees or "先不打扰" in anna.sees


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
async def test_a_restart_at_any_step_goes_on_from_there(tmp_path, steps):
    async with Home(tmp_path) as home:
        anna = home.person("anna")
        await anna.says(*steps)
        before = anna.last
    async with Home(tmp_path, clock=home.clock) as home:
        anna = home.person("anna")
        await anna.arrives()
        assert anna.last.text.endswith(before.text.split("\n\n")[-1])
        assert anna.last.rows == before.rows


async def test_a_text_changed_on_tuesday_does_not_move_who_began_on_monday(tmp_path):
    monday = a_round(
        question("q1", staff=open_form("周一的问法")),
        question("q2", staff=open_form("周一的第二问")),
    )
    tuesday = a_round(question("q1", staff=open_form("周二的问法")))
    async with Home(tmp_path, monday) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0")
        assert "周一的问法" in anna.sees
    async with Home(tmp_path, tuesday, clock=home.clock) as home:
        anna, ben = home.person("anna"), home.person("ben")
        await anna.says("检查太多")
        assert "周一的第二问" in anna.sees
        await ben.says("开始", "2", "2", "0")
        assert "周二的问法" in ben.sees


async def test_a_very_long_text_is_taken_whole_and_said_to_be(home):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", "检查太多，" * 700)
    assert "全部收下" in anna.sees
    await anna.says("88", "1")
    [piece] = await home.opinions()
    assert piece["text"] == "检查太多，" * 700


@pytest.mark.parametrize("signs", ["👍👍", "……", "？！", "😭"])
async def test_mere_signs_are_kindly_not_understood(home, signs):
    anna = home.person("anna")
    await anna.says("开始", "2", "2", "0", signs)
    assert "看不懂" in anna.sees
    await anna.says("检查太多")
    assert "第 2 问" in anna.sees


async def test_what_cannot_be_an_answer_here_is_said_not_to_be_kept(home):
    anna = home.person("anna")
    await anna.says("开始", "食堂的菜太凉")
    assert "没有收" in anna.sees
    assert "随时可以停" in anna.sees


async def test_several_options_are_ticked_or_typed_at_once(tmp_path):
    many = question("q1", staff=choices("检查", "会议", "填表", kind="multiple"))
    async with Home(tmp_path, a_round(many)) as home:
        anna, ben = home.person("anna"), home.person("ben")
        await anna.says("开始", "2", "2", "0")
        await anna.taps("检查", "填表", "✓ 检查", "选好了")
        assert anna.sees.endswith("填表")
        await ben.says("开始", "2", "2", "0", "1 3")
        assert ben.sees.endswith("检查；填表")


async def test_a_rating_and_a_number_take_their_bounds_and_say_so(tmp_path):
    from bot.core.survey import Form
    from tests.builders import words

    rating = question("q1", staff=Form(kind="rating", words=words("几分"), low=1, high=5))
    number = question("q2", staff=Form(kind="number", words=words("几次"), low=0, high=99))
    async with Home(tmp_path, a_round(rating, number)) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0", "7")
        assert "要一个数字" in anna.sees
        await anna.says("五", "九")
        assert "▸ 问q1：5" in anna.sees
        assert "▸ 问q2：9" in anna.sees


async def test_a_parent_marks_that_the_child_speaks(home):
    mum = home.person("mum")
    await mum.says("开始", "1", "0", "2", "88")
    await mum.taps("这是孩子的话")
    assert "✓ 这是孩子的话" in mum.labels
    await mum.taps("就这样提交")
    assert [p["pupil"] for p in await home.opinions()] == [1]


_TYPED = st.sampled_from(
    [
        "1",
        "2",
        "3",
        "0",
        "9",
        "88",
        "00",
        "+1",
        "ok",
        "热线",
        "停",
        "English",
        "检查太多",
        "👍",
        "代学生",
        "三",
        "新小",
        "7",
    ]
)


@settings(max_examples=300)
@given(st.lists(_TYPED, max_size=40))
def test_whatever_is_typed_the_talk_stands_somewhere_it_can_be_shown(typed):
    asked = script(
        question("q1"),
        question("q2", staff=choices("有", "没有", kind="multiple", own_words=True)),
        question("q3"),
    )
    session = begin(asked, language="zh", now=0.0).session
    now = 0.0
    for text in typed:
        if session is None:
            break
        now += 5
        assert from_plain(to_plain(session)) == session
        made = step(asked, session, read(asked, session, text, "m"), now)
        if made.session is not None and made.session.writing:
            assert deadline(made.session) > now
            made = step(asked, made.session, Settled(), now + 4)
        session = made.session
        for effect in made.effects:
            if isinstance(effect, Keep):
                assert effect.session.answers
        if session is not None:
            screen(asked, session, lambda _: Reading())
            assert not session.answers or all(not a.empty for a in session.answers)
            assert (session.behind or session.place) in (
                *path(asked, session),
                "change",
                "leave",
                "privacy",
            )
