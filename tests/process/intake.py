"""A clerk's table that is taken in, to be killed in the middle: a child process of `test_intake`.

python -m tests.process.intake FOLDER send ROWS    a clerk sends so many rows and says yes
python -m tests.process.intake FOLDER go           the service again, until nothing is left to take in
"""

import asyncio
import csv
import io
import sys
import time
from pathlib import Path

from bot.app.wiring import App
from bot.core.messages import Address, Incoming, Media, Outgoing, Sent, Tap
from bot.core.people import Post, Role
from bot.verbs.opening import sample
from storage.unit_of_work import Work
from tests.fakes import FakeChannel, FixedClock

WEDNESDAY = 1_395_799_200.0
"""2014-03-26 10:00 in Shanghai."""

CLERK = Address(channel="web", id="clerk")

_MATTERS = (
    "食堂的饭菜打到手里总是凉的，价格又涨了一块，涨价也没有跟家长讲",
    "放学时校门口车辆乱停，孩子过马路很危险，希望派人管一管",
    "一个月来了七次检查，每次都要补材料，晚上备课的时间全拿去打印了",
    "课后四点二十就放学，我们在厂里上班到六点半，孩子没有人接",
    "甲老师在班上要求订教辅，电话13800001111，请查一查",
)


def table(rows: int) -> bytes:
    """So many rows as a csv in GBK; each hundredth has a day that is none."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("工单号", "来电时间", "来电内容", "单位"))
    for at in range(rows):
        day = "3月40日" if at % 100 == 99 else f"2014-03-{1 + at % 25:02}"
        words = f"{_MATTERS[at % len(_MATTERS)]}，这是第{at}次打电话了"
        writer.writerow((f"{at:016}", day, words, ("新城小学", "")[at % 2]))
    return out.getvalue().encode("gbk")


class Channel(FakeChannel):
    """Tells what is said on standard output, at once."""

    async def send(self, outgoing: Outgoing) -> None:
        await super().send(outgoing)
        files = "".join(f" +{file.name}" for file in outgoing.files)
        sys.stdout.write(outgoing.text.split("\n", 1)[0] + files + "\n")
        sys.stdout.flush()


async def clerk(folder: Path, rows: int) -> None:
    loaded = sample(folder, {})
    app, channel = App(loaded.settings, loaded.secrets, FixedClock(WEDNESDAY)), Channel()
    async with app.running(channel) as front:
        if rows:
            channel.shelf["file"] = table(rows)
            await app.database.write(
                lambda tx: Work(tx).staff.join(CLERK, "zh", (Post(role=Role.OFFICE),))
            )
            await front.look_again()
            sent = Sent("12345.csv", "file", 1)
            for key, body in enumerate((Media("file", "导入", sent), Tap("录入 1 收下", 1))):
                await front.receive(Incoming(address=CLERK, key=f"{key}", body=body))
                if key == 0:
                    await front.stop(60)
        lag = asyncio.create_task(_lag())
        await front.stop(600)
        lag.cancel()
        sys.stdout.write(f"lag {1000 * max(_LAGS, default=0):.0f}\n")


_LAGS: list[float] = []


async def _lag() -> None:
    """How long the loop keeps others waiting, looked at each five milliseconds."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        _LAGS.append(time.perf_counter() - before - 0.005)


if __name__ == "__main__":
    _, where, what, *more = sys.argv
    asyncio.run(clerk(Path(where), int(more[0]) if what == "send" else 0))
