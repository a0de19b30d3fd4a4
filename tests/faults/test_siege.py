"""Sixty faults, one after another, and some to a database server: nothing acknowledged is lost, nothing is done twice.
`./run faults` does a thousand."""

import random
from pathlib import Path

from tests import postgres
from tests.faults.siege import DEATHS, TROUBLES, besieged, planned

FAULTS, SERVERS = 60, 5


def test_each_kind_of_death_and_of_trouble_is_among_them():
    names = {name for name, _ in planned(FAULTS, random.Random(0), 0.2)}

    assert names == {*DEATHS, *TROUBLES}


async def test_sixty_faults_lose_and_double_nothing(tmp_path: Path):
    report = await besieged(
        tmp_path, FAULTS, seed=20140326, deaths=0.2, pace=0.4, say=lambda line: None
    )

    assert sum(report.done.values()) == FAULTS
    assert report.sound, report


async def test_faults_done_to_a_server_lose_and_double_nothing(tmp_path: Path):
    with postgres.database() as url:
        report = await besieged(
            tmp_path,
            SERVERS,
            seed=20140326,
            deaths=0.2,
            pace=0.3,
            url=url,
            say=lambda line: None,
        )

    assert {"server cut off", "lines ended", "locked", "server slow"} <= set(report.done)
    assert report.sound, report
