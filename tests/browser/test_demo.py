"""The demo page: phones side by side, or one at a time, and the clock."""

from playwright.async_api import Browser, Page, expect

from bot.channels.web.demo import Phone
from bot.content.web import words
from bot.core.messages import Arrived, Text
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_chat import asks, bodies, until, write
from tests.webhouse import House, open_house

ZH = words()["zh"]
THREE = (
    Phone(who="teacher"),
    Phone(who="parent", link="u_newtown-g_parent"),
    Phone(who="office", token="office_office_office_office"),
)


async def test_two_people_talk_side_by_side_and_do_not_mix(page: Page, house: House):
    house.script = asks
    await page.goto(house.base)
    teacher, parent = page.locator("#teacher"), page.locator("#parent")
    await expect(teacher.locator(".theirs")).to_have_count(1)
    await expect(parent.locator(".theirs")).to_have_count(1)
    await write(teacher, "我是老师")
    await expect(teacher.locator(".theirs")).to_have_count(2)
    await expect(parent.locator(".theirs")).to_have_count(1)
    await parent.get_by_role("button", name="食堂", exact=True).click()
    await expect(parent.locator(".mine .bubble p")).to_have_text("食堂")
    assert len({one.address for one in house.heard}) == 2


async def test_each_phone_arrives_by_its_own_link_and_the_office_is_who_the_roof_says(
    page: Page,
):
    house = House(script=asks)
    async with open_house(house, phones=THREE):
        await page.goto(house.base)
        await until(lambda: len(house.heard) == 3)
        links = {
            one.body.link: one.address.id
            for one in house.heard
            if isinstance(one.body, Arrived)
        }
        assert set(links) == {"", "u_newtown-g_parent"}
        assert "office_office_office_office" in {one.address.id for one in house.heard}
        assert await page.locator("#office .forget").count() == 0


async def test_another_person_may_take_the_phone(page: Page, house: House):
    house.script = asks
    await page.goto(house.base)
    teacher = page.locator("#teacher")
    await write(teacher, "第一位")
    await expect(teacher.locator(".theirs")).to_have_count(2)
    await teacher.get_by_role("button", name=ZH["phone_again"]).click()
    await expect(teacher.locator(".mine")).to_have_count(0)
    await write(teacher, "第二位")
    await expect(teacher.locator(".theirs")).to_have_count(2)
    first, second = (one.address for one in house.heard if isinstance(one.body, Text))
    assert first != second
    await page.reload()
    await expect(teacher.locator(".mine .bubble p")).to_have_text("第二位")


async def test_all_phones_are_seen_whole_on_a_desk(page: Page):
    async with open_house(House(script=asks), phones=THREE) as house:
        await page.goto(house.base)
        for who in ("teacher", "parent", "office"):
            box = await page.locator(f"#{who}").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= DESK["width"]
            assert box["y"] + box["height"] <= DESK["height"]
        await expect(page.locator(".tabs")).to_be_hidden()


async def test_a_narrow_page_shows_one_phone_at_a_time(browser: Browser, house: House):
    house.script = asks
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await page.goto(house.base)
    teacher, parent = page.locator("#teacher"), page.locator("#parent")
    await expect(teacher).to_be_visible()
    await expect(parent).to_be_hidden()
    tab = page.get_by_role("button", name=ZH["phone_parent"], exact=True)
    await expect(tab).to_have_class("news")
    await tab.tap()
    await expect(parent).to_be_visible()
    await expect(teacher).to_be_hidden()
    await expect(tab).not_to_have_class("news")
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    field = await parent.locator("textarea").bounding_box()
    assert field
    assert field["y"] + field["height"] <= PHONE["height"]
    await parent.get_by_role("button", name="食堂", exact=True).tap()
    await until(lambda: len(bodies(house)) == 1)
    await context.close()


async def test_the_clock_is_pushed_and_shown_on_every_phone(page: Page, house: House):
    await page.goto(house.base)
    await expect(page.locator(".now")).to_have_text("2014-03-26 09:00")
    await page.get_by_role("button", name=ZH["push_friday"]).click()
    await expect(page.locator(".now")).to_have_text("2014-03-28 15:00")
    await expect(page.locator(".status time")).to_have_text(["15:00", "15:00"])


async def test_without_buttons_there_is_no_clock(page: Page):
    async with open_house(House(), clock=False) as house:
        await page.goto(house.base)
        await expect(page.locator("#teacher textarea")).to_be_visible()
        await expect(page.locator(".clock")).to_be_hidden()


async def test_the_page_changes_its_language(page: Page, house: House):
    await page.goto(house.base)
    await page.get_by_role("link", name=ZH["demo_lang_label"]).click()
    await expect(page.locator("#teacher h2")).to_have_text(words()["en"]["phone_teacher"])
    assert await page.locator("html").get_attribute("lang") == "en"
    await page.get_by_role("link", name=words()["en"]["demo_lang_label"]).click()
    await expect(page.locator("#teacher h2")).to_have_text(ZH["phone_teacher"])
