"""The chat page as a person uses it, in a real browser, with a scripted bot behind it."""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, Route, expect

from bot.content.web import words
from bot.core.messages import (
    Arrived,
    Button,
    Edited,
    File,
    Incoming,
    Media,
    Medium,
    Outgoing,
    Tap,
    Text,
)
from tests.browser.conftest import PHONE
from tests.webhouse import House, open_house

ZH = words()["zh"]
QUESTION = "有什么事让你不满意？"


def asks(incoming: Incoming) -> Sequence[Outgoing]:
    """A bot that greets, then asks the same question after each thing said."""
    rows = (
        (Button("作业太多", "1"), Button("食堂", "2")),
        (Button("跳过", "0", quiet=True), Button("停", "00", quiet=True)),
    )
    said = "你好。" if isinstance(incoming.body, Arrived) else QUESTION
    screen = f"screen-{incoming.key[:4]}"
    return (Outgoing(address=incoming.address, text=said, rows=rows, screen=screen),)


def says(text: str, **more) -> Callable[[Incoming], Sequence[Outgoing]]:
    """A bot that says this once, on arrival."""

    def script(incoming: Incoming) -> Sequence[Outgoing]:
        if isinstance(incoming.body, Arrived):
            return (Outgoing(address=incoming.address, text=text, **more),)
        return ()

    return script


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while not true():
            await asyncio.sleep(0.02)


def bodies(house: House) -> list[object]:
    return [one.body for one in house.heard if not isinstance(one.body, Arrived)]


async def open_chat(page: Page, house: House, query: str = "") -> None:
    await page.goto(f"{house.base}/chat{query}")
    await expect(page.locator(".theirs").first).to_be_visible()


async def write(page: Page | Locator, text: str) -> None:
    await page.locator("textarea").fill(text)
    await page.locator("textarea").press("Enter")


async def test_a_tap_is_said_with_its_screen_and_the_buttons_step_back(
    page: Page, house: House
):
    house.script = asks
    await open_chat(page, house)
    await page.get_by_role("button", name="食堂", exact=True).click()
    await expect(page.locator(".mine .bubble p")).to_have_text("食堂")
    await expect(page.locator(".mine .state")).to_have_text(ZH["sent"])
    await expect(page.locator(".theirs")).to_have_count(2)
    arrived, tapped = house.heard
    assert tapped.body == Tap("2", f"screen-{arrived.key[:4]}")
    assert arrived.address == tapped.address
    assert len(arrived.address.id) >= 22
    old, new = await page.locator(".theirs").all()
    await expect(old).not_to_have_class("theirs live")
    await expect(new).to_have_class("theirs live")
    await expect(old.locator("button[aria-pressed=true]")).to_have_text("2食堂")
    await old.get_by_role("button", name="作业太多").click()
    await until(lambda: len(house.heard) == 3)
    assert house.heard[2].body == Tap("1", f"screen-{arrived.key[:4]}"), "stale, but heard"


async def test_a_trembling_finger_taps_once(page: Page, house: House):
    house.script = asks
    await open_chat(page, house)
    await page.get_by_role("button", name="食堂", exact=True).dblclick()
    await expect(page.locator(".theirs")).to_have_count(2)
    assert len(bodies(house)) == 1


async def test_words_typed_while_nothing_can_be_kept_wait_and_arrive_once(
    page: Page, house: House
):
    house.script = asks
    await open_chat(page, house)
    house.refuse = True
    await write(page, "菜是凉的")
    await write(page, "米饭也是")
    states = page.locator(".mine .state")
    await expect(states.first).to_have_text(ZH["retrying"])
    await until(lambda: house.tries >= 3)
    await page.reload()
    await expect(page.locator(".mine .bubble p")).to_have_text(["菜是凉的", "米饭也是"])
    house.refuse = False
    await expect(states.last).to_have_text(ZH["sent"], timeout=15000)
    assert bodies(house) == [Text("菜是凉的"), Text("米饭也是")]


async def test_a_server_that_is_started_anew_loses_and_doubles_nothing(page: Page):
    house = House(script=asks)
    async with open_house(house):
        port = urlsplit(house.base).port
        assert port
        await open_chat(page, house)
        await write(page, "第一句")
        await expect(page.locator(".theirs")).to_have_count(2)
    await write(page, "第二句，说的时候没有人听")
    await expect(page.locator(".offline")).to_be_visible()
    await expect(page.locator(".mine .state").last).to_have_text(ZH["retrying"])
    async with open_house(house, port=port):
        await expect(page.locator(".theirs")).to_have_count(3, timeout=20000)
        await expect(page.locator(".offline")).to_be_hidden()
        await write(page, "第三句")
        await expect(page.locator(".theirs")).to_have_count(4)
    said = [Text("第一句"), Text("第二句，说的时候没有人听"), Text("第三句")]
    assert bodies(house) == said
    assert len(house.heard) == 1 + len(said), "the talk went on: nobody arrived twice"


async def test_an_answer_lost_on_the_way_back_makes_no_second_message(page: Page, house: House):
    house.script = asks
    await open_chat(page, house)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        if lost < 2:
            lost += 1
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/chat", lose)
    await write(page, "只说一次")
    await expect(page.locator(".theirs")).to_have_count(2)
    await expect(page.locator(".mine .state")).to_have_text(ZH["sent"])
    assert bodies(house) == [Text("只说一次")]
    assert house.tries == 4, "one arrival, three tries"


async def test_a_message_sent_twice_because_its_confirmation_was_lost_is_shown_once(
    page: Page, house: House
):
    house.script = says("请看一眼")
    await page.route("**/chat/seen", lambda route: route.abort())
    await open_chat(page, house)
    await until(lambda: len(house.waiting) == 1)  # not confirmed: the outbox keeps it
    await page.unroute("**/chat/seen")
    house.flush(house.heard[0].address)
    await until(lambda: not house.waiting)
    await asyncio.sleep(0.2)
    await expect(page.locator(".theirs")).to_have_count(1)


async def test_a_reload_keeps_the_talk_and_a_closed_page_is_told_again_where_it_stands(
    page: Page, house: House
):
    house.script = asks
    await open_chat(page, house)
    await write(page, "一句")
    await expect(page.locator(".theirs")).to_have_count(2)
    await page.locator("textarea").fill("写到一半")
    await page.reload()
    await expect(page.locator(".theirs")).to_have_count(2)
    await expect(page.locator(".mine .bubble p")).to_have_text("一句")
    await expect(page.locator("textarea")).to_have_value("写到一半")
    assert len(house.heard) == 2
    another = await page.context.new_page()
    await open_chat(another, house)
    await expect(another.locator(".theirs")).to_have_count(1)
    assert house.heard[2].body == Arrived("")
    assert len({one.address for one in house.heard}) == 1, (
        "the same person, in the same browser"
    )


async def test_a_printed_code_arrives_with_what_it_names_and_only_once(
    page: Page, house: House
):
    house.script = asks
    await open_chat(page, house, "?link=r_spring-u_12&lang=en")
    assert "link" not in page.url
    assert "lang=en" in page.url
    await page.reload()
    await expect(page.locator(".theirs")).to_have_count(1)
    assert [one.body for one in house.heard] == [Arrived("r_spring-u_12")]
    await page.goto(f"{house.base}/chat?link=r_spring-u_12")
    await until(lambda: len(house.heard) == 2)


async def test_the_last_message_can_be_changed(page: Page, house: House):
    house.script = asks
    await open_chat(page, house)
    await write(page, "张三")
    await write(page, "李四")
    await expect(page.locator(".theirs")).to_have_count(3)
    changes = page.get_by_role("button", name=ZH["edit"])
    await expect(changes).to_have_count(1)
    await changes.click()
    await expect(page.locator("textarea")).to_have_value("李四")
    await write(page, "王五")
    await expect(page.locator(".mine .bubble p")).to_have_text(["张三", "王五"])
    await expect(page.locator(".mine .state").last).to_have_text(
        f"{ZH['edited']} · {ZH['sent']}"
    )
    _, _, said, changed = house.heard
    assert (changed.body, changed.message) == (Edited("王五"), said.message)
    await page.locator("textarea").press("ArrowUp")
    await page.keyboard.press("Escape")
    await expect(page.locator("textarea")).to_have_value("")


@pytest.mark.parametrize(
    ("label", "what"),
    [
        ("attach_photo", "photo"),
        ("attach_voice", "voice"),
        ("attach_file", "file"),
        ("attach_sticker", "sticker"),
        ("attach_location", "location"),
    ],
)
async def test_other_things_are_named_and_never_uploaded(
    page: Page, house: House, label: str, what: Medium
):
    house.script = asks
    await open_chat(page, house)
    await page.get_by_role("button", name=ZH["attach"]).click()
    await page.get_by_role("button", name=ZH[label]).click()
    await expect(page.locator(".mine .bubble p")).to_have_text(ZH[f"sent_{what}"])
    await until(lambda: bodies(house) == [Media(what)])


async def test_a_file_of_the_office_is_handed_over_and_named(page: Page, house: House):
    house.script = asks
    house.reads_files = True
    await open_chat(page, house)
    await page.get_by_role("button", name=ZH["attach"]).click()
    await expect(page.get_by_text(ZH["attach_read"])).to_be_visible()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=ZH["attach_file"]).click()
    plan = FilePayload(name="方案.docx", mimeType="application/octet-stream", buffer=b"PK plan")
    await (await chooser.value).set_files([plan])
    await expect(page.locator(".mine .bubble p")).to_have_text(f"{ZH['sent_file']} 方案.docx")
    await until(lambda: len(bodies(house)) == 1)
    (body,) = bodies(house)
    assert isinstance(body, Media)
    assert body.file is not None
    assert (body.file.name, body.file.size) == ("方案.docx", 7)
    assert await house.web.fetch(body.file) == b"PK plan"


async def test_very_long_words_arrive_whole_in_pieces(page: Page, house: House):
    house.script = asks
    await open_chat(page, house)
    long = "检查太多。" * 1000 + "x" + "😀" * 5000 + "完"
    await write(page, long)
    await until(lambda: "".join(body.text for body in bodies(house)) == long)  # type: ignore[attr-defined]
    assert len(bodies(house)) > 1


async def test_enter_chooses_a_character_while_chinese_is_typed(page: Page, house: House):
    house.script = asks
    await open_chat(page, house)
    field = page.locator("textarea")
    await field.fill("食tang")
    await field.dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True}
    )
    await field.press("Shift+Enter")
    await field.press("x")
    await expect(field).to_have_value("食tang\nx")
    assert bodies(house) == []


async def test_words_are_only_ever_words(page: Page, house: House):
    evil = '<img src=x onerror="document.title=1"><b>粗</b> &amp; javascript:1 \u202egnp.exe'
    house.script = says(evil, rows=((Button(evil, "1"),),))
    await open_chat(page, house)
    await expect(page.locator(".theirs .bubble p")).to_have_text(evil)
    await write(page, evil)
    await expect(page.locator(".mine .bubble p")).to_have_text(evil)
    assert await page.locator(".log img, .log b").count() == 0
    assert await page.title() == ZH["chat_title"]


async def test_what_was_masked_is_marked_and_answers_stand_apart(page: Page, house: House):
    house.script = says(
        "请看一眼\n▸ 问怨：〔姓名〕让我们补材料\n还要晚上补\n▸ 问策：少查\n\n教办〔2014〕3号"
    )
    await open_chat(page, house)
    await expect(page.locator("mark")).to_have_text(["〔姓名〕"])
    await expect(page.locator("blockquote")).to_have_text(
        ["问怨：〔姓名〕让我们补材料\n还要晚上补", "问策：少查"]
    )
    await expect(page.locator(".theirs .bubble p")).to_have_text(
        ["请看一眼", "教办〔2014〕3号"]
    )


async def test_papers_open_and_pictures_are_seen(page: Page, house: House):
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    paper = File("第3期 周报.docx", b"PK" * 2000)
    house.script = says("周报", files=(paper,), picture=png)
    await open_chat(page, house)
    assert await page.locator(".picture img").evaluate(
        "image => image.decode().then(() => true)"
    )
    await page.get_by_role("button", name=ZH["picture"]).click()
    await expect(page.locator("dialog img")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    async with page.expect_download() as download:
        await page.get_by_text("第3期 周报.docx").click()
    got = await download.value
    assert got.suggested_filename == "第3期 周报.docx"
    assert (await got.path()).read_bytes() == paper.content


async def test_a_paper_that_is_no_longer_held_says_so(page: Page):
    house = House(script=says("周报", files=(File("周报.docx", b"PK"),)))
    async with open_house(house):
        await open_chat(page, house)
        port = urlsplit(house.base).port
        assert port
    async with open_house(house, port=port):
        await page.get_by_text("周报.docx").click()
        await expect(page.locator(".paper small")).to_have_text(ZH["paper_gone"])


async def test_clearing_the_device_leaves_nothing_and_makes_somebody_new(
    page: Page, house: House
):
    house.script = asks
    await open_chat(page, house)
    await write(page, "谁也别看见")
    await expect(page.locator(".theirs")).to_have_count(2)
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.get_by_role("button", name=ZH["forget"]).click()
    await expect(page.locator(".mine")).to_have_count(0)
    await expect(page.locator(".theirs")).to_have_count(1)
    first, last = house.heard[0].address, house.heard[-1].address
    assert first != last
    left = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "谁也别看见" not in left
    assert first.id not in left


async def test_a_page_without_storage_still_talks(page: Page, house: House):
    house.script = asks
    await page.add_init_script(
        "for (const kind of ['localStorage', 'sessionStorage'])"
        "  Object.defineProperty(window, kind, { get() { throw new Error('forbidden'); } });"
    )
    await open_chat(page, house)
    await write(page, "照样收到")
    await expect(page.locator(".theirs")).to_have_count(2)
    assert bodies(house) == [Text("照样收到")]


async def test_on_a_phone_everything_is_big_enough_for_a_thumb(browser: Browser, house: House):
    house.script = asks
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await open_chat(page, house)
    for button in await page.locator(
        ".live button, .composer button:visible, .bar button"
    ).all():
        box = await button.bounding_box()
        assert box
        assert round(min(box["width"], box["height"])) >= 44, await button.inner_text()
        assert await button.evaluate("b => Boolean(b.innerText.trim() || b.ariaLabel)")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
    size = await page.locator(".theirs .bubble p").evaluate(
        "p => parseFloat(getComputedStyle(p).fontSize)"
    )
    assert size >= 16
    await context.close()
