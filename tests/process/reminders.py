"""A house whose calendar reminds day after day, to be killed: a child process of `test_reminders`.

python -m tests.process.reminders FOLDER
"""

import asyncio
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app.wiring import App
from bot.core.campaign.model import Campaign, Node
from bot.core.messages import Address
from bot.core.people import Post, Role
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.fakes import FixedClock
from tests.process.week import Letters

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ("甲某", "乙某", "丙某")
NODES = tuple(
    Node(
        id=f"{number:08}",
        place="node",
        title=f"事项{number}",
        kind="by",
        end=date(2014, 3, 25) + timedelta(days=number % 5),
        responsible=(name,),
    )
    for number, name in enumerate(NAMES * 3, 1)
)


async def main(folder: Path) -> None:
    """Each run begins on the same day again: for the house the clock jumps back."""
    loaded = sample(folder, {})
    clock = FixedClock(datetime(2014, 3, 20, 9, tzinfo=ZONE).timestamp())
    house = App(loaded.settings, loaded.secrets, clock)
    async with house.running(Letters(folder / "letters")) as front:
        await house.database.write(_begun)
        await front.look_again()
        assert house.bell is not None
        for hours in range(0, 24 * 12, 6):
            moment = datetime(2014, 3, 20, 9, tzinfo=ZONE) + timedelta(hours=hours)
            clock.now = moment.timestamp()
            await house.bell.ring()
        print("done", flush=True)


def _begun(tx):
    work = Work(tx)
    if work.campaigns.living():
        return
    for name in NAMES:
        work.staff.join(
            Address(channel="letters", id=name), "zh", (Post(role=Role.NODE, name=name),)
        )
    kept = work.campaigns.begin(Campaign(id="", title="方案", nodes=NODES))
    work.campaigns.approve(kept, replace(kept.campaign, since=date(2014, 3, 3)), "office-1")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
