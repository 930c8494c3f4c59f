"""A2, A4, A5: every page and state of the auditor's pages in a real browser, signed in."""

from __future__ import annotations

import pytest

from bot.staff import Role
from channels.app import audit_router
from channels.auth import make_auth_router
from channels.desk import make_desk_router
from fairness.pages.making import one_at_a_time
from tests.browser.desk_browser import axe_violations, report_made, signed_in
from tests.staff_kit import Site
from tests.web_kit import make_parts, public_app, serve


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    parts = make_parts(tmp_path_factory.mktemp("audit-pages"))
    with serve(public_app(parts, make_auth_router, make_desk_router, audit_router)) as served:
        yield Site(parts, served.url)
    parts.engine.dispose()


@pytest.fixture(scope="module")
def auditor(browser, site):
    page = signed_in(browser, site, site.hire("ada", [Role.AUDITOR]))
    yield page
    page.context.close()


def sound(page, what: str) -> None:
    """No axe violation, one h1, and no sideways scroll at the width of a phone."""
    page.wait_for_load_state("load")
    assert axe_violations(page) == [], what
    assert page.locator("h1").count() == 1, what
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
    page.set_viewport_size({"width": 1024, "height": 768})


@pytest.mark.timeout(900)  # very many pages
def test_a2_a5_every_page_and_state_of_the_audit(site, auditor):
    page = auditor
    page.goto(f"{site.url}/audit")
    sound(page, "nothing to audit yet")
    page.goto(f"{site.url}/audit/coding")
    sound(page, "nothing drawn yet")
    page.goto(f"{site.url}/audit/coding/next")
    sound(page, "nothing waits")
    for i in range(24):
        site.citizen("there is a pothole in my road", "what", language="cy" if i % 2 else "en")
    page.goto(f"{site.url}/audit")
    sound(page, "the form")
    page.get_by_label("Language", exact=True).uncheck()
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("alert").wait_for()
    assert "There is a problem" in page.inner_text("main")
    sound(page, "a wrong form")
    page.get_by_label("Language", exact=True).check()
    page.get_by_label("Up to, not including").fill("2020-01-01")
    page.get_by_role("button", name="Make the report").click()
    report_made(page, "The report was not made")
    sound(page, "a report that was not made")
    page.get_by_role("link", name="Back to the form").click()
    assert page.get_by_label("Up to, not including").input_value() == "2020-01-01"
    page.get_by_label("Up to, not including").fill("")
    with one_at_a_time(site.parts.settings.home / "reports"):
        page.get_by_role("button", name="Make the report").click()
        page.get_by_role("heading", name="The report is being made").wait_for()
        sound(page, "a report that is being made")
        page.get_by_role("link", name="past reports").click()
        page.get_by_role("heading", name="Being made").wait_for()
        sound(page, "with a report that is being made")
        page.go_back()
    report_made(page)
    sound(page, "a report")
    report = page.url
    page.get_by_label("Your note").fill("Read with the service manager")
    page.get_by_label("I have read this report").check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("signed").first.wait_for()
    sound(page, "a signed report")
    page.get_by_role("link", name="Open the full report").click()
    page.get_by_role("heading", name="In short").wait_for()
    sound(page, "the full report")
    page.goto(f"{report}/report.cy.html")
    sound(page, "the Welsh page")
    page.goto(f"{report}/behind?measure=turns_median&group=language:cy")
    page.get_by_role("heading", name="Conversation 1", exact=True).wait_for()
    sound(page, "behind a figure")
    page.goto(f"{report}/behind?measure=nonsense")
    sound(page, "nothing to open")
    page.goto(f"{site.url}/audit")
    sound(page, "with a past report")


def test_a2_a4_coding_by_keyboard_alone(site, auditor, browser):
    for _ in range(3):
        site.citizen("i cannot read this website my eyes are bad")
    page = auditor
    page.goto(f"{site.url}/audit/coding")
    page.get_by_label("How many").fill("900")
    page.get_by_role("button", name="Draw them").click()
    page.get_by_role("alert").wait_for()
    sound(page, "a wrong number")
    page.get_by_label("How many").fill("3")
    page.keyboard.press("Enter")
    page.get_by_text("Conversations drawn: 3").wait_for()
    sound(page, "a sample drawn")
    page.get_by_role("link", name="Read the next one").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What did they need?").wait_for()
    sound(page, "a conversation to code")
    page.get_by_role("button", name="Keep this").click()
    page.get_by_role("alert").wait_for()
    sound(page, "no answer chosen")
    page.get_by_label("They needed a person").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("2 wait for you").wait_for()
