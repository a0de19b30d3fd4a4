"""The pictures of the office's handbook, taken of the running demo's phone: `python -m tests.browser.handbook`.

One week, from its own clock: an opinion round is looked at, a meeting's notes are pasted, Friday comes, the draft is
looked at, labels are checked, a problem is made, the digest is sent. What is on the phone then is what an office sees.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.content.web import words
from tests.browser.conftest import ARGS, CHROMIUM, DESK
from tests.browser.test_whole import PATIENT, demo, says
from tests.process.service import ROOT

FOLDER = ROOT / "docs" / "office"
LARGEST = 60_000
"""Bytes of one picture: the page must open on an office's old computer."""
COLOURS = 64
A_WEEK = 240_000
"""Milliseconds for a week of invented neighbours, on a machine that has other work too."""
MEETING = """1. 会议比去年少了，发言还是照着稿子念
2. 食堂的菜凉得快，请加保温台，联系 13800138000
3. 教研组的打印机坏了两周没有人修"""


async def pictures(page: Page) -> AsyncIterator[tuple[str, bytes]]:
    """The week of the handbook, and each picture by its name."""
    office = page.locator("#office")
    await says(office, "?")
    await _shows(office, "要做什么")
    yield "menu.png", await _taken(page, office)
    await says(office, "座谈")
    await _shows(office, "贴过来")
    await says(office, MEETING)
    await _shows(office, "一共 3 条")
    yield "intake.png", await _taken(page, office)
    await _tap(office, "不要了", "没有收")
    await page.get_by_role("button", name=words()["zh"]["push_friday"]).click()
    await expect(page.get_by_text("2014-03-28 15:00")).to_be_visible(timeout=A_WEEK)
    await _shows(office, "2014-03-28 的周报初稿")
    await _tap(office, "看初稿", "还没有发")
    yield "draft.png", await _taken(page, office)
    await says(office, "归类")
    await _shows(office, "【归类】")
    yield "sorting.png", await _taken(page, office)
    await says(office, "问题 新 食堂的菜凉得快")
    await _shows(office, "四有齐了才能立项")
    yield "problem.png", await _taken(page, office)
    await says(office, "发送")
    await _shows(office, "要发给这 1 处")
    yield "sending.png", await _taken(page, office)


async def taken(url: str) -> dict[str, bytes]:
    """All pictures of the demo that runs there."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
        page = await browser.new_page(viewport=DESK, device_scale_factor=1)
        await page.goto(url)
        found = {name: picture async for name, picture in pictures(page)}
        await browser.close()
    return found


async def _tap(office: Locator, label: str, shows: str) -> None:
    await office.locator(".theirs").last.get_by_role("button", name=label).click()
    await _shows(office, shows)


async def _shows(office: Locator, text: str) -> None:
    await expect(office.locator(".theirs").last).to_contain_text(text, timeout=PATIENT)


async def _taken(page: Page, office: Locator) -> bytes:
    """The phone as it is now, in few colours: text needs no more."""
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(500)
    whole = Image.open(BytesIO(await office.screenshot(animations="disabled", caret="hide")))
    small = BytesIO()
    whole.convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()


async def main() -> None:
    """Take them all, and put them beside the handbook."""
    with tempfile.TemporaryDirectory() as folder:
        async with demo(Path(folder)) as url:
            found = await taken(url)
    FOLDER.mkdir(exist_ok=True)
    for name, picture in found.items():
        assert len(picture) <= LARGEST, name
        (FOLDER / name).write_bytes(picture)


if __name__ == "__main__":
    asyncio.run(main())
