"""Who is in the app's range and which parents follow: read whole, handed on without names, known as persons."""

import asyncio
from pathlib import Path

import pytest

from bot.channels.wecom import directory
from bot.channels.wecom.client import Client, Refused, Unanswered
from bot.channels.wecom.directory import Directory, members, parents
from bot.core.messages import Address
from bot.core.people.directory import Listed
from bot.core.survey import Group, Unit
from handlers.directory import enrol
from storage.unit_of_work import Work
from tests.channels.wecom.house import until
from tests.channels.wecom.platform import AGENT, CORP, SECRET, Code, Page, Platform
from tests.chat import Home

UNITS = (
    Unit(id="one", name="第一中学", also=("一中",)),
    Unit(id="two", name="新城小学"),
)
GROUPS = (
    Group(id="teacher", words={"zh": "教师", "en": "Teachers"}, audience="staff"),
    Group(id="parent", words={"zh": "家长", "en": "Parents"}, audience="parent"),
)


def town(platform: Platform) -> None:
    platform.agent["allow_userinfos"] = {"user": [{"userid": "Director"}]}
    platform.departments = [
        {"id": 1, "name": "江城市教育局", "parentid": 0},
        {"id": 2, "name": "一 中", "parentid": 1},
        {"id": 3, "name": "语文组", "parentid": 2},
        {"id": 4, "name": "新城小学", "parentid": 1},
    ]
    platform.people = {1: ["Director"], 3: ["ZhangSan", "0010086"], 4: ["0010086", "li"]}
    platform.school = [
        {"id": 10, "name": "新城小学", "parentid": 0, "type": 5},
        {"id": 11, "name": "四年级", "parentid": 10, "type": 2},
        {"id": 12, "name": "四（2）班", "parentid": 11, "type": 1},
        {"id": 13, "name": "四（3）班", "parentid": 11, "type": 1},
    ]
    child = {"student_userid": "s", "relation": "妈妈", "name": "甲某"}
    platform.parents = {
        12: [
            {"parent_userid": "P1", "is_subscribe": 1, "children": [child]},
            {"parent_userid": "P2", "is_subscribe": 0, "children": [child]},
        ],
        13: [{"parent_userid": "P1", "is_subscribe": 1, "children": [child]}],
    }


async def read(platform: Platform) -> tuple[Listed, ...]:
    client = Client(CORP, SECRET, api_base_url=platform.base)
    try:
        return (*await members(client, AGENT), *await parents(client))
    finally:
        await client.close()


async def test_everybody_is_found_once_with_where_they_belong():
    async with Platform() as platform:
        town(platform)
        found = {one.address.id: one for one in await read(platform)}
    assert found.keys() == {"Director", "ZhangSan", "0010086", "li", "P1"}
    assert found["ZhangSan"].places == (("语文组", "一 中", "江城市教育局"),)
    assert found["P1"].address == Address(channel="school", id="P1")
    assert found["P1"].parent
    assert "甲某" not in str(found)


async def test_a_school_without_a_directory_has_no_parents_and_one_half_read_has_none_either():
    async with Platform() as platform:
        town(platform)
        platform.fail("school/department/list", Code(48002))
        assert not [one for one in await read(platform) if one.parent]
        platform.fail("school/user/list_parent", Page())
        with pytest.raises(Unanswered):
            await read(platform)
        platform.fail("user/simplelist", Code(60011))
        with pytest.raises(Refused):
            await read(platform)


async def test_who_is_listed_is_known_as_a_person_and_placed_where_that_is_certain(
    tmp_path: Path,
):
    async with Platform() as platform, Home(tmp_path) as home:
        town(platform)
        found = await read(platform)
        changed = await home.database.write(lambda tx: enrol(Work(tx), found, UNITS, GROUPS))
        assert changed == 5
        again = await home.database.write(lambda tx: enrol(Work(tx), found, UNITS, GROUPS))
        assert again == 0

        def entries(tx):
            return {one.address.id: Work(tx).identity.find(one.address) for one in found}

        known = await home.database.write(entries)
        assert all(entry.known for entry in known.values())
        places = {id: (entry.group, entry.unit) for id, entry in known.items()}
        assert places == {
            "Director": ("", ""),  # the bureau is no unit here: asked
            "ZhangSan": ("", "one"),
            "0010086": ("", ""),  # in two of them: asked
            "li": ("", "two"),
            "P1": ("parent", "two"),
        }


async def test_who_asked_to_be_deleted_is_not_brought_back_by_the_next_reading(tmp_path: Path):
    async with Platform() as platform, Home(tmp_path) as home:
        town(platform)
        found = await read(platform)
        gone = found[0].address

        def delete(tx):
            work = Work(tx)
            enrol(work, found, UNITS, GROUPS)
            work.identity.forget(gone)
            work.identity.leave_alone(gone)

        await home.database.write(delete)
        assert await home.database.write(lambda tx: enrol(Work(tx), found, UNITS, GROUPS)) == 0
        left = await home.database.write(lambda tx: Work(tx).identity.reachable())
        assert gone not in [address for address, _ in left]


async def test_it_is_read_again_after_a_change_and_after_a_failure(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(directory, "SETTLE", 0.01)
    monkeypatch.setattr(directory, "AGAIN", 0.01)
    handed: list[int] = []

    async def take(found: tuple[Listed, ...]) -> None:
        handed.append(len(found))

    async with Platform() as platform:
        town(platform)
        client = Client(CORP, SECRET, api_base_url=platform.base)
        platform.fail("agent/get", Page(), Code(60020))
        watching = Directory(client, AGENT, take)
        running = asyncio.create_task(watching.run())
        await until(lambda: handed == [5])
        platform.people[4].append("new")
        watching.changed()
        await until(lambda: handed == [5, 6])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.close()
