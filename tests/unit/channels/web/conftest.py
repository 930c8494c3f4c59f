"""A web channel on a real port, once a test."""

from __future__ import annotations

import httpx
import pytest

from channels.assistant_memory import MemoryAssistant
from tests.web_kit import NowClock, make_parts, public_app, serve


@pytest.fixture
def assistant():
    return MemoryAssistant()


@pytest.fixture
def clock():
    return NowClock()


@pytest.fixture
def parts(tmp_path, assistant, clock):
    made = make_parts(tmp_path, assistant, clock)
    yield made
    made.engine.dispose()


@pytest.fixture
def site(parts):
    with (
        serve(public_app(parts)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        yield client
