"""The calendar to take along: picture, table, file; and an address to subscribe to, shown once and taken back."""

import io
import re
from dataclasses import replace
from datetime import date

from httpx import ASGITransport, AsyncClient, Response
from icalendar import Calendar
from openpyxl import load_workbook
from PIL import Image
from starlette.applications import Starlette

from bot.core.people import Post, Role
from tests.handlers.test_calendar import binds, lives, named, node
from tests.handlers.test_week import town

SITE = "https://ask.example"


async def planned(house) -> str:
    return await lives(
        house,
        node("1", end=date(2014, 3, 31)),
        node("2", start=date(2014, 4, 1), end=date(2014, 4, 10), kind="window"),
    )


def sited(house) -> None:
    """The house has an address in the world."""
    house.front._desk = replace(
        house.front._desk, place=replace(house.front._desk.place, site=SITE)
    )


async def test_the_office_takes_the_picture_the_table_and_the_file(tmp_path):
    async with town(tmp_path) as house:
        await planned(house)
        await house.hears("office", "日程表")
        await house.taps("office", "一张图")
        assert Image.open(io.BytesIO(house.sent("office")[-1].picture)).width == 960
        await house.hears("office", "日程表")
        await house.taps("office", "节点表")
        (table,) = house.sent("office")[-1].files
        assert load_workbook(io.BytesIO(table.content)).active.max_row == 4
        await house.hears("office", "日程表")
        await house.taps("office", "日历文件")
        (file,) = house.sent("office")[-1].files
        assert len(Calendar.from_ical(file.content).walk("VEVENT")) == 2


async def test_without_a_plan_it_is_said(tmp_path):
    async with town(tmp_path) as house:
        await house.hears("office", "日程表")
        assert "还没有批准的方案" in house.last("office")


async def test_without_an_address_in_the_world_nobody_can_subscribe(tmp_path):
    async with town(tmp_path) as house:
        await planned(house)
        await house.hears("office", "日程表 订阅")
        assert "public_url" in house.last("office")


async def test_a_subscription_is_served_until_it_is_taken_back(tmp_path):
    async with town(tmp_path) as house:
        sited(house)
        await planned(house)
        await house.hears("office", "日程表 订阅")
        await house.taps("office", "新建一个地址")
        address = re.search(rf"{SITE}(/calendar/[\w-]{{32}}\.ics)", house.last("office"))
        assert address
        served = await fetch(house, address[1])
        assert len(Calendar.from_ical(served).walk("VEVENT")) == 2
        assert await fetch(house, "/calendar/" + "x" * 32 + ".ics") is None
        await house.hears("office", "日程表 订阅")
        await house.taps("office", "全部撤销")
        await house.taps("office", "确认撤销")
        assert await fetch(house, address[1]) is None


async def test_the_address_itself_is_nowhere_on_disk(tmp_path):
    async with town(tmp_path) as house:
        sited(house)
        await planned(house)
        await house.hears("office", "日程表 订阅 新")
        token = re.search(r"/calendar/([\w-]{32})", house.last("office"))
    assert token
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert token[1].encode() not in path.read_bytes()


async def test_a_responsible_person_sees_no_sheet_of_the_whole_and_makes_no_address(tmp_path):
    async with town(tmp_path) as house:
        sited(house)
        await planned(house)
        await binds(house, "jia", named("甲某"))
        await house.hears("jia", "日程表")
        assert "还没有批准的方案" in house.last("jia")
        await house.hears("jia", "日程表 订阅 新")
        assert "由办公室管" in house.last("jia")
        assert await house.do(lambda work: work.feeds.count()) == 0


async def test_a_schools_office_sees_its_own_plan_beside_that_of_the_house(tmp_path):
    async with town(tmp_path) as house:
        units = [planned.unit.id for planned in house.app.settings.units]
        await planned(house)
        await lives(house, node("3", end=date(2014, 4, 1)), unit=units[1])
        await lives(house, node("4", end=date(2014, 4, 1)), unit=units[2])
        await binds(house, "school", Post(role=Role.SCHOOL, units=(units[1],)))
        await house.hears("school", "日程表")
        says = [b.says for row in house.sent("school")[-1].rows for b in row]
        assert {word.split()[1] for word in says if word.startswith("日程表 ")} == {"1", "2"}


async def test_a_wrong_address_answers_like_one_that_was_taken_back(tmp_path):
    async with town(tmp_path) as house:
        sited(house)
        await planned(house)
        await house.hears("office", "日程表 订阅 新")
        path = re.search(r"/calendar/[\w-]{32}\.ics", house.last("office"))
        assert path
        good, bad = await asked(house, path[0]), await asked(house, "/calendar/x.ics")
        assert good.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "no-store" in good.headers["cache-control"]
        assert (bad.status_code, bad.content) == (404, b"")


async def asked(house, path: str) -> Response:
    """What the listener answers."""
    served = ASGITransport(app=Starlette(routes=list(house.app.feeds())))
    async with AsyncClient(transport=served, base_url=SITE) as client:
        return await client.get(path)


async def fetch(house, path: str) -> bytes | None:
    """The calendar file at that path; None where there is none."""
    answer = await asked(house, path)
    return answer.content if answer.status_code == 200 else None
