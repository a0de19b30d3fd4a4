"""A real Chromium, headless. A page that runs into an error of its own, is stopped by the content policy or asks
anybody but this machine for anything fails its test.
"""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    async_playwright,
)

from tests.webhouse import House, open_house

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it or name one in CHROMIUM")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS.split())
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page at a desk's size, in a window that knows nothing yet."""
    context = await browser.new_context(viewport=DESK, accept_downloads=True)
    context.set_default_timeout(8000)
    wrong: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", said)
        page.on("request", asked)

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:")):
            wrong.append(request.url)

    context.on("page", listen)
    yield await context.new_page()
    assert await context.cookies() == []
    await context.close()
    assert wrong == []


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """The web chat with a scripted bot; `house.script` may be set in the test."""
    async with open_house(House(), patience=1.0) as house:
        yield house
