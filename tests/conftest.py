"""Options and fixtures for all tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, settings

from handlers import reading
from tests import places

settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")  # a busy machine is no failure


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-journeys", action="store_true", help="write down what the bot says today"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "either_database" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("one_database")
        names = ["sqlite"] if alone else ["sqlite", "postgres"]
        metafunc.parametrize("either_database", names, indirect=True)


@pytest.fixture
def either_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test is tried on both databases."""
    if request.param == "sqlite":
        yield request.param
        return
    with places.on_postgres():
        yield request.param


@pytest.fixture(autouse=places.EVERYWHERE)
def _everywhere(request: pytest.FixtureRequest) -> Iterator[None]:
    alone = request.node.get_closest_marker("one_database")
    if alone or "either_database" in request.fixturenames:
        yield
        return
    with places.on_postgres():
        yield


@pytest.fixture(autouse=True)
def _read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each of a thousand tests would be an hour; `tests/process` starts the whole service as it is."""
    monkeypatch.setattr(reading, "elsewhere", in_a_thread)


@asynccontextmanager
async def in_a_thread(
    workers: int, begin: Callable[..., None], *arguments: object
) -> AsyncIterator[Callable[..., object]]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(workers, "reading", begin, arguments) as pool:
        yield lambda work, *plain: loop.run_in_executor(pool, work, *plain)
