"""A served site with staff, once a test."""

from __future__ import annotations

import pytest

from tests.staff_kit import staff_site
from tests.web_kit import NowClock, make_parts


@pytest.fixture
def clock():
    return NowClock()


@pytest.fixture
def parts(tmp_path, clock):
    made = make_parts(tmp_path, clock=clock)
    yield made
    made.engine.dispose()


@pytest.fixture
def site(parts):
    with staff_site(parts) as served:
        yield served
