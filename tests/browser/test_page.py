"""The questionnaire in a real Chromium, 360 pixels wide: with its script and without, for eyes that need more and ears.

axe-core looks at every kind of screen, in both languages, with usual and large letters and with strong contrast.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.pages import House, page_house

OLD = {"width": 360, "height": 640}
LINK = "/q/u_newtown-g_parent"


@asynccontextmanager
async def window(browser: Browser, home: House, **settings: Any) -> AsyncIterator[Page]:
    """A new telephone; whatever its console complains of, or anybody else it asks, fails the test."""
    context = await browser.new_context(**{"viewport": OLD, "locale": "zh-CN", **settings})
    context.set_default_timeout(15_000)
    page, wrong = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text))
    page.on("request", lambda asked: asked.url.startswith(home.url) or wrong.append(asked.url))
    yield page
    names = {cookie.get("name") for cookie in await context.cookies()}
    await context.close()
    assert wrong == []
    assert names <= {"tingwen"}


async def tap(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).click()


async def test_five_taps_with_the_work_done_by_the_script(browser, tmp_path):
    async with page_house(tmp_path, work=16) as home, window(browser, home) as page:
        await page.goto(home.url + LINK)
        await tap(page, "开始")
        for label in ("知道了，开始", "老师负责", "先交", "就这样提交"):
            await page.get_by_role("button", name=label).click()
        await expect(page.locator("#receipt")).to_have_text(re.compile(r"\d{4}( \d{4}){3}"))
        await tap(page, "复制")
        await expect(page.get_by_role("button", name="复制好了")).to_be_visible()


async def test_without_scripts_one_waits_and_goes_all_the_way(browser, tmp_path):
    async with (
        page_house(tmp_path) as home,
        window(browser, home, java_script_enabled=False) as page,
    ):
        await page.goto(home.url + LINK)
        await tap(page, "开始")
        await expect(page.get_by_text("请稍等一会儿")).to_be_visible()
        home.clock.push(30)
        await page.reload()
        for label in ("知道了，开始", "老师负责", "先交", "就这样提交"):
            await page.get_by_role("button", name=label).click()
        await expect(page.locator("#receipt")).to_be_visible()


async def test_back_in_the_browser_shows_what_stands_there_now(browser, tmp_path):
    async with page_house(tmp_path) as home, window(browser, home) as page:
        await page.goto(home.url + LINK)
        await tap(page, "开始")
        for label in ("知道了，开始", "吃得好"):
            await page.get_by_role("button", name=label).click()
        await expect(page.get_by_text("第 2 问")).to_be_visible()
        await page.go_back()
        await page.go_forward()
        await expect(page.get_by_text("第 2 问")).to_be_visible()


async def test_everything_is_reached_by_keys_in_the_order_it_is_read(browser, tmp_path):
    async with page_house(tmp_path) as home, window(browser, home) as page:
        await page.goto(home.url + LINK)
        await tap(page, "开始")
        await page.get_by_role("button", name="知道了，开始").click()
        await expect(page.get_by_text("第 1 问")).to_be_visible()
        reached = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate(
                    "document.activeElement.innerText || document.activeElement.id"
                )
            )
        assert [one.lstrip("12345") for one in reached] == [
            "大字", "老师负责", "吃得好", "校门口安全", "有事好商量", "说不上来", "text", "写好了", "跳过", "返回", "停", "高对比",
        ]  # fmt: skip


async def test_nothing_is_wider_than_an_old_phone_even_with_large_letters(browser, tmp_path):
    async with (
        page_house(tmp_path) as home,
        window(browser, home, viewport={"width": 320, "height": 480}) as page,
    ):
        await page.goto(home.url + LINK)
        await tap(page, "大字")
        await _fits(page)
        await tap(page, "开始")
        for label in ("知道了，开始", "老师负责", "食堂", "先交", "就这样提交"):
            await _fits(page)
            await page.get_by_role("button", name=label).click()
        await expect(page.locator("#receipt")).to_be_visible()
        await _fits(page)


async def _fits(page: Page) -> None:
    await page.wait_for_load_state()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


LOOKS = [
    pytest.param(language, look, id=f"{language}-{look or 'usual'}")
    for language in ("zh", "en")
    for look in ("", "big", "strong", "preferred")
]


@pytest.mark.parametrize(("language", "look"), LOOKS)
async def test_axe_finds_nothing_on_any_kind_of_screen(browser, tmp_path, language, look):
    pytest.importorskip("axe_playwright_python", reason="./run setup dev brings axe-core")
    settings = {"locale": "zh-CN" if language == "zh" else "en-GB"}
    if look == "preferred":
        settings["contrast"] = "more"
    async with page_house(tmp_path) as home, window(browser, home, **settings) as page:
        looked = Looking(page)
        own = home.url + await home.parent("wang", unit="", group="", language=language)
        for at in (home.url + LINK, own, home.url + "/q/spring." + "A" * 24):
            await page.goto(at)
            await looked.at("a door")
        await page.goto(own)
        if look in ("big", "strong"):
            await page.locator(f"button[value={look}]").click()
        await looked.at("the door, switched")
        await page.locator("button[value=begin]").click()
        await looked.at("consent with two doors")
        await says(page, "3")
        await looked.at("privacy")
        await says(page, "9")
        await says(page, "1")  # a parent
        await looked.at("units")
        await page.locator("#text").fill("新城")
        await page.locator("button[value=write]").click()
        await looked.at("units found")
        await says(page, "1")
        await looked.at("a question")
        await page.locator("#text").fill("门卫老王很好，电话13800138000")
        await page.locator("button[value=write]").click()
        await says(page, "0")
        await looked.at("a question below a note")
        await says(page, "88")
        await looked.at("the preview")
        await says(page, "2")
        await looked.at("change")
        await says(page, "9")
        await says(page, "5")
        await looked.at("masks")
        await says(page, "9")
        await says(page, "1")
        await expect(page.locator("#receipt")).to_be_visible()
        await looked.at("the receipt")
        await page.goto(own)
        await looked.at("the door once more")
        assert looked.count == 15


@pytest.mark.parametrize(("language", "look"), LOOKS)
async def test_axe_finds_nothing_where_somebody_waits_or_stops_or_cannot_wait(
    browser, tmp_path, language, look
):
    pytest.importorskip("axe_playwright_python", reason="./run setup dev brings axe-core")
    settings = {"locale": "zh-CN" if language == "zh" else "en-GB"}
    if look == "preferred":
        settings["contrast"] = "more"
    async with page_house(tmp_path) as home, window(browser, home, **settings) as page:
        looked = Looking(page)
        await page.goto(home.url + LINK)
        if look in ("big", "strong"):
            await page.locator(f"button[value={look}]").click()
        door = home.channel._door
        turn = door.turn(door.read(door.challenge(6)))
        await page.goto(f"{home.url}/q/wait?turn={turn}&link=")
        await expect(page.locator("[role=status] h1")).to_be_visible()
        await looked.at("waiting for a turn")
        await page.goto(home.url + LINK)
        await page.locator("button[value=begin]").click()
        await says(page, "1")
        await page.locator("#text").fill("操场上有人体罚学生，打得住院了")
        await page.locator("button[value=write]").click()
        await says(page, "00")
        await looked.at("stopping")
        await says(page, "1")
        await expect(page.locator("main button")).to_have_count(6)  # the preview
        await says(page, "1")
        await expect(page.locator("main button")).to_have_count(4)
        await looked.at("what cannot wait")
        code = await page.locator("html").get_attribute("lang")
        assert code == ("zh-CN" if language == "zh" else "en")
        assert looked.count == 3


async def says(page: Page, value: str) -> None:
    await page.locator(f'main button[value="{value}"]').click()


class Looking:
    """axe-core, on one page after the other."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
        self.count = 0

    async def at(self, screen: str) -> None:
        await self.page.wait_for_load_state()
        await self.page.evaluate(self.axe)
        found = await self.page.evaluate("axe.run()")
        told = [
            (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
        ]
        assert told == [], (screen, told)
        self.count += 1
