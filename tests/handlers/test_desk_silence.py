"""Between two ticks the office may ask whatever it likes: nothing it is told moves because somebody wrote."""

import re

import pytest

from handlers.desk import COMMANDS
from tests.handlers.test_dialogue import office

OF_PEOPLE = (
    "进度",
    "去向",
    "归类",
    "急办",
    "回访",
    "回访 意见",
    "回访 回音",
    "留名",
    "告知",
    "周报",
    "主题",
)
"""Where something people said is spoken of."""


async def asked(house) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What every command answers, typed as it is, and what its buttons say."""
    said: dict[str, tuple[str, tuple[str, ...]]] = {}
    for typed in dict.fromkeys([*(one.words[0] for one in COMMANDS), *OF_PEOPLE, "?"]):
        await house.hears("office", typed)
        last = house.sent("office")[-1]
        said[typed] = last.text, tuple(b.says for row in last.rows for b in row)
        await house.hears("office", "?")  # nothing awaits words any more
    return said


async def test_between_two_ticks_nothing_the_desk_says_moves(tmp_path):
    async with office(tmp_path) as house:
        before = await asked(house)
        await house.parents(6)  # these hand in
        await house.hears("shy", "开始", "停")
        await house.hears("slow", "1", "1", link="u_newtown-g_parent")  # in the middle
        await house.hears("gone", "开始")
        await house.hears("gone", "确认删除")
        await house.hears("stranger", f"查 {house.receipts['路灯坏了三个月']}")
        after = await asked(house)

    assert {typed for typed in before if before[typed] != after[typed]} == set()
    assert len(before) > 20


@pytest.mark.parametrize("typed", OF_PEOPLE)
async def test_what_the_desk_says_of_what_people_said_has_no_time_of_day(tmp_path, typed: str):
    async with office(tmp_path) as house:
        await house.hears("office", typed)
        last = house.sent("office")[-1]

    assert not re.search(r"\d{1,2}[:：点]\d{2}", last.text)
    assert not re.search(r"1[34]\d{8}", " ".join(b.says for row in last.rows for b in row))
