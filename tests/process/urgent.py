"""A house in which something cannot wait, to be killed: a child process of `test_urgent`.

python -m tests.process.urgent FOLDER call     three parents call for who is on duty, as often as their network repeats it
python -m tests.process.urgent FOLDER late     eleven minutes later nobody has taken it
"""

import asyncio
import sys
from pathlib import Path

from bot.core.messages import Address, Arrived, Body, Incoming, Text
from bot.core.people import Post, Role
from storage.unit_of_work import Work
from tests.process.week import THURSDAY, Letters, app

STAFF = {"duty0": Role.DUTY, "duty1": Role.DUTY, "office0": Role.OFFICE}
PARENTS = 3
LATER = 660.0


async def call(folder: Path) -> None:
    house = app(folder, THURSDAY)
    async with house.running(Letters(folder / "letters")) as front:
        assert house.bell is not None

        def employ(tx):
            work = Work(tx)
            for name, role in STAFF.items():
                address = Address(channel="letters", id=name)
                if not work.staff.find(address):
                    work.staff.join(address, "zh", (Post(role=role),))

        await house.database.write(employ)
        await front.look_again()
        for number in range(PARENTS):
            words = f"1 有人体罚学生，打伤了{number}个"
            turns: list[Body] = [
                Arrived("u_newtown-g_parent"),
                *map(Text, ("1", words, "88", "1", "1")),
            ]
            for key, body in enumerate(turns):
                address = Address(channel="letters", id=f"p{number}")
                await front.receive(
                    Incoming(address=address, key=f"{key}", body=body, message=f"{key}")
                )
        await front.outbox.idle()
        await house.bell.ring()
        await house.bell.ring()
        print("done", flush=True)


async def late(folder: Path) -> None:
    house = app(folder, THURSDAY + LATER)
    async with house.running(Letters(folder / "letters")):
        assert house.bell is not None
        await house.bell.ring()
        await house.bell.ring()
        print("done", flush=True)


if __name__ == "__main__":
    where, what = Path(sys.argv[1]), sys.argv[2]
    asyncio.run(call(where) if what == "call" else late(where))
