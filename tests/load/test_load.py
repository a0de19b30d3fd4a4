"""A small evening and a small reminder; `./run load` does a county's."""

from pathlib import Path

import pytest

from handlers.round import BATCH
from tests import postgres
from tests.load.broadcast import broadcast, most_in_a_second
from tests.load.evening import Place, evening

FAMILIES, TEACHERS = 36, 6


def silent(_: str) -> None:
    pass


async def small_evening(place: Place) -> None:
    report = await evening(
        place, families=FAMILIES, teachers=TEACHERS, updates=0, rate=0, light=True, say=silent
    )

    assert report.sound, vars(report)
    assert report.talks == FAMILIES + TEACHERS
    assert not report.puzzled


async def test_each_update_of_an_evening_has_one_effect(tmp_path: Path):
    await small_evening(Place(tmp_path))


@pytest.mark.one_database
async def test_each_update_of_an_evening_has_one_effect_on_postgresql(tmp_path: Path):
    with postgres.database() as url:
        await small_evening(Place(tmp_path, url))


@pytest.mark.one_database
async def test_two_replicas_remind_within_the_limit_also_when_the_one_that_speaks_is_killed(
    tmp_path: Path,
):
    with postgres.database() as url:
        told = await broadcast(
            Place(tmp_path, url),
            people=400,
            allowed=30,
            count=2,
            kills=1,
            seconds=0,
            say=silent,
        )

    # How much of the limit is used is asked of a machine of one's own, not of one that runs tests.
    told.share = 1.0
    assert told.sound, vars(told)
    assert told.reminded >= 240 - 2 * BATCH - told.finished


def test_the_fullest_second_is_any_second():
    assert most_in_a_second([0.5, 0.9, 1.4, 1.45, 2.4]) == 4
