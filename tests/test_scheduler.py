"""The bell rings by itself, again and again, and one ring at a time."""

import asyncio

import pytest

from bot import scheduler
from bot.scheduler import Bell


async def test_it_rings_soon_after_the_start_and_at_every_interval(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(scheduler, "EVERY", 0.05)
    monkeypatch.setattr(scheduler, "SOON", 0.01)
    rings, inside, most = 0, 0, 0

    async def due() -> None:
        nonlocal rings, inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        rings, inside = rings + 1, inside - 1

    bell = Bell(due)
    bell.start()
    async with asyncio.timeout(5):
        while rings < 4:
            await asyncio.sleep(0.01)
    await bell.stop()

    after = rings
    await asyncio.sleep(0.12)
    assert rings == after
    assert most == 1


async def test_it_rings_although_the_wall_clock_was_turned_back(
    monkeypatch: pytest.MonkeyPatch,
):
    """APScheduler would wait until its next time comes: for as long as the clock was turned back."""
    for name, seconds in (("EVERY", 0.05), ("SOON", 0.01), ("LATE", 0.05)):
        monkeypatch.setattr(scheduler, name, seconds)
    rings = 0

    async def due() -> None:
        nonlocal rings
        rings += 1

    bell = Bell(due)
    bell.start()
    bell._scheduler.pause()
    async with asyncio.timeout(5):
        while rings < 3:
            await asyncio.sleep(0.01)
    await bell.stop()


async def test_what_takes_most_of_an_hour_keeps_nothing_else_waiting_and_ends_with_the_bell(
    monkeypatch: pytest.MonkeyPatch,
):
    """A county was reminded for forty minutes, and for as long no week closed and the bell seemed dead."""
    monkeypatch.setattr(scheduler, "EVERY", 0.05)
    monkeypatch.setattr(scheduler, "SOON", 0.01)
    rings, begun, ended = 0, 0, False

    async def due() -> None:
        nonlocal rings
        rings += 1

    async def long() -> None:
        nonlocal begun, ended
        begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            ended = True

    bell = Bell(due, long)
    bell.start()
    async with asyncio.timeout(5):
        while rings < 4:
            bell.soon()
            await asyncio.sleep(0.02)
    assert begun == 1
    assert bell.silent < 1

    async with asyncio.timeout(5):
        await bell.stop(0.05)
    assert ended
