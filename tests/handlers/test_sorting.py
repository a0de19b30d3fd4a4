"""Labels the office puts right, and opinions that say the same: by tap, in drafts, never in what was sent."""

import json

from bot.content.models import load_model
from bot.content.taxonomy import load_taxonomy
from bot.core.digest import from_json
from bot.core.messages import Redacted
from bot.core.reading import Library
from handlers.digest import remake
from handlers.papers import Press
from handlers.themes import gather_week
from storage.opinion import sliced
from tests.builders import freed
from tests.handlers.test_week import town

PERIOD = "2014-03-28"
LIBRARY = Library(taxonomy=load_taxonomy(), model=load_model())
COLD = (
    "食堂的饭菜打到手里总是凉的",
    "食堂饭菜太凉了，打到手里都是凉的",
    "饭菜是凉的，食堂要保温",
)
PASTED = "请各位领导重视我校门口的交通安全问题，每天早上都有车逆行，非常危险"


async def released(house, *texts, **labels):
    """These opinions have left the vault in the period that closes now."""
    [whole] = sliced(
        [freed(Redacted(text), {**LIBRARY.read(text).labels, **labels}) for text in texts], 1
    )
    await house.do(lambda work: work.opinions.release("spring", PERIOD, whole))


async def draft(house):
    kept = await house.do(lambda work: work.digests.find(PERIOD))
    return from_json(kept.snapshot)


async def test_the_doubtful_ones_come_first_and_a_tap_puts_them_right(tmp_path):
    async with town(tmp_path) as house:
        await released(house, "嗯嗯就那样吧", "食堂的饭菜太凉，价格还贵")
        await house.hears("office", "归类")
        assert "还有 2 条" in house.last("office")
        assert "嗯嗯就那样吧" in house.last("office")
        await house.taps("office", "改主题")
        await house.taps("office", "食堂饮食")
        assert "改好了" in house.last("office")
        assert "食堂的饭菜太凉" in house.last("office")
        assert "因为：" in house.last("office")
        await house.taps("office", "主题对")
        assert "都看过了" in house.last("office")
        kept = await house.do(lambda work: work.opinions.of(PERIOD))
        topics = {one.text: json.loads(one.labels)["topic"] for one in kept}
        assert topics["嗯嗯就那样吧"] == "shitang"


async def test_every_label_can_be_another(tmp_path):
    async with town(tmp_path) as house:
        await released(house, "嗯嗯就那样吧", urgent=False, about="一般")
        await house.hears("office", "归类")
        for button, choice in (
            ("改四风", "官僚主义"),
            ("改类型", "提建议"),
            ("改对象", "班子"),
        ):
            await house.taps("office", button)
            await house.taps("office", choice)
        await house.taps("office", "算急办")
        (kept,) = await house.do(lambda work: work.opinions.of(PERIOD))
        labels = json.loads(kept.labels)
        assert "官僚主义" in labels["sifeng"]
        assert (labels["kind"], labels["about"], labels["urgent"]) == (
            "suggestion",
            "班子",
            True,
        )
        await house.taps("office", "改对象")
        await house.taps("office", "个人")
        assert "都看过了" in house.last("office")
        await house.hears("office", f"归类 {kept.id}")
        assert "嗯嗯" not in house.last("office")


async def test_what_was_sent_stays_and_a_draft_is_made_anew_with_the_agreement(tmp_path):
    async with town(tmp_path) as house:
        await released(house, "食堂的饭菜太凉，价格还贵", "嗯嗯就那样吧")
        await house.at("2014-03-28 15:00")
        assert (await draft(house)).agreement.looked_at == 0
        await house.hears("office", "归类")
        await house.taps("office", "改主题")
        await house.taps("office", "食堂饮食")
        await house.taps("office", "主题对")
        await house.hears("office", f"周报 {PERIOD} 重出")
        digest = await draft(house)
        assert (digest.agreement.looked_at, digest.agreement.same) == (2, 1)
        assert {entry.topic for entry in digest.entries} == {"食堂饮食"}
        await house.hears("office", f"发送 {PERIOD} {digest.version} 确认")
        await released(house, "嗯，就那样")
        await house.hears("office", "归类")
        assert "都看过了" in house.last("office")
        almanac = house.app.almanac(house.front.agenda.scripts)
        kept = await house.do(lambda work: work.digests.find(PERIOD))
        assert await house.do(lambda work: remake(work, almanac, kept)) is None
        assert (
            await house.do(lambda work: work.digests.find(PERIOD))
        ).snapshot == kept.snapshot


async def test_what_the_office_decides_the_sorting_knows_from_then_on(tmp_path):
    strange = ("课后托管班的叔叔太吵", "课后托管班的阿姨好凶", "托管班的叔叔不管事")
    async with town(tmp_path) as house:
        readings = house.front.readings
        readings._load = lambda: LIBRARY
        await readings.of(["课后托管班的阿姨太凶了"])
        await released(house, *strange, topic="qita", topics=["qita"])
        await house.hears("office", "归类")
        for _ in strange:
            await house.taps("office", "改主题")
            await house.taps("office", "学校管理与廉洁")
        await house.app.bell.ring()
        await readings._learns
        again = (await readings.of(["课后托管班的阿姨太凶了"]))["课后托管班的阿姨太凶了"]
        before = LIBRARY.read("课后托管班的阿姨太凶了").labels
        assert before["topic"] != "guanli"
        assert again.labels["topic"] == "guanli"


async def test_what_says_the_same_is_one_theme_with_its_own_words_and_copies_are_told_apart(
    tmp_path,
):
    async with town(tmp_path) as house:
        await released(house, *COLD, PASTED, PASTED, "操场要修一修了", "没有")
        await house.at("2014-03-28 15:00")
        digest = await draft(house)
        cold = next(theme for theme in digest.themes if "凉" in theme.title)
        assert (cold.opinions, cold.copies, cold.channels[0].number) == (3, 0, 3)
        assert any(cold.title.strip("…") in text for text in COLD)
        assert cold.voice in COLD
        pasted = next(theme for theme in digest.themes if theme.copies)
        assert (pasted.opinions, pasted.copies) == (2, 1)
        assert [count.code for count in digest.marks] == ["copy"]
        assert digest.overview.opinions == 7
        assert not any("操场" in theme.title for theme in digest.themes)


async def test_a_theme_keeps_its_number_while_it_grows(tmp_path):
    async with town(tmp_path) as house:
        await released(house, *COLD)
        await house.at("2014-03-28 15:00")
        first = (await draft(house)).themes[0]
        await released(house, "食堂打的饭菜到手里是凉的")
        await gather_week(house.app.database, Press(), PERIOD)
        grown = await house.do(lambda work: work.themes.find(int(first.number)))
        assert grown.opinions == 4
        assert await house.do(lambda work: work.themes.last()) == int(first.number)


async def test_the_office_renames_merges_and_parts_themes(tmp_path):
    async with town(tmp_path) as house:
        await released(house, *COLD, PASTED, PASTED + "！")
        await house.at("2014-03-28 15:00")
        await house.hears("office", "主题")
        assert "说法相近" in house.last("office")
        await house.hears("office", "主题 1")
        await house.taps("office", "改名")
        await house.hears("office", "饭菜凉")
        assert "饭菜凉" in house.last("office")
        await house.taps("office", "并入别的")
        await house.hears("office", "2")
        await house.taps("office", "确认并入")
        assert "并好了" in house.last("office")
        assert await house.do(lambda work: work.themes.find(1)) is None
        await house.taps("office", "拆开")
        await house.hears("office", "1 2")
        assert "拆出来了" in house.last("office")
        await house.hears("office", f"周报 {PERIOD} 重出")
        assert sorted(t.opinions for t in (await draft(house)).themes) == [2, 3]
        assert {t.number for t in (await draft(house)).themes} == {"2", "3"}


async def test_abuse_and_what_is_no_matter_of_schools_is_marked_and_counted(tmp_path):
    async with town(tmp_path) as house:
        await released(house, "你们这帮王八蛋", abusive=True)
        await released(house, "我家楼下的路灯坏了三个月", elsewhere=True)
        await house.at("2014-03-28 15:00")
        digest = await draft(house)
        assert {entry.mark for entry in digest.entries} == {"abusive", "elsewhere"}
        assert digest.overview.opinions == 2
