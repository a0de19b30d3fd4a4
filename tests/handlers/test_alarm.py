"""Deadlines that are near, whatever is done to the clock."""

import tracemalloc

from bot.core.messages import Address, Text
from handlers.alarm import Alarms
from tests.chat import Home

ANNA, BORIS, CLARA = (Address(channel="web", id=name) for name in ("anna", "boris", "clara"))


class Time:
    """A clock that is turned, and one that is not."""

    def __init__(self) -> None:
        self.wall, self.ticks = 1_000_000.0, 0.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.ticks += seconds


def alarms(time: Time) -> Alarms:
    async def ring(address: Address) -> None: ...

    return Alarms(lambda: time.wall, ring, lambda: time.ticks)


def test_whoever_is_in_the_middle_of_writing_does_not_wait_for_an_hour_to_come_twice():
    time = Time()
    ours = alarms(time)
    ours.set(ANNA, time.wall + 3)
    ours.set(BORIS, time.wall + 48 * 3600)
    time.passes(2)
    time.wall -= 3600

    assert ours.take_due() == [ANNA]
    assert ours.take_due() == []
    assert len(ours) == 1


def test_a_clock_turned_forth_and_back_between_two_looks_is_noticed_by_whoever_wrote_then():
    time = Time()
    ours = alarms(time)
    ours.set(CLARA, time.wall + 5)
    time.wall += 86400
    ours.set(ANNA, time.wall + 3)
    time.wall -= 86400
    time.passes(1)

    assert set(ours.take_due()) == {ANNA, CLARA}


def test_a_clock_that_is_set_right_by_a_little_rings_nobody_too_soon():
    time = Time()
    ours = alarms(time)
    ours.set(ANNA, time.wall + 3)
    time.passes(1)
    time.wall -= 0.5

    assert ours.take_due() == []
    time.passes(2.5)
    assert ours.take_due() == [ANNA]


async def test_an_answer_typed_before_the_clock_was_turned_back_is_an_answer(tmp_path):
    async with Home(tmp_path) as home:
        anna = home.person("anna")
        await anna.says("开始", "2", "2", "0")
        await anna.does(Text("检查太多"))
        home.clock.now -= 86400
        await home.front.ring(anna.address)
        await home.front.outbox.idle()
        assert "第 2 问" in anna.sees


def test_who_talks_for_days_leaves_no_trail_of_moved_deadlines():
    time = Time()
    ours = alarms(time)
    ours.set(BORIS, time.wall + 30)
    tracemalloc.start()
    try:
        for word in range(10_000):
            ours.set(ANNA, time.wall + 3 * 86400 + word)
        assert tracemalloc.get_traced_memory()[0] < 500_000
    finally:
        tracemalloc.stop()

    time.passes(40)
    assert ours.take_due() == [BORIS]
    time.passes(3 * 86400)
    assert ours.take_due() == []
    time.passes(10_000)
    assert ours.take_due() == [ANNA]
