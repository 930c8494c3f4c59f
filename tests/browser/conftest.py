"""One Chromium for all browser tests; a served site of its own for each."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright

from scripts.find_chromium import find_chromium
from tests.browser.desk_browser import signed_in
from tests.browser.visitors import Visitors
from tests.staff_kit import staff_site
from tests.web_kit import NowClock, make_parts


@pytest.fixture(scope="session")
def browser():
    """A browser without a window. Each test opens its own context in it."""
    expect.set_options(timeout=60_000)  # a slow machine is no failure
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(find_chromium()))
        yield chromium
        chromium.close()


@pytest.fixture
def clock():
    return NowClock()


@pytest.fixture
def site(tmp_path, clock):
    """Web, sign-in and desk with a scripted assistant."""
    parts = make_parts(tmp_path, clock=clock)
    with staff_site(parts) as served:
        yield served
    parts.engine.dispose()


@pytest.fixture
def page(browser):
    """A page of a new browser, with nobody signed in."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser, site):
    """A page on which the agent Asha is signed in."""
    page = signed_in(browser, site, site.hire("asha"))
    yield page
    page.context.close()


@pytest.fixture
def open_page(browser, site):
    """``open_page(path="/", width=…, script=True, …)``: a page of a new visitor to ``site``.

    An error in a script and a request to another origin fail the test at its end.
    """
    visitors = Visitors(browser, site.url)
    yield visitors.open
    visitors.close()
    assert visitors.troubles == []
