"""A school that votes and books, to be killed: a child process of `test_meeting`.

python -m tests.process.meeting FOLDER prepare    a meeting is open, a visiting day is published
python -m tests.process.meeting FOLDER people     all vote and all book, each going on where they were told "received"
python -m tests.process.meeting FOLDER count      the vote is over; prints who has which time, and the votes
"""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

from bot.core.appraisal import CHOICES
from bot.core.messages import Address, Incoming, Text
from bot.core.people import Post, Role
from handlers.appraisal import result
from storage.unit_of_work import Work
from tests.process.week import Letters, app

MONDAY = 1_395_625_500.0
"""2014-03-24 09:45 in Shanghai."""

OFFICE = Address(channel="letters", id="office")
VOTES = (
    ("1", "1", "1"), ("1", "2", "4"), ("2", "5", "1"), ("3", "1", "1"), ("1", "1", "2"),
    ("4", "3", "1"), ("2", "2", "2"),
)  # fmt: skip
"""What each votes, for the team and for two people of it."""

TIMES = ("14:00", "14:15", "14:30", "14:45")
"""Of the day; three people want each of them."""


def turns() -> dict[str, tuple[str, ...]]:
    """What everybody says, by name."""
    voting = {f"voter{at}": ("评议", "1", *vote, "1") for at, vote in enumerate(VOTES)}
    booking = {f"parent{at}": ("预约", f"预约 3-26 {TIMES[at % 4]}") for at in range(12)}
    return voting | booking


async def prepare(folder: Path) -> None:
    house = app(folder, MONDAY)
    async with house.running(Letters(folder / "letters")) as front:

        def begin(tx):
            work = Work(tx)
            work.staff.join(OFFICE, "zh", (Post(role=Role.OFFICE),))
            for at in range(len(VOTES)):
                voter = Address(channel="letters", id=f"voter{at}")
                work.identity.place(voter, "zh", "teacher", "newtown")

        await house.database.write(begin)
        await front.look_again()
        said = (
            "评议 新 newtown",
            "甲某 校长\n乙某 副校长",
            "评议 应到 1",
            f"{len(VOTES)}",
            "评议 开始 1 60 确认",
            "接待日 写 newtown",
            "3月26日 14:00-15:00，校长室，校长",
        )
        for key, text in enumerate(said):
            await hear(front, OFFICE, key, text)

        days = await house.database.write(lambda tx: Work(tx).visits.days())
        await hear(front, OFFICE, len(said), f"接待日 发布 {days[0].id}")
        await house.bell.ring()


async def people(folder: Path) -> None:
    """The platform brings again whatever it was not told to be received."""
    notes = folder / "received"
    received = Counter(notes.read_text().split()) if notes.exists() else Counter[str]()
    house = app(folder, MONDAY)
    async with house.running(Letters(folder / "letters")) as front:
        await house.bell.ring()
        with notes.open("a") as file:

            async def one(who: str, texts: tuple[str, ...]) -> None:
                for key, text in enumerate(texts):
                    if key < received[who]:
                        continue
                    await hear(front, Address(channel="letters", id=who), key, text)
                    file.write(f"{who}\n")
                    file.flush()
                    os.fsync(file.fileno())
                    print(who, flush=True)

            await asyncio.gather(*(one(who, texts) for who, texts in turns().items()))
            await front.stop(60)
            await front.outbox.idle()


async def count(folder: Path) -> None:
    house = app(folder, MONDAY + 3700)
    async with house.running(Letters(folder / "letters")) as front:
        for key, text in enumerate(("评议 实到 1", f"{len(VOTES)}")):
            await hear(front, OFFICE, 100 + key, text)
        for _ in range(3):
            await house.bell.ring()

        def found(tx) -> dict[str, object]:
            work = Work(tx)
            meeting = work.appraisals.find(1)
            outcome = result(work, meeting)
            booked = [known for day in work.visits.days() for known in work.visits.of(day.id)]
            return {
                "online": outcome.online,
                "votes": [
                    [work.opinions.chosen(meeting.round).get((one.id, c), 0) for c in CHOICES]
                    for one in meeting.rated
                ],
                "booked": sorted([known.slot, known.address.id] for known in booked),
            }

        print(json.dumps(await house.database.write(found)))


async def hear(front, who: Address, key: int, text: str) -> None:
    await front.receive(Incoming(address=who, key=f"{key}", body=Text(text), message=f"{key}"))


if __name__ == "__main__":
    _, where, what = sys.argv
    asyncio.run({"prepare": prepare, "people": people, "count": count}[what](Path(where)))
