"""The pictures of the office's handbook can be taken of the demo as it is now; `python -m tests.browser.handbook` keeps them."""

from pathlib import Path

from playwright.async_api import Page

from tests.browser.handbook import FOLDER, LARGEST, pictures
from tests.browser.test_whole import demo


async def test_every_picture_of_the_handbook_can_be_taken_anew(page: Page, tmp_path: Path):
    async with demo(tmp_path) as url:
        await page.goto(url)
        found = {name: picture async for name, picture in pictures(page)}

    assert set(found) == {kept.name for kept in FOLDER.iterdir()}
    assert max(map(len, found.values())) <= LARGEST
