"""What tests of single stores stand on."""

import pytest

from tests.vaults import opened


@pytest.fixture
def work(tmp_path):
    """A unit of work on an empty database."""
    with opened(tmp_path) as work:
        yield work
