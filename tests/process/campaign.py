"""A house whose office takes a plan in, approves it and reports a node, to be killed: a child process of `test_campaign`.

python -m tests.process.campaign FOLDER
"""

import asyncio
import sys
from pathlib import Path

from bot.core.messages import Incoming, Text
from bot.core.people import Post, Role
from storage.unit_of_work import Work
from tests.process.week import OFFICE, THURSDAY, Letters, app

PLAN = """江城市教育局关于开展作风建设活动的实施方案
2014年3月20日
一、学习教育环节（3月下旬至4月下旬）
1．动员部署（3月下旬）。3月底前，各基层党组织要召开一次动员大会。
2．征求意见（3月26日至4月20日）。形成征求意见情况报告，报局活动办。
"""


async def main(folder: Path) -> None:
    house = app(folder, THURSDAY)
    async with house.running(Letters(folder / "letters")) as front:

        async def says(key: str, text: str) -> None:
            """The platform repeats what it was not told to have been received, under the same key."""
            await front.receive(
                Incoming(address=OFFICE[0], key=key, body=Text(text), message=key)
            )

        await house.database.write(_employed)
        await front.look_again()
        await says("begin", "导入方案")
        await says("paste", PLAN)
        await says("all", "好了")
        while not (await house.database.write(_plans)):
            await asyncio.sleep(0.01)
        await says("approve", "方案 1d 批准 1 确认")
        (kept,) = await house.database.write(lambda tx: Work(tx).campaigns.living())
        node = next(n for n in kept.campaign.nodes if n.everybody)
        await says("report", f"节点 1-{node.id} 完成 no1")
        assert house.bell is not None
        await house.bell.ring()
        print("done", flush=True)


def _employed(tx):
    for address in OFFICE:
        if not Work(tx).staff.find(address):
            Work(tx).staff.join(address, "zh", (Post(role=Role.OFFICE),))


def _plans(tx):
    known = Work(tx).campaigns
    return (*known.drafts(), *known.living())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
