"""The limits, second by second, in a time of the test's own."""

import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Throttled
from bot.channels.telegram.pacing import CHAT_GAP, GROUP_GAP, Pacing


class Time:
    """Stands still until everybody sleeps, then goes on to whoever wakes first."""

    def __init__(self, coarse: float = 0.0) -> None:
        self.now, self._coarse = 1000.0, coarse
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        until = self.now + seconds + self._coarse
        heapq.heappush(self._sleepers, (until, next(self._order), future))
        await future

    async def run(self, *deeds: Awaitable[None]) -> None:
        everything = asyncio.gather(*deeds)
        while not everything.done():
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleepers and not everything.done():
                until, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    self.now = until
                    future.set_result(None)
        await everything


def most_in_a_second(times: list[float]) -> int:
    times = sorted(times)
    return max(sum(1 for t in times[i:] if t < start + 1.0) for i, start in enumerate(times))


class World:
    """A channel that only waits for its turn, and a platform `latency` away."""

    def __init__(
        self, coarse: float = 0.0, latency: Callable[[], float] = lambda: 0.01, **limits: float
    ) -> None:
        self.time, self.latency = Time(coarse), latency
        self.pacing = Pacing(clock=self.time, sleep=self.time.sleep, **limits)
        self.sent: list[tuple[float, int, bool]] = []

    async def send(self, chat: int, *, answer: bool = False, at: float = 0.0) -> None:
        if at:
            await self.time.sleep(at)
        turn = await self.pacing.turn(chat, answer=answer, further=True)
        await self.time.sleep(self.latency())
        self.sent.append((self.time.now, chat, answer))
        await self.time.sleep(0.001)
        self.pacing.ended(turn, passed=True)

    def times(
        self, chosen: Callable[[int, bool], bool] = lambda chat, answer: True
    ) -> list[float]:
        return [at for at, chat, answer in self.sent if chosen(chat, answer)]


@pytest.mark.parametrize("coarse", [0.0, 0.001, 0.004])
async def test_a_broadcast_uses_what_is_allowed_and_never_more_also_after_a_pause(
    coarse: float,
):
    world = World(coarse)
    first = [world.send(n) for n in range(600)]
    second = [world.send(n, at=60.0) for n in range(600, 1200)]
    await world.time.run(*first, *second)

    times = world.times()
    assert most_in_a_second(times) <= 30
    for half in (times[:600], times[600:]):
        assert 599 / (half[-1] - half[0]) >= 0.95 * 30


async def test_a_network_that_falters_bunches_nothing():
    """Messages sent apart arrive together when one of them is held up; those after it wait for that."""
    chance = random.Random(1)
    world = World(latency=lambda: chance.choice([0.01] * 30 + [0.15]))
    await world.time.run(*(world.send(n) for n in range(600)))

    assert most_in_a_second(world.times()) <= 30


async def test_one_person_gets_one_message_a_second_and_a_group_twenty_a_minute():
    world = World()

    async def several(chat: int, count: int) -> None:
        for _ in range(count):
            await world.send(chat)

    await world.time.run(several(1, 5), several(-1, 30))
    person, group = world.times(lambda c, _: c == 1), world.times(lambda c, _: c == -1)
    assert min(b - a for a, b in itertools.pairwise(person)) >= CHAT_GAP - 1e-6
    assert most_in_a_second(person) == 1
    assert min(b - a for a, b in itertools.pairwise(group)) >= GROUP_GAP - 1e-6
    assert max(Counter(int((t - group[0]) // 60) for t in group).values()) <= 20


@pytest.mark.parametrize("every", [0.9, 0.2, 0.05])
async def test_a_broadcast_begins_while_people_are_being_answered_without_end(every: float):
    world = World()
    count = int(60 / every)
    answers = [world.send(1000 + n, answer=True, at=0.01 + n * every) for n in range(count)]
    broadcast = [world.send(n, at=5.0) for n in range(100)]
    await world.time.run(*answers, *broadcast)

    told = world.times(lambda chat, _: chat < 1000)
    assert told[-1] - 1005 <= 1.5 + 100 / (0.95 * 30 - 1 / every)
    around = [at for at in world.times() if told[0] - 1 <= at <= told[-1]]
    assert most_in_a_second(around) <= 30
    late = [
        at - 1000.02 - n * every for n, at in enumerate(world.times(lambda c, _: c >= 1000))
    ]
    assert max(late) < 0.2, "and nobody waits for it"


async def test_more_answers_than_a_broadcast_leaves_room_for_go_first():
    world = World()
    answers = [world.send(1000 + n, answer=True, at=0.01 + n / 60) for n in range(1200)]
    broadcast = [world.send(n, at=5.0) for n in range(30)]
    await world.time.run(*answers, *broadcast)

    late = [at - 1000.02 - n / 60 for n, at in enumerate(world.times(lambda c, _: c >= 1000))]
    assert max(late) < 1.2
    assert min(world.times(lambda chat, _: chat < 1000)) > 1020


async def test_answers_go_before_a_broadcast_that_is_under_way():
    world = World()
    broadcast = [world.send(n) for n in range(300)]
    answers = [world.send(1000 + n, answer=True, at=2.0 + n / 5) for n in range(20)]
    await world.time.run(*broadcast, *answers)

    assert most_in_a_second(world.times()) <= 30
    waits = [at - 1000 - 2.0 - (chat - 1000) / 5 for at, chat, answer in world.sent if answer]
    assert max(waits) <= 0.1


async def test_when_many_talk_at_once_nobody_waits_for_the_line():
    world = World()
    await world.time.run(*(world.send(n, answer=True) for n in range(2000)))

    assert max(world.times()) - min(world.times()) <= 0.3


async def test_a_broadcast_stands_back_while_many_talk_and_never_adds_to_it():
    world = World()
    broadcast = [world.send(n) for n in range(100)]
    answers = [world.send(1000 + n, answer=True, at=1.0 + n / 100) for n in range(300)]
    await world.time.run(*broadcast, *answers)

    for at in world.times(lambda _, answer: not answer):
        assert sum(1 for t in world.times() if at - 1.0 < t <= at) <= 30
        assert sum(1 for t in world.times() if at <= t < at + 1.0) <= 30


async def test_after_the_platform_objected_answers_keep_to_the_line_too():
    world = World()
    assert not world.pacing.refused(1, 2.0)
    assert world.pacing.refused(2, 2.0)
    await world.time.run(*(world.send(n, answer=True) for n in range(10, 210)))

    assert min(world.times()) >= 1002.0
    assert most_in_a_second(world.times()) <= 30


async def test_a_refusal_between_messages_that_pass_is_one_chats_own():
    world = World()
    assert not world.pacing.refused(1, 5.0)
    world.time.now += 1
    turn = await world.pacing.turn(2, answer=True)
    world.pacing.ended(turn, passed=True)
    assert not world.pacing.refused(3, 5.0)


async def test_an_old_refusal_says_nothing_about_a_new_one():
    world = World()
    assert not world.pacing.refused(1, 5.0)
    world.time.now += 3600
    assert not world.pacing.refused(2, 5.0)


async def test_a_long_wait_is_given_back():
    world = World()
    world.pacing.refused(1, 30.0)
    with pytest.raises(Throttled) as thrown:
        await world.pacing.turn(1, answer=True, further=True)
    assert thrown.value.after == 30.0


async def test_somebody_who_just_got_a_message_keeps_nobody_else_from_sending():
    world = World()
    await world.pacing.turn(1, answer=True)
    with pytest.raises(Throttled) as thrown:
        await world.pacing.turn(1, answer=True)
    assert thrown.value.after == pytest.approx(CHAT_GAP)
    assert not thrown.value.everyone


async def test_somebody_who_stops_waiting_holds_up_nobody():
    world = World()
    waiting = [asyncio.create_task(world.send(n)) for n in range(40)]
    await asyncio.sleep(0)
    for task in waiting[:30]:
        task.cancel()
    await world.time.run(asyncio.gather(*waiting[30:]))
    assert len(world.sent) == 10
    assert world.time.now < 1001.0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 40), st.booleans()), max_size=120),
    st.floats(0, 0.004),
)
def test_however_people_and_broadcasts_mix_no_broadcast_is_in_a_second_with_more_than_30(
    plan, coarse: float
):
    async def go() -> None:
        world = World(coarse)
        people = itertools.count()
        deeds = [
            world.send(next(people), answer=answer, at=at) for at, count, answer in plan for _ in range(count)
        ]  # fmt: skip
        if deeds:
            await world.time.run(*deeds)
        times = sorted(world.times())
        for at in world.times(lambda _, answer: not answer):
            for start in (t for t in times if at - 1.0 < t <= at):
                assert sum(1 for t in times if start <= t < start + 1.0) <= 30

    asyncio.run(go())
