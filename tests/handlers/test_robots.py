"""Group robots as recipients: what the office sends goes there too, once, and is tried again until it has arrived."""

from pathlib import Path

from bot.core.messages import Address
from handlers.circle import keep_robots
from storage.unit_of_work import Work
from tests.chat import Home

HEADS = Address(channel="robot", id="园长群")


def names(tx) -> list[str]:
    return [one.title for one in Work(tx).circles.every()]


async def test_a_robot_of_the_setting_is_a_group_chat_of_the_office(tmp_path: Path):
    async with Home(tmp_path) as home:
        for given in (("园长群", "秘书组"), ("秘书组", "园长群")):
            await home.database.write(lambda tx, given=given: keep_robots(Work(tx), given))
            assert sorted(await home.database.write(names)) == ["园长群", "秘书组"]


async def test_one_taken_out_of_the_setting_is_let_go_with_all_that_waits_for_it(
    tmp_path: Path,
):
    async with Home(tmp_path) as home:

        def sent(tx):
            work = Work(tx)
            keep_robots(work, ("园长群",))
            work.circles.admit(Address(channel="telegram", id="-7"), "别的群", "zh")
            work.parcels.put("digest", "2026-09-25", HEADS)
            keep_robots(work, ())
            return work.parcels.due()

        assert await home.database.write(sent) == ()
        assert await home.database.write(names) == ["别的群"]
