"""The whole product in a real browser: `tingwen demo`, three phones, a month of a pushed clock across a holiday."""

import asyncio
import signal
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from playwright.async_api import Locator, Page, expect

from tests.process.service import ROOT, free_port

PATIENT = 40_000
"""Milliseconds for what the neighbours, the press or a busy machine may take."""


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--port",
        str(port),
        "--data",
        str(folder / "demo"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
    try:
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def tap(phone: Locator, label: str) -> None:
    """Tap, and wait for what is said to it: the same label may stand on the next screen too."""
    theirs = phone.locator(".theirs")
    before = await theirs.count()
    await theirs.last.get_by_role("button", name=label).click()
    await expect(theirs).not_to_have_count(before, timeout=PATIENT)


async def says(phone: Locator, text: str) -> None:
    await phone.get_by_role("textbox").fill(text)
    await phone.get_by_role("textbox").press("Enter")


async def friday(page: Page, date: str) -> None:
    await page.get_by_role("button", name="到周五 15:00").click()
    await expect(page.get_by_text(f"{date} 15:00")).to_be_visible(timeout=PATIENT)


async def test_a_teacher_and_a_parent_hand_in_and_on_friday_the_office_sends_the_digest(
    page: Page, tmp_path: Path
):
    async with demo(tmp_path) as url:
        await page.goto(url)
        teacher, parent, office = (
            page.locator(f"#{who}") for who in ("teacher", "parent", "office")
        )

        await tap(teacher, "知道了，开始")
        await tap(teacher, "第一中学")
        await says(teacher, "检查太多，有事请打 13800138000 找我")
        await expect(teacher.locator(".theirs").last).to_contain_text(
            "第 2 问", timeout=PATIENT
        )
        await tap(teacher, "先交")
        await expect(teacher.locator(".theirs").last).to_contain_text("〔电话〕")
        await expect(teacher.locator(".theirs").last).not_to_contain_text("13800138000")
        await tap(teacher, "就这样提交")
        await expect(teacher.locator(".theirs").last).to_contain_text("收到了")

        for label in ("知道了，开始", "老师负责", "食堂", "先交", "就这样提交"):
            await tap(parent, label)
        await expect(parent.locator(".theirs").last).to_contain_text("收到了")

        await friday(page, "2014-03-28")
        draft = office.locator(".theirs").last
        await expect(draft).to_contain_text("2014-03-28 的周报初稿", timeout=PATIENT)
        await expect(draft).to_contain_text("演示数据")
        await tap(office, "看初稿")
        await expect(office.locator(".theirs").last).to_contain_text("还没有发")
        document = await paper(page, office, "看全文", "digest.docx")
        assert (
            "检查太多" in zipfile.ZipFile(BytesIO(document)).read("word/document.xml").decode()
        )
        assert b"13800138000" not in zipfile.ZipFile(BytesIO(document)).read(
            "word/document.xml"
        )
        await tap_earlier(office, "看台账", 2)
        ledger = await taken(page, office, "ledger.xlsx")
        assert load_workbook(BytesIO(ledger)).worksheets[0].max_row > 20
        await says(office, "发送")
        await expect(office.locator(".theirs").last).to_contain_text("要发给这 1 处")
        await tap(office, "确认发送")
        await expect(office.get_by_text("正在发往 1 处")).to_be_visible(timeout=PATIENT)
        await expect(office.locator(".theirs").last).to_contain_text("第1期", timeout=PATIENT)
        await says(office, "发送")
        await expect(office.locator(".theirs").last).to_contain_text(
            "已经发了：收到 1", timeout=PATIENT
        )

        # The next Friday is a working day; Qingming begins on Saturday.
        await friday(page, "2014-04-04")
        await expect(office.locator(".theirs").last).to_contain_text(
            "2014-04-04 的周报初稿", timeout=PATIENT
        )
        await friday(page, "2014-04-11")
        await friday(page, "2014-04-18")
        await friday(page, "2014-04-25")
        await expect(office.locator(".theirs").last).to_contain_text("第5期", timeout=PATIENT)
        # May Day: the week closes on the last working day before.
        await friday(page, "2014-04-30")


ROWS = (
    ("工单号", "来电时间", "来电内容"),
    ("0012014032400017", "2014-03-24", "门口放学时车辆乱停，孩子过马路很不方便"),
    ("0012014032400018", "3月40日", "学校收费不清楚，请公开"),
    ("0012014032400019", "2014-03-24", ""),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def test_rows_of_a_file_that_cannot_be_read_come_back_to_the_office_as_a_file_with_reasons(
    page: Page, tmp_path: Path
):
    async with demo(tmp_path) as url:
        await page.goto(url)
        office = page.locator("#office")
        await expect(office.locator(".theirs").last).to_be_visible(timeout=PATIENT)
        await says(office, "导入")
        await expect(office.locator(".theirs").last).to_contain_text("把文件发给我")
        await office.locator("input[type=file]").set_input_files(
            {"name": "12345导出.xlsx", "mimeType": XLSX, "buffer": book(*ROWS)}
        )
        await expect(office.locator(".theirs").last).to_contain_text(
            "3 行，这样对应", timeout=PATIENT
        )
        await tap(office, "收下 3 条")
        await expect(office.locator(".theirs").last).to_contain_text(
            "有 2 行没有收下", timeout=PATIENT
        )
        assert "12345收下 1 条" in await office.locator(".theirs").last.inner_text()

        sheet = load_workbook(
            BytesIO(await taken(page, office, "handed-back.xlsx"))
        ).worksheets[0]
        rows = [
            [str(cell) for cell in row] for row in sheet.iter_rows(min_row=3, values_only=True)
        ]
        assert [row[0] for row in rows] == ["3", "4"]
        assert "收到日期看不懂：3月40日" in rows[0][1]
        assert "学校收费不清楚，请公开" in rows[0]
        assert "没有意见内容" in rows[1][1]


def book(*rows: tuple[str, ...]) -> bytes:
    out = BytesIO()
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(out)
    return out.getvalue()


async def paper(page: Page, office: Locator, label: str, name: str) -> bytes:
    await tap(office, label)
    return await taken(page, office, name)


async def tap_earlier(office: Locator, label: str, back: int) -> None:
    await office.get_by_role("button", name=label).last.click()


async def taken(page: Page, office: Locator, name: str) -> bytes:
    card = office.locator(".theirs").last.get_by_role("link", name=name)
    await expect(card).to_be_visible(timeout=PATIENT)
    answer = await page.request.get(str(await card.evaluate("a => a.href")))
    assert answer.ok
    return await answer.body()
