"""The same service with JavaScript off, and the pages around it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.handoff import HandoffStatus
from tests.browser.desk_browser import axe_violations
from tests.browser.visitors import POTHOLE, agent_writes, overflow, say


@pytest.fixture(autouse=True)
def pothole(site):
    site.parts.turn.assistant.script["pothole"] = POTHOLE


def test_A1_a_whole_journey_without_javascript_at_320_pixels(open_page, site):
    page = open_page(width=320, script=False)
    expect(page.locator(".bubble")).to_contain_text("not a person")
    say(page, "there is a pothole")
    expect(page.locator(".bubble").nth(-1)).to_contain_text("Where is the pothole?")
    assert page.url.endswith("/#latest")
    page.get_by_role("button", name="High Street").click()
    expect(page.locator(".bubble").nth(-1)).to_contain_text("/high")
    say(page, "I want to talk to a person")
    expect(page.locator("#check")).to_contain_text("A person has your message, or will soon.")
    with site.parts.turn.store.begin() as work:
        assert len(work.handoffs.with_status(HandoffStatus.WAITING)) == 1
    agent_writes(site.parts, "Hello, this is Asha.")
    page.get_by_role("button", name="Check for new messages").click()
    expect(page.locator(".bubble").nth(-1)).to_have_text("Hello, this is Asha.")
    say(page, "thank you")
    page.get_by_role("button", name="End this chat").click()
    expect(page.get_by_role("heading", name="This chat has ended")).to_be_visible()
    page.get_by_role("button", name="Start a new chat").click()
    expect(page.locator(".bubble")).to_have_count(1)
    assert overflow(page) == 0


@pytest.mark.parametrize("width", [320, 1024])
def test_A2_A5_every_state_without_javascript_passes_axe_and_reflows(open_page, browser, width):
    page = open_page(width=width, script=False)
    for text in (None, "there is a pothole", "", "person please", "i want to kill myself"):
        if text is not None:
            say(page, text)
        assert overflow(page) == 0, text
        twin = twin_with_script(page, browser, width)
        assert axe_violations(twin) == [], text
        twin.context.close()


PATHS = ("/privacy", "/accessibility", "/privacy/erase", "/privacy/my-data", "/nope",
         "/api/docs", "/privacy?lang=cy", "/accessibility?lang=cy", "/?lang=cy")  # fmt: skip


@pytest.mark.parametrize("width", [320, 1024])
def test_A2_A5_the_pages_around_it_pass_axe_and_reflow(open_page, site, width):
    page = open_page("/", width=width)
    for path in PATHS:
        page.goto(site.url + path)
        assert axe_violations(page) == [], path
        assert overflow(page) == 0, path


def test_p1_a_citizen_sees_and_erases_what_is_held(open_page):
    page = open_page(script=False)
    say(page, "hello")
    page.get_by_role("link", name="Privacy and your data").click()
    page.get_by_role("link", name="What we keep about this chat").click()
    expect(page.get_by_role("heading", name="What we keep about this chat")).to_be_visible()
    expect(page.locator("dd").filter(has_text="hello").first).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save all we keep").click()
    assert "hello" in saved.value.path().read_text("utf-8")
    page.get_by_role("link", name="Delete this chat").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("Your chat has been deleted.")).to_be_visible()
    page.get_by_role("link", name="Sandbox Council").click()
    expect(page.locator(".bubble")).to_have_count(1)


def test_forced_colours_and_dark_print_keep_everything_visible(open_page):
    page = open_page(forced_colors="active", reduced_motion="reduce")
    assert axe_violations(page) == []
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Ask the council")).to_be_visible()
    expect(page.locator("#write")).to_be_hidden()


def twin_with_script(page: Page, browser, width: int) -> Page:
    """The very same HTML where axe may run: the page as sent, with scripts of ours cut out."""
    cookies = page.context.cookies()
    context = browser.new_context(viewport={"width": width, "height": 768})
    context.add_cookies(cookies)
    html = page.content()
    twin = context.new_page()
    url = page.url.split("#")[0]

    def answer(route):
        if route.request.url.endswith(".js"):
            return route.abort()
        if route.request.url == url:
            return route.fulfill(body=html, content_type="text/html; charset=utf-8")
        return route.continue_()

    twin.route("**/*", answer)
    twin.goto(url)
    return twin
