"""What tests of single stores stand on. Every one of them is tried on both databases."""

from collections.abc import Iterator

import pytest

from storage.unit_of_work import Work
from tests.vaults import opened


@pytest.fixture(autouse=True)
def _on_both(either_database: str) -> None:
    """All tests of this folder."""


@pytest.fixture
def work(tmp_path, either_database) -> Iterator[Work]:
    """A unit of work on an empty database."""
    with opened(tmp_path) as work:
        yield work
