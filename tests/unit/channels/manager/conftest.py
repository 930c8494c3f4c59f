"""The service manager's pages on a real port, with the product's own tools."""

from __future__ import annotations

import pytest

from tests.staff_kit import csrf, manager_router, staff_site
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
    with staff_site(parts, manager_router) as served:
        yield served


@pytest.fixture
def manager(site):
    with site.client(site.hire("mair", ["service_manager"])) as client:
        yield client


@pytest.fixture
def post(manager):
    """Send a form as the manager; ``page`` is where the form stands."""

    def send(path, page="/manager", **fields):
        return manager.post(path, data={"csrf": csrf(manager.get(page).text), **fields})

    return send


@pytest.fixture
def log(site):
    """What the manager did, in order."""

    def read():
        with site.store.begin() as work:
            held = work.staff_log.latest(50, username="mair")
        return [(one.entry.action, one.entry.subject) for one in reversed(held)]

    return read
