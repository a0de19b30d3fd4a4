"""Links and codes: handed out at the desk, opened on a phone, never more than they say."""

from pathlib import Path

import pytest

from bot.reports.card import qr_png
from tests.channels.telegram.botapi import BotApi
from tests.channels.telegram.house import Listening, running, speaking, until
from tests.channels.telegram.test_circles import office

LINK = "https://t.me/tingwen_bot?start="


async def test_the_office_taps_its_way_to_a_link_and_its_code(tmp_path: Path):
    async with office(tmp_path) as house:
        await until(lambda: house.telegram.link(""))
        await house.alone(house.clerk, "链接")
        for label in ("学生家长", "新城小学"):
            house.clerk.taps(label)
            await house.settled()
        payload = "u_newtown-g_parent"
        assert f"{LINK}{payload}" in house.clerk.sees
        codes = {s.file[0]: s.file[1] for s in house.clerk.heard if s.file}
        assert codes[f"telegram-{payload}.png"] == qr_png(f"{LINK}{payload}")


async def test_who_opens_such_a_link_is_asked_neither_group_nor_unit(tmp_path: Path):
    async with office(tmp_path) as house:
        mother = house.api.person(50)
        await house.alone(mother, "/start r_spring-u_newtown-g_parent")
        mother.taps("开始")
        await house.settled()
        assert "第 1 问" in mother.sees


@pytest.mark.parametrize(
    "typed", ["链接 nobody", "链接 teacher nowhere", "链接 - - -", "链接 x y z"]
)
async def test_what_does_not_exist_is_asked_for_again(tmp_path: Path, typed: str):
    async with office(tmp_path) as house:
        await until(lambda: house.telegram.link(""))
        await house.alone(house.clerk, typed)
        assert house.clerk.labels or LINK[:20] in house.clerk.sees


async def test_who_may_not_print_cards_gets_no_links(tmp_path: Path):
    async with office(tmp_path) as house:
        await house.alone(house.head, "链接 teacher -")
        assert "不归这个账号" in house.head.sees


async def test_a_link_the_platform_would_not_take_is_none():
    async with BotApi() as api, speaking(api) as telegram, running(telegram, Listening()):
        assert telegram.link("u_no1") == ""  # nobody knows our name yet
        await until(lambda: telegram.link("u_no1"))
        assert telegram.link("") == "https://t.me/tingwen_bot"
        assert telegram.link("x" * 65) == ""
