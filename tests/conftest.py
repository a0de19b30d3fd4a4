"""Options and fixtures for all tests."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

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
