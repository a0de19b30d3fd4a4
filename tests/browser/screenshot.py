"""docs/demo.png and docs/page.png, made from the running demo and page: `python -m tests.browser.screenshot [page]`.

The week is over before anybody is photographed: a talk that waits from Monday to Friday would have ended by itself.
So the neighbours speak, the clock goes to Friday 15:00, the office opens its draft, and then a new teacher and a new
parent take the phones.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

from bot.content.web import words
from tests.browser.conftest import ARGS, CHROMIUM, DESK
from tests.browser.test_whole import PATIENT, demo, friday, says, tap
from tests.pages import page_house
from tests.process.service import ROOT

PICTURE = ROOT / "docs" / "demo.png"
PAGE = ROOT / "docs" / "page.png"
LARGEST = 400_000
"""Bytes; a page that opens with the picture should open at once."""
OLD = ViewportSize(width=360, height=640)


async def main() -> None:
    """Play the week and take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as url, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
            page = await browser.new_page(viewport=DESK, device_scale_factor=1)
            await page.goto(url)
            await _play(page)
            await page.screenshot(path=PICTURE, animations="disabled", caret="hide")
            await browser.close()
    assert PICTURE.stat().st_size < LARGEST


async def questionnaire() -> None:
    """A parent's telephone at the second question."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
        with tempfile.TemporaryDirectory() as folder:
            async with page_house(Path(folder)) as home:
                page = await browser.new_page(viewport=OLD, locale="zh-CN")
                await page.goto(f"{home.url}/q/u_newtown-g_parent")
                await page.get_by_role("button", name="开始", exact=True).click()
                for label in ("知道了，开始", "老师负责"):
                    await page.get_by_role("button", name=label).click()
                await expect(page.get_by_text("第 2 问")).to_be_visible(timeout=PATIENT)
                await page.screenshot(path=PAGE, animations="disabled", caret="hide")
        await browser.close()
    assert PAGE.stat().st_size < LARGEST


async def _play(page: Page) -> None:
    teacher, parent, office = (
        page.locator(f"#{who}") for who in ("teacher", "parent", "office")
    )
    await friday(page, "2014-03-28")
    await _shows(office, "2014-03-28 的周报初稿")
    await tap(office, "看初稿")
    await _shows(office, "还没有发")
    await office.get_by_role("button", name="看图表").last.click()
    await expect(office.locator(".theirs img").last).to_be_visible(timeout=PATIENT)

    await _somebody_new(teacher)
    await tap(teacher, "知道了，开始")
    await tap(teacher, "第一中学")
    await says(teacher, "检查少了，填的表也少了一半")
    await _shows(teacher, "第 2 问")
    await says(teacher, "同一份材料要报三遍，找我核对请打 13800138000")
    await _shows(teacher, "第 3 问")
    await tap(teacher, "先交")
    await _shows(teacher, "〔电话〕")

    await _somebody_new(parent)
    for label in ("知道了，开始", "老师负责", "食堂"):
        await tap(parent, label)
    await _shows(parent, "第 3 问")
    await _tidy(page)


async def _somebody_new(phone: Locator) -> None:
    await phone.get_by_role("button", name=words()["zh"]["phone_again"]).click()
    await expect(phone.locator(".theirs")).to_have_count(1, timeout=PATIENT)


async def _tidy(page: Page) -> None:
    """No pointer over a button; and where Playwright scrolled a whole phone to reach one, it is put back."""
    await page.mouse.move(0, 0)
    await page.locator(".glass").evaluate_all("all => all.forEach(one => one.scrollTo(0, 0))")
    await page.wait_for_timeout(500)


async def _shows(phone: Locator, text: str) -> None:
    await expect(phone.locator(".theirs").last).to_contain_text(text, timeout=PATIENT)


if __name__ == "__main__":
    asyncio.run(questionnaire() if sys.argv[1:] == ["page"] else main())
